// slotted: rows of a history: all of them, those of one series, those of a stretch of time.
// SPDX-License-Identifier: MIT
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>  // and with it what iterators say of themselves: <iterator> is 2,000 lines more
#include <type_traits>
#include <utility>

#include <slotted/history/buckets.hpp>
#include <slotted/history/detail/aggregate.hpp>
#include <slotted/history/detail/newest_rows.hpp>
#include <slotted/history/detail/scan.hpp>
#include <slotted/history/detail/series_rows.hpp>
#include <slotted/history/detail/series_walk.hpp>
#include <slotted/history/detail/time_window.hpp>
#include <slotted/history/detail/window_merge.hpp>
#include <slotted/history/value_range.hpp>
#include <slotted/record/arrow_value.hpp>
#include <slotted/record/leaves.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {
template <class Layout>
class history_reading;
}  // namespace detail

template <class Layout, class Reading>
class history_newest_rows;

/// Rows of a history or of a snapshot in the order of time: an input range of records by value, and what counts, scans
/// and aggregates the same rows.
///
/// Rows of equal time come series by series, and within a series in the order in which they arrived. All iterators of a
/// range advance together. A range holds no rows until `begin`, and then those of one window of time, in a bounded
/// buffer of the readers' memory. So it never fails for want of memory, pins nothing, and the history may change while
/// one iterates: a row that was there at `begin` and has not gone comes once; one that is appended meanwhile may come
/// or not, and none comes that is later than all rows were at `begin`. The exception is one time of which one series
/// has more rows than the buffer holds: when some of them are evicted meanwhile and others of that time are appended to
/// that series, as many may be left out. What the rows are of outlives the range. It is moved and not copied; moving it
/// invalidates its iterators. Members that read throw `snapshot_expired` when the snapshot that they read has expired.
/// For one thread at a time.
template <class Layout, class Reading = detail::history_reading<Layout>>
class history_rows {
  using T = typename Layout::record;
  using time_type = typename Layout::time_type;
  using series_type = typename Layout::series_type;
  using step_type = typename detail::time_step<time_type>::type;
  using choice = detail::series_choice<series_type>;
  template <key K>
  static constexpr std::size_t leaf = leaf_index<T, K>;

 public:
  using value_type = T;

  /// An input iterator over rows, by value.
  class iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = T;
    using difference_type = std::ptrdiff_t;
    using reference = const T;
    using pointer = detail::arrow_value<T>;

    /// The end of any range.
    iterator() noexcept = default;
    /// The row, by value.
    [[nodiscard]] const T operator*() const { return of_->row(); }
    /// The row, for one access to a member.
    [[nodiscard]] pointer operator->() const { return {of_->row()}; }
    /// Goes to the next row. Throws: `snapshot_expired`.
    iterator& operator++() {
      of_->merge_.next(of_->reading_, of_->which_);
      return *this;
    }
    /// Goes to the next row; what it returns holds the row before it.
    detail::past_value<T> operator++(int) {
      detail::past_value<T> before{of_->row()};
      ++*this;
      return before;
    }
    [[nodiscard]] friend bool operator==(const iterator& left, const iterator& right) noexcept {
      return left.at_end() == right.at_end();
    }

