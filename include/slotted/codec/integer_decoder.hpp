// slotted: decoding of an integer stream, whole or one value of it.
// SPDX-License-Identifier: MIT
#pragma once

#include <slotted/codec/differences.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail::codec {

/// Decodes a whole stream as n host words.
///
/// Returns: false when the positions of patches do not ascend, or leave the block.
[[gnu::noinline]] inline bool decode(const integer_stream& s, std::byte* __restrict words) noexcept {
  if (is_steps(s)) return decode_steps(s, words);
  if (is_summed(s)) return decode_differences(s, words);
  if (s.how == transform::linear && s.divisor == 1 && !s.binned) return decode_line(s, words);
  if (s.binned) {
    decode_binned<false>(s, words);
  } else if (!decode_residuals(s, words)) {
    return false;
  }
  // Copies: what is written through bytes might, for all a compiler knows, be the stream's own members.
  const std::size_t n = s.n;
  const std::uint64_t slope = s.slope;
  if (s.how == transform::linear) {
    for (std::size_t i = 0; i < n; ++i) {  // must be vectorised
      set_word(words, i, word_at(words, i) + on_line(slope, i));
    }
  }
  return true;
}

/// Adds a stream of values as they are to n host words.
///
/// Preconditions: s.how == transform::none.
inline bool decode_onto(const integer_stream& s, std::byte* __restrict words) noexcept {
  if (s.binned) {
    decode_binned<true>(s, words);
    return true;
  }
  if (s.divisor == 1) {
    if (s.width != 0 || s.base != 0) unpack<true>(s.packed, s.n, s.width, plus{s.base}, words);
  } else {
    const packed_rows codes(s.packed, s.n, s.width);
    const times_plus residual{s.divisor, s.base};
    std::byte row[8 * lanes];
    std::byte* out = words;
    const auto add = [&](std::size_t count) {
      for (std::size_t l = 0; l < count; ++l) set_word(out, l, word_at(out, l) + word_at(row, l));
      out += 8 * count;
    };
    for (std::size_t r = 0; r < codes.rows(); ++r) {
      codes.unpack(r, 1, residual, row);
      add(lanes);
    }
    codes.unpack_rest(residual, row);
    add(codes.rest());
  }
  return s.patches == 0 || for_each_patch(s, [&](std::size_t position, std::uint64_t residual) {
           const std::uint64_t added = s.base + packed_at(s.packed, s.n, s.width, position) * s.divisor;
           set_word(words, position, word_at(words, position) + residual - added);
         });
}

/// One value of a sound stream. `patched` may hold the positions of the patches.
inline bool value_at(const integer_stream& s, std::size_t i, std::uint64_t& value,
                     const position_set* patched = nullptr) noexcept {
  if (is_summed(s)) return sum_at(s, i, value);
  if (s.binned) {
    value = binned_at(s, i) + (s.how == transform::linear ? on_line(s.slope, i) : 0);
    return true;
  }
  const std::size_t patch = find_position(s.positions, s.patches, i, patched);
  value = patch != no_position ? patch_value(s, patch) : s.base + packed_at(s.packed, s.n, s.width, i) * s.divisor;
  if (s.how == transform::linear) value += on_line(s.slope, i);
  return true;
}

}  // namespace detail::codec
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
