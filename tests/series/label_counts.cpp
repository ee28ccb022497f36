#include <slotted/series/label_counts.hpp>

#include <slotted/series/series_table.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "catch.hpp"

namespace {

std::vector<std::string> texts_of(const slotted::result_list<slotted::label_value_count>& counts) {
  std::vector<std::string> texts;
  for (const auto& each : counts)
    texts.push_back(each.name + "=" + each.value + " " + std::to_string(each.series) + " " +
                    std::to_string(each.bytes));
  return texts;
}

std::vector<std::string_view> elements(const slotted::result_list<std::string_view>& list) {
  return {list.begin(), list.end()};
}

}  // namespace

TEST_CASE("names, values and those that come first are counted by series and by bytes") {
  slotted::series_table table;
  slotted::series_ref last;
  for (int i = 0; i < 30; ++i)
    last = table.open({{"id", "number " + std::to_string(i)}, {"mod", std::to_string(i % 4)}, {"job", "node"}});
  CHECK(elements(table.label_names()) == std::vector<std::string_view>{"id", "job", "mod"});
  CHECK(elements(table.label_values("mod")) == std::vector<std::string_view>{"0", "1", "2", "3"});
  CHECK(table.label_values("nothing").empty());
  CHECK(texts_of(table.top_label_values(4)) ==
        std::vector<std::string>{"job=node 30 4", "mod=0 8 1", "mod=1 8 1", "mod=2 7 1"});
  CHECK(texts_of(table.top_label_values(2, slotted::top_by::bytes)) ==
        std::vector<std::string>{"id=number 10 1 9", "id=number 11 1 9"});
  CHECK(table.top_label_values(0).empty());
  CHECK(table.top_label_values(1000).size() == 35);
  table.close(last);
  CHECK(texts_of(table.top_label_values(2)) == std::vector<std::string>{"job=node 29 4", "mod=0 8 1"});
}
