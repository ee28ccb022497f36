// slotted: a dictionary body: the distinct values of a block, coded as a plain body, and a code for each position.
// SPDX-License-Identifier: MIT
#pragma once

#include <slotted/algorithm.hpp>
#include <slotted/codec/plain.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail::codec {

inline constexpr std::size_t max_dictionary_entries = max_block_values;
// A code of so few fits into a byte, and their table into a part of the cache that it can share. Integers have no more:
// where they are narrower than eight bytes, a decoder keeps its words and a table of them within its stack.
inline constexpr std::size_t small_dictionary = 256;

// Bytes: entry count - 1 as a varint, mode of the entries, entries, stream of codes. Entries ascend, so that codes are
// ranks: what is near in value is near in code, and the entries themselves are small steps.
struct dictionary_body {
  plain_body entries;
  integer_stream codes;
  value_kind kind = value_kind::integer;
  std::size_t count = 0;

  // The codes that have an entry, or would have.
  std::uint64_t code_mask() const noexcept {
    return (count <= small_dictionary ? small_dictionary : max_dictionary_entries) - 1;
  }
};

inline bool parse(byte_reader& in, std::size_t n, value_kind kind, dictionary_body& b) noexcept {
  const std::uint64_t last = in.varint();
  const unsigned how = in.u8();
  if (how > static_cast<unsigned>(mode::decimals) || last >= n) in.fail();
  if (kind == value_kind::integer && last >= small_dictionary) in.fail();
  b.kind = kind;
  b.count = number_cast<std::size_t>(last) + 1;
  if (!in.ok() || !parse(in, b.count, kind, static_cast<mode>(how), b.entries)) return false;
  if (is_summed(b.entries)) in.fail();
  return in.ok() && parse_positional(in, n, b.codes);
}

// Codes are masked into this table rather than checked: those of hostile bytes then find a value or a zero.
inline bool decode_entries(const dictionary_body& b, std::uint64_t* table) noexcept {
  if (!decode(b.entries, reinterpret_cast<std::byte*>(table))) return false;
  for (std::size_t i = b.count; i <= b.code_mask(); ++i) table[i] = 0;
  return true;
}

// The code of a word that lies among others.
[[gnu::always_inline]] inline std::size_t code_at(const std::byte* words, std::size_t i, std::size_t mask) noexcept {
  constexpr std::size_t low = std::endian::native == std::endian::big ? 6 : 0;
  std::uint16_t code;
  std::memcpy(&code, words + 8 * i + low, sizeof code);
  return code & mask;
}

// Puts entries in the place of their codes. Out of line, where the words might be the table's for all that a compiler
// knows: one that knew better would gather eight at a time, which takes longer than eight loads. Four at a time, so
// that a load has not to be told from the store just before it.
[[gnu::noinline]] inline void look_up(const std::uint64_t* table, std::size_t mask, std::byte* words,
                                      std::size_t n) noexcept {
  const auto entry = [&](std::size_t i) { return table[code_at(words, i, mask)]; };
  std::size_t i = 0;
  for (; i + 4 <= n; i += 4) {
    const std::uint64_t entries[4] = {entry(i), entry(i + 1), entry(i + 2), entry(i + 3)};
    for (std::size_t k = 0; k < 4; ++k) set_word(words, i + k, entries[k]);
  }
  for (; i < n; ++i) set_word(words, i, entry(i));
}

inline bool decode_by(std::uint64_t* table, const dictionary_body& b, std::byte* __restrict words) noexcept {
  if (!decode_entries(b, table) || !decode(b.codes, words)) return false;
  look_up(table, number_cast<std::size_t>(b.code_mask()), words, b.codes.n);
  return true;
}

