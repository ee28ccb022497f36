// slotted: rows of a history as an input range in the order of time.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <utility>

#include <slotted/algorithm.hpp>
#include <slotted/store/history_merge.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace v0 {
namespace detail {

// A pinned set, one's own or another's.
template <class Layout>
class pinned {
  using series_type = typename Layout::series_type;

 public:
  // Pins again what `source` has by now.
  using pin_function = bool (*)(const void* source, series_type key, history_pins<Layout>& to);

  explicit pinned(const history_pins<Layout>& other) noexcept : other_(&other) {}
  explicit pinned(history_pins<Layout>&& own) noexcept : own_(std::move(own)) {}
  pinned(history_pins<Layout>&& own, const void* source, series_type key, pin_function pin) noexcept
      : own_(std::move(own)), source_(source), pin_(pin), key_(key) {}

  [[nodiscard]] const history_pins<Layout>& get() const noexcept { return other_ != nullptr ? *other_ : own_; }

  // Calls f(room) until it wants for nothing, and returns what it returns.
  //
  // What is pinned cannot be evicted, and of a history that evicts when its budget is full that would be all there is.
  // So, where the set is taken of the history itself, it is given up, room is made, and it is taken anew.
  // Throws: budget_exceeded, std::bad_alloc.
  template <class F>
  auto with_room(F f) {
    return with_room(f, [this](std::size_t bytes) { return make_room(bytes); });
  }
  template <class F>
  auto with_room(F f) const {
    return with_room(f, [](std::size_t) { return false; });
  }

 private:
  template <class F, class Make>
  auto with_room(F& f, Make make) const {
    bool frugal = false;
    for (int tries = 0;; ++tries) {
      query_room room{get().registry(), 0, frugal};
      auto result = f(room);
      if (room.missing == 0) return result;
      if (tries < 3 && make(room.missing)) continue;
      if (frugal) fail(room);
      frugal = true;
    }
  }
  bool make_room(std::size_t bytes) noexcept {
    memory_budget* const budget = get().registry() != nullptr ? get().registry()->budget() : nullptr;
    if (pin_ == nullptr || budget == nullptr) return false;
    const std::size_t more = own_.size() * sizeof(series_view<Layout>) + 4096;  // to pin
    own_ = history_pins<Layout>();
    const bool made = budget->try_reserve_with_relief(bytes + more);
    if (made) budget->release(bytes + more);
    return pin_(source_, key_, own_) && made;
  }
  [[noreturn]] static void fail(const query_room& room) {
    const memory_budget* const budget = room.registry != nullptr ? room.registry->budget() : nullptr;
    const bool full = budget != nullptr && budget->available() < room.missing;
    throw_no_memory(full ? commit_outcome::over_budget : commit_outcome::out_of_memory, budget, room.missing);
  }

  history_pins<Layout> own_{};
  const history_pins<Layout>* other_ = nullptr;
  const void* source_ = nullptr;
  pin_function pin_ = nullptr;
  [[no_unique_address]] series_type key_{};
};

// Where the n newest rows begin.
struct newest_cut {
  bool any;
  std::int64_t time;
  std::size_t skip;  // rows of that time which are not among them
};

template <class Layout>
newest_cut find_newest(const history_pins<Layout>& pins, series_window which, time_window window, std::size_t n,
                       query_room& room) noexcept {
  struct stretch {
    std::int64_t last;
    std::int64_t first;
    std::size_t series;
    const std::byte* block;  // null: the tail
    std::size_t rows;
  };
  if (window.empty()) return {false, 0, 0};
  std::size_t count = 0;
  std::size_t rows = 0;
  const auto for_each = [&](auto f) {
    for (std::size_t each = which.first; each < which.end; ++each) {
      const series_view<Layout> view = pins[each];
      view.for_each_block(window.from, window.to, [&](const auto& from) {
        f(stretch{min_of(window.to, from.last_time()), max_of(window.from, from.first_time()), each, from.data(),
                  from.rows()});
        return true;
      });
      if (const tail_look seen = look_at_tail(view, window); seen.count != 0)
        f(stretch{seen.most, seen.least, each, nullptr, seen.count});
    }
  };
  for_each([&](const stretch& each) {
    ++count;
    rows += each.rows;
  });
  const std::size_t most = min_of(n, rows);
  if (most == 0) return {false, 0, 0};
  const query_memory memory(count * sizeof(stretch) + most * sizeof(std::int64_t), room);
  if (room.missing != 0) return {false, 0, 0};
  auto* const stretches = reinterpret_cast<stretch*>(memory.data());
  auto* const newest = reinterpret_cast<std::int64_t*>(stretches + count);  // a heap, the oldest of them at the top
  count = 0;
  for_each([&](const stretch& each) { ::new (static_cast<void*>(stretches + count++)) stretch(each); });
  detail::sort(stretches, stretches + count,
               [](const stretch& left, const stretch& right) { return left.last > right.last; });

  std::int64_t times[block_rows];
  const auto with_times = [&](const stretch& each, auto f) {
    std::size_t seen = 0;
    if (each.block == nullptr) {
      const series_view<Layout> view = pins[each.series];
      for (std::size_t i = 0; i < view.tail_rows(); ++i) times[seen++] = Layout::time_of(view.tail_row(i));
      detail::sort(times, times + seen, [](std::int64_t left, std::int64_t right) { return left < right; });
    } else {
      Layout::decode_times(each.block, each.rows, times);
      seen = each.rows;
    }
    for (std::size_t i = seen; i-- != 0;)
      if (window.has(times[i]) && !f(times[i])) return;
  };
  const auto later = [](std::int64_t left, std::int64_t right) { return left > right; };
  std::size_t held = 0;
  for (std::size_t i = 0; i < count && (held < most || stretches[i].last > newest[0]); ++i)
    with_times(stretches[i], [&](std::int64_t time) {
      if (held < most) {
        newest[held++] = time;
        if (held == most) make_heap(newest, newest + held, later);
        return true;
      }
      if (time <= newest[0]) return false;
      newest[0] = time;
      sift_down(newest, 0, held, later);
      return true;
    });
  if (held == 0) return {false, 0, 0};
  if (held < most) make_heap(newest, newest + held, later);
  // Of the rows that share the time of the oldest, the last in order stay.
  const std::int64_t cut = newest[0];
  std::size_t stay = 0;
  for (std::size_t i = 0; i < held; ++i) stay += newest[i] == cut;
  std::size_t same = 0;
  for (std::size_t i = 0; i < count && stretches[i].last >= cut; ++i)
    if (stretches[i].first <= cut)
      with_times(stretches[i], [&](std::int64_t time) {
        same += time == cut;
        return time >= cut;
      });
  return {true, cut, same - stay};
}

}  // namespace detail

