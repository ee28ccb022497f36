// A pool takes nearly 2^32 records, all that its handles can number; the next insertion throws length_error and changes
// nothing. Takes 5 GB.
#include <cstddef>
#include <cstdint>
#include <slotted/memory/budget.hpp>
#include <slotted/store/pool.hpp>
#include <stdexcept>

#include "catch.hpp"

namespace {

TEST_CASE("a pool takes as many records as its handles can number, and refuses one more") {
  slotted::memory_budget budget{8 * slotted::GiB};
  slotted::pool<unsigned char> pool{budget};
  const std::size_t most = pool.max_size();
  REQUIRE(most <= 0xFFFFFFFF);
  REQUIRE(most > 0xFFFFFFFF / 1000 * 999);  // of the 32768 numbers of a slab of bytes four name no slot
  slotted::pool<unsigned char>::handle last;
  for (std::size_t i = 0; i < most; ++i) last = pool.emplace(static_cast<unsigned char>(i % 251));
  CHECK(pool.size() == most);
  CHECK(pool[last] == (most - 1) % 251);
  CHECK(pool.handle_of(pool[last]) == last);
  const std::size_t used = budget.used();
  CHECK(used == pool.footprint().total());
  CHECK(used / 1000 < most / 1000 * 113 / 100);  // a byte and a bit
  CHECK_THROWS_AS(pool.emplace(), std::length_error);
  CHECK_FALSE(pool.try_emplace());
  CHECK_THROWS_AS(pool.reserve(most + 1), std::length_error);
  CHECK(pool.size() == most);
  CHECK(budget.used() == used);
  std::size_t wrong = 0;
  std::size_t seen = 0;
  pool.for_each([&](unsigned char each) { wrong += each != seen++ % 251 ? 1U : 0U; });
  CHECK(wrong == 0);
  CHECK(seen == most);

  const auto middle = slotted::pool<unsigned char>::handle::from_value(0x80000001);
  CHECK(pool.contains(middle));
  pool.erase(middle);
  CHECK_FALSE(pool.contains(middle));
  CHECK(pool.emplace() == middle);
  CHECK_THROWS_AS(pool.emplace(), std::length_error);
  pool.clear();
  pool.trim();
  CHECK(budget.used() == 0);
}

}  // namespace
