// slotted: keys, which say at compile time what field is meant: a name, a member pointer, or a path of these.
// SPDX-License-Identifier: MIT
#pragma once

#include <slotted/record/fixed_string.hpp>

#include <cstddef>
#include <type_traits>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {

/// The type of `path<...>`.
template <auto... Members>
struct path_type {
  friend constexpr bool operator==(path_type, path_type) noexcept = default;
};

/// A way into nested records: `path<&A::inner, &Inner::x>`; as a name it is written "inner.x".
template <auto... Members>
  requires(sizeof...(Members) > 0 && (std::is_member_object_pointer_v<decltype(Members)> && ...))
inline constexpr path_type<Members...> path{};

/// What field is meant: a template parameter `template <key K>` takes `"x"`, `&A::x` and `path<&A::inner, &Inner::x>`.
template <class Value>
struct key {
  /// A fixed_string, a pointer to a data member, or a path_type; public because a template argument must be structural.
  Value value;

  /// Means what `v` means: a member or a path.
  constexpr key(Value v) noexcept : value(v) {}
  /// Means the field of this name.
  template <std::size_t N>
  constexpr key(const char (&literal)[N]) noexcept : value(literal) {}
};

template <std::size_t N>
key(const char (&)[N]) -> key<fixed_string<N - 1>>;
template <std::size_t N>
key(fixed_string<N>) -> key<fixed_string<N>>;
template <class C, class M>
key(M C::*) -> key<M C::*>;
template <auto... Members>
key(path_type<Members...>) -> key<path_type<Members...>>;

}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
