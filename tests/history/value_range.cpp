// A range of values names its column and keeps the type of its ends.
#include <slotted/history/value_range.hpp>

#include <cstdint>
#include <type_traits>

#include "catch.hpp"

namespace {

struct point {
  double x;
  std::int64_t time;
};

}  // namespace

TEST_CASE("a range of values has both of its ends") {
  constexpr auto range = slotted::where<&point::x>(1.5, 2.5);
  static_assert(range.least == 1.5 && range.most == 2.5);
  static_assert(std::is_same_v<decltype(slotted::where<"time">(1, 2)), slotted::value_range<"time", int>>);
  CHECK(slotted::where<"time">(1, 2).most == 2);
}
