// slotted: plain bodies of few values, planned without a search: at the first exponent at which all are decimals.
// SPDX-License-Identifier: MIT
#pragma once

#include <slotted/codec/column_state.hpp>
#include <slotted/codec/plain.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail::codec {

// Digits of values that are all decimals at one exponent.
class few_digits {
 public:
  explicit few_digits(plain_room& room) noexcept : digits_(room.digits.words), corrections_(room.corrections.words) {}

  // Returns: false when decimals do not apply, or when the general search, with exceptions, may find something better.
  bool split(const std::uint64_t* patterns, std::size_t n, const plain_choice& choice, bool known,
             decimal_target target) noexcept {
    const bool decimals_known = known && choice.how == mode::decimals;
    exponent_ = decimals_known ? choice.exponent : least_exponent(patterns[0], 0, target, digits_[0]);
    if (exponent_ > largest_exponent) return false;
    if (n == 1 && !decimals_known) return true;
    for (;;) {
      const inexact_values found = split_at_exponent(patterns, n, target);
      if (found.count == 0) break;
      std::uint64_t digits = 0;
      const unsigned next = least_exponent(patterns[found.first], exponent_ + 1, target, digits);
      if (next > largest_exponent) return false;
      // One more digit for all of them, or an exception of some 76 bits for each that needs it?
      if (found.count * 23 < n * (next - exponent_)) return false;
      exponent_ = next;
    }
    return true;
  }

  unsigned exponent() const noexcept { return exponent_; }
  const std::uint64_t* digits() const noexcept { return digits_; }

 private:
  struct inexact_values {
    std::size_t count = 0;
    std::size_t first = 0;
  };

  inexact_values split_at_exponent(const std::uint64_t* patterns, std::size_t n, decimal_target target) noexcept {
    inexact_values found;
    std::uint64_t* const c = corrections_;
    const std::size_t in_rows = n / lanes * lanes;
    split_kernel::outcome split{};
    if (in_rows != 0) {
      split = codec::run<split_kernel>(patterns, in_rows / lanes, exponent_, target, digits_, c);
    }
    if (in_rows != n) {
      std::uint64_t row[lanes] = {};
      std::memcpy(row, patterns + in_rows, 8 * (n - in_rows));
      const std::uint64_t* const padded = row;
      const auto rest =
          codec::run<split_kernel>(padded, std::size_t{1}, exponent_, target, digits_ + in_rows, c + in_rows);
      split.corrected |= rest.corrected;
      split.far += rest.far;
    }
    if ((split.corrected | split.far) == 0) return found;
    for (std::size_t i = 0; i < n; ++i) {
      if (c[i] == 0 && digits_[i] != decimal_limit) continue;
      if (found.count++ == 0) found.first = i;
    }
    return found;
  }

  unsigned exponent_ = 0;
  std::uint64_t* digits_;
  std::uint64_t* corrections_;
};

constexpr std::uint64_t signed_quotient(std::uint64_t v, std::int64_t by) noexcept {
  return static_cast<std::uint64_t>(static_cast<std::int64_t>(v) / by);
}

// Takes away tens that all digits are multiples of, where the exponent was one of other values. Returns: the power of
// ten that residuals are to be divided by.
inline std::int64_t drop_tens(integer_plan& p, std::size_t n, unsigned& exponent) noexcept {
  const auto is_ten = [](std::uint64_t v) { return static_cast<std::int64_t>(v) % 10 == 0; };
  std::int64_t scale = 1;
  while (exponent != 0 && p.patches == 0 && p.slope == 0 && is_ten(p.base) && is_ten(p.first) &&
         (p.width == 0 || p.divisor % 10 == 0)) {
    p.base = signed_quotient(p.base, 10);
    p.first = signed_quotient(p.first, 10);
    if (p.width != 0) p.divisor /= 10;
    scale *= 10;
    --exponent;
  }
  if (scale != 1) p.size = planned_size(p, n);
  return scale;
}

inline void divide_residuals(std::uint64_t* r, std::size_t n, std::int64_t scale) noexcept {
  if (scale == 1) return;
  for (std::size_t i = 0; i < n; ++i) r[i] = signed_quotient(r[i], scale);
}

// Whether a value is a few units in the last place beside a short decimal.
inline bool is_beside_decimal(std::uint64_t pattern, decimal_target target) noexcept {
  constexpr std::uint64_t short_digits = std::uint64_t{1} << 40;
  const std::uint64_t value = target == decimal_target::binary32 ? widen_binary32(pattern) : pattern;
  for (unsigned e = 0; e <= largest_exponent; ++e) {
    const std::uint64_t digits = nearest_digits(value, powers_of_ten[e][0]);
    if (digits + short_digits > 2 * short_digits) return false;  // nor will be with more of them
    if (is_near(pattern - decimal_pattern(digits, e, target))) return true;
  }
  return false;
}

