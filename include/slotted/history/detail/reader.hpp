// slotted: what is read of a history and of a snapshot alike.
// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

#include <slotted/history/detail/series_walk.hpp>
#include <slotted/history/detail/time_window.hpp>
#include <slotted/history/latest_rows.hpp>
#include <slotted/history/rows.hpp>
#include <slotted/history/series_list.hpp>
#include <slotted/record/leaves.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {

// What `for (auto row : past)` is told.
struct iterate_over_rows_or_series;

// Members without state. Self has `Reading reading() const`, which this may call.
//
// Reads of a snapshot throw snapshot_expired when it has expired. Those of a history do not throw: what takes more
// memory than there is for readers takes more time instead.
template <class Self, class Reading>
class history_reader {
  using layout = typename Reading::layout;
  using T = typename layout::record;
  using time_type = typename layout::time_type;
  using series_type = typename layout::series_type;
  using rows_type = history_rows<layout, Reading>;
  static constexpr bool has_series = layout::has_series;

 public:
  /// All rows, in the order of time.
  [[nodiscard]] rows_type rows() const { return {self().reading(), {}, {}}; }
  /// The rows with first <= time < end, those of all series merged in the order of time.
  [[nodiscard]] rows_type between(time_type first, time_type end) const { return rows().between(first, end); }
  /// The rows with first <= time, which may be the greatest time of the type.
  [[nodiscard]] rows_type from(time_type first) const { return rows().from(first); }

  /// The rows of one series; none, when there is no such series.
  ///
  /// A text is the symbol of that text, and is not added to the symbol's domain.
  template <class Key>
    requires has_series
  [[nodiscard]] rows_type series(const Key& key) const {
    return find_series(key);
  }
  /// The series: how many rows each has, in how many bytes, from when to when.
  [[nodiscard]] history_series_list<layout, Reading> series() const
    requires has_series
  {
    return history_series_list<layout, Reading>(self().reading());
  }
  /// The row of each series that comes last in the order of time.
  [[nodiscard]] history_latest_rows<layout, Reading> latest() const {
    return history_latest_rows<layout, Reading>(self().reading());
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
  [[nodiscard]] history_newest_rows<layout, Reading> newest(std::size_t n) const { return rows().newest(n); }

  // Not a range by itself: rows(), between, from, series(key) and latest() are ranges, and say which rows come and how.
  iterate_over_rows_or_series begin() const = delete;
  iterate_over_rows_or_series end() const = delete;

 protected:
  ~history_reader() = default;

 private:
  [[nodiscard]] const Self& self() const noexcept { return static_cast<const Self&>(*this); }
  [[nodiscard]] rows_type rows_of(const series_type& key) const { return {self().reading(), {key}, {}}; }
  [[nodiscard]] rows_type no_rows() const { return {self().reading(), {}, {0, -1}}; }

  template <class Key>
  [[nodiscard]] rows_type find_series(const Key& wanted) const {
    if constexpr (std::same_as<Key, series_type>) {
      return rows_of(wanted);
    } else if constexpr (requires { series_type::find(std::string_view(wanted)); }) {
      const auto symbol = series_type::find(std::string_view(wanted));
      return symbol ? rows_of(*symbol) : no_rows();
    } else if constexpr (std::integral<Key> && std::integral<series_type>) {
      const auto key = static_cast<series_type>(wanted);
      const bool same = static_cast<Key>(key) == wanted && (key < series_type{}) == (wanted < Key{});
      return same ? rows_of(key) : no_rows();
    } else {
      return rows_of(wanted);
    }
  }
};

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
