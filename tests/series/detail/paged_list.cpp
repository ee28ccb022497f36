#include <slotted/series/detail/paged_list.hpp>

#include <cstdint>
#include <random>
#include <vector>

#include "catch.hpp"

using slotted::slab_heap;
using slotted::detail::paged_list;

TEST_CASE("a list keeps its elements while it grows, shrinks and moves its pages") {
  slab_heap heap;
  paged_list<std::uint64_t> list;
  std::vector<std::uint64_t> model;
  std::mt19937_64 random(1);
  for (int round = 0; round < 300; ++round) {
    const std::size_t target = random() % (round % 3 == 0 ? 20 : 6000);
    if (target < model.size()) {
      list.shrink(heap, target);
      model.resize(target);
    }
    while (model.size() < target) {
      REQUIRE(list.try_reserve(heap, model.size() + 1));
      REQUIRE(list.push_back() == 0);
      list[model.size()] = random();
      model.push_back(list[model.size()]);
    }
    if (random() % 3 == 0)
      for (std::uint32_t leaf = 0; leaf < list.leaves(); ++leaf) list.compact(heap, leaf);
    REQUIRE(list.size() == model.size());
    for (std::size_t i = 0; i < model.size(); ++i) REQUIRE(list[i] == model[i]);
  }
  list.release(heap);
  CHECK(heap.footprint().payload == 0);
}

TEST_CASE("growing copies a page at most, and an array of pointers") {
  slab_heap heap;
  paged_list<std::uint32_t> list;
  std::size_t most = 0;
  std::size_t before = 0;
  for (std::size_t i = 0; i < 1'000'000; ++i) {
    REQUIRE(list.try_reserve(heap, i + 1));
    (void)list.push_back();
    const std::size_t payload = heap.footprint().payload;
    if (payload - before > most) most = payload - before;
    before = payload;
  }
  CHECK(most <= 4096 + 8 * 1024);
  CHECK(before <= 4'000'000 + 4096 + 8 * 1024);
  list.shrink(heap, 0);
  CHECK(heap.footprint().payload == 0);
}

TEST_CASE("a list that finds no memory is as before") {
  slotted::memory_budget budget(64 * slotted::KiB);
  slab_heap heap(budget);
  paged_list<std::uint64_t> list;
  for (std::uint64_t i = 0; list.try_reserve(heap, list.size() + 1); ++i) list.push_back() = i;
  CHECK(list.size() > 2000);
  for (std::size_t i = 0; i < list.size(); ++i) REQUIRE(list[i] == i);
  CHECK(heap.footprint().total() == budget.used());
  list.release(heap);
}
