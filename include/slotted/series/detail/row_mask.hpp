// slotted: which of 64 rows a block has room for, and where each stands in it.
// SPDX-License-Identifier: MIT
//
// A mask has a bit for each row that has room. Rows with room stand one after the other: in a block that grew from its
// front, row r stands in place r; in a block of which few rows are left, the rows between them have no room.
#pragma once

#include <bit>
#include <cassert>
#include <cstdint>

#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {

class row_mask {
 public:
  static constexpr unsigned rows = 64;
  static constexpr unsigned first_rows = 8;

  constexpr row_mask() noexcept = default;
  explicit constexpr row_mask(std::uint64_t bits) noexcept : bits_(bits) {}

  [[nodiscard]] constexpr std::uint64_t bits() const noexcept { return bits_; }
  [[nodiscard]] constexpr bool has(unsigned row) const noexcept { return (bits_ >> row & 1) != 0; }
  // How many rows have room.
  [[nodiscard]] constexpr unsigned count() const noexcept { return static_cast<unsigned>(std::popcount(bits_)); }
  // Whether rows stand at their numbers.
  [[nodiscard]] constexpr bool is_dense() const noexcept { return (bits_ & (bits_ + 1)) == 0; }
  // The place of a row. Preconditions: it has room.
  [[nodiscard]] constexpr unsigned place_of(unsigned row) const noexcept {
    assert(has(row));
    return is_dense() ? row : static_cast<unsigned>(std::popcount(bits_ & ((std::uint64_t{1} << row) - 1)));
  }
  // A mask that has room for a row more, and for some others so that the next rows need no new block: it doubles from
  // 8 to 64 where rows come in order.
  [[nodiscard]] constexpr row_mask with(unsigned row) const noexcept {
    if (has(row)) return *this;
    if (is_dense()) {
      unsigned most = count() * 2 < first_rows ? first_rows : count() * 2;
      while (most <= row) most *= 2;
      return row_mask(most >= rows ? ~std::uint64_t{0} : (std::uint64_t{1} << most) - 1);
    }
    std::uint64_t more = bits_;
    for (unsigned next = row, added = 0; next < rows && added < first_rows; ++next) {
      if ((more >> next & 1) != 0) continue;
      more |= std::uint64_t{1} << next;
      ++added;
    }
    return row_mask(more);
  }
  // Whether a block in which only `used` of the rows are in use is better replaced by one without the others.
  [[nodiscard]] constexpr bool is_sparse(std::uint64_t used) const noexcept {
    const auto in_use = static_cast<unsigned>(std::popcount(used));
    return count() > first_rows && in_use * 4 <= count();
  }

  friend constexpr bool operator==(row_mask, row_mask) noexcept = default;

 private:
  std::uint64_t bits_ = 0;
};

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
