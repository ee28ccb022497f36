#include <slotted/series/matcher.hpp>

#include <string_view>

#include "catch.hpp"

using slotted::label;
using slotted::matcher;
using slotted::matches;

TEST_CASE("a matcher compares, asks a predicate, or says the contrary") {
  const matcher equal{"job", "node"};
  CHECK(equal.accepts("node"));
  CHECK_FALSE(equal.accepts("node2"));
  CHECK_FALSE(equal.accepts(""));
  const matcher other = !label{"job", "node"};
  CHECK_FALSE(other.accepts("node"));
  CHECK(other.accepts(""));
  CHECK(other.is_negated());
  CHECK((!other).accepts("node"));
  CHECK(matcher(label{"job", ""}).accepts(""));  // what has no such label

  int asked = 0;
  const auto long_ones = [&asked](std::string_view value) {
    ++asked;
    return value.size() > 3;
  };
  const matcher some = matches("job", long_ones);
  CHECK(some.has_predicate());
  CHECK(some.accepts("node"));
  CHECK_FALSE(some.accepts("a"));
  CHECK((!some).accepts("a"));
  CHECK(asked == 3);
  CHECK(some.name() == "job");
}
