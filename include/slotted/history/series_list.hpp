// slotted: the series of a history, each with its rows, its bytes and its times.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>  // and with it what iterators say of themselves: <iterator> is 2,000 lines more

#include <slotted/algorithm.hpp>
#include <slotted/history/detail/leaf.hpp>
#include <slotted/history/detail/series_rows.hpp>
#include <slotted/history/detail/series_walk.hpp>
#include <slotted/history/detail/time_window.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {
template <class Layout>
class history_reading;
}  // namespace detail

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

/// The series of a history or of a snapshot, in no promised order: a forward range of `history_series_info` by value.
///
/// A series is looked at when its iterator is dereferenced. The list of a live history is valid until the history
/// changes; what it is a list of outlives it. Const members may run in parallel.
template <class Layout, class Reading = detail::history_reading<Layout>>
class history_series_list {
  using series_view = typename Reading::series;

 public:
  using value_type = history_series_info<Layout>;

  class iterator {
   public:
    using iterator_concept = std::forward_iterator_tag;
    using iterator_category = std::input_iterator_tag;  // its reference is a value
    using value_type = history_series_info<Layout>;
    using difference_type = std::ptrdiff_t;
    using reference = const value_type;
    using pointer = void;

    iterator() noexcept = default;
    /// Complexity: linear in the blocks of the series. Throws: `snapshot_expired`.
    [[nodiscard]] reference operator*() const { return info_at(reading_, place_); }
    /// Throws: `snapshot_expired`.
    iterator& operator++() {
      place_ = next_place(reading_, place_ + 1);
      return *this;
    }
    iterator operator++(int) {
      iterator before = *this;
      ++*this;
      return before;
    }
    [[nodiscard]] friend bool operator==(const iterator& left, const iterator& right) noexcept {
      return left.place_ == right.place_;
    }

   private:
    friend history_series_list;
    iterator(const Reading& reading, std::size_t place) noexcept : reading_(reading), place_(place) {}

    Reading reading_{};
    std::size_t place_ = detail::no_place;
  };
  using const_iterator = iterator;

  /// For readers: the series of a reading.
  explicit history_series_list(const Reading& reading) noexcept : reading_(reading) {}

  /// The first series. Throws: `snapshot_expired`.
  [[nodiscard]] iterator begin() const { return {reading_, next_place(reading_, 0)}; }
  [[nodiscard]] iterator end() const noexcept { return {reading_, detail::no_place}; }
  /// How many series. Complexity: linear. Throws: `snapshot_expired`.
  [[nodiscard]] std::size_t size() const {
    std::size_t count = 0;
    for (std::size_t place = next_place(reading_, 0); place != detail::no_place;
         place = next_place(reading_, place + 1))
      ++count;
    return count;
  }
  /// Whether there are none. Throws: `snapshot_expired`.
  [[nodiscard]] bool empty() const { return next_place(reading_, 0) == detail::no_place; }
  /// The i-th series. Complexity: linear in i and in the blocks of the series.
  ///
  /// Preconditions: i < size(). Throws: `snapshot_expired`.
  [[nodiscard]] value_type operator[](std::size_t i) const {
    std::size_t place = next_place(reading_, 0);
    while (i-- != 0) place = next_place(reading_, place + 1);
    return info_at(reading_, place);
  }

 private:
  // The first place from `place` on that has a series with rows.
  static std::size_t next_place(const Reading& reading, std::size_t place) {
    [[maybe_unused]] auto inside = reading.enter();
    series_view view;
    for (; place < reading.places(); ++place)
      if (reading.view(place, view)) return place;
    return detail::no_place;
  }
  static value_type info_at(const Reading& reading, std::size_t place) {
    [[maybe_unused]] auto inside = reading.enter();
    series_view view;
    value_type made;
    if (reading.view(place, view)) fill_info(view, made);
    return made;
  }
  static void fill_info(const series_view& view, value_type& to) {
    to.key = view.key();
    to.rows = view.head_rows();
    to.bytes = view.head_bytes();
    std::int64_t first = INT64_MAX;
    std::int64_t last = INT64_MIN;
    view.for_each_block([&](const auto& block) {
      to.rows += block.rows();
      to.bytes += block.bytes();
      first = detail::min_of(first, block.first_time());
      last = detail::max_of(last, block.last_time());
      return true;
    });
    if (view.head_rows() != 0) {
      const detail::head_copy<Layout> head(view);
      for (std::size_t i = 0; i < head.rows(); ++i) {
        first = detail::min_of(first, head.times()[i]);
        last = detail::max_of(last, head.times()[i]);
      }
    }
    if (first > last) return;
    to.first_time = detail::from_order<typename Layout::time_type>(first);
    to.last_time = detail::from_order<typename Layout::time_type>(last);
  }

  Reading reading_;
};

}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
