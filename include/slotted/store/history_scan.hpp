// slotted: columns of a history, decoded block by block: scans, and aggregates by buckets of time.
// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <new>
#include <span>
#include <type_traits>
#include <utility>

#include <slotted/algorithm.hpp>
#include <slotted/record/leaves.hpp>
#include <slotted/store/history_ahead.hpp>
#include <slotted/store/history_range.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace v0 {

/// What a scan looks for in one column: values from `least` to `most`, both included; a NaN is none of them.
template <key K, class V>
struct value_range {
  /// The least value.
  V least;
  /// The greatest value.
  V most;
};

/// Rows whose K lies within [least, most], for `scan`.
///
/// Blocks whose values all lie outside are passed over without being decoded.
template <key K, class V>
[[nodiscard]] constexpr value_range<K, V> where(V least, V most) noexcept {
  return {least, most};
}

/// The numbers of one column within one stretch of time.
///
/// NaN is counted apart and takes part in nothing else. Sums of integers of up to 32 bits are exact; others are rounded
/// as a double is, in an order of addition that depends on how the rows are stored.
template <class Time, class V>
struct history_bucket {
  /// What values are added up in.
  using sum_type = detail::sum_type<V>;

  Time start{};             ///< of the stretch; it ends where the next begins
  std::uint64_t count = 0;  ///< rows that are not NaN
  std::uint64_t nans = 0;   ///< rows that are
  /// Of all values, NaN left out.
  sum_type sum = 0;
  V min{};  ///< Preconditions: count != 0.
  V max{};  ///< Preconditions: count != 0.

  /// Preconditions: count != 0.
  [[nodiscard]] constexpr double mean() const noexcept { return static_cast<double>(sum) / static_cast<double>(count); }
};

