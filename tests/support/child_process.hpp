// slotted tests: a piece of work in a child process, whose limits and crashes are its own.
// SPDX-License-Identifier: MIT
#pragma once

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <string>

namespace slotted::test {

// Sanitizers reserve terabytes of address space, so that a limit on it says nothing under them.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool sanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
inline constexpr bool sanitized = true;
#else
inline constexpr bool sanitized = false;
#endif
#else
inline constexpr bool sanitized = false;
#endif

// A build that records what tests reach has to be told when a process ends without ceremony.
#if defined(SLOTTED_TEST_COVERAGE)
extern "C" void __gcov_dump();
inline void record_reached() { __gcov_dump(); }
#else
inline void record_reached() {}
#endif

// Runs `work`, which returns 0..127, in a child. Returns what it returned, or "killed by signal N".
template <class Work>
std::string in_child(Work work) {
  const ::pid_t child = ::fork();
  if (child < 0) return "fork failed";
  if (child == 0) {
    const int verdict = work();
    record_reached();
    ::_exit(verdict);
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFSIGNALED(status)) return "killed by signal " + std::to_string(WTERMSIG(status));
  return std::to_string(WEXITSTATUS(status));
}

// As `ulimit -v`. Returns whether the system took it.
inline bool limit_address_space(std::size_t bytes) {
  const ::rlimit limit{bytes, bytes};
  return ::setrlimit(RLIMIT_AS, &limit) == 0;
}

}  // namespace slotted::test
