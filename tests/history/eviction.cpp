// What a history gives up, and what it does not.
#include <slotted/history/history.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <map>
#include <random>
#include <vector>

#include "catch.hpp"
#include "numbered_points.hpp"
#include "resident.hpp"

using slotted::memory_budget;
using slotted::on_full;
using namespace slotted::test;
using point = numbered_point;

TEST_CASE("ever new series do not use a history up") {
  memory_budget budget(256 << 10);
  by_series past{budget, on_full::evict_oldest};
  for (std::uint32_t i = 0; i < 60'000; ++i) {
    past.append({std::int64_t{i}, 0.5 * i, i, static_cast<std::uint16_t>(i)});
    if (i % 16 == 0) REQUIRE(past.footprint().total() == budget.used());
  }
  CHECK(past.evicted() != 0);
  CHECK(past.series_count() > 100);
  CHECK(past.series_count() <= past.size());
  CHECK(past.size() == count_rows(past));
}

TEST_CASE("a full history of series of one row gives up no more than new ones need") {
  struct reading {
    std::int64_t time;
    double value;
    std::uint32_t series;
  };
  memory_budget budget(std::size_t{8} << 20);
  slotted::history<reading, &reading::time, &reading::series> past{budget, on_full::evict_oldest};
  std::uint32_t number = 0;
  const auto push = [&] {
    past.append({std::int64_t{number}, 0.25 * (number % 1000), number});
    ++number;
  };
  while (past.evicted() == 0) push();
  const std::size_t full = past.size();
  CHECK(full > 70'000);
  std::uint64_t evicted = past.evicted();
  std::uint64_t most = evicted;
  std::size_t least = full;
  for (int i = 0; i < 100'000; ++i) {
    push();
    most = std::max(most, past.evicted() - evicted);
    evicted = past.evicted();
    least = std::min(least, past.size());
  }
  CHECK(most < 2'000);  // a slab of blocks
  CHECK(least > full - full / 20);
  CHECK(past.statistics().drained > 90'000);  // older rows become blocks, however full it is
}

TEST_CASE("what a slow series has goes when everything of its age does, and not before") {
  memory_budget budget(512 << 10);
  by_series past{budget, on_full::evict_oldest};
  std::mt19937_64 random(8);
  past.append({0, 1.0, 0, 7});
  past.seal();
  std::uint32_t number = 1;
  const auto push = [&] {
    past.append({std::int64_t{number}, std::bit_cast<double>(std::uint64_t{random()} >> 2), number, 1});
    ++number;
  };
  while (past.evicted() == 0) {
    REQUIRE(rows_of(past.series(std::uint16_t{7})) == std::vector<point>{{0, 1.0, 0, 7}});
    push();
  }
  const std::uint64_t before = past.evicted();
  while (past.series(std::uint16_t{7}).count() != 0 && past.evicted() < before + 200'000) push();
  CHECK(past.series(std::uint16_t{7}).count() == 0);
  CHECK(past.series_count() == 1);
}

TEST_CASE("appending is never refused for a snapshot, which keeps all its rows or expires") {
  memory_budget budget(400 << 10);
  by_series past{budget, on_full::evict_oldest};
  std::mt19937_64 random(9);
  std::uint32_t number = 0;
  const auto next = [&] {
    const point made{std::int64_t{number}, std::bit_cast<double>(std::uint64_t{random()} >> 2), number, 1};
    ++number;
    return made;
  };
  while (past.evicted() == 0) past.append(next());
  const auto moment = past.snapshot();
  const contents seen = contents_of(moment);
  const std::size_t size = past.size();
  CHECK(moment.size() == size);
  std::size_t rounds = 0;
  for (; moment.valid() && rounds < 100'000; ++rounds) {
    past.append(next());
    REQUIRE(budget.used() <= budget.limit());
    REQUIRE(past.footprint().total() == budget.used());
    if (rounds % 500 != 0) continue;
    contents found;
    try {
      found = contents_of(moment);
    } catch (const slotted::snapshot_expired&) {
      REQUIRE_FALSE(moment.valid());
      break;
    }
    REQUIRE(found == seen);
  }
  CHECK(rounds > 0);
  CHECK_FALSE(moment.valid());
  CHECK_THROWS_AS(moment.rows().begin(), slotted::snapshot_expired);
  CHECK_THROWS_AS(moment.size(), slotted::snapshot_expired);
  CHECK(past.statistics().snapshots_expired == 1);
  CHECK(past.statistics().refused_over_budget == 0);
  for (int i = 0; i < 50'000; ++i) past.append(next());
  CHECK(past.footprint().total() == budget.used());
}

TEST_CASE("a history that evicts takes no more of the system's memory, however long it goes on") {
  memory_budget budget(std::size_t{8} << 20);
  by_series past{budget, on_full::evict_oldest};
  std::mt19937_64 random(10);
  std::uint32_t number = 0;
  const auto push = [&](std::uint32_t rows) {
    for (std::uint32_t i = 0; i < rows; ++i, ++number)
      past.append({std::int64_t{number}, std::bit_cast<double>(std::uint64_t{random()} >> 2), number,
                   static_cast<std::uint16_t>(number % 20)});
  };
  while (past.evicted() == 0) push(1000);
  push(200'000);
  const std::size_t before = slotted::test::resident_bytes();
  const std::uint64_t evicted = past.evicted();
  push(1'500'000);
  CHECK(past.evicted() - evicted > 1'000'000);
  CHECK(slotted::test::resident_bytes() < before + (1 << 20));
  CHECK(budget.peak() <= budget.limit());
  past.clear();
  past.trim();
  CHECK(budget.used() <= 2 * slotted::detail::page_bytes());
  CHECK(slotted::test::resident_bytes() < before - (std::size_t{6} << 20));
}
