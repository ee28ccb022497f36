// slotted: CRC-32C, the checksum of iSCSI, for blocks that leave the memory they were encoded in.
// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include <slotted/algorithm.hpp>
#include <slotted/codec/bytes.hpp>
#include <slotted/version.hpp>

#if defined(__ARM_FEATURE_CRC32)
#include <arm_acle.h>
#endif

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail::codec {

// The polynomial 0x1EDC6F41, lowest bit first. All functions here take and give the register, which is the checksum
// with all bits flipped.
inline constexpr std::uint32_t crc32c_polynomial = 0x82F63B78;

// Entry [k][b] is what the byte b does to the register k bytes later.
inline constexpr std::array<std::array<std::uint32_t, 256>, 8> crc32c_tables = [] {
  std::array<std::array<std::uint32_t, 256>, 8> tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? crc32c_polynomial : 0);
    tables[0][byte] = crc;
  }
  for (std::size_t k = 1; k < 8; ++k)
    for (std::size_t byte = 0; byte < 256; ++byte)
      tables[k][byte] = (tables[k - 1][byte] >> 8) ^ tables[0][tables[k - 1][byte] & 0xFF];
  return tables;
}();

// Eight bytes a step. Source: M. Kounavis, F. Berry: A systematic approach to building high performance software-based
// CRC generators, ISCC 2005 ("slicing by 8").
[[nodiscard]] inline std::uint32_t crc32c_by_tables(std::uint32_t crc, const std::byte* at, std::size_t size) noexcept {
  const auto& t = crc32c_tables;
  for (; size >= 8; at += 8, size -= 8) {
    const std::uint64_t word = load_little(at) ^ crc;
    const auto byte = [word](unsigned k) { return number_cast<std::size_t>(word >> 8 * k & 0xFF); };
    crc = t[7][byte(0)] ^ t[6][byte(1)] ^ t[5][byte(2)] ^ t[4][byte(3)] ^ t[3][byte(4)] ^ t[2][byte(5)] ^
          t[1][byte(6)] ^ t[0][byte(7)];
  }
  for (; size != 0; ++at, --size) crc = (crc >> 8) ^ t[0][(crc ^ std::to_integer<std::uint32_t>(*at)) & 0xFF];
  return crc;
}

#if defined(__x86_64__) && defined(__GNUC__)
// The instruction of SSE 4.2, for whoever has asked the processor.
[[nodiscard, gnu::target("sse4.2")]] inline std::uint32_t crc32c_by_instruction(std::uint32_t crc, const std::byte* at,
                                                                                std::size_t size) noexcept {
  std::uint64_t wide = crc;
  for (; size >= 8; at += 8, size -= 8) wide = __builtin_ia32_crc32di(wide, load_little(at));
  crc = static_cast<std::uint32_t>(wide);
  for (; size != 0; ++at, --size) crc = __builtin_ia32_crc32qi(crc, std::to_integer<unsigned char>(*at));
  return crc;
}
[[nodiscard]] inline bool has_crc32c_instruction() noexcept { return __builtin_cpu_supports("sse4.2") != 0; }
#elif defined(__ARM_FEATURE_CRC32)
[[nodiscard]] inline std::uint32_t crc32c_by_instruction(std::uint32_t crc, const std::byte* at,
                                                         std::size_t size) noexcept {
  for (; size >= 8; at += 8, size -= 8) crc = __crc32cd(crc, load_little(at));
  for (; size != 0; ++at, --size) crc = __crc32cb(crc, std::to_integer<unsigned char>(*at));
  return crc;
}
[[nodiscard]] inline bool has_crc32c_instruction() noexcept { return true; }
#else
[[nodiscard]] inline std::uint32_t crc32c_by_instruction(std::uint32_t crc, const std::byte* at,
                                                         std::size_t size) noexcept {
  return crc32c_by_tables(crc, at, size);
}
[[nodiscard]] inline bool has_crc32c_instruction() noexcept { return false; }
#endif

}  // namespace detail::codec

namespace codec {

/// The CRC-32C of some bytes (Castagnoli, RFC 3720).
///
/// A block carries no checksum: whoever writes blocks to a disk or a wire keeps this beside them and compares it before
/// decoding, for most flipped bits decode to other values. `crc32c(b, crc32c(a))` is that of a followed by b. Any
/// thread may call it.
/// Complexity: linear; one instruction for 8 bytes where the processor has it, else tables of 8 KiB.
[[nodiscard]] inline std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t before = 0) noexcept {
  using namespace detail::codec;
  return ~(has_crc32c_instruction() ? crc32c_by_instruction(~before, bytes.data(), bytes.size())
                                    : crc32c_by_tables(~before, bytes.data(), bytes.size()));
}

}  // namespace codec
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
