// slotted: what is thrown when a reference names no series that can be read.
// SPDX-License-Identifier: MIT
#pragma once

#include <stdexcept>
#include <string>

#include <slotted/memory/text_error.hpp>
#include <slotted/series/series_ref.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {

/// Thrown when a series reference is null or names a series that has been closed; `what()` says its number.
class stale_series : public std::out_of_range {
 public:
  using std::out_of_range::out_of_range;
};

namespace detail {

[[noreturn]] inline void throw_stale_series(series_ref of) {
  throw_with_text<stale_series>(of ? "the series of reference " + std::to_string(of.number()) + " has been closed"
                                   : "the series reference is null");
}

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
