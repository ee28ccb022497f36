// slotted: telemetry without end under 64 MiB: the oldest goes, memory stays flat, questions go on being answered.
// SPDX-License-Identifier: MIT
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <slotted/slotted.hpp>
#include <span>
#include <string>
#include <thread>

// [record]
struct DataPoint {
  double x, y;
  std::int64_t timestamp;  // ms
  slotted::symbol<"sensor", std::uint16_t> sensor_id;
};
using History = slotted::history<DataPoint, &DataPoint::timestamp, &DataPoint::sensor_id>;
// [/record]

int main(int argc, char** argv) {
  const std::int64_t points = argc > 1 ? std::atoll(argv[1]) : 25'000'000;
  decltype(DataPoint::sensor_id) sensors[10];
  for (std::size_t i = 0; i < std::size(sensors); ++i) sensors[i] = "sensor_" + std::to_string(i);

  const auto point = [&](std::int64_t i) {
    const double noise = static_cast<double>(static_cast<std::uint32_t>(i) * 2654435761U >> 20);
    return DataPoint{20 + noise / 100, 1000 + noise, i, sensors[i % 10]};
  };

  // [open]
  slotted::memory_budget budget{64 * slotted::MiB};
  History past{budget, slotted::on_full::evict_oldest};
  // [/open]

  std::printf("%12s %12s %12s %14s %9s %12s\n", "appended", "held", "evicted", "budget, bytes", "B/point",
              "mean, 1 min");
  for (std::int64_t i = 0; i < points; ++i) {
    past.append(point(i));
    if ((i + 1) % (points / 10) != 0) continue;
    // [ask]
    double sum = 0;
    std::int64_t rows = 0;
    for (DataPoint p : past.series("sensor_3").between(i - 60'000, i)) {  // the last minute, decoded as it is read
      sum += p.x;
      ++rows;
    }
    // [/ask]
    std::printf("%12lld %12zu %12llu %14zu %9.2f %12.3f\n", static_cast<long long>(i) + 1, past.size(),
                static_cast<unsigned long long>(past.evicted()), budget.used(),
                static_cast<double>(budget.used()) / static_cast<double>(past.size()), sum / static_cast<double>(rows));
  }

  // [scan]
  double largest = 0;
  past.scan<&DataPoint::y>([&](std::span<const double> ys) {  // block by block, out of a small buffer
    for (const double y : ys) largest = y > largest ? y : largest;
  });
  const DataPoint last = past.last().value();
  for (const auto& minute : past.aggregate<&DataPoint::x>(last.timestamp - 180'000, last.timestamp, 60'000))
    std::printf("from %lld ms on: %llu points, mean %.3f\n", static_cast<long long>(minute.start),
                static_cast<unsigned long long>(minute.count), minute.mean());
  // [/scan]
  std::printf("the largest y that is left is %.0f\n", largest);

  // [snapshot]
  std::size_t counted = 0;
  std::thread reader([&counted, moment = past.snapshot()] {  // every row of this moment, whatever goes meanwhile
    try {
      moment.scan<&DataPoint::x>([&](std::span<const double> xs) { counted += xs.size(); });
    } catch (const slotted::snapshot_expired&) {  // it kept more than the readers' share of the budget
      counted = 0;
    }
  });
  for (std::int64_t i = points; i < points + 100'000; ++i) past.append(point(i));  // no reader is waited for
  reader.join();
  // [/snapshot]
  // [limits]
  slotted::memory_budget small{1 * slotted::MiB};
  History day{small, {.on_full = slotted::on_full::evict_oldest, .max_age = 86'400'000, .max_series = 1000}};
  day.append(last);
  DataPoint wrong = last;
  wrong.timestamp += 1'000'000'000'000;  // a clock that was never set
  if (const auto outcome = day.try_append(wrong); !outcome)
    std::printf("refused: %s\n", std::string(outcome.text()).c_str());
  // [/limits]
  std::printf("a reader counted %zu points while others came; at most %zu of %zu bytes were ever in use\n", counted,
              budget.peak(), budget.limit());
}
