// slotted: what a block tells the encoder of the next one of its column, in a few bytes.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace codec {

/// How a block was encoded, for encoding the next one of the same column without a search.
///
/// Any hint, even one of another column or one made up, gives a block that decodes to the same values. A program that
/// has the block it came from at hand keeps `choice` alone, and fills in the other two from the block.
struct hint {
  std::uint16_t choice = 0;  ///< mode, exponent and transform in the low 14 bits; 0 when nothing is known
  std::uint16_t values = 0;  ///< values of that block; 0 when not known: then any size is taken as good
  std::uint16_t size = 0;    ///< bytes of that block

  friend constexpr bool operator==(const hint&, const hint&) = default;
};

}  // namespace codec
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
