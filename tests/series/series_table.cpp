#include <slotted/series/series_table.hpp>

#include <set>
#include <string>
#include <type_traits>
#include <vector>

#include "catch.hpp"

namespace {

using slotted::label;
using slotted::open_outcome;
using slotted::series_ref;
using slotted::series_table;

}  // namespace

static_assert(!std::is_copy_constructible_v<series_table>);

TEST_CASE("labels name the same series in any order, and an empty value is no label") {
  series_table table;
  const series_ref ref = table.open({{"job", "node"}, {"cpu", "0"}});
  CHECK(table.open({{"cpu", "0"}, {"job", "node"}}) == ref);
  CHECK(table.open({{"cpu", "0"}, {"zone", ""}, {"job", "node"}}) == ref);
  CHECK(table.find({{"job", "node"}, {"cpu", "0"}, {"mode", ""}}) == ref);
  CHECK(table.open({{"cpu", "0"}}) != ref);
  CHECK(table.size() == 2);
  CHECK_FALSE(table.find({{"cpu", "1"}}));
  CHECK_FALSE(table.find({{"other", "0"}}));
  CHECK(table.count(open_outcome::done) == 4);
}

TEST_CASE("a name twice is an error that names it, and nothing has changed") {
  slotted::memory_budget budget(slotted::MiB);
  series_table table(budget);
  CHECK_THROWS_WITH(table.open({{"job", "a"}, {"cpu", "0"}, {"job", "b"}}),
                    slotted::test::contains_text("the name 'job' is there twice"));
  CHECK(table.empty());
  CHECK(budget.used() == 0);
  CHECK(table.try_open({{"job", "a"}, {"job", "a"}}).outcome == open_outcome::name_twice);
  CHECK(table.open({{"job", "a"}, {"job", ""}}));
}

TEST_CASE("a closed series is stale for ever, and its labels can be opened again") {
  series_table table;
  const series_ref ref = table.open({{"job", "node"}});
  CHECK(table.contains(ref));
  CHECK(table.close(ref));
  CHECK_FALSE(table.close(ref));
  CHECK_FALSE(table.contains(ref));
  CHECK_FALSE(table.close({}));
  CHECK_THROWS_AS(table.labels(ref), slotted::stale_series);
  CHECK_THROWS_AS(table.to_exposition({}), slotted::stale_series);
  std::set<series_ref> ever{ref};
  for (int i = 0; i < 5000; ++i) {
    const series_ref again = table.open({{"job", "node"}});
    REQUIRE(again.number() == ref.number());
    REQUIRE(ever.insert(again).second);
    table.close(again);
  }
  CHECK_FALSE(table.contains(ref));
}

TEST_CASE("a scrape that repeats in order finds each series after the one before it") {
  series_table table;
  std::vector<std::vector<std::string>> texts;
  for (int i = 0; i < 1000; ++i)
    texts.push_back({"metric" + std::to_string(i / 100), "host" + std::to_string(i % 100)});
  std::vector<series_ref> refs;
  const auto labels = [&](std::size_t i) {
    return std::vector<label>{{"__name__", texts[i][0]}, {"host", texts[i][1]}};
  };
  for (std::size_t i = 0; i < texts.size(); ++i) refs.push_back(table.open(labels(i)));
  for (std::size_t i = 0; i < texts.size(); ++i) {
    REQUIRE(table.find_after(i == 0 ? series_ref() : refs[i - 1], labels(i)) == refs[i]);
    REQUIRE(table.find_after(refs[(i * 7) % 1000], labels(i)) == refs[i]);  // a guess that is wrong costs time alone
  }
  table.close(refs[500]);
  CHECK_FALSE(table.find_after(refs[499], labels(500)));
  CHECK(table.find_after(refs[500], labels(501)) == refs[501]);
}

TEST_CASE("open series, and those of a set, are gone through in the order of their numbers") {
  series_table table;
  std::vector<series_ref> refs;
  for (int i = 0; i < 300; ++i) refs.push_back(table.open({{"id", std::to_string(i)}, {"odd", i % 2 == 0 ? "" : "1"}}));
  table.close(refs[7]);
  std::size_t seen = 0;
  series_ref last;
  table.for_each([&](series_ref each) {
    CHECK(table.contains(each));
    CHECK((!last || last.number() < each.number()));
    last = each;
    ++seen;
  });
  CHECK(seen == 299);
  const slotted::series_set odd = table.matching({{"odd", "1"}});
  std::set<series_ref> found;
  table.for_each(odd, [&](series_ref each) { found.insert(each); });
  CHECK(found.size() == 149);
  CHECK(found.contains(refs[9]));
}

TEST_CASE("a predicate that throws leaves the table as it was") {
  slotted::memory_budget budget(slotted::MiB);
  series_table table(budget);
  (void)table.open({{"job", "node"}});
  const std::size_t used = budget.used();
  const auto failing = [](std::string_view value) -> bool {
    if (!value.empty()) throw std::runtime_error("no such pattern");
    return false;
  };
  CHECK_THROWS_AS(table.matching({slotted::matches("job", failing)}), std::runtime_error);
  CHECK(budget.used() == used);
  CHECK(table.matching({{"job", "node"}}).size() == 1);
}

TEST_CASE("an open over the budget throws what was refused") {
  slotted::memory_budget budget(40 * slotted::KiB);
  slotted::series_limits limits;
  limits.bytes.most = SIZE_MAX;
  series_table table(budget, limits);
  const auto fill = [&] {
    for (int i = 0; i < 100'000; ++i) (void)table.open({{"id", std::to_string(i)}});
  };
  CHECK_THROWS_AS(fill(), slotted::budget_exceeded);
  CHECK(table.count(open_outcome::over_budget) == 1);
  CHECK(table.size() == table.count(open_outcome::done));
  CHECK(budget.used() == table.footprint().total());
}

TEST_CASE("any bytes may be in names and values that are UTF-8, and an empty name is a name") {
  series_table table;
  const std::string zero("a\0b", 3);
  const series_ref ref = table.open({{zero, zero}, {"", "empty"}});
  CHECK(table.labels(ref).value(zero) == zero);
  CHECK(table.labels(ref).value("") == "empty");
  CHECK_FALSE(table.find({{zero, "a"}, {"", "empty"}}));
  const series_ref none = table.open(std::span<const label>());
  CHECK(table.find(std::span<const label>()) == none);
  CHECK(table.labels(none).empty());
}
