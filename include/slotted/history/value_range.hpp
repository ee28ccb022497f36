// slotted: the values that a scan looks for in one column.
// SPDX-License-Identifier: MIT
#pragma once

#include <slotted/record/leaves.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {

/// What a scan looks for in one column: values from `least` to `most`, both included; a NaN is none of them.
template <key K, class V>
struct value_range {
  /// The least value.
  V least;
  /// The greatest value.
  V most;
};

/// Rows whose K lies within [least, most], for `scan`.
///
/// Blocks whose values all lie outside are passed over without being decoded, where they keep summaries.
template <key K, class V>
[[nodiscard]] constexpr value_range<K, V> where(V least, V most) noexcept {
  return {least, most};
}

}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
