// slotted: reals as decimals: an integer over a power of ten, and how many units in the last place it is off.
// SPDX-License-Identifier: MIT
#pragma once

#include <slotted/algorithm.hpp>
#include <slotted/codec/integer_search.hpp>
#include <slotted/codec/multiples.hpp>
#include <slotted/codec/quotients.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail::codec {

// What a column's 64-bit patterns mean.
enum class value_kind : unsigned char { integer, binary64, binary32 };

// A decimal block holds, for each value, an integer d, |d| < 2^51, and a correction c:
// pattern = pattern of (d / 10^e, rounded to nearest) + c, modulo 2^64.
// Measured values are short decimals, or sums and means of such, a few units in the last place beside one: c is small.
// NaN, infinities, -0.0 and whatever is no decimal are corrections of up to 64 bits, left to patches.
// Hostile digits, of 2^51 and more, divide to some double, perhaps a NaN: a value, as promised, nothing undefined.

// In the place of 10^e there may be a divisor of the block's own.
// ---- format: exponent | 32 has corrections | 64 narrowed, [divisor], the stream of d, [the stream of corrections]
inline constexpr unsigned flag_corrections = 32;
inline constexpr unsigned flag_narrowed = 64;

struct decimal_block {
  unsigned exponent = 0;
  std::uint64_t divisor = 0;  // the pattern of the block's own, if it has one
  decimal_target target = decimal_target::binary64;
  bool corrected = false;
  integer_stream digits;
  integer_stream corrections;
};

inline bool parse(byte_reader& in, std::size_t n, value_kind kind, decimal_block& b) noexcept {
  const unsigned flags = in.u8();
  b.exponent = flags & 31;
  b.corrected = (flags & flag_corrections) != 0;
  b.target = kind == value_kind::binary32   ? decimal_target::binary32
             : (flags & flag_narrowed) != 0 ? decimal_target::narrowed
                                            : decimal_target::binary64;
  b.divisor = 0;
  if (b.exponent == own_divisor && b.target == decimal_target::binary64) {
    if (const std::byte* const pattern = in.take(8)) b.divisor = load_little(pattern);
    if (!is_divisor(b.divisor)) in.fail();
  } else if (b.exponent > largest_exponent) {
    in.fail();
  }
  if (flags >= 128 || kind == value_kind::integer) in.fail();
  if (!in.ok() || !parse(in, n, b.digits)) return false;
  return !b.corrected || parse_positional(in, n, b.corrections);
}

inline void unpack_decimals(const integer_stream& s, unsigned exponent, std::byte* __restrict words) noexcept {
  const plus step{s.base};
  if (exponent == 0) {
    unpack(s.packed, s.n, s.width, whole_number<plus>{step}, words);
  } else {
    unpack(s.packed, s.n, s.width, quotient<plus>{step, exponent}, words);
  }
}

// The pattern of the digits' quotient.
inline std::uint64_t pattern_of(const decimal_block& b, std::uint64_t digits) noexcept {
  return b.divisor != 0 ? quotient_by(digits, b.divisor) : decimal_pattern(digits, b.exponent, b.target);
}

// In place: any number of integers become the patterns of their decimals.
inline void divide_words(std::byte* words, std::size_t n, unsigned exponent, decimal_target target) noexcept {
  const std::size_t in_rows = n / lanes * lanes;
  divide(words, in_rows, exponent, target);
  if (in_rows == n) return;
  std::uint64_t row[lanes] = {};
  std::memcpy(row, words + 8 * in_rows, 8 * (n - in_rows));
  divide(reinterpret_cast<std::byte*>(row), lanes, exponent, target);
  std::memcpy(words + 8 * in_rows, row, 8 * (n - in_rows));
}

// In place: some of a block's digits become the patterns of their quotients.
inline void digits_to_patterns(const decimal_block& b, std::byte* words, std::size_t n) noexcept {
  if (b.divisor != 0) {
    divide_by(words, n, b.divisor);
  } else {
    divide_words(words, n, b.exponent, b.target);
  }
}

