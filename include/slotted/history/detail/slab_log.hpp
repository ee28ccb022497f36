// slotted: a log of slabs: blocks are written at its end and go at its front, and an address is never used again.
// SPDX-License-Identifier: MIT
//
// An address is the number of a slab and an offset in it. Numbers only grow, so what lies below begin() is gone for
// ever. A slab keeps, at the end of what it has, where its blocks begin and which of them are dead; readers never look
// there. The owner's thread changes the log. A log_map is what readers have: a copy of it stays valid while the slabs
// and the directory that it names are kept.
#pragma once

#include <bit>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>

#include <slotted/algorithm.hpp>
#include <slotted/history/detail/block_format.hpp>
#include <slotted/history/detail/charged_memory.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {

// What stands at the front of a slab. Readers look at none of it.
struct slab_head {
  std::uint32_t used = 0;               // bytes from the slab's front, this head included
  std::uint32_t live = 0;               // bytes of blocks that are not dead
  std::uint32_t blocks = 0;             // that begin in it
  std::uint32_t passed = 0;             // of them, from the front: evicted one by one
  std::uint32_t hollow = 0;             // bytes at its end that have been given back
  std::uint32_t born = 0;               // the clock of snapshots when it was begun
  std::uint64_t stamp = 0;              // of the budget when it was begun: its age among all who share it
  std::int64_t least_last = INT64_MAX;  // the least of the last times of its blocks when they were written
  double last_sum = 0;                  // of those last times, for their mean
  slab_head* next_dead = nullptr;       // kept for a snapshot

  [[nodiscard]] std::byte* data() noexcept { return reinterpret_cast<std::byte*>(this); }
  [[nodiscard]] std::int64_t mean_last() const noexcept;
};
inline std::int64_t slab_head::mean_last() const noexcept {
  if (blocks == 0) return INT64_MAX;
  const double mean = last_sum / blocks;
  return mean >= 9.2e18 ? INT64_MAX : mean <= -9.2e18 ? INT64_MIN : static_cast<std::int64_t>(mean);
}

// How a history divides memory into slabs. Offsets within a slab count in units, so that 15 bits are enough.
struct slab_shape {
  unsigned shift;       // a slab has 2^shift bytes
  unsigned unit_shift;  // a block begins at a multiple of 2^unit_shift bytes

  [[nodiscard]] static slab_shape of(std::size_t bytes) noexcept {
    const auto shift = static_cast<unsigned>(std::countr_zero(bytes));
    return {shift, shift > 15 ? shift - 15 : 0};
  }
  [[nodiscard]] std::size_t bytes() const noexcept { return std::size_t{1} << shift; }
  [[nodiscard]] std::size_t unit() const noexcept { return std::size_t{1} << unit_shift; }
  // What a slab holds at most: blocks and 2 bytes for each.
  [[nodiscard]] std::size_t room() const noexcept { return bytes() - sizeof(slab_head); }
};

// Where the slabs of a log are. Numbers are those of addresses; the directory is a ring.
struct log_map {
  slab_head* const* ring = nullptr;
  std::uint64_t mask = 0;
  block_address begin = 0;  // below it everything is gone
  block_address end = 0;    // nothing has been written from here on

  [[nodiscard]] slab_head* slab(std::uint64_t number) const noexcept { return ring[number & mask]; }
};

inline constexpr block_address young_bit = std::uint64_t{1} << 47;

class slab_log {
 public:
  static constexpr std::size_t lent_slots = 32;

  // tag: 0 or young_bit, a part of every address.
  explicit slab_log(block_address tag, slab_shape shape, slab_head** lent) noexcept
      : tag_(tag), shape_(shape), ring_(lent), slots_(lent_slots), lent_(lent) {
    map_.ring = ring_;
    map_.mask = slots_ - 1;
    publish();
  }

