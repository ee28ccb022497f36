// slotted: the integer stream: transform, common divisor, bit packing, patched exceptions. Its format and decoder.
// SPDX-License-Identifier: MIT
#pragma once

#include <slotted/algorithm.hpp>
#include <slotted/codec/bit_packing.hpp>

namespace slotted {
inline namespace v0 {
namespace detail::codec {

// x is what is coded, r its residuals; all arithmetic is modulo 2^64, so that no int64 is out of range.
enum class transform : unsigned char {
  none,               // x[i] = r[i]
  delta,              // x[0] = first, x[i] = x[i-1] + r[i]; r[0] repeats r[1] and is not read
  linear,             // x[i] = r[i] + (slope * i >> slope_shift)
  second_difference,  // x[0] = first, x[1] = first + slope, x[i] - x[i-1] = x[i-1] - x[i-2] + r[i]; r[0] = r[1] = r[2]
};
inline constexpr unsigned slope_shift = 10;

// Does a value depend on all those before it?
constexpr bool is_running(transform t) noexcept { return t == transform::delta || t == transform::second_difference; }

// r[i] = base + divisor * code[i], codes packed at `width`; a patch replaces its r by base + divisor * unzigzag(value).
// Bytes: flags (transform, 4 has divisor, 8 has patches), width, base, [divisor], [first], [slope],
// [patch count - 1, patch width, positions at 10 bits, values], codes. Numbers without a width are varints.
inline constexpr unsigned position_bits = 10;
inline constexpr unsigned flag_divisor = 4;
inline constexpr unsigned flag_patches = 8;

/// A parsed integer stream: everything it points to lies within the parsed bytes.
struct integer_stream {
  std::size_t n = 0;
  transform how = transform::none;
  unsigned width = 0;
  unsigned patch_width = 0;
  std::size_t patches = 0;
  std::uint64_t base = 0;
  std::uint64_t divisor = 1;
  std::uint64_t first = 0;
  std::uint64_t slope = 0;
  const std::byte* positions = nullptr;
  const std::byte* patch_values = nullptr;
  const std::byte* packed = nullptr;
};

inline bool parse(byte_reader& in, std::size_t n, integer_stream& s) noexcept {
  const unsigned flags = in.u8();
  s.n = n;
  s.how = static_cast<transform>(flags & 3);
  s.width = in.u8();
  if (flags >= 16 || s.width > 64) in.fail();
  s.base = in.signed_varint();
  s.divisor = (flags & flag_divisor) != 0 ? in.varint() : 1;
  s.first = is_running(s.how) ? in.signed_varint() : 0;
  s.slope = s.how == transform::linear || s.how == transform::second_difference ? in.signed_varint() : 0;
  s.patches = 0;
  if ((flags & flag_patches) != 0) {
    const std::uint64_t count = in.varint();
    s.patch_width = in.u8();
    if (count >= n || s.patch_width > 64) in.fail();
    if (!in.ok()) return false;
    s.patches = static_cast<std::size_t>(count) + 1;
    s.positions = in.take(packed_size(s.patches, position_bits));
    s.patch_values = in.take(packed_size(s.patches, s.patch_width));
  }
  if (!in.ok()) return false;
  s.packed = in.take(packed_size(n, s.width));
  return in.ok();
}

inline std::uint64_t patch_value(const integer_stream& s, std::size_t k) noexcept {
  return s.base + unzigzag(packed_at(s.patch_values, s.patches, s.patch_width, k)) * s.divisor;
}

// Whether positions ascend and are below n. Where they do not, every reader says that the bytes are no block.
inline bool are_positions(const std::byte* positions, std::size_t count, std::size_t n) noexcept {
  if (count == 0) return true;
  std::byte words[8 * max_block_values];
  unpack(positions, count, position_bits, plus{0}, words);
  std::uint64_t wrong = std::uint64_t{word_at(words, count - 1) >= n};
  for (std::size_t k = 1; k < count; ++k) {  // must be vectorised
    wrong |= std::uint64_t{word_at(words, k) <= word_at(words, k - 1)};
  }
  return wrong == 0;
}

// Whether a parsed stream decodes.
inline bool is_sound(const integer_stream& s) noexcept { return are_positions(s.positions, s.patches, s.n); }

inline constexpr std::size_t no_position = SIZE_MAX;

// Which of the ascending positions is i, or none.
inline std::size_t find_position(const std::byte* positions, std::size_t count, std::size_t i) noexcept {
  if (count == 0) return no_position;
  std::size_t from = 0;
  for (std::size_t left = count; left > 1;) {  // without a branch on what is found
    const std::size_t half = left / 2;
    from += packed_at(positions, count, position_bits, from + half) <= i ? half : 0;
    left -= half;
  }
  return packed_at(positions, count, position_bits, from) == i ? from : no_position;
}

// Ascending positions as bits, for finding many of them in a few instructions each.
class position_set {
 public:
  void assign(const std::byte* positions, std::size_t count) noexcept {
    for (auto& word : bits_) word = 0;
    for (std::size_t k = 0; k < count; ++k) {
      const auto i = number_cast<std::size_t>(packed_at(positions, count, position_bits, k));
      bits_[i / 64] |= std::uint64_t{1} << i % 64;
    }
    std::size_t before = 0;
    for (std::size_t w = 0; w < words; ++w) {
      before_[w] = static_cast<std::uint16_t>(before);
      before += static_cast<std::size_t>(std::popcount(bits_[w]));
    }
  }

  std::size_t find(std::size_t i) const noexcept {
    const std::uint64_t word = bits_[i / 64] >> i % 64;
    if ((word & 1) == 0) return no_position;
    return before_[i / 64] + static_cast<std::size_t>(std::popcount(bits_[i / 64] & low_mask(i % 64)));
  }

 private:
  static constexpr std::size_t words = (std::size_t{1} << position_bits) / 64;
  std::uint64_t bits_[words] = {};
  std::uint16_t before_[words] = {};
};

inline std::size_t find_position(const std::byte* positions, std::size_t count, std::size_t i,
                                 const position_set* known) noexcept {
  return known != nullptr ? known->find(i) : find_position(positions, count, i);
}

inline std::uint64_t on_line(std::uint64_t slope, std::size_t i) noexcept {
  return static_cast<std::uint64_t>(static_cast<std::int64_t>(slope * i) >> slope_shift);
}

// Running sums, a row at a time. The chain of additions is the slowest step of decoding a delta, so that one link of it
// is four values: sums[i..i+3] are sums[i-4..i-1] plus, each, the four words that end with its own. Said in vectors to
// compilers that have a word for them: of loops over so few lanes they make vectors here and scalars there.
class running_sums {
 public:
  static constexpr std::size_t before = 1;  // words that are read before the first row, and have to be zero

#if defined(__GNUC__)
  void add_row(const std::byte* __restrict words, std::byte* __restrict sums) noexcept {
    four_words sum = last_;
    four_words pairs_before = pairs_;
    for (std::size_t l = 0; l < lanes; l += 4) {
      four_words own;
      four_words others;
      std::memcpy(&own, words + 8 * l, sizeof own);
      std::memcpy(&others, words + 8 * l - 8, sizeof others);
      const four_words pairs = own + others;
      sum += pairs + __builtin_shufflevector(pairs_before, pairs, 2, 3, 4, 5);
      pairs_before = pairs;
      std::memcpy(sums + 8 * l, &sum, sizeof sum);
    }
    last_ = sum;
    pairs_ = pairs_before;
  }

 private:
  using four_words [[gnu::vector_size(32)]] = std::uint64_t;
  four_words last_{};
  four_words pairs_{};
#else
  void add_row(const std::byte* __restrict words, std::byte* __restrict sums) noexcept {
    for (std::size_t l = 0; l < lanes; ++l) set_word(sums, l, last_ += word_at(words, l));
  }

 private:
  std::uint64_t last_ = 0;
#endif
};

inline bool is_summed(const integer_stream& s) noexcept { return is_running(s.how); }

// Is the stream one number, said once?
inline bool is_constant(const integer_stream& s) noexcept {
  return s.width == 0 && s.patches == 0 && s.how == transform::none;
}

struct patch_residual {
  std::uint64_t divisor;
  std::uint64_t base;
  patch_residual prepare(std::size_t) const noexcept { return *this; }
  std::uint64_t operator()(std::uint64_t code, std::size_t) const noexcept { return base + unzigzag(code) * divisor; }
};

// Calls f with the position of each patch and with the residual that stands there; false when positions do not ascend
// or leave the block.
template <typename F>
inline bool for_each_patch(const integer_stream& s, F&& f) noexcept {
  std::byte positions[8 * max_block_values];
  std::byte residuals[8 * max_block_values];
  const std::size_t n = s.n;
  const std::size_t count = s.patches;
  unpack(s.positions, count, position_bits, plus{0}, positions);
  unpack(s.patch_values, count, s.patch_width, patch_residual{s.divisor, s.base}, residuals);
  std::size_t next = 0;
  for (std::size_t k = 0; k < count; ++k) {
    const auto position = number_cast<std::size_t>(word_at(positions, k));
    if (position >= n || position < next) return false;
    next = position + 1;
    f(position, word_at(residuals, k));
  }
  return true;
}

// Whether the values are straight lines from patch to patch.
inline bool is_steps(const integer_stream& s) noexcept {
  return s.width == 0 && (s.how == transform::delta || (s.how == transform::second_difference && s.base == 0));
}

inline bool decode_steps(const integer_stream& s, std::byte* __restrict words) noexcept {
  const bool first_order = s.how == transform::delta;
  std::uint64_t step = first_order ? s.base : s.slope;
  std::uint64_t value = s.first;
  std::size_t at = 0;
  const auto line_to = [&](std::size_t end) {
    const std::uint64_t from = value;
    const std::uint64_t rise = step;
    std::byte* const out = words + 8 * at;
    const std::size_t count = end - at;
    for (std::size_t i = 0; i < count; ++i) set_word(out, i, from + rise * i);  // must be vectorised
    value = from + rise * count;
    at = end;
  };
  const bool valid = for_each_patch(s, [&](std::size_t position, std::uint64_t residual) {
    if (position < (first_order ? 1u : 2u)) return;  // never read
    line_to(position);
    value += residual - (first_order ? step : 0);
    if (!first_order) step += residual;
  });
  line_to(s.n);
  return valid;
}

// The residuals of a stream as n host words.
inline bool decode_residuals(const integer_stream& s, std::byte* __restrict words) noexcept {
  if (s.divisor == 1) {
    unpack(s.packed, s.n, s.width, plus{s.base}, words);
  } else {
    unpack(s.packed, s.n, s.width, times_plus{s.divisor, s.base}, words);
  }
  return s.patches == 0 ||
         for_each_patch(s, [&](std::size_t position, std::uint64_t residual) { set_word(words, position, residual); });
}

// A stream of differences: what `finish` makes of its values, as host words.
template <typename Finish>
inline bool decode_delta(const integer_stream& s, Finish finish, std::byte* __restrict words) noexcept {
  constexpr std::size_t row = 8 * lanes;
  alignas(64) std::byte room[row + 8 * max_block_values + row];
  std::byte* const residuals = room + row;
  std::memset(residuals - row, 0, row);
  std::memset(residuals + 8 * s.n, 0, row);
  if (!decode_residuals(s, residuals)) return false;
  set_word(residuals, 0, s.first);
  // Some rows are summed before the first is finished, for a load waits long for a store of another size.
  constexpr std::size_t rows_at_once = 16;
  alignas(64) std::byte some[row * rows_at_once];
  running_sums sums;
  const std::size_t rows = s.n / lanes;
  for (std::size_t from = 0; from < rows; from += rows_at_once) {
    const std::size_t count = rows - from < rows_at_once ? rows - from : rows_at_once;
    for (std::size_t k = 0; k < count; ++k) sums.add_row(residuals + row * (from + k), some + row * k);
    for (std::size_t k = 0; k < count; ++k) finish_row(some + row * k, finish.prepare(0), words + row * (from + k));
  }
  if (rows * lanes != s.n) {
    std::byte last[row];
    sums.add_row(residuals + row * rows, some);
    finish_row(some, finish.prepare(0), last);
    std::memcpy(words + row * rows, last, 8 * (s.n % lanes));
  }
  return true;
}

// Codes beside a line, whose rise over a row's lanes is worked out once: multiplying 64 bits takes long.
struct beside_line {
  std::uint64_t base;
  std::uint64_t slope;
  const std::uint64_t* rises;

  struct row {
    std::uint64_t base;
    std::uint64_t start;
    const std::uint64_t* __restrict rises;
    std::uint64_t operator()(std::uint64_t code, std::size_t l) const noexcept {
      return code + base + static_cast<std::uint64_t>(static_cast<std::int64_t>(start + rises[l]) >> slope_shift);
    }
  };
  row prepare(std::size_t first) const noexcept { return {base, slope * first, rises}; }
};

inline bool decode_line(const integer_stream& s, std::byte* __restrict words) noexcept {
  const std::uint64_t slope = s.slope;
  std::uint64_t rises[lanes];
  for (std::size_t l = 0; l < lanes; ++l) rises[l] = slope * l;
  unpack(s.packed, s.n, s.width, beside_line{s.base, slope, rises}, words);
  return s.patches == 0 || for_each_patch(s, [&](std::size_t position, std::uint64_t residual) {
           set_word(words, position, residual + on_line(slope, position));
         });
}

/// Decodes a whole stream as n host words.
///
/// Returns: false when the positions of patches do not ascend, or leave the block.
inline bool decode(const integer_stream& s, std::byte* __restrict words) noexcept {
  if (is_steps(s)) return decode_steps(s, words);
  if (s.how == transform::delta) return decode_delta(s, plus{0}, words);
  if (s.how == transform::linear && s.divisor == 1) return decode_line(s, words);
  if (!decode_residuals(s, words)) return false;
  // Copies: what is written through bytes might, for all a compiler knows, be the stream's own members.
  const std::size_t n = s.n;
  const std::uint64_t slope = s.slope;
  if (s.how == transform::linear) {
    for (std::size_t i = 0; i < n; ++i) {  // must be vectorised
      set_word(words, i, word_at(words, i) + on_line(slope, i));
    }
  } else if (s.how == transform::second_difference) {
    std::uint64_t value = s.first;
    std::uint64_t difference = slope;
    set_word(words, 0, value);
    if (n > 1) set_word(words, 1, value += difference);
    for (std::size_t i = 2; i < n; ++i) {
      difference += word_at(words, i);
      set_word(words, i, value += difference);
    }
  }
  return true;
}

/// Adds a whole stream to n host words.
inline bool decode_onto(const integer_stream& s, std::byte* __restrict words) noexcept {
  const std::size_t n = s.n;
  const std::uint64_t base = s.base;
  if (s.how == transform::none && s.width == 0) {
    if (base != 0) {
      for (std::size_t i = 0; i < n; ++i) set_word(words, i, word_at(words, i) + base);  // must be vectorised
    }
    return s.patches == 0 || for_each_patch(s, [&](std::size_t position, std::uint64_t residual) {
             set_word(words, position, word_at(words, position) + residual - base);
           });
  }
  if (s.how == transform::none && s.divisor == 1 && s.patches == 0) {
    unpack<true>(s.packed, n, s.width, plus{base}, words);
    return true;
  }
  std::byte others[8 * max_block_values];
  if (!decode(s, others)) return false;
  for (std::size_t i = 0; i < n; ++i) {  // must be vectorised
    set_word(words, i, word_at(words, i) + word_at(others, i));
  }
  return true;
}

// Sums need the values before them. Out of line, so that finding a value where it stands is in line.
[[gnu::noinline]] inline bool sum_at(const integer_stream& s, std::size_t i, std::uint64_t& value) noexcept {
  std::byte words[8 * max_block_values];
  if (!decode(s, words)) return false;
  value = word_at(words, i);
  return true;
}

/// One value of a sound stream. `patched` may hold the positions of the patches.
inline bool value_at(const integer_stream& s, std::size_t i, std::uint64_t& value,
                     const position_set* patched = nullptr) noexcept {
  if (is_summed(s)) return sum_at(s, i, value);
  const std::size_t patch = find_position(s.positions, s.patches, i, patched);
  value = patch != no_position ? patch_value(s, patch) : s.base + packed_at(s.packed, s.n, s.width, i) * s.divisor;
  if (s.how == transform::linear) value += on_line(s.slope, i);
  return true;
}

}  // namespace detail::codec
}  // namespace v0
}  // namespace slotted
