// Pools that share a cache hand empty slabs to each other, charge and all.
#include <slotted/memory/slab_cache.hpp>
#include <slotted/memory/slot_store.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <thread>
#include <vector>

#include "catch.hpp"

namespace {

using slotted::commit_outcome;
using slotted::footprint;
using slotted::memory_budget;
using slotted::MiB;
using slotted::slab_cache;
using slotted::detail::fixed_shape;
using slotted::detail::page_bytes;
using slotted::detail::slot_store;

template <std::size_t Bytes>
using store_of = slot_store<fixed_shape<Bytes, 8>>;
constexpr std::size_t slab_bytes = fixed_shape<32, 8>::slab_bytes();
static_assert(slab_bytes == fixed_shape<8184, 8>::slab_bytes(), "both kinds of slots share slabs");

template <class Store>
std::vector<typename Store::slot> fill(Store& store, std::size_t count) {
  std::vector<typename Store::slot> slots(count);
  std::size_t refused = 0;
  for (auto& each : slots) {
    if (store.take(each) != commit_outcome::done)
      ++refused;
    else
      std::memset(each.at, static_cast<int>(each.index & 0xFF), store.shape().layout().slot_bytes);
  }
  REQUIRE(refused == 0);
  return slots;
}
template <class Store>
bool is_intact(const Store& store, const std::vector<typename Store::slot>& slots) {
  for (const auto& each : slots)
    for (std::size_t at = 0; at < store.shape().layout().slot_bytes; ++at)
      if (each.at[at] != static_cast<std::byte>(each.index & 0xFF)) return false;
  return true;
}

TEST_CASE("an empty cache holds nothing") {
  memory_budget budget{1 * MiB};
  slab_cache cache(budget, 4);
  CHECK(cache.footprint() == footprint{});
  CHECK(cache.budget() == &budget);
  cache.trim();
  CHECK(budget.used() == 0);
  CHECK(slab_cache().budget() == nullptr);
}

TEST_CASE("an emptied slab goes to the cache with its charge, and the next pool takes it without charging") {
  memory_budget budget{16 * MiB};
  slab_cache cache(budget, 2);
  store_of<32> first({}, &budget, &cache);
  store_of<32> second({}, &budget, &cache);
  const std::size_t full = first.shape().slab_slots();
  auto slots = fill(first, 2 * full);
  const auto others = fill(second, full);
  const std::size_t before = budget.used();
  CHECK(before == first.held() + second.held());
  for (std::size_t at = full; at < 2 * full; ++at) first.give(slots[at].index);
  slots.resize(full);
  CHECK(budget.used() == before);
  CHECK(cache.footprint() == footprint{0, 0, slab_bytes});
  CHECK(first.held() + second.held() + slab_bytes == before);

  const std::size_t peak = budget.peak();
  const auto more = fill(second, full);  // its second slab: the one of the first pool
  CHECK(cache.footprint().total() == 0);
  CHECK(budget.used() <= before + page_bytes());  // at most a page for the map
  CHECK(budget.peak() <= peak + page_bytes());
  CHECK(is_intact(first, slots));
  CHECK(is_intact(second, others));
  CHECK(is_intact(second, more));
}

TEST_CASE("the cache keeps as many slabs as it was made for, and trim gives them back") {
  for (const std::size_t spares : {std::size_t{0}, std::size_t{1}, std::size_t{3}, slab_cache::max_spares + 5}) {
    memory_budget budget{64 * MiB};
    slab_cache cache(budget, spares);
    {
      store_of<32> store({}, &budget, &cache);
      fill(store, 20 * store.shape().slab_slots());
      store.clear();
      CHECK(cache.footprint().idle == std::min(spares, slab_cache::max_spares) * slab_bytes);
      CHECK(budget.used() == store.held() + cache.footprint().total());
    }
    CHECK(budget.used() == cache.footprint().total());
    cache.trim();
    CHECK(cache.footprint() == footprint{});
    CHECK(budget.used() == 0);
  }
}

TEST_CASE("a slab with too little in it for a slot of another size stays in the cache") {
  memory_budget budget{16 * MiB};
  slab_cache cache(budget, 4);
  {
    store_of<32> small({}, &budget, &cache);
    fill(small, 1);
  }
  CHECK(cache.footprint().idle == page_bytes());
  {
    store_of<8184> large({}, &budget, &cache);
    const auto slots = fill(large, 100);
    CHECK(is_intact(large, slots));
    CHECK(budget.used() == large.held() + cache.footprint().total());
    CHECK(cache.footprint().idle == page_bytes());
    store_of<32> another({}, &budget, &cache);
    const auto others = fill(another, 3 * another.shape().slab_slots());  // it takes the page, and extends it
    CHECK(is_intact(another, others));
    CHECK(cache.footprint().idle == 0);
    CHECK(budget.used() == large.held() + another.held());
  }
  CHECK(budget.used() == cache.footprint().total());
}

TEST_CASE("a pool in need takes the cache's charge before it is refused") {
  memory_budget budget{4 * MiB};
  slab_cache cache(budget, 4);
  {
    store_of<32> store({}, &budget, &cache);
    fill(store, 4 * store.shape().slab_slots());
  }
  CHECK(cache.footprint().idle == 4 * slab_bytes);
  budget.reserve(budget.available());
  store_of<100000> giant({}, &budget, &cache);  // its slabs have another size
  store_of<100000>::slot slot{};
  CHECK(giant.take(slot) == commit_outcome::done);
  CHECK(cache.footprint().idle == 0);
  CHECK(budget.used() <= budget.limit());
  budget.release(budget.used() - giant.held());
}

TEST_CASE("the cache's spares go before the budget's reliefs are asked") {
  memory_budget budget{4 * MiB};
  slab_cache cache(budget, 4);
  {
    store_of<32> store({}, &budget, &cache);
    fill(store, 4 * store.shape().slab_slots());
  }
  const std::size_t others = budget.available();
  budget.reserve(others);
  int asked = 0;
  const slotted::pressure_relief relief(budget, [&](std::size_t) { ++asked; });
  store_of<100000> giant({}, &budget, &cache);
  store_of<100000>::slot slot{};
  CHECK(giant.take(slot) == commit_outcome::done);  // slab, map and directory, all out of the cache's charge
  CHECK(cache.footprint().idle == 0);
  CHECK(asked == 0);
  while (giant.take(slot) == commit_outcome::done) {
  }
  CHECK(asked != 0);
  giant.release_everything();
  cache.trim();
  CHECK(budget.used() == others);
  budget.release(others);
}

TEST_CASE("visiting may free every slot of a shared slab") {
  slab_cache cache(4);
  store_of<32> store({}, nullptr, &cache);
  const auto slots = fill(store, 3 * store.shape().slab_slots());
  std::size_t visits = 0;
  store.for_each([&](std::byte*, std::uint32_t index) {
    ++visits;
    store.give(index);
  });
  CHECK(visits == slots.size());
  CHECK(store.size() == 0);
}

TEST_CASE("8 threads hand slabs to each other under one budget") {
  memory_budget budget{32 * MiB};
  {
    slab_cache cache(budget, 6);
    std::vector<std::thread> threads;
    std::vector<int> wrong(8);
    for (std::size_t number = 0; number < 8; ++number)
      threads.emplace_back([&, number] {
        store_of<1024> store({}, &budget, &cache);
        const int stamp = static_cast<int>(number) + 1;
        for (int round = 0; round < 12; ++round) {
          std::vector<store_of<1024>::slot> slots;
          for (std::size_t each = 0; each < 600; ++each) {
            store_of<1024>::slot slot{};
            if (store.take(slot) != commit_outcome::done) {
              ++wrong[number];
              break;
            }
            std::memset(slot.at, stamp, 1024);
            slots.push_back(slot);
          }
          for (const auto& slot : slots) {
            if (slot.at[0] != std::byte(stamp) || slot.at[1023] != std::byte(stamp)) ++wrong[number];
            store.give(slot.index);
          }
        }
      });
    for (std::thread& each : threads) each.join();
    CHECK(wrong == std::vector<int>(8));
    CHECK(budget.used() == cache.footprint().total());
    CHECK(cache.footprint().idle <= 6 * slab_bytes);
  }
  CHECK(budget.used() == 0);
}

}  // namespace
