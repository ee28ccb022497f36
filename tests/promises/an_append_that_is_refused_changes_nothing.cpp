// An append that fails leaves the history as it was, whether the budget, the system or the row itself is the reason.
#include <cstddef>
#include <cstdint>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

#include "catch.hpp"
#include "refusals.hpp"
#include "samples.hpp"

using slotted::append_outcome;
using slotted::budget_exceeded;
using slotted::KiB;
using slotted::memory_budget;
using slotted::MiB;
using slotted::on_full;
using slotted::test::list_of;
using slotted::test::refused_new;
using slotted::test::refused_pages;
using slotted::test::sample;
using slotted::test::samples;
using slotted::test::scraped;

TEST_CASE("a history that refuses when its budget is full keeps all its rows") {
  memory_budget budget(256 * KiB);
  samples past(budget);
  std::vector<sample> rows;
  std::uint64_t i = 0;
  for (;; ++i) {
    const sample each = scraped(i, 10);
    const append_outcome outcome = past.try_append(each);
    if (outcome == append_outcome::over_budget) break;
    REQUIRE(outcome == append_outcome::done);
    rows.push_back(each);
  }
  CHECK(rows.size() > 10'000);
  for (int again = 0; again < 100; ++again) {
    try {
      past.append(scraped(i, 10));
      FAIL("there was no room");
    } catch (const budget_exceeded& refused) {
      CHECK(refused.limit() == budget.limit());
      CHECK(refused.asked() > budget.limit() - refused.used());
    }
  }
  CHECK(past.evicted() == 0);
  CHECK(past.statistics().refused_over_budget == 101);
  CHECK(past.footprint().total() == budget.used());
  CHECK(same(list_of(past.rows()), rows));
  for (std::uint32_t series = 0; series < 10; ++series) REQUIRE(past.erase(series));
  CHECK(past.try_append(scraped(i, 10)));
}

TEST_CASE("a row that is refused for its series or its time changes nothing") {
  samples past(samples::options{.max_age = 100, .max_series = 2});
  for (std::int64_t time = 1000; time < 1050; ++time) past.append({time, 1, static_cast<std::uint32_t>(time % 2)});
  const std::vector<sample> rows = list_of(past.rows());
  CHECK(past.try_append({1050, 1, 7}) == append_outcome::too_many_series);
  CHECK_THROWS_WITH(past.append({1050, 1, 77}), slotted::test::contains_text("77"));
  CHECK(past.try_append({1, 1, 1}) == append_outcome::too_old);
  CHECK_THROWS_WITH(past.append({-12345, 1, 1}), slotted::test::contains_text("-12345"));
  CHECK(same(list_of(past.rows()), rows));
  CHECK(past.statistics().appended == 50);
  CHECK(past.statistics().refused_too_many_series == 2);
  CHECK(past.statistics().refused_too_old == 2);
}

// Each request for memory in a life of appends, seals and snapshots fails once.
template <class Refusals>
void refuse_each(std::size_t most) {
  for (std::size_t granted = 0; granted < most; ++granted) {
    CAPTURE(granted);
    memory_budget budget(4 * MiB);
    {
      samples past(budget, on_full::evict_oldest);
      std::vector<sample> rows;
      std::size_t failures = 0;
      {
        const Refusals some(granted, 1);
        for (std::uint64_t i = 0; i < 6'000; ++i) {
          sample each = scraped(i, 40);
          each.time = static_cast<std::int64_t>(i);  // no two are equal, whatever the order of series
          const append_outcome outcome = past.try_append(each);
          if (outcome) {
            rows.push_back(each);
          } else {
            if (outcome != append_outcome::out_of_memory) FAIL("refused: " << std::string(outcome.text()));
            ++failures;
          }
          if (i == 3'000 && !past.try_seal()) ++failures;
          if (i == 4'000) {
            try {
              const auto moment = past.snapshot();
              if (moment.size() != rows.size()) FAIL("a snapshot of fewer rows");
              if (list_of(moment.rows()).size() != rows.size()) FAIL("a snapshot that gives fewer rows");
            } catch (const std::bad_alloc&) {
              ++failures;
            }
          }
          if (i == 5'000 && list_of(past.rows()).size() != rows.size()) FAIL("a reading of fewer rows");
        }
      }
      if (failures > 1) FAIL("one refusal, " << failures << " failures");
      if (past.evicted() != 0) FAIL("rows were evicted");
      if (past.footprint().total() != budget.used()) FAIL("what is charged is not what is held");
      std::size_t row = 0;
      for (const sample each : past.rows())
        if (!same(each, rows[row++])) FAIL("row " << row << " is another");
      if (row != rows.size()) FAIL("rows are missing");
    }
    if (budget.used() != 0) FAIL("something is still charged");
  }
}

TEST_CASE("each request for pages may fail") { refuse_each<refused_pages>(200); }
TEST_CASE("each request for an object may fail") { refuse_each<refused_new>(60); }
