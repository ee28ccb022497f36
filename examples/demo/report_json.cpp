// slotted demo: the report for programs.
// SPDX-License-Identifier: MIT
#include <nlohmann/json.hpp>
#include <slotted/version.hpp>

#include "report.hpp"

namespace demo {
namespace {

using json = nlohmann::ordered_json;

template <class T>
json or_null(const std::optional<T>& value) {
  return value ? json(*value) : json(nullptr);
}

json input_of(const report& of) {
  const telemetry& readings = of.source->readings;
  json out;
  switch (of.source->source) {
    case input::kind::host:
      out["kind"] = "host";
      break;
    case input::kind::synthetic:
      out["kind"] = "synthetic";
      break;
    case input::kind::files:
      out["kind"] = "files";
      break;
  }
  if (of.source->source == input::kind::files) {
    out["files"] = json::array();
    for (const input::file& file : of.source->files) {
      const csv_summary& read = file.summary;
      out["files"].push_back({{"name", file.name},
                              {"lines", read.lines},
                              {"numbers", read.numbers},
                              {"sensors", read.sensors},
                              {"malformed", read.malformed},
                              {"missing", read.missing},
                              {"blank", read.blank},
                              {"header", read.header},
                              {"stopped_early", read.stopped_early}});
    }
  } else {
    out["seconds"] = of.asked->seconds;
    out["rate"] = of.asked->rate;
  }
  out["sensors"] = readings.sensors().size();
  out["numbers"] = readings.readings().size();
  out["time_unit"] = symbol_of(readings.unit());
  out["first_timestamp"] = readings.readings().front().timestamp;
  out["last_timestamp"] = readings.readings().back().timestamp;
  return out;
}

json measurement_of(const measurement& each, const measurement* first) {
  json out{{"name", each.of->name}, {"what", each.of->what}, {"ours", each.of->ours}, {"complete", each.complete}};
  if (!each.complete) {
    out["failure"] = each.failure;
    return out;
  }
  out["verified"] = each.verified;
  out["heap_bytes_per_point"] = each.heap;
  out["resident_bytes_per_point"] = or_null(each.resident);
  out["peak_bytes_per_point"] = or_null(each.peak);
  out["fixed_bytes"] = or_null(each.fixed_bytes);
  out["points_per_gib"] = static_cast<std::uint64_t>(1024.0 * 1024 * 1024 / each.bytes_per_point());
  out["times_smaller"] = first != nullptr ? json(first->bytes_per_point() / each.bytes_per_point()) : json(nullptr);
  out["fill_seconds"] = each.fill_seconds;
  return out;
}

json capacity_of(const capacity& each) {
  return {{"name", each.of->name},
          {"ours", each.of->ours},
          {"points", each.points},
          {"died", each.died},
          {"how", each.how},
          {"message", each.message},
          {"resident_bytes", or_null(each.resident_bytes)},
          {"reads_on", each.reads_on},
          {"takes_another", each.takes_another},
          {"process_can_allocate", each.process_lives}};
}

json reference_of(const reference_program& program) {
  json rows = json::array();
  for (const reference_row& each : program.rows) {
    rows.push_back({{"name", each.name},
                    {"instances", each.instances},
                    {"sizeof", each.size_of_one},
                    {"sizeof_says_mb", static_cast<double>(each.told_bytes()) / 1e6},
                    {"takes_mb", static_cast<double>(each.true_bytes) / 1e6},
                    {"accepts_new_attribute", each.accepts_new_attribute},
                    {"new_attribute", each.new_attribute}});
  }
  return {{"rows", std::move(rows)}, {"compiler_says", program.compiler_says}};
}

}  // namespace

std::string as_json(const report& of) {
  json out;
  out["slotted"] = std::to_string(slotted::version_major) + "." + std::to_string(slotted::version_minor) + "." +
                   std::to_string(slotted::version_patch);
  out["input"] = input_of(of);
  out["points"] = of.asked->points;
  out["processes"] = has_processes();
  out["representations"] = json::array();
  for (const measurement& each : of.measurements) out["representations"].push_back(measurement_of(each, baseline(of)));
  out["limit"]["bytes"] = of.capacities.front().limit_bytes;
  out["limit"]["representations"] = json::array();
  for (const capacity& each : of.capacities) out["limit"]["representations"].push_back(capacity_of(each));
  out["reference_program"] = reference_of(of.reference);
  out["verified"] = of.verified();
  // Names of sensors and files need not be UTF-8.
  return out.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace demo
