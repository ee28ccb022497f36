#include <slotted/codec/few_values.hpp>

#include <slotted/codec/block.hpp>

#include "catch.hpp"
#include "generated.hpp"

using namespace slotted::detail::codec;
using slotted::codec::column_state;
using slotted::codec::hint;
using slotted::codec::max_encoded_size;

namespace {

encoder_room room;

std::vector<std::uint64_t> patterns_of(const std::vector<double>& v) {
  std::vector<std::uint64_t> patterns(v.size());
  std::memcpy(patterns.data(), v.data(), 8 * v.size());
  return patterns;
}

// What the general search makes of a flat body, mode byte included.
std::size_t searched_size(const std::vector<double>& v) {
  const auto patterns = patterns_of(v);
  plain_plan p;
  search_plain(patterns.data(), v.size(), value_kind::binary64, first_order, room, p);
  return 1 + p.size;
}

plain_plan planned(const std::vector<double>& v, const plain_choice& choice = {}, bool known = false) {
  const auto patterns = patterns_of(v);
  plain_plan p;
  if (!plan_few(patterns.data(), v.size(), value_kind::binary64, first_order, choice, known, room, p)) p.size = 0;
  return p;
}

std::size_t size_of_block(const std::vector<double>& v) {
  std::vector<std::byte> to(max_encoded_size(v.size()));
  column_state state;
  return slotted::codec::encode<double>(v, state, to);
}

}  // namespace

TEST_CASE("few decimals are planned at the exponent that all of them have") {
  const plain_plan p = planned({0.5, 1.25, -3.75, 2.5, 100.01});
  CHECK(p.choice.how == mode::decimals);
  CHECK(p.choice.exponent == 2);
  CHECK(p.integers.patches == 0);
}

TEST_CASE("an exponent that is too high for these values is not kept") {
  const plain_choice finer{mode::decimals, transform::none, 7, false};
  const plain_plan p = planned({0.5, 1.5, 12.5, 3.1, 7.7, 9.0, 4.4, 0.1}, finer, true);
  CHECK(p.choice.exponent == 1);
  CHECK(p.size == planned({0.5, 1.5, 12.5, 3.1, 7.7, 9.0, 4.4, 0.1}).size);
}

TEST_CASE("a finer value among many is left to the general search") {
  std::vector<double> v(64, 1.5);
  for (std::size_t i = 0; i < v.size(); ++i) v[i] = generated::decimal(static_cast<std::int64_t>(i * 37 % 100), 1);
  CHECK(planned(v).size != 0);
  v[40] = 0.000000123;
  CHECK(planned(v).size == 0);
}

TEST_CASE("what few values come to is never more than two bytes above what the general search finds") {
  generated::random r(61);
  for (int k = 0; k < 4000; ++k) {
    const std::size_t n = 1 + generated::below(r, k % 2 == 0 ? 24 : few_values);
    const auto shape = static_cast<unsigned>(generated::below(r, generated::shapes));
    const auto v = generated::doubles(r, shape, n);
    const plain_plan p = planned(v);
    if (p.size != 0) REQUIRE(1 + p.size <= searched_size(v) + 2);
  }
}

TEST_CASE("constants, one value and short lines take a few bytes, whatever their count") {
  for (const std::size_t n : {1u, 8u, 200u}) {
    CHECK(size_of_block(std::vector<double>(n, 0.0)) <= 7);
    CHECK(size_of_block(std::vector<double>(n, 98.6)) <= 8);
  }
  std::vector<double> line(100);
  for (std::size_t i = 0; i < line.size(); ++i) line[i] = 3.0 * static_cast<double>(i);
  CHECK(size_of_block(line) <= 9);
}

TEST_CASE("a few values that recur become a dictionary where that is shorter") {
  generated::random r(62);
  std::vector<double> v(200);
  for (auto& x : v) x = generated::decimal(static_cast<std::int64_t>(generated::below(r, 5) * 7919 * 7919 % 100000), 3);
  CHECK(size_of_block(v) * 8 < 200 * 4);
}

TEST_CASE("every count of few values comes back bit for bit, with a hint and without") {
  generated::random r(63);
  hint h;
  for (std::size_t n = 1; n <= few_values + 1; ++n) {
    for (unsigned shape = 0; shape < generated::shapes; ++shape) {
      const auto v = generated::doubles(r, shape, n);
      std::vector<std::byte> to(max_encoded_size(n));
      if (n % 2 == 0) h = {};
      const std::size_t size = slotted::codec::encode<double>(v, h, to);
      std::vector<double> back(n);
      REQUIRE(size <= max_encoded_size(n));
      REQUIRE(slotted::codec::try_decode<double>(std::span(to).first(size), back));
      REQUIRE(std::memcmp(back.data(), v.data(), 8 * n) == 0);
    }
  }
}
