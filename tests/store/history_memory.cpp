#include <slotted/store/history_memory.hpp>

#include <cstddef>
#include <cstring>
#include <random>
#include <utility>
#include <vector>

#include "catch.hpp"

namespace {

using slotted::commit_outcome;
using slotted::memory_budget;
using slotted::page_run;
using slotted::detail::history_memory;

page_run first_page(memory_budget* budget) {
  page_run run = page_run::try_reserve(history_memory::nursery);
  REQUIRE(run.try_commit(1, budget) == commit_outcome::done);
  return run;
}

}  // namespace

TEST_CASE("the first blocks share a few pages, then it has to grow up") {
  memory_budget budget(1 << 20);
  history_memory memory(&budget, first_page(&budget), 100);
  commit_outcome why = commit_outcome::done;
  std::vector<void*> blocks;
  while (void* const block = memory.try_allocate(200, true, why)) blocks.push_back(block);
  CHECK(why == commit_outcome::full);
  CHECK(blocks.size() == (history_memory::small - 104) / 200);
  CHECK(memory.held() == history_memory::small);
  CHECK(memory.held() == budget.used());
  CHECK(memory.is_small());
  memory.give(blocks.back(), 200);
  CHECK(memory.try_allocate(200, true, why) == blocks.back());  // a hole of the size serves again
  memory.grow_up();
  void* const passing = memory.try_allocate(200, false, why);  // out of the heap
  REQUIRE(passing != nullptr);
  void* const lasting = memory.try_allocate(200, true, why);
  REQUIRE(lasting != nullptr);
  CHECK(memory.held() == budget.used());
  CHECK(memory.in_use() == (blocks.size() + 2) * 200);
  memory.give(passing, 200);
  CHECK(memory.trim());
  CHECK(memory.held() == budget.used());
  for (void* each : blocks) memory.give(each, 200);
  memory.give(lasting, 200);
  CHECK(memory.in_use() == 0);
  page_run run = memory.take_run();
  run.release(&budget);
}

TEST_CASE("blocks of a page or more have pages of their own, and refusals change nothing") {
  memory_budget budget(64 << 10);
  history_memory memory(&budget, first_page(&budget), 0);
  commit_outcome why = commit_outcome::done;
  const std::size_t before = budget.used();
  void* const large = memory.try_allocate(20'000, false, why);
  REQUIRE(large != nullptr);
  std::memset(large, 1, 20'000);
  CHECK(budget.used() == before + slotted::detail::round_up(20'000, slotted::detail::page_bytes()));
  CHECK(memory.try_allocate(60'000, false, why) == nullptr);
  CHECK(why == commit_outcome::over_budget);
  CHECK(memory.held() == budget.used());
  memory.give(large, 20'000);
  CHECK(budget.used() == before);
  page_run run = memory.take_run();
  run.release(&budget);
}

TEST_CASE("blocks of many sizes never overlap, and what is held is charged") {
  memory_budget budget(8 << 20);
  {
    history_memory memory(&budget, first_page(&budget), 64);
    memory.grow_up();
    struct block {
      unsigned char* at;
      std::size_t bytes;
      unsigned char fill;
    };
    std::vector<block> live;
    std::mt19937 random(1);
    commit_outcome why = commit_outcome::done;
    for (int i = 0; i < 4000; ++i) {
      if (live.size() < 200 && random() % 3 != 0) {
        const std::size_t bytes = 16 + random() % (random() % 10 == 0 ? 9000 : 300);
        auto* const at = static_cast<unsigned char*>(memory.try_allocate(bytes, random() % 2 == 0, why));
        REQUIRE(at != nullptr);
        live.push_back({at, bytes, static_cast<unsigned char>(i)});
        std::memset(at, live.back().fill, bytes);
      } else if (!live.empty()) {
        const std::size_t which = random() % live.size();
        const block gone = live[which];
        for (std::size_t k = 0; k < gone.bytes; ++k) REQUIRE(gone.at[k] == gone.fill);
        memory.give(gone.at, gone.bytes);
        live[which] = live.back();
        live.pop_back();
      }
      REQUIRE(memory.held() == budget.used());
    }
    for (const block& each : live) memory.give(each.at, each.bytes);
    page_run run = memory.take_run();
    run.release(&budget);
  }
  CHECK(budget.used() == 0);
}
