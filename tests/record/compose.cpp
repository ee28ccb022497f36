// Records made from records at compile time, and the values carried over.
#include <slotted/record/compose.hpp>

#include <cstdint>
#include <type_traits>

#include "catch.hpp"
#include "label.hpp"

using namespace slotted::literals;
using slotted::extend;
using slotted::field;
using slotted::project;
using slotted::record_cast;

namespace {

using base = slotted::record<field<"x", double>, field<"y", double>>;
using packed = slotted::packed_record<field<"x", double>, field<"flag", bool>>;
struct plain {
  std::int64_t timestamp;
  label id;
  double x;
};

TEST_CASE("extend puts fields behind a record's own") {
  using more = extend<base, field<"t", std::int64_t>, field<"flag", bool>>;
  STATIC_REQUIRE(std::is_same_v<more, slotted::record<field<"x", double>, field<"y", double>, field<"t", std::int64_t>,
                                                      field<"flag", bool>>>);
  STATIC_REQUIRE(std::is_same_v<extend<base>, base>);
  STATIC_REQUIRE(sizeof(more) == 32);
  STATIC_REQUIRE(std::is_same_v<extend<packed, field<"u", char>>,
                                slotted::packed_record<field<"x", double>, field<"flag", bool>, field<"u", char>>>);
  STATIC_REQUIRE(
      std::is_same_v<
          extend<plain, field<"u", char>>,
          slotted::record<field<"timestamp", std::int64_t>, field<"id", label>, field<"x", double>, field<"u", char>>>);
  STATIC_REQUIRE(std::is_same_v<extend<slotted::record<>, field<"u", char>>, slotted::record<field<"u", char>>>);
}

TEST_CASE("project keeps the fields that are named, in that order") {
  STATIC_REQUIRE(std::is_same_v<project<base, "y">, slotted::record<field<"y", double>>>);
  STATIC_REQUIRE(std::is_same_v<project<base, "y", "x">, slotted::record<field<"y", double>, field<"x", double>>>);
  STATIC_REQUIRE(std::is_same_v<project<base>, slotted::record<>>);
  STATIC_REQUIRE(std::is_same_v<project<packed, "flag">, slotted::packed_record<field<"flag", bool>>>);
  STATIC_REQUIRE(std::is_same_v<project<plain, "id">, slotted::record<field<"id", label>>>);
}

TEST_CASE("record_cast carries values over by name") {
  const plain p{3, "four", 1.5};
  const auto r = record_cast<project<plain, "x", "timestamp">>(p);
  CHECK(r.get<"x">() == 1.5);
  CHECK(r.get<"timestamp">() == 3);
  const auto wide = record_cast<extend<base, field<"t", int>>>(base{1.0, 2.0});
  CHECK(wide.get<"y">() == 2.0);
  CHECK(wide.get<"t">() == 0);
  const auto back = record_cast<plain>(packed{2.5, true});
  CHECK(back.x == 2.5);
  CHECK(back.timestamp == 0);
  CHECK(back.id == label{});
  STATIC_REQUIRE(record_cast<packed>(base{1.0, 2.0}).get<"x">() == 1.0);
}

}  // namespace
