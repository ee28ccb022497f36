#include <slotted/history/detail/charged_memory.hpp>

#include <cstddef>
#include <cstring>

#include "catch.hpp"

namespace {

using slotted::commit_outcome;
using slotted::memory_budget;
using slotted::detail::charged_memory;
using slotted::detail::page_bytes;

// Gives back `steps` times a page that somebody else had.
struct giver {
  memory_budget& budget;
  int steps = 0;
  int asked = 0;
  static bool make_room(void* self, std::size_t) {
    auto& me = *static_cast<giver*>(self);
    ++me.asked;
    if (me.steps == 0) return false;
    --me.steps;
    me.budget.release(page_bytes());
    return true;
  }
};

}  // namespace

TEST_CASE("what is held is what the budget was charged") {
  memory_budget budget(16 * page_bytes());
  giver none{budget};
  charged_memory memory(&budget, giver::make_room, &none);
  commit_outcome why = commit_outcome::done;
  std::byte* const at = memory.try_take(3 * page_bytes(), false, why);
  REQUIRE(at != nullptr);
  std::memset(at, 1, 3 * page_bytes());
  CHECK(memory.held() == 3 * page_bytes());
  CHECK(budget.used() == memory.held());
  memory.hand_over(page_bytes());  // somebody else answers for a page now
  CHECK(memory.held() == 2 * page_bytes());
  CHECK(budget.used() == 3 * page_bytes());
  memory.take_over(page_bytes());
  memory.give(at, 3 * page_bytes());
  CHECK(memory.held() == 0);
  CHECK(budget.used() == 0);
}

TEST_CASE("room is made step by step until a charge fits, and only where that is allowed") {
  memory_budget budget(8 * page_bytes());
  budget.reserve(8 * page_bytes());
  giver others{budget, 3};
  charged_memory memory(&budget, giver::make_room, &others);
  CHECK_FALSE(memory.try_charge(page_bytes(), false));
  CHECK(others.asked == 0);
  CHECK(memory.refused() == page_bytes());
  CHECK(memory.try_charge(2 * page_bytes(), true));
  CHECK(others.asked == 2);
  CHECK(memory.held() == 2 * page_bytes());
  CHECK_FALSE(memory.try_charge(4 * page_bytes(), true));
  CHECK(others.asked == 4);  // the last step gave nothing
  CHECK(memory.refused() == 4 * page_bytes());
  CHECK(memory.held() == 2 * page_bytes());
  memory.release(2 * page_bytes());
  budget.release(budget.used());
}

TEST_CASE("what is larger than the budget is refused without giving anything up") {
  memory_budget budget(4 * page_bytes());
  giver others{budget, 100};
  charged_memory memory(&budget, giver::make_room, &others);
  commit_outcome why = commit_outcome::done;
  CHECK(memory.try_take(5 * page_bytes(), true, why) == nullptr);
  CHECK(why == commit_outcome::over_budget);
  CHECK(others.asked == 0);
  CHECK(budget.used() == 0);
}

TEST_CASE("memory is aligned as it is asked for, and pages may go back one by one") {
  charged_memory memory(nullptr, giver::make_room, nullptr);
  commit_outcome why = commit_outcome::done;
  const std::size_t bytes = 16 * page_bytes();
  std::byte* const at = memory.try_take_aligned(bytes, bytes, true, why);
  REQUIRE(at != nullptr);
  CHECK(reinterpret_cast<std::uintptr_t>(at) % bytes == 0);
  memory.decommit(at + page_bytes(), page_bytes());
  CHECK(memory.held() == bytes - page_bytes());
  CHECK(memory.try_commit(at + page_bytes(), page_bytes(), true) == commit_outcome::done);
  CHECK(at[page_bytes()] == std::byte{0});
  memory.give_aligned(at, bytes, bytes);
  CHECK(memory.held() == 0);
}
