// slotted: what iterators that give values return where others return a pointer or themselves.
// SPDX-License-Identifier: MIT
//
// Both own the value. They are values themselves, for one thread at a time.
#pragma once

#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {

// What `operator->` returns: the value lives until the end of the expression.
template <class V>
struct arrow_value {
  V value;
  [[nodiscard]] const V* operator->() const noexcept { return &value; }
};

// What `it++` of an input iterator returns: it cannot be moved on, and has the value from before.
template <class V>
struct past_value {
  V value;
  [[nodiscard]] const V& operator*() const noexcept { return value; }
};

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
