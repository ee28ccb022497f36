// slotted: what can be read of a history: all of it, a series, a stretch of time, now or as of a snapshot.
// SPDX-License-Identifier: MIT
#pragma once

#include <cassert>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

#include <slotted/algorithm.hpp>
#include <slotted/record/leaves.hpp>
#include <slotted/store/history_range.hpp>
#include <slotted/store/history_scan.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace v0 {
/// Rows of a history, all of them or those of one series or of a stretch of time: a range of records, and what scans
/// and aggregates the same rows column by column.
///
/// Const members may run in parallel.
template <class Layout>
class history_rows : public history_range<Layout> {
  using T = typename Layout::record;
  using time_type = typename Layout::time_type;
  template <key K>
  static constexpr std::size_t leaf = leaf_index<T, K>;

  using history_range<Layout>::pins_;
  using history_range<Layout>::which_;
  using history_range<Layout>::window_;

 public:
  using history_range<Layout>::history_range;

  /// Those of them with first <= time < end.
  [[nodiscard]] history_rows between(time_type first, time_type end) && noexcept {
    narrow(first, end);
    return std::move(*this);
  }
  /// \overload
  [[nodiscard]] history_rows between(time_type first, time_type end) const& noexcept {
    history_rows made = same();
    made.narrow(first, end);
    return made;
  }

  /// How many there are. Complexity: linear in the blocks; those that reach over an end of the stretch are decoded.
  [[nodiscard]] std::size_t count() const noexcept {
    std::size_t rows = 0;
    if (window_.empty()) return 0;
    const detail::series_window which = which_.of(pins_.get());
    for (std::size_t each = which.first; each < which.end; ++each) {
      const detail::series_view<Layout> view = pins_.get()[each];
      view.for_each_block(window_.from, window_.to, [&](const auto& from) {
        const detail::row_span within = detail::rows_within<Layout>(from, window_);
        rows += within.end - within.first;
        return true;
      });
      rows += detail::look_at_tail(view, window_).count;
    }
    return rows;
  }

  /// \overload
  [[nodiscard]] std::optional<T> first() && { return front_of(*this); }
  /// \overload
  [[nodiscard]] std::optional<T> first() const& { return same().first(); }
  /// \overload
  [[nodiscard]] std::optional<T> last() && {
    history_range<Layout> one = std::move(*this).newest(1);
    return front_of(one);
  }
  /// \overload
  [[nodiscard]] std::optional<T> last() const& { return same().last(); }
  /// The n that come last, or all if there are fewer, in the order of time.
  ///
  /// Throws: `budget_exceeded` or `std::bad_alloc`. Complexity: O(n log n), linear in the blocks.
  [[nodiscard]] history_range<Layout> newest(std::size_t n) && {
    const detail::newest_cut at = pins_.with_room([&](detail::query_room& room) {
      return detail::find_newest(pins_.get(), which_.of(pins_.get()), window_, n, room);
    });
    const detail::time_window from{at.time, at.any ? window_.to : at.time - 1};
    return {std::move(pins_), which_, from, at.skip};
  }
  /// \overload
  [[nodiscard]] history_range<Layout> newest(std::size_t n) const& { return same().newest(n); }

  /// Calls f with spans of the columns K, of equal length, until all rows have been in one.
  ///
  /// A span has up to 1024 values of one series, of one block or of the rows that are in none yet; the spans come in no
  /// promised order and last until f returns. Where f returns a bool, false ends the scan. Values of a bool, an
  /// optional and a std::array are given as such.
  template <key... K, class F>
    requires(sizeof...(K) != 0 && (has_leaf<T, K> && ...))
  void scan(F&& f) const {
    pins_.with_room([&](detail::query_room& room) {
      detail::scan_leaves<Layout, leaf<K>...>(pins_.get(), which_.of(pins_.get()), window_, room, f);
      return 0;
    });
  }
  /// As `scan(f)`, of the rows whose W lies within [least, most]; see `where`.
  template <key... K, class F, key W, class V>
    requires(sizeof...(K) != 0 && (has_leaf<T, K> && ...) && has_leaf<T, W>)
  void scan(F&& f, value_range<W, V> range) const {
    pins_.with_room([&](detail::query_room& room) {
      detail::scan_leaves_where<Layout, leaf<W>, leaf<K>...>(pins_.get(), which_.of(pins_.get()), window_, range.least,
                                                             range.most, room, f);
      return 0;
    });
  }
  template <key... K, class... Arguments>
    requires(!(has_leaf<T, K> && ...))
  void scan(Arguments&&...) const = delete;  // the record has no column of this name, and none can be added

