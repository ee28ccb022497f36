// An aggregate is that of the rows, by stretches of time: of those that have rows, whatever lies between them.
#include <slotted/history/buckets.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <map>
#include <ranges>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "detail/fake_past.hpp"

using slotted::test::fake_memory;
using slotted::test::fake_past;
using slotted::test::pace;
using slotted::test::paces;
using slotted::test::reading;

namespace {

using bucket = slotted::history_bucket<std::int64_t, double>;
using buckets = slotted::history_buckets<std::int64_t, double>;
static_assert(std::ranges::forward_range<buckets> && std::ranges::forward_range<const buckets>);
static_assert(std::ranges::common_range<buckets> && !std::is_copy_constructible_v<buckets>);

void add(bucket& to, double x) {
  if (std::isnan(x)) {
    ++to.nans;
    return;
  }
  to.min = to.count == 0 ? x : std::min(to.min, x);
  to.max = to.count == 0 ? x : std::max(to.max, x);
  ++to.count;
  to.sum += x;
}
bool equal(const bucket& left, const bucket& right) {
  return left.start == right.start && left.count == right.count && left.nans == right.nans &&
         (left.count == 0 || (left.min == right.min && left.max == right.max && std::abs(left.sum - right.sum) < 1e-6 &&
                              std::abs(left.mean() - right.mean()) < 1e-9));
}

}  // namespace

