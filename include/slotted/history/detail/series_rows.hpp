// slotted: the rows of one series: those of a block or of the head in a window, the first, the last, how many.
// SPDX-License-Identifier: MIT
//
// All of it reads one series_view inside a section and takes no memory but the stack: up to 48 KiB. For any thread that
// may read.
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>

#include <slotted/algorithm.hpp>
#include <slotted/history/detail/leaf.hpp>
#include <slotted/history/detail/time_window.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {

// Those of n ascending times that a window has.
[[nodiscard]] inline row_span times_within(const std::int64_t* times, std::size_t n, time_window window) noexcept {
  const std::int64_t* const end = times + n;
  const std::int64_t* const first = detail::lower_bound(times, end, window.from);
  return {static_cast<std::size_t>(first - times),
          static_cast<std::size_t>(detail::upper_bound(first, end, window.to) - times)};
}

// The most rows that a head has: as many as are read back to the stack.
template <class Layout>
inline constexpr std::size_t head_capacity = [] {
  if constexpr (requires { Layout::max_head_rows; })
    return std::size_t{Layout::max_head_rows};
  else
    return max_of(std::size_t{1}, min_of(block_rows, 4096 / (Layout::columns + 1)));
}();

// A head read back, its rows in the order of arrival; of one in the order of time, those that are not older than
// `least`. Column c's word of row i stands at column(c)[i].
template <class Layout>
class head_copy {
 public:
  template <class Series>
  explicit head_copy(const Series& view, std::int64_t least = INT64_MIN) noexcept : stride_(view.head_rows()) {
    assert(stride_ <= head_capacity<Layout>);
    if (stride_ != 0) first_ = view.read_head(times_, words_, stride_, least);
  }

  [[nodiscard]] std::size_t rows() const noexcept { return stride_ - first_; }
  [[nodiscard]] const std::int64_t* times() const noexcept { return times_ + first_; }
  [[nodiscard]] std::uint64_t* column(std::size_t c) noexcept { return words_ + c * stride_ + first_; }
  // Between the columns of one row.
  [[nodiscard]] std::size_t stride() const noexcept { return stride_; }

  // Writes the numbers of the rows that a window has to `to`, which has room for head_capacity. Returns: how many.
  std::size_t rows_within(time_window window, std::uint16_t* to) const noexcept {
    std::size_t n = 0;
    for (std::size_t i = 0; i < rows(); ++i) {
      to[n] = static_cast<std::uint16_t>(i);
      n += window.has(times()[i]);
    }
    return n;
  }
  [[nodiscard]] std::size_t count_within(time_window window) const noexcept {
    std::size_t n = 0;
    for (std::size_t i = 0; i < rows(); ++i) n += window.has(times()[i]);
    return n;
  }

 private:
  std::size_t stride_;
  std::size_t first_ = 0;
  std::int64_t times_[head_capacity<Layout>];
  std::uint64_t words_[head_capacity<Layout> * Layout::columns + 1];
};

// Whether the head may have rows in a window. The head is not read for that.
template <class Series>
[[nodiscard]] bool head_may_have(const Series& view, time_window window) {
  if (view.head_rows() == 0 || view.newest_time() < window.from) return false;
  if (!view.head_in_order()) return true;
  bool later = false;  // all rows of the head are no earlier than any block
  view.for_each_block([&](const auto& newest) {
    later = newest.last_time() > window.to;
    return false;
  });
  return !later;
}

// How many rows of a series a window has, counted up to `enough` and then no further.
template <class Layout, class Series>
[[nodiscard]] std::size_t count_rows(const Series& view, time_window window, std::size_t enough = SIZE_MAX) {
  if (window.empty() || view.newest_time() < window.from) return 0;
  std::size_t rows = 0;
  view.for_each_block(window.from, window.to, [&](const auto& block) {
    rows += block.find(window).size();
    return rows < enough;
  });
  if (rows >= enough || !head_may_have(view, window)) return rows;
  if (window.from == INT64_MIN && view.newest_time() <= window.to) return rows + view.head_rows();
  return rows + head_copy<Layout>(view, window.from).count_within(window);
}

// A row of one series: its time and its words.
template <class Layout>
struct series_row {
  std::int64_t time = 0;
  std::uint64_t words[Layout::columns + 1]{};
};

