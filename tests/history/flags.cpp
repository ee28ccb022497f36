// Compiled many times over, this file and flags/elsewhere.cpp each with flags of their own: a history keeps every bit
// of every row under all of them, and in as many bytes.
#include "catch.hpp"
#include "detail/columns.hpp"
#include "flags/past.hpp"

#include <algorithm>
#include <map>
#include <tuple>

namespace {

using flags::bits;

// In the order of time; rows of equal time series by series, and then as they came.
std::vector<bits> in_order(std::vector<bits> rows, const std::vector<std::uint32_t>& series) {
  std::map<std::uint32_t, std::size_t> places;
  for (const std::uint32_t each : series) places.emplace(each, places.size());
  std::stable_sort(rows.begin(), rows.end(), [&](const bits& left, const bits& right) {
    return std::tuple(left.time, places[left.series]) < std::tuple(right.time, places[right.series]);
  });
  return rows;
}

std::vector<bits> sorted(std::vector<bits> rows) {
  std::sort(rows.begin(), rows.end(), [](const bits& left, const bits& right) {
    return std::tuple(left.series, left.time, left.real, left.narrow) <
           std::tuple(right.series, right.time, right.real, right.narrow);
  });
  return rows;
}

}  // namespace

TEST_CASE("whatever the flags, a history gives back the bits that it was given, and takes the same bytes for them") {
  generated::random r(911);
  for (int k = 0; k < 24; ++k) {
    const std::size_t n = 200 + generated::below(r, 4000);
    const auto reals = generated::patterns(r, generated::value_kind::binary64, n);
    const auto narrows = generated::patterns(r, generated::value_kind::binary32, n);
    const std::uint32_t count = 1 + static_cast<std::uint32_t>(generated::below(r, 5));
    std::vector<bits> rows(n);
    std::vector<std::uint32_t> series;
    for (std::size_t i = 0; i < n; ++i) {
      const auto jitter = k % 2 == 0 ? 0 : static_cast<std::int64_t>(generated::below(r, 40));
      const auto name = static_cast<std::uint32_t>(i < count ? i : generated::below(r, count));
      if (i < count) series.push_back(name);
      rows[i] = {static_cast<std::int64_t>(i) * 15 - jitter, reals[i], static_cast<std::uint32_t>(narrows[i]), name};
    }
    const auto from = static_cast<std::int64_t>(n * 5);
    const auto end = static_cast<std::int64_t>(n * 8);
    const flags::outcome here = flags::keep(rows, from, end);
    const auto expected = in_order(rows, series);
    CAPTURE(k, n, count);
    REQUIRE(here.live == expected);
    REQUIRE(here.sealed == expected);
    REQUIRE(sorted(here.scanned) == sorted(rows));
    std::vector<bits> part;
    for (const bits& each : expected)
      if (from <= each.time && each.time < end) part.push_back(each);
    REQUIRE(here.part == part);
    REQUIRE(here.latest.size() == count);
    REQUIRE(flags::keep_elsewhere(rows, from, end) == here);
  }
}
