// slotted: the demo repeats its readings in time without end.
// SPDX-License-Identifier: MIT
#include "point_stream.hpp"

#include "catch.hpp"

namespace {

demo::telemetry two_readings(std::int64_t first, std::int64_t second) {
  demo::telemetry out;
  const auto sensor = out.add_sensor("a");
  out.add(sensor, first, 1.0);
  out.add(sensor, second, 3.0);
  out.arrange();
  return out;
}

}  // namespace

TEST_CASE("each pass is later than the one before it") {
  const demo::telemetry source = two_readings(10'000'000'000, 14'000'000'000);
  demo::point_stream stream(source);
  std::vector<std::int64_t> times;
  std::vector<double> xs;
  for (int i = 0; i < 6; ++i) {
    const demo::point each = stream.next();
    times.push_back(each.timestamp);
    xs.push_back(each.x);
    CHECK(each.sensor_id == "a");
  }
  CHECK(times == std::vector<std::int64_t>{10, 14, 16, 20, 22, 26});
  CHECK(xs == std::vector<double>{1, 3, 1, 3, 1, 3});
}

TEST_CASE("passes that would leave 64 bits overlap and stay inside") {
  const demo::telemetry source = two_readings(-9'000'000'000'000'000'001, 9'000'000'000'000'000'001);
  demo::point_stream stream(source);
  for (int i = 0; i < 100'000; ++i) {
    const demo::point each = stream.next();
    REQUIRE((each.x == 1.0 ? each.timestamp < 0 : each.timestamp > 9'000'000'000'000'000'000));
  }
}

TEST_CASE("a checksum counts every field of every point, in any order") {
  const demo::point a{1.0, 2.0, 3, "s"};
  const demo::point b{4.0, 5.0, 6, "t"};
  const auto sum_of = [](std::initializer_list<demo::point> points) {
    demo::checksum sum;
    for (const demo::point& each : points) sum.add(each);
    return sum;
  };
  CHECK(sum_of({a, b}) == sum_of({b, a}));
  CHECK_FALSE(sum_of({a}) == sum_of({a, b}));
  CHECK_FALSE(sum_of({a, a}) == sum_of({b, b}));
  for (const demo::point& other :
       {demo::point{1.5, 2.0, 3, "s"}, demo::point{1.0, 2.5, 3, "s"}, demo::point{1.0, 2.0, 4, "s"},
        demo::point{1.0, 2.0, 3, "t"}, demo::point{2.0, 1.0, 3, "s"}}) {
    CHECK_FALSE(sum_of({a}) == sum_of({other}));
  }
  CHECK_FALSE(sum_of({{0.0, 0, 0, ""}}) == sum_of({{-0.0, 0, 0, ""}}));
}
