// slotted: codes of a stream as bins and offsets: entropy coding for blocks that are old.
// SPDX-License-Identifier: MIT
#pragma once

#include <slotted/algorithm.hpp>
#include <slotted/codec/bit_packing.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail::codec {

// A code is the lowest of a bin plus an offset, and its bin is coded by tANS (Duda, Asymmetric numeral systems, 2013):
// a state of eight bits says which bin, and how many bits of the stream make the next state. Four states take turns, so
// that four codes are looked up at once, out of one stream of bits.
inline constexpr std::size_t max_bins = 64;
inline constexpr unsigned state_bits = 8;
inline constexpr std::size_t states = std::size_t{1} << state_bits;
inline constexpr std::size_t bin_lanes = 4;
// A code's bits are read from one word, which has 57 behind any bit of its first byte.
inline constexpr unsigned max_offset_bits = 48;

// Bytes: bins less one; width of gaps; gaps between the lowest of bins, less one, packed at that; bits of the offsets,
// packed at 6; how many of the 256 states each bin has, less one, packed at 8; bytes of the stream as a varint; the
// stream: four states of 8 bits, then the bits of each code, those of the next state before those of the offset.
struct binned_codes {
  std::size_t count = 0;
  unsigned gap_width = 0;
  const std::byte* gaps = nullptr;
  const std::byte* offsets = nullptr;
  const std::byte* shares = nullptr;
  const std::byte* stream = nullptr;
  std::size_t stream_size = 0;

  std::uint64_t gap(std::size_t k) const noexcept { return packed_at(gaps, count - 1, gap_width, k) + 1; }
  unsigned offset_bits(std::size_t k) const noexcept { return static_cast<unsigned>(packed_at(offsets, count, 6, k)); }
  std::size_t share(std::size_t k) const noexcept {
    return number_cast<std::size_t>(packed_at(shares, count, state_bits, k)) + 1;
  }
};

inline bool parse(byte_reader& in, binned_codes& b) noexcept {
  b.count = in.u8() + std::size_t{1};
  b.gap_width = in.u8();
  if (b.count > max_bins || b.gap_width > 64) in.fail();
  if (!in.ok()) return false;
  b.gaps = in.take(packed_size(b.count - 1, b.gap_width));
  b.offsets = in.take(packed_size(b.count, 6));
  b.shares = in.take(packed_size(b.count, state_bits));
  const std::uint64_t size = in.varint();
  if (size > 8 * max_block_values) in.fail();
  if (!in.ok()) return false;
  b.stream_size = number_cast<std::size_t>(size);
  b.stream = in.take(b.stream_size);
  if (!in.ok()) return false;
  std::size_t shared = 0;
  for (std::size_t k = 0; k < b.count; ++k) {
    shared += b.share(k);
    if (b.offset_bits(k) > max_offset_bits) in.fail();
  }
  if (shared != states) in.fail();
  return in.ok();
}

// The state that the k-th step of spreading reaches: bins take states far from each other, so that each has some that
// cost few bits wherever one comes from.
constexpr std::size_t spread_state(std::size_t k) noexcept { return k * (states * 5 / 8 + 3) % states; }

/// Reads binned codes in their order. Any bits decode to some codes; behind the end of the stream there are zeros.
class bin_reader {
 public:
  explicit bin_reader(const binned_codes& b) noexcept : stream_(b.stream), size_(b.stream_size) {
    std::uint16_t next[max_bins];
    std::size_t step = 0;
    std::uint64_t lowest = 0;
    for (std::size_t k = 0; k < b.count; ++k) {
      if (k != 0) lowest += b.gap(k - 1);
      lowest_[k] = lowest;
      const std::size_t share = b.share(k);
      next[k] = static_cast<std::uint16_t>(share);
      for (std::size_t i = 0; i < share; ++i) table_[spread_state(step++)] = static_cast<std::uint32_t>(k);
    }
    for (std::size_t x = 0; x < states; ++x) {
      const std::size_t bin = table_[x];
      const unsigned from = next[bin]++;
      const unsigned bits = state_bits + 1 - bit_length(from);
      table_[x] = bits | b.offset_bits(bin) << 4 | static_cast<std::uint32_t>(bin) << 10 |
                  static_cast<std::uint32_t>((from << bits) - states) << 16;
    }
    for (std::size_t& state : state_) {
      state = number_cast<std::size_t>(peek() & (states - 1));
      bit_ += state_bits;
    }
  }

  // The next four codes.
  void next(std::uint64_t* codes) noexcept {
    for (std::size_t l = 0; l < bin_lanes; ++l) {
      const std::uint32_t entry = table_[state_[l]];
      const unsigned bits = entry & 15;
      const unsigned offset_bits = entry >> 4 & 63;
      const std::uint64_t word = peek();
      state_[l] = (entry >> 16) + number_cast<std::size_t>(word & low_mask(bits));
      codes[l] = lowest_[entry >> 10 & 63] + (word >> bits & low_mask(offset_bits));
      bit_ += bits + offset_bits;
    }
  }

 private:
  // 57 bits at least from here on.
  std::uint64_t peek() const noexcept {
    const std::size_t at = bit_ / 8;
    if (at + 8 <= size_) return load_little(stream_ + at) >> bit_ % 8;
    return at < size_ ? load_little_partial(stream_ + at, size_ - at) >> bit_ % 8 : 0;
  }

  const std::byte* stream_;
  std::size_t size_;
  std::size_t bit_ = 0;
  std::size_t state_[bin_lanes];
  std::uint64_t lowest_[max_bins];
  std::uint32_t table_[states];
};

}  // namespace detail::codec
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