  /// Count, sum, least, greatest and mean of K; `start` is the time of the first row.
  ///
  /// Blocks that lie within the stretch as a whole are not decoded. Complexity: linear in the blocks.
  template <key K>
    requires(has_leaf<T, K> && std::is_arithmetic_v<leaf_type_of<T, K>>)
  [[nodiscard]] history_bucket<time_type, leaf_type_of<T, K>> aggregate() const noexcept {
    return detail::aggregate_all<Layout, leaf<K>>(pins_.get(), which_.of(pins_.get()), window_);
  }
  /// The same for each of the stretches [first, first + step), [first + step, first + 2 * step), ... up to `end`.
  ///
  /// The stretches without a row are left out. Blocks that lie within one stretch are not decoded.
  /// Preconditions: step > 0.
  /// Throws: `budget_exceeded` or `std::bad_alloc` when there is no memory for the stretches from the first row to the
  /// last.
  template <key K>
    requires(has_leaf<T, K> && std::is_arithmetic_v<leaf_type_of<T, K>>)
  [[nodiscard]] history_buckets<time_type, leaf_type_of<T, K>> aggregate(
      time_type first, time_type end, typename detail::time_step<time_type>::type step) && {
    narrow(first, end);
    return aggregate_in<K>(pins_, detail::to_order(first), step);
  }
  /// \overload
  template <key K>
    requires(has_leaf<T, K> && std::is_arithmetic_v<leaf_type_of<T, K>>)
  [[nodiscard]] history_buckets<time_type, leaf_type_of<T, K>> aggregate(
      time_type first, time_type end, typename detail::time_step<time_type>::type step) const& {
    return between(first, end).template aggregate<K>(first, end, step);
  }
  template <key K, class... Arguments>
    requires(!has_leaf<T, K>)
  void aggregate(Arguments&&...) const = delete;  // the record has no column of this name, and none can be added

 private:
  template <key K>
  auto aggregate_in(detail::pinned<Layout>& pins, std::int64_t origin,
                    typename detail::time_step<time_type>::type step) const {
    assert(detail::step_count(step) != 0);
    return pins.with_room([&](detail::query_room& room) {
      return detail::aggregate_leaf<Layout, leaf<K>>(pins.get(), which_.of(pins.get()), window_, origin,
                                                     detail::step_count(step), room);
    });
  }
  [[nodiscard]] history_rows same() const noexcept { return {detail::pinned<Layout>(pins_.get()), which_, window_}; }
  [[nodiscard]] static std::optional<T> front_of(history_range<Layout>& rows) {
    const auto at = rows.begin();
    return at == rows.end() ? std::nullopt : std::optional<T>(*at);
  }
  void narrow(time_type first, time_type end) noexcept {
    const auto to = detail::time_window::half_open(detail::to_order(first), detail::to_order(end));
    window_ =
        to.empty() ? to : detail::time_window{detail::max_of(window_.from, to.from), detail::min_of(window_.to, to.to)};
  }
};

/// What a history holds of one series.
template <class Layout>
struct history_series_info {
  /// The key of the series.
  typename Layout::series_type key{};
  /// How many rows it has.
  std::size_t rows = 0;
  std::size_t bytes = 0;  ///< of its blocks and of its rows that are in none yet
  /// The earliest time in it.
  typename Layout::time_type first_time{};
  /// The latest time in it.
  typename Layout::time_type last_time{};
};

/// The series of a history, as a random-access range of `history_series_info` by value, in no promised order.
template <class Layout>
class history_series_list {
 public:
  using value_type = history_series_info<Layout>;

