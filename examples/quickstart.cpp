// slotted: a first program: points in a pool, under a budget, with figures that are true.
// SPDX-License-Identifier: MIT

// [first]
#include <cstdint>
#include <cstdio>
#include <slotted/slotted.hpp>
#include <string>

struct DataPoint {  // a plain struct is a record: no macro, no registration
  double x, y;
  std::int64_t timestamp;
  slotted::symbol<"sensor", std::uint16_t> sensor_id;  // 2 bytes, where std::string takes 32
};

int main() {
  slotted::memory_budget budget{64 * slotted::MiB};  // a hard limit; it outlives what is charged to it
  slotted::pool<DataPoint> points{budget};

  const auto first = points.insert({0.0, 0.0, 0, "sensor_0"});  // a handle of 4 bytes
  for (int i = 1; i < 100'000; ++i) points.insert({i * 1.0, i * 2.0, i, "sensor_" + std::to_string(i % 10)});

  points[first].x += 0.5;  // no record ever moves
  double sum = 0;
  for (const DataPoint& each : points) {
    if (each.sensor_id == "sensor_0") sum += each.x;
  }

  std::printf("%zu points of %zu bytes take %zu bytes of %zu; x of sensor_0 sums up to %.1f\n", points.size(),
              sizeof(DataPoint), points.footprint().total(), budget.limit(), sum);
}
// [/first]
