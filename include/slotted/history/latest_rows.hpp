// slotted: the newest row of each series of a history.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>  // and with it what iterators say of themselves: <iterator> is 2,000 lines more

#include <slotted/history/detail/series_rows.hpp>
#include <slotted/history/detail/series_walk.hpp>
#include <slotted/history/detail/time_window.hpp>
#include <slotted/record/arrow_value.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {
template <class Layout>
class history_reading;
}  // namespace detail

/// The row of each series that comes last in the order of time, in no promised order of series: an input range of
/// records by value.
///
/// A series is looked at when the iterator comes to it. Of a live history that is the row that is last by then; one may
/// append while iterating. What the rows are of outlives the range. For one thread at a time.
template <class Layout, class Reading = detail::history_reading<Layout>>
class history_latest_rows {
  using T = typename Layout::record;
  using series_view = typename Reading::series;

 public:
  using value_type = T;

  class iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = T;
    using difference_type = std::ptrdiff_t;
    using reference = const T;
    using pointer = detail::arrow_value<T>;

    /// The end of any range.
    iterator() noexcept = default;
    [[nodiscard]] reference operator*() const { return Layout::make_row(row_.time, key_, row_.words); }
    [[nodiscard]] pointer operator->() const { return {**this}; }
    /// Throws: `snapshot_expired`.
    iterator& operator++() {
      seek(place_ + 1);
      return *this;
    }
    detail::past_value<T> operator++(int) {
      detail::past_value<T> before{**this};
      ++*this;
      return before;
    }
    [[nodiscard]] friend bool operator==(const iterator& left, const iterator& right) noexcept {
      return left.place_ == right.place_;
    }

   private:
    friend history_latest_rows;
    explicit iterator(const Reading& reading) : reading_(reading) { seek(0); }

    void seek(std::size_t place) {
      place_ = detail::no_place;
      const detail::series_choice<typename Layout::series_type> all;
      detail::for_each_series(reading_, all, place, [&](std::size_t at, const series_view& view, auto&) {
        if (!detail::last_row<Layout>(view, {}, row_)) return true;
        place_ = at;
        key_ = view.key();
        return false;
      });
    }

    Reading reading_{};
    std::size_t place_ = detail::no_place;
    [[no_unique_address]] typename Layout::series_type key_{};
    detail::series_row<Layout> row_;
  };
  using const_iterator = iterator;

  /// For readers: the newest rows of a reading.
  explicit history_latest_rows(const Reading& reading) noexcept : reading_(reading) {}

  /// The row of the first series. Throws: `snapshot_expired`.
  [[nodiscard]] iterator begin() const { return iterator(reading_); }
  [[nodiscard]] iterator end() const noexcept { return {}; }

 private:
  Reading reading_;
};

}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
