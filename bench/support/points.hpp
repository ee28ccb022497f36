// slotted benchmarks: the point that is stored, in each of its shapes.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <variant>

#include <slotted/record/packed_record.hpp>

namespace bench {

struct point32 {
  double x, y;
  std::int64_t timestamp;
  std::uint16_t sensor;
};
static_assert(sizeof(point32) == 32);

using point26 =
    slotted::packed_record<slotted::field<"x", double>, slotted::field<"y", double>,
                           slotted::field<"timestamp", std::int64_t>, slotted::field<"sensor", std::uint16_t>>;
static_assert(sizeof(point26) == 26 && alignof(point26) == 1);

struct string_point {
  double x, y;
  std::int64_t timestamp;
  std::string sensor;
};

using dict_point = std::unordered_map<std::string, std::variant<double, std::int64_t, std::string>>;

template <class Point>
Point make_point(std::size_t number) {
  const auto i = static_cast<double>(number);
  return Point{i * 1.0, i * 2.0, static_cast<std::int64_t>(number), static_cast<std::uint16_t>(number % 10)};
}
template <>
inline string_point make_point<string_point>(std::size_t number) {
  const auto i = static_cast<double>(number);
  return {i * 1.0, i * 2.0, static_cast<std::int64_t>(number), "sensor_" + std::to_string(number % 10)};
}
template <>
inline dict_point make_point<dict_point>(std::size_t number) {
  const auto i = static_cast<double>(number);
  dict_point made;
  made["x"] = i * 1.0;
  made["y"] = i * 2.0;
  made["timestamp"] = static_cast<std::int64_t>(number);
  made["sensor_id"] = "sensor_" + std::to_string(number % 10);
  return made;
}

template <class Point>
double x_of(const Point& point) {
  return point.x;
}
inline double x_of(const point26& point) { return point.get<"x">(); }
inline double x_of(const dict_point& point) { return std::get<double>(point.find("x")->second); }

}  // namespace bench
