// slotted: how one value of a column differs from the value before it, in few bytes that are read from their end.
// SPDX-License-Identifier: MIT
#pragma once

#include <slotted/codec/decimals.hpp>

namespace slotted {
inline namespace v0 {
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

// The digits of a pattern that is known to have them.
inline std::uint64_t known_digits(codec::value_kind kind, std::uint64_t pattern, unsigned exponent) noexcept {
  if (kind == codec::value_kind::integer) return pattern;
  if (kind == codec::value_kind::binary32) pattern = codec::widen_binary32(pattern);
  return codec::nearest_digits(pattern, codec::powers_of_ten[exponent][0]);
}

inline std::uint64_t pattern_of_digits(codec::value_kind kind, std::uint64_t digits, unsigned exponent) noexcept {
  return kind == codec::value_kind::integer ? digits : codec::decimal_pattern(digits, exponent, target_of(kind));
}

// Returns: whether the real has digits at this exponent. Of floats only short ones count: nine decimals would fit any.
inline bool try_digits(codec::value_kind kind, std::uint64_t pattern, unsigned exponent,
                       std::uint64_t& digits) noexcept {
  digits = known_digits(kind, pattern, exponent);
  if (digits == codec::decimal_limit || pattern_of_digits(kind, digits, exponent) != pattern) return false;
  constexpr std::uint64_t short_float = std::uint64_t{1} << 24;
  return kind == codec::value_kind::binary64 || digits + short_float <= 2 * short_float;
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

// Preconditions: newer != older. Effects: `mode` becomes that of the newer value.
inline column_change change_of(codec::value_kind kind, std::uint64_t older, std::uint64_t newer,
                               column_mode& mode) noexcept {
  using form = column_change::form;
  if (kind == codec::value_kind::integer) return {form::difference, 0, newer - older};
  const unsigned e = mode & mode_exponent;
  std::uint64_t digits = 0;
  if ((mode & mode_digits) != 0) {
    const std::uint64_t was = known_digits(kind, older, e);
    if (try_digits(kind, newer, e, digits)) return {form::difference, 0, digits - was};
    for (unsigned f = e + 1; f <= most_decimals; ++f) {
      if (!try_digits(kind, newer, f, digits)) continue;
      const std::uint64_t up = integer_powers_of_ten[f - e];
      const std::uint64_t most = codec::decimal_limit / up;
      if (was + most > 2 * most) break;
      mode = static_cast<column_mode>(mode_digits | f);
      return {form::raised, static_cast<std::uint8_t>(e), digits - was * up};
    }
    mode = 0;
    return {form::to_raw, static_cast<std::uint8_t>(e), was};
  }
  // One value with digits among noise may be chance: it takes two in a row, at one exponent that is tried in its turn.
  std::uint64_t was = 0;
  if (!try_digits(kind, newer, e, digits)) {
    mode = static_cast<column_mode>(e == most_decimals ? 0 : e + 1);
  } else if (try_digits(kind, older, e, was)) {
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

// Preconditions: room for most_change_bytes, here and below. Returns: the bytes written.
inline std::size_t write_difference(std::uint64_t v, std::byte* to) noexcept {
  const unsigned n = (signed_bits(v) + 6) / 7;
  if (n > 6) {
    codec::store_little(to, v);
    to[8] = std::byte{named_wide};
    return 9;
  }
  codec::store_little(to, (v & codec::low_mask(7 * n)) | std::uint64_t{1} << (7 * n));
  return n;
}

// Of a binary32 32 bits count.
inline std::size_t write_bits(codec::value_kind kind, std::uint64_t v, std::byte* to) noexcept {
  const bool single = kind == codec::value_kind::binary32;
  if (single) v = sign_extended(v << 32, 32);
  if (!single && (v & codec::low_mask(27)) == 0) {  // floats in doubles
    codec::store_little(to, v >> 27 | std::uint64_t{1} << 37);
    return 5;
  }
  const unsigned all = single ? 4 : 8;
  const unsigned bits = signed_bits(v);
  if (bits > 8 * all - 2) {
    codec::store_little(to, v);
    to[all] = std::byte{named_wide};
    return all + 1;
  }
  const unsigned n = bits <= 8 * all - 9 ? all - 1 : all;  // one leading 1, or a zero and it
  const unsigned counted = n == all ? 8 * n - 2 : 8 * n - 1;
  codec::store_little(to, (v & codec::low_mask(counted)) | std::uint64_t{1} << counted);
  return n;
}

inline std::size_t write_change(codec::value_kind kind, const column_change& change, std::byte* to) noexcept {
  using form = column_change::form;
  if (change.how == form::difference) return write_difference(change.value, to);
  if (change.how == form::bits) return write_bits(kind, change.value, to);
  std::size_t n = write_difference(change.value, to);
  if (change.how == form::to_digits) {
    to[n++] = std::byte{named_to_digits};
    return n;
  }
  to[n++] = std::byte{change.exponent};
  to[n++] = static_cast<std::byte>(change.how == form::raised ? named_raised : named_to_raw);
  return n;
}

// Preconditions: the eight bytes before `end` can be read, here and below, whatever they are; and in
// read_change those before any byte of the change. Effects: `end` is set to its first byte.
inline std::uint64_t read_difference(const std::byte*& end) noexcept {
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
  std::uint64_t pattern;
  std::uint64_t digits;  // where the mode has them
  column_mode mode;

  column_cursor() = default;
  column_cursor(codec::value_kind kind, std::uint64_t newest, column_mode m) noexcept
      : pattern(newest), digits(0), mode(m) {
    if ((m & mode_digits) != 0) digits = known_digits(kind, newest, m & mode_exponent);
  }
};

// The value becomes the one whose digits are less by `difference`.
inline void step_back(codec::value_kind kind, std::uint64_t difference, column_cursor& at) noexcept {
  at.digits -= difference;
  at.pattern = pattern_of_digits(kind, at.digits, at.mode & mode_exponent);
}

inline void read_named_change(codec::value_kind kind, unsigned name, const std::byte*& end,
                              column_cursor& at) noexcept {
  if ((at.mode & mode_digits) == 0) {  // to raw
    --end;
    const auto exponent = std::to_integer<unsigned>(*--end);
    at.mode = static_cast<column_mode>(mode_digits | exponent);
    at.digits = read_difference(end);
    at.pattern = pattern_of_digits(kind, at.digits, exponent);
    return;
  }
  if (name == named_wide) {
    step_back(kind, read_difference(end), at);
    return;
  }
  --end;
  if (name == named_to_digits) {
    step_back(kind, read_difference(end), at);
    at.mode = 0;
    return;
  }
  const auto exponent = std::to_integer<unsigned>(*--end);
  const auto up = static_cast<std::int64_t>(integer_powers_of_ten[(at.mode & mode_exponent) - exponent]);
  const auto raised = static_cast<std::int64_t>(at.digits - read_difference(end));
  at.digits = static_cast<std::uint64_t>(raised / up);
  at.mode = static_cast<column_mode>(mode_digits | exponent);
  at.pattern = pattern_of_digits(kind, at.digits, exponent);
}

// Reads what write_change wrote: the value becomes the older one.
inline void read_change(codec::value_kind kind, const std::byte*& end, column_cursor& at) noexcept {
  const std::uint64_t y = codec::load_little(end - 8);
  if ((at.mode & mode_digits) != 0) {
    if (y >> 58 != 0) {
      const auto n = static_cast<unsigned>(std::countl_zero(y)) + 1;
      end -= n;
      step_back(kind, sign_extended(y << n, 7 * n), at);
    } else {
      read_named_change(kind, static_cast<unsigned>(y >> 56), end, at);
    }
    return;
  }
  if (y >> 56 == named_to_raw) {
    read_named_change(kind, named_to_raw, end, at);
    return;
  }
  const bool single = kind == codec::value_kind::binary32;
  if (!single && y >> 61 == 1) {
    end -= 5;
    at.pattern -= y >> 24 << 27;
    return;
  }
  const unsigned all = single ? 4 : 8;
  const auto unused = static_cast<unsigned>(std::countl_zero(y));
  if (unused > 1) {
    end -= all + 1;
    at.pattern -= single ? y >> 24 : codec::load_little(end);
  } else {
    const unsigned n = all - 1 + unused;
    end -= n;
    at.pattern -= sign_extended(y << (1 + unused), 8 * n - 1 - unused);
  }
  if (single) at.pattern &= codec::low_mask(32);
}

}  // namespace detail
}  // namespace v0
}  // namespace slotted
