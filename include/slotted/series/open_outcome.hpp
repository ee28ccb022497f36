// slotted: how opening a series ended.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string_view>

#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {

/// How opening a series ended: true if there is a series to append to, and otherwise why there is none.
class open_outcome {
 public:
  /// What became of the labels.
  enum reason : unsigned char {
    done,                ///< the series is open
    overflowed,          ///< a limit was reached; the series is the overflow series
    name_twice,          ///< two labels have the same name
    not_utf8,            ///< a name or a value is not UTF-8
    text_too_long,       ///< a name or a value is longer than texts may be
    too_many_labels,     ///< there are more labels than a series may have
    too_many_series,     ///< it would be a series more than there may be
    too_many_values,     ///< it would be a value more than a label name may have
    too_many_name_sets,  ///< it would be a set of names more than there may be
    too_many_bytes,      ///< labels hold as many bytes as they may
    over_budget,         ///< the budget has no room
    out_of_memory,       ///< the system refused memory
  };
  /// How many reasons there are.
  static constexpr std::size_t reasons = out_of_memory + 1;

  /// The outcome of a reason.
  constexpr open_outcome(reason why) noexcept : why_(why) {}

  /// Whether there is a series to append to.
  [[nodiscard]] constexpr explicit operator bool() const noexcept { return why_ == done || why_ == overflowed; }
  /// What became of the labels.
  [[nodiscard]] constexpr reason why() const noexcept { return why_; }
  /// The reason in words.
  [[nodiscard]] constexpr std::string_view text() const noexcept {
    constexpr std::string_view texts[] = {"done",
                                          "overflowed",
                                          "name twice",
                                          "not UTF-8",
                                          "text too long",
                                          "too many labels",
                                          "too many series",
                                          "too many values",
                                          "too many name sets",
                                          "too many bytes",
                                          "over budget",
                                          "out of memory"};
    return texts[why_];
  }
  [[nodiscard]] friend constexpr bool operator==(open_outcome, open_outcome) noexcept = default;

 private:
  reason why_;
};

}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
