// slotted: little-endian bytes, variable-length integers, and a reader that cannot leave its span.
// SPDX-License-Identifier: MIT
#pragma once

#include <slotted/version.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail::codec {

// Portable byte swap: std::byteswap is C++23.
constexpr std::uint64_t reverse_bytes(std::uint64_t v) noexcept {
  v = ((v & 0x00FF00FF00FF00FFu) << 8) | ((v >> 8) & 0x00FF00FF00FF00FFu);
  v = ((v & 0x0000FFFF0000FFFFu) << 16) | ((v >> 16) & 0x0000FFFF0000FFFFu);
  return (v << 32) | (v >> 32);
}

// A load through memcpy, not through shifted bytes: gcc 12 does not vectorise loops over the latter.
[[gnu::always_inline]] inline std::uint64_t load_little(const std::byte* from) noexcept {
  std::uint64_t v;
  std::memcpy(&v, from, sizeof v);
  if constexpr (std::endian::native == std::endian::big) v = reverse_bytes(v);
  return v;
}

[[gnu::always_inline]] inline void store_little(std::byte* to, std::uint64_t v) noexcept {
  if constexpr (std::endian::native == std::endian::big) v = reverse_bytes(v);
  std::memcpy(to, &v, sizeof v);
}

// The first `count` < 8 bytes as the low bytes of a word.
inline std::uint64_t load_little_partial(const std::byte* from, std::size_t count) noexcept {
  std::uint64_t v = 0;
  for (std::size_t i = 0; i < count; ++i) v |= std::to_integer<std::uint64_t>(from[i]) << (8 * i);
  return v;
}

inline void store_little_partial(std::byte* to, std::uint64_t v, std::size_t count) noexcept {
  for (std::size_t i = 0; i < count; ++i) to[i] = static_cast<std::byte>(v >> (8 * i));
}

// Words of the host in raw bytes: decoders write straight into a caller's array of double or int64 through
// these, since a uint64_t lvalue may not alias a double.
[[gnu::always_inline]] inline std::uint64_t word_at(const std::byte* words, std::size_t i) noexcept {
  std::uint64_t v;
  std::memcpy(&v, words + 8 * i, sizeof v);
  return v;
}

[[gnu::always_inline]] inline void set_word(std::byte* words, std::size_t i, std::uint64_t v) noexcept {
  std::memcpy(words + 8 * i, &v, sizeof v);
}

[[gnu::always_inline]] constexpr std::uint64_t zigzag(std::uint64_t v) noexcept { return (v << 1) ^ (0 - (v >> 63)); }
[[gnu::always_inline]] constexpr std::uint64_t unzigzag(std::uint64_t v) noexcept { return (v >> 1) ^ (0 - (v & 1)); }

[[gnu::always_inline]] constexpr unsigned bit_length(std::uint64_t v) noexcept {
  return static_cast<unsigned>(std::bit_width(v));
}

// LEB128: seven bits a byte, low first, at most ten bytes.
constexpr std::size_t varint_size(std::uint64_t v) noexcept { return v == 0 ? 1 : (bit_length(v) + 6) / 7; }
constexpr std::size_t signed_varint_size(std::uint64_t v) noexcept { return varint_size(zigzag(v)); }

/// Appends to a buffer whose room the caller has made sure of.
class byte_writer {
 public:
  explicit byte_writer(std::byte* to) noexcept : at_(to) {}

  void u8(unsigned v) noexcept { *at_++ = static_cast<std::byte>(v); }

  void varint(std::uint64_t v) noexcept {
    while (v >= 0x80) {
      u8(static_cast<unsigned>(v & 0x7F) | 0x80);
      v >>= 7;
    }
    u8(static_cast<unsigned>(v));
  }

  void signed_varint(std::uint64_t v) noexcept { varint(zigzag(v)); }

  void bytes(const std::byte* from, std::size_t count) noexcept {
    std::memcpy(at_, from, count);
    at_ += count;
  }

  // Room for `count` bytes that the caller fills.
  std::byte* take(std::size_t count) noexcept {
    std::byte* const p = at_;
    at_ += count;
    return p;
  }

  std::byte* at() const noexcept { return at_; }

 private:
  std::byte* at_;
};

/// Reads from a span; past its end every read gives zero and ok() is false for ever.
class byte_reader {
 public:
  explicit byte_reader(std::span<const std::byte> from) noexcept
      : begin_(from.data()), at_(from.data()), end_(from.data() + from.size()) {}

  bool ok() const noexcept { return ok_; }
  std::size_t consumed() const noexcept { return static_cast<std::size_t>(at_ - begin_); }
  void fail() noexcept { ok_ = false; }

  unsigned u8() noexcept {
    if (at_ == end_) {
      ok_ = false;
      return 0;
    }
    return std::to_integer<unsigned>(*at_++);
  }

  std::uint64_t varint() noexcept {
    std::uint64_t v = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const unsigned b = u8();
      v |= static_cast<std::uint64_t>(b & 0x7F) << shift;
      if (b < 0x80) return ok_ ? v : 0;
    }
    ok_ = false;
    return 0;
  }

  std::uint64_t signed_varint() noexcept { return unzigzag(varint()); }

  // The next `count` bytes, or null and a failed reader.
  const std::byte* take(std::size_t count) noexcept {
    if (static_cast<std::size_t>(end_ - at_) < count) {
      ok_ = false;
      at_ = end_;
      return nullptr;
    }
    const std::byte* const p = at_;
    at_ += count;
    return p;
  }

 private:
  const std::byte* begin_;
  const std::byte* at_;
  const std::byte* end_;
  bool ok_ = true;
};

}  // namespace detail::codec
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
