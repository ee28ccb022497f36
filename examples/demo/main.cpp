// slotted demo: real telemetry, what it costs in each representation, and what happens at a limit.
// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <stdexcept>

#include "input.hpp"
#include "options.hpp"
#include "progress.hpp"
#include "report.hpp"

namespace {

constexpr int failed = 1;

// The limit of the default must not be more than a small host has.
std::size_t limit_of(const demo::options& asked) {
  const auto available = demo::available_bytes();
  if (asked.limit_given || !available) return asked.limit_bytes;
  return std::min(asked.limit_bytes, *available / 2);
}

demo::report run(const demo::options& asked, const demo::input& source, demo::progress& shown) {
  demo::report out;
  out.asked = &asked;
  out.source = &source;
  const demo::checksum expected = demo::checksum_of_source(source.readings, asked.points);
  for (const demo::representation* each : demo::representations()) {
    shown.show(fmt::format("{} points as {}", demo::format_count(asked.points), each->name));
    out.measurements.push_back(demo::measure(*each, source.readings, asked.points, expected));
  }
  const std::size_t limit = limit_of(asked);
  for (const demo::representation* each : demo::representations()) {
    shown.show(fmt::format("filling {} with {}", demo::format_bytes(static_cast<double>(limit)), each->name));
    out.capacities.push_back(demo::fill_to_limit(*each, source.readings, limit));
  }
  shown.show("the reference program");
  out.reference = demo::run_reference_program();
  shown.wipe();
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const demo::parsed_options parsed = demo::parse_options(argc, argv);
    if (parsed.exit_status) return *parsed.exit_status;
    const demo::options& asked = parsed.value;
    demo::progress shown;
    const demo::input source = demo::gather(asked, shown);
    const demo::report found = run(asked, source, shown);
    const char* const no_colour = std::getenv("NO_COLOR");
    const bool colour = demo::output_is_terminal() && (no_colour == nullptr || *no_colour == '\0');
    fmt::print("{}", asked.json ? demo::as_json(found) : demo::as_text(found, colour));
    if (std::fflush(stdout) != 0) throw std::runtime_error("standard output cannot be written");
    return found.verified() ? EXIT_SUCCESS : failed;
  } catch (const std::exception& problem) {
    fmt::print(stderr, "slotted_demo: {}\n", problem.what());
    return failed;
  }
}
