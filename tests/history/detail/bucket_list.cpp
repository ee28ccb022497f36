// Buckets are made as they are asked for, in any order, and are complete up to where memory ended.
#include <slotted/history/detail/bucket_list.hpp>

#include <cstdint>
#include <map>
#include <random>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "fake_reading.hpp"

namespace {

struct bucket {
  std::int64_t start = 0;
  std::uint64_t count = 0;
  std::uint64_t nans = 0;
  double sum = 0;
  double min = 0;
  double max = 0;
};
using list = slotted::detail::bucket_list<bucket>;

}  // namespace

TEST_CASE("buckets of any order are in the order of time, once each, up to the limit") {
  for (const std::size_t bytes : {std::size_t{0}, 64 * sizeof(bucket), 1000 * sizeof(bucket), std::size_t{1} << 30}) {
    for (const std::uint64_t range : {3ULL, 8ULL, 9ULL, 500ULL, 1ULL << 40}) {
      for (const int direction : {0, 1, -1}) {
        CAPTURE(bytes, range, direction);
        slotted::test::fake_memory memory(bytes);
        std::mt19937_64 random(range);
        list buckets(memory.get());
        std::map<std::int64_t, std::uint64_t> expected;
        for (std::int64_t i = 0; i < 2000; ++i) {
          const std::int64_t start = direction == 0 ? static_cast<std::int64_t>(random() % range) : direction * i / 3;
          ++expected[start];
          if (bucket* const found = buckets.find(start)) ++found->count;
        }
        buckets.settle();
        if (buckets.limited()) expected.erase(expected.lower_bound(buckets.limit()), expected.end());
        REQUIRE(buckets.size() == expected.size());
        std::size_t wrong = 0;
        std::size_t i = 0;
        for (const auto& [start, count] : expected) {
          wrong += buckets[i].start != start || buckets[i].count != count;
          ++i;
        }
        CHECK(wrong == 0);
        CHECK(buckets.size() >= 1);
        if (bytes == std::size_t{1} << 30) CHECK_FALSE(buckets.limited());
        if (range == 3 && direction == 0) CHECK(memory.budget.used() == 0);
      }
    }
  }
}

TEST_CASE("buckets move with their memory or without") {
  slotted::test::fake_memory memory(1 << 20);
  for (const std::int64_t count : {5, 500}) {
    list one(memory.get());
    for (std::int64_t i = 0; i < count; ++i) one.find(i)->count = static_cast<std::uint64_t>(i);
    one.settle();
    list other(std::move(one));
    CHECK(one.size() == 0);
    one = std::move(other);
    REQUIRE(one.size() == static_cast<std::size_t>(count));
    for (std::size_t i = 0; i < one.size(); ++i) CHECK(one[i].count == i);
    one.clear();
    CHECK(one.size() == 0);
    one.find(7)->count = 9;
    one.settle();
    CHECK(one[0].count == 9);
  }
  CHECK(memory.budget.used() == 0);
}
