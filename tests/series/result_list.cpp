#include <slotted/series/result_list.hpp>

#include <string>
#include <utility>

#include "catch.hpp"

TEST_CASE("a list keeps what is added, in order, and moves") {
  slotted::result_list<std::string> list;
  CHECK(list.empty());
  for (int i = 0; i < 100; ++i) list.push_back("element " + std::to_string(i));
  REQUIRE(list.size() == 100);
  int next = 0;
  for (const std::string& each : list) CHECK(each == "element " + std::to_string(next++));
  CHECK(list[99] == "element 99");
  slotted::result_list<std::string> moved(std::move(list));
  CHECK(moved.size() == 100);
  CHECK(list.empty());  // NOLINT(bugprone-use-after-move): an empty list
  list = std::move(moved);
  CHECK(list.size() == 100);
}
