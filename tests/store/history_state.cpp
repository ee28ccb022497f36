// What a history holds while others read it and others want memory.
#include <slotted/store/history.hpp>

#include <atomic>
#include <bit>
#include <cstdint>
#include <random>
#include <thread>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "pinned_rows.hpp"

namespace {

using slotted::history;
using slotted::memory_budget;
using slotted::on_full;
using slotted::test::count_rows;

struct point {
  std::int64_t time;
  double value;
  std::uint32_t number;
  std::uint16_t series;
};
using by_series = history<point, &point::time, &point::series>;

point row(std::uint32_t number, std::uint16_t series) {
  const std::uint64_t noise = number * 0x9E37'79B9'7F4A'7C15u;
  return {std::int64_t{number}, std::bit_cast<double>(noise >> 2), number, series};
}
// Half of the series have one of some hundred values in a row, without order, which a dictionary is had for.
double shared_value(std::uint32_t number, std::uint16_t series) {
  const std::uint64_t which = series % 2 == 0 ? number : number * 0x85EB'CA6Bu % 331;
  return row(static_cast<std::uint32_t>(which), series).value;
}

}  // namespace

TEST_CASE("things taken out come back in order, when the oldest snapshot is younger") {
  struct thing : slotted::detail::retirement<thing> {};
  slotted::detail::retired_list<thing> list;
  thing a;
  thing b;
  thing c;
  CHECK(list.empty());
  list.push(a, 1);
  list.push(b, 1);
  list.push(c, 3);
  CHECK(list.pop(1) == nullptr);
  CHECK(list.pop(2) == &a);
  CHECK(list.pop(2) == &b);
  CHECK(list.pop(3) == nullptr);
  CHECK(list.pop(4) == &c);
  CHECK(list.empty());
  list.push(a, 5);
  CHECK(list.pop(UINT64_MAX) == &a);
}

TEST_CASE("the owner's lock keeps others out") {
  slotted::detail::owner_lock lock;
  long count = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i)
    threads.emplace_back([&] {
      for (int k = 0; k < 5000; ++k) {
        const slotted::detail::owner_guard hold(lock);
        ++count;
      }
    });
  for (std::thread& each : threads) each.join();
  CHECK(count == 15'000);
  CHECK(lock.try_lock());
  CHECK_FALSE(lock.try_lock());
  lock.unlock();
}

namespace {

constexpr std::uint16_t series_shared = 5;

// Seven threads look at snapshots until `rows` rows have been appended. Returns: what they found wrong.
int look_while_appending(by_series& past, std::uint32_t rows, bool all_are_there) {
  using layout = by_series::layout_type;
  std::atomic<bool> done{false};
  std::atomic<int> wrong{0};
  std::atomic<int> snapshots{0};
  std::vector<std::thread> readers;
  for (int reader = 0; reader < 7; ++reader)
    readers.emplace_back([&] {
      std::vector<std::uint32_t> numbers(1024);
      std::vector<double> values(1024);
      std::vector<bool> seen;
      while (!done.load(std::memory_order_acquire)) {
        const auto pins = past.pins();
        const std::uint64_t total = pins.total();
        seen.assign(static_cast<std::size_t>(total), false);
        std::size_t count = 0;
        for (const auto& each : pins) {
          const auto look = [&](std::uint32_t number) {
            if (number >= total || number % series_shared != each.key() || seen[number]) ++wrong;
            if (number < total) seen[number] = true;
            ++count;
          };
          each.for_each_block([&](const auto& block) {
            block.template decode<2>(numbers.data());
            block.template decode<1>(values.data());
            for (std::size_t i = 0; i < block.rows(); ++i) {
              look(numbers[i]);
              if (values[i] != shared_value(numbers[i], each.key())) ++wrong;
            }
            return true;
          });
          // What is in no block yet reaches from some row of the series to the last before `total`, without a gap.
          const std::size_t tail = each.tail_rows();
          for (std::size_t i = 0; i < tail; ++i) {
            const auto number = layout::load_leaf<2>(each.tail_row(i));
            look(number);
            if (number + (tail - 1 - i) * series_shared + series_shared < total) ++wrong;
          }
        }
        if (all_are_there && count != total) ++wrong;
        ++snapshots;
      }
    });
  for (std::uint32_t i = 0; i < rows || (snapshots.load() < 30 && wrong.load() == 0); ++i) {
    const auto series = static_cast<std::uint16_t>(i % series_shared);
    while (!past.try_append({std::int64_t{i}, shared_value(i, series), i, series})) std::this_thread::yield();
    if (i % 9973 == 0) (void)past.try_seal();
  }
  done.store(true, std::memory_order_release);
  for (std::thread& each : readers) each.join();
  return wrong.load();
}

}  // namespace

TEST_CASE("snapshots of seven threads are exactly the first rows of what one thread appends") {
  memory_budget budget(std::size_t{64} << 20);
  by_series past{budget};
  CHECK(look_while_appending(past, 40'000, true) == 0);
  CHECK(past.evicted() == 0);
  past.trim();
  CHECK(past.footprint().total() == budget.used());
}

TEST_CASE("snapshots of seven threads see each row once and none too new while the oldest are evicted") {
  memory_budget budget(std::size_t{500} << 10);
  by_series past{budget, on_full::evict_oldest};
  CHECK(look_while_appending(past, 100'000, false) == 0);
  CHECK(past.evicted() != 0);
  past.trim();
  CHECK(past.footprint().total() == budget.used());
  CHECK(past.size() == count_rows(past.pins()));
}

TEST_CASE("another container on the same thread gets room that a history can do without") {
  memory_budget budget(std::size_t{1} << 20);
  by_series past{budget, on_full::evict_oldest};
  by_series stays{budget};
  std::uint32_t number = 0;
  for (; past.evicted() == 0; ++number) past.append(row(number, static_cast<std::uint16_t>(number % 3)));
  const std::uint64_t evicted = past.evicted();
  for (std::uint32_t i = 0; i < 8000; ++i) stays.append(row(i, 1));
  CHECK(past.evicted() > evicted);
  CHECK(stays.size() == 8000);
  CHECK(stays.evicted() == 0);
  CHECK(past.footprint().total() + stays.footprint().total() == budget.used());
  CHECK(past.size() == count_rows(past.pins()));
}

TEST_CASE("another thread gets room from a history that goes on appending") {
  memory_budget budget(std::size_t{2} << 20);
  by_series past{budget, on_full::evict_oldest};
  std::atomic<bool> done{false};
  std::thread other([&] {
    for (int round = 0; round < 300; ++round) {
      if (budget.try_reserve_with_relief(256 << 10)) budget.release(256 << 10);
      std::this_thread::yield();
    }
    done.store(true);
  });
  std::uint32_t number = 0;
  while (!done.load() || past.evicted() == 0) {
    if (past.try_append(row(number, static_cast<std::uint16_t>(number % 3)))) ++number;
  }
  other.join();
  CHECK(past.evicted() != 0);
  CHECK(past.size() + past.evicted() == number);
  CHECK(past.size() == count_rows(past.pins()));
  CHECK(past.footprint().total() == budget.used());
}
