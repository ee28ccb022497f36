#include <slotted/codec/bytes.hpp>

#include "catch.hpp"

using namespace slotted::detail::codec;

TEST_CASE("words are little-endian wherever they were written") {
  std::byte bytes[8];
  store_little(bytes, 0x0807060504030201u);
  for (unsigned i = 0; i < 8; ++i) CHECK(std::to_integer<unsigned>(bytes[i]) == i + 1);
  CHECK(load_little(bytes) == 0x0807060504030201u);
  CHECK(load_little_partial(bytes, 3) == 0x030201u);
  CHECK(reverse_bytes(0x0807060504030201u) == 0x0102030405060708u);
}

TEST_CASE("variable-length integers come back from as many bytes as their size says") {
  for (unsigned shift = 0; shift < 64; ++shift) {
    for (const std::uint64_t v :
         {std::uint64_t{1} << shift, (std::uint64_t{1} << shift) - 1, ~std::uint64_t{0} << shift}) {
      std::byte bytes[32];
      byte_writer out(bytes);
      out.varint(v);
      CHECK(static_cast<std::size_t>(out.at() - bytes) == varint_size(v));
      out.signed_varint(v);
      CHECK(static_cast<std::size_t>(out.at() - bytes) <= 20);
      byte_reader in(std::span<const std::byte>(bytes, varint_size(v)));
      CHECK(in.varint() == v);
      CHECK(in.ok());
      CHECK(unzigzag(zigzag(v)) == v);
    }
  }
  CHECK(signed_varint_size(~std::uint64_t{0}) == 1);  // -1
}

TEST_CASE("a reader gives zeros past its end and never recovers") {
  const std::byte bytes[3] = {std::byte{0x85}, std::byte{0x80}, std::byte{0x80}};
  byte_reader in(bytes);
  CHECK(in.varint() == 0);  // unfinished
  CHECK_FALSE(in.ok());
  CHECK(in.u8() == 0);
  CHECK(in.take(1) == nullptr);
  CHECK_FALSE(in.ok());

  byte_reader all(bytes);
  CHECK(all.take(3) == bytes);
  CHECK(all.ok());
  CHECK(all.take(0) != nullptr);
  CHECK(all.take(1) == nullptr);
  CHECK_FALSE(all.ok());

  const std::byte endless[12] = {std::byte{0xFF}, std::byte{0xFF}, std::byte{0xFF}, std::byte{0xFF},
                                 std::byte{0xFF}, std::byte{0xFF}, std::byte{0xFF}, std::byte{0xFF},
                                 std::byte{0xFF}, std::byte{0xFF}, std::byte{0xFF}, std::byte{0x01}};
  byte_reader longer(endless);
  longer.varint();
  CHECK_FALSE(longer.ok());
}
