#include <slotted/series/detail/charged_block.hpp>

#include <utility>

#include "catch.hpp"

using slotted::detail::budget_source;
using slotted::detail::charged_block;

TEST_CASE("a block is charged while somebody has it, moved, copied or not") {
  slotted::memory_budget budget(1000);
  {
    charged_block a(budget_source(&budget), 600);
    REQUIRE(a.data() != nullptr);
    CHECK(a.size() == 600);
    const std::size_t charged = budget.used();
    CHECK(charged >= 600);
    CHECK(charged <= 664);
    CHECK(charged_block(budget_source(&budget), 401).data() == nullptr);
    CHECK_THROWS_AS(slotted::detail::throw_no_block(&budget, 401), slotted::budget_exceeded);
    charged_block b(std::move(a));
    const charged_block shared(b);
    CHECK(shared.data() == b.data());
    CHECK(budget.used() == charged);
    charged_block c(budget_source(&budget), 100);
    c = std::move(b);
    CHECK(c.size() == 600);
    c = charged_block();
    CHECK(shared.size() == 600);
    CHECK(budget.used() == charged);
  }
  CHECK(budget.used() == 0);
  CHECK(charged_block(budget_source(nullptr), 8).size() == 8);
  CHECK(charged_block(budget_source(&budget), 0).data() == nullptr);
}
