// slotted demo: a linked list, whose points stay where they are.
// SPDX-License-Identifier: MIT
#include <cstdint>
#include <list>
#include <string>

#include "../representation.hpp"

namespace demo {
namespace {

struct data_point {
  double x, y;
  std::int64_t timestamp;
  std::string sensor_id;
};

class list final : public store {
 public:
  void insert(const point& each) override {
    points_.push_back({each.x, each.y, each.timestamp, std::string(each.sensor_id)});
  }
  std::size_t size() const override { return points_.size(); }
  void for_each(const std::function<void(const point&)>& read) const override {
    for (const data_point& each : points_) read({each.x, each.y, each.timestamp, each.sensor_id});
  }
  void erase_some() override { points_.pop_front(); }

 private:
  std::list<data_point> points_;
};

}  // namespace

extern const representation list_of_strings;
const representation list_of_strings{
    "std::list", "list<{double x, y; int64_t timestamp; string sensor_id}>", false, sizeof(data_point),
    [](slotted::memory_budget&) -> std::unique_ptr<store> { return std::make_unique<list>(); }};

}  // namespace demo
