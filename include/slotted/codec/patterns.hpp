// slotted: blocks as patterns: encoding and decoding without the type of the values.
// SPDX-License-Identifier: MIT
#pragma once

#include <slotted/codec/block.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
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

// How the values of a block recur in others, by a filter of bits: of eight blocks' values it takes at most an eighth
// for ones that are there.
class recurrence {
 public:
  recurrence(std::span<const std::uint64_t> values, std::span<const std::uint64_t> others) noexcept {
    for (const std::uint64_t each : others) {
      distinct_ += 1 - number_cast<std::size_t>(seen_[place(each) / 64] >> place(each) % 64 & 1);
      seen_[place(each) / 64] |= std::uint64_t{1} << place(each) % 64;
    }
    const std::size_t step = values.size() / 64 + 1;
    for (std::size_t i = step / 2; i < values.size(); i += step, ++asked_)
      found_ += number_cast<std::size_t>(seen_[place(values[i]) / 64] >> place(values[i]) % 64 & 1);
  }
  // Whether at least a third of the values, as 64 of them show, are among the others.
  [[nodiscard]] bool is_common() const noexcept { return found_ * 3 >= asked_ && found_ != 0; }
  // How many the others are, about, and not more.
  [[nodiscard]] std::size_t distinct() const noexcept { return distinct_; }

 private:
  static constexpr unsigned bits = 16;
  [[nodiscard]] static std::uint64_t place(std::uint64_t pattern) noexcept {
    return (pattern * 0x9E3779B97F4A7C15u) >> (64 - bits);
  }
  std::size_t distinct_ = 0;
  std::size_t asked_ = 0;
  std::size_t found_ = 0;
  std::uint64_t seen_[(1u << bits) / 64] = {};
};

}  // namespace detail::codec
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
