// slotted demo: the points of the library's own representations.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <slotted/memory/budget.hpp>
#include <slotted/record/packed_record.hpp>
#include <slotted/record/symbol.hpp>

#include "point_stream.hpp"

namespace demo {

using sensor = slotted::symbol<"sensor", std::uint16_t>;

struct DataPoint {
  double x, y;
  std::int64_t timestamp;
  sensor sensor_id;
};

using packed_point =
    slotted::packed_record<slotted::field<"x", double>, slotted::field<"y", double>,
                           slotted::field<"timestamp", std::int64_t>, slotted::field<"sensor_id", sensor>>;

template <class T>
T made_from(const point& each) {
  return T{each.x, each.y, each.timestamp, each.sensor_id};
}

inline point as_read(const DataPoint& each) { return {each.x, each.y, each.timestamp, each.sensor_id.view()}; }
inline point as_read(const packed_point& each) {
  const auto [x, y, timestamp, sensor_id] = each;
  return {x, y, timestamp, sensor_id.view()};
}

/// The names of the sensors, charged to a budget while this is alive: they are a part of what the points take.
class charged_sensors {
 public:
  explicit charged_sensors(slotted::memory_budget& budget) { sensor::domain().charge_to(budget); }
  charged_sensors(const charged_sensors&) = delete;
  charged_sensors& operator=(const charged_sensors&) = delete;
  ~charged_sensors() { sensor::domain().uncharge(); }

  static std::size_t bytes() { return sensor::domain().footprint().total(); }
};

}  // namespace demo
