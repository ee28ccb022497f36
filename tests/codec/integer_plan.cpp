#include <slotted/codec/integer_plan.hpp>

#include <vector>

#include "catch.hpp"
#include "generated.hpp"

using namespace slotted::detail::codec;

TEST_CASE("an exact division tells multiples from other numbers") {
  generated::random r(17);
  for (const std::uint64_t divisor : {2u, 3u, 10u, 4096u, 15000u, 999983u}) {
    const exact_division by(divisor);
    for (int k = 0; k < 1000; ++k) {
      const std::uint64_t quotient = generated::below(r, std::uint64_t{1} << 40);
      REQUIRE(by.of(quotient * divisor) == quotient);
      REQUIRE(by.divides(quotient * divisor));
      REQUIRE_FALSE(by.divides(quotient * divisor + 1));
    }
  }
}

TEST_CASE("a sampled width leaves out what is furthest out, however much it is") {
  std::vector<std::uint64_t> r(200, 100);
  for (std::size_t i = 0; i < r.size(); ++i) r[i] += i % 16;
  CHECK(sampled_width(r.data(), r.size()) == 4);
  for (std::size_t i = 0; i < r.size(); i += 40) r[i] = i % 80 == 0 ? 0 : 1u << 30;
  CHECK(sampled_width(r.data(), r.size()) == 4);
}
