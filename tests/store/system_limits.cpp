// Pools at the limits of the system: many of them, little address space, huge pages, and figures that agree with it.
#include <set>
#include <slotted/memory/slab_heap.hpp>
#include <slotted/store/pool.hpp>

#include <cstddef>
#include <cstdint>
#include <new>
#include <optional>
#include <vector>

#include "catch.hpp"
#include "child_process.hpp"
#include "mappings.hpp"
#include "resident.hpp"

namespace {

using slotted::memory_budget;
using slotted::MiB;
using slotted::page_kind;
using slotted::pool;
using slotted::detail::page_bytes;

struct point {
  double x, y;
  std::int64_t timestamp;
  std::int64_t sensor;
};
static_assert(sizeof(point) == 32);

point nth(std::int64_t n) { return {static_cast<double>(n), static_cast<double>(2 * n), n, n % 10}; }
bool is_nth(const point& each, std::int64_t n) {
  return each.x == static_cast<double>(n) && each.y == static_cast<double>(2 * n) && each.timestamp == n &&
         each.sensor == n % 10;
}

TEST_CASE("8 MiB hold more than 255,000 records of 32 bytes, and refuse the next") {
  memory_budget budget{8 * MiB};
  pool<point> points{budget};
  std::int64_t count = 0;
  while (points.try_insert(nth(count))) ++count;
  CHECK(count > 255'000);
  CHECK(budget.peak() <= 8 * MiB);
  CHECK(budget.available() < page_bytes());
  CHECK_THROWS_AS(points.insert(nth(0)), slotted::budget_exceeded);
  std::int64_t wrong = 0;
  std::int64_t next = 0;
  for (const point& each : points) wrong += !is_nth(each, next++);
  CHECK(wrong == 0);
  CHECK(next == count);
}

#if defined(SLOTTED_DETAIL_LINUX_PAGES)

TEST_CASE("100,000 pools live at once, a page each, in few mappings") {
  const std::size_t count = slotted::test::sanitized ? 10'000 : 100'000;
  memory_budget budget{count * page_bytes()};
  const std::size_t mappings_before = slotted::test::mappings();
  const std::size_t before = slotted::test::resident_bytes();
  {
    std::vector<pool<point>> pools;
    pools.reserve(count);
    std::int64_t wrong = 0;
    for (std::size_t each = 0; each < count; ++each) {
      pools.emplace_back(budget);
      wrong += !pools.back().try_insert(nth(static_cast<std::int64_t>(each)));
    }
    CHECK(wrong == 0);
    CHECK(budget.used() == count * page_bytes());
    CHECK(slotted::test::mappings() < mappings_before + 1000);  // the system allows 65,530
    for (std::size_t each = 0; each < count; ++each)
      wrong += pools[each].size() != 1 || !is_nth(*pools[each].begin(), static_cast<std::int64_t>(each));
    CHECK(wrong == 0);
    if (!slotted::test::sanitized) {
      const std::size_t grown = slotted::test::resident_bytes() - before;
      CHECK(grown >= count * page_bytes());
      CHECK(grown <= count * (page_bytes() + sizeof(pool<point>)) * 101 / 100);
    }
  }
  CHECK(budget.used() == 0);
  CHECK(slotted::test::mappings() < mappings_before + 100);
  if (!slotted::test::sanitized) CHECK(slotted::test::resident_bytes() <= before + count * page_bytes() / 50);
}

TEST_CASE("a run reserves 10 GiB of address space and takes the memory of what it uses") {
  if (slotted::test::sanitized) {
    WARN("skipped: sanitizers shadow address space");
    return;
  }
  const std::size_t before = slotted::test::resident_bytes();
  slotted::page_run run = slotted::page_run::try_reserve(10 * slotted::GiB);
  REQUIRE(run);
  CHECK(run.try_commit(8 * MiB, nullptr) == slotted::commit_outcome::done);
  CHECK(slotted::test::resident_bytes(run.data(), 16 * MiB) == 8 * MiB);
  CHECK(slotted::test::resident_bytes() < before + 12 * MiB);
  run.release(nullptr);
  CHECK(slotted::test::resident_bytes() < before + 4 * MiB);
}

// What ulimit -v leaves is used up, then there is bad_alloc and no crash, and all goes on after.
int work_under_ulimit() {
  if (!slotted::test::limit_address_space(slotted::test::proc_bytes("status", "VmSize:") + 64 * MiB)) return 1;
  memory_budget budget{slotted::GiB};
  pool<point> points{budget};
  std::int64_t count = 0;
  try {
    for (;; ++count) points.insert(nth(count));
  } catch (const slotted::budget_exceeded&) {
    return 2;  // there is budget; it is the system that refuses
  } catch (const std::bad_alloc&) {
  }
  if (count < 500'000) return 3;  // 16 MiB: half of what is left may go into alignment
  if (points.footprint().total() != budget.used()) return 4;
  if (points.try_insert(nth(0))) return 5;
  std::int64_t next = 0;
  for (const point& each : points)
    if (!is_nth(each, next++)) return 6;
  if (next != count) return 7;
  auto at = points.begin();
  for (int gone = 0; gone < 1000; ++gone) at = points.erase(at);
  for (int back = 0; back < 1000; ++back)
    if (!points.try_insert(nth(back))) return 8;
  pool<point> other{budget};
  if (other.try_insert(nth(1)) && other.footprint().total() == 0) return 9;
  points.clear();
  points.trim();
  if (points.footprint().total() != 0 || budget.used() != other.footprint().total()) return 10;
  for (std::int64_t again = 0; again < 300'000; ++again)
    if (!points.try_insert(nth(again))) return 11;
  slotted::slab_heap heap(budget);
  if (heap.try_allocate(128 * MiB) != nullptr) return 12;
  try {
    (void)heap.allocate(128 * MiB);
    return 13;
  } catch (const std::bad_alloc&) {
  }
  void* const small = heap.try_allocate(100);
  if (small == nullptr) return 14;
  heap.deallocate(small, 100);
  return 0;
}

TEST_CASE("under ulimit -v a pool gets what there is, then bad_alloc, and goes on") {
  if (slotted::test::sanitized) {
    WARN("skipped: sanitizers need all of the address space");
    return;
  }
  CHECK(slotted::test::in_child(work_under_ulimit) == "0");
}

bool huge_pages_can_be() {
  if (slotted::test::huge_page_policy() != "never") return true;
  WARN("skipped: transparent huge pages are off on this system");
  return false;
}

TEST_CASE("a plain pool is kept from huge pages, so that one record is one page whatever the system's policy") {
  memory_budget budget{MiB};
  pool<point> points{budget};
  const point& only = points[points.insert(nth(1))];
  const std::size_t slab = 256 * slotted::KiB;
  const auto first = reinterpret_cast<std::uintptr_t>(&only) / slab * slab;
  CHECK(slotted::test::resident_bytes(reinterpret_cast<void*>(first), slab) == page_bytes());
  CHECK(budget.used() == page_bytes());
  if (slotted::test::huge_page_policy() != "never") CHECK(slotted::test::mapping_of(&only).has("nh"));
}

TEST_CASE("a pool of huge pages is backed by them, and its figures are what is in memory") {
  if (!huge_pages_can_be()) return;
  memory_budget budget{64 * MiB};
  pool<point, page_kind::huge> points{budget};
  while (points.size() < 1'000'000) points.insert(nth(static_cast<std::int64_t>(points.size())));
  const point& first = *points.begin();
  const slotted::test::mapping found = slotted::test::mapping_of(&first);
  CHECK(found.has("hg"));
  CHECK(points.footprint().total() == budget.used());
  if (found.huge_pages == 0) WARN("the system had no huge page to give");
  // Slab by slab: they may stand in several mappings.
  std::set<std::uintptr_t> slabs;
  points.for_each([&](const point& each) { slabs.insert(reinterpret_cast<std::uintptr_t>(&each) / (2 * MiB)); });
  std::size_t resident = 0;
  for (const std::uintptr_t slab : slabs)
    resident += slotted::test::resident_bytes(reinterpret_cast<void*>(slab * 2 * MiB), 2 * MiB);
  CHECK(resident >= points.size() * sizeof(point));
  CHECK(resident <= budget.used());
  points.clear();
  points.trim();
  CHECK(budget.used() == 0);
}

// What a user gets who overrides the library's advice: the system may hold more than was charged, by up to a huge page
// for each that a slab touches. Records, charge and footprint stay exact.
TEST_CASE("huge pages forced on a plain pool's range change what the system holds, never records or figures") {
  if (!huge_pages_can_be()) return;
  memory_budget budget{16 * MiB};
  pool<point> points{budget};
  std::int64_t count = 0;
  for (; count < 100; ++count) points.insert(nth(count));
  const std::size_t huge = slotted::detail::huge_page_bytes;
  const auto range = reinterpret_cast<void*>(reinterpret_cast<std::uintptr_t>(&*points.begin()) / huge * huge);
  REQUIRE(::madvise(range, huge, MADV_HUGEPAGE) == 0);
  for (; count < 50'000; ++count) points.insert(nth(count));
  CHECK(points.footprint().total() == budget.used());
  CHECK(budget.used() < 50'000 * 32 * 17 / 16 + 64 * slotted::KiB);
  std::int64_t next = 0;
  std::int64_t wrong = 0;
  for (const point& each : points) wrong += !is_nth(each, next++);
  CHECK(wrong == 0);
  CHECK(next == count);
  CHECK(slotted::test::resident_bytes(range, huge) >= 100 * sizeof(point));
  points.clear();
  points.trim();
  CHECK(budget.used() == 0);
  CHECK(points.insert(nth(1)));
  REQUIRE(::madvise(range, huge, MADV_NOHUGEPAGE) == 0);
}

TEST_CASE("what a pool gives back leaves memory at once") {
  memory_budget budget{64 * MiB};
  pool<point> points{budget};
  const std::size_t before = slotted::test::resident_bytes();
  for (std::int64_t each = 0; each < 1'000'000; ++each) points.insert(nth(each));
  const std::size_t full = slotted::test::resident_bytes();
  if (!slotted::test::sanitized) {
    CHECK(full - before >= points.size() * sizeof(point));
    CHECK(full - before <= budget.used() * 101 / 100 + 256 * slotted::KiB);
  }
  auto at = points.begin();
  while (at != points.end()) at = points.erase(at);
  CHECK(budget.used() <= MiB);
  points.trim();
  CHECK(budget.used() == 0);
  if (!slotted::test::sanitized) CHECK(slotted::test::resident_bytes() <= before + 512 * slotted::KiB);
}

#endif

}  // namespace
