// slotted demo: dates and epoch counts to nanoseconds.
// SPDX-License-Identifier: MIT
#include "timestamp.hpp"

#include <date/date.h>

#include <charconv>
#include <chrono>
#include <limits>
#include <sstream>
#include <string>

namespace demo {
namespace {

constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();

// Two's complement has one more below zero than above; nobody's telemetry stands there.
std::optional<std::int64_t> scaled(std::int64_t whole, std::int64_t factor, std::int64_t rest) {
  if (whole > most / factor || whole < -(most / factor)) return std::nullopt;
  const std::int64_t product = whole * factor;
  if (rest > 0 && product > most - rest) return std::nullopt;
  if (rest < 0 && product < -most - rest) return std::nullopt;
  return product + rest;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

// Takes the digits behind a decimal point; what they are worth of `unit`, finer digits dropped.
bool take_fraction(std::string_view& text, std::int64_t unit, std::int64_t& value) {
  value = 0;
  std::size_t digits = 0;
  for (; digits < text.size() && is_digit(text[digits]); ++digits) {
    unit /= 10;
    value += unit * (text[digits] - '0');
  }
  text.remove_prefix(digits);
  return digits > 0;
}

// YYYY-MM-DD[(T| )hh:mm[:ss[.fraction]][ ][Z|+hh|+hhmm|+hh:mm]]
//
// The date library reads all but the fraction, which may have any number of digits behind a point or a comma.
std::optional<std::int64_t> parse_date(std::string_view text) {
  constexpr std::size_t date_size = 10;     // YYYY-MM-DD
  constexpr std::size_t minutes_size = 16;  // YYYY-MM-DD hh:mm
  constexpr std::size_t seconds_size = 19;  // YYYY-MM-DD hh:mm:ss
  std::string whole(text.substr(0, date_size));
  std::string format = "%F";
  std::int64_t fraction = 0;
  bool leap = false;
  if (text.size() > date_size) {
    if (text.size() < minutes_size || std::string_view("Tt ").find(text[date_size]) == std::string_view::npos)
      return {};
    const bool has_seconds = text.size() >= seconds_size && text[minutes_size] == ':';
    std::string_view zone = text.substr(has_seconds ? seconds_size : minutes_size);
    std::string time(text.substr(date_size + 1, (has_seconds ? seconds_size : minutes_size) - date_size - 1));
    // Second 60 is a leap second; it counts as the next minute's first, as in POSIX.
    leap = has_seconds && time.ends_with(":60");
    if (leap) time.replace(time.size() - 2, 2, "59");
    if (has_seconds && (take(zone, '.') || take(zone, ',')) && !take_fraction(zone, 1'000'000'000, fraction)) return {};
    while (take(zone, ' ')) continue;
    format += has_seconds ? "T%T" : "T%H:%M";
    whole += 'T' + time;
    if (!zone.empty() && zone != "Z" && zone != "z") {
      format += zone.find(':') == std::string_view::npos ? "%z" : "%Ez";
      whole += zone;
    }
  }
  std::istringstream in(whole);
  date::sys_seconds seconds;
  std::string no_name;
  std::chrono::minutes offset{0};
  in >> date::parse(format, seconds, no_name, offset);
  if (in.fail() || in.peek() != std::istringstream::traits_type::eof() ||
      std::chrono::abs(offset) >= std::chrono::hours(24))
    return std::nullopt;
  return scaled(seconds.time_since_epoch().count() + (leap ? 1 : 0), 1'000'000'000, fraction);
}

time_unit unit_of_magnitude(std::int64_t count) {
  const auto magnitude = count < 0 ? 0 - static_cast<std::uint64_t>(count) : static_cast<std::uint64_t>(count);
  if (magnitude < 100'000'000'000U) return time_unit::seconds;
  if (magnitude < 100'000'000'000'000U) return time_unit::milliseconds;
  if (magnitude < 100'000'000'000'000'000U) return time_unit::microseconds;
  return time_unit::nanoseconds;
}

}  // namespace

std::optional<std::int64_t> timestamp_parser::parse(std::string_view text) {
  if (text.size() >= 10 && text[4] == '-' && text[7] == '-') return parse_date(text);

  const bool negative = !text.empty() && text.front() == '-';
  std::int64_t whole = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), whole);
  if (error != std::errc{}) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));

  const time_unit unit = unit_.value_or(unit_of_magnitude(whole));
  std::int64_t fraction = 0;
  if (take(text, '.') && !text.empty() && !take_fraction(text, nanoseconds_in(unit), fraction)) return std::nullopt;
  if (!text.empty()) return std::nullopt;
  const auto time = scaled(whole, nanoseconds_in(unit), negative ? -fraction : fraction);
  if (time) unit_ = unit;
  return time;
}

std::optional<time_unit> unit_in_name(std::string_view column) {
  for (const time_unit unit :
       {time_unit::milliseconds, time_unit::microseconds, time_unit::nanoseconds, time_unit::seconds}) {
    const std::string_view symbol = symbol_of(unit);
    if (column.size() > symbol.size() && column.ends_with(symbol) && column[column.size() - symbol.size() - 1] == '_') {
      return unit;
    }
  }
  return std::nullopt;
}

}  // namespace demo
