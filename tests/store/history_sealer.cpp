// What a history gives up, and what it does not.
#include <slotted/store/history.hpp>

#include <bit>
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
  CHECK(past.series_count() < 5000);
  CHECK(past.series_count() > 100);
  CHECK(past.size() == count_rows(past.pins()));
}

TEST_CASE("a series that seldom seals keeps its newest block through an eviction") {
  memory_budget budget(512 << 10);
  by_series past{budget, on_full::evict_oldest};
  std::mt19937_64 random(8);
  past.append({0, 1.0, 0, 7});
  past.seal();
  std::uint64_t before = 0;
  std::uint32_t number = 1;
  const auto push = [&] {
    past.append({std::int64_t{number}, std::bit_cast<double>(std::uint64_t{random()} >> 2), number, 1});
    ++number;
  };
  while (past.evicted() == 0) push();
  CHECK(past.pins().find(7) != nullptr);
  CHECK(rows_of(*past.pins().find(7)) == std::vector<point>{{0, 1.0, 0, 7}});
  // Once: it is as old as everything that comes round a second time.
  before = past.evicted();
  while (past.pins().find(7) != nullptr && past.evicted() < before + 200'000) push();
  CHECK(past.pins().find(7) == nullptr);
}

TEST_CASE("what is pinned stays charged until its last snapshot goes, and is no candidate") {
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
  auto pins = past.pins();
  const contents seen = contents_of(pins);
  const std::uint64_t evicted = past.evicted();
  std::size_t appended = 0;
  while (past.try_append(next())) ++appended;
  CHECK(appended != 0);
  CHECK(budget.used() <= budget.limit());
  CHECK(past.footprint().total() == budget.used());
  const std::size_t size = past.size();
  const std::size_t blocks = contents_of(past.pins()).at(1).size();
  CHECK_THROWS_AS(past.append(next()), slotted::budget_exceeded);
  CHECK(past.size() == size);
  CHECK(contents_of(past.pins()).at(1).size() == blocks);
  CHECK(contents_of(pins) == seen);
  const std::uint64_t evicted_while_pinned = past.evicted();
  pins = {};
  for (int i = 0; i < 50'000; ++i) past.append(next());
  CHECK(past.evicted() > evicted_while_pinned);
  CHECK(evicted_while_pinned >= evicted);
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
