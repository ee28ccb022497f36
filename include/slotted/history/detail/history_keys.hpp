// slotted: what makes a record and its keys a history, said in one line each where they do not.
// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>

#include <slotted/history/detail/layout.hpp>
#include <slotted/history/detail/leaf.hpp>
#include <slotted/record/leaves.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {

struct no_series_type {
  friend constexpr bool operator==(no_series_type, no_series_type) noexcept = default;
};

struct by_series_ref_type {
  friend constexpr bool operator==(by_series_ref_type, by_series_ref_type) noexcept = default;
};
struct by_labels_type {
  friend constexpr bool operator==(by_labels_type, by_labels_type) noexcept = default;
};

// The series of a row is given beside it, by a reference: what a history by labels is made of.
inline constexpr by_series_ref_type by_series_ref{};

// The leaves that a key means; none for a key that says that there are no series, or that they are given beside rows.
template <class T, class Value>
constexpr leaf_range key_leaves(const key<Value>& wanted) {
  if constexpr (std::is_same_v<Value, no_series_type>)
    return {not_found, 0};
  else if constexpr (std::is_same_v<Value, by_series_ref_type>)
    return {series_by_ref, 0};
  else
    return leaves<T>::find(wanted);
}
template <class Value>
inline constexpr bool is_no_series = false;
template <>
inline constexpr bool is_no_series<key<no_series_type>> = true;
template <>
inline constexpr bool is_no_series<key<by_series_ref_type>> = true;

// A difference of two times: what the time key's minus gives, or an integer.
template <class Time>
struct time_difference {
  using type = decltype(std::declval<Time>() - std::declval<Time>());
};
template <std::integral Time>
struct time_difference<Time> {
  using type = std::int64_t;
};
template <class Time>
using time_difference_of = typename time_difference<Time>::type;

template <class Length>
[[nodiscard]] constexpr auto count_of(const Length& length) noexcept {
  if constexpr (std::integral<Length>)
    return length;
  else
    return length.count();
}
template <class Time>
[[nodiscard]] std::string text_of_time(const Time& time) {
  return std::to_string(std::bit_cast<number_of<Time>>(time));
}

template <class T, key TimeKey, key SeriesKey>
struct history_requirements {
  static constexpr leaf_range time = key_leaves<T>(TimeKey);
  static constexpr leaf_range series = key_leaves<T>(SeriesKey);
  static constexpr bool none = is_no_series<std::remove_cv_t<decltype(SeriesKey)>>;

  template <std::size_t... L>
  static consteval bool copyable(std::index_sequence<L...>) {
    return (std::is_trivially_copyable_v<typename leaves<T>::template type<L>> && ...);
  }
  template <std::size_t L>
  static consteval auto type_at() {
    if constexpr (L < leaves<T>::size)
      return std::type_identity<typename leaves<T>::template type<L>>{};
    else
      return std::type_identity<void>{};
  }
  template <std::size_t L>
  using leaf = typename decltype(type_at<L>())::type;

  static constexpr bool owns_nothing = copyable(std::make_index_sequence<leaves<T>::size>{});
  static constexpr bool has_time = time.count != 0;
  static constexpr bool one_time = time.count <= 1;
  static constexpr bool good_time = [] {
    if constexpr (time.count == 1 && owns_nothing)
      return time_key<leaf<time.first>>;
    else
      return true;
  }();
  static constexpr bool has_series = none || series.count != 0;
  static constexpr bool one_series = series.count <= 1;
  static constexpr bool good_series = [] {
    if constexpr (series.count == 1 && owns_nothing)
      return series_key<leaf<series.first>> && series.first != time.first;
    else
      return true;
  }();
  static_assert(owns_nothing,
                "history: every field must be trivially copyable; make what owns memory (std::string) a symbol");
  static_assert(has_time, "history: the time key names no field of the record");
  static_assert(one_time, "history: the time key is a record of several fields; name the one that is the time");
  static_assert(good_time,
                "history: the time key must be an integer, or a std::chrono time or duration that counts in integers; "
                "a floating-point time has no exact order of equal steps");
  static_assert(has_series, "history: the series key names no field of the record");
  static_assert(one_series,
                "history: the series key is a record of several fields, of which only one can tell series apart; add a "
                "field that numbers the combinations, or makes them one symbol, and name that");
  static_assert(good_series,
                "history: the series key must be another field than the time, of at most 8 bytes: an integer, an "
                "enumeration, a symbol, a bool, a duration");
  static constexpr bool met =
      owns_nothing && has_time && one_time && good_time && has_series && one_series && good_series;
};

template <class T, std::size_t Time, std::size_t Series, bool Met>
struct layout_if {
  using type = history_layout<T, Time, Series>;
};
// What a history that cannot be is given instead, so that there is one error and no echo of it.
struct nothing_to_keep {
  std::int64_t time;
};
template <class T, std::size_t Time, std::size_t Series>
struct layout_if<T, Time, Series, false> {
  using type = history_layout<nothing_to_keep, 0, not_found>;
};

template <class T, key TimeKey, key SeriesKey>
using layout_of_history = typename layout_if<T, history_requirements<T, TimeKey, SeriesKey>::time.first,
                                             history_requirements<T, TimeKey, SeriesKey>::series.first,
                                             history_requirements<T, TimeKey, SeriesKey>::met>::type;

}  // namespace detail

/// The series key of a history whose rows are all one series.
inline constexpr detail::no_series_type no_series{};

/// The series key of a history whose series are named by labels; see labelled_history.hpp.
inline constexpr detail::by_labels_type by_labels{};

}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
