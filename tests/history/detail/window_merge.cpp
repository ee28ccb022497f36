// Rows come in the order of time, all of them and each once, however little memory there is.
#include <slotted/history/detail/window_merge.hpp>

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "fake_reading.hpp"

using slotted::detail::time_window;
using slotted::test::fake_history;
using slotted::test::fake_memory;
using slotted::test::fake_reading;
using slotted::test::pace;
using slotted::test::paces;
using slotted::test::reading;
using slotted::test::reading_layout;
using slotted::test::same;

namespace {

using reading_of = fake_reading<reading_layout>;
using merge = slotted::detail::window_merge<reading_of>;
using choice = slotted::detail::series_choice<std::uint16_t>;

reading row_of(const merge& at, const choice& which) {
  const std::uint64_t* const row = at.row();
  return reading_layout::make_row(static_cast<std::int64_t>(row[0]), which.one ? *which.one : at.key(), row + 1);
}

// How many rows a merge gives that are the model's, one after the other; SIZE_MAX when it gives another.
std::size_t merged(const reading_of& past, const choice& which, time_window window, const std::vector<reading>& model) {
  merge at;
  std::size_t count = 0;
  for (at.begin(past, which, window); !at.done(); at.next(past, which), ++count)
    if (count == model.size() || !same(row_of(at, which), model[count])) return SIZE_MAX;
  return count;
}

}  // namespace

TEST_CASE("rows come in the order of time, then of places, then of arrival") {
  std::uint32_t seed = 1;
  for (const pace& each : paces) {
    CAPTURE(each.series, each.late, each.step, seed);
    fake_history model(seed++);
    model.live(12000, each);
    const std::vector<reading> expected = model.rows();
    REQUIRE(expected.size() == 12000);
    CHECK(merged(model.past(), {}, {}, expected) == 12000);
    model.cut_all();
    CHECK(merged(model.past(), {}, {}, expected) == 12000);
    CHECK(model.state.counts.sections == 0);
  }
}

TEST_CASE("any memory gives all rows") {
  for (const std::size_t bytes : {0U, 70'000U, 400'000U, 3'000'000U}) {
    std::uint32_t seed = 50;
    for (const pace& each : paces) {
      CAPTURE(bytes, each.series, each.late, each.step);
      fake_memory memory(bytes);
      fake_history model(seed++);
      model.state.memory = memory.get();
      model.live(bytes == 0 ? 2500 : 9000, each);
      const std::vector<reading> expected = model.rows();
      CHECK(merged(model.past(), {}, {}, expected) == expected.size());
      const std::uint16_t sensor = model.any_sensor(each.series);
      const auto of_one = model.rows([&](const reading& row) { return row.sensor == sensor; });
      CHECK(merged(model.past(), {sensor}, {}, of_one) == of_one.size());
      CHECK(memory.budget.used() == 0);
    }
  }
}

TEST_CASE("any window has its rows and no other") {
  std::uint32_t seed = 100;
  for (const pace& each : paces) {
    fake_history model(seed++);
    model.live(8000, each);
    for (int query = 0; query < 20; ++query) {
      const std::int64_t first = model.any_time();
      const std::int64_t end = first + static_cast<std::int64_t>(model.random() % (query % 2 == 0 ? 20 : 5000));
      const std::uint16_t sensor = model.any_sensor(each.series);
      const choice which = query % 3 == 0 ? choice{sensor} : choice{};
      CAPTURE(each.series, each.late, each.step, first, end, which.one.has_value());
      const auto expected = model.rows([&](const reading& row) {
        return first <= row.time && row.time < end && (!which.one || row.sensor == sensor);
      });
      CHECK(merged(model.past(), which, time_window::half_open(first, end), expected) == expected.size());
    }
  }
}

