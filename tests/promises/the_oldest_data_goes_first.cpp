// Under a budget that is full the oldest rows go first: between series of different rates, and between histories.
#include <algorithm>
#include <cstdint>
#include <vector>

#include "catch.hpp"
#include "samples.hpp"

using slotted::KiB;
using slotted::memory_budget;
using slotted::MiB;
using slotted::on_full;
using slotted::test::sample;
using slotted::test::samples;
using slotted::test::scraped;

TEST_CASE("series of one rate keep the same stretch of time") {
  slotted::test::full_samples full(1 * MiB, 50);
  const std::int64_t now = full.past.last()->time;
  std::int64_t least = INT64_MAX;
  std::int64_t most = 0;
  for (const auto info : full.past.series()) {
    least = std::min(least, now - info.first_time);
    most = std::max(most, now - info.first_time);
  }
  CHECK(full.past.series_count() == 50);
  CHECK(least * 3 >= most * 2);
}

// A slow series keeps at least half the stretch of time of the fast ones: its rows stand in one block with others that
// waited as long, and go with the slab in which the fast ones of their age are.
TEST_CASE("a slow series beside fast ones keeps rows as old as theirs, and loses what is much older") {
  memory_budget budget(1 * MiB);
  samples past(budget, on_full::evict_oldest);
  constexpr std::uint32_t slow = 1000;
  for (std::uint64_t i = 0; i < 600'000; ++i) {
    past.append(scraped(i, 20));
    if (i % 20'000 == 0) past.append({static_cast<std::int64_t>(i / 20 * 15), 0.25, slow});
  }
  REQUIRE(past.evicted() > past.size());
  const std::int64_t now = past.last()->time;
  std::int64_t fast = 0;
  for (std::uint32_t series = 0; series < 20; ++series) fast = std::max(fast, now - past.series(series).first()->time);
  const std::int64_t kept = now - past.series(slow).first()->time;
  CHECK(past.series(slow).last()->time >= now - 15'000);
  CHECK(2 * kept >= fast);
  CHECK(kept <= 3 * fast);
}

TEST_CASE("an idle history gives its rows up to one that appends newer ones") {
  memory_budget budget(1 * MiB);
  samples idle(budget, on_full::evict_oldest);
  std::uint64_t i = 0;
  while (idle.evicted() == 0) idle.append(scraped(i++, 20));
  const std::size_t before = idle.size();

  samples busy(budget, on_full::evict_oldest);
  for (std::uint64_t rows = 0; rows < 4 * before; ++rows) REQUIRE(busy.try_append(scraped(i++, 20)));
  CHECK(idle.evicted() > before / 2);
  CHECK(busy.size() > before / 2);
  CHECK(busy.footprint().total() + idle.footprint().total() == budget.used());
  CHECK(budget.peak() <= budget.limit());
}

TEST_CASE("histories that append at the same rate share a budget, and none starves") {
  memory_budget budget(2 * MiB);
  samples one(budget, on_full::evict_oldest);
  samples other(budget, on_full::evict_oldest);
  for (std::uint64_t i = 0; i < 400'000; ++i) {
    REQUIRE(one.try_append(scraped(i, 20)));
    REQUIRE(other.try_append(scraped(i, 20)));
  }
  REQUIRE(one.evicted() != 0);
  REQUIRE(other.evicted() != 0);
  CHECK(one.size() * 3 > other.size());
  CHECK(other.size() * 3 > one.size());
}

TEST_CASE("a history that refuses gives nothing up to another") {
  memory_budget budget(512 * KiB);
  samples kept(budget);
  for (std::uint64_t i = 0; i < 10'000; ++i) kept.append(scraped(i, 20));
  samples busy(budget, on_full::evict_oldest);
  for (std::uint64_t i = 0; i < 100'000; ++i) REQUIRE(busy.try_append(scraped(i, 20)));
  CHECK(busy.evicted() != 0);
  CHECK(kept.size() == 10'000);
  CHECK(kept.evicted() == 0);
}
