#include <slotted/series/detail/match_plan.hpp>

#include <cstddef>
#include <slotted/series/series_table.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "catch.hpp"

namespace {

using slotted::label;
using slotted::matcher;
using slotted::detail::match_plan;
using slotted::detail::series_core;

struct fleet {
  series_core core{nullptr};
  fleet() {
    slotted::series_limits limits;
    limits.bytes.most = SIZE_MAX;
    for (int i = 0; i < 20'000; ++i) {
      const std::string pod = "pod-" + std::to_string(i / 10);
      const std::string metric = "metric " + std::to_string(i % 10);
      const label labels[] = {{"pod", pod}, {"metric", metric}, {"job", "node"}, {"odd", i % 2 == 0 ? "" : "yes"}};
      REQUIRE(core.open(labels, limits).why == slotted::open_outcome::done);
    }
  }
  std::size_t count(std::vector<matcher> matchers) const {
    match_plan plan(core, matchers, false);
    std::vector<std::uint64_t> block(plan.bytes_needed() / 8 + 1);
    plan.begin(reinterpret_cast<std::byte*>(block.data()));
    while (plan.step()) {
    }
    std::size_t found = 0;
    for (std::size_t i = 0; i < plan.result_words(); ++i)
      found += static_cast<std::size_t>(std::popcount(plan.result()[i]));
    return found;
  }
};

}  // namespace

TEST_CASE("matchers are exact for few values, for all but few, and for many") {
  const fleet all;
  CHECK(all.count({}) == 20'000);
  CHECK(all.count({{"pod", "pod-77"}}) == 10);
  CHECK(all.count({!label{"pod", "pod-77"}}) == 19'990);
  CHECK(all.count({{"pod", "pod-77"}, {"metric", "metric 3"}}) == 1);
  CHECK(all.count({{"pod", "none"}}) == 0);
  CHECK(all.count({!label{"pod", "none"}}) == 20'000);
  CHECK(all.count({{"odd", ""}}) == 10'000);
  CHECK(all.count({!label{"odd", ""}}) == 10'000);
  CHECK(all.count({{"nothing", ""}}) == 20'000);
  CHECK(all.count({{"nothing", "x"}}) == 0);
  CHECK(all.count({!label{"nothing", "x"}}) == 20'000);
  const auto sevens = [](std::string_view value) { return value.ends_with('7'); };
  const auto long_ones = [](std::string_view value) { return value.size() == 8; };  // pod-1000 to pod-1999
  const auto empty = [](std::string_view value) { return value.empty(); };
  CHECK(all.count({slotted::matches("pod", sevens)}) == 2000);
  CHECK(all.count({slotted::matches("pod", long_ones)}) == 10'000);
  CHECK(all.count({!slotted::matches("pod", long_ones), slotted::matches("metric", sevens)}) == 1000);
  CHECK(all.count({slotted::matches("odd", empty)}) == 10'000);
  CHECK(all.count({!slotted::matches("odd", empty)}) == 10'000);
  CHECK(all.count({slotted::matches("nothing", empty), {"job", "node"}}) == 20'000);
}

TEST_CASE("a predicate is asked once for each distinct value and once for no value") {
  const fleet all;
  std::size_t asked = 0;
  const auto counted = [&asked](std::string_view) {
    ++asked;
    return true;
  };
  CHECK(all.count({slotted::matches("metric", counted)}) == 20'000);
  CHECK(asked == 11);
  asked = 0;
  CHECK(all.count({slotted::matches("pod", counted)}) == 20'000);
  CHECK(asked == 2001);
}
