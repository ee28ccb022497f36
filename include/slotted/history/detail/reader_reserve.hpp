// slotted: the share of a budget that a history sets aside for those who read it.
// SPDX-License-Identifier: MIT
//
// What a read needs beside its stack is taken from here, so that it does not fail because data fills the budget. Bytes
// that snapshots keep from being freed count here, too. All members may be called from any thread. The object is
// counted by reference: the history holds it, and so does every range and snapshot that took memory from it.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <new>
#include <utility>

#include <slotted/algorithm.hpp>
#include <slotted/memory/budget.hpp>
#include <slotted/memory/mutex.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {

class reader_reserve {
 public:
  // Null when the system refuses. `budget` may be null: then nothing is charged.
  [[nodiscard]] static reader_reserve* make(memory_budget* budget) noexcept {
    return ::new (std::nothrow) reader_reserve(budget);
  }
  void hold() noexcept { holders_.fetch_add(1, std::memory_order_relaxed); }
  void drop() noexcept {
    if (holders_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
  }

  // ---- for the history

  // Ranges take at most `bytes` from now on: what they take beyond what is set aside, data cannot have.
  void set_most(std::size_t bytes) noexcept {
    const mutex_hold hold(lock_);
    most_ = bytes;
  }
  // Adds `bytes`, which the budget was charged, to what is set aside.
  void add(std::size_t bytes) noexcept {
    const mutex_hold hold(lock_);
    set_aside_ += bytes;
  }
  // `bytes` that the budget was charged for data are kept for a snapshot from now on: they count here.
  void adopt(std::size_t bytes) noexcept {
    const mutex_hold hold(lock_);
    if (used_ + bytes <= set_aside_) {
      used_ += bytes;
      if (budget_ != nullptr) budget_->release(bytes);
    } else {
      extra_ += bytes;
    }
  }
  // Gives back the whole charge: the history ends. What is returned later is charged to nobody.
  void close() noexcept {
    const mutex_hold hold(lock_);
    if (budget_ != nullptr) budget_->release(set_aside_ + extra_ + beyond_);
    budget_ = nullptr;
    closed_ = true;
  }
  // Releases what is set aside beyond `kept` and not used. Returns: the bytes.
  std::size_t give_idle(std::size_t kept = 0) noexcept {
    const mutex_hold hold(lock_);
    const std::size_t idle = set_aside_ - min_of(set_aside_, max_of(used_, kept));
    set_aside_ -= idle;
    if (budget_ != nullptr) budget_->release(idle);
    return idle;
  }

  // ---- for readers

  // Takes `bytes` for a range from what is set aside, and the rest from what the budget has left, as far as readers
  // may. Nothing is evicted for it.
  [[nodiscard]] bool try_charge(std::size_t bytes) noexcept {
    const mutex_hold hold(lock_);
    const std::size_t beyond = bytes - min_of(bytes, set_aside_ - used_);
    if (beyond != 0) {
      const std::size_t charged = set_aside_ + beyond_;
      if (charged > most_ || beyond > most_ - charged) return false;
      if (budget_ != nullptr && !budget_->try_reserve(beyond)) return false;
    }
    used_ += bytes - beyond;
    beyond_ += beyond;
    return true;
  }
  void release(std::size_t bytes) noexcept {
    const mutex_hold hold(lock_);
    give_back(beyond_, bytes);
  }
  // The same for a snapshot: it may have whatever the budget has left, for it expires where data needs that.
  [[nodiscard]] bool try_charge_snapshot(std::size_t bytes) noexcept {
    const mutex_hold hold(lock_);
    if (used_ + bytes <= set_aside_) {
      used_ += bytes;
      return true;
    }
    if (budget_ != nullptr && !budget_->try_reserve(bytes)) return false;
    extra_ += bytes;
    return true;
  }
  void release_snapshot(std::size_t bytes) noexcept {
    const mutex_hold hold(lock_);
    give_back(extra_, bytes);
  }
  // The bytes that a read may take for the sake of speed.
  [[nodiscard]] std::size_t comfort() noexcept {
    const mutex_hold hold(lock_);
    if (budget_ == nullptr) return std::size_t{1} << 20;
    return min_of(max_of((set_aside_ - used_) / 2, budget_->available() / 8),
                  most_ - min_of(most_, set_aside_ + beyond_) + set_aside_ - used_);
  }

  // ---- figures

  [[nodiscard]] std::size_t charged() noexcept {
    const mutex_hold hold(lock_);
    return set_aside_ + extra_ + beyond_;
  }
  [[nodiscard]] std::size_t idle() noexcept {
    const mutex_hold hold(lock_);
    return set_aside_ - used_;
  }
  [[nodiscard]] std::size_t set_aside() noexcept {
    const mutex_hold hold(lock_);
    return set_aside_;
  }
  [[nodiscard]] std::size_t used() noexcept {
    const mutex_hold hold(lock_);
    return used_ + extra_ + beyond_;
  }

 private:
  explicit reader_reserve(memory_budget* budget) noexcept : budget_(budget) {}
  ~reader_reserve() = default;

  // Preconditions: the lock is held. Gives back what was charged beyond first.
  void give_back(std::size_t& beyond, std::size_t bytes) noexcept {
    const std::size_t first = min_of(beyond, bytes);
    beyond -= first;
    used_ -= bytes - first;
    if (budget_ != nullptr) budget_->release(first);
  }

  std::atomic<std::size_t> holders_{1};
  mutex lock_;  // guards what follows
  bool closed_ = false;
  memory_budget* budget_;
  std::size_t set_aside_ = 0;    // bytes charged for readers, used or not
  std::size_t used_ = 0;         // of them
  std::size_t extra_ = 0;        // bytes charged beyond them for snapshots
  std::size_t beyond_ = 0;       // and for ranges
  std::size_t most_ = SIZE_MAX;  // of what is set aside and what ranges take beyond
};

// Takes and gives the memory of reads; what ranges hold. Cheap to copy: the history, or whoever took memory, holds the
// reserve.
class reader_memory {
 public:
  explicit reader_memory(reader_reserve* reserve = nullptr) noexcept : reserve_(reserve) {}

  // Memory aligned as operator new aligns it, or null; it holds the reserve until it is given back.
  [[nodiscard]] void* try_take(std::size_t bytes) noexcept {
    if (reserve_ != nullptr && !reserve_->try_charge(bytes)) return nullptr;
    void* const made = ::operator new(bytes, std::nothrow);
    if (reserve_ == nullptr) return made;
    if (made == nullptr)
      reserve_->release(bytes);
    else
      reserve_->hold();
    return made;
  }
  void give(void* from, std::size_t bytes) noexcept {
    ::operator delete(from);
    if (reserve_ == nullptr) return;
    reserve_->release(bytes);
    reserve_->drop();
  }
  [[nodiscard]] std::size_t comfort() const noexcept {
    return reserve_ == nullptr ? std::size_t{1} << 20 : reserve_->comfort();
  }

 private:
  reader_reserve* reserve_;
};

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
