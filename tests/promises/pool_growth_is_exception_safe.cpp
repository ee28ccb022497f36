// A call that throws, for want of budget or of system memory or from a user's code, changed no record and no handle.
#include <cstddef>
#include <cstdint>
#include <new>
#include <slotted/memory/budget.hpp>
#include <slotted/store/checked_pool.hpp>
#include <slotted/store/pool.hpp>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "pools.hpp"
#include "tracked.hpp"

#if defined(__linux__)
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#endif

namespace {

using slotted::test::construction_failed;
using slotted::test::content_of;
using slotted::test::fragile;
using slotted::test::point;

constexpr std::size_t page = 4096;

// Every charge refused in turn: a budget of k pages refuses the charge that would be number k + 1.
template <class Pool>
void refuse_every_charge(std::size_t most_pages) {
  const auto timestamp = [](const auto& each) { return each.timestamp; };
  std::size_t last = 0;
  for (std::size_t pages = 0; pages <= most_pages; ++pages) {
    INFO("a budget of " << pages << " pages");
    slotted::memory_budget budget{pages * page};
    Pool pool{budget};
    std::int64_t next = 0;
    while (pool.try_emplace(point{0, 0, next, 0})) ++next;
    const auto before = content_of(pool, timestamp);
    const std::size_t used = budget.used();
    CHECK(pool.size() == static_cast<std::size_t>(next));
    CHECK(before.size() == pool.size());
    CHECK(pool.footprint().total() == used);
    CHECK(budget.peak() <= budget.limit());
    CHECK(pool.size() >= last);
    last = pool.size();

    CHECK_THROWS_AS(pool.emplace(), slotted::budget_exceeded);
    CHECK_THROWS_AS(pool.insert({0, 0, 1, 0}), slotted::budget_exceeded);
    CHECK_THROWS_AS(pool.reserve(pool.size() + 1), slotted::budget_exceeded);
    CHECK_FALSE(pool.try_insert({0, 0, 1, 0}));
    CHECK_FALSE(pool.try_reserve(pool.size() + 1));
    CHECK(content_of(pool, timestamp) == before);
    CHECK(budget.used() == used);
    CHECK(pool.footprint().total() == used);

    if (pool.empty()) continue;
    // What is there still works: a record goes, and one more fits without a charge.
    pool.erase(before.front().handle);
    CHECK(pool.try_insert({0, 0, -1, 0}));
    CHECK(pool.begin()->timestamp == -1);
    CHECK(budget.used() == used);
  }
  CHECK(last > (most_pages - 4) * page / 40);
}

TEST_CASE("a pool that no budget of k pages lets grow is as it was") { refuse_every_charge<slotted::pool<point>>(150); }

TEST_CASE("a checked_pool that no budget of k pages lets grow is as it was") {
  refuse_every_charge<slotted::checked_pool<point>>(100);
}

TEST_CASE("budget_exceeded says what the pool could not have") {
  slotted::memory_budget budget{10 * page};
  slotted::pool<point> pool{budget};
  while (pool.try_emplace()) {
  }
  try {
    pool.emplace();
    FAIL("it fitted");
  } catch (const slotted::budget_exceeded& e) {
    CHECK(e.limit() == 10 * page);
    CHECK(e.used() == budget.used());
    CHECK(e.asked() > e.limit() - e.used());
  }
  slotted::memory_budget small{100 * page};
  slotted::pool<slotted::test::block<300 * slotted::KiB>> large{small};
  large.emplace();
  try {
    large.emplace();
    FAIL("it fitted");
  } catch (const slotted::budget_exceeded& e) {
    CHECK(e.asked() > e.limit() - e.used());
  }
}

template <class Pool>
void fail_every_construction() {
  slotted::memory_budget budget{slotted::MiB};
  const auto value = [](const fragile& each) { return each.value; };
  const fragile original(-1);
  Pool pool{budget};
  std::vector<typename Pool::handle> made;
  for (std::int64_t n = 1; n < 1200; ++n) {
    if (n % 3 == 0) {  // a hole, so that the failing one is not always the last
      pool.erase(made[made.size() / 2]);
      made.erase(made.begin() + static_cast<std::ptrdiff_t>(made.size() / 2));
    }
    const bool look = n < 50 || n % 128 < 2;
    const auto before = look ? content_of(pool, value) : decltype(content_of(pool, value)){};
    const std::size_t size = pool.size();
    const long live = fragile::live;
    for (int way = 0; way < 4; ++way) {
      fragile::fails_in = 1;
      switch (way) {
        case 0:
          CHECK_THROWS_AS(pool.emplace(n), construction_failed);
          break;
        case 1:
          CHECK_THROWS_AS(pool.try_emplace(n), construction_failed);
          break;
        case 2:
          CHECK_THROWS_AS(pool.insert(original), construction_failed);
          break;
        default:
          CHECK_THROWS_AS(pool.try_insert(original), construction_failed);
      }
      fragile::fails_in = 0;
    }
    CHECK(pool.size() == size);
    CHECK(fragile::live == live);
    CHECK(pool.footprint().total() == budget.used());
    if (look) CHECK(content_of(pool, value) == before);
    made.push_back(pool.emplace(n));
    CHECK(pool[made.back()].value == n);
  }
  CHECK(pool.size() == made.size());
}

TEST_CASE("a pool is as it was when a record's constructor throws") {
  fail_every_construction<slotted::pool<fragile>>();
  CHECK(fragile::live == 0);
}

TEST_CASE("a checked_pool is as it was when a record's constructor throws") {
  fail_every_construction<slotted::checked_pool<fragile>>();
  CHECK(fragile::live == 0);
}

// A record that inserts others into its own pool and then fails leaves those.
struct failing_parent {
  failing_parent(slotted::pool<failing_parent>& pool, int depth) : level(depth) {
    if (depth == 0) throw construction_failed();
    pool.emplace(pool, depth - 1);
  }
  explicit failing_parent(int what) : level(what) {}
  int level;
};

TEST_CASE("a chain of constructors that insert and fail leaves nothing behind") {
  slotted::pool<failing_parent> pool;
  pool.emplace(-1);
  CHECK_THROWS_AS(pool.emplace(pool, 500), construction_failed);
  CHECK(pool.size() == 1);
  CHECK(pool.begin()->level == -1);
  CHECK(pool.handle_of(pool[pool.emplace(-2)]).value() == 2);
}

TEST_CASE("erase_if erases nothing when its predicate throws") {
  slotted::memory_budget budget{16 * slotted::MiB};
  slotted::pool<point> pool{budget};
  const auto timestamp = [](const point& each) { return each.timestamp; };
  for (const std::size_t records : {std::size_t{100}, std::size_t{50'000}}) {
    while (pool.size() < records) pool.insert({0, 0, static_cast<std::int64_t>(pool.size()), 0});
    const auto before = content_of(pool, timestamp);
    const std::size_t used = budget.used();
    std::size_t asked = 0;
    const auto fails_late = [&](const point&) {
      if (++asked == records) throw construction_failed();
      return true;
    };
    CHECK_THROWS_AS(pool.erase_if(fails_late), construction_failed);
    CHECK(asked == records);
    CHECK(content_of(pool, timestamp) == before);
    CHECK(budget.used() == used);
  }
}

TEST_CASE("erase_if charges its bits, and a predicate that cannot throw needs none") {
  slotted::memory_budget budget{slotted::MiB};
  slotted::pool<point> pool{budget};
  while (pool.try_emplace()) {
  }
  const std::size_t full = pool.size();
  CHECK_THROWS_AS(pool.erase_if([](const point&) { return true; }), slotted::budget_exceeded);
  CHECK(pool.size() == full);
  CHECK(pool.erase_if([](const point&) noexcept { return true; }) == full);
  while (pool.size() < full / 2) pool.emplace();
  pool.trim();
  const std::size_t used = budget.used();
  std::size_t while_running = 0;
  CHECK(pool.erase_if([&](const point&) {
    while_running = budget.used();
    return false;
  }) == 0);
  CHECK(while_running == used + page * ((full / 2 + page * 8 - 1) / (page * 8)));
  CHECK(budget.used() == used);
}

TEST_CASE("handles run out with length_error, and nothing has changed") {
  using shape = slotted::detail::fixed_shape<sizeof(point), alignof(point), void, slotted::page_kind::base, 20'000>;
  using few = slotted::basic_pool<point, slotted::detail::slot_store<shape>, slotted::pool_handle<point>>;
  few pool;
  CHECK(pool.max_size() == 20'000);
  CHECK_THROWS_AS(pool.reserve(20'001), std::length_error);
  CHECK_FALSE(pool.try_reserve(20'001));
  CHECK(pool.footprint().total() == 0);
  pool.reserve(20'000);
  CHECK(pool.capacity() == 20'000);
  const std::size_t held = pool.footprint().total();
  for (std::int64_t i = 0; i < 20'000; ++i) pool.insert({0, 0, i, 0});
  const auto timestamp = [](const point& each) { return each.timestamp; };
  const auto before = content_of(pool, timestamp);
  CHECK_THROWS_AS(pool.emplace(), std::length_error);
  CHECK_THROWS_AS(pool.insert({1, 2, 3, 4}), std::length_error);
  CHECK_FALSE(pool.try_emplace());
  CHECK(content_of(pool, timestamp) == before);
  CHECK(pool.footprint().total() == held);
  pool.erase(pool.begin());
  CHECK(pool.emplace().value() == 1);
  CHECK_THROWS_AS(pool.emplace(), std::length_error);
}

#if defined(__linux__) && !defined(SLOTTED_DETAIL_ASAN) && !defined(__SANITIZE_THREAD__)

// In a child process whose address space ends a little above what it has now.
TEST_CASE("a pool that the system refuses memory is as it was") {
  const ::pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const auto timestamp = [](const point& each) { return each.timestamp; };
    slotted::memory_budget budget{slotted::GiB};
    slotted::pool<point> pool{budget};
    const ::rlimit limit{slotted::GiB / 4, slotted::GiB / 4};
    if (::setrlimit(RLIMIT_AS, &limit) != 0) ::_exit(2);
    std::int64_t next = 0;
    while (pool.try_emplace(point{0, 0, next, 0})) ++next;
    if (next < 1'000'000 || budget.available() < 64 * slotted::MiB) ::_exit(3);
    const std::size_t used = budget.used();
    int refusals = 0;
    for (int attempt = 0; attempt < 3; ++attempt) {
      try {
        pool.emplace();
      } catch (const slotted::budget_exceeded&) {
        ::_exit(4);
      } catch (const std::bad_alloc&) {
        ++refusals;
      }
      if (!pool.try_reserve(pool.size() + 1)) ++refusals;
    }
    if (refusals != 6) ::_exit(5);
    if (budget.used() != used || pool.footprint().total() != used) ::_exit(6);
    std::int64_t seen = 0;
    for (const point& each : pool)
      if (timestamp(each) != seen++) ::_exit(7);
    if (seen != next || pool.size() != static_cast<std::size_t>(next)) ::_exit(8);
    pool.erase(pool.begin());
    if (!pool.try_emplace()) ::_exit(9);
    pool.clear();
    pool.trim();
    ::_exit(budget.used() == 0 && pool.try_emplace() ? 0 : 10);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}

#endif

}  // namespace
