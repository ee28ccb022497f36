// slotted: how an append to a history ended.
// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {

/// How an append ended: true if the row is in, and otherwise why it is not.
class append_outcome {
 public:
  /// What became of the row.
  enum reason : unsigned char {
    done,             ///< it is in
    over_budget,      ///< the budget has no room, and there is nothing to evict
    out_of_memory,    ///< the system refused memory
    too_many_series,  ///< it would begin a series more than there may be
    too_old,          ///< its time lies further back than `max_age`, or before what is accepted
    too_far_ahead,    ///< its time lies further ahead than `max_ahead`, or behind what is accepted
    stale_series      ///< the series reference names a series that has gone
  };

  /// The outcome of a reason.
  constexpr append_outcome(reason why) noexcept : why_(why) {}

  /// Whether the row is in.
  [[nodiscard]] constexpr explicit operator bool() const noexcept { return why_ == done; }
  /// What became of the row.
  [[nodiscard]] constexpr reason why() const noexcept { return why_; }
  /// The reason in words.
  [[nodiscard]] constexpr std::string_view text() const noexcept {
    constexpr std::string_view texts[] = {"done",    "over budget",   "out of memory", "too many series",
                                          "too old", "too far ahead", "stale series"};
    return texts[why_];
  }
  [[nodiscard]] friend constexpr bool operator==(append_outcome, append_outcome) noexcept = default;

 private:
  reason why_;
};

}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
