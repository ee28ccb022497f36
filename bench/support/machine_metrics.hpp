// slotted benchmarks: the metrics of one machine over time, read from a file or made by a seeded process.
// SPDX-License-Identifier: MIT
//
// What is made resembles the columns of /proc of a machine that is sampled 20 times a second: most columns are counters
// that stand still or grow a little, some are gauges in units of 4 KiB, three are load averages of two decimals, and
// activity comes in bursts. The counts, shares and sizes below were read off such columns; no value was.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "../codec/columns.hpp"

namespace bench {

// Every column has a value for each time.
struct machine_metrics {
  std::vector<std::int64_t> times;  // ns
  std::vector<std::vector<double>> columns;
};

// Reads a .csv of a time stamp and numbers a line. Throws: std::runtime_error that names the file.
inline machine_metrics read_metrics(const std::filesystem::path& path) {
  column_sets sets;
  read_csv(path, "", sets);
  machine_metrics made;
  made.times = std::move(sets[", time"].at(0).integers);
  for (column& each : sets[""])
    if (each.reals.size() == made.times.size()) made.columns.push_back(std::move(each.reals));
  if (made.columns.empty() || made.times.size() < 12'000)
    throw std::runtime_error(path.string() + ": no metrics: it needs a column and 12,000 rows");
  return made;
}

// Random numbers that are the same with every standard library.
class metric_random {
 public:
  explicit metric_random(std::uint64_t seed) : engine_(seed) {}
  double uniform() { return static_cast<double>(engine_() >> 11) * 0x1p-53; }  // from 0 to 1
  bool chance(double of) { return uniform() < of; }
  double normal() {  // near enough: the sum of twelve
    double sum = -6;
    for (int i = 0; i < 12; ++i) sum += uniform();
    return sum;
  }

 private:
  std::mt19937_64 engine_;
};

// How the columns of one kind move. A column is active in stretches, and changes within these alone.
struct metric_kind {
  std::size_t columns;
  double active;   // the share of time
  double stretch;  // samples, the mean length of an active stretch
  double change;   // the chance of a change, a sample of an active stretch
  double falls;    // the share of changes that are downward
  double step;     // the median change
  double tail;     // the change that one in ten exceeds, over the median
  double unit;     // every value is a multiple of it
  double start;    // the first value is about so much
};

inline constexpr metric_kind metric_kinds[] = {
    // Counters that hardly ever stand still: interrupts, context switches.
    {6, 1, 1000, 0.98, 0, 9, 4, 1, 400'000},
    {3, 1, 1000, 0.84, 0, 550, 8, 1, 3'000'000},
    // Processor time: busy for some seconds, then idle.
    {10, 0.7, 250, 0.75, 0, 5, 2, 1, 40'000},
    {3, 0.75, 300, 0.85, 0, 3, 12, 1, 400'000},
    // Memory: it grows in small steps and falls in large ones, or goes both ways.
    {7, 0.7, 150, 0.75, 0.1, 2'700, 2, 4, 3'000'000},
    {5, 1, 1000, 0.4, 0.5, 1'000, 3, 4, 5'000'000},
    // Gauges that move now and then, by very different amounts.
    {12, 0.5, 40, 0.4, 0.15, 40, 30, 1, 100'000},
    {10, 0.3, 25, 0.3, 0.3, 60, 10, 4, 20'000},
    // Counters that move in bursts.
    {16, 0.15, 20, 0.5, 0, 15, 15, 1, 200'000},
    {16, 0.08, 12, 0.5, 0, 3, 12, 1, 50'000},
    {16, 0.03, 8, 0.4, 0, 4, 25, 1, 20'000},
    {20, 0.008, 5, 0.6, 0, 4, 18, 1, 4'000},
    // Counts of a few things: processes, sockets.
    {4, 0.1, 20, 0.3, 0.5, 1, 3, 1, 5},
    // What hardly ever changes.
    {6, 0.001, 3, 0.7, 0, 10, 3, 1, 400},
};

// The values of a column of a kind.
inline std::vector<double> make_metric(const metric_kind& kind, std::size_t rows, metric_random& random) {
  std::vector<double> made(rows);
  const double vary = std::exp(0.5 * random.normal());  // no two columns of a kind are quite alike
  const double begins = kind.active >= 1 ? 1 : kind.active / (1 - kind.active) / kind.stretch;
  double level = std::round(kind.start * std::exp(random.normal()) / kind.unit);
  bool active = random.chance(kind.active);
  for (double& value : made) {
    active = active ? kind.active >= 1 || !random.chance(1 / kind.stretch) : random.chance(begins);
    if (active && random.chance(kind.change)) {
      double step = kind.step * vary / kind.unit * std::exp(std::log(kind.tail) / 1.28 * random.normal());
      if (random.chance(kind.falls)) step *= -(1 - kind.falls) / kind.falls;
      step = step < 0 ? std::min(-1.0, std::round(step)) : std::max(1.0, std::round(step));
      level = std::abs(level + step);
    }
    value = level * kind.unit;
  }
  return made;
}

// A load average: it is worked out every five seconds, and nears how many want to run.
inline std::vector<double> make_load(double minutes, std::size_t rows, metric_random& random) {
  std::vector<double> made(rows);
  const double share = std::exp(-5 / (60 * minutes));
  double level = 1;
  double wanted = 1;
  for (std::size_t i = 0; i < rows; ++i) {
    if (random.chance(0.001)) wanted = std::floor(random.uniform() * 4);
    if (i % 100 == 0 && random.chance(0.8)) level = level * share + wanted * (1 - share);
    made[i] = std::round(level * 100) / 100;
  }
  return made;
}

// 137 columns, the same for a seed in every run and on every machine.
inline machine_metrics make_metrics(std::uint64_t seed, std::size_t rows = 14'000) {
  metric_random random(seed);
  machine_metrics made;
  // A sample is taken a little late, at times very late.
  for (std::size_t i = 0; i < rows; ++i) {
    std::int64_t late = 100'000 + static_cast<std::int64_t>(30'000 * std::abs(random.normal()));
    if (random.chance(0.1)) late += static_cast<std::int64_t>(2'500'000 * random.uniform());
    if (random.chance(0.01)) late += static_cast<std::int64_t>(45'000'000 * random.uniform());
    made.times.push_back(1'700'000'000'000'000'000 + static_cast<std::int64_t>(i) * 50'000'000 + late);
  }
  for (const metric_kind& kind : metric_kinds)
    for (std::size_t i = 0; i < kind.columns; ++i) made.columns.push_back(make_metric(kind, rows, random));
  for (const double minutes : {1.0, 5.0, 15.0}) made.columns.push_back(make_load(minutes, rows, random));
  // A collector has them in no such order.
  for (std::size_t i = made.columns.size(); i > 1; --i)
    std::swap(made.columns[i - 1], made.columns[static_cast<std::size_t>(random.uniform() * static_cast<double>(i))]);
  return made;
}

}  // namespace bench
