#include <slotted/codec/block.hpp>
#include <slotted/codec/hint.hpp>
#include <type_traits>

#include "catch.hpp"
#include "generated.hpp"

using namespace slotted::codec;

namespace {

std::vector<std::byte> encoded(const std::vector<double>& v, hint& h) {
  std::vector<std::byte> bytes(max_encoded_size(v.size()));
  bytes.resize(encode<double>(v, h, bytes));
  return bytes;
}

}  // namespace

static_assert(std::is_trivially_copyable_v<hint>);
static_assert(sizeof(hint) == 6);

TEST_CASE("a hint is what a state of one block is") {
  generated::random r(71);
  for (unsigned shape = 0; shape < generated::shapes; ++shape) {
    hint h;
    for (const std::size_t n : {1024u, 300u, 20u}) {
      const auto v = generated::doubles(r, shape, n);
      const auto bytes = encoded(v, h);
      CHECK((h.choice & 0xC000u) == 0);
      CHECK(h.values == (h.choice == 0 ? 0 : n));
      CHECK(h.size == (h.choice == 0 ? 0 : bytes.size()));
      CHECK(column_state(h).to_hint(h.values, h.size) == h);
    }
  }
}

TEST_CASE("any 16 bits are a hint, and change no value") {
  generated::random r(72);
  const auto many = generated::doubles(r, 4, 300);
  const auto few = generated::doubles(r, 5, 40);
  for (unsigned choice = 0; choice < 0x10000u; choice += 7) {
    for (const auto* v : {&many, &few}) {
      hint h{static_cast<std::uint16_t>(choice), static_cast<std::uint16_t>(choice % 3 * 100),
             static_cast<std::uint16_t>(choice % 5 * 50)};
      const auto bytes = encoded(*v, h);
      REQUIRE(bytes.size() <= max_encoded_size(v->size()));
      std::vector<double> back(v->size());
      REQUIRE(try_decode<double>(bytes, back));
      REQUIRE(std::memcmp(back.data(), v->data(), 8 * back.size()) == 0);
    }
  }
}

TEST_CASE("a hint carries the exponent and the mode to the next block") {
  generated::random r(73);
  std::vector<double> v(1024);
  for (auto& x : v) x = generated::decimal(static_cast<std::int64_t>(generated::below(r, 5000)), 2);
  hint h;
  const auto first = encoded(v, h);
  const hint again = h;
  CHECK(encoded(v, h) == first);
  CHECK(h == again);
  CHECK(h.choice != 0);
}