TEST_CASE("an aggregate is that of the rows, by stretches of time or as a whole, in any memory") {
  for (const std::size_t bytes : {0U, 20'000U, 100'000'000U}) {
    std::uint32_t seed = 40;
    for (const pace& each : paces) {
      fake_memory memory(bytes);
      fake_past past(seed++);
      past.model.state.memory = memory.get();
      past.model.state.summaries_from = seed % 2 == 0 ? 20 : 1024;
      past.live(4000, each);
      for (int query = 0; query < 6; ++query) {
        const std::int64_t first = past.model.any_time();
        const std::int64_t end = first + static_cast<std::int64_t>(past.model.random() % (query % 2 == 0 ? 300 : 9000));
        const std::int64_t step = 1 + static_cast<std::int64_t>(past.model.random() % (query % 3 == 0 ? 5 : 4000));
        CAPTURE(bytes, each.series, each.late, each.step, first, end, step);
        std::map<std::int64_t, bucket> expected;
        bucket whole;
        for (const reading& row :
             past.model.rows([&](const reading& of) { return first <= of.time && of.time < end; })) {
          const std::int64_t start = first + (row.time - first) / step * step;
          add(expected.try_emplace(start, bucket{.start = start}).first->second, row.x);
          if (whole.count + whole.nans == 0) whole.start = row.time;
          add(whole, row.x);
        }
        const auto made = past.aggregate<&reading::x>(first, end, step);
        auto next = expected.begin();
        std::size_t wrong = 0;
        for (const bucket& got : made) wrong += next == expected.end() || !equal(next++->second, got);
        CHECK(wrong == 0);
        CHECK(next == expected.end());
        CHECK(made.empty() == expected.empty());
        CHECK(equal(past.between(first, end).aggregate<&reading::x>(), whole));
      }
      CHECK(memory.budget.used() == 0);
    }
  }
}

TEST_CASE("a query over hostile times allocates for the rows that there are, not for the stretch between them") {
  fake_memory memory(4096 + 64 * sizeof(bucket));
  fake_past past(1);
  past.model.state.memory = memory.get();
  for (const std::int64_t time : {INT64_MIN, std::int64_t{-1}, std::int64_t{0}, INT64_MAX / 2, INT64_MAX - 1}) {
    reading each;
    each.time = time;
    each.x = 1;
    past.model.add(each);
  }
  std::vector<std::int64_t> starts;
  {
    const auto made = past.aggregate<&reading::x>(INT64_MIN, INT64_MAX, 1);
    CHECK(memory.budget.used() == 0);  // a few buckets stand in the result itself
    for (const bucket& each : made) starts.push_back(each.start);
    CHECK(starts == std::vector<std::int64_t>{INT64_MIN, -1, 0, INT64_MAX / 2, INT64_MAX - 1});
  }
  for (int i = 0; i < 40; ++i) {
    reading each;
    each.time = i * 1'000'000'000'000'000;
    each.x = 1;
    past.model.add(each);
  }
  const auto made = past.aggregate<&reading::x>(0, INT64_MAX, 7);
  CHECK(std::ranges::distance(made) == 42);
  CHECK(memory.budget.used() <= 64 * sizeof(bucket));
}

TEST_CASE("stretches that reach over the ends of int64 end there") {
  fake_past past(2);
  for (const std::int64_t time : {INT64_MIN, std::int64_t{-1}, std::int64_t{0}, INT64_MAX - 1, INT64_MAX}) {
    reading each;
    each.time = time;
    each.x = 1;
    past.model.add(each);
  }
  std::vector<std::int64_t> starts;
  for (const bucket& each : past.aggregate<&reading::x>(INT64_MIN, INT64_MAX, INT64_MAX)) {
    starts.push_back(each.start);
    CHECK(static_cast<double>(each.count) == each.sum);
  }
  CHECK(starts == std::vector<std::int64_t>{INT64_MIN, -1, INT64_MAX - 1});
  std::uint64_t last = 0;
  for (const bucket& each : past.aggregate<&reading::x>(0, 1000)) last = each.count;
  CHECK(last == 2);  // without an end, the greatest time is among them
}

TEST_CASE("buckets for which there is no memory are read while one iterates, in any order") {
  fake_memory memory(0);
  fake_past past(3);
  past.model.state.memory = memory.get();
  past.live(3000, pace{3, 10, 3, 100});
  const auto made = past.aggregate<&reading::y>(0, 3100, 50);
  std::vector<std::pair<std::int64_t, std::uint64_t>> once;
  for (const auto& each : made) once.emplace_back(each.start, each.count);
  CHECK(once.size() > 50);
  std::vector<std::pair<std::int64_t, std::uint64_t>> again;
  auto behind = made.begin();
  for (auto at = made.begin(); at != made.end(); ++at) {
    if (std::distance(made.begin(), at) > 20) CHECK((behind++)->start < at->start);
    again.emplace_back(at->start, at->count);
  }
  CHECK(again == once);
  CHECK(memory.budget.used() == 0);
}

TEST_CASE("buckets in memory need the history no more, and may be moved") {
  buckets kept;
  CHECK(kept.empty());
  {
    fake_past past(4);
    past.live(1000, pace{3, 10, 3, 100});
    auto made = past.aggregate<&reading::x>(0, 1100, 10);
    kept = std::move(made);
  }
  std::uint64_t rows = 0;
  for (const bucket& each : kept) rows += each.count + each.nans;
  CHECK(rows > 900);
  const buckets moved(std::move(kept));
  CHECK(std::ranges::max_element(moved, {}, &bucket::start)->start >= 900);
}

TEST_CASE("a block within one stretch is not decoded where it has a summary") {
  fake_past past(5);
  past.model.state.summaries_from = 1;
  for (int i = 0; i < 1000; ++i) {
    reading row;
    row.time = i;
    row.x = i;
    past.model.add(row);
    if (i % 100 == 99) past.model.cut_all();
  }
  const auto made = past.aggregate<&reading::x>(0, 1000, 500);
  CHECK(std::ranges::distance(made) == 2);
  CHECK(past.model.state.counts.columns_decoded == 0);
  CHECK(made.begin()->sum == 499 * 500 / 2);
  CHECK(past.aggregate<&reading::x>().sum == 999 * 1000 / 2);
  CHECK(past.model.state.counts.columns_decoded == 0);
  CHECK(std::ranges::distance(past.aggregate<&reading::x>(0, 1000, 250)) == 4);
  CHECK(past.model.state.counts.columns_decoded == 4);  // two blocks reach over an end of a stretch
}

TEST_CASE("aggregates of the time and of the series are those of their values") {
  fake_past past(6);
  past.live(5000, {4, 100, 3, 70});
  double times = 0;
  std::int64_t sensors = 0;
  for (const reading& each : past.expected()) {
    times += static_cast<double>(each.time);
    sensors += each.sensor;
  }
  CHECK(past.aggregate<&reading::time>().sum == times);
  const auto keys = past.aggregate<&reading::sensor>();
  CHECK(keys.sum == sensors);
  CHECK(keys.min == 1);
  CHECK(keys.max == 10);
}
