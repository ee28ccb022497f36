// slotted demo: the points compressed, in the order of time, the oldest given up when a budget is full.
// SPDX-License-Identifier: MIT
#include <slotted/history/history.hpp>

#include "../data_point.hpp"
#include "../representation.hpp"

namespace demo {
namespace {

using past_points = slotted::history<DataPoint, &DataPoint::timestamp, &DataPoint::sensor_id>;

class history final : public store {
 public:
  explicit history(slotted::memory_budget& budget) : sensors_(budget), points_(budget, slotted::on_full::evict_oldest) {
    points_.on_evict(count_);
  }

  void insert(const point& each) override { points_.append(made_from<DataPoint>(each)); }
  void settle() override { points_.seal(); }
  std::size_t size() const override { return points_.size(); }
  void for_each(const std::function<void(const point&)>& read) const override {
    points_.scan<&DataPoint::x, &DataPoint::y, &DataPoint::timestamp, &DataPoint::sensor_id>(
        [&](auto xs, auto ys, auto timestamps, auto sensors) {
          for (std::size_t i = 0; i < xs.size(); ++i) read({xs[i], ys[i], timestamps[i], sensors[i].view()});
        });
  }
  void erase_some() override {}  // it goes by itself
  checksum given_up() const override { return count_.gone; }
  std::size_t bytes_beside_heap() const override { return points_.footprint().total() + charged_sensors::bytes(); }

 private:
  // What a service would spill to a disk.
  struct counter {
    checksum gone;

    void operator()(const past_points::evicted_block& block) {
      double xs[1024]{};
      double ys[1024]{};
      std::int64_t timestamps[1024]{};
      block.decode<&DataPoint::x>(xs);
      block.decode<&DataPoint::y>(ys);
      block.decode<&DataPoint::timestamp>(timestamps);
      for (std::size_t i = 0; i < block.size(); ++i) gone.add({xs[i], ys[i], timestamps[i], block.series().view()});
    }
  };

  charged_sensors sensors_;
  counter count_;
  past_points points_;
};

}  // namespace

extern const representation history_of_structs;
const representation history_of_structs{
    "history<DataPoint>",
    "history<{double x, y; int64_t timestamp; symbol sensor_id}, &timestamp, &sensor_id>",
    true,
    1,
    [](slotted::memory_budget& budget) -> std::unique_ptr<store> { return std::make_unique<history>(budget); },
    true};

}  // namespace demo
