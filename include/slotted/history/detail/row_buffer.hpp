// slotted: rows of one window of time, gathered series by series and then read in the order of time.
// SPDX-License-Identifier: MIT
//
// A row is 1 + columns words: its time and its values. Rows may have a key of 4 or 8 bytes each beside them. Rows of
// equal time stay in the order in which they were added. The buffer does not own its memory. For one thread.
#pragma once

#include <bit>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include <slotted/algorithm.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {

class row_buffer {
 public:
  static constexpr std::size_t slack = 16;  // bytes of a buffer beside those of its rows

  row_buffer() noexcept = default;
  // A buffer in `bytes` of memory that is aligned for words.
  row_buffer(std::byte* memory, std::size_t bytes, std::size_t columns, std::size_t key_bytes) noexcept
      : width_(1 + columns), key_bytes_(key_bytes) {
    place(memory, bytes);
  }

  // The bytes that a row takes: itself, its key, its number in the order of time, and a share of the sort's counts.
  [[nodiscard]] static constexpr std::size_t row_bytes(std::size_t columns, std::size_t key_bytes) noexcept {
    return 8 * (1 + columns) + key_bytes + sizeof(std::uint32_t) + 1;
  }

  [[nodiscard]] std::size_t size() const noexcept { return size_; }          // rows
  [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }  // rows
  [[nodiscard]] std::size_t room() const noexcept { return capacity_ - size_; }
  void clear() noexcept {
    size_ = 0;
    ordered_ = true;
  }

  // Copies the rows to other memory, which has room for them, and goes on there. They are to be sorted anew.
  void move_to(std::byte* memory, std::size_t bytes) noexcept {
    const std::uint64_t* const rows = words_;
    const std::byte* const keys = keys_;
    place(memory, bytes);
    assert(capacity_ >= size_);
    if (size_ == 0) return;
    std::memcpy(words_, rows, size_ * width_ * sizeof(std::uint64_t));
    if (key_bytes_ != 0) std::memcpy(keys_, keys, size_ * key_bytes_);
  }

  // ---- adding rows

  // Adds n rows without values. Returns: the first one. Preconditions: n <= room().
  std::uint64_t* extend(std::size_t n) noexcept {
    assert(n <= room());
    std::uint64_t* const first = words_ + size_ * width_;
    size_ += n;
    return first;
  }
  // Writes n values of a column to rows that stand one after the other; column 0 is the time.
  void write_column(std::uint64_t* first, std::size_t column, const std::uint64_t* from, std::size_t n) const noexcept {
    for (std::size_t i = 0; i < n; ++i) first[i * width_ + column] = from[i];
  }
  // Writes the times of the n rows that were added last, and notes whether the order of time still holds.
  void write_times(std::uint64_t* first, const std::int64_t* from, std::size_t n) noexcept {
    std::int64_t before = first == words_ ? INT64_MIN : time_of(first - width_);
    bool ordered = ordered_;
    for (std::size_t i = 0; i < n; ++i) {
      first[i * width_] = static_cast<std::uint64_t>(from[i]);
      ordered &= before <= from[i];
      before = from[i];
    }
    ordered_ = ordered;
  }
  // Writes one key beside the n rows from `first` on. Preconditions: the key has key_bytes bytes.
  void write_keys(const std::uint64_t* first, std::size_t n, const void* key) noexcept {
    if (key_bytes_ == 0) return;
    std::byte* to = keys_ + index_of(first) * key_bytes_;
    for (std::size_t i = 0; i < n; ++i, to += key_bytes_) std::memcpy(to, key, key_bytes_);
  }

  // ---- fewer rows

  // Drops the latest rows, so that about `keep` stay, and no row of a time of which another was dropped.
  // Returns: false where all rows are of one time; nothing is dropped then. `limit` is the least time that was dropped.
  // Preconditions: keep < size().
  [[nodiscard]] bool cut(std::size_t keep, std::int64_t& limit) noexcept {
    const spread times = count_times();
    if (times.least == times.most) return false;
    assert(keep < size_);
    std::size_t kept = counts_[0];  // has the least time
    std::size_t slot = 1;
    while (kept + counts_[slot] <= keep) kept += counts_[slot++];  // ends before the last: keep < size_
    const std::uint64_t after = std::uint64_t{slot} << times.shift;
    limit = static_cast<std::int64_t>(static_cast<std::uint64_t>(times.least) + after);
    assert(limit <= times.most);
    drop_after(limit - 1);
    return true;
  }
  // Drops the rows that are later than a time.
  void drop_after(std::int64_t last) noexcept {
    std::size_t kept = 0;
    bool ordered = true;
    for (std::size_t i = 0; i < size_; ++i) {
      if (time(i) > last) continue;
      if (kept != i) {
        std::memcpy(row(kept), row(i), width_ * sizeof(std::uint64_t));
        if (key_bytes_ != 0) std::memcpy(keys_ + kept * key_bytes_, keys_ + i * key_bytes_, key_bytes_);
      }
      ordered &= kept == 0 || time(kept - 1) <= time(kept);
      ++kept;
    }
    size_ = kept;
    ordered_ = ordered;
  }

