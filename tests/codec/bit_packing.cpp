#include <slotted/codec/bit_packing.hpp>

#include <random>
#include <vector>

#include "catch.hpp"

using namespace slotted::detail::codec;

TEST_CASE("every width and count packs into its size and comes back, in bulk and one by one") {
  std::mt19937_64 random(1);
  for (unsigned width = 0; width <= 64; ++width) {
    for (const std::size_t n : {1u, 2u, 7u, 15u, 16u, 17u, 63u, 64u, 65u, 200u, 1000u, 1023u, 1024u}) {
      std::vector<std::uint64_t> values(n);
      for (auto& v : values) v = random() & low_mask(width);
      std::vector<std::byte> packed(packed_size(n, width));  // exactly: a sanitizer sees a byte more
      pack(values.data(), n, width, packed.data());
      std::vector<std::uint64_t> back(n);
      const std::uint64_t base = random();
      unpack(packed.data(), n, width, plus{base}, reinterpret_cast<std::byte*>(back.data()));
      bool same = true;
      for (std::size_t i = 0; i < n; ++i) {
        same = same && back[i] == values[i] + base && packed_at(packed.data(), n, width, i) == values[i];
      }
      REQUIRE(same);
      unpack<true>(packed.data(), n, width, times_plus{3, 1}, reinterpret_cast<std::byte*>(back.data()));
      for (std::size_t i = 0; i < n; ++i) same = same && back[i] == values[i] * 4 + base + 1;
      REQUIRE(same);
    }
  }
}

TEST_CASE("golden bytes of the rows, of the rests of their lanes and of what stands behind them") {
  // This going red is a decision, not an accident: packed bytes that exist would be read as other values.
  const std::uint64_t few[5] = {1, 2, 3, 4, 5};
  std::byte packed[2];
  pack(few, 5, 3, packed);
  CHECK(std::to_integer<unsigned>(packed[0]) == 0xD1);  // 011 010 001 from the low bit on
  CHECK(std::to_integer<unsigned>(packed[1]) == 0x58);

  std::uint64_t many[1024];
  for (std::size_t i = 0; i < 1024; ++i) many[i] = i % 16 == 3 ? 1 : 0;
  std::byte full[128];
  pack(many, 1024, 1, full);
  for (std::size_t i = 0; i < 128; ++i) {  // lane 3 is word 3, all ones
    CHECK(std::to_integer<unsigned>(full[i]) == (i / 8 == 3 ? 0xFFu : 0u));
  }

  std::byte short_of_words[7];  // 50 values of 1 bit: 16 rests of 3 bits, then 2 values
  pack(many, 50, 1, short_of_words);
  const unsigned expected[7] = {0, 0x0E, 0, 0, 0, 0, 0};  // lane 3: bits 9 to 11
  for (std::size_t i = 0; i < 7; ++i) CHECK(std::to_integer<unsigned>(short_of_words[i]) == expected[i]);
}
