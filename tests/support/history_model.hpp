// slotted tests: a history beside a vector of the same rows, which says what any reading of it has to give.
// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <random>
#include <slotted/history/history.hpp>
#include <slotted/memory/budget.hpp>
#include <slotted/memory/footprint.hpp>
#include <tuple>
#include <utility>
#include <vector>

namespace slotted::test {

struct reading {
  double x = 0;
  float y = 0;
  std::int64_t time = 0;
  std::uint16_t sensor = 0;
  bool on = false;
  std::optional<std::int32_t> note;
  std::array<std::int16_t, 3> axes{};
};
using past_readings = history<reading, &reading::time, &reading::sensor>;

// Bit for bit: a NaN is itself, -0.0 is not 0.0.
inline bool same(const reading& left, const reading& right) {
  return std::bit_cast<std::uint64_t>(left.x) == std::bit_cast<std::uint64_t>(right.x) &&
         std::bit_cast<std::uint32_t>(left.y) == std::bit_cast<std::uint32_t>(right.y) && left.time == right.time &&
         left.sensor == right.sensor && left.on == right.on && left.note == right.note && left.axes == right.axes;
}

// How time goes on in a random life.
struct pace {
  std::size_t series = 1;
  std::uint32_t late = 1;          // a row is less than this late
  std::uint32_t step = 3;          // time moves by less than this a row; 0: all rows have one time
  std::uint32_t seal_each = 3000;  // rows, on average; 0: never by itself
};

class history_model {
 public:
  // For each row that a reading gives, in order: the row, the place of its series, its number within the series.
  struct entry {
    reading row;
    std::size_t series;
    std::size_t arrival;
  };

  explicit history_model(std::uint32_t seed) : random(seed), past(budget) {}

  void live(std::size_t rows, const pace& how) {
    for (std::size_t i = 0; i < rows; ++i) {
      now_ += how.step == 0 ? 0 : static_cast<std::int64_t>(random() % how.step);
      reading each;
      each.x =
          random() % 50 == 0 ? std::numeric_limits<double>::quiet_NaN() : static_cast<double>(random() % 1000) / 10;
      each.y = random() % 20 == 0 ? -0.0F : static_cast<float>(random() % 7);
      each.time = now_ - static_cast<std::int64_t>(random() % how.late);
      each.sensor = static_cast<std::uint16_t>(3 * (random() % how.series) + 1);
      each.on = random() % 2 == 0;
      if (random() % 3 != 0) each.note = static_cast<std::int32_t>(random() % 9);
      each.axes = {1, -2, static_cast<std::int16_t>(i % 3000)};
      add(each);
      if (how.seal_each != 0 && random() % how.seal_each == 0) past.seal();
    }
  }
  void add(const reading& each) {
    past.append(each);
    auto& known = series_.try_emplace(each.sensor, series_.size(), std::size_t{0}).first->second;
    rows_.push_back({each, 0, known.second++});
  }

  // The rows that `wanted` takes, in the order of time; rows of equal time by series, as the history lists them.
  template <class Wanted>
  std::vector<reading> rows(Wanted wanted) const {
    std::map<std::uint16_t, std::size_t> places;
    for (const auto info : past.series()) places.emplace(info.key, places.size());
    std::vector<entry> sorted;
    for (entry each : rows_)
      if (wanted(each.row)) {
        each.series = places.at(each.row.sensor);
        sorted.push_back(each);
      }
    std::sort(sorted.begin(), sorted.end(), [](const entry& left, const entry& right) {
      return std::tuple(left.row.time, left.series, left.arrival) <
             std::tuple(right.row.time, right.series, right.arrival);
    });
    std::vector<reading> result;
    for (const entry& each : sorted) result.push_back(each.row);
    return result;
  }
  std::vector<reading> rows() const {
    return rows([](const reading&) { return true; });
  }

  std::uint16_t any_sensor(std::size_t series) { return static_cast<std::uint16_t>(3 * (random() % series) + 1); }
  // A time about those of the rows.
  std::int64_t any_time() { return static_cast<std::int64_t>(random() % static_cast<std::uint32_t>(now_ + 400)) - 200; }

  std::mt19937 random;
  memory_budget budget{256 * MiB};
  past_readings past;

 private:
  std::int64_t now_ = 0;
  std::map<std::uint16_t, std::pair<std::size_t, std::size_t>> series_;
  std::vector<entry> rows_;
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

// A life of each kind that matters to what reads in the order of time.
inline const pace paces[] = {
    {1, 1, 3, 3000},         // one series, in order
    {1, 1, 0, 0},            // all at one time
    {1, 500, 3, 700},        // rows late by less than a block
    {1, 100000, 2, 500},     // no order at all
    {6, 1, 3, 3000},         // a few series
    {6, 50, 2, 900},         // late by less than a few blocks' gap
    {200, 5, 2, 5000},       // many series, most with a short block
    {200, 100000, 0, 2500},  // many, at one time
};

}  // namespace slotted::test
