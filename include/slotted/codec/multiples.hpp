// slotted: reals as multiples of a step that is no power of ten, such as thirds or degrees in radians.
// SPDX-License-Identifier: MIT
#pragma once

#include <slotted/algorithm.hpp>
#include <slotted/codec/quotients.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail::codec {

// A block of decimals may have a divisor of its own in the place of a power of ten: a double, kept by its pattern, 0
// where there is none. Where thirds are printed or computed it is 3, for degrees in radians 180 / pi.
inline constexpr unsigned own_divisor = 31;  // in the place of an exponent

// Divisors are normal and not far from 1, so that no quotient of digits is subnormal or infinite.
constexpr bool is_divisor(std::uint64_t pattern) noexcept {
  return pattern - (std::uint64_t{1023 - 128} << 52) < (std::uint64_t{256} << 52);
}

// The same divisor for each lane, reached through a volatile pointer as powers_of_ten are, and for the same reason.
class divisor_lanes {
 public:
  explicit divisor_lanes(std::uint64_t pattern) noexcept {
    for (double& lane : lanes_) lane = std::bit_cast<double>(pattern);
  }
  divisor_lanes(const divisor_lanes&) = delete;
  divisor_lanes& operator=(const divisor_lanes&) = delete;

  using row = quotient<plus>::divided_row;
  [[gnu::always_inline]] row next() const noexcept { return {{0}, first_}; }

 private:
  double lanes_[lanes];
  const double* volatile first_ = lanes_;
};

// In place: n integers become the patterns of their quotients. No kernel: divisions take what they take, whichever the
// instructions are.
inline void divide_by(std::byte* words, std::size_t n, std::uint64_t divisor) noexcept {
  const divisor_lanes by(divisor);
  std::size_t i = 0;
  for (; i + lanes <= n; i += lanes) {
    std::byte quotients[8 * lanes];
    finish_row(words + 8 * i, by.next(), quotients);
    std::memcpy(words + 8 * i, quotients, sizeof quotients);
  }
  for (; i < n; ++i) set_word(words, i, by.next()(word_at(words, i), i % lanes));
}

inline std::uint64_t quotient_by(std::uint64_t d, std::uint64_t divisor) noexcept {
  return divisor_lanes(divisor).next()(d, 0);
}

// ---- encoding: the step is looked for in integers alone, so that its bits depend on no compiler and no flag

// A number in fixed point and how far it may be off.
struct measured {
  std::uint64_t value = 0;
  std::uint64_t error = 0;
};

// The largest number that both are multiples of, within their errors; 0 where the errors leave none to be told.
inline measured common_measure(measured a, measured b) noexcept {
  if (a.value < b.value) {
    const measured less = a;
    a = b;
    b = less;
  }
  const measured multiple = a;
  while (b.value > 2 * b.error) {
    const std::uint64_t times = (a.value + b.value / 2) / b.value;
    const std::uint64_t product = times * b.value;
    const std::uint64_t rest = a.value > product ? a.value - product : product - a.value;
    if (times > (std::uint64_t{1} << 40) || times * b.error > b.value / 16) return {};
    const measured next{rest, a.error + times * b.error};
    a = b;
    b = next;
    if (b.error > a.value / 16) return {};
  }
  // Errors grew from step to step; that of a multiple is divided by how many times it is the measure.
  const std::uint64_t times = (multiple.value + a.value / 2) / a.value;
  if (times * a.error > a.value / 4) return a;
  return {multiple.value / times, multiple.error / times + 1};
}

// integer / (mantissa * 2^exponent), rounded to nearest, as the pattern of a double; 0 where it is no divisor.
inline std::uint64_t divide_to_pattern(std::uint64_t integer, std::uint64_t mantissa, int exponent) noexcept {
  std::uint64_t quotient = 0;
  std::uint64_t rest = integer;
  int scale = 0;
  while (rest >= mantissa) {
    mantissa <<= 1;
    ++scale;
  }
  for (int bits = 0; bits < 55;) {  // the first bit that is set, and 54 behind it
    rest <<= 1;
    --scale;
    quotient <<= 1;
    if (rest >= mantissa) {
      rest -= mantissa;
      quotient |= 1;
    }
    if (quotient != 0) ++bits;
  }
  quotient += 2;  // half of the last of 53 bits; ties do not matter
  const std::uint64_t rounded = quotient >> 2;
  const int biased = 1023 + 52 + 2 + scale - exponent;
  if (biased < 1 || biased > 2046) return 0;
  return (static_cast<std::uint64_t>(biased) << 52) + (rounded - (std::uint64_t{1} << 52));
}

