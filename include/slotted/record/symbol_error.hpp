// slotted: what a domain of symbols throws, and the words for it.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

#include <slotted/memory/text_error.hpp>
#include <slotted/record/escaped_text.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {

/// Thrown when a domain takes no new text; `what()` names the domain, its cap, its capacity and the text, shortened.
class symbol_domain_full : public std::length_error {
 public:
  using std::length_error::length_error;
};

namespace detail {

// A text from outside may be long, cut anywhere and hold anything, while a message ends up in a log of one line an
// entry.
inline std::string quote_text(std::string_view text) {
  constexpr std::size_t most = 60;
  std::size_t shown = text.size();
  if (shown > most) {
    shown = most;
    while (shown > most - 4 && (static_cast<unsigned char>(text[shown]) & 0xC0) == 0x80)
      --shown;  // no half of a UTF-8 character
  }
  std::string quoted = "'";
  append_escaped(quoted, text.substr(0, shown));
  quoted += '\'';
  if (shown < text.size()) quoted += "... (" + std::to_string(text.size()) + " bytes)";
  return quoted;
}

[[noreturn]] inline void throw_symbol_domain_full(std::string_view domain, std::size_t cap, std::size_t capacity,
                                                  std::string_view text) {
  std::string message = "symbol domain '" + std::string(domain) + "' is full: ";
  if (cap < capacity)
    message += "it is capped at " + std::to_string(cap) + " of " + std::to_string(capacity) + " codes";
  else
    message += "all its " + std::to_string(capacity) + " codes are taken";
  message += ", and " + quote_text(text) + " is not among its texts; ";
  message += cap < capacity ? "raise the cap with set_cap, or look texts up with find" : "use a wider code";
  throw_with_text<symbol_domain_full>(message);
}

[[noreturn]] inline void throw_symbol_too_long(std::string_view domain, std::size_t most, std::string_view text) {
  throw_with_text<std::length_error>("symbol domain '" + std::string(domain) + "' takes texts of up to " +
                                     std::to_string(most) + " bytes, not " + quote_text(text));
}

[[noreturn]] inline void throw_no_such_code(std::string_view domain, unsigned long long code, std::size_t size) {
  throw_with_text<std::out_of_range>("symbol domain '" + std::string(domain) + "' has no code " + std::to_string(code) +
                                     "; its codes are 0 to " + std::to_string(size - 1));
}

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
