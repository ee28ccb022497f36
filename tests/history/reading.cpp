// What iterates over a history is an input range of C++20, and gives the rows that were there while others come.
#include <slotted/history/rows.hpp>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <ranges>
#include <type_traits>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "history_model.hpp"

using slotted::test::history_model;
using slotted::test::pace;
using slotted::test::paces;
using slotted::test::past_readings;
using slotted::test::reading;
using slotted::test::rows_as_in;

namespace {

using rows = decltype(std::declval<const past_readings&>().rows());
using newest = decltype(std::declval<const past_readings&>().newest(1));

static_assert(std::ranges::input_range<rows> && !std::ranges::forward_range<rows>);
static_assert(std::ranges::input_range<newest> && std::ranges::common_range<newest>);
static_assert(std::same_as<std::ranges::range_value_t<rows>, reading>);
static_assert(std::input_iterator<rows::iterator> && std::sentinel_for<rows::iterator, rows::iterator>);
static_assert(std::is_nothrow_move_constructible_v<rows> && std::is_nothrow_move_assignable_v<rows>);
static_assert(!std::is_copy_constructible_v<rows>);
template <class Row>
concept assignable_x = requires(Row row) { row.x = 1.0; };
static_assert(assignable_x<reading> && !assignable_x<std::ranges::range_reference_t<rows>>);

}  // namespace

TEST_CASE("a range may be read by a loop, by an algorithm and by a copy into a vector") {
  history_model model(1);
  model.live(3000, pace{3, 20, 3, 800});
  const std::vector<reading> expected = model.rows();

  auto whole = model.past.rows();
  const std::vector<reading> copied(whole.begin(), whole.end());
  CHECK(rows_as_in(copied, expected) == 3000);

  auto again = model.past.rows();
  const auto on = std::count_if(again.begin(), again.end(), [](const reading& each) { return each.on; });
  CHECK(on == std::count_if(expected.begin(), expected.end(), [](const reading& each) { return each.on; }));
  CHECK(std::ranges::count_if(again, [](const reading& each) { return each.on; }) == on);

  auto at = again.begin();
  CHECK(at->time == expected[0].time);
  CHECK(same(*at++, expected[0]));
  CHECK(same(*at, expected[1]));
}

TEST_CASE("a range that is moved is begun anew") {
  history_model model(2);
  model.live(3000, pace{3, 20, 3, 800});
  const std::vector<reading> expected = model.rows();
  auto range = model.past.rows();
  auto at = range.begin();
  for (int i = 0; i < 1500; ++i) ++at;
  auto moved = std::move(range);
  CHECK(rows_as_in(moved, expected) == 3000);
  range = std::move(moved);
  CHECK(rows_as_in(range, expected) == 3000);
}

TEST_CASE("begin starts anew") {
  history_model model(3);
  model.live(2000, pace{2, 5, 3, 800});
  const std::vector<reading> expected = model.rows();
  auto range = model.past.rows();
  CHECK(rows_as_in(range, expected) == 2000);
  CHECK(rows_as_in(range, expected) == 2000);
}

TEST_CASE("a range gives each row that was there at its beginning once while rows come and are sealed") {
  history_model model(4);
  const pace how{5, 300, 3, 500};
  model.live(5000, how);
  const std::vector<reading> expected = model.rows();
  auto range = model.past.rows();
  auto at = range.begin();
  std::size_t found = 0;
  std::size_t given = 0;
  std::int64_t before = INT64_MIN;
  for (; at != range.end(); ++at, ++given) {
    const reading each = *at;
    REQUIRE(before <= each.time);
    REQUIRE(each.time <= expected.back().time);
    before = each.time;
    // Rows that came meanwhile may stand between those that were there.
    if (found < expected.size() && same(each, expected[found])) ++found;
    if (given % 100 == 0 && given < 5000) model.live(100, how);
  }
  CHECK(found == expected.size());
  CHECK(model.past.size() == 10000);
}