template <class Layout, class Block>
void read_row(const Block& block, std::size_t row, std::uint64_t* words) noexcept {
  std::uint64_t column[block_rows];
  for (std::size_t c = 0; c < Layout::columns; ++c) {
    block.decode_words(c, {row, row + 1}, column);
    words[c] = column[row];
  }
}

// The row of a series that comes last in the order of time: of those of equal time, the one that arrived last.
// Returns: whether the window has one.
template <class Layout, class Series>
[[nodiscard]] bool last_row(const Series& view, time_window window, series_row<Layout>& to) {
  const std::int64_t newest = view.newest_time();
  if (window.empty() || newest < window.from) return false;
  if (view.head_rows() != 0 && view.head_in_order() && newest <= window.to) {
    view.newest(to.time, to.words);
    return window.has(to.time);
  }
  bool found = false;
  view.for_each_block(window.from, window.to, [&](const auto& block) {
    if (found && block.last_time() <= to.time) return true;
    const row_span rows = block.find(window);
    if (rows.size() == 0) return true;
    std::int64_t times[block_rows];
    std::int64_t last = block.last_time();
    if (rows.end != block.rows()) {
      block.decode_times({rows.end - 1, rows.end}, times);
      last = times[rows.end - 1];
    }
    if (found && last <= to.time) return true;
    found = true;
    to.time = last;
    read_row<Layout>(block, rows.end - 1, to.words);
    return true;
  });
  if (!head_may_have(view, found ? time_window{to.time, window.to} : window)) return found;
  head_copy<Layout> head(view, window.from);
  std::size_t best = head.rows();
  for (std::size_t i = 0; i < head.rows(); ++i) {
    if (!window.has(head.times()[i]) || (found && head.times()[i] < to.time)) continue;
    found = true;
    to.time = head.times()[i];
    best = i;
  }
  if (best != head.rows())
    for (std::size_t c = 0; c < Layout::columns; ++c) to.words[c] = head.column(c)[best];
  return found;
}

// The row of a series that comes first in the order of time: of those of equal time, the one that arrived first.
// Returns: whether the window has one.
template <class Layout, class Series>
[[nodiscard]] bool first_row(const Series& view, time_window window, series_row<Layout>& to) {
  if (window.empty() || view.newest_time() < window.from) return false;
  bool found = false;
  // The newest block comes first, so that of equal times the last one seen is the one that arrived first.
  const auto look = [&](const auto& block) {
    if (found && block.first_time() > to.time) return true;
    std::int64_t first = block.first_time();
    std::size_t row = 0;
    if (first < window.from) {
      const row_span rows = block.find(window);
      if (rows.size() == 0) return true;
      row = rows.first;
      std::int64_t times[block_rows];
      block.decode_times({row, row + 1}, times);
      first = times[row];
      if (found && first > to.time) return true;
    }
    found = true;
    to.time = first;
    read_row<Layout>(block, row, to.words);
    return true;
  };
  // A series may have any number of blocks: the window that is searched is halved while more than a few meet it.
  time_window searched = window;
  for (;;) {
    std::size_t blocks = 0;
    constexpr std::size_t few = 4;
    view.for_each_block(searched.from, searched.to, [&](const auto&) { return ++blocks <= few; });
    if (blocks <= few || searched.from == searched.to) {
      view.for_each_block(searched.from, searched.to, look);
      break;
    }
    const time_window half{searched.from, later_by(searched.from, searched.length() / 2)};
    bool any = false;
    view.for_each_block(half.from, half.to, [&](const auto& block) {
      any = block.find(half).size() != 0;
      return !any;
    });
    searched = any ? half : time_window{half.to + 1, searched.to};
  }
  if (!head_may_have(view, found ? time_window{window.from, to.time} : window)) return found;
  if (found && view.head_in_order()) return true;
  head_copy<Layout> head(view, window.from);
  std::size_t best = head.rows();
  for (std::size_t i = 0; i < head.rows(); ++i) {
    if (!window.has(head.times()[i]) || (found && head.times()[i] >= to.time)) continue;
    found = true;
    to.time = head.times()[i];
    best = i;
  }
  if (best != head.rows())
    for (std::size_t c = 0; c < Layout::columns; ++c) to.words[c] = head.column(c)[best];
  return found;
}

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
