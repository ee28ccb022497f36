// slotted demo: from_chars, and what stands in for it.
// SPDX-License-Identifier: MIT
#include "number.hpp"

#include <charconv>
#include <system_error>

#if !defined(__cpp_lib_to_chars)
#include <cerrno>
#include <cstdlib>
#include <string>
#endif

namespace demo {

std::optional<number> parse_number(std::string_view text) {
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  number result;
#if defined(__cpp_lib_to_chars)
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), result.value);
  if (error == std::errc::invalid_argument || end != text.data() + text.size()) return std::nullopt;
  result.out_of_range = error == std::errc::result_out_of_range;
#else
  // Older libc++ has no from_chars for double. The program never sets a locale, so strtod reads a point.
  const std::string copy(text);
  char* end = nullptr;
  errno = 0;
  result.value = std::strtod(copy.c_str(), &end);
  if (copy.empty() || end != copy.c_str() + copy.size()) return std::nullopt;
  result.out_of_range = errno == ERANGE;
#endif
  return result;
}

}  // namespace demo
