// slotted: how one value of a column differs from the value before it, in few bytes that are read from their end.
// SPDX-License-Identifier: MIT
#pragma once

#include <slotted/codec/decimals.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {

// A column's values are patterns of 64 bits: integers, doubles by their bits, floats by their 32 bits. The newest one
// stands whole; from it and the changes, read from the newest to the oldest, the older ones follow.
// Invariants: any pattern comes back bit for bit, whatever flags the program is compiled with. All functions are pure:
// any thread may call them.

// The mode of a column. Integers and decimals are digits, whose difference is a small number; other reals are raw, and
// what differs is their bits. The digits of a real are the integer d with pattern(d / 10^exponent) == pattern.
using column_mode = std::uint8_t;
inline constexpr column_mode mode_digits = 0x80;
inline constexpr unsigned mode_exponent = 0x0F;  // in raw mode: the exponent to try next
inline constexpr unsigned most_decimals = 9;

inline constexpr std::array<std::uint64_t, most_decimals + 1> integer_powers_of_ten = [] {
  std::array<std::uint64_t, most_decimals + 1> powers{};
  std::uint64_t power = 1;
  for (auto& each : powers) {
    each = power;
    power *= 10;
  }
  return powers;
}();

constexpr codec::decimal_target target_of(codec::value_kind kind) noexcept {
  return kind == codec::value_kind::binary32 ? codec::decimal_target::binary32 : codec::decimal_target::binary64;
}

// |digits| is at most this. The product of a real that has such digits and the power of ten is off by less than a
// quarter, so that the nearest integer is the digits, whether or not a product and a sum are rounded as one.
inline constexpr std::uint64_t most_digits = std::uint64_t{1} << 50;

// The nearest integer, by a conversion: adding a large number and subtracting it again, which is quicker, is what a
// compiler that may reassociate leaves out.
// Preconditions: |scaled| < 2^62.
inline std::uint64_t nearest_integer(double scaled) noexcept {
  constexpr auto half = std::bit_cast<std::uint64_t>(0.5);
  const std::uint64_t sign = std::bit_cast<std::uint64_t>(scaled) & codec::sign_bit;
  return static_cast<std::uint64_t>(static_cast<std::int64_t>(scaled + std::bit_cast<double>(half | sign)));
}

inline double scaled_by_ten(codec::value_kind kind, std::uint64_t pattern, unsigned exponent) noexcept {
  if (kind == codec::value_kind::binary32) pattern = codec::widen_binary32(pattern);
  return std::bit_cast<double>(pattern) * codec::powers_of_ten[exponent][0];
}

// The digits of a pattern that is known to have them.
inline std::uint64_t known_digits(codec::value_kind kind, std::uint64_t pattern, unsigned exponent) noexcept {
  return kind == codec::value_kind::integer ? pattern : nearest_integer(scaled_by_ten(kind, pattern, exponent));
}

[[gnu::always_inline]] inline std::uint64_t pattern_of_digits(codec::value_kind kind, std::uint64_t digits,
                                                              unsigned exponent) noexcept {
  return kind == codec::value_kind::integer ? digits : codec::decimal_pattern(digits, exponent, target_of(kind));
}

// Returns: whether the real has digits at this exponent. With that many digits most floats would have some, so that
// only short ones count.
[[gnu::always_inline]] inline bool has_digits(codec::value_kind kind, std::uint64_t pattern, unsigned exponent,
                                              std::uint64_t& digits) noexcept {
  const bool single = kind == codec::value_kind::binary32;
  const std::uint64_t most = !single ? most_digits : std::uint64_t{1} << (exponent == 0 ? 24 : 20);
  // NaN, infinities and what is far from any decimal do not reach the arithmetic.
  const std::uint64_t magnitude = (single ? codec::widen_binary32(pattern) : pattern) & ~codec::sign_bit;
  constexpr std::uint64_t least = std::uint64_t{1023 - 64} << 52;
  constexpr std::uint64_t range = std::uint64_t{128} << 52;
  if (magnitude - least >= range && magnitude != 0) return false;
  const double scaled = scaled_by_ten(kind, pattern, exponent);
  if ((std::bit_cast<std::uint64_t>(scaled) & ~codec::sign_bit) > std::bit_cast<std::uint64_t>(0x1p50)) return false;
  digits = nearest_integer(scaled);
  return digits + most <= 2 * most && pattern_of_digits(kind, digits, exponent) == pattern;
}
// The same, out of line, for what is not asked of every row.
[[gnu::noinline]] inline bool try_digits(codec::value_kind kind, std::uint64_t pattern, unsigned exponent,
                                         std::uint64_t& digits) noexcept {
  return has_digits(kind, pattern, exponent, digits);
}

