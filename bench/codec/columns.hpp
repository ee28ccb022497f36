// slotted benchmarks: the columns that codecs are measured on, read from a folder or made up.
// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

/// One column: its name, and its values as doubles or as integers, the other being empty.
struct column {
  std::string name;
  std::vector<double> reals;
  std::vector<std::int64_t> integers;
};

/// Columns by the set they belong to; figures are given for a set.
using column_sets = std::map<std::string, std::vector<column>>;

inline std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Seconds since 1970 of "YYYY-MM-DD HH:MM:SS".
inline std::int64_t seconds_of(const std::string& text) {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  if (std::sscanf(text.c_str(), "%d-%d-%d %d:%d:%d", &year, &month, &day, &hour, &minute, &second) != 6) return 0;
  const std::int64_t y = month <= 2 ? year - 1 : year;  // days from civil, after Howard Hinnant
  const std::int64_t era = y / 400;
  const std::int64_t of_era = y - era * 400;
  const std::int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const std::int64_t days = era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
  return days * 86400 + hour * 3600 + minute * 60 + second;
}

// A file with a header, a time stamp in the first column, numbers in the others.
inline void read_csv(const std::filesystem::path& path, const std::string& set, column_sets& sets) {
  const std::string text = read_file(path);
  std::vector<column> columns;
  column stamps{path.stem().string() + " time", {}, {}};
  bool header = true;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string_view line(text.data() + at, end - at);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    at = end + 1;
    if (line.empty()) continue;
    std::size_t index = 0;
    for (std::size_t from = 0; from <= line.size(); ++index) {
      const std::size_t to = std::min(line.find(',', from), line.size());
      const std::string_view cell = line.substr(from, to - from);
      from = to + 1;
      if (header) {
        if (index != 0) columns.push_back({path.stem().string() + " " + std::string(cell), {}, {}});
      } else if (index == 0) {
        std::int64_t stamp = 0;
        const auto parsed = std::from_chars(cell.data(), cell.data() + cell.size(), stamp);
        stamps.integers.push_back(parsed.ptr == cell.data() + cell.size() ? stamp : seconds_of(std::string(cell)));
      } else if (index <= columns.size()) {
        double value = 0;
        std::from_chars(cell.data(), cell.data() + cell.size(), value);
        columns[index - 1].reals.push_back(value);
      }
    }
    header = false;
  }
  for (auto& c : columns) sets[set].push_back(std::move(c));
  sets[set + ", time"].push_back(std::move(stamps));
}

/// Every .csv (time stamp, numbers) and .bin (doubles, little-endian) under a folder. The files of one folder are a
/// set, a .bin is one by itself.
inline column_sets read_columns(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  column_sets sets;
  for (const auto& path : files) {
    if (path.extension() == ".csv") {
      read_csv(path, path.parent_path().filename().string(), sets);
    } else if (path.extension() == ".bin") {
      const std::string bytes = read_file(path);
      if (bytes.size() < 8 * 1024) continue;
      column c{path.stem().string(), std::vector<double>(bytes.size() / 8), {}};
      std::memcpy(c.reals.data(), bytes.data(), c.reals.size() * 8);
      sets[c.name].push_back(std::move(c));
    }
  }
  return sets;
}

/// A number as it is after it was printed to 15 digits and read again.
inline double printed(double v) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, v, std::chars_format::general, 15);
  double back = 0;
  std::from_chars(text, end.ptr, back);
  return back;
}

