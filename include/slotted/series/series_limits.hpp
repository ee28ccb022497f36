// slotted: how many series and labels a table takes, and what it does with more.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {

/// What becomes of a series that a limit does not allow.
enum class over_limit : unsigned char {
  refuse,   ///< it is not opened, and the outcome says which limit
  overflow  ///< its rows go to the series `{otel.metric.overflow="true"}`, which is opened beyond the limits
};

/// A limit and what becomes of what is beyond it.
struct series_limit {
  std::size_t most = 0;                             ///< so much is allowed
  slotted::over_limit policy = over_limit::refuse;  ///< what becomes of a series beyond it
};

/// What a table of series takes from whoever names series; everything has a default.
///
/// Series that are open already are found whatever the limits. Labels that are malformed (a name twice, a text that is
/// not UTF-8) are always refused.
struct series_limits {
  series_limit series{std::size_t{1} << 26};  ///< open series; 2^26 at most
  series_limit values{std::size_t{1} << 26};  ///< different values of one label name
  series_limit name_sets{4096};               ///< different sets of label names
  series_limit labels{40};                    ///< labels of a series; 64 at most
  series_limit text{4096};                    ///< bytes of a name or of a value
  series_limit bytes{0};                      ///< bytes that the table holds; 0: an eighth of the budget's limit
  /// Whether each byte of a text that is part of no UTF-8 character becomes U+FFFD; otherwise the text is refused. The
  /// texts of a label set that has such bytes may then have 4096 bytes in all.
  bool map_invalid_text = false;
};

}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
