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

/// A planned body of any mode but runs.
struct flat_plan {
  mode how = mode::integers;
  std::size_t size = SIZE_MAX;  // without the mode byte
  plain_plan plain;
  dictionary_plan dictionary;
  top_parts_plan top_parts;
  series_plan codes;
};

/// Plans few patterns as a plain body or as a dictionary.
///
/// Returns: false when the general search may find something better.
[[gnu::noinline]] inline bool plan_few_body(const std::uint64_t* patterns, std::size_t n, value_kind kind,
                                            transform_set allowed, remembered_choice& memory, encoder_room& room,
                                            flat_plan& p) noexcept {
  plain_plan& plain = p.plain;
  const auto plan_plain = [&] {
    return plan_few(patterns, n, kind, allowed, memory.plain, memory.known(), room, plain);
  };
  if (!plan_plain()) return false;
  if (kind != value_kind::integer) {
    if (n >= 64 && plain.size * 8 > n * (pattern_bits(kind) - 20)) return false;  // top parts may be less
    if (plain.choice.how == mode::integers && memory.known() && !memory.still_good(plain.size, n)) return false;
  }
  p.how = plain.choice.how;
  p.size = plain.size;
  if (dictionary_may_pay(patterns, n, plain.size)) {
    if (plan_dictionary(patterns, n, kind, plain.choice, plain.divisor, plain.size - plain.size / 12, room,
                        p.dictionary)) {
      p.how = mode::dictionary;
      p.size = p.dictionary.size;
    } else {
      plan_plain();  // again, for the room has no longer what is to be written
    }
  }
  memory.found(p.how, plain.choice, n, p.size);
  return true;
}

/// Plans n patterns by what is remembered of the block before.
///
/// Returns: false when that does not apply, or is not good enough any more.
inline bool plan_flat_again(const std::uint64_t* patterns, std::size_t n, value_kind kind, transform_set allowed,
                            const series_dictionary* series, remembered_choice& memory, std::uint64_t divisor,
                            encoder_room& room, flat_plan& p) noexcept {
  // The transform is compared with the others at every eighth block, for that costs as much as all the rest.
  const transform_set remembered = allowed & set_of(memory.plain.digits);  // none, where a hint says what cannot be
  const transform_set compared = memory.age % 8 == 7 || n <= few_values || remembered == 0 ? allowed : remembered;
  const auto is_taken = [&](mode how, std::size_t size) {
    p.how = how;
    p.size = size;
    ++memory.age;
    return true;
  };
  if (memory.how == mode::series_dictionary && series != nullptr &&
      plan_series(patterns, n, kind, *series, room, p.codes) && memory.still_good(p.codes.size, n)) {
    return is_taken(mode::series_dictionary, p.codes.size);
  }
  // Reals that were no decimals are searched for each time: a block of decimals among them is too good to be missed.
  if (kind != value_kind::integer && memory.plain.how != mode::decimals) return false;
  plain_plan& plain = p.plain;
  if (!plan_again(patterns, n, kind, memory.plain, divisor, compared, room, plain)) return false;
  const std::size_t good = memory.still_good_below(n);
  if (memory.how == mode::dictionary) {
    const std::size_t limit = min_of(good, plain.size - plain.size / 12);
    if (plan_dictionary(patterns, n, kind, memory.plain, divisor, limit, room, p.dictionary))
      return is_taken(mode::dictionary, p.dictionary.size);
    if (plain.size < good) prepare_plain(patterns, n, kind, plain, room);
  }
  if (plain.size >= good) return false;
  memory.plain.digits = plain.choice.digits;
  return is_taken(plain.choice.how, plain.size);
}

