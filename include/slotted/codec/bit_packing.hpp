// slotted: up to 1024 unsigned integers packed at a common width, chosen at run time.
// SPDX-License-Identifier: MIT
#pragma once

#include <slotted/codec/bytes.hpp>

namespace slotted {
inline namespace v0 {
namespace codec {

/// The largest number of values in a block.
inline constexpr std::size_t max_block_values = 1024;

}  // namespace codec

namespace detail::codec {

using slotted::codec::max_block_values;

// Two layouts. A full block of 1024 is 64 rows of 16 lanes in natural order: lane l is a bit stream of its own, whose
// 64-bit words are interleaved with those of the other lanes, so that one row is one shift for 16 neighbours.
// Anything shorter is one bit stream from the first value to the last, for whole rows would waste up to 126 bytes.
inline constexpr std::size_t lanes = 16;
inline constexpr std::size_t rows = max_block_values / lanes;

constexpr std::uint64_t low_mask(unsigned width) noexcept {
  return width >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << width) - 1;
}

constexpr std::size_t packed_size(std::size_t n, unsigned width) noexcept { return (n * width + 7) / 8; }

/// Packs n values, each under 2^width, into packed_size(n, width) bytes.
inline void pack(const std::uint64_t* __restrict values, std::size_t n, unsigned width, std::byte* __restrict to) {
  if (width == 0) return;
  if (n == max_block_values) {
    // One word of each lane is filled in registers-to-be and stored once.
    std::uint64_t open[lanes] = {};
    std::size_t filled = 0;
    for (std::size_t row = 0; row < rows; ++row) {
      const std::uint64_t* const in = values + row * lanes;
      for (std::size_t l = 0; l < lanes; ++l) open[l] |= in[l] << filled;  // must be vectorised
      filled += width;
      if (filled < 64) continue;
      for (std::size_t l = 0; l < lanes; ++l) store_little(to + 8 * l, open[l]);  // must be vectorised
      to += 8 * lanes;
      filled -= 64;
      const auto spent = static_cast<unsigned>(width - filled);  // 64 when the row ended the word and width is 64
      if (filled == 0) {
        for (std::size_t l = 0; l < lanes; ++l) open[l] = 0;
      } else {
        for (std::size_t l = 0; l < lanes; ++l) open[l] = in[l] >> spent;  // must be vectorised
      }
    }
    return;
  }
  std::uint64_t open = 0;
  unsigned filled = 0;
  for (std::size_t i = 0; i < n; ++i) {
    open |= values[i] << filled;
    if (filled + width < 64) {
      filled += width;
      continue;
    }
    store_little(to, open);
    to += 8;
    const unsigned spent = 64 - filled;
    open = spent < width ? values[i] >> spent : 0;
    filled = width - spent;
  }
  store_little_partial(to, open, (filled + 7) / 8);
}

/// The i-th of n packed values, without its neighbours.
inline std::uint64_t packed_at(const std::byte* packed, std::size_t n, unsigned width, std::size_t i) noexcept {
  if (width == 0) return 0;
  if (n == max_block_values) {
    const std::size_t bit = i / lanes * width;
    const std::byte* const word = packed + (bit / 64 * lanes + i % lanes) * 8;
    const auto shift = static_cast<unsigned>(bit % 64);
    std::uint64_t v = load_little(word) >> shift;
    if (shift + width > 64) v |= load_little(word + 8 * lanes) << (64 - shift);
    return v & low_mask(width);
  }
  const std::size_t bit = i * width;
  const std::size_t at = bit / 8;
  const auto shift = static_cast<unsigned>(bit % 8);
  const std::size_t left = packed_size(n, width) - at;
  if (left < 8) return (load_little_partial(packed + at, left) >> shift) & low_mask(width);
  std::uint64_t v = load_little(packed + at) >> shift;
  if (shift + width > 64) v |= std::to_integer<std::uint64_t>(packed[at + 8]) << (64 - shift);
  return v & low_mask(width);
}

/// Writes base + value, modulo 2^64, of all n packed values as host words.
inline void unpack(const std::byte* __restrict packed, std::size_t n, unsigned width, std::uint64_t base,
                   std::byte* __restrict words) {
  if (width == 0) {
    for (std::size_t i = 0; i < n; ++i) set_word(words, i, base);  // must be vectorised
    return;
  }
  const std::uint64_t mask = low_mask(width);
  if (n == max_block_values) {
    std::size_t bit = 0;
    for (std::size_t row = 0; row < rows; ++row, bit += width) {
      const std::byte* const a = packed + bit / 64 * lanes * 8;
      const unsigned shift = bit % 64;
      std::byte* const out = words + row * lanes * 8;
      if (shift + width <= 64) {
        for (std::size_t l = 0; l < lanes; ++l) {  // must be vectorised
          set_word(out, l, ((load_little(a + 8 * l) >> shift) & mask) + base);
        }
      } else {
        const unsigned rest = 64 - shift;
        const std::byte* const b = a + 8 * lanes;
        for (std::size_t l = 0; l < lanes; ++l) {  // must be vectorised
          set_word(out, l, (((load_little(a + 8 * l) >> shift) | (load_little(b + 8 * l) << rest)) & mask) + base);
        }
      }
    }
    return;
  }
  const std::size_t size = packed_size(n, width);
  std::size_t i = 0;
  if (width <= 56) {
    for (std::size_t bit = 0; i < n && bit / 8 + 8 <= size; ++i, bit += width) {
      set_word(words, i, ((load_little(packed + bit / 8) >> (bit % 8)) & mask) + base);
    }
  }
  for (; i < n; ++i) set_word(words, i, packed_at(packed, n, width, i) + base);
}

}  // namespace detail::codec
}  // namespace v0
}  // namespace slotted
