// slotted: a body of top parts: at most eight distinct high parts of the patterns, and the low bits as they are.
// SPDX-License-Identifier: MIT
#pragma once

#include <slotted/algorithm.hpp>
#include <slotted/codec/plain.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail::codec {

// For reals that are no decimals: sign and exponent repeat, the mantissa is noise. After ALP for real doubles
// (Afroozeh, Kuffo, Boncz: ALP, Adaptive Lossless floating-Point compression, SIGMOD 2023).
inline constexpr unsigned max_top_bits = 16;
inline constexpr unsigned max_top_width = 3;

// Bytes: top bits, index width, the entries at two bytes, patch count, [positions at 10 bits, high parts], indices,
// low bits.
struct top_parts_body {
  std::size_t n = 0;
  unsigned low_bits = 0;
  unsigned top_bits = 0;
  unsigned index_width = 0;
  std::size_t patches = 0;
  std::uint64_t entries[1u << max_top_width] = {};
  const std::byte* positions = nullptr;
  const std::byte* patch_tops = nullptr;
  const std::byte* indices = nullptr;
  const std::byte* lows = nullptr;
};

inline bool parse(byte_reader& in, std::size_t n, value_kind kind, top_parts_body& b) noexcept {
  b.n = n;
  b.top_bits = in.u8();
  b.index_width = in.u8();
  if (b.top_bits == 0 || b.top_bits > max_top_bits || b.index_width > max_top_width) in.fail();
  if (!in.ok()) return false;
  b.low_bits = pattern_bits(kind) - b.top_bits;
  for (std::size_t k = 0; k < std::size_t{1} << b.index_width; ++k) {
    const unsigned low = in.u8();
    b.entries[k] = std::uint64_t{(low | in.u8() << 8) & low_mask(b.top_bits)} << b.low_bits;
  }
  const std::uint64_t patches = in.varint();
  if (patches > n) in.fail();
  if (!in.ok()) return false;
  b.patches = number_cast<std::size_t>(patches);
  b.positions = in.take(packed_size(b.patches, position_bits));
  b.patch_tops = in.take(packed_size(b.patches, b.top_bits));
  b.indices = in.take(packed_size(n, b.index_width));
  b.lows = in.take(packed_size(n, b.low_bits));
  return in.ok();
}

inline bool decode(const top_parts_body& b, std::byte* __restrict words) noexcept {
  unpack(b.lows, b.n, b.low_bits, plus{0}, words);
  std::uint64_t entries[1u << max_top_width];
  std::memcpy(entries, b.entries, sizeof entries);
  constexpr std::size_t rows_at_once = 8;
  std::byte indices[8 * lanes * rows_at_once];
  std::byte* out = words;
  const auto add_tops = [&](std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) set_word(out, i, word_at(out, i) | entries[word_at(indices, i)]);
    out += 8 * count;
  };
  const packed_rows packed(b.indices, b.n, b.index_width);
  for (std::size_t row = 0; row < packed.rows(); row += rows_at_once) {
    const std::size_t rows = min_of(rows_at_once, packed.rows() - row);
    packed.unpack(row, rows, plus{0}, indices);
    add_tops(rows * lanes);
  }
  packed.unpack_rest(plus{0}, indices);
  add_tops(packed.rest());
  if (!are_positions(b.positions, b.patches, b.n)) return false;
  for (std::size_t k = 0; k < b.patches; ++k) {
    const auto i = number_cast<std::size_t>(packed_at(b.positions, b.patches, position_bits, k));
    const std::uint64_t top = packed_at(b.patch_tops, b.patches, b.top_bits, k);
    set_word(words, i, (word_at(words, i) & low_mask(b.low_bits)) | top << b.low_bits);
  }
  return true;
}

// Whether a parsed body decodes.
inline bool is_sound(const top_parts_body& b) noexcept { return are_positions(b.positions, b.patches, b.n); }

// `patched` may hold the positions of the patches.
inline bool value_at(const top_parts_body& b, std::size_t i, std::uint64_t& pattern,
                     const position_set* patched = nullptr) noexcept {
  const std::size_t k = find_position(b.positions, b.patches, i, patched);
  const std::uint64_t top = k != no_position ? packed_at(b.patch_tops, b.patches, b.top_bits, k) << b.low_bits
                                             : b.entries[packed_at(b.indices, b.n, b.index_width, i)];
  pattern = top | packed_at(b.lows, b.n, b.low_bits, i);
  return true;
}

// ---- encoding

struct top_parts_plan {
  unsigned top_bits = 0;
  unsigned index_width = 0;
  std::size_t patches = 0;
  std::uint64_t entries[1u << max_top_width] = {};
  std::size_t size = SIZE_MAX;  // without the mode byte
};

