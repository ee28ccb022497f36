// Memory that a read takes is charged to the readers' share while it is held, or is not there.
#include <slotted/history/detail/taken_memory.hpp>

#include <utility>

#include "catch.hpp"
#include "fake_reading.hpp"

using slotted::detail::taken_memory;

TEST_CASE("memory is charged while it is held") {
  slotted::test::fake_memory memory(1000);
  {
    taken_memory one(memory.get(), 600);
    REQUIRE(one);
    CHECK(one.size() == 600);
    CHECK(memory.budget.used() == 600);
    const taken_memory other(memory.get(), 600);
    CHECK_FALSE(other);
    CHECK(other.data() == nullptr);
    CHECK(other.size() == 0);
    CHECK(memory.budget.used() == 600);
    taken_memory moved(std::move(one));
    CHECK(memory.budget.used() == 600);
    moved = taken_memory(memory.get(), 300);
    CHECK(memory.budget.used() == 300);
    moved = taken_memory();
    CHECK(memory.budget.used() == 0);
  }
  CHECK(memory.budget.used() == 0);
}

TEST_CASE("without a budget memory is charged to nobody") {
  const taken_memory some(slotted::detail::reader_memory(), 100);
  CHECK(some);
  CHECK(some.size() == 100);
}
