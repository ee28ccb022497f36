// slotted: the demo reads points in time as files spell them.
// SPDX-License-Identifier: MIT
#include "timestamp.hpp"

#include "catch.hpp"

namespace {

std::optional<std::int64_t> parsed(std::string_view text) { return demo::timestamp_parser{}.parse(text); }

}  // namespace

TEST_CASE("a date with a time of day is nanoseconds since 1970") {
  CHECK(parsed("1970-01-01 00:00:00") == 0);
  CHECK(parsed("2014-02-14 14:30:00") == 1'392'388'200'000'000'000);
  CHECK(parsed("2014-02-14T14:30:00Z") == 1'392'388'200'000'000'000);
  CHECK(parsed("2014-02-14 14:30") == 1'392'388'200'000'000'000);
  CHECK(parsed("2014-02-14") == 1'392'336'000'000'000'000);
  CHECK(parsed("1969-12-31 23:59:59") == -1'000'000'000);
}

TEST_CASE("a fraction of a second keeps nine digits") {
  CHECK(parsed("1970-01-01T00:00:00.5") == 500'000'000);
  CHECK(parsed("1970-01-01T00:00:01.000000001Z") == 1'000'000'001);
  CHECK(parsed("1970-01-01T00:00:01.0000000019") == 1'000'000'001);
  CHECK(parsed("1970-01-01T00:00:01,25") == 1'250'000'000);
}

TEST_CASE("an offset is taken off") {
  CHECK(parsed("1970-01-01T02:00:00+02:00") == 0);
  CHECK(parsed("1970-01-01T02:00:00+0200") == 0);
  CHECK(parsed("1970-01-01 02:00:00 +02") == 0);
  CHECK(parsed("1969-12-31T18:30:00-05:30") == 0);
}

TEST_CASE("an impossible date is no time") {
  CHECK(parsed("2024-02-29 00:00:00"));
  for (const char* text :
       {"2023-02-29 00:00:00", "2024-13-01 00:00:00", "2024-01-01 24:00:00", "2024-01-01 00:60:00",
        "2024-01-01 00:00:61", "2024-01-01 00:00:00 noon", "2024-01-01T00:00:00.", "2024-1-1 00:00:00",
        "2024-01-01x00:00:00", "2024-01-01 00:00:00+25:00", "0001-01-01 00:00:00", "9999-12-31"}) {
    INFO(text);
    CHECK_FALSE(parsed(text));
  }
}

TEST_CASE("a leap second counts as the next minute's first") {
  CHECK(parsed("2016-12-31T23:59:60Z") == parsed("2017-01-01T00:00:00Z"));
  CHECK(parsed("2016-12-31T23:59:60.5+00:00") == 1'483'228'800'500'000'000);
  CHECK_FALSE(parsed("2016-12-31T23:60:60Z"));
}

TEST_CASE("an epoch tells its unit by its magnitude") {
  CHECK(parsed("1700000000") == 1'700'000'000'000'000'000);
  CHECK(parsed("1700000000000") == 1'700'000'000'000'000'000);
  CHECK(parsed("1700000000000000") == 1'700'000'000'000'000'000);
  CHECK(parsed("1700000000000000000") == 1'700'000'000'000'000'000);
  CHECK(parsed("1700000000.25") == 1'700'000'000'250'000'000);
  CHECK(parsed("1700000000000.5") == 1'700'000'000'000'500'000);
  CHECK(parsed("-1.5") == -1'500'000'000);
  CHECK(parsed("-0.5") == -500'000'000);
  CHECK(parsed("0") == 0);
}

TEST_CASE("the first epoch fixes the unit of a file") {
  demo::timestamp_parser times;
  CHECK(times.parse("99999999") == 99'999'999'000'000'000);  // seconds
  // Another parser would take this for milliseconds; here it is a second out of range, and changes nothing.
  CHECK_FALSE(times.parse("100000000000"));
  CHECK(times.parse("7") == 7'000'000'000);
  CHECK(parsed("100000000000") == 100'000'000'000'000'000);
}

TEST_CASE("what is no epoch is no time") {
  for (const char* text : {"", "-", "timestamp", "12x", "1e3", "1.2.3", "1.x", "0x10", "nan", "99999999999999999999"}) {
    INFO(text);
    CHECK_FALSE(parsed(text));
  }
}

TEST_CASE("the name of a column may state the unit") {
  using demo::time_unit;
  CHECK(demo::unit_in_name("timestamp_ns") == time_unit::nanoseconds);
  CHECK(demo::unit_in_name("time_us") == time_unit::microseconds);
  CHECK(demo::unit_in_name("time_ms") == time_unit::milliseconds);
  CHECK(demo::unit_in_name("time_s") == time_unit::seconds);
  for (const char* name : {"timestamp", "times", "s", "_s", "ts", "ms"}) {
    INFO(name);
    CHECK(demo::unit_in_name(name).has_value() == (std::string_view(name) == "_s"));
  }
  CHECK(demo::timestamp_parser{time_unit::milliseconds}.parse("5") == 5'000'000);
}
