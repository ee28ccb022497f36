// slotted demo: points in time as CSV files spell them.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "telemetry.hpp"

namespace demo {

/// Reads the times of one file: a calendar date with a time of day, or a count since 1970.
///
/// The first count fixes the unit for the rest of the file, so that a series does not change its unit half-way: under
/// 1e11 are seconds, under 1e14 milliseconds, under 1e17 microseconds, and nanoseconds above.
class timestamp_parser {
 public:
  timestamp_parser() = default;
  explicit timestamp_parser(std::optional<time_unit> unit) : unit_(unit) {}

  /// Returns: nanoseconds since 1970-01-01 00:00 UTC, or nothing when `text` is no time or is out of the range of
  /// 64-bit nanoseconds (years 1678 to 2261). A date without a zone is UTC.
  std::optional<std::int64_t> parse(std::string_view text);

 private:
  std::optional<time_unit> unit_;
};

/// Returns: the unit that the name of a column states at its end, as in `timestamp_ms`.
std::optional<time_unit> unit_in_name(std::string_view column);

}  // namespace demo
