// One specialisation for each number of members: empty braces count them, structured bindings refer to them.
#include <slotted/record/arity.hpp>

#include <array>
#include <cstddef>
#include <string>
#include <type_traits>
#include <utility>

#include "catch.hpp"

namespace {

using slotted::detail::arity;
using slotted::detail::member_at;

struct mixed {
  int a[3];
  std::array<int, 4> b;
  struct {
    double x, y;
  } c;
  std::string d;
};
struct empty {};

TEST_CASE("a pair of braces stands for one member, whatever it is") {
  STATIC_REQUIRE(arity<4>::takes<mixed>);
  STATIC_REQUIRE(arity<0>::takes<mixed>);
  STATIC_REQUIRE_FALSE(arity<5>::takes<mixed>);
  STATIC_REQUIRE(arity<0>::takes<empty>);
  STATIC_REQUIRE_FALSE(arity<1>::takes<empty>);
}

TEST_CASE("the bindings refer to the members themselves") {
  mixed m{{1, 2, 3}, {4, 5, 6, 7}, {8.0, 9.0}, "ten"};
  const auto members = arity<4>::bind(m);
  CHECK(&member_at<0>(members) == &m.a);
  CHECK(&member_at<1>(members) == &m.b);
  CHECK(static_cast<const void*>(&member_at<2>(members)) == &m.c);
  CHECK(&member_at<3>(members) == &m.d);
  member_at<3>(members) = "eleven";
  CHECK(m.d == "eleven");
  STATIC_REQUIRE(std::is_same_v<decltype(member_at<0>(members)), int(&)[3]>);
  const mixed& constant = m;
  STATIC_REQUIRE(std::is_same_v<decltype(member_at<3>(arity<4>::bind(constant))), const std::string&>);
}

template <std::size_t N>
bool binds_all() {
  std::array<int, N> all{};  // an array of N is bound as N members are
  const auto members = arity<N>::bind(all);
  return [&]<std::size_t... I>(std::index_sequence<I...>) {
    return ((&member_at<I>(members) == &all[I]) && ...);
  }(std::make_index_sequence<N>{});
}

TEST_CASE("all 64 counts bind each member once, in order") {
  const std::size_t bound = []<std::size_t... N>(std::index_sequence<N...>) {
    return (std::size_t{0} + ... + std::size_t{binds_all<N + 1>()});
  }(std::make_index_sequence<slotted::detail::max_members>{});
  CHECK(bound == 64);
}

}  // namespace