/// An input iterator over rows of a history, by value: a row is decoded when it is read.
///
/// All copies of an iterator advance together. It is valid for as long as the range that it came from, which may be
/// moved.
template <class Layout>
class history_iterator {
  using T = typename Layout::record;
  struct past_row {
    T value;
    [[nodiscard]] const T& operator*() const noexcept { return value; }
  };

 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = T;
  using difference_type = std::ptrdiff_t;
  using reference = const T;
  struct pointer {
    T value;
    [[nodiscard]] const T* operator->() const noexcept { return &value; }
  };

  /// The end of any range.
  history_iterator() noexcept = default;
  /// For ranges: the row that the merge is at.
  explicit history_iterator(detail::history_merge<Layout>* merge) noexcept : merge_(merge) {}

  /// The row, by value.
  [[nodiscard]] const T operator*() const noexcept { return merge_->row(); }
  /// The row, for one access to a member.
  [[nodiscard]] pointer operator->() const noexcept { return {merge_->row()}; }
  /// Goes to the next row in time order.
  history_iterator& operator++() noexcept {
    merge_->next();
    return *this;
  }
  /// Goes to the next row; what it returns holds the row before it.
  past_row operator++(int) noexcept {
    past_row before{merge_->row()};
    merge_->next();
    return before;
  }
  [[nodiscard]] friend bool operator==(const history_iterator& left, const history_iterator& right) noexcept {
    return left.at_end() == right.at_end();
  }

 private:
  [[nodiscard]] bool at_end() const noexcept { return merge_ == nullptr || merge_->done(); }
  detail::history_merge<Layout>* merge_ = nullptr;
};

/// Rows of a history in the order of time: an input range of records by value.
///
/// Rows of equal time come series by series, and within a series in the order in which they arrived. A range stays as
/// it is while the history goes on: for as long as the snapshot that it was taken of, or by itself where it was taken
/// of the history. It may be moved, and is not copied.
template <class Layout>
class history_range {
 public:
  using value_type = typename Layout::record;
  using iterator = history_iterator<Layout>;

  /// For readers: the rows of the chosen series within a window.
  history_range(detail::pinned<Layout> pins, detail::series_window which, detail::time_window window,
                std::size_t skip = 0) noexcept
      : pins_(std::move(pins)), which_(which), window_(window), skip_(skip) {}
  /// Takes over the rows of another range.
  history_range(history_range&&) noexcept = default;
  /// As the move constructor.
  history_range& operator=(history_range&&) noexcept = default;
  ~history_range() = default;

  /// The first row.
  ///
  /// Throws: `budget_exceeded`, or `std::bad_alloc`, when there is no memory for the blocks that have to be open at
  /// once (about 1 MiB, or 16 rows a series). Complexity: linear in the blocks of the series.
  /// Invalidates: what `begin` gave before.
  [[nodiscard]] iterator begin() {
    merge_ = {};
    if (pins_.get().size() == 0) return {};
    merge_ = pins_.with_room([&](detail::query_room& room) {
      return detail::merge_owner<Layout>(pins_.get(), which_.of(pins_.get()), window_, room);
    });
    for (std::size_t i = 0; i < skip_ && !merge_.get()->done(); ++i) merge_.get()->next();
    return iterator(merge_.get());
  }
  [[nodiscard]] iterator end() const noexcept { return {}; }

 protected:
  detail::pinned<Layout> pins_;  ///< what the rows are read from
  detail::series_window which_;  ///< the series that are read
  detail::time_window window_;   ///< the times that are read

 private:
  std::size_t skip_;  // rows at the front that are not meant
  detail::merge_owner<Layout> merge_;
};

}  // namespace v0
}  // namespace slotted
