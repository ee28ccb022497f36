// One schema for records, packed records, plain structs and types that bring their own.
#include <slotted/record/packed_record.hpp>
#include <slotted/record/record.hpp>
#include <slotted/record/schema.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "catch.hpp"
#include "label.hpp"

using namespace slotted::literals;
using slotted::field;
using slotted::schema;

namespace {

struct plain {
  double x, y;
  std::int64_t timestamp;
  label sensor_id;
};
struct tag {};
struct tagged : tag {
  int a;
  std::string b;
};
struct derived : plain {};
struct nothing {};

using recorded = slotted::record<field<"x", double>, field<"y", double>, field<"timestamp", std::int64_t>,
                                 field<"sensor_id", label>>;
using packed = slotted::packed_record<field<"x", double>, field<"y", double>, field<"timestamp", std::int64_t>,
                                      field<"sensor_id", label>>;

class account {
 public:
  constexpr account() = default;
  constexpr account(double x, double y, std::int64_t t, label id) : x_(x), y_(y), timestamp_(t), id_(id) {}
  [[nodiscard]] constexpr int secret() const { return secret_; }

 private:
  friend struct slotted::schema_of<account>;
  double x_ = 0, y_ = 0;
  std::int64_t timestamp_ = 0;
  label id_;
  int secret_ = 42;
};

struct renamed {
  int a;
  int b;
  int c;
};

}  // namespace

template <>
struct slotted::schema_of<account> {
  using fields =
      slotted::members<slotted::member<"x", &account::x_>, slotted::member<"y", &account::y_>,
                       slotted::member<"timestamp", &account::timestamp_>, slotted::member<"sensor_id", &account::id_>>;
};

template <>
struct slotted::schema_of<renamed> {
  static constexpr std::string_view name = "ledger";
  using fields = slotted::members<slotted::member<"third", &renamed::c>, slotted::member<"first", &renamed::a>>;
};

