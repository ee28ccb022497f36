// Blocks of every size and alignment are apart and charged to the byte, and pressure never loses one.
#include <slotted/memory/slab_heap.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <random>
#include <string>
#include <type_traits>
#include <vector>

#include "catch.hpp"

namespace {

using slotted::footprint;
using slotted::KiB;
using slotted::memory_budget;
using slotted::MiB;
using slotted::slab_heap;
using slotted::detail::page_bytes;
using slotted::detail::size_class;

static_assert(!std::is_copy_constructible_v<slab_heap> && !std::is_move_constructible_v<slab_heap>);

struct block {
  unsigned char* at = nullptr;
  std::size_t bytes = 0;
  std::size_t alignment = 1;
  unsigned char stamp = 0;
};

// Fills a block, so that one which overlaps shows. Only the ends of large ones, and every 64th byte between.
template <class F>
void each_probe(const block& each, F f) {
  for (std::size_t at = 0; at < each.bytes; at += at < 256 || each.bytes - at <= 64 ? 1 : 64) f(each.at[at]);
}
block stamped(void* at, std::size_t bytes, std::size_t alignment, unsigned char stamp) {
  const block each{static_cast<unsigned char*>(at), bytes, alignment, stamp};
  each_probe(each, [&](unsigned char& byte) { byte = stamp; });
  return each;
}
bool is_intact(const block& each) {
  bool same = true;
  each_probe(each, [&](unsigned char byte) { same &= byte == each.stamp; });
  return same && reinterpret_cast<std::uintptr_t>(each.at) % each.alignment == 0;
}
bool are_apart(std::vector<block> blocks) {
  std::sort(blocks.begin(), blocks.end(), [](const block& a, const block& b) { return a.at < b.at; });
  for (std::size_t at = 1; at < blocks.size(); ++at)
    if (blocks[at - 1].at + std::max<std::size_t>(blocks[at - 1].bytes, 1) > blocks[at].at) return false;
  return true;
}

TEST_CASE("every size has a class that is large enough, wastes at most an eighth, and is found again") {
  std::size_t wrong = 0;
  std::size_t before = 0;
  unsigned last = 0;
  for (std::size_t bytes = 1; bytes <= size_class::largest; ++bytes) {
    const size_class each = size_class::of(bytes);
    const std::size_t padding = each.bytes - bytes;
    wrong += each.bytes < bytes || each.index >= size_class::count;
    wrong += (bytes > 128 ? padding > each.bytes / 8 : padding >= 8) ? 1u : 0u;
    wrong += each.bytes < before || each.index < last || each.index > last + 1;  // classes ascend, none is skipped
    wrong += (each.index == last) != (each.bytes == before) && bytes != 1;
    before = each.bytes;
    last = each.index;
  }
  CHECK(wrong == 0);
  CHECK(last == size_class::count - 1);
  CHECK(size_class::of(1).bytes == 8);
  CHECK(size_class::of(128).bytes == 128);
  CHECK(size_class::of(129).bytes == 144);
  CHECK(size_class::of(32768).bytes == 32768);
}

TEST_CASE("blocks of every size and alignment are aligned and apart") {
  memory_budget budget{256 * MiB};
  slab_heap heap(budget);
  std::vector<block> blocks;
  std::size_t payload = 0;
  for (std::size_t alignment = 1; alignment <= 4096; alignment *= 2)
    for (std::size_t bytes = 1; bytes <= 40'000; bytes += 1 + bytes / 40 + (alignment > 512 ? 1500 : 0)) {
      void* const at = heap.try_allocate(bytes, alignment);
      if (at == nullptr) FAIL("no room for " << bytes << " aligned to " << alignment);
      blocks.push_back(stamped(at, bytes, alignment, static_cast<unsigned char>(blocks.size() % 255 + 1)));
      payload += bytes;
    }
  CHECK(blocks.size() > 2000);
  CHECK(are_apart(blocks));
  CHECK(std::all_of(blocks.begin(), blocks.end(), is_intact));
  CHECK(heap.footprint().payload == payload);
  CHECK(heap.footprint().total() == budget.used());
  for (const block& each : blocks) heap.deallocate(each.at, each.bytes, each.alignment);
  CHECK(heap.footprint().payload == 0);
  CHECK(heap.footprint().total() == budget.used());
  heap.trim();
  CHECK(budget.used() == 0);
  CHECK(heap.footprint() == footprint{});
}

TEST_CASE("all sizes from 1 to 40000 are served, and given back") {
  memory_budget budget{64 * MiB};
  slab_heap heap(budget);
  std::size_t wrong = 0;
  std::vector<block> window(64);
  for (std::size_t bytes = 1; bytes <= 40'000; ++bytes) {
    block& each = window[bytes % window.size()];
    if (each.at != nullptr) {
      wrong += !is_intact(each);
      heap.deallocate(each.at, each.bytes, each.alignment);
      each = {};
    }
    const std::size_t alignment = std::size_t{1} << bytes % 10;
    void* const at = heap.try_allocate(bytes, alignment);
    if (at == nullptr)
      ++wrong;
    else
      each = stamped(at, bytes, alignment, static_cast<unsigned char>(bytes % 255 + 1));
  }
  CHECK(wrong == 0);
  for (const block& each : window)
    if (each.at != nullptr) heap.deallocate(each.at, each.bytes, each.alignment);
  heap.trim();
  CHECK(budget.used() == 0);
}

TEST_CASE("alignments beyond a page and sizes beyond a region are served") {
  memory_budget budget{256 * MiB};
  slab_heap heap(budget);
  std::vector<block> blocks;
  for (std::size_t alignment = 8192; alignment <= 128 * MiB; alignment *= 8)
    for (const std::size_t bytes : {std::size_t{1}, std::size_t{5000}, 1 * MiB})
      blocks.push_back(stamped(heap.allocate(bytes, alignment), bytes, alignment, 7));
  blocks.push_back(stamped(heap.allocate(65 * MiB, 64), 65 * MiB, 64, 9));
  CHECK(are_apart(blocks));
  CHECK(std::all_of(blocks.begin(), blocks.end(), is_intact));
  CHECK(heap.footprint().total() == budget.used());
  for (const block& each : blocks) heap.deallocate(each.at, each.bytes, each.alignment);
  CHECK(budget.used() == 0);  // such blocks leave nothing behind
}

TEST_CASE("a block of no bytes is a block") {
  memory_budget budget{1 * MiB};
  slab_heap heap(budget);
  void* const one = heap.allocate(0, 1);
  void* const two = heap.allocate(0, 4096);
  CHECK(one != nullptr);
  CHECK(two != nullptr);
  CHECK(one != two);
  heap.trim();  // it may not take them away
  CHECK(budget.used() > 0);
  heap.deallocate(one, 0, 1);
  heap.deallocate(two, 0, 4096);
  heap.trim();
  CHECK(budget.used() == 0);
}

TEST_CASE("the footprint is what the budget was charged after every step") {
  memory_budget budget{3 * MiB};
  slab_heap heap(budget);
  std::mt19937_64 random(5);
  std::vector<block> blocks;
  std::size_t payload = 0;
  std::size_t wrong = 0;
  std::size_t refused = 0;
  for (int step = 0; step < 45'000; ++step) {
    const bool growing = step / 5000 % 2 == 0;
    if (random() % 100 < (growing ? 70u : 25u) || blocks.empty()) {
      const std::size_t bytes = 1 + random() % (random() % 64 == 0 ? 100'000 : random() % 8 == 0 ? 9000 : 300);
      const std::size_t alignment = std::size_t{1} << random() % (random() % 32 == 0 ? 14 : 6);
      if (void* const at = heap.try_allocate(bytes, alignment); at != nullptr) {
        blocks.push_back(stamped(at, bytes, alignment, static_cast<unsigned char>(step % 255 + 1)));
        payload += bytes;
      } else {
        ++refused;
      }
    } else {
      std::swap(blocks[random() % blocks.size()], blocks.back());
      wrong += !is_intact(blocks.back());
      heap.deallocate(blocks.back().at, blocks.back().bytes, blocks.back().alignment);
      payload -= blocks.back().bytes;
      blocks.pop_back();
    }
    if (random() % 2000 == 0) heap.trim();
    const footprint now = heap.footprint();
    wrong += now.total() != budget.used() || now.payload != payload || now.idle > now.total();
  }
  CHECK(wrong == 0);
  CHECK(refused > 0);
  CHECK(blocks.size() > 1000);
  CHECK(are_apart(blocks));
  for (const block& each : blocks) heap.deallocate(each.at, each.bytes, each.alignment);
  heap.trim();
  CHECK(budget.used() == 0);
}

TEST_CASE("a budget that ends at any page refuses cleanly: no block is lost, and a free one is had again") {
  for (std::size_t pages = 0; pages <= 60; ++pages) {
    CAPTURE(pages);
    memory_budget budget{pages * page_bytes()};
    slab_heap heap(budget);
    std::mt19937 random(11);
    std::vector<block> blocks;
    for (std::size_t refused = 0; refused < 40;) {
      const std::size_t bytes = 1 + random() % (random() % 4 == 0 ? 5000 : 200);
      void* const at = heap.try_allocate(bytes, 8);
      if (at == nullptr)
        ++refused;
      else
        blocks.push_back(stamped(at, bytes, 8, static_cast<unsigned char>(blocks.size() % 255 + 1)));
      if (heap.footprint().total() != budget.used()) FAIL("the footprint is not what was charged");
    }
    CHECK(std::all_of(blocks.begin(), blocks.end(), is_intact));
    CHECK(are_apart(blocks));
    if (blocks.empty()) CHECK(budget.used() == 0);  // a heap without a block holds nothing
    if (!blocks.empty()) {
      block& each = blocks[blocks.size() / 2];
      heap.deallocate(each.at, each.bytes, each.alignment);
      void* const again = heap.try_allocate(each.bytes, each.alignment);
      CHECK(again == each.at);
    }
    for (const block& each : blocks) heap.deallocate(each.at, each.bytes, each.alignment);
    heap.trim();
    CHECK(budget.used() == 0);
  }
}

TEST_CASE("under pressure the spares of one class serve another, and large blocks") {
  memory_budget budget{1 * MiB};
  slab_heap heap(budget);
  std::vector<void*> small;
  while (void* const at = heap.try_allocate(32, 8)) small.push_back(at);
  CHECK(small.size() * 32 > 1 * MiB * 9 / 10);
  const std::size_t full = budget.used();
  CHECK(heap.try_allocate(600, 8) == nullptr);
  CHECK(heap.footprint().total() == budget.used());
  for (void* each : small) heap.deallocate(each, 32, 8);
  CHECK(budget.used() < full);
  CHECK(budget.used() >= 256 * KiB);  // a spare slab stays

  SECTION("another class") {
    std::vector<void*> others;
    while (void* const at = heap.try_allocate(600, 8)) others.push_back(at);
    CHECK(others.size() * 600 > 1 * MiB * 9 / 10);
    for (void* each : others) heap.deallocate(each, 600, 8);
  }
  SECTION("a large block") {
    const std::size_t bytes = 1 * MiB - 8 * KiB;
    void* const large = heap.try_allocate(bytes, 8);
    REQUIRE(large != nullptr);
    std::memset(large, 1, bytes);
    heap.deallocate(large, bytes, 8);
  }
  SECTION("a class of which there is no store yet, when not one page is left") {
    budget.reserve(budget.available());
    void* const at = heap.try_allocate(20'000, 8);
    CHECK(at != nullptr);
    heap.deallocate(at, 20'000, 8);
    budget.release(budget.used() - heap.footprint().total());
  }
  heap.trim();
  CHECK(budget.used() == 0);
}

TEST_CASE("spares of the heap serve it while others use the same budget") {
  memory_budget budget{1 * MiB};
  slab_heap heap(budget);
  std::vector<void*> small;
  while (void* const at = heap.try_allocate(32, 8)) small.push_back(at);
  for (void* each : small) heap.deallocate(each, 32, 8);
  // Somebody takes the room the moment that it appears: what the budget says has not fallen, but a page was had.
  slab_heap other(budget);
  budget.reserve(budget.available());
  void* const at = heap.try_allocate(700, 8);
  CHECK(at != nullptr);
  heap.deallocate(at, 700, 8);
  heap.trim();
  budget.release(budget.used());
}

TEST_CASE("a heap asks the budget's reliefs before it refuses") {
  memory_budget budget{64 * page_bytes()};
  slab_heap heap(budget);
  budget.reserve(60 * page_bytes());
  std::size_t reserved = 60 * page_bytes();
  const slotted::pressure_relief relief(budget, [&](std::size_t bytes) {
    const std::size_t gives = std::min(reserved, bytes);
    budget.release(gives);
    reserved -= gives;
  });
  void* const large = heap.try_allocate(40 * page_bytes(), 8);
  CHECK(large != nullptr);
  CHECK(reserved <= 24 * page_bytes());
  std::vector<void*> small;
  while (void* const at = heap.try_allocate(100, 8)) small.push_back(at);
  CHECK(reserved == 0);
  CHECK(small.size() > 20 * page_bytes() / 104);
  for (void* each : small) heap.deallocate(each, 100, 8);
  heap.deallocate(large, 40 * page_bytes(), 8);
  heap.trim();
  CHECK(budget.used() == 0);
}

TEST_CASE("a heap's own spares go before the budget's reliefs are asked") {
  memory_budget budget{1 * MiB};
  slab_heap heap(budget);
  std::vector<void*> small;
  while (void* const at = heap.try_allocate(32, 8)) small.push_back(at);
  for (void* each : small) heap.deallocate(each, 32, 8);
  REQUIRE(heap.footprint().idle >= 255 * KiB);  // a spare slab
  std::size_t others = budget.available();
  budget.reserve(others);
  int asked = 0;
  const slotted::pressure_relief relief(budget, [&](std::size_t bytes) {
    ++asked;
    const std::size_t gives = std::min(others, bytes);
    budget.release(gives);
    others -= gives;
  });
  std::vector<block> blocks;
  const auto allocate = [&](std::size_t bytes) {
    void* const at = heap.try_allocate(bytes, 8);
    REQUIRE(at != nullptr);
    blocks.push_back(stamped(at, bytes, 8, 7));
  };
  SECTION("for a block of another class") {
    allocate(600);
    CHECK(asked == 0);
    CHECK(heap.footprint().idle < 255 * KiB);
    while (asked == 0) allocate(600);
    CHECK(heap.footprint().total() >= 255 * KiB);  // what the spares had is used up by then
  }
  SECTION("for a large block") {
    allocate(200 * KiB);
    CHECK(asked == 0);
    CHECK(heap.footprint().idle == 0);
    allocate(200 * KiB);
    CHECK(asked == 1);
  }
  CHECK(std::all_of(blocks.begin(), blocks.end(), is_intact));
  for (const block& each : blocks) heap.deallocate(each.at, each.bytes, each.alignment);
  heap.trim();
  CHECK(budget.used() == others);
  budget.release(others);
}

TEST_CASE("a refusal says what it asked for, and a size that nothing can hold is bad_alloc") {
  memory_budget budget{1 * MiB};
  slab_heap heap(budget);
  try {
    (void)heap.allocate(2 * MiB, 8);
    FAIL("2 MiB fitted into one");
  } catch (const slotted::budget_exceeded& error) {
    CHECK(error.limit() == 1 * MiB);
    CHECK(error.used() == 0);
    CHECK(error.asked() == 2 * MiB);
  }
  budget.reserve(1 * MiB);
  CHECK_THROWS_AS(heap.allocate(1), slotted::budget_exceeded);
  budget.release(1 * MiB);
  slab_heap unlimited;
  CHECK(unlimited.budget() == nullptr);
  for (const std::size_t bytes : {SIZE_MAX, SIZE_MAX - 4095, SIZE_MAX / 2 + 1}) {
    CHECK_THROWS_AS(unlimited.allocate(bytes), std::bad_alloc);
    CHECK_THROWS_AS(heap.allocate(bytes), std::bad_alloc);
    CHECK(unlimited.try_allocate(bytes) == nullptr);
  }
  CHECK(heap.footprint().total() == 0);
  CHECK(budget.used() == 0);
  void* const at = unlimited.allocate(1);
  CHECK(at != nullptr);
  unlimited.deallocate(at, 1);
}

TEST_CASE("a heap gives its lowest free block, and a slab that empties goes back but for one") {
  memory_budget budget{64 * MiB};
  slab_heap heap(budget);
  std::vector<unsigned char*> blocks;
  for (int each = 0; each < 40'000; ++each) blocks.push_back(static_cast<unsigned char*>(heap.allocate(64, 8)));
  const std::size_t full = budget.used();
  heap.deallocate(blocks[31'000], 64, 8);
  heap.deallocate(blocks[17], 64, 8);
  heap.deallocate(blocks[900], 64, 8);
  CHECK(heap.allocate(64, 8) == blocks[17]);
  CHECK(heap.allocate(64, 8) == blocks[900]);
  CHECK(heap.allocate(64, 8) == blocks[31'000]);
  for (unsigned char* each : blocks) heap.deallocate(each, 64, 8);
  CHECK(budget.used() <= 256 * KiB + 16 * page_bytes());
  CHECK(full > 40'000 * 64);
  CHECK(heap.footprint().payload == 0);
}

}  // namespace
