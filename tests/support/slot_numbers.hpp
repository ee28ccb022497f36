// slotted tests: the numbers of slots, which leave a gap behind each slab.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

namespace slotted::test {

// The number of the slot that is the nth, from 0, of a store without holes.
template <class Shape>
std::uint32_t nth_slot(const Shape& shape, std::size_t nth) {
  return static_cast<std::uint32_t>((nth / shape.slab_slots() << shape.shift()) + nth % shape.slab_slots());
}

}  // namespace slotted::test
