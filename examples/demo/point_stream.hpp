// slotted demo: the readings as an endless stream of points.
// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <limits>
#include <string_view>

#include "telemetry.hpp"

namespace demo {

// What a service is handed: a reading with the name of its sensor. Each representation makes its own of it.
struct point {
  double x;
  double y;
  std::int64_t timestamp;
  std::string_view sensor_id;
};

/// The readings over and over, each pass later in time than the one before it.
///
/// It makes each point when it is asked for, so that the source takes no memory that grows with the points.
/// Preconditions: `source` is arranged, not empty, and outlives the stream.
class point_stream {
 public:
  explicit point_stream(const telemetry& source) : source_(&source) {
    const auto& readings = source.readings();
    const std::int64_t first = readings.front().timestamp;
    const std::int64_t last = readings.back().timestamp;
    // A pass is as long as the readings are, and one step more. Where so many passes would leave 64 bits they overlap.
    const auto span = static_cast<std::uint64_t>(last) - static_cast<std::uint64_t>(first);
    const auto room = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()) -
                      static_cast<std::uint64_t>(last < 0 ? 0 : last);
    const std::uint64_t passes = most_points / readings.size() + 1;
    pass_ = std::min(span + std::max<std::uint64_t>(span / readings.size(), 1), room / passes);
  }

  point next() {
    const reading& each = source_->readings()[at_];
    const point result{each.x, each.y, static_cast<std::int64_t>(static_cast<std::uint64_t>(each.timestamp) + shift_),
                       source_->sensors()[each.sensor]};
    if (++at_ == source_->readings().size()) {
      at_ = 0;
      shift_ += pass_;
    }
    return result;
  }

 private:
  static constexpr std::uint64_t most_points = std::uint64_t{1} << 32U;

  const telemetry* source_;
  std::size_t at_ = 0;
  std::uint64_t shift_ = 0;
  std::uint64_t pass_ = 0;
};

/// Sums points up in any order: the same points give the same sum, every bit of every field counts.
class checksum {
 public:
  void add(const point& each) {
    std::uint64_t h = std::bit_cast<std::uint64_t>(each.x);
    h = mixed(h) ^ std::bit_cast<std::uint64_t>(each.y);
    h = mixed(h) ^ static_cast<std::uint64_t>(each.timestamp);
    sum_ += mixed(mixed(h) ^ std::hash<std::string_view>{}(each.sensor_id));
    ++count_;
  }

  void add(const checksum& others) {
    sum_ += others.sum_;
    count_ += others.count_;
  }

  std::uint64_t count() const { return count_; }
  friend bool operator==(const checksum&, const checksum&) = default;

 private:
  // The finalizer of splitmix64.
  static std::uint64_t mixed(std::uint64_t h) {
    h = (h ^ (h >> 30U)) * 0xbf58476d1ce4e5b9U;
    h = (h ^ (h >> 27U)) * 0x94d049bb133111ebU;
    return h ^ (h >> 31U);
  }

  std::uint64_t sum_ = 0;
  std::uint64_t count_ = 0;
};

/// Returns: the checksum of the first `count` points of the stream.
inline checksum checksum_of_source(const telemetry& source, std::uint64_t count) {
  checksum sum;
  point_stream stream(source);
  for (std::uint64_t i = 0; i < count; ++i) sum.add(stream.next());
  return sum;
}

}  // namespace demo
