// slotted: what an encoder works in: one frame of the stack, which all parts of the search share.
// SPDX-License-Identifier: MIT
#pragma once

#include <slotted/codec/bit_packing.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail::codec {

// Words for the values of a block, and for what fills up their last row.
struct alignas(64) word_room {
  std::uint64_t words[max_block_values + lanes];
};

// Where an encoder finds the distinct values of a block; for no longer than it takes to number them.
inline constexpr std::size_t index_slots = 2 * max_block_values;
struct index_room {
  std::uint16_t slots[index_slots];
  std::uint16_t first_codes[max_block_values];
  std::uint16_t order[max_block_values];
  std::uint16_t ranks[max_block_values];
};

// Digits of decimals, or patterns in order, and corrections of digits.
struct plain_room {
  word_room digits;
  word_room corrections;
};

// Runs are tried where they are at most so many.
constexpr std::size_t max_runs(std::size_t n) noexcept { return n * 5 / 8; }

/// The room that one call of the encoder has. It is some 47 KiB, so that with a block's patterns and what functions
/// take for themselves an encoder stays within 64 KiB of stack.
///
/// Each part of the search says what it leaves where; nothing else stays from one part to the next.
struct encoder_room {
  union {
    plain_room plain;
    index_room index;
  };
  word_room residuals;  // of a plain body
  word_room codes;      // of a dictionary
  word_room spare;
  std::uint64_t heads[max_runs(max_block_values)];
};

}  // namespace detail::codec
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
