// A footprint is a sum of bytes by purpose, and its total leaves none of them out.
#include <slotted/memory/footprint.hpp>

#include "catch.hpp"

namespace {

using slotted::footprint;

TEST_CASE("a total leaves no purpose out") {
  STATIC_REQUIRE(footprint{}.total() == 0);
  STATIC_REQUIRE(footprint{1, 20, 300}.total() == 321);
}

TEST_CASE("footprints add purpose by purpose") {
  constexpr footprint sum = footprint{1, 20, 300} + footprint{4000, 50000, 600000};
  STATIC_REQUIRE(sum.payload == 4001);
  STATIC_REQUIRE(sum.overhead == 50020);
  STATIC_REQUIRE(sum.idle == 600300);
  footprint each{1, 2, 3};
  CHECK(&(each += footprint{10, 20, 30}) == &each);
  CHECK(each == footprint{11, 22, 33});
  CHECK_FALSE(each == footprint{22, 11, 33});
}

TEST_CASE("units are powers of 1024") {
  STATIC_REQUIRE(slotted::KiB == 1024);
  STATIC_REQUIRE(slotted::MiB == 1048576);
  STATIC_REQUIRE(slotted::GiB == 1073741824);
}

}  // namespace
