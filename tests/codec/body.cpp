#include <slotted/codec/body.hpp>
#include <slotted/codec/body_search.hpp>
#include <vector>

#include "catch.hpp"
#include "generated.hpp"

using namespace slotted::detail::codec;

namespace {

std::vector<std::byte> body_of(const std::vector<std::uint64_t>& patterns, value_kind kind) {
  remembered_choice values, heads;
  bool prefers_runs = false;
  unsigned char runs_age = 0;
  std::uint64_t divisor = 0;
  std::vector<std::byte> bytes(max_flat_size(patterns.size()));
  bytes.resize(encode_body(patterns.data(), patterns.size(), kind,
                           {values, heads, prefers_runs, runs_age, divisor, nullptr}, bytes.data()));
  return bytes;
}

}  // namespace

TEST_CASE("a body is skipped to where decoding it ends, whatever follows") {
  generated::random r(101);
  for (unsigned shape = 0; shape < generated::shapes; ++shape) {
    const auto v = generated::doubles(r, shape, 200);
    std::vector<std::uint64_t> patterns(200);
    std::memcpy(patterns.data(), v.data(), 1600);
    auto bytes = body_of(patterns, value_kind::binary64);
    const std::size_t size = bytes.size();
    bytes.resize(size + 5);
    const mode how = static_cast<mode>(bytes[0]);
    const auto rest = std::span<const std::byte>(bytes).subspan(1);

    byte_reader skipping(rest);
    std::uint32_t version = 9;
    REQUIRE(skip_body(skipping, 200, value_kind::binary64, how, version));
    CHECK(skipping.consumed() + 1 == size);
    CHECK(version == 0);

    byte_reader decoding(rest);
    std::vector<std::uint64_t> back(200);
    REQUIRE(decode_body(decoding, 200, value_kind::binary64, how, {}, reinterpret_cast<std::byte*>(back.data())));
    CHECK(decoding.consumed() + 1 == size);
    CHECK(back == patterns);
  }
}

TEST_CASE("runs of runs, and unknown modes of heads, are refused") {
  std::vector<std::uint64_t> patterns(64, 5);
  for (std::size_t i = 32; i < 64; ++i) patterns[i] = 0x123456789ABCDEFu;
  auto bytes = body_of(patterns, value_kind::integer);
  REQUIRE(static_cast<mode>(bytes[0]) == mode::runs);
  const auto decodes = [&] {
    byte_reader in(std::span<const std::byte>(bytes).subspan(1));
    return decode_body(in, 64, value_kind::integer, mode::runs, {}, reinterpret_cast<std::byte*>(patterns.data()));
  };
  REQUIRE(decodes());
  run_starts starts;
  byte_reader in(std::span<const std::byte>(bytes).subspan(1));
  REQUIRE(parse(in, 64, starts));
  for (const unsigned how : {5u, 6u, 8u, 255u}) {
    bytes[1 + in.consumed()] = static_cast<std::byte>(how);
    CHECK_FALSE(decodes());
  }
}
