// slotted: rows on their way from a tail into a block: in the order of time, and merged with a short block before them.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include <slotted/algorithm.hpp>
#include <slotted/store/history_block.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace v0 {
namespace detail {

// The rows of a tail by time; equal times as they came.
template <class Layout>
class rows_to_seal {
 public:
  rows_to_seal(const series_tail<Layout>& from, std::size_t rows) noexcept : size_(rows) {
    std::size_t end = rows;
    for (const row_chunk* chunk = from.rows.load(std::memory_order_relaxed); end != 0; chunk = chunk->older) {
      for (std::size_t i = chunk->first; i < end; ++i)
        rows_[i] = chunk->rows() + (i - chunk->first) * series_tail<Layout>::stride;
      end = chunk->first;
    }
    bool in_order = true;
    // The chunks have every row; an analyzer does not see that.
    // NOLINTNEXTLINE(clang-analyzer-core.CallAndMessage)
    for (std::size_t i = 0; i < rows; ++i) times_[i] = Layout::time_of(rows_[i]);
    for (std::size_t i = 1; i < rows; ++i) in_order &= times_[i - 1] <= times_[i];
    if (!in_order) sort();
  }

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] std::int64_t first_time() const noexcept { return times_[0]; }
  // Preconditions of both: size() != 0. NOLINTNEXTLINE(clang-analyzer-core.uninitialized.UndefReturn)
  [[nodiscard]] std::int64_t last_time() const noexcept { return times_[size_ - 1]; }
  [[nodiscard]] std::int64_t time(std::size_t i) const noexcept { return times_[i]; }
  [[nodiscard]] const std::byte* row(std::size_t i) const noexcept { return rows_[i]; }

  template <std::size_t L>
  [[nodiscard]] auto open() const noexcept {
    return [this](std::size_t i) { return rows_[i] + Layout::places.offsets[L]; };
  }

 private:
  [[gnu::noinline]] void sort() noexcept {
    struct item {
      std::int64_t time;
      std::size_t came;
    };
    item order[block_rows];
    const std::byte* rows[block_rows];
    for (std::size_t i = 0; i < size_; ++i) {
      order[i] = {times_[i], i};
      rows[i] = rows_[i];
    }
    detail::sort(order, order + size_,
                 [](const item& a, const item& b) { return a.time < b.time || (a.time == b.time && a.came < b.came); });
    for (std::size_t i = 0; i < size_; ++i) {
      times_[i] = order[i].time;
      rows_[i] = rows[order[i].came];
    }
  }

  std::size_t size_;
  const std::byte* rows_[block_rows];
  std::int64_t times_[block_rows];
};

// A block and rows that came after it, by time; of equal times, the block's first.
template <class Layout>
class merged_rows {
  template <std::size_t... L>
  static consteval std::size_t largest_leaf(std::index_sequence<L...>) {
    const std::size_t sizes[] = {sizeof(typename Layout::template leaf<L>)...};
    std::size_t most = 0;
    for (const std::size_t size : sizes) most = max_of(most, size);
    return most;
  }
  static constexpr std::size_t largest = largest_leaf(typename Layout::indices{});

 public:
  // Each leaf is decoded on the stack.
  static constexpr bool possible = largest <= 64;

  // Preconditions: they are block_rows rows together, at most.
  merged_rows(const block_entry<Layout>& before, const rows_to_seal<Layout>& rows) noexcept
      : before_(before), rows_(rows) {
    std::int64_t times[block_rows];
    before.decode_times(times);
    std::size_t from_block = 0;
    std::size_t from_rows = 0;
    while (from_block != before.rows() || from_rows != rows.size()) {
      const bool take_block =
          from_rows == rows.size() || (from_block != before.rows() && times[from_block] <= rows.time(from_rows));
      order_[from_block + from_rows] = static_cast<std::uint16_t>(take_block ? from_block : before.rows() + from_rows);
      ++(take_block ? from_block : from_rows);
    }
  }

  [[nodiscard]] std::size_t size() const noexcept { return before_.rows() + rows_.size(); }
  [[nodiscard]] std::int64_t first_time() const noexcept { return min_of(before_.first_time(), rows_.first_time()); }
  [[nodiscard]] std::int64_t last_time() const noexcept { return max_of(before_.last_time(), rows_.last_time()); }

  template <std::size_t L>
  [[nodiscard]] auto open() noexcept {
    using leaf = typename Layout::template leaf<L>;
    before_.template decode<L>(reinterpret_cast<leaf*>(values_));
    return [this](std::size_t i) -> const std::byte* {
      const std::size_t from = order_[i];
      return from < before_.rows() ? values_ + from * sizeof(leaf)
                                   : rows_.row(from - before_.rows()) + Layout::places.offsets[L];
    };
  }

 private:
  const block_entry<Layout>& before_;
  const rows_to_seal<Layout>& rows_;
  std::uint16_t order_[block_rows];
  alignas(64) std::byte values_[block_rows * largest];
};

}  // namespace detail
}  // namespace v0
}  // namespace slotted
