// slotted: which mode a block is written in: the encoder's search, and the memory that spares it.
// SPDX-License-Identifier: MIT
#pragma once

#include <slotted/codec/body.hpp>
#include <slotted/codec/column_state.hpp>
#include <slotted/codec/few_values.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail::codec {

using slotted::codec::series_dictionary;

// A flat body costs at most this: a stream of 64-bit codes, its header of two bytes and three varints, the mode byte.
constexpr std::size_t max_flat_size(std::size_t n) noexcept { return 8 * n + 40; }

inline std::size_t write_flat_plain(std::size_t n, const plain_plan& p, std::byte* to) noexcept {
  byte_writer out(to);
  out.u8(static_cast<unsigned>(p.choice.how));
  write_plain(n, p, out);
  return 1 + p.size;
}

inline std::size_t write_flat_dictionary(std::size_t n, const dictionary_plan& p, std::byte* to) noexcept {
  byte_writer out(to);
  out.u8(static_cast<unsigned>(mode::dictionary));
  write_dictionary(n, p, out);
  return 1 + p.size;
}

inline std::size_t write_flat_series(std::size_t n, value_kind kind, const series_dictionary& d, const series_plan& p,
                                     std::byte* to) noexcept {
  byte_writer out(to);
  out.u8(static_cast<unsigned>(mode::series_dictionary));
  write_series(n, kind, d.view().version, p, out);
  return 1 + p.size;
}

/// Writes few patterns as a plain body or as a dictionary, mode byte first.
///
/// Returns: its size; 0, with nothing written, when the general search may find something better.
inline std::size_t encode_few(const std::uint64_t* patterns, std::size_t n, value_kind kind, transform_set allowed,
                              remembered_choice& memory, std::byte* to) noexcept {
  few_plan p;
  if (!plan_few(patterns, n, kind, allowed, memory.plain, memory.known, p)) return 0;
  if (kind != value_kind::integer) {
    if (n >= 64 && p.size * 8 > n * (pattern_bits(kind) - 20)) return 0;  // top parts may be less
    if (p.choice.how == mode::integers && memory.known && !memory.still_good(p.size, n)) return 0;
  }
  if (dictionary_may_pay(patterns, n, p.size)) {
    dictionary_plan dictionary;
    if (plan_dictionary(patterns, n, kind, p.choice, p.size - p.size / 12, dictionary)) {
      memory.found(mode::dictionary, p.choice, n, dictionary.size);
      return write_flat_dictionary(n, dictionary, to);
    }
  }
  memory.found(p.choice.how, p.choice, n, p.size);
  byte_writer out(to);
  out.u8(static_cast<unsigned>(p.choice.how));
  if (p.choice.how == mode::decimals) out.u8(p.choice.exponent | (p.choice.narrowed ? flag_narrowed : 0));
  write_integers(p.residuals, n, p.integers, out);
  return 1 + p.size;
}

