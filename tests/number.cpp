#include <slotted/number.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "catch.hpp"

namespace ours = slotted::detail;

TEST_CASE("min_of and max_of do what the standard's do") {
  STATIC_REQUIRE(ours::min_of(2, 1) == 1);
  STATIC_REQUIRE(ours::min_of(1, 2) == 1);
  STATIC_REQUIRE(ours::max_of(2, 1) == 2);
  STATIC_REQUIRE(ours::max_of(1, 2) == 2);
  CHECK(std::signbit(ours::min_of(-0.0, 0.0)));  // of equal ones the first
  CHECK_FALSE(std::signbit(ours::max_of(0.0, -0.0)));
}

TEST_CASE("number_cast converts as static_cast does") {
  STATIC_REQUIRE(std::is_same_v<decltype(ours::number_cast<std::size_t>(std::uint64_t{7})), std::size_t>);
  CHECK(ours::number_cast<std::uint8_t>(std::uint64_t{0x1FF}) == 0xFF);
  CHECK(ours::number_cast<std::uint64_t>(-1) == UINT64_MAX);
}

TEST_CASE("same_value is what == is, of floating-point numbers and of others") {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(ours::same_value(0.0, -0.0));
  CHECK(ours::same_value(1.5, 1.5F));
  CHECK_FALSE(ours::same_value(0.1, 0.1F));
  CHECK_FALSE(ours::same_value(nan, nan));
  CHECK_FALSE(ours::same_value(nan, 1.0));
  CHECK(ours::same_value(7, 7L));
  CHECK_FALSE(ours::same_value(7, 8));
}
