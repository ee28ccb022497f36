// The words for a field that is not there or does not take a value.
#include <slotted/interop/field_error.hpp>

#include <stdexcept>
#include <string>
#include <string_view>

#include "catch.hpp"

namespace {

using slotted::detail::edit_distance;
using slotted::detail::nearest_name;

constexpr std::string_view names[] = {"x", "y", "timestamp", "sensor_id", "where.x"};

std::string message_for(std::string_view wanted) {
  try {
    slotted::detail::throw_no_such_field("DataPoint", names, 4, wanted);
  } catch (const slotted::no_such_field& error) {
    return error.what();
  }
}

TEST_CASE("the distance between two texts is the number of edits") {
  CHECK(edit_distance("", "") == 0);
  CHECK(edit_distance("abc", "") == 3);
  CHECK(edit_distance("", "abc") == 3);
  CHECK(edit_distance("kitten", "sitting") == 3);
  CHECK(edit_distance("timestamp", "timestamp") == 0);
  CHECK(edit_distance("timestamp", "timestmap") == 2);
}

TEST_CASE("a name is near within a third of its length, and the nearest of several is taken") {
  CHECK(nearest_name(names, 5, "timestmap") == "timestamp");
  CHECK(nearest_name(names, 5, "sensorid") == "sensor_id");
  CHECK(nearest_name(names, 5, "where.y") == "where.x");
  CHECK(nearest_name(names, 5, "new_attribute").empty());
  CHECK(nearest_name(names, 5, "z").empty());
  CHECK(nearest_name(names, 5, "").empty());
  CHECK(nearest_name(names, 5, std::string(100'000'000, 'a')).empty());
}

TEST_CASE("the message names the record, the offender and the fields, and the nearest name when one is close") {
  CHECK(message_for("new_attribute") == "DataPoint has no field 'new_attribute'; it has x, y, timestamp, sensor_id");
  CHECK(message_for("timestmap") ==
        "DataPoint has no field 'timestmap'; it has x, y, timestamp, sensor_id; did you mean 'timestamp'?");
  CHECK(message_for("a\nb") == "DataPoint has no field 'a\\x0ab'; it has x, y, timestamp, sensor_id");
}

TEST_CASE("the errors are standard errors") {
  CHECK_THROWS_AS(slotted::detail::throw_no_such_field("R", names, 0, "x"), std::out_of_range);
  CHECK_THROWS_AS(slotted::detail::throw_field_type_mismatch("R", "x", "double", "'a'", false), std::invalid_argument);
}

TEST_CASE("a mismatch says the field, its type and the value, and whether it is the type or the value") {
  CHECK_THROWS_WITH(slotted::detail::throw_field_type_mismatch("R", "n", "int32", "2.5", true),
                    "field 'n' of R is int32, which cannot hold 2.5 without loss");
  CHECK_THROWS_WITH(slotted::detail::throw_field_type_mismatch("R", "n", "int32", "'abc'", false),
                    "field 'n' of R is int32, which takes no 'abc'");
}

}  // namespace
