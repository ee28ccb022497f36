// slotted: the exception of reading through a snapshot that had to end before its handle.
// SPDX-License-Identifier: MIT
#pragma once

#include <stdexcept>

#include <slotted/memory/text_error.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {

/// Thrown when a snapshot is read whose history needed the memory that it kept, or has ended.
struct snapshot_expired : std::runtime_error {
  using std::runtime_error::runtime_error;
};

namespace detail {

[[noreturn]] inline void throw_snapshot_expired() {
  throw_with_text<snapshot_expired>(
      "the snapshot has expired: what it kept exceeded the readers' share of the budget, or its history has ended");
}

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
