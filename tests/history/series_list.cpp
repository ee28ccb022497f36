// Series are listed with their rows, bytes and times.
#include <slotted/history/series_list.hpp>

#include <cstdint>
#include <ranges>
#include <utility>

#include "catch.hpp"
#include "detail/fake_past.hpp"

using slotted::test::fake_past;
using slotted::test::reading;

namespace {

using list = decltype(std::declval<const fake_past&>().series());
static_assert(std::ranges::forward_range<list> && !std::ranges::random_access_range<list>);
static_assert(std::ranges::sized_range<list> && std::ranges::common_range<list>);

}  // namespace

TEST_CASE("series are listed with their rows, bytes and times, places without a series left out") {
  fake_past past(3);
  past.live(9000, {25, 300, 3, 90});
  std::size_t rows = 0;
  std::size_t count = 0;
  for (const auto info : past.series()) {
    const auto expected = past.model.rows([&](const reading& each) { return each.sensor == info.key; });
    CHECK(info.rows == expected.size());
    CHECK(info.first_time == expected.front().time);
    CHECK(info.last_time == expected.back().time);
    CHECK(info.bytes >= 8 * expected.size());
    rows += info.rows;
    ++count;
  }
  CHECK(rows == 9000);
  CHECK(count == 25);
  const auto all = past.series();
  CHECK(all.size() == 25);
  CHECK(past.model.state.series.size() > 25);
  CHECK_FALSE(all.empty());
  CHECK(all[4].rows == past.series(all[4].key).count());
  CHECK(past.model.state.counts.sections == 0);
}

TEST_CASE("a list goes over its series as often as one likes") {
  fake_past past(4);
  past.live(500, {5, 3, 3, 90});
  const auto all = past.series();
  CHECK(std::ranges::max_element(all, {}, [](const auto& info) { return info.key; }) != all.end());
  CHECK(std::ranges::distance(all) == 5);
  auto at = all.begin();
  const auto same = at;
  CHECK((*at++).key == (*same).key);
  CHECK(at != same);
}

TEST_CASE("a history without rows has no series") {
  const fake_past none(1);
  CHECK(none.series().empty());
  CHECK(none.series().size() == 0);
  CHECK(none.series().begin() == none.series().end());
}
