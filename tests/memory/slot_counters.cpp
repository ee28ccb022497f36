// Counters of a byte a slot count as far as their type does, and none is ever lower than it was.
#include <slotted/memory/slot_counters.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "catch.hpp"

namespace {

using slotted::memory_budget;
using slotted::MiB;
using slotted::detail::page_arena;
using slotted::detail::page_bytes;
using slotted::detail::slot_counters;

constexpr std::uint32_t chunk_slots = 128;  // two groups

template <class Generation>
struct counted {
  using counters_type = slot_counters<Generation, 7>;
  static_assert(counters_type::chunk_slots == chunk_slots);

  explicit counted(memory_budget& of, std::uint32_t first = 0) : budget(of), tables(counters_type::table_bytes(2)) {
    counters.start_at(first);
    counters.place_tables(tables.data(), 2);
    counters.open_chunk(low[0].data());
    counters.open_chunk(low[1].data());
  }
  counted(const counted&) = delete;
  counted& operator=(const counted&) = delete;
  ~counted() { arena.release(&budget); }

  // Takes and frees a slot. Returns whether it may be taken again.
  bool use(std::uint32_t slot) {
    if (counters_type::take(*counters.bytes_from(slot))) again += counters.lengthen(slot, arena, &budget, false);
    return counters.free(slot);
  }

  memory_budget& budget;
  page_arena arena;
  std::vector<std::byte> tables;
  std::vector<std::uint8_t> low[2] = {std::vector<std::uint8_t>(chunk_slots), std::vector<std::uint8_t>(chunk_slots)};
  counters_type counters;
  std::uint32_t again = 0;
};

TEMPLATE_TEST_CASE("a counter counts to the last value of its type but one, and stays there", "", std::uint8_t,
                   std::uint16_t) {
  memory_budget budget{1 * MiB};
  counted<TestType> each(budget);
  constexpr std::uint32_t last = std::numeric_limits<TestType>::max() - 1;
  constexpr std::uint32_t lost = sizeof(TestType) == 1 ? 0 : 255;  // the last value of each low byte pair is not shown
  std::uint32_t before = 0;
  std::uint32_t uses = 0;
  std::uint32_t wrong = 0;
  bool goes_on = true;
  while (goes_on) {
    goes_on = each.use(130);
    const std::uint32_t now = each.counters.value(130);
    wrong +=
        now <= before || now % 2 != 0 || !each.counters.has_value(130, now) || each.counters.has_value(130, before);
    wrong += each.counters.is_worn(130) == goes_on;
    before = now;
    ++uses;
  }
  CHECK(wrong == 0);
  CHECK(before == last);
  CHECK(before == each.counters.last);
  CHECK(uses == (last - 2 * lost) / 2);
  for (std::uint32_t slot = 0; slot < 2 * chunk_slots; ++slot)
    if (slot != 130 && !each.counters.has_value(slot, 0)) FAIL("slot " << slot << " has counted, too");
  CHECK(each.counters.above_all(0) == 0);
  CHECK(each.counters.above_all(1) == last);
  CHECK((budget.used() != 0) == (sizeof(TestType) != 1));
}

TEST_CASE("only the group of a slot that runs over gets longer counters, where all began") {
  memory_budget budget{1 * MiB};
  counted<std::uint32_t> each(budget, 0x12345604);
  CHECK(each.counters.value(7) == 0x12345604);
  CHECK(each.counters.has_value(200, 0x12345604));
  CHECK_FALSE(each.counters.has_value(200, 0x04));
  for (int uses = 0; uses < 200; ++uses) CHECK(each.use(3));
  CHECK(each.counters.value(3) == 0x12345604 + 402);  // one pair of values is left out
  CHECK(each.counters.has_value(3, 0x12345604 + 402));
  CHECK_FALSE(each.counters.has_value(3, 0x12345600 + ((4 + 402) & 0xFF)));
  for (const std::uint32_t slot : {0U, 63U, 64U, 127U, 128U, 255U}) {
    CHECK(each.counters.value(slot) == 0x12345604);
    CHECK(each.counters.has_value(slot, 0x12345604));
  }
  CHECK(budget.used() == page_bytes());
  CHECK(each.counters.above_all(0) == 0x12345604 + 402);
  CHECK(each.counters.above_all(1) == 0x12345604);
  CHECK_FALSE(each.counters.has_value(256, 0x12345604));  // there is no such slot
  CHECK_FALSE(each.counters.has_value(0xFFFFFFFF, 0));
}

TEST_CASE("what is above all is even, also of a slot that is taken, and never a value that the low byte leaves out") {
  memory_budget budget{1 * MiB};
  counted<std::uint32_t> each(budget);
  for (int uses = 0; uses < 126; ++uses) CHECK(each.use(0));
  CHECK(each.counters.value(0) == 252);
  (void)counted<std::uint16_t>::counters_type::take(*each.counters.bytes_from(0));
  CHECK(each.counters.above_all(0) == 256);
}

TEST_CASE("without memory for longer counters a slot is worn for a while, and is had again with its neighbours") {
  memory_budget budget{2 * page_bytes()};
  counted<std::uint32_t> each(budget);
  budget.reserve(budget.available());
  std::uint32_t uses = 0;
  for (bool goes_on = true; goes_on; ++uses) goes_on = each.use(10);
  CHECK(uses == 127);
  CHECK(each.counters.is_worn(10));
  while (each.use(11)) {
  }
  budget.release(budget.used());
  for (uses = 0; uses < 80; ++uses) CHECK(each.use(12));
  CHECK(each.again == 2);
  CHECK_FALSE(each.counters.is_worn(10));
  CHECK(each.counters.value(10) == 256);
  CHECK(each.use(10));
  CHECK(each.counters.value(10) == 258);
  CHECK(each.counters.value(12) == 160);
}

TEST_CASE("the only chunk may begin short, and moves to where it is whole") {
  slot_counters<std::uint32_t, 7> counters;
  std::vector<std::byte> tables(counters.table_bytes(1));
  counters.place_tables(tables.data(), 1);
  std::vector<std::uint8_t> few(64);
  counters.open_chunk(few.data(), 64);
  CHECK(counters.size() == 64);
  (void)decltype(counters)::take(*counters.bytes_from(63));
  CHECK(counters.has_value(63, 1));
  CHECK_FALSE(counters.has_value(64, 0));
  std::vector<std::uint8_t> all(chunk_slots, 0xEE);
  counters.move_chunk(all.data());
  CHECK(counters.size() == chunk_slots);
  CHECK(counters.has_value(63, 1));
  CHECK(counters.has_value(127, 0));
}

}  // namespace
