// Compiled many times over, this file and flags/elsewhere.cpp each with flags of their own: blocks must be the same
// bytes, and decode to the same bits, under all of them.
#include "catch.hpp"
#include "flags/columns.hpp"

namespace {

struct fingerprint {
  std::uint64_t value = 0xCBF29CE484222325u;
  void add(std::byte b) { value = (value ^ std::to_integer<std::uint64_t>(b)) * 0x100000001B3u; }
};

// Integers over a divisor that is no power of ten, each by a division of its own.
std::vector<double> multiples(generated::random& r, unsigned which, std::size_t n) {
  constexpr double divisors[] = {3, 700, 57.29577951308232};
  std::vector<double> v(n);
  for (double& x : v) {
    const volatile double digits = static_cast<double>(generated::below(r, 20'000));
    const volatile double by = divisors[which];
    x = digits / by;
  }
  return v;
}

}  // namespace

TEST_CASE("whatever the flags, the same bytes, and the same bits out of them") {
  generated::random r(81);
  fingerprint print;
  for (unsigned shape = 0; shape < generated::shapes + 3; ++shape) {
    for (const std::size_t n : {1u, 5u, 100u, 1023u, 1024u, 1024u}) {
      const auto values =
          shape < generated::shapes ? generated::doubles(r, shape, n) : multiples(r, shape - generated::shapes, n);
      std::vector<std::uint64_t> patterns(n);
      std::memcpy(patterns.data(), values.data(), 8 * n);
      const auto block = flags::encode_here(values);
      REQUIRE(block == flags::encode_elsewhere(values));
      REQUIRE(flags::decode_here(block, n) == patterns);
      REQUIRE(flags::decode_elsewhere(block, n) == patterns);
      for (const auto b : block) print.add(b);
    }
  }
  // One figure for every compiler, machine and flag. Its going red is a decision, not an accident: some block is
  // written differently from before, or differently here than elsewhere.
  CHECK(print.value == 0xFD8E301812833415u);
}
