// A list of fields: what it knows of its names and of the values that they take.
#include <slotted/record/fields.hpp>

#include <cstdint>
#include <type_traits>

#include "catch.hpp"

namespace {

using slotted::field;
using slotted::detail::type_list;
using list =
    slotted::detail::fields_of<field<"flag", bool>, field<"x", double>, field<"n", std::int32_t>, field<"c", char>>;

TEST_CASE("names are found by place, in declared order") {
  STATIC_REQUIRE(list::count == 4);
  STATIC_REQUIRE(list::names[1] == "x");
  STATIC_REQUIRE(list::index<"n"> == 2);
  STATIC_REQUIRE(list::index<"nope"> == slotted::detail::not_found);
  STATIC_REQUIRE(slotted::detail::fields_of<>::names.empty());
}

TEST_CASE("names given with values are fields, and none stands twice") {
  STATIC_REQUIRE(list::are_fields<"x", "flag">());
  STATIC_REQUIRE_FALSE(list::are_fields<"x", "nope">());
  STATIC_REQUIRE_FALSE(list::are_fields<"x", "x">());
}

TEST_CASE("a list accepts values that its fields take") {
  STATIC_REQUIRE(list::accept<"x", "n">(type_list<int, int>{}));
  STATIC_REQUIRE_FALSE(list::accept<"x", "n">(type_list<int, double>{}));
  STATIC_REQUIRE_FALSE(list::accept<"nope">(type_list<int>{}));
  STATIC_REQUIRE_FALSE(list::accept<"flag">(type_list<int>{}));
  STATIC_REQUIRE(list::accept<"flag">(type_list<bool>{}));
}

TEST_CASE("the aligned layout has no inner padding and the packed one none at all") {
  STATIC_REQUIRE(list::aligned().size == 16);
  STATIC_REQUIRE(list::aligned().payload == 14);
  STATIC_REQUIRE(list::packed().size == 14);
  STATIC_REQUIRE(list::packed().fields[2].offset == 9);
}

}  // namespace
