#include <slotted/codec/dictionary.hpp>

#include <vector>

#include "catch.hpp"
#include "generated.hpp"

using namespace slotted::detail::codec;

TEST_CASE("256 distinct values are a dictionary, 257 are not") {
  std::vector<std::uint64_t> patterns(1024);
  for (std::size_t i = 0; i < patterns.size(); ++i) patterns[i] = i % 256 * 0x123456789ABCDEu;
  dictionary_plan p;
  REQUIRE(plan_dictionary(patterns.data(), patterns.size(), value_kind::binary64, {}, 8192, p));
  CHECK(p.count == 256);
  patterns[1000] = 1;
  CHECK_FALSE(plan_dictionary(patterns.data(), patterns.size(), value_kind::binary64, {}, 8192, p));
}

TEST_CASE("a dictionary comes back, whole and one by one") {
  generated::random r(41);
  for (const std::size_t n : {1u, 2u, 100u, 1024u}) {
    std::vector<std::uint64_t> patterns(n);
    for (auto& v : patterns) v = generated::awkward(r) & ~std::uint64_t{0xFFFF};
    for (auto& v : patterns) v = patterns[generated::below(r, std::min<std::uint64_t>(n, 50))];
    dictionary_plan p;
    REQUIRE(plan_dictionary(patterns.data(), n, value_kind::binary64, {}, 16384, p));
    std::vector<std::byte> bytes(p.size);
    byte_writer out(bytes.data());
    write_dictionary(n, p, out);
    REQUIRE(out.at() == bytes.data() + bytes.size());
    dictionary_body b;
    byte_reader in(bytes);
    REQUIRE(parse(in, n, value_kind::binary64, b));
    std::vector<std::uint64_t> back(n);
    REQUIRE(decode(b, reinterpret_cast<std::byte*>(back.data())));
    CHECK(back == patterns);
    std::uint64_t one = 0;
    REQUIRE(value_at(b, n - 1, one));
    CHECK(one == patterns[n - 1]);
  }
}
