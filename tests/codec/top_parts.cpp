#include <slotted/codec/top_parts.hpp>

#include <vector>

#include "catch.hpp"
#include "generated.hpp"

using namespace slotted::detail::codec;

namespace {

encoder_room room;

}  // namespace

TEST_CASE("mantissa noise under few exponents takes little more than the mantissa") {
  generated::random r(61);
  for (const std::size_t n : {64u, 500u, 1024u}) {
    for (const value_kind kind : {value_kind::binary64, value_kind::binary32}) {
      const bool wide = kind == value_kind::binary64;
      std::vector<std::uint64_t> patterns(n);
      for (auto& v : patterns) {
        v = wide ? 0x3FF0000000000000u + (generated::below(r, 3) << 52) + (r() >> 12)
                 : 0x3F800000u + (generated::below(r, 3) << 23) + (r() >> 41);
      }
      patterns[n / 2] = wide ? 0x7FF0000000000001u : 0x7F800001u;
      top_parts_plan p;
      plan_top_parts(patterns.data(), n, kind, p);
      CHECK(p.size * 8 <= n * (wide ? 55u : 26u) + 300);
      CHECK(p.patches >= 1);
      std::vector<std::byte> bytes(p.size);
      byte_writer out(bytes.data());
      write_top_parts(patterns.data(), n, kind, p, room, out);
      REQUIRE(out.at() == bytes.data() + bytes.size());
      top_parts_body b;
      byte_reader in(bytes);
      REQUIRE(parse(in, n, kind, b));
      std::vector<std::uint64_t> back(n);
      REQUIRE(decode(b, reinterpret_cast<std::byte*>(back.data())));
      CHECK(back == patterns);
      std::uint64_t one = 0;
      for (const std::size_t i : {n / 2, n - 1}) {
        REQUIRE(value_at(b, i, one));
        CHECK(one == patterns[i]);
      }
    }
  }
}

TEST_CASE("widths that no encoder writes are refused") {
  std::vector<std::byte> bytes(100);
  top_parts_body b;
  const auto parses = [&](unsigned top, unsigned width) {
    bytes[0] = static_cast<std::byte>(top);
    bytes[1] = static_cast<std::byte>(width);
    byte_reader in(bytes);
    return parse(in, 4, value_kind::binary64, b);
  };
  CHECK(parses(16, 3));
  CHECK_FALSE(parses(17, 3));
  CHECK_FALSE(parses(0, 3));
  CHECK_FALSE(parses(16, 4));
}
