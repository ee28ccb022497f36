// slotted demo: a symbol in place of the string, and the vector that grows as before.
// SPDX-License-Identifier: MIT
#include <vector>

#include "../data_point.hpp"
#include "../representation.hpp"

namespace demo {
namespace {

class vector final : public store {
 public:
  void insert(const point& each) override { points_.push_back(made_from<DataPoint>(each)); }
  std::size_t size() const override { return points_.size(); }
  void for_each(const std::function<void(const point&)>& read) const override {
    for (const DataPoint& each : points_) read(as_read(each));
  }
  void erase_some() override { points_.pop_back(); }
  std::size_t bytes_beside_heap() const override { return charged_sensors::bytes(); }

 private:
  std::vector<DataPoint> points_;
};

}  // namespace

// No budget sees the vector, so that it counts among the others.
extern const representation vector_of_symbols;
const representation vector_of_symbols{
    "struct with symbol", "vector<{double x, y; int64_t timestamp; symbol sensor_id}>", false, sizeof(DataPoint),
    [](slotted::memory_budget&) -> std::unique_ptr<store> { return std::make_unique<vector>(); }};

}  // namespace demo
