#include <slotted/series/detail/series_index.hpp>

#include <cstdint>
#include <random>
#include <string_view>
#include <unordered_map>

#include "catch.hpp"

namespace {

using slotted::slab_heap;
using slotted::detail::name_sets;
using slotted::detail::no_id;
using slotted::detail::series_index;
using slotted::detail::series_rows;

struct indexed {
  slab_heap heap;
  name_sets sets;
  series_rows rows;
  series_index index;
  std::uint32_t set;
  indexed() {
    const std::string_view names[] = {"a", "b", "c"};
    std::uint8_t order[3];
    set = sets.try_hold(heap, names, 3, order);
  }
  ~indexed() {
    index.release(heap);
    rows.release(heap);
    sets.release(heap);
  }
  std::uint32_t add(std::uint32_t a, std::uint32_t b, std::uint32_t c) {
    const std::uint32_t ids[] = {a, b, c};
    REQUIRE(index.try_reserve(heap));
    const std::uint32_t number = rows.try_open(heap, sets, set, ids);
    index.insert(heap, rows, number);
    return number;
  }
  void remove(std::uint32_t number) {
    index.erase(heap, rows, number);
    rows.close(number);
    rows.give(heap, sets, number);
  }
  [[nodiscard]] std::uint32_t find(std::uint32_t a, std::uint32_t b, std::uint32_t c) const {
    const std::uint32_t ids[] = {a, b, c};
    return index.find(rows, set, ids, 3);
  }
};

}  // namespace

TEST_CASE("series are found by their values through any insertions and removals") {
  indexed all;
  std::unordered_map<std::uint32_t, std::uint32_t> model;
  std::mt19937_64 random(8);
  CHECK(all.find(1, 2, 3) == no_id);
  for (int step = 0; step < 30'000; ++step) {
    const auto key = static_cast<std::uint32_t>(random() % 4000);
    const auto at = model.find(key);
    REQUIRE(all.find(key, key / 7, 5) == (at == model.end() ? no_id : at->second));
    if (random() % 100 < (step / 6000 % 2 == 0 ? 70u : 30u)) {
      if (at == model.end()) model[key] = all.add(key, key / 7, 5);
    } else if (at != model.end()) {
      all.remove(at->second);
      model.erase(at);
    }
    REQUIRE(all.index.size() == model.size());
  }
  for (const auto& [key, number] : model) all.remove(number);
  CHECK(all.index.size() == 0);
  CHECK(all.find(1, 0, 5) == no_id);
}

TEST_CASE("no values are slow to find: neither regular ones nor ones that differ in high bits alone") {
  const auto probes = [](auto a_of, auto b_of) {
    indexed all;
    constexpr std::uint32_t count = 20'000;
    std::size_t sum = 0;
    for (std::uint32_t i = 0; i < count; ++i) (void)all.add(a_of(i), b_of(i), i);
    for (std::uint32_t i = 0; i < count; ++i) sum += all.index.probes(all.rows, all.find(a_of(i), b_of(i), i));
    return static_cast<double>(sum) / count;
  };
  const auto zero = [](std::uint32_t) { return 0u; };
  const auto same = [](std::uint32_t i) { return i; };
  const auto high = [](std::uint32_t i) { return i << 12; };
  CHECK(probes(zero, zero) < 2.2);
  CHECK(probes(same, same) < 2.2);
  CHECK(probes(high, zero) < 2.2);
  CHECK(probes(high, high) < 2.2);
}
