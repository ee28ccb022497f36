#include <slotted/codec/multiples.hpp>

#include <slotted/codec/block.hpp>

#include "catch.hpp"
#include "generated.hpp"

using namespace slotted::detail::codec;

namespace {

// Integers over a divisor, by a division that no flag reaches.
std::vector<double> multiples(generated::random& r, std::uint64_t below, double divisor, std::size_t n = 1024) {
  std::vector<double> v(n);
  for (double& x : v) {
    const volatile double digits = static_cast<double>(generated::below(r, below));
    const volatile double by = divisor;
    x = digits / by;
  }
  return v;
}

std::uint64_t divisor_of(const std::vector<double>& v) {
  std::vector<std::uint64_t> patterns(v.size());
  std::memcpy(patterns.data(), v.data(), 8 * v.size());
  return find_divisor(patterns.data(), v.size());
}

std::vector<std::byte> encoded(const std::vector<double>& v) {
  std::vector<std::byte> block(slotted::codec::max_encoded_size(v.size()));
  slotted::codec::column_state state;
  block.resize(slotted::codec::encode<double>(v, state, block));
  return block;
}

std::uint64_t pattern(double v) { return std::bit_cast<std::uint64_t>(v); }

}  // namespace

TEST_CASE("thirds, twelfths and sevenths of hundredths are found by their divisor") {
  generated::random r(91);
  for (const double divisor : {3.0, 12.0, 700.0, 1001.0}) {
    CHECK(divisor_of(multiples(r, 10'000, divisor)) == pattern(divisor));
    CHECK(encoded(multiples(r, 10'000, divisor)).size() * 8 < 1024 * 14 + 200);
  }
}

TEST_CASE("a divisor that is no integer is found to a few units in its last place") {
  generated::random r(92);
  for (const double divisor : {57.29577951308232, 0.0173, 3.7e9, 1.1e-9}) {
    const auto found = divisor_of(multiples(r, 30'000, divisor));
    CHECK(found + 8 - pattern(divisor) <= 16);
    CHECK(encoded(multiples(r, 30'000, divisor)).size() * 8 < 1024 * 19 + 200);
  }
}

TEST_CASE("noise has no divisor, nor have zeros, infinities and what is not a number") {
  generated::random r(93);
  std::vector<double> v(1024);
  for (int k = 0; k < 200; ++k) {
    for (double& x : v) x = std::bit_cast<double>(0x3FF0000000000000u + (r() >> 12));
    REQUIRE(divisor_of(v) == 0);
  }
  for (double& x : v) x = 0;
  CHECK(divisor_of(v) == 0);
  for (double& x : v) x = std::bit_cast<double>(0x7FF0000000000000u + generated::below(r, 2));
  CHECK(divisor_of(v) == 0);
}

TEST_CASE("multiples come back bit for bit among other values, whole and one by one") {
  generated::random r(94);
  for (const std::size_t n : {70u, 300u, 1000u, 1023u, 1024u}) {
    for (const double divisor : {3.0, 7000.0, 57.29577951308232}) {
      auto v = multiples(r, 20'000, divisor, n);
      for (std::size_t i = 3; i < n; i += 1 + n / 5) v[i] = std::bit_cast<double>(generated::awkward(r));
      const auto block = encoded(v);
      std::vector<double> back(n);
      REQUIRE(slotted::codec::try_decode<double>(block, back));
      REQUIRE(std::memcmp(back.data(), v.data(), 8 * n) == 0);
      for (std::size_t i = 0; i < n; i += 13) {
        double one = 0;
        REQUIRE(slotted::codec::try_value_at<double>(block, i, one));
        REQUIRE(pattern(one) == pattern(v[i]));
      }
    }
  }
}

TEST_CASE("a column of multiples is not searched for its divisor again") {
  generated::random r(95);
  slotted::codec::column_state state;
  std::vector<std::byte> block(slotted::codec::max_encoded_size(1024));
  const auto first = multiples(r, 20'000, 3);
  const std::size_t size = slotted::codec::encode<double>(first, state, block);
  // Of these alone it would be sought in vain: a sample of them is mostly zero.
  auto few = multiples(r, 20'000, 3);
  for (std::size_t i = 0; i < few.size(); ++i) few[i] = i % 2 == 0 ? few[i] : 0;
  CHECK(slotted::codec::encode<double>(few, state, block) <= size + 20);
}

TEST_CASE("a divisor that would divide to infinity, to nothing or to no number is refused") {
  const auto refuses = [](std::uint64_t divisor) {
    std::vector<std::byte> body(12);
    body[0] = std::byte{own_divisor};
    store_little(body.data() + 1, divisor);
    byte_reader in(body);
    decimal_block b;
    return !parse(in, 1, value_kind::binary64, b);
  };
  CHECK_FALSE(refuses(pattern(3)));
  CHECK_FALSE(refuses(pattern(0x1p-128)));
  for (const double divisor : {0.0, -3.0, 0x1p-129, 0x1p128}) CHECK(refuses(pattern(divisor)));
  CHECK(refuses(0x7FF0000000000000u));
  CHECK(refuses(0x7FF8000000000000u));
  std::vector<std::byte> narrowed(12);
  narrowed[0] = std::byte{own_divisor | flag_narrowed};
  store_little(narrowed.data() + 1, pattern(3));
  byte_reader in(narrowed);
  decimal_block b;
  CHECK_FALSE(parse(in, 1, value_kind::binary64, b));
}
