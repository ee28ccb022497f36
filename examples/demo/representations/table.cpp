// slotted demo: the points as columns, under a budget.
// SPDX-License-Identifier: MIT
#include <slotted/store/table.hpp>

#include "../data_point.hpp"
#include "../representation.hpp"

namespace demo {
namespace {

class table final : public store {
 public:
  explicit table(slotted::memory_budget& budget) : sensors_(budget), rows_(budget) {}

  void insert(const point& each) override { rows_.push_back(made_from<DataPoint>(each)); }
  std::size_t size() const override { return rows_.size(); }
  void for_each(const std::function<void(const point&)>& read) const override {
    for (const DataPoint& each : rows_) read(as_read(each));
  }
  void erase_some() override { rows_.pop_back(); }
  std::size_t bytes_beside_heap() const override { return rows_.footprint().total() + charged_sensors::bytes(); }

 private:
  charged_sensors sensors_;
  slotted::table<DataPoint> rows_;
};

}  // namespace

extern const representation table_of_structs;
const representation table_of_structs{
    "table<DataPoint>", "table<{double x, y; int64_t timestamp; symbol sensor_id}>", true,
    slotted::table<DataPoint>::bits_per_row / 8,
    [](slotted::memory_budget& budget) -> std::unique_ptr<store> { return std::make_unique<table>(budget); }};

}  // namespace demo
