// slotted: blocks of any size out of slabs, charged to a budget.
// SPDX-License-Identifier: MIT
#pragma once

#include <bit>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <new>

#include <slotted/algorithm.hpp>
#include <slotted/memory/footprint.hpp>
#include <slotted/memory/page_arena.hpp>
#include <slotted/memory/slab.hpp>
#include <slotted/memory/slot_store.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {

// Sizes of blocks: multiples of 8 up to 128 bytes, then eight to each doubling, so that at most an eighth of a block is
// padding.
struct size_class {
  static constexpr std::size_t largest = 32768;
  static constexpr unsigned count = 16 + 8 * 8;
  static constexpr std::size_t largest_alignment =
      512;  // a slab's first block stands at that offset, so it costs a page at most an eighth

  unsigned index;
  std::size_t bytes;  // a multiple of the alignment asked for

  // Preconditions: 1 <= bytes <= largest.
  [[nodiscard]] static constexpr size_class of(std::size_t bytes) noexcept {
    if (bytes <= 128) {
      const std::size_t eights = (bytes + 7) / 8;
      return {static_cast<unsigned>(eights - 1), eights * 8};
    }
    const auto doubling = static_cast<unsigned>(std::bit_width(bytes - 1) - 8);  // 0: (128, 256]
    const std::size_t step = std::size_t{16} << doubling;
    const std::size_t rounded = round_up(bytes, step);
    return {15 + doubling * 8 + static_cast<unsigned>((rounded - (std::size_t{128} << doubling)) / step), rounded};
  }
};

}  // namespace detail

/// A heap in slabs: every size class keeps its blocks in slabs of its own, with one bit of overhead a block.
///
/// Allocation takes the lowest free block of a class; both directions are constant time. Empty slabs go back to the
/// system but for one a class. Blocks of more than 32 KiB, or aligned to more than 512 bytes, have whole pages of their
/// own. A heap is for one thread at a time, as the pool resources of the standard library that are not synchronised; it
/// is neither copied nor moved.
class slab_heap {
 public:
  /// A heap that is charged to no budget. It holds nothing until the first allocation.
  slab_heap() noexcept = default;
  /// A heap that is charged to `budget`, which outlives it.
  explicit slab_heap(memory_budget& budget) noexcept : budget_(&budget) {}
  slab_heap(const slab_heap&) = delete;
  slab_heap& operator=(const slab_heap&) = delete;

  /// Preconditions: every block has been deallocated.
  ~slab_heap() {
    assert(payload_ == 0 && "a heap outlives its blocks");
    for (store*& each : stores_)
      if (each != nullptr) each->~store();
    arena_.release(budget_);
  }

  /// A block of `bytes` bytes aligned to `alignment`.
  ///
  /// Preconditions: `alignment` is a power of two.
  /// Throws: `budget_exceeded`, or `std::bad_alloc` when the system refuses; nothing has changed then.
  /// Complexity: amortised constant; linear in the pages of a block of more than 32 KiB.
  [[nodiscard]] void* allocate(std::size_t bytes, std::size_t alignment = alignof(std::max_align_t)) {
    commit_outcome why;
    void* const block = take(bytes, alignment, why);
    if (block == nullptr) [[unlikely]]
      detail::throw_no_memory(why, budget_);
    return block;
  }

  /// As `allocate`, but returns null when there is no room.
  [[nodiscard]] void* try_allocate(std::size_t bytes, std::size_t alignment = alignof(std::max_align_t)) noexcept {
    commit_outcome why;
    return take(bytes, alignment, why);
  }

  /// Ends a block.
  ///
  /// Preconditions: `block` came from this heap with the same `bytes` and `alignment`.
  /// Complexity: constant.
  void deallocate(void* block, std::size_t bytes, std::size_t alignment = alignof(std::max_align_t)) noexcept {
    assert(payload_ >= bytes);
    payload_ -= bytes;
    if (is_large(bytes, alignment)) return give_pages(static_cast<std::byte*>(block), bytes, alignment);
    stores_[class_of(bytes, alignment).index]->give_at(block);
  }

  /// Gives every page without a block back to the system and to the budget.
  void trim() noexcept {
    for (store* each : stores_)
      if (each != nullptr) each->trim();
    if (payload_ != 0 || blocks_held() != 0) return;
    for (store*& each : stores_) {
      if (each != nullptr) each->~store();
      each = nullptr;
    }
    arena_.release(budget_);
  }

  /// The budget that is charged, or null.
  [[nodiscard]] memory_budget* budget() const noexcept { return budget_; }

