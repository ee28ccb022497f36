// slotted tests: a fake history that is read by the members of a real one.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <slotted/history/detail/reader.hpp>

#include "fake_reading.hpp"

namespace slotted::test {

class fake_past : public detail::history_reader<fake_past, fake_reading<reading_layout>> {
 public:
  explicit fake_past(std::uint32_t seed) : model(seed) {}

  void live(std::size_t rows_to_come, const pace& how) { model.live(rows_to_come, how); }
  [[nodiscard]] std::vector<slotted::test::reading> expected() const { return model.rows(); }
  [[nodiscard]] fake_reading<reading_layout> reading() const { return model.past(); }

  fake_history model;
};

// How many rows a range gives that are the model's, one after the other; SIZE_MAX when it gives another.
template <class Range>
std::size_t rows_as_in(Range&& range, const std::vector<reading>& model) {
  std::size_t count = 0;
  for (const reading each : range) {
    if (count == model.size() || !same(each, model[count])) return SIZE_MAX;
    ++count;
  }
  return count;
}

}  // namespace slotted::test
