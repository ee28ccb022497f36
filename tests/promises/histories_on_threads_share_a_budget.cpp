// Histories on threads of their own share a budget, and evict each other's rows; const members run in parallel.
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <thread>
#include <vector>

#include "catch.hpp"
#include "samples.hpp"

using slotted::append_outcome;
using slotted::KiB;
using slotted::memory_budget;
using slotted::on_full;
using slotted::test::list_of;
using slotted::test::sample;
using slotted::test::samples;
using slotted::test::scraped;

TEST_CASE("two threads append to histories that share a budget, which is never exceeded") {
  constexpr std::uint64_t rows = 300'000;
  memory_budget budget(768 * KiB);
  std::atomic<std::uint64_t> refused{0};
  std::atomic<std::uint64_t> wrong{0};
  {
    samples pasts[2] = {samples(budget, on_full::evict_oldest), samples(budget, on_full::evict_oldest)};
    std::vector<std::thread> threads;
    for (samples& past : pasts)
      threads.emplace_back([&] {
        for (std::uint64_t i = 0; i < rows; ++i) {
          if (!past.try_append(scraped(i, 25))) ++refused;
          if (i % 5'000 != 0) continue;
          // Others may take the oldest rows meanwhile, and nothing else: the last one is there.
          const auto last = past.series(static_cast<std::uint32_t>(i % 25)).last();
          if (!last || !same(*last, scraped(i, 25))) ++wrong;
          if (budget.used() > budget.limit()) ++wrong;
          std::int64_t before = INT64_MIN;
          for (const sample each : past.rows()) {
            if (each.time < before) ++wrong;
            before = each.time;
          }
        }
      });
    for (std::thread& each : threads) each.join();
    CHECK(refused == 0);
    CHECK(wrong == 0);
    CHECK(pasts[0].evicted() + pasts[1].evicted() > rows);
    CHECK(pasts[0].footprint().total() + pasts[1].footprint().total() == budget.used());
    CHECK(budget.peak() <= budget.limit());
    for (const samples& past : pasts) {
      CHECK(past.size() + past.evicted() == rows);
      CHECK(list_of(past.rows()).size() == past.size());
    }
  }
  CHECK(budget.used() == 0);
}

TEST_CASE("two threads read snapshots and close them while more than a million rows are evicted") {
  constexpr std::uint32_t series = 25;
  memory_budget budget(1024 * KiB);
  samples past(budget, on_full::evict_oldest);
  using snapshot = samples::snapshot_type;
  struct hand_over {
    std::atomic<snapshot*> next{nullptr};
    std::uint64_t rows = 0;  // appended before it
  };
  hand_over to[2];
  std::atomic<bool> done{false};
  std::atomic<std::uint64_t> whole{0};
  std::atomic<std::uint64_t> expired{0};
  std::atomic<std::uint64_t> wrong{0};
  std::vector<std::thread> readers;
  for (hand_over& from : to)
    readers.emplace_back([&] {
      for (;;) {
        snapshot* const taken = from.next.load(std::memory_order_acquire);
        if (taken == nullptr) {
          if (done) return;
          std::this_thread::yield();
          continue;
        }
        const std::uint64_t appended = from.rows;
        try {
          // The last rows that had been appended, in their order.
          std::size_t rows = 0;
          const std::size_t size = taken->size();
          std::uint64_t sum = 0;
          for (const sample each : taken->rows()) {
            ++rows;
            sum += each.series;
            if (each.time > static_cast<std::int64_t>((appended - 1) / series * 15)) ++wrong;
          }
          if (rows != size) ++wrong;
          const auto bucket = taken->aggregate<&sample::series>();
          if (bucket.count != size || static_cast<std::uint64_t>(bucket.sum) != sum) ++wrong;
          ++whole;
        } catch (const slotted::snapshot_expired&) {
          if (taken->valid()) ++wrong;
          ++expired;
        }
        taken->close();
        from.next.store(nullptr, std::memory_order_release);
      }
    });
  std::vector<snapshot> open(2);
  std::uint64_t refused = 0;
  std::uint64_t rows = 0;
  for (; past.evicted() < 1'100'000 && rows < 4'000'000; ++rows) {
    if (!past.try_append(scraped(rows, series))) ++refused;
    if (rows % 2'000 != 0) continue;
    for (std::size_t i = 0; i < 2; ++i)
      if (to[i].next.load(std::memory_order_acquire) == nullptr) {
        try {
          open[i] = past.snapshot();
        } catch (const std::bad_alloc&) {
          continue;
        }
        to[i].rows = rows + 1;
        to[i].next.store(&open[i], std::memory_order_release);
      }
  }
  done = true;
  for (std::thread& each : readers) each.join();
  CHECK(refused == 0);
  CHECK(wrong == 0);
  CHECK(whole + expired != 0);
  CHECK(past.evicted() >= 1'100'000);
  CHECK(past.size() + past.evicted() == rows);
  CHECK(past.footprint().total() == budget.used());
}

TEST_CASE("const members run in parallel") {
  slotted::test::full_samples full(512 * KiB, 30);
  const samples& past = full.past;
  const std::size_t size = past.size();
  const std::uint64_t evicted = past.evicted();
  const auto all = list_of(past.rows());
  std::atomic<std::uint64_t> wrong{0};
  std::vector<std::thread> readers;
  for (int reader = 0; reader < 3; ++reader)
    readers.emplace_back([&] {
      for (int round = 0; round < 3; ++round) {
        if (!same(list_of(past.rows()), all)) ++wrong;
        if (past.aggregate<&sample::value>().count != size) ++wrong;
        std::size_t values = 0;
        past.scan<&sample::value>([&](auto column) { values += column.size(); });
        if (values != size) ++wrong;
        std::size_t latest = 0;
        for (const sample each : past.latest()) latest += each.series < 30;
        if (latest != 30) ++wrong;
        for (std::uint32_t series = 0; series < 30; ++series)
          if (past.series(series).newest(10).begin() == past.series(series).newest(10).end()) ++wrong;
        if (past.footprint().total() > full.budget.limit() || past.statistics().rows != size) ++wrong;
      }
    });
  for (std::thread& each : readers) each.join();
  CHECK(wrong == 0);
  CHECK(past.size() == size);
  CHECK(past.evicted() == evicted);
}
