#include <slotted/history/series_selection.hpp>

#include <cstdint>
#include <set>
#include <slotted/history/labelled_history.hpp>
#include <span>
#include <string>
#include <string_view>

#include "catch.hpp"

namespace {

struct sample {
  std::int64_t time;
  double value;
};
using past = slotted::history<sample, &sample::time, slotted::by_labels>;

void fill(past& all) {
  for (int i = 0; i < 40; ++i) {
    const slotted::series_ref ref =
        all.open({{"cpu", std::to_string(i)}, {"mode", i % 4 == 0 ? "idle" : "user"}, {"job", "node"}});
    for (std::int64_t t = 0; t < 500; ++t) all.append(ref, {t, static_cast<double>(i)});
  }
}

}  // namespace

TEST_CASE("what matchers found is read as rows, in a window, by columns and in buckets") {
  past all;
  fill(all);
  const auto idle = all.matching({{"job", "node"}, {"mode", "idle"}});
  CHECK(idle.size() == 10);
  CHECK_FALSE(idle.empty());
  CHECK(idle.rows().count() == 5000);
  CHECK(all.matching({{"job", "node"}, !slotted::label{"mode", "idle"}}).rows().count() == 15'000);
  std::int64_t last = 0;
  std::set<double> values;
  std::size_t rows = 0;
  for (const sample& each : idle.between(100, 110)) {
    CHECK(each.time >= last);
    last = each.time;
    values.insert(each.value);
    ++rows;
  }
  CHECK(rows == 100);
  CHECK(values == std::set<double>{0, 4, 8, 12, 16, 20, 24, 28, 32, 36});
  double sum = 0;
  idle.scan<&sample::value>([&](std::span<const double> some) {
    for (const double each : some) sum += each;
  });
  CHECK(sum == 500.0 * 180);
  CHECK(idle.from(499).count() == 10);
  std::size_t buckets = 0;
  // What was asked of has gone when the buckets are read.
  for (const auto each : all.matching({{"mode", "idle"}}).between(0, 500).aggregate<&sample::value>(0, 500, 100)) {
    CHECK(each.count == 1000);
    CHECK(each.max == 36);
    ++buckets;
  }
  CHECK(buckets == 5);
  const auto sevens = [](std::string_view value) { return value.ends_with('7'); };
  CHECK(all.matching({slotted::matches("cpu", sevens)}).rows().count() == 2000);
  CHECK(all.matching({{"cpu", "none"}}).rows().count() == 0);
  CHECK(all.matching({{"cpu", "none"}}).rows().last() == std::nullopt);
  std::size_t newest = 0;
  for (const sample& each : idle.rows().newest(15)) newest += each.time >= 498 ? 1 : 0;
  CHECK(newest == 15);
}

TEST_CASE("a full budget fails no matcher, and matching evicts nothing") {
  slotted::memory_budget budget(slotted::MiB);
  past all{budget, slotted::on_full::evict_oldest};
  for (std::int64_t t = 0; all.evicted() == 0; ++t)
    for (int i = 0; i < 50; ++i)
      all.append(all.open({{"id", std::to_string(i)}, {"even", i % 2 == 0 ? "yes" : "no"}}),
                 {t, static_cast<double>(t * i) / 7});
  const std::size_t rows = all.size();
  for (int i = 0; i < 100; ++i) REQUIRE(all.matching({{"even", "yes"}}).size() == 25);
  CHECK(all.size() == rows);
  CHECK(all.matching({{"even", "yes"}}).rows().count() + all.matching({{"even", "no"}}).rows().count() == rows);
}
