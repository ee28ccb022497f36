// slotted benchmarks: what a piece of work costs when it has a process of its own.
// SPDX-License-Identifier: MIT
#pragma once

#include <malloc.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>

namespace bench {

using figures = std::map<std::string, double>;

// A line "Name:   123 kB" of a file under /proc, in bytes; 0 where there is no such line.
inline std::size_t proc_bytes(const char* file, std::string_view name) {
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);)
    if (line.size() > name.size() && line.compare(0, name.size(), name) == 0 && line[name.size()] == ':')
      return std::strtoull(line.c_str() + name.size() + 1, nullptr, 10) * 1024;
  return 0;
}

// Bytes that are in memory now. The sum over the mappings is exact; VmRSS may lag behind by some pages a core.
inline std::size_t resident_bytes() {
  const std::size_t exact = proc_bytes("/proc/self/smaps_rollup", "Rss");
  return exact != 0 ? exact : proc_bytes("/proc/self/status", "VmRSS");
}
inline std::size_t peak_resident_bytes() { return proc_bytes("/proc/self/status", "VmHWM"); }

// Bytes that malloc has handed out, its headers included: what a counting allocator would see, but at no cost to the
// containers that are timed.
inline std::size_t heap_bytes() {
#if defined(__GLIBC__) && (__GLIBC__ > 2 || __GLIBC_MINOR__ >= 33)
  const struct mallinfo2 info = ::mallinfo2();
  return info.uordblks + info.hblkhd;
#else
  return 0;
#endif
}

// Calls work(), which returns figures, in a child process, so that memory is fresh from the system and its peak is this
// work's own. Throws std::runtime_error with what the child had to say when it fails.
template <class Work>
figures in_fresh_process(Work work) {
  int ends[2];
  if (::pipe(ends) != 0) throw std::runtime_error("no pipe to a child process");
  std::fflush(nullptr);
  const pid_t child = ::fork();
  if (child < 0) throw std::runtime_error("no child process");
  if (child == 0) {
    ::close(ends[0]);
    std::FILE* const out = ::fdopen(ends[1], "w");
    int status = 0;
    try {
      for (const auto& [name, value] : work()) std::fprintf(out, "%s %.17g\n", name.c_str(), value);
    } catch (const std::exception& error) {
      std::fprintf(out, "!%s\n", error.what());
      status = 1;
    }
    std::fclose(out);
    ::_exit(status);  // no destructors: taking ten million nodes apart is not what is measured
  }
  ::close(ends[1]);
  std::FILE* const in = ::fdopen(ends[0], "r");
  figures result;
  std::string complaint;
  char line[512];
  while (std::fgets(line, sizeof line, in) != nullptr) {
    if (line[0] == '!') {
      complaint.assign(line + 1, std::strcspn(line + 1, "\n"));
    } else if (char* const space = std::strchr(line, ' '); space != nullptr) {
      *space = '\0';
      result[line] = std::strtod(space + 1, nullptr);
    }
  }
  std::fclose(in);
  int status = 0;
  ::waitpid(child, &status, 0);
  if (!complaint.empty()) throw std::runtime_error(complaint);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) throw std::runtime_error("the child process died");
  return result;
}

}  // namespace bench
