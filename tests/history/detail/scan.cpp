// A scan sees every row that it is asked for once, and no other, in any memory.
#include <slotted/history/detail/scan.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "catch.hpp"
#include "fake_reading.hpp"

using slotted::detail::time_window;
using slotted::test::fake_history;
using slotted::test::fake_memory;
using slotted::test::pace;
using slotted::test::paces;
using slotted::test::reading;

namespace {

using choice = slotted::detail::series_choice<std::uint16_t>;

// Of a set of rows, whatever their order.
struct digest {
  std::size_t rows = 0;
  std::uint64_t sum = 0;

  void add(const reading& row) {
    const auto mix = [](std::uint64_t word) {
      word = (word ^ (word >> 31)) * 0x9E3779B97F4A7C15u;
      return word ^ (word >> 29);
    };
    std::uint64_t word = std::bit_cast<std::uint64_t>(row.x);
    word = mix(word) + std::bit_cast<std::uint32_t>(row.y);
    word = mix(word) + static_cast<std::uint64_t>(row.time);
    word = mix(word) + row.sensor + (row.on ? 1U << 20 : 0U);
    word = mix(word) + (row.note ? static_cast<std::uint64_t>(*row.note) + 1 : 0);
    word = mix(word) + static_cast<std::uint64_t>(row.axes[0] * 4 + row.axes[1] * 2 + row.axes[2]);
    sum += mix(word);
    ++rows;
  }
  friend bool operator==(const digest&, const digest&) = default;
};

digest digest_of(const std::vector<reading>& rows) {
  digest made;
  for (const reading& each : rows) made.add(each);
  return made;
}

// Leaves 0 to 6 are all; W, if there is a filter, comes behind them.
template <std::size_t... L, class Filter>
digest scanned(const fake_history& of, const choice& which, time_window window, const Filter& filter) {
  digest made;
  auto take = [&](std::span<const double> xs, std::span<const float> ys, std::span<const std::int64_t> times,
                  std::span<const std::uint16_t> sensors, std::span<const bool> ons,
                  std::span<const std::optional<std::int32_t>> notes,
                  std::span<const std::array<std::int16_t, 3>> axes) {
    REQUIRE(!xs.empty());
    REQUIRE(xs.size() <= 1024);
    REQUIRE((ys.size() == xs.size() && times.size() == xs.size() && sensors.size() == xs.size() &&
             ons.size() == xs.size() && notes.size() == xs.size() && axes.size() == xs.size()));
    for (std::size_t i = 0; i < xs.size(); ++i)
      made.add({xs[i], ys[i], times[i], sensors[i], ons[i], notes[i], axes[i]});
  };
  slotted::detail::scan_rows<0, 1, 2, 3, 4, 5, 6, L...>(of.past(), which, window, filter, take);
  return made;
}

constexpr slotted::detail::every_value all{};

}  // namespace

TEST_CASE("a scan sees each row once") {
  for (const std::size_t bytes : {0U, 1'000'000U}) {  // eight columns do not fit on the stack
    std::uint32_t seed = 1;
    for (const pace& each : paces) {
      fake_memory memory(bytes);
      fake_history model(seed++);
      model.state.memory = memory.get();
      model.live(6000, each);
      CAPTURE(bytes, each.series, each.late, each.step);
      CHECK(scanned(model, {}, {}, all) == digest_of(model.rows()));
      for (int query = 0; query < 6; ++query) {
        const std::int64_t first = model.any_time();
        const std::int64_t end = first + static_cast<std::int64_t>(model.random() % (query % 2 == 0 ? 20 : 3000));
        const std::uint16_t sensor = model.any_sensor(each.series);
        const auto within = [&](const reading& row) { return first <= row.time && row.time < end; };
        const time_window window = time_window::half_open(first, end);
        CHECK(scanned(model, {}, window, all) == digest_of(model.rows(within)));
        CHECK(scanned(model, {sensor}, window, all) ==
              digest_of(model.rows([&](const reading& row) { return within(row) && row.sensor == sensor; })));
      }
      CHECK(memory.budget.used() == 0);
    }
  }
}

