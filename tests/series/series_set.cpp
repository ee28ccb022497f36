#include <slotted/series/series_set.hpp>

#include <slotted/series/series_table.hpp>
#include <string>
#include <vector>

#include "catch.hpp"

TEST_CASE("a set is charged to the budget, says which numbers it has, and is shared by its copies") {
  slotted::memory_budget budget(slotted::MiB);
  slotted::series_table table(budget);
  std::vector<slotted::series_ref> refs;
  for (int i = 0; i < 200; ++i)
    refs.push_back(table.open({{"id", std::to_string(i)}, {"half", i % 2 == 0 ? "even" : "odd"}}));
  const std::size_t before = budget.used();
  {
    slotted::series_set even = table.matching({{"half", "even"}});
    CHECK(budget.used() > before);
    CHECK(even.size() == 100);
    CHECK_FALSE(even.empty());
    for (std::size_t i = 0; i < refs.size(); ++i) CHECK(even.contains_number(refs[i].number()) == (i % 2 == 0));
    CHECK_FALSE(even.contains_number(100'000));
    const std::size_t charged = budget.used();
    const slotted::series_set copy = even;  // NOLINT(performance-unnecessary-copy-initialization): it is counted
    even = slotted::series_set();
    CHECK(even.empty());
    CHECK(copy.size() == 100);
    CHECK(budget.used() == charged);
  }
  CHECK(budget.used() == before);
  CHECK(slotted::series_set().empty());
}
