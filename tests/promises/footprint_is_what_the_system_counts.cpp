// footprint() agrees with the system's count within 1 %, the bytes a record are those promised, and all of it goes
// back.
#include <cstddef>
#include <cstdint>
#include <slotted/memory/budget.hpp>
#include <slotted/store/checked_pool.hpp>
#include <slotted/store/pool.hpp>
#include <vector>

#include "catch.hpp"
#include "pools.hpp"
#include "resident.hpp"

namespace {

using slotted::test::packed_point;
using slotted::test::point;
using slotted::test::resident_bytes;

constexpr std::size_t records = 10'000'000;
constexpr std::size_t slab = 256 * slotted::KiB;

bool within_one_percent(std::size_t a, std::size_t b) { return a <= b + b / 100 && b <= a + a / 100; }

// Tenths of a byte a record.
std::size_t tenths(std::size_t bytes) { return bytes * 10 / records; }

template <class Pool>
void fill_and_empty(std::size_t most_tenths) {
  slotted::memory_budget budget{slotted::GiB};
  Pool pool{budget};
  const std::size_t before = resident_bytes();
  while (pool.size() < records) pool.emplace();
  const std::size_t grown = resident_bytes() - before;
  const std::size_t total = pool.footprint().total();
  CHECK(total == budget.used());
  CHECK(budget.peak() == budget.used());  // nothing was copied to grow
  CHECK(within_one_percent(grown, total));
  CHECK(tenths(total) <= most_tenths);
  CHECK(tenths(grown) <= most_tenths);

  // Erased one by one, the slabs go back as they become empty, but for one.
  for (auto it = pool.begin(); it != pool.end();) it = pool.erase(it);
  CHECK(pool.empty());
  const std::size_t map = records / 8 + records / 32;  // a bit a slot, and the directory
  CHECK(budget.used() <= slab + map);
  pool.trim();
  CHECK(budget.used() == 0);
  CHECK(resident_bytes() <= before + slab + slab);  // the slab, and what the tests allocated meanwhile
}

TEST_CASE("ten million records of 32 bytes take at most 32.4 bytes each, resident, and give them back") {
  fill_and_empty<slotted::pool<point>>(324);
}

TEST_CASE("ten million packed records of 26 bytes take at most 26.3 bytes each, resident, and give them back") {
  fill_and_empty<slotted::pool<packed_point>>(263);
}

TEST_CASE("a budget of 8 MiB takes more than 255,000 records of 32 bytes") {
  slotted::memory_budget budget{8 * slotted::MiB};
  slotted::pool<point> pool{budget};
  while (pool.try_emplace()) {
  }
  CHECK(pool.size() > 255'000);
  CHECK(budget.peak() <= budget.limit());
}

TEST_CASE("clear and trim give everything back at once") {
  slotted::memory_budget budget{slotted::GiB};
  slotted::pool<point> pool{budget};
  const std::size_t before = resident_bytes();
  while (pool.size() < 1'000'000) pool.emplace();
  CHECK(resident_bytes() > before + 31'000'000);
  pool.clear();
  CHECK(budget.used() <= slab + 1'000'000 / 4);
  CHECK(resident_bytes() <= before + 3 * slab);
  pool.trim();
  CHECK(budget.used() == 0);
  CHECK(resident_bytes() <= before + 2 * slab);
}

TEST_CASE("trim gives back what lies behind the last record of each slab") {
  slotted::memory_budget budget{slotted::GiB};
  slotted::pool<point> pool{budget};
  std::vector<slotted::pool<point>::handle> made;
  while (pool.size() < 1'000'000) made.push_back(pool.emplace());
  const std::size_t before = resident_bytes();
  for (std::size_t i = 0; i < made.size(); ++i)
    if (i % 8192 >= 100) pool.erase(made[i]);
  CHECK(budget.used() > 31'000'000);  // no slab is empty
  pool.trim();
  CHECK(budget.used() < 2'000'000);
  CHECK(resident_bytes() + 29'000'000 < before);
  CHECK(pool.size() == 1'000'000 / 8192 * 100 + 100);
  CHECK(pool.footprint().total() == budget.used());
}

TEST_CASE("a thousand pools of ten records are resident in at most 8 KiB each") {
  std::vector<slotted::pool<point>> pools(1000);
  const std::size_t before = resident_bytes();
  for (auto& each : pools)
    for (int i = 0; i < 10; ++i) each.emplace();
  const std::size_t grown = resident_bytes() - before;
  CHECK(grown >= 1000 * 4 * slotted::KiB);
  CHECK(grown <= 1000 * 8 * slotted::KiB);
}

}  // namespace
