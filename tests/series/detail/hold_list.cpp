#include <slotted/series/detail/hold_list.hpp>

#include <slotted/series/series_limits.hpp>
#include <string>
#include <thread>

#include "catch.hpp"

namespace {

using slotted::label;
using slotted::detail::hold_list;
using slotted::detail::hold_node;
using slotted::detail::series_core;

struct held_table {
  series_core core{nullptr};
  hold_list holds;
  slotted::series_limits limits;
  held_table() { limits.bytes.most = SIZE_MAX; }
  std::uint32_t open(const std::string& value) {
    const label labels[] = {{"id", value}};
    return core.open(labels, limits).number;
  }
  bool close(std::uint32_t number) {
    const hold_list::change change(holds);
    core.close(number);
    return holds.keep(number, core);
  }
  std::size_t values() const {
    const std::uint32_t id = core.sets().find_name("id");
    return id == slotted::detail::no_id ? 0 : core.sets().values(id).size();
  }
};

}  // namespace

TEST_CASE("without a hold nothing is kept; with one, until it has ended") {
  held_table table;
  CHECK_FALSE(table.holds.any());
  const std::uint32_t first = table.open("a");
  CHECK_FALSE(table.close(first));
  table.core.release_row(first);
  CHECK(table.values() == 0);

  hold_node node;
  const std::uint32_t second = table.open("b");
  const std::uint32_t third = table.open("c");
  table.holds.begin(node);
  CHECK(table.holds.any());
  CHECK(table.close(second));
  CHECK(table.close(third));
  CHECK(table.values() == 2);
  CHECK_FALSE(table.holds.has_released());
  std::thread([&] { table.holds.end(node, table.core); }).join();
  CHECK_FALSE(table.holds.any());
  REQUIRE(table.holds.has_released());
  CHECK(table.values() == 2);
  table.holds.release_some(1, table.core);  // the owner gives back, a bounded piece at a time
  CHECK(table.values() == 1);
  CHECK(table.holds.has_released());
  table.holds.release_some(10, table.core);
  CHECK(table.values() == 0);
  CHECK_FALSE(table.holds.has_released());
}

TEST_CASE("what a hold kept passes to the next older one") {
  held_table table;
  hold_node older;
  hold_node newer;
  const std::uint32_t number = table.open("a");
  table.holds.begin(older);
  table.holds.begin(newer);
  CHECK(table.close(number));
  table.holds.end(newer, table.core);
  CHECK_FALSE(table.holds.has_released());
  table.holds.end(older, table.core);
  CHECK(table.holds.has_released());
  table.holds.release_some(1, table.core);
  CHECK(table.values() == 0);
}
