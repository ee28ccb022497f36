// slotted: labels from outside as symbols: a cap, a budget, and one label for whatever is beyond the cap.
// SPDX-License-Identifier: MIT
#include <cstdint>
#include <cstdio>
#include <slotted/slotted.hpp>
#include <string>
#include <string_view>

using sensor = slotted::symbol<"sensor", std::uint16_t>;

// [label]
// The symbol of a label from outside. Beyond the cap, or where the budget has no room, all labels are one.
sensor sensor_of(std::string_view label) {
  static const sensor other("other");
  return sensor::try_intern(label).value_or(other);
}
// [/label]

int main() {
  // [vocabulary]
  slotted::memory_budget budget{16 * slotted::MiB};
  sensor::domain().charge_to(budget);  // the texts count, too
  sensor::domain().set_cap(1'000);     // no input makes them more; they are never given back
  // [/vocabulary]

  slotted::table<slotted::record<slotted::field<"id", sensor>, slotted::field<"value", double>>> readings{budget};
  for (int i = 0; i < 100'000; ++i) readings.push_back({sensor_of("sensor_" + std::to_string(i)), i * 1.0});

  const sensor other("other");
  std::size_t others = 0;
  for (const auto id : readings.column<"id">()) others += id == other ? 1 : 0;
  std::printf("%zu texts take %zu bytes; %zu of %zu readings are of other sensors\n", sensor::domain().size(),
              sensor::domain().footprint().total(), others, readings.size());
  sensor::domain().uncharge();  // it outlives the budget
}
