// A window has both of its ends; every time can be asked for.
#include <slotted/history/detail/time_window.hpp>

#include <chrono>
#include <cstdint>
#include <type_traits>

#include "catch.hpp"

using slotted::detail::later_by;
using slotted::detail::step_count;
using slotted::detail::time_window;

TEST_CASE("a window has both of its ends") {
  const time_window window{-3, 5};
  CHECK((window.has(-3) && window.has(0) && window.has(5)));
  CHECK_FALSE((window.has(-4) || window.has(6)));
  CHECK((window.covers(-3, 5) && !window.covers(-4, 5) && !window.covers(-3, 6)));
  CHECK(window.length() == 8);
  CHECK(window.in({0, 9}) == time_window{0, 5});
  CHECK(window.in({6, 9}).empty());
  CHECK(time_window{}.has(INT64_MAX));
  CHECK(time_window{}.has(INT64_MIN));
  CHECK(time_window{}.length() == UINT64_MAX);
  CHECK(time_window{}.has_all());
  CHECK_FALSE(time_window::half_open(INT64_MIN, INT64_MAX).has_all());
}

TEST_CASE("a half-open stretch is a window without its end") {
  CHECK(time_window::half_open(2, 5) == time_window{2, 4});
  CHECK(time_window::half_open(5, 5).empty());
  CHECK(time_window::half_open(5, 2).empty());
  CHECK(time_window::half_open(INT64_MIN, INT64_MIN).empty());
  CHECK(time_window::half_open(INT64_MIN, INT64_MAX) == time_window{INT64_MIN, INT64_MAX - 1});
}

TEST_CASE("a later time does not run over the greatest") {
  CHECK(later_by(5, 3) == 8);
  CHECK(later_by(-5, 3) == -2);
  CHECK(later_by(INT64_MIN, UINT64_MAX) == INT64_MAX);
  CHECK(later_by(INT64_MAX - 1, 5) == INT64_MAX);
  CHECK(later_by(INT64_MIN, std::uint64_t{1} << 63) == 0);
}

TEST_CASE("a step is a difference of times") {
  using clock = std::chrono::system_clock;
  static_assert(std::is_same_v<slotted::detail::time_step<clock::time_point>::type, clock::duration>);
  static_assert(std::is_same_v<slotted::detail::time_step<std::uint32_t>::type, std::uint32_t>);
  CHECK(step_count(std::chrono::seconds(7)) == 7);
  CHECK(step_count(7) == 7);
}
