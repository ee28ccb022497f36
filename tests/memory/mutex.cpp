#include <slotted/memory/mutex.hpp>

#include <atomic>
#include <thread>
#include <type_traits>
#include <vector>

#include "catch.hpp"

namespace {

using slotted::detail::mutex;
using slotted::detail::mutex_hold;

}  // namespace

TEST_CASE("what a mutex guards is written by one thread at a time, and seen by the next") {
  mutex lock;
  long sum = 0;  // not atomic: the thread sanitizer says when two threads are inside
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 20'000; ++i) {
        const mutex_hold hold(lock);
        ++sum;
      }
    });
  for (std::thread& each : threads) each.join();
  CHECK(sum == 80'000);
}

TEST_CASE("threads that sleep on a mutex are all woken, one after the other") {
  mutex lock;
  std::atomic<int> at_the_door{0};
  int passed = 0;
  std::vector<std::thread> threads;
  {
    const mutex_hold hold(lock);
    for (int t = 0; t < 8; ++t)
      threads.emplace_back([&] {
        ++at_the_door;
        const mutex_hold mine(lock);
        ++passed;
      });
    while (at_the_door != 8) std::this_thread::yield();
    for (int i = 0; i < 1000; ++i) std::this_thread::yield();  // long enough that most of them sleep
    CHECK(passed == 0);
  }
  for (std::thread& each : threads) each.join();
  CHECK(passed == 8);
}

TEST_CASE("a mutex takes four bytes, and neither a constructor nor a destructor at run time") {
  STATIC_REQUIRE(sizeof(mutex) == 4);
  STATIC_REQUIRE(std::is_trivially_destructible_v<mutex>);
  static constinit mutex lock;
  const mutex_hold hold(lock);
}
