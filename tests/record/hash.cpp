// Hashing records field by field: equal records hash alike, different ones spread.
#include <slotted/record/hash.hpp>
#include <slotted/record/packed_record.hpp>
#include <slotted/record/record.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <type_traits>
#include <unordered_map>

#include "catch.hpp"
#include "label.hpp"

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
