#include <slotted/codec/patch_plan.hpp>

#include <vector>

#include "catch.hpp"
#include "generated.hpp"

using namespace slotted::detail::codec;

namespace {

integer_plan patched(const std::vector<std::uint64_t>& r) {
  const residual_range range = range_of(r.data(), r.size());
  integer_plan p;
  p.base = static_cast<std::uint64_t>(range.lowest);
  p.width = width_of(range);
  p.size = planned_size(p, r.size());
  plan_patches(r.data(), r.size(), p.width, p);
  return p;
}

}  // namespace

TEST_CASE("outliers are left to patches where that is shorter, and only there") {
  generated::random r(18);
  for (const std::size_t n : {8u, 40u, 256u, 1024u}) {
    std::vector<std::uint64_t> residuals(n);
    for (auto& v : residuals) v = 5000 + generated::below(r, 16);
    CHECK(patched(residuals).patches == 0);
    residuals[n / 2] = 0 - (std::uint64_t{1} << 60);
    residuals[n - 1] = std::uint64_t{1} << 60;
    const integer_plan p = patched(residuals);
    CHECK(p.patches == 2);
    CHECK(p.width == 4);
  }
}

TEST_CASE("residuals that span all 64 bits are counted without leaving the counters") {
  std::vector<std::uint64_t> residuals(64, 7);
  residuals[3] = std::uint64_t{1} << 63;
  residuals[60] = ~(std::uint64_t{1} << 63);
  const integer_plan p = patched(residuals);
  CHECK(p.patches == 2);
  CHECK(p.width == 0);
}
