// slotted: one leaf of a reading's rows added up in buckets of time.
// SPDX-License-Identifier: MIT
//
// A block whose rows all belong to one bucket is not decoded where it keeps summaries. The stack is all the memory that
// it takes: up to 64 KiB. For any thread that may read.
#pragma once

#include <cstddef>
#include <cstdint>

#include <slotted/algorithm.hpp>
#include <slotted/history/detail/bucket_list.hpp>
#include <slotted/history/detail/leaf.hpp>
#include <slotted/history/detail/series_rows.hpp>
#include <slotted/history/detail/series_walk.hpp>
#include <slotted/history/detail/time_window.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {

// A bucket, and the times that belong to it. Null for times that are left out.
template <class Bucket>
struct bucket_place {
  Bucket* to;
  time_window times;
};

// Buckets of one length from `origin` on, as many as the list holds.
template <class Bucket>
struct bucket_steps {
  bucket_list<Bucket>& list;
  std::int64_t origin;
  std::uint64_t step;

  [[nodiscard]] bucket_place<Bucket> find(std::int64_t time) const noexcept {
    const std::uint64_t since = static_cast<std::uint64_t>(time) - static_cast<std::uint64_t>(origin);
    const auto start = static_cast<std::int64_t>(static_cast<std::uint64_t>(origin) + since / step * step);
    return {list.find(start), {start, later_by(start, step - 1)}};
  }
  // The times that are still asked for.
  [[nodiscard]] time_window narrow(time_window window) const noexcept {
    return list.limited() ? window.in({INT64_MIN, list.limit() - 1}) : window;
  }
};
// One bucket for all rows.
template <class Bucket>
struct bucket_of_all {
  Bucket& to;
  std::int64_t& first;

  [[nodiscard]] bucket_place<Bucket> find(std::int64_t time) const noexcept {
    first = min_of(first, time);
    return {&to, {time, INT64_MAX}};
  }
  [[nodiscard]] time_window narrow(time_window window) const noexcept { return window; }
};

// Adds leaf L of the rows of one series.
template <class Layout, std::size_t L, class Bucket, class Places>
class bucket_filler {
  using value = typename Layout::template leaf<L>;

 public:
  explicit bucket_filler(const Places& places) noexcept : places_(places) {}

  template <class Series>
  void add(const Series& view, time_window window) {
    if (view.newest_time() < window.from) return;
    for_each_block_ahead(view, window, [&](const auto& block) {
      add_block(view, block, places_.narrow(window));
      return true;
    });
    const time_window rest = places_.narrow(window);
    if (head_may_have(view, rest)) add_head(view, rest);
  }

 private:
  template <class Series, class Block>
  void add_block(const Series& view, const Block& block, time_window window) {
    if (block.first_time() > window.to) return;
    if constexpr (L != Layout::series_leaf && L != Layout::time_leaf && summarized<value>) {
      column_summary<value> known;
      if (window.covers(block.first_time(), block.last_time()) && block.template try_summary<L>(known)) {
        const bucket_place<Bucket> place = places_.find(block.first_time());
        if (place.to == nullptr) return;
        if (place.times.has(block.last_time())) return add_summary(*place.to, known, block.rows());
      }
    }
    const row_span rows = block.find_times(window, times_);
    if (rows.size() == 0) return;
    if constexpr (L == Layout::series_leaf)
      fill_elements(values_ + rows.first, rows.size(), view.key());
    else
      block.template decode<L>(rows, values_);
    add_rows(rows.first, rows.end);
  }
  template <class Series>
  [[gnu::noinline]] void add_head(const Series& view, time_window window) {
    head_copy<Layout> head(view, window.from);
    if constexpr (L == Layout::series_leaf) {
      fill_elements(values_, head.rows(), view.key());
    } else if constexpr (L == Layout::time_leaf) {
      for (std::size_t i = 0; i < head.rows(); ++i) values_[i] = from_order<value>(head.times()[i]);
    } else {
      Layout::template leaf_from_words<L>(head.column(Layout::template first_column<L>), head.stride(), head.rows(),
                                          values_);
    }
    std::size_t count = 0;
    for (std::size_t i = 0; i < head.rows(); ++i) {
      times_[count] = head.times()[i];
      values_[count] = values_[i];
      count += window.has(head.times()[i]);
    }
    add_rows(0, count);
  }
  void add_rows(std::size_t at, std::size_t end) {
    while (at < end) {
      const bucket_place<Bucket> place = places_.find(times_[at]);
      std::size_t next = at + 1;
      while (next < end && place.times.has(times_[next])) ++next;
      if (place.to != nullptr) add_summary(*place.to, summarize(values_ + at, next - at), next - at);
      at = next;
    }
  }

  const Places& places_;
  alignas(64) std::int64_t times_[block_rows];
  alignas(64) value values_[block_rows];
};

// Adds leaf L of all rows of the chosen series in a window to the buckets that `places` finds.
template <std::size_t L, class Bucket, class Reading, class Choice, class Places>
void add_to_buckets(const Reading& reading, const Choice& which, time_window window, const Places& places) {
  if (window.empty()) return;
  bucket_filler<typename Reading::layout, L, Bucket, Places> filler(places);
  for_each_series(reading, which, [&](std::size_t, const auto& view, auto&) {
    filler.add(view, places.narrow(window));
    return true;
  });
}

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
