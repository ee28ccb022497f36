// slotted: integers over powers of ten, rounded to nearest whatever flags they are compiled with.
// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <slotted/codec/bit_packing.hpp>

// x87 rounds a quotient of doubles twice, to 80 bits and to 64: another number, now and then, than the encoder had.
#if defined(__FLT_EVAL_METHOD__) && (__FLT_EVAL_METHOD__ == 2 || __FLT_EVAL_METHOD__ == -1)
#error slotted: the codec needs doubles that are rounded once; compile with -msse2 -mfpmath=sse
#endif

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail::codec {

inline constexpr unsigned largest_exponent = 17;
inline constexpr std::uint64_t decimal_limit = std::uint64_t{1} << 51;
inline constexpr std::uint64_t sign_bit = std::uint64_t{1} << 63;

// The quotient must be correctly rounded whatever flags this is compiled with, for the block may have been written in
// another translation unit. A compiler that is allowed reciprocals turns x / s into x * (1 / s) when one s divides many
// x. So each lane divides by a double of its own, reached for each row anew through a volatile pointer: nothing tells
// the compiler that the 16 are equal, or the same as those of the row before. Every quotient's bits are kept as
// integers, to which no floating-point rule applies. (Multiplying, then correcting by an integer remainder, is exact by
// construction, as the tests do to check this; it takes 2 to 4 times as long.)
using divisor_row = std::array<double, lanes>;
inline constexpr std::array<divisor_row, largest_exponent + 1> powers_of_ten = [] {
  std::array<divisor_row, largest_exponent + 1> table{};
  double power = 1;  // exact up to 10^22
  for (auto& row : table) {
    for (double& lane : row) lane = power;
    power *= 10;
  }
  return table;
}();
inline constinit const divisor_row* volatile divisors = powers_of_ten.data();

// Where a product and a sum can be rounded once, two of them give the same quotient in a third of the time. 10^-e is
// kept as a double and what that lacks, some 107 bits in all: d * rest, rounded, plus d * nearest, not rounded, is off
// by less than 2^-51 of a unit in the quotient's last place, and then it is rounded to nearest, once. That gives
// another double than the quotient itself only where a midpoint of two doubles lies between, and none is so near: with
// m such a midpoint, 54 bits times 2^-k, d / 10^e - m is a multiple of 2^(e-k) over 10^e, that is at least 2^-41 of a
// unit, for 5^17 < 2^40, or zero; and zero it is not, for d would be a multiple of 5^e times an odd number of 54 bits,
// and has 51.
struct reciprocal {
  double nearest;
  double rest;
};
inline constexpr std::array<reciprocal, largest_exponent + 1> reciprocals_of_powers{{
    {0x1p+0, 0x0p+0},
    {0x1.999999999999ap-4, -0x1.999999999999ap-58},
    {0x1.47ae147ae147bp-7, -0x1.eb851eb851eb8p-63},
    {0x1.0624dd2f1a9fcp-10, -0x1.89374bc6a7efap-66},
    {0x1.a36e2eb1c432dp-14, -0x1.6a161e4f765fep-68},
    {0x1.4f8b588e368f1p-17, -0x1.ee78183f91e64p-71},
    {0x1.0c6f7a0b5ed8dp-20, 0x1.b5a63f9a49c2cp-75},
    {0x1.ad7f29abcaf48p-24, 0x1.5e1e99483b023p-78},
    {0x1.5798ee2308c3ap-27, -0x1.03023df2d4c94p-82},
    {0x1.12e0be826d695p-30, -0x1.34674bfabb83bp-84},
    {0x1.b7cdfd9d7bdbbp-34, -0x1.20a5465df8d2cp-88},
    {0x1.5fd7fe1796495p-37, 0x1.7f7bc7b4d28aap-91},
    {0x1.19799812dea11p-40, 0x1.97f27f0f6e886p-96},
    {0x1.c25c268497682p-44, -0x1.ecd79a5a0df95p-99},
    {0x1.6849b86a12b9bp-47, 0x1.ea70909833de7p-107},
    {0x1.203af9ee75616p-50, -0x1.937831647f5ap-104},
    {0x1.cd2b297d889bcp-54, 0x1.5b4c2ebe68799p-109},
    {0x1.70ef54646d497p-57, -0x1.db7b2080a3029p-111},
}};
#if defined(__FAST_MATH__)
template <isa>
inline constexpr bool rounds_once = false;  // for nothing says what becomes of it
#elif defined(__FMA__) || defined(__FP_FAST_FMA) || defined(__ARM_FEATURE_FMA)
template <isa>
inline constexpr bool rounds_once = true;
#else
template <isa I>
inline constexpr bool rounds_once = I >= isa::v3;
#endif
#if defined(__GNUC__)
[[gnu::always_inline]] inline double product_plus(double a, double b, double c) noexcept {
  return __builtin_fma(a, b, c);
}
#else
inline double product_plus(double, double, double c) noexcept { return c; }  // never called
#endif

// The sum of a small integer and this, 1.5 * 2^52, holds that integer in its low bits: a conversion to double that
// vectorises where one from int64 does not.
inline constexpr double magic = 6755399441055744.0;
inline constexpr auto magic_pattern = std::bit_cast<std::uint64_t>(magic);

// Codes that become digits, by `Step`, and then the patterns of doubles: as they are, or over 10^exponent.
template <typename Step>
struct whole_number {
  Step step;
  template <isa>
  [[gnu::always_inline]] whole_number prepare(std::size_t) const noexcept {
    return *this;
  }
  [[gnu::always_inline]] std::uint64_t operator()(std::uint64_t code, std::size_t l) const noexcept {
    return std::bit_cast<std::uint64_t>(std::bit_cast<double>(step(code, l) + magic_pattern) - magic);
  }
};

template <typename Step>
struct quotient {
  Step step;
  unsigned exponent;

  struct divided_row {
    Step step;
    const double* __restrict divisor;
    [[gnu::always_inline]] std::uint64_t operator()(std::uint64_t code, std::size_t l) const noexcept {
      const double dividend = std::bit_cast<double>(step(code, l) + magic_pattern) - magic;
      return std::bit_cast<std::uint64_t>(dividend / divisor[l]);
    }
  };
  struct multiplied_row {
    Step step;
    const reciprocal* __restrict by;
    [[gnu::always_inline]] std::uint64_t operator()(std::uint64_t code, std::size_t l) const noexcept {
      const double dividend = std::bit_cast<double>(step(code, l) + magic_pattern) - magic;
      return std::bit_cast<std::uint64_t>(product_plus(dividend, by->nearest, dividend * by->rest));
    }
  };
  template <isa I>
  [[gnu::always_inline]] auto prepare(std::size_t) const noexcept {
    if constexpr (rounds_once<I>) {
      return multiplied_row{step, &reciprocals_of_powers[exponent]};
    } else {
      return divided_row{step, divisors[exponent].data()};
    }
  }
};

// d / 10^e for one row of 16, as the patterns of doubles.
template <isa I>
[[gnu::always_inline]] inline void divide_row(const std::byte* __restrict d, unsigned exponent,
                                              std::uint64_t* __restrict quotients) noexcept {
  auto* const out = reinterpret_cast<std::byte*>(quotients);
  if (exponent == 0) {
    finish_row(d, whole_number<plus>{{0}}, out);
  } else {
    finish_row(d, quotient<plus>{{0}, exponent}.template prepare<I>(0), out);
  }
}

// A double's pattern rounded to binary32, ties to even, as the pattern of the double with that value. Quotients of
// decimals are zero or normal in both formats.
[[gnu::always_inline]] constexpr std::uint64_t round_to_binary32(std::uint64_t pattern) noexcept {
  constexpr std::uint64_t dropped = (std::uint64_t{1} << 29) - 1;
  return (pattern + (dropped >> 1) + (pattern >> 29 & 1)) & ~dropped;
}

// The same as a pattern of 32 bits.
[[gnu::always_inline]] constexpr std::uint64_t to_binary32(std::uint64_t pattern) noexcept {
  const std::uint64_t rounded = round_to_binary32(pattern);
  const std::uint64_t magnitude = (rounded & ~sign_bit) >> 29;
  constexpr std::uint64_t exponent_gap = std::uint64_t{1023 - 127} << 23;
  return (rounded >> 32 & 0x80000000u) | (magnitude == 0 ? 0 : magnitude - exponent_gap);
}

// binary64: the quotient. narrowed: the quotient as a float, widened again. binary32: the quotient as a float.
enum class decimal_target : unsigned char { binary64, narrowed, binary32 };

[[gnu::always_inline]] inline void narrow_row(std::uint64_t* quotients, decimal_target target) noexcept {
  if (target == decimal_target::narrowed) {
    for (std::size_t l = 0; l < lanes; ++l) quotients[l] = round_to_binary32(quotients[l]);
  } else if (target == decimal_target::binary32) {
    for (std::size_t l = 0; l < lanes; ++l) quotients[l] = to_binary32(quotients[l]);
  }
}

// In place: n integers become the patterns of their decimals. `words` has room for a whole number of rows.
struct divide_kernel {
  template <isa I>
  [[gnu::always_inline]] static void run(std::byte* words, std::size_t n, unsigned exponent,
                                         decimal_target target) noexcept {
    if (exponent == 0 && target == decimal_target::binary64) {
      const whole_number<plus> convert{{0}};
      for (std::size_t i = 0; i < n; ++i) set_word(words, i, convert(word_at(words, i), 0));  // must be vectorised
      return;
    }
    if constexpr (rounds_once<I>) {
      if (target == decimal_target::binary64) {
        const auto convert = quotient<plus>{{0}, exponent}.template prepare<I>(0);
        for (std::size_t i = 0; i < n; ++i) set_word(words, i, convert(word_at(words, i), 0));  // must be vectorised
        return;
      }
    }
    for (std::size_t i = 0; i < n; i += lanes) {
      std::uint64_t quotients[lanes];
      divide_row<I>(words + 8 * i, exponent, quotients);
      narrow_row(quotients, target);
      std::memcpy(words + 8 * i, quotients, sizeof quotients);
    }
  }
};

inline void divide(std::byte* words, std::size_t n, unsigned exponent, decimal_target target) noexcept {
  codec::run<divide_kernel>(words, n, exponent, target);
}

// One of them.
[[gnu::always_inline]] inline std::uint64_t decimal_pattern(std::uint64_t d, unsigned exponent,
                                                            decimal_target target) noexcept {
  const std::uint64_t pattern = quotient<plus>{{0}, exponent}.template prepare<isa::baseline>(0)(d, 0);
  if (target == decimal_target::narrowed) return round_to_binary32(pattern);
  return target == decimal_target::binary32 ? to_binary32(pattern) : pattern;
}

}  // namespace detail::codec
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
