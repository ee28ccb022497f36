// slotted: a label: a name and a value.
// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {

/// A label of a series: `{"job", "node"}`.
///
/// It refers to texts and owns none. A series is told from others by its labels, in any order; a label whose value is
/// empty is the same as no label of that name. `!label` is a matcher, see matcher.hpp.
struct label {
  std::string_view name;   ///< what is said of the series
  std::string_view value;  ///< what it is

  /// Whether name and value are the same bytes.
  [[nodiscard]] friend bool operator==(const label&, const label&) noexcept = default;
};

}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
