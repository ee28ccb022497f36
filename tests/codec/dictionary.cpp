#include <slotted/codec/dictionary.hpp>

#include <bit>
#include <vector>

#include "catch.hpp"
#include "generated.hpp"
#include "probes.hpp"

using namespace slotted::detail::codec;

namespace {

encoder_room room;

}  // namespace

TEST_CASE("256 distinct integers are a dictionary, 257 are not; of reals as many as pay") {
  std::vector<std::uint64_t> patterns(1024);
  for (std::size_t i = 0; i < patterns.size(); ++i) patterns[i] = i % 256 * 0x123456789ABCDEu;
  dictionary_plan p;
  REQUIRE(plan_dictionary(patterns.data(), patterns.size(), value_kind::integer, {}, 0, 8192, room, p));
  CHECK(p.count == 256);
  patterns[1000] = 1;
  CHECK_FALSE(plan_dictionary(patterns.data(), patterns.size(), value_kind::integer, {}, 0, 8192, room, p));
  REQUIRE(plan_dictionary(patterns.data(), patterns.size(), value_kind::binary64, {}, 0, 8192, room, p));
  CHECK(p.count == 257);
  generated::random r(43);
  for (std::size_t i = 0; i < patterns.size(); ++i) patterns[i] = i < 600 ? r() : patterns[i - 600];
  CHECK(plan_dictionary(patterns.data(), patterns.size(), value_kind::binary64, {}, 0, 8192, room, p));
  CHECK(p.count == 600);
  for (std::size_t i = 900; i < patterns.size(); ++i) patterns[i] = r();
  CHECK_FALSE(plan_dictionary(patterns.data(), patterns.size(), value_kind::binary64, {}, 0, 6000, room, p));
}

TEST_CASE("a dictionary of more than 256 entries decodes, as doubles and as floats") {
  generated::random r(44);
  for (const value_kind kind : {value_kind::binary64, value_kind::binary32}) {
    for (const std::size_t distinct : {257u, 700u}) {
      std::vector<std::uint64_t> patterns(1024);
      for (std::size_t i = 0; i < patterns.size(); ++i) {
        patterns[i] = i < distinct ? (kind == value_kind::binary32 ? r() >> 32 : r()) : patterns[i * 7 % distinct];
      }
      dictionary_plan p;
      REQUIRE(plan_dictionary(patterns.data(), 1024, kind, {}, 0, 16384, room, p));
      REQUIRE(p.count == distinct);
      std::vector<std::byte> bytes(p.size);
      byte_writer out(bytes.data());
      write_dictionary(1024, kind, p, room, out);
      REQUIRE(out.at() == bytes.data() + bytes.size());
      dictionary_body b;
      byte_reader in(bytes);
      REQUIRE(parse(in, 1024, kind, b));
      std::vector<std::uint64_t> back(1024);
      REQUIRE(decode(b, reinterpret_cast<std::byte*>(back.data())));
      CHECK(back == patterns);
      std::vector<std::uint64_t> table(max_dictionary_entries);
      REQUIRE(decode_entries(b, table.data()));
      std::uint64_t one = 0;
      for (const std::size_t i : {0u, 300u, 1023u}) {
        REQUIRE(value_at(b, i, one));
        CHECK(one == patterns[i]);
        REQUIRE(value_at(b, table.data(), i, one, nullptr));
        CHECK(one == patterns[i]);
      }
      byte_reader as_integers(bytes);
      CHECK_FALSE(parse(as_integers, 1024, value_kind::integer, b));
      byte_reader of_few(bytes);
      CHECK_FALSE(parse(of_few, distinct - 1, kind, b));
    }
  }
}

TEST_CASE("values that are chosen to meet in one place of the index are no dictionary") {
  for (const std::uint64_t distinct : {180u, 256u}) {
    generated::random r(42);
    std::vector<std::uint64_t> patterns(1024);
    for (auto& v : patterns) v = generated::below(r, distinct) * slotted::test::inverse_of(0x9E3779B97F4A7C15);
    dictionary_plan p;
    CHECK_FALSE(plan_dictionary(patterns.data(), patterns.size(), value_kind::integer, {}, 0, 16384, room, p));
    for (auto& v : patterns) v *= 0xA0761D6478BD642F;
    CHECK(plan_dictionary(patterns.data(), patterns.size(), value_kind::integer, {}, 0, 16384, room, p));
    for (auto& v : patterns) v = generated::below(r, distinct) << 44;
    CHECK(plan_dictionary(patterns.data(), patterns.size(), value_kind::integer, {}, 0, 16384, room, p));
    for (auto& v : patterns) v = std::bit_cast<std::uint64_t>(static_cast<double>(generated::below(r, distinct)));
    CHECK(plan_dictionary(patterns.data(), patterns.size(), value_kind::binary64, {}, 0, 16384, room, p));
  }
}

TEST_CASE("a dictionary comes back, whole and one by one") {
  generated::random r(41);
  for (const std::size_t n : {1u, 2u, 100u, 1024u}) {
    std::vector<std::uint64_t> patterns(n);
    for (auto& v : patterns) v = generated::awkward(r) & ~std::uint64_t{0xFFFF};
    for (auto& v : patterns) v = patterns[generated::below(r, std::min<std::uint64_t>(n, 50))];
    dictionary_plan p;
    REQUIRE(plan_dictionary(patterns.data(), n, value_kind::binary64, {}, 0, 16384, room, p));
    std::vector<std::byte> bytes(p.size);
    byte_writer out(bytes.data());
    write_dictionary(n, value_kind::binary64, p, room, out);
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
