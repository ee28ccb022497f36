// slotted: the process-wide source of address space that slabs are carved from.
// SPDX-License-Identifier: MIT
#pragma once

#include <bit>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <type_traits>

#include <slotted/algorithm.hpp>
#include <slotted/memory/mutex.hpp>
#include <slotted/memory/pages.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {

// A run of address space that a buddy system divides (Knuth, The Art of Computer Programming, vol. 1, 2.5). Its map of
// free blocks stands behind it: one bit a block, order by order.
class region {
 public:
  static constexpr unsigned max_order = 20;

  // A region of a power-of-two number of pages, or null when the system refuses.
  static region* make(std::size_t bytes, page_kind kind, std::byte* near) noexcept {
    const unsigned order = static_cast<unsigned>(std::countr_zero(bytes / page_bytes()));
    std::byte* const base = map_pages(bytes, bytes, kind, near);
    if (base == nullptr) return nullptr;
    void* const room = ::operator new(sizeof(region) + map_words(order) * sizeof(std::uint64_t), std::nothrow);
    if (room == nullptr) {
      unmap_pages(base, bytes, bytes);
      return nullptr;
    }
    return ::new (room) region(base, order);
  }

  static void destroy(region* gone) noexcept {
    unmap_pages(gone->base_, gone->bytes(), gone->bytes());
    gone->~region();
    ::operator delete(gone);
  }

  [[nodiscard]] std::byte* base() const noexcept { return base_; }
  [[nodiscard]] std::size_t bytes() const noexcept { return page_bytes() << order_; }
  [[nodiscard]] bool holds(const std::byte* at) const noexcept {
    const auto value = reinterpret_cast<std::uintptr_t>(at);
    const auto first = reinterpret_cast<std::uintptr_t>(base_);
    return value >= first && value - first < bytes();
  }
  [[nodiscard]] bool all_free() const noexcept { return blocks_[order_] == 1; }
  [[nodiscard]] bool has(unsigned order) const noexcept { return order <= order_ && (nonempty_ >> order) != 0; }

  // The lowest block of the smallest order that serves; the part beyond `pages` stays free.
  [[nodiscard]] std::byte* take(unsigned order, std::size_t pages) noexcept {
    assert(has(order));
    const unsigned from = order + static_cast<unsigned>(std::countr_zero(nonempty_ >> order));
    const std::size_t first = lowest(from) << from;
    clear(from, first >> from);
    give_back(first + pages, (std::size_t{1} << from) - pages);
    return base_ + first * page_bytes();
  }

  void give(std::byte* at, std::size_t pages) noexcept {
    give_back(static_cast<std::size_t>(at - base_) / page_bytes(), pages);
  }

 private:
  region(std::byte* base, unsigned order) noexcept : base_(base), order_(order) {
    for (std::size_t word = 0; word < map_words(order); ++word) words()[word] = 0;
    set(order, 0);
  }

  // Bits of order k begin at a word of their own behind those of the orders below.
  static constexpr std::size_t words_of(unsigned region_order, unsigned order) noexcept {
    return ((std::size_t{1} << (region_order - order)) + 63) / 64;
  }
  static constexpr std::size_t map_words(unsigned region_order) noexcept {
    std::size_t words = 0;
    for (unsigned order = 0; order <= region_order; ++order) words += words_of(region_order, order);
    return words;
  }
  std::uint64_t* words() noexcept { return reinterpret_cast<std::uint64_t*>(this + 1); }
  std::uint64_t* words(unsigned order) noexcept {
    std::uint64_t* at = words();
    for (unsigned below = 0; below < order; ++below) at += words_of(order_, below);
    return at;
  }

  void set(unsigned order, std::size_t block) noexcept {
    words(order)[block / 64] |= std::uint64_t{1} << (block % 64);
    if (blocks_[order]++ == 0) nonempty_ |= std::uint64_t{1} << order;
  }
  void clear(unsigned order, std::size_t block) noexcept {
    words(order)[block / 64] &= ~(std::uint64_t{1} << (block % 64));
    if (--blocks_[order] == 0) nonempty_ &= ~(std::uint64_t{1} << order);
  }
  bool test(unsigned order, std::size_t block) noexcept { return (words(order)[block / 64] >> (block % 64) & 1) != 0; }

  std::size_t lowest(unsigned order) noexcept {
    const std::uint64_t* word = words(order);
    std::size_t at = 0;
    while (word[at] == 0) ++at;
    return at * 64 + static_cast<std::size_t>(std::countr_zero(word[at]));
  }

  // Frees a run of pages as the largest aligned blocks that it is made of.
  void give_back(std::size_t first, std::size_t pages) noexcept {
    while (pages != 0) {
      const auto fit = static_cast<unsigned>(std::bit_width(pages) - 1);
      const unsigned order = first == 0 ? fit : min_of(fit, static_cast<unsigned>(std::countr_zero(first)));
      merge(order, first >> order);
      first += std::size_t{1} << order;
      pages -= std::size_t{1} << order;
    }
  }
  void merge(unsigned order, std::size_t block) noexcept {
    assert(!test(order, block) && "address space given back twice");
    while (order < order_ && test(order, block ^ 1)) {
      clear(order, block ^ 1);
      block /= 2;
      ++order;
    }
    set(order, block);
  }

  std::byte* base_;
  std::uint64_t nonempty_ = 0;                // bit k: there is a free block of 2^k pages
  std::uint32_t blocks_[max_order + 1] = {};  // free blocks of each order
  unsigned order_;
};