namespace detail {

struct no_value_range {};

template <std::size_t I, class V>
struct column_buffer {
  alignas(64) std::byte bytes[block_rows * sizeof(V)];
  [[nodiscard]] V* data() noexcept { return reinterpret_cast<V*>(bytes); }
};

template <class Layout>
using leaves_of_layout = leaves<typename Layout::record>;

// Buffers for some leaves of up to 1024 rows of one series.
template <class Layout, class Places, std::size_t... L>
class scan_columns;
template <class Layout, std::size_t... I, std::size_t... L>
class scan_columns<Layout, std::index_sequence<I...>, L...>
    : column_buffer<I, typename leaves_of_layout<Layout>::template type<L>>... {
  template <std::size_t P>
  static constexpr std::size_t leaf_at = [] {
    constexpr std::size_t all[] = {L...};
    return all[P];
  }();
  template <std::size_t P>
  using leaf = typename leaves_of_layout<Layout>::template type<leaf_at<P>>;
  template <std::size_t P>
  static constexpr bool is_series = leaf_at<P> == Layout::series_leaf;

 public:
  static constexpr std::size_t count = sizeof...(L);
  // Where leaf `wanted` stands, or `count`.
  static constexpr std::size_t find(std::size_t wanted) noexcept {
    std::size_t at = 0;
    (void)((L == wanted || (static_cast<void>(++at), false)) || ...);
    return at;
  }

  template <std::size_t P>
  [[nodiscard]] leaf<P>* data() noexcept {
    return static_cast<column_buffer<P, leaf<P>>&>(*this).data();
  }
  // Comes before the rows of a series.
  void enter(const series_view<Layout>& view) noexcept {
    (void)view;
    (fill_key<I>(view), ...);
  }
  template <class Entry>
  void decode(const Entry& from) noexcept {
    (decode_column<I>(from), ...);
  }
  void load(std::size_t i, const std::byte* tail_row) noexcept { (load_column<I>(i, tail_row), ...); }
  // Keeps the rows that are named, in ascending order.
  void keep(const std::uint16_t* rows, std::size_t kept) noexcept { (keep_column<I>(rows, kept), ...); }
  template <class F>
  bool give(F& f, std::size_t first, std::size_t end) {
    if constexpr (std::same_as<decltype(f(std::span<const leaf<I>>()...)), bool>)
      return f(std::span<const leaf<I>>(data<I>() + first, end - first)...);
    else
      return f(std::span<const leaf<I>>(data<I>() + first, end - first)...), true;
  }

 private:
  template <std::size_t P>
  void fill_key(const series_view<Layout>& view) noexcept {
    if constexpr (is_series<P>)
      for (std::size_t i = 0; i < block_rows; ++i) ::new (static_cast<void*>(data<P>() + i)) leaf<P>(view.key());
  }
  template <std::size_t P, class Entry>
  void decode_column(const Entry& from) noexcept {
    if constexpr (!is_series<P>) from.template decode<leaf_at<P>>(data<P>());
  }
  template <std::size_t P>
  void load_column(std::size_t i, const std::byte* tail_row) noexcept {
    if constexpr (!is_series<P>) data<P>()[i] = Layout::template load_leaf<leaf_at<P>>(tail_row);
  }
  template <std::size_t P>
  void keep_column(const std::uint16_t* rows, std::size_t kept) noexcept {
    if constexpr (!is_series<P>)
      for (std::size_t i = 0; i < kept; ++i) data<P>()[i] = data<P>()[rows[i]];
  }
};
template <class Layout, std::size_t... L>
using scan_columns_of = scan_columns<Layout, std::make_index_sequence<sizeof...(L)>, L...>;

// A buffer of fixed size: on the stack, unless it is a large one.
template <class Buffer, class F>
void with_buffer(query_room& room, F f) {
  constexpr std::size_t largest_on_stack = std::size_t{64} << 10;
  if constexpr (sizeof(Buffer) <= largest_on_stack) {
    (void)room;
    Buffer buffer;
    f(buffer);
  } else {
    const query_memory memory(sizeof(Buffer), room);
    if (room.missing != 0) return;
    f(*::new (static_cast<void*>(memory.data())) Buffer);
  }
}

// The rows of a sorted block that lie in a window.
struct row_span {
  std::size_t first;
  std::size_t end;
};
template <class Layout, class Entry>
row_span rows_within(const Entry& from, time_window window) noexcept {
  if (window.covers(from.first_time(), from.last_time())) return {0, from.rows()};
  std::int64_t times[block_rows];
  from.decode_times(times);
  const std::int64_t* const end = times + from.rows();
  const std::int64_t* const first = detail::lower_bound(static_cast<const std::int64_t*>(times), end, window.from);
  return {static_cast<std::size_t>(first - times),
          static_cast<std::size_t>(detail::upper_bound(first, end, window.to) - times)};
}

// Calls f(spans of the leaves L...) for stretches of all rows in the windows; false from f ends it.
template <class Layout, std::size_t... L, class F>
void scan_leaves(const history_pins<Layout>& pins, series_window which, time_window window, query_room& room, F& f) {
  if (window.empty()) return;
  with_buffer<scan_columns_of<Layout, L...>>(room, [&](auto& columns) {
    bool on = true;
    for (std::size_t each = which.first; on && each < which.end; ++each) {
      const series_view<Layout> view = pins[each];
      columns.enter(view);
      for_each_block_ahead<Layout, L...>(view, window.from, window.to, [&](const auto& from) {
        const row_span rows = rows_within<Layout>(from, window);
        if (rows.first == rows.end) return true;
        columns.decode(from);
        return on = columns.give(f, rows.first, rows.end);
      });
      if (!on) return;
      std::size_t count = 0;
      for (std::size_t i = 0; i < view.tail_rows(); ++i)
        if (const std::byte* const row = view.tail_row(i); window.has(Layout::time_of(row))) columns.load(count++, row);
      if (count != 0) on = columns.give(f, 0, count);
    }
  });
}

// As scan_leaves, of rows whose leaf W lies in a range of values.
template <class Layout, std::size_t W, std::size_t... L, class V, class F>
void scan_leaves_where(const history_pins<Layout>& pins, series_window which, time_window window, V least, V most,
                       query_room& room, F& f) {
  using value = typename leaves_of_layout<Layout>::template type<W>;
  struct buffers {
    scan_columns_of<Layout, L...> columns;
    scan_columns_of<Layout, W> judged;
    std::uint16_t kept[block_rows];
  };
  if (window.empty()) return;
  with_buffer<buffers>(room, [&](buffers& all) {
    bool on = true;
    // Names the rows that stay; they are given where there are any.
    const auto give = [&](row_span rows, bool judge) {
      const value* const values = all.judged.template data<0>();
      std::size_t kept = 0;
      if (judge)
        for (std::size_t i = rows.first; i < rows.end; ++i) {
          all.kept[kept] = static_cast<std::uint16_t>(i);
          kept += least <= values[i] && values[i] <= most;
        }
      if (!judge || kept == rows.end - rows.first) return all.columns.give(f, rows.first, rows.end);
      if (kept == 0) return true;
      all.columns.keep(all.kept, kept);
      return all.columns.give(f, 0, kept);
    };
    for (std::size_t each = which.first; on && each < which.end; ++each) {
      const series_view<Layout> view = pins[each];
      all.columns.enter(view);
      all.judged.enter(view);
      view.for_each_block(window.from, window.to, [&](const auto& from) {
        bool judge = true;
        if constexpr ((W != Layout::series_leaf && summarized<value>)) {
          const auto summary = from.template summary<W>();
          if (summary.nans == from.rows() || summary.max < least || most < summary.min) return true;
          judge = summary.nans != 0 || summary.min < least || most < summary.max;
        }
        const row_span rows = rows_within<Layout>(from, window);
        if (rows.first == rows.end) return true;
        if (judge) all.judged.decode(from);
        all.columns.decode(from);
        return on = give(rows, judge);
      });
      if (!on) return;
      std::size_t count = 0;
      for (std::size_t i = 0; i < view.tail_rows(); ++i) {
        const std::byte* const row = view.tail_row(i);
        if (!window.has(Layout::time_of(row))) continue;
        all.columns.load(count, row);
        all.judged.load(count++, row);
      }
      if (count != 0) on = give({0, count}, true);
    }
  });
}

// ---- aggregates

template <class Bucket, class V>
void add_summary(Bucket& to, const column_summary<V>& from, std::size_t rows) noexcept {
  to.nans += from.nans;
  if (from.nans == rows) return;
  to.min = to.count == 0 || from.min < to.min ? from.min : to.min;
  to.max = to.count == 0 || to.max < from.max ? from.max : to.max;
  to.count += rows - from.nans;
  to.sum += from.sum;
}

// Calls f(first, last) for each block and tail that may have rows in the windows: their times, cut to the window.
template <class Layout, class F>
void for_each_stretch(const history_pins<Layout>& pins, series_window which, time_window window, F f) {
  for (std::size_t each = which.first; each < which.end; ++each) {
    const series_view<Layout> view = pins[each];
    view.for_each_block(window.from, window.to, [&](const auto& from) {
      f(max_of(window.from, from.first_time()), min_of(window.to, from.last_time()));
      return true;
    });
    if (const tail_look seen = look_at_tail(view, window); seen.count != 0) f(seen.least, seen.most);
  }
}

// A bucket, and the times that belong to it.
template <class Bucket>
struct bucket_place {
  Bucket* to;
  time_window times;
};

// Adds leaf L of all rows in the windows to the bucket that find(time) says: a block as it stands where all its times
// belong to one.
template <class Layout, std::size_t L, class Bucket, class Find>
void add_to_buckets(const history_pins<Layout>& pins, series_window which, time_window window, Find find) {
  using value = typename leaves_of_layout<Layout>::template type<L>;
  struct buffers {
    alignas(64) std::int64_t times[block_rows];
    alignas(64) value values[block_rows];
  };
  buffers all;
  const auto add_rows = [&](std::size_t at, std::size_t end) {
    while (at < end) {
      const bucket_place<Bucket> place = find(all.times[at]);
      std::size_t next = at + 1;
      while (next < end && place.times.has(all.times[next])) ++next;
      add_summary(*place.to, summarize(all.values + at, next - at), next - at);
      at = next;
    }
  };
  for (std::size_t each = which.first; each < which.end; ++each) {
    const series_view<Layout> view = pins[each];
    view.for_each_block(window.from, window.to, [&](const auto& from) {
      if constexpr (L != Layout::series_leaf && summarized<value>)
        if (window.covers(from.first_time(), from.last_time()))
          if (const bucket_place<Bucket> place = find(from.first_time()); place.times.has(from.last_time())) {
            add_summary(*place.to, from.template summary<L>(), from.rows());
            return true;
          }
      from.decode_times(all.times);
      if constexpr (L == Layout::series_leaf)
        fill_elements(all.values, from.rows(), view.key());
      else
        from.template decode<L>(all.values);
      const std::int64_t* const end = all.times + from.rows();
      const std::int64_t* const first =
          detail::lower_bound(static_cast<const std::int64_t*>(all.times), end, window.from);
      add_rows(static_cast<std::size_t>(first - all.times),
               static_cast<std::size_t>(detail::upper_bound(first, end, window.to) - all.times));
      return true;
    });
    std::size_t count = 0;
    for (std::size_t i = 0; i < view.tail_rows(); ++i) {
      const std::byte* const row = view.tail_row(i);
      if (!window.has(Layout::time_of(row))) continue;
      all.times[count] = Layout::time_of(row);
      if constexpr (L == Layout::series_leaf)
        all.values[count++] = view.key();
      else
        all.values[count++] = Layout::template load_leaf<L>(row);
    }
    add_rows(0, count);
  }
}

// What the difference of two times is: that of a chrono time point, or the time itself.
template <class Time>
struct time_step {
  using type = Time;
};
template <class Time>
  requires requires { typename Time::duration; }
struct time_step<Time> {
  using type = typename Time::duration;
};
template <class Step>
[[nodiscard]] constexpr std::uint64_t step_count(Step step) noexcept {
  if constexpr (requires { step.count(); })
    return static_cast<std::uint64_t>(step.count());
  else
    return static_cast<std::uint64_t>(step);
}

}  // namespace detail

