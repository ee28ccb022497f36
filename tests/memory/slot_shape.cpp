// Slots of every size and alignment lie in their slab, aligned and apart, and an offset leads back to its slot.
#include <slotted/memory/slot_shape.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "catch.hpp"

namespace {

using slotted::page_kind;
using slotted::detail::fixed_shape;
using slotted::detail::make_slot_layout;
using slotted::detail::plan_slab;
using slotted::detail::sized_shape;
using slotted::detail::slab_header;
using slotted::detail::slab_plan;
using slotted::detail::slot_layout;

// Whether a shape keeps every promise of its layout; also for slots that do not divide anything evenly.
bool is_sound(const slot_layout& layout, std::size_t alignment, std::size_t slab_bytes, std::size_t slab_slots) {
  if (slab_bytes == 0 || (slab_bytes & (slab_bytes - 1)) != 0 || slab_bytes < 65536) return false;
  if (slab_slots < 15 || layout.bytes_of(slab_slots) > slab_bytes) return false;
  std::size_t end = sizeof(slab_header);
  for (std::size_t slot = 0; slot < slab_slots; ++slot) {
    const std::size_t at = layout.offset_of_slot(slot);
    if (at < end || at % alignment != 0) return false;
    end = at + layout.slot_bytes;
    if (layout.slot_at(at) != slot || layout.slot_at(end - 1) != slot) return false;
    if (layout.slots_within(end) != slot + 1 || layout.slots_within(end - 1) != slot) return false;
    if (layout.bytes_of(slot + 1) != end) return false;
  }
  return end <= slab_bytes;
}

TEST_CASE("slots of every size and alignment are aligned, apart, inside their slab and found by an offset") {
  for (std::size_t alignment = 1; alignment <= 8192; alignment *= 2)
    for (const std::size_t multiple : {1U, 2U, 3U, 5U, 7U, 13U, 26U, 33U}) {
      const std::size_t bytes = multiple * alignment;
      CAPTURE(bytes, alignment);
      const slot_layout layout = make_slot_layout(bytes, alignment);
      for (const page_kind kind : {page_kind::base, page_kind::huge}) {
        if (kind == page_kind::huge && bytes < 32) continue;  // the same by the hundred thousand
        const slab_plan plan = plan_slab(layout, kind);
        REQUIRE(plan.slots < std::size_t{1} << plan.shift);
        if (plan.slots > 1'000'000) continue;
        REQUIRE(is_sound(layout, alignment, plan.bytes, plan.slots));
      }
    }
}

TEST_CASE("a broken layout is told from a sound one") {
  slot_layout layout = make_slot_layout(24, 8);
  const std::size_t slab = plan_slab(layout, page_kind::base).bytes;
  const std::size_t slots = plan_slab(layout, page_kind::base).slots;
  CHECK(is_sound(layout, 8, slab, slots));
  CHECK_FALSE(is_sound(layout, 16, slab, slots));     // every second slot
  CHECK_FALSE(is_sound(layout, 8, slab, 3 * slots));  // beyond the end
  layout.first = 0;
  CHECK_FALSE(is_sound(layout, 8, slab, slots));  // over the slab's header
}

TEST_CASE("a slab is 256 KiB for the usual record, smaller for tiny ones, larger for giants") {
  CHECK(fixed_shape<32, 8>::slab_bytes() == 256 * 1024);
  CHECK(fixed_shape<26, 1>::slab_bytes() == 256 * 1024);
  CHECK(fixed_shape<1, 1>::slab_bytes() == 64 * 1024);
  CHECK(fixed_shape<100'000, 8>::slab_bytes() == 2 * 1024 * 1024);
  CHECK(fixed_shape<32, 8>::slab_slots() == 8191);  // of 8192 numbers: one for the header's bytes
  CHECK(fixed_shape<26, 1>::slab_slots() == 8191);
  CHECK(fixed_shape<26, 1>::layout().bytes_of(8191) <= 52 * 4096);  // 8192 times 26 bytes
  CHECK(fixed_shape<1, 1>::slab_slots() == 32764);                  // eight pages, and none for the last three slots
  CHECK(fixed_shape<32, 8, void, page_kind::huge>::slab_bytes() == 2 * 1024 * 1024);
  CHECK(fixed_shape<26, 1, void, page_kind::huge>::slab_bytes() == 32 * 1024 * 1024);  // 13 huge pages of it
}

TEST_CASE("of the pages of a slab at most one percent is no slot") {
  for (std::size_t bytes = 1; bytes <= 16384; bytes += bytes < 512 ? 1 : 8) {
    CAPTURE(bytes);
    const sized_shape shape(bytes, bytes % 8 == 0 ? 8 : 1);
    const std::size_t pages = (shape.layout().bytes_of(shape.slab_slots()) + 4095) / 4096 * 4096;
    REQUIRE(pages <= shape.slab_bytes());
    const std::size_t used = shape.layout().bytes_of(shape.slab_slots());
    REQUIRE(used <= shape.slab_slots() * bytes + 64);  // the header, up to a cache line
    REQUIRE((pages - used) * 100 <= used);
  }
}

TEST_CASE("slots that divide a cache line do not straddle two, at no cost in slots") {
  for (const std::size_t bytes : {8U, 16U, 32U, 64U}) {
    const slot_layout layout = make_slot_layout(bytes, 8);
    CHECK(layout.first == bytes);
    CHECK(plan_slab(layout, page_kind::base).slots == 256 * 1024 / bytes - 1);
  }
  CHECK(make_slot_layout(128, 8).first == 64);  // it fills whole lines
  CHECK(make_slot_layout(24, 8).first == 8);    // it would straddle them wherever it began
  CHECK(make_slot_layout(26, 1).first == 4);
}

TEST_CASE("a shape chosen at run time is the one known at compile time") {
  const sized_shape sized(48, 16);
  using fixed = fixed_shape<48, 16>;
  CHECK(sized.slab_bytes() == fixed::slab_bytes());
  CHECK(sized.slab_slots() == fixed::slab_slots());
  CHECK(sized.layout().first == fixed::layout().first);
  CHECK(sized.layout().slot_bytes == 48);
  CHECK(sized.max_slots() == fixed::max_slots());
  CHECK(sized.shift() == fixed::shift());
  CHECK(fixed::max_slots() == (std::size_t{1} << 32) - (std::size_t{1} << (32 - fixed::shift())));
  CHECK(fixed_shape<48, 16, void, page_kind::base, 100>::max_slots() == 100);
}

}  // namespace
