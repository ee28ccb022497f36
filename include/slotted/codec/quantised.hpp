// slotted: reals that are rounded where they enter a record: to a step, or to some bits of their mantissa.
// SPDX-License-Identifier: MIT
//
// What a sensor cannot tell apart costs bits for ever: a reading that is good to 0.01 has three or four digits, and as
// a double that was computed 53 bits. A field of one of these types is rounded when it is assigned; from there on it is
// a value like any other, which is kept and compressed without loss. Any thread may use values of its own.
#pragma once

#include <concepts>
#include <slotted/codec/decimals.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {

/// The step of a quantised real: a number between 1e-15 and 1e15.
struct step_size {
  double value;  ///< the step

  /// A step, as in `quantised<double, 0.01>`.
  constexpr step_size(double step) noexcept : value(step) {}
  /// A whole step, as in `quantised<double, 5>`.
  template <std::integral Whole>
  constexpr step_size(Whole step) noexcept : value(static_cast<double>(step)) {}
};

namespace detail {

// A step as a decimal, digits over a power of ten, so that what is rounded to hundredths is the double next to a
// hundredth, and not some product; without digits, where it is none.
struct decimal_step {
  std::uint64_t digits = 0;
  unsigned exponent = 0;
};
constexpr decimal_step decimal_of(double step) {
  constexpr double most = 9007199254740992.0;
  double power = 1;  // exact, as 10^22 is the first power that is not
  for (unsigned e = 0; e <= codec::largest_exponent; ++e, power *= 10) {
    const double scaled = step * power;
    if (scaled >= most) break;
    for (auto d = static_cast<std::uint64_t>(scaled); d <= static_cast<std::uint64_t>(scaled) + 1; ++d) {
      if (d != 0 && !(static_cast<double>(d) / power < step) && !(step < static_cast<double>(d) / power)) return {d, e};
    }
  }
  return {};
}

inline double multiple_of(double step, decimal_step decimal, std::uint64_t times) noexcept {
  if (decimal.digits == 0) return static_cast<double>(static_cast<std::int64_t>(times)) * step;
  return std::bit_cast<double>(
      codec::decimal_pattern(times * decimal.digits, decimal.exponent, codec::decimal_target::binary64));
}

// The multiple of the step that is nearest to the value, as a T; the value itself where no T is within half a step of
// it, and where it is NaN, infinite or so large that the digits of its multiple would not be exact.
template <class T>
[[nodiscard]] inline T round_to_step(T value, double step, decimal_step decimal) noexcept {
  const auto wide = static_cast<double>(value);
  const auto pattern = std::bit_cast<std::uint64_t>(wide);
  if ((pattern & ~codec::sign_bit) < (std::uint64_t{1023 - 64} << 52)) return T{};  // nearer to 0 than to any step
  const std::uint64_t times = codec::nearest_digits(pattern, 1 / step);
  const std::uint64_t limit = codec::decimal_limit / (decimal.digits != 0 ? decimal.digits : 1);
  if (times == codec::decimal_limit || times + limit >= 2 * limit) return value;
  T nearest = value;
  double least = step / 2;
  bool found = false;
  for (std::uint64_t each = times - 1; each != times + 2; ++each) {
    const T candidate = static_cast<T>(multiple_of(step, decimal, each));
    const double away = static_cast<double>(candidate) < wide ? wide - static_cast<double>(candidate)
                                                              : static_cast<double>(candidate) - wide;
    if (found ? away < least : away <= least) {
      nearest = candidate;
      least = away;
      found = true;
    }
  }
  return nearest;
}

// The nearest pattern whose mantissa has zeros below `bits`, ties to even; the pattern itself where that is infinite.
template <class Pattern>
[[nodiscard]] constexpr Pattern round_mantissa(Pattern pattern, unsigned mantissa_bits, unsigned bits) noexcept {
  const Pattern dropped = (Pattern{1} << (mantissa_bits - bits)) - 1;
  const Pattern infinity = static_cast<Pattern>(~Pattern{0} >> 1 >> mantissa_bits) << mantissa_bits;
  const Pattern sign = Pattern{1} << (8 * sizeof(Pattern) - 1);
  const Pattern magnitude = pattern & ~sign;
  if (magnitude >= infinity || dropped == 0) return pattern;
  const Pattern rounded = (magnitude + (dropped >> 1) + (magnitude >> (mantissa_bits - bits) & 1)) & ~dropped;
  return rounded >= infinity ? pattern : (pattern & sign) | rounded;
}

/// What the rounded reals have in common: a T that converts to and from, and compares as, what it holds.
template <class T>
concept real = std::same_as<T, float> || std::same_as<T, double>;

}  // namespace detail

/// A real that is rounded to a multiple of a step when it is made.
///
/// What it holds is never further than half a step from what it was made of: where rounding to T leaves no multiple
/// that near, it holds the value itself. NaN, with its payload, and infinities are kept; -0 becomes 0. It has the size
/// of T, converts to T, and compares as T does.
///
/// For fields of records, of packed records and of plain structs: tables keep it as T, and histories compress it as
/// decimals. Example: `struct sample { std::int64_t time; slotted::quantised<double, 0.01> celsius; };`
template <detail::real T, step_size Step>
class quantised {
  static_assert(Step.value >= 1e-15 && Step.value <= 1e15, "a step lies between 1e-15 and 1e15");

 public:
  /// What it is kept as.
  using rep = T;
  /// The step.
  static constexpr double step = Step.value;

  constexpr quantised() noexcept = default;
  /// Holds the multiple of the step that is nearest to the value.
  quantised(T value) noexcept : value_(detail::round_to_step(value, Step.value, decimal)) {}

  /// Returns what it holds.
  constexpr operator T() const noexcept { return value_; }

 private:
  static constexpr detail::decimal_step decimal = detail::decimal_of(Step.value);
  T value_ = 0;
};

/// A real of which some bits of the mantissa are kept, the others being zero.
///
/// What it holds is never further than half of its last bit, 2^-Bits of the power of two below it, from what it was
/// made of. NaN and infinities are kept, and so is what would be rounded to an infinity. It has the size of T, converts
/// to T, and compares as T does. For fields of records, as `quantised` is.
template <detail::real T, unsigned Bits>
class rounded {
  static constexpr unsigned mantissa_bits = std::same_as<T, double> ? 52 : 23;
  static_assert(Bits >= 1 && Bits <= mantissa_bits, "a mantissa has 1 to 52 bits, that of a float 1 to 23");
  using pattern = std::conditional_t<std::same_as<T, double>, std::uint64_t, std::uint32_t>;

 public:
  /// What it is kept as.
  using rep = T;
  /// The bits of the mantissa that are kept.
  static constexpr unsigned bits = Bits;

  constexpr rounded() noexcept = default;
  /// Holds the value with its mantissa rounded, ties to even.
  constexpr rounded(T value) noexcept
      : value_(std::bit_cast<T>(detail::round_mantissa(std::bit_cast<pattern>(value), mantissa_bits, Bits))) {}

  /// Returns what it holds.
  constexpr operator T() const noexcept { return value_; }

 private:
  T value_ = 0;
};

}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