/// The buckets of an aggregate that have rows, in the order of time: a forward range of `history_bucket`, by value.
///
/// It holds its buckets by itself and needs the history no more.
template <class Time, class V>
class history_buckets {
 public:
  using value_type = history_bucket<Time, V>;

  class iterator {
   public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = history_bucket<Time, V>;
    using difference_type = std::ptrdiff_t;
    using reference = const value_type&;
    using pointer = const value_type*;

    iterator() noexcept = default;
    iterator(const value_type* at, const value_type* end) noexcept : at_(at), end_(end) { pass_empty(); }
    [[nodiscard]] reference operator*() const noexcept { return *at_; }
    [[nodiscard]] pointer operator->() const noexcept { return at_; }
    iterator& operator++() noexcept {
      ++at_;
      pass_empty();
      return *this;
    }
    iterator operator++(int) noexcept {
      iterator before = *this;
      ++*this;
      return before;
    }
    [[nodiscard]] friend bool operator==(const iterator& left, const iterator& right) noexcept {
      return left.at_ == right.at_;
    }

   private:
    void pass_empty() noexcept {
      while (at_ != end_ && at_->count == 0 && at_->nans == 0) ++at_;
    }
    const value_type* at_ = nullptr;
    const value_type* end_ = nullptr;
  };
  using const_iterator = iterator;

