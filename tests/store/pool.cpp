// pool: handles of 4 bytes, the lowest free slot first.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <slotted/memory/budget.hpp>
#include <slotted/store/checked_pool.hpp>
#include <slotted/store/pool.hpp>
#include <type_traits>
#include <unordered_set>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "pools.hpp"

namespace {

using slotted::test::point;
using handle = slotted::pool<point>::handle;

static_assert(sizeof(handle) == 4 && std::is_trivially_copyable_v<handle>);
static_assert(std::is_same_v<handle, slotted::pool_handle<point>>);
static_assert(!std::is_convertible_v<std::uint32_t, handle> && !std::is_convertible_v<handle, std::uint32_t>);
static_assert(!handle{} && handle::from_value(7) && handle::from_value(7).value() == 7);
static_assert(handle::from_value(1) < handle::from_value(2) && handle{} == handle::from_value(0));

TEST_CASE("a program uses a pool as its documentation shows") {
  slotted::memory_budget budget{slotted::MiB};
  slotted::pool<point> points{budget};
  const auto h = points.insert({1.0, 2.0, 3, 4});
  const std::optional<handle> maybe = points.try_insert({5.0, 6.0, 7, 8});
  REQUIRE(maybe.has_value());
  points[h].x += 1;
  CHECK(points[h].x == 2.0);
  CHECK(points.contains(h));
  CHECK(points.handle_of(points[*maybe]) == *maybe);
  double sum = 0;
  for (point& each : points) sum += each.x;
  CHECK(sum == 7.0);
  points.erase(h);
  CHECK_FALSE(points.contains(h));
  CHECK(points.size() == 1);
  points.reserve(100);
  points.clear();
  points.trim();
  CHECK(budget.used() == 0);
}

TEST_CASE("a null handle, one of no slot and one of a free slot belong to no record") {
  slotted::pool<point> points;
  CHECK_FALSE(points.contains({}));
  CHECK_FALSE(points.contains(handle::from_value(1)));
  const auto a = points.emplace();
  const auto b = points.emplace();
  points.erase(a);
  CHECK(points.contains(b));
  for (const std::uint32_t value : {0U, 1U, 3U, 128U, 100'000U, 0x7FFFFFFFU, 0xFFFFFFFEU, 0xFFFFFFFFU}) {
    CHECK_FALSE(points.contains(handle::from_value(value)));
    CHECK(points.find(handle::from_value(value)) == nullptr);
    CHECK(std::as_const(points).find(handle::from_value(value)) == nullptr);
  }
  CHECK(points.find(b) == &points[b]);
}

TEST_CASE("the lowest free slot is taken first, whatever the order of the erasures") {
  slotted::pool<point> points;
  std::vector<handle> made;
  for (int i = 0; i < 50'000; ++i) made.push_back(points.emplace());
  CHECK(std::is_sorted(made.begin(), made.end()));
  std::vector<handle> gone;
  for (std::size_t i = 0; i < 20'000; ++i) gone.push_back(made[i * 7919 % 50'000]);
  for (const handle each : gone) points.erase(each);
  std::sort(gone.begin(), gone.end());
  std::vector<handle> again;
  for (std::size_t i = 0; i < gone.size(); ++i) again.push_back(points.emplace());
  CHECK(again == gone);
  CHECK(points.emplace() > made.back());
}

TEST_CASE("handles order as their records are visited, and serve as keys") {
  slotted::pool<point> points;
  std::map<handle, std::int64_t> by_handle;
  for (std::int64_t i = 0; i < 20'000; ++i) by_handle[points.insert({0, 0, i, 0})] = i;
  auto next = by_handle.begin();
  for (const point& each : points) {
    if (next->second != each.timestamp || next->first != points.handle_of(each)) FAIL("at " << each.timestamp);
    ++next;
  }
  CHECK(next == by_handle.end());
}

TEST_CASE("erase by iterator returns the next record") {
  slotted::pool<point> points;
  for (std::int64_t i = 0; i < 5; ++i) points.insert({0, 0, i, 0});
  auto it = points.erase(points.begin());
  CHECK(it->timestamp == 1);
  it = points.erase(std::as_const(points).begin());
  it->x = 1;  // of a const_iterator, too, it is one that writes
  CHECK(it->timestamp == 2);
  it = points.erase(++ ++it);
  CHECK(it == points.end());
  CHECK(points.size() == 2);
}

TEST_CASE("one record may come and go for ever without a call for memory") {
  slotted::memory_budget budget{slotted::MiB};
  slotted::pool<point> points{budget};
  points.emplace();
  const std::size_t used = budget.used();
  for (int i = 0; i < 100'000; ++i) {
    const auto h = points.emplace();
    if (h.value() != 2) FAIL("slot " << h.value());
    points.erase(h);
  }
  CHECK(budget.used() == used);
  CHECK(budget.peak() == used);
}

TEST_CASE("a pool holds nearly 2^32 records at most") {
  CHECK(slotted::pool<char>().max_size() <= std::numeric_limits<std::uint32_t>::max());
  CHECK(slotted::pool<char>().max_size() > std::numeric_limits<std::uint32_t>::max() / 1000 * 999ULL);
  slotted::pool<char> letters;
  CHECK_FALSE(letters.try_reserve(letters.max_size() + 1));
  CHECK(letters.footprint().total() == 0);
}

TEST_CASE("handles are keys of unordered containers") {
  slotted::pool<point> points;
  std::unordered_set<handle> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(points.emplace());
  CHECK(seen.size() == 1000);
  CHECK(seen.contains(points.handle_of(*points.begin())));
  CHECK_FALSE(seen.contains(handle{}));
  std::unordered_set<std::size_t> hashes;
  for (const handle each : seen) hashes.insert(std::hash<handle>{}(each));
  CHECK(hashes.size() == 1000);
  slotted::checked_pool<point> checked;
  std::unordered_set<slotted::checked_pool<point>::handle> others{checked.emplace(), checked.emplace()};
  CHECK(others.size() == 2);
}

}  // namespace
