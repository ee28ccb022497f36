// slotted: a field of a record: a name and a type; "x"_f, which names a field where a value is expected.
// SPDX-License-Identifier: MIT
#pragma once

#include <slotted/record/fixed_string.hpp>

#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {

/// A name and a type: what records are listed from.
template <fixed_string Name, class T>
struct field {
  static_assert(std::is_object_v<T> && !std::is_array_v<T> && std::is_same_v<T, std::remove_cv_t<T>>,
                "field: the type must be a plain object type: no reference, no const, no C array (use std::array)");
  /// What the field holds.
  using type = T;
  /// The name, as a template argument.
  static constexpr auto name = Name;
};

/// A value for the field called Name, made by `"x"_f = value`; it refers to the value and lives as long as it.
template <fixed_string Name, class V>
struct named_value {
  /// The value that the field is given.
  V&& value;
};

/// Names a field: `p["x"_f]`, and `"x"_f = 1.0` in a list of initial values.
template <fixed_string Name>
struct field_name {
  /// The name, as a template argument.
  static constexpr auto name = Name;

  /// Pairs the name with a value.
  template <class V>
  [[nodiscard]] constexpr named_value<Name, V> operator=(V&& value) const noexcept {
    return {std::forward<V>(value)};
  }
};

/// The literal `"x"_f`, for `using namespace slotted::literals`.
inline namespace literals {

/// Names a field: `"x"_f`.
template <fixed_string Name>
[[nodiscard]] constexpr field_name<Name> operator""_f() noexcept {
  return {};
}

}  // namespace literals

namespace detail {

template <class T>
inline constexpr bool is_field = false;
template <fixed_string Name, class T>
inline constexpr bool is_field<field<Name, T>> = true;

inline constexpr std::size_t not_found = static_cast<std::size_t>(-1);

constexpr std::size_t find_name(const std::string_view* names, std::size_t count, std::string_view name) noexcept {
  for (std::size_t i = 0; i < count; ++i)
    if (names[i].size() == name.size() && names[i] == name) return i;
  return not_found;
}

/// A small hash table of name indices, because comparing each name with each is what 64 fields feel at compile time.
template <std::size_t N>
constexpr bool has_duplicate(const std::array<std::string_view, N>& names) noexcept {
  constexpr std::size_t mask = std::bit_ceil(2 * N + 2) - 1;
  std::size_t taken[mask + 1]{};  // an index plus one
  for (std::size_t i = 0; i < N; ++i) {
    std::uint32_t hash = 2166136261u;
    for (const char c : names[i]) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
    std::size_t at = (hash ^ (hash >> 15)) & mask;
    for (; taken[at] != 0; at = (at + 1) & mask)
      if (names[taken[at] - 1] == names[i]) return true;
    taken[at] = i + 1;
  }
  return false;
}

/// Whether a field of type T may be set from a V by name or through set: what an assignment accepts, but for the
/// conversions that would lose the nature of the value: floating to integer, and a number to bool.
template <class V, class T>
concept field_value =
    std::is_convertible_v<V, T> &&
    (!std::is_arithmetic_v<std::remove_cvref_t<V>> || !std::is_arithmetic_v<T> ||
     std::is_same_v<std::remove_cvref_t<V>, T> ||
     (!std::is_same_v<T, bool> && (std::is_floating_point_v<T> || std::is_integral_v<std::remove_cvref_t<V>>)));

/// Assigns by the rule of field_value; the cast says that the narrowing of a number is what assignment does.
template <class T, class V>
constexpr T to_field(V&& value) {
  if constexpr (std::is_arithmetic_v<T> && std::is_arithmetic_v<std::remove_cvref_t<V>>)
    return static_cast<T>(value);
  else
    return std::forward<V>(value);
}

// The I-th of a pack without recursion: where the compiler has no builtin, overload resolution finds it among bases.
template <std::size_t I, class T>
struct indexed_type {
  using type = T;
};
template <class Sequence, class... Ts>
struct type_map;
template <std::size_t... I, class... Ts>
struct type_map<std::index_sequence<I...>, Ts...> : indexed_type<I, Ts>... {};
template <std::size_t I, class T>
indexed_type<I, T> find_type(const indexed_type<I, T>&);

template <class... Ts>
struct type_list {
  static constexpr std::size_t size = sizeof...(Ts);
#if defined(__clang__)  // g++ 14 has the builtin, too, and refuses it in the signature of a function
  template <std::size_t I>
  using at = __type_pack_element<I, Ts...>;
#else
  using map = type_map<std::index_sequence_for<Ts...>, Ts...>;
  template <std::size_t I>
  using at = typename decltype(find_type<I>(std::declval<const map&>()))::type;
#endif
};

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