inline bool decode_digits(const decimal_block& b, std::byte* __restrict words) noexcept {
  const std::size_t n = b.digits.n;
  if (is_constant(b.digits)) {
    const std::uint64_t pattern = pattern_of(b, b.digits.base);
    codec::run<line_kernel>(words, pattern, std::uint64_t{0}, n);
    return true;
  }
  if (b.digits.how == transform::none && b.digits.divisor == 1 && b.target == decimal_target::binary64 &&
      b.divisor == 0 && !b.digits.binned) {
    unpack_decimals(b.digits, b.exponent, words);  // most blocks: all in one pass
    return b.digits.patches == 0 || for_each_patch(b.digits, [&](std::size_t position, std::uint64_t d) {
             set_word(words, position, decimal_pattern(d, b.exponent, b.target));
           });
  }
  if (!decode(b.digits, words)) return false;
  digits_to_patterns(b, words, n);
  return true;
}

/// Decodes n patterns.
inline bool decode(const decimal_block& b, std::byte* __restrict words) noexcept {
  return decode_digits(b, words) && (!b.corrected || decode_onto(b.corrections, words));
}

// Whether a parsed block decodes.
inline bool is_sound(const decimal_block& b) noexcept {
  return is_sound(b.digits) && (!b.corrected || is_sound(b.corrections));
}

// `patched` may hold the positions of the patches of the digits, then of those of the corrections.
inline bool value_at(const decimal_block& b, std::size_t i, std::uint64_t& pattern,
                     const position_set* patched = nullptr) noexcept {
  std::uint64_t d = 0;
  std::uint64_t correction = 0;
  if (!value_at(b.digits, i, d, patched)) return false;
  if (b.corrected && !value_at(b.corrections, i, correction, patched == nullptr ? nullptr : patched + 1)) return false;
  pattern = pattern_of(b, d) + correction;
  return true;
}

// ---- encoding

// A float's 32-bit pattern as the double with the same value; denormals, infinities and NaN may come out as anything,
// for they are no decimals.
[[gnu::always_inline]] constexpr std::uint64_t widen_binary32(std::uint64_t pattern) noexcept {
  const std::uint64_t magnitude = pattern & 0x7FFFFFFFu;
  constexpr std::uint64_t exponent_gap = std::uint64_t{1023 - 127} << 52;
  return (pattern & 0x80000000u) << 32 | (magnitude == 0 ? 0 : (magnitude << 29) + exponent_gap);
}

// The integer nearest to v * scale, or decimal_limit where there is none in range. One multiplication, whose bits are
// then rounded as integers, so that no contraction or reassociation can change the choice, nor an infinity or a NaN
// reach the arithmetic. Without a branch, for it has to be vectorised.
[[gnu::always_inline]] inline std::uint64_t nearest_digits(std::uint64_t pattern, double scale) noexcept {
  constexpr std::uint64_t all = ~std::uint64_t{0};
  constexpr std::uint64_t one = std::uint64_t{1023} << 52;
  constexpr std::uint64_t span = std::uint64_t{64} << 52;
  const std::uint64_t magnitude = pattern & ~sign_bit;
  const std::uint64_t sane = magnitude - (one - span) < 2 * span ? all : 0;  // 2^-64 to 2^64
  const std::uint64_t zero = magnitude == 0 ? all : 0;
  const std::uint64_t factor = magnitude & sane;
  const auto bits = std::bit_cast<std::uint64_t>(std::bit_cast<double>(factor) * scale);
  const std::uint64_t mantissa = (bits & low_mask(52)) | std::uint64_t{1} << 52;
  const std::uint64_t wanted = 1074 - (bits >> 52);  // leaves one bit to round by
  const std::uint64_t shift = wanted < 53 ? wanted : 53;
  const std::uint64_t d = ((mantissa >> shift) + 1) >> 1;
  const std::uint64_t small = bits < (std::uint64_t{1023 + 51} << 52) && d < decimal_limit ? all : 0;
  const std::uint64_t good = (sane | zero) & small;
  const std::uint64_t negative = 0 - (pattern >> 63);
  return (((d ^ negative) - negative) & good) | (decimal_limit & ~good);
}

