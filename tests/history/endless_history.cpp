// Two hundred million rows go through a history of 64 MiB: neither its budget nor the process ever takes more, nothing
// is lost that was not evicted, and questions are answered all the while.
#include <slotted/history/history.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdio>

#include "catch.hpp"
#include "resident.hpp"

namespace {

struct point {
  double x = 0;
  double y = 0;
  std::int64_t time = 0;
  std::uint16_t sensor = 0;
};
using past_points = slotted::history<point, &point::time, &point::sensor>;

// A reading that moves by hundredths, a counter, a clock with a jitter, a hundred sensors in turn.
point point_at(std::int64_t i) {
  const auto noise = static_cast<std::uint32_t>(static_cast<std::uint64_t>(i) * 0x9E3779B97F4A7C15U >> 40);
  return {20 + static_cast<double>(noise % 400) / 100, static_cast<double>(i / 100 + noise % 3),
          i * 10 + static_cast<std::int64_t>(noise % 8), static_cast<std::uint16_t>(i % 100)};
}

}  // namespace

TEST_CASE("memory stays flat while two hundred million rows are appended under 64 MiB") {
  constexpr std::int64_t rows = 200'000'000;
  constexpr std::int64_t step = 5'000'000;
  slotted::memory_budget budget{64 * slotted::MiB};
  past_points past{budget, slotted::on_full::evict_oldest};
  std::uint64_t gone = 0;
  auto count_gone = [&](const past_points::evicted_block& block) { gone += block.size(); };
  past.on_evict(count_gone);

  const std::size_t before = slotted::test::resident_bytes();
  std::size_t least = SIZE_MAX;  // resident, once the history is full
  std::size_t most = 0;
  for (std::int64_t i = 0; i < rows; ++i) {
    past.append(point_at(i));
    if ((i + 1) % step != 0) continue;
    REQUIRE(past.footprint().total() == budget.used());
    REQUIRE(past.size() + past.evicted() == static_cast<std::uint64_t>(i + 1));
    REQUIRE(past.evicted() == gone);
    // The last thousand rows of one sensor, as they were.
    std::int64_t expected = (i - 100'000) / 100 * 100 + 142;
    std::size_t found = 0;
    for (const point each : past.series(42).between(point_at(expected).time, INT64_MAX)) {
      const point wanted = point_at(expected);
      REQUIRE((each.x == wanted.x && each.y == wanted.y && each.time == wanted.time && each.sensor == 42));
      expected += 100;
      ++found;
    }
    REQUIRE(found >= 999);
    if (past.evicted() == 0) continue;
    const std::size_t now = slotted::test::resident_bytes();
    least = now < least ? now : least;
    most = now > most ? now : most;
    std::printf("%lld rows: %zu held, %zu bytes charged, %zu resident\n", static_cast<long long>(i + 1), past.size(),
                budget.used(), now - before);
  }
  CHECK(budget.peak() <= budget.limit());
  CHECK(past.evicted() > rows / 2);
  CHECK(past.size() > 10'000'000);  // of 26 bytes, 64 MiB would hold 2.6 million
  CHECK(most - least < 2 * slotted::MiB);
  CHECK(most - before < budget.limit() + 2 * slotted::MiB);
}
