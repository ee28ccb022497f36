// slotted tests: a history of the record that telemetry has most: a time, a number, and what series it is of.
// SPDX-License-Identifier: MIT
#pragma once

#include <slotted/history/history.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace slotted::test {

struct sample {
  std::int64_t time = 0;
  double value = 0;
  std::uint32_t series = 0;
};
using samples = history<sample, &sample::time, &sample::series>;

// Equal bit for bit: a NaN is itself, and -0.0 is not 0.0.
inline bool same(const sample& left, const sample& right) {
  return left.time == right.time && left.series == right.series &&
         std::bit_cast<std::uint64_t>(left.value) == std::bit_cast<std::uint64_t>(right.value);
}
inline bool same(const std::vector<sample>& left, const std::vector<sample>& right) {
  if (left.size() != right.size()) return false;
  for (std::size_t i = 0; i < left.size(); ++i)
    if (!same(left[i], right[i])) return false;
  return true;
}
template <class Range>
std::vector<sample> list_of(Range&& range) {
  std::vector<sample> rows;
  for (const sample each : range) rows.push_back(each);
  return rows;
}

// The i-th row of a fleet of `series` series that are scraped together, 15 apart. No two have the same value, and all
// need many bits.
inline sample scraped(std::uint64_t i, std::uint32_t series) {
  const std::uint64_t mixed = (i + 1) * 0x9E3779B97F4A7C15u;
  return {static_cast<std::int64_t>(i / series * 15), static_cast<double>(mixed >> 11) / 1024,
          static_cast<std::uint32_t>(i % series)};
}

// A history that has been full for a while.
struct full_samples {
  full_samples(std::size_t limit, std::uint32_t series) : budget(limit), past(budget, on_full::evict_oldest) {
    for (; past.evicted() < past.size() / 2 || past.evicted() < 1000; ++appended)
      past.append(scraped(appended, series));
  }
  memory_budget budget;
  samples past;
  std::uint64_t appended = 0;
};

}  // namespace slotted::test