/// What a block is at one exponent, beside its digits and its corrections.
struct decimal_split {
  bool corrected = false;  // is any correction not zero?
  std::size_t far = 0;     // how many values are no decimals
};

// A correction of at most this many units in the last place is rounding noise; beyond it the value is no decimal, and
// its digits are made those of its neighbour, to keep them narrow.
inline constexpr std::uint64_t near_limit = 64;

[[gnu::always_inline]] inline bool is_near(std::uint64_t correction) noexcept {
  return correction + near_limit <= 2 * near_limit;
}

// The digits of 16 doubles, if they are all decimals at this exponent. For these v * scale is within 3/8 of its digits,
// however it is rounded, so that adding the magic number rounds it to them; for others the digits are wrong, or out of
// range, and so is the quotient.
template <isa I>
[[gnu::always_inline]] inline bool exact_row(const std::uint64_t* __restrict patterns, unsigned exponent, double scale,
                                             std::uint64_t* __restrict digits) noexcept {
  for (std::size_t l = 0; l < lanes; ++l) {  // must be vectorised
    digits[l] = std::bit_cast<std::uint64_t>(std::bit_cast<double>(patterns[l]) * scale + magic) - magic_pattern;
  }
  // Under -fassociative-math a compiler would take the magic number away again, and find every value exact.
#if defined(__GNUC__)
  // NOLINTNEXTLINE(bugprone-casting-through-void): clang's -Wundefined-reinterpret-cast warns of the other cast
  asm("" : "+m"(*static_cast<std::uint64_t(*)[lanes]>(static_cast<void*>(digits))));
#else
  return false;
#endif
  std::uint64_t quotients[lanes];
  divide_row<I>(reinterpret_cast<const std::byte*>(digits), exponent, quotients);
  std::uint64_t wrong = 0;
  for (std::size_t l = 0; l < lanes; ++l) {  // must be vectorised
    const std::uint64_t out_of_range = ((digits[l] + (decimal_limit - 1)) | (digits[l] + decimal_limit)) >> 52;
    wrong |= (patterns[l] ^ quotients[l]) | out_of_range;
  }
  return wrong == 0;
}

// The least exponent, from `from` on, at which a value is a decimal, and its digits there; largest_exponent + 1 when
// there is none.
inline unsigned least_exponent(std::uint64_t pattern, unsigned from, decimal_target target,
                               std::uint64_t& digits) noexcept {
  unsigned e = from;
  for (; e <= largest_exponent; ++e) {
    const std::uint64_t value = target == decimal_target::binary32 ? widen_binary32(pattern) : pattern;
    digits = nearest_digits(value, powers_of_ten[e][0]);
    if (digits != decimal_limit && decimal_pattern(digits, e, target) == pattern) break;
  }
  return e;
}

// What becomes of one row: its digits, and how far the patterns are from their quotients. Returns: whether there is
// nothing to correct.
template <isa I>
[[gnu::always_inline]] inline bool split_row(const std::uint64_t* __restrict patterns, unsigned exponent, double scale,
                                             decimal_target target, std::uint64_t* __restrict digits,
                                             std::uint64_t* __restrict corrections) noexcept {
  if (target == decimal_target::binary64 && exact_row<I>(patterns, exponent, scale, digits)) {
    std::memset(corrections, 0, lanes * sizeof *corrections);
    return true;
  }
  if (target == decimal_target::binary32) {
    for (std::size_t l = 0; l < lanes; ++l) {  // must be vectorised
      digits[l] = nearest_digits(widen_binary32(patterns[l]), scale);
    }
  } else {
    for (std::size_t l = 0; l < lanes; ++l) digits[l] = nearest_digits(patterns[l], scale);  // must be vectorised
  }
  std::uint64_t quotients[lanes];
  divide_row<I>(reinterpret_cast<const std::byte*>(digits), exponent, quotients);
  narrow_row(quotients, target);
  std::uint64_t wrong = 0;
  for (std::size_t l = 0; l < lanes; ++l) {  // must be vectorised
    corrections[l] = patterns[l] - quotients[l];
    wrong |= corrections[l] | (digits[l] ^ decimal_limit ? 0 : 1);
  }
  return wrong == 0;
}