// Each out of line, for other bodies need no room for its table.
[[gnu::noinline]] inline bool decode_small(const dictionary_body& b, std::byte* __restrict words) noexcept {
  std::uint64_t table[small_dictionary];
  return decode_by(table, b, words);
}
[[gnu::noinline]] inline bool decode_large(const dictionary_body& b, std::byte* __restrict words) noexcept {
  std::uint64_t table[max_dictionary_entries];
  return decode_by(table, b, words);
}
// Of floats a table of words would not leave room for the words of their decoder: their patterns have 32 bits.
[[gnu::noinline]] inline bool decode_large_of_floats(const dictionary_body& b, std::byte* __restrict words) noexcept {
  std::uint32_t table[max_dictionary_entries];
  if (!decode(b.entries, words)) return false;  // there are no more entries than values
  for (std::size_t i = 0; i < b.count; ++i) table[i] = static_cast<std::uint32_t>(word_at(words, i));
  for (std::size_t i = b.count; i < max_dictionary_entries; ++i) table[i] = 0;
  if (!decode(b.codes, words)) return false;
  for (std::size_t i = 0; i < b.codes.n; ++i) set_word(words, i, table[code_at(words, i, max_dictionary_entries - 1)]);
  return true;
}

inline bool decode(const dictionary_body& b, std::byte* __restrict words) noexcept {
  if (b.count <= small_dictionary) return decode_small(b, words);
  return b.kind == value_kind::binary32 ? decode_large_of_floats(b, words) : decode_large(b, words);
}

// Whether a parsed body decodes.
inline bool is_sound(const dictionary_body& b) noexcept { return is_sound(b.entries) && is_sound(b.codes); }

inline bool value_at(const dictionary_body& b, std::size_t i, std::uint64_t& pattern) noexcept {
  std::uint64_t code = 0;
  if (!value_at(b.codes, i, code)) return false;
  code &= b.code_mask();
  pattern = 0;
  return code >= b.count || value_at(b.entries, number_cast<std::size_t>(code), pattern);
}

// The same with the entries decoded into a table, for many values of one block.
inline bool value_at(const dictionary_body& b, const std::uint64_t* table, std::size_t i, std::uint64_t& pattern,
                     const position_set* patched) noexcept {
  std::uint64_t code = 0;
  if (!value_at(b.codes, i, code, patched)) return false;
  pattern = table[number_cast<std::size_t>(code & b.code_mask())];
  return true;
}

// ---- encoding

struct dictionary_plan {
  std::size_t count = 0;
  plain_plan entries;
  integer_plan codes;
  std::size_t size = SIZE_MAX;  // without the mode byte
};

// Do values recur often enough for a dictionary, as 64 of them show? Of 256 values, 64 picked at random have eight
// pairs, of 1,024 two.
inline bool values_recur(const std::uint64_t* patterns, std::size_t n) noexcept {
  constexpr unsigned bits = 12;
  std::uint64_t seen[(1u << bits) / 64] = {};
  const std::size_t step = n / 64 + 1;
  std::size_t count = 0;
  std::size_t pairs = 0;
  for (std::size_t i = step / 2; i < n; i += step, ++count) {
    const std::uint64_t bit = (patterns[i] * 0x9E3779B97F4A7C15u) >> (64 - bits);
    pairs += seen[bit / 64] >> bit % 64 & 1;
    seen[bit / 64] |= std::uint64_t{1} << bit % 64;
  }
  return pairs * 32 > count;
}

inline constexpr std::size_t any_size = std::size_t{1} << 24;

// Could n values by so many entries take fewer than `limit` bytes? An entry saves the bits of its place in their order.
inline bool may_pay(std::size_t n, std::size_t entries, std::size_t limit) noexcept {
  const std::size_t value_bits = 8 * limit / n;
  const std::size_t code_bits = bit_length(entries);
  return n * code_bits + entries * (value_bits > code_bits ? value_bits - code_bits : 0) <= 8 * limit;
}

