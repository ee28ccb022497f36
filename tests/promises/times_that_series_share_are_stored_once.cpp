// Series that are scraped together have the same times, and their blocks have them together.
#include <cstdint>
#include <random>
#include <vector>

#include "catch.hpp"
#include "samples.hpp"

using slotted::test::sample;
using slotted::test::samples;

namespace {

// Times that take about a byte a row, the same ones for all series or its own for each. Small histories do without.
std::size_t bytes_of(bool together, std::size_t& saved, std::uint64_t& shared) {
  samples past;
  std::mt19937 random(5);
  std::mt19937 own(6);
  std::int64_t now = 0;
  for (int row = 0; row < 4096; ++row) {
    now += 15'000 + static_cast<std::int64_t>(random() % 64);
    for (std::uint32_t series = 0; series < 50; ++series)
      past.append({now + (together ? 0 : static_cast<std::int64_t>(own() % 64)), static_cast<double>(own()), series});
  }
  past.seal();
  past.trim();
  const auto figures = past.statistics();
  saved = figures.shared_time_saved;
  shared = figures.shared_times;
  for (std::uint32_t series = 0; series < 50; ++series) REQUIRE(past.series(series).count() == 4096);
  CHECK(figures.block_bytes + figures.shared_time_bytes < past.footprint().total());
  return past.footprint().total();
}

}  // namespace

TEST_CASE("times that series share are stored once, and the figures say how many bytes that saves") {
  std::size_t saved = 0;
  std::uint64_t shared = 0;
  const std::size_t bytes = bytes_of(true, saved, shared);
  CHECK(shared >= 100);
  CHECK(saved > 100'000);
  std::size_t none = 0;
  std::uint64_t never = 0;
  const std::size_t apart = bytes_of(false, none, never);
  CHECK(never == 0);
  CHECK(none == 0);
  CHECK(bytes + saved / 2 < apart);
}

TEST_CASE("a block keeps times that it shared when the others that had them have gone") {
  samples past;
  std::mt19937 random(7);
  std::int64_t now = 0;
  std::vector<std::int64_t> times;
  for (int row = 0; row < 4096; ++row) {
    times.push_back(now += static_cast<std::int64_t>(random() % 100));
    for (std::uint32_t series = 0; series < 40; ++series)
      past.append({now, static_cast<double>(random()) + row * 8e9, series});
  }
  past.seal();
  REQUIRE(past.statistics().shared_times > 50);
  REQUIRE(past.statistics().shared_time_saved != 0);
  for (std::uint32_t series = 0; series < 39; ++series) past.erase(series);
  CHECK(past.statistics().shared_time_saved == 0);
  past.trim();
  std::size_t row = 0;
  for (const sample each : past.rows()) {
    REQUIRE(each.time == times[row]);
    REQUIRE(each.value >= 8e9 * static_cast<double>(row));
    ++row;
  }
  CHECK(row == 4096);
}
