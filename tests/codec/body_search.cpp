#include <slotted/codec/body_search.hpp>
#include <vector>

#include "catch.hpp"
#include "generated.hpp"

using namespace slotted::detail::codec;

namespace {

struct column {
  remembered_choice values, heads;
  bool prefers_runs = false;
  unsigned char runs_age = 0;
  std::uint64_t divisor = 0;

  std::vector<std::byte> encode(const std::vector<double>& v) {
    std::vector<std::uint64_t> patterns(v.size());
    std::memcpy(patterns.data(), v.data(), 8 * v.size());
    std::vector<std::byte> bytes(max_flat_size(v.size()));
    bytes.resize(encode_body(patterns.data(), v.size(), value_kind::binary64,
                             {values, heads, prefers_runs, runs_age, divisor, nullptr}, bytes.data()));
    return bytes;
  }
};

mode mode_of(const std::vector<std::byte>& body) { return static_cast<mode>(body[0]); }

}  // namespace

TEST_CASE("each shape finds its mode") {
  generated::random r(111);
  CHECK(mode_of(column().encode(generated::doubles(r, 2, 1024))) == mode::decimals);
  CHECK(mode_of(column().encode(generated::doubles(r, 4, 1024))) == mode::decimals);
  CHECK(mode_of(column().encode(generated::doubles(r, 5, 1024))) == mode::runs);
  CHECK(mode_of(column().encode(generated::doubles(r, 1, 1024))) == mode::integers);
  std::vector<double> few(1024);
  for (auto& x : few) {
    const std::uint64_t k = generated::below(r, 12);
    x = std::bit_cast<double>(0x3FF0000000000000u + k * k * 0x123456789ABCu);
  }
  CHECK(mode_of(column().encode(few)) == mode::dictionary);
  std::vector<double> parts(1024);
  for (auto& x : parts) x = std::bit_cast<double>((0x3FFu + generated::below(r, 4) * 0x111u) << 52 | r() >> 12);
  CHECK(mode_of(column().encode(parts)) == mode::top_parts);
}

TEST_CASE("a column that changes its nature is searched for again") {
  generated::random r(112);
  column c;
  const auto two_digits = generated::doubles(r, 14, 1024);
  CHECK(c.encode(two_digits).size() == column().encode(two_digits).size());
  std::vector<double> finer(1024);
  for (auto& x : finer) x = generated::decimal(static_cast<std::int64_t>(generated::below(r, 1'000'000)), 6);
  CHECK(c.encode(finer).size() == column().encode(finer).size());
  CHECK(c.encode(two_digits).size() * 50 <= column().encode(two_digits).size() * 51);
}

TEST_CASE("a remembered choice is not searched for, and as small") {
  generated::random r(113);
  column c;
  std::vector<double> v(1024);
  for (int block = 0; block < 10; ++block) {
    for (auto& x : v) x = generated::decimal(static_cast<std::int64_t>(generated::below(r, 5000)), 2);
    CHECK(c.encode(v).size() == column().encode(v).size());
    CHECK(c.values.age == block);
  }
}
