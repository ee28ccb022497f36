// slotted: a stretch of time as ordered integers, with both ends included so that every time can be asked for.
// SPDX-License-Identifier: MIT
//
// Times of all types are compared as the int64 that `to_order` makes of them. A half-open stretch cannot include the
// greatest time; a window can. Everything here is a value.
#pragma once

#include <cstdint>

#include <slotted/algorithm.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {

struct time_window {
  std::int64_t from = INT64_MIN;
  std::int64_t to = INT64_MAX;

  [[nodiscard]] constexpr bool empty() const noexcept { return from > to; }
  [[nodiscard]] constexpr bool has(std::int64_t time) const noexcept { return from <= time && time <= to; }
  [[nodiscard]] constexpr bool has_all() const noexcept { return from == INT64_MIN && to == INT64_MAX; }
  // Whether all of [first, last] lies within the window.
  [[nodiscard]] constexpr bool covers(std::int64_t first, std::int64_t last) const noexcept {
    return from <= first && last <= to;
  }
  // The times that are in both.
  [[nodiscard]] constexpr time_window in(time_window other) const noexcept {
    return {max_of(from, other.from), min_of(to, other.to)};
  }
  // How many times it has, less one. Preconditions: not empty.
  [[nodiscard]] constexpr std::uint64_t length() const noexcept {
    return static_cast<std::uint64_t>(to) - static_cast<std::uint64_t>(from);
  }
  // first <= time < end.
  [[nodiscard]] static constexpr time_window half_open(std::int64_t first, std::int64_t end) noexcept {
    return end <= first ? time_window{0, -1} : time_window{first, end - 1};
  }

  friend constexpr bool operator==(const time_window&, const time_window&) noexcept = default;
};

// `time + length`, or the greatest time where that is beyond it.
[[nodiscard]] constexpr std::int64_t later_by(std::int64_t time, std::uint64_t length) noexcept {
  const std::uint64_t left = static_cast<std::uint64_t>(INT64_MAX) - static_cast<std::uint64_t>(time);
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(time) + min_of(left, length));
}

// The type of a difference of two times: that of a chrono time point, or the time itself.
template <class Time>
struct time_step {
  using type = Time;
};
template <class Time>
  requires requires { typename Time::duration; }
struct time_step<Time> {
  using type = typename Time::duration;
};
template <class Step>
[[nodiscard]] constexpr std::uint64_t step_count(Step step) noexcept {
  if constexpr (requires { step.count(); })
    return static_cast<std::uint64_t>(step.count());
  else
    return static_cast<std::uint64_t>(step);
}

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
