#include <slotted/codec/integers.hpp>

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

TEST_CASE("a patch outside the block or out of order is refused") {
  std::vector<std::int64_t> v(20, 3);
  v[7] = 1'000'000'000'000;
  v[9] = 1'000'000'000'001;
  auto bytes = written(v, only_positional);
  integer_stream s;
  byte_reader in(bytes);
  REQUIRE(parse(in, 20, s));
  REQUIRE(s.patches == 2);
  std::uint64_t words[20];
  CHECK(decode(s, reinterpret_cast<std::byte*>(words)));
  bytes[static_cast<std::size_t>(s.positions - bytes.data())] = std::byte{20};
  CHECK_FALSE(decode(s, reinterpret_cast<std::byte*>(words)));
  bytes[static_cast<std::size_t>(s.positions - bytes.data())] = std::byte{10};  // behind the other, which is at 9
  CHECK_FALSE(decode(s, reinterpret_cast<std::byte*>(words)));
}

TEST_CASE("positions are found one by one and in a set, and others are not") {
  generated::random r(16);
  for (const std::size_t count : {1u, 2u, 3u, 15u, 16u, 17u, 100u, 700u, 1024u}) {
    std::vector<std::uint64_t> positions;
    std::vector<std::size_t> expected(1024, no_position);
    for (std::size_t i = 0; i < 1024; ++i) {
      if (generated::below(r, 1024 - i) >= count - positions.size()) continue;
      expected[i] = positions.size();
      positions.push_back(i);
    }
    REQUIRE(positions.size() == count);
    std::vector<std::byte> packed(packed_size(count, position_bits));
    pack(positions.data(), count, position_bits, packed.data());
    position_set set;
    set.assign(packed.data(), count);
    bool same = true;
    for (std::size_t i = 0; i < 1024; ++i) {
      same = same && find_position(packed.data(), count, i) == expected[i] && set.find(i) == expected[i];
    }
    CHECK(same);
  }
}

TEST_CASE("positions are such where they ascend and stay below the count") {
  const auto accepted = [](const std::vector<std::uint64_t>& positions, std::size_t n) {
    std::vector<std::byte> packed(packed_size(positions.size(), position_bits));
    pack(positions.data(), positions.size(), position_bits, packed.data());
    return are_positions(packed.data(), positions.size(), n);
  };
  CHECK(accepted({}, 1));
  CHECK(accepted({0}, 1));
  CHECK(accepted({0, 1, 2, 1023}, 1024));
  CHECK_FALSE(accepted({1}, 1));
  CHECK_FALSE(accepted({0, 1, 2, 1023}, 1023));
  CHECK_FALSE(accepted({5, 5}, 1024));
  CHECK_FALSE(accepted({1023, 5}, 1024));
  std::vector<std::uint64_t> many(700);
  for (std::size_t i = 0; i < many.size(); ++i) many[i] = i + 300;
  CHECK(accepted(many, 1024));
  for (std::size_t i = 1; i < many.size(); i += 7) {
    std::swap(many[i], many[i - 1]);
    CHECK_FALSE(accepted(many, 1024));
    std::swap(many[i], many[i - 1]);
  }
}

TEST_CASE("a stream of values as they are is one without a transform") {
  const auto parses = [](unsigned flags) {
    const std::byte bytes[] = {static_cast<std::byte>(flags), std::byte{0}, std::byte{0}, std::byte{0}, std::byte{0}};
    integer_stream s;
    byte_reader in(bytes);
    return parse_positional(in, 1, s);
  };
  CHECK(parses(0));
  CHECK_FALSE(parses(1));
  CHECK_FALSE(parses(2));
  CHECK_FALSE(parses(3));
}

TEST_CASE("flags and widths that no encoder writes are refused") {
  const auto parses = [](std::initializer_list<unsigned> bytes) {
    std::vector<std::byte> v;
    for (const unsigned b : bytes) v.push_back(static_cast<std::byte>(b));
    integer_stream s;
    byte_reader in(v);
    return parse(in, 1, s);
  };
  CHECK(parses({0, 0, 0}));
  CHECK_FALSE(parses({16, 0, 0}));
  CHECK_FALSE(parses({0, 65, 0}));
  CHECK_FALSE(parses({0, 8, 0}));        // no room for the code
  CHECK_FALSE(parses({8, 0, 0, 5, 1}));  // more patches than values
}
