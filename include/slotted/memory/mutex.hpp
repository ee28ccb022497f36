// slotted: mutual exclusion in four bytes: <mutex> would cost every user its lines and every lock 40 bytes.
// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>

#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {

// Sleeps in std::atomic::wait. Not recursive, not fair; trivially destructible everywhere, as whatever a static
// destructor may use has to be. Source: U. Drepper, Futexes are tricky, 2011, section 6.
class mutex {
 public:
  constexpr mutex() noexcept = default;
  mutex(const mutex&) = delete;
  mutex& operator=(const mutex&) = delete;

  void lock() noexcept {
    int free = 0;
    if (!state_.compare_exchange_strong(free, held, std::memory_order_acquire, std::memory_order_relaxed))
      while (state_.exchange(awaited, std::memory_order_acquire) != 0) state_.wait(awaited, std::memory_order_relaxed);
  }
  void unlock() noexcept {
    if (state_.exchange(0, std::memory_order_release) == awaited) state_.notify_one();
  }

 private:
  static constexpr int held = 1;
  static constexpr int awaited = 2;  // held, and somebody may sleep
  std::atomic<int> state_{0};
};

// Holds a mutex for the length of a block.
class mutex_hold {
 public:
  explicit mutex_hold(mutex& which) noexcept : mutex_(which) { mutex_.lock(); }
  ~mutex_hold() { mutex_.unlock(); }
  mutex_hold(const mutex_hold&) = delete;
  mutex_hold& operator=(const mutex_hold&) = delete;

 private:
  mutex& mutex_;
};

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
