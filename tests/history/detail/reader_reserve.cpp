#include <slotted/history/detail/reader_reserve.hpp>

#include <atomic>
#include <cstddef>
#include <thread>
#include <vector>

#include "catch.hpp"

using slotted::memory_budget;
using slotted::detail::reader_memory;
using slotted::detail::reader_reserve;

TEST_CASE("what is set aside serves first, then what the budget has left") {
  memory_budget budget(1000);
  reader_reserve* const reserve = reader_reserve::make(&budget);
  REQUIRE(reserve != nullptr);
  budget.reserve(400);
  reserve->add(400);
  CHECK(reserve->charged() == 400);
  CHECK(reserve->idle() == 400);
  CHECK(reserve->try_charge(300));
  CHECK(budget.used() == 400);
  CHECK(reserve->idle() == 100);
  CHECK(reserve->try_charge(500));  // more than what is left of it: the rest from the budget
  CHECK(budget.used() == 800);
  CHECK(reserve->charged() == 800);
  CHECK_FALSE(reserve->try_charge(201));
  CHECK(budget.used() == 800);
  CHECK(reserve->try_charge(200));
  reserve->release(500);
  CHECK(budget.used() == 500);
  reserve->release(500);
  CHECK(reserve->used() == 0);
  CHECK(reserve->charged() == 400);
  CHECK(reserve->give_idle(150) == 250);
  CHECK(budget.used() == 150);
  CHECK(reserve->give_idle() == 150);
  CHECK(budget.used() == 0);
  reserve->close();
  reserve->drop();
}

TEST_CASE("readers take no more than they may, so that a reader never takes the room of data") {
  memory_budget budget(1000);
  reader_reserve* const reserve = reader_reserve::make(&budget);
  reserve->set_most(300);
  budget.reserve(100);
  reserve->add(100);
  CHECK_FALSE(reserve->try_charge(301));
  CHECK(reserve->comfort() == 112);  // an eighth of what the budget has left
  CHECK(reserve->try_charge(250));
  CHECK(reserve->comfort() == 50);
  CHECK_FALSE(reserve->try_charge(51));
  CHECK(reserve->try_charge(50));
  CHECK(reserve->comfort() == 0);
  CHECK(budget.used() == 300);
  CHECK(reserve->try_charge_snapshot(600));  // which expires where data needs the room
  CHECK(budget.used() == 900);
  reserve->release_snapshot(600);
  reserve->release(300);
  CHECK(budget.used() == 100);
  reserve->close();
  CHECK(budget.used() == 0);
  reserve->drop();
}

TEST_CASE("bytes kept for snapshots count against what is set aside, and are charged beyond it") {
  memory_budget budget(1000);
  reader_reserve* const reserve = reader_reserve::make(&budget);
  budget.reserve(300);
  reserve->add(300);
  budget.reserve(200);  // of data, which is kept for a snapshot now
  reserve->adopt(200);
  CHECK(budget.used() == 300);
  CHECK(reserve->used() == 200);
  budget.reserve(200);
  reserve->adopt(200);
  CHECK(budget.used() == 500);
  CHECK(reserve->used() == 400);
  reserve->release_snapshot(200);
  reserve->release_snapshot(200);
  CHECK(reserve->used() == 0);
  CHECK(budget.used() == 300);
  reserve->close();
  CHECK(budget.used() == 0);
  reserve->drop();
}

TEST_CASE("memory of readers outlives the history, and is charged to nobody then") {
  memory_budget budget(std::size_t{1} << 20);
  reader_reserve* const reserve = reader_reserve::make(&budget);
  reader_memory memory(reserve);
  void* const one = memory.try_take(100);
  void* const other = memory.try_take(200);
  REQUIRE(one != nullptr);
  REQUIRE(other != nullptr);
  CHECK(budget.used() == 300);
  memory.give(one, 100);
  CHECK(budget.used() == 200);
  reserve->close();
  reserve->drop();  // the history has gone
  CHECK(budget.used() == 0);
  memory.give(other, 200);
  CHECK(budget.used() == 0);
}

TEST_CASE("a read takes what makes it fast, and no more than the budget can spare") {
  memory_budget budget(std::size_t{1} << 20);
  reader_reserve* const reserve = reader_reserve::make(&budget);
  reader_memory memory(reserve);
  CHECK(memory.comfort() == (std::size_t{1} << 20) / 8);
  budget.reserve(budget.limit());
  CHECK(memory.comfort() == 0);
  CHECK(memory.try_take(1) == nullptr);
  budget.release(budget.limit());
  reserve->close();
  reserve->drop();
  CHECK(reader_memory().comfort() == std::size_t{1} << 20);
}

TEST_CASE("threads that take and give leave nothing charged") {
  memory_budget budget(std::size_t{1} << 16);
  reader_reserve* const reserve = reader_reserve::make(&budget);
  budget.reserve(10'000);
  reserve->add(10'000);
  std::atomic<int> refused{0};
  std::vector<std::thread> readers;
  for (int i = 0; i < 4; ++i)
    readers.emplace_back([&, i] {
      reader_memory memory(reserve);
      for (int round = 0; round < 2'000; ++round) {
        const auto bytes = static_cast<std::size_t>(1 + (round * 37 + i * 101) % 6'000);
        void* const at = memory.try_take(bytes);
        if (at == nullptr)
          ++refused;
        else
          memory.give(at, bytes);
      }
    });
  for (std::thread& each : readers) each.join();
  CHECK(refused.load() == 0);
  CHECK(reserve->used() == 0);
  CHECK(reserve->charged() == 10'000);
  CHECK(budget.used() == 10'000);
  reserve->close();
  reserve->drop();
  CHECK(budget.used() == 0);
}