// The mode of a column whose first value this is.
inline column_mode first_mode(codec::value_kind kind, std::uint64_t pattern) noexcept {
  if (kind == codec::value_kind::integer) return mode_digits;
  std::uint64_t digits = 0;
  for (unsigned e = 0; e <= most_decimals; ++e) {
    if (try_digits(kind, pattern, e, digits)) return static_cast<column_mode>(mode_digits | e);
  }
  return 0;
}

// What must be known, beside the newer value, to get the older one back.
struct column_change {
  enum class form : std::uint8_t {
    difference,  // value: newer digits - older digits
    raised,      // the same, of the older digits at the newer exponent; exponent: the older one
    bits,        // value: newer pattern - older pattern, both raw, which is small between reals of like size
    to_raw,      // value: the older digits; exponent: the older one
    to_digits,   // value: newer digits - older digits, though the older value was raw
  };
  form how;
  std::uint8_t exponent;
  std::uint64_t value;
};

// A change by which the mode changes, or may change.
[[gnu::noinline]] inline column_change change_of_mode(codec::value_kind kind, std::uint64_t older, std::uint64_t newer,
                                                      column_mode& mode) noexcept {
  using form = column_change::form;
  const unsigned e = mode & mode_exponent;
  std::uint64_t digits = 0;
  if ((mode & mode_digits) != 0) {
    const std::uint64_t was = known_digits(kind, older, e);
    for (unsigned f = e + 1; f <= most_decimals; ++f) {
      if (!try_digits(kind, newer, f, digits)) continue;
      const std::uint64_t up = integer_powers_of_ten[f - e];
      const std::uint64_t most = most_digits / up;
      if (was + most > 2 * most) break;
      mode = static_cast<column_mode>(mode_digits | f);
      return {form::raised, static_cast<std::uint8_t>(e), digits - was * up};
    }
    mode = 0;
    return {form::to_raw, static_cast<std::uint8_t>(e), was};
  }
  // One value with digits among noise may be chance: it takes two in a row, at one exponent that is tried in its turn.
  std::uint64_t was = 0;
  if (!try_digits(kind, newer, e, digits) || !try_digits(kind, older, e, was)) return {form::bits, 0, newer - older};
  unsigned least = e;
  for (unsigned f = 0; f < e && least == e; ++f) {
    std::uint64_t d = 0;
    std::uint64_t w = 0;
    if (!try_digits(kind, newer, f, d) || !try_digits(kind, older, f, w)) continue;
    least = f;
    digits = d;
    was = w;
  }
  mode = static_cast<column_mode>(mode_digits | least);
  return {form::to_digits, 0, digits - was};
}

// Preconditions: newer != older. Effects: `mode` becomes that of the newer value.
[[gnu::always_inline]] inline column_change change_of(codec::value_kind kind, std::uint64_t older, std::uint64_t newer,
                                                      column_mode& mode) noexcept {
  using form = column_change::form;
  if (kind == codec::value_kind::integer) return {form::difference, 0, newer - older};
  const unsigned e = mode & mode_exponent;
  std::uint64_t digits = 0;
  const bool fits = has_digits(kind, newer, e, digits);
  if (fits != ((mode & mode_digits) != 0)) return change_of_mode(kind, older, newer, mode);
  if (fits) return {form::difference, 0, digits - known_digits(kind, older, e)};
  mode = static_cast<column_mode>(e == most_decimals ? 0 : e + 1);
  return {form::bits, 0, newer - older};
}

