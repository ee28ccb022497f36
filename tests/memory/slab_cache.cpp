#include <slotted/memory/slab_cache.hpp>

#include <cstdint>
#include <vector>

#include <slotted/store/pool.hpp>

#include "catch.hpp"

namespace {

struct point {
  double x, y;
  std::int64_t timestamp;
  std::uint64_t sensor;
};
using pool = slotted::pool<point>;

// Enough for several slabs of points.
constexpr std::int64_t many = 40'000;

std::vector<pool::handle> fill(pool& points) {
  std::vector<pool::handle> handles;
  for (std::int64_t i = 0; i < many; ++i) handles.push_back(points.insert({1.0, 2.0, i, 4}));
  return handles;
}

void erase_all(pool& points, const std::vector<pool::handle>& handles) {
  for (const pool::handle each : handles) points.erase(each);
}

}  // namespace

TEST_CASE("a cache without pools holds nothing") {
  slotted::memory_budget budget{64 * slotted::MiB};
  const slotted::slab_cache cache{budget};
  CHECK(cache.footprint() == slotted::footprint{});
  CHECK(cache.budget() == &budget);
  CHECK(budget.used() == 0);
}

TEST_CASE("pools and their cache together hold exactly what the budget was charged") {
  slotted::memory_budget budget{64 * slotted::MiB};
  {
    slotted::slab_cache cache{budget, 2};
    pool a{cache};
    pool b{cache};
    const auto in_a = fill(a);
    const auto in_b = fill(b);
    CHECK(a.footprint().total() + b.footprint().total() == budget.used());
    CHECK(cache.footprint().total() == 0);
    erase_all(a, in_a);
    CHECK(cache.footprint().idle > 0);
    CHECK(cache.footprint().payload + cache.footprint().overhead == 0);
    CHECK(a.footprint().total() + b.footprint().total() + cache.footprint().total() == budget.used());
    erase_all(b, in_b);
    CHECK(a.footprint().total() + b.footprint().total() + cache.footprint().total() == budget.used());
    a.trim();
    b.trim();
    CHECK(cache.footprint().total() == budget.used());
    cache.trim();
    CHECK(budget.used() == 0);
  }
  CHECK(budget.used() == 0);
}

TEST_CASE("a slab that one pool empties serves the next without a new charge") {
  slotted::memory_budget budget{64 * slotted::MiB};
  slotted::slab_cache cache{budget, slotted::slab_cache::max_spares};
  pool a{cache};
  const auto in_a = fill(a);
  erase_all(a, in_a);
  a.trim();
  const std::size_t kept = cache.footprint().total();
  REQUIRE(kept > many * sizeof(point) / 2);
  REQUIRE(budget.used() == kept);

  pool b{cache};
  const auto in_b = fill(b);
  CHECK(cache.footprint().total() < kept / 2);
  // Only the first slab of b, its directory and its last steps are new.
  CHECK(budget.used() < kept + kept / 2);
  std::int64_t sum = 0;
  for (const point& each : b) sum += each.timestamp;
  CHECK(sum == many * (many - 1) / 2);
  for (std::int64_t i = 0; i < many; ++i) REQUIRE(b[in_b[static_cast<std::size_t>(i)]].timestamp == i);
}

TEST_CASE("a cache keeps no more slabs than it was told") {
  slotted::memory_budget budget{64 * slotted::MiB};
  slotted::slab_cache none{budget, 0};
  pool a{none};
  erase_all(a, fill(a));
  a.trim();
  CHECK(none.footprint().total() == 0);
  CHECK(budget.used() == 0);
}

TEST_CASE("under pressure the cache's slabs go before an insertion is refused") {
  slotted::memory_budget budget{3 * slotted::MiB};
  slotted::slab_cache cache{budget, slotted::slab_cache::max_spares};
  pool a{cache};
  erase_all(a, fill(a));
  a.trim();
  const std::size_t kept = cache.footprint().total();
  REQUIRE(kept > slotted::MiB);
  // Another size of slab: the kept ones do not serve, so they have to go.
  slotted::pool<unsigned char> bytes{cache};
  std::size_t taken = 0;
  while (bytes.try_insert(7)) ++taken;
  CHECK(taken > 2'500'000);
  CHECK(cache.footprint().total() == 0);
}