namespace {

TEMPLATE_TEST_CASE("every kind of record has the same schema", "", plain, recorded, packed, account) {
  using s = schema<TestType>;
  STATIC_REQUIRE(slotted::recordable<TestType>);
  STATIC_REQUIRE(slotted::field_count<TestType> == 4);
  STATIC_REQUIRE(slotted::payload_bytes<TestType> == 26);
  STATIC_REQUIRE(slotted::field_names<TestType>[0] == "x");
  STATIC_REQUIRE(slotted::field_names<TestType>[3] == "sensor_id");
  STATIC_REQUIRE(std::is_same_v<typename s::template type<2>, std::int64_t>);
  STATIC_REQUIRE(std::is_same_v<slotted::field_type<TestType, "sensor_id">, label>);
  STATIC_REQUIRE(slotted::index_of<TestType, "timestamp"> == 2);
  STATIC_REQUIRE(slotted::has_field<TestType, "y">);
  STATIC_REQUIRE_FALSE(slotted::has_field<TestType, "new_attribute">);

  TestType object{1.0, 2.0, 3, "four"};
  CHECK(s::template get<0>(object) == 1.0);
  CHECK(s::template get<3>(std::as_const(object)) == label{"four"});
  s::template set<1>(object, 7);
  CHECK(slotted::get<"y">(object) == 7.0);
  CHECK(slotted::get<"y">(std::as_const(object)) == 7.0);
  CHECK(slotted::get<"timestamp">(TestType{1.0, 2.0, 9, "four"}) == 9);

  std::vector<std::string_view> seen;
  slotted::for_each_field(object, [&](std::string_view name, const auto&) { seen.push_back(name); });
  CHECK(seen == std::vector<std::string_view>{"x", "y", "timestamp", "sensor_id"});

  const TestType made = s::make([](auto index) {
    using type = typename s::template type<decltype(index)::value>;
    if constexpr (std::is_same_v<type, label>)
      return label{"abc"};
    else
      return static_cast<type>(index + 1);
  });
  CHECK(slotted::get<"x">(made) == 1.0);
  CHECK(slotted::get<"timestamp">(made) == 3);
  CHECK(slotted::get<"sensor_id">(made) == label{"abc"});
}

TEST_CASE("a key is a name, a member pointer or a path of one") {
  STATIC_REQUIRE(slotted::index_of<plain, &plain::timestamp> == 2);
  STATIC_REQUIRE(slotted::index_of<plain, slotted::path<&plain::y>> == 1);
  STATIC_REQUIRE(slotted::index_of<tagged, &tagged::b> == 1);
  STATIC_REQUIRE(slotted::index_of<renamed, &renamed::c> == 0);
  STATIC_REQUIRE(slotted::index_of<renamed, "first"> == 1);
  STATIC_REQUIRE_FALSE(slotted::has_field<renamed, &renamed::b>);
  STATIC_REQUIRE_FALSE(slotted::has_field<renamed, "a">);
  STATIC_REQUIRE_FALSE(slotted::has_field<plain, &renamed::a>);
}

TEST_CASE("a schema of one's own renames, chooses and reaches private members") {
  STATIC_REQUIRE(schema<renamed>::name == "ledger");
  STATIC_REQUIRE(schema<account>::name == "account");
  STATIC_REQUIRE(slotted::field_count<renamed> == 2);
  renamed r{1, 2, 3};
  CHECK(slotted::get<"third">(r) == 3);
  CHECK(slotted::get<"first">(r) == 1);
  const account made =
      schema<account>::make([](auto index) { return schema<account>::type<decltype(index)::value>{}; });
  CHECK(made.secret() == 42);
}

TEST_CASE("types without fields of their own have none") {
  STATIC_REQUIRE(slotted::recordable<nothing>);
  STATIC_REQUIRE(slotted::field_count<nothing> == 0);
  STATIC_REQUIRE(slotted::payload_bytes<nothing> == 0);
  STATIC_REQUIRE(slotted::field_names<slotted::record<>>.empty());
  STATIC_REQUIRE(slotted::recordable<slotted::packed_record<>>);
}

TEST_CASE("what is no record is none, without an error") {
  STATIC_REQUIRE_FALSE(slotted::recordable<int>);
  STATIC_REQUIRE_FALSE(slotted::recordable<std::string>);
  STATIC_REQUIRE_FALSE(slotted::recordable<label>);
  STATIC_REQUIRE_FALSE(slotted::recordable<const plain>);
  STATIC_REQUIRE_FALSE(slotted::recordable<derived>);
}

TEST_CASE("a derived type is not exactly its base") {
  STATIC_REQUIRE(slotted::exactly<plain, plain>);
  STATIC_REQUIRE(slotted::exactly<const plain&, plain>);
  STATIC_REQUIRE(slotted::exactly<plain&&, plain>);
  STATIC_REQUIRE_FALSE(slotted::exactly<derived, plain>);
  STATIC_REQUIRE_FALSE(slotted::exactly<derived&, plain>);
}

TEST_CASE("a struct with an empty base and owning members is read and made") {
  tagged t = schema<tagged>::make([](auto index) {
    if constexpr (index == 0)
      return 5;
    else
      return std::string(50, 'b');
  });
  CHECK(t.a == 5);
  CHECK(schema<tagged>::get<1>(t) == std::string(50, 'b'));
}

struct of_64 {
  int m00, m01, m02, m03, m04, m05, m06, m07, m08, m09, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22,
      m23, m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34, m35, m36, m37, m38, m39, m40, m41, m42, m43, m44, m45,
      m46, m47, m48, m49, m50, m51, m52, m53, m54, m55, m56, m57, m58, m59, m60, m61, m62;
  double last;
};

TEST_CASE("64 members are read, written and named") {
  of_64 object{};
  slotted::for_each_field(object, [value = 0](std::string_view, auto& each) mutable {
    each = static_cast<std::remove_reference_t<decltype(each)>>(value++);
  });
  CHECK(object.m00 == 0);
  CHECK(object.m42 == 42);
  CHECK(object.last == 63.0);
  CHECK(slotted::get<"last">(object) == 63.0);
  STATIC_REQUIRE(slotted::index_of<of_64, &of_64::last> == 63);
  STATIC_REQUIRE(slotted::payload_bytes<of_64> == 63 * sizeof(int) + sizeof(double));
}

constexpr bool works_at_compile_time() {
  plain p{1.0, 2.0, 3, "four"};
  schema<plain>::set<0>(p, 5);
  account a;
  schema<account>::get<2>(a) = 6;
  return slotted::get<"x">(p) == 5 && slotted::get<"timestamp">(a) == 6;
}

TEST_CASE("a schema works in constant expressions") { STATIC_REQUIRE(works_at_compile_time()); }

}  // namespace
