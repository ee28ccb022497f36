// slotted: numbers that are given out and come back; the lowest free one is given out first.
// SPDX-License-Identifier: MIT
//
// One bit a number, and one bit for each 64 that says that all of them are in use, so that a search looks at one word
// of 4096 numbers at a time. For one thread at a time.
#pragma once

#include <bit>
#include <cassert>
#include <cstddef>
#include <cstdint>

#include <slotted/series/detail/paged_list.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {

class id_map {
 public:
  // One above the greatest number in use.
  [[nodiscard]] std::uint32_t limit() const noexcept { return static_cast<std::uint32_t>(used_.size() * 64); }
  [[nodiscard]] bool has(std::uint32_t id) const noexcept {
    return id / 64 < used_.size() && (used_[id / 64] >> (id % 64) & 1) != 0;
  }
  // The numbers in use among 64 * word to 64 * word + 63.
  [[nodiscard]] std::uint64_t word(std::uint32_t at) const noexcept { return at < used_.size() ? used_[at] : 0; }

  // The number that `take` would give.
  [[nodiscard]] std::uint32_t lowest_free() const noexcept {
    std::uint32_t block = hint_;
    while (block < full_.size() && full_[block] == ~std::uint64_t{0}) ++block;
    if (block >= full_.size()) return limit();
    const std::uint32_t at = block * 64 + static_cast<std::uint32_t>(std::countr_one(full_[block]));
    if (at >= used_.size()) return limit();
    return at * 64 + static_cast<std::uint32_t>(std::countr_one(used_[at]));
  }
  // Whether the next `take` needs no memory, or there is memory for it now.
  [[nodiscard]] bool try_reserve(slab_heap& heap) noexcept {
    if (lowest_free() != limit()) return true;
    return used_.try_reserve(heap, used_.size() + 1) && full_.try_reserve(heap, used_.size() / 64 + 1);
  }
  // The lowest free number, now in use. Preconditions: `try_reserve` has said so.
  std::uint32_t take() noexcept {
    const std::uint32_t id = lowest_free();
    const std::uint32_t at = id / 64;
    if (at == used_.size()) {
      (void)used_.push_back();
      if (at / 64 == full_.size()) (void)full_.push_back();
    }
    used_[at] |= std::uint64_t{1} << (id % 64);
    if (used_[at] == ~std::uint64_t{0}) full_[at / 64] |= std::uint64_t{1} << (at % 64);
    hint_ = at / 64;
    return id;
  }
  // Ends the use of a number. Preconditions: it is in use.
  void give(slab_heap& heap, std::uint32_t id) noexcept {
    assert(has(id));
    const std::uint32_t at = id / 64;
    used_[at] &= ~(std::uint64_t{1} << (id % 64));
    full_[at / 64] &= ~(std::uint64_t{1} << (at % 64));
    if (at / 64 < hint_) hint_ = at / 64;
    std::size_t words = used_.size();
    while (words != 0 && used_[words - 1] == 0) --words;
    if (words == used_.size()) return;
    used_.shrink(heap, words);
    full_.shrink(heap, (words + 63) / 64);
  }
  // Moves a block of memory to the lowest free place of the heap.
  void compact(slab_heap& heap, std::uint32_t leaf) noexcept {
    used_.compact(heap, leaf);
    full_.compact(heap, leaf);
  }
  void release(slab_heap& heap) noexcept {
    used_.release(heap);
    full_.release(heap);
    hint_ = 0;
  }

 private:
  paged_list<std::uint64_t> used_;
  paged_list<std::uint64_t> full_;
  std::uint32_t hint_ = 0;  // no free number stands in an earlier word of full_
};

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
