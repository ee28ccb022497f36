// slotted: blocks as patterns, for who codes them anew without knowing the type of their values.
// SPDX-License-Identifier: MIT
#pragma once

#include <slotted/codec/block.hpp>

namespace slotted {
inline namespace v0 {
namespace detail::codec {

// Up to max_block_values values as encode saw them: integers with their sign extended, reals by their bits.
struct pattern_block {
  std::size_t n = 0;
  value_kind kind = value_kind::integer;
  std::uint64_t patterns[max_block_values];

  [[nodiscard]] std::span<const std::uint64_t> values() const noexcept { return {patterns, n}; }
};

// Returns: false when the bytes are no block, or the dictionary is not the one that it names.
inline bool try_decode_patterns(std::span<const std::byte> block, const dictionary_view& dictionary,
                                pattern_block& to) noexcept {
  byte_reader in(block);
  header h;
  if (!parse(in, h)) return false;
  to.n = h.n;
  to.kind = h.kind;
  return decode_body(in, h.n, h.kind, h.how, dictionary, reinterpret_cast<std::byte*>(to.patterns));
}

// Preconditions: `to` has room for max_encoded_size(from.n). Returns: the size, as encode.
inline std::size_t encode_patterns(const pattern_block& from, slotted::codec::column_state& state,
                                   const series_dictionary* series, std::byte* to) noexcept {
  return encode_block(from.patterns, from.n, from.kind, slotted::codec::column_state_access::of(state, series), to);
}

// Whether at least a third of the values of a block, as 64 of them show, are among those of some others.
inline bool recur_across(std::span<const std::uint64_t> values, std::span<const std::uint64_t> others) noexcept {
  constexpr unsigned bits = 16;  // of eight blocks' values at most an eighth are taken for ones that are there
  std::uint64_t seen[(1u << bits) / 64] = {};
  const auto place = [](std::uint64_t pattern) { return (pattern * 0x9E3779B97F4A7C15u) >> (64 - bits); };
  for (const std::uint64_t each : others) seen[place(each) / 64] |= std::uint64_t{1} << place(each) % 64;
  const std::size_t step = values.size() / 64 + 1;
  std::size_t asked = 0;
  std::size_t found = 0;
  for (std::size_t i = step / 2; i < values.size(); i += step, ++asked)
    found += seen[place(values[i]) / 64] >> place(values[i]) % 64 & 1;
  return found * 3 >= asked && found != 0;
}

}  // namespace detail::codec
}  // namespace v0
}  // namespace slotted
