// How rows leave the head: in blocks of 1024 rows, and one of what is left that later rows are merged with.
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

}  // namespace

TEST_CASE("sealing cuts a series into full blocks and one of what is left") {
  past_of_readings past;
  for (int i = 0; i < 5000; ++i) past.append({i, i * 0.25, 3});
  past.seal();
  auto of = past.statistics();
  CHECK(of.head_rows == 0);
  CHECK(of.blocks == 5);  // 4 of 1024 rows and one of 904
  const std::uint64_t encoded = of.encoded_rows;
  for (int i = 5000; i < 5120; ++i) past.append({i, i * 0.25, 3});
  past.seal();
  of = past.statistics();
  CHECK(of.blocks == 5);
  CHECK(of.encoded_rows == encoded + 1024);  // the last block again, now full, and none of the others
  CHECK(of.merged_blocks >= 1);
}

TEST_CASE("late rows in the head are ordered when they become a block") {
  past_of_readings past;
  for (int i = 0; i < 500; ++i) past.append({(i * 37) % 500, i * 1.0, 1});
  past.seal();
  CHECK(past.statistics().blocks == 1);
  std::int64_t next = 0;
  for (const reading each : past.series(1u)) {
    CHECK(each.time == next);
    CHECK((static_cast<int>(each.value) * 37) % 500 == each.time);
    ++next;
  }
  CHECK(next == 500);
}
