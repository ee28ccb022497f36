#include <slotted/history/on_full.hpp>

#include <slotted/history/history.hpp>

#include <bit>
#include <cstdint>

#include "catch.hpp"

namespace {

struct point {
  double x;
  std::int64_t time;
};
using past_points = slotted::history<point, &point::time>;

point noise(std::int64_t i) {
  return {std::bit_cast<double>(static_cast<std::uint64_t>(i) * 0x9E3779B97F4A7C15u >> 2), i};
}

}  // namespace

TEST_CASE("a history that refuses keeps its oldest rows, one that evicts its newest") {
  slotted::memory_budget small(std::size_t{256} << 10);
  slotted::memory_budget same(std::size_t{256} << 10);
  past_points refuses(small);  // as it is by default
  past_points evicts(same, slotted::on_full::evict_oldest);
  for (std::int64_t i = 0; i < 60'000; ++i) {
    (void)refuses.try_append(noise(i));
    REQUIRE(evicts.try_append(noise(i)));
  }
  CHECK(refuses.evicted() == 0);
  CHECK(refuses.statistics().refused_over_budget != 0);
  CHECK(refuses.first()->time == 0);
  CHECK(refuses.last()->time < 59'999);
  CHECK(evicts.evicted() + evicts.size() == 60'000);
  CHECK(evicts.first()->time > 0);
  CHECK(evicts.last()->time == 59'999);
}
