// slotted: the block codec: 1 to 1024 numbers in, bytes out, and back without loss.
// SPDX-License-Identifier: MIT
#pragma once

#include <bit>
#include <cassert>
#include <concepts>
#include <cstdint>
#include <slotted/codec/body_search.hpp>
#include <slotted/codec/corrupt_block.hpp>
#include <type_traits>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {
// Whether float and double are those of IEEE 754, whose bits a block keeps. <limits>, which knows, has 1,000 lines.
inline constexpr bool reals_are_ieee754 =
    std::bit_cast<std::uint32_t>(-1.5F) == 0xBFC0'0000u && std::bit_cast<std::uint64_t>(-1.5) == 0xBFF8'0000'0000'0000u;
}  // namespace detail
/// The block codec: 1 to 1024 numbers in, bytes out, and back without loss. It knows nothing of records or containers.
namespace codec {

/// A number a column may be made of: any integer of up to 64 bits, bool, an enumeration, float or double.
template <typename T>
concept block_value = (std::integral<T> && sizeof(T) <= 8) || std::is_enum_v<T> ||
                      ((std::same_as<T, float> || std::same_as<T, double>) && detail::reals_are_ieee754);

/// What a block says of itself.
struct block_info {
  std::size_t count = 0;                 ///< values
  std::size_t size = 0;                  ///< bytes
  std::uint32_t dictionary_version = 0;  ///< the dictionary it needs, 0 for none
};

/// The most bytes that n values can take.
constexpr std::size_t max_encoded_size(std::size_t n) noexcept { return 8 * n + 48; }

}  // namespace codec

namespace detail::codec {

// The header: mode, kind * 8, 32 if the block is full, version * 64; then, unless it is full, the count less one.
// README.md in this folder has the format byte by byte; what is written there of a version holds for ever.
inline constexpr unsigned format_version = 1;
inline constexpr unsigned flag_full = 32;

template <typename T>
constexpr value_kind kind_of() noexcept {
  if constexpr (std::is_same_v<T, double>) return value_kind::binary64;
  if constexpr (std::is_same_v<T, float>) return value_kind::binary32;
  return value_kind::integer;
}

struct header {
  mode how = mode::integers;
  value_kind kind = value_kind::integer;
  std::size_t n = 0;
};

inline bool parse(byte_reader& in, header& h) noexcept {
  const unsigned byte = in.u8();
  const std::uint64_t last = (byte & flag_full) != 0 ? max_block_values - 1 : in.varint();
  const unsigned kind = byte >> 3 & 3;
  if (byte >> 6 != format_version || (byte & mode_mask) > static_cast<unsigned>(mode::runs) || kind > 2 ||
      last >= max_block_values) {
    in.fail();
  }
  h.how = static_cast<mode>(byte & mode_mask);
  h.kind = static_cast<value_kind>(kind);
  h.n = static_cast<std::size_t>(last) + 1;
  return in.ok();
}

template <typename T>
inline std::uint64_t to_pattern(T v) noexcept {
  if constexpr (std::is_enum_v<T>) {
    return to_pattern(static_cast<std::underlying_type_t<T>>(v));
  } else if constexpr (std::is_same_v<T, float>) {
    return std::bit_cast<std::uint32_t>(v);
  } else if constexpr (std::is_same_v<T, double>) {
    return std::bit_cast<std::uint64_t>(v);
  } else {
    return static_cast<std::uint64_t>(v);  // signed ones extend their sign
  }
}

// Integers outside T, which hostile bytes alone can hold, are reduced modulo 2^width; a bool is never but 0 or 1.
template <typename T>
inline T from_pattern(std::uint64_t pattern) noexcept {
  if constexpr (std::is_enum_v<T>) {
    return static_cast<T>(from_pattern<std::underlying_type_t<T>>(pattern));
  } else if constexpr (std::is_same_v<T, float>) {
    return std::bit_cast<float>(static_cast<std::uint32_t>(pattern));
  } else if constexpr (std::is_same_v<T, double>) {
    return std::bit_cast<double>(pattern);
  } else if constexpr (std::is_same_v<T, bool>) {
    return (pattern & 1) != 0;
  } else {
    return static_cast<T>(pattern);
  }
}

inline std::size_t encode_block(const std::uint64_t* patterns, std::size_t n, value_kind kind, encoder_memory memory,
                                std::byte* to) noexcept {
  // The count stands between the header, which takes the place of the mode byte, and the rest of the body.
  const bool full = n == max_block_values;
  const std::size_t count_size = full ? 0 : varint_size(n - 1);
  const std::size_t body_size = encode_body(patterns, n, kind, memory, to + count_size);
  const auto how = std::to_integer<unsigned>(to[count_size]);
  byte_writer out(to);
  out.u8(how | static_cast<unsigned>(kind) << 3 | (full ? flag_full : 0) | format_version << 6);
  if (!full) out.varint(n - 1);
  return count_size + body_size;
}

template <typename T>
inline void to_patterns(std::span<const T> values, std::uint64_t* patterns) noexcept {
  if constexpr (sizeof(T) == sizeof *patterns) {
    std::memcpy(patterns, values.data(), values.size_bytes());
  } else {
    for (std::size_t i = 0; i < values.size(); ++i) patterns[i] = to_pattern(values[i]);
  }
}

}  // namespace detail::codec

