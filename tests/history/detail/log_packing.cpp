// Blocks that stand where erased ones stood: all rows are found by every way to them, and the slabs are given back.
#include <slotted/history/detail/log_packing.hpp>

#include <cstdint>
#include <map>
#include <random>
#include <vector>

#include <slotted/history/history.hpp>
#include "catch.hpp"
#include "samples.hpp"

using slotted::memory_budget;
using slotted::MiB;
using slotted::test::list_of;
using slotted::test::same;
using slotted::test::sample;
using slotted::test::samples;

namespace {

using model = std::map<std::uint32_t, std::vector<sample>>;

void check(const samples& past, const model& expected, const memory_budget& budget, std::mt19937_64& random) {
  REQUIRE(past.footprint().total() == budget.used());
  std::size_t rows = 0;
  for (const auto& [series, all] : expected) {
    rows += all.size();
    REQUIRE(same(list_of(past.series(series)), all));
    const std::size_t first = random() % all.size();
    const std::size_t end = first + random() % (all.size() - first);
    const std::vector<sample> part(all.begin() + static_cast<std::ptrdiff_t>(first),
                                   all.begin() + static_cast<std::ptrdiff_t>(end));
    REQUIRE(same(list_of(past.series(series).between(all[first].time, all[end].time)), part));
    REQUIRE(same(*past.series(series).last(), all.back()));
    REQUIRE(same(*past.series(series).first(), all.front()));
  }
  REQUIRE(past.size() == rows);
}

}  // namespace

TEST_CASE("whatever series are erased, the rows of the others are found, and room comes back") {
  for (const std::size_t limit : {2 * MiB, 64 * MiB}) {  // slabs of 32 KiB, and larger ones
    std::mt19937_64 random(limit);
    memory_budget budget(limit);
    samples past(budget);
    model expected;
    std::int64_t time = 0;
    std::uint32_t next = 30;
    std::vector<std::uint32_t> names;
    for (std::uint32_t i = 0; i < next; ++i) names.push_back(i);
    for (int round = 0; round < 24; ++round) {
      for (int i = 0; i < 400; ++i, time += 15) {
        for (const std::uint32_t name : names) {
          if (name % 7 == 6 && i % 9 != 0) continue;  // series of other rates
          const sample row{time, static_cast<double>(random() % 1'000'003) / 7, name};
          if (past.try_append(row)) expected[name].push_back(row);
        }
      }
      if (round % 5 == 4) past.seal();
      const auto open = round % 3 == 2 ? past.snapshot() : decltype(past.snapshot()){};
      const std::size_t seen = open.size();
      const std::size_t before = past.statistics().block_bytes;
      for (int erased = 0; erased < 5; ++erased) {
        const std::size_t which = random() % names.size();
        REQUIRE(past.erase(names[which]) == expected.contains(names[which]));
        expected.erase(names[which]);
        names[which] = next++;
      }
      CHECK(open.size() == seen);
      if (open.size() == 0) CHECK(past.statistics().block_bytes <= before);
      if (round % 4 == 3) past.trim();
      check(past, expected, budget, random);
    }
    for (const std::uint32_t name : names) past.erase(name);
    past.trim();
    CHECK(past.empty());
    CHECK(past.statistics().block_bytes == 0);
  }
}

TEST_CASE("what is erased under a snapshot is packed when the snapshot has gone") {
  memory_budget budget(64 * MiB);
  samples past(budget);
  for (std::uint64_t i = 0; i < 400'000; ++i) past.append(slotted::test::scraped(i, 16));
  past.seal();
  past.trim();
  const std::size_t all = past.statistics().block_bytes;
  {
    const auto open = past.snapshot();
    for (std::uint32_t series = 0; series < 8; ++series) past.erase(series);
    CHECK(open.size() == 400'000);
    std::size_t rows = 0;
    open.scan<&sample::value>([&](std::span<const double> values) { rows += values.size(); });
    CHECK(rows == 400'000);
  }
  past.trim();
  CHECK(past.statistics().block_bytes < all * 6 / 10);
  CHECK(past.size() == 200'000);
  CHECK(past.footprint().total() == budget.used());
}
