// slotted: a plain body: values coded one by one, as integers in order or as decimals.
// SPDX-License-Identifier: MIT
#pragma once

#include <slotted/codec/decimals.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail::codec {

// The first byte of every body, and the low three bits of a block's header.
enum class mode : unsigned char {
  integers,           // the values, or the patterns of reals in an order that agrees with that of the reals
  decimals,           // integers over a power of ten, or over a divisor of the block's own
  dictionary,         // codes of the distinct values, which stand in the block
  series_dictionary,  // codes of values that stand in a dictionary passed to the decoder
  top_parts,          // a few distinct high parts, and low bits as they are
  runs,               // each run of equal patterns once
};

constexpr unsigned pattern_bits(value_kind kind) noexcept { return kind == value_kind::binary32 ? 32 : 64; }

// Reals as integers: patterns of one sign are in order as they are, those of the other in reverse.
[[gnu::always_inline]] constexpr std::uint64_t to_ordered(std::uint64_t pattern, value_kind kind) noexcept {
  if (kind == value_kind::integer) return pattern;
  if (kind == value_kind::binary32) pattern = (pattern ^ 0x80000000u) - 0x80000000u;  // extends the sign
  return pattern ^ (0 - (pattern >> 63)) >> 1;
}

[[gnu::always_inline]] constexpr std::uint64_t from_ordered(std::uint64_t ordered, value_kind kind) noexcept {
  if (kind == value_kind::integer) return ordered;
  const std::uint64_t pattern = ordered ^ (0 - (ordered >> 63)) >> 1;
  return kind == value_kind::binary32 ? pattern & 0xFFFFFFFFu : pattern;
}

struct plain_body {
  mode how = mode::integers;
  value_kind kind = value_kind::integer;
  integer_stream integers;
  decimal_block decimals;
};

inline bool parse(byte_reader& in, std::size_t n, value_kind kind, mode how, plain_body& b) noexcept {
  b.how = how;
  b.kind = kind;
  return how == mode::integers ? parse(in, n, b.integers) : parse(in, n, kind, b.decimals);
}

struct ordered_number {
  using seldom = void;
  std::uint64_t base;
  template <isa>
  [[gnu::always_inline]] ordered_number prepare(std::size_t) const noexcept {
    return *this;
  }
  [[gnu::always_inline]] std::uint64_t operator()(std::uint64_t code, std::size_t) const noexcept {
    return from_ordered(code + base, value_kind::binary64);
  }
};

inline bool decode(const plain_body& b, std::byte* __restrict words) noexcept {
  if (b.how == mode::decimals) return decode(b.decimals, words);
  const integer_stream& s = b.integers;
  const std::size_t n = s.n;
  if (is_constant(s)) {
    const std::uint64_t pattern = from_ordered(s.base, b.kind);
    codec::run<line_kernel>(words, pattern, std::uint64_t{0}, n);
    return true;
  }
  if (b.kind == value_kind::binary64 && s.how == transform::none && s.divisor == 1 && !s.binned) {
    unpack(s.packed, n, s.width, ordered_number{s.base}, words);
    return s.patches == 0 || for_each_patch(s, [&](std::size_t position, std::uint64_t residual) {
             set_word(words, position, from_ordered(residual, value_kind::binary64));
           });
  }
  if (!decode(s, words)) return false;
  if (b.kind == value_kind::binary64) {
    for (std::size_t i = 0; i < n; ++i) {  // must be vectorised
      set_word(words, i, from_ordered(word_at(words, i), value_kind::binary64));
    }
  } else if (b.kind == value_kind::binary32) {
    for (std::size_t i = 0; i < n; ++i) {  // must be vectorised
      set_word(words, i, from_ordered(word_at(words, i), value_kind::binary32));
    }
  }
  return true;
}

// Is one value found only by decoding those before it?
inline bool is_sequential(const plain_body& b) noexcept {
  const auto sequential = [](const integer_stream& s) { return is_summed(s) || s.binned; };
  if (b.how == mode::integers) return sequential(b.integers);
  return sequential(b.decimals.digits) || (b.decimals.corrected && sequential(b.decimals.corrections));
}

inline bool is_summed(const plain_body& b) noexcept {
  if (b.how == mode::integers) return is_summed(b.integers);
  return is_summed(b.decimals.digits) || (b.decimals.corrected && is_summed(b.decimals.corrections));
}

