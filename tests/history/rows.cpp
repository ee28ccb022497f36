// Rows of a history are an input range, and all that is asked of them is what a vector of the same rows answers.
#include <slotted/history/rows.hpp>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <ranges>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "detail/fake_past.hpp"

using slotted::test::fake_memory;
using slotted::test::fake_past;
using slotted::test::pace;
using slotted::test::paces;
using slotted::test::reading;
using slotted::test::rows_as_in;

namespace {

using rows = decltype(std::declval<const fake_past&>().rows());
using newest = decltype(std::declval<const fake_past&>().newest(1));

static_assert(std::ranges::input_range<rows> && !std::ranges::forward_range<rows>);
static_assert(std::ranges::input_range<newest> && std::ranges::common_range<newest>);
static_assert(std::ranges::viewable_range<rows> && std::ranges::viewable_range<rows&>);
static_assert(!std::ranges::borrowed_range<rows> && !std::ranges::borrowed_range<newest>);
static_assert(std::same_as<std::ranges::range_value_t<rows>, reading>);
static_assert(std::input_iterator<rows::iterator> && std::sentinel_for<rows::iterator, rows::iterator>);
static_assert(std::is_nothrow_move_constructible_v<rows> && std::is_nothrow_move_assignable_v<rows>);
static_assert(!std::is_copy_constructible_v<rows>);
template <class Row>
concept assignable_x = requires(Row row) { row.x = 1.0; };
static_assert(assignable_x<reading> && !assignable_x<std::ranges::range_reference_t<rows>>);

}  // namespace

TEST_CASE("a range may be read by a loop, by an algorithm, by a view and by a copy into a vector") {
  fake_past past(1);
  past.live(3000, pace{3, 20, 3, 80});
  const std::vector<reading> expected = past.expected();

  auto whole = past.rows();
  const std::vector<reading> copied(whole.begin(), whole.end());
  CHECK(rows_as_in(copied, expected) == 3000);

  auto again = past.rows();
  const auto on = std::count_if(again.begin(), again.end(), [](const reading& each) { return each.on; });
  CHECK(on == std::count_if(expected.begin(), expected.end(), [](const reading& each) { return each.on; }));
  CHECK(std::ranges::count_if(again, [](const reading& each) { return each.on; }) == on);
#if !defined(__clang__) || __clang_major__ >= 16  // clang 14 does not compile the ranges of libstdc++ 12
  CHECK(std::ranges::distance(past.rows() | std::views::filter([](const reading& each) { return each.on; })) == on);
#endif

  auto at = again.begin();
  CHECK(at->time == expected[0].time);
  CHECK(same(*at++, expected[0]));
  CHECK(same(*at, expected[1]));
}

TEST_CASE("begin starts anew, also of a range that was moved") {
  fake_past past(3);
  past.live(2000, pace{2, 5, 3, 80});
  const std::vector<reading> expected = past.expected();
  auto range = past.rows();
  CHECK(rows_as_in(range, expected) == 2000);
  CHECK(rows_as_in(range, expected) == 2000);
  auto moved = std::move(range);
  CHECK(rows_as_in(moved, expected) == 2000);
}

TEST_CASE("any stretch of any series has its rows, its first, its last and its number") {
  std::uint32_t seed = 100;
  for (const pace& each : paces) {
    fake_past past(seed++);
    past.live(6000, each);
    if (seed % 2 == 0) past.model.cut_all();
    for (int query = 0; query < 24; ++query) {
      const std::int64_t first = past.model.any_time();
      const std::int64_t end = first + static_cast<std::int64_t>(past.model.random() % (query % 2 == 0 ? 20 : 5000));
      const std::uint16_t sensor = past.model.any_sensor(each.series);
      const bool one = query % 3 == 0;
      CAPTURE(each.series, each.late, each.step, first, end, one);
      const auto expected = past.model.rows(
          [&](const reading& row) { return first <= row.time && row.time < end && (!one || row.sensor == sensor); });
      const auto range = (one ? past.series(sensor) : past.rows()).between(first, end);
      CHECK(range.count() == expected.size());
      CHECK(rows_as_in(range.between(INT64_MIN, INT64_MAX), expected) == expected.size());
      const auto front = range.first();
      const auto back = range.last();
      REQUIRE(front.has_value() == !expected.empty());
      REQUIRE(back.has_value() == !expected.empty());
      if (expected.empty()) continue;
      CHECK(same(*front, expected.front()));
      CHECK(same(*back, expected.back()));
      const std::size_t n = past.model.random() % 40;
      const std::vector<reading> few(expected.end() - static_cast<std::ptrdiff_t>(std::min(n, expected.size())),
                                     expected.end());
      CHECK(rows_as_in(range.newest(n), few) == few.size());
    }
    CHECK(same(past.first().value(), past.expected().front()));
    CHECK(same(past.last().value(), past.expected().back()));
  }
}

