// slotted: the open holds of a table of series, and the closed series that are kept for them.
// SPDX-License-Identifier: MIT
//
// A series that is closed while holds are open hangs on the newest of them. When that one ends, its series pass to the
// next older one, and those of the oldest are released: so a series is kept until every hold that was open when it was
// closed has ended. The owner of the table opens holds and closes series; any thread ends a hold. While a hold is open,
// whoever changes the table has the lock, and so has whoever reads it through a hold; while there is none, there is
// nobody but the owner.
#pragma once

#include <atomic>
#include <cassert>
#include <cstdint>

#include <slotted/memory/mutex.hpp>
#include <slotted/series/detail/series_core.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {

struct hold_node {
  hold_node* older = nullptr;
  hold_node* newer = nullptr;
  std::uint32_t first = no_id;  // of the closed series that hang on it, linked through the table
  std::uint32_t last = no_id;
};

class hold_list {
 public:
  hold_list() noexcept = default;
  hold_list(const hold_list&) = delete;
  hold_list& operator=(const hold_list&) = delete;
  ~hold_list() { assert(newest_ == nullptr && "a table outlives its holds"); }

  // Held by who changes the table, where somebody else may read it.
  class change {
   public:
    explicit change(hold_list& of) noexcept : list_(of.any() ? &of : nullptr) {
      if (list_ != nullptr) list_->lock_.lock();
    }
    ~change() {
      if (list_ != nullptr) list_->lock_.unlock();
    }
    change(const change&) = delete;
    change& operator=(const change&) = delete;

   private:
    hold_list* list_;
  };

  [[nodiscard]] mutex& lock() noexcept { return lock_; }
  // Whether a hold may be open; for the owner.
  [[nodiscard]] bool any() const noexcept { return open_.load(std::memory_order_acquire) != 0; }

  // For the owner.
  void begin(hold_node& node) noexcept {
    const mutex_hold held(lock_);
    node.older = newest_;
    if (newest_ != nullptr) newest_->newer = &node;
    newest_ = &node;
    open_.fetch_add(1, std::memory_order_relaxed);
  }
  // For any thread.
  void end(hold_node& node, series_core& table) noexcept {
    const mutex_hold held(lock_);
    (node.newer != nullptr ? node.newer->older : newest_) = node.older;
    if (node.older != nullptr) node.older->newer = node.newer;
    if (node.first != no_id) append(node.older != nullptr ? *node.older : released_, node, table);
    if (released_.first != no_id) has_released_.store(true, std::memory_order_release);
    open_.fetch_sub(1, std::memory_order_release);
  }
  // For the owner, with the lock: a series that has been closed just now. Returns: whether a hold keeps it.
  [[nodiscard]] bool keep(std::uint32_t number, series_core& table) noexcept {
    if (newest_ == nullptr) return false;
    table.link(number) = no_id;
    hold_node one;
    one.first = one.last = number;
    append(*newest_, one, table);
    return true;
  }
  // Whether there are series that nobody keeps any more; for the owner.
  [[nodiscard]] bool has_released() const noexcept { return has_released_.load(std::memory_order_acquire); }
  // For the owner, with the lock: gives back up to so many of them.
  void release_some(std::uint32_t most, series_core& table) noexcept {
    for (; most != 0 && released_.first != no_id; --most) {
      const std::uint32_t number = released_.first;
      released_.first = table.link(number);
      table.release_row(number);
    }
    if (released_.first != no_id) return;
    released_.last = no_id;
    has_released_.store(false, std::memory_order_relaxed);
  }

 private:
  static void append(hold_node& to, const hold_node& from, series_core& table) noexcept {
    if (to.last == no_id)
      to.first = from.first;
    else
      table.link(to.last) = from.first;
    to.last = from.last;
  }

  mutable mutex lock_;
  hold_node* newest_ = nullptr;
  hold_node released_;
  std::atomic<std::uint32_t> open_{0};
  std::atomic<bool> has_released_{false};
};

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
