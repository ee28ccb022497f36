// A walk comes to each series and block once, in their order, and is in a section while it looks.
#include <slotted/history/detail/series_walk.hpp>

#include <cstdint>
#include <span>
#include <vector>

#include <slotted/history/history.hpp>

#include "catch.hpp"
#include "fake_reading.hpp"

using slotted::detail::for_each_block_ahead;
using slotted::detail::for_each_series;
using slotted::detail::time_window;
using slotted::test::fake_history;

namespace {

using choice = slotted::detail::series_choice<std::uint16_t>;

}  // namespace

TEST_CASE("a walk comes to each series once, from a place on, until it is ended") {
  fake_history model(1);
  model.live(2000, {30, 1, 3, 50});
  const auto past = model.past();
  const auto walk = [&](const choice& which, std::size_t first, std::size_t most) {
    std::vector<std::size_t> places;
    for_each_series(past, which, first, [&](std::size_t place, const auto& view, auto&) {
      REQUIRE(model.state.counts.sections == 1);
      REQUIRE(model.state.series[place]->key == view.key());
      places.push_back(place);
      return places.size() < most;
    });
    CHECK(model.state.counts.sections == 0);
    return places;
  };
  const auto all = walk({}, 0, SIZE_MAX);
  CHECK(all.size() == 30);
  CHECK(std::is_sorted(all.begin(), all.end()));
  CHECK(walk({}, 0, 7) == std::vector(all.begin(), all.begin() + 7));
  CHECK(walk({}, all[10], SIZE_MAX) == std::vector(all.begin() + 10, all.end()));
  CHECK(walk({std::uint16_t{4}}, 0, SIZE_MAX) == std::vector{past.find(4)});
  CHECK(walk({std::uint16_t{5}}, 0, SIZE_MAX).empty());
}

TEST_CASE("a snapshot that expired is not walked") {
  fake_history model(2);
  model.live(200, {30, 1, 3, 50});
  std::size_t seen = 0;
  const auto walk = [&] {
    for_each_series(model.past(), choice{}, [&](std::size_t, const auto&, auto&) {
      model.state.expired = ++seen == 5;
      return true;
    });
  };
  CHECK_THROWS_AS(walk(), slotted::test::fake_expired);
  CHECK(seen == 5);
  CHECK_THROWS_AS(walk(), slotted::test::fake_expired);
  CHECK(seen == 5);
  CHECK(model.state.counts.sections == 0);
}

TEST_CASE("blocks come the newest first, until the walk is ended") {
  fake_history model(3);
  for (int i = 0; i < 100; ++i) {
    slotted::test::reading row;
    row.time = i;
    model.add(row);
    if (i % 10 == 9) model.cut_all();
  }
  slotted::test::fake_view<slotted::test::reading_layout> view;
  REQUIRE(model.past().view(model.past().find(0), view));
  const auto walk = [&](time_window window, std::size_t most) {
    std::vector<std::int64_t> firsts;
    for_each_block_ahead(view, window, [&](const auto& block) {
      firsts.push_back(block.first_time());
      return firsts.size() < most;
    });
    return firsts;
  };
  CHECK(walk({}, SIZE_MAX) == std::vector<std::int64_t>{90, 80, 70, 60, 50, 40, 30, 20, 10, 0});
  CHECK(walk({15, 35}, SIZE_MAX) == std::vector<std::int64_t>{30, 20, 10});
  CHECK(walk({15, 25}, SIZE_MAX) == std::vector<std::int64_t>{20, 10});
  CHECK(walk({15, 15}, SIZE_MAX) == std::vector<std::int64_t>{10});
  CHECK(walk({100, 200}, SIZE_MAX).empty());
  for (std::size_t most = 1; most <= 10; ++most) CHECK(walk({}, most).size() == most);
}

namespace {

// A history of rows that stay in the head, most of them in lines.
struct number {
  std::int64_t time;
  double value;
  std::uint32_t series;
};
using numbers = slotted::history<number, &number::time, &number::series>;

}  // namespace

TEST_CASE("a walk that asks for lines ahead finds the rows of every head, live and in a snapshot") {
  for (const std::uint32_t series : {1u, 3u, 7u, 8u, 40u}) {
    slotted::memory_budget budget{SIZE_MAX};
    numbers past(budget);
    double expected = 0;
    for (int i = 0; i < 90; ++i) {
      for (std::uint32_t key = 0; key < series; ++key) {
        if (key % 5 == 4 && i != 0) continue;  // a state without lines
        const double value = static_cast<double>(i * i % 1000 + static_cast<int>(key)) / 4;
        past.append({i * 10, value, key});
        expected += value;
      }
    }
    REQUIRE(past.statistics().head_rows != 0);
    const auto sum_of = [](const auto& of) {
      double sum = 0;
      of.template scan<&number::value>([&](std::span<const double> values) {
        for (const double each : values) sum += each;
      });
      return sum;
    };
    CHECK(sum_of(past) == expected);
    const auto taken = past.snapshot();
    past.seal();
    past.trim();
    CHECK(sum_of(taken) == expected);
    CHECK(sum_of(past) == expected);
  }
}