// ---- bytes. The last byte says how many there are: its leading zeros where it is large enough, or it names a form.
// A difference of n bytes, 1 to 6, has 7n bits; the byte's leading zeros are n - 1.
inline constexpr std::size_t most_change_bytes = 11;
inline constexpr unsigned least_counted = 4;  // a last byte below this names a form:
inline constexpr unsigned named_wide = 0;     // eight bytes of difference, or all bits
inline constexpr unsigned named_raised = 1;   // where the newer value has digits
inline constexpr unsigned named_to_digits = 2;
inline constexpr unsigned named_to_raw = 1;  // where the newer value is raw

constexpr unsigned signed_bits(std::uint64_t v) noexcept { return codec::bit_length(v ^ (0 - (v >> 63))) + 1; }

// The top `count` bits of a word as a signed number.
constexpr std::uint64_t sign_extended(std::uint64_t v, unsigned count) noexcept {
  return static_cast<std::uint64_t>(static_cast<std::int64_t>(v) >> (64 - count));
}

// At most sixteen bytes, the first one lowest.
struct change_bytes {
  std::uint64_t low;
  std::uint64_t high;
  unsigned count;

  void add(unsigned byte) noexcept {
    const std::uint64_t there = std::uint64_t{byte} << (8 * (count & 7));
    (count < 8 ? low : high) |= there;
    ++count;
  }
  [[nodiscard]] unsigned last() const noexcept {
    return static_cast<unsigned>((count <= 8 ? low : high) >> (8 * ((count - 1) & 7)) & 0xFF);
  }
};

inline change_bytes write_difference(std::uint64_t v) noexcept {
  const unsigned n = (signed_bits(v) + 6) / 7;
  if (n > 6) return {v, named_wide, 9};
  return {(v & codec::low_mask(7 * n)) | std::uint64_t{1} << (7 * n), 0, n};
}

// Of a binary32 32 bits count.
inline change_bytes write_bits(codec::value_kind kind, std::uint64_t v) noexcept {
  const bool single = kind == codec::value_kind::binary32;
  if (single) v = sign_extended(v << 32, 32);
  if (!single && (v & codec::low_mask(27)) == 0) return {v >> 27 | std::uint64_t{1} << 37, 0, 5};  // floats in doubles
  const unsigned all = single ? 4 : 8;
  const unsigned bits = signed_bits(v);
  if (bits > 8 * all - 2) return {single ? v & codec::low_mask(32) : v, named_wide, all + 1};
  const unsigned n = bits <= 8 * all - 9 ? all - 1 : all;
  const unsigned counted = n == all ? 8 * n - 2 : 8 * n - 1;  // behind 01, or behind a 1
  return {(v & codec::low_mask(counted)) | std::uint64_t{1} << counted, 0, n};
}

[[gnu::noinline]] inline change_bytes write_named_change(const column_change& change) noexcept {
  using form = column_change::form;
  change_bytes bytes = write_difference(change.value);
  if (change.how == form::to_digits) {
    bytes.add(named_to_digits);
  } else {
    bytes.add(change.exponent);
    bytes.add(change.how == form::raised ? named_raised : named_to_raw);
  }
  return bytes;
}

inline change_bytes write_change(codec::value_kind kind, const column_change& change) noexcept {
  using form = column_change::form;
  if (change.how == form::difference) return write_difference(change.value);
  if (change.how == form::bits) return write_bits(kind, change.value);
  return write_named_change(change);
}

// Preconditions: the eight bytes before `end` can be read, here and below, whatever they are; and in
// read_change those before any byte of the change. Effects: `end` is set to its first byte.
[[gnu::always_inline]] inline std::uint64_t read_difference(const std::byte*& end) noexcept {
  const std::uint64_t y = codec::load_little(end - 8);
  if (y >> 58 == 0) {
    end -= 9;
    return codec::load_little(end);
  }
  const auto n = static_cast<unsigned>(std::countl_zero(y)) + 1;
  end -= n;
  return sign_extended(y << n, 7 * n);
}

