// A field, its name where a value is expected, and the conversions that a field allows.
#include <slotted/record/field.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

#include "catch.hpp"
#include "label.hpp"

using namespace slotted::literals;

namespace {

using slotted::detail::field_value;

TEST_CASE("a field is a name and a type") {
  using x = slotted::field<"x", double>;
  STATIC_REQUIRE(x::name == slotted::fixed_string{"x"});
  STATIC_REQUIRE(std::is_same_v<x::type, double>);
  STATIC_REQUIRE(std::is_same_v<x, slotted::field<"x", double>>);
  STATIC_REQUIRE_FALSE(std::is_same_v<x, slotted::field<"y", double>>);
}

TEST_CASE("a literal names a field, and an assignment to it pairs it with a value") {
  STATIC_REQUIRE(std::is_same_v<decltype("x"_f), slotted::field_name<"x">>);
  std::string text = "abc";
  auto kept = "x"_f = text;
  STATIC_REQUIRE(std::is_same_v<decltype(kept), slotted::named_value<"x", std::string&>>);
  CHECK(&kept.value == &text);
  STATIC_REQUIRE(std::is_same_v<decltype("x"_f = 3), slotted::named_value<"x", int>>);
}

TEST_CASE("a number fits a field when an assignment would keep its nature") {
  STATIC_REQUIRE(field_value<int, double>);
  STATIC_REQUIRE(field_value<int, std::int64_t>);
  STATIC_REQUIRE(field_value<int, std::uint8_t>);
  STATIC_REQUIRE(field_value<double, float>);
  STATIC_REQUIRE(field_value<bool, int>);
  STATIC_REQUIRE(field_value<bool&, bool>);
  STATIC_REQUIRE_FALSE(field_value<double, int>);
  STATIC_REQUIRE_FALSE(field_value<int, bool>);
  STATIC_REQUIRE_FALSE(field_value<double, bool>);
  STATIC_REQUIRE_FALSE(field_value<const char*, int>);
  STATIC_REQUIRE(field_value<const char*, label>);
  STATIC_REQUIRE(field_value<const char(&)[4], std::string>);
  STATIC_REQUIRE_FALSE(field_value<label, std::string>);
}

TEST_CASE("types and names are found by place") {
  using list = slotted::detail::type_list<char, int, double, char>;
  STATIC_REQUIRE(std::is_same_v<list::at<0>, char>);
  STATIC_REQUIRE(std::is_same_v<list::at<2>, double>);
  STATIC_REQUIRE(std::is_same_v<list::at<3>, char>);
  constexpr std::string_view names[] = {"a", "bb", "a"};
  STATIC_REQUIRE(slotted::detail::find_name(names, 3, "bb") == 1);
  STATIC_REQUIRE(slotted::detail::find_name(names, 3, "b") == slotted::detail::not_found);
  using three = std::array<std::string_view, 3>;
  STATIC_REQUIRE(slotted::detail::has_duplicate(three{"a", "bb", "a"}));
  STATIC_REQUIRE_FALSE(slotted::detail::has_duplicate(three{"a", "bb", "b"}));
  STATIC_REQUIRE_FALSE(slotted::detail::has_duplicate(std::array<std::string_view, 0>{}));
}

}  // namespace
