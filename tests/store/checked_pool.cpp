// checked_pool: handles of 8 bytes that carry a generation. What they promise stands in
// promises/stale_handles_are_known_for_ever.cpp.
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <slotted/memory/budget.hpp>
#include <slotted/store/checked_pool.hpp>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "pools.hpp"

namespace {

using slotted::test::point;
using points_type = slotted::checked_pool<point>;
using handle = points_type::handle;

static_assert(sizeof(handle) == 8 && std::is_trivially_copyable_v<handle>);
static_assert(std::is_same_v<handle, slotted::checked_handle<point>>);
static_assert(!std::is_convertible_v<std::uint64_t, handle> && !std::is_convertible_v<handle, std::uint64_t>);
static_assert(!handle{} && handle{}.value() == 0 && handle::from_value(0) == handle{});
static_assert(handle::from_value(0x0000000700000003).value() == 0x0000000700000003);
static_assert(std::is_base_of_v<std::out_of_range, slotted::stale_handle>);

TEST_CASE("a program uses a checked_pool as its documentation shows") {
  slotted::memory_budget budget{slotted::MiB};
  points_type points{budget};
  const handle h = points.insert({1.0, 2.0, 3, 4});
  const std::optional<handle> maybe = points.try_insert({5.0, 6.0, 7, 8});
  REQUIRE(maybe.has_value());
  points[h].x += 1;
  points.at(h).y = 9;
  CHECK(points.at(h) == point{2, 9, 3, 4});
  CHECK(std::as_const(points).at(h).x == 2);
  CHECK(points.find(*maybe) == &points[*maybe]);
  CHECK(points.handle_of(points[h]) == h);
  CHECK(points.try_erase(h));
  CHECK_FALSE(points.try_erase(h));
  CHECK_THROWS_AS(points.at(h), slotted::stale_handle);
  CHECK(points.size() == 1);
  points.erase(*maybe);
  points.trim();
  CHECK(budget.used() == 0);
}

TEST_CASE("handle_of gives the handle that insert gave, generation and all") {
  points_type points;
  for (int i = 0; i < 1000; ++i) points.emplace();
  std::vector<handle> made;
  for (int round = 0; round < 3; ++round) {
    made.clear();
    points.clear();
    for (int i = 0; i < 10'000; ++i) made.push_back(points.emplace());
  }
  std::size_t next = 0;
  for (const point& each : points)
    if (points.handle_of(each) != made[next++]) FAIL("record " << next);
  CHECK(next == made.size());
  CHECK(made[0].value() >> 32 != 0);
}

TEST_CASE("erase_if and erase by iterator make handles stale") {
  points_type points;
  std::map<handle, std::int64_t> made;
  for (std::int64_t i = 0; i < 1000; ++i) made[points.insert({0, 0, i, 0})] = i;
  CHECK(points.erase_if([](const point& each) { return each.timestamp % 2 == 0; }) == 500);
  CHECK(points.erase(points.begin())->timestamp == 3);
  std::size_t wrong = 0;
  for (const auto& [h, i] : made) wrong += points.contains(h) != (i % 2 == 1 && i != 1) ? 1U : 0U;
  CHECK(wrong == 0);
}

TEST_CASE("a refused erase changes nothing") {
  points_type points;
  const handle h = points.emplace();
  points.erase(h);
  const handle now = points.insert({1, 2, 3, 4});
  const auto before = points.footprint();
  CHECK_THROWS_AS(points.erase(h), slotted::stale_handle);
  CHECK_THROWS_AS(points.erase(handle{}), slotted::stale_handle);
  CHECK(points[now] == point{1, 2, 3, 4});
  CHECK(points.size() == 1);
  CHECK(points.footprint() == before);
}

}  // namespace
