// slotted: an array in pages that grows a page at a time and never copies to grow.
// SPDX-License-Identifier: MIT
//
// Elements are numbered from 0 and stand in segments, each twice as large as the one before. A segment is reserved as
// address space at once and committed page by page, so elements keep their addresses. The first few may stand in memory
// that the owner lends (`begin_in`): they are copied once, when more are needed.
// One thread changes the array. Others may read elements that were there when they were told of them, without a lock,
// if the array borrowed no memory: a segment's address is written once, before anybody can know of its elements.
#pragma once

#include <bit>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include <slotted/algorithm.hpp>
#include <slotted/history/detail/charged_memory.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {

// Of up to 2^Bits elements.
template <class T, unsigned Bits = 31>
class paged_array {
  static_assert(std::is_trivially_copyable_v<T>);
  static constexpr std::size_t first_elements = std::bit_floor(max_of<std::size_t>(4096 / sizeof(T), 1));
  static constexpr unsigned first_bits = static_cast<unsigned>(std::bit_width(first_elements)) - 1;
  static constexpr std::size_t segments = Bits + 1 - first_bits;

 public:
  constexpr paged_array() noexcept = default;
  paged_array(const paged_array&) = delete;
  paged_array& operator=(const paged_array&) = delete;
  ~paged_array() { assert(capacity_ == 0 || lent_); }

  // Lends room for the first elements. Preconditions: the array is empty, elements <= 4096 / sizeof(T) / 2.
  void begin_in(T* room, std::size_t elements) noexcept {
    set_base(0, reinterpret_cast<std::byte*>(room));
    lent_ = true;
    capacity_ = elements;
  }

  [[nodiscard]] T& operator[](std::uint32_t i) const noexcept {
    // The number's highest bit, those of the first segment taken as one.
    const auto segment = static_cast<unsigned>(std::bit_width(i | (first_elements - 1)));
    return *reinterpret_cast<T*>(origin_[segment - first_bits] + i * sizeof(T));
  }
  [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }
  // The bytes that are charged for it.
  [[nodiscard]] std::size_t held() const noexcept { return held_; }
  // The bytes that the next growth would charge.
  [[nodiscard]] std::size_t next_step() const noexcept {
    constexpr std::size_t most = std::size_t{32} << 10;  // one growth is part of one append, and pages are slow to come
    return min_of(growth_step(held_ / 4, page_bytes()), max_of(most, page_bytes()));
  }

  // Makes room for at least one more element.
  [[nodiscard]] commit_outcome try_grow(charged_memory& memory, bool evict) noexcept {
    if (lent_ || count_ == 0 || committed_ == bytes_of(count_ - 1)) {
      const unsigned segment = lent_ ? 0 : count_;
      if (segment >= segments) return commit_outcome::full;
      std::byte* const at = charged_memory::reserve(bytes_of(segment));
      if (at == nullptr) return commit_outcome::out_of_memory;
      std::size_t step = min_of(bytes_of(segment), next_step());
      if (const commit_outcome why = try_commit(memory, at, step, evict); why != commit_outcome::done) {
        charged_memory::unreserve(at, bytes_of(segment));
        return why;
      }
      if (lent_) std::memcpy(at, base(0), capacity_ * sizeof(T));
      lent_ = false;
      set_base(segment, at);
      committed_ = step;
      held_ += step;
    } else {
      const unsigned segment = count_ - 1;
      std::size_t step = min_of(bytes_of(segment) - committed_, next_step());
      if (const commit_outcome why = try_commit(memory, base(segment) + committed_, step, evict);
          why != commit_outcome::done)
        return why;
      committed_ += step;
      held_ += step;
    }
    capacity_ = first_of(count_ - 1) + min_of(committed_ / sizeof(T), elements_of(count_ - 1));
    return commit_outcome::done;
  }

  // Gives back the pages of elements from `count` on. Lent memory stays.
  void shrink(std::size_t count, charged_memory& memory) noexcept {
    if (lent_) return;
    while (count_ != 0) {
      const unsigned segment = count_ - 1;
      const std::size_t first = first_of(segment);
      const std::size_t kept = count > first ? charged_memory::whole_pages((count - first) * sizeof(T)) : 0;
      if (kept >= committed_) return;
      memory.decommit(base(segment) + kept, committed_ - kept);
      held_ -= committed_ - kept;
      committed_ = kept;
      capacity_ = first + min_of(committed_ / sizeof(T), elements_of(segment));
      if (kept != 0) return;
      charged_memory::unreserve(base(segment), bytes_of(segment));
      --count_;
      committed_ = segment == 0 ? 0 : bytes_of(segment - 1);
    }
  }
  void release(charged_memory& memory) noexcept {
    shrink(0, memory);
    if (lent_) count_ = 0;
    lent_ = false;
    capacity_ = 0;
  }

 private:
  // Commits `step` bytes, or a page where the budget has no room for more: nothing is evicted for room to spare.
  [[nodiscard]] static commit_outcome try_commit(charged_memory& memory, std::byte* at, std::size_t& step,
                                                 bool evict) noexcept {
    const commit_outcome why = memory.try_commit(at, step, false);
    if (why != commit_outcome::over_budget) return why;
    if (!evict && step == page_bytes()) return why;
    step = page_bytes();
    return memory.try_commit(at, step, evict);
  }
  [[nodiscard]] static constexpr std::size_t elements_of(unsigned segment) noexcept {
    return segment == 0 ? first_elements : first_elements << (segment - 1);
  }
  [[nodiscard]] static constexpr std::size_t first_of(unsigned segment) noexcept {
    return segment == 0 ? 0 : first_elements << (segment - 1);
  }
  [[nodiscard]] static std::size_t bytes_of(unsigned segment) noexcept {
    return charged_memory::whole_pages(elements_of(segment) * sizeof(T));
  }
  [[nodiscard]] std::byte* base(unsigned segment) const noexcept {
    return reinterpret_cast<std::byte*>(origin_[segment] + first_of(segment) * sizeof(T));
  }
  // The last segment there is.
  void set_base(unsigned segment, std::byte* at) noexcept {
    origin_[segment] = reinterpret_cast<std::uintptr_t>(at) - first_of(segment) * sizeof(T);
    count_ = segment + 1;
  }

  // Of each segment, where element 0 would stand if the segment began with it.
  std::uintptr_t origin_[segments] = {};
  std::size_t capacity_ = 0;   // elements
  std::size_t committed_ = 0;  // bytes, of the last segment
  std::size_t held_ = 0;       // bytes, of all
  unsigned count_ = 0;         // segments
  bool lent_ = false;
};

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
