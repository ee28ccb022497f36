// A row whose time lies far ahead is refused; whoever may send it takes no row of anybody else with it.
#include <cstdint>
#include <limits>
#include <stdexcept>

#include "catch.hpp"
#include "samples.hpp"

using slotted::append_outcome;
using slotted::memory_budget;
using slotted::MiB;
using slotted::test::sample;
using slotted::test::samples;

namespace {

constexpr std::int64_t hour = 3600;

// Twenty series, a row each every 15 seconds of an hour.
samples an_hour(const samples::options& how, memory_budget& budget) {
  samples past(budget, how);
  for (std::int64_t time = 0; time < hour; time += 15)
    for (std::uint32_t series = 0; series < 20; ++series) past.append({time, 1.5, series});
  return past;
}

}  // namespace

TEST_CASE("a row from further ahead than max_ahead is refused and moves no clock") {
  memory_budget budget(16 * MiB);
  samples past = an_hour({.max_age = hour, .max_ahead = 300}, budget);
  const std::size_t rows = past.size();
  for (const std::int64_t time : {hour + 300, 2 * hour, 1000 * hour, std::numeric_limits<std::int64_t>::max()}) {
    CHECK(past.try_append({time, 0, 3}) == append_outcome::too_far_ahead);
    CHECK_THROWS_AS(past.append({time, 0, 3}), std::out_of_range);
  }
  past.seal();
  past.trim();
  CHECK(past.size() == rows);
  CHECK(past.evicted() == 0);
  CHECK(past.last()->time == hour - 15);
  CHECK(past.statistics().refused_too_far_ahead == 8);
  CHECK(past.try_append({hour, 0, 3}) == append_outcome::done);
  CHECK(past.try_append({15, 0, 3}) == append_outcome::done);  // late, and not too old
}

TEST_CASE("without max_ahead, rows from further ahead than max_age are refused") {
  memory_budget budget(16 * MiB);
  samples past = an_hour({.max_age = hour}, budget);
  const std::size_t rows = past.size();
  CHECK(past.try_append({3 * hour, 0, 3}) == append_outcome::too_far_ahead);
  past.seal();
  past.trim();
  CHECK(past.size() == rows);
}

TEST_CASE("without any limit of age a row from the future costs nothing") {
  memory_budget budget(16 * MiB);
  samples past = an_hour({}, budget);
  const std::size_t rows = past.size();
  past.append({std::numeric_limits<std::int64_t>::max(), 0, 3});
  past.append({hour, 0, 3});
  past.seal();
  past.trim();
  CHECK(past.size() == rows + 2);
  CHECK(past.last()->time == std::numeric_limits<std::int64_t>::max());
  CHECK(past.from(std::numeric_limits<std::int64_t>::max()).count() == 1);
}

TEST_CASE("a first row from the future does not make all others too old") {
  memory_budget budget(16 * MiB);
  samples past(budget, samples::options{.max_age = hour, .max_ahead = 300});
  past.append({1000 * hour, 0, 3});
  for (std::int64_t time = 0; time < hour; time += 15) REQUIRE(past.try_append({time, 1, 1}) == append_outcome::done);
  CHECK(past.series(1).count() == hour / 15);
}

TEST_CASE("what a history accepts bounds its rows at both ends, both included") {
  memory_budget budget(16 * MiB);
  samples past(budget);
  past.accept(100, 200);
  CHECK(past.try_append({99, 0, 1}) == append_outcome::too_old);
  CHECK(past.try_append({100, 0, 1}) == append_outcome::done);
  CHECK(past.try_append({200, 0, 1}) == append_outcome::done);
  CHECK(past.try_append({201, 0, 1}) == append_outcome::too_far_ahead);
  CHECK(past.statistics().refused_too_old == 1);
  CHECK(past.statistics().refused_too_far_ahead == 1);
  past.accept(std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max());
  CHECK(past.try_append({201, 0, 1}) == append_outcome::done);
}

TEST_CASE("rows go by age when the caller's clock or their own newest time says so, and younger ones stay") {
  memory_budget budget(16 * MiB);
  samples past = an_hour({}, budget);
  past.seal();
  const std::size_t rows = past.size();
  past.expire_before(0);
  CHECK(past.size() == rows);
  past.expire_before(hour / 2);
  CHECK(past.from(hour / 2).count() == rows / 2);  // a block goes when all of it is older
  past.expire_before(hour);
  CHECK(past.empty());
  CHECK(past.series_count() == 0);
  CHECK(past.evicted() == rows);
}
