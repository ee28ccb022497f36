#include <slotted/history/detail/shared_columns.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <random>
#include <span>
#include <unordered_map>
#include <vector>

#include "catch.hpp"

namespace {

using slotted::detail::charged_memory;
using slotted::detail::column_heap;
using slotted::detail::shared_columns;

bool nothing_to_give(void*, std::size_t) { return false; }

// Memory of a history that is large enough to share columns.
struct large_memory {
  slotted::memory_budget budget{std::size_t{64} << 20};
  charged_memory memory{&budget, nothing_to_give, nullptr};
  large_memory() {
    budget.reserve(std::size_t{1} << 20);
    memory.take_over(std::size_t{1} << 20);
  }
  ~large_memory() { memory.release(std::size_t{1} << 20); }
};

std::vector<std::byte> column_of(std::uint64_t seed, std::size_t bytes) {
  std::mt19937_64 random(seed);
  std::vector<std::byte> made(bytes);
  for (std::byte& each : made) each = static_cast<std::byte>(random());
  return made;
}

}  // namespace

TEST_CASE("a column is kept from the second time on, once, and counts the blocks that name it") {
  large_memory of;
  shared_columns columns;
  const std::vector<std::byte> bytes = column_of(1, 100);
  CHECK(columns.share(bytes, 5, of.memory) == shared_columns::none);
  const std::uint32_t number = columns.share(bytes, 6, of.memory);
  REQUIRE(number != shared_columns::none);
  CHECK(columns.count() == 1);
  CHECK(columns.bytes() == 100);
  CHECK(columns[number].born == 6);
  CHECK(columns.share(bytes, 7, of.memory) == number);
  CHECK(columns.share(std::vector<std::byte>(bytes), 7, of.memory) == number);  // by its bytes, wherever they stand
  CHECK(columns[number].blocks == 3);
  CHECK(columns.saved() == 200);
  CHECK(columns.count() == 1);
  const std::span<const std::byte> kept(columns[number].data, columns[number].size);
  CHECK(std::equal(kept.begin(), kept.end(), bytes.begin(), bytes.end()));
  CHECK_FALSE(columns.release(number));
  CHECK_FALSE(columns.release(number));
  CHECK(columns.release(number));
  columns.drop(number, of.memory);
  CHECK(columns.count() == 0);
  const std::uint32_t again = columns.share(bytes, 8, of.memory);  // it has gone, and is kept anew: it was met before
  REQUIRE(again != shared_columns::none);
  CHECK(columns[again].born == 8);
  CHECK(columns[again].blocks == 1);
  CHECK(columns.release(again));
  columns.drop(again, of.memory);
  columns.trim(of.memory);
  CHECK(columns.held() == 0);
}

TEST_CASE("short columns, and those of a small history, are not shared") {
  large_memory of;
  shared_columns columns;
  const std::vector<std::byte> brief = column_of(1, shared_columns::least_bytes - 1);
  for (int i = 0; i < 5; ++i) CHECK(columns.share(brief, 1, of.memory) == shared_columns::none);
  charged_memory small(nullptr, nothing_to_give, nullptr);
  shared_columns others;
  const std::vector<std::byte> bytes = column_of(1, 100);
  for (int i = 0; i < 5; ++i) CHECK(others.share(bytes, 1, small) == shared_columns::none);
  CHECK(small.held() == 0);
}

TEST_CASE("a column that is kept no more while a snapshot needs it keeps its bytes until it is dropped") {
  large_memory of;
  shared_columns columns;
  const std::vector<std::byte> bytes = column_of(1, 500);
  (void)columns.share(bytes, 1, of.memory);
  const std::uint32_t number = columns.share(bytes, 1, of.memory);
  CHECK(columns.release(number));
  CHECK(columns[number].size == 500);
  CHECK(columns[number].data[499] == bytes[499]);
  // Meanwhile others come; the number is not used again.
  const std::uint32_t again = columns.share(bytes, 2, of.memory);
  CHECK(again != shared_columns::none);
  CHECK(again != number);
  columns.drop(number, of.memory);
  CHECK(columns[again].data[499] == bytes[499]);
  CHECK(columns.release(again));
  columns.drop(again, of.memory);
  columns.trim(of.memory);
}

