// The checksum of RFC 3720, whichever way it is computed.
#include <slotted/codec/crc32c.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "catch.hpp"
#include "generated.hpp"

using slotted::codec::crc32c;
using namespace slotted::detail::codec;

namespace {

std::vector<std::byte> bytes_of(std::initializer_list<int> values) {
  std::vector<std::byte> bytes;
  for (const int value : values) bytes.push_back(static_cast<std::byte>(value));
  return bytes;
}

// A bit at a time, as the polynomial is defined.
std::uint32_t by_bits(std::span<const std::byte> bytes) {
  std::uint32_t crc = 0xFFFFFFFF;
  for (const std::byte byte : bytes) {
    crc ^= std::to_integer<std::uint32_t>(byte);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0x82F63B78U : 0U);
  }
  return ~crc;
}

std::vector<std::byte> random_bytes(std::size_t size) {
  generated::random r(81);
  std::vector<std::byte> bytes(size);
  for (auto& each : bytes) each = static_cast<std::byte>(r());
  return bytes;
}

}  // namespace

TEST_CASE("the vectors of RFC 3720, B.4") {
  CHECK(crc32c(std::vector<std::byte>(32)) == 0x8A9136AA);
  CHECK(crc32c(std::vector<std::byte>(32, std::byte{0xFF})) == 0x62A8AB43);
  std::vector<std::byte> ascending, descending;
  for (int i = 0; i < 32; ++i) {
    ascending.push_back(static_cast<std::byte>(i));
    descending.push_back(static_cast<std::byte>(31 - i));
  }
  CHECK(crc32c(ascending) == 0x46DD794E);
  CHECK(crc32c(descending) == 0x113FDB5C);
  CHECK(crc32c(bytes_of({0x01, 0xC0, 0, 0, 0, 0, 0,    0, 0,    0, 0, 0,    0, 0, 0, 0,
                         0x14, 0,    0, 0, 0, 0, 0x04, 0, 0,    0, 0, 0x14, 0, 0, 0, 0x18,
                         0x28, 0,    0, 0, 0, 0, 0,    0, 0x02, 0, 0, 0,    0, 0, 0, 0})) == 0xD9963A56);
  CHECK(crc32c({}) == 0);
  CHECK(crc32c(std::as_bytes(std::span(std::string_view("123456789")))) == 0xE3069283);
}

TEST_CASE("tables and instruction say what the polynomial does, for every size and alignment") {
  const auto bytes = random_bytes(300);
  bool same = true;
  for (std::size_t from = 0; from < 9; ++from) {
    for (std::size_t size = 0; from + size <= bytes.size(); ++size) {
      const auto part = std::span(bytes).subspan(from, size);
      const std::uint32_t expected = by_bits(part);
      same = same && crc32c(part) == expected;
      same = same && ~crc32c_by_tables(0xFFFFFFFF, part.data(), part.size()) == expected;
      if (has_crc32c_instruction())
        same = same && ~crc32c_by_instruction(0xFFFFFFFF, part.data(), part.size()) == expected;
    }
  }
  CHECK(same);
}

TEST_CASE("a checksum goes on where another ended") {
  const auto bytes = random_bytes(100);
  const std::span<const std::byte> all(bytes);
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut)
    CHECK(crc32c(all.subspan(cut), crc32c(all.first(cut))) == crc32c(all));
}

TEST_CASE("a flipped bit changes it") {
  auto bytes = random_bytes(200);
  const std::uint32_t whole = crc32c(bytes);
  for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    bytes[bit / 8] ^= static_cast<std::byte>(1U << bit % 8);
    REQUIRE(crc32c(bytes) != whole);
    bytes[bit / 8] ^= static_cast<std::byte>(1U << bit % 8);
  }
}
