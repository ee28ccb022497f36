// A history and a snapshot are read by the same words, and a series is found by whatever means its key.
#include <slotted/history/detail/reader.hpp>

#include <cstdint>
#include <string>
#include <utility>

#include <slotted/record/symbol.hpp>

#include "catch.hpp"
#include "fake_past.hpp"

using slotted::test::fake_past;

namespace {

using sensor = slotted::symbol<"reader test", std::uint16_t>;
struct point {
  double x = 0;
  std::uint64_t when = 0;
  sensor name;
};
using point_layout = slotted::detail::history_layout<point, 1, 2>;
struct past_points : slotted::detail::history_reader<past_points, slotted::test::fake_reading<point_layout>> {
  [[nodiscard]] slotted::test::fake_reading<point_layout> reading() const {
    return slotted::test::fake_reading<point_layout>(state);
  }
  slotted::test::fake_state<point_layout> state;
};

using plain_layout = slotted::detail::history_layout<point, 1, slotted::detail::not_found>;
struct past_of_one : slotted::detail::history_reader<past_of_one, slotted::test::fake_reading<plain_layout>> {
  [[nodiscard]] slotted::test::fake_reading<plain_layout> reading() const {
    return slotted::test::fake_reading<plain_layout>(state);
  }
  slotted::test::fake_state<plain_layout> state;
};

template <class History>
concept lists_series = requires(const History& of) { of.series(); };
static_assert(lists_series<past_points> && !lists_series<past_of_one>);
template <class History>
concept is_range = requires(const History& of) { of.begin(); };
static_assert(!is_range<past_points>);
template <class History>
concept scans_y = requires(const History& of) { of.template scan<"y">([](auto...) {}); };
template <class History>
concept scans_x = requires(const History& of) { of.template scan<"x">([](auto...) {}); };
static_assert(scans_x<past_points> && !scans_y<past_points>);

}  // namespace

TEST_CASE("a series is found by a text, which is not added to the symbols") {
  past_points past;
  for (std::uint64_t i = 0; i < 3; ++i) {
    slotted::test::fake_series<point_layout> of;
    of.key = sensor("sensor_" + std::to_string(i));
    for (std::uint64_t row = 0; row < 10 + i; ++row) of.head.push_back({static_cast<double>(row), row, of.key});
    of.newest = slotted::detail::to_order(std::uint64_t{9 + i});
    past.state.series.emplace_back(of);
  }
  CHECK(past.series("sensor_1").count() == 11);
  CHECK(past.series(std::string("sensor_2")).last()->x == 11);
  CHECK(past.series(sensor("sensor_0")).first()->x == 0);
  const std::size_t symbols = sensor::domain().size();
  CHECK(past.series("sensor_99").count() == 0);
  CHECK_FALSE(past.series("sensor_99").first().has_value());
  CHECK(sensor::domain().size() == symbols);
  CHECK(past.from(10).count() == 3);
  CHECK(past.between(0, 10).count() == 30);
  std::size_t rows = 0;
  for (const point each : past.rows()) rows += each.name == "sensor_1";
  CHECK(rows == 11);
}

TEST_CASE("an integer that is no key of a series names none") {
  fake_past past(4);
  past.live(100, {1, 1, 3, 50});
  CHECK(past.series(1).count() == 100);
  CHECK(past.series(65537).count() == 0);
  CHECK(past.series(-65535).count() == 0);
}

TEST_CASE("rows without a series key are one series") {
  past_of_one past;
  slotted::test::fake_series<plain_layout> of;
  for (std::uint64_t row = 0; row < 10; ++row) of.head.push_back({static_cast<double>(row), row, sensor()});
  of.newest = slotted::detail::to_order(std::uint64_t{9});
  past.state.series.emplace_back(of);
  double sum = 0;
  for (const point each : past.rows()) sum += each.x;
  CHECK(sum == 45);
  CHECK(past.last()->x == 9);
  CHECK(past.newest(2).begin()->x == 8);
  CHECK(past.aggregate<"x">().max == 9);
  CHECK(past.latest().begin()->when == 9);
}
