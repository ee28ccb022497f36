#include <slotted/series/detail/label_lookup.hpp>

#include <string>
#include <vector>

#include "catch.hpp"

namespace {

using slotted::label;
using slotted::detail::label_lookup;
using slotted::detail::label_orders;
using slotted::detail::name_sets;
using slotted::detail::no_id;
using result = slotted::detail::label_lookup::result;

}  // namespace

TEST_CASE("labels are brought into the order of the columns, and their values are looked up") {
  slotted::slab_heap heap;
  name_sets sets;
  label_orders orders;
  const std::string_view names[] = {"job", "cpu"};
  std::uint8_t order[2];
  const std::uint32_t set = sets.try_hold(heap, names, 2, order);
  const std::uint32_t node = sets.column_values(set, order[0]).try_add(heap, "node", sets.hash("node"));
  const std::uint32_t zero = sets.column_values(set, order[1]).try_add(heap, "0", sets.hash("0"));

  const label given[] = {{"cpu", "0"}, {"zone", ""}, {"job", "node"}};
  label_lookup found;
  CHECK(found.arrange(sets, orders, given) == result::found);
  CHECK(found.ordered);
  CHECK_FALSE(found.known_order);
  CHECK(found.set == set);
  CHECK(found.count == 2);
  CHECK(found.ids[order[0]] == node);
  CHECK(found.ids[order[1]] == zero);
  CHECK(found.given[order[0]] == 2);

  const label again[] = {{"cpu", "0"}, {"job", "other"}};
  orders.remember(sets, again, set, std::vector<std::uint8_t>{order[1], order[0]}.data());
  label_lookup known;
  CHECK(known.arrange(sets, orders, again) == result::absent);
  CHECK(known.known_order);
  CHECK(known.ids[order[0]] == no_id);
  CHECK(known.values[order[0]].view() == "other");
  CHECK(orders.find(std::vector<label>{{"job", "node"}, {"cpu", "0"}}) == nullptr);
  CHECK(orders.find(std::vector<label>{{"cpu", ""}, {"job", "node"}}) == nullptr);
  orders.forget(set);
  CHECK(orders.find(again) == nullptr);
  sets.release(heap);
}

TEST_CASE("a name twice is noticed whether it is known or not, and so are too many labels") {
  slotted::slab_heap heap;
  name_sets sets;
  label_orders orders;
  const std::string_view names[] = {"job", "cpu"};
  std::uint8_t order[2];
  (void)sets.try_hold(heap, names, 2, order);
  const auto arrange = [&](const std::vector<label>& labels, std::size_t& offender) {
    label_lookup lookup;
    const result got = lookup.arrange(sets, orders, labels);
    offender = lookup.offender;
    return got;
  };
  std::size_t offender = 0;
  CHECK(arrange({{"job", "a"}, {"cpu", "0"}, {"job", "b"}}, offender) == result::name_twice);
  CHECK((offender == 0 || offender == 2));
  CHECK(arrange({{"new", "a"}, {"job", "a"}, {"new", "a"}}, offender) == result::name_twice);
  CHECK(offender == 2);
  CHECK(arrange({{"new", "a"}, {"job", "a"}, {"new", ""}}, offender) == result::absent);
  std::vector<std::string> texts;
  for (int i = 0; i < 65; ++i) texts.push_back("n" + std::to_string(i));
  std::vector<label> many;
  for (const std::string& each : texts) many.push_back({each, "x"});
  CHECK(arrange(many, offender) == result::too_many);
  many.back().value = "";
  CHECK(arrange(many, offender) == result::absent);
  sets.release(heap);
}
