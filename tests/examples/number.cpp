// slotted: the demo reads numbers alike by the standard library's from_chars and by fast_float.
// SPDX-License-Identifier: MIT
#include "number.hpp"

#include <cmath>

#include "catch.hpp"

TEST_CASE("the whole of a text is a number, or none of it") {
  const auto value = [](std::string_view text) { return demo::parse_number(text).value().value; };
  CHECK(value("0") == 0.0);
  CHECK(value("-2e3") == -2000.0);
  CHECK(value("+1.5") == 1.5);
  CHECK(value(".5") == 0.5);
  CHECK(value("0.1") == 0.1);
  CHECK(value("9007199254740993") == 9007199254740992.0);
  CHECK(std::isinf(value("inf")));
  CHECK(std::isnan(value("nan")));
  for (const char* text : {"", "-", "+", "+-1", "1x", " 1", "1 ", "0x10", "1,5", "e5", "one"}) {
    INFO(text);
    CHECK_FALSE(demo::parse_number(text));
  }
}

TEST_CASE("a number beyond those of a double is said to be out of range, and infinity is not") {
  CHECK(demo::parse_number("1e999").value().out_of_range);
  CHECK(demo::parse_number("-1e999").value().out_of_range);
  CHECK_FALSE(demo::parse_number("inf").value().out_of_range);
  CHECK_FALSE(demo::parse_number("1.7976931348623157e308").value().out_of_range);
}
