// slotted: who may look at or change a history at one moment.
// SPDX-License-Identifier: MIT
//
// The owner's thread changes the history, and any number of threads read it while the owner does not. Others, whose
// charge to a shared budget does not fit or who end a snapshot, come in between only when nobody is inside: they try
// and never wait. So the owner and the readers wait for one of those at most.
#pragma once

#include <atomic>
#include <cstdint>

#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {

class history_gate {
 public:
  history_gate() noexcept = default;
  history_gate(const history_gate&) = delete;
  history_gate& operator=(const history_gate&) = delete;

  // The owner, to change the history. Preconditions: no thread reads.
  void lock() noexcept {
    std::uint32_t free = 0;
    while (!state_.compare_exchange_strong(free, exclusive, std::memory_order_acquire, std::memory_order_relaxed)) {
      if ((free & exclusive) != 0) state_.wait(free, std::memory_order_relaxed);
      free = 0;
    }
  }
  void unlock() noexcept { state_.store(0, std::memory_order_release); }

  // Another thread, to change the history. Returns: whether nobody is inside.
  [[nodiscard]] bool try_lock() noexcept {
    std::uint32_t free = 0;
    return state_.compare_exchange_strong(free, exclusive, std::memory_order_acquire, std::memory_order_relaxed);
  }
  void unlock_and_notify() noexcept {
    state_.fetch_sub(exclusive, std::memory_order_release);  // a reader that waits may have counted itself for a moment
    state_.notify_all();
  }

  // Another thread that is going to try: from here on until it has ended its visit the gate is not destroyed, if
  // whoever destroys it waits.
  void begin_visit() noexcept { visitors_.fetch_add(1, std::memory_order_relaxed); }
  void end_visit() noexcept { visitors_.fetch_sub(1, std::memory_order_release); }
  void wait_for_visitors() const noexcept {
    while (visitors_.load(std::memory_order_acquire) != 0) {
    }
  }

  // A reader.
  void enter() noexcept {
    std::uint32_t before = state_.fetch_add(1, std::memory_order_acquire);
    while ((before & exclusive) != 0) {
      state_.fetch_sub(1, std::memory_order_relaxed);
      while (((before = state_.load(std::memory_order_relaxed)) & exclusive) != 0)
        state_.wait(before, std::memory_order_relaxed);
      before = state_.fetch_add(1, std::memory_order_acquire);
    }
  }
  void leave() noexcept { state_.fetch_sub(1, std::memory_order_release); }

 private:
  static constexpr std::uint32_t exclusive = std::uint32_t{1} << 31;
  std::atomic<std::uint32_t> state_{0};
  std::atomic<std::uint32_t> visitors_{0};
};

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