// The integer next to a divisor, where it is as near as a few of its last bits.
inline std::uint64_t snapped_to_integer(std::uint64_t pattern) noexcept {
  const std::uint64_t exponent = pattern >> 52;
  if (exponent < 1023 || exponent >= 1023 + 40) return pattern;
  const unsigned fraction_bits = 52 - static_cast<unsigned>(exponent - 1023);
  const std::uint64_t half = std::uint64_t{1} << (fraction_bits - 1);
  const std::uint64_t nearest = (pattern + half) >> fraction_bits << fraction_bits;
  const std::uint64_t away = nearest > pattern ? nearest - pattern : pattern - nearest;
  return away < 64 ? nearest : pattern;
}

/// The divisor by which values are integers, or a few units in the last place beside their quotients, as a sample of
/// them shows.
///
/// Returns: its pattern; 0 where there is none.
[[gnu::noinline]] inline std::uint64_t find_divisor(const std::uint64_t* patterns, std::size_t n) noexcept {
  constexpr std::size_t most = 24;
  constexpr unsigned guard_bits = 9;  // of fixed point, behind the last bit of the largest
  std::uint64_t sample[most];
  std::size_t count = 0;
  std::uint64_t largest = 0;
  const std::size_t step = n / most + (n % most != 0);
  for (std::size_t i = step / 2; i < n; i += step) {
    const std::uint64_t magnitude = patterns[i] & ~sign_bit;
    if (magnitude >> 52 == 0) continue;  // zero is a multiple of anything
    if (magnitude - (std::uint64_t{1023 - 64} << 52) >= std::uint64_t{128} << 52) continue;
    sample[count++] = patterns[i];
    largest = max_of(largest, magnitude);
  }
  if (count < 4 || count * 4 < most) return 0;
  const auto fixed_point = [&](std::uint64_t pattern) {
    const std::uint64_t mantissa = ((pattern & low_mask(52)) | std::uint64_t{1} << 52) << guard_bits;
    const std::uint64_t below = (largest >> 52) - (pattern >> 52 & 0x7FF);
    const std::uint64_t value = below < 64 ? mantissa >> below : 0;
    return (pattern & sign_bit) != 0 ? 0 - value : value;
  };
  // Rounding, and printing to 15 digits, leave values up to eight units in their last place off. Differences are
  // multiples as well, of less, so that errors grow less.
  constexpr std::uint64_t value_error = std::uint64_t{8} << guard_bits;
  const std::uint64_t origin = fixed_point(sample[0]);
  measured found{};
  for (std::size_t k = 1; k <= count; ++k) {
    const std::uint64_t difference = k == count ? origin : fixed_point(sample[k]) - origin;
    const measured each{difference >> 63 != 0 ? 0 - difference : difference, 2 * value_error};
    if (each.value <= 4 * each.error) continue;
    found = found.value == 0 ? each : common_measure(found, each);
    if (found.value == 0) return 0;
  }
  if (found.value == 0) return 0;
  const std::uint64_t mantissa = (largest & low_mask(52)) | std::uint64_t{1} << 52;
  const std::uint64_t times = ((mantissa << guard_bits) + found.value / 2) / found.value;
  if (times == 0 || times >= std::uint64_t{1} << 32 || times * found.error > found.value / 4) return 0;
  const std::uint64_t divisor =
      snapped_to_integer(divide_to_pattern(times, mantissa, static_cast<int>(largest >> 52) - 1075));
  return is_divisor(divisor) ? divisor : 0;
}

}  // namespace detail::codec
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
