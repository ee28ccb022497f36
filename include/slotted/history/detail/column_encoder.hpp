// slotted: a column of words made into an encoded column, from a hint of what was chosen before.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include <slotted/codec/block.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {

// Writes rows words as a column of a kind. `hint` says what was chosen for the column of the block before, if there was
// one, and says afterwards what has been chosen now. It changes neither what is decoded nor whether.
// Preconditions: `to` has room for max_encoded_size(rows). Returns: the bytes.
inline std::size_t encode_words(const std::uint64_t* words, std::size_t rows, codec::value_kind kind,
                                slotted::codec::hint& hint, std::byte* to) noexcept {
  slotted::codec::column_state state(hint);
  const std::size_t size =
      codec::encode_block(words, rows, kind, slotted::codec::column_state_access::of(state, nullptr), to);
  hint = state.to_hint(rows, size);
  return size;
}

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
