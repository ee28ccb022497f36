// The latest rows are the last of each series in the order of time.
#include <slotted/history/latest_rows.hpp>

#include <cstdint>
#include <map>
#include <ranges>
#include <utility>

#include "catch.hpp"
#include "detail/fake_past.hpp"

using slotted::test::fake_past;
using slotted::test::pace;
using slotted::test::paces;
using slotted::test::reading;

namespace {

using latest = decltype(std::declval<const fake_past&>().latest());
static_assert(std::ranges::input_range<const latest> && !std::ranges::forward_range<latest>);

}  // namespace

TEST_CASE("the latest rows are the last of each series, once each") {
  std::uint32_t seed = 1;
  for (const pace& each : paces) {
    fake_past past(seed++);
    past.live(3000, each);
    if (seed % 3 == 0) past.model.cut_all();
    std::map<std::uint16_t, reading> expected;
    for (const reading& row : past.expected()) expected[row.sensor] = row;
    std::size_t count = 0;
    for (const reading row : past.latest()) {
      REQUIRE(expected.contains(row.sensor));
      CHECK(same(row, expected[row.sensor]));
      ++count;
    }
    CHECK(count == expected.size());
  }
  CHECK(fake_past(1).latest().begin() == fake_past(2).latest().end());
}

TEST_CASE("the latest rows of series in order are read without decoding anything, and rows may come meanwhile") {
  fake_past past(10);
  past.live(3000, {20, 1, 3, 1'000'000});
  past.model.state.counts = {};
  std::size_t count = 0;
  for (const reading row : past.latest()) {
    past.live(1, {20, 1, 3, 1'000'000});
    count += row.time <= past.model.now;
  }
  CHECK(count == 20);
  CHECK(past.model.state.counts.columns_decoded == 0);
  CHECK(past.model.state.counts.heads_read == 0);
}