TEST_CASE("times at the ends of int64 are times like others, and gaps between them cost no walk over each time") {
  fake_history model(7);
  for (const std::int64_t time : {INT64_MAX, INT64_MIN, std::int64_t{0}, INT64_MAX - 1, INT64_MIN + 1, INT64_MAX}) {
    for (std::uint16_t series = 0; series < 3; ++series) {
      reading each;
      each.time = time;
      each.sensor = series;
      each.x = static_cast<double>(time);
      model.add(each);
    }
  }
  const auto expected = model.rows();
  CHECK(merged(model.past(), {}, {}, expected) == 18);
  model.cut_all();
  CHECK(merged(model.past(), {}, {}, expected) == 18);
  const auto last = model.rows([](const reading& row) { return row.time == INT64_MAX; });
  CHECK(merged(model.past(), {}, {INT64_MAX, INT64_MAX}, last) == 6);
  CHECK(merged(model.past(), {}, {0, -1}, {}) == 0);
}

TEST_CASE("a merge of a history that grows ends, and misses nothing that was there") {
  for (const std::size_t bytes : {0U, 100'000U}) {
    std::uint32_t seed = 150;
    for (const pace& each : paces) {
      CAPTURE(bytes, each.series, each.late, each.step);
      fake_memory memory(bytes);
      fake_history model(seed++);
      model.state.memory = memory.get();
      model.live(3000, each);
      const std::vector<reading> expected = model.rows();
      const std::int64_t newest = expected.back().time;
      const reading_of past = model.past();
      merge at;
      std::size_t found = 0;
      std::size_t seen = 0;
      std::int64_t before = INT64_MIN;
      for (at.begin(past, {}, {}); !at.done(); at.next(past, {})) {
        const reading row = row_of(at, {});
        REQUIRE(before <= row.time);
        REQUIRE(row.time <= newest);
        before = row.time;
        // Rows of the model come in its order, with others between them.
        if (found < expected.size() && same(row, expected[found])) ++found;
        if (++seen % 16 == 0 && seen < 3000)
          model.live(1, {each.series, each.late, each.step == 0 ? 0 : 2U, each.cut_each});
      }
      CHECK(found == expected.size());
    }
  }
}

TEST_CASE("of one time with more rows than fit, those that stay are given, whatever older ones go meanwhile") {
  for (const std::size_t first_cut : {100U, 300U}) {
    fake_memory memory(0);
    fake_history model(21);
    model.state.memory = memory.get();
    for (int i = 0; i < 1200; ++i) {
      reading row;
      row.time = 7;
      row.sensor = 1;
      row.x = i;
      model.add(row);
      if (i >= static_cast<int>(first_cut) && i % 100 == 0) model.cut(model.past().find(1));
    }
    const std::vector<reading> all = model.rows();
    const reading_of past = model.past();
    const std::size_t place = past.find(1);
    merge at;
    std::vector<reading> got;
    std::size_t gone = 0;
    for (at.begin(past, {}, {}); !at.done(); at.next(past, {})) {
      got.push_back(row_of(at, {}));
      auto& blocks = model.state.series[place]->blocks;
      if (got.size() % 60 == 0 && blocks.size() > 1) {  // the oldest block goes, given or not
        gone += blocks.front().size();
        blocks.erase(blocks.begin());
      }
    }
    CHECK(gone > 500);
    // Ascending, each once, and none of those that stayed to the end is missing.
    for (std::size_t i = 1; i < got.size(); ++i) REQUIRE(got[i - 1].x < got[i].x);
    std::size_t found = 0;
    for (const reading& each : got) found += each.x >= static_cast<double>(gone);
    CHECK(found == all.size() - gone);
  }
}

TEST_CASE("a merge may be moved in the middle") {
  for (const std::size_t bytes : {0U, 1'000'000U}) {
    fake_memory memory(bytes);
    fake_history model(8);
    model.state.memory = memory.get();
    model.live(3000, {3, 20, 3, 80});
    const std::vector<reading> expected = model.rows();
    const reading_of past = model.past();
    merge one;
    one.begin(past, {}, {});
    std::size_t row = 0;
    for (; row < 1503; ++row, one.next(past, {})) REQUIRE(same(row_of(one, {}), expected[row]));
    merge other(std::move(one));
    CHECK(one.done());
    for (; row < 1600; ++row, other.next(past, {})) REQUIRE(same(row_of(other, {}), expected[row]));
    one = std::move(other);
    for (; !one.done(); ++row, one.next(past, {})) REQUIRE(same(row_of(one, {}), expected[row]));
    CHECK(row == 3000);
    CHECK(memory.budget.used() == 0);
  }
}

TEST_CASE("a few rows take no memory, and many no more than was said") {
  fake_memory memory(64 * slotted::MiB);
  fake_history model(9);
  model.state.memory = memory.get();
  model.live(60000, {20, 100, 3, 300});
  const reading_of past = model.past();
  {
    merge few;
    few.begin(past, {}, time_window::half_open(1000, 1020));
    CHECK_FALSE(few.done());
    CHECK(memory.budget.used() == 0);
    merge of_one;
    of_one.begin(past, {std::uint16_t{4}}, {});
    CHECK(memory.budget.used() >= 64 * slotted::KiB);
    CHECK(memory.budget.used() <= 256 * slotted::KiB);
  }
  CHECK(memory.budget.used() == 0);
  merge all;
  all.begin(past, {}, {});
  std::size_t most = 0;
  std::size_t rows = 0;
  for (; !all.done(); all.next(past, {})) {
    most = std::max(most, memory.budget.used());
    ++rows;
  }
  CHECK(rows == 60000);
  CHECK(most > 512 * slotted::KiB);
  CHECK(most <= 1024 * slotted::KiB + 30 * 128);
  CHECK(memory.budget.used() == 0);
}

TEST_CASE("a merge takes most of the memory of readers between two windows, and gives it back") {
  slotted::memory_budget budget(slotted::MiB);
  auto* const reserve = slotted::detail::reader_reserve::make(&budget);
  REQUIRE(budget.try_reserve(slotted::MiB));
  reserve->add(slotted::MiB);
  {
    fake_history model(12);
    model.state.memory = slotted::detail::reader_memory(reserve);
    model.live(60000, {20, 100, 3, 300});
    const std::vector<reading> expected = model.rows();
    const reading_of past = model.past();
    std::size_t most = 0;
    std::size_t row = 0;
    merge all;
    for (all.begin(past, {}, {}); !all.done(); all.next(past, {}), ++row) {
      REQUIRE(same(row_of(all, {}), expected[row]));
      most = std::max(most, reserve->used());
    }
    CHECK(row == 60000);
    CHECK(most > 700 * slotted::KiB);  // what stands beside what it replaces has no more than 640
  }
  CHECK(reserve->used() == 0);
  reserve->close();
  reserve->drop();
}

TEST_CASE("what a snapshot expired for is thrown, and the merge is over") {
  fake_memory memory(0);
  fake_history model(10);
  model.state.memory = memory.get();
  model.state.is_snapshot = true;
  model.live(3000, {3, 20, 3, 80});
  const reading_of past = model.past();
  merge at;
  at.begin(past, {}, {});
  model.state.expired = true;
  std::size_t rows = 0;
  CHECK_THROWS_AS(
      [&] {
        for (; !at.done(); at.next(past, {})) ++rows;
      }(),
      slotted::test::fake_expired);
  CHECK(rows > 0);
  CHECK(rows < 3000);
  CHECK(model.state.counts.sections == 0);
  CHECK(at.done());
}

TEST_CASE("a merge over many series decodes each block a few times") {
  fake_memory memory(4 * slotted::MiB);
  fake_history model(11);
  model.state.memory = memory.get();
  model.live(40000, {400, 1, 3, 40});
  model.cut_all();
  model.state.counts = {};
  const auto expected = model.rows();
  CHECK(merged(model.past(), {}, {}, expected) == 40000);
  // 1 MiB and 50 KB more has half of these rows: two windows, blocks on their border twice, and some for the first
  // window's end.
  std::size_t blocks = 0;
  for (const auto& each : model.state.series)
    if (each) blocks += each->blocks.size();
  CHECK(model.state.counts.columns_decoded < 4 * blocks * 9);
}
