// slotted: the bytes a thing holds, and what they are for.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {

inline constexpr std::size_t KiB = 1024;        ///< bytes in a kibibyte
inline constexpr std::size_t MiB = 1024 * KiB;  ///< bytes in a mebibyte
inline constexpr std::size_t GiB = 1024 * MiB;  ///< bytes in a gibibyte

/// The bytes that a container took from the system, by purpose.
///
/// Every byte that was charged stands in exactly one of the three members, so `total()` is what the budget was charged.
struct footprint {
  std::size_t payload = 0;   ///< bytes that hold the user's values
  std::size_t overhead = 0;  ///< bytes that are needed to find them: bit maps, directories, headers, padding
  std::size_t idle = 0;      ///< bytes that are held and could take more values: free slots, spare slabs, reserved room

  /// All bytes held, exactly what the budget was charged.
  [[nodiscard]] constexpr std::size_t total() const noexcept { return payload + overhead + idle; }

  /// Adds the bytes of another thing, kind by kind.
  constexpr footprint& operator+=(const footprint& other) noexcept {
    payload += other.payload;
    overhead += other.overhead;
    idle += other.idle;
    return *this;
  }
  /// The sum, purpose by purpose.
  [[nodiscard]] friend constexpr footprint operator+(footprint left, const footprint& right) noexcept {
    return left += right;
  }
  [[nodiscard]] friend constexpr bool operator==(const footprint&, const footprint&) noexcept = default;
};

}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
