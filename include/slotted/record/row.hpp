// slotted: what may be stored as a row of T: a T, and nothing derived from it, alone and in ranges.
// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstddef>
#include <type_traits>
#include <utility>

#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {

/// U is T itself, and no type derived from it.
template <class U, class T>
concept exactly = std::same_as<std::remove_cvref_t<U>, T>;

namespace detail {

template <class U, class T>
inline constexpr bool derives = std::is_class_v<T> && std::derived_from<U, T> && !std::same_as<U, T>;

// std::reference_wrapper and its like convert to a reference to what they refer to, and that to its base.
template <class U>
concept wraps_reference = requires(const U& each) {
  typename U::type;
  { each.get() } -> std::same_as<typename U::type&>;
  static_cast<typename U::type&>(each);
};

template <class U>
struct row_within {
  using type = U;
};
template <wraps_reference U>
struct row_within<U> {
  using type = std::remove_cv_t<typename U::type>;
};

// What the elements of a range are: as std::begin would have it, which costs 11,000 lines.
template <class Range>
struct elements_of {};
template <class Range>
  requires requires(Range& range) { *range.begin(); }
struct elements_of<Range> {
  using type = decltype(*std::declval<Range&>().begin());
};
template <class U, std::size_t N>
struct elements_of<U[N]> {
  using type = U&;
};

template <class Range>
using row_of_range = typename elements_of<std::remove_reference_t<Range>>::type;

}  // namespace detail

/// An expression of type U is an object of a type derived from T: to store it as a T would keep its base and lose the
/// rest.
///
/// What a std::reference_wrapper refers to counts as the object.
template <class U, class T>
concept sliced_row = detail::derives<typename detail::row_within<std::remove_cvref_t<U>>::type, T>;

/// An expression of type U may be stored as a row of T: it converts to `const T&` and is not cut down to it.
template <class U, class T>
concept row_of = std::convertible_to<U, const T&> && !sliced_row<U, T>;

/// A range of what may be stored as rows of T.
template <class Range, class T>
concept rows_of = row_of<detail::row_of_range<Range>, T>;

/// A range of objects of a type derived from T: to store them as T would cut each of them down to its base.
template <class Range, class T>
concept sliced_rows = sliced_row<detail::row_of_range<Range>, T>;

/// `T{args...}` makes a row of T, and is not the copy of the base of a single argument.
template <class T, class... Args>
concept makes_row = requires { T{std::declval<Args>()...}; } && !(sizeof...(Args) == 1 && (sliced_row<Args, T> && ...));

}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