   private:
    friend history_rows;
    explicit iterator(history_rows* of) noexcept : of_(of) {}
    [[nodiscard]] bool at_end() const noexcept { return of_ == nullptr || of_->merge_.done(); }
    history_rows* of_ = nullptr;
  };

  /// For readers: the rows of the chosen series of a reading within a window.
  history_rows(const Reading& reading, const choice& which, detail::time_window window) noexcept
      : reading_(reading), which_(which), window_(window) {}
  /// Takes over the rows of another range. Invalidates: the iterators of both.
  history_rows(history_rows&&) noexcept = default;
  /// As the move constructor.
  history_rows& operator=(history_rows&&) noexcept = default;
  ~history_rows() = default;

  /// The first row.
  ///
  /// Throws: `snapshot_expired`. Complexity: what reading one window takes. Invalidates: what `begin` gave before.
  [[nodiscard]] iterator begin() {
    merge_.begin(reading_, which_, window_);
    return iterator(this);
  }
  [[nodiscard]] iterator end() const noexcept { return {}; }

  // ---- fewer of them

  /// Those of them with first <= time < end.
  [[nodiscard]] history_rows between(time_type first, time_type end) const noexcept {
    return within(detail::time_window::half_open(detail::to_order(first), detail::to_order(end)));
  }
  /// Those of them with first <= time: the greatest time of the type is among them.
  [[nodiscard]] history_rows from(time_type first) const noexcept {
    return within({detail::to_order(first), INT64_MAX});
  }
  /// The n that come last, or all if there are fewer, in the order of time.
  ///
  /// Rows that are appended after this call and are later than all others are not among them.
  /// Complexity: O(log n) for each row that is looked at: those of blocks that may have one of the n newest.
  [[nodiscard]] history_newest_rows<Layout, Reading> newest(std::size_t n) const {
    const detail::newest_cut cut = detail::find_newest(reading_, which_, window_, n);
    return {history_rows(reading_, which_, cut.window), cut.skip};
  }

  // ---- one of them, and how many

  /// The one that comes first in the order of time.
  [[nodiscard]] std::optional<T> first() const {
    found_row best;
    detail::series_row<Layout> row;
    detail::for_each_series(reading_, which_, [&](std::size_t, const auto& view, auto&) {
      const detail::time_window earlier{window_.from, best.found ? best.row.time - 1 : window_.to};
      if (detail::first_row<Layout>(view, earlier, row)) best.set(view, row);
      return !best.found || best.row.time != window_.from;
    });
    return best.get();
  }
  /// The one that comes last in the order of time. Complexity: constant for each series whose rows came in order.
  [[nodiscard]] std::optional<T> last() const {
    found_row best;
    detail::series_row<Layout> row;
    detail::for_each_series(reading_, which_, [&](std::size_t, const auto& view, auto&) {
      const detail::time_window later{best.found ? best.row.time : window_.from, window_.to};
      if (detail::last_row<Layout>(view, later, row)) best.set(view, row);
      return true;
    });
    return best.get();
  }
  /// How many there are. Complexity: linear in the blocks; those that reach over an end of the stretch are decoded.
  [[nodiscard]] std::size_t count() const { return detail::count_all_rows(reading_, which_, window_); }

  // ---- columns

  /// Calls f with spans of the columns K, of equal length, until all rows have been in one.
  ///
  /// A span has up to 1024 values of one series, of one block or of the rows that are in none yet; the spans come in no
  /// promised order and last until f returns. Where f returns a bool, false ends the scan. Values of a bool, an
  /// optional and a std::array are given as such. f must not change a live history; it may append to the history that
  /// a scanned snapshot is of.
  template <key... K, class F>
    requires(sizeof...(K) != 0 && (has_leaf<T, K> && ...))
  void scan(F&& f) const {
    detail::scan_rows<leaf<K>...>(reading_, which_, window_, detail::every_value{}, f);
  }
  /// As `scan(f)`, of the rows whose W lies within [least, most]; see `where`.
  template <key... K, class F, key W, class V>
    requires(sizeof...(K) != 0 && (has_leaf<T, K> && ...) && has_leaf<T, W>)
  void scan(F&& f, value_range<W, V> range) const {
    const detail::values_within<leaf<W>, V> filter{range.least, range.most};
    detail::scan_rows<leaf<K>..., leaf<W>>(reading_, which_, window_, filter, f);
  }
  template <key... K, class... Arguments>
    requires(!(has_leaf<T, K> && ...))
  void scan(Arguments&&...) const = delete;  // the record has no column of this name, and none can be added

  /// Count, sum, least, greatest and mean of K; `start` is the time of the first row.
  ///
  /// Blocks that lie within the stretch as a whole are not decoded where they keep summaries. Complexity: linear in the
  /// blocks.
  template <key K>
    requires(has_leaf<T, K> && detail::number_like<leaf_type_of<T, K>>)
  [[nodiscard]] history_bucket<time_type, leaf_type_of<T, K>> aggregate() const {
    using bucket = history_bucket<time_type, leaf_type_of<T, K>>;
    bucket made;
    std::int64_t first = INT64_MAX;
    detail::add_to_buckets<leaf<K>, bucket>(reading_, which_, window_, detail::bucket_of_all<bucket>{made, first});
    if (made.count + made.nans != 0) made.start = detail::from_order<time_type>(first);
    return made;
  }
  /// The same for each of the stretches [first, first + step), [first + step, first + 2 * step), ... up to `end`.
  ///
  /// The stretches without a row are left out. Preconditions: step > 0.
  template <key K>
    requires(has_leaf<T, K> && detail::number_like<leaf_type_of<T, K>>)
  [[nodiscard]] history_buckets<time_type, leaf_type_of<T, K>> aggregate(time_type first, time_type end,
                                                                         step_type step) const {
    return between(first, end).template aggregate_from<K>(detail::to_order(first), step);
  }
  /// The same without an end: the greatest time of the type is among them.
  template <key K>
    requires(has_leaf<T, K> && detail::number_like<leaf_type_of<T, K>>)
  [[nodiscard]] history_buckets<time_type, leaf_type_of<T, K>> aggregate(time_type first, step_type step) const {
    return from(first).template aggregate_from<K>(detail::to_order(first), step);
  }
  template <key K, class... Arguments>
    requires(!has_leaf<T, K>)
  void aggregate(Arguments&&...) const = delete;  // the record has no column of this name, and none can be added

 private:
  struct found_row {
    bool found = false;
    [[no_unique_address]] series_type key{};
    detail::series_row<Layout> row;

    template <class Series>
    void set(const Series& view, const detail::series_row<Layout>& of) noexcept {
      found = true;
      key = view.key();
      row = of;
    }
    [[nodiscard]] std::optional<T> get() const {
      if (!found) return std::nullopt;
      return Layout::make_row(row.time, key, row.words);
    }
  };

  [[nodiscard]] T row() const {
    const std::uint64_t* const words = merge_.row();
    return Layout::make_row(static_cast<std::int64_t>(words[0]), which_.one ? *which_.one : merge_.key(), words + 1);
  }
  [[nodiscard]] history_rows within(detail::time_window window) const noexcept {
    return {reading_, which_, window.empty() ? window : window_.in(window)};
  }
  template <key K>
  auto aggregate_from(std::int64_t origin, step_type step) const {
    assert(detail::step_count(step) != 0);
    return history_buckets<time_type, leaf_type_of<T, K>>::template of<leaf<K>>(reading_, which_, window_, origin,
                                                                                detail::step_count(step));
  }

  Reading reading_;
  choice which_;
  detail::time_window window_;
  detail::window_merge<Reading> merge_;
};

/// The newest rows of a history or of a part of it, in the order of time: an input range of records by value.
///
/// As `history_rows`, which gives it.
template <class Layout, class Reading = detail::history_reading<Layout>>
class history_newest_rows {
  using rows = history_rows<Layout, Reading>;

 public:
  using value_type = typename Layout::record;
  using iterator = typename rows::iterator;

  /// For `newest`: rows but the first `skip`.
  history_newest_rows(rows from, std::size_t skip) noexcept : rows_(std::move(from)), skip_(skip) {}

  /// The first row. As `history_rows::begin`.
  [[nodiscard]] iterator begin() {
    iterator at = rows_.begin();
    for (std::size_t i = 0; i < skip_ && at != rows_.end(); ++i) ++at;
    return at;
  }
  [[nodiscard]] iterator end() const noexcept { return {}; }

 private:
  rows rows_;
  std::size_t skip_;  // rows of the earliest time that are not among the newest
};

}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
