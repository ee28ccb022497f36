// Addresses, handles and iterators stay valid until their record is erased, and nothing is copied to grow.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <slotted/memory/budget.hpp>
#include <slotted/store/checked_pool.hpp>
#include <slotted/store/pool.hpp>
#include <string>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "pools.hpp"
#include "tracked.hpp"

namespace {

using slotted::test::tracked;

template <class Pool>
void check_growth() {
  tracked::start_counting();
  {
    Pool pool;
    constexpr std::int64_t records = 200'000;  // a dozen slabs
    std::vector<std::pair<typename Pool::handle, tracked*>> made;
    for (std::int64_t i = 0; i < records; ++i) {
      const auto h = pool.emplace(i);
      made.emplace_back(h, &pool[h]);
    }
    CHECK(tracked::seen.made == records);
    pool.reserve(records * 2);
    for (std::size_t i = 0; i < made.size(); i += 3) pool.erase(made[i].first);
    pool.trim();
    CHECK(tracked::seen.destroyed == records / 3 + 1);
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < made.size(); ++i)
      if (i % 3 != 0)
        wrong += &pool[made[i].first] != made[i].second || made[i].second->value != static_cast<std::int64_t>(i) ||
                 pool.handle_of(*made[i].second) != made[i].first;
    CHECK(wrong == 0);
    Pool moved(std::move(pool));
    Pool other;
    swap(moved, other);
    moved = std::move(other);
    for (std::size_t i = 1; i < made.size(); i += 3)
      wrong += &moved[made[i].first] != made[i].second || made[i].second->value != static_cast<std::int64_t>(i);
    CHECK(wrong == 0);
    CHECK(tracked::seen.copied == 0);
    CHECK(tracked::seen.moved == 0);
  }
  CHECK(tracked::seen.live() == 0);
  CHECK(tracked::seen.wrongly_destroyed == 0);
}

TEST_CASE("growing, trimming, moving and swapping copy and move no record of a pool") {
  check_growth<slotted::pool<tracked>>();
}

TEST_CASE("growing, trimming, moving and swapping copy and move no record of a checked_pool") {
  check_growth<slotted::checked_pool<tracked>>();
}

TEST_CASE("insert copies or moves a record once, emplace never") {
  slotted::pool<tracked> pool;
  const tracked original(1);
  tracked::start_counting();
  pool.insert(original);
  CHECK((tracked::seen.copied == 1 && tracked::seen.moved == 0));
  pool.insert(tracked(2));
  CHECK((tracked::seen.copied == 1 && tracked::seen.moved == 1));
  CHECK(pool.try_insert(original));
  CHECK(pool.try_insert(tracked(3)));
  CHECK((tracked::seen.copied == 2 && tracked::seen.moved == 2));
  pool.emplace(4);
  CHECK(pool.try_emplace(5));
  CHECK((tracked::seen.copied == 2 && tracked::seen.moved == 2));
}

TEST_CASE("a record is destroyed exactly once, however it goes") {
  tracked::start_counting();
  slotted::pool<tracked> pool;
  std::vector<slotted::pool<tracked>::handle> made;
  for (int i = 0; i < 1000; ++i) made.push_back(pool.emplace(i));
  for (int i = 0; i < 100; ++i) pool.erase(made[static_cast<std::size_t>(i)]);
  CHECK(tracked::seen.destroyed == 100);
  for (int i = 0; i < 100; ++i) pool.erase(pool.begin());
  CHECK(tracked::seen.destroyed == 200);
  CHECK(pool.erase_if([](const tracked& each) { return each.value % 2 == 0; }) == 400);
  CHECK(tracked::seen.destroyed == 600);
  slotted::pool<tracked> target;
  target.emplace(0);
  target = std::move(pool);  // destroys what the target had
  CHECK(tracked::seen.destroyed == 601);
  target.clear();
  CHECK(tracked::seen.destroyed == 1001);
  pool.emplace(0);
  {
    const slotted::pool<tracked> taken(std::move(pool));
  }
  CHECK(tracked::seen.destroyed == 1002);
  CHECK(tracked::seen.live() == 0);
  CHECK(tracked::seen.wrongly_destroyed == 0);
}

struct owner {
  std::string name;
  std::vector<int> numbers;
  std::unique_ptr<int> one;
};

TEST_CASE("records that own memory keep it until they are erased") {
  slotted::pool<owner> pool;
  std::map<slotted::pool<owner>::handle, int> made;
  for (int i = 0; i < 10'000; ++i) {
    made.emplace(pool.insert({"a name that is too long to be kept inside a string " + std::to_string(i),
                              std::vector<int>(static_cast<std::size_t>(i % 10), i), std::make_unique<int>(i)}),
                 i);
    if (i % 3 == 0) {
      pool.erase(made.begin()->first);
      made.erase(made.begin());
    }
  }
  CHECK(pool.size() == made.size());
  std::size_t right = 0;
  for (const auto& [h, i] : made)
    right += *pool[h].one == i && pool[h].numbers.size() == static_cast<std::size_t>(i % 10) &&
             pool[h].name.ends_with(" " + std::to_string(i));
  CHECK(right == made.size());
}

TEST_CASE("iterators stay valid while other records come and go, and never stop at an erased one") {
  slotted::pool<tracked> pool;
  std::vector<slotted::pool<tracked>::handle> made;
  for (int i = 0; i < 60'000; ++i) made.push_back(pool.emplace(i));
  std::vector<std::int64_t> seen;
  std::vector<std::int64_t> expected;
  for (std::int64_t i = 0; i < 60'000; i += 5) expected.push_back(i);
  for (auto it = pool.begin(); it != pool.end(); ++it) {
    const auto value = it->value;
    if (value >= 60'000) continue;  // inserted below, ahead of the iterator
    seen.push_back(value);
    for (std::int64_t i = value + 1; i < value + 5; ++i) pool.erase(made[static_cast<std::size_t>(i)]);
    if (value % 1000 == 0) pool.trim();
    if (value % 700 == 0) pool.emplace(60'000 + value);
    if (it->value != value) FAIL("the record of an iterator changed");
  }
  CHECK(seen == expected);
}

TEST_CASE("an iterator in the first page survives the pool's growth") {
  slotted::pool<tracked> pool;
  pool.emplace(0);
  pool.emplace(1);
  auto it = pool.begin();
  for (int i = 2; i < 100'000; ++i) pool.emplace(i);
  std::int64_t next = 0;
  while (it != pool.end() && it->value == next) {
    ++it;
    ++next;
  }
  CHECK(next == 100'000);
}

struct nested {
  nested(slotted::pool<nested>& pool, int depth) : level(depth) {
    if (depth > 0) child = pool.emplace(pool, depth - 1);
  }
  int level;
  slotted::pool_handle<nested> child;
};

TEST_CASE("a record's constructor may insert into the same pool") {
  slotted::pool<nested> pool;
  const auto root = pool.emplace(pool, 1000);  // grows out of its first page on the way
  CHECK(pool.size() == 1001);
  CHECK(root == pool.handle_of(*pool.begin()));
  int level = 1000;
  for (auto h = root; h; h = pool[h].child, --level)
    if (pool[h].level != level) FAIL("level " << level);
  CHECK(level == -1);
}

}  // namespace
