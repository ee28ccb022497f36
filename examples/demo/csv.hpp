// slotted demo: telemetry out of CSV text.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <istream>
#include <string>
#include <string_view>

#include "telemetry.hpp"

namespace demo {

struct csv_summary {
  std::uint64_t lines = 0;      // read, blank ones and a header included
  std::uint64_t blank = 0;      // nothing but white space
  std::uint64_t malformed = 0;  // reported and skipped
  std::uint64_t missing = 0;    // empty cells, NaN, NA, null
  std::uint64_t numbers = 0;    // readings taken
  std::uint64_t sensors = 0;
  bool header = false;
  bool stopped_early = false;  // the most numbers asked for were there before the end of the input
};

struct csv_options {
  // The name of the only sensor; of several columns, what stands before ".column"; where a column names the sensors,
  // the sensor of lines without a name.
  std::string sensor;
  std::uint64_t max_numbers = std::numeric_limits<std::uint64_t>::max();
  std::size_t max_line_bytes = std::size_t{1} << 20U;  // what is longer is malformed: binary input has no lines
  std::function<void(std::uint64_t line, const std::string& what)> on_malformed = [](std::uint64_t,
                                                                                     const std::string&) {};
};

/// Reads `timestamp,value` or `timestamp,c1,c2,...` from `in` into `out`.
///
/// The first line may name the columns: the one whose name is that of a time (`time`, `timestamp_ms`, `date`, ...) is
/// the time then, wherever it stands; without names it is the first. A column that has a text in the first line of data
/// names the sensor of its line: `timestamp,value,host` has a sensor for each host. Cells are parted by commas,
/// semicolons or tabs, whichever parts the first line into most, and may be quoted; where no comma parts them, it may
/// be the decimal point. Lines end in LF, CRLF or CR; a byte order mark is passed over. A line with a bad time, a bad
/// number, a number where a text names the sensor, or another count of cells than the first is malformed: told to
/// `on_malformed`, counted and skipped whole. Missing values are skipped alone.
///
/// Throws: std::runtime_error when reading fails, std::length_error for too many columns.
csv_summary read_csv(std::istream& in, const csv_options& options, telemetry& out);

/// Opens the file, or standard input for `-`, and reads it with its stem for the sensor's name.
///
/// Throws: std::runtime_error naming the file when it cannot be opened or read, or holds no usable line.
csv_summary read_csv_file(const std::string& path, csv_options options, telemetry& out);

/// What a message calls the file.
std::string_view display_name(std::string_view path);

}  // namespace demo