// Numbers the distinct ones of n patterns in the order of their values: leaves them in the spare words of the room, and
// the number of each pattern as its code.
//
// Returns: how many there are; 0 where they are too many, or where their codes take `limit` bytes or more.
inline std::size_t number_distinct(const std::uint64_t* patterns, std::size_t n, value_kind kind, std::size_t limit,
                                   encoder_room& room) noexcept {
  constexpr std::uint16_t empty = 0xFFFF;
  // Of values that are short without it, a large one saves next to nothing.
  constexpr std::size_t short_bits = 20;
  const bool small = kind == value_kind::integer || 8 * limit <= n * short_bits;
  const std::size_t most = small ? small_dictionary : max_dictionary_entries;
  index_room& index = room.index;
  std::memset(index.slots, 0xFF, sizeof index.slots);
  std::uint64_t* const seen = room.codes.words;
  std::size_t count = 0;
  std::size_t steps = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const std::uint64_t v = patterns[i];
    std::size_t slot = number_cast<std::size_t>((v * 0x9E3779B97F4A7C15u) >> 53);
    for (; index.slots[slot] != empty && seen[index.slots[slot]] != v; slot = (slot + 1) % index_slots)
      if (++steps > 16 * n) return 0;  // chosen to collide: other values take less than a step each
    if (index.slots[slot] == empty) {
      if (count == most || (count % 16 == 0 && !may_pay(n, count, limit))) return 0;
      seen[count] = v;
      index.order[count] = static_cast<std::uint16_t>(count);
      index.slots[slot] = static_cast<std::uint16_t>(count++);
    }
    index.first_codes[i] = index.slots[slot];
  }
  if (!may_pay(n, count, limit)) return 0;
  static_assert(index_slots == std::size_t{1} << (64 - 53));
  sort(index.order, index.order + count, [&](std::uint16_t a, std::uint16_t b) {
    return static_cast<std::int64_t>(to_ordered(seen[a], kind)) < static_cast<std::int64_t>(to_ordered(seen[b], kind));
  });
  for (std::size_t k = 0; k < count; ++k) {
    room.spare.words[k] = seen[index.order[k]];
    index.ranks[index.order[k]] = static_cast<std::uint16_t>(k);
  }
  for (std::size_t i = 0; i < n; ++i) room.codes.words[i] = index.ranks[index.first_codes[i]];
  return count;
}

/// Plans a dictionary; false when there are too many values, or it would take `limit` bytes or more. Entries are
/// tried first by the choice that the column has made for its values. Leaves in the room the codes and, as its spare
/// words, the entries; what a plan of another body left there is lost.
inline bool plan_dictionary(const std::uint64_t* patterns, std::size_t n, value_kind kind, const plain_choice& choice,
                            std::uint64_t divisor, std::size_t limit, encoder_room& room, dictionary_plan& p) noexcept {
  p.count = number_distinct(patterns, n, kind, limit, room);
  if (p.count == 0) return false;
  const std::uint64_t* const entries = room.spare.words;
  if (p.count < 16 || choice.how != mode::decimals ||
      !plan_again(entries, p.count, kind, choice, divisor, random_access, room, p.entries)) {
    search_plain(entries, p.count, kind, random_access, room, p.entries);
  }
  p.codes = plan_positional(room.codes.words, n);
  p.size = varint_size(p.count - 1) + 1 + p.entries.size + p.codes.size;
  return p.size < limit;
}

/// Writes p.size bytes.
///
/// Preconditions: the room has what the plan left there. Effects: it has not any more.
inline void write_dictionary(std::size_t n, value_kind kind, const dictionary_plan& p, encoder_room& room,
                             byte_writer& out) noexcept {
  out.varint(p.count - 1);
  out.u8(static_cast<unsigned>(p.entries.choice.how));
  prepare_plain(room.spare.words, p.count, kind, p.entries, room);
  write_plain(p.count, p.entries, room, out);
  write_integers(room.codes.words, n, p.codes, room.plain.digits, room.spare, out);
}

}  // namespace detail::codec
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