/// Writes n patterns as the least body but runs, mode byte first; gives its size.
inline std::size_t encode_flat_body(const std::uint64_t* patterns, std::size_t n, value_kind kind,
                                    transform_set allowed, const series_dictionary* series, remembered_choice& memory,
                                    std::byte* to) noexcept {
  if (n <= few_values && series == nullptr) {
    if (const std::size_t size = encode_few(patterns, n, kind, allowed, memory, to)) return size;
  }
  // The transform is compared with the others at every eighth block, for that costs as much as all the rest.
  const transform_set remembered = allowed & set_of(memory.plain.digits);  // none, where a hint says what cannot be
  const transform_set compared = memory.age % 8 == 7 || n <= few_values || remembered == 0 ? allowed : remembered;
  plain_plan plain;
  dictionary_plan dictionary;
  if (memory.usable(n)) {
    if (series_plan codes; memory.how == mode::series_dictionary && series != nullptr &&
                           plan_series(patterns, n, kind, *series, codes) && memory.still_good(codes.size, n)) {
      ++memory.age;
      return write_flat_series(n, kind, *series, codes, to);
    }
    // Reals that were no decimals are searched for each time: a block of decimals among them is too good to be missed.
    const bool plain_known = (kind == value_kind::integer || memory.plain.how == mode::decimals) &&
                             plan_again(patterns, n, kind, memory.plain, compared, plain);
    const std::size_t good = memory.still_good_below(n);
    if (memory.how == mode::dictionary && plain_known &&
        plan_dictionary(patterns, n, kind, memory.plain, min_of(good, plain.size - plain.size / 12), dictionary)) {
      ++memory.age;
      return write_flat_dictionary(n, dictionary, to);
    }
    if (plain_known && plain.size < good) {
      memory.plain.digits = plain.choice.digits;
      ++memory.age;
      return write_flat_plain(n, plain, to);
    }
  }

  search_plain(patterns, n, kind, allowed, plain);
  std::size_t best = plain.size;
  mode how = plain.choice.how;
  // A dictionary decodes more slowly than what it replaces: it has to save a twelfth.
  if (n >= 64 && best * 8 > n * 2 && values_recur(patterns, n) &&
      plan_dictionary(patterns, n, kind, plain.choice, best - best / 12, dictionary)) {
    best = dictionary.size;
    how = mode::dictionary;
  }
  top_parts_plan top_parts;
  if (kind != value_kind::integer && n >= 64 && best * 8 > n * (pattern_bits(kind) - 20)) {
    plan_top_parts(patterns, n, kind, top_parts);
    if (top_parts.size + best / 100 < best) {
      best = top_parts.size;
      how = mode::top_parts;
    }
  }
  series_plan codes;
  if (series != nullptr && best * 8 > n && plan_series(patterns, n, kind, *series, codes) &&
      codes.size + best / 12 < best) {
    best = codes.size;
    how = mode::series_dictionary;
  }
  memory.found(how, plain.choice, n, best);
  if (how <= mode::decimals) return write_flat_plain(n, plain, to);
  if (how == mode::dictionary) return write_flat_dictionary(n, dictionary, to);
  if (how == mode::series_dictionary) return write_flat_series(n, kind, *series, codes, to);
  byte_writer out(to);
  out.u8(static_cast<unsigned>(how));
  write_top_parts(patterns, n, kind, top_parts, out);
  return 1 + best;
}

// The parts of a column_state, and what else the encoder of one column is given.
struct encoder_memory {
  remembered_choice& values;
  remembered_choice& heads;
  bool& prefers_runs;
  unsigned char& runs_age;
  const series_dictionary* series;
};

/// Writes n patterns as the least body, mode byte first; gives its size, at most max_flat_size(n).
inline std::size_t encode_body(const std::uint64_t* patterns, std::size_t n, value_kind kind, encoder_memory memory,
                               std::byte* to) noexcept {
  const transform_set allowed = kind == value_kind::integer ? every_transform : first_order;
  const std::size_t count = count_runs(patterns, n);
  if (count == 1) {  // the body of one value, which is that of any number of them
    remembered_choice none;
    return encode_flat_body(patterns, 1, kind, only_positional, nullptr, none, to);
  }
  if (count * 8 > n * 5) return encode_flat_body(patterns, n, kind, allowed, memory.series, memory.values, to);

  run_plan runs;
  plan_runs(patterns, n, runs);
  std::byte heads[max_flat_size(max_block_values)];
  const std::size_t heads_size = encode_flat_body(runs.heads, count, kind, allowed, memory.series, memory.heads, heads);
  const std::size_t runs_size = 1 + runs.size + heads_size;
  constexpr unsigned char blocks_between_comparisons = 16;
  const bool trusted = memory.prefers_runs && memory.runs_age < blocks_between_comparisons;
  if (!trusted && count * 16 > n) {
    const std::size_t flat_size = encode_flat_body(patterns, n, kind, allowed, memory.series, memory.values, to);
    memory.prefers_runs = runs_size < flat_size;
    memory.runs_age = 0;
    if (!memory.prefers_runs) return flat_size;
  } else if (trusted) {
    ++memory.runs_age;
  }
  byte_writer out(to);
  out.u8(static_cast<unsigned>(mode::runs));
  write_runs(n, runs, out);
  out.bytes(heads, heads_size);
  return runs_size;
}

}  // namespace detail::codec
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
