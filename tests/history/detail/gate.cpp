// The gate of a history: one thread changes it, many read it, and others come in between only when nobody is inside.
#include <slotted/history/detail/gate.hpp>

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "catch.hpp"

using slotted::detail::history_gate;

TEST_CASE("others come in only when nobody is inside") {
  history_gate gate;
  gate.lock();
  CHECK_FALSE(gate.try_lock());
  gate.unlock();
  gate.enter();
  gate.enter();
  CHECK_FALSE(gate.try_lock());
  gate.leave();
  CHECK_FALSE(gate.try_lock());
  gate.leave();
  REQUIRE(gate.try_lock());
  CHECK_FALSE(gate.try_lock());
  gate.unlock_and_notify();
  gate.lock();
  gate.unlock();
}

TEST_CASE("a reader waits until whoever changes the history has gone") {
  history_gate gate;
  int value = 0;
  int read = 0;
  REQUIRE(gate.try_lock());
  std::thread reader([&] {
    gate.enter();
    read = value;
    gate.leave();
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(20));  // long enough for a reader who does not wait
  value = 1;
  gate.unlock_and_notify();
  reader.join();
  CHECK(read == 1);
}

TEST_CASE("the owner and others never change the history at once, and readers never see it change") {
  history_gate gate;
  std::atomic<bool> done{false};
  std::atomic<int> wrong{0};
  long value = 0;  // both halves of what the gate guards
  long copy = 0;
  const auto change = [&] {
    ++value;
    std::this_thread::yield();
    ++copy;
  };
  std::vector<std::thread> others;
  for (int i = 0; i < 3; ++i)
    others.emplace_back([&] {
      while (!done.load()) {
        gate.begin_visit();
        if (gate.try_lock()) {
          if (value != copy) ++wrong;
          change();
          gate.unlock_and_notify();
        }
        gate.end_visit();
        std::this_thread::yield();
      }
    });
  for (int i = 0; i < 2'000; ++i) {
    gate.lock();
    if (value != copy) ++wrong;
    change();
    gate.unlock();
    // The owner's thread lets others read while it does not write; they meet the visitors alone.
    std::thread reader([&] {
      gate.enter();
      if (value != copy) ++wrong;
      gate.leave();
    });
    reader.join();
    if (i > 200 && value > 2 * i) break;
  }
  done.store(true);
  for (std::thread& each : others) each.join();
  gate.wait_for_visitors();
  CHECK(wrong.load() == 0);
  CHECK(value == copy);
}
