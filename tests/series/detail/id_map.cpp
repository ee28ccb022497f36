#include <slotted/series/detail/id_map.hpp>

#include <cstdint>
#include <random>
#include <set>

#include "catch.hpp"

TEST_CASE("the lowest free number is given out first, whatever has come back") {
  slotted::slab_heap heap;
  slotted::detail::id_map map;
  std::set<std::uint32_t> used;
  std::mt19937_64 random(3);
  std::uint32_t free = 0;  // the lowest free number
  for (int step = 0; step < 60'000; ++step) {
    if (random() % 100 < (step / 10'000 % 2 == 0 ? 80u : 20u)) {
      REQUIRE(map.try_reserve(heap));
      REQUIRE(map.lowest_free() == free);
      REQUIRE(map.take() == free);
      used.insert(free);
      while (used.contains(free)) ++free;
    } else if (!used.empty()) {
      auto at = used.lower_bound(static_cast<std::uint32_t>(random() % 12'000));
      if (at == used.end()) at = used.begin();
      const std::uint32_t gone = *at;
      used.erase(at);
      map.give(heap, gone);
      REQUIRE_FALSE(map.has(gone));
      if (gone < free) free = gone;
    }
    const auto some = static_cast<std::uint32_t>(random() % 12'000);
    REQUIRE(map.has(some) == used.contains(some));
    REQUIRE((used.empty() ? map.limit() == 0 : map.limit() / 64 == *used.rbegin() / 64 + 1));
  }
  for (std::uint32_t leaf = 0; leaf < 4; ++leaf) map.compact(heap, leaf);
  for (const std::uint32_t each : used) REQUIRE(map.has(each));
  for (const std::uint32_t each : used) map.give(heap, each);
  CHECK(heap.footprint().payload == 0);
  map.release(heap);
}