namespace codec {

/// For `encode` alone: the memory that a column_state keeps.
struct column_state_access {
  /// What the encoder may use of `s`.
  static detail::codec::encoder_memory of(column_state& s, const series_dictionary* series) noexcept {
    return {s.values_, s.heads_, s.prefers_runs_, s.runs_age_, s.divisor_, series};
  }
};

/// Encodes 1 to 1024 values, bit for bit, and gives the number of bytes written to `to`.
///
/// A dictionary of the series, if one is passed, is used where it makes the block smaller. A block carries no checksum,
/// and most flipped bits decode to other values: whoever stores or sends one keeps `crc32c` of it beside it.
///
/// Preconditions: 1 <= values.size() <= max_block_values, to.size() >= max_encoded_size(values.size()).
/// Effects: updates `state`. The bytes depend on the values and the state alone, not on compiler, flags or machine.
/// Complexity: linear; uses at most 64 KiB of stack and no heap.
template <block_value T>
inline std::size_t encode(std::span<const T> values, column_state& state, std::span<std::byte> to,
                          const series_dictionary* series = nullptr) noexcept {
  using namespace detail::codec;
  const std::size_t n = values.size();
  assert(n >= 1 && n <= max_block_values && to.size() >= max_encoded_size(n));
  std::uint64_t patterns[max_block_values];
  to_patterns(values, patterns);
  return encode_block(patterns, n, kind_of<T>(), column_state_access::of(state, series), to.data());
}

/// Encodes 1 to 1024 values, bit for bit, by what a hint says of the block before.
///
/// The same as with a column_state made of the hint, for columns too many to keep one for each.
///
/// Preconditions: 1 <= values.size() <= max_block_values, to.size() >= max_encoded_size(values.size()).
/// Effects: sets `h` to what this block tells the next. The bytes depend on the values and the hint alone.
template <block_value T>
inline std::size_t encode(std::span<const T> values, hint& h, std::span<std::byte> to,
                          const series_dictionary* series = nullptr) noexcept {
  column_state state(h);
  const std::size_t size = encode<T>(values, state, to, series);
  h = state.to_hint(values.size(), size);
  return size;
}

/// Chooses the values of a series that are worth an entry in its dictionary.
///
/// Preconditions: scratch.size() >= values.size(). bits_without: the bits a value takes without a dictionary.
/// Effects: writes the patterns, distinct and ascending, to the front of `entries`.
/// Returns: how many; 0 when a dictionary does not pay, or would have more than entries.size() of them.
/// Complexity: O(n log n), no heap.
template <block_value T>
inline std::size_t train_dictionary(std::span<const T> values, std::size_t bits_without,
                                    std::span<std::uint64_t> scratch, std::span<std::uint64_t> entries) noexcept {
  using namespace detail::codec;
  assert(scratch.size() >= values.size());
  for (std::size_t i = 0; i < values.size(); ++i) scratch[i] = to_pattern(values[i]);
  return train(scratch.first(values.size()), kind_of<T>(), bits_without, entries);
}

/// Reads what a block says of itself, without decoding it.
///
/// Returns: false when the bytes are no block.
[[nodiscard]] inline bool try_inspect(std::span<const std::byte> block, block_info& info) noexcept {
  using namespace detail::codec;
  byte_reader in(block);
  header h;
  if (!parse(in, h) || !skip_body(in, h.n, h.kind, h.how, info.dictionary_version)) return false;
  info.count = h.n;
  info.size = in.consumed();
  return true;
}

/// Reads what a block says of itself, without decoding it.
///
/// Throws: corrupt_block when the bytes are no block.
inline block_info inspect(std::span<const std::byte> block) {
  block_info info;
  if (!try_inspect(block, info)) detail::codec::throw_corrupt_block("slotted: bytes are not a block");
  return info;
}

/// The bytes a block takes, for skipping it; what follows it in the span is not looked at.
///
/// Throws: corrupt_block.
inline std::size_t encoded_size(std::span<const std::byte> block) { return inspect(block).size; }

/// Decodes a block of to.size() values.
///
/// Effects: writes to.size() values, or, when it fails, any values.
/// Returns: false when the bytes are no block of to.size() values of T's kind, or when the dictionary is not the one
/// the block names. Whatever the bytes, nothing outside the spans is read or written.
/// Complexity: linear; uses at most 16 KiB of stack and no heap.
template <block_value T>
[[nodiscard]] inline bool try_decode(std::span<const std::byte> block, std::span<T> to,
                                     const dictionary_view& dictionary = {}) noexcept {
  using namespace detail::codec;
  byte_reader in(block);
  header h;
  if (!parse(in, h) || h.n != to.size() || h.kind != kind_of<T>()) return false;
  if constexpr (sizeof(T) == 8) {
    return decode_body(in, h.n, h.kind, h.how, dictionary, reinterpret_cast<std::byte*>(to.data()));
  } else {
    std::byte words[8 * max_block_values];
    if (!decode_body(in, h.n, h.kind, h.how, dictionary, words)) return false;
    for (std::size_t i = 0; i < h.n; ++i) to[i] = from_pattern<T>(word_at(words, i));  // must be vectorised
    return true;
  }
}

/// Decodes a block of to.size() values.
///
/// Throws: corrupt_block where try_decode returns false.
template <block_value T>
inline void decode(std::span<const std::byte> block, std::span<T> to, const dictionary_view& dictionary = {}) {
  if (!try_decode(block, to, dictionary)) {
    detail::codec::throw_corrupt_block(
        "slotted: bytes are not a block of this many values of this type, or need another dictionary");
  }
}

/// The i-th value of a block.
///
/// Returns: false when the bytes are no block of T's kind, i is not below its count, or the dictionary is not its own:
/// whatever the bytes, it succeeds where try_decode does and nowhere else. Complexity: linear in the exceptions of the
/// block, and in its values where it holds differences, run lengths or codes of a series' dictionary.
template <block_value T>
[[nodiscard]] inline bool try_value_at(std::span<const std::byte> block, std::size_t i, T& value,
                                       const dictionary_view& dictionary = {}) noexcept {
  using namespace detail::codec;
  byte_reader in(block);
  header h;
  std::uint64_t pattern = 0;
  if (!parse(in, h) || i >= h.n || h.kind != kind_of<T>()) return false;
  if (!body_value_at(in, h.n, h.kind, h.how, dictionary, i, pattern)) return false;
  value = from_pattern<T>(pattern);
  return true;
}

/// The i-th value of a block.
///
/// Throws: corrupt_block where try_value_at returns false.
template <block_value T>
inline T value_at(std::span<const std::byte> block, std::size_t i, const dictionary_view& dictionary = {}) {
  T value{};
  if (!try_value_at(block, i, value, dictionary)) {
    detail::codec::throw_corrupt_block(
        "slotted: bytes are not a block with a value of this type at this position, or need another dictionary");
  }
  return value;
}

}  // namespace codec
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
