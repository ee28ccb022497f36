// slotted: which bins the codes of a stream are put into, and the writing of them.
// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <slotted/algorithm.hpp>
#include <slotted/codec/bins.hpp>
#include <slotted/codec/encoder_room.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail::codec {

// Logarithms in 256ths of a bit, by integers alone: the bytes must not depend on a compiler's floating point.
inline constexpr std::array<std::uint16_t, max_block_values + 1> logarithms = [] {
  std::array<std::uint16_t, max_block_values + 1> table{};
  for (std::size_t x = 1; x < table.size(); ++x) {
    const unsigned whole = bit_length(x) - 1;
    std::uint64_t mantissa = std::uint64_t{x} << (31 - whole);  // 1 to 2, times 2^31
    unsigned log = whole;
    for (int bit = 0; bit < 8; ++bit) {
      mantissa = mantissa * mantissa >> 31;
      const bool two = mantissa >> 32 != 0;
      log = log << 1 | (two ? 1 : 0);
      if (two) mantissa >>= 1;
    }
    table[x] = static_cast<std::uint16_t>(log);
  }
  return table;
}();

struct bin {
  std::uint64_t lowest = 0;
  std::size_t values = 0;
  unsigned offset_bits = 0;
  std::size_t share = 0;  // of the states
};

struct bin_plan {
  std::size_t count = 0;  // 0 where codes cannot be binned
  unsigned gap_width = 0;
  bin bins[max_bins];
};

// What a bin costs beside its codes, in bits: its share, its width and about a gap.
inline constexpr std::uint64_t bits_of_bin = state_bits + 6 + 12;

// The bins that cost least, of up to 64 pieces of the sorted codes that are as many.
inline void choose_bins(const std::uint64_t* sorted, std::size_t n, bin_plan& p) noexcept {
  struct piece {
    std::uint64_t lowest;
    std::uint64_t highest;
    std::size_t values_before;
  };
  piece pieces[max_bins + 1];
  std::size_t count = 0;
  for (std::size_t i = 0; i < n; ++count) {
    const std::size_t wanted = max_of(i + 1, (count + 1) * n / max_bins);
    std::size_t end = min_of(wanted, n);
    while (end < n && sorted[end] == sorted[end - 1]) ++end;
    pieces[count] = {sorted[i], sorted[end - 1], i};
    i = end;
  }
  pieces[count].values_before = n;

  std::uint64_t least[max_bins + 1] = {};  // 256ths of a bit, for the pieces before
  std::size_t from[max_bins + 1] = {};
  for (std::size_t end = 1; end <= count; ++end) {
    least[end] = UINT64_MAX;
    for (std::size_t begin = end; begin-- > 0;) {
      const unsigned offset_bits = bit_length(pieces[end - 1].highest - pieces[begin].lowest);
      if (offset_bits > max_offset_bits) break;
      const std::size_t values = pieces[end].values_before - pieces[begin].values_before;
      const std::uint64_t each = std::uint64_t{logarithms[n]} - logarithms[values] + std::uint64_t{256} * offset_bits;
      if (least[begin] == UINT64_MAX) continue;
      const std::uint64_t cost = least[begin] + values * each + 256 * bits_of_bin;
      if (cost >= least[end]) continue;
      least[end] = cost;
      from[end] = begin;
    }
    if (least[end] == UINT64_MAX) return;
  }
  for (std::size_t end = count; end != 0; end = from[end]) ++p.count;
  std::size_t at = p.count;
  for (std::size_t end = count; end != 0; end = from[end]) {
    const piece& first = pieces[from[end]];
    p.bins[--at] = {first.lowest, pieces[end].values_before - first.values_before,
                    bit_length(pieces[end - 1].highest - first.lowest), 0};
  }
}

// Gives each bin its share of the states: one at least, and all of them together.
inline void share_states(std::size_t n, bin_plan& p) noexcept {
  std::size_t sum = 0;
  for (std::size_t k = 0; k < p.count; ++k) {
    bin& b = p.bins[k];
    b.share = max_of<std::size_t>(1, (b.values * states + n / 2) / n);
    sum += b.share;
  }
  while (sum != states) {
    const bool more = sum < states;
    std::size_t best = p.count;
    std::int64_t best_cost = INT64_MAX;
    for (std::size_t k = 0; k < p.count; ++k) {
      const bin& b = p.bins[k];
      if (!more && b.share == 1) continue;
      const std::size_t other = more ? b.share + 1 : b.share - 1;
      const std::int64_t cost =
          (std::int64_t{logarithms[b.share]} - std::int64_t{logarithms[other]}) * static_cast<std::int64_t>(b.values);
      if (cost < best_cost) {
        best_cost = cost;
        best = k;
      }
    }
    p.bins[best].share += more ? 1 : std::size_t{0} - 1;
    sum += more ? 1 : std::size_t{0} - 1;
  }
}

