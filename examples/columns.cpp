// slotted: points kept as columns: no padding, scanned at the speed of arrays, the oldest given up as new ones come.
// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <slotted/interop/by_name.hpp>
#include <slotted/slotted.hpp>
#include <span>
#include <string>

struct DataPoint {
  double x, y;
  std::int64_t timestamp;
  slotted::symbol<"sensor", std::uint16_t> sensor_id;
};

int main(int argc, char** argv) {
  slotted::memory_budget budget{64 * slotted::MiB};
  slotted::table<DataPoint> rows{budget};
  static_assert(slotted::table<DataPoint>::bits_per_row == std::size_t{26} * 8);  // the struct takes 32 bytes

  for (int i = 0; i < 1'000'000; ++i) {
    rows.push_back({i * 1.0, i * 2.0, i, "sensor_" + std::to_string(i % 10)});
    if (rows.size() > 100'000) rows.pop_front();  // the last 100,000; whole slabs go back to the system
  }

  // A row by its number, which lasts: rows[i].x loads one value. Writing goes through set.
  const std::uint64_t i = rows.lower_bound<&DataPoint::timestamp>(950'000);
  rows.set<&DataPoint::y>(i, rows[i].x + 0.5);
  std::printf("row %llu of %s: x %.1f, y %.1f\n", static_cast<unsigned long long>(i),
              std::string(rows[i].sensor_id.view()).c_str(), rows[i].x, rows[i].y);

  // Much of a column: arrays, a slab at a time. Columns that go together come together.
  double sum = 0;
  rows.for_each_chunk<&DataPoint::sensor_id, &DataPoint::x>([&](auto sensors, std::span<const double> xs) {
    for (std::size_t each = 0; each < xs.size(); ++each) sum += sensors[each] == "sensor_3" ? xs[each] : 0;
  });
  std::printf("x of sensor_3 sums up to %.1f\n", sum);

  // A name that is known only now.
  const std::string name = argc > 1 ? argv[1] : "timestamp";
  const double largest = slotted::visit_column(rows, name, [](const auto& column) {
    double found = 0;
    for (const auto each : column) {
      if constexpr (requires { static_cast<double>(each); }) found = std::max(found, static_cast<double>(each));
    }
    return found;
  });
  std::printf("the largest %s is %.1f\n", name.c_str(), largest);
  for (const slotted::column_info& each : columns_of(rows))
    std::printf("%s: %s, %zu bits a row\n", std::string(each.name).c_str(), each.type.c_str(), each.bits);
  std::printf("%zu rows take %zu bytes\n", rows.size(), rows.footprint().total());
}
