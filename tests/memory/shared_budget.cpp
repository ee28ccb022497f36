// Threads with heaps and stores of their own share one budget: exact, never exceeded, and nobody's bytes are lost.
#include <slotted/memory/slab_resource.hpp>
#include <slotted/memory/slot_store.hpp>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <memory_resource>
#include <random>
#include <thread>
#include <vector>

#include "catch.hpp"

namespace {

using slotted::commit_outcome;
using slotted::memory_budget;
using slotted::MiB;
using slotted::slab_heap;
using slotted::slab_resource;
using slotted::detail::fixed_shape;
using slotted::detail::slot_store;

constexpr unsigned threads = 8;

// Runs work(number) on 8 threads while another looks at the budget. Returns the most that it saw.
template <class Work>
std::size_t watched(const memory_budget& budget, Work work) {
  std::atomic<bool> done{false};
  std::size_t most = 0;
  std::thread watcher([&] {
    while (!done) most = std::max({most, budget.used(), budget.peak()});
  });
  std::vector<std::thread> workers;
  for (unsigned number = 0; number < threads; ++number) workers.emplace_back(work, number);
  for (std::thread& each : workers) each.join();
  done = true;
  watcher.join();
  return most;
}

TEST_CASE("8 threads fill stores of their own until the budget is full, and every slot is there") {
  memory_budget budget{384 * slotted::KiB};  // less than one of them asks for
  std::atomic<int> wrong{0};
  std::atomic<std::size_t> refused{0};
  const std::size_t most = watched(budget, [&](unsigned number) {
    slot_store<fixed_shape<64, 8>> store({}, &budget);
    std::mt19937 random(number);
    std::vector<std::uint32_t> live;
    const auto stamp = static_cast<unsigned char>(number + 1);
    for (int step = 0; step < 12'000; ++step) {
      decltype(store)::slot slot{};
      int gives = random() % 8 == 0 ? 1 : 0;
      if (gives == 0 && store.take(slot) == commit_outcome::done) {
        std::memset(slot.at, stamp, 64);
        live.push_back(slot.index);
      } else {
        if (gives == 0) {
          ++refused;
          gives = 50;
        }
        for (; gives != 0 && !live.empty(); --gives) {
          const std::byte* const at = store.address(live.back());
          wrong += at[0] != std::byte{stamp} || at[63] != std::byte{stamp};
          store.give(live.back());
          live.pop_back();
        }
      }
      if (step % 1000 == 0) store.trim();
      wrong += store.size() != live.size();
    }
  });
  CHECK(most <= budget.limit());
  CHECK(wrong == 0);
  CHECK(refused > 0);
  CHECK(budget.used() == 0);
}

TEST_CASE("8 heaps share one full budget, and each of them can account for its part") {
  memory_budget budget{3 * MiB};
  std::vector<std::unique_ptr<slab_heap>> heaps;
  for (unsigned number = 0; number < threads; ++number) heaps.push_back(std::make_unique<slab_heap>(budget));
  struct block {
    unsigned char* at;
    std::size_t bytes;
  };
  std::vector<std::vector<block>> blocks(threads);
  std::atomic<int> wrong{0};
  std::atomic<int> refused{0};
  const std::size_t most = watched(budget, [&](unsigned number) {
    std::mt19937 random(number);
    const auto stamp = static_cast<unsigned char>(number + 1);
    for (int step = 0; step < 4000; ++step) {
      const std::size_t bytes = 1 + random() % (random() % 64 == 0 ? 60'000 : 700);
      if (random() % 3 != 0) {
        if (void* const at = heaps[number]->try_allocate(bytes, 8); at != nullptr) {
          std::memset(at, stamp, bytes);
          blocks[number].push_back({static_cast<unsigned char*>(at), bytes});
        } else {
          ++refused;
        }
      } else if (!blocks[number].empty()) {
        const block last = blocks[number].back();
        wrong += last.at[0] != stamp || last.at[last.bytes - 1] != stamp;
        heaps[number]->deallocate(last.at, last.bytes, 8);
        blocks[number].pop_back();
      }
    }
  });
  CHECK(most <= budget.limit());
  CHECK(wrong == 0);
  CHECK(refused > 0);
  slotted::footprint sum;
  for (const auto& each : heaps) sum += each->footprint();
  CHECK(sum.total() == budget.used());
  for (unsigned number = 0; number < threads; ++number) {
    for (const block& each : blocks[number]) heaps[number]->deallocate(each.at, each.bytes, 8);
    heaps[number]->trim();
  }
  CHECK(budget.used() == 0);
}

TEST_CASE("containers of 8 threads meet the budget's end, give way, and go on") {
  memory_budget budget{256 * slotted::KiB};  // less than one of them asks for
  std::atomic<int> refused{0};
  std::atomic<int> wrong{0};
  const std::size_t most = watched(budget, [&](unsigned number) {
    slab_resource slabs(budget);
    std::pmr::map<int, int> map(&slabs);
    std::mt19937 random(number);
    for (int step = 0; step < 8000; ++step) {
      const int key = static_cast<int>(random() % 1'000'000);
      try {
        map.emplace(key, key * 2);
      } catch (const slotted::budget_exceeded&) {
        ++refused;
        for (int each = 0; each < 100 && !map.empty(); ++each) map.erase(map.begin());
      }
    }
    for (const auto& [key, value] : map) wrong += value != key * 2;
    wrong += slabs.footprint().total() > budget.used();
  });
  CHECK(most <= budget.limit());
  CHECK(wrong == 0);
  CHECK(refused > 0);
  CHECK(budget.used() == 0);
}

TEST_CASE("watermarks and reliefs serve containers of other threads") {
  memory_budget budget{2 * MiB};
  std::atomic<int> crossings{0};
  // A cache of which any thread may ask bytes back, as a container that evicts does.
  std::atomic<std::size_t> cache{1 * MiB};
  budget.reserve(1 * MiB);
  const slotted::pressure_relief relief(budget, [&](std::size_t bytes) {
    std::size_t have = cache.load();
    while (have != 0) {
      const std::size_t gives = std::min(have, bytes);
      if (!cache.compare_exchange_weak(have, have - gives)) continue;
      budget.release(gives);
      return;
    }
  });
  const slotted::watermark mark(budget, 1 * MiB + 512 * slotted::KiB, [&](const memory_budget&) { ++crossings; });
  const std::size_t most = watched(budget, [&](unsigned) {
    slab_heap heap(budget);
    std::vector<void*> blocks;
    while (void* const at = heap.try_allocate(100, 8)) blocks.push_back(at);
    for (void* each : blocks) heap.deallocate(each, 100, 8);
  });
  CHECK(most <= budget.limit());
  CHECK(crossings >= 1);
  CHECK(cache == 0);  // nobody was refused before all of it was given
  CHECK(budget.used() == 0);
}

}  // namespace
