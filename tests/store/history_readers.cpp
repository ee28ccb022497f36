#include <slotted/store/history_readers.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "refusals.hpp"

namespace {

namespace detail = slotted::detail;
using detail::reader_registry;

struct point {
  double x;
  std::int64_t t;
  std::uint16_t sensor;
};
using layout = detail::history_layout<point, 1, 2>;
using pins = detail::history_pins<layout>;

// A series of one block of `rows` rows and no tail.
struct one_series {
  detail::series_link<layout> link;
  detail::series_tail<layout> first;
  detail::series_tail<layout> second;
  explicit one_series(std::uint16_t key) {
    link.key = key;
    link.tail = &first;
  }
};

}  // namespace

TEST_CASE("the oldest snapshot says what may be freed") {
  reader_registry registry(nullptr);
  CHECK(registry.oldest() == reader_registry::vacant);
  reader_registry::place* const early = registry.enter();
  REQUIRE(early != nullptr);
  CHECK(registry.oldest() == 0);  // until it says its clock, nothing may go
  early->clock = registry.clock();
  registry.tick();
  reader_registry::place* const late = registry.enter();
  late->clock = registry.clock();
  CHECK(registry.oldest() == early->clock);
  registry.leave(early);
  CHECK(registry.oldest() == late->clock);
  CHECK(registry.enter() == early);  // places serve again
  registry.leave(early);
  registry.leave(late);
  CHECK(registry.oldest() == reader_registry::vacant);
}

TEST_CASE("what snapshots hold is charged while they hold it, and refused in full") {
  slotted::memory_budget budget(200);
  {
    reader_registry registry(&budget);
    std::atomic<detail::series_link<layout>*> list{nullptr};
    std::atomic<std::size_t> count{0};
    {
      pins held;
      REQUIRE(held.try_pin(registry, list, count));
      CHECK(budget.used() == registry.held());
      CHECK(registry.held() != 0);
      CHECK(held.size() == 0);
      count = 100;
      pins refused;
      CHECK_FALSE(refused.try_pin(registry, list, count));
      CHECK(budget.used() == registry.held());
    }
    CHECK(budget.used() == sizeof(reader_registry::place));
    CHECK(registry.held() == sizeof(reader_registry::place));
  }
  CHECK(budget.used() == 0);
}

TEST_CASE("a snapshot that gets half of its memory gives that back") {
  const std::atomic<detail::series_link<layout>*> list{nullptr};
  const std::atomic<std::size_t> count{0};
  std::size_t whole = 0;
  {
    reader_registry registry(nullptr);
    pins held;
    REQUIRE(held.try_pin(registry, list, count));
    whole = registry.held();
  }
  slotted::memory_budget budget(whole - 1);  // room for the series, or for the place among the readers
  {
    reader_registry registry(&budget);
    pins held;
    CHECK_FALSE(held.try_pin(registry, list, count));
    CHECK(budget.peak() != 0);
    CHECK(budget.used() == 0);
    CHECK(registry.held() == 0);
    CHECK(registry.oldest() == reader_registry::vacant);
  }
#if !defined(SLOTTED_TEST_NEW_OF_THE_SANITIZER)
  slotted::memory_budget enough(whole);
  for (const std::size_t granted : {0U, 1U}) {
    CAPTURE(granted);
    reader_registry registry(&enough);
    {
      const slotted::test::refused_new system(granted);
      pins held;
      CHECK_FALSE(held.try_pin(registry, list, count));
    }
    CHECK(enough.used() == 0);
    CHECK(registry.held() == 0);
    pins held;
    CHECK(held.try_pin(registry, list, count));
  }
#endif
}

TEST_CASE("a snapshot sees the state of a series that its number of rows belongs to") {
  reader_registry registry(nullptr);
  one_series a(7);
  one_series b(8);
  a.link.next = &b.link;
  std::atomic<detail::series_link<layout>*> list{&a.link};
  const std::atomic<std::size_t> count{2};
  detail::directory_chunk<layout> some_blocks;
  a.first.blocks = b.first.blocks = b.second.blocks = &some_blocks;
  registry.publish(10);
  b.second.base = 11;
  b.second.previous = &b.first;
  b.link.tail = &b.second;  // sealed when there were 11 rows: too late for this snapshot
  pins held;
  REQUIRE(held.try_pin(registry, list, count));
  CHECK(held.total() == 10);
  REQUIRE(held.size() == 2);
  CHECK(held[0].key() == 7);
  REQUIRE(held.find(8) != nullptr);
  CHECK(held.find(9) == nullptr);
  CHECK(registry.sees(10));
  CHECK_FALSE(registry.sees(11));
  b.first.base = 11;  // as though the series came later
  REQUIRE(held.try_pin(registry, list, count));
  CHECK(held.find(8) == nullptr);
  pins other = std::move(held);
  CHECK(held.size() == 0);
  CHECK(other.size() == 1);
}

TEST_CASE("a snapshot makes more room when series came while it was made") {
  reader_registry registry(nullptr);
  std::vector<std::unique_ptr<one_series>> all;
  detail::directory_chunk<layout> some_blocks;
  std::atomic<detail::series_link<layout>*> list{nullptr};
  for (std::uint16_t key = 0; key < 100; ++key) {
    all.push_back(std::make_unique<one_series>(key));
    all.back()->first.blocks = &some_blocks;
    all.back()->link.next = list.load();
    list = &all.back()->link;
  }
  const std::atomic<std::size_t> stale{3};
  pins held;
  REQUIRE(held.try_pin(registry, list, stale));
  CHECK(held.size() == 100);
}

TEST_CASE("threads that come and go have a place each") {
  reader_registry registry(nullptr);
  std::atomic<int> inside{0};
  std::atomic<bool> shared{false};
  std::vector<std::thread> readers;
  for (int reader = 0; reader < 4; ++reader) {
    readers.emplace_back([&] {
      for (int i = 0; i < 2000; ++i) {
        reader_registry::place* const mine = registry.enter();
        const std::uint64_t clock = registry.clock();
        mine->clock = clock;
        inside.fetch_add(1);
        if (mine->clock != clock) shared = true;
        inside.fetch_sub(1);
        registry.leave(mine);
      }
    });
  }
  for (int i = 0; i < 2000; ++i) registry.tick();
  for (std::thread& each : readers) each.join();
  CHECK_FALSE(shared);
  CHECK(registry.oldest() == reader_registry::vacant);
  CHECK(registry.held() <= 4 * sizeof(reader_registry::place));
}
