// slotted demo: readings put into order.
// SPDX-License-Identifier: MIT
#include "telemetry.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>

namespace demo {

std::string_view symbol_of(time_unit unit) {
  static constexpr std::array<std::string_view, 4> symbols{"s", "ms", "us", "ns"};
  return symbols[static_cast<std::size_t>(unit)];
}

std::uint32_t telemetry::add_sensor(std::string_view name) {
  if (sensors_.size() == max_sensors) {
    throw std::length_error("sensor '" + std::string(name) + "' is one too many: this demo names at most " +
                            std::to_string(max_sensors));
  }
  std::string unique(name);
  while (!taken_.try_emplace(unique, 1U).second) {
    unique = std::string(name) + "#" + std::to_string(++taken_[std::string(name)]);
  }
  sensors_.push_back(std::move(unique));
  return static_cast<std::uint32_t>(sensors_.size() - 1);
}

void telemetry::arrange() {
  std::sort(readings_.begin(), readings_.end(), [](const reading& a, const reading& b) {
    return a.timestamp != b.timestamp ? a.timestamp < b.timestamp : a.arrival < b.arrival;
  });

  std::vector<double> previous(sensors_.size());
  std::vector<bool> seen(sensors_.size());
  for (reading& each : readings_) {
    const double difference = seen[each.sensor] ? each.x - previous[each.sensor] : 0.0;
    each.y = std::isfinite(difference) ? difference : 0.0;
    previous[each.sensor] = each.x;
    seen[each.sensor] = true;
  }

  for (const time_unit unit : {time_unit::seconds, time_unit::milliseconds, time_unit::microseconds}) {
    const std::int64_t divisor = nanoseconds_in(unit);
    if (!std::all_of(readings_.begin(), readings_.end(),
                     [divisor](const reading& each) { return each.timestamp % divisor == 0; })) {
      continue;
    }
    for (reading& each : readings_) each.timestamp /= divisor;
    unit_ = unit;
    return;
  }
}

}  // namespace demo
