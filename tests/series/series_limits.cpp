#include <slotted/series/series_limits.hpp>

#include <slotted/series/series_table.hpp>
#include <string>
#include <vector>

#include "catch.hpp"

namespace {

using slotted::label;
using slotted::open_outcome;
using slotted::over_limit;
using slotted::series_limits;
using slotted::series_table;

struct asked {
  std::vector<label> labels;
  open_outcome::reason why;
};

// Tables with one series {job="a"}, in which each of these is refused by the limit that it is to reach.
template <class F>
void for_each_limit(over_limit policy, F&& f) {
  static const std::string longer(17, 'x');
  series_limits limits;
  limits.series = {1, policy};
  f(limits, asked{{{"job", "b"}}, open_outcome::too_many_series});
  limits = {};
  limits.values = {1, policy};
  f(limits, asked{{{"job", "b"}}, open_outcome::too_many_values});
  limits = {};
  limits.name_sets = {1, policy};
  f(limits, asked{{{"cpu", "b"}}, open_outcome::too_many_name_sets});
  limits = {};
  limits.labels = {1, policy};
  f(limits, asked{{{"job", "b"}, {"cpu", "0"}}, open_outcome::too_many_labels});
  limits = {};
  limits.text = {16, policy};
  f(limits, asked{{{"job", longer}}, open_outcome::text_too_long});
  f(limits, asked{{{longer, "a"}}, open_outcome::text_too_long});
  limits = {};
  limits.bytes = {4096, policy};
  f(limits, asked{{{"job", "b"}}, open_outcome::too_many_bytes});
}

std::vector<std::string_view> elements(const slotted::result_list<std::string_view>& list) {
  return {list.begin(), list.end()};
}

}  // namespace

TEST_CASE("what is beyond a limit is refused with the reason, and everything is as before") {
  for_each_limit(over_limit::refuse, [](const series_limits& limits, const asked& beyond) {
    slotted::memory_budget budget(slotted::MiB);
    series_table table(budget, limits);
    const slotted::series_ref first = table.open({{"job", "a"}});
    const std::size_t used = budget.used();
    for (int i = 0; i < 100; ++i) {
      const slotted::opened_series got = table.try_open(beyond.labels);
      CHECK(got.outcome == beyond.why);
      CHECK_FALSE(got.ref);
    }
    CHECK_THROWS_AS(table.open(beyond.labels), slotted::series_limit_exceeded);
    CHECK(table.count(beyond.why) == 101);
    CHECK(table.size() == 1);
    CHECK(budget.used() == used);
    CHECK(elements(table.label_names()) == std::vector<std::string_view>{"job"});
    CHECK(table.open({{"job", "a"}}) == first);  // what is there is found whatever the limits
  });
}

TEST_CASE("where the policy says so, what is beyond a limit goes to the overflow series") {
  for_each_limit(over_limit::overflow, [](const series_limits& limits, const asked& beyond) {
    series_table table(limits);
    (void)table.open({{"job", "a"}});
    const slotted::opened_series got = table.try_open(beyond.labels);
    CHECK(got);
    CHECK(got.outcome == open_outcome::overflowed);
    CHECK(table.to_exposition(got.ref) == R"({"otel.metric.overflow"="true"})");
    CHECK(table.try_open(beyond.labels).ref == got.ref);
    CHECK(table.size() == 2);
    CHECK(table.count(open_outcome::overflowed) == 2);
    CHECK(table.count(beyond.why) == 2);
    CHECK(table.try_open({{"job", "\xFF"}}).outcome == open_outcome::not_utf8);  // malformed is no overflow
    const label twice[] = {{"job", "x"}, {"job", "y"}};
    CHECK(table.try_open(twice).outcome == open_outcome::name_twice);
  });
}

TEST_CASE("labels hold an eighth of the budget by default, and a storm of them stops there") {
  slotted::memory_budget budget(8 * slotted::MiB);
  series_table table(budget);
  CHECK(table.limits().bytes.most == slotted::MiB);
  std::size_t opened = 0;
  for (int i = 0; i < 200'000; ++i) {
    const std::string value = "value number " + std::to_string(i);
    const slotted::opened_series got = table.try_open({{"id", value}});
    if (got) {
      ++opened;
    } else {
      REQUIRE(got.outcome == open_outcome::too_many_bytes);
    }
  }
  CHECK(opened > 10'000);
  CHECK(budget.used() <= slotted::MiB + slotted::MiB / 8);  // the last step of growth
  CHECK(budget.used() >= slotted::MiB / 2);
}
