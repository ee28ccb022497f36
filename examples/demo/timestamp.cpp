// slotted demo: dates and epoch counts to nanoseconds.
// SPDX-License-Identifier: MIT
#include "timestamp.hpp"

#include <charconv>
#include <chrono>
#include <limits>

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

// Takes exactly `digits` digits off the front.
bool take_digits(std::string_view& text, std::size_t digits, int& value) {
  if (text.size() < digits) return false;
  value = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    if (!is_digit(text[i])) return false;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(digits);
  return true;
}

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

// [Z | +hh | +hhmm | +hh:mm], in minutes east of Greenwich.
bool take_zone(std::string_view& text, int& minutes) {
  minutes = 0;
  if (take(text, 'Z') || take(text, 'z')) return true;
  if (text.empty()) return true;
  const bool west = text.front() == '-';
  if (!take(text, '+') && !take(text, '-')) return false;
  int hour = 0;
  int minute = 0;
  if (!take_digits(text, 2, hour)) return false;
  if (!text.empty()) {
    take(text, ':');
    if (!take_digits(text, 2, minute)) return false;
  }
  if (hour > 23 || minute > 59) return false;
  minutes = (hour * 60 + minute) * (west ? -1 : 1);
  return true;
}

// YYYY-MM-DD[(T| )hh:mm[:ss[.fraction]][zone]]
std::optional<std::int64_t> parse_date(std::string_view text) {
  int year = 0;
  int month = 0;
  int day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
  int zone = 0;
  std::int64_t fraction = 0;
  if (!take_digits(text, 4, year) || !take(text, '-') || !take_digits(text, 2, month) || !take(text, '-') ||
      !take_digits(text, 2, day)) {
    return std::nullopt;
  }
  if (!text.empty()) {
    if (!take(text, 'T') && !take(text, 't') && !take(text, ' ')) return std::nullopt;
    if (!take_digits(text, 2, hour) || !take(text, ':') || !take_digits(text, 2, minute)) return std::nullopt;
    if (take(text, ':')) {
      if (!take_digits(text, 2, second)) return std::nullopt;
      if ((take(text, '.') || take(text, ',')) && !take_fraction(text, 1'000'000'000, fraction)) return std::nullopt;
    }
    while (take(text, ' ')) continue;
    if (!take_zone(text, zone)) return std::nullopt;
  }
  const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  // Second 60 is a leap second; it counts as the next minute's first, as in POSIX.
  if (!text.empty() || !date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  const std::int64_t days = std::chrono::sys_days{date}.time_since_epoch().count();
  return scaled(((days * 24 + hour) * 60 + minute - zone) * 60 + second, 1'000'000'000, fraction);
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
