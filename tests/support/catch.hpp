// The one include of Catch2: 2.13 (Debian 12) and 3.x (Debian 13) name their headers differently.
#pragma once

#include <string>

#if __has_include(<catch2/catch_test_macros.hpp>)
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#define SLOTTED_TEST_CATCH3 1
#else
#include <catch2/catch.hpp>
#endif

namespace slotted::test {

// Matches a text that has another one in it.
inline auto contains_text(const std::string& text) {
#if defined(SLOTTED_TEST_CATCH3)
  return Catch::Matchers::ContainsSubstring(text);
#else
  return Catch::Matchers::Contains(text);
#endif
}

}  // namespace slotted::test
