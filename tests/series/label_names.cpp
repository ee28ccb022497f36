#include <slotted/series/label_names.hpp>

#include <slotted/series/series_table.hpp>
#include <string>

#include "catch.hpp"

using names = slotted::label_names<"host", "plugin", "metric">;
static_assert(names::size == 3 && names::name(2) == "metric");
static_assert(names::with("a", "b", "c")[1] == slotted::label{"plugin", "b"});

TEST_CASE("values of fixed names are the same labels as those given by name in any order") {
  slotted::series_table table;
  const std::string host = "web1";
  const slotted::series_ref ref = table.open(names::with(host, "cpu", "load"));
  CHECK(table.find({{"metric", "load"}, {"host", "web1"}, {"plugin", "cpu"}}) == ref);
  CHECK(table.find(names::with("web1", "cpu", "idle")) == slotted::series_ref());
  const slotted::series_ref without = table.open(names::with(host, "", "load"));
  CHECK(table.find({{"host", "web1"}, {"metric", "load"}}) == without);
  CHECK(table.labels(without).size() == 2);
}
