// slotted: decoding of neighbouring values of a body, in less time than all of them take.
// SPDX-License-Identifier: MIT
#pragma once

#include <slotted/algorithm.hpp>
#include <slotted/codec/body.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail::codec {

/// The values [first, end) of a block. They are decoded to their own places among the words of all values; the words of
/// others are written or not.
struct block_part {
  std::size_t first;
  std::size_t end;  // more than first, at most the count of the values

  // The rows of `lanes` values that have some of them, as the values of these rows.
  std::size_t first_in_rows() const noexcept { return first / lanes * lanes; }
  std::size_t end_in_rows(std::size_t n) const noexcept { return min_of(n, (end + lanes - 1) / lanes * lanes); }
  bool has(std::size_t i, std::size_t n) const noexcept { return first_in_rows() <= i && i < end_in_rows(n); }
};

// The words of whole rows are written, and those behind the last row all or none.
template <bool add = false, typename Finish>
inline void unpack_part(const integer_stream& s, block_part part, Finish finish, std::byte* __restrict words) noexcept {
  const packed_rows codes(s.packed, s.n, s.width);
  const std::size_t row = part.first / lanes;
  const std::size_t end = min_of(codes.rows(), (part.end + lanes - 1) / lanes);
  if (row < end) codes.unpack<add>(row, end - row, finish, words + row * lanes * 8);
  if (part.end > codes.rows() * lanes) codes.unpack_rest<add>(finish, words + codes.rows() * lanes * 8);
}

inline void fill_part(block_part part, std::uint64_t value, std::uint64_t rise, std::byte* words) noexcept {
  std::byte* const out = words + 8 * part.first;
  const std::size_t count = part.end - part.first;
  codec::run<line_kernel>(out, value, rise, count);
}

/// Calls f(line) for each line of a stream of steps, from the first on, until it returns false. The values from `at` to
/// `end` - 1 are value, value + rise, and so on.
struct line_of_steps {
  std::size_t at;
  std::size_t end;
  std::uint64_t value;
  std::uint64_t rise;
};
template <typename F>
inline bool for_each_line(const integer_stream& s, F&& f) noexcept {
  const bool once = s.how == transform::delta;
  line_of_steps line{0, 0, s.first, once ? s.base : s.slope};
  patch_cursor patches(s);
  for (; patches.position() != s.n; patches.advance()) {
    if (!is_read(s, patches.position())) continue;
    line.end = patches.position();
    if (!f(line)) return true;
    line.value += line.rise * (line.end - line.at) + patches.residual() - (once ? line.rise : 0);
    if (!once) line.rise += patches.residual();
    line.at = line.end;
  }
  line.end = s.n;
  (void)f(line);
  return patches.ok();
}

inline bool decode_part(const integer_stream& s, block_part part, std::byte* __restrict words) noexcept {
  if (is_steps(s)) {
    return for_each_line(s, [&](const line_of_steps& line) {
      const std::size_t first = max_of(line.at, part.first);
      const std::size_t end = min_of(line.end, part.end);
      if (first < end) fill_part({first, end}, line.value + line.rise * (first - line.at), line.rise, words);
      return line.end < part.end;
    });
  }
  const bool on_a_line = s.how == transform::linear;
  if (is_summed(s) || s.binned || (on_a_line && s.divisor != 1)) return decode(s, words);
  const std::uint64_t slope = on_a_line ? s.slope : 0;
  if (on_a_line) {
    std::uint64_t rises[lanes];
    for (std::size_t l = 0; l < lanes; ++l) rises[l] = slope * l;
    unpack_part(s, part, beside_line{s.base, slope, rises}, words);
  } else if (s.divisor == 1) {
    unpack_part(s, part, plus{s.base}, words);
  } else {
    unpack_part(s, part, times_plus{s.divisor, s.base}, words);
  }
  return s.patches == 0 || for_each_patch(s, [&](std::size_t position, std::uint64_t residual) {
           set_word(words, position, residual + on_line(slope, position));
         });
}

