// What becomes of a row: taken, or refused for a reason that is counted, with nothing changed.
#include <slotted/history/history.hpp>

#include <cstdint>

#include "catch.hpp"

namespace {

struct reading {
  std::int64_t time;
  double value;
  std::uint32_t sensor;
};
using past_of_readings = slotted::history<reading, &reading::time, &reading::sensor>;
using slotted::append_outcome;

}  // namespace

TEST_CASE("each refusal says why, is counted, and changes nothing") {
  past_of_readings past({.max_age = 100, .max_ahead = 50, .max_series = 2});
  for (int i = 0; i < 40; ++i) past.append({1000 + i, 0.5, static_cast<std::uint32_t>(i % 2)});
  const auto before = past.statistics();
  CHECK(past.try_append({1200, 1, 0}) == append_outcome::too_far_ahead);
  CHECK(past.try_append({800, 1, 0}) == append_outcome::too_old);
  CHECK(past.try_append({1039, 1, 7}) == append_outcome::too_many_series);
  past.accept(1000, 1050);
  CHECK(past.try_append({1051, 1, 0}) == append_outcome::too_far_ahead);
  CHECK(past.try_append({999, 1, 0}) == append_outcome::too_old);
  const auto after = past.statistics();
  CHECK(after.refused_too_far_ahead == 2);
  CHECK(after.refused_too_old == 2);
  CHECK(after.refused_too_many_series == 1);
  CHECK(after.appended == before.appended);
  CHECK(after.rows == 40);
  CHECK(past.series_count() == 2);
  CHECK(past.try_append({1040, 1, 1}) == append_outcome::done);
  CHECK(past.statistics().appended == 41);
}

TEST_CASE("a row that is older than one before it is taken and counted as late") {
  past_of_readings past;
  past.append({10, 1, 1});
  past.append({5, 2, 1});
  past.append({7, 3, 2});
  CHECK(past.statistics().late == 1);
  CHECK(past.first()->time == 5);
  CHECK(past.last()->time == 10);
}
