// slotted: a text literal that can be a template argument: the name of a field, a record or a domain of symbols.
// SPDX-License-Identifier: MIT
#pragma once

#include <slotted/version.hpp>

#include <compare>
#include <cstddef>
#include <string_view>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {

/// A text of N characters that is a structural type, so that `template <fixed_string Name>` takes a literal.
///
/// N does not count the terminating null character, which is always stored. Equal texts are equal template arguments.
template <std::size_t N>
struct fixed_string {
  /// The characters and the terminating null; public because a template argument must be structural.
  char text[N + 1]{};

  constexpr fixed_string() noexcept = default;

  /// Copies a literal.
  ///
  /// Implicit, because `field<"x", double>` converts the literal to the template parameter.
  constexpr fixed_string(const char (&literal)[N + 1]) noexcept {
    for (std::size_t i = 0; i < N; ++i) text[i] = literal[i];
  }

  /// Returns the number of characters.
  [[nodiscard]] static constexpr std::size_t size() noexcept { return N; }

  /// Returns the text without its terminating null.
  [[nodiscard]] constexpr std::string_view view() const noexcept { return {text, N}; }
  /// The text without the null character at its end.
  constexpr operator std::string_view() const noexcept { return view(); }

  template <std::size_t M>
  friend constexpr bool operator==(const fixed_string& a, const fixed_string<M>& b) noexcept {
    return a.view() == b.view();
  }
  template <std::size_t M>
  friend constexpr std::strong_ordering operator<=>(const fixed_string& a, const fixed_string<M>& b) noexcept {
    return a.view() <=> b.view();
  }
};

template <std::size_t M>
fixed_string(const char (&)[M]) -> fixed_string<M - 1>;

}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
