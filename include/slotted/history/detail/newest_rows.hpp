// slotted: where the n newest rows of a reading begin in the order of time.
// SPDX-License-Identifier: MIT
//
// The times of the n newest rows are gathered in a heap where there is memory for it; else their beginning is found by
// counting rows in halves of the window. Neither takes more memory than it gets, and neither gives fewer rows. For any
// thread that may read.
#pragma once

#include <cstddef>
#include <cstdint>

#include <slotted/algorithm.hpp>
#include <slotted/history/detail/series_rows.hpp>
#include <slotted/history/detail/series_walk.hpp>
#include <slotted/history/detail/taken_memory.hpp>
#include <slotted/history/detail/time_window.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {

// The rows of a window but the first `skip` of them.
struct newest_cut {
  time_window window;
  std::size_t skip;
};

// How many rows of the chosen series a window has, counted up to `enough` and then no further.
template <class Reading, class Choice>
[[nodiscard]] std::size_t count_all_rows(const Reading& reading, const Choice& which, time_window window,
                                         std::size_t enough = SIZE_MAX) {
  std::size_t rows = 0;
  if (window.empty()) return rows;
  for_each_series(reading, which, [&](std::size_t, const auto& view, auto&) {
    rows += count_rows<typename Reading::layout>(view, window, enough - rows);
    return rows < enough;
  });
  return rows;
}

// The greatest times that it was given, as many as there is room for.
class newest_times {
 public:
  newest_times(std::int64_t* room, std::size_t most) noexcept : times_(room), most_(most) {}

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool full() const noexcept { return size_ == most_; }
  // The least of them. Preconditions: full.
  [[nodiscard]] std::int64_t least() const noexcept { return times_[0]; }
  // Returns: whether an earlier time might still be taken.
  bool offer(std::int64_t time) noexcept {
    const auto later = [](std::int64_t left, std::int64_t right) { return left > right; };
    if (size_ < most_) {
      times_[size_++] = time;
      if (size_ == most_) make_heap(times_, times_ + size_, later);
      return true;
    }
    if (time <= times_[0]) return false;
    times_[0] = time;
    sift_down(times_, 0, size_, later);
    return true;
  }
  // How many of them are equal to the least. Preconditions: full.
  [[nodiscard]] std::size_t count_least() const noexcept {
    std::size_t count = 0;
    for (std::size_t i = 0; i < size_; ++i) count += times_[i] == times_[0];
    return count;
  }

 private:
  std::int64_t* times_;
  std::size_t most_;
  std::size_t size_ = 0;
};

// Offers the times of one series in a window.
template <class Layout, class Series>
void offer_times(const Series& view, time_window window, newest_times& to) {
  const auto asked = [&] {
    if (!to.full()) return window;
    return to.least() == INT64_MAX ? time_window{0, -1} : window.in({to.least() + 1, INT64_MAX});
  };
  if (const time_window now = asked(); now.empty() || view.newest_time() < now.from) return;
  if (head_may_have(view, asked())) {
    const head_copy<Layout> head(view, asked().from);
    for (std::size_t i = head.rows(); i-- != 0;)
      if (window.has(head.times()[i])) (void)to.offer(head.times()[i]);
  }
  const time_window rest = asked();
  if (rest.empty()) return;
  view.for_each_block(rest.from, rest.to, [&](const auto& block) {
    if (const time_window now = asked(); now.empty() || block.last_time() < now.from) return !now.empty();
    std::int64_t times[block_rows];
    const row_span rows = block.find_times(window, times);
    for (std::size_t i = rows.end; i-- != rows.first;)
      if (!to.offer(times[i])) break;
    return true;
  });
}

// The n rows of the chosen series that come last in a window; all of them where there are fewer.
template <class Reading, class Choice>
[[nodiscard]] newest_cut find_newest(const Reading& reading, const Choice& which, time_window window, std::size_t n) {
  using layout = typename Reading::layout;
  if (window.empty() || n == 0) return {{0, -1}, 0};
  // What is appended later does not belong to them.
  std::int64_t newest = INT64_MIN;
  for_each_series(reading, which, [&](std::size_t, const auto& view, auto&) {
    newest = max_of(newest, view.newest_time());
    return true;
  });
  window.to = min_of(window.to, newest);
  if (window.empty()) return {window, 0};

  constexpr std::size_t own = 512;
  std::int64_t few[own];
  const taken_memory memory =
      n <= own || n > SIZE_MAX / sizeof(std::int64_t) || n * sizeof(std::int64_t) > reading.memory().comfort()
          ? taken_memory()
          : taken_memory(reading.memory(), n * sizeof(std::int64_t));
  std::int64_t cut = window.from;
  if (n <= own || memory) {
    newest_times times(n <= own ? few : reinterpret_cast<std::int64_t*>(memory.data()), n);
    for_each_series(reading, which, [&](std::size_t, const auto& view, auto&) {
      offer_times<layout>(view, window, times);
      return true;
    });
    if (!times.full()) return {window, 0};
    cut = times.least();
    const std::size_t of_cut = count_all_rows(reading, which, {cut, cut});
    return {{cut, window.to}, of_cut - min_of(of_cut, times.count_least())};
  }
  // The greatest time from which on there are n rows or more; the window's beginning where there are fewer.
  std::int64_t good = window.from;
  std::uint64_t length = window.length();
  while (length != 0) {  // the time is in [good, good + length]
    const std::uint64_t half = length / 2 + length % 2;
    const std::int64_t middle = later_by(good, half);
    if (count_all_rows(reading, which, {middle, window.to}, n) >= n) {
      good = middle;
      length -= half;
    } else {
      length = half - 1;
    }
  }
  const std::size_t rows = count_all_rows(reading, which, {good, window.to});
  return {{good, window.to}, rows > n ? rows - n : 0};
}

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
