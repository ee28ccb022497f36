// slotted: asking the processor for memory that will be read soon.
// SPDX-License-Identifier: MIT
#pragma once

#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {

// Asks for the cache line at an address, which may be any: nothing is read. Any thread may call it.
//
// g++ takes a function that only asks for memory for one without effects and leaves calls of it out. The empty
// statement is an effect, so that this one and its callers stay.
[[gnu::always_inline]] inline void prefetch([[maybe_unused]] const void* at) noexcept {
#if defined(__GNUC__)
  __builtin_prefetch(at);
  asm volatile("" : : "r"(at));
#endif
}

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
