#include <slotted/series/detail/name_sets.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "catch.hpp"

namespace {

using slotted::slab_heap;
using slotted::detail::name_sets;
using slotted::detail::no_id;

}  // namespace

TEST_CASE("a set of names is the same in any order, and tells the column of each") {
  slab_heap heap;
  name_sets sets;
  const std::string_view names[] = {"job", "cpu", "instance"};
  const std::string_view turned[] = {"instance", "job", "cpu"};
  std::uint8_t order[3];
  std::uint8_t other[3];
  const std::uint32_t set = sets.try_hold(heap, names, 3, order);
  REQUIRE(set != no_id);
  CHECK(sets.try_hold(heap, turned, 3, other) == set);
  for (int i = 0; i < 3; ++i) {
    CHECK(sets.column_name(set, order[i]) == names[i]);
    CHECK(sets.column_name(set, other[i]) == turned[i]);
  }
  CHECK(sets.columns(set) == 3);
  CHECK(sets.set_count() == 1);
  CHECK(sets.name_count() == 3);
  CHECK(sets.column_name(set, sets.shown(set, 0)) == "cpu");
  CHECK(sets.column_name(set, sets.shown(set, 2)) == "job");
  const std::uint32_t cpu = sets.find_name("cpu");
  CHECK(sets.column_of(set, cpu) == order[1]);
  CHECK(sets.column_of(set, no_id) == 3);

  const std::uint32_t few = sets.try_hold(heap, names, 1, order);
  CHECK(few != set);
  CHECK_FALSE(sets.drop(heap, set));
  CHECK(sets.drop(heap, set));
  CHECK(sets.name_count() == 1);  // job, which the other set has
  CHECK(sets.find_name("cpu") == no_id);
  CHECK(sets.drop(heap, few));
  CHECK(heap.footprint().payload == 0);
}

TEST_CASE("names and sets that find no memory leave nothing behind") {
  slotted::memory_budget budget(64 * slotted::KiB);
  slab_heap heap(budget);
  name_sets sets;
  std::vector<std::uint32_t> held;
  for (;;) {
    const std::string a = "name " + std::to_string(held.size());
    const std::string b = "other " + std::to_string(held.size());
    const std::string_view names[] = {a, b};
    std::uint8_t order[2];
    const std::uint32_t set = sets.try_hold(heap, names, 2, order);
    REQUIRE(budget.used() == heap.footprint().total());
    if (set == no_id) break;
    held.push_back(set);
    REQUIRE(held.size() < 10'000);
  }
  CHECK(held.size() > 10);
  CHECK(sets.set_count() == held.size());
  CHECK(sets.name_count() == 2 * held.size());
  for (std::uint32_t step = 0; step < sets.compact_steps(); ++step) sets.compact(heap, step);
  CHECK(sets.column_name(held[5], 0) == "name 5");
  for (const std::uint32_t each : held) CHECK(sets.drop(heap, each));
  CHECK(heap.footprint().payload == 0);
}