/// Columns of processes that are known to be hard: fractions that are no decimals, angles, prices in ticks, counters
/// that are reset, latencies with heavy tails, and 300 to 4,000 values that recur. The same in every run.
inline void add_hard_columns(column_sets& sets) {
  constexpr std::size_t rows = 64 * 1024;
  std::mt19937_64 random(2);
  const auto below = [&](std::uint64_t n) { return static_cast<std::int64_t>(random() % n); };
  const auto add = [&](const std::string& set, auto next) {
    column c{set, std::vector<double>(rows), {}};
    for (auto& v : c.reals) v = next();
    sets[set].push_back(std::move(c));
  };
  std::int64_t walk = 30'000;
  const auto wander = [&](std::int64_t step) { return walk += below(static_cast<std::uint64_t>(2 * step + 1)) - step; };
  add("thirds", [&] { return static_cast<double>(wander(30)) / 3; });
  add("thirds", [&] { return printed(static_cast<double>(below(10'000)) / 3); });
  add("twelfths", [&] { return printed(static_cast<double>(wander(40)) / 12); });
  add("twelfths", [&] { return static_cast<double>(below(5'000)) / 12; });
  add("radians", [&] { return static_cast<double>(below(36'000)) / 100 * 3.14159265358979323846 / 180; });
  add("radians", [&] { return static_cast<double>(wander(25)) / 100 * 3.14159265358979323846 / 180; });
  std::int64_t price = 400'000;
  add("prices in ticks", [&] { return static_cast<double>(price += (below(5) - 2) * (below(3) == 0 ? 1 : 0)) * 0.25; });
  add("prices in ticks", [&] { return static_cast<double>(price += below(7) - 3) / 32; });
  double count = 0;
  add("counters with resets",
      [&] { return count = below(5'000) == 0 ? 0 : count + static_cast<double>(below(1'000)); });
  add("counters with resets",
      [&] { return count = below(700) == 0 ? 0 : count + static_cast<double>(below(12)) * 512; });
  const auto heavy = [&](double shape) {
    const double u = (static_cast<double>(below(std::uint64_t{1} << 52)) + 1) * 0x1p-52;
    return std::pow(u, -1 / shape);
  };
  add("latencies", [&] { return std::round(heavy(1.2) * 800) / 1e6; });
  add("latencies", [&] { return std::floor(heavy(1.5) * 120'000); });
  add("latencies", [&] { return heavy(2) * 0.0131; });
  for (const std::size_t distinct : {300u, 1'000u, 4'000u}) {
    std::vector<double> values(distinct);
    for (auto& v : values) v = static_cast<double>(random() >> 11) * 0x1p-40;
    add(std::to_string(distinct) + " recurring", [&] { return values[static_cast<std::size_t>(below(distinct))]; });
    // Some of them far more often than others.
    add(std::to_string(distinct) + " recurring", [&] {
      const double u = static_cast<double>(below(1u << 30)) * 0x1p-30;
      return values[static_cast<std::size_t>(u * u * static_cast<double>(distinct))];
    });
  }
}

/// Columns like those of a machine's metrics, the same in every run.
inline column_sets make_columns() {
  constexpr std::size_t rows = 64 * 1024;
  std::mt19937_64 random(1);
  const auto below = [&](std::uint64_t n) { return static_cast<std::int64_t>(random() % n); };
  column percent{"percent", {}, {}}, counter{"counter", {}, {}}, gauge{"gauge", {}, {}}, bytes{"bytes", {}, {}},
      noise{"noise", {}, {}}, steps{"steps", {}, {}}, stamps{"stamps", {}, {}}, grid{"grid", {}, {}};
  std::int64_t load = 3000, count = 0, memory = 1 << 20, state = 0, now = 1700000000000000000;
  for (std::size_t i = 0; i < rows; ++i) {
    load = std::clamp<std::int64_t>(load + below(201) - 100, 0, 10000);
    percent.reals.push_back(static_cast<double>(load) / 100);
    if (below(4) == 0) count += below(50);
    counter.reals.push_back(static_cast<double>(count));
    gauge.reals.push_back(
        20 + std::round(std::sin(static_cast<double>(i) / 500) * 500 + static_cast<double>(below(20))) / 100);
    if (below(3) == 0) memory += (below(33) - 16) * 4096;
    bytes.reals.push_back(static_cast<double>(memory));
    noise.reals.push_back(std::sin(static_cast<double>(i) / 100) + static_cast<double>(below(1u << 30)) * 1e-12);
    if (below(400) == 0) state = below(5);
    steps.reals.push_back(static_cast<double>(state));
    stamps.integers.push_back(now += 50000000 + below(100000));
    grid.integers.push_back(static_cast<std::int64_t>(1700000000 + i * 300));
  }
  column_sets sets;
  for (auto* c : {&percent, &counter, &gauge, &bytes, &noise, &steps, &stamps, &grid})
    sets[c->name].push_back(std::move(*c));
  add_hard_columns(sets);
  return sets;
}

}  // namespace bench
