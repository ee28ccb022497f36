// slotted demo: the readings a demo run is about, wherever they came from.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace demo {

// Every source gives nanoseconds; arrange() keeps the coarsest unit that loses nothing.
enum class time_unit : std::uint8_t { seconds, milliseconds, microseconds, nanoseconds };

constexpr std::int64_t nanoseconds_in(time_unit unit) {
  switch (unit) {
    case time_unit::seconds:
      return 1'000'000'000;
    case time_unit::milliseconds:
      return 1'000'000;
    case time_unit::microseconds:
      return 1'000;
    case time_unit::nanoseconds:
      break;
  }
  return 1;
}

std::string_view symbol_of(time_unit unit);  // "s", "ms", "us", "ns"

struct reading {
  double x = 0;  // the value
  double y = 0;  // its difference to the value before it of the same sensor; 0 for the first
  std::int64_t timestamp = 0;
  std::uint32_t sensor = 0;
  std::uint32_t arrival = 0;  // among readings of the same time
};

class telemetry {
 public:
  // As many as the 2-byte symbols of the demo's points can name, less the empty one.
  static constexpr std::size_t max_sensors = std::numeric_limits<std::uint16_t>::max();

  /// Registers a sensor and returns its number; a name that is taken gets "#2", "#3" and so on behind it.
  ///
  /// Throws: std::length_error when there are max_sensors of them.
  std::uint32_t add_sensor(std::string_view name);

  void add(std::uint32_t sensor, std::int64_t nanoseconds, double value) {
    readings_.push_back({value, 0.0, nanoseconds, sensor, static_cast<std::uint32_t>(readings_.size())});
  }

  /// Puts the readings into time order, works out every y, and picks the unit of the timestamps.
  void arrange();

  const std::vector<std::string>& sensors() const { return sensors_; }
  const std::vector<reading>& readings() const { return readings_; }
  time_unit unit() const { return unit_; }
  bool empty() const { return readings_.empty(); }

 private:
  std::vector<std::string> sensors_;
  std::unordered_map<std::string, unsigned> taken_;
  std::vector<reading> readings_;
  time_unit unit_ = time_unit::nanoseconds;
};

}  // namespace demo