  [[nodiscard]] const log_map& map() const noexcept { return map_; }
  [[nodiscard]] std::uint64_t first() const noexcept { return first_; }
  [[nodiscard]] std::uint64_t end() const noexcept { return end_; }
  [[nodiscard]] std::size_t slabs() const noexcept { return number_cast<std::size_t>(end_ - first_); }
  [[nodiscard]] slab_head* slab(std::uint64_t number) const noexcept { return ring_[number & (slots_ - 1)]; }
  [[nodiscard]] slab_head* front() const noexcept { return slab(first_); }
  [[nodiscard]] slab_head* back() const noexcept { return slab(end_ - 1); }
  [[nodiscard]] std::size_t live() const noexcept { return live_; }  // bytes of blocks that are not dead
  [[nodiscard]] std::size_t directory_bytes() const noexcept {
    return ring_ == lent_ ? 0 : slots_ * sizeof(slab_head*);
  }
  [[nodiscard]] block_address address_of(std::uint64_t number, std::size_t offset) const noexcept {
    return tag_ | number << shape_.shift | offset;
  }
  [[nodiscard]] std::uint64_t number_of(block_address address) const noexcept {
    return (address & (young_bit - 1)) >> shape_.shift;
  }

  // Whether a block of so many bytes fits behind the last.
  [[nodiscard]] bool fits(std::size_t bytes) const noexcept {
    return slabs() != 0 && back() != nullptr && back()->hollow == 0 &&
           back()->used + round_up(bytes, shape_.unit()) + 2 * (std::size_t{back()->blocks} + 1) <= shape_.bytes();
  }
  // Whether one more slab needs no larger directory; `oldest_needed` is the least number that any reader's copy of the
  // present directory needs.
  [[nodiscard]] bool has_slot(std::uint64_t oldest_needed) const noexcept {
    return end_ - min_of(oldest_needed, first_) < slots_;
  }
  // Replaces the directory. Returns: the one before and its bytes, for the owner to give back, or null where it was
  // lent.
  struct directory {
    slab_head** ring;
    std::size_t bytes;
  };
  directory replace_directory(slab_head** ring, std::size_t slots) noexcept {
    const directory before{ring_ == lent_ ? nullptr : ring_, slots_ * sizeof(slab_head*)};
    for (std::uint64_t i = first_; i < end_; ++i) ring[i & (slots - 1)] = slab(i);
    ring_ = ring;
    slots_ = slots;
    map_.ring = ring;
    map_.mask = slots - 1;
    return before;
  }
  // The same with the lent directory. Preconditions: slabs() == 0.
  directory use_lent_directory() noexcept { return replace_directory(lent_, lent_slots); }
  [[nodiscard]] std::size_t slots() const noexcept { return slots_; }

  void push(slab_head* added) noexcept {
    ring_[end_ & (slots_ - 1)] = added;
    ++end_;
    publish();
  }
  // Takes the first slab out; its blocks are gone.
  slab_head* pop() noexcept {
    slab_head* const gone = front();
    if (gone != nullptr) live_ -= gone->live;
    ++first_;
    skip_missing();
    publish();
    return gone;
  }
  // Takes a slab without live blocks out of the middle.
  slab_head* take_out(std::uint64_t number) noexcept {
    slab_head* const gone = slab(number);
    ring_[number & (slots_ - 1)] = nullptr;
    live_ -= gone->live;
    skip_missing();
    publish();
    return gone;
  }

  // Where the next block goes. Preconditions: fits(its bytes).
  [[nodiscard]] block_address next_address() const noexcept { return address_of(end_ - 1, back()->used); }
  [[nodiscard]] std::byte* next_place() const noexcept { return back()->data() + back()->used; }
  // A block of `bytes` has been written at next_place().
  void add(std::size_t bytes, std::int64_t last_time) noexcept {
    const std::size_t rounded = round_up(bytes, shape_.unit());
    add_moved(*back(), rounded, last_time);
    live_ += rounded;
    map_.end = address_of(end_ - 1, back()->used);
  }
  // A live block of so many bytes, whole units, now stands behind the last one of a slab, and no more where it was.
  void add_moved(slab_head& at, std::size_t rounded, std::int64_t last_time) const noexcept {
    set_entry(at, at.blocks++, static_cast<std::uint16_t>(at.used >> shape_.unit_shift));
    at.used += static_cast<std::uint32_t>(rounded);
    at.live += static_cast<std::uint32_t>(rounded);
    at.least_last = min_of(at.least_last, last_time);
    at.last_sum += static_cast<double>(last_time);
  }
  // Takes the last slab out, whose blocks have moved to other slabs. The next one that is pushed has its number.
  slab_head* pop_back() noexcept {
    slab_head* const gone = back();
    --end_;
    publish();
    return gone;
  }

