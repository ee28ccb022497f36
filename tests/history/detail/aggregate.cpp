// The rows of a window are added up where their time belongs, each once.
#include <slotted/history/detail/aggregate.hpp>

#include <cstdint>

#include <slotted/history/buckets.hpp>

#include "catch.hpp"
#include "fake_reading.hpp"

using slotted::test::fake_history;
using slotted::test::reading;

namespace {

using bucket = slotted::history_bucket<std::int64_t, double>;
using choice = slotted::detail::series_choice<std::uint16_t>;

}  // namespace

TEST_CASE("a step has the times from its start on, up to the greatest") {
  slotted::detail::bucket_list<bucket> list;
  const slotted::detail::bucket_steps<bucket> steps{list, -5, 10};
  CHECK(steps.find(-5).times == slotted::detail::time_window{-5, 4});
  CHECK(steps.find(4).to->start == -5);
  CHECK(steps.find(5).to->start == 5);
  CHECK(steps.find(INT64_MAX).times.to == INT64_MAX);
  list.settle();
  CHECK(list.size() == 3);
}

TEST_CASE("rows beyond the limit of the buckets are left out, and no block of theirs is decoded") {
  slotted::test::fake_memory memory(0);
  fake_history model(1);
  for (int i = 0; i < 1000; ++i) {
    reading row;
    row.time = i;
    row.x = 1;
    model.add(row);
    if (i % 10 == 9) model.cut_all();
  }
  slotted::detail::bucket_list<bucket> list(memory.get());
  slotted::detail::add_to_buckets<0, bucket>(model.past(), choice{}, {},
                                             slotted::detail::bucket_steps<bucket>{list, 0, 10});
  list.settle();
  REQUIRE(list.limited());
  CHECK(list.limit() == static_cast<std::int64_t>(10 * list.size()));
  for (std::size_t i = 0; i < list.size(); ++i) {
    CHECK(list[i].start == static_cast<std::int64_t>(10 * i));
    CHECK(list[i].count == 10);
  }
}

TEST_CASE("one bucket for all rows knows the first time") {
  fake_history model(2);
  model.live(3000, {5, 100, 3, 100});
  std::int64_t first = INT64_MAX;
  bucket made;
  slotted::detail::add_to_buckets<0, bucket>(model.past(), choice{}, {},
                                             slotted::detail::bucket_of_all<bucket>{made, first});
  CHECK(first == model.rows().front().time);
  CHECK(made.count + made.nans == 3000);
}
