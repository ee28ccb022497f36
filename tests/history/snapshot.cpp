// A snapshot has the rows of its moment, of all series alike; a history is read in the same words.
#include <slotted/history/snapshot.hpp>

#include <slotted/record/field.hpp>
#include <slotted/record/record.hpp>
#include <slotted/record/symbol.hpp>

#include <chrono>
#include <cstdint>
#include <limits>
#include <ranges>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "history_model.hpp"

using slotted::test::history_model;
using slotted::test::pace;
using slotted::test::reading;
using slotted::test::rows_as_in;

namespace {

using sensor = slotted::symbol<"snapshot test", std::uint16_t>;
struct place {
  sensor name;
  std::int32_t floor = 0;
};
struct point {
  double x = 0;
  std::uint64_t when = 0;
  place at;
};
using past_points = slotted::history<point, &point::when, slotted::path<&point::at, &place::name>>;
using past_by_name = slotted::history<point, "when", "at.name">;

using reading_record = slotted::record<slotted::field<"value", float>, slotted::field<"timestamp", std::uint32_t>>;
using past_records = slotted::history<reading_record, "timestamp">;

using clock = std::chrono::system_clock;
enum class kind : std::int8_t { cold = -1, warm = 1 };
struct sample {
  clock::time_point when;
  kind of = kind::cold;
  std::int64_t value = 0;
};
using past_samples = slotted::history<sample, &sample::when, &sample::of>;

static_assert(std::ranges::forward_range<decltype(std::declval<const past_points&>().series())>);
template <class History>
concept lists_series = requires(const History& of) { of.series(); };
static_assert(lists_series<past_points> && !lists_series<past_records>);

}  // namespace

TEST_CASE("a snapshot has the rows of its moment while others come") {
  history_model model(1);
  const pace how{7, 200, 3, 700};
  model.live(4000, how);
  const auto expected = model.rows();
  const auto moment = model.past.snapshot();
  model.live(6000, how);
  model.past.seal();
  CHECK(moment.size() == 4000);
  CHECK_FALSE(moment.empty());
  CHECK(rows_as_in(moment.rows(), expected) == 4000);
  CHECK(model.past.snapshot().size() == 10000);
  CHECK(same(moment.last().value(), expected.back()));
  CHECK(same(moment.first().value(), expected.front()));
  std::size_t rows = 0;
  moment.scan<&reading::x>([&](std::span<const double> xs) { rows += xs.size(); });
  CHECK(rows == 4000);
}

TEST_CASE("many readings of one snapshot may go on at once") {
  history_model model(2);
  model.live(3000, {3, 50, 3, 400});
  const auto expected = model.rows();
  const auto moment = model.past.snapshot();
  auto one = moment.rows();
  auto other = moment.series(std::uint16_t{4}).between(0, 1000);
  auto at = one.begin();
  std::size_t row = 0;
  for (const reading each : other) {
    REQUIRE(each.sensor == 4);
    REQUIRE(same(*at, expected[row++]));
    ++at;
  }
  CHECK(row > 100);
}

TEST_CASE("series are listed with their rows, bytes and times") {
  history_model model(3);
  model.live(9000, {5, 300, 3, 900});
  std::size_t rows = 0;
  std::size_t count = 0;
  for (const auto info : model.past.series()) {
    const auto expected = model.rows([&](const reading& each) { return each.sensor == info.key; });
    CHECK(info.rows == expected.size());
    CHECK(info.first_time == expected.front().time);
    CHECK(info.last_time == expected.back().time);
    CHECK(info.bytes > expected.size());
    CHECK(info.bytes < expected.size() * sizeof(reading));
    rows += info.rows;
    ++count;
  }
  CHECK(rows == 9000);
  CHECK(count == 5);
  const auto list = model.past.series();
  CHECK(list.size() == 5);
  CHECK(list[4].rows == model.past.series(list[4].key).count());
}

