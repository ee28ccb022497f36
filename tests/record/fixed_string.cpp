// A text literal as a template argument: what it holds, when two are the same argument.
#include <slotted/record/fixed_string.hpp>
#include <string_view>
#include <type_traits>

#include "catch.hpp"

namespace {

template <slotted::fixed_string Name>
struct named {
  static constexpr std::string_view name = Name;
};

static_assert(std::is_same_v<named<"x">, named<"x">>);
static_assert(!std::is_same_v<named<"x">, named<"y">>);
static_assert(!std::is_same_v<named<"x">, named<"xx">>);
static_assert(std::is_trivially_copyable_v<slotted::fixed_string<5>>);
static_assert(sizeof(slotted::fixed_string<5>) == 6);

TEST_CASE("a literal passes through a template argument unchanged") {
  CHECK(named<"timestamp">::name == "timestamp");
  CHECK(named<"">::name.empty());
  CHECK(named<"a b\n">::name == "a b\n");
  CHECK(named<"null\0inside">::name == std::string_view("null\0inside", 11));
}

TEST_CASE("texts of different lengths compare like their views") {
  constexpr slotted::fixed_string a{"abc"};
  constexpr slotted::fixed_string b{"abd"};
  constexpr slotted::fixed_string longer{"abcd"};
  CHECK(a == slotted::fixed_string{"abc"});
  CHECK_FALSE(a == b);
  CHECK_FALSE(a == longer);
  CHECK(a < b);
  CHECK(a < longer);
  CHECK(longer < b);
  STATIC_REQUIRE(a.size() == 3);
  STATIC_REQUIRE(a.view() == "abc");
}

}  // namespace
