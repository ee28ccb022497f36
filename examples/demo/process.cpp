// slotted demo: fork, wait, limits and /proc/self.
// SPDX-License-Identifier: MIT
#include "process.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <stdexcept>

#if __has_include(<sys/wait.h>) && __has_include(<sys/mman.h>) && __has_include(<sys/resource.h>)
#define DEMO_HAS_FORK 1
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#endif
#if defined(__GLIBC__)
#include <malloc.h>
#endif

// A sanitizer's allocator does not live through a limit: it dies, or waits for itself while it reports.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define DEMO_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define DEMO_SANITIZED 1
#endif
#endif

namespace demo {
namespace {

#if defined(DEMO_HAS_FORK)
// Reads with what is on the stack: a look at the memory must not change it.
template <std::size_t N>
std::string_view slurp(const char* path, std::array<char, N>& buffer) {
  const int file = ::open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return {};
  std::size_t filled = 0;
  while (filled < N) {
    const ssize_t got = ::read(file, buffer.data() + filled, N - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    filled += static_cast<std::size_t>(got);
  }
  ::close(file);
  return {buffer.data(), filled};
}

// The number behind "Name:" at the start of a line, in KiB there.
std::optional<std::size_t> field_of(const char* path, std::string_view name) {
  std::array<char, 8192> buffer;
  std::string_view text = slurp(path, buffer);
  while (!text.empty()) {
    const std::size_t newline = text.find('\n');
    std::string_view line = text.substr(0, newline);
    text.remove_prefix(newline == std::string_view::npos ? text.size() : newline + 1);
    if (!line.starts_with(name)) continue;
    line.remove_prefix(name.size());
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    std::size_t kib = 0;
    if (std::from_chars(line.data(), line.data() + line.size(), kib).ec == std::errc{}) return kib * 1024;
  }
  return std::nullopt;
}

void overwrite(const char* path, std::string_view text) {
  const int file = ::open(path, O_WRONLY | O_CLOEXEC);
  if (file < 0) return;
  [[maybe_unused]] const ssize_t written = ::write(file, text.data(), text.size());
  ::close(file);
}
#endif

}  // namespace

std::string describe(const job_end& end) {
  if (end.returned) return "ended";
  if (end.signal != 0) return "killed by signal " + std::to_string(end.signal);
  return "exited with status " + std::to_string(end.status);
}

void return_freed_memory() {
#if defined(__GLIBC__)
  ::malloc_trim(0);
#endif
}

#if defined(DEMO_HAS_FORK)

bool has_processes() { return true; }

job_end detail::run_apart(std::size_t result_bytes, void* result, const std::function<void(void*)>& job) {
  void* const shared = ::mmap(nullptr, result_bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) throw std::system_error(errno, std::generic_category(), "no memory to share with a job");
  std::memcpy(shared, result, result_bytes);
  std::fflush(nullptr);
  return_freed_memory();

  const pid_t child = ::fork();
  if (child < 0) {
    const int error = errno;
    ::munmap(shared, result_bytes);
    throw std::system_error(error, std::generic_category(), "no process for a job");
  }
  if (child == 0) {
    // If the host runs out of memory after all, this is what may go.
    overwrite("/proc/self/oom_score_adj", "1000");
    try {
      job(shared);
    } catch (...) {
      ::_exit(70);  // must not unwind into what the parent is doing
    }
    ::_exit(0);
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  std::memcpy(result, shared, result_bytes);
  ::munmap(shared, result_bytes);

  job_end end;
  end.returned = WIFEXITED(status) && WEXITSTATUS(status) == 0;
  end.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  end.status = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
  return end;
}

std::optional<std::size_t> resident_bytes() {
  // The figures of status may lag behind by a batch of pages for each processor; smaps_rollup walks the pages.
  if (const auto exact = field_of("/proc/self/smaps_rollup", "Anonymous:")) return exact;
  return field_of("/proc/self/status", "RssAnon:");
}

std::optional<std::size_t> resident_peak_bytes() {
  const auto highest = field_of("/proc/self/status", "VmHWM:");
  const auto whole = field_of("/proc/self/smaps_rollup", "Rss:");
  const auto now = resident_bytes();
  if (!highest || !whole || !now) return std::nullopt;
  // The pages of files only ever came in, so that those of now are no fewer than those at the peak.
  const std::size_t files = *whole - *now;
  return std::max(*highest > files ? *highest - files : 0, *now);
}

void restart_resident_peak() { overwrite("/proc/self/clear_refs", "5"); }

std::optional<std::size_t> available_bytes() { return field_of("/proc/meminfo", "MemAvailable:"); }

#if defined(DEMO_SANITIZED)
bool limit_growth(std::size_t) { return false; }
#else
bool limit_growth(std::size_t bytes) {
#if defined(RLIMIT_DATA) && defined(__linux__)
  const auto kind = RLIMIT_DATA;  // private writable memory; the address space a sanitizer reserves does not count
  const auto now = field_of("/proc/self/status", "VmData:");
#elif defined(RLIMIT_AS)
  const auto kind = RLIMIT_AS;
  const auto now = resident_bytes();
#else
  const std::optional<std::size_t> now;
  const int kind = 0;
#endif
  if (!now) return false;
  rlimit limit{};
  if (::getrlimit(kind, &limit) != 0) return false;
  const rlim_t wanted = *now + bytes;
  if (limit.rlim_cur != RLIM_INFINITY && wanted > limit.rlim_cur) return true;  // a tighter one is there
  limit.rlim_cur = wanted;
  return ::setrlimit(kind, &limit) == 0;
}
#endif

#else

bool has_processes() { return false; }

job_end detail::run_apart(std::size_t, void* result, const std::function<void(void*)>& job) {
  job(result);
  return {true, 0, 0};
}

std::optional<std::size_t> resident_bytes() { return std::nullopt; }
std::optional<std::size_t> resident_peak_bytes() { return std::nullopt; }
void restart_resident_peak() {}
std::optional<std::size_t> available_bytes() { return std::nullopt; }
bool limit_growth(std::size_t) { return false; }

#endif

}  // namespace demo
