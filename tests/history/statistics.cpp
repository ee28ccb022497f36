#include <slotted/history/statistics.hpp>

#include <slotted/history/history.hpp>

#include <bit>
#include <cstdint>

#include "catch.hpp"

namespace {

struct point {
  double x;
  std::int64_t time;
  std::uint16_t sensor;
};
using past_points = slotted::history<point, &point::time, &point::sensor>;

}  // namespace

TEST_CASE("the statistics of an empty history are zero") {
  const past_points none;
  const slotted::history_statistics of = none.statistics();
  CHECK((of.rows == 0 && of.series == 0 && of.blocks == 0 && of.appended == 0 && of.reader_bytes == 0));
}

TEST_CASE("rows are counted by what became of them") {
  slotted::memory_budget budget(std::size_t{16} << 20);
  past_points past(budget);
  past.set_max_series(3);
  for (std::int64_t i = 0; i < 9'000; ++i) past.append({0.5, 1000 + i, static_cast<std::uint16_t>(i % 3)});
  past.append({1.0, 5'000, 0});  // late
  CHECK(past.try_append({0.0, 10'000, 3}) == slotted::append_outcome::too_many_series);
  past.accept(1'000, 20'000);
  CHECK(past.try_append({0.0, 999, 0}) == slotted::append_outcome::too_old);
  CHECK(past.try_append({0.0, 20'001, 0}) == slotted::append_outcome::too_far_ahead);
  past.append({0.0, 20'000, 0});
  const slotted::history_statistics of = past.statistics();
  CHECK(of.rows == 9'002);
  CHECK(of.rows == past.size());
  CHECK(of.series == 3);
  CHECK(of.appended == 9'002);
  CHECK(of.late == 1);
  CHECK(of.refused_too_many_series == 1);
  CHECK(of.refused_too_old == 1);
  CHECK(of.refused_too_far_ahead == 1);
  CHECK(of.refused_over_budget == 0);
  CHECK(of.drained != 0);
  CHECK(of.evicted == 0);
  CHECK(past.erase(0));
  const slotted::history_statistics after = past.statistics();
  CHECK(after.erased == 3'002);
  CHECK(after.rows == 6'000);
  CHECK(after.series == 2);
  past.clear();
  CHECK(past.statistics().erased == 9'002);
  CHECK(past.statistics().appended == 9'002);
}

TEST_CASE("bytes by part add up to what the budget was charged") {
  slotted::memory_budget budget(std::size_t{2} << 20);
  past_points past(budget, slotted::on_full::evict_oldest);
  std::uint64_t state = 1;
  for (std::int64_t i = 0; i < 300'000; ++i) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    past.append({std::bit_cast<double>(state >> 2), i / 100, static_cast<std::uint16_t>(i % 100)});
    if (i % 10'007 != 0) continue;
    const slotted::history_statistics of = past.statistics();
    REQUIRE(of.series_bytes + of.head_bytes + of.block_bytes + of.shared_time_bytes + of.reader_bytes +
                of.other_bytes ==
            budget.used());
    REQUIRE(of.head_rows <= of.rows);
  }
  const slotted::history_statistics full = past.statistics();
  CHECK(full.evicted != 0);
  CHECK(full.rows + full.evicted == full.appended);
  CHECK(full.encoded_rows >= full.rows - full.head_rows);
  CHECK(full.encoded_rows < 6 * full.appended);
}

TEST_CASE("times that series share are counted, and what that saves") {
  slotted::memory_budget budget(std::size_t{64} << 20);
  past_points past(budget);
  std::uint64_t state = 7;
  std::int64_t time = 0;
  for (int i = 0; i < 2'000; ++i) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    time += 1'000'000 + static_cast<std::int64_t>(state >> 44);  // times that take bytes
    for (std::uint16_t sensor = 0; sensor < 200; ++sensor) past.append({0.25 * i, time, sensor});
  }
  past.seal();
  const slotted::history_statistics of = past.statistics();
  CHECK(of.shared_times != 0);
  CHECK(of.shared_time_bytes != 0);
  CHECK(of.shared_time_saved > 10 * of.shared_time_bytes);
}

TEST_CASE("snapshots are counted while they are open, and those that expired") {
  slotted::memory_budget budget(std::size_t{1} << 20);
  past_points past(budget, slotted::on_full::evict_oldest);
  for (std::int64_t i = 0; i < 1000; ++i) past.append({0.5, i, 1});
  {
    const auto one = past.snapshot();
    const auto other = past.snapshot();
    CHECK(past.statistics().snapshots == 2);
    CHECK(past.statistics().snapshots_taken == 2);
  }
  past.trim();
  CHECK(past.statistics().snapshots == 0);
  CHECK(past.statistics().snapshots_taken == 2);
  CHECK(past.statistics().snapshots_expired == 0);
}
