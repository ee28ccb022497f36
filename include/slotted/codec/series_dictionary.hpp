// slotted: a dictionary per series: values that recur over a whole series, though not within one block.
// SPDX-License-Identifier: MIT
#pragma once

#include <slotted/algorithm.hpp>
#include <slotted/codec/plain.hpp>
#include <slotted/hash_seed.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace codec {

/// One immutable version of a series' dictionary, as a decoder needs it.
///
/// Blocks name the version they were written with; a decoder that is passed another says corrupt_block. An encoder may
/// go on to a later version at any block, with earlier ones kept for as long as blocks name them.
struct dictionary_view {
  std::uint32_t version = 0;                  ///< 0 names no dictionary
  std::span<const std::uint64_t> patterns{};  ///< distinct values as encode sees them; a code is an index
};

/// The most entries of a series' dictionary.
inline constexpr std::size_t max_series_entries = 65535;

/// A dictionary with the index that an encoder needs; refers to memory of the caller's, who charges it to a budget.
class series_dictionary {
 public:
  /// The length of the index for so many entries, in elements of two bytes.
  static constexpr std::size_t index_size(std::size_t entries) noexcept { return std::bit_ceil(entries * 2 + 2); }

  series_dictionary() noexcept = default;

  /// Builds the index of distinct patterns.
  ///
  /// Preconditions: version != 0, 1 <= patterns.size() <= max_series_entries, index.size() ==
  /// index_size(patterns.size()). Both spans outlive the dictionary, and the patterns are not changed.
  series_dictionary(std::uint32_t version, std::span<const std::uint64_t> patterns,
                    std::span<std::uint16_t> index) noexcept
      : view_{version, patterns}, index_(index), seed_(detail::process_hash_seed()) {
    for (auto& slot : index) slot = 0;
    for (std::size_t code = 0; code < patterns.size(); ++code) {
      std::size_t slot = home(patterns[code]);
      while (index[slot] != 0) slot = (slot + 1) & (index.size() - 1);
      index[slot] = static_cast<std::uint16_t>(code + 1);
    }
  }

  /// What a decoder needs of it.
  const dictionary_view& view() const noexcept { return view_; }

  /// The code of a pattern, or max_series_entries when it has none.
  std::size_t find(std::uint64_t pattern) const noexcept {
    for (std::size_t slot = home(pattern); index_[slot] != 0; slot = (slot + 1) & (index_.size() - 1)) {
      const std::size_t code = index_[slot] - std::size_t{1};
      if (view_.patterns[code] == pattern) return code;
    }
    return max_series_entries;
  }

 private:
  std::size_t home(std::uint64_t pattern) const noexcept {
    return detail::number_cast<std::size_t>(detail::hash_integer(pattern, seed_)) & (index_.size() - 1);
  }

  dictionary_view view_;
  std::span<std::uint16_t> index_;
  detail::hash_seed seed_{};  // values from untrusted input cannot be chosen to collide
};

}  // namespace codec

namespace detail::codec {

using slotted::codec::dictionary_view;

// Bytes: version, stream of codes, count of the values that the dictionary has not, [their positions at 10 bits, their
// patterns]. A value it has not is coded as the code before it.
struct series_body {
  std::uint64_t version = 0;
  value_kind kind = value_kind::integer;
  integer_stream codes;
  std::size_t strangers = 0;
  const std::byte* positions = nullptr;
  const std::byte* patterns = nullptr;
};

inline bool parse(byte_reader& in, std::size_t n, value_kind kind, series_body& b) noexcept {
  b.version = in.varint();
  b.kind = kind;
  if (b.version == 0 || b.version > UINT32_MAX) in.fail();
  if (!in.ok() || !parse_positional(in, n, b.codes)) return false;
  const std::uint64_t strangers = in.varint();
  if (strangers > n) in.fail();
  if (!in.ok()) return false;
  b.strangers = static_cast<std::size_t>(strangers);
  b.positions = in.take(packed_size(b.strangers, position_bits));
  b.patterns = in.take(packed_size(b.strangers, pattern_bits(kind)));
  return in.ok();
}

// Whether a parsed body decodes, if it is passed its dictionary.
inline bool is_sound(const series_body& b) noexcept {
  return is_sound(b.codes) && are_positions(b.positions, b.strangers, b.codes.n);
}

// The codes as host words; false when the dictionary is another one, or lacks an entry for one of them.
inline bool decode_codes(const series_body& b, const dictionary_view& d, std::byte* __restrict words) noexcept {
  if (d.version != b.version || !decode(b.codes, words)) return false;
  const std::uint64_t size = d.patterns.size();
  const std::size_t n = b.codes.n;
  std::uint64_t outside = 0;
  for (std::size_t i = 0; i < n; ++i) outside |= std::uint64_t{word_at(words, i) >= size};  // must be vectorised
  return outside == 0;
}

// Whether a sound body decodes by this dictionary.
[[gnu::noinline]] inline bool is_of(const series_body& b, const dictionary_view& d) noexcept {
  std::byte words[8 * max_block_values];
  return decode_codes(b, d, words);
}

inline bool decode(const series_body& b, const dictionary_view& d, std::byte* __restrict words) noexcept {
  if (!decode_codes(b, d, words) || !are_positions(b.positions, b.strangers, b.codes.n)) return false;
  const std::uint64_t* const patterns = d.patterns.data();
  const std::size_t n = b.codes.n;
  for (std::size_t i = 0; i < n; ++i) {
    set_word(words, i, patterns[number_cast<std::size_t>(word_at(words, i))]);
  }
  for (std::size_t k = 0; k < b.strangers; ++k) {
    const auto i = number_cast<std::size_t>(packed_at(b.positions, b.strangers, position_bits, k));
    set_word(words, i, packed_at(b.patterns, b.strangers, pattern_bits(b.kind), k));
  }
  return true;
}

// Preconditions: is_of(b, d). `patched` may hold the positions of the patches of the codes, then those of the
// strangers.
inline bool value_at(const series_body& b, const dictionary_view& d, std::size_t i, std::uint64_t& pattern,
                     const position_set* patched = nullptr) noexcept {
  const std::size_t k = find_position(b.positions, b.strangers, i, patched == nullptr ? nullptr : patched + 1);
  if (k != no_position) {
    pattern = packed_at(b.patterns, b.strangers, pattern_bits(b.kind), k);
    return true;
  }
  std::uint64_t code = 0;
  if (!value_at(b.codes, i, code, patched)) return false;
  pattern = d.patterns[number_cast<std::size_t>(code)];
  return true;
}

// ---- encoding

struct series_plan {
  integer_plan codes;
  std::size_t strangers = 0;
  std::size_t size = SIZE_MAX;  // without the mode byte
};

/// Plans codes of a series' dictionary; false when it lacks too many of the values. Leaves in the room the codes, and
/// as digits and corrections the positions and the patterns of what the dictionary has not.
inline bool plan_series(const std::uint64_t* patterns, std::size_t n, value_kind kind,
                        const slotted::codec::series_dictionary& d, encoder_room& room, series_plan& p) noexcept {
  std::uint64_t* const codes = room.codes.words;
  std::uint64_t code = 0;
  p.strangers = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t found = d.find(patterns[i]);
    if (found != slotted::codec::max_series_entries) {
      code = found;
    } else {
      if (p.strangers * 4 > n) return false;
      room.plain.digits.words[p.strangers] = i;
      room.plain.corrections.words[p.strangers++] = patterns[i];
    }
    codes[i] = code;
  }
  p.codes = plan_positional(codes, n);
  p.size = varint_size(d.view().version) + p.codes.size + varint_size(p.strangers) +
           packed_size(p.strangers, position_bits) + packed_size(p.strangers, pattern_bits(kind));
  return true;
}