  class iterator {
   public:
    using iterator_concept = std::forward_iterator_tag;
    using iterator_category = std::input_iterator_tag;
    using value_type = history_series_info<Layout>;
    using difference_type = std::ptrdiff_t;
    using reference = const value_type;
    using pointer = void;

    iterator() noexcept = default;
    iterator(const detail::history_pins<Layout>& pins, std::size_t at) noexcept : pins_(&pins), at_(at) {}
    [[nodiscard]] reference operator*() const noexcept { return info_of((*pins_)[at_]); }
    iterator& operator++() noexcept {
      ++at_;
      return *this;
    }
    iterator operator++(int) noexcept {
      iterator before = *this;
      ++at_;
      return before;
    }
    [[nodiscard]] friend bool operator==(const iterator& left, const iterator& right) noexcept {
      return left.at_ == right.at_;
    }

   private:
    const detail::history_pins<Layout>* pins_ = nullptr;
    std::size_t at_ = 0;
  };
  using const_iterator = iterator;

  /// For readers: the series of a history.
  explicit history_series_list(detail::pinned<Layout> pins) noexcept : pins_(std::move(pins)) {}

  [[nodiscard]] iterator begin() const noexcept { return {pins_.get(), 0}; }
  [[nodiscard]] iterator end() const noexcept { return {pins_.get(), size()}; }
  /// How many series.
  [[nodiscard]] std::size_t size() const noexcept { return pins_.get().size(); }
  /// Whether there are none.
  [[nodiscard]] bool empty() const noexcept { return size() == 0; }
  /// Complexity: linear in the blocks of the series. Preconditions: i < size().
  [[nodiscard]] value_type operator[](std::size_t i) const noexcept { return info_of(pins_.get()[i]); }

 private:
  static value_type info_of(const detail::series_view<Layout>& view) noexcept {
    value_type made;
    made.key = view.key();
    made.rows = view.rows();
    made.bytes = view.tail_rows() * Layout::row_bytes;
    std::int64_t first = INT64_MAX;
    std::int64_t last = INT64_MIN;
    view.for_each_block([&](const auto& from) {
      made.bytes += from.bytes();
      first = detail::min_of(first, from.first_time());
      last = detail::max_of(last, from.last_time());
      return true;
    });
    if (const detail::tail_look seen = detail::look_at_tail(view, detail::time_window{}); seen.count != 0) {
      first = detail::min_of(first, seen.least);
      last = detail::max_of(last, seen.most);
    }
    if (first <= last) {
      made.first_time = detail::from_order<typename Layout::time_type>(first);
      made.last_time = detail::from_order<typename Layout::time_type>(last);
    }
    return made;
  }

  detail::pinned<Layout> pins_;
};

namespace detail {

// What is read of a history and of a snapshot alike. Self has, for this base,
//   pinned<Layout> reading_pins() const                       all series
//   history_rows<Layout> series_rows(series_type) const       one
template <class Self, class Layout>
class history_reader {
  using T = typename Layout::record;
  using time_type = typename Layout::time_type;
  static constexpr bool has_series = Layout::has_series;

 public:
  /// All rows, in the order of time.
  ///
  /// Throws, as all that reads: `budget_exceeded` or `std::bad_alloc` when there is no memory for a snapshot.
  [[nodiscard]] history_rows<Layout> rows() const { return {self().reading_pins(), series_window{}, time_window{}}; }
  /// The rows with first <= time < end, those of all series merged in the order of time.
  [[nodiscard]] history_rows<Layout> between(time_type first, time_type end) const {
    return rows().between(first, end);
  }

  /// The rows of one series; none, when there is no such series.
  ///
  /// A text is the symbol of that text, and is not added to the symbol's domain.
  template <class Key>
    requires has_series
  [[nodiscard]] history_rows<Layout> series(const Key& key) const {
    return find_series(key);
  }
  /// The series: how many rows each has, in how many bytes, from when to when.
  [[nodiscard]] history_series_list<Layout> series() const
    requires has_series
  {
    return history_series_list<Layout>(self().reading_pins());
  }

