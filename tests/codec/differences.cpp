#include <slotted/codec/differences.hpp>

#include <slotted/codec/integer_search.hpp>
#include <vector>

#include "catch.hpp"
#include "generated.hpp"

using namespace slotted::detail::codec;

namespace {

word_room room[2];

}  // namespace

TEST_CASE("the packed order has a row of 16 lanes, and what is behind the last lane in its own order") {
  for (const std::size_t n : {1u, 15u, 16u, 17u, 32u, 240u, 1000u, 1023u, 1024u}) {
    const difference_order order(n);
    REQUIRE(order.rows() == n / 16);
    std::vector<std::uint64_t> values(n), packed(n);
    for (std::size_t i = 0; i < n; ++i) values[i] = i;
    order.apply(values.data(), n, packed.data());
    for (std::size_t i = 0; i < n; ++i) {
      const std::size_t at = i < order.in_rows() ? i % order.rows() * 16 + i / order.rows() : i;
      REQUIRE(packed[at] == i);
      if (i >= order.in_rows()) continue;
      REQUIRE(order.lane_of(i) == i / order.rows());
      REQUIRE(order.row_of(i) == i % order.rows());
    }
  }
}

TEST_CASE("golden bytes of differences in the packed order") {
  // This going red is a decision, not an accident: bytes that exist would be read as other values.
  std::uint64_t x[34];
  std::uint64_t value = 0;
  for (std::uint64_t i = 0; i < 34; ++i) x[i] = value += i % 8;
  std::uint64_t residuals[34];
  const integer_plan p = plan_integers(x, 34, set_of(transform::delta), residuals);
  std::vector<std::byte> bytes(p.size);
  byte_writer out(bytes.data());
  write_integers(residuals, 34, p, room[0], room[1], out);
  std::string text;
  for (const auto b : bytes) {
    text += "0123456789abcdef"[std::to_integer<unsigned>(b) >> 4];
    text += "0123456789abcdef"[std::to_integer<unsigned>(b) & 15];
  }
  CHECK(text == "0103000089c6fa88c6fa88c6fa88c6fa08");
}

TEST_CASE("sums, and sums of sums, are what adding one value after the other gives") {
  generated::random r(21);
  for (std::size_t n = 1; n <= 1024; n += n < 70 ? 1 : 53) {
    for (const transform t : {transform::delta, transform::second_difference}) {
      std::vector<std::uint64_t> x(n), residuals(n);
      for (auto& v : x) v = r() >> generated::below(r, 64);
      const integer_plan p = plan_integers(x.data(), n, set_of(t), residuals.data());
      std::vector<std::byte> bytes(p.size);
      byte_writer out(bytes.data());
      write_integers(residuals.data(), n, p, room[0], room[1], out);
      integer_stream s;
      byte_reader in(bytes);
      REQUIRE(parse(in, n, s));
      std::vector<std::uint64_t> back(n);
      REQUIRE(decode_differences(s, reinterpret_cast<std::byte*>(back.data())));
      REQUIRE(back == x);
      for (std::size_t i = 0; i < n; i += 1 + n / 9) {
        std::uint64_t one = 0;
        REQUIRE(sum_at(s, i, one));
        REQUIRE(one == x[i]);
      }
    }
  }
}
