#include <slotted/codec/bin_plan.hpp>

#include <cmath>
#include <vector>

#include "catch.hpp"
#include "generated.hpp"

using namespace slotted::detail::codec;

TEST_CASE("logarithms are those of the mathematicians, rounded down to a 256th") {
  for (std::size_t x = 1; x < logarithms.size(); ++x) {
    const double exact = std::log2(static_cast<double>(x)) * 256;
    REQUIRE(logarithms[x] <= exact + 1e-6);
    REQUIRE(logarithms[x] > exact - 1.01);
  }
}

TEST_CASE("bins take all codes and all states, in ascending order") {
  generated::random r(321);
  for (unsigned shape = 0; shape < generated::integer_shapes; ++shape) {
    for (const std::size_t n : {1u, 3u, 64u, 1000u, 1024u}) {
      const auto v = generated::integers(r, shape, n);
      std::vector<std::uint64_t> codes(n);
      for (std::size_t i = 0; i < n; ++i) codes[i] = static_cast<std::uint64_t>(v[i]) >> 20;
      bin_plan p;
      REQUIRE(plan_bins(codes.data(), n, p));
      std::size_t values = 0;
      std::size_t shares = 0;
      for (std::size_t k = 0; k < p.count; ++k) {
        values += p.bins[k].values;
        shares += p.bins[k].share;
        CHECK(p.bins[k].share >= 1);
        if (k != 0) CHECK(p.bins[k - 1].lowest < p.bins[k].lowest);
      }
      CHECK(values == n);
      CHECK(shares == states);
    }
  }
}

TEST_CASE("one value is one bin of no bits") {
  std::vector<std::uint64_t> codes(100, 7);
  bin_plan p;
  REQUIRE(plan_bins(codes.data(), codes.size(), p));
  CHECK(p.count == 1);
  CHECK(p.bins[0].offset_bits == 0);
  CHECK(p.bins[0].share == states);
}

TEST_CASE("codes that lie further apart than a bin is wide cannot be binned, where they are many") {
  generated::random r(322);
  std::vector<std::uint64_t> codes(1024);
  for (auto& c : codes) c = r();
  bin_plan p;
  CHECK_FALSE(plan_bins(codes.data(), codes.size(), p));
}