// Whether a parsed body decodes.
inline bool is_sound(const plain_body& b) noexcept {
  return b.how == mode::integers ? is_sound(b.integers) : is_sound(b.decimals);
}

// `patched` may hold two sets of positions.
inline bool value_at(const plain_body& b, std::size_t i, std::uint64_t& pattern,
                     const position_set* patched = nullptr) noexcept {
  if (b.how == mode::decimals) return value_at(b.decimals, i, pattern, patched);
  if (!value_at(b.integers, i, pattern, patched)) return false;
  pattern = from_ordered(pattern, b.kind);
  return true;
}

// ---- encoding

/// What a column remembers of the last plain body that was searched for.
struct plain_choice {
  mode how = mode::integers;
  transform digits = transform::none;
  unsigned char exponent = 0;
  bool narrowed = false;
};

/// A planned plain body.
struct plain_plan {
  plain_choice choice;
  integer_plan integers;        // of the ordered patterns, or of the digits
  integer_plan corrections;     // size 0 when all are zero
  std::size_t size = SIZE_MAX;  // without the mode byte
  std::uint64_t divisor = 0;    // of the block's own, where the exponent is own_divisor
  bool mostly_shorter = false;  // a smaller exponent does for most values
};

inline decimal_target target_of(value_kind kind, bool narrowed) noexcept {
  return kind == value_kind::binary32 ? decimal_target::binary32
         : narrowed                   ? decimal_target::narrowed
                                      : decimal_target::binary64;
}

struct order_kernel {
  using seldom = void;
  template <isa>
  [[gnu::always_inline]] static void run(const std::uint64_t* __restrict patterns, std::size_t n, value_kind kind,
                                         std::uint64_t* __restrict ordered) noexcept {
    for (std::size_t i = 0; i < n; ++i) ordered[i] = to_ordered(patterns[i], kind);  // must be vectorised
  }
};

// The patterns of integers, or those of reals in order, which are put into `room`.
inline const std::uint64_t* ordered_in(plain_room& room, const std::uint64_t* patterns, std::size_t n,
                                       value_kind kind) noexcept {
  if (kind == value_kind::integer) return patterns;
  std::uint64_t* const ordered = room.digits.words;
  codec::run<order_kernel>(patterns, n, kind, ordered);
  return ordered;
}

// A plan leaves the residuals in the room, and the corrections.
inline void plan_ordered(const std::uint64_t* patterns, std::size_t n, value_kind kind, transform_set allowed,
                         encoder_room& room, plain_plan& p) noexcept {
  p.integers = plan_integers(ordered_in(room.plain, patterns, n, kind), n, allowed, room.residuals.words);
  p.choice = {mode::integers, p.integers.how, 0, false};
  p.divisor = 0;
  p.corrections = {};
  p.size = p.integers.size;
}

// About how many of n digits are multiples of ten, from a sample of 32.
inline std::size_t ends_in_zero(const std::uint64_t* digits, std::size_t n) noexcept {
  const std::size_t step = n / 32 + 1;
  std::size_t zeros = 0;
  for (std::size_t i = step / 2; i < n; i += step) zeros += static_cast<std::int64_t>(digits[i]) % 10 == 0;
  return zeros * step;
}

/// Plans decimals over one denominator; false when more than `tolerated` values are none.
inline bool plan_decimals(const std::uint64_t* patterns, std::size_t n, value_kind kind, denominator by, bool narrowed,
                          transform_set allowed, std::size_t tolerated, encoder_room& room, plain_plan& p) noexcept {
  decimal_split split;
  if (!split_decimals(patterns, n, by, target_of(kind, narrowed), tolerated, room.plain, split)) return false;
  const std::uint64_t* const digits = room.plain.digits.words;
  p.integers = plan_integers(digits, n, allowed, room.residuals.words);
  p.choice = {mode::decimals, p.integers.how, static_cast<unsigned char>(by.exponent), narrowed};
  p.divisor = by.divisor;
  p.size = 1 + (by.divisor != 0 ? 8 : 0) + p.integers.size;
  p.mostly_shorter =
      by.divisor == 0 && by.exponent != 0 && p.integers.divisor % 10 != 0 && ends_in_zero(digits, n) * 4 > n * 3;
  p.corrections = {};
  if (split.corrected) {
    p.corrections = plan_positional(room.plain.corrections.words, n);
    p.size += p.corrections.size;
  }
  return true;
}