// A column at one row, on the way from the newest to the oldest.
struct column_cursor {
  std::uint64_t word;  // the digits where the mode has them, else the pattern
  column_mode mode;

  column_cursor() = default;
  column_cursor(codec::value_kind kind, std::uint64_t newest, column_mode m) noexcept : word(newest), mode(m) {
    if (has_digits()) word = known_digits(kind, newest, exponent());
  }
  [[nodiscard]] bool has_digits() const noexcept { return (mode & mode_digits) != 0; }
  [[nodiscard]] unsigned exponent() const noexcept { return mode & mode_exponent; }
  [[nodiscard]] std::uint64_t pattern(codec::value_kind kind) const noexcept {
    return has_digits() ? pattern_of_digits(kind, word, exponent()) : word;
  }
};

// Makes patterns of the words of n rows that have had one mode.
inline void words_to_patterns(codec::value_kind kind, column_mode mode, std::uint64_t* words, std::size_t n) noexcept {
  if ((mode & mode_digits) == 0 || kind == codec::value_kind::integer || n == 0) return;
  codec::divide_words(reinterpret_cast<std::byte*>(words), n, mode & mode_exponent, target_of(kind));
}

// Reads a change that names its form. Returns: the first byte of the change.
[[gnu::noinline]] inline const std::byte* read_named_change(codec::value_kind kind, const std::byte* end,
                                                            column_cursor& at) noexcept {
  const auto name = std::to_integer<unsigned>(end[-1]);
  if (at.has_digits() && name == named_wide) {
    at.word -= read_difference(end);
    return end;
  }
  --end;
  if (at.has_digits() && name == named_to_digits) {
    at.word -= read_difference(end);
    at.word = at.pattern(kind);
    at.mode = 0;
    return end;
  }
  const auto exponent = std::to_integer<unsigned>(*--end);
  const std::uint64_t difference = read_difference(end);
  if (!at.has_digits()) {  // to raw
    at.word = difference;
  } else {
    const auto up = static_cast<std::int64_t>(integer_powers_of_ten[at.exponent() - exponent]);
    at.word = static_cast<std::uint64_t>(static_cast<std::int64_t>(at.word - difference) / up);
  }
  at.mode = static_cast<column_mode>(mode_digits | exponent);
  return end;
}

// Reads what write_change wrote: the value becomes the older one. Where its mode becomes another, changing(mode) is
// called with the one before.
template <class Changing>
[[gnu::always_inline]] inline void read_change(codec::value_kind kind, const std::byte*& end, column_cursor& at,
                                               Changing&& changing) noexcept {
  const std::uint64_t y = codec::load_little(end - 8);
  const bool raw = !at.has_digits();
  if (raw ? y >> 56 == named_to_raw : y >> 58 == 0) {
    column_cursor older = at;  // a copy, so that the cursor itself need not be in memory
    end = read_named_change(kind, end, older);
    if (older.mode != at.mode) changing(at.mode);
    at = older;
    return;
  }
  if (!raw) {
    const auto n = static_cast<unsigned>(std::countl_zero(y)) + 1;
    end -= n;
    at.word -= sign_extended(y << n, 7 * n);
    return;
  }
  const bool single = kind == codec::value_kind::binary32;
  if (!single && y >> 61 == 1) {
    end -= 5;
    at.word -= y >> 24 << 27;
    return;
  }
  const unsigned all = single ? 4 : 8;
  const auto unused = static_cast<unsigned>(std::countl_zero(y));
  if (unused > 1) {
    end -= all + 1;
    at.word -= single ? y >> 24 : codec::load_little(end);
  } else {
    const unsigned n = all - 1 + unused;
    end -= n;
    at.word -= sign_extended(y << (1 + unused), 8 * n - 1 - unused);
  }
  if (single) at.word &= codec::low_mask(32);
}

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
