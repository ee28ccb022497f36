// Fields by a name known at run time: found, set without loss, and refused in words.
#include <slotted/interop/by_name.hpp>
#include <slotted/record/packed_record.hpp>
#include <slotted/record/record.hpp>
#include <slotted/record/symbol.hpp>
#include <slotted/store/table.hpp>

#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>

#include "catch.hpp"

using slotted::field;
using slotted::get_field;
using slotted::set_field;
using slotted::set_outcome;
using slotted::try_get_field;
using slotted::try_set_field;
using slotted::try_visit_field;
using slotted::visit_field;

namespace {

using sensor = slotted::symbol<"by_name sensor", std::uint16_t>;
using tiny = slotted::symbol<"by_name tiny", std::uint8_t>;

struct DataPoint {
  double x, y;
  std::int64_t timestamp;
  sensor sensor_id;
};
using recorded = slotted::record<field<"x", double>, field<"y", double>, field<"timestamp", std::int64_t>,
                                 field<"sensor_id", sensor>>;
using packed = slotted::packed_record<field<"x", double>, field<"y", double>, field<"timestamp", std::int64_t>,
                                      field<"sensor_id", sensor>>;

struct vec {
  float x, y;
};
using packed_vec = slotted::packed_record<field<"a", char>, field<"v", vec>>;
enum class color { red, green };
struct rich {
  vec at;
  packed_vec in;
  bool flag;
  std::uint8_t small;
  float single;
  std::optional<int> maybe;
  std::array<int, 2> both;
  color tint;
  std::chrono::milliseconds lasting;
  std::string note;
  tiny tag;
};

template <class T>
double number(T& record, std::string_view name) {
  return visit_field(record, name, [](const auto& each) -> double {
    if constexpr (std::is_arithmetic_v<std::remove_cvref_t<decltype(each)>>)
      return static_cast<double>(each);
    else
      return -1;
  });
}

TEMPLATE_TEST_CASE("a field of any kind of record is read and set by name", "", DataPoint, recorded, packed) {
  TestType p{1.0, 2.0, 3, "sensor_1"};
  CHECK(number(p, "x") == 1.0);
  CHECK(number(p, "timestamp") == 3.0);
  CHECK(number(std::as_const(p), "y") == 2.0);
  set_field(p, "x", 2.5);
  CHECK(number(p, "x") == 2.5);
  set_field(p, "timestamp", 7);
  CHECK(slotted::get<"timestamp">(p) == 7);
  set_field(p, "sensor_id", "sensor_2");
  CHECK(slotted::get<"sensor_id">(p) == "sensor_2");
  set_field(p, "sensor_id", std::string("sensor_3"));
  CHECK(slotted::get<"sensor_id">(p).view() == "sensor_3");
  set_field(p, "sensor_id", sensor("sensor_4"));
  CHECK(slotted::get<"sensor_id">(p) == sensor("sensor_4"));
}

TEST_CASE("a visited field is the field itself") {
  DataPoint p{1.0, 2.0, 3, "sensor_1"};
  visit_field(p, "y", [](auto& each) {
    if constexpr (std::is_arithmetic_v<std::remove_reference_t<decltype(each)>>) each += 1;
  });
  CHECK(p.y == 3.0);
  CHECK(try_visit_field(p, "y", [](auto& each) {
    if constexpr (std::is_arithmetic_v<std::remove_reference_t<decltype(each)>>) each += 1;
  }));
  CHECK(p.y == 4.0);
  packed q{1.0, 2.0, 3, "sensor_1"};
  visit_field(q, "y", [](auto& each) { STATIC_REQUIRE(std::is_const_v<std::remove_reference_t<decltype(each)>>); });
}

TEST_CASE("a name that is no field throws no_such_field, which says what there is") {
  DataPoint p{1.0, 2.0, 3, "sensor_1"};
  CHECK_THROWS_AS(set_field(p, "new_attribute", 1), slotted::no_such_field);
  CHECK_THROWS_WITH(set_field(p, "new_attribute", 1),
                    "DataPoint has no field 'new_attribute'; it has x, y, timestamp, sensor_id");
  CHECK_THROWS_WITH(number(p, "timestmap"),
                    "DataPoint has no field 'timestmap'; it has x, y, timestamp, sensor_id; did you mean 'timestamp'?");
  recorded r;
  CHECK_THROWS_WITH(number(r, ""), "record has no field ''; it has x, y, timestamp, sensor_id");
  CHECK_THROWS_WITH(number(p, "x.y"), "DataPoint has no field 'x.y'; it has x, y, timestamp, sensor_id");
  slotted::record<> none;
  CHECK_THROWS_WITH(visit_field(none, "x", [](auto&) {}), "record has no field 'x'; it has none");
  CHECK_FALSE(try_visit_field(p, "new_attribute", [](auto&) { FAIL("called for a field that is not there"); }));
  CHECK(try_set_field(p, "new_attribute", 1) == set_outcome::no_such_field);
  CHECK(try_set_field(p, "x.", 1) == set_outcome::no_such_field);
}

TEST_CASE("a value of the wrong type throws field_type_mismatch and changes nothing") {
  DataPoint p{1.0, 2.0, 3, "sensor_1"};
  CHECK_THROWS_AS(set_field(p, "x", "text"), slotted::field_type_mismatch);
  CHECK_THROWS_WITH(set_field(p, "x", "text"), "field 'x' of DataPoint is double, which takes no 'text'");
  CHECK_THROWS_WITH(set_field(p, "timestamp", 2.5),
                    "field 'timestamp' of DataPoint is int64, which cannot hold 2.5 without loss");
  CHECK_THROWS_AS(set_field(p, "sensor_id", 5), slotted::field_type_mismatch);
  CHECK(try_set_field(p, "x", "text") == set_outcome::wrong_type);
  CHECK(try_set_field(p, "timestamp", 2.5) == set_outcome::does_not_fit);
  CHECK(p.x == 1.0);
  CHECK(p.timestamp == 3);
  CHECK(p.sensor_id == "sensor_1");
}

TEST_CASE("a number is set only if the field holds it exactly") {
  rich r{};
  CHECK(try_set_field(r, "small", 255) == set_outcome::done);
  CHECK(try_set_field(r, "small", 256) == set_outcome::does_not_fit);
  CHECK(try_set_field(r, "small", -1) == set_outcome::does_not_fit);
  CHECK(try_set_field(r, "small", 7.0) == set_outcome::done);
  CHECK(r.small == 7);
  CHECK(try_set_field(r, "flag", 1) == set_outcome::done);
  CHECK(try_set_field(r, "flag", 2) == set_outcome::does_not_fit);
  CHECK(try_set_field(r, "single", 0.5) == set_outcome::done);
  CHECK(try_set_field(r, "single", 0.1) == set_outcome::does_not_fit);
  CHECK(try_set_field(r, "single", 16777216) == set_outcome::done);
  CHECK(try_set_field(r, "single", 16777217) == set_outcome::does_not_fit);
  CHECK(try_set_field(r, "single", 1e300) == set_outcome::does_not_fit);
  CHECK(try_set_field(r, "single", std::numeric_limits<double>::infinity()) == set_outcome::done);
  CHECK(try_set_field(r, "single", std::numeric_limits<double>::quiet_NaN()) == set_outcome::done);
  CHECK(std::isnan(r.single));
  DataPoint p{};
  CHECK(try_set_field(p, "x", std::int64_t{1} << 60) == set_outcome::done);
  CHECK(try_set_field(p, "x", (std::int64_t{1} << 60) + 1) == set_outcome::does_not_fit);
  CHECK(try_set_field(p, "x", std::numeric_limits<std::int64_t>::max()) == set_outcome::does_not_fit);
  CHECK(try_set_field(p, "x", std::numeric_limits<std::int64_t>::min()) == set_outcome::done);
  CHECK(try_set_field(p, "x", std::numeric_limits<std::uint64_t>::max()) == set_outcome::does_not_fit);
  CHECK(try_set_field(p, "timestamp", 9223372036854775808.0) == set_outcome::does_not_fit);
  CHECK(try_set_field(p, "timestamp", -9223372036854775808.0) == set_outcome::done);
  CHECK(try_set_field(p, "timestamp", std::numeric_limits<double>::quiet_NaN()) == set_outcome::does_not_fit);
  CHECK(try_set_field(p, "timestamp", std::numeric_limits<double>::infinity()) == set_outcome::does_not_fit);
  CHECK(try_set_field(p, "timestamp", std::numeric_limits<std::uint64_t>::max()) == set_outcome::does_not_fit);
  CHECK(p.timestamp == std::numeric_limits<std::int64_t>::min());
  CHECK(try_set_field(p, "x", std::int8_t{-128}) == set_outcome::done);
  CHECK(p.x == -128.0);
}

TEMPLATE_TEST_CASE("a field is given as the type that is asked for", "", DataPoint, recorded, packed) {
  const TestType p{1.5, 2.0, 3, sensor("sensor_1")};
  CHECK(get_field<double>(p, "x") == 1.5);
  CHECK(get_field<int>(p, "y") == 2);
  CHECK(get_field<std::uint8_t>(p, "timestamp") == 3);
  CHECK(get_field<std::string>(p, "sensor_id") == "sensor_1");
  CHECK(get_field<std::string_view>(p, "sensor_id") == "sensor_1");
  CHECK(get_field<sensor>(p, "sensor_id") == sensor("sensor_1"));
  CHECK(get_field<std::optional<double>>(p, "x") == 1.5);
  CHECK(try_get_field<double>(p, "x") == 1.5);
  CHECK_FALSE(try_get_field<int>(p, "x"));
  CHECK_FALSE(try_get_field<std::string>(p, "x"));
  CHECK_FALSE(try_get_field<double>(p, "sensor_id"));
  CHECK_FALSE(try_get_field<double>(p, "new_attribute"));
}

TEST_CASE("a field that there is not, or that is no such type, is refused in words by get_field") {
  const DataPoint p{1.5, 2.0, 3, "sensor_1"};
  CHECK_THROWS_AS(get_field<double>(p, "new_attribute"), slotted::no_such_field);
  CHECK_THROWS_WITH(get_field<double>(p, "timestmap"),
                    "DataPoint has no field 'timestmap'; it has x, y, timestamp, sensor_id; did you mean 'timestamp'?");
  CHECK_THROWS_AS(get_field<int>(p, "x"), slotted::field_type_mismatch);
  CHECK_THROWS_WITH(get_field<int>(p, "x"), "field 'x' of DataPoint is double: its value 1.5 is no int32");
  CHECK_THROWS_WITH(get_field<std::string>(p, "x"),
                    "field 'x' of DataPoint is double, which does not convert to a text");
  CHECK_THROWS_WITH(get_field<double>(p, "sensor_id"),
                    "field 'sensor_id' of DataPoint is symbol, which does not convert to double");
}

TEST_CASE("nested fields, optionals and texts are given by get_field, and no domain gains a text by that") {
  rich r{};
  r.at.y = 2.5F;
  r.in.set<"v">(vec{7, 8});
  r.note = "a text";
  CHECK(get_field<double>(r, "at.y") == 2.5);
  CHECK(get_field<int>(r, "in.v.y") == 8);
  CHECK(get_field<vec>(r, "at").y == 2.5F);
  CHECK(get_field<std::string_view>(r, "note").data() == r.note.data());
  CHECK_THROWS_WITH(get_field<int>(r, "maybe"), "field 'maybe' of rich is optional int32: its value none is no int32");
  CHECK(get_field<std::optional<long>>(r, "maybe") == std::nullopt);
  r.maybe = 5;
  CHECK(get_field<int>(r, "maybe") == 5);
  CHECK_FALSE(try_get_field<sensor>(r, "note"));
  CHECK_FALSE(sensor::find("a text"));
}

TEST_CASE("nested fields are reached by dotted names, through packed records too") {
  rich r{};
  set_field(r, "at.y", 2.5);
  CHECK(r.at.y == 2.5F);
  CHECK(number(r, "at.y") == 2.5);
  set_field(r, "in.v.x", 3);
  CHECK(r.in.get<"v">().x == 3.0F);
  CHECK(number(r, "in.v.x") == 3.0);
  set_field(r, "at", vec{8, 9});
  CHECK(r.at.x == 8.0F);
  CHECK(try_set_field(r, "at.z", 1) == set_outcome::no_such_field);
  CHECK(try_set_field(r, "in.v.x", "text") == set_outcome::wrong_type);
  CHECK(r.in.get<"v">().x == 3.0F);
  CHECK_THROWS_WITH(set_field(r, "at.y", 0.1), "field 'at.y' of rich is float, which cannot hold 0.1 without loss");
  CHECK_THROWS_WITH(set_field(r, "at.yy", 1), slotted::test::contains_text("it has at.x, at.y, in.a, in.v.x, in.v.y"));
}

TEST_CASE("optionals, arrays, enums, times and texts take what converts to them") {
  rich r{};
  set_field(r, "maybe", 5);
  CHECK(r.maybe == 5);
  set_field(r, "maybe", std::nullopt);
  CHECK_FALSE(r.maybe);
  set_field(r, "maybe", std::optional<long>(6));
  CHECK(r.maybe == 6);
  CHECK(try_set_field(r, "maybe", 2.5) == set_outcome::does_not_fit);
  CHECK(r.maybe == 6);
  CHECK(try_set_field(r, "maybe", "text") == set_outcome::wrong_type);
  set_field(r, "both", std::array<int, 2>{1, 2});
  CHECK(r.both[1] == 2);
  set_field(r, "tint", color::green);
  CHECK(r.tint == color::green);
  CHECK(try_set_field(r, "tint", 1) == set_outcome::wrong_type);
  set_field(r, "lasting", std::chrono::seconds(2));
  CHECK(r.lasting.count() == 2000);
  CHECK(try_set_field(r, "lasting", 2) == set_outcome::wrong_type);
  set_field(r, "note", "a text");
  CHECK(r.note == "a text");
  CHECK_THROWS_WITH(set_field(r, "maybe", "text"), "field 'maybe' of rich is optional int32, which takes no 'text'");
  CHECK_THROWS_WITH(set_field(r, "both", 1), "field 'both' of rich is array of 2 int32, which takes no 1");
  CHECK(try_set_field(r, "tint", "green") == set_outcome::wrong_type);
  CHECK(r.tint == color::green);
}

TEST_CASE("a refused value and the field it was for are said in words, whatever they are") {
  rich r{};
  CHECK_THROWS_WITH(set_field(r, "in.a", "text"), "field 'in.a' of rich is char, which takes no 'text'");
  CHECK_THROWS_WITH(set_field(r, "flag", "text"), "field 'flag' of rich is bool, which takes no 'text'");
  CHECK_THROWS_WITH(set_field(r, "note", 5), "field 'note' of rich is a text, which takes no 5");
  CHECK_THROWS_WITH(set_field(r, "at", 5), "field 'at' of rich is vec, which takes no 5");
  CHECK_THROWS_WITH(set_field(r, "tint", true), "field 'tint' of rich is color, which takes no true");
  CHECK_THROWS_WITH(set_field(r, "small", color::red), "field 'small' of rich is uint8, which takes no color");
  CHECK_THROWS_WITH(set_field(r, "small", 0.1 + 0.2),  // what no fewer digits than all of them tell apart
                    "field 'small' of rich is uint8, which cannot hold 0.30000000000000004 without loss");
}

TEST_CASE("a full domain of symbols refuses a new text, in its own words, and the field keeps its symbol") {
  rich r{};
  set_field(r, "tag", "kept");
  for (int i = 0; i < 254; ++i) static_cast<void>(tiny::try_intern("filler " + std::to_string(i)));
  CHECK(try_set_field(r, "tag", "one too many") == set_outcome::does_not_fit);
  CHECK_THROWS_AS(set_field(r, "tag", "one too many"), slotted::symbol_domain_full);
  CHECK(r.tag == "kept");
  set_field(r, "tag", "filler 7");
  CHECK(r.tag == "filler 7");
}

struct row {
  std::int64_t t;
  vec at;
  bool flag;
  std::optional<double> maybe;
  sensor tag;
};

TEST_CASE("the columns of a table are listed with name, type and width") {
  const auto columns = slotted::columns_of(slotted::table<row>{});
  REQUIRE(columns.size() == 6);
  CHECK(columns[0].name == "t");
  CHECK(columns[0].type == "int64");
  CHECK(columns[0].bits == 64);
  CHECK(columns[1].name == "at.x");
  CHECK(columns[1].type == "float");
  CHECK(columns[1].bits == 32);
  CHECK(columns[2].name == "at.y");
  CHECK(columns[3].type == "bool");
  CHECK(columns[3].bits == 1);
  CHECK(columns[4].type == "optional double");
  CHECK(columns[4].bits == 65);
  CHECK(columns[5].name == "tag");
  CHECK(columns[5].bits == 16);
  std::size_t bits = 0;
  for (const slotted::column_info& each : columns) bits += each.bits;
  CHECK(bits == slotted::table<row>::bits_per_row);
}

template <class T>
double sum_of(const slotted::table<T>& rows, std::string_view name) {
  return slotted::visit_column(rows, name, [](const auto& column) -> double {
    double sum = 0;
    column.for_each_chunk([&](const auto& values) {
      if constexpr (std::is_arithmetic_v<typename std::remove_cvref_t<decltype(column)>::value_type>)
        for (const auto value : values) sum += static_cast<double>(value);
    });
    return sum;
  });
}

TEST_CASE("a column is visited by name, and a name that is none throws no_such_field") {
  slotted::table<row> rows;
  for (int i = 0; i < 50'000; ++i)
    rows.push_back({i, {static_cast<float>(i % 8), 1}, i % 2 == 0, std::nullopt, "sensor_1"});
  CHECK(sum_of(rows, "t") == 50'000.0 * 49'999 / 2);
  CHECK(sum_of(rows, "at.x") == 50'000 / 8 * 28.0);
  CHECK(sum_of(rows, "flag") == 25'000);
  CHECK(sum_of(rows, "tag") == 0);
  CHECK_THROWS_AS(sum_of(rows, "new_attribute"), slotted::no_such_field);
  CHECK_THROWS_WITH(sum_of(rows, "at.z"),
                    "row has no field 'at.z'; it has t, at.x, at.y, flag, maybe, tag; did you mean 'at.x'?");
  CHECK_THROWS_AS(sum_of(rows, "at"), slotted::no_such_field);  // two columns, not one

  std::size_t values = 0;
  const auto count = [&](const auto& column) { values = column.size(); };
  CHECK(slotted::try_visit_column(rows, "maybe", count));
  CHECK(values == 50'000);
  CHECK_FALSE(slotted::try_visit_column(rows, "new_attribute", count));
  CHECK_FALSE(slotted::try_visit_column(rows, "", count));
}

}  // namespace
