#include <slotted/series/label_list.hpp>

#include <iterator>
#include <slotted/series/series_table.hpp>
#include <string>
#include <vector>

#include "catch.hpp"

namespace {

std::string exposition(std::initializer_list<slotted::label> labels) {
  slotted::series_table table;
  return table.to_exposition(table.open(labels));
}

}  // namespace

static_assert(std::forward_iterator<slotted::label_list::iterator>);

TEST_CASE("the labels of a series are a range in the order of their names") {
  slotted::series_table table;
  const slotted::series_ref ref = table.open({{"job", "node"}, {"cpu", "3"}, {"zone", ""}, {"instance", "a:9100"}});
  const slotted::label_list labels = table.labels(ref);
  const std::vector<slotted::label> got(labels.begin(), labels.end());
  CHECK(got == std::vector<slotted::label>{{"cpu", "3"}, {"instance", "a:9100"}, {"job", "node"}});
  CHECK(labels.size() == 3);
  CHECK(labels[1].value == "a:9100");
  CHECK(labels.value("job") == "node");
  CHECK(labels.value("zone").empty());
  CHECK(table.labels(table.open(std::span<const slotted::label>())).empty());
}

TEST_CASE("labels are written as lines of Prometheus' text format begin") {
  CHECK(exposition({{"__name__", "up"}, {"job", "node"}, {"instance", "a:9100"}}) ==
        R"(up{instance="a:9100",job="node"})");
  CHECK(exposition({{"__name__", "up"}}) == "up");
  CHECK(exposition({{"path", "C:\\x\"y\nz"}}) == R"({path="C:\\x\"y\nz"})");
  CHECK(exposition({{"__name__", "http.requests"}, {"http.status", "200"}}) ==
        R"({"http.requests","http.status"="200"})");
  CHECK(exposition({{"__name__", "http.requests"}}) == R"({"http.requests"})");
  CHECK(exposition({{"", "no name"}}) == R"({""="no name"})");
  slotted::series_table table;
  CHECK(table.to_exposition(table.open(std::span<const slotted::label>())) == "{}");
}
