#include <slotted/series/detail/series_rows.hpp>

#include <cstdint>
#include <random>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "catch.hpp"

namespace {

using slotted::slab_heap;
using slotted::detail::name_sets;
using slotted::detail::no_id;
using slotted::detail::series_rows;

struct rows_of_two_sets {
  slab_heap heap;
  name_sets sets;
  series_rows rows;
  std::uint32_t set[2];
  rows_of_two_sets() {
    const std::string_view names[] = {"a", "b"};
    std::uint8_t order[2];
    set[0] = sets.try_hold(heap, names, 1, order);
    set[1] = sets.try_hold(heap, names, 2, order);
  }
  ~rows_of_two_sets() {
    rows.release(heap);
    sets.release(heap);
  }
  std::uint32_t open(int which, std::uint32_t value) {
    const std::uint32_t ids[] = {value, value + 1};
    const std::uint32_t number = rows.try_open(heap, sets, set[which], ids);
    REQUIRE(number != no_id);
    return number;
  }
  void give(std::uint32_t number) {
    rows.close(number);
    rows.give(heap, sets, number);
  }
  [[nodiscard]] std::uint64_t stamp(std::uint32_t number) const { return rows.chunk_of(number).stamp(number % 64); }
};

}  // namespace

TEST_CASE("numbers are used again, pairs of number and stamp never") {
  rows_of_two_sets all;
  std::mt19937_64 random(7);
  std::set<std::pair<std::uint32_t, std::uint64_t>> ever;
  std::vector<std::uint32_t> open;
  for (int step = 0; step < 40'000; ++step) {
    if (random() % 100 < (step / 8000 % 2 == 0 ? 70u : 30u)) {
      const std::uint32_t number =
          all.open(static_cast<int>(random() % 2), static_cast<std::uint32_t>(random() % 1000));
      REQUIRE(ever.emplace(number, all.stamp(number)).second);
      REQUIRE(all.stamp(number) != 0);
      open.push_back(number);
    } else if (!open.empty()) {
      const std::size_t which = random() % open.size();
      all.give(open[which]);
      open[which] = open.back();
      open.pop_back();
    }
    if (random() % 200 == 0 && all.rows.compact_steps() != 0)
      all.rows.compact(all.heap, static_cast<std::uint32_t>(random() % all.rows.compact_steps()));
  }
  while (!open.empty()) {
    all.give(open.back());
    open.pop_back();
  }
  CHECK(all.rows.chunks() == 0);
  CHECK(all.rows.chunk_limit() == 0);
  CHECK(ever.size() > 15'000);
}

TEST_CASE("what is closed keeps its place until it is given") {
  rows_of_two_sets all;
  const std::uint32_t first = all.open(0, 1);
  const std::uint32_t second = all.open(0, 2);
  all.rows.close(first);
  CHECK(all.open(0, 3) != first);
  CHECK(all.rows.chunk_of(first).id(0, first % 64) == 1);
  all.rows.give(all.heap, all.sets, first);
  CHECK(all.open(0, 4) == first);
  CHECK(all.rows.chunk_of(second).id(0, second % 64) == 2);
  CHECK(all.rows.chunk(1) == nullptr);
}

TEST_CASE("one series that comes and goes uses stamps of one number alone") {
  rows_of_two_sets all;
  std::uint64_t last = 0;
  for (int i = 0; i < 10'000; ++i) {
    const std::uint32_t number = all.open(0, 1);
    REQUIRE(number == 0);
    REQUIRE(all.stamp(number) == last + 1);
    last = all.stamp(number);
    all.give(number);
  }
  (void)all.open(0, 1);
  CHECK(all.stamp(all.open(1, 1)) == 1);  // of another chunk
}
