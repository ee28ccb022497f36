// Columns are filled from a whole block, a part of one and a head alike.
#include <slotted/history/detail/scan_columns.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "catch.hpp"
#include "fake_reading.hpp"

using slotted::detail::block_rows;
using slotted::detail::scan_columns_of;
using slotted::test::fake_history;
using slotted::test::reading;
using slotted::test::reading_layout;

namespace {

// The rows that columns of all leaves have, as they are given.
template <class Columns>
std::vector<reading> given(Columns& columns, std::size_t first, std::size_t end) {
  std::vector<reading> rows;
  const auto take = [&](std::span<const double> xs, std::span<const float> ys, std::span<const std::int64_t> times,
                        std::span<const std::uint16_t> sensors, std::span<const bool> ons,
                        std::span<const std::optional<std::int32_t>> notes,
                        std::span<const std::array<std::int16_t, 3>> axes) {
    for (std::size_t i = 0; i < xs.size(); ++i)
      rows.push_back({xs[i], ys[i], times[i], sensors[i], ons[i], notes[i], axes[i]});
  };
  CHECK(columns.template give<7>(take, first, end));
  return rows;
}
bool same_rows(const std::vector<reading>& left, std::span<const reading> right) {
  return left.size() == right.size() &&
         std::equal(left.begin(), left.end(), right.begin(), [](const auto& a, const auto& b) { return same(a, b); });
}

}  // namespace

TEST_CASE("columns are filled from a whole block, a part of one and a head") {
  fake_history model(1);
  model.live(200, {1, 5, 3, 1'000'000});
  slotted::test::fake_view<reading_layout> view;
  const std::size_t place = model.past().find(1);
  REQUIRE(model.past().view(place, view));
  auto few = std::make_unique<scan_columns_of<reading_layout, 64, 0, 1, 2, 3, 4, 5, 6>>();
  few->enter(view);
  {
    const std::vector<reading> head = model.state.series[place]->head;
    slotted::detail::head_copy<reading_layout> copy(view);
    few->load(copy, 100, 64);
    CHECK(same_rows(given(*few, 0, 64), std::span(head).subspan(100, 64)));
    CHECK(same_rows(given(*few, 10, 20), std::span(head).subspan(110, 10)));
  }
  model.cut_all();
  const std::vector<reading> rows = model.state.series[place]->blocks[0];
  const slotted::test::fake_block<reading_layout> block(&model.state.series[place]->blocks[0], &model.state);
  few->decode_part(block, 140, 50);
  CHECK(same_rows(given(*few, 0, 50), std::span(rows).subspan(140, 50)));

  auto whole = std::make_unique<scan_columns_of<reading_layout, block_rows, 0, 1, 2, 3, 4, 5, 6>>();
  whole->enter(view);
  whole->decode(block, {20, 30});
  CHECK(same_rows(given(*whole, 20, 30), std::span(rows).subspan(20, 10)));
  whole->decode(block, {0, block.rows()});
  CHECK(same_rows(given(*whole, 0, 200), rows));
  const std::uint16_t which[] = {3, 4, 90, 199};
  whole->keep(which, 4);
  const std::vector<reading> kept{rows[3], rows[4], rows[90], rows[199]};
  CHECK(same_rows(given(*whole, 0, 4), kept));
}

TEST_CASE("a function that says no ends the giving") {
  auto columns = std::make_unique<scan_columns_of<reading_layout, 8, 0, 1>>();
  const auto no = [](std::span<const double>) { return false; };
  CHECK_FALSE(columns->give<1>(no, 0, 0));
}
