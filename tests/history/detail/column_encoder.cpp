#include <slotted/history/detail/column_encoder.hpp>

#include <slotted/codec/patterns.hpp>

#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <vector>

#include "catch.hpp"

namespace {

namespace codec = slotted::codec;
using slotted::detail::codec::value_kind;

std::vector<std::byte> encoded(const std::vector<std::uint64_t>& words, value_kind kind, codec::hint& hint) {
  std::vector<std::byte> bytes(codec::max_encoded_size(words.size()));
  bytes.resize(slotted::detail::encode_words(words.data(), words.size(), kind, hint, bytes.data()));
  return bytes;
}

}  // namespace

TEST_CASE("words of every kind come back from what the codec decodes, whatever the hint") {
  std::mt19937_64 random(1);
  for (const std::size_t rows : {1U, 2U, 7U, 64U, 1024U}) {
    std::vector<std::uint64_t> integers(rows);
    std::vector<std::uint64_t> reals(rows);
    for (std::size_t i = 0; i < rows; ++i) {
      integers[i] = random() % 3 == 0 ? random() : i * 15;
      reals[i] = std::bit_cast<std::uint64_t>(static_cast<double>(random() % 1000) / 10);
    }
    codec::hint hint;
    for (int round = 0; round < 4; ++round) {
      hint.choice = round == 3 ? static_cast<std::uint16_t>(random()) : hint.choice;
      std::vector<std::int64_t> back(rows);
      codec::decode<std::int64_t>(encoded(integers, value_kind::integer, hint), back);
      for (std::size_t i = 0; i < rows; ++i) REQUIRE(std::bit_cast<std::uint64_t>(back[i]) == integers[i]);
      std::vector<double> same(rows);
      codec::decode<double>(encoded(reals, value_kind::binary64, hint), same);
      for (std::size_t i = 0; i < rows; ++i) REQUIRE(std::bit_cast<std::uint64_t>(same[i]) == reals[i]);
    }
  }
}

TEST_CASE("a hint does not make what follows larger by much") {
  std::vector<std::uint64_t> ramp(256);
  for (std::size_t i = 0; i < ramp.size(); ++i) ramp[i] = 1000 + 15 * i;
  codec::hint none;
  const std::size_t first = encoded(ramp, value_kind::integer, none).size();
  const std::size_t second = encoded(ramp, value_kind::integer, none).size();  // with what was chosen
  CHECK(first < 32);
  CHECK(second <= first);
}
