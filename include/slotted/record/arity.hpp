// slotted: the members of a plain struct of up to 64, bound by structured bindings: one specialisation a count.
// SPDX-License-Identifier: MIT
#pragma once

#include <slotted/version.hpp>

#include <cstddef>
#include <type_traits>
#include <utility>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {

inline constexpr std::size_t max_members = 64;

/// A reference to the I-th member.
template <std::size_t I, class M>
struct member_reference {
  M& value;
};

/// References to all members of a struct; a member is found by a cast, not by recursion.
template <class Sequence, class... Ms>
struct member_references;
template <std::size_t... I, class... Ms>
struct member_references<std::index_sequence<I...>, Ms...> : member_reference<I, Ms>... {
  static constexpr bool addressable = true;
};

/// What takes the place of the references when a member is a bit-field, to which no reference binds.
struct not_addressable {
  static constexpr bool addressable = false;
};

template <class... Ms>
constexpr member_references<std::index_sequence_for<Ms...>, Ms...> refer_to(Ms&... members) noexcept {
  return {{members}...};
}

template <std::size_t I, class M>
constexpr M& member_at(const member_reference<I, M>& reference) noexcept {
  return reference.value;
}

/// For structs of N members: `takes` says whether T can be initialised by N empty braces and one initialiser for each
/// Tail, `bind` refers to the members. Empty braces stand for exactly one member, whatever it is: an array, an
/// aggregate, a class. Values that convert to anything would be spread over the elements of an array.
template <std::size_t N>
struct arity {
  template <class T, class... Tail>
  static constexpr bool takes = false;
};

template <>
struct arity<0> {
  template <class T, class... Tail>
  static constexpr bool takes = requires { T{Tail{}...}; };
  template <class T>
  static constexpr auto bind(T&) noexcept {
    return refer_to();
  }
};

// clang-format off
// Clang before 16 lets no requires-expression name a structured binding: there a bit-field is the compiler's own error
// ("non-const reference cannot bind to bit-field"), elsewhere such a struct is no record.
#if defined(__clang__) && __clang_major__ < 16
#define SLOTTED_DETAIL_CAN_REFER(...) true
#else
#define SLOTTED_DETAIL_CAN_REFER(...) requires { refer_to(__VA_ARGS__); }
#endif
// The variadic argument holds the names; a macro, because a structured binding takes no pack before C++26.
#define SLOTTED_DETAIL_ARITY(n, braces, ...)                                                   \
  template <>                                                                                  \
  struct arity<n> {                                                                            \
    template <class T, class... Tail>                                                          \
    static constexpr bool takes = requires { T{SLOTTED_DETAIL_BRACES braces, Tail{}...}; };    \
    template <class T>                                                                         \
    static constexpr auto bind(T& object) noexcept {                                           \
      auto& [__VA_ARGS__] = object;                                                            \
      if constexpr (SLOTTED_DETAIL_CAN_REFER(__VA_ARGS__)) return refer_to(__VA_ARGS__);       \
      else return not_addressable{};                                                           \
    }                                                                                          \
  };
#define SLOTTED_DETAIL_BRACES(...) __VA_ARGS__