  // ---- the order of time

  // Orders the rows by time, those of equal time by when they were added.
  void sort() noexcept {
    if (ordered_) return;
    const spread times = count_times();
    std::uint32_t begin = 0;
    for (std::size_t slot = 0; slot < slots_; ++slot) {  // counts become where the rows of a slot begin
      const std::uint32_t count = counts_[slot];
      counts_[slot] = begin;
      begin += count;
    }
    for (std::uint32_t i = 0; i < size_; ++i) order_[counts_[slot_of(time(i), times)]++] = i;  // ... and end
    std::uint32_t first = 0;
    for (std::size_t slot = 0; slot < slots_ && first < size_; ++slot) {
      sort_slot(order_ + first, order_ + counts_[slot]);
      first = counts_[slot];
    }
  }
  // Where the i-th row in the order of time stands. Preconditions: sorted, i < size().
  [[nodiscard]] std::size_t index(std::size_t i) const noexcept { return ordered_ ? i : order_[i]; }
  // Its time and then its values.
  [[nodiscard]] const std::uint64_t* row(std::size_t index) const noexcept { return words_ + index * width_; }
  [[nodiscard]] std::uint64_t* row(std::size_t index) noexcept { return words_ + index * width_; }
  [[nodiscard]] const std::byte* key(std::size_t index) const noexcept { return keys_ + index * key_bytes_; }
  [[nodiscard]] std::int64_t time(std::size_t index) const noexcept { return time_of(row(index)); }

 private:
  struct spread {
    std::int64_t least;
    std::int64_t most;
    unsigned shift;  // of a time's distance from the least, to its slot
  };

  void place(std::byte* memory, std::size_t bytes) noexcept {
    const std::size_t row = row_bytes(width_ - 1, key_bytes_);
    capacity_ = bytes < slack + row ? 0 : (bytes - slack) / row;
    capacity_ = min_of(capacity_, std::size_t{1} << 31);
    // One count for four rows, and no less than two: the slack has room for these.
    slots_ = capacity_ == 0 ? 0 : std::bit_floor(max_of(capacity_ / 4, std::size_t{2}));
    words_ = reinterpret_cast<std::uint64_t*>(memory);
    keys_ = memory + capacity_ * width_ * sizeof(std::uint64_t);
    order_ = reinterpret_cast<std::uint32_t*>(keys_ + capacity_ * key_bytes_);
    counts_ = order_ + capacity_;
  }
  [[nodiscard]] static std::int64_t time_of(const std::uint64_t* row) noexcept {
    return static_cast<std::int64_t>(row[0]);
  }
  [[nodiscard]] std::size_t index_of(const std::uint64_t* row) const noexcept {
    return static_cast<std::size_t>(row - words_) / width_;
  }
  [[nodiscard]] static std::uint32_t slot_of(std::int64_t time, const spread& times) noexcept {
    return static_cast<std::uint32_t>((static_cast<std::uint64_t>(time) - static_cast<std::uint64_t>(times.least)) >>
                                      times.shift);
  }

  // Counts the rows of each slot. The slots are of equal length and the greatest time lies in their second half, so
  // that at least two slots have rows unless all times are equal.
  spread count_times() noexcept {
    spread times{INT64_MAX, INT64_MIN, 0};
    for (std::size_t i = 0; i < size_; ++i) {
      times.least = min_of(times.least, time(i));
      times.most = max_of(times.most, time(i));
    }
    if (size_ == 0) times = {0, 0, 0};
    const std::uint64_t length = static_cast<std::uint64_t>(times.most) - static_cast<std::uint64_t>(times.least);
    const unsigned length_bits = static_cast<unsigned>(std::bit_width(length));
    const unsigned slot_bits = static_cast<unsigned>(std::countr_zero(slots_));
    times.shift = length_bits > slot_bits ? length_bits - slot_bits : 0;
    for (std::size_t slot = 0; slot < slots_; ++slot) counts_[slot] = 0;
    for (std::size_t i = 0; i < size_; ++i) ++counts_[slot_of(time(i), times)];
    return times;
  }
  void sort_slot(std::uint32_t* first, std::uint32_t* last) const noexcept {
    bool ordered = true;
    for (std::uint32_t* at = first + 1; at < last; ++at) ordered &= time(at[-1]) <= time(*at);
    if (ordered) return;
    detail::sort(first, last, [this](std::uint32_t left, std::uint32_t right) {
      const std::int64_t left_time = time(left);
      const std::int64_t right_time = time(right);
      return left_time != right_time ? left_time < right_time : left < right;
    });
  }

  std::uint64_t* words_ = nullptr;
  std::byte* keys_ = nullptr;
  std::uint32_t* order_ = nullptr;
  std::uint32_t* counts_ = nullptr;
  std::size_t width_ = 1;  // words of a row
  std::size_t key_bytes_ = 0;
  std::size_t capacity_ = 0;
  std::size_t slots_ = 0;
  std::size_t size_ = 0;
  bool ordered_ = true;
};

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