// All regions of one kind of page. Regions grow on demand: the first is small and none is above 64 MiB, so that a
// process with little address space (ulimit -v) is served as well as one with 100 GiB of slabs.
class address_space {
 public:
  static constexpr std::size_t largest_region = std::size_t{64} << 20;
  static constexpr std::size_t smallest_region = std::size_t{4} << 20;

  constexpr explicit address_space(page_kind kind) noexcept : kind_(kind) {}
  address_space(const address_space&) = delete;
  address_space& operator=(const address_space&) = delete;

  [[nodiscard]] static address_space& of(page_kind kind) noexcept;

  // Address space that is not committed. bytes: a multiple of the page size; alignment: a power of two. Null when the
  // system refuses.
  [[nodiscard]] std::byte* reserve(std::size_t bytes, std::size_t alignment) noexcept {
    if (max_of(bytes, alignment) > SIZE_MAX / 2) return nullptr;  // no power of two above it
    const std::size_t page = page_bytes();
    const std::size_t block = std::bit_ceil(max_of(max_of(bytes, alignment), page));
    const mutex_hold hold(lock_);
    if (block > largest_region) {
      std::byte* const at = map_pages(bytes, max_of(alignment, page), kind_);
      if (at != nullptr) mapped_ += bytes;
      return at;
    }
    const auto order = static_cast<unsigned>(std::countr_zero(block / page));
    for (std::size_t& at = hint_[order]; at < count_; ++at)
      if (regions_[at]->has(order)) return carve(*regions_[at], order, bytes / page);
    region* const added = grow(block);
    return added == nullptr ? nullptr : carve(*added, order, bytes / page);
  }

  // Gives back what reserve(bytes, alignment) returned, with nothing committed in it.
  void release(std::byte* at, std::size_t bytes, std::size_t alignment) noexcept {
    const std::size_t page = page_bytes();
    const mutex_hold hold(lock_);
    if (std::bit_ceil(max_of(max_of(bytes, alignment), page)) > largest_region) {
      unmap_pages(at, bytes, max_of(alignment, page));
      mapped_ -= bytes;
      return;
    }
    const std::size_t index = upper(at) - 1;
    assert(index < count_ && regions_[index]->holds(at));
    regions_[index]->give(at, bytes / page);
    for (std::size_t& hint : hint_) hint = min_of(hint, index);
    // One empty region stays, so that a container that comes and goes does not map and unmap each time.
    if (regions_[index]->all_free() && ++empty_ > 1) drop(index);
  }

  // Bytes of address space that are mapped, whether carved or not.
  [[nodiscard]] std::size_t mapped() noexcept {
    const mutex_hold hold(lock_);
    return mapped_;
  }

 private:
  std::byte* carve(region& from, unsigned order, std::size_t pages) noexcept {
    if (from.all_free()) --empty_;
    return from.take(order, pages);
  }

  // The number of regions that begin at or below an address: regions_ is sorted by it.
  std::size_t upper(const std::byte* at) const noexcept {
    std::size_t first = 0;
    for (std::size_t length = count_; length != 0;) {
      const std::size_t half = length / 2;
      if (reinterpret_cast<std::uintptr_t>(regions_[first + half]->base()) <= reinterpret_cast<std::uintptr_t>(at)) {
        first += half + 1;
        length -= half + 1;
      } else {
        length = half;
      }
    }
    return first;
  }

  // Adds a region that has room for `block`, smaller ones when the system refuses a large one; null when it refuses
  // that, too.
  region* grow(std::size_t block) noexcept {
    if (count_ == capacity_) {
      const std::size_t more = max_of<std::size_t>(16, capacity_ * 2);
      auto* const wider = static_cast<region**>(::operator new(more * sizeof(region*), std::nothrow));
      if (wider == nullptr) return nullptr;
      copy_elements(regions_, count_, wider);
      ::operator delete(regions_);
      regions_ = wider;
      capacity_ = more;
    }
    region* added = nullptr;
    for (std::size_t size = max_of(block, max_of(smallest_region, min_of(std::bit_floor(mapped_), largest_region)));
         added == nullptr && size >= block; size /= 2) {
      std::byte* const below =
          count_ == 0 ? nullptr
                      : reinterpret_cast<std::byte*>(reinterpret_cast<std::uintptr_t>(regions_[0]->base()) - size);
      added = region::make(size, kind_, below);
    }
    if (added == nullptr) return nullptr;
    const std::size_t index = upper(added->base());
    std::memmove(regions_ + index + 1, regions_ + index, (count_ - index) * sizeof *regions_);
    regions_[index] = added;
    ++count_;
    ++empty_;
    mapped_ += added->bytes();
    for (std::size_t& hint : hint_) hint = min_of(hint, index);
    return added;
  }

  void drop(std::size_t index) noexcept {
    mapped_ -= regions_[index]->bytes();
    region::destroy(regions_[index]);
    std::memmove(regions_ + index, regions_ + index + 1, (count_ - index - 1) * sizeof *regions_);
    --count_;
    --empty_;
    for (std::size_t& hint : hint_)
      if (hint > index) --hint;
  }

  page_kind kind_;
  mutex lock_;
  region** regions_ = nullptr;  // by address
  std::size_t count_ = 0;
  std::size_t capacity_ = 0;
  std::size_t empty_ = 0;  // regions of which nothing is carved
  std::size_t mapped_ = 0;
  std::size_t hint_[region::max_order + 1] = {};  // by order: no region before this one has a block of it
};

inline address_space& address_space::of(page_kind kind) noexcept {
  // Nothing destroys them: containers of static storage duration may end after any object with a destructor would.
  static_assert(std::is_trivially_destructible_v<address_space>);
  static constinit address_space base{page_kind::base};
  static constinit address_space huge{page_kind::huge};
  return kind == page_kind::huge ? huge : base;
}

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
