// The rows of one series in a window: how many, the first, the last, and no more decoded than that takes.
#include <slotted/history/detail/series_rows.hpp>

#include <cstdint>
#include <vector>

#include "catch.hpp"
#include "fake_reading.hpp"

using slotted::detail::series_row;
using slotted::detail::time_window;
using slotted::test::fake_history;
using slotted::test::pace;
using slotted::test::paces;
using slotted::test::reading;
using slotted::test::reading_layout;

namespace {

using view_type = slotted::test::fake_view<reading_layout>;

view_type view_of(const fake_history& model, std::uint16_t sensor) {
  view_type view;
  REQUIRE(model.past().view(model.past().find(sensor), view));
  return view;
}
reading row_of(const series_row<reading_layout>& row, std::uint16_t sensor) {
  return reading_layout::make_row(row.time, sensor, row.words);
}

}  // namespace

TEST_CASE("a window has so many rows of a series, this first and that last") {
  std::uint32_t seed = 1;
  for (const pace& each : paces) {
    fake_history model(seed++);
    model.live(5000, each);
    const std::uint16_t sensor = static_cast<std::uint16_t>(3 * (each.series / 2) + 1);
    const view_type view = view_of(model, sensor);
    for (int query = 0; query < 40; ++query) {
      const std::int64_t from = query == 0 ? INT64_MIN : model.any_time();
      const std::int64_t to =
          query % 5 == 0 ? INT64_MAX : from + static_cast<std::int64_t>(model.random() % (query % 2 == 0 ? 20 : 3000));
      CAPTURE(each.series, each.late, each.step, from, to);
      const auto expected =
          model.rows([&](const reading& row) { return row.sensor == sensor && from <= row.time && row.time <= to; });
      const time_window window{from, to};
      CHECK(slotted::detail::count_rows<reading_layout>(view, window) == expected.size());
      const std::size_t some = slotted::detail::count_rows<reading_layout>(view, window, 5);
      CHECK(some >= std::min<std::size_t>(5, expected.size()));
      CHECK(some <= expected.size());
      series_row<reading_layout> row;
      REQUIRE(slotted::detail::first_row<reading_layout>(view, window, row) == !expected.empty());
      if (!expected.empty()) CHECK(same(row_of(row, sensor), expected.front()));
      REQUIRE(slotted::detail::last_row<reading_layout>(view, window, row) == !expected.empty());
      if (!expected.empty()) CHECK(same(row_of(row, sensor), expected.back()));
    }
    series_row<reading_layout> row;
    CHECK(slotted::detail::count_rows<reading_layout>(view, {0, -1}) == 0);
    CHECK_FALSE(slotted::detail::first_row<reading_layout>(view, {0, -1}, row));
    CHECK_FALSE(slotted::detail::last_row<reading_layout>(view, {0, -1}, row));
  }
}

TEST_CASE("a head in order is not read for a window before it") {
  fake_history model(50);
  model.live(1000, {1, 1, 3, 1'000'000});
  model.cut_all();
  const std::int64_t last = model.now;
  model.now += 10;
  model.live(20, {1, 1, 3, 1'000'000});
  const view_type view = view_of(model, 1);
  CHECK_FALSE(slotted::detail::head_may_have(view, {0, last - 3}));
  CHECK(slotted::detail::head_may_have(view, {0, last + 100}));
  CHECK_FALSE(slotted::detail::head_may_have(view, {model.now + 1, INT64_MAX}));
  model.state.counts = {};
  CHECK(slotted::detail::count_rows<reading_layout>(view, {}) == 1020);
  CHECK(model.state.counts.heads_read == 0);
  CHECK(model.state.counts.columns_decoded == 0);
  reading late;
  late.time = 5;
  late.sensor = 1;
  model.add(late);
  CHECK(slotted::detail::head_may_have(view, {0, last - 3}));
}

TEST_CASE("the first row of a series of many blocks is found by halving the window") {
  fake_history model(51);
  model.live(20000, {1, 1, 3, 10});
  const view_type view = view_of(model, 1);
  const std::size_t blocks = model.state.series[model.past().find(1)]->blocks.size();
  model.state.counts = {};
  series_row<reading_layout> row;
  REQUIRE(slotted::detail::first_row<reading_layout>(view, {}, row));
  CHECK(same(row_of(row, 1), model.rows().front()));
  CHECK(model.state.counts.blocks_met < blocks / 2);
  CHECK(model.state.counts.columns_decoded < 150);
}

TEST_CASE("a head is as large as the stack is meant for") {
  static_assert(slotted::detail::head_capacity<reading_layout> <= slotted::detail::block_rows);
  CHECK(sizeof(slotted::detail::head_copy<reading_layout>) <= 33 * 1024);
}
