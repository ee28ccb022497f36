#include <slotted/codec/integer_search.hpp>

#include <vector>

#include "catch.hpp"
#include "generated.hpp"

using namespace slotted::detail::codec;

namespace {

integer_plan planned(const std::vector<std::uint64_t>& x) {
  std::vector<std::uint64_t> residuals(x.size());
  return plan_integers(x.data(), x.size(), every_transform, residuals.data());
}

}  // namespace

TEST_CASE("a straight line takes no bits a value") {
  std::vector<std::uint64_t> x(1024);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = 1700000000000000000u + i * 300000000000u;
  const integer_plan p = planned(x);
  CHECK(p.width == 0);
  CHECK(p.size < 24);
}

TEST_CASE("a common divisor is divided out") {
  std::vector<std::uint64_t> x(1024);
  generated::random r(12);
  for (auto& v : x) v = 7 + generated::below(r, 100) * 4096;
  const integer_plan p = planned(x);
  CHECK(p.divisor == 4096);
  CHECK(p.width == 7);
}

TEST_CASE("outliers on both sides are patched") {
  std::vector<std::uint64_t> x(1024);
  generated::random r(13);
  for (auto& v : x) v = 5000 + generated::below(r, 16);
  x[100] = 0;
  x[900] = 1u << 30;
  x[901] = 0 - std::uint64_t{1};
  const integer_plan p = planned(x);
  CHECK(p.patches == 3);
  CHECK(p.width == 4);
}

TEST_CASE("a steady acceleration is a second difference, a random walk a first, noise neither") {
  std::vector<std::uint64_t> x(1024);
  generated::random r(14);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = i * i * 1000;
  CHECK(planned(x).how == transform::second_difference);
  for (std::size_t i = 1; i < x.size(); ++i) x[i] = x[i - 1] + generated::below(r, 1000) - 499;
  CHECK(planned(x).how == transform::delta);
  for (auto& v : x) v = generated::below(r, 1000);
  CHECK(planned(x).how == transform::none);
}

TEST_CASE("no plan costs more than its values as they are, and its header") {
  generated::random r(15);
  for (unsigned shape = 0; shape < generated::integer_shapes; ++shape) {
    for (std::size_t n = 1; n <= 1024; n = n * 2 + 1) {
      const auto v = generated::integers(r, shape, n);
      CHECK(planned({v.begin(), v.end()}).size <= 8 * n + 32);
    }
  }
}