  /// What the heap took from the system; `total()` is exactly what its budget was charged. The payload is what callers
  /// asked for.
  [[nodiscard]] slotted::footprint footprint() const noexcept {
    slotted::footprint bytes;
    bytes.payload = payload_;
    std::size_t held = large_held_ + arena_.committed();
    for (const store* each : stores_) {
      if (each == nullptr) continue;
      held += each->held();
      bytes.idle += (each->capacity() - each->size()) * each->shape().layout().slot_bytes;
    }
    bytes.overhead = held - bytes.payload - bytes.idle;
    return bytes;
  }

 private:
  using store = detail::slot_store<detail::sized_shape>;

  static constexpr bool is_large(std::size_t bytes, std::size_t alignment) noexcept {
    return bytes > detail::size_class::largest || alignment > detail::size_class::largest_alignment;
  }
  static std::size_t whole_pages(std::size_t bytes) noexcept {
    return detail::round_up(detail::max_of<std::size_t>(bytes, 1), detail::page_bytes());
  }
  static constexpr detail::size_class class_of(std::size_t bytes, std::size_t alignment) noexcept {
    return detail::size_class::of(detail::round_up(detail::max_of<std::size_t>(bytes, 1), alignment));
  }

  void* take(std::size_t bytes, std::size_t alignment, commit_outcome& why) noexcept {
    assert(std::has_single_bit(alignment));
    if (is_large(bytes, alignment)) return take_pages(bytes, alignment, why);
    const detail::size_class size = class_of(bytes, alignment);
    store::slot slot{};
    why = take_slot(size, slot, false);
    if (why == commit_outcome::over_budget) {  // the heap's own spares go first, then the budget's reliefs are asked
      if (give_spares()) why = take_slot(size, slot, false);
      if (why == commit_outcome::over_budget) why = take_slot(size, slot, true);
    }
    if (why != commit_outcome::done) [[unlikely]] {
      if (payload_ == 0) trim();  // a heap without a block holds nothing
      return nullptr;
    }
    payload_ += bytes;
    return slot.at;
  }

  commit_outcome take_slot(detail::size_class size, store::slot& slot, bool ask_relief) noexcept {
    if (stores_[size.index] == nullptr) [[unlikely]]
      if (const commit_outcome why = add_store(size, ask_relief); why != commit_outcome::done) return why;
    return stores_[size.index]->take(slot, ask_relief);
  }

  commit_outcome add_store(detail::size_class size, bool ask_relief) noexcept {
    commit_outcome why;
    void* const room = arena_.try_allocate(sizeof(store), budget_, why, ask_relief);
    if (room == nullptr) return why;
    const std::size_t alignment = detail::min_of(size.bytes & (~size.bytes + 1), detail::size_class::largest_alignment);
    stores_[size.index] = ::new (room) store(detail::sized_shape(size.bytes, alignment), budget_);
    return commit_outcome::done;
  }

  // Whether pages that held nothing went back to the budget. What the budget says does not tell: others use it, too.
  bool give_spares() noexcept {
    bool some = false;
    for (store* each : stores_) {
      if (each == nullptr) continue;
      const std::size_t before = each->held();
      each->trim();
      some |= each->held() < before;
    }
    return some;
  }

  [[nodiscard]] std::size_t blocks_held() const noexcept {
    std::size_t blocks = large_held_;
    for (const store* each : stores_) blocks += each == nullptr ? 0 : each->size();
    return blocks;
  }

  void* take_pages(std::size_t bytes, std::size_t alignment, commit_outcome& why) noexcept {
    why = commit_outcome::out_of_memory;
    if (bytes > SIZE_MAX / 2) return nullptr;
    detail::address_space& space = detail::address_space::of(page_kind::base);
    const std::size_t whole = whole_pages(bytes);
    std::byte* const at = space.reserve(whole, alignment);
    if (at == nullptr) return nullptr;
    why = detail::charge_and_commit(at, whole, budget_, false);
    if (why == commit_outcome::over_budget) {
      if (give_spares()) why = detail::charge_and_commit(at, whole, budget_, false);
      if (why == commit_outcome::over_budget) why = detail::charge_and_commit(at, whole, budget_, true);
    }
    if (why != commit_outcome::done) {
      space.release(at, whole, alignment);
      return nullptr;
    }
    large_held_ += whole;
    payload_ += bytes;
    return at;
  }

  void give_pages(std::byte* at, std::size_t bytes, std::size_t alignment) noexcept {
    const std::size_t whole = whole_pages(bytes);
    detail::decommit_pages(at, whole);
    if (budget_ != nullptr) budget_->release(whole);
    detail::address_space::of(page_kind::base).release(at, whole, alignment);
    large_held_ -= whole;
  }

  memory_budget* budget_ = nullptr;
  std::size_t payload_ = 0;
  std::size_t large_held_ = 0;
  detail::page_arena arena_;
  store* stores_[detail::size_class::count] = {};
};

}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