// Splits rows at one exponent; counts the values that are no decimals, and says whether any is to be corrected.
struct split_kernel {
  struct outcome {
    std::uint64_t corrected = 0;
    std::uint64_t far = 0;
  };
  template <isa I>
  [[gnu::always_inline]] static outcome run(const std::uint64_t* __restrict patterns, std::size_t rows,
                                            unsigned exponent, decimal_target target, std::uint64_t* __restrict digits,
                                            std::uint64_t* __restrict corrections) noexcept {
    const double scale = powers_of_ten[exponent][0];
    outcome found;
    for (std::size_t row = 0; row < rows; ++row) {
      std::uint64_t* const d = digits + row * lanes;
      std::uint64_t* const c = corrections + row * lanes;
      if (split_row<I>(patterns + row * lanes, exponent, scale, target, d, c)) continue;
      for (std::size_t l = 0; l < lanes; ++l) {  // must be vectorised
        found.corrected |= c[l];
        found.far += std::uint64_t{!is_near(c[l])} | std::uint64_t{d[l] == decimal_limit};
      }
    }
    return found;
  }
};

// The same by a divisor of the block's own.
struct split_multiples_kernel {
  using seldom = void;
  template <isa>
  [[gnu::always_inline]] static split_kernel::outcome run(const std::uint64_t* __restrict patterns, std::size_t rows,
                                                          double divisor, const divisor_lanes* by,
                                                          std::uint64_t* __restrict digits,
                                                          std::uint64_t* __restrict corrections) noexcept {
    split_kernel::outcome found;
    for (std::size_t row = 0; row < rows; ++row, patterns += lanes, digits += lanes, corrections += lanes) {
      for (std::size_t l = 0; l < lanes; ++l) digits[l] = nearest_digits(patterns[l], divisor);  // must be vectorised
      std::uint64_t quotients[lanes];
      finish_row(reinterpret_cast<const std::byte*>(digits), by->next(), reinterpret_cast<std::byte*>(quotients));
      for (std::size_t l = 0; l < lanes; ++l) {  // must be vectorised
        corrections[l] = patterns[l] - quotients[l];
        found.corrected |= corrections[l];
        found.far += std::uint64_t{!is_near(corrections[l])} | std::uint64_t{digits[l] == decimal_limit};
      }
    }
    return found;
  }
};

// What digits are divided by: a power of ten, or a double by its pattern.
struct denominator {
  unsigned exponent = 0;
  std::uint64_t divisor = 0;

  std::uint64_t quotient_of(std::uint64_t digits, decimal_target target) const noexcept {
    return divisor != 0 ? quotient_by(digits, divisor) : decimal_pattern(digits, exponent, target);
  }
};

inline split_kernel::outcome split_rows(const std::uint64_t* patterns, std::size_t rows, denominator by,
                                        decimal_target target, std::uint64_t* d, std::uint64_t* c) noexcept {
  if (by.divisor == 0) return codec::run<split_kernel>(patterns, rows, by.exponent, target, d, c);
  const divisor_lanes each(by.divisor);
  const divisor_lanes* const divide = &each;
  return codec::run<split_multiples_kernel>(patterns, rows, std::bit_cast<double>(by.divisor), divide, d, c);
}

