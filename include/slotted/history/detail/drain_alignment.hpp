// slotted: where the drain of a head is cut, so that series that are scraped together get blocks of the same times.
// SPDX-License-Identifier: MIT
//
// Series with equal times are drained one after the other, each with a few rows more than the one before it. Their
// young blocks have equal times, which are stored once, only if they end at the same row. So a drain may end at a
// multiple of a power of two of the series' rows, and the rows behind that stay in the head. It is done while it is
// seen to pay: the score counts blocks that found their times stored against those that did not. For the owner's
// thread.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#include <slotted/algorithm.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {

class drain_alignment {
 public:
  static constexpr std::size_t least_multiple = 16;  // rows; smaller blocks have few times to share

  // How many of a series' head rows stay in the head: less than half of them. `young_rows` are the rows of its young
  // blocks, `cap` is a power of two, the rows of a final block.
  // Ensures: behind whole final blocks there are fewer than `cap` rows, with those that stay.
  [[nodiscard]] static constexpr std::size_t rows_left(std::size_t head_rows, std::size_t young_rows,
                                                       std::size_t cap) noexcept {
    const std::size_t multiple = min_of(std::bit_floor(head_rows / 2), cap / 2);
    return multiple < least_multiple ? 0 : (head_rows + young_rows) % multiple;
  }

  // Whether the next drain is to be aligned. While that does not pay, one in so many is, to see whether it would.
  [[nodiscard]] bool wants_next() noexcept { return score_ >= least_score || ++unaligned_ % tried_again == 0; }
  // An aligned drain wrote a block, whose times were stored already or not.
  void record(bool shared) noexcept {
    if (shared && score_ < most_score) ++score_;
    if (!shared && score_ > 0) --score_;
  }

 private:
  static constexpr std::uint32_t least_score = 8;
  static constexpr std::uint32_t most_score = 64;
  static constexpr std::uint32_t tried_again = 16;

  std::uint32_t score_ = 2 * least_score;
  std::uint32_t unaligned_ = 0;
};

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
