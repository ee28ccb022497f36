// An empty history holds nothing, a few rows take a few pages, and what grew and was erased goes back.
#include <cstdint>

#include "catch.hpp"
#include "samples.hpp"

using slotted::memory_budget;
using slotted::MiB;
using slotted::on_full;
using slotted::test::samples;
using slotted::test::scraped;

TEST_CASE("an empty history holds nothing") {
  memory_budget budget(64 * MiB);
  samples past(budget, on_full::evict_oldest);
  past.seal();
  past.trim();
  past.clear();
  past.erase(3);
  CHECK(past.rows().begin() == past.rows().end());
  CHECK(past.snapshot().size() == 0);
  CHECK(budget.used() == 0);
  CHECK(past.footprint() == slotted::footprint{});
}

TEST_CASE("ten rows of ten series take at most three pages") {
  memory_budget budget(64 * MiB);
  samples past(budget, on_full::evict_oldest);
  for (std::uint64_t i = 0; i < 10; ++i) past.append(scraped(i, 10));
  CHECK(budget.used() <= 3 * 4096);
  CHECK(past.footprint().total() == budget.used());
  past.seal();
  past.trim();
  CHECK(budget.used() <= 3 * 4096);
  CHECK(past.size() == 10);
}

TEST_CASE("a history that is erased and trimmed takes as little as in the beginning") {
  constexpr std::size_t slab = 32 * slotted::KiB;
  memory_budget budget(64 * MiB);
  samples past(budget, on_full::evict_oldest);
  past.append(scraped(0, 1));
  const std::size_t before = budget.used();
  for (int round = 0; round < 3; ++round) {
    for (std::uint64_t i = 0; i < 200'000; ++i) past.append(scraped(i, 1000));
    CHECK(budget.used() > 1 * MiB);
    if (round == 0) past.seal();
    if (round == 1)
      past.clear();
    else
      for (std::uint32_t series = 0; series < 1000; ++series) past.erase(series);
    past.trim();
    CHECK(past.empty());
    CHECK(budget.used() <= before + slab);
    CHECK(past.footprint().total() == budget.used());
  }
}