// The frequent high parts of a sample at each cut, most frequent first.
inline void choose_top_parts(const std::uint64_t* patterns, std::size_t n, value_kind kind,
                             top_parts_plan& p) noexcept {
  constexpr std::size_t most = 129;
  std::uint64_t sample[most];
  std::size_t count = 0;
  const std::size_t step = n / 128 + 1;
  for (std::size_t i = 0; i < n; i += step) sample[count++] = patterns[i];
  sort(sample, sample + count, [](std::uint64_t a, std::uint64_t b) { return a < b; });
  struct part {
    std::uint64_t top;
    std::size_t times;
  };
  std::size_t best_bits = SIZE_MAX;
  for (unsigned top_bits = 4; top_bits <= max_top_bits; ++top_bits) {
    const unsigned low_bits = pattern_bits(kind) - top_bits;
    part parts[most];
    std::size_t distinct = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint64_t top = sample[i] >> low_bits;
      if (distinct != 0 && parts[distinct - 1].top == top) {
        ++parts[distinct - 1].times;
      } else {
        parts[distinct++] = {top, 1};
      }
    }
    const std::size_t kept = min_of<std::size_t>(distinct, 1u << max_top_width);
    partial_sort(parts, parts + kept, parts + distinct,
                 [](const part& a, const part& b) { return a.times != b.times ? a.times > b.times : a.top < b.top; });
    for (unsigned width = 0; width <= max_top_width; ++width) {
      std::size_t covered = 0;
      for (std::size_t k = 0; k < min_of<std::size_t>(kept, 1u << width); ++k) covered += parts[k].times;
      const std::size_t bits =
          count * (low_bits + width) + (count - covered) * (position_bits + top_bits) + (16u << width) * count / n;
      if (bits >= best_bits) continue;
      best_bits = bits;
      p.top_bits = top_bits;
      p.index_width = width;
      for (std::size_t k = 0; k < std::size_t{1} << width; ++k) p.entries[k] = parts[k < kept ? k : 0].top;
    }
  }
}

inline std::size_t find_top(const top_parts_plan& p, std::uint64_t top) noexcept {
  std::size_t k = 0;
  while (k < std::size_t{1} << p.index_width && p.entries[k] != top) ++k;
  return k;
}

/// Plans top parts from a sample.
[[gnu::noinline]] inline void plan_top_parts(const std::uint64_t* patterns, std::size_t n, value_kind kind,
                                             top_parts_plan& p) noexcept {
  choose_top_parts(patterns, n, kind, p);
  const unsigned low_bits = pattern_bits(kind) - p.top_bits;
  p.patches = 0;
  for (std::size_t i = 0; i < n; ++i) p.patches += find_top(p, patterns[i] >> low_bits) >> p.index_width;
  p.size = 2 + (std::size_t{2} << p.index_width) + varint_size(p.patches) + packed_size(p.patches, position_bits) +
           packed_size(p.patches, p.top_bits) + packed_size(n, p.index_width) + packed_size(n, low_bits);
}

/// Writes p.size bytes.
inline void write_top_parts(const std::uint64_t* patterns, std::size_t n, value_kind kind, const top_parts_plan& p,
                            encoder_room& room, byte_writer& out) noexcept {
  const unsigned low_bits = pattern_bits(kind) - p.top_bits;
  out.u8(p.top_bits);
  out.u8(p.index_width);
  for (std::size_t k = 0; k < std::size_t{1} << p.index_width; ++k) {
    out.u8(static_cast<unsigned>(p.entries[k] & 0xFF));
    out.u8(static_cast<unsigned>(p.entries[k] >> 8));
  }
  std::uint64_t* const positions = room.plain.digits.words;
  std::uint64_t* const tops = room.plain.corrections.words;
  std::uint64_t* const indices = room.codes.words;
  std::uint64_t* const lows = room.residuals.words;
  std::size_t patches = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const std::uint64_t top = patterns[i] >> low_bits;
    lows[i] = patterns[i] & low_mask(low_bits);
    indices[i] = find_top(p, top);
    if (indices[i] >> p.index_width == 0) continue;
    indices[i] = 0;
    positions[patches] = i;
    tops[patches++] = top;
  }
  out.varint(patches);
  pack(positions, patches, position_bits, out.take(packed_size(patches, position_bits)));
  pack(tops, patches, p.top_bits, out.take(packed_size(patches, p.top_bits)));
  pack(indices, n, p.index_width, out.take(packed_size(n, p.index_width)));
  pack(lows, n, low_bits, out.take(packed_size(n, low_bits)));
}

}  // namespace detail::codec
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