SLOTTED_DETAIL_ARITY(1, ({}), a0)
SLOTTED_DETAIL_ARITY(2, ({},{}), a0,a1)
SLOTTED_DETAIL_ARITY(3, ({},{},{}), a0,a1,a2)
SLOTTED_DETAIL_ARITY(4, ({},{},{},{}), a0,a1,a2,a3)
SLOTTED_DETAIL_ARITY(5, ({},{},{},{},{}), a0,a1,a2,a3,a4)
SLOTTED_DETAIL_ARITY(6, ({},{},{},{},{},{}), a0,a1,a2,a3,a4,a5)
SLOTTED_DETAIL_ARITY(7, ({},{},{},{},{},{},{}), a0,a1,a2,a3,a4,a5,a6)
SLOTTED_DETAIL_ARITY(8, ({},{},{},{},{},{},{},{}), a0,a1,a2,a3,a4,a5,a6,a7)
SLOTTED_DETAIL_ARITY(9, ({},{},{},{},{},{},{},{},{}), a0,a1,a2,a3,a4,a5,a6,a7,b0)
SLOTTED_DETAIL_ARITY(10, ({},{},{},{},{},{},{},{},{},{}), a0,a1,a2,a3,a4,a5,a6,a7,b0,b1)
SLOTTED_DETAIL_ARITY(11, ({},{},{},{},{},{},{},{},{},{},{}), a0,a1,a2,a3,a4,a5,a6,a7,b0,b1,b2)
SLOTTED_DETAIL_ARITY(12, ({},{},{},{},{},{},{},{},{},{},{},{}), a0,a1,a2,a3,a4,a5,a6,a7,b0,b1,b2,b3)
SLOTTED_DETAIL_ARITY(13, ({},{},{},{},{},{},{},{},{},{},{},{},{}), a0,a1,a2,a3,a4,a5,a6,a7,b0,b1,b2,b3,b4)
SLOTTED_DETAIL_ARITY(14, ({},{},{},{},{},{},{},{},{},{},{},{},{},{}), a0,a1,a2,a3,a4,a5,a6,a7,b0,b1,b2,b3,b4,b5)
SLOTTED_DETAIL_ARITY(15, ({},{},{},{},{},{},{},{},{},{},{},{},{},{},{}), a0,a1,a2,a3,a4,a5,a6,a7,b0,b1,b2,b3,b4,b5,b6)
SLOTTED_DETAIL_ARITY(16, ({},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}), a0,a1,a2,a3,a4,a5,a6,a7,b0,b1,b2,b3,b4,b5,
  b6,b7)
SLOTTED_DETAIL_ARITY(17, ({},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}), a0,a1,a2,a3,a4,a5,a6,a7,b0,b1,b2,b3,b4,
  b5,b6,b7,c0)
SLOTTED_DETAIL_ARITY(18, ({},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}), a0,a1,a2,a3,a4,a5,a6,a7,b0,b1,b2,b3,
  b4,b5,b6,b7,c0,c1)
SLOTTED_DETAIL_ARITY(19, ({},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}), a0,a1,a2,a3,a4,a5,a6,a7,b0,b1,b2,
  b3,b4,b5,b6,b7,c0,c1,c2)
SLOTTED_DETAIL_ARITY(20, ({},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}), a0,a1,a2,a3,a4,a5,a6,a7,b0,b1,
  b2,b3,b4,b5,b6,b7,c0,c1,c2,c3)
SLOTTED_DETAIL_ARITY(21, ({},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}), a0,a1,a2,a3,a4,a5,a6,a7,b0,
  b1,b2,b3,b4,b5,b6,b7,c0,c1,c2,c3,c4)
SLOTTED_DETAIL_ARITY(22, ({},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}), a0,a1,a2,a3,a4,a5,a6,a7,
  b0,b1,b2,b3,b4,b5,b6,b7,c0,c1,c2,c3,c4,c5)
SLOTTED_DETAIL_ARITY(23, ({},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}), a0,a1,a2,a3,a4,a5,a6,
  a7,b0,b1,b2,b3,b4,b5,b6,b7,c0,c1,c2,c3,c4,c5,c6)
SLOTTED_DETAIL_ARITY(24, ({},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}), a0,a1,a2,a3,a4,a5,
  a6,a7,b0,b1,b2,b3,b4,b5,b6,b7,c0,c1,c2,c3,c4,c5,c6,c7)
SLOTTED_DETAIL_ARITY(25, ({},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}), a0,a1,a2,a3,a4,
  a5,a6,a7,b0,b1,b2,b3,b4,b5,b6,b7,c0,c1,c2,c3,c4,c5,c6,c7,d0)
SLOTTED_DETAIL_ARITY(26, ({},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}), a0,a1,a2,a3,
  a4,a5,a6,a7,b0,b1,b2,b3,b4,b5,b6,b7,c0,c1,c2,c3,c4,c5,c6,c7,d0,d1)
SLOTTED_DETAIL_ARITY(27, ({},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}), a0,a1,a2,
  a3,a4,a5,a6,a7,b0,b1,b2,b3,b4,b5,b6,b7,c0,c1,c2,c3,c4,c5,c6,c7,d0,d1,d2)
