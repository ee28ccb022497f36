// slotted demo: from_chars of the standard library, or of fast_float where that has none for double.
// SPDX-License-Identifier: MIT
#include "number.hpp"

#include <charconv>
#include <cmath>
#include <system_error>

#if !defined(__cpp_lib_to_chars) || defined(SLOTTED_DEMO_USE_FAST_FLOAT)  // libc++ before 20
#include <fast_float/fast_float.h>
#define SLOTTED_DEMO_FROM_CHARS fast_float::from_chars
#else
#define SLOTTED_DEMO_FROM_CHARS std::from_chars
#endif

namespace demo {

std::optional<number> parse_number(std::string_view text) {
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  number result;
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  const auto [stopped, error] = SLOTTED_DEMO_FROM_CHARS(begin, end, result.value);
  if (error == std::errc::invalid_argument || stopped != end) return std::nullopt;
  // Releases of fast_float differ in whether 1e999 is an error or an infinity; `inf` itself has no digits.
  const bool digits = text.find_first_of("0123456789") != std::string_view::npos;
  result.out_of_range = error == std::errc::result_out_of_range || (std::isinf(result.value) && digits);
  return result;
}

}  // namespace demo
