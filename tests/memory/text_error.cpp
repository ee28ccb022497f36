// Without exceptions: no_exceptions.cpp.
#include <slotted/memory/text_error.hpp>

#include <stdexcept>

#include "catch.hpp"

TEST_CASE("an error has the type and the text that are asked for") {
  using slotted::detail::throw_with_text;
  CHECK_THROWS_AS(throw_with_text<std::length_error>("too long"), std::length_error);
  CHECK_THROWS_WITH(throw_with_text<std::out_of_range>("no row 7"), "no row 7");
}
