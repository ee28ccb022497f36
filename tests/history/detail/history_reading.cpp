// What every read goes through: the live history, or a snapshot of it.
#include <slotted/history/detail/history_reading.hpp>

#include <slotted/history/history.hpp>

#include <cstdint>
#include <vector>

#include "catch.hpp"

namespace {

namespace detail = slotted::detail;

struct point {
  std::int64_t time;
  double value;
  std::uint16_t series;
};
using layout = detail::layout_of_history<point, &point::time, &point::series>;
using core = detail::history_core<layout>;
using reading = detail::history_reading<layout>;

struct open_core {
  core* made;
  explicit open_core(slotted::memory_budget& budget) {
    slotted::commit_outcome why = slotted::commit_outcome::done;
    made = core::open(&budget, {}, why);
    REQUIRE(why == slotted::commit_outcome::done);
  }
  ~open_core() { core::close(made); }
};

}  // namespace

TEST_CASE("a reading of nothing has no series") {
  for (const reading& none :
       {reading(), reading(static_cast<const core*>(nullptr)), reading(static_cast<core::snapshot*>(nullptr))}) {
    auto inside = none.enter();
    CHECK(none.places() == 0);
    CHECK(none.find(3) == SIZE_MAX);
    detail::series_view<layout> view;
    CHECK_FALSE(none.view(0, view));
  }
}

TEST_CASE("the live history and a snapshot are read alike") {
  slotted::memory_budget budget(std::size_t{1} << 20);
  open_core of(budget);
  for (std::int64_t i = 0; i < 300; ++i)
    REQUIRE(of.made->append(point{i, 0.5, static_cast<std::uint16_t>(i % 3)}, static_cast<std::uint16_t>(i % 3)));
  core::snapshot* const moment = of.made->take_snapshot();
  REQUIRE(moment != nullptr);
  const reading live(static_cast<const core*>(of.made));
  const reading past(moment);
  for (const reading* each : {&live, &past}) {
    auto inside = each->enter();
    CHECK(each->places() == 3);
    const std::size_t place = each->find(2);
    REQUIRE(place != SIZE_MAX);
    detail::series_view<layout> view;
    REQUIRE(each->view(place, view));
    CHECK(view.key() == 2);
    CHECK(view.rows() == 100);
    CHECK(view.newest_time() == 299);
    CHECK(each->find(3) == SIZE_MAX);
    CHECK_FALSE(each->view(each->places(), view));
  }
  REQUIRE(of.made->append(point{1000, 0.5, 2}, 2));
  auto inside = past.enter();
  detail::series_view<layout> view;
  REQUIRE(past.view(past.find(2), view));
  CHECK(view.newest_time() == 299);
  inside.pause();  // the history may change now
  REQUIRE(of.made->append(point{1001, 0.5, 1}, 1));
  inside.resume();
  CHECK(view.rows() == 100);
  inside.leave();
  core::close_snapshot(of.made, moment);
}

TEST_CASE("a section of a snapshot that has expired is refused, and keeps nobody out") {
  slotted::memory_budget budget(std::size_t{1} << 20);
  core::snapshot* moment = nullptr;
  {
    open_core of(budget);
    REQUIRE(of.made->append(point{1, 0.5, 2}, 2));
    moment = of.made->take_snapshot();
  }
  const reading gone(moment);
  CHECK_THROWS_AS((void)gone.enter(), slotted::snapshot_expired);
  CHECK((moment->word.load() & core::snapshot::readers) == 0);
  moment->drop();
  CHECK(budget.used() == 0);
}
