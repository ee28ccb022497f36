// slotted demo: pools of aligned and of packed points, under a budget.
// SPDX-License-Identifier: MIT
#include <slotted/store/pool.hpp>

#include "../data_point.hpp"
#include "../representation.hpp"

namespace demo {
namespace {

template <class T>
class pool final : public store {
 public:
  explicit pool(slotted::memory_budget& budget) : sensors_(budget), points_(budget) {}

  void insert(const point& each) override { points_.insert(made_from<T>(each)); }
  std::size_t size() const override { return points_.size(); }
  void for_each(const std::function<void(const point&)>& read) const override {
    for (const T& each : points_) read(as_read(each));
  }
  void erase_some() override { points_.erase(points_.begin()); }
  std::size_t bytes_beside_heap() const override { return points_.footprint().total() + charged_sensors::bytes(); }

 private:
  charged_sensors sensors_;
  slotted::pool<T> points_;
};

template <class T>
std::unique_ptr<store> make(slotted::memory_budget& budget) {
  return std::make_unique<pool<T>>(budget);
}

}  // namespace

extern const representation pool_of_structs;
const representation pool_of_structs{"pool<DataPoint>", "pool<{double x, y; int64_t timestamp; symbol sensor_id}>",
                                     true, sizeof(DataPoint), make<DataPoint>};

extern const representation pool_of_packed_records;
const representation pool_of_packed_records{"pool<packed_record>", "pool<packed_record<the same four fields>>", true,
                                            sizeof(packed_point), make<packed_point>};

}  // namespace demo
