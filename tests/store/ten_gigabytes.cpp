// A pool of 10 GiB: its figures agree with the system's within 1 %, in few mappings, and all of it goes back.
#include <slotted/memory/container_limit.hpp>
#include <slotted/store/pool.hpp>

#include <cstddef>
#include <cstdint>

#include "catch.hpp"
#include "child_process.hpp"
#include "mappings.hpp"
#include "resident.hpp"

namespace {

struct sample {
  std::uint64_t number;
  unsigned char rest[1016];
};

TEST_CASE("a pool of 10 GiB agrees with the system, and gives all of it back") {
  if (slotted::test::sanitized || slotted::container_memory::read().headroom() < 14 * slotted::GiB) {
    WARN("skipped: it takes 14 GiB of memory");
    return;
  }
  const std::size_t before = slotted::test::resident_bytes();
  const std::size_t mappings_before = slotted::test::mappings();
  slotted::memory_budget budget{10 * slotted::GiB};
  slotted::pool<sample> samples{budget};
  std::uint64_t count = 0;
  while (const auto made = samples.try_emplace()) samples[*made].number = count++;
  CHECK(count * sizeof(sample) > 10 * slotted::GiB / 1000 * 995);
  CHECK(samples.footprint().total() == budget.used());
  const std::size_t grown = slotted::test::resident_bytes() - before;
  CHECK(grown >= budget.used() / 100 * 99);
  CHECK(grown <= budget.used() / 100 * 101);
  CHECK(slotted::test::mappings() < mappings_before + 1000);
  std::uint64_t next = 0;
  std::uint64_t wrong = 0;
  for (const sample& each : samples) wrong += each.number != next++;
  CHECK(wrong == 0);
  CHECK(next == count);
  samples.clear();
  samples.trim();
  CHECK(budget.used() == 0);
  CHECK(slotted::test::resident_bytes() <= before + slotted::MiB);
}

}  // namespace
