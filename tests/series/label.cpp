#include <slotted/series/label.hpp>

#include <string>

#include "catch.hpp"

TEST_CASE("a label is its name and its value, byte by byte") {
  const std::string name = "job";
  const std::string value = "node";
  CHECK(slotted::label{name, value} == slotted::label{"job", "node"});
  CHECK_FALSE(slotted::label{name, value} == slotted::label{"job", "mode"});
  CHECK_FALSE(slotted::label{name, value} == slotted::label{"jobs", "node"});
  CHECK(slotted::label{}.value.empty());
}
