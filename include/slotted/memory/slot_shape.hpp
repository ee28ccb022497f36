// slotted: how slots lie in a slab, known at compile time (pools) or at run time (size classes).
// SPDX-License-Identifier: MIT
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <slotted/algorithm.hpp>
#include <slotted/memory/pages.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {

// What stands at the start of every slab, so that a pointer to a slot leads to the slot's number.
struct slab_header {
  std::uint32_t index;  // of the slab within its store
};

// A slab: [slab_header, padding][slot 0][slot 1]...
struct slot_layout {
  std::size_t slot_bytes;
  std::size_t first;  // offset of slot 0

  [[nodiscard]] constexpr std::size_t offset_of_slot(std::size_t slot) const noexcept {
    return first + slot * slot_bytes;
  }
  [[nodiscard]] constexpr std::size_t bytes_of(std::size_t slots) const noexcept {
    return slots == 0 ? first : offset_of_slot(slots - 1) + slot_bytes;
  }
  // How many slots the first `bytes` bytes of a slab hold whole.
  [[nodiscard]] constexpr std::size_t slots_within(std::size_t bytes) const noexcept {
    return bytes <= first ? 0 : (bytes - first) / slot_bytes;
  }
  // The slot that an offset lies in.
  [[nodiscard]] constexpr std::size_t slot_at(std::size_t offset) const noexcept {
    // Both fit in 32 bits, and a division of 32 bits takes half the time of one of 64.
    return static_cast<std::uint32_t>(offset - first) / static_cast<std::uint32_t>(slot_bytes);
  }
};

// A slab's slots are numbered with a stride that is a power of two, so that a slot's number leads to its slab by a
// shift; they are one fewer, which makes room for the slab_header. At most this many bits: the occupancy map of a slab
// then takes one page.
inline constexpr unsigned max_slab_shift = 15;

// Large enough that the directory of 10 million records stays in the first-level cache and a system call commits 64
// pages; small enough that giving memory back works with records that die in time order. Measured at 10 million records
// from 64 KiB to 2 MiB: below 256 KiB, random access by handle takes up to 40 % longer; above, nothing gets faster by
// more than the noise, and of records that die in order the share of bytes that cannot be given back doubles.
inline constexpr std::size_t usual_slab_bytes = std::size_t{256} << 10;
inline constexpr std::size_t largest_usual_slab_bytes = std::size_t{1} << 20;
inline constexpr std::size_t largest_huge_slab_bytes = std::size_t{64} << 20;
inline constexpr std::size_t smallest_slab_bytes = std::size_t{64} << 10;  // no page is larger

struct slab_plan {
  std::size_t bytes = 0;    // of address space, a power of two
  unsigned shift = 0;       // the slab's slots have 2^shift numbers
  std::uint32_t slots = 0;  // and are one fewer at least
};

// The most slots, up to 2^max_shift - 1, that a slab of so much address space has.
[[nodiscard]] constexpr slab_plan plan_slab_of(const slot_layout& layout, std::size_t bytes, unsigned max_shift,
                                               std::size_t unit) noexcept {
  slab_plan plan{bytes, min_of(static_cast<unsigned>(std::bit_width(layout.slots_within(bytes) + 1) - 1), max_shift),
                 0};
  plan.slots = (std::uint32_t{1} << plan.shift) - 1;
  // A page that a few slots more would open is better not opened.
  const std::size_t whole_pages = layout.slots_within(layout.bytes_of(plan.slots) / unit * unit);
  if ((plan.slots - whole_pages) * 256 <= plan.slots) plan.slots = static_cast<std::uint32_t>(whole_pages);
  return plan;
}

[[nodiscard]] constexpr slab_plan plan_slab(const slot_layout& layout, page_kind kind) noexcept {
  const bool huge = kind == page_kind::huge;
  const std::size_t unit = huge ? huge_page_bytes : 4096;
  const std::size_t smallest = huge ? huge_page_bytes : smallest_slab_bytes;
  const std::size_t largest = huge ? largest_huge_slab_bytes : largest_usual_slab_bytes;
  const unsigned max_shift = huge ? 31 : max_slab_shift;
  const auto plan_of = [&](std::size_t bytes) { return plan_slab_of(layout, bytes, max_shift, unit); };
  const auto wastes = [&](const slab_plan& plan) {
    const std::size_t used = layout.bytes_of(plan.slots);
    return (round_up(used, unit) - used) * 100 >= used;
  };
  slab_plan plan = plan_of(max_of(usual_slab_bytes, smallest));
  while (plan.bytes > smallest && plan_of(plan.bytes / 2).shift == max_shift) plan = plan_of(plan.bytes / 2);
  while (plan.slots < 15) plan = plan_of(plan.bytes * 2);
  // Where the rest of the last page wastes a percent, a larger slab wastes less.
  while (plan.bytes < largest && plan.shift < max_shift && wastes(plan)) plan = plan_of(plan.bytes * 2);
  return plan;
}

// Slots that divide a cache line do not straddle two.
[[nodiscard]] constexpr slot_layout make_slot_layout(std::size_t slot_bytes, std::size_t alignment) noexcept {
  const std::size_t within_line = min_of<std::size_t>(slot_bytes & (~slot_bytes + 1), 64);
  return {slot_bytes, round_up(sizeof(slab_header), max_of(alignment, within_line))};
}

// A shape that is known to the compiler, so that a slot's number becomes its address by a shift and a multiplication.
// A Generation other than void gives every slot a counter of that type.
template <std::size_t SlotBytes, std::size_t Alignment, class Generation = void, page_kind Kind = page_kind::base,
          std::size_t MaxSlots = 0xFFFFFFFF>
struct fixed_shape {
  using generation_type = Generation;
  static constexpr slot_layout layout_value = make_slot_layout(SlotBytes, Alignment);
  static constexpr slab_plan plan = plan_slab(layout_value, Kind);

  [[nodiscard]] static constexpr const slot_layout& layout() noexcept { return layout_value; }
  [[nodiscard]] static constexpr page_kind kind() noexcept { return Kind; }
  [[nodiscard]] static constexpr std::size_t slab_bytes() noexcept { return plan.bytes; }
  [[nodiscard]] static constexpr unsigned shift() noexcept { return plan.shift; }
  [[nodiscard]] static constexpr std::uint32_t slab_slots() noexcept { return plan.slots; }
  [[nodiscard]] static constexpr std::size_t max_slots() noexcept {
    return min_of(MaxSlots, (std::size_t{1} << (32 - plan.shift)) * slab_slots());
  }
};

// A shape chosen at run time.
class sized_shape {
 public:
  using generation_type = void;

  sized_shape(std::size_t slot_bytes, std::size_t alignment) noexcept
      : layout_(make_slot_layout(slot_bytes, alignment)), plan_(plan_slab(layout_, page_kind::base)) {}

  [[nodiscard]] const slot_layout& layout() const noexcept { return layout_; }
  [[nodiscard]] static constexpr page_kind kind() noexcept { return page_kind::base; }
  [[nodiscard]] std::size_t slab_bytes() const noexcept { return plan_.bytes; }
  [[nodiscard]] unsigned shift() const noexcept { return plan_.shift; }
  [[nodiscard]] std::uint32_t slab_slots() const noexcept { return plan_.slots; }
  [[nodiscard]] std::size_t max_slots() const noexcept { return (std::size_t{1} << (32 - plan_.shift)) * slab_slots(); }

 private:
  slot_layout layout_;
  slab_plan plan_;
};

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
