// Empty pools hold nothing, ten records take a page, and growth is by a sixteenth of what is held.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <slotted/memory/budget.hpp>
#include <slotted/store/checked_pool.hpp>
#include <slotted/store/pool.hpp>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "pools.hpp"

namespace {

using slotted::test::packed_point;
using slotted::test::point;

constexpr std::size_t page = 4096;

struct sixteen_fields {
  double fields[16] = {};
};

TEMPLATE_TEST_CASE("an empty pool holds nothing", "", slotted::pool<point>, slotted::checked_pool<point>,
                   slotted::pool<sixteen_fields>, (slotted::pool<point, slotted::page_kind::huge>)) {
  slotted::memory_budget budget{64 * slotted::MiB};
  TestType pool{budget};
  CHECK(budget.used() == 0);
  CHECK(pool.footprint() == slotted::footprint{});
  CHECK(pool.capacity() == 0);
  pool.clear();
  pool.trim();
  TestType moved(std::move(pool));
  moved.reserve(0);
  CHECK(budget.used() == 0);
  moved.emplace();
  CHECK(budget.used() > 0);
  moved.clear();
  moved.trim();
  CHECK(budget.used() == 0);
  CHECK(budget.peak() > 0);
}

TEMPLATE_TEST_CASE("ten records take one page", "", slotted::pool<point>, slotted::pool<packed_point>,
                   slotted::pool<sixteen_fields>, slotted::pool<char>, slotted::checked_pool<point>,
                   slotted::checked_pool<packed_point>, slotted::checked_pool<sixteen_fields>) {
  slotted::memory_budget budget{slotted::MiB};
  TestType pool{budget};
  for (int i = 0; i < 10; ++i) pool.emplace();
  CHECK(budget.used() == page);
  CHECK(pool.footprint().payload == 10 * sizeof(typename TestType::value_type));
}

TEST_CASE("a budget of one page serves a pool") {
  slotted::memory_budget budget{page};
  slotted::pool<point> pool{budget};
  while (pool.try_emplace()) {
  }
  CHECK(pool.size() >= 120);  // of 128 that a page has bytes for
  CHECK(budget.used() == page);
}

template <class Pool>
void check_steps() {
  slotted::memory_budget budget{slotted::GiB};
  Pool pool{budget};
  std::size_t before = 0;
  std::size_t steps = 0;
  while (pool.size() < 500'000) {
    pool.emplace();
    const std::size_t now = budget.used();
    if (now == before) continue;
    ++steps;
    // The records by a sixteenth or a page; beside that, now and then, pages of the occupancy map and the directory.
    const std::size_t bookkeeping = std::max(2 * page, before / 256);
    if (before != 0 && now - before > std::max(before / 16, page) + bookkeeping)
      FAIL("a step of " << now - before << " bytes with " << before << " held");
    before = now;
  }
  CHECK(steps > 50);
}

TEST_CASE("a pool grows by a page or a sixteenth") { check_steps<slotted::pool<point>>(); }
TEST_CASE("a pool of small records grows by a page or a sixteenth") { check_steps<slotted::pool<packed_point>>(); }
TEST_CASE("a checked_pool grows by a page or a sixteenth") { check_steps<slotted::checked_pool<point>>(); }

TEST_CASE("a thousand pools of ten records are charged a page each") {
  slotted::memory_budget budget{64 * slotted::MiB};
  std::vector<slotted::pool<point>> pools;
  for (int i = 0; i < 1000; ++i) {
    pools.emplace_back(budget);
    for (int j = 0; j < 10; ++j) pools.back().emplace();
  }
  CHECK(budget.used() == 1000 * page);
  pools.clear();
  CHECK(budget.used() == 0);
}

TEST_CASE("after a reservation insertions charge nothing") {
  for (const std::size_t records : {1U, 10U, 127U, 128U, 500U, 8191U, 8192U, 8193U, 100'000U}) {
    INFO(records << " records");
    slotted::memory_budget budget{64 * slotted::MiB};
    slotted::pool<point> pool{budget};
    slotted::checked_pool<point> checked{budget};
    pool.reserve(records);
    REQUIRE(checked.try_reserve(records));
    CHECK(pool.capacity() >= records);
    const std::size_t used = budget.used();
    CHECK(pool.footprint().total() + checked.footprint().total() == used);
    CHECK(pool.footprint().payload == 0);
    while (pool.size() < records) pool.emplace();
    while (checked.size() < records) checked.emplace();
    CHECK(budget.used() == used);
    pool.reserve(records);  // it is there already
    CHECK(budget.used() == used);
    CHECK(used <= 2 * records * 40 + 2 * (records * 40 / 16 + 3 * page));
  }
}

TEST_CASE("a reservation that does not fit leaves the pool as it was") {
  slotted::memory_budget budget{slotted::MiB};
  slotted::pool<point> pool{budget};
  const auto h = pool.insert({1, 2, 3, 4});
  CHECK_FALSE(pool.try_reserve(40'000));
  CHECK_THROWS_AS(pool.reserve(40'000), slotted::budget_exceeded);
  CHECK(pool.size() == 1);
  CHECK(pool[h] == point{1, 2, 3, 4});
  CHECK(budget.used() == pool.footprint().total());
  CHECK(budget.used() <= budget.limit());
  pool.trim();
  CHECK(budget.used() <= 3 * page);
}

TEST_CASE("a pool of huge pages is charged in units of two mebibytes") {
  constexpr std::size_t huge = 2 * slotted::MiB;
  slotted::memory_budget budget{64 * slotted::MiB};
  slotted::pool<point, slotted::page_kind::huge> pool{budget};
  pool.emplace();
  CHECK(budget.used() == huge);
  while (pool.size() < 10) pool.emplace();
  CHECK(budget.used() == huge);
  while (pool.size() < 400'000) {
    pool.emplace();
    // Whole huge pages of records, and base pages for map and directory: a bit a record and a little.
    if (budget.used() % huge > budget.used() / 128) FAIL(budget.used() << " bytes are charged");
  }
  CHECK(budget.used() / huge == 7);  // 12.8 million bytes
  CHECK(pool.footprint().total() == budget.used());
  pool.clear();
  pool.trim();
  CHECK(budget.used() == 0);
  slotted::memory_budget little{huge - page};
  slotted::pool<point, slotted::page_kind::huge> refused{little};
  CHECK_FALSE(refused.try_emplace());
  CHECK_THROWS_AS(refused.emplace(), slotted::budget_exceeded);
}

}  // namespace
