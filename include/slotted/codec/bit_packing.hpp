// slotted: up to 1024 unsigned integers packed at a common width, chosen at run time.
// SPDX-License-Identifier: MIT
#pragma once

#include <slotted/codec/bytes.hpp>
#include <slotted/codec/isa.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace codec {

/// The largest number of values in a block.
inline constexpr std::size_t max_block_values = 1024;

}  // namespace codec

namespace detail::codec {

using slotted::codec::max_block_values;

// Values stand in rows of 16 lanes, in natural order: lane l is a bit stream of its own, and the 64-bit words of the 16
// streams are interleaved, so that one row is one shift for 16 neighbours. What the last words of the lanes hold, and
// the up to 15 values behind the last whole row, are plain bit streams: not a bit is wasted, whatever the count.
inline constexpr std::size_t lanes = 16;

[[gnu::always_inline]] constexpr std::uint64_t low_mask(unsigned width) noexcept {
  return width >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << width) - 1;
}

constexpr std::size_t packed_size(std::size_t n, unsigned width) noexcept { return (n * width + 7) / 8; }

inline void pack_stream(const std::uint64_t* values, std::size_t n, unsigned width, std::byte* to) noexcept {
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

struct pack_kernel {
  template <isa>
  [[gnu::always_inline]] static void run(const std::uint64_t* __restrict values, std::size_t n, unsigned width,
                                         std::byte* __restrict to) noexcept {
    if (width == 0) return;
    const std::size_t in_rows = n / lanes * lanes;
    std::uint64_t open[lanes] = {};  // one word of each lane is filled in registers-to-be and stored once
    unsigned filled = 0;
    for (const std::uint64_t* in = values, * const end = values + in_rows; in != end; in += lanes) {
      for (std::size_t l = 0; l < lanes; ++l) open[l] |= in[l] << filled;  // must be vectorised
      filled += width;
      if (filled < 64) continue;
      for (std::size_t l = 0; l < lanes; ++l) store_little(to + 8 * l, open[l]);  // must be vectorised
      to += 8 * lanes;
      filled -= 64;
      const unsigned spent = width - filled;  // 64 when the row ended the word and width is 64
      if (filled == 0) {
        for (std::size_t l = 0; l < lanes; ++l) open[l] = 0;
      } else {
        for (std::size_t l = 0; l < lanes; ++l) open[l] = in[l] >> spent;  // must be vectorised
      }
    }
    if (filled != 0) {
      pack_stream(open, lanes, filled, to);
      to += packed_size(lanes, filled);
    }
    if (in_rows != n) pack_stream(values + in_rows, n - in_rows, width, to);
  }
};

/// Packs n values, each under 2^width, into packed_size(n, width) bytes.
inline void pack(const std::uint64_t* values, std::size_t n, unsigned width, std::byte* to) noexcept {
  codec::run<pack_kernel>(values, n, width, to);
}

// The i-th of n values of a plain bit stream.
inline std::uint64_t stream_at(const std::byte* stream, std::size_t n, unsigned width, std::size_t i) noexcept {
  const std::size_t bit = i * width;
  const std::size_t at = bit / 8;
  const auto shift = static_cast<unsigned>(bit % 8);
  const std::size_t left = packed_size(n, width) - at;
  if (left < 8) return (load_little_partial(stream + at, left) >> shift) & low_mask(width);
  std::uint64_t v = load_little(stream + at) >> shift;
  if (shift + width > 64) v |= std::to_integer<std::uint64_t>(stream[at + 8]) << (64 - shift);
  return v & low_mask(width);
}

// The same of a stream behind which 16 more bytes can be read.
inline std::uint64_t padded_stream_at(const std::byte* stream, unsigned width, std::size_t i) noexcept {
  const std::size_t bit = i * width;
  const std::byte* const at = stream + bit / 8;
  const auto shift = static_cast<unsigned>(bit % 8);
  const std::uint64_t beyond = std::to_integer<std::uint64_t>(at[8]) << 1 << (63 - shift);
  return (load_little(at) >> shift | beyond) & low_mask(width);
}

// Where the parts of n packed values stand.
struct packed_parts {
  std::size_t rows;
  std::size_t words;        // whole words of a lane
  unsigned rest;            // bits of a lane behind them
  const std::byte* rests;   // the stream of those
  const std::byte* behind;  // the stream of the values behind the last row

  packed_parts(const std::byte* packed, std::size_t n, unsigned width) noexcept
      : rows(n / lanes),
        words(rows * width / 64),
        rest(static_cast<unsigned>(rows * width % 64)),
        rests(packed + words * lanes * 8),
        behind(rests + lanes * rest / 8) {}
};

// The i-th of n packed values where n is any. Out of line, so that the most frequent n is in line everywhere.
[[gnu::noinline]] inline std::uint64_t packed_at_of_few(const std::byte* packed, std::size_t n, unsigned width,
                                                        std::size_t i) noexcept {
  const packed_parts parts(packed, n, width);
  if (i / lanes >= parts.rows) return stream_at(parts.behind, n % lanes, width, i % lanes);
  const std::size_t bit = i / lanes * width;
  const std::size_t word = bit / 64;
  const auto shift = static_cast<unsigned>(bit % 64);
  const auto word_of_lane = [&](std::size_t w) {
    return w < parts.words ? load_little(packed + (w * lanes + i % lanes) * 8)
                           : stream_at(parts.rests, lanes, parts.rest, i % lanes);
  };
  const std::uint64_t low = word_of_lane(word);
  const std::uint64_t high = word_of_lane(word + (shift + width > 64));
  return (low >> shift | high << 1 << (63 - shift)) & low_mask(width);
}

/// The i-th of n packed values, without its neighbours.
[[gnu::always_inline]] inline std::uint64_t packed_at(const std::byte* packed, std::size_t n, unsigned width,
                                                      std::size_t i) noexcept {
  if (width == 0) return 0;
  if (n != max_block_values) return packed_at_of_few(packed, n, width, i);
  const std::size_t bit = i / lanes * width;
  const auto shift = static_cast<unsigned>(bit % 64);
  const std::byte* const low = packed + (bit / 64 * lanes + i % lanes) * 8;
  const std::byte* const high = low + (shift + width > 64 ? lanes * 8 : 0);  // without a branch: scattered positions
  return (load_little(low) >> shift | load_little(high) << 1 << (63 - shift)) & low_mask(width);  // defeat prediction
}

// What becomes of a code as it leaves its bits: `prepare` is called for each row with the place of its first value,
// and what it gives turns the code of lane l into a word. They are short, so that loops over lanes are vectorised with
// them inside.
struct plus {
  std::uint64_t base;
  template <isa>
  [[gnu::always_inline]] plus prepare(std::size_t) const noexcept {
    return *this;
  }
  [[gnu::always_inline]] std::uint64_t operator()(std::uint64_t code, std::size_t) const noexcept {
    return code + base;
  }
};

struct times_plus {
  using seldom = void;
  std::uint64_t factor;
  std::uint64_t base;
  template <isa>
  [[gnu::always_inline]] times_plus prepare(std::size_t) const noexcept {
    return *this;
  }
  [[gnu::always_inline]] std::uint64_t operator()(std::uint64_t code, std::size_t) const noexcept {
    return code * factor + base;
  }
};

// Sets a word, or adds to it.
template <bool add>
[[gnu::always_inline]] inline void put_word(std::byte* words, std::size_t i, std::uint64_t v) noexcept {
  if constexpr (add) v += word_at(words, i);
  set_word(words, i, v);
}

// What `finish` makes of a row of words. A row alone, for of a loop over rows compilers make vectors across them.
template <typename Lane>
[[gnu::always_inline]] inline void finish_row(const std::byte* __restrict in, Lane finish,
                                              std::byte* __restrict out) noexcept {
  for (std::size_t l = 0; l < lanes; ++l) set_word(out, l, finish(word_at(in, l), l));  // must be vectorised
}

// Rows of codes that begin at the bit `bit` of their lanes. A code that goes on in the next word is put together of
// both; of any other the same word is taken twice, and what it says twice is masked away: a branch would be
// mispredicted as often as words end. Shifts are as wide as what they shift, for g++ would widen them in each row. A
// function of its own, for it is in parameters alone, and out of line, that compilers heed __restrict.
template <bool add>
struct unpack_kernel {
  template <isa I, typename Finish>
  [[gnu::always_inline]] static void run(const std::byte* __restrict packed, std::size_t bit, unsigned width,
                                         std::size_t first, std::size_t rows, Finish finish,
                                         std::byte* __restrict out) noexcept {
    const std::uint64_t mask = low_mask(width);
    for (std::size_t row = 0; row < rows && bit <= max_block_values * 64; ++row, bit += width, out += 8 * lanes) {
      const std::uint64_t shift = bit % 64;
      const std::uint64_t rest = (64 - shift) % 64;
      const std::byte* const a = packed + bit / 64 * lanes * 8;
      const std::byte* const b = a + (shift + width > 64 ? lanes * 8 : 0);
      const auto lane = finish.template prepare<I>(first + row * lanes);
      for (std::size_t l = 0; l < lanes; ++l) {  // must be vectorised
        put_word<add>(out, l, lane(((load_little(a + 8 * l) >> shift) | (load_little(b + 8 * l) << rest)) & mask, l));
      }
    }
  }
};

// The same, but each lane's words are summed as they are unpacked: `sums` has the 16 sums before and after. Those of
// the first eight lanes and of the others are written apart, eight a row.
struct unpack_sums_kernel {
  template <isa I, typename Finish>
  [[gnu::always_inline]] static void run(const std::byte* __restrict packed, std::size_t bit, unsigned width,
                                         std::size_t rows, Finish finish, std::uint64_t* __restrict sums,
                                         std::byte* __restrict first, std::byte* __restrict second) noexcept {
    constexpr std::size_t half = lanes / 2;
    const std::uint64_t mask = low_mask(width);
    std::uint64_t sum[lanes];
    std::memcpy(sum, sums, sizeof sum);
    for (std::size_t row = 0; row < rows && bit <= max_block_values * 64; ++row, bit += width) {
      const std::uint64_t shift = bit % 64;
      const std::uint64_t rest = (64 - shift) % 64;
      const std::byte* const a = packed + bit / 64 * lanes * 8;
      const std::byte* const b = a + (shift + width > 64 ? lanes * 8 : 0);
      const auto lane = finish.template prepare<I>(0);
      for (std::size_t l = 0; l < lanes; ++l) {  // must be vectorised
        sum[l] += lane(((load_little(a + 8 * l) >> shift) | (load_little(b + 8 * l) << rest)) & mask, l);
      }
      std::memcpy(first + row * half * 8, sum, half * 8);
      std::memcpy(second + row * half * 8, sum + half, half * 8);
    }
    std::memcpy(sums, sum, sizeof sum);
  }
};

// n packed codes, row by row. What does not lie in whole words is kept once more as words, with zeros behind it, so
// that no load need be cut short.
class packed_rows {
 public:
  packed_rows(const std::byte* packed, std::size_t n, unsigned width) noexcept
      : packed_(packed), width_(width), rows_(n / lanes), rest_(n % lanes) {
    const packed_parts parts(packed, n, width);
    const std::size_t in_words = parts.words * lanes * 8;
    whole_ = width == 0 ? 0 : parts.words * 64 / width;
    if (whole_ * lanes == n) return;
    const std::size_t in_streams = packed_size(n, width) - in_words;
    if (in_streams != 0) std::memcpy(streams_, packed + in_words, in_streams);  // of no bits there may be no address
    std::memset(streams_ + in_streams, 0, 16);
    stream_ = lanes * parts.rest / 8;
    if (whole_ == rows_) return;
    // These rows take the last whole words, and the rests as words behind them.
    const std::size_t last_words = parts.words != 0 ? lanes * 8 : 0;
    std::memset(ends_, 0, sizeof ends_);
    if (last_words != 0) std::memcpy(ends_, packed + in_words - last_words, last_words);
    for (std::size_t l = 0; l < lanes; ++l) {
      store_little(ends_ + last_words + 8 * l, padded_stream_at(streams_, parts.rest, l));
    }
    bit_ = whole_ * width - (parts.words != 0 ? (parts.words - 1) * 64 : 0);
  }

  std::size_t rows() const noexcept { return rows_; }
  std::size_t rest() const noexcept { return rest_; }

  // Writes what `finish` makes of the codes of some rows, or adds it to the words that are there.
  template <bool add = false, typename Finish>
  void unpack(std::size_t first, std::size_t count, Finish finish, std::byte* __restrict out) const noexcept {
    const std::size_t whole = whole_of(first, count);
    if (whole != 0) {
      codec::run<unpack_kernel<add>>(packed_, first * width_, width_, first * lanes, whole, finish, out);
    }
    if (whole == count) return;
    first += whole;
    const std::byte* const ends = ends_;
    codec::run<unpack_kernel<add>>(ends, bit_ + (first - whole_) * width_, width_, first * lanes, count - whole, finish,
                                   out + whole * lanes * 8);
  }

  // All rows, summed down each lane.
  template <typename Finish>
  void unpack_sums(Finish finish, std::uint64_t* sums, std::byte* first, std::byte* second) const noexcept {
    const std::size_t at = whole_ * lanes / 2 * 8;
    if (whole_ != 0) {
      codec::run<unpack_sums_kernel>(packed_, std::size_t{0}, width_, whole_, finish, sums, first, second);
    }
    if (whole_ == rows_) return;
    const std::byte* const ends = ends_;
    codec::run<unpack_sums_kernel>(ends, bit_, width_, rows_ - whole_, finish, sums, first + at, second + at);
  }

  // The same of the values behind the last row.
  template <bool add = false, typename Finish>
  void unpack_rest(Finish finish, std::byte* __restrict out) const noexcept {
    const auto lane = finish.template prepare<isa::baseline>(rows_ * lanes);
    for (std::size_t i = 0; i < rest_; ++i) {
      put_word<add>(out, i, lane(padded_stream_at(streams_ + stream_, width_, i), i));
    }
  }

 private:
  std::size_t whole_of(std::size_t first, std::size_t count) const noexcept {
    if (first >= whole_) return 0;
    return whole_ - first < count ? whole_ - first : count;
  }

  const std::byte* packed_;
  unsigned width_;
  std::size_t rows_;
  std::size_t rest_;        // values behind the last row
  std::size_t whole_;       // rows that lie in whole words
  std::size_t bit_ = 0;     // where the others begin in their words
  std::size_t stream_ = 0;  // where the values behind the last row begin among the bytes behind the words
  std::byte streams_[2 * lanes * 8 + 16];
  std::byte ends_[2 * lanes * 8];
};

/// Writes what `finish` makes of all n packed values as host words, or adds it to those that are there.
template <bool add = false, typename Finish>
inline void unpack(const std::byte* __restrict packed, std::size_t n, unsigned width, Finish finish,
                   std::byte* __restrict words) noexcept {
  const packed_rows codes(packed, n, width);
  codes.unpack<add>(0, codes.rows(), finish, words);
  if (codes.rest() != 0) codes.unpack_rest<add>(finish, words + codes.rows() * lanes * 8);
}

}  // namespace detail::codec
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
