#include <slotted/store/history_series.hpp>

#include <cstdint>
#include <memory>
#include <random>
#include <unordered_map>
#include <vector>

#include "catch.hpp"

namespace {

namespace detail = slotted::detail;

struct point {
  std::int64_t t;
  std::uint64_t key;
};
using layout = detail::history_layout<point, 0, 1>;
using series = detail::history_series<layout>;

}  // namespace

TEST_CASE("the index finds each series by its key through any insertions and erasures") {
  detail::series_index<layout> index;
  std::vector<std::unique_ptr<std::byte[]>> tables;
  std::unordered_map<std::uint64_t, std::unique_ptr<series>> model;
  std::vector<std::uint64_t> keys;
  std::mt19937_64 random(3);
  CHECK(index.find(5) == nullptr);
  for (int i = 0; i < 6000; ++i) {
    if (random() % 5 < 3 || keys.empty()) {
      const std::uint64_t key = random() % 4 == 0 ? random() : random() % 5000 << 20;
      if (model.count(key) != 0) continue;
      if (!index.has_room()) {
        tables.emplace_back(new std::byte[index.bytes_to_grow()]);
        (void)index.grow(tables.back().get());
      }
      auto made = std::make_unique<series>();
      made->pattern = key;
      index.insert(*made);
      model.emplace(key, std::move(made));
      keys.push_back(key);
    } else {
      const std::size_t which = random() % keys.size();
      index.erase(*model.at(keys[which]));
      model.erase(keys[which]);
      CHECK(index.find(keys[which]) == nullptr);
      keys[which] = keys.back();
      keys.pop_back();
    }
    if (i % 100 == 0)
      for (const auto& [key, each] : model) REQUIRE(index.find(key) == each.get());
  }
  REQUIRE(model.size() > 500);
  CHECK(index.bytes() >= model.size() * 2 * sizeof(void*));
}

TEST_CASE("a block's chunk is found from the oldest on") {
  detail::directory_chunk<layout> first;
  detail::directory_chunk<layout> second;
  first.first_number = 4;
  first.count = 2;
  first.newer = &second;
  second.first_number = 6;
  second.count = 1;
  series of;
  of.oldest = &first;
  CHECK(of.chunk_of(4) == &first);
  CHECK(of.chunk_of(5) == &first);
  CHECK(of.chunk_of(6) == &second);
}
