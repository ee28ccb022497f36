// A row that comes late is taken, stands where its time says, and costs the same however many blocks there are.
#include <algorithm>
#include <cstdint>
#include <random>
#include <vector>

#include "catch.hpp"
#include "samples.hpp"

using slotted::test::list_of;
using slotted::test::sample;
using slotted::test::samples;

TEST_CASE("rows in any order of time come back in the order of time") {
  for (const std::uint32_t late : {1U, 50U, 5'000U, 1'000'000U}) {
    CAPTURE(late);
    samples past;
    std::vector<sample> rows;
    std::mt19937 random(late);
    for (int i = 0; i < 20'000; ++i) {
      // No two times are equal: their order does not depend on the order of series.
      const auto time =
          static_cast<std::int64_t>(i) * 3'000'000 - static_cast<std::int64_t>(random() % late) * 3'000'000 + i;
      rows.push_back({time, static_cast<double>(i), static_cast<std::uint32_t>(random() % 7)});
      past.append(rows.back());
    }
    std::sort(rows.begin(), rows.end(), [](const sample& left, const sample& right) { return left.time < right.time; });
    CHECK(same(list_of(past.rows()), rows));
    past.seal();
    CHECK(same(list_of(past.rows()), rows));
    CHECK(same(list_of(past.between(rows[5000].time, rows[6000].time)),
               std::vector<sample>(rows.begin() + 5000, rows.begin() + 6000)));
    CHECK((late == 1) == (past.statistics().late == 0));
  }
}

namespace {

// How many rows are encoded for 10,000 late ones, one at a time behind any row of a series of so many.
std::uint64_t encoded_for_late_rows(int rows) {
  samples past;
  for (int i = 0; i < rows; ++i) past.append({std::int64_t{i} * 10, static_cast<double>(i), 1});
  past.seal();
  const std::uint64_t before = past.statistics().encoded_rows;
  std::mt19937 random(3);
  for (int i = 0; i < 10'000; ++i)
    past.append({static_cast<std::int64_t>(random() % static_cast<unsigned>(rows - 1)) * 10 + 5, 0.5, 1});
  past.seal();
  CHECK(past.statistics().late == 10'000);
  return past.statistics().encoded_rows - before;
}

}  // namespace

TEST_CASE("what late rows cost does not depend on the number of blocks") {
  const std::uint64_t few = encoded_for_late_rows(20'000);
  const std::uint64_t many = encoded_for_late_rows(400'000);
  CHECK(few <= 10'000 * 4);
  CHECK(many <= few + few / 4);
}