TEST_CASE("a series is found by a text, which is not added to the symbols") {
  slotted::memory_budget budget{slotted::MiB};
  past_points past{budget};
  for (std::uint64_t i = 0; i < 30; ++i)
    past.append({static_cast<double>(i), i, {sensor("sensor_" + std::to_string(i % 3)), 2}});
  CHECK(past.series("sensor_1").count() == 10);
  CHECK(past.series(std::string("sensor_2")).last()->x == 29);
  CHECK(past.series(sensor("sensor_0")).first()->x == 0);
  const std::size_t symbols = sensor::domain().size();
  CHECK(past.series("sensor_99").count() == 0);
  CHECK_FALSE(past.series("sensor_99").first().has_value());
  CHECK(sensor::domain().size() == symbols);
}

TEST_CASE("keys may be names and paths, and the time unsigned") {
  slotted::memory_budget budget{slotted::MiB};
  past_points by_path{budget};
  past_by_name by_name{budget};
  const std::uint64_t half = std::uint64_t{1} << 63;  // where a signed integer would turn negative
  for (std::uint64_t i = 0; i < 3000; ++i) {
    const point each{static_cast<double>(i), half - 1500 + i, {sensor(i % 2 == 0 ? "even" : "odd"), 1}};
    by_path.append(each);
    by_name.append(each);
  }
  std::uint64_t before = 0;
  std::size_t rows = 0;
  for (const point each : by_path.rows()) {
    REQUIRE(before < each.when);
    REQUIRE((each.at.name == "even") == (rows % 2 == 0));
    before = each.when;
    ++rows;
  }
  CHECK(rows == 3000);
  CHECK(by_name.series("odd").between(half - 10, half + 10).count() == 10);
  double sum = 0;
  by_name.series("odd")
      .between(half - 10, half + 10)
      .scan<"x", "at.floor">([&](std::span<const double> xs, std::span<const std::int32_t> floors) {
        for (std::size_t i = 0; i < xs.size(); ++i) sum += xs[i] * floors[i];
      });
  CHECK(sum == 15000);
  CHECK(by_path.aggregate<slotted::path<&point::at, &place::floor>>().sum == 3000);
}

TEST_CASE("a history of records without series is read by names") {
  slotted::memory_budget budget{slotted::MiB};
  past_records past{budget};
  for (std::uint32_t i = 0; i < 2500; ++i) past.append({static_cast<float>(i), 4'000'000'000U + i});
  std::uint32_t next = 4'000'001'000U;
  for (const reading_record each : past.between(4'000'001'000U, 4'000'002'000U))
    REQUIRE(each.get<"timestamp">() == next++);
  CHECK(next == 4'000'002'000U);
  CHECK(past.last()->get<"value">() == 2499);
  CHECK(past.newest(3).begin()->get<"value">() == 2497);
  CHECK(past.aggregate<"value">().max == 2499);
}

TEST_CASE("times may be chrono's, series an enumeration") {
  using namespace std::chrono_literals;
  slotted::memory_budget budget{slotted::MiB};
  past_samples past{budget};
  const clock::time_point start{1'700'000'000s};
  for (int i = 0; i < 4000; ++i) past.append({start + i * 1min, i % 4 == 0 ? kind::cold : kind::warm, i});
  CHECK(past.between(start + 1h, start + 2h).count() == 60);
  CHECK(past.series(kind::cold).between(start + 1h, start + 2h).count() == 15);
  std::size_t hours = 0;
  for (const auto& each : past.aggregate<&sample::value>(start, start + 10h, 1h)) {
    CHECK(each.start == start + static_cast<std::int64_t>(hours) * 1h);
    CHECK(each.count == 60);
    CHECK(each.min == static_cast<std::int64_t>(hours) * 60);
    ++hours;
  }
  CHECK(hours == 10);
  CHECK(past.last()->when == start + 3999min);
}

TEST_CASE("an integer that is no key of a series names none") {
  history_model model(4);
  model.live(100, {1, 1, 3, 0});
  CHECK(model.past.series(1).count() == 100);
  CHECK(model.past.series(65537).count() == 0);
  CHECK(model.past.series(-65535).count() == 0);
}
