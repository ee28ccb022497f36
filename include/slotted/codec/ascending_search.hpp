// slotted: which values of a block of ascending integers lie in a range, found without decoding most of them.
// SPDX-License-Identifier: MIT
#pragma once

#include <slotted/algorithm.hpp>
#include <slotted/codec/block.hpp>
#include <slotted/codec/part_decoder.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail::codec {

// How many of n ascending values, which at(i) gives, are less than v, or are not greater where `equal` counts.
template <typename At>
inline std::size_t count_below(std::size_t n, std::int64_t v, bool equal, At at) noexcept {
  std::size_t low = 0;
  for (std::size_t left = n; left != 0;) {
    const std::size_t half = left / 2;
    const std::int64_t there = at(low + half);
    const bool below = there < v || (equal && there == v);
    low += below ? half + 1 : 0;
    left = below ? left - half - 1 : half;
  }
  return low;
}

// The same of the values of a stream of steps. A line whose end is not reached is not searched.
inline std::size_t count_below(const integer_stream& s, std::int64_t v, bool equal) noexcept {
  std::size_t count = 0;
  (void)for_each_line(s, [&](const line_of_steps& line) {
    if (line.end == line.at) return true;
    const auto value = [&](std::size_t i) { return static_cast<std::int64_t>(line.value + line.rise * i); };
    const std::size_t length = line.end - line.at;
    const auto is_below = [&](std::int64_t there) { return there < v || (equal && there == v); };
    if (!is_below(value(0))) return false;
    count = line.end;
    if (is_below(value(length - 1))) return true;
    // The line rises: some value of it is not below.
    const std::uint64_t distance = static_cast<std::uint64_t>(v) - line.value - (equal ? 0 : 1);
    count = line.at + number_cast<std::size_t>(distance / line.rise) + 1;
    return false;
  });
  return count;
}

/// What a search found: some values of a block, perhaps none, and whether all of them have been decoded for it.
struct found_part {
  block_part part;
  bool decoded;
};

/// Finds the values of a block that lie in [least, most].
///
/// Preconditions: the values ascend as int64; `words` has room for n words. Effects: writes all values to `words`, or
/// none. Returns: false when the bytes are no block of n integers. Complexity: logarithmic in n and linear in the
/// exceptions of the block; linear in n where it holds differences that vary, runs or a dictionary.
[[nodiscard]] inline bool find_ascending(std::span<const std::byte> block, std::size_t n, std::int64_t least,
                                         std::int64_t most, std::byte* words, found_part& found) noexcept {
  const auto search = [&](auto count) {
    found.part.first = count(least, false);
    found.part.end = max_of(found.part.first, count(most, true));
    return true;
  };
  found.decoded = false;
  byte_reader in(block);
  header h;
  if (!parse(in, h) || h.n != n || h.kind != value_kind::integer) return false;
  if (h.how == mode::integers) {
    integer_stream s;
    byte_reader stream = in;
    if (!parse(stream, n, s) || !is_sound(s)) return false;
    if (is_steps(s)) return search([&](std::int64_t v, bool equal) { return count_below(s, v, equal); });
    if (!is_summed(s) && !s.binned) {
      return search([&](std::int64_t v, bool equal) {
        return count_below(n, v, equal, [&](std::size_t i) {
          std::uint64_t value = 0;
          (void)value_at(s, i, value);
          return static_cast<std::int64_t>(value);
        });
      });
    }
  }
  if (!decode_body(in, n, h.kind, h.how, {}, words)) return false;
  found.decoded = true;
  return search([&](std::int64_t v, bool equal) {
    return count_below(n, v, equal, [&](std::size_t i) { return static_cast<std::int64_t>(word_at(words, i)); });
  });
}

}  // namespace detail::codec
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
