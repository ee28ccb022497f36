// slotted demo: every object a dictionary of its own, as a scripting language keeps it.
// SPDX-License-Identifier: MIT
#include <cstdint>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "../representation.hpp"

namespace demo {
namespace {

using value = std::variant<double, std::int64_t, std::string>;
using object = std::unordered_map<std::string, value>;

class dicts final : public store {
 public:
  void insert(const point& each) override {
    objects_.push_back(object{
        {"x", each.x}, {"y", each.y}, {"timestamp", each.timestamp}, {"sensor_id", std::string(each.sensor_id)}});
  }
  std::size_t size() const override { return objects_.size(); }
  void for_each(const std::function<void(const point&)>& read) const override {
    for (const object& each : objects_) {
      read({std::get<double>(each.at("x")), std::get<double>(each.at("y")),
            std::get<std::int64_t>(each.at("timestamp")), std::get<std::string>(each.at("sensor_id"))});
    }
  }
  void erase_some() override { objects_.pop_back(); }

 private:
  std::vector<object> objects_;
};

}  // namespace

extern const representation dict_per_object;
const representation dict_per_object{
    "dict per object", "vector<unordered_map<string, variant<double, int64_t, string>>>", false,
    sizeof(object) + 4 * sizeof(object::value_type),
    [](slotted::memory_budget&) -> std::unique_ptr<store> { return std::make_unique<dicts>(); }};

}  // namespace demo
