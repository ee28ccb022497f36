// record<field...>: its bytes, the ways to make one, to read one, to compare two; and that nothing can be added.
#include <slotted/record/record.hpp>

#include <array>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <unordered_set>

#include "catch.hpp"
#include "label.hpp"

using namespace slotted::literals;
using slotted::field;

namespace {

using point = slotted::record<field<"x", double>, field<"y", double>, field<"timestamp", std::int64_t>,
                              field<"sensor_id", label>>;
using ragged = slotted::record<field<"a", char>, field<"b", double>, field<"c", bool>, field<"d", std::int32_t>>;
using none = slotted::record<>;
using one = slotted::record<field<"only", float>>;
using owning = slotted::record<field<"name", std::string>, field<"x", double>>;

template <class R>
concept adds_an_attribute = requires(R& r) { r.template get<"new_attribute">(); };
template <class R>  // spelt out: clang 14 crashes on "new_attribute"_f within a requires-expression that fails
concept adds_by_index = requires(R& r) { r[slotted::field_name<"new_attribute">{}]; };
template <class R>
concept sets_a_new_attribute = requires(R& r) { r.template set<"new_attribute">(1); };
template <class R>
concept has_x = requires(R& r) {
  r.template get<"x">();
  r["x"_f];
  r.template set<"x">(1);
};

TEST_CASE("a record takes its fields, rounded up to its alignment") {
  STATIC_REQUIRE(sizeof(point) == 32);
  STATIC_REQUIRE(alignof(point) == 8);
  STATIC_REQUIRE(sizeof(ragged) == 16);
  STATIC_REQUIRE(sizeof(one) == 4);
  STATIC_REQUIRE(sizeof(none) == 1);
  STATIC_REQUIRE(point::layout().payload == 26);
  STATIC_REQUIRE(slotted::proves(point::layout()));
  // Physical order by descending alignment, equals as declared: b, d, a, c.
  STATIC_REQUIRE(ragged::layout().fields[1].offset == 0);
  STATIC_REQUIRE(ragged::layout().fields[3].offset == 8);
  STATIC_REQUIRE(ragged::layout().fields[0].offset == 12);
  STATIC_REQUIRE(ragged::layout().fields[2].offset == 13);
}

TEST_CASE("the layout that is proved is the layout that is") {
  ragged r{'a', 1.0, true, 2};
  const auto offset = [&](const auto& each) {
    return static_cast<std::size_t>(reinterpret_cast<const char*>(&each) - reinterpret_cast<const char*>(&r));
  };
  CHECK(offset(r.get<"a">()) == ragged::layout().fields[0].offset);
  CHECK(offset(r.get<"b">()) == ragged::layout().fields[1].offset);
  CHECK(offset(r.get<"c">()) == ragged::layout().fields[2].offset);
  CHECK(offset(r.get<"d">()) == ragged::layout().fields[3].offset);
}

TEST_CASE("a record is trivially copyable when its fields are, and final") {
  STATIC_REQUIRE(std::is_trivially_copyable_v<point>);
  STATIC_REQUIRE(std::is_trivially_destructible_v<point>);
  STATIC_REQUIRE_FALSE(std::is_trivially_copyable_v<owning>);
  STATIC_REQUIRE(std::is_final_v<point>);
  STATIC_REQUIRE(std::is_final_v<none>);
}

TEST_CASE("construction by position gives each field its value, a symbol from a literal included") {
  point p{1.0, 2.0, 3, "sensor_1"};
  CHECK(p.get<"x">() == 1.0);
  CHECK(p.get<"y">() == 2.0);
  CHECK(p.get<"timestamp">() == 3);
  CHECK(p.get<"sensor_id">() == label{"sensor_1"});
  const auto take = [](const point& each) { return each.get<"y">(); };
  CHECK(take({1.0, 2.0, 3, "sensor_1"}) == 2.0);
}

TEST_CASE("int literals reach double and int64 fields; braces refuse what could lose a value") {
  point p{1, 2, 3, "s"};
  CHECK(p.get<"x">() == 1.0);
  STATIC_REQUIRE(std::is_constructible_v<one, float>);
  STATIC_REQUIRE(requires(float f) { one{f}; });
  STATIC_REQUIRE_FALSE([]<class R>(R*) { return requires(double d) { R{d}; }; }(static_cast<one*>(nullptr)));
}

TEST_CASE("positions are all given or none") {
  STATIC_REQUIRE(std::is_constructible_v<point, double, double, int, const char*>);
  STATIC_REQUIRE_FALSE(std::is_constructible_v<point, double, double, int>);
  STATIC_REQUIRE_FALSE(std::is_constructible_v<point, double, double, int, const char*, int>);
  STATIC_REQUIRE(std::is_default_constructible_v<point>);
}

TEST_CASE("construction by name value-initialises the others") {
  point q{"timestamp"_f = 3, "x"_f = 1.0};
  CHECK(q == point{1.0, 0.0, 3, ""});
  point text{"sensor_id"_f = "abc"};
  CHECK(text.get<"sensor_id">() == label{"abc"});
  const std::string sensor = "sensor_7";
  owning o{"name"_f = sensor};
  CHECK(o.get<"name">() == "sensor_7");
  CHECK(point{} == point{0.0, 0.0, 0, ""});
}

TEST_CASE("a name that is no field, or stands twice, constructs nothing") {
  using slotted::named_value;
  STATIC_REQUIRE(std::is_constructible_v<point, named_value<"x", int>, named_value<"y", int>>);
  STATIC_REQUIRE_FALSE(std::is_constructible_v<point, named_value<"x", int>, named_value<"x", int>>);
  STATIC_REQUIRE_FALSE(std::is_constructible_v<point, named_value<"new_attribute", int>>);
  STATIC_REQUIRE_FALSE(std::is_constructible_v<point, named_value<"timestamp", double>>);
  STATIC_REQUIRE_FALSE(std::is_constructible_v<point, named_value<"timestamp", const char*>>);
}

TEST_CASE("a field is read and written by name, in place") {
  point p{1.0, 2.0, 3, "sensor_1"};
  p.get<"x">() += 1;
  CHECK(p.get<"x">() == 2.0);
  p["x"_f] = 5;
  CHECK(p.get<"x">() == 5.0);
  p.set<"timestamp">(9);
  CHECK(p["timestamp"_f] == 9);
  p.set<"sensor_id">("four");
  CHECK(std::as_const(p)["sensor_id"_f] == label{"four"});
  STATIC_REQUIRE(std::is_same_v<decltype(p.get<"x">()), double&>);
  STATIC_REQUIRE(std::is_same_v<decltype(std::as_const(p).get<"x">()), const double&>);
  STATIC_REQUIRE(std::is_same_v<decltype(std::move(p).get<"x">()), double&&>);
}

TEST_CASE("nothing can be added to a record") {
  STATIC_REQUIRE(has_x<point>);
  STATIC_REQUIRE_FALSE(adds_an_attribute<point>);
  STATIC_REQUIRE_FALSE(adds_by_index<point>);
  STATIC_REQUIRE_FALSE(sets_a_new_attribute<point>);
  STATIC_REQUIRE_FALSE(adds_an_attribute<none>);
  STATIC_REQUIRE(slotted::field_count<point> == 4);
}

TEST_CASE("structured bindings take copies and references, though get is called by name too") {
  point p{1.0, 2.0, 3, "sensor_1"};
  auto [x, y, t, id] = p;
  x = 7;
  CHECK(p.get<"x">() == 1.0);
  CHECK(t == 3);
  auto& [rx, ry, rt, rid] = p;
  rx = 7;
  rid = "abc";
  CHECK(p == point{7.0, 2.0, 3, "abc"});
  const auto& [cx, cy, ct, cid] = p;
  STATIC_REQUIRE(std::is_same_v<decltype(cx), const double>);
  CHECK(cy == y);
  CHECK(ry == cy);
  CHECK(rt == ct);
  CHECK(id == label{"sensor_1"});
  CHECK(cid == rid);
  auto&& [mx, my, mt, mid] = point{1.0, 2.0, 3, "four"};
  CHECK(mx + my == 3.0);
  CHECK(mt == 3);
  CHECK(mid == label{"four"});
}

TEST_CASE("a record is a tuple in declared order") {
  STATIC_REQUIRE(std::tuple_size_v<point> == 4);
  STATIC_REQUIRE(std::tuple_size_v<none> == 0);
  STATIC_REQUIRE(std::is_same_v<std::tuple_element_t<2, point>, std::int64_t>);
  STATIC_REQUIRE(std::is_same_v<std::tuple_element_t<0, ragged>, char>);
  point p{1.0, 2.0, 3, "s"};
  CHECK(get<0>(p) == 1.0);
  CHECK(get<2>(std::as_const(p)) == 3);
  CHECK(get<"y">(p) == 2.0);
  get<"y">(p) = 4.0;
  CHECK(p.get<1>() == 4.0);
  CHECK(get<"x">(point{8.0, 2.0, 3, "s"}) == 8.0);
}

TEST_CASE("records compare in declared order, whatever their physical order") {
  CHECK(ragged{'a', 9.0, false, 1} < ragged{'b', 1.0, false, 1});
  CHECK(ragged{'a', 1.0, true, 1} > ragged{'a', 1.0, false, 2});
  CHECK(ragged{'a', 1.0, true, 1} == ragged{'a', 1.0, true, 1});
  CHECK(ragged{'a', 1.0, true, 1} != ragged{'a', 1.0, true, 2});
  STATIC_REQUIRE(std::is_same_v<std::compare_three_way_result_t<point>, std::partial_ordering>);
  STATIC_REQUIRE(
      std::is_same_v<std::compare_three_way_result_t<slotted::record<field<"i", int>>>, std::strong_ordering>);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK((point{nan, 1.0, 1, ""} <=> point{nan, 1.0, 1, ""}) == std::partial_ordering::unordered);
  CHECK(none{} == none{});
  CHECK((none{} <=> none{}) == std::strong_ordering::equal);
  struct incomparable {};
  STATIC_REQUIRE_FALSE(std::equality_comparable<slotted::record<field<"i", incomparable>>>);
}

TEST_CASE("equal records hash alike, and unordered containers take them") {
  const std::hash<point> hash;
  CHECK(hash(point{1.0, 2.0, 3, "s"}) == hash(point{1.0, 2.0, 3, "s"}));
  CHECK(hash(point{1.0, 2.0, 3, "s"}) != hash(point{2.0, 1.0, 3, "s"}));
  CHECK(hash(point{0.0, 2.0, 3, "s"}) == hash(point{-0.0, 2.0, 3, "s"}));
  std::unordered_set<point> seen;
  for (int i = 0; i < 100; ++i) seen.insert(point{i * 1.0, i * 2.0, i, "s"});
  for (int i = 0; i < 100; ++i) seen.insert(point{i * 1.0, i * 2.0, i, "s"});
  CHECK(seen.size() == 100);
}

constexpr bool works_at_compile_time() {
  point p{1.0, 2.0, 3, "sensor_1"};
  p["x"_f] = 5;
  p.set<"y">(6);
  const auto [x, y, t, id] = p;
  return x == 5 && y == 6 && t == 3 && id == label{"sensor_1"} && p > point{} && point{"x"_f = 1.0} != p;
}

TEST_CASE("everything but hashing works in constant expressions") { STATIC_REQUIRE(works_at_compile_time()); }

TEST_CASE("fields may be enums, arrays, times, optionals and other records") {
  enum class color : std::uint8_t { red, green };
  using inner = slotted::record<field<"a", std::int32_t>, field<"b", double>>;
  using rich = slotted::record<field<"c", color>, field<"v", std::array<float, 3>>, field<"at", std::chrono::seconds>,
                               field<"maybe", std::optional<int>>, field<"in", inner>>;
  rich r{color::green, {1.0F, 2.0F, 3.0F}, std::chrono::seconds(4), 5, {6, 7.0}};
  const rich copy = r;
  CHECK(r.get<"c">() == color::green);
  CHECK(r.get<"v">()[2] == 3.0F);
  CHECK(r.get<"at">().count() == 4);
  CHECK(r.get<"maybe">() == 5);
  CHECK(r.get<"in">().get<"b">() == 7.0);
  CHECK(std::hash<rich>{}(r) == std::hash<rich>{}(copy));
  STATIC_REQUIRE(std::is_trivially_copyable_v<rich>);
}

TEST_CASE("a field that owns memory is accepted, moved and destroyed") {
  const std::string long_text(100, 'a');
  owning a{long_text, 1.0};
  owning b = a;
  CHECK(b.get<"name">() == long_text);
  owning c = std::move(a);
  CHECK(c == b);
  auto [name, x] = std::move(c);
  CHECK(name == long_text);
  CHECK(x == 1.0);
  CHECK(c.get<"name">().empty());
}

}  // namespace

template <>
inline constexpr std::string_view slotted::record_name<ragged> = "ragged";

TEST_CASE("a record may be given a name") {
  STATIC_REQUIRE(slotted::schema<ragged>::name == "ragged");
  STATIC_REQUIRE(slotted::schema<point>::name == "record");
}
