// slotted: empty slabs that several pools share.
// SPDX-License-Identifier: MIT
#pragma once

#include <cassert>
#include <cstddef>

#include <slotted/algorithm.hpp>
#include <slotted/memory/budget.hpp>
#include <slotted/memory/footprint.hpp>
#include <slotted/memory/mutex.hpp>
#include <slotted/memory/slab.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {
template <class Shape>
class slot_slabs;
}  // namespace detail

/// A few empty slabs, committed and charged, that the pools made with it hand to each other.
///
/// A pool of its own keeps one slab that became empty as a spare. Pools that share a cache keep none: their empty slabs
/// go to the cache, up to its number of spares, and the next pool in need takes one from there instead of from the
/// system. The cache outlives its pools and is outlived by its budget. All members may be called from any thread.
class slab_cache {
 public:
  /// The most slabs that a cache keeps.
  static constexpr std::size_t max_spares = 16;

  /// A cache of up to `spares` slabs, at most `max_spares`, that is charged to no budget.
  explicit slab_cache(std::size_t spares = 1) noexcept : spares_(detail::min_of(spares, max_spares)) {}
  /// A cache of up to `spares` slabs, at most `max_spares`; it and its pools are charged to `budget`.
  explicit slab_cache(memory_budget& budget, std::size_t spares = 1) noexcept
      : budget_(&budget), spares_(detail::min_of(spares, max_spares)) {}
  slab_cache(const slab_cache&) = delete;
  slab_cache& operator=(const slab_cache&) = delete;
  /// Preconditions: its pools are gone.
  ~slab_cache() { trim(); }

  /// The budget that is charged, or null.
  [[nodiscard]] memory_budget* budget() const noexcept { return budget_; }

  /// The bytes of the slabs kept here, all of them idle.
  [[nodiscard]] slotted::footprint footprint() const noexcept {
    const detail::mutex_hold hold(lock_);
    slotted::footprint bytes;
    for (std::size_t at = 0; at < count_; ++at) bytes.idle += kept_[at].committed;
    return bytes;
  }

  /// Gives every slab kept here back to the system and to the budget.
  void trim() noexcept {
    const detail::mutex_hold hold(lock_);
    for (; count_ != 0; --count_) give_back(kept_[count_ - 1]);
  }

 private:
  template <class>
  friend class detail::slot_slabs;

  // A self-aligned slab of which the first `committed` bytes are committed and charged.
  struct slab {
    std::byte* at = nullptr;
    std::size_t bytes = 0;
    std::size_t committed = 0;
    page_kind kind = page_kind::base;
  };

  // Keeps a slab together with its charge, or gives it back.
  void put(const slab& empty) noexcept {
    const detail::mutex_hold hold(lock_);
    if (count_ < spares_)
      kept_[count_++] = empty;
    else
      give_back(empty);
  }

  // A slab of that size and kind, committed to `least` bytes or more, with its charge; one with no address when there
  // is none.
  [[nodiscard]] slab take(std::size_t bytes, page_kind kind, std::size_t least) noexcept {
    const detail::mutex_hold hold(lock_);
    for (std::size_t at = count_; at-- != 0;) {
      if (kept_[at].bytes != bytes || kept_[at].kind != kind || kept_[at].committed < least) continue;
      const slab found = kept_[at];
      kept_[at] = kept_[--count_];
      return found;
    }
    return {};
  }

  void give_back(const slab& gone) noexcept {
    detail::decommit_pages(gone.at, gone.committed);
    if (budget_ != nullptr) budget_->release(gone.committed);
    detail::address_space::of(gone.kind).release(gone.at, gone.bytes, gone.bytes);
  }

  memory_budget* budget_ = nullptr;
  std::size_t spares_;
  mutable detail::mutex lock_;
  std::size_t count_ = 0;
  slab kept_[max_spares];
};

}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
