#include <slotted/series/series_hold.hpp>

#include <algorithm>
#include <atomic>
#include <memory>
#include <set>
#include <slotted/series/series_table.hpp>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "catch.hpp"

namespace {

using slotted::series_ref;

std::set<series_ref> found_by(const slotted::series_hold& hold, std::initializer_list<slotted::matcher> matchers) {
  std::set<series_ref> refs;
  const slotted::series_set set = hold.matching(matchers);
  hold.for_each(set, [&](series_ref ref) { refs.insert(ref); });
  return refs;
}

std::vector<std::string_view> elements(const slotted::result_list<std::string_view>& list) {
  return {list.begin(), list.end()};
}

}  // namespace

TEST_CASE("a hold reads and matches what was open when it was made, closed since or not") {
  slotted::series_table table;
  const series_ref a = table.open({{"job", "node"}, {"cpu", "0"}});
  const series_ref b = table.open({{"job", "node"}, {"cpu", "1"}});
  {
    const auto hold = table.hold();
    CHECK(table.close(a));
    CHECK_FALSE(table.contains(a));
    CHECK_THROWS_AS(table.labels(a), slotted::stale_series);
    CHECK(hold.contains(a));
    CHECK(hold.to_exposition(a) == R"({cpu="0",job="node"})");
    CHECK(found_by(hold, {{"job", "node"}}) == std::set<series_ref>{a, b});
    CHECK(table.matching({{"job", "node"}}).size() == 1);
    const series_ref again = table.open({{"job", "node"}, {"cpu", "0"}});
    CHECK(again != a);
    CHECK(hold.to_exposition(a) == table.to_exposition(again));
  }
  CHECK(table.label_values("cpu").size() == 2);
  table.reclaim();
  const auto later = table.hold();
  CHECK_FALSE(later.contains(a));
}

TEST_CASE("texts of closed series go when the last hold that was open then has ended, in whatever order holds end") {
  const int orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
  for (const auto& order : orders) {
    slotted::series_table table;
    const series_ref refs[] = {table.open({{"id", "0"}}), table.open({{"id", "1"}}), table.open({{"id", "2"}})};
    (void)table.open({{"id", "stays"}});
    std::unique_ptr<slotted::series_hold> holds[3];
    for (int i = 0; i < 3; ++i) {  // hold i was open when series i was closed, and so were those before it
      holds[i] = std::unique_ptr<slotted::series_hold>(new slotted::series_hold(table.hold()));
      table.close(refs[i]);
    }
    std::set<int> open{0, 1, 2};
    for (const int ended : order) {
      holds[ended].reset();
      open.erase(ended);
      table.reclaim();
      // Series i is seen by holds 0 to i.
      for (int i = 0; i < 3; ++i) {
        const bool seen = !open.empty() && *open.begin() <= i;
        const auto values = table.label_values("id");
        const bool there = std::find(values.begin(), values.end(), std::to_string(i)) != values.end();
        if (seen) CHECK(there);
        if (open.empty()) CHECK_FALSE(there);
      }
    }
    CHECK(elements(table.label_values("id")) == std::vector<std::string_view>{"stays"});
  }
}

TEST_CASE("a thread reads and matches through a hold while series come and go") {
  slotted::memory_budget budget(16 * slotted::MiB);
  slotted::series_table table(budget);
  std::vector<series_ref> refs;
  for (int i = 0; i < 2000; ++i)
    refs.push_back(table.open({{"id", std::to_string(i)}, {"mod", std::to_string(i % 10)}}));
  for (int round = 0; round < 3; ++round) {
    auto hold = std::unique_ptr<slotted::series_hold>(new slotted::series_hold(table.hold()));
    const std::vector<series_ref> seen = refs;
    std::atomic<int> wrong{0};
    std::atomic<bool> done{false};
    std::thread reader([&] {
      const auto by_predicate = [](std::string_view value) { return value == "3"; };
      for (int i = 0; i < 20; ++i) {
        const slotted::series_set found = hold->matching({slotted::matches("mod", by_predicate)});
        std::set<series_ref> got;
        hold->for_each(found, [&](series_ref ref) { got.insert(ref); });
        std::size_t expected = 0;
        for (const series_ref each : seen) {
          const bool third = hold->to_exposition(each).find("mod=\"3\"") != std::string::npos;
          expected += third ? 1 : 0;
          if (got.contains(each) != third) ++wrong;
        }
        if (expected == 0) ++wrong;
      }
      hold.reset();  // on this thread
      done = true;
    });
    for (int i = 0; !done; ++i) {
      if (i >= 5000) {  // the hold keeps what is closed
        std::this_thread::yield();
        continue;
      }
      const std::size_t which = static_cast<std::size_t>(i * 7) % refs.size();
      table.close(refs[which]);
      refs[which] = table.open({{"id", "new " + std::to_string(i)}, {"mod", std::to_string(i % 10)}});
    }
    reader.join();
    CHECK(wrong == 0);
  }
  table.reclaim();
  CHECK(table.label_values("id").size() == 2000);
  CHECK(table.footprint().total() == budget.used());
}
