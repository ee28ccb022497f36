// Where the newest rows begin is found in a heap of their times or, without memory for that, by counting.
#include <slotted/history/detail/newest_rows.hpp>

#include <cstdint>
#include <vector>

#include "catch.hpp"
#include "fake_reading.hpp"

using slotted::detail::find_newest;
using slotted::detail::newest_cut;
using slotted::test::fake_history;
using slotted::test::fake_memory;
using slotted::test::pace;
using slotted::test::paces;
using slotted::test::reading;

namespace {

using choice = slotted::detail::series_choice<std::uint16_t>;

}  // namespace

TEST_CASE("the cut leaves n rows, or all") {
  for (const std::size_t bytes : {0U, 1'000'000U}) {
    std::uint32_t seed = 1;
    for (const pace& each : paces) {
      fake_memory memory(bytes);
      fake_history model(seed++);
      model.state.memory = memory.get();
      model.live(3000, each);
      for (const std::size_t n : {1U, 100U, 512U, 513U, 2500U, 3000U, 4000U}) {
        CAPTURE(bytes, each.series, each.late, each.step, n);
        const newest_cut cut = find_newest(model.past(), choice{}, {}, n);
        const std::size_t rows = slotted::detail::count_all_rows(model.past(), choice{}, cut.window);
        CHECK(rows - cut.skip == std::min<std::size_t>(n, 3000));
        // All that are skipped are of one time.
        if (cut.skip != 0) {
          CHECK(slotted::detail::count_all_rows(model.past(), choice{}, {cut.window.from, cut.window.from}) > cut.skip);
        }
      }
      CHECK(find_newest(model.past(), choice{}, {}, 0).window.empty());
      CHECK(find_newest(model.past(), choice{}, {0, -1}, 5).window.empty());
    }
  }
}

TEST_CASE("a few newest rows of many series need few of them decoded") {
  fake_history model(20);
  model.live(20000, {100, 1, 3, 50});
  model.state.counts = {};
  (void)find_newest(model.past(), choice{}, {}, 5);
  CHECK(model.state.counts.columns_decoded < 20);
  CHECK(model.state.counts.heads_read < 110);
}

TEST_CASE("rows are counted over all series, up to enough") {
  fake_history model(21);
  model.live(3000, {10, 1, 3, 50});
  CHECK(slotted::detail::count_all_rows(model.past(), choice{}, {}) == 3000);
  const std::size_t some = slotted::detail::count_all_rows(model.past(), choice{}, {}, 700);
  CHECK(some >= 700);
  CHECK(some < 1500);
  CHECK(slotted::detail::count_all_rows(model.past(), choice{std::uint16_t{4}}, {}) ==
        model.rows([](const reading& row) { return row.sensor == 4; }).size());
}
