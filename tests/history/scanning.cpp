// Scans and aggregates see every row of what they are asked for once, and no other.
#include <slotted/history/rows.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "catch.hpp"
#include "history_model.hpp"

using slotted::test::history_model;
using slotted::test::pace;
using slotted::test::paces;
using slotted::test::reading;

namespace {

// Of a set of rows, whatever their order.
struct digest {
  std::size_t rows = 0;
  std::uint64_t sum = 0;

  void add(double x, float y, std::int64_t time, std::uint16_t sensor, bool on, std::optional<std::int32_t> note,
           const std::array<std::int16_t, 3>& axes) {
    const auto mix = [](std::uint64_t word) {
      word = (word ^ (word >> 31)) * 0x9E3779B97F4A7C15u;
      return word ^ (word >> 29);
    };
    std::uint64_t word = std::bit_cast<std::uint64_t>(x);
    word = mix(word) + std::bit_cast<std::uint32_t>(y);
    word = mix(word) + static_cast<std::uint64_t>(time);
    word = mix(word) + sensor + (on ? 1U << 20 : 0U);
    word = mix(word) + (note ? static_cast<std::uint64_t>(*note) + 1 : 0);
    word = mix(word) + static_cast<std::uint64_t>(axes[0] * 4 + axes[1] * 2 + axes[2]);
    sum += mix(word);
    ++rows;
  }
  friend bool operator==(const digest&, const digest&) = default;
};

digest digest_of(const std::vector<reading>& rows) {
  digest made;
  for (const reading& each : rows) made.add(each.x, each.y, each.time, each.sensor, each.on, each.note, each.axes);
  return made;
}

template <class Source, class... Filter>
digest scanned(const Source& source, Filter... filter) {
  digest made;
  source.template scan<&reading::x, &reading::y, &reading::time, &reading::sensor, &reading::on, &reading::note,
                       &reading::axes>(
      [&](std::span<const double> xs, std::span<const float> ys, std::span<const std::int64_t> times,
          std::span<const std::uint16_t> sensors, std::span<const bool> ons,
          std::span<const std::optional<std::int32_t>> notes, std::span<const std::array<std::int16_t, 3>> axes) {
        REQUIRE(xs.size() <= 1024);
        REQUIRE(!xs.empty());
        REQUIRE((ys.size() == xs.size() && times.size() == xs.size() && sensors.size() == xs.size() &&
                 ons.size() == xs.size() && notes.size() == xs.size() && axes.size() == xs.size()));
        for (std::size_t i = 0; i < xs.size(); ++i)
          made.add(xs[i], ys[i], times[i], sensors[i], ons[i], notes[i], axes[i]);
      },
      filter...);
  return made;
}

using bucket = slotted::history_bucket<std::int64_t, double>;

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

TEST_CASE("a scan sees each row once") {
  std::uint32_t seed = 1;
  for (const pace& each : paces) {
    history_model model(seed++);
    model.live(6000, each);
    CAPTURE(each.series, each.late, each.step);
    CHECK(scanned(model.past) == digest_of(model.rows()));
    for (int query = 0; query < 6; ++query) {
      const std::int64_t first = model.any_time();
      const std::int64_t end = first + static_cast<std::int64_t>(model.random() % (query % 2 == 0 ? 20 : 3000));
      const std::uint16_t sensor = model.any_sensor(each.series);
      const auto within = [&](const reading& row) { return first <= row.time && row.time < end; };
      CHECK(scanned(model.past.between(first, end)) == digest_of(model.rows(within)));
      CHECK(scanned(model.past.series(sensor).between(first, end)) ==
            digest_of(model.rows([&](const reading& row) { return within(row) && row.sensor == sensor; })));
    }
  }
}

TEST_CASE("a scan may look for a range of values in a column, scanned or not") {
  std::uint32_t seed = 20;
  for (const pace& each : paces) {
    history_model model(seed++);
    model.live(5000, each);
    for (int query = 0; query < 6; ++query) {
      const std::int64_t first = model.any_time();
      const std::int64_t end = first + 2000;
      const double least = static_cast<double>(model.random() % 110) - 5;
      const double most = least + static_cast<double>(model.random() % 10);
      CAPTURE(each.series, each.late, each.step, least, most);
      CHECK(scanned(model.past.between(first, end), slotted::where<&reading::x>(least, most)) ==
            digest_of(model.rows([&](const reading& row) {
              return first <= row.time && row.time < end && least <= row.x && row.x <= most;
            })));
      std::size_t rows = 0;
      model.past.scan<&reading::on>([&](std::span<const bool> ons) { rows += ons.size(); },
                                    slotted::where<&reading::sensor>(4, 7));
      CHECK(rows == model.rows([](const reading& row) { return 4 <= row.sensor && row.sensor <= 7; }).size());
    }
  }
}

TEST_CASE("a scan ends where its function says so") {
  history_model model(30);
  model.live(5000, {3, 1, 3, 500});
  std::size_t calls = 0;
  model.past.scan<&reading::x>([&](std::span<const double>) { return ++calls < 3; });
  CHECK(calls == 3);
  calls = 0;
  model.past.scan<&reading::x>([&](std::span<const double>) { return ++calls < 1; },
                               slotted::where<&reading::x>(0.0, 100.0));
  CHECK(calls == 1);
  calls = 0;
  model.past.scan<&reading::x>([&](std::span<const double>) { ++calls; });
  CHECK(calls > 3);
}

TEST_CASE("an aggregate is that of the rows, by stretches of time or as a whole") {
  std::uint32_t seed = 40;
  for (const pace& each : paces) {
    history_model model(seed++);
    model.live(8000, each);
    for (int query = 0; query < 8; ++query) {
      const std::int64_t first = model.any_time();
      const std::int64_t end = first + static_cast<std::int64_t>(model.random() % (query % 2 == 0 ? 300 : 9000));
      const std::int64_t step = 1 + static_cast<std::int64_t>(model.random() % (query % 3 == 0 ? 5 : 4000));
      CAPTURE(each.series, each.late, each.step, first, end, step);
      std::map<std::int64_t, bucket> expected;
      bucket whole;
      for (const reading& row : model.rows([&](const reading& of) { return first <= of.time && of.time < end; })) {
        const std::int64_t start = first + (row.time - first) / step * step;
        add(expected.try_emplace(start, bucket{.start = start}).first->second, row.x);
        if (whole.count + whole.nans == 0) whole.start = row.time;
        add(whole, row.x);
      }
      std::size_t count = 0;
      std::size_t wrong = 0;
      for (const bucket& got : model.past.aggregate<&reading::x>(first, end, step)) {
        const auto same = expected.find(got.start);
        wrong += same == expected.end() || !equal(same->second, got);
        ++count;
      }
      CHECK(wrong == 0);
      CHECK(count == expected.size());
      CHECK(equal(model.past.between(first, end).aggregate<&reading::x>(), whole));
    }
  }
}

TEST_CASE("aggregates of the time and of the series are those of their values") {
  history_model model(60);
  model.live(5000, {4, 100, 3, 700});
  const std::vector<reading> rows = model.rows();
  const auto times = model.past.aggregate<&reading::time>();
  CHECK(times.count == 5000);
  CHECK(times.min == rows.front().time);
  CHECK(times.max == rows.back().time);
  double sum = 0;
  std::int64_t sensors = 0;
  for (const reading& each : rows) {
    sum += static_cast<double>(each.time);
    sensors += each.sensor;
  }
  CHECK(times.sum == sum);
  const auto keys = model.past.aggregate<&reading::sensor>();
  CHECK(keys.sum == sensors);
  CHECK(keys.min == 1);
  CHECK(keys.max == 10);
}

TEST_CASE("stretches that reach over the ends of int64 end there") {
  history_model model(61);
  for (const std::int64_t time : {INT64_MIN, std::int64_t{-1}, std::int64_t{0}, INT64_MAX - 1}) {
    reading each;
    each.time = time;
    each.x = 1;
    model.add(each);
  }
  std::vector<std::int64_t> starts;
  for (const bucket& each : model.past.aggregate<&reading::x>(INT64_MIN, INT64_MAX, INT64_MAX)) {
    starts.push_back(each.start);
    CHECK(static_cast<double>(each.count) == each.sum);
  }
  CHECK(starts == std::vector<std::int64_t>{INT64_MIN, -1, INT64_MAX - 1});
}

TEST_CASE("stretches take memory for the rows that there are, however many there could be") {
  history_model model(62);
  model.live(10, {1, 1, 3, 0});
  reading late;
  late.time = INT64_MAX / 2;
  model.add(late);
  const std::size_t before = model.budget.used();
  std::size_t buckets = 0;
  std::uint64_t rows = 0;
  for (const bucket& each : model.past.aggregate<&reading::x>(0, INT64_MAX, 1)) {
    ++buckets;
    rows += each.count + each.nans;
  }
  CHECK(buckets <= 11);
  CHECK(rows == 11);
  CHECK(model.budget.used() == before);
  CHECK_FALSE(model.past.aggregate<&reading::x>(0, INT64_MAX, std::int64_t{1} << 50).empty());
}
