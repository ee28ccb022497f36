// checked_pool knows every stale handle for ever: after erase and reuse, and after its slab has gone and come back.
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <random>
#include <slotted/memory/budget.hpp>
#include <slotted/store/checked_pool.hpp>
#include <string>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "pools.hpp"

namespace {

using slotted::test::block;
using slotted::test::point;

template <class Pool>
std::vector<typename Pool::handle> fill(Pool& pool, std::size_t records) {
  std::vector<typename Pool::handle> made;
  for (std::size_t i = 0; i < records; ++i) made.push_back(pool.emplace());
  return made;
}

template <class Pool>
std::size_t known(const Pool& pool, const std::vector<typename Pool::handle>& handles) {
  std::size_t count = 0;
  for (const auto each : handles) count += pool.contains(each) ? 1U : 0U;
  return count;
}

TEMPLATE_TEST_CASE("a handle is stale as soon as its record is erased, and after its slot is reused", "", std::uint8_t,
                   std::uint16_t, std::uint32_t) {
  slotted::checked_pool<point, TestType> pool;
  const auto first = pool.insert({1, 2, 3, 4});
  CHECK(pool.contains(first));
  CHECK(pool.at(first).x == 1);
  pool.erase(first);
  CHECK_FALSE(pool.contains(first));
  const auto second = pool.insert({5, 6, 7, 8});
  CHECK((second.value() & 0xFFFFFFFF) == (first.value() & 0xFFFFFFFF));  // the same slot
  CHECK(second != first);
  CHECK_FALSE(pool.contains(first));
  CHECK(pool.find(first) == nullptr);
  CHECK_FALSE(pool.try_erase(first));
  CHECK_THROWS_AS(pool.at(first), slotted::stale_handle);
  CHECK_THROWS_AS(std::as_const(pool).at(first), slotted::stale_handle);
  CHECK_THROWS_AS(pool.erase(first), slotted::stale_handle);
  CHECK(pool.at(second).x == 5);
  CHECK(pool.size() == 1);
}

TEST_CASE("stale handles stay known when their slabs go and come back") {
  using pool_type = slotted::checked_pool<block<1024>>;
  constexpr std::size_t records = 2000;  // eight slabs
  slotted::memory_budget budget{16 * slotted::MiB};
  pool_type pool{budget};
  std::vector<pool_type::handle> stale;
  for (int round = 0; round < 20; ++round) {
    const auto made = fill(pool, records);
    CHECK(known(pool, made) == records);
    CHECK(known(pool, stale) == 0);
    switch (round % 4) {
      case 0:
        pool.clear();
        break;
      case 1:
        for (const auto each : made) pool.erase(each);
        pool.trim();
        CHECK(budget.used() == 0);
        break;
      case 2:
        pool.clear();
        pool.trim();
        CHECK(budget.used() == 0);
        break;
      default:
        CHECK(pool.erase_if([](const auto&) { return true; }) == records);
    }
    CHECK(known(pool, made) == 0);
    stale.insert(stale.end(), made.begin(), made.end());
  }
  CHECK(known(pool, stale) == 0);
}

TEST_CASE("trim of a pool with records leaves stale handles stale") {
  using pool_type = slotted::checked_pool<block<1024>>;
  pool_type pool;
  const auto made = fill(pool, 2000);
  std::vector<pool_type::handle> stale;
  for (std::size_t i = 0; i < made.size(); ++i) {
    if (i % 1000 == 0) continue;  // a survivor here and there
    pool.erase(made[i]);
    stale.push_back(made[i]);
  }
  pool.trim();
  CHECK(known(pool, stale) == 0);
  CHECK(pool.contains(made[0]));
  CHECK(pool.contains(made[1000]));
  const auto again = fill(pool, 3000);
  CHECK(known(pool, again) == 3000);
  CHECK(known(pool, stale) == 0);
}

TEST_CASE("stale handles go with the records when a pool moves or swaps") {
  slotted::checked_pool<point> pool;
  const auto made = fill(pool, 100);
  std::vector<slotted::checked_pool<point>::handle> stale(made.begin(), made.begin() + 50);
  for (const auto each : stale) pool.erase(each);
  slotted::checked_pool<point> moved(std::move(pool));
  CHECK(known(moved, made) == 50);
  CHECK(known(moved, stale) == 0);
  slotted::checked_pool<point> assigned;
  assigned = std::move(moved);
  CHECK(known(assigned, made) == 50);
  CHECK(known(assigned, fill(assigned, 50)) == 50);
  CHECK(known(assigned, stale) == 0);
  slotted::checked_pool<point> other;
  swap(other, assigned);
  CHECK(known(other, made) == 50);
  CHECK(known(other, stale) == 0);
  CHECK(assigned.empty());
}

TEST_CASE("a slot retires after the last generation, and no handle of it is ever right again") {
  using pool_type = slotted::checked_pool<point, std::uint8_t>;
  slotted::memory_budget budget{slotted::MiB};
  pool_type pool{budget};
  std::vector<pool_type::handle> stale;
  const auto neighbour = pool.emplace();  // slot 0
  for (int record = 0; record < 127; ++record) {
    const auto made = pool.emplace();
    CHECK((made.value() & 0xFFFFFFFF) == 2);  // slot 1, each time
    CHECK(pool.contains(made));
    pool.erase(made);
    stale.push_back(made);
  }
  for (std::size_t i = 0; i < stale.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (stale[i] == stale[j]) FAIL("records " << j << " and " << i << " had the same handle");
  const std::size_t capacity = pool.capacity();
  const auto next = pool.emplace();
  CHECK((next.value() & 0xFFFFFFFF) == 3);  // slot 1 is retired
  CHECK(pool.capacity() == capacity);
  CHECK(known(pool, stale) == 0);
  pool.erase(next);
  pool.erase(neighbour);
  pool.trim();
  CHECK(known(pool, stale) == 0);
  pool.clear();
  CHECK(known(pool, stale) == 0);
  // The whole slab may be used up; others take over, and the handles go on being told apart.
  for (int record = 0; record < 100'000; ++record) {
    const auto made = pool.emplace();
    if (!pool.contains(made)) FAIL("record " << record << " is not known");
    pool.erase(made);
    if (pool.contains(made)) FAIL("record " << record << " is known after its end");
    if (record % 1000 == 0) pool.trim();
  }
  CHECK(known(pool, stale) == 0);
  CHECK(pool.footprint().total() == budget.used());
}

TEST_CASE("handles are told apart beyond the first byte of their counters, and the rest costs three bytes at most") {
  using pool_type = slotted::checked_pool<point>;
  slotted::memory_budget budget{16 * slotted::MiB};
  pool_type pool{budget};
  const auto others = fill(pool, 10'000);
  const std::size_t fresh = budget.used();
  std::vector<pool_type::handle> stale;
  for (std::size_t slot = 0; slot < others.size(); slot += 64) {
    auto now = others[slot];
    for (int record = 0; record < 300; ++record) {
      pool.erase(now);
      stale.push_back(now);
      now = pool.emplace();
      if ((now.value() & 0xFFFFFFFF) != (others[slot].value() & 0xFFFFFFFF)) FAIL("another slot for record " << record);
    }
    CHECK(pool.contains(now));
  }
  CHECK(known(pool, stale) == 0);
  CHECK(known(pool, others) == 10'000 - (10'000 + 63) / 64);
  CHECK(budget.used() > fresh);  // every group has counters of four bytes now
  CHECK(budget.used() <= fresh + 10'000 * 3 + 10'000 / 4 + 4096);
  CHECK(pool.footprint().total() == budget.used());
  pool.clear();
  pool.trim();
  CHECK(budget.used() == 0);
  CHECK(known(pool, fill(pool, 10'000)) == 10'000);
  CHECK(known(pool, stale) + known(pool, others) == 0);
}

TEST_CASE("a slot whose counter finds no memory to grow rests until there is some") {
  slotted::memory_budget budget{2 * 4096};
  slotted::checked_pool<point> pool{budget};
  pool.emplace();
  budget.reserve(budget.available());
  while (pool.try_emplace()) {
  }
  const std::size_t capacity = pool.capacity();
  auto first = pool.handle_of(*pool.begin());
  const auto second = pool.handle_of(*std::next(pool.begin()));
  int records = 0;
  for (bool again = true; again; ++records) {  // the only slot that is free each time
    pool.erase(first);
    CHECK_FALSE(pool.contains(first));
    if (const auto made = pool.try_emplace())
      first = *made;
    else
      again = false;
  }
  CHECK(records == 127);
  CHECK(pool.capacity() == capacity - 1);
  pool.erase(second);  // the pool goes on without it
  const auto third = pool.emplace();
  CHECK_FALSE(pool.contains(second));
  CHECK_FALSE(pool.try_emplace().has_value());
  budget.release(4096);
  const auto woken = pool.emplace();
  CHECK((woken.value() & 0xFFFFFFFF) == (first.value() & 0xFFFFFFFF));
  CHECK_FALSE(pool.contains(first));
  CHECK(pool.contains(third));
  CHECK(pool.capacity() == capacity);
  CHECK(pool.footprint().total() == budget.used());
}

TEST_CASE("a reservation holds for ever, however often its slots are reused") {
  for (const std::size_t records : {10U, 1000U, 20'000U}) {
    CAPTURE(records);
    slotted::memory_budget budget{4 * slotted::MiB};
    slotted::checked_pool<point> pool{budget};
    pool.reserve(records);
    budget.reserve(budget.available());
    std::size_t refused = 0;
    std::vector<slotted::checked_pool<point>::handle> before;
    for (int round = 0; round < (records > 10'000 ? 140 : 300); ++round) {
      std::vector<slotted::checked_pool<point>::handle> made;
      for (std::size_t i = 0; i < records; ++i) {
        if (const auto h = pool.try_emplace())
          made.push_back(*h);
        else
          ++refused;
      }
      refused += known(pool, before);
      pool.erase_if([](const point&) noexcept { return true; });
      before = made;
    }
    CHECK(refused == 0);
    budget.release(budget.used() - pool.footprint().total());
  }
}

TEST_CASE("a retired slot is neither capacity nor idle") {
  slotted::checked_pool<point, std::uint8_t> pool;
  const auto stays = pool.emplace();
  const std::size_t capacity = pool.capacity();
  for (int record = 0; record < 127; ++record) pool.erase(pool.emplace());
  CHECK(pool.contains(stays));
  CHECK(pool.capacity() == capacity - 1);
  CHECK(pool.footprint().idle == (capacity - 2) * sizeof(point));
  while (pool.size() < capacity - 1) pool.emplace();
  CHECK(pool.capacity() == capacity - 1);
}

TEST_CASE("a null handle and one of a slot that never was belong to no record") {
  using pool_type = slotted::checked_pool<point>;
  pool_type pool;
  CHECK_FALSE(pool.contains({}));
  const auto made = fill(pool, 10);
  CHECK_FALSE(pool.contains({}));
  CHECK(pool.find({}) == nullptr);
  CHECK_FALSE(pool.try_erase(pool_type::handle{}));
  CHECK_FALSE(pool_type::handle{});
  CHECK(made[0]);
  CHECK(pool.contains(pool_type::handle::from_value(made[3].value())));
  CHECK_FALSE(pool.contains(pool_type::handle::from_value(made[3].value() + (std::uint64_t{1} << 32))));
  CHECK_FALSE(pool.contains(pool_type::handle::from_value(0xFFFFFFFF)));
  CHECK_FALSE(pool.contains(pool_type::handle::from_value(~std::uint64_t{0})));
  std::mt19937_64 random(7);
  for (int i = 0; i < 10'000; ++i) {
    const std::uint64_t value = random();
    const bool right = value >> 32 == 0 && (value & 0xFFFFFFFF) >= 1 && (value & 0xFFFFFFFF) <= 10;
    if (pool.contains(pool_type::handle::from_value(value)) != right) FAIL("handle " << value);
  }
}

TEST_CASE("stale_handle names the slot and the record") {
  slotted::checked_pool<point> pool;
  const auto made = fill(pool, 42);
  pool.erase(made[41]);
  pool.erase(pool.emplace());
  const auto third = pool.emplace();
  pool.erase(third);
  const auto message_of = [&](auto h) -> std::string {
    try {
      (void)pool.at(h);
    } catch (const std::out_of_range& e) {
      return e.what();
    }
    return "nothing thrown";
  };
  CHECK(message_of(made[41]) == "stale handle: record 0 of slot 41 is gone");
  CHECK(message_of(third) == "stale handle: record 2 of slot 41 is gone");
  CHECK(message_of(slotted::checked_pool<point>::handle{}) == "a null handle has no record");
  CHECK(message_of(made[40]) == "nothing thrown");
}

TEST_CASE("a checked_pool takes at most 1.1 bytes a record more than a pool at a million records") {
  constexpr std::size_t records = 1'000'000;
  slotted::pool<point> plain;
  slotted::checked_pool<point> checked;
  for (std::size_t i = 0; i < records; ++i) {
    plain.emplace();
    checked.emplace();
  }
  const std::size_t more = checked.footprint().overhead - plain.footprint().overhead;
  CHECK(more >= records);  // the counters are counted
  CHECK(more * 10 <= 11 * records);
}

}  // namespace
