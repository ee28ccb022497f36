// A range of a live history ends with the newest row of any series, however little memory there is for reading it.
#include <cstdint>
#include <random>

#include "catch.hpp"
#include "samples.hpp"

using slotted::KiB;
using slotted::memory_budget;
using slotted::test::list_of;
using slotted::test::sample;
using slotted::test::samples;

TEST_CASE("a range whose first time has more rows than fit ends with the newest row of the last series") {
  memory_budget budget(256 * KiB);
  samples past(budget);
  for (std::uint32_t series = 0; series < 500; ++series) past.append({0, 1.5, series});
  past.append({15, 2.5, 499});
  const std::size_t rest = budget.available();
  REQUIRE(budget.try_reserve(rest));
  CHECK(list_of(past.rows()).size() == 501);
  CHECK(list_of(past.from(0)).back().time == 15);
  budget.release(rest);
}

TEST_CASE("rows of one series in no order of time are read in the order of time when there is no memory for it") {
  memory_budget budget(192 * KiB);
  samples past(budget, slotted::on_full::evict_oldest);
  std::mt19937 random(1);
  for (int i = 0; i < 60'000; ++i) past.append({static_cast<std::int64_t>(random() % 100'000), 20.5, 0});
  REQUIRE(past.evicted() != 0);
  std::int64_t before = 0;
  std::size_t rows = 0;
  for (const sample each : past.rows()) {
    REQUIRE(each.time >= before);
    before = each.time;
    ++rows;
  }
  CHECK(rows == past.size());
}
