#include <slotted/series/open_outcome.hpp>

#include <cstddef>
#include <set>
#include <string_view>

#include "catch.hpp"

using slotted::open_outcome;

TEST_CASE("an outcome is true where there is a series to append to") {
  CHECK(open_outcome(open_outcome::done));
  CHECK(open_outcome(open_outcome::overflowed));
  for (std::size_t why = open_outcome::name_twice; why < open_outcome::reasons; ++why)
    CHECK_FALSE(open_outcome(static_cast<open_outcome::reason>(why)));
}

TEST_CASE("each reason has words of its own") {
  std::set<std::string_view> words;
  for (std::size_t why = 0; why < open_outcome::reasons; ++why)
    words.insert(open_outcome(static_cast<open_outcome::reason>(why)).text());
  CHECK(words.size() == open_outcome::reasons);
  CHECK(open_outcome(open_outcome::not_utf8).text() == "not UTF-8");
  CHECK(open_outcome(open_outcome::out_of_memory).text() == "out of memory");
}