SLOTTED_DETAIL_ARITY(28, ({},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}), a0,a1,
  a2,a3,a4,a5,a6,a7,b0,b1,b2,b3,b4,b5,b6,b7,c0,c1,c2,c3,c4,c5,c6,c7,d0,d1,d2,d3)
SLOTTED_DETAIL_ARITY(29, ({},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}), a0,
  a1,a2,a3,a4,a5,a6,a7,b0,b1,b2,b3,b4,b5,b6,b7,c0,c1,c2,c3,c4,c5,c6,c7,d0,d1,d2,d3,d4)
SLOTTED_DETAIL_ARITY(30, ({},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}),
  a0,a1,a2,a3,a4,a5,a6,a7,b0,b1,b2,b3,b4,b5,b6,b7,c0,c1,c2,c3,c4,c5,c6,c7,d0,d1,d2,d3,d4,d5)
SLOTTED_DETAIL_ARITY(31, ({},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},
  {}), a0,a1,a2,a3,a4,a5,a6,a7,b0,b1,b2,b3,b4,b5,b6,b7,c0,c1,c2,c3,c4,c5,c6,c7,d0,d1,d2,d3,d4,d5,d6)
SLOTTED_DETAIL_ARITY(32, ({},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},
  {},{}), a0,a1,a2,a3,a4,a5,a6,a7,b0,b1,b2,b3,b4,b5,b6,b7,c0,c1,c2,c3,c4,c5,c6,c7,d0,d1,d2,d3,d4,d5,d6,d7)
SLOTTED_DETAIL_ARITY(33, ({},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},
  {},{},{}), a0,a1,a2,a3,a4,a5,a6,a7,b0,b1,b2,b3,b4,b5,b6,b7,c0,c1,c2,c3,c4,c5,c6,c7,d0,d1,d2,d3,d4,d5,d6,d7,e0)
SLOTTED_DETAIL_ARITY(34, ({},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},
  {},{},{},{}), a0,a1,a2,a3,a4,a5,a6,a7,b0,b1,b2,b3,b4,b5,b6,b7,c0,c1,c2,c3,c4,c5,c6,c7,d0,d1,d2,d3,d4,d5,d6,d7,e0,e1)
SLOTTED_DETAIL_ARITY(35, ({},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},
  {},{},{},{},{}), a0,a1,a2,a3,a4,a5,a6,a7,b0,b1,b2,b3,b4,b5,b6,b7,c0,c1,c2,c3,c4,c5,c6,c7,d0,d1,d2,d3,d4,d5,d6,d7,e0,
  e1,e2)
SLOTTED_DETAIL_ARITY(36, ({},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},
  {},{},{},{},{},{}), a0,a1,a2,a3,a4,a5,a6,a7,b0,b1,b2,b3,b4,b5,b6,b7,c0,c1,c2,c3,c4,c5,c6,c7,d0,d1,d2,d3,d4,d5,d6,d7,
  e0,e1,e2,e3)
SLOTTED_DETAIL_ARITY(37, ({},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},
  {},{},{},{},{},{},{}), a0,a1,a2,a3,a4,a5,a6,a7,b0,b1,b2,b3,b4,b5,b6,b7,c0,c1,c2,c3,c4,c5,c6,c7,d0,d1,d2,d3,d4,d5,d6,
  d7,e0,e1,e2,e3,e4)
SLOTTED_DETAIL_ARITY(38, ({},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},
  {},{},{},{},{},{},{},{}), a0,a1,a2,a3,a4,a5,a6,a7,b0,b1,b2,b3,b4,b5,b6,b7,c0,c1,c2,c3,c4,c5,c6,c7,d0,d1,d2,d3,d4,d5,
  d6,d7,e0,e1,e2,e3,e4,e5)
SLOTTED_DETAIL_ARITY(39, ({},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},
  {},{},{},{},{},{},{},{},{}), a0,a1,a2,a3,a4,a5,a6,a7,b0,b1,b2,b3,b4,b5,b6,b7,c0,c1,c2,c3,c4,c5,c6,c7,d0,d1,d2,d3,d4,
  d5,d6,d7,e0,e1,e2,e3,e4,e5,e6)
