// Blocks of an arena are zeroed, stay where they are, and are charged by the page that they come from.
#include <slotted/memory/page_arena.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <random>
#include <utility>
#include <vector>

#include "catch.hpp"

namespace {

using slotted::commit_outcome;
using slotted::memory_budget;
using slotted::MiB;
using slotted::detail::page_arena;
using slotted::detail::page_bytes;

struct block {
  unsigned char* at;
  std::size_t bytes;
  unsigned char stamp;
};

bool is_filled(const block& each) {
  return std::all_of(each.at, each.at + each.bytes, [&](unsigned char byte) { return byte == each.stamp; });
}

TEST_CASE("an empty arena holds nothing, the first block one page") {
  memory_budget budget{1 * MiB};
  page_arena arena;
  CHECK(arena.committed() == 0);
  arena.release(&budget);
  commit_outcome why{};
  CHECK(arena.try_allocate(8, &budget, why) != nullptr);
  CHECK(why == commit_outcome::done);
  CHECK(arena.committed() == page_bytes());
  CHECK(budget.used() == page_bytes());
  arena.release(&budget);
  CHECK(arena.committed() == 0);
  CHECK(budget.used() == 0);
}

TEST_CASE("blocks are zeroed, aligned, apart and never move, and each page is charged once") {
  memory_budget budget{64 * MiB};
  page_arena arena;
  std::mt19937 random(1);
  std::vector<block> blocks;
  std::size_t asked = 0;
  for (int round = 0; round < 2; ++round) {  // the second on memory that was used before
    while (asked < 12 * MiB) {
      const std::size_t bytes = 1 + random() % (random() % 50 == 0 ? 200'000 : 3000);
      commit_outcome why{};
      auto* const at = static_cast<unsigned char*>(arena.try_allocate(bytes, &budget, why));
      REQUIRE(at != nullptr);
      REQUIRE(reinterpret_cast<std::uintptr_t>(at) % 8 == 0);
      REQUIRE(std::all_of(at, at + bytes, [](unsigned char byte) { return byte == 0; }));
      const auto stamp = static_cast<unsigned char>(1 + blocks.size() % 255);
      std::memset(at, stamp, bytes);
      blocks.push_back({at, bytes, stamp});
      asked += bytes;
      REQUIRE(arena.committed() == budget.used());
    }
    CHECK(arena.committed() >= asked);
    CHECK(arena.committed() <= asked + asked / 8);
    CHECK(std::all_of(blocks.begin(), blocks.end(), is_filled));
    blocks.clear();
    asked = 0;
    arena.release(&budget);
    CHECK(budget.used() == 0);
  }
}

TEST_CASE("a block may be larger than any extent") {
  memory_budget budget{64 * MiB};
  page_arena arena;
  commit_outcome why{};
  void* const small = arena.try_allocate(100, &budget, why);
  auto* const large = static_cast<unsigned char*>(arena.try_allocate(20 * MiB, &budget, why));
  REQUIRE(large != nullptr);
  std::memset(large, 0xEE, 20 * MiB);
  CHECK(*static_cast<unsigned char*>(small) == 0);
  CHECK(arena.committed() == budget.used());
  CHECK(budget.used() <= 20 * MiB + 2 * page_bytes());
  arena.release(&budget);
}

TEST_CASE("a budget that ends at any page refuses cleanly, and more budget goes on from there") {
  for (std::size_t pages = 0; pages <= 40; ++pages) {
    memory_budget budget{pages * page_bytes()};
    page_arena arena;
    std::vector<block> blocks;
    std::mt19937 random(7);
    commit_outcome why{};
    for (;;) {
      const std::size_t bytes = 1 + random() % 6000;
      auto* const at = static_cast<unsigned char*>(arena.try_allocate(bytes, &budget, why));
      if (at == nullptr) break;
      const auto stamp = static_cast<unsigned char>(1 + blocks.size() % 255);
      std::memset(at, stamp, bytes);
      blocks.push_back({at, bytes, stamp});
      REQUIRE(blocks.size() < 1000);
    }
    CHECK(why == commit_outcome::over_budget);
    CHECK(arena.committed() == budget.used());
    CHECK(arena.try_allocate(SIZE_MAX / 4, &budget, why) == nullptr);
    CHECK(arena.committed() == budget.used());
    CHECK(std::all_of(blocks.begin(), blocks.end(), is_filled));
    arena.release(&budget);
    CHECK(budget.used() == 0);
  }
}

TEST_CASE("an arena moves with its blocks") {
  memory_budget budget{1 * MiB};
  page_arena arena;
  commit_outcome why{};
  auto* const at = static_cast<unsigned char*>(arena.try_allocate(8, &budget, why));
  REQUIRE(at != nullptr);
  *at = 5;
  page_arena other = std::move(arena);
  CHECK(arena.committed() == 0);
  CHECK(other.committed() == page_bytes());
  arena = std::move(other);
  CHECK(arena.committed() == page_bytes());
  CHECK(other.committed() == 0);
  CHECK(*at == 5);
  other.release(&budget);
  CHECK(budget.used() == page_bytes());
  arena.release(&budget);
  CHECK(budget.used() == 0);
}

}  // namespace
