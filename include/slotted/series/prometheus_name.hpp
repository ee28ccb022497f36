// slotted: label names as Prometheus has them, for who exports to it.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <slotted/record/escaped_text.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {

[[nodiscard]] constexpr bool is_prometheus_character(char c, bool first) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':' || (!first && c >= '0' && c <= '9');
}

}  // namespace detail

/// Whether a text is a metric name of Prometheus before version 3, `[a-zA-Z_:][a-zA-Z0-9_:]*`.
///
/// Label names are the same without colons. A table takes any names; what is no such name is quoted in exposition.
/// Source: Prometheus, Data model.
[[nodiscard]] constexpr bool is_prometheus_name(std::string_view text) noexcept {
  for (std::size_t i = 0; i < text.size(); ++i)
    if (!detail::is_prometheus_character(text[i], i == 0)) return false;
  return !text.empty();
}

/// The text with an underscore in place of each character that such a name may not have, and one in front of a digit
/// that it begins with: "http.status" becomes "http_status".
///
/// Returns: a name for which `is_prometheus_name` holds; "_" for the empty text. Different texts may become the same.
[[nodiscard]] inline std::string to_prometheus_name(std::string_view text) {
  std::string name;
  if (text.empty() || (text[0] >= '0' && text[0] <= '9')) name += '_';
  while (!text.empty()) {
    const std::size_t length = detail::utf8_length(text);
    name += length == 1 && detail::is_prometheus_character(text[0], false) ? text[0] : '_';
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return name;
}

namespace detail {

// A text in double quotes, with the escapes of Prometheus' text format: \\, \" and \n.
inline void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  for (const char each : text) {
    if (each == '\n') {
      out += "\\n";
      continue;
    }
    if (each == '\\' || each == '"') out += '\\';
    out += each;
  }
  out += '"';
}
// A label name of exposition: in quotes where it is none of Prometheus before version 3.
inline void append_label_name(std::string& out, std::string_view name) {
  if (is_prometheus_name(name) && name.find(':') == std::string_view::npos)
    out += name;
  else
    append_quoted(out, name);
}

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
