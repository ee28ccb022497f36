// slotted: what a history does when its budget is full.
// SPDX-License-Identifier: MIT
#pragma once

#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {

/// What a history does when its budget is full.
enum class on_full : unsigned char {
  refuse,       ///< an append is refused
  evict_oldest  ///< the oldest rows go
};

}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
