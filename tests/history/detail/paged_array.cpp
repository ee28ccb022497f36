#include <slotted/history/detail/paged_array.hpp>

#include <cstdint>
#include <vector>

#include "catch.hpp"

namespace {

using slotted::commit_outcome;
using slotted::memory_budget;
using slotted::detail::charged_memory;
using slotted::detail::page_bytes;
using slotted::detail::paged_array;

bool nothing_to_give(void*, std::size_t) { return false; }

struct item {
  std::uint64_t number;
  std::uint32_t parts[10];
};

}  // namespace

TEST_CASE("elements keep their addresses and their values while an array grows by pages") {
  memory_budget budget(std::size_t{64} << 20);
  charged_memory memory(&budget, nothing_to_give, nullptr);
  paged_array<item> array;
  std::vector<const item*> places;
  for (std::uint32_t i = 0; i < 100'000; ++i) {
    if (i == array.capacity()) {
      const std::size_t before = array.held();
      REQUIRE(array.try_grow(memory, false) == commit_outcome::done);
      REQUIRE(array.capacity() > i);
      REQUIRE(array.held() - before <= before / 4 + page_bytes());
    }
    array[i].number = i;
    places.push_back(&array[i]);
  }
  CHECK(array.held() == memory.held());
  CHECK(array.held() < 100'000 * sizeof(item) * 5 / 4 + 2 * page_bytes());
  std::size_t wrong = 0;
  for (std::uint32_t i = 0; i < 100'000; ++i) wrong += array[i].number != i || &array[i] != places[i];
  CHECK(wrong == 0);
  array.shrink(50, memory);
  CHECK(array.capacity() >= 50);
  CHECK(array.held() <= 2 * page_bytes());
  CHECK(array[49].number == 49);
  CHECK(array.held() == memory.held());
  array.release(memory);
  CHECK(memory.held() == 0);
  CHECK(budget.used() == 0);
}

TEST_CASE("lent memory is used first, and copied when more is needed") {
  charged_memory memory(nullptr, nothing_to_give, nullptr);
  item lent[8]{};
  paged_array<item> array;
  array.begin_in(lent, 8);
  CHECK(array.capacity() == 8);
  CHECK(array.held() == 0);
  for (std::uint32_t i = 0; i < 8; ++i) array[i].number = 100 + i;
  CHECK(&array[7] == &lent[7]);
  REQUIRE(array.try_grow(memory, false) == commit_outcome::done);
  CHECK(array.capacity() > 8);
  for (std::uint32_t i = 0; i < 8; ++i) CHECK(array[i].number == 100 + i);
  CHECK(&array[7] != &lent[7]);
  array.release(memory);
  CHECK(memory.held() == 0);
}

TEST_CASE("an array that may not grow is as it was") {
  memory_budget budget(2 * page_bytes());
  charged_memory memory(&budget, nothing_to_give, nullptr);
  paged_array<std::uint32_t> array;
  while (array.try_grow(memory, true) == commit_outcome::done) {
  }
  CHECK(array.held() == 2 * page_bytes());
  CHECK(array.capacity() == 2 * page_bytes() / 4);
  CHECK(array.try_grow(memory, true) == commit_outcome::over_budget);
  CHECK(array.capacity() == 2 * page_bytes() / 4);
  array.shrink(0, memory);
  CHECK(array.capacity() == 0);
  CHECK(array.try_grow(memory, true) == commit_outcome::done);
  array.release(memory);
}
