// Blocks and tails that overlap in every way come out in the order of time, and with memory that was known beforehand.
#include <slotted/store/history_merge.hpp>

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
  CHECK(model.past.between(INT64_MIN, INT64_MIN).count() == 0);
}

TEST_CASE("memory to read is aligned, and known to be missing when it is") {
  slotted::detail::query_room room{nullptr, 0, false};
  const slotted::detail::query_memory uncharged(1000, room);
  REQUIRE(room.missing == 0);
  REQUIRE(uncharged.data() != nullptr);
  CHECK(reinterpret_cast<std::uintptr_t>(uncharged.data()) % slotted::detail::query_memory::alignment == 0);

  slotted::memory_budget budget(1200);
  {
    slotted::detail::reader_registry registry(&budget);
    room.registry = &registry;
    const slotted::detail::query_memory charged(1000, room);
    REQUIRE(room.missing == 0);
    CHECK(budget.used() == registry.held());
    CHECK(budget.used() >= 1000);
    const slotted::detail::query_memory refused(1000, room);
    CHECK(refused.data() == nullptr);
    CHECK(room.missing >= 1000);
  }
  CHECK(budget.used() == 0);
}

TEST_CASE("blocks that overlap without end take memory for rows of about a megabyte") {
  history_model model(8);
  model.live(60000, pace{1, 100000, 2, 300});  // some two hundred blocks, all open at once
  auto range = model.past.rows();
  const std::size_t before = model.budget.used();
  auto at = range.begin();
  const std::size_t scratch = model.budget.used() - before;
  CHECK(scratch > 64 * slotted::KiB);
  CHECK(scratch < 1536 * slotted::KiB);
  CHECK(model.past.footprint().total() == model.budget.used());
  const auto expected = model.rows();
  std::size_t rows = 0;
  for (; at != range.end(); ++at) rows += same(*at, expected[rows]);
  CHECK(rows == 60000);
}