TEST_CASE("a scan may look for a range of values in a column, summarized or not") {
  for (const std::size_t bytes : {0U, 1'000'000U}) {
    std::uint32_t seed = 20;
    for (const pace& each : paces) {
      fake_memory memory(bytes);
      fake_history model(seed++);
      model.state.memory = memory.get();
      model.state.summaries_from = seed % 2 == 0 ? 20 : SIZE_MAX;
      model.live(5000, each);
      for (int query = 0; query < 4; ++query) {
        const std::int64_t first = model.any_time();
        const std::int64_t end = first + 2000;
        const double least = static_cast<double>(model.random() % 110) - 5;
        const double most = least + static_cast<double>(model.random() % 10);
        CAPTURE(bytes, each.series, each.late, each.step, least, most);
        const slotted::detail::values_within<0, double> xs{least, most};
        CHECK(scanned<0>(model, {}, time_window::half_open(first, end), xs) ==
              digest_of(model.rows([&](const reading& row) {
                return first <= row.time && row.time < end && least <= row.x && row.x <= most;
              })));
        const slotted::detail::values_within<3, int> sensors{4, 7};
        CHECK(scanned<3>(model, {}, {}, sensors) ==
              digest_of(model.rows([](const reading& row) { return 4 <= row.sensor && row.sensor <= 7; })));
        const slotted::detail::values_within<2, std::int64_t> times{first, end};
        CHECK(scanned<2>(model, {}, {}, times) ==
              digest_of(model.rows([&](const reading& row) { return first <= row.time && row.time <= end; })));
      }
    }
  }
}

TEST_CASE("blocks whose summary lies outside are not decoded") {
  fake_history model(30);
  for (int i = 0; i < 1000; ++i) {
    reading row;
    row.time = i;
    row.x = i < 500 ? 1 : 2;
    model.add(row);
    if (i % 250 == 249) model.cut_all();
  }
  model.state.summaries_from = 1;
  std::size_t rows = 0;
  const auto take = [&](std::span<const std::int64_t> times) { rows += times.size(); };
  slotted::detail::scan_rows<2, 0>(model.past(), choice{}, {}, slotted::detail::values_within<0, double>{5, 6}, take);
  CHECK(rows == 0);
  CHECK(model.state.counts.columns_decoded == 0);
  slotted::detail::scan_rows<2, 0>(model.past(), choice{}, {}, slotted::detail::values_within<0, double>{2, 6}, take);
  CHECK(rows == 500);
  CHECK(model.state.counts.columns_decoded == 4);  // two columns of two blocks
}

TEST_CASE("a scan ends where its function says so") {
  fake_history model(31);
  model.live(5000, {3, 1, 3, 50});
  const auto calls_until = [&](std::size_t most) {
    std::size_t calls = 0;
    const auto take = [&](std::span<const double>) { return ++calls < most; };
    slotted::detail::scan_rows<0>(model.past(), choice{}, {}, all, take);
    return calls;
  };
  CHECK(calls_until(1) == 1);
  CHECK(calls_until(3) == 3);
  CHECK(calls_until(SIZE_MAX) > 90);
  CHECK(model.state.counts.sections == 0);
}

TEST_CASE("a snapshot's section is left while the function runs, and between series") {
  fake_history model(32);
  model.live(5000, {30, 1, 3, 50});
  for (const bool is_snapshot : {false, true}) {
    model.state.is_snapshot = is_snapshot;
    model.state.counts.entered = 0;
    std::size_t inside = 0;
    std::size_t calls = 0;
    const auto take = [&](std::span<const double>) {
      inside += model.state.counts.sections;
      ++calls;
    };
    slotted::detail::scan_rows<0>(model.past(), choice{}, {}, all, take);
    CHECK(inside == (is_snapshot ? 0 : calls));
    CHECK(model.state.counts.entered >= 30);
    CHECK(model.state.counts.sections == 0);
  }
  model.state.is_snapshot = true;
  const auto expire = [&](std::span<const double>) { model.state.expired = true; };
  CHECK_THROWS_AS(slotted::detail::scan_rows<0>(model.past(), choice{}, {}, all, expire), slotted::test::fake_expired);
  CHECK(model.state.counts.sections == 0);
}
