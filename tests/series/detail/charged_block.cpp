#include <slotted/series/detail/charged_block.hpp>

#include <utility>

#include "catch.hpp"

using slotted::detail::charged_block;

TEST_CASE("a block is charged while it is there, moved or not") {
  slotted::memory_budget budget(1000);
  {
    charged_block a(&budget, 600);
    REQUIRE(a.data() != nullptr);
    CHECK(a.size() == 600);
    CHECK(budget.used() == 600);
    CHECK_THROWS_AS(charged_block(&budget, 401), slotted::budget_exceeded);
    charged_block b(std::move(a));
    CHECK(budget.used() == 600);
    charged_block c(&budget, 100);
    c = std::move(b);
    CHECK(c.size() == 600);
  }
  CHECK(budget.used() == 0);
  CHECK(charged_block(nullptr, 8).size() == 8);
  CHECK(charged_block(&budget, 0).data() == nullptr);
}
