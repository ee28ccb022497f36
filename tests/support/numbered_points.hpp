// slotted tests: points that bear the number of their arrival, and all that a pinned history has of them.
// SPDX-License-Identifier: MIT
#pragma once

#include <slotted/store/history.hpp>

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "pinned_rows.hpp"

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

template <class Pins>
contents contents_of(const Pins& pins) {
  contents all;
  for (const auto& each : pins)
    if (auto rows = rows_of(each); !rows.empty()) all.emplace(each.key(), std::move(rows));
  return all;
}

}  // namespace slotted::test
