#include <slotted/codec/column_state.hpp>

#include <type_traits>

#include "catch.hpp"

using slotted::codec::column_state;
using slotted::detail::codec::remembered_choice;

static_assert(std::is_trivially_copyable_v<column_state>);
static_assert(sizeof(column_state) <= 32, "a store of 100,000 series keeps one for each column of each");

TEST_CASE("a choice is good until a block is a tenth larger than when it was searched for") {
  remembered_choice choice;
  CHECK_FALSE(choice.usable(1024));
  choice.found(slotted::detail::codec::mode::integers, {}, 1024, 1000);
  CHECK(choice.usable(1024));
  CHECK(choice.still_good(1000, 1024));
  CHECK(choice.still_good(1100, 1024));
  CHECK_FALSE(choice.still_good(1110, 1024));
  CHECK(choice.still_good(550, 512));
  CHECK_FALSE(choice.still_good(600, 512));
}

TEST_CASE("a choice is searched for again after a number of blocks") {
  remembered_choice choice;
  choice.found(slotted::detail::codec::mode::integers, {}, 1024, 1000);
  for (unsigned k = 0; k < remembered_choice::blocks_between_searches; ++k) {
    CHECK(choice.usable(1024));
    ++choice.age;
  }
  CHECK_FALSE(choice.usable(1024));
}
