// slotted demo: the command line through CLI11.
// SPDX-License-Identifier: MIT
#include "options.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <slotted/version.hpp>

#include "number.hpp"
#include "process.hpp"

namespace demo {
namespace {

constexpr int refused = 2;
constexpr std::uint64_t most_points = 1'000'000'000;
constexpr std::size_t least_limit = std::size_t{1} << 20U;

constexpr std::string_view footer =
    "Without FILE it records this host: stat, meminfo, diskstats, net/dev, loadavg and vmstat of /proc;\n"
    "where there is no /proc, 32 synthetic sensors stand in (see --synthetic).\n"
    "\n"
    "A FILE is CSV of the form timestamp,value or timestamp,c1,c2,... with or without a line of names; - is\n"
    "standard input. Commas, semicolons or tabs part the cells. The time is the column whose name says so, else\n"
    "the first one. Times are epochs in s, ms, us or ns (told apart by magnitude, or by the name of the column\n"
    "as in time_ms), or YYYY-MM-DD HH:MM:SS, also with T, a fraction, Z or an offset; UTC without one. A column\n"
    "of texts names the sensor of its line, as in timestamp,value,host; otherwise sensors are named after the\n"
    "files, and those of several columns file.column. A malformed line is reported, counted and skipped. No\n"
    "more numbers are read from a file than there are points.\n"
    "\n"
    "Exit status: 0; 1 when the input cannot be read or a value was not read back as it was put in; 2 when an option\n"
    "is refused. NO_COLOR is honoured.";

bool same_word(std::string_view text, std::string_view lower_case) {
  return std::equal(text.begin(), text.end(), lower_case.begin(), lower_case.end(),
                    [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; });
}

std::string checked_points(const std::string& text, options& out) {
  const auto count = parse_count(text);
  if (!count)
    return fmt::format("--points: '{}' is no whole number from 1 to {}; write 20000, 20k or 2M", text,
                       format_count(most_points));
  if (*count == 0) return "--points: 0 points cannot be measured; at least 1 is needed";
  if (*count > most_points) {
    return fmt::format("--points: {} are more than the {} that this demo goes up to", text, format_count(most_points));
  }
  out.points = *count;
  return {};
}

std::string checked_limit(const std::string& text, options& out) {
  const auto bytes = parse_bytes(text);
  if (!bytes) return fmt::format("--limit: '{}' is no size; write 268435456, 262144KiB, 256MiB or 0.25GiB", text);
  if (*bytes < least_limit) {
    return fmt::format("--limit: {} is too small to tell anything; at least {} is needed", text,
                       format_bytes(static_cast<double>(least_limit)));
  }
  if (const auto available = available_bytes(); available && *bytes > *available) {
    return fmt::format("--limit: {} is more than the {} that this host has available", text,
                       format_bytes(static_cast<double>(*available)));
  }
  out.limit_bytes = *bytes;
  out.limit_given = true;
  return {};
}

}  // namespace

std::optional<std::uint64_t> parse_count(std::string_view text) {
  std::string digits;
  for (const char c : text) {
    if (c == '\'' || c == '_' || c == ',') {
      if (digits.empty()) return std::nullopt;
      continue;
    }
    digits += c;
  }
  const std::string_view unit =
      std::string_view(digits).substr(std::min(digits.find_first_not_of("0123456789."), digits.size()));
  std::uint64_t scale = 0;
  for (const auto& [name, worth] : {std::pair{"", 1U}, {"k", 1'000U}, {"m", 1'000'000U}, {"g", 1'000'000'000U}})
    if (same_word(unit, name)) scale = worth;
  digits.resize(digits.size() - unit.size());
  if (scale == 0 || digits.empty()) return std::nullopt;
  if (digits.find('.') != std::string::npos) {  // 1.5k is a count, 1.5 and 1.0001k are none
    const auto parsed = parse_number(digits);
    const double scaled = parsed ? parsed->value * static_cast<double>(scale) : 0.5;
    if (scale == 1 || scaled >= 1e15 || std::nearbyint(scaled) != scaled) return std::nullopt;
    return static_cast<std::uint64_t>(scaled);
  }
  std::uint64_t count = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), count);
  constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
  if (error == std::errc::result_out_of_range || count > most / scale) return most;
  return count * scale;
}