TEST_CASE("columns of the same hash are told apart by their bytes") {
  std::unordered_map<std::uint32_t, std::uint64_t> seeds;  // by hash
  std::vector<std::byte> column(32);
  const auto make = [&](std::uint64_t seed) {
    std::memcpy(column.data(), &seed, sizeof seed);
    return shared_columns::hash_of(column);
  };
  std::uint64_t seed = 0;
  for (; seeds.try_emplace(make(seed), seed).second; ++seed) REQUIRE(seed < 2'000'000);
  large_memory of;
  shared_columns columns;
  (void)make(seed);
  (void)columns.share(column, 1, of.memory);
  const std::uint32_t one = columns.share(column, 1, of.memory);
  REQUIRE(one != shared_columns::none);
  REQUIRE(make(seeds.at(make(seed))) == columns[one].hash);
  const std::uint32_t other = columns.share(column, 1, of.memory);
  CHECK(other != one);
  CHECK(columns.release(one));
  columns.drop(one, of.memory);
  if (other != shared_columns::none && columns.release(other)) columns.drop(other, of.memory);
  columns.trim(of.memory);
}

TEST_CASE("columns that come and go leave no memory behind") {
  large_memory of;
  shared_columns columns;
  std::mt19937_64 random(5);
  std::map<std::uint32_t, std::pair<std::uint64_t, std::uint32_t>> model;  // of which seed, how many blocks
  for (int i = 0; i < 30'000; ++i) {
    if (random() % 3 != 0) {
      const std::uint64_t seed = random() % 400;
      const std::vector<std::byte> bytes = column_of(seed, 25 + seed * 17 % 3000);
      const std::uint32_t number = columns.share(bytes, 1, of.memory);
      if (number == shared_columns::none) continue;
      auto& known = model.try_emplace(number, seed, 0).first->second;
      REQUIRE(known.first == seed);
      ++known.second;
    } else if (!model.empty()) {
      auto which = model.begin();
      std::advance(which, static_cast<std::ptrdiff_t>(random() % model.size()));
      const auto [number, known] = *which;
      const std::vector<std::byte> bytes = column_of(known.first, 25 + known.first * 17 % 3000);
      REQUIRE(columns[number].size == bytes.size());
      REQUIRE(std::equal(bytes.begin(), bytes.end(), columns[number].data));
      const bool last = columns.release(number);
      REQUIRE(last == (known.second == 1));
      if (last) columns.drop(number, of.memory);
      if (--which->second.second == 0) model.erase(which);
    }
    REQUIRE(columns.held() + (std::size_t{1} << 20) == of.memory.held());
  }
  REQUIRE(model.size() > 50);
  for (const auto& [number, known] : model) {
    for (std::uint32_t i = 1; i < known.second; ++i) REQUIRE_FALSE(columns.release(number));
    REQUIRE(columns.release(number));
    columns.drop(number, of.memory);
  }
  columns.trim(of.memory);
  CHECK(columns.held() == 0);
}

TEST_CASE("slots of every size stand in pages of their own and never overlap") {
  charged_memory memory(nullptr, nothing_to_give, nullptr);
  column_heap heap;
  std::mt19937_64 random(6);
  struct block {
    std::byte* at;
    std::size_t bytes;
    std::byte fill;
  };
  std::vector<block> live;
  CHECK(heap.try_take(column_heap::largest + 1, memory) == nullptr);
  for (int i = 0; i < 5'000; ++i) {
    if (live.size() < 300 && random() % 3 != 0) {
      const std::size_t bytes = 1 + random() % (random() % 8 == 0 ? column_heap::largest : 500);
      std::byte* const at = heap.try_take(bytes, memory);
      REQUIRE(at != nullptr);
      live.push_back({at, bytes, static_cast<std::byte>(i)});
      std::fill_n(at, bytes, live.back().fill);
    } else if (!live.empty()) {
      const std::size_t which = random() % live.size();
      for (std::size_t k = 0; k < live[which].bytes; ++k) REQUIRE(live[which].at[k] == live[which].fill);
      heap.give(live[which].at, live[which].bytes, memory);
      live[which] = live.back();
      live.pop_back();
    }
    REQUIRE(heap.held() == memory.held());
  }
  for (const block& each : live) heap.give(each.at, each.bytes, memory);
  CHECK(heap.held() == 0);
}