/// Plans bins for n codes, of which the least is 0. Sorts them.
///
/// Returns: false where some of them would have offsets too wide for a bin.
inline bool plan_bins(std::uint64_t* codes, std::size_t n, bin_plan& p) noexcept {
  sort(codes, codes + n, [](std::uint64_t a, std::uint64_t b) { return a < b; });
  p.count = 0;
  choose_bins(codes, n, p);
  if (p.count == 0) return false;
  share_states(n, p);
  p.gap_width = 0;
  for (std::size_t k = 1; k < p.count; ++k) {
    p.gap_width = max_of(p.gap_width, bit_length(p.bins[k].lowest - p.bins[k - 1].lowest - 1));
  }
  return true;
}

// Codes of a plan as the bits that are to be written: words and how many bits of each.
struct binned_bits {
  std::uint64_t* words;
  std::uint8_t* counts;
  std::size_t last_states[bin_lanes];  // which the reader begins with
  std::size_t bits = 0;                // of all of it
};

// Backwards, as it must be: the reader meets the states in the other order.
inline void code_by_bins(const std::uint64_t* codes, std::size_t n, const bin_plan& p, binned_bits& out) noexcept {
  std::uint8_t state_of[states];  // of each bin, one for each of its share
  std::size_t first[max_bins];
  std::uint8_t bin_of[states];
  std::size_t step = 0;
  for (std::size_t k = 0; k < p.count; ++k) {
    first[k] = step;
    for (std::size_t i = 0; i < p.bins[k].share; ++i) bin_of[spread_state(step++)] = static_cast<std::uint8_t>(k);
  }
  std::size_t next[max_bins];
  for (std::size_t k = 0; k < p.count; ++k) next[k] = first[k];
  for (std::size_t x = 0; x < states; ++x) state_of[next[bin_of[x]]++] = static_cast<std::uint8_t>(x);

  for (std::size_t& state : out.last_states) state = states;
  out.bits = bin_lanes * state_bits;
  for (std::size_t i = n; i-- > 0;) {
    std::size_t k = 0;
    for (std::size_t width = p.count; width > 1;) {  // the last bin whose lowest is not above
      const std::size_t half = width / 2;
      k += p.bins[k + half].lowest <= codes[i] ? half : 0;
      width -= half;
    }
    const bin& b = p.bins[k];
    std::size_t& state = out.last_states[i % bin_lanes];
    unsigned bits = 0;
    while (state >> bits >= 2 * b.share) ++bits;
    out.words[i] = (state & low_mask(bits)) | (codes[i] - b.lowest) << bits;
    out.counts[i] = static_cast<std::uint8_t>(bits + b.offset_bits);
    out.bits += bits + b.offset_bits;
    state = states + state_of[first[k] + (state >> bits) - b.share];
  }
  for (std::size_t& state : out.last_states) state -= states;
}

inline std::size_t size_of_bins(const bin_plan& p, const binned_bits& bits) noexcept {
  const std::size_t stream = (bits.bits + 7) / 8;
  return 2 + packed_size(p.count - 1, p.gap_width) + packed_size(p.count, 6) + packed_size(p.count, state_bits) +
         varint_size(stream) + stream;
}

/// Writes size_of_bins(p, bits) bytes.
inline void write_bins(std::size_t n, const bin_plan& p, const binned_bits& bits, byte_writer& out) noexcept {
  out.u8(static_cast<unsigned>(p.count - 1));
  out.u8(p.gap_width);
  std::uint64_t some[max_bins];
  for (std::size_t k = 1; k < p.count; ++k) some[k - 1] = p.bins[k].lowest - p.bins[k - 1].lowest - 1;
  pack(some, p.count - 1, p.gap_width, out.take(packed_size(p.count - 1, p.gap_width)));
  for (std::size_t k = 0; k < p.count; ++k) some[k] = p.bins[k].offset_bits;
  pack(some, p.count, 6, out.take(packed_size(p.count, 6)));
  for (std::size_t k = 0; k < p.count; ++k) some[k] = p.bins[k].share - 1;
  pack(some, p.count, state_bits, out.take(packed_size(p.count, state_bits)));
  const std::size_t size = (bits.bits + 7) / 8;
  out.varint(size);
  std::byte* to = out.take(size);
  std::uint64_t open = 0;
  unsigned filled = 0;
  const auto put = [&](std::uint64_t word, unsigned count) {
    open |= word << filled;
    if (filled + count < 64) {
      filled += count;
      return;
    }
    store_little(to, open);
    to += 8;
    const unsigned spent = 64 - filled;
    open = spent < 64 ? word >> spent : 0;
    filled = count - spent;
  };
  for (const std::size_t state : bits.last_states) put(state, state_bits);
  for (std::size_t i = 0; i < n; ++i) put(bits.words[i], bits.counts[i]);
  store_little_partial(to, open, (filled + 7) / 8);
}

}  // namespace detail::codec
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
