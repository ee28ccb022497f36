// A history that is full and refuses rows takes new ones once a series has been erased, wherever its rows stood.
#include <cstdint>

#include "catch.hpp"
#include "samples.hpp"

using slotted::memory_budget;
using slotted::MiB;
using slotted::test::sample;
using slotted::test::samples;
using slotted::test::scraped;

TEST_CASE("one of ten series that were appended together is erased, and its share can be filled anew") {
  memory_budget budget(8 * MiB);
  samples past(budget);
  std::uint64_t i = 0;
  while (past.try_append(scraped(i, 10))) ++i;
  const std::size_t full = past.size();
  const std::size_t share = past.series(3u).count();
  REQUIRE(share > full / 11);
  for (std::uint32_t series = 3; series < 6; ++series) {
    REQUIRE(past.erase(series));
    std::size_t taken = 0;
    for (sample row = scraped(i, 10); past.try_append(row); row = scraped(++i, 10)) ++taken;
    CHECK(taken > share / 2);
    CHECK(past.footprint().total() == budget.used());
    CHECK(budget.used() <= budget.limit());
  }
}

TEST_CASE("series are erased without a search for each among those that wait in the head") {
  // Each of them waits there, and the first to come is the last to go: nodes are used again meanwhile.
  constexpr std::uint32_t series = 20'000;
  memory_budget budget(256 * MiB);
  samples past(budget);
  for (std::uint64_t i = 0; i < series; ++i) past.append(scraped(i, series));
  const std::size_t held = past.statistics().series_bytes;
  for (std::uint32_t round = 1; round < 6; ++round) {
    for (std::uint32_t i = 1; i < series; ++i) {
      REQUIRE(past.erase((round - 1) * series + i));
      past.append({static_cast<std::int64_t>(round), 1, round * series + i});
    }
    CHECK(past.size() == series);
    CHECK(past.series_count() == series);
    CHECK(past.statistics().series_bytes <= 2 * held);
  }
  past.trim();
  CHECK(past.statistics().series_bytes <= held + held / 4);
  CHECK(past.footprint().total() == budget.used());
}
