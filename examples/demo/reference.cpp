// slotted demo: 100,000 points, what sizeof tells of them, what they take, and one attribute more.
// SPDX-License-Identifier: MIT
#include "reference.hpp"

#include <limits>
#include <slotted/interop/by_name.hpp>
#include <slotted/store/pool.hpp>
#include <type_traits>
#include <unordered_map>
#include <variant>

#include "compiler_says.hpp"
#include "data_point.hpp"
#include "heap_count.hpp"

namespace demo {
namespace {

constexpr std::int64_t instances = 100'000;

using value = std::variant<double, std::int64_t, std::string>;
using dict = std::unordered_map<std::string, value>;

struct StringPoint {
  double x, y;
  std::int64_t timestamp;
  std::string sensor_id;
};

// What would make new_attribute a member; the answer is known at compile time.
template <class T>
concept has_new_attribute = requires(T& p) { p.new_attribute; };

template <class Insert>
void for_each_instance(Insert insert) {
  for (std::int64_t i = 0; i < instances; ++i) {
    insert(static_cast<double>(i) * 1.0, static_cast<double>(i) * 2.0, i, "sensor_" + std::to_string(i % 10));
  }
}

reference_row dicts() {
  reference_row row{"dict per object", 0, sizeof(dict), 0, false, ""};
  const std::size_t before = heap_in_use().bytes;
  std::vector<dict> points;
  for_each_instance([&points](double x, double y, std::int64_t timestamp, const std::string& sensor_id) {
    points.push_back(dict{{"x", x}, {"y", y}, {"timestamp", timestamp}, {"sensor_id", sensor_id}});
  });
  row.instances = points.size();
  row.true_bytes = heap_in_use().bytes - before;
  points.front()["new_attribute"] = 1.0;
  row.accepts_new_attribute = points.front().size() == 5;
  row.new_attribute = "accepted: this one has " + std::to_string(points.front().size()) + " now, and " +
                      std::to_string(heap_in_use().bytes - before - row.true_bytes) + " B more";
  return row;
}

template <class T>
reference_row vectors(const char* name) {
  reference_row row{name, 0, sizeof(T), 0, has_new_attribute<T>, "does not compile: no such member"};
  const std::size_t before = heap_in_use().bytes;
  std::vector<T> points;
  for_each_instance([&points](double x, double y, std::int64_t timestamp, const std::string& sensor_id) {
    points.push_back(T{x, y, timestamp, sensor_id});
  });
  row.instances = points.size();
  row.true_bytes = heap_in_use().bytes - before;
  if (std::is_same_v<T, DataPoint>) row.true_bytes += charged_sensors::bytes();
  return row;
}

template <class T>
reference_row pools(const char* name) {
  reference_row row{name, 0, sizeof(T), 0, false, ""};
  slotted::memory_budget unlimited{std::numeric_limits<std::size_t>::max()};
  slotted::pool<T> points{unlimited};
  for_each_instance([&points](double x, double y, std::int64_t timestamp, const std::string& sensor_id) {
    points.insert(T{x, y, timestamp, sensor_id});
  });
  row.instances = points.size();
  row.true_bytes = points.footprint().total() + charged_sensors::bytes();
  try {
    slotted::set_field(*points.begin(), "new_attribute", 1.0);
    row.accepts_new_attribute = true;
    row.new_attribute = "accepted";
  } catch (const slotted::no_such_field& refusal) {
    row.new_attribute = refusal.what();
  }
  return row;
}

}  // namespace

reference_program run_reference_program() {
  reference_program out;
  out.rows.push_back(dicts());
  out.rows.push_back(vectors<StringPoint>("struct with string"));
  out.rows.push_back(vectors<DataPoint>("struct with symbol"));
  out.rows.push_back(pools<DataPoint>("pool<DataPoint>"));
  out.rows.push_back(pools<packed_point>("pool<packed_record>"));
  out.compiler_says = compiler_says;
  return out;
}

}  // namespace demo
