#include <slotted/codec/quotients.hpp>

#include <cmath>
#include <string>

#include "catch.hpp"
#include "generated.hpp"

using namespace slotted::detail::codec;

namespace {

// d / 10^e by integers alone: an estimate by multiplication, corrected by its exact remainder modulo 2^64. Exact by
// construction, so that it checks the division of the header under every flag. |d| < 2^51, no ties can occur.
std::uint64_t quotient_by_integers(std::int64_t d, unsigned e) {
  const std::uint64_t magnitude = d < 0 ? 0 - static_cast<std::uint64_t>(d) : static_cast<std::uint64_t>(d);
  if (magnitude == 0) return 0;
  std::uint64_t five = 1;
  double reciprocal = std::stod("1e-" + std::to_string(e));
  for (unsigned k = 0; k < e; ++k) five *= 5;
  const volatile double product = static_cast<double>(magnitude) * reciprocal;
  const double once = product;
  const auto estimate = std::bit_cast<std::uint64_t>(once);
  const std::uint64_t mantissa = (estimate & low_mask(52)) | std::uint64_t{1} << 52;
  const std::uint64_t shift = 1075 - (estimate >> 52) - e;
  const std::uint64_t scaled = shift < 64 ? magnitude << shift : 0;
  const auto twice = static_cast<std::int64_t>((scaled - mantissa * five) * 2);
  const auto limit = static_cast<std::int64_t>(five);
  return (estimate + std::uint64_t{twice > limit} - std::uint64_t{twice < -limit}) | (d < 0 ? sign_bit : 0);
}

}  // namespace

TEST_CASE("quotients are correctly rounded whatever the flags") {
  generated::random r(21);
  for (unsigned e = 0; e <= largest_exponent; ++e) {
    for (unsigned bits = 1; bits <= 51; ++bits) {
      std::uint64_t words[64];
      for (auto& w : words) {
        w = r() & low_mask(bits);
        if (generated::below(r, 2) == 0) w = 0 - w;
        if (w == 0 - decimal_limit) w = 0;
      }
      std::uint64_t quotients[64];
      std::memcpy(quotients, words, sizeof words);
      divide(reinterpret_cast<std::byte*>(quotients), 64, e, decimal_target::binary64);
      bool same = true;
      for (std::size_t i = 0; i < 64; ++i) {
        same = same && quotients[i] == quotient_by_integers(static_cast<std::int64_t>(words[i]), e) &&
               quotients[i] == decimal_pattern(words[i], e, decimal_target::binary64);
      }
      REQUIRE(same);
    }
  }
  CHECK(decimal_pattern(0 - std::uint64_t{12345}, 3, decimal_target::binary64) ==
        std::bit_cast<std::uint64_t>(generated::decimal(-12345, 3)));
}

TEST_CASE("a reciprocal and its rest make ten to a negative power in more than 100 bits") {
  for (unsigned e = 0; e <= largest_exponent; ++e) {
    const auto [nearest, rest] = reciprocals_of_powers[e];
    // nearest * 10^e is 1 but for what rest * 10^e adds: both products as integers, the first modulo 2^64.
    std::uint64_t five = 1;
    for (unsigned k = 0; k < e; ++k) five *= 5;
    const auto bits = std::bit_cast<std::uint64_t>(nearest);
    const std::uint64_t mantissa = (bits & low_mask(52)) | std::uint64_t{1} << 52;
    const std::uint64_t shift = 1075 - (bits >> 52) - e;  // nearest * 10^e = mantissa * five / 2^shift
    const auto lacking = static_cast<std::int64_t>((shift < 64 ? std::uint64_t{1} << shift : 0) - mantissa * five);
    const double expected = std::ldexp(static_cast<double>(lacking) / static_cast<double>(five),
                                       -static_cast<int>(shift) - static_cast<int>(e));
    CHECK(std::abs(rest - expected) <= std::abs(expected) * 1e-15);
    CHECK(std::abs(rest) <= std::ldexp(nearest, -53));
  }
}
