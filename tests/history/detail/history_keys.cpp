#include <slotted/history/detail/history_keys.hpp>

#include <chrono>
#include <cstdint>
#include <type_traits>

#include "catch.hpp"

namespace {

namespace detail = slotted::detail;

struct place {
  int floor;
  int room;
};
struct point {
  std::int64_t time;
  place at;
  double x;
};
template <slotted::key K>
constexpr auto leaves_of = detail::key_leaves<point>(K);

static_assert(leaves_of<&point::time>.first == 0 && leaves_of<&point::time>.count == 1);
static_assert(leaves_of<&point::at>.count == 2);
static_assert(leaves_of<slotted::path<&point::at, &place::room>>.first == 2);
static_assert(leaves_of<"at.floor">.first == 1);
static_assert(leaves_of<slotted::no_series>.count == 0);
static_assert(detail::history_requirements<point, &point::time, slotted::no_series>::met);
static_assert(detail::history_requirements<point, "time", "at.room">::met);
static_assert(
    std::is_same_v<detail::layout_of_history<point, &point::time, "at.room">, detail::history_layout<point, 0, 2>>);

static_assert(std::is_same_v<detail::time_difference_of<std::uint64_t>, std::int64_t>);
static_assert(std::is_same_v<detail::time_difference_of<std::chrono::sys_seconds>, std::chrono::seconds>);

}  // namespace

TEST_CASE("lengths and times of chrono count as their integers do") {
  CHECK(detail::count_of(std::chrono::milliseconds(-7)) == -7);
  CHECK(detail::count_of(12u) == 12u);
  CHECK(detail::text_of_time(std::chrono::sys_seconds(std::chrono::seconds(99))) == "99");
  CHECK(detail::text_of_time(UINT64_MAX) == "18446744073709551615");
  CHECK(detail::text_of_time(std::int16_t{-3}) == "-3");
}
