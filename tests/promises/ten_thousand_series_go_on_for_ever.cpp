// Two hundred million rows of ten thousand series in lock-step go through 64 MiB: none is refused, and the budget, the
// counts and what is read are right all the while.
#include <cstdint>
#include <cstdio>

#include "catch.hpp"
#include "samples.hpp"

using slotted::memory_budget;
using slotted::MiB;
using slotted::on_full;
using slotted::test::sample;
using slotted::test::samples;

namespace {

constexpr std::uint32_t series = 10'000;

// A gauge that moves by hundredths, some of the time.
sample row_at(std::uint64_t i) {
  const auto noise = static_cast<std::uint32_t>(i * 0x9E3779B97F4A7C15u >> 40);
  return {static_cast<std::int64_t>(i / series * 15), noise % 4 == 0 ? static_cast<double>(noise % 1000) / 100 : 20.5,
          static_cast<std::uint32_t>(i % series)};
}

}  // namespace

TEST_CASE("two hundred million rows of ten thousand series go through 64 MiB") {
  constexpr std::uint64_t rows = 200'000'000;
  memory_budget budget(64 * MiB);
  samples past(budget, on_full::evict_oldest);
  std::uint64_t refused = 0;
  for (std::uint64_t i = 0; i < rows; ++i) {
    if (!past.try_append(row_at(i))) ++refused;
    if ((i + 1) % 10'000'000 != 0) continue;
    REQUIRE(refused == 0);
    REQUIRE(past.footprint().total() == budget.used());
    REQUIRE(past.size() + past.evicted() == i + 1);
    REQUIRE(past.series_count() == series);
    // All rows of one series, without a gap up to the last.
    std::uint64_t expected = i / series * series + 4'242;
    if (expected > i) expected -= series;
    std::uint64_t found = 0;
    const std::size_t kept = past.series(4'242).count();
    expected -= (kept - 1) * series;
    for (const sample each : past.series(4'242)) {
      REQUIRE(same(each, row_at(expected)));
      expected += series;
      ++found;
    }
    REQUIRE(found == kept);
    std::printf("%llu rows: %zu held, %zu of one series, %zu bytes charged\n", static_cast<unsigned long long>(i + 1),
                past.size(), kept, budget.used());
  }
  CHECK(budget.peak() <= budget.limit());
  CHECK(past.evicted() > rows / 2);
  CHECK(past.size() > 20'000'000);
}