/// Writes p.size bytes.
inline void write_series(std::size_t n, value_kind kind, std::uint32_t version, const series_plan& p,
                         encoder_room& room, byte_writer& out) noexcept {
  out.varint(version);
  write_integers(room.codes.words, n, p.codes, room.residuals, room.spare, out);
  out.varint(p.strangers);
  const std::uint64_t* const found = room.plain.corrections.words;
  pack(room.plain.digits.words, p.strangers, position_bits, out.take(packed_size(p.strangers, position_bits)));
  pack(found, p.strangers, pattern_bits(kind), out.take(packed_size(p.strangers, pattern_bits(kind))));
}

// Patterns in the order of their values, as to_ordered() gives them, ascending.
inline void sort_ordered(std::span<std::uint64_t> patterns, value_kind kind) noexcept {
  for (auto& v : patterns) v = to_ordered(v, kind);
  sort(patterns.data(), patterns.data() + patterns.size(),
       [](std::uint64_t a, std::uint64_t b) { return static_cast<std::int64_t>(a) < static_cast<std::int64_t>(b); });
}

// Of sorted ones, those that occur `least` times at least, as patterns again; 0 where they are more than
// entries.size().
inline std::size_t choose_entries(std::span<const std::uint64_t> sorted, value_kind kind, std::size_t least,
                                  std::span<std::uint64_t> entries) noexcept {
  std::size_t count = 0;
  for (std::size_t from = 0, to = 0; from < sorted.size(); from = to) {
    while (to < sorted.size() && sorted[to] == sorted[from]) ++to;
    if (to - from < least) continue;
    if (count == entries.size() || count == slotted::codec::max_series_entries) return 0;
    entries[count++] = from_ordered(sorted[from], kind);
  }
  return count;
}

// What a dictionary of the sorted ones that occur `least` times at least would be.
struct dictionary_coverage {
  std::size_t entries = 0;
  std::size_t values = 0;  // that have an entry

  // The bits that so many values take by it, about: what has no entry costs its position and its pattern.
  [[nodiscard]] std::size_t bits_of(std::size_t all, value_kind kind) const noexcept {
    return all * bit_length(entries) + (all - values) * (position_bits + pattern_bits(kind));
  }
};
inline dictionary_coverage coverage_of(std::span<const std::uint64_t> sorted, std::size_t least) noexcept {
  dictionary_coverage found;
  for (std::size_t from = 0, to = 0; from < sorted.size(); from = to) {
    while (to < sorted.size() && sorted[to] == sorted[from]) ++to;
    if (to - from < least) continue;
    ++found.entries;
    found.values += to - from;
  }
  return found;
}

// How often a value must occur to be worth an entry: each saves what its occurrences take without it, `bits_without`
// each, less a code, and costs eight bytes. 0: none is.
inline std::size_t least_occurrences(std::span<const std::uint64_t> sorted, std::size_t bits_without) noexcept {
  std::size_t distinct = 0;
  for (std::size_t i = 0; i < sorted.size(); ++i) distinct += i == 0 || sorted[i] != sorted[i - 1];
  const std::size_t code_bits = bit_length(distinct);
  return bits_without <= code_bits ? 0 : 64 / (bits_without - code_bits) + 1;
}

// From the patterns in scratch, chooses those worth an entry; leaves them ascending in `entries`, and says how many.
inline std::size_t train(std::span<std::uint64_t> scratch, value_kind kind, std::size_t bits_without,
                         std::span<std::uint64_t> entries) noexcept {
  sort_ordered(scratch, kind);
  const std::size_t least = least_occurrences(scratch, bits_without);
  return least == 0 ? 0 : choose_entries(scratch, kind, least, entries);
}

}  // namespace detail::codec
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