TEST_CASE("every time of the type can be asked for") {
  fake_past past(7);
  for (const std::int64_t time : {INT64_MAX, INT64_MIN, std::int64_t{0}, INT64_MAX - 1, INT64_MIN + 1, INT64_MAX}) {
    reading each;
    each.time = time;
    each.sensor = 1;
    past.model.add(each);
  }
  CHECK(past.rows().count() == 6);
  CHECK(past.between(INT64_MIN, INT64_MAX).count() == 4);  // half-open
  CHECK(past.between(INT64_MIN, INT64_MIN).count() == 0);
  CHECK(past.from(INT64_MAX).count() == 2);
  CHECK(past.from(INT64_MIN).count() == 6);
  CHECK(past.from(1).between(INT64_MIN, INT64_MAX).count() == 1);
  CHECK(past.between(0, 1).from(0).count() == 1);
  CHECK(past.first()->time == INT64_MIN);
  CHECK(past.last()->time == INT64_MAX);
  CHECK(std::ranges::distance(past.from(INT64_MAX)) == 2);
}

TEST_CASE("what has no rows is an empty range") {
  const fake_past none(1);
  CHECK(none.rows().begin() == none.rows().end());
  CHECK(none.rows().count() == 0);
  CHECK_FALSE(none.first().has_value());
  CHECK_FALSE(none.last().has_value());
  CHECK(none.newest(5).begin() == none.newest(5).end());

  fake_past past(5);
  past.live(2000, pace{2, 1, 3, 80});
  CHECK(past.between(-100, 0).begin() == past.between(-100, 0).end());
  CHECK(past.between(10, 5).begin() == past.rows().end());
  CHECK(past.series(std::uint16_t{2}).begin() == past.rows().end());
  CHECK(past.series(std::uint16_t{4}).begin() != past.rows().end());
  CHECK(past.series(std::uint16_t{2}).count() == 0);
}

TEST_CASE("the newest rows are the last in the order of time, in any memory") {
  for (const std::size_t bytes : {0U, 1'000'000U}) {
    std::uint32_t seed = 50;
    for (const pace& each : paces) {
      fake_memory memory(bytes);
      fake_past past(seed++);
      past.model.state.memory = memory.get();
      past.live(4000, each);
      const std::vector<reading> all = past.expected();
      for (const std::size_t n : {0U, 1U, 2U, 10U, 999U, 1500U, 3999U, 4000U, 7000U}) {
        CAPTURE(bytes, each.series, each.late, each.step, n);
        const std::vector<reading> expected(all.end() - static_cast<std::ptrdiff_t>(std::min<std::size_t>(n, 4000)),
                                            all.end());
        CHECK(rows_as_in(past.newest(n), expected) == expected.size());
      }
      CHECK(memory.budget.used() == 0);
    }
  }
}

TEST_CASE("rows that come later are not among the newest") {
  fake_past past(60);
  past.live(1000, pace{3, 1, 3, 80});
  auto few = past.newest(10);
  const auto expected = past.expected();
  past.model.now += 10;
  past.live(100, pace{3, 1, 3, 80});
  CHECK(rows_as_in(few, {expected.end() - 10, expected.end()}) == 10);
}

TEST_CASE("the last row of a series in order is found without decoding anything") {
  fake_past past(61);
  past.live(5000, pace{5, 1, 3, 300});
  reading newest;
  newest.time = past.model.now + 1;
  newest.sensor = 4;
  past.model.add(newest);
  past.model.state.counts = {};
  CHECK(same(past.series(std::uint16_t{4}).last().value(), newest));
  CHECK(same(past.last().value(), newest));
  CHECK(past.model.state.counts.columns_decoded == 0);
  CHECK(past.model.state.counts.heads_read == 0);
}

TEST_CASE("a stretch of one series decodes the blocks that it meets and takes no memory") {
  fake_memory memory(1'000'000);
  fake_past past(62);
  past.model.state.memory = memory.get();
  past.live(20000, pace{1, 1, 3, 300});
  past.model.cut_all();
  past.model.state.counts = {};
  auto range = past.series(std::uint16_t{1}).between(9000, 9030);
  std::size_t rows = 0;
  for ([[maybe_unused]] const reading& each : range) rows += memory.budget.used() == 0;
  CHECK(rows > 10);
  CHECK(past.model.state.counts.blocks_met <= 4);
  CHECK(past.model.state.counts.columns_decoded <= 2 * 9);
  CHECK(past.model.state.counts.heads_read == 0);
}

TEST_CASE("columns are scanned and aggregated by key") {
  fake_past past(63);
  past.live(5000, pace{4, 100, 3, 70});
  double sum = 0;
  std::int64_t times = 0;
  for (const reading& each : past.expected()) {
    sum += each.y;
    times += each.sensor == 4 ? each.time : 0;
  }
  CHECK(past.aggregate<&reading::y>().sum == sum);
  CHECK(past.aggregate<"y">().count == 5000);
  std::int64_t scanned = 0;
  past.scan<&reading::time>(
      [&](std::span<const std::int64_t> of) {
        for (const std::int64_t each : of) scanned += each;
      },
      slotted::where<&reading::sensor>(4, 4));
  CHECK(scanned == times);
  std::size_t rows = 0;
  past.series(4).between(100, 2000).scan<"x", "note">(
      [&](std::span<const double> xs, std::span<const std::optional<std::int32_t>>) { rows += xs.size(); });
  CHECK(rows == past.series(4).between(100, 2000).count());
}
