// slotted benchmarks: the samples of a fleet of machines, each series a window of a machine's metrics.
// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <random>
#include <utility>
#include <vector>

#include "machine_metrics.hpp"

namespace bench {

struct fleet_sample {
  std::int64_t time;  // ms, or ns where times are jittered
  double value;
  std::uint32_t series;
};

// How the samples of a fleet come.
enum class fleet_order {
  lock_step,  // an instance of 1,000 series after the other; the series of an instance have the same times
  staggered,  // each series has a time of its own within a scrape, and they come in the order of time
  random,     // as lock-step, and the series in one random order
  shuffled,   // as lock-step, and the series in a new random order for each scrape
  jittered,   // as lock-step, in ns, and each time up to 1 ms late
  noise       // as lock-step, and the values have no digits in common
};

inline std::uint64_t mixed(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15;
  x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
  x = (x ^ x >> 27) * 0x94d049bb133111eb;
  return x ^ x >> 31;
}

// Series are scraped every 15 s. A series is a metric of a window of 240 rows, which begins again at its end; every
// series has a window of its own.
class fleet_samples {
 public:
  static constexpr std::int64_t scrape_ms = 15'000;

  fleet_samples(const machine_metrics& from, std::size_t series, fleet_order order) : from_(&from), order_(order) {
    std::vector<std::uint32_t>& all = series_;
    all.resize(series);
    std::iota(all.begin(), all.end(), 0u);
    if (order == fleet_order::random) shuffle();
    if (order == fleet_order::staggered)
      std::sort(all.begin(), all.end(), [](std::uint32_t left, std::uint32_t right) {
        return std::pair(offset_of(left), left) < std::pair(offset_of(right), right);
      });
  }
  [[nodiscard]] std::size_t series() const { return series_.size(); }

  // The samples of one scrape, in the order in which they come.
  void scrape(std::size_t tick, std::vector<fleet_sample>& to) {
    if (order_ == fleet_order::shuffled) shuffle();
    to.resize(series_.size());
    for (std::size_t i = 0; i < series_.size(); ++i) to[i] = sample(series_[i], tick);
  }
  [[nodiscard]] fleet_sample sample(std::uint32_t series, std::size_t tick) const {
    const std::vector<std::vector<double>>& columns = from_->columns;
    const std::vector<double>& column = columns[series % 1000 % std::min<std::size_t>(columns.size(), 125)];
    const std::uint64_t hash = mixed(series);
    const std::size_t step = 20 + hash % 30;  // rows of the metrics
    const std::size_t first = (hash >> 8) % (column.size() - 240 * step);
    fleet_sample made{1'700'000'000'000 + static_cast<std::int64_t>(tick) * scrape_ms + offset(series),
                      column[first + tick % 240 * step], series};
    const std::uint64_t dice = mixed(series * 100'003ull + tick);
    if (order_ == fleet_order::jittered)
      made.time = made.time * 1'000'000 + static_cast<std::int64_t>(dice % 1'000'000);
    if (order_ == fleet_order::noise)
      made.value = made.value * 1.0000001 + static_cast<double>(dice % 100'000) * 1e-7 / 3;
    return made;
  }

 private:
  [[nodiscard]] std::int64_t offset(std::uint32_t series) const {
    return offset_of(order_ == fleet_order::staggered ? series : 1'000'000'000 + series / 1000);
  }
  [[nodiscard]] static std::int64_t offset_of(std::uint32_t of) {
    return static_cast<std::int64_t>(mixed(of + 777) % scrape_ms);
  }
  void shuffle() {
    for (std::size_t i = series_.size(); i > 1; --i) std::swap(series_[i - 1], series_[random_() % i]);
  }

  const machine_metrics* from_;
  fleet_order order_;
  std::vector<std::uint32_t> series_;
  std::mt19937_64 random_{1};
};

}  // namespace bench
