// slotted demo: jobs in processes of their own, and what such a process holds.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

namespace demo {

/// How a job's process ended.
struct job_end {
  bool returned = false;  // the job ran to its end
  int signal = 0;         // that killed it, or 0
  int status = 0;         // its exit status where no signal did
};

std::string describe(const job_end& end);

namespace detail {
job_end run_apart(std::size_t result_bytes, void* result, const std::function<void(void*)>& job);
}

/// Runs `job` on a result that both processes see, in a process of its own that starts with this one's memory.
///
/// What the job wrote before its process died is there. The job must not throw. Where there is no fork() the job runs
/// in this process, and a death is the death of all. Throws: std::runtime_error when the system gives no process.
template <class Result>
job_end run_apart(Result& result, const std::function<void(Result&)>& job) {
  static_assert(std::is_trivially_copyable_v<Result>, "the two processes share bytes, not objects");
  return detail::run_apart(sizeof(Result), &result, [&job](void* shared) { job(*static_cast<Result*>(shared)); });
}

/// Whether run_apart has a process to run in.
bool has_processes();

/// A short text inside a shared result.
class shared_text {
 public:
  void operator=(std::string_view text) {
    const std::size_t length = text.size() < sizeof(text_) - 1 ? text.size() : sizeof(text_) - 1;
    std::memcpy(text_, text.data(), length);
    text_[length] = '\0';
  }
  std::string str() const { return text_; }
  bool empty() const { return text_[0] == '\0'; }

 private:
  char text_[240] = {};
};

/// Gives memory that the program freed back to the system, as far as its allocator can, so that what a job takes next
/// is seen as growth.
void return_freed_memory();

/// Bytes of memory that the process occupies now and that are its own: VmRSS less the pages of files, such as those of
/// the program, which come in as they are first run. Counted page by page where the kernel offers it.
std::optional<std::size_t> resident_bytes();

/// The highest resident_bytes() since restart_resident_peak() (from VmHWM), or since the start of the process where
/// that is not possible.
std::optional<std::size_t> resident_peak_bytes();
void restart_resident_peak();

/// What could still be had without swapping (MemAvailable).
std::optional<std::size_t> available_bytes();

/// Lets this process take `bytes` more of its own memory than it has now, and no more: the next allocation fails.
/// Returns: false, and nothing is limited, where the system has no such limit or a sanitizer could not bear it.
bool limit_growth(std::size_t bytes);

}  // namespace demo
