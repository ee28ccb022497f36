// packed_record<field...>: not one byte of padding, and no reference to a misplaced object.
#include <slotted/record/packed_record.hpp>

#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <type_traits>
#include <unordered_set>

#include "catch.hpp"
#include "label.hpp"

using namespace slotted::literals;
using slotted::field;

namespace {

using point = slotted::packed_record<field<"x", double>, field<"y", double>, field<"timestamp", std::int64_t>,
                                     field<"sensor_id", label>>;
using ragged = slotted::packed_record<field<"flag", bool>, field<"x", double>, field<"u", std::uint16_t>>;
using none = slotted::packed_record<>;

struct padded {
  std::int32_t a;
  char b;
};

template <class R>
concept adds_an_attribute = requires(R& r) { r.template get<"new_attribute">(); };
template <class R>  // spelt out: clang 14 crashes on "new_attribute"_f within a requires-expression that fails
concept adds_by_index = requires(R& r) { r[slotted::field_name<"new_attribute">{}]; };
template <class R>
concept has_x = requires(R& r) {
  r.template get<"x">();
  r["x"_f];
};

TEST_CASE("a packed_record takes its fields and not a byte more") {
  STATIC_REQUIRE(sizeof(point) == 26);
  STATIC_REQUIRE(alignof(point) == 1);
  STATIC_REQUIRE(sizeof(ragged) == 11);
  STATIC_REQUIRE(sizeof(std::array<ragged, 10>) == 110);
  STATIC_REQUIRE(std::is_trivially_copyable_v<point>);
  STATIC_REQUIRE(std::is_final_v<point>);
  STATIC_REQUIRE(slotted::payload_bytes<point> == sizeof(point));
  STATIC_REQUIRE(slotted::proves(ragged::layout()));
}

TEST_CASE("its fields lie in declared order, as they are in memory") {
  ragged r{true, 2.5, 0x0102};
  unsigned char bytes[sizeof(ragged)];
  std::memcpy(bytes, &r, sizeof r);
  double x;
  std::memcpy(&x, bytes + 1, sizeof x);
  std::uint16_t u;
  std::memcpy(&u, bytes + 9, sizeof u);
  CHECK(bytes[0] == 1);
  CHECK(x == 2.5);
  CHECK(u == 0x0102);
}

TEST_CASE("a packed_record is made by position, by name, and from nothing") {
  point p{1.0, 2.0, 3, "sensor_1"};
  CHECK(p.get<"x">() == 1.0);
  CHECK(p.get<"sensor_id">() == label{"sensor_1"});
  point q{"timestamp"_f = 3, "x"_f = 1};
  CHECK(q == point{1.0, 0.0, 3, ""});
  CHECK(point{} == point{0.0, 0.0, 0, ""});
  STATIC_REQUIRE_FALSE(std::is_constructible_v<point, slotted::named_value<"nope", int>>);
  STATIC_REQUIRE_FALSE(std::is_constructible_v<point, slotted::named_value<"timestamp", double>>);
}

TEST_CASE("get returns a value; set and the proxy write") {
  point p{1.0, 2.0, 3, "sensor_1"};
  STATIC_REQUIRE(std::is_same_v<decltype(p.get<"x">()), double>);
  p.set<"x">(7);
  CHECK(p.get<"x">() == 7.0);
  p["y"_f] = 8.5;
  CHECK(p.get<"y">() == 8.5);
  p["y"_f] += 1;
  CHECK(p["y"_f] == 9.5);
  p["y"_f] -= 0.5;
  CHECK(p["y"_f] == 9.0);
  p["sensor_id"_f] = "abc";
  CHECK(p.get<"sensor_id">() == label{"abc"});
  point q;
  q["x"_f] = p["x"_f];
  CHECK(q.get<"x">() == 7.0);
  const point& constant = p;
  STATIC_REQUIRE(std::is_same_v<decltype(constant["x"_f]), double>);
  CHECK(constant["timestamp"_f] == 3);
}

TEST_CASE("nothing can be added to a packed_record") {
  STATIC_REQUIRE(has_x<point>);
  STATIC_REQUIRE_FALSE(adds_an_attribute<point>);
  STATIC_REQUIRE_FALSE(adds_by_index<point>);
}

TEST_CASE("structured bindings of a packed_record are copies that cannot be taken for references") {
  point p{1.0, 2.0, 3, "four"};
  auto [x, y, t, id] = p;
  CHECK(x + y == 3.0);
  CHECK(t == 3);
  CHECK(id == label{"four"});
  auto& [rx, ry, rt, rid] = p;
  STATIC_REQUIRE(std::is_const_v<std::remove_reference_t<decltype(rx)>>);
  CHECK(rx + ry + static_cast<double>(rt) == 6.0);
  CHECK(rid == id);
  CHECK(get<1>(p) == 2.0);
  CHECK(slotted::get<"y">(p) == 2.0);
}

TEST_CASE("packed records compare by value and hash alike when equal") {
  CHECK(point{0.0, 1.0, 1, ""} == point{-0.0, 1.0, 1, ""});
  CHECK(point{1.0, 1.0, 1, ""} < point{1.0, 2.0, 0, ""});
  CHECK(none{} == none{});
  const std::hash<point> hash;
  CHECK(hash(point{0.0, 1.0, 1, ""}) == hash(point{-0.0, 1.0, 1, ""}));
  std::unordered_set<point> seen{point{1.0, 1.0, 1, ""}, point{1.0, 1.0, 1, ""}, point{2.0, 1.0, 1, ""}};
  CHECK(seen.size() == 2);
}

TEST_CASE("fields with padding, pointers and extended floats keep their values") {
  slotted::packed_record<field<"c", char>, field<"p", padded>, field<"l", long double>, field<"s", const char*>,
                         field<"o", std::optional<int>>>
      r{'c', padded{1, 'b'}, 2.5L, "text", 4};
  CHECK(r.get<"p">().a == 1);
  CHECK(r.get<"p">().b == 'b');
  CHECK(r.get<"l">() == 2.5L);
  CHECK(std::string(r.get<"s">()) == "text");
  CHECK(r.get<"o">() == 4);
  STATIC_REQUIRE(sizeof(r) == 1 + sizeof(padded) + sizeof(long double) + sizeof(char*) + sizeof(std::optional<int>));
}

constexpr bool works_at_compile_time() {
  point p{1.0, 2.0, 3, "sensor_1"};
  p["x"_f] = 5;
  p["x"_f] += 1;
  p.set<"timestamp">(4);
  const auto [x, y, t, id] = p;
  return x == 6 && y == 2 && t == 4 && id == label{"sensor_1"} && p > point{};
}

TEST_CASE("a packed_record works in constant expressions") { STATIC_REQUIRE(works_at_compile_time()); }

}  // namespace