TEST_CASE("what has no rows is an empty range") {
  slotted::memory_budget budget{slotted::MiB};
  const past_readings none{budget};
  auto nothing = none.rows();
  CHECK(nothing.begin() == nothing.end());
  CHECK(budget.used() == 0);

  history_model model(5);
  model.live(2000, pace{2, 1, 3, 0});
  auto before = model.past.between(-100, 0);
  CHECK(before.begin() == before.end());
  auto turned = model.past.between(10, 5);
  CHECK(turned.begin() == turned.end());
  auto unknown = model.past.series(std::uint16_t{2});
  CHECK(unknown.begin() == unknown.end());
  auto known = model.past.series(std::uint16_t{4});
  CHECK(known.begin() != known.end());
}

TEST_CASE("the memory of a range is a part of what is charged while it lasts, and pins nothing") {
  history_model model(6);
  model.live(20000, pace{20, 5, 3, 0});
  model.past.seal();
  const std::size_t before = model.budget.used();
  {
    auto range = model.past.rows();
    CHECK(model.budget.used() == before);  // no row has been read
    auto at = range.begin();
    CHECK(at != range.end());
    CHECK(model.past.footprint().total() == model.budget.used());
  }
  CHECK(model.past.footprint().total() == model.budget.used());
}

TEST_CASE("reading a full history evicts nothing and leaves nothing out") {
  slotted::memory_budget budget{512 * slotted::KiB};
  past_readings past(budget, slotted::on_full::evict_oldest);
  std::int64_t time = 0;
  std::uint64_t state = 1;
  const auto push = [&] {
    state = state * 6364136223846793005u + 1442695040888963407u;
    reading each;
    each.x = static_cast<double>(state >> 11);  // does not compress
    each.time = time++;
    each.sensor = static_cast<std::uint16_t>(each.time % 2);
    past.append(each);
  };
  while (past.evicted() == 0) push();
  for (int i = 0; i < 7000; ++i) push();
  // What is left: nothing, or too little to read with.
  const std::size_t rest =
      budget.available() - std::min(budget.available(), GENERATE(std::size_t{0}, 2 * slotted::KiB));
  budget.reserve(rest);
  const std::uint64_t evicted = past.evicted();
  const std::size_t rows = past.size();
  std::size_t read = 0;
  for (const std::uint16_t sensor : {std::uint16_t{0}, std::uint16_t{1}}) {
    std::int64_t last = -1;
    for (const reading& each : past.series(sensor)) {
      REQUIRE((each.sensor == sensor && each.time > last));
      last = each.time;
      ++read;
    }
    CHECK(last >= time - 2);
  }
  CHECK(read == rows);
  read = 0;
  for ([[maybe_unused]] const reading& each : past.rows()) ++read;
  CHECK(read == rows);
  CHECK(past.evicted() == evicted);
  CHECK(past.size() == rows);
  CHECK(past.footprint().total() + rest == budget.used());
  budget.release(rest);
}

TEST_CASE("the newest rows are the last in the order of time") {
  std::uint32_t seed = 50;
  for (const pace& each : paces) {
    history_model model(seed++);
    model.live(6000, each);
    const std::vector<reading> all = model.rows();
    for (const std::size_t n : {0U, 1U, 2U, 10U, 999U, 1500U, 5999U, 6000U, 7000U}) {
      CAPTURE(each.series, each.late, each.step, n);
      const std::vector<reading> expected(all.end() - static_cast<std::ptrdiff_t>(std::min<std::size_t>(n, 6000)),
                                          all.end());
      CHECK(rows_as_in(model.past.newest(n), expected) == expected.size());
    }
    const std::uint16_t sensor = all.back().sensor;
    const std::int64_t end = all[3000].time;
    auto of_series = model.rows([&](const reading& row) { return row.sensor == sensor && row.time < end; });
    if (of_series.size() > 25) of_series.erase(of_series.begin(), of_series.end() - 25);
    CHECK(rows_as_in(model.past.series(sensor).between(INT64_MIN, end).newest(25), of_series) == of_series.size());
  }
}
