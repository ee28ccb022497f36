#include <slotted/codec/bins.hpp>

#include <slotted/codec/bin_plan.hpp>
#include <vector>

#include "catch.hpp"
#include "generated.hpp"

using namespace slotted::detail::codec;

namespace {

word_room bits_room;
std::uint8_t counts[slotted::codec::max_block_values];

std::vector<std::byte> written(const std::vector<std::uint64_t>& codes) {
  auto sorted = codes;
  bin_plan p;
  REQUIRE(plan_bins(sorted.data(), sorted.size(), p));
  binned_bits bits{bits_room.words, counts, {}, 0};
  code_by_bins(codes.data(), codes.size(), p, bits);
  std::vector<std::byte> bytes(size_of_bins(p, bits));
  byte_writer out(bytes.data());
  write_bins(codes.size(), p, bits, out);
  REQUIRE(out.at() == bytes.data() + bytes.size());
  return bytes;
}

std::vector<std::uint64_t> read(const std::vector<std::byte>& bytes, std::size_t n) {
  binned_codes b;
  byte_reader in(bytes);
  REQUIRE(parse(in, b));
  REQUIRE(in.consumed() == bytes.size());
  bin_reader reader(b);
  std::vector<std::uint64_t> codes(n + bin_lanes);
  for (std::size_t i = 0; i < n; i += bin_lanes) reader.next(codes.data() + i);
  codes.resize(n);
  return codes;
}

}  // namespace

TEST_CASE("codes come back out of bins, whatever their count and their range") {
  generated::random r(311);
  for (const std::size_t n : {1u, 2u, 5u, 64u, 1023u, 1024u}) {
    for (const unsigned width : {0u, 1u, 5u, 20u, 47u}) {
      std::vector<std::uint64_t> codes(n);
      for (auto& c : codes) c = (r() >> 16 & ((std::uint64_t{1} << width) - 1)) >> generated::below(r, width + 1);
      codes[n / 2] = 0;  // codes are distances from the least
      CHECK(read(written(codes), n) == codes);
    }
  }
}

TEST_CASE("outliers of all 64 bits are bins of their own") {
  std::vector<std::uint64_t> codes(500);
  for (std::size_t i = 0; i < codes.size(); ++i) codes[i] = i % 7;
  codes[100] = ~std::uint64_t{0};
  codes[200] = std::uint64_t{1} << 60;
  CHECK(read(written(codes), codes.size()) == codes);
}

TEST_CASE("shares that are not all of the states, and offsets that are too wide, are refused") {
  std::vector<std::uint64_t> codes(100);
  for (std::size_t i = 0; i < codes.size(); ++i) codes[i] = i % 3 * 1000;
  const auto bytes = written(codes);
  const auto parses = [](const std::vector<std::byte>& b) {
    binned_codes parsed;
    byte_reader in(b);
    return parse(in, parsed);
  };
  REQUIRE(parses(bytes));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    CHECK_FALSE(parses({bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)}));
  }
  auto wrong = bytes;
  wrong[0] = std::byte{64};  // bins
  CHECK_FALSE(parses(wrong));
  binned_codes b;
  byte_reader in(bytes);
  REQUIRE(parse(in, b));
  wrong = bytes;
  wrong[static_cast<std::size_t>(b.shares - bytes.data())] ^= std::byte{1};
  CHECK_FALSE(parses(wrong));
  wrong = bytes;
  wrong[static_cast<std::size_t>(b.offsets - bytes.data())] |= std::byte{63};
  CHECK_FALSE(parses(wrong));
}
