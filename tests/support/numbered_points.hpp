// slotted tests: points that bear the number of their arrival, and all that a history or a snapshot has of them.
// SPDX-License-Identifier: MIT
#pragma once

#include <slotted/history/history.hpp>

#include <cstdint>
#include <map>
#include <vector>

#include "read_rows.hpp"

namespace slotted::test {

struct numbered_point {
  std::int64_t time;
  double value;
  std::uint32_t number;  // of its arrival
  std::uint16_t series;
  friend bool operator==(const numbered_point&, const numbered_point&) = default;
};
using by_series = history<numbered_point, &numbered_point::time, &numbered_point::series>;

using contents = std::map<std::uint16_t, std::vector<numbered_point>>;

// The rows of each series, in the order in which `rows()` gives them.
template <class Reader>
contents contents_of(const Reader& of) {
  contents all;
  for (const numbered_point each : of.rows()) all[each.series].push_back(each);
  return all;
}

}  // namespace slotted::test
