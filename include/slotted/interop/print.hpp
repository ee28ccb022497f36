// slotted: records as text, "DataPoint{x=1, y=2.5, timestamp=3, sensor_id=sensor_1}".
// SPDX-License-Identifier: MIT
#pragma once

#include <charconv>
#include <concepts>
#include <cstddef>
#include <optional>
#include <ostream>
#include <sstream>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <slotted/record/escaped_text.hpp>
#include <slotted/record/hash.hpp>
#include <slotted/record/packed_record.hpp>
#include <slotted/record/record.hpp>
#include <slotted/record/schema.hpp>
#include <slotted/record/symbol.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {

template <class T>
concept has_text = requires(const T& each) {
  { each.view() } -> std::convertible_to<std::string_view>;
};
template <class T>
concept streamable = requires(std::ostream& os, const T& each) { os << each; };

template <class Period>
constexpr std::string_view unit_of_period() noexcept {
  if constexpr (Period::num == 1) {
    if constexpr (Period::den == 1) return "s";
    if constexpr (Period::den == 1'000) return "ms";
    if constexpr (Period::den == 1'000'000) return "us";
    if constexpr (Period::den == 1'000'000'000) return "ns";
  } else if constexpr (Period::den == 1) {
    if constexpr (Period::num == 60) return "min";
    if constexpr (Period::num == 3'600) return "h";
    if constexpr (Period::num == 86'400) return "d";
  }
  return "";
}

template <class T>
void append_record(std::string& out, const T& record);

template <class T>
void append_value(std::string& out, const T& value) {
  if constexpr (std::is_same_v<T, bool>) {
    out += value ? "true" : "false";
  } else if constexpr (std::is_same_v<T, char>) {
    append_escaped(out, {&value, 1});
  } else if constexpr (std::is_integral_v<T>) {
    // Through long long: to_chars takes no wide character types, and a byte is a number here.
    char digits[32];
    using wide = std::conditional_t<std::is_signed_v<T>, long long, unsigned long long>;
    out.append(digits, std::to_chars(digits, digits + sizeof digits, static_cast<wide>(value)).ptr);
  } else if constexpr (std::is_floating_point_v<T>) {
    char digits[64];  // the shortest that reads back as the same value, whatever the locale
    out.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
  } else if constexpr (std::is_convertible_v<const T&, std::string_view>) {
    append_escaped(out, std::string_view(value));
  } else if constexpr (has_text<T>) {
    append_escaped(out, std::string_view(value.view()));
  } else if constexpr (is_record<T>) {
    append_record(out, value);
  } else if constexpr (optional_like<T>) {
    if (value.has_value())
      append_value(out, *value);
    else
      out += "none";
  } else if constexpr (array_like<T>) {
    out += '[';
    bool first = true;
    for (const auto& each : value) {
      if (!first) out += ", ";
      first = false;
      append_value(out, each);
    }
    out += ']';
  } else if constexpr (duration_like<T>) {  // newer standard libraries stream these two, in their own way
    append_value(out, value.count());
    if constexpr (unit_of_period<typename T::period>().empty())
      out += "*" + std::to_string(T::period::num) + "/" + std::to_string(T::period::den) + "s";
    else
      out += unit_of_period<typename T::period>();
  } else if constexpr (time_point_like<T>) {
    append_value(out, value.time_since_epoch());
  } else if constexpr (streamable<T>) {
    std::ostringstream os;
    os << value;
    append_escaped(out, os.str());
  } else if constexpr (std::is_enum_v<T>) {
    append_value(out, static_cast<std::underlying_type_t<T>>(value));
  } else if constexpr (recordable<T>) {
    append_record(out, value);
  } else {
    out += "<" + std::to_string(sizeof(T)) + " bytes>";
  }
}

template <class T>
void append_record(std::string& out, const T& record) {
  out += schema<T>::name;
  out += '{';
  bool first = true;
  for_each_field(record, [&](std::string_view name, const auto& value) {
    if (!first) out += ", ";
    first = false;
    out += name;
    out += '=';
    append_value(out, value);
  });
  out += '}';
}

/// What `print` returns: a record to be printed.
template <class T>
struct printed {
  const T& record;
};

}  // namespace detail

/// Returns a record as text: `DataPoint{x=1, y=2.5, timestamp=3, sensor_id=sensor_1}`.
///
/// Floating values have the fewest digits that read back as the same value; bytes are numbers; an empty optional is
/// `none`; an enum is its number, and any type that has an `operator<<` of its own is printed by that. In texts,
/// control characters and bytes that are no UTF-8 stand as a backslash, an x and two hexadecimal digits: a label from
/// outside ends no line of a log and commands no terminal.
template <recordable T>
[[nodiscard]] std::string to_string(const T& record) {
  std::string out;
  detail::append_record(out, record);
  return out;
}

/// Returns what prints a record of any kind, a plain struct above all: `os << slotted::print(p)`.
///
/// A plain struct has no `operator<<` from here, so that one of its own is never in doubt. Refers to the record.
template <recordable T>
[[nodiscard]] detail::printed<T> print(const T& record) noexcept {
  return {record};
}

namespace detail {

template <class T>
std::ostream& operator<<(std::ostream& os, const printed<T>& each) {
  return os << slotted::to_string(each.record);
}

}  // namespace detail

/// Prints a record, as to_string does; width and fill are for the whole.
template <class... Fields>
std::ostream& operator<<(std::ostream& os, const record<Fields...>& each) {
  return os << slotted::to_string(each);
}
/// \overload
template <class... Fields>
std::ostream& operator<<(std::ostream& os, const packed_record<Fields...>& each) {
  return os << slotted::to_string(each);
}

/// Prints the text of a symbol, escaped as to_string does; `view()` is the text as it is.
template <fixed_string Domain, class Code>
std::ostream& operator<<(std::ostream& os, symbol<Domain, Code> each) {
  std::string text;
  detail::append_escaped(text, each.view());
  return os << text;
}

}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