std::optional<std::size_t> parse_bytes(std::string_view text) {
  const std::size_t digits = std::min(text.find_first_not_of("0123456789."), text.size());
  std::string unit;
  for (const char c : text.substr(digits)) {
    if (c != ' ' || !unit.empty()) unit += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  struct scale {
    std::string_view name;
    double bytes;
  };
  static constexpr std::array<scale, 14> scales{{{"", 1},
                                                 {"b", 1},
                                                 {"bytes", 1},
                                                 {"k", 1024},
                                                 {"kib", 1024},
                                                 {"m", 1024.0 * 1024},
                                                 {"mib", 1024.0 * 1024},
                                                 {"g", 1024.0 * 1024 * 1024},
                                                 {"gib", 1024.0 * 1024 * 1024},
                                                 {"tib", 1024.0 * 1024 * 1024 * 1024},
                                                 {"kb", 1e3},
                                                 {"mb", 1e6},
                                                 {"gb", 1e9},
                                                 {"tb", 1e12}}};
  const auto* const found =
      std::find_if(scales.begin(), scales.end(), [&unit](const scale& each) { return each.name == unit; });
  const auto value = parse_number(text.substr(0, digits));
  if (found == scales.end() || !value) return std::nullopt;
  const double bytes = value->value * found->bytes;
  if (!(bytes < 9e18)) return std::nullopt;
  return static_cast<std::size_t>(bytes);
}

std::string format_count(std::uint64_t count) {
  std::string text = std::to_string(count);
  for (std::size_t at = text.size(); at > 3;) text.insert(at -= 3, 1, ',');
  return text;
}

std::string format_bytes(double bytes) {
  struct step {
    double bytes;
    const char* name;
  };
  static constexpr std::array<step, 3> steps{{{1024.0 * 1024 * 1024, "GiB"}, {1024.0 * 1024, "MiB"}, {1024.0, "KiB"}}};
  for (const step& each : steps) {
    if (bytes >= each.bytes) {
      const double value = bytes / each.bytes;
      return std::trunc(value) == value ? fmt::format("{:.0f} {}", value, each.name)
                                        : fmt::format("{:.1f} {}", value, each.name);
    }
  }
  return fmt::format("{:.0f} B", bytes);
}

parsed_options parse_options(int argc, const char* const* argv) {
  parsed_options out;
  CLI::App app{"What real telemetry costs in memory, representation by representation.", "slotted_demo"};
  app.footer(std::string(footer));
  app.set_version_flag("--version", fmt::format("slotted {}.{}.{}", slotted::version_major, slotted::version_minor,
                                                slotted::version_patch));
  std::string points;
  std::string limit;
  std::string seconds;
  std::string rate;
  app.add_option("files", out.value.files, "CSV files, or - for standard input")->type_name("FILE");
  app.add_option("--points", points, "repeat the readings in time to this many points, as 20000, 20k or 2M [1M]")
      ->type_name("N");
  app.add_option("--limit", limit, "then fill each up to this much memory [32MiB]")->type_name("SIZE");
  app.add_option("--seconds", seconds, "record this host for so long [3]")->type_name("S");
  app.add_option("--rate", rate, "and so many times a second [20]")->type_name("HZ");
  app.add_flag("--synthetic", out.value.synthetic, "synthetic sensors in place of this host: the same in every run");
  app.add_flag("--json", out.value.json, "one JSON document on standard output");

  const auto refuse = [&out](const std::string& problem) {
    fmt::print(stderr, "slotted_demo: {}\nTry --help.\n", problem);
    out.exit_status = refused;
  };
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& request) {
    out.exit_status = app.exit(request);  // --help, --version
    return out;
  } catch (const CLI::ParseError& problem) {
    refuse(problem.what());
    return out;
  }

  const auto checked_number = [](const char* name, const std::string& text, double least, double most, double& value) {
    const auto parsed = parse_number(text);
    if (!parsed || !(parsed->value >= least && parsed->value <= most)) {
      return fmt::format("{}: '{}' is no number from {} to {}", name, text, least, most);
    }
    value = parsed->value;
    return std::string{};
  };
  std::string problem;
  if (app.count("--points") != 0) problem = checked_points(points, out.value);
  if (problem.empty() && app.count("--limit") != 0) problem = checked_limit(limit, out.value);
  if (problem.empty() && app.count("--seconds") != 0) {
    problem = checked_number("--seconds", seconds, 0.1, 3600, out.value.seconds);
  }
  if (problem.empty() && app.count("--rate") != 0) {
    problem = checked_number("--rate", rate, 0.1, 1000, out.value.rate);
  }
  if (problem.empty() && out.value.synthetic && !out.value.files.empty()) {
    problem = "--synthetic takes the place of files; give one or the other";
  }
  if (problem.empty() && std::count(out.value.files.begin(), out.value.files.end(), "-") > 1) {
    problem = "standard input (-) can be read only once";
  }
  if (!problem.empty()) refuse(problem);
  return out;
}

}  // namespace demo