SLOTTED_DETAIL_ARITY(40, ({},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},
  {},{},{},{},{},{},{},{},{},{}), a0,a1,a2,a3,a4,a5,a6,a7,b0,b1,b2,b3,b4,b5,b6,b7,c0,c1,c2,c3,c4,c5,c6,c7,d0,d1,d2,d3,
  d4,d5,d6,d7,e0,e1,e2,e3,e4,e5,e6,e7)
SLOTTED_DETAIL_ARITY(41, ({},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},
  {},{},{},{},{},{},{},{},{},{},{}), a0,a1,a2,a3,a4,a5,a6,a7,b0,b1,b2,b3,b4,b5,b6,b7,c0,c1,c2,c3,c4,c5,c6,c7,d0,d1,d2,
  d3,d4,d5,d6,d7,e0,e1,e2,e3,e4,e5,e6,e7,f0)
SLOTTED_DETAIL_ARITY(42, ({},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},
  {},{},{},{},{},{},{},{},{},{},{},{}), a0,a1,a2,a3,a4,a5,a6,a7,b0,b1,b2,b3,b4,b5,b6,b7,c0,c1,c2,c3,c4,c5,c6,c7,d0,d1,
  d2,d3,d4,d5,d6,d7,e0,e1,e2,e3,e4,e5,e6,e7,f0,f1)
SLOTTED_DETAIL_ARITY(43, ({},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},
  {},{},{},{},{},{},{},{},{},{},{},{},{}), a0,a1,a2,a3,a4,a5,a6,a7,b0,b1,b2,b3,b4,b5,b6,b7,c0,c1,c2,c3,c4,c5,c6,c7,d0,
  d1,d2,d3,d4,d5,d6,d7,e0,e1,e2,e3,e4,e5,e6,e7,f0,f1,f2)
SLOTTED_DETAIL_ARITY(44, ({},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},
  {},{},{},{},{},{},{},{},{},{},{},{},{},{}), a0,a1,a2,a3,a4,a5,a6,a7,b0,b1,b2,b3,b4,b5,b6,b7,c0,c1,c2,c3,c4,c5,c6,c7,
  d0,d1,d2,d3,d4,d5,d6,d7,e0,e1,e2,e3,e4,e5,e6,e7,f0,f1,f2,f3)
SLOTTED_DETAIL_ARITY(45, ({},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},
  {},{},{},{},{},{},{},{},{},{},{},{},{},{},{}), a0,a1,a2,a3,a4,a5,a6,a7,b0,b1,b2,b3,b4,b5,b6,b7,c0,c1,c2,c3,c4,c5,c6,
  c7,d0,d1,d2,d3,d4,d5,d6,d7,e0,e1,e2,e3,e4,e5,e6,e7,f0,f1,f2,f3,f4)
SLOTTED_DETAIL_ARITY(46, ({},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},
  {},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}), a0,a1,a2,a3,a4,a5,a6,a7,b0,b1,b2,b3,b4,b5,b6,b7,c0,c1,c2,c3,c4,c5,
  c6,c7,d0,d1,d2,d3,d4,d5,d6,d7,e0,e1,e2,e3,e4,e5,e6,e7,f0,f1,f2,f3,f4,f5)
SLOTTED_DETAIL_ARITY(47, ({},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},
  {},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}), a0,a1,a2,a3,a4,a5,a6,a7,b0,b1,b2,b3,b4,b5,b6,b7,c0,c1,c2,c3,c4,
  c5,c6,c7,d0,d1,d2,d3,d4,d5,d6,d7,e0,e1,e2,e3,e4,e5,e6,e7,f0,f1,f2,f3,f4,f5,f6)
SLOTTED_DETAIL_ARITY(48, ({},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},
  {},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}), a0,a1,a2,a3,a4,a5,a6,a7,b0,b1,b2,b3,b4,b5,b6,b7,c0,c1,c2,c3,
  c4,c5,c6,c7,d0,d1,d2,d3,d4,d5,d6,d7,e0,e1,e2,e3,e4,e5,e6,e7,f0,f1,f2,f3,f4,f5,f6,f7)