/// Plans few values as decimals, or as integers in order, without corrections. Leaves their residuals in the room.
///
/// Preconditions: 1 <= n <= few_values.
/// Returns: false when the general search may find something better.
inline bool plan_few(const std::uint64_t* patterns, std::size_t n, value_kind kind, transform_set allowed,
                     const plain_choice& choice, bool known, encoder_room& room, plain_plan& p) noexcept {
  constexpr unsigned short_decimal = 24;  // bits; what takes more may be shorter as it is
  std::uint64_t* const r = room.residuals.words;
  const auto plan_ordered_patterns = [&] {
    std::uint64_t* const ordered = room.codes.words;
    for (std::size_t i = 0; i < n; ++i) ordered[i] = to_ordered(patterns[i], kind);
    p.integers = plan_integers(ordered, n, allowed, r);
    p.choice = {mode::integers, p.integers.how, 0, false};
    p.size = p.integers.size;
  };
  if (kind == value_kind::integer) {
    p.integers = plan_integers(patterns, n, allowed, r);
    p.choice = {mode::integers, p.integers.how, 0, false};
    p.size = p.integers.size;
    return true;
  }
  if (known && choice.exponent == own_divisor) return false;
  if (n == 1 && patterns[0] == 0) {  // as a decimal it would have an exponent
    plan_ordered_patterns();
    return true;
  }
  const decimal_target target = target_of(kind, known && choice.narrowed);
  few_digits d(room.plain);
  if (d.split(patterns, n, choice, known, target)) {
    p.integers = plan_integers(d.digits(), n, allowed, r);
    unsigned exponent = d.exponent();
    const std::int64_t scale = drop_tens(p.integers, n, exponent);
    divide_residuals(r, n, scale);
    // Where most need a digit less, exceptions may pay.
    if (exponent != 0 && exponent == d.exponent() && ends_in_zero(d.digits(), n) * 4 > n * 3) return false;
    p.choice = {mode::decimals, p.integers.how, static_cast<unsigned char>(exponent),
                target == decimal_target::narrowed};
    p.size = 1 + p.integers.size;
    const bool narrowed = target == decimal_target::narrowed;
    if (n == 1 ? exponent <= 6 || narrowed || !mostly_floats(patterns, 1)
               : p.integers.width <= short_decimal && !narrowed) {
      return true;
    }
    if (kind == value_kind::binary32 || (!narrowed && mostly_floats(patterns, n))) return false;
    const integer_plan decimals = p.integers;
    const plain_choice decimals_choice = p.choice;
    plan_ordered_patterns();
    if (p.size <= 1 + decimals.size) return true;
    p.integers = decimals;
    p.choice = decimals_choice;
    p.size = 1 + decimals.size;
    integer_plan again;
    again.how = decimals.how;
    make_residuals(d.digits(), n, again, r);
    divide_residuals(r, n, scale);
    return true;
  }
  // Where three of them are nowhere near a short decimal, it is not worth a search.
  if (n >= 64 || mostly_floats(patterns, n)) return false;
  for (const std::size_t i : {std::size_t{0}, n / 2, n - 1}) {
    if (is_beside_decimal(patterns[i], target)) return false;
    if (n == 1) break;
  }
  plan_ordered_patterns();
  return true;
}

// Does a dictionary deserve to be tried, where values take so many bytes without one?
inline bool dictionary_may_pay(const std::uint64_t* patterns, std::size_t n, std::size_t size) noexcept {
  if (n < 64 || size * 8 <= n * 2) return false;
  // With codes of c bits it takes n * c bits, and its entries some more.
  const std::size_t value_bits = size * 8 / n;
  const std::size_t worth = size * 8 - size * 8 / 12;
  const auto bits_with = [&](std::size_t distinct) {
    const std::size_t code_bits = bit_length(distinct - 1);
    return n * code_bits + distinct * (value_bits > code_bits ? value_bits - code_bits : 0) + 64;
  };
  constexpr unsigned bits = 12;
  std::uint64_t seen[(1u << bits) / 64] = {};
  std::size_t distinct = 0;
  for (std::size_t i = 0; i < n;) {
    for (const std::size_t end = min_of(n, i + 32); i < end; ++i) {
      const std::uint64_t place = (patterns[i] * 0x9E3779B97F4A7C15u) >> (64 - bits);
      std::uint64_t& word = seen[place / 64];
      distinct += 1 - number_cast<std::size_t>(word >> place % 64 & 1);
      word |= std::uint64_t{1} << place % 64;
    }
    if (bits_with(distinct) >= worth) return false;
  }
  return true;
}

}  // namespace detail::codec
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
