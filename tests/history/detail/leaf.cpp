// What the leaves of a history's records are: numbers, summaries, times and keys.
#include <slotted/history/detail/leaf.hpp>

#include <slotted/record/symbol.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <type_traits>
#include <vector>

#include "catch.hpp"

namespace {

namespace detail = slotted::detail;

enum class level : std::int8_t { low = -3, high = 7 };

static_assert(detail::time_key<std::int8_t> && detail::time_key<std::uint64_t> && !detail::time_key<double> &&
              !detail::time_key<bool> && detail::time_key<std::chrono::sys_seconds> &&
              !detail::time_key<std::chrono::duration<double>>);
static_assert(detail::series_key<slotted::symbol<"history layout">> && detail::series_key<level> &&
              detail::series_key<bool> && detail::series_key<std::chrono::seconds> && !detail::series_key<double> &&
              !detail::series_key<std::array<char, 16>>);
static_assert(std::is_same_v<detail::number_of<level>, level>);
static_assert(std::is_same_v<detail::number_of<std::chrono::sys_seconds>, std::chrono::seconds::rep>);
static_assert(std::is_same_v<detail::number_of<slotted::symbol<"history leaf", std::uint16_t>>, std::uint16_t>);
static_assert(std::is_void_v<detail::number_of<std::array<char, 3>>>);
static_assert(detail::leaf_columns<std::optional<std::array<std::int16_t, 2>>>::count == 3);
static_assert(detail::leaf_columns<std::array<char, 17>>::count == 17);

}  // namespace

TEST_CASE("summaries hold least, most and sum, and pass NaN by") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const std::vector<double> values{nan, 3.0, -1.0, nan, 0.5, 7.0, -2.5};
  const auto of_reals = detail::summarize(values.data(), values.size());
  CHECK(of_reals.nans == 2);
  CHECK(of_reals.min == -2.5);
  CHECK(of_reals.max == 7.0);
  CHECK(of_reals.sum == 7.0);
  const auto of_nothing = detail::summarize(&nan, 1);
  CHECK(of_nothing.nans == 1);
  CHECK(of_nothing.sum == 0.0);
  const std::vector<std::uint32_t> counts(9, 4'000'000'000u);
  const auto of_counts = detail::summarize(counts.data(), counts.size());
  CHECK(of_counts.sum == 36'000'000'000);
  static_assert(std::is_same_v<decltype(of_counts.sum), const std::int64_t> ||
                std::is_same_v<decltype(of_counts.sum), std::int64_t>);
  const std::vector<std::int64_t> extremes{std::numeric_limits<std::int64_t>::max(), 5,
                                           std::numeric_limits<std::int64_t>::min()};
  const auto of_extremes = detail::summarize(extremes.data(), extremes.size());
  CHECK(of_extremes.min == extremes[2]);
  CHECK(of_extremes.max == extremes[0]);
}

TEST_CASE("times as int64 keep their order and come back") {
  CHECK(detail::to_order(std::uint64_t{0}) == INT64_MIN);
  CHECK(detail::to_order(UINT64_MAX) == INT64_MAX);
  CHECK(detail::from_order<std::uint64_t>(detail::to_order(std::uint64_t{12345})) == 12345);
  CHECK(detail::to_order(std::uint32_t{UINT32_MAX}) == std::int64_t{UINT32_MAX});
  CHECK(detail::to_order(std::int16_t{-5}) == -5);
  CHECK(detail::from_order<std::chrono::seconds>(-7) == std::chrono::seconds(-7));
}