/// Splits n patterns into the digits and the corrections of `room`; false when more than `tolerated` of them are no
/// decimals.
inline bool split_decimals(const std::uint64_t* patterns, std::size_t n, denominator by, decimal_target target,
                           std::size_t tolerated, plain_room& room, decimal_split& s) noexcept {
  std::uint64_t* const d = room.digits.words;
  std::uint64_t* const c = room.corrections.words;
  const std::size_t in_rows = n / lanes * lanes;
  split_kernel::outcome found = split_rows(patterns, in_rows / lanes, by, target, d, c);
  if (in_rows != n) {
    std::uint64_t row[lanes] = {};
    std::memcpy(row, patterns + in_rows, 8 * (n - in_rows));
    const std::uint64_t* const padded = row;
    const auto rest = split_rows(padded, 1, by, target, d + in_rows, c + in_rows);
    found.corrected |= rest.corrected;  // zeros are decimals
    found.far += rest.far;
  }
  std::uint64_t corrected = found.corrected;
  s.corrected = corrected != 0;
  s.far = number_cast<std::size_t>(found.far);
  if (s.far > tolerated) return false;
  if (s.far == 0) return true;
  std::uint64_t previous = 0;
  for (std::size_t i = 0; i < n; ++i) {
    if (!is_near(c[i]) || d[i] == decimal_limit) {
      d[i] = previous;
      c[i] = patterns[i] - by.quotient_of(previous, target);
      corrected |= c[i];  // the limit's own quotient needed none
    }
    previous = d[i];
  }
  s.corrected = corrected != 0;
  return true;
}

// The exponent at which a sample of the block costs least, or none (largest_exponent + 1) where decimals do not pay.
inline unsigned choose_exponent(const std::uint64_t* patterns, std::size_t n, decimal_target target) noexcept {
  constexpr unsigned none = largest_exponent + 1;
  constexpr std::size_t most = 2 * lanes;
  constexpr std::uint64_t sampled_near = 4;
  std::uint64_t sample[most] = {};
  std::size_t count = 0;
  const std::size_t step = n / most + (n % most != 0);
  for (std::size_t i = step / 2; i < n; i += step) sample[count++] = patterns[i];

  // The least exponent of each, and its digits there. A row at a time at each exponent, until all have one.
  std::uint64_t own[most];
  std::uint64_t own_digits[most] = {};
  for (auto& e : own) e = none;
  unsigned owned = 0;  // the exponents that are the least of some
  const std::size_t in_rows = (count + lanes - 1) / lanes * lanes;
  for (unsigned e = 0; e <= largest_exponent; ++e) {
    std::uint64_t digits[most];
    std::uint64_t corrections[most];
    const std::uint64_t* const rows = sample;
    codec::run<split_kernel>(rows, in_rows / lanes, e, target, static_cast<std::uint64_t*>(digits),
                             static_cast<std::uint64_t*>(corrections));
    std::size_t found = 0;
    std::size_t open = 0;
    for (std::size_t k = 0; k < count; ++k) {
      const bool near = corrections[k] + sampled_near <= 2 * sampled_near && digits[k] != decimal_limit;
      const bool first = near && own[k] == none;
      own[k] = first ? e : own[k];
      own_digits[k] = first ? digits[k] : own_digits[k];
      found += first;
      open += own[k] == none;
    }
    if (found != 0) owned |= 1u << e;
    if (open == 0) break;
  }

  constexpr std::size_t bits_of_exception = 76;
  std::size_t best_cost = count * 60;
  unsigned best = none;
  for (unsigned e = 0; e <= largest_exponent; ++e) {
    if ((owned >> e & 1) == 0) continue;
    std::int64_t lowest = INT64_MAX;
    std::int64_t highest = INT64_MIN;
    std::size_t good = 0;
    for (std::size_t k = 0; k < count; ++k) {
      if (own[k] > e) continue;
      constexpr auto limit = static_cast<std::int64_t>(decimal_limit);
      auto d = static_cast<std::int64_t>(own_digits[k]);
      for (std::uint64_t up = own[k]; up < e && d < limit && d > -limit; ++up) d *= 10;
      if (d >= limit || d <= -limit) continue;
      ++good;
      lowest = min_of(lowest, d);
      highest = max_of(highest, d);
    }
    if (good == 0) continue;
    const std::size_t cost =
        good * bit_length(static_cast<std::uint64_t>(highest) - static_cast<std::uint64_t>(lowest)) +
        (count - good) * bits_of_exception;
    if (cost < best_cost) {
      best_cost = cost;
      best = e;
    }
  }
  return best;
}

}  // namespace detail::codec
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
