// What a history holds while other threads read snapshots of it and others want memory.
#include <slotted/history/history.hpp>

#include <atomic>
#include <bit>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <thread>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "read_rows.hpp"

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

constexpr std::uint16_t series_shared = 5;

point shared_row(std::uint32_t number) {
  const auto series = static_cast<std::uint16_t>(number % series_shared);
  return row(series % 2 == 0 ? number : number / 50, series);
}

// A snapshot that some threads read, and how many rows had been appended when it was taken.
struct moment {
  by_series::snapshot_type rows;
  std::uint32_t appended = 0;
};

// Returns: whether a snapshot has exactly its rows, none of them later than it, each once.
bool is_right(const moment& of, bool all_are_there) {
  std::vector<bool> seen(of.appended, false);
  std::size_t count = 0;
  bool right = true;
  const auto look = [&](std::int64_t time, double value, std::uint16_t series) {
    const auto number = static_cast<std::uint32_t>(time);
    if (number >= of.appended || number % series_shared != series || seen[number] ||
        std::bit_cast<std::uint64_t>(value) != std::bit_cast<std::uint64_t>(shared_row(number).value)) {
      right = false;
      return;
    }
    seen[number] = true;
    ++count;
  };
  of.rows.scan<&point::time, &point::value, &point::series>(
      [&](std::span<const std::int64_t> times, std::span<const double> values, std::span<const std::uint16_t> series) {
        for (std::size_t i = 0; i < times.size(); ++i) look(times[i], values[i], series[i]);
      });
  if (count != of.rows.size() || (all_are_there && count != of.appended)) right = false;
  std::int64_t before = -1;
  std::size_t rows = 0;
  for (const point each : of.rows.rows()) {
    if (each.time <= before) right = false;
    before = each.time;
    ++rows;
  }
  return right && rows == count;
}

struct verdict {
  int wrong = 0;
  int right = 0;
  int expired = 0;
};

// Four threads look at snapshots until `rows` rows have been appended and they have seen some.
verdict look_while_appending(by_series& past, std::uint32_t rows, bool all_are_there) {
  std::atomic<bool> done{false};
  std::atomic<int> wrong{0};
  std::atomic<int> right{0};
  std::atomic<int> expired{0};
  std::mutex handing_over;
  std::shared_ptr<const moment> newest;
  std::vector<std::thread> readers;
  for (int reader = 0; reader < 4; ++reader)
    readers.emplace_back([&] {
      while (!done.load(std::memory_order_acquire)) {
        std::shared_ptr<const moment> mine;
        {
          const std::lock_guard hold(handing_over);
          mine = newest;
        }
        if (mine == nullptr) {
          std::this_thread::yield();
          continue;
        }
        try {
          ++(is_right(*mine, all_are_there) ? right : wrong);
        } catch (const slotted::snapshot_expired&) {
          ++expired;
        }
      }
    });
  for (std::uint32_t i = 0; i < rows || (right.load() < 12 && wrong.load() == 0); ++i) {
    if (i % 1009 == 0) {
      auto made = std::make_shared<const moment>(moment{past.snapshot(), i});
      const std::lock_guard hold(handing_over);
      newest.swap(made);
    }
    point next = shared_row(i);
    next.time = i;
    past.append(next);
    if (i % 9973 == 0) (void)past.try_seal();
  }
  done.store(true, std::memory_order_release);
  for (std::thread& each : readers) each.join();
  return {wrong.load(), right.load(), expired.load()};
}

}  // namespace

TEST_CASE("snapshots that four threads read are exactly the first rows of what one thread appends") {
  memory_budget budget(std::size_t{64} << 20);
  by_series past{budget};
  const verdict found = look_while_appending(past, 40'000, true);
  CHECK(found.wrong == 0);
  CHECK(found.right > 0);
  CHECK(found.expired == 0);
  CHECK(past.evicted() == 0);
  past.trim();
  CHECK(past.footprint().total() == budget.used());
}

TEST_CASE("snapshots that four threads read are whole or have expired while the oldest rows are evicted") {
  memory_budget budget(std::size_t{500} << 10);
  by_series past{budget, on_full::evict_oldest};
  const verdict found = look_while_appending(past, 200'000, false);
  CHECK(found.wrong == 0);
  CHECK(found.right > 0);
  CHECK(past.evicted() != 0);
  past.trim();
  CHECK(past.footprint().total() == budget.used());
  CHECK(past.size() == count_rows(past));
}

TEST_CASE("a snapshot is closed by another thread than the one that took it") {
  memory_budget budget(std::size_t{4} << 20);
  by_series past{budget, on_full::evict_oldest};
  for (std::uint32_t round = 0; round < 20; ++round) {
    for (std::uint32_t i = 0; i < 2'000; ++i) past.append(row(round * 2'000 + i, static_cast<std::uint16_t>(i % 3)));
    std::thread other([moment = past.snapshot()]() mutable { moment.close(); });
    for (std::uint32_t i = 0; i < 500; ++i) past.append(row(round * 2'000 + 2'000, 1));
    other.join();
  }
  past.trim();
  CHECK(past.statistics().snapshots == 0);
  CHECK(past.statistics().snapshots_taken == 20);
  CHECK(past.footprint().total() == budget.used());
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
  CHECK(past.size() == count_rows(past));
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
  CHECK(past.size() == count_rows(past));
  CHECK(past.footprint().total() == budget.used());
}
