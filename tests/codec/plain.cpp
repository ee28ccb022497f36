#include <slotted/codec/plain.hpp>

#include <vector>

#include "catch.hpp"
#include "generated.hpp"

using namespace slotted::detail::codec;

namespace {

encoder_room room;

}  // namespace

TEST_CASE("ordered patterns order as the numbers do, and come back") {
  const double ascending[] = {-1e300, -2.5, -1e-310, -0.0, 0.0, 1e-310, 2.5, 1e300};
  for (std::size_t i = 0; i < 8; ++i) {
    const auto p = std::bit_cast<std::uint64_t>(ascending[i]);
    CHECK(from_ordered(to_ordered(p, value_kind::binary64), value_kind::binary64) == p);
    const std::uint64_t f = std::bit_cast<std::uint32_t>(static_cast<float>(i) - 3.5f);
    CHECK(from_ordered(to_ordered(f, value_kind::binary32), value_kind::binary32) == f);
    if (i == 0) continue;
    const auto before = std::bit_cast<std::uint64_t>(ascending[i - 1]);
    CHECK(static_cast<std::int64_t>(to_ordered(before, value_kind::binary64)) <
          static_cast<std::int64_t>(to_ordered(p, value_kind::binary64)));
  }
}

TEST_CASE("the search takes decimals for decimals and patterns for noise") {
  generated::random r(31);
  std::vector<std::uint64_t> patterns(1024);
  plain_plan p;
  for (auto& v : patterns)
    v = std::bit_cast<std::uint64_t>(generated::decimal(static_cast<std::int64_t>(generated::below(r, 1000)), 2));
  search_plain(patterns.data(), patterns.size(), value_kind::binary64, first_order, room, p);
  CHECK(p.choice.how == mode::decimals);
  CHECK(p.choice.exponent == 2);
  CHECK(p.size < 1024 * 10 / 8 + 20);
  for (auto& v : patterns) v = 0x3FF0000000000000u + (r() >> 12);
  search_plain(patterns.data(), patterns.size(), value_kind::binary64, first_order, room, p);
  CHECK(p.choice.how == mode::integers);
  search_plain(patterns.data(), patterns.size(), value_kind::integer, every_transform, room, p);
  CHECK(p.choice.how == mode::integers);
}

TEST_CASE("a plan is written in exactly its size and read back") {
  generated::random r(32);
  for (unsigned shape = 0; shape < generated::shapes; ++shape) {
    const auto v = generated::doubles(r, shape, 500);
    std::vector<std::uint64_t> patterns(500);
    std::memcpy(patterns.data(), v.data(), 4000);
    plain_plan p;
    search_plain(patterns.data(), 500, value_kind::binary64, first_order, room, p);
    std::vector<std::byte> bytes(p.size);
    byte_writer out(bytes.data());
    prepare_plain(patterns.data(), 500, value_kind::binary64, p, room);
    write_plain(500, p, room, out);
    REQUIRE(out.at() == bytes.data() + bytes.size());
    plain_body b;
    byte_reader in(bytes);
    REQUIRE(parse(in, 500, value_kind::binary64, p.choice.how, b));
    std::vector<std::uint64_t> back(500);
    REQUIRE(decode(b, reinterpret_cast<std::byte*>(back.data())));
    CHECK(back == patterns);
    std::uint64_t one = 0;
    REQUIRE(value_at(b, 499, one));
    CHECK(one == patterns[499]);
  }
}

TEST_CASE("decimals of integers are refused") {
  const std::byte bytes[] = {std::byte{2}, std::byte{0}, std::byte{0}, std::byte{0}};
  plain_body b;
  byte_reader reals(bytes);
  CHECK(parse(reals, 1, value_kind::binary64, mode::decimals, b));
  byte_reader integers(bytes);
  CHECK_FALSE(parse(integers, 1, value_kind::integer, mode::decimals, b));
}
