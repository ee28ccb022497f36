// slotted: conversions and comparisons of numbers that no compiler warns of.
// SPDX-License-Identifier: MIT
//
// Functions of values. Any thread may call them.
#pragma once

#include <type_traits>

#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {

// Of equal ones the first, as std::min and std::max have it. By value: these are numbers.
template <class T>
[[nodiscard]] constexpr T min_of(T a, T b) noexcept {
  return b < a ? b : a;
}
template <class T>
[[nodiscard]] constexpr T max_of(T a, T b) noexcept {
  return a < b ? b : a;
}

// Converts between number types that are one type on some platforms and two on others, as std::size_t and std::uint64_t
// are. g++ calls a plain static_cast between them useless where they are one; it says nothing of casts in templates.
template <class To, class From>
[[nodiscard]] constexpr To number_cast(From number) noexcept {
  return static_cast<To>(number);
}

// As ==. clang's -Wfloat-equal warns of every == of floating-point numbers, of one that is meant to be exact, too.
template <class A, class B>
[[nodiscard]] constexpr bool same_value(const A& a, const B& b) {
  if constexpr (std::is_floating_point_v<A> && std::is_floating_point_v<B>) {
    return a <= b && a >= b;
  } else {
    return static_cast<bool>(a == b);
  }
}

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
