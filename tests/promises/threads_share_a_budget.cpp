// Const operations run in parallel; pools of different threads share a budget, which is never exceeded.
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <slotted/memory/budget.hpp>
#include <slotted/store/checked_pool.hpp>
#include <slotted/store/pool.hpp>
#include <thread>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "pools.hpp"

namespace {

using slotted::test::point;

constexpr int threads = 8;

template <class F>
void in_parallel(F f) {
  std::vector<std::thread> running;
  for (int i = 0; i < threads; ++i) running.emplace_back([&f, i] { f(i); });
  for (std::thread& each : running) each.join();
}

TEST_CASE("eight threads read a pool at once") {
  slotted::pool<point> pool;
  slotted::checked_pool<point> checked;
  std::vector<slotted::pool<point>::handle> made;
  std::vector<slotted::checked_pool<point>::handle> made_checked;
  for (std::int64_t i = 0; i < 20'000; ++i) {
    made.push_back(pool.insert({0, 0, i, 0}));
    made_checked.push_back(checked.insert({0, 0, i, 0}));
  }
  for (std::size_t i = 0; i < made.size(); i += 2) {
    pool.erase(made[i]);
    checked.erase(made_checked[i]);
  }
  std::atomic<int> right{0};
  in_parallel([&](int) {
    const auto& shared = pool;
    const auto& shared_checked = checked;
    std::int64_t sum = 0;
    for (const point& each : shared) sum += each.timestamp;
    shared.for_each([&](const point& each) { sum += each.timestamp; });
    shared_checked.for_each([&](const point& each) { sum += each.timestamp; });
    for (std::size_t i = 0; i < made.size(); ++i) {
      if (shared.contains(made[i])) sum += shared[made[i]].timestamp;
      if (const point* at = shared_checked.find(made_checked[i])) sum += at->timestamp;
      if (i % 2 == 1 && shared.handle_of(shared[made[i]]) != made[i]) sum += 1;
    }
    if (shared.footprint().payload == 10'000 * sizeof(point) && shared.size() == 10'000 && sum == 5 * 100'000'000)
      ++right;
  });
  CHECK(right == threads);
}

TEST_CASE("pools of eight threads compete for a budget that is too small for one") {
  slotted::memory_budget budget{2 * slotted::MiB};
  std::atomic<std::size_t> refusals{0};
  std::atomic<int> wrong{0};
  in_parallel([&](int thread) {
    slotted::pool<point> pool{budget};
    for (int round = 0; round < 4; ++round) {
      std::int64_t next = 0;
      while (next < 70'000) {
        if (!pool.try_emplace(point{0, 0, next, static_cast<std::uint16_t>(thread)})) break;
        ++next;
        if (budget.used() > budget.limit()) ++wrong;
      }
      if (next < 70'000) ++refusals;
      std::int64_t seen = 0;
      for (const point& each : pool)
        if (each.timestamp != seen++ || each.sensor_id != thread) ++wrong;
      if (seen != next) ++wrong;
      pool.clear();
      if (round % 3 == 0) pool.trim();
    }
  });
  CHECK(wrong == 0);
  CHECK(refusals > 0);
  CHECK(budget.used() == 0);
  CHECK(budget.peak() <= budget.limit());
  CHECK(budget.peak() > budget.limit() / 2);
}

TEST_CASE("a pool made by one thread is used, moved and ended by others") {
  slotted::memory_budget budget{16 * slotted::MiB};
  slotted::pool<point> pool{budget};
  for (int i = 0; i < threads; ++i) {
    std::thread([&] {
      slotted::pool<point> mine(std::move(pool));
      for (int j = 0; j < 5000; ++j) mine.emplace();
      pool = std::move(mine);
    }).join();
  }
  CHECK(pool.size() == 5000 * threads);
  CHECK(pool.footprint().total() == budget.used());
  std::thread([gone = std::move(pool)] { CHECK(gone.size() == 5000 * threads); }).join();
  CHECK(budget.used() == 0);
}

}  // namespace
