#include <slotted/codec/integer_decoder.hpp>

#include <vector>

#include <slotted/codec/integer_search.hpp>
#include "catch.hpp"
#include "generated.hpp"

using namespace slotted::detail::codec;

namespace {

word_room room[2];

std::vector<std::byte> written(const std::vector<std::int64_t>& v, transform_set allowed) {
  std::vector<std::uint64_t> x(v.begin(), v.end());
  std::vector<std::uint64_t> residuals(v.size());
  const integer_plan plan = plan_integers(x.data(), x.size(), allowed, residuals.data());
  std::vector<std::byte> bytes(plan.size);
  byte_writer out(bytes.data());
  write_integers(residuals.data(), x.size(), plan, room[0], room[1], out);
  REQUIRE(out.at() == bytes.data() + bytes.size());  // the plan knew the size
  return bytes;
}

}  // namespace

TEST_CASE("each transform decodes alone, at every place") {
  generated::random r(11);
  for (const transform t : {transform::none, transform::delta, transform::linear, transform::second_difference}) {
    for (unsigned shape = 0; shape < generated::integer_shapes; ++shape) {
      for (const std::size_t n : {1u, 2u, 3u, 40u, 1024u}) {
        const auto v = generated::integers(r, shape, n);
        const auto bytes = written(v, set_of(t));
        integer_stream s;
        byte_reader in(bytes);
        REQUIRE(parse(in, n, s));
        REQUIRE(in.consumed() == bytes.size());
        REQUIRE(s.how == t);
        std::vector<std::uint64_t> back(n);
        REQUIRE(decode(s, reinterpret_cast<std::byte*>(back.data())));
        REQUIRE(std::equal(v.begin(), v.end(), back.begin(),
                           [](std::int64_t a, std::uint64_t b) { return a == static_cast<std::int64_t>(b); }));
        for (std::size_t i = 0; i < n; i += n / 5 + 1) {
          std::uint64_t one = 0;
          REQUIRE(value_at(s, i, one));
          REQUIRE(one == back[i]);
        }
      }
    }
  }
}

TEST_CASE("every count of values, patched or not, decodes under every transform") {
  generated::random r(19);
  for (std::size_t n = 1; n <= 1024; n += n < 100 ? 1 : 77) {
    for (const unsigned shape : {3u, 5u, 6u, 9u}) {
      for (const transform t : {transform::none, transform::delta, transform::linear, transform::second_difference}) {
        const auto v = generated::integers(r, shape, n);
        const auto bytes = written(v, set_of(t));
        integer_stream s;
        byte_reader in(bytes);
        REQUIRE(parse(in, n, s));
        std::vector<std::uint64_t> back(n);
        REQUIRE(decode(s, reinterpret_cast<std::byte*>(back.data())));
        REQUIRE(std::memcmp(back.data(), v.data(), 8 * n) == 0);
      }
    }
  }
}

TEST_CASE("a stream is added to words, its patches in the place of its codes") {
  generated::random r(20);
  for (const std::size_t n : {1u, 17u, 300u, 1024u}) {
    for (const unsigned shape : {5u, 6u, 9u}) {
      const auto v = generated::integers(r, shape, n);
      const auto bytes = written(v, only_positional);
      integer_stream s;
      byte_reader in(bytes);
      REQUIRE(parse_positional(in, n, s));
      std::vector<std::uint64_t> words(n, 1000);
      REQUIRE(decode_onto(s, reinterpret_cast<std::byte*>(words.data())));
      for (std::size_t i = 0; i < n; ++i) REQUIRE(words[i] == static_cast<std::uint64_t>(v[i]) + 1000);
    }
  }
}