  // The offset of a slab's i-th block, and whether it is dead.
  [[nodiscard]] std::size_t offset(const slab_head& of, std::uint32_t i) const noexcept {
    return std::size_t{entry(of, i) & 0x7FFFu} << shape_.unit_shift;
  }
  [[nodiscard]] bool is_dead(const slab_head& of, std::uint32_t i) const noexcept {
    return (entry(of, i) & 0x8000u) != 0;
  }
  void mark_dead(slab_head& of, std::uint32_t i, std::size_t bytes) noexcept {
    set_entry(of, i, static_cast<std::uint16_t>(entry(of, i) | 0x8000u));
    const auto rounded = static_cast<std::uint32_t>(round_up(bytes, shape_.unit()));
    of.live -= rounded;
    live_ -= rounded;
  }
  // The same by address.
  void mark_dead(block_address address, std::size_t bytes) noexcept {
    slab_head& of = *slab(number_of(address));
    const auto offset = static_cast<std::uint32_t>((address & (shape_.bytes() - 1)) >> shape_.unit_shift);
    std::uint32_t low = 0;
    for (std::uint32_t length = of.blocks; length > 1;) {
      const std::uint32_t half = length / 2;
      if ((entry(of, low + half) & 0x7FFFu) <= offset) low += half;
      length -= half;
    }
    assert((entry(of, low) & 0x7FFFu) == offset);
    mark_dead(of, low, bytes);
  }
  // Before bytes at a slab's end are given back, and after they have come again: where its blocks begin is said before
  // the bytes that it lacks.
  void set_hollow(slab_head& of, std::size_t bytes) const noexcept {
    const std::size_t entries = 2 * std::size_t{of.blocks};
    std::memmove(of.data() + shape_.bytes() - bytes - entries, of.data() + entries_end(of) - entries, entries);
    of.hollow = static_cast<std::uint32_t>(bytes);
  }
  // Blocks of the first slab up to the i-th are gone.
  void pass(std::uint32_t blocks) noexcept {
    front()->passed = blocks;
    publish();
  }

 private:
  void skip_missing() noexcept {
    while (first_ < end_ && front() == nullptr) ++first_;
  }
  void publish() noexcept {
    const slab_head* const at = slabs() == 0 ? nullptr : front();
    const std::size_t offset = at == nullptr             ? 0
                               : at->passed < at->blocks ? (at->passed == 0 ? 0 : this->offset(*at, at->passed))
                                                         : at->used;
    map_.begin = address_of(first_, offset);
    map_.end = slabs() == 0 || back() == nullptr ? address_of(end_, 0) : address_of(end_ - 1, back()->used);
  }
  [[nodiscard]] std::uint16_t entry(const slab_head& of, std::uint32_t i) const noexcept {
    std::uint16_t value = 0;
    std::memcpy(&value, reinterpret_cast<const std::byte*>(&of) + entries_end(of) - 2 * (std::size_t{i} + 1), 2);
    return value;
  }
  void set_entry(slab_head& of, std::uint32_t i, std::uint16_t value) const noexcept {
    std::memcpy(of.data() + entries_end(of) - 2 * (std::size_t{i} + 1), &value, 2);
  }
  [[nodiscard]] std::size_t entries_end(const slab_head& of) const noexcept { return shape_.bytes() - of.hollow; }

  block_address tag_;
  slab_shape shape_;
  log_map map_;
  slab_head** ring_;
  std::size_t slots_;  // a power of two
  slab_head** lent_;
  std::uint64_t first_ = 1;
  std::uint64_t end_ = 1;
  std::size_t live_ = 0;
};

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
