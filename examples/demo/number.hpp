// slotted demo: decimal numbers out of text.
// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string_view>

namespace demo {

struct number {
  double value = 0;
  bool out_of_range = false;  // it is a number, but not one a double can hold
};

/// Returns: the number that the whole of `text` is, or nothing. Locales play no part.
std::optional<number> parse_number(std::string_view text);

}  // namespace demo