SLOTTED_DETAIL_ARITY(49, ({},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},
  {},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}), a0,a1,a2,a3,a4,a5,a6,a7,b0,b1,b2,b3,b4,b5,b6,b7,c0,c1,c2,
  c3,c4,c5,c6,c7,d0,d1,d2,d3,d4,d5,d6,d7,e0,e1,e2,e3,e4,e5,e6,e7,f0,f1,f2,f3,f4,f5,f6,f7,g0)
SLOTTED_DETAIL_ARITY(50, ({},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},
  {},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}), a0,a1,a2,a3,a4,a5,a6,a7,b0,b1,b2,b3,b4,b5,b6,b7,c0,c1,
  c2,c3,c4,c5,c6,c7,d0,d1,d2,d3,d4,d5,d6,d7,e0,e1,e2,e3,e4,e5,e6,e7,f0,f1,f2,f3,f4,f5,f6,f7,g0,g1)
SLOTTED_DETAIL_ARITY(51, ({},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},
  {},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}), a0,a1,a2,a3,a4,a5,a6,a7,b0,b1,b2,b3,b4,b5,b6,b7,c0,
  c1,c2,c3,c4,c5,c6,c7,d0,d1,d2,d3,d4,d5,d6,d7,e0,e1,e2,e3,e4,e5,e6,e7,f0,f1,f2,f3,f4,f5,f6,f7,g0,g1,g2)
SLOTTED_DETAIL_ARITY(52, ({},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},
  {},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}), a0,a1,a2,a3,a4,a5,a6,a7,b0,b1,b2,b3,b4,b5,b6,b7,
  c0,c1,c2,c3,c4,c5,c6,c7,d0,d1,d2,d3,d4,d5,d6,d7,e0,e1,e2,e3,e4,e5,e6,e7,f0,f1,f2,f3,f4,f5,f6,f7,g0,g1,g2,g3)
SLOTTED_DETAIL_ARITY(53, ({},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},
  {},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}), a0,a1,a2,a3,a4,a5,a6,a7,b0,b1,b2,b3,b4,b5,b6,
  b7,c0,c1,c2,c3,c4,c5,c6,c7,d0,d1,d2,d3,d4,d5,d6,d7,e0,e1,e2,e3,e4,e5,e6,e7,f0,f1,f2,f3,f4,f5,f6,f7,g0,g1,g2,g3,g4)
SLOTTED_DETAIL_ARITY(54, ({},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},
  {},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}), a0,a1,a2,a3,a4,a5,a6,a7,b0,b1,b2,b3,b4,b5,
  b6,b7,c0,c1,c2,c3,c4,c5,c6,c7,d0,d1,d2,d3,d4,d5,d6,d7,e0,e1,e2,e3,e4,e5,e6,e7,f0,f1,f2,f3,f4,f5,f6,f7,g0,g1,g2,g3,
  g4,g5)
SLOTTED_DETAIL_ARITY(55, ({},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},
  {},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}), a0,a1,a2,a3,a4,a5,a6,a7,b0,b1,b2,b3,b4,
  b5,b6,b7,c0,c1,c2,c3,c4,c5,c6,c7,d0,d1,d2,d3,d4,d5,d6,d7,e0,e1,e2,e3,e4,e5,e6,e7,f0,f1,f2,f3,f4,f5,f6,f7,g0,g1,g2,
  g3,g4,g5,g6)
SLOTTED_DETAIL_ARITY(56, ({},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},
  {},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}), a0,a1,a2,a3,a4,a5,a6,a7,b0,b1,b2,b3,
  b4,b5,b6,b7,c0,c1,c2,c3,c4,c5,c6,c7,d0,d1,d2,d3,d4,d5,d6,d7,e0,e1,e2,e3,e4,e5,e6,e7,f0,f1,f2,f3,f4,f5,f6,f7,g0,g1,
  g2,g3,g4,g5,g6,g7)
SLOTTED_DETAIL_ARITY(57, ({},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},
  {},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}), a0,a1,a2,a3,a4,a5,a6,a7,b0,b1,b2,
  b3,b4,b5,b6,b7,c0,c1,c2,c3,c4,c5,c6,c7,d0,d1,d2,d3,d4,d5,d6,d7,e0,e1,e2,e3,e4,e5,e6,e7,f0,f1,f2,f3,f4,f5,f6,f7,g0,
  g1,g2,g3,g4,g5,g6,g7,h0)
