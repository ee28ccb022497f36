#include <slotted/history/append_outcome.hpp>

#include <set>
#include <string>

#include "catch.hpp"

using slotted::append_outcome;

static_assert(append_outcome(append_outcome::done));
static_assert(!append_outcome(append_outcome::too_old));
static_assert(append_outcome(append_outcome::too_old) != append_outcome(append_outcome::too_far_ahead));
static_assert(sizeof(append_outcome) == 1);

TEST_CASE("each reason has words of its own, and only `done` is true") {
  std::set<std::string> texts;
  for (const auto why : {append_outcome::done, append_outcome::over_budget, append_outcome::out_of_memory,
                         append_outcome::too_many_series, append_outcome::too_old, append_outcome::too_far_ahead,
                         append_outcome::stale_series}) {
    const append_outcome outcome(why);
    CHECK(outcome.why() == why);
    CHECK(static_cast<bool>(outcome) == (why == append_outcome::done));
    CHECK_FALSE(outcome.text().empty());
    texts.emplace(outcome.text());
  }
  CHECK(texts.size() == 7);
}