  history_buckets() noexcept = default;
  // None for want of memory.
  /// For `aggregate`: room for `count` buckets.
  history_buckets(std::size_t count, detail::query_room& room) noexcept
      : memory_(count * sizeof(value_type), room), count_(room.missing == 0 ? count : 0) {
    for (std::size_t i = 0; i < count_; ++i) ::new (static_cast<void*>(data() + i)) value_type;
  }
  /// Takes over the buckets of `other`, which is empty then.
  history_buckets(history_buckets&& other) noexcept
      : memory_(std::move(other.memory_)), count_(std::exchange(other.count_, 0)) {}
  /// As the move constructor; what was here is given back.
  history_buckets& operator=(history_buckets&& other) noexcept {
    std::swap(memory_, other.memory_);
    std::swap(count_, other.count_);
    return *this;
  }
  ~history_buckets() = default;

  [[nodiscard]] iterator begin() const noexcept { return {data(), data() + count_}; }
  [[nodiscard]] iterator end() const noexcept { return {data() + count_, data() + count_}; }
  /// Whether there are none.
  [[nodiscard]] bool empty() const noexcept { return begin() == end(); }

  // For whoever fills them.
  /// The first bucket.
  [[nodiscard]] value_type* data() const noexcept { return reinterpret_cast<value_type*>(memory_.data()); }