  /// As `history_rows::scan`.
  template <key... K, class... Arguments>
    requires(sizeof...(K) != 0 && (has_leaf<T, K> && ...))
  void scan(Arguments&&... arguments) const {
    rows().template scan<K...>(std::forward<Arguments>(arguments)...);
  }
  template <key... K, class... Arguments>
    requires(!(has_leaf<T, K> && ...))
  void scan(Arguments&&...) const = delete;  // the record has no column of this name, and none can be added
  /// As `history_rows::aggregate`.
  template <key K, class... Arguments>
    requires has_leaf<T, K>
  [[nodiscard]] auto aggregate(Arguments... arguments) const {
    return rows().template aggregate<K>(arguments...);
  }
  template <key K, class... Arguments>
    requires(!has_leaf<T, K>)
  void aggregate(Arguments&&...) const = delete;  // the record has no column of this name, and none can be added

  /// The row that is first in the order of time.
  [[nodiscard]] std::optional<T> first() const { return rows().first(); }
  /// The row that is last in the order of time.
  [[nodiscard]] std::optional<T> last() const { return rows().last(); }
  /// At most n rows, the last in the order of time.
  [[nodiscard]] history_range<Layout> newest(std::size_t n) const { return rows().newest(n); }

 protected:
  ~history_reader() = default;

 private:
  [[nodiscard]] const Self& self() const noexcept { return static_cast<const Self&>(*this); }

  template <class Key>
  [[nodiscard]] history_rows<Layout> find_series(const Key& wanted) const {
    using series_type = typename Layout::series_type;
    const auto found = [&](series_type key) { return self().series_rows(key); };
    const auto none = [] { return history_rows<Layout>(pinned<Layout>(history_pins<Layout>()), {0, 0}, {}); };
    if constexpr (std::same_as<Key, series_type>) {
      return found(wanted);
    } else if constexpr (requires { series_type::find(std::string_view(wanted)); }) {
      const auto symbol = series_type::find(std::string_view(wanted));
      return symbol ? found(*symbol) : none();
    } else if constexpr (std::integral<Key> && std::integral<series_type>) {
      const auto key = static_cast<series_type>(wanted);
      const bool same = static_cast<Key>(key) == wanted && (key < series_type{}) == (wanted < Key{});
      return same ? found(key) : none();
    } else {
      return found(wanted);
    }
  }
};

}  // namespace detail

/// A history as it was at one moment: what `history::snapshot` gives.
///
/// It has the rows of all appends up to that moment which had not been evicted, of all series alike, while the history
/// goes on. It may be read from any thread, const members from many at once; the blocks that it has stay charged until
/// it ends. The history outlives it.
template <class Layout>
class history_snapshot : public detail::history_reader<history_snapshot<Layout>, Layout> {
 public:
  using value_type = typename Layout::record;

  /// For histories: what is there now.
  explicit history_snapshot(detail::history_pins<Layout> pins) noexcept : pins_(std::move(pins)) {}

  /// Rows.
  [[nodiscard]] std::size_t size() const noexcept {
    std::size_t rows = 0;
    for (std::size_t each = 0; each < pins_.size(); ++each) rows += pins_[each].rows();
    return rows;
  }
  /// Whether there are none.
  [[nodiscard]] bool empty() const noexcept { return size() == 0; }

 private:
  friend detail::history_reader<history_snapshot, Layout>;
  [[nodiscard]] detail::pinned<Layout> reading_pins() const noexcept { return detail::pinned<Layout>(pins_); }
  [[nodiscard]] history_rows<Layout> series_rows(typename Layout::series_type key) const noexcept {
    const auto* const found = pins_.find(key);
    const auto at = found == nullptr ? std::size_t{0} : static_cast<std::size_t>(found - pins_.begin());
    return {reading_pins(), {at, found == nullptr ? at : at + 1}, {}};
  }

  detail::history_pins<Layout> pins_;
};

}  // namespace v0
}  // namespace slotted
