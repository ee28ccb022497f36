// What goes when there is no room: the oldest blocks, each shown once before, and nothing that is counted wrongly.
#include <slotted/history/history.hpp>

#include <cstdint>
#include <random>

#include "catch.hpp"

namespace {

struct reading {
  std::int64_t time;
  double value;
  std::uint32_t sensor;
};
using past_of_readings = slotted::history<reading, &reading::time, &reading::sensor>;

struct shown {
  std::uint64_t rows = 0;
  std::int64_t latest = -1;
  bool in_order = true;
  void operator()(const past_of_readings::evicted_block& block) {
    rows += block.size();
    in_order &= block.first_time() <= block.last_time();
    latest = latest < block.last_time() ? block.last_time() : latest;
  }
};

}  // namespace

TEST_CASE("a full history shows each block before it goes, and keeps what is newer") {
  slotted::memory_budget budget(std::size_t{512} << 10);
  past_of_readings past(budget, slotted::on_full::evict_oldest);
  shown gone;
  past.on_evict(gone);
  std::mt19937_64 random(7);
  for (int i = 0; i < 200'000; ++i) past.append({i, static_cast<double>(random() % 1'000'000'007) / 7, 4});
  CHECK(gone.rows != 0);
  CHECK(gone.in_order);
  CHECK(gone.rows == past.evicted());
  CHECK(past.size() + past.evicted() == 200'000);
  CHECK(past.first()->time == gone.latest + 1);
  CHECK(past.last()->time == 199'999);
  CHECK(past.series(4u).count() == past.size());
}

TEST_CASE("rows go by age though there is room") {
  past_of_readings past({.max_age = 2000});
  for (int i = 0; i < 20'000; ++i) past.append({i, 1.5, 4});
  past.seal();
  CHECK(past.last()->time == 19'999);
  CHECK(past.first()->time >= 19'999 - 2000 - 2 * 1024 - 64);  // in whole blocks
  CHECK(past.size() + past.evicted() == 20'000);
  past.expire_before(30'000);
  CHECK(past.empty());
  CHECK(past.evicted() == 20'000);
}
