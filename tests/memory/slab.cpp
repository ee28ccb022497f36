// A run of pages grows in place, is charged to the byte, and a commit that fails changed nothing.
#include <slotted/memory/slab.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include "catch.hpp"
#include "child_process.hpp"
#include "mappings.hpp"

namespace {

using slotted::commit_outcome;
using slotted::memory_budget;
using slotted::MiB;
using slotted::page_kind;
using slotted::page_run;
using slotted::detail::commit_unit;
using slotted::detail::growth_step;
using slotted::detail::page_bytes;

static_assert(!std::is_copy_constructible_v<page_run> && std::is_nothrow_move_constructible_v<page_run>);
static_assert(std::is_same_v<page_run::outcome, commit_outcome>);

TEST_CASE("an empty run holds nothing") {
  page_run run;
  CHECK_FALSE(run);
  CHECK(run.data() == nullptr);
  CHECK(run.capacity() == 0);
  CHECK(run.committed() == 0);
  run.release(nullptr);
  CHECK(run.try_commit(0, nullptr) == commit_outcome::done);
}

TEST_CASE("reserving takes address space, aligned, and charges nothing") {
  for (const std::size_t bytes : {std::size_t{1}, page_bytes(), page_bytes() + 1, 5 * MiB, 80 * MiB})
    for (std::size_t alignment = 1; alignment <= 4 * MiB; alignment *= 8) {
      CAPTURE(bytes, alignment);
      const page_run run = page_run::try_reserve(bytes, alignment);
      REQUIRE(run);
      CHECK(run.capacity() == (bytes + page_bytes() - 1) / page_bytes() * page_bytes());
      CHECK(run.committed() == 0);
      CHECK(reinterpret_cast<std::uintptr_t>(run.data()) % alignment == 0);
      CHECK(reinterpret_cast<std::uintptr_t>(run.data()) % page_bytes() == 0);
    }
}

TEST_CASE("a run grows in place, by whole pages that are charged") {
  memory_budget budget{1 * MiB};
  const std::size_t page = page_bytes();
  page_run run = page_run::try_reserve(1 * MiB);
  REQUIRE(run);
  std::byte* const data = run.data();
  CHECK(run.try_commit(1, &budget) == commit_outcome::done);
  CHECK(run.committed() == page);
  CHECK(budget.used() == page);
  std::memset(data, 0x5A, page);
  CHECK(run.try_commit(page, &budget) == commit_outcome::done);  // there already
  CHECK(budget.used() == page);
  CHECK(run.try_commit(page + 1, &budget) == commit_outcome::done);
  CHECK(budget.used() == 2 * page);
  CHECK(run.try_commit(1 * MiB, &budget) == commit_outcome::done);  // to the last byte of run and budget
  CHECK(run.committed() == 1 * MiB);
  CHECK(budget.used() == 1 * MiB);
  CHECK(run.data() == data);
  CHECK(data[0] == std::byte{0x5A});
  CHECK(data[page - 1] == std::byte{0x5A});
  data[1 * MiB - 1] = std::byte{1};
  run.release(&budget);
  CHECK(budget.used() == 0);
  CHECK(budget.peak() == 1 * MiB);
  CHECK_FALSE(run);
}

TEST_CASE("a commit beyond the budget fails and changes nothing, a smaller one still fits") {
  const std::size_t page = page_bytes();
  memory_budget budget{3 * page + page / 2};
  page_run run = page_run::try_reserve(1 * MiB);
  CHECK(run.try_commit(2 * page, &budget) == commit_outcome::done);
  run.data()[0] = std::byte{7};
  CHECK(run.try_commit(3 * page + 1, &budget) == commit_outcome::over_budget);
  CHECK(run.committed() == 2 * page);
  CHECK(budget.used() == 2 * page);
  CHECK(run.data()[0] == std::byte{7});
  CHECK(run.try_commit(3 * page, &budget) == commit_outcome::done);
  CHECK(budget.used() == 3 * page);
  run.release(&budget);
}

TEST_CASE("a commit asks the budget's reliefs before it fails") {
  const std::size_t page = page_bytes();
  memory_budget budget{4 * page};
  page_run other = page_run::try_reserve(4 * page);
  CHECK(other.try_commit(4 * page, &budget) == commit_outcome::done);
  page_run run = page_run::try_reserve(4 * page);
  CHECK(run.try_commit(1, &budget) == commit_outcome::over_budget);
  const slotted::pressure_relief relief(budget, [&](std::size_t) { other.shrink(page, &budget); });
  CHECK(run.try_commit(1, &budget) == commit_outcome::done);
  CHECK(budget.used() == 2 * page);
  run.release(&budget);
  other.release(&budget);
}

TEST_CASE("shrinking gives back whole pages behind what is kept, and their charge") {
  const std::size_t page = page_bytes();
  memory_budget budget{1 * MiB};
  page_run run = page_run::try_reserve(1 * MiB);
  CHECK(run.try_commit(10 * page, &budget) == commit_outcome::done);
  std::memset(run.data(), 0x11, 10 * page);
  run.shrink(20 * page, &budget);  // it has no more than 10
  CHECK(run.committed() == 10 * page);
  run.shrink(3 * page + 1, &budget);
  CHECK(run.committed() == 4 * page);
  CHECK(budget.used() == 4 * page);
  CHECK(run.data()[4 * page - 1] == std::byte{0x11});
#if defined(SLOTTED_DETAIL_LINUX_PAGES)
  CHECK(slotted::test::resident_bytes(run.data(), run.capacity()) == 4 * page);
#endif
  CHECK(run.try_commit(10 * page, &budget) == commit_outcome::done);
  CHECK(budget.used() == 10 * page);
  std::memset(run.data(), 0x22, 10 * page);
  run.shrink(0, &budget);
  CHECK(run.committed() == 0);
  CHECK(budget.used() == 0);
  CHECK(run);
  run.release(&budget);
}

TEST_CASE("without a budget nothing is charged") {
  page_run run = page_run::try_reserve(1 * MiB);
  CHECK(run.try_commit(1 * MiB, nullptr) == commit_outcome::done);
  CHECK(run.committed() == 1 * MiB);
  run.release(nullptr);
}

TEST_CASE("a run moves and swaps with what it holds") {
  const std::size_t page = page_bytes();
  memory_budget budget{1 * MiB};
  page_run run = page_run::try_reserve(8 * page);
  CHECK(run.try_commit(2 * page, &budget) == commit_outcome::done);
  std::byte* const data = run.data();
  data[0] = std::byte{9};
  page_run other = std::move(run);
  CHECK_FALSE(run);
  CHECK(run.committed() == 0);
  CHECK(other.data() == data);
  CHECK(other.committed() == 2 * page);
  CHECK(other.capacity() == 8 * page);
  run = std::move(other);
  CHECK(run.data() == data);
  CHECK_FALSE(other);
  page_run third = page_run::try_reserve(page);
  third.swap(run);
  CHECK(third.data() == data);
  CHECK(run.capacity() == page);
  CHECK(data[0] == std::byte{9});
  third.release(&budget);
  CHECK(budget.used() == 0);
}

TEST_CASE("a huge run is committed and charged in its own unit") {
  const std::size_t unit = commit_unit(page_kind::huge);
  memory_budget budget{2 * unit + unit / 2};
  page_run run = page_run::try_reserve(5 * unit, 1, page_kind::huge);
  REQUIRE(run);
  CHECK(reinterpret_cast<std::uintptr_t>(run.data()) % unit == 0);
  CHECK(run.try_commit(1, &budget) == commit_outcome::done);
  CHECK(budget.used() == unit);
  CHECK(run.try_commit(unit + 1, &budget) == commit_outcome::done);
  CHECK(budget.used() == 2 * unit);
  CHECK(run.try_commit(2 * unit + 1, &budget) == commit_outcome::over_budget);
  std::memset(run.data(), 1, 2 * unit);
  run.shrink(1, &budget);
  CHECK(budget.used() == unit);
  run.release(&budget);
  CHECK(budget.used() == 0);
}

TEST_CASE("a growth step is a sixteenth of what is held, whole units, one at least") {
  CHECK(growth_step(0, 4096) == 4096);
  CHECK(growth_step(16 * 4096, 4096) == 4096);
  CHECK(growth_step(32 * 4096 - 1, 4096) == 4096);
  CHECK(growth_step(32 * 4096, 4096) == 2 * 4096);
  CHECK(growth_step(1 * slotted::GiB, 4096) == 64 * MiB);
  CHECK(growth_step(1 * slotted::GiB, 2 * MiB) == 64 * MiB);
  CHECK(growth_step(40 * MiB, 2 * MiB) == 2 * MiB);
  for (std::size_t held = 0; held < 10 * MiB; held += 777) {
    const std::size_t step = growth_step(held, 4096);
    REQUIRE(step % 4096 == 0);
    REQUIRE((step == 4096 || step <= held / 16));
  }
}

TEST_CASE("each outcome has its exception") {
  memory_budget budget{1000};
  budget.reserve(10);
  using slotted::detail::throw_no_memory;
  CHECK_THROWS_AS(throw_no_memory(commit_outcome::over_budget, &budget), slotted::budget_exceeded);
  CHECK_THROWS_AS(throw_no_memory(commit_outcome::out_of_memory, &budget), std::bad_alloc);
  CHECK_THROWS_AS(throw_no_memory(commit_outcome::full, nullptr), std::length_error);
  try {
    throw_no_memory(commit_outcome::over_budget, &budget, 12345);
  } catch (const slotted::budget_exceeded& error) {
    CHECK(std::string(error.what()) == "memory budget exceeded: limit 1000 B, used 10 B, asked for 12345 B more");
  }
  try {
    throw_no_memory(commit_outcome::out_of_memory, &budget);
  } catch (const std::bad_alloc& error) {
    CHECK(dynamic_cast<const slotted::budget_exceeded*>(&error) == nullptr);
  }
  budget.release(10);
}

#if defined(SLOTTED_DETAIL_LINUX_PAGES)

TEST_CASE("committed is in memory, released is not") {
  const std::size_t page = page_bytes();
  page_run run = page_run::try_reserve(100 * page);
  CHECK(slotted::test::resident_bytes(run.data(), run.capacity()) == 0);
  CHECK(run.try_commit(60 * page, nullptr) == commit_outcome::done);
  CHECK(slotted::test::resident_bytes(run.data(), run.capacity()) == 60 * page);
  run.shrink(0, nullptr);
  CHECK(slotted::test::resident_bytes(run.data(), run.capacity()) == 0);
  run.release(nullptr);
}

TEST_CASE("runs that the system cannot hold are empty") {
  CHECK_FALSE(page_run::try_reserve(SIZE_MAX));
  CHECK_FALSE(page_run::try_reserve(SIZE_MAX - 2 * page_bytes()));
  CHECK_FALSE(page_run::try_reserve(SIZE_MAX / 2));
  CHECK(page_run::try_reserve(SIZE_MAX).capacity() == 0);
  CHECK(page_run::try_reserve(1));
}

TEST_CASE("a commit that the system refuses is out_of_memory and gives back page and charge") {
  CHECK(slotted::test::in_child([] {
          const std::size_t page = page_bytes();
          memory_budget budget{1 * MiB};
          page_run run = page_run::try_reserve(64 * page);
          if (run.try_commit(4 * page, &budget) != commit_outcome::done) return 1;
          run.data()[0] = std::byte{3};
          ::munmap(run.data() + 10 * page, page);  // there the system will refuse
          if (run.try_commit(16 * page, &budget) != commit_outcome::out_of_memory) return 2;
          if (run.committed() != 4 * page || budget.used() != 4 * page) return 3;
          if (run.data()[0] != std::byte{3}) return 4;
          if (slotted::test::resident_bytes(run.data(), 10 * page) != 4 * page) return 5;
          if (run.try_commit(10 * page, &budget) != commit_outcome::done) return 6;
          run.release(&budget);
          return budget.used() == 0 ? 0 : 7;
        }) == "0");
}

#endif

}  // namespace
