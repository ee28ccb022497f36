#include <slotted/series/detail/series_core.hpp>

#include <string>
#include <vector>

#include "catch.hpp"

namespace {

using slotted::label;
using slotted::open_outcome;
using slotted::detail::no_id;
using slotted::detail::series_core;

slotted::series_limits unlimited() {
  slotted::series_limits limits;
  limits.bytes.most = SIZE_MAX;
  return limits;
}

}  // namespace

TEST_CASE("the parts agree: a series that is opened is found, and one that is released leaves nothing") {
  slotted::memory_budget budget(slotted::MiB);
  series_core core(&budget);
  const label labels[] = {{"job", "node"}, {"cpu", "0"}};
  const series_core::opened got = core.open(labels, unlimited());
  REQUIRE(got.why == open_outcome::done);
  CHECK(core.find(labels) == got.number);
  CHECK(core.open(labels, unlimited()).number == got.number);
  CHECK(core.text_bytes() == 3 + 3 + 4 + 1);
  const slotted::series_ref ref = core.ref_of(got.number);
  CHECK(core.is_open(ref));
  core.close(got.number);
  CHECK(core.find(labels) == no_id);
  CHECK_FALSE(core.is_open(ref));
  CHECK(core.is_kept(ref));
  core.release_row(got.number);
  CHECK_FALSE(core.is_kept(ref));
  CHECK(core.text_bytes() == 0);
  CHECK(core.sets().name_count() == 0);
  CHECK(core.footprint().total() == budget.used());
}

TEST_CASE("an open that is refused for memory changes nothing, at any step of it") {
  for (std::size_t limit = 24 * slotted::KiB; limit < 120 * slotted::KiB; limit += 4 * slotted::KiB) {
    slotted::memory_budget budget(limit);
    series_core core(&budget);
    std::vector<std::string> values;
    for (int i = 0;; ++i) {
      const std::string name = "name" + std::to_string(i % 50);
      const std::string value = "value" + std::to_string(i);
      const label labels[] = {{name, value}, {"job", "node"}};
      const std::size_t names = core.sets().name_count();
      const std::size_t sets = core.sets().set_count();
      const std::size_t bytes = core.text_bytes();
      const series_core::opened got = core.open(labels, unlimited());
      REQUIRE(core.footprint().total() == budget.used());
      if (got.why == open_outcome::done) {
        REQUIRE(i < 100'000);
        continue;
      }
      CHECK(got.why == open_outcome::over_budget);
      CHECK(core.sets().name_count() == names);
      CHECK(core.sets().set_count() == sets);
      CHECK(core.text_bytes() == bytes);
      CHECK(core.size() == static_cast<std::uint32_t>(i));
      CHECK(core.find(labels) == no_id);
      break;
    }
  }
}

TEST_CASE("scattered series pin no memory once the others have gone, without a call that says so") {
  slotted::memory_budget budget(slotted::GiB);
  series_core core(&budget);
  std::vector<std::uint32_t> numbers;
  for (int i = 0; i < 60'000; ++i) {
    const std::string pod = "pod with a long name, number " + std::to_string(i);
    const label labels[] = {{"pod", pod}, {"job", "node"}};
    numbers.push_back(core.open(labels, unlimited()).number);
  }
  const std::size_t full = budget.used();
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (i % 200 == 0) continue;
    core.close(numbers[i]);
    core.release_row(numbers[i]);
  }
  CHECK(core.size() == 300);
  CHECK(budget.used() < full / 10);
  core.trim();
  CHECK_FALSE(core.is_compacting());
  CHECK(budget.used() < full / 25);
  for (int i = 0; i < 60'000; i += 200) {
    const std::string pod = "pod with a long name, number " + std::to_string(i);
    const label labels[] = {{"pod", pod}, {"job", "node"}};
    REQUIRE(core.find(labels) == numbers[static_cast<std::size_t>(i)]);
  }
}