inline bool decode_part(const decimal_block& b, block_part part, std::byte* __restrict words) noexcept {
  const integer_stream& s = b.digits;
  const std::size_t first = part.first_in_rows();
  const std::size_t end = part.end_in_rows(s.n);
  if (s.binned || (b.corrected && (b.corrections.divisor != 1 || b.corrections.binned))) return decode(b, words);
  if (is_constant(s)) {
    fill_part({first, end}, pattern_of(b, s.base), 0, words);
  } else if (s.how == transform::none && s.divisor == 1 && b.divisor == 0 && b.target == decimal_target::binary64) {
    const plus step{s.base};
    if (b.exponent == 0) {
      unpack_part(s, part, whole_number<plus>{step}, words);
    } else {
      unpack_part(s, part, quotient<plus>{step, b.exponent}, words);
    }
    const bool patched = s.patches == 0 || for_each_patch(s, [&](std::size_t position, std::uint64_t d) {
                           if (part.has(position, s.n))
                             set_word(words, position, decimal_pattern(d, b.exponent, b.target));
                         });
    if (!patched) return false;
  } else {
    if (!decode_part(s, {first, end}, words)) return false;
    digits_to_patterns(b, words + 8 * first, end - first);
  }
  if (!b.corrected) return true;
  const integer_stream& c = b.corrections;
  if (c.width != 0 || c.base != 0) unpack_part<true>(c, part, plus{c.base}, words);
  return c.patches == 0 || for_each_patch(c, [&](std::size_t position, std::uint64_t residual) {
           if (!part.has(position, c.n)) return;
           const std::uint64_t added = c.base + packed_at(c.packed, c.n, c.width, position);
           set_word(words, position, word_at(words, position) + residual - added);
         });
}

inline bool decode_part(const plain_body& b, block_part part, std::byte* __restrict words) noexcept {
  if (b.how == mode::decimals) return decode_part(b.decimals, part, words);
  if (!decode_part(b.integers, part, words)) return false;
  if (b.kind == value_kind::integer) return true;
  for (std::size_t i = part.first; i < part.end; ++i) set_word(words, i, from_ordered(word_at(words, i), b.kind));
  return true;
}

inline bool decode_part(const dictionary_body& b, block_part part, std::byte* __restrict words) noexcept {
  if (b.count > small_dictionary) return decode(b, words);
  std::uint64_t table[small_dictionary];
  if (!decode_entries(b, table) || !decode_part(b.codes, part, words)) return false;
  look_up(table, number_cast<std::size_t>(b.code_mask()), words + 8 * part.first, part.end - part.first);
  return true;
}

inline bool decode_flat_body_part(byte_reader& in, std::size_t n, value_kind kind, mode how, const dictionary_view& d,
                                  block_part part, std::byte* __restrict words) noexcept {
  if (how != mode::integers && how != mode::decimals && how != mode::dictionary)
    return decode_flat_body(in, n, kind, how, d, words);
  if (how == mode::dictionary) {
    dictionary_body b;
    return parse(in, n, kind, b) && decode_part(b, part, words);
  }
  plain_body b;
  return parse(in, n, kind, how, b) && decode_part(b, part, words);
}

// Out of line, for other bodies need no room for the heads.
[[gnu::noinline]] inline bool decode_runs_part(byte_reader& in, std::size_t n, value_kind kind,
                                               const dictionary_view& d, block_part part,
                                               std::byte* __restrict words) noexcept {
  run_starts starts;
  run_index runs;
  mode how = mode::integers;
  if (!parse(in, n, starts) || !parse_heads_mode(in, how) || !runs.assign(starts)) return false;
  std::size_t run = runs.run_of(part.first);
  std::byte heads[8 * max_block_values];
  if (!decode_flat_body_part(in, starts.count, kind, how, d, {run, runs.run_of(part.end - 1) + 1}, heads)) return false;
  set_word(words, part.first, word_at(heads, run));
  for (std::size_t i = part.first + 1; i < part.end; ++i) {
    run += std::size_t{runs.is_start(i)};
    set_word(words, i, word_at(heads, run));
  }
  return true;
}

/// Decodes the patterns [part.first, part.end) of n as host words, to their places among n words.
///
/// Complexity: linear in the part, in the runs and in the exceptions of the block; in all values where it holds
/// differences, top parts or codes of a series' dictionary.
/// Returns: false when the bytes are no body; a fault in what is not looked at is not found.
inline bool decode_body_part(byte_reader& in, std::size_t n, value_kind kind, mode how, const dictionary_view& d,
                             block_part part, std::byte* __restrict words) noexcept {
  if (how == mode::runs) return decode_runs_part(in, n, kind, d, part, words);
  return decode_flat_body_part(in, n, kind, how, d, part, words);
}

}  // namespace detail::codec
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
