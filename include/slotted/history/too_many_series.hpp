// slotted: the exception of an append that would give a history more series than it may have.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>

#include <slotted/history/detail/leaf.hpp>
#include <slotted/memory/text_error.hpp>
#include <slotted/series/series_ref.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {

/// Thrown when a row would begin a series more than a history may have; `what()` names the series and the limit.
struct too_many_series : std::length_error {
  using std::length_error::length_error;
};

namespace detail {

// A series' key as a message says it: the text of a symbol, or a number.
template <class Key>
[[nodiscard]] std::string text_of_key(const Key& key) {
  if constexpr (requires { std::string_view(key.view()); }) {
    std::string text = "'";
    text += std::string_view(key.view());
    return text += '\'';
  } else if constexpr (std::is_enum_v<Key>) {
    return std::to_string(static_cast<std::underlying_type_t<Key>>(key));
  } else if constexpr (std::is_same_v<Key, no_series_key>) {
    return "''";
  } else if constexpr (std::is_same_v<Key, series_ref>) {
    return std::to_string(key.number());
  } else {
    return std::to_string(std::bit_cast<number_of<Key>>(key));
  }
}

template <class Key>
#if defined(__GNUC__)
[[gnu::cold, gnu::noinline]]
#endif
[[noreturn]] void
throw_too_many_series(const Key& key, std::size_t most) {
  throw_with_text<too_many_series>("no room for series " + text_of_key(key) + ": the history may have " +
                                   std::to_string(most) + " series");
}

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
