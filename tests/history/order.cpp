// Blocks and heads that overlap in every way come out in the order of time, in bounded memory.
#include <slotted/history/rows.hpp>

#include <cstdint>
#include <vector>

#include "catch.hpp"
#include "history_model.hpp"

using slotted::test::history_model;
using slotted::test::pace;
using slotted::test::paces;
using slotted::test::reading;
using slotted::test::rows_as_in;

TEST_CASE("rows come in the order of time, then of series, then of arrival") {
  std::uint32_t seed = 1;
  for (const pace& each : paces) {
    CAPTURE(each.series, each.late, each.step, seed);
    history_model model(seed++);
    model.live(12000, each);
    const std::vector<reading> expected = model.rows();
    REQUIRE(expected.size() == 12000);
    CHECK(rows_as_in(model.past.rows(), expected) == 12000);
    model.past.seal();
    CHECK(rows_as_in(model.past.rows(), expected) == 12000);
  }
}

TEST_CASE("any stretch of time has its rows and no other") {
  std::uint32_t seed = 100;
  for (const pace& each : paces) {
    history_model model(seed++);
    model.live(8000, each);
    for (int query = 0; query < 12; ++query) {
      const std::int64_t first = model.any_time();
      const std::int64_t end = first + static_cast<std::int64_t>(model.random() % (query % 2 == 0 ? 20 : 5000));
      CAPTURE(each.series, each.late, each.step, first, end);
      const auto expected = model.rows([&](const reading& row) { return first <= row.time && row.time < end; });
      CHECK(rows_as_in(model.past.between(first, end), expected) == expected.size());
    }
  }
}

TEST_CASE("times at the ends of int64 are times like others") {
  history_model model(7);
  for (const std::int64_t time : {INT64_MAX, INT64_MIN, std::int64_t{0}, INT64_MAX - 1, INT64_MIN + 1, INT64_MAX}) {
    reading each;
    each.time = time;
    each.sensor = 1;
    each.x = static_cast<double>(time);
    model.add(each);
  }
  const auto expected = model.rows();
  CHECK(rows_as_in(model.past.rows(), expected) == 6);
  model.past.seal();
  CHECK(rows_as_in(model.past.rows(), expected) == 6);
  CHECK(model.past.between(INT64_MIN, INT64_MAX).count() == 4);  // half-open
  CHECK(model.past.from(INT64_MIN).count() == 6);                // so the greatest time is asked for like this
  CHECK(model.past.from(INT64_MAX).count() == 2);
  CHECK(model.past.between(INT64_MIN, INT64_MIN).count() == 0);
}

TEST_CASE("blocks that overlap without end are read in about a megabyte at most") {
  history_model model(8);
  model.live(60000, pace{1, 100000, 2, 300});  // every block may have rows of any time
  auto range = model.past.rows();
  const std::size_t before = model.budget.used();
  auto at = range.begin();
  CHECK(model.budget.used() - before < 1536 * slotted::KiB);
  CHECK(model.past.footprint().total() == model.budget.used());
  const auto expected = model.rows();
  std::size_t rows = 0;
  for (; at != range.end(); ++at) rows += same(*at, expected[rows]);
  CHECK(rows == 60000);
}