SLOTTED_DETAIL_ARITY(58, ({},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},
  {},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}), a0,a1,a2,a3,a4,a5,a6,a7,b0,b1,
  b2,b3,b4,b5,b6,b7,c0,c1,c2,c3,c4,c5,c6,c7,d0,d1,d2,d3,d4,d5,d6,d7,e0,e1,e2,e3,e4,e5,e6,e7,f0,f1,f2,f3,f4,f5,f6,f7,
  g0,g1,g2,g3,g4,g5,g6,g7,h0,h1)
SLOTTED_DETAIL_ARITY(59, ({},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},
  {},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}), a0,a1,a2,a3,a4,a5,a6,a7,b0,
  b1,b2,b3,b4,b5,b6,b7,c0,c1,c2,c3,c4,c5,c6,c7,d0,d1,d2,d3,d4,d5,d6,d7,e0,e1,e2,e3,e4,e5,e6,e7,f0,f1,f2,f3,f4,f5,f6,
  f7,g0,g1,g2,g3,g4,g5,g6,g7,h0,h1,h2)
SLOTTED_DETAIL_ARITY(60, ({},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},
  {},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}), a0,a1,a2,a3,a4,a5,a6,a7,
  b0,b1,b2,b3,b4,b5,b6,b7,c0,c1,c2,c3,c4,c5,c6,c7,d0,d1,d2,d3,d4,d5,d6,d7,e0,e1,e2,e3,e4,e5,e6,e7,f0,f1,f2,f3,f4,f5,
  f6,f7,g0,g1,g2,g3,g4,g5,g6,g7,h0,h1,h2,h3)
SLOTTED_DETAIL_ARITY(61, ({},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},
  {},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}), a0,a1,a2,a3,a4,a5,a6,
  a7,b0,b1,b2,b3,b4,b5,b6,b7,c0,c1,c2,c3,c4,c5,c6,c7,d0,d1,d2,d3,d4,d5,d6,d7,e0,e1,e2,e3,e4,e5,e6,e7,f0,f1,f2,f3,f4,
  f5,f6,f7,g0,g1,g2,g3,g4,g5,g6,g7,h0,h1,h2,h3,h4)
SLOTTED_DETAIL_ARITY(62, ({},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},
  {},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}), a0,a1,a2,a3,a4,a5,
  a6,a7,b0,b1,b2,b3,b4,b5,b6,b7,c0,c1,c2,c3,c4,c5,c6,c7,d0,d1,d2,d3,d4,d5,d6,d7,e0,e1,e2,e3,e4,e5,e6,e7,f0,f1,f2,f3,
  f4,f5,f6,f7,g0,g1,g2,g3,g4,g5,g6,g7,h0,h1,h2,h3,h4,h5)
SLOTTED_DETAIL_ARITY(63, ({},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},
  {},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}), a0,a1,a2,a3,a4,
  a5,a6,a7,b0,b1,b2,b3,b4,b5,b6,b7,c0,c1,c2,c3,c4,c5,c6,c7,d0,d1,d2,d3,d4,d5,d6,d7,e0,e1,e2,e3,e4,e5,e6,e7,f0,f1,f2,
  f3,f4,f5,f6,f7,g0,g1,g2,g3,g4,g5,g6,g7,h0,h1,h2,h3,h4,h5,h6)
SLOTTED_DETAIL_ARITY(64, ({},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},
  {},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}), a0,a1,a2,a3,
  a4,a5,a6,a7,b0,b1,b2,b3,b4,b5,b6,b7,c0,c1,c2,c3,c4,c5,c6,c7,d0,d1,d2,d3,d4,d5,d6,d7,e0,e1,e2,e3,e4,e5,e6,e7,f0,f1,
  f2,f3,f4,f5,f6,f7,g0,g1,g2,g3,g4,g5,g6,g7,h0,h1,h2,h3,h4,h5,h6,h7)
#undef SLOTTED_DETAIL_CAN_REFER
#undef SLOTTED_DETAIL_BRACES
#undef SLOTTED_DETAIL_ARITY
// clang-format on

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