/// Plans n patterns as the least body but runs, and leaves in the room what is to be written of it.
[[gnu::noinline]] inline void plan_flat(const std::uint64_t* patterns, std::size_t n, value_kind kind,
                                        transform_set allowed, const series_dictionary* series,
                                        remembered_choice& memory, std::uint64_t& divisor, encoder_room& room,
                                        flat_plan& p) noexcept {
  if (n <= few_values && series == nullptr && plan_few_body(patterns, n, kind, allowed, memory, room, p)) return;
  if (memory.usable(n) && plan_flat_again(patterns, n, kind, allowed, series, memory, divisor, room, p)) return;

  p.plain.corrections = {};
  search_plain(patterns, n, kind, allowed, room, p.plain);
  p.size = p.plain.size;
  p.how = p.plain.choice.how;
  bool in_room = false;
  // A dictionary decodes more slowly than what it replaces: it has to save a twelfth.
  if (n >= 64 && p.size * 8 > n * 2 && values_recur(patterns, n) &&
      plan_dictionary(patterns, n, kind, p.plain.choice, p.plain.divisor, p.size - p.size / 12, room, p.dictionary)) {
    p.size = p.dictionary.size;
    p.how = mode::dictionary;
    in_room = true;
  }
  if (kind != value_kind::integer && n >= 64 && p.size * 8 > n * (pattern_bits(kind) - 20)) {
    plan_top_parts(patterns, n, kind, p.top_parts);
    if (p.top_parts.size + p.size / 100 < p.size) {
      p.size = p.top_parts.size;
      p.how = mode::top_parts;
    }
  }
  if (series != nullptr && p.size * 8 > n) {
    in_room = false;
    if (plan_series(patterns, n, kind, *series, room, p.codes) && p.codes.size + p.size / 12 < p.size) {
      p.size = p.codes.size;
      p.how = mode::series_dictionary;
    }
  }
  memory.found(p.how, p.plain.choice, n, p.size);
  if (p.plain.divisor != 0) divisor = p.plain.divisor;
  if (p.how <= mode::decimals) prepare_plain(patterns, n, kind, p.plain, room);
  if (p.how == mode::dictionary && !in_room) number_distinct(patterns, n, kind, any_size, room);
}

/// Writes n patterns as planned, mode byte first; gives their size, at most max_flat_size(n).
[[gnu::noinline]] inline std::size_t write_flat(const std::uint64_t* patterns, std::size_t n, value_kind kind,
                                                const flat_plan& p, const series_dictionary* series, encoder_room& room,
                                                std::byte* to) noexcept {
  byte_writer out(to);
  out.u8(static_cast<unsigned>(p.how));
  if (p.how <= mode::decimals) {
    write_plain(n, p.plain, room, out);
  } else if (p.how == mode::dictionary) {
    write_dictionary(n, kind, p.dictionary, room, out);
  } else if (p.how == mode::series_dictionary) {
    write_series(n, kind, series->view().version, p.codes, room, out);
  } else {
    write_top_parts(patterns, n, kind, p.top_parts, room, out);
  }
  return 1 + p.size;
}

// The parts of a column_state, and what else the encoder of one column is given.
struct encoder_memory {
  remembered_choice& values;
  remembered_choice& heads;
  bool& prefers_runs;
  unsigned char& runs_age;
  std::uint64_t& divisor;
  const series_dictionary* series;
};

/// Writes n patterns as the least body, mode byte first; gives its size, at most max_flat_size(n).
inline std::size_t encode_body(const std::uint64_t* patterns, std::size_t n, value_kind kind, encoder_memory memory,
                               std::byte* to) noexcept {
  const transform_set allowed = kind == value_kind::integer ? every_transform : first_order;
  encoder_room room;
  const auto encode_flat = [&](const std::uint64_t* values, std::size_t count, transform_set transforms,
                               const series_dictionary* series, remembered_choice& remembered, std::byte* at) {
    flat_plan p;
    plan_flat(values, count, kind, transforms, series, remembered, memory.divisor, room, p);
    return write_flat(values, count, kind, p, series, room, at);
  };
  const std::size_t count = count_runs(patterns, n);
  if (count == 1) {  // the body of one value, which is that of any number of them
    remembered_choice none;
    return encode_flat(patterns, 1, only_positional, nullptr, none, to);
  }
  if (count > max_runs(n)) return encode_flat(patterns, n, allowed, memory.series, memory.values, to);

  byte_writer out(to);
  out.u8(static_cast<unsigned>(mode::runs));
  run_plan runs;
  plan_runs(patterns, n, room, runs);
  write_runs(n, runs, room, out);
  const std::size_t size =
      1 + runs.size + encode_flat(room.heads, count, allowed, memory.series, memory.heads, out.at());
  constexpr unsigned char blocks_between_comparisons = 16;
  const bool trusted = memory.prefers_runs && memory.runs_age < blocks_between_comparisons;
  if (!trusted && count * 16 > n) {
    flat_plan flat;
    plan_flat(patterns, n, kind, allowed, memory.series, memory.values, memory.divisor, room, flat);
    memory.prefers_runs = size < 1 + flat.size;
    memory.runs_age = 0;
    if (!memory.prefers_runs) return write_flat(patterns, n, kind, flat, memory.series, room, to);
  } else if (trusted) {
    ++memory.runs_age;
  }
  return size;
}

}  // namespace detail::codec
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
