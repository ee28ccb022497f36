#include <slotted/codec/decimals.hpp>

#include <vector>

#include "catch.hpp"
#include "generated.hpp"

using namespace slotted::detail::codec;

namespace {

plain_room room;

}  // namespace

TEST_CASE("every decimal of up to 15 digits needs no correction") {
  generated::random r(22);
  for (unsigned e = 0; e <= 15; ++e) {
    std::vector<std::uint64_t> patterns(1024);
    for (auto& p : patterns) {
      const auto d = static_cast<std::int64_t>(generated::below(r, 1'000'000'000'000'000)) >> generated::below(r, 45);
      p = std::bit_cast<std::uint64_t>(generated::decimal(d, e));
    }
    decimal_split s;
    REQUIRE(split_decimals(patterns.data(), patterns.size(), {e, 0}, decimal_target::binary64, 0, room, s));
    CHECK_FALSE(s.corrected);
  }
}

TEST_CASE("floats are decimals too, as they are and widened") {
  generated::random r(23);
  std::vector<std::uint64_t> floats(1000);
  std::vector<std::uint64_t> widened(1000);
  for (std::size_t i = 0; i < floats.size(); ++i) {
    const auto f =
        static_cast<float>(generated::decimal(static_cast<std::int64_t>(generated::below(r, 20000)) - 10000, 3));
    floats[i] = std::bit_cast<std::uint32_t>(f);
    widened[i] = std::bit_cast<std::uint64_t>(static_cast<double>(f));
    REQUIRE(widen_binary32(floats[i]) == widened[i]);
    REQUIRE(to_binary32(widened[i]) == floats[i]);
    REQUIRE(round_to_binary32(widened[i]) == widened[i]);
  }
  decimal_split s;
  CHECK(choose_exponent(floats.data(), floats.size(), decimal_target::binary32) == 3);
  REQUIRE(split_decimals(floats.data(), floats.size(), {3, 0}, decimal_target::binary32, 0, room, s));
  CHECK_FALSE(s.corrected);
  CHECK(choose_exponent(widened.data(), widened.size(), decimal_target::narrowed) == 3);
  REQUIRE(split_decimals(widened.data(), widened.size(), {3, 0}, decimal_target::narrowed, 0, room, s));
  CHECK_FALSE(s.corrected);
  REQUIRE_FALSE(split_decimals(widened.data(), widened.size(), {3, 0}, decimal_target::binary64, 0, room, s));
}

TEST_CASE("an exponent is the least that most values need, and none is chosen for noise") {
  generated::random r(24);
  std::vector<std::uint64_t> patterns(1024);
  for (auto& p : patterns)
    p = std::bit_cast<std::uint64_t>(generated::decimal(static_cast<std::int64_t>(generated::below(r, 100000)), 2));
  CHECK(choose_exponent(patterns.data(), patterns.size(), decimal_target::binary64) == 2);
  for (auto& p : patterns) p = 0x4350000000000000u + (r() >> 12);  // above 2^51
  CHECK(choose_exponent(patterns.data(), patterns.size(), decimal_target::binary64) > largest_exponent);
}

TEST_CASE("what is no decimal becomes a correction beside its neighbour's digits") {
  std::vector<std::uint64_t> patterns(20, std::bit_cast<std::uint64_t>(12.5));
  patterns[3] = 0x7FF8000000001234u;
  patterns[4] = sign_bit;
  decimal_split s;
  REQUIRE(split_decimals(patterns.data(), patterns.size(), {1, 0}, decimal_target::binary64, 5, room, s));
  CHECK(s.far == 2);
  CHECK(room.digits.words[3] == 125);
  CHECK(room.digits.words[4] == 125);
  CHECK(room.corrections.words[5] == 0);
  CHECK_FALSE(split_decimals(patterns.data(), patterns.size(), {1, 0}, decimal_target::binary64, 1, room, s));
}
