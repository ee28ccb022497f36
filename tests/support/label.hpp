// A stand-in for symbol in tests of records: two bytes, made from a text in one conversion.
#pragma once

#include <compare>
#include <cstdint>
#include <string_view>
#include <type_traits>

struct label {
  constexpr label() = default;
  template <class Text>
    requires std::is_convertible_v<const Text&, std::string_view>
  constexpr label(const Text& text) : size(static_cast<std::uint16_t>(std::string_view(text).size())) {}

  friend constexpr auto operator<=>(const label&, const label&) = default;

  std::uint16_t size = 0;
};

template <>
struct std::hash<label> {
  std::size_t operator()(const label& each) const noexcept { return each.size; }
};
