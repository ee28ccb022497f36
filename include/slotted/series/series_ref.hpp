// slotted: a reference to a series, in 8 bytes, that is never mistaken for one to a later series.
// SPDX-License-Identifier: MIT
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string_view>  // for std::hash

#include <slotted/algorithm.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {
struct series_ref_access;
}  // namespace detail

/// Names an open series of a table: a number and a stamp.
///
/// The number of a closed series is used again, the pair of number and stamp never: a reference to a series that has
/// been closed stays stale for ever. A value of 8 bytes, trivially copyable; a value-initialised one is null.
class series_ref {
 public:
  /// The null reference.
  constexpr series_ref() noexcept = default;

  /// Whether it is not null; whether the series is open, its table knows.
  [[nodiscard]] constexpr explicit operator bool() const noexcept { return bits_ != 0; }
  /// The number of the series, below 2^26: dense, and used again after the series has been closed.
  [[nodiscard]] constexpr std::uint32_t number() const noexcept {
    return static_cast<std::uint32_t>(bits_ & ((std::uint64_t{1} << number_bits) - 1));
  }
  /// Equal references name the same series.
  [[nodiscard]] friend constexpr bool operator==(series_ref, series_ref) noexcept = default;
  /// An order without meaning, for sorted containers.
  [[nodiscard]] friend constexpr auto operator<=>(series_ref, series_ref) noexcept = default;

 private:
  friend detail::series_ref_access;
  static constexpr unsigned number_bits = 26;
  explicit constexpr series_ref(std::uint64_t bits) noexcept : bits_(bits) {}

  std::uint64_t bits_ = 0;  // the stamp, which is never 0, above the number
};

namespace detail {

// How tables make references and read them.
struct series_ref_access {
  [[nodiscard]] static constexpr series_ref make(std::uint32_t number, std::uint64_t stamp) noexcept {
    return series_ref(stamp << series_ref::number_bits | number);
  }
  [[nodiscard]] static constexpr std::uint64_t stamp(series_ref of) noexcept {
    return of.bits_ >> series_ref::number_bits;
  }
  [[nodiscard]] static constexpr std::uint64_t bits(series_ref of) noexcept { return of.bits_; }
};

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted

/// A hash of number and stamp.
template <>
struct std::hash<slotted::series_ref> {
  /// Equal references have equal hashes.
  [[nodiscard]] std::size_t operator()(slotted::series_ref of) const noexcept {
    const std::uint64_t bits = slotted::detail::series_ref_access::bits(of);
    return slotted::detail::number_cast<std::size_t>((bits ^ bits >> 29) * 0x9E3779B97F4A7C15 >> 16);
  }
};