 private:
  detail::query_memory memory_;
  std::size_t count_ = 0;
};

namespace detail {

// Buckets of `step` from `origin` on.
template <class Layout, std::size_t L>
auto aggregate_leaf(const history_pins<Layout>& pins, series_window which, time_window window, std::int64_t origin,
                    std::uint64_t step, query_room& room) noexcept {
  using time = typename Layout::time_type;
  using buckets = history_buckets<time, typename leaves_of_layout<Layout>::template type<L>>;
  std::int64_t first = INT64_MAX;
  std::int64_t last = INT64_MIN;
  if (!window.empty())
    for_each_stretch(pins, which, window, [&](std::int64_t from, std::int64_t to) {
      first = min_of(first, from);
      last = max_of(last, to);
    });
  if (first > last) return buckets();
  const auto number = [=](std::int64_t at) {
    return (static_cast<std::uint64_t>(at) - static_cast<std::uint64_t>(origin)) / step;
  };
  const std::uint64_t lowest = number(first);
  const std::uint64_t more = number(last) - lowest;
  if (more >= SIZE_MAX / 2 / sizeof(typename buckets::value_type)) {
    room.missing = SIZE_MAX / 2;
    return buckets();
  }
  buckets made(static_cast<std::size_t>(more) + 1, room);
  if (room.missing != 0) return buckets();
  for (std::uint64_t i = 0; i <= more; ++i)
    made.data()[i].start = from_order<typename Layout::time_type>(
        static_cast<std::int64_t>(static_cast<std::uint64_t>(origin) + (lowest + i) * step));
  add_to_buckets<Layout, L, typename buckets::value_type>(pins, which, window, [&](std::int64_t at) {
    const std::uint64_t which_one = number(at);
    const auto start = static_cast<std::int64_t>(static_cast<std::uint64_t>(origin) + which_one * step);
    const std::uint64_t left = static_cast<std::uint64_t>(INT64_MAX) - static_cast<std::uint64_t>(start);
    const auto end = static_cast<std::int64_t>(static_cast<std::uint64_t>(start) + min_of(left, step - 1));
    return bucket_place<typename buckets::value_type>{made.data() + (which_one - lowest), {start, end}};
  });
  return made;
}

// One bucket for all rows; it starts with the first.
template <class Layout, std::size_t L>
auto aggregate_all(const history_pins<Layout>& pins, series_window which, time_window window) {
  using bucket = history_bucket<typename Layout::time_type, typename leaves_of_layout<Layout>::template type<L>>;
  bucket made;
  if (window.empty()) return made;
  std::int64_t first = INT64_MAX;
  add_to_buckets<Layout, L, bucket>(pins, which, window, [&](std::int64_t at) {
    first = min_of(first, at);
    return bucket_place<bucket>{&made, {at, INT64_MAX}};
  });
  if (made.count + made.nans != 0) made.start = from_order<typename Layout::time_type>(first);
  return made;
}

}  // namespace detail
}  // namespace v0
}  // namespace slotted
