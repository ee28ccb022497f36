// Hashing records field by field: equal records hash alike, different ones spread.
#include <slotted/record/hash.hpp>
#include <slotted/record/packed_record.hpp>
#include <slotted/record/record.hpp>

#include <array>
#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <vector>

#include "catch.hpp"
#include "label.hpp"
#include "probes.hpp"

namespace {

struct plain {
  double x;
  std::int64_t n;
  label id;
  friend bool operator==(const plain&, const plain&) = default;
};
struct rich {
  std::array<plain, 2> both;
  std::chrono::seconds span;
  std::chrono::system_clock::time_point at;
  std::optional<std::array<int, 2>> maybe;
};
struct opaque {
  opaque() {}
};
struct holds_opaque {
  int n;
  opaque o;
};

TEST_CASE("a plain struct is hashed by record_hash") {
  const slotted::record_hash hash;
  CHECK(hash(plain{1.0, 2, "abc"}) == hash(plain{1.0, 2, "xyz"}));  // labels of the same size are equal
  CHECK(hash(plain{1.0, 2, "abc"}) != hash(plain{1.0, 3, "abc"}));
  CHECK(hash(plain{0.0, 2, "abc"}) == hash(plain{-0.0, 2, "abc"}));
  std::unordered_map<plain, int, slotted::record_hash> counts;
  ++counts[plain{1.0, 2, "a"}];
  ++counts[plain{1.0, 2, "a"}];
  ++counts[plain{2.0, 1, "a"}];
  CHECK(counts.size() == 2);
  CHECK(counts[plain{1.0, 2, "a"}] == 2);
}

TEST_CASE("arrays, times, optionals and nested records are hashed by their content") {
  const slotted::record_hash hash;
  rich a{{plain{1.0, 2, "a"}, plain{3.0, 4, "b"}}, std::chrono::seconds(5), {}, std::array<int, 2>{6, 7}};
  rich b = a;
  CHECK(hash(a) == hash(b));
  b.both[1].n = 5;
  CHECK(hash(a) != hash(b));
  b = a;
  b.span = std::chrono::seconds(6);
  CHECK(hash(a) != hash(b));
  b = a;
  b.at += std::chrono::seconds(1);
  CHECK(hash(a) != hash(b));
  b = a;
  b.maybe.reset();
  CHECK(hash(a) != hash(b));
}

TEST_CASE("the order of the values counts, and small numbers spread over all bits") {
  using pair = slotted::record<slotted::field<"a", std::uint32_t>, slotted::field<"b", std::uint32_t>>;
  const std::hash<pair> hash;
  CHECK(hash(pair{1, 2}) != hash(pair{2, 1}));
  std::set<std::size_t> low;
  std::set<std::size_t> all;
  for (std::uint32_t a = 0; a < 64; ++a) {
    for (std::uint32_t b = 0; b < 64; ++b) {
      all.insert(hash(pair{a, b}));
      low.insert(hash(pair{a, b}) % 4096);
    }
  }
  CHECK(all.size() == 4096);
  CHECK(low.size() > 4096 / 2);  // random values would fill 63 of 100 buckets
}

TEST_CASE("chosen fields cost at most twice the probes that random ones do") {
  using slotted::test::inverse_of;
  using slotted::test::probes_of;
  using pair = slotted::record<slotted::field<"a", std::uint64_t>, slotted::field<"b", std::string>>;
  std::mt19937_64 random(4);
  const auto cost = [&](auto key, bool in_text) {
    std::vector<std::uint64_t> hashes;
    for (std::size_t i = 0; i < 20'000; ++i) {
      const std::uint64_t a = key(i);
      std::string text(24, 'x');
      if (in_text) std::memcpy(text.data() + 8, &a, sizeof a);
      hashes.push_back(std::hash<pair>{}(pair{in_text ? 1 : a, text}));
    }
    return probes_of(hashes);
  };
  for (const bool in_text : {false, true}) {
    const std::size_t usual = cost([&](std::size_t) { return random(); }, in_text);
    CHECK(cost([](std::size_t i) { return std::uint64_t{i}; }, in_text) <= 2 * usual);
    CHECK(cost([](std::size_t i) { return std::uint64_t{i} << 44; }, in_text) <= 2 * usual);
    CHECK(cost([](std::size_t i) { return i * inverse_of(0x9E3779B97F4A7C15); }, in_text) <= 2 * usual);
  }
  // What the multiplications and the rotation that version 0.1 had for each field take to one bucket of a million.
  using one = slotted::record<slotted::field<"a", std::uint64_t>>;
  const auto hashes_of = [](auto key) {
    std::vector<std::uint64_t> hashes;
    for (std::size_t i = 0; i < 20'000; ++i) hashes.push_back(std::hash<one>{}(one{key(i)}));
    return hashes;
  };
  const auto chosen = [](std::size_t i) {
    const std::uint64_t hash = (std::uint64_t{i} & 0xFFF) << 52 | std::uint64_t{i >> 12} << 20;
    return (std::rotr(hash * inverse_of(0xBF58476D1CE4E5B9), 29) ^ 1) * inverse_of(0x9E3779B97F4A7C15);
  };
  CHECK(probes_of(hashes_of(chosen)) <= 2 * probes_of(hashes_of([&](std::size_t) { return random(); })));
}

TEST_CASE("texts are hashed by their bytes, whatever the standard library's hash of them is") {
  using one = slotted::record<slotted::field<"a", std::string>>;
  using view = slotted::record<slotted::field<"a", std::string_view>>;
  CHECK(std::hash<one>{}(one{"abc"}) == std::hash<view>{}(view{"abc"}));
  CHECK(std::hash<one>{}(one{"abc"}) != std::hash<one>{}(one{"abd"}));
  STATIC_REQUIRE(slotted::detail::text_like<std::string> && slotted::detail::text_like<std::string_view>);
  STATIC_REQUIRE_FALSE(slotted::detail::text_like<std::wstring>);
  STATIC_REQUIRE_FALSE(slotted::detail::text_like<label>);
  STATIC_REQUIRE_FALSE(slotted::detail::text_like<const char*>);
}

TEST_CASE("a record with a field that has no hash has none, without an error") {
  STATIC_REQUIRE(slotted::detail::is_hashable<plain>());
  STATIC_REQUIRE(slotted::detail::is_hashable<rich>());
  STATIC_REQUIRE_FALSE(slotted::detail::is_hashable<holds_opaque>());
  using good = slotted::record<slotted::field<"p", plain>>;
  using bad = slotted::record<slotted::field<"o", opaque>>;
  STATIC_REQUIRE(std::is_default_constructible_v<std::hash<good>>);
  STATIC_REQUIRE_FALSE(std::is_default_constructible_v<std::hash<bad>>);
  using packed = slotted::packed_record<slotted::field<"p", plain>>;
  STATIC_REQUIRE(std::is_default_constructible_v<std::hash<packed>>);
}

}  // namespace