// Whether doubles are floats, or nearly all of a sample: their low 29 bits are zero.
inline bool mostly_floats(const std::uint64_t* patterns, std::size_t n) noexcept {
  std::size_t not_float = 0;
  for (std::size_t i = 0; i < n; i += 8) not_float += (patterns[i] & low_mask(29)) != 0;
  return not_float * 16 <= n / 8;
}

/// Leaves in the room what a plan of these patterns left there.
inline void prepare_plain(const std::uint64_t* patterns, std::size_t n, value_kind kind, const plain_plan& p,
                          encoder_room& room) noexcept {
  const std::uint64_t* x = room.plain.digits.words;
  if (p.choice.how == mode::decimals) {
    decimal_split split;
    split_decimals(patterns, n, {p.choice.exponent, p.divisor}, target_of(kind, p.choice.narrowed), n, room.plain,
                   split);
  } else {
    x = ordered_in(room.plain, patterns, n, kind);
  }
  integer_plan again;
  again.how = p.integers.how;
  make_residuals(x, n, again, room.residuals.words);
}

/// Searches all of it: both kinds of body, the exponent and the transform. Leaves the least in p, and nothing that can
/// be relied on in the room.
[[gnu::noinline]] inline void search_plain(const std::uint64_t* patterns, std::size_t n, value_kind kind,
                                           transform_set allowed, encoder_room& room, plain_plan& p) noexcept {
  p.size = SIZE_MAX;
  if (kind != value_kind::integer) {
    const unsigned exponent = choose_exponent(patterns, n, target_of(kind, false));
    if (exponent <= largest_exponent &&
        plan_decimals(patterns, n, kind, {exponent, 0}, false, allowed, n / 4 + 1, room, p) && p.size * 8 <= n * 24) {
      return;
    }
    if (kind == value_kind::binary64) {
      const bool floats = mostly_floats(patterns, n);
      const unsigned narrow = floats ? choose_exponent(patterns, n, decimal_target::narrowed) : exponent;
      if (floats && narrow <= largest_exponent) {
        plain_plan other;
        if (plan_decimals(patterns, n, kind, {narrow, 0}, true, allowed, n / 4 + 1, room, other) &&
            other.size < p.size) {
          p = other;
        }
      }
      if (const std::uint64_t divisor = floats ? 0 : find_divisor(patterns, n); divisor != 0) {
        plain_plan other;
        if (plan_decimals(patterns, n, kind, {own_divisor, divisor}, false, allowed, n / 4 + 1, room, other) &&
            other.size < p.size - p.size / 8) {  // it has to save an eighth: quotients take longer
          p = other;
        }
      }
    }
  }
  plain_plan ordered;
  plan_ordered(patterns, n, kind, allowed, room, ordered);
  if (ordered.size < p.size) p = ordered;
}

/// Plans what worked for the block before; false when it does not apply.
inline bool plan_again(const std::uint64_t* patterns, std::size_t n, value_kind kind, const plain_choice& choice,
                       std::uint64_t divisor, transform_set allowed, encoder_room& room, plain_plan& p) noexcept {
  const bool own = choice.exponent == own_divisor;
  if (choice.how == mode::decimals) {
    return kind != value_kind::integer && (!own || (kind == value_kind::binary64 && divisor != 0)) &&
           plan_decimals(patterns, n, kind, {choice.exponent, own ? divisor : 0}, choice.narrowed, allowed, n / 64,
                         room, p) &&
           !p.mostly_shorter;
  }
  plan_ordered(patterns, n, kind, allowed, room, p);
  return true;
}

/// Writes p.size bytes.
///
/// Preconditions: the room has what the plan left there. Effects: it has not any more.
inline void write_plain(std::size_t n, const plain_plan& p, encoder_room& room, byte_writer& out) noexcept {
  if (p.choice.how == mode::decimals) {
    unsigned flags = p.choice.exponent;
    if (p.corrections.size != 0) flags |= flag_corrections;
    if (p.choice.narrowed) flags |= flag_narrowed;
    out.u8(flags);
    if (p.divisor != 0) store_little(out.take(8), p.divisor);
  }
  word_room& one = room.plain.digits;
  write_integers(room.residuals.words, n, p.integers, one, room.spare, out);
  if (p.corrections.size != 0) write_integers(room.plain.corrections.words, n, p.corrections, one, room.spare, out);
}

}  // namespace detail::codec
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
