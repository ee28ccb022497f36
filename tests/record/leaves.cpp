// The flattened view of records: leaves, their dotted names, and what keys find among them.
#include <slotted/record/leaves.hpp>
#include <slotted/record/packed_record.hpp>
#include <slotted/record/record.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "catch.hpp"
#include "label.hpp"

using slotted::field;
using slotted::leaf_range;
using slotted::leaves;
using slotted::path;

namespace {

struct vec3 {
  float x, y, z;
};
struct pose {
  vec3 at;
  std::array<double, 4> turn;
};
struct tag {};
struct sample {
  std::int64_t time;
  pose where;
  tag nothing;
  std::optional<int> maybe;
  bool flag;
  label id;
};
struct flat {
  double x;
  int y;
};
using packed = slotted::packed_record<field<"a", char>, field<"v", vec3>>;
using mixed = slotted::record<field<"first", int>, field<"in", packed>, field<"f", flat>>;

TEST_CASE("a record without nested records is its own leaves") {
  STATIC_REQUIRE(leaves<flat>::size == 2);
  STATIC_REQUIRE(leaves<flat>::names == slotted::field_names<flat>);
  STATIC_REQUIRE(std::is_same_v<leaves<flat>::type<1>, int>);
}

TEST_CASE("nested records are taken apart; arrays, optionals and symbols are not") {
  using l = leaves<sample>;
  STATIC_REQUIRE(l::size == 8);
  STATIC_REQUIRE(l::names == std::array<std::string_view, 8>{"time", "where.at.x", "where.at.y", "where.at.z",
                                                             "where.turn", "maybe", "flag", "id"});
  STATIC_REQUIRE(std::is_same_v<l::type<0>, std::int64_t>);
  STATIC_REQUIRE(std::is_same_v<l::type<2>, float>);
  STATIC_REQUIRE(std::is_same_v<l::type<4>, std::array<double, 4>>);
  STATIC_REQUIRE(std::is_same_v<l::type<5>, std::optional<int>>);
  STATIC_REQUIRE(std::is_same_v<l::type<7>, label>);
  STATIC_REQUIRE(slotted::leaf_bytes<sample> == 8 + 12 + 32 + sizeof(std::optional<int>) + 1 + 2);
}

TEST_CASE("a leaf is read and written in place, through packed records too") {
  sample s{1, {{2, 3, 4}, {5, 6, 7, 8}}, {}, 9, true, "abc"};
  CHECK(leaves<sample>::get<3>(s) == 4.0F);
  leaves<sample>::get<3>(s) = 5.0F;
  CHECK(s.where.at.z == 5.0F);
  leaves<sample>::set<1>(s, 7);
  CHECK(s.where.at.x == 7.0F);
  leaves<sample>::set<7>(s, "four");
  CHECK(s.id == label{"four"});
  STATIC_REQUIRE(std::is_same_v<decltype(leaves<sample>::get<1>(s)), float&>);
  STATIC_REQUIRE(std::is_same_v<decltype(leaves<sample>::get<1>(std::as_const(s))), const float&>);

  mixed m{1, packed{'a', vec3{1, 2, 3}}, flat{4, 5}};
  STATIC_REQUIRE(leaves<mixed>::size == 7);
  STATIC_REQUIRE(leaves<mixed>::names[3] == "in.v.y");
  STATIC_REQUIRE(std::is_same_v<decltype(leaves<mixed>::get<3>(m)), float>);
  CHECK(leaves<mixed>::get<3>(m) == 2.0F);
  leaves<mixed>::set<3>(m, 9);
  CHECK(m.get<"in">().get<"v">().y == 9.0F);
  CHECK(m.get<"in">().get<"v">().z == 3.0F);
  CHECK(m.get<"in">().get<"a">() == 'a');
}

TEST_CASE("a record is made from its leaves, in order") {
  std::string order;
  const sample s = leaves<sample>::make([&]<std::size_t L>(std::integral_constant<std::size_t, L>) {
    order += std::to_string(L);
    using type = leaves<sample>::type<L>;
    if constexpr (std::is_arithmetic_v<type>)
      return static_cast<type>(L);
    else
      return type{};
  });
  CHECK(order == "01234567");
  CHECK(s.time == 0);
  CHECK(s.where.at.y == 2.0F);
  CHECK(s.flag);
  CHECK_FALSE(s.maybe);
}

TEST_CASE("keys find leaves: names, dotted names, member pointers and paths") {
  using l = leaves<sample>;
  STATIC_REQUIRE(slotted::leaf_index<sample, "time"> == 0);
  STATIC_REQUIRE(slotted::leaf_index<sample, "where.at.y"> == 2);
  STATIC_REQUIRE(slotted::leaf_index<sample, &sample::maybe> == 5);
  STATIC_REQUIRE(slotted::leaf_index<sample, path<&sample::where, &pose::at, &vec3::z>> == 3);
  STATIC_REQUIRE(slotted::leaf_index<sample, path<&sample::where, &pose::turn>> == 4);
  STATIC_REQUIRE(slotted::leaf_index<sample, path<&sample::flag>> == 6);
  STATIC_REQUIRE(std::is_same_v<slotted::leaf_type_of<sample, "where.at.y">, float>);
  STATIC_REQUIRE(l::find("where") == leaf_range{1, 4});
  STATIC_REQUIRE(l::find("where.at") == leaf_range{1, 3});
  STATIC_REQUIRE(l::find(&sample::where) == leaf_range{1, 4});
  STATIC_REQUIRE(l::find(path<&sample::where, &pose::at>) == leaf_range{1, 3});
  STATIC_REQUIRE(l::find("nothing") == leaf_range{5, 0});
  STATIC_REQUIRE(slotted::leaf_index<mixed, "in.v.x"> == 2);
}

TEST_CASE("what is no leaf is not found") {
  STATIC_REQUIRE(slotted::has_leaf<sample, "where.at.x">);
  STATIC_REQUIRE_FALSE(slotted::has_leaf<sample, "where.at.w">);
  STATIC_REQUIRE_FALSE(slotted::has_leaf<sample, "where.a">);
  STATIC_REQUIRE_FALSE(slotted::has_leaf<sample, "">);
  STATIC_REQUIRE_FALSE(slotted::has_leaf<sample, "where.">);
  STATIC_REQUIRE(slotted::has_leaves<sample, "where">);
  STATIC_REQUIRE_FALSE(slotted::has_leaf<sample, "where">);
  STATIC_REQUIRE_FALSE(slotted::has_leaf<sample, path<&sample::where, &flat::x>>);
  STATIC_REQUIRE_FALSE(slotted::has_leaf<sample, path<&sample::time, &flat::x>>);
  STATIC_REQUIRE_FALSE(slotted::has_leaf<sample, &flat::x>);
}

constexpr bool works_at_compile_time() {
  mixed m{1, packed{'a', vec3{1, 2, 3}}, flat{4, 5}};
  leaves<mixed>::set<3>(m, 9);
  return leaves<mixed>::get<3>(m) == 9.0F && leaves<mixed>::get<6>(m) == 5;
}

TEST_CASE("leaves work in constant expressions") { STATIC_REQUIRE(works_at_compile_time()); }

}  // namespace
