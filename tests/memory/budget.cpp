// A budget is exact, is never exceeded for a moment, and calls back on the charging thread with no lock held.
#include <slotted/memory/budget.hpp>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "catch.hpp"

namespace {

using slotted::memory_budget;
using slotted::MiB;
using slotted::pressure_relief;
using slotted::watermark;

static_assert(!std::is_copy_constructible_v<memory_budget> && !std::is_move_constructible_v<memory_budget>);
static_assert(!std::is_copy_assignable_v<memory_budget> && !std::is_move_assignable_v<memory_budget>);
static_assert(std::is_base_of_v<std::bad_alloc, slotted::budget_exceeded>);
static_assert(std::is_nothrow_copy_constructible_v<slotted::budget_exceeded>);

template <class Work>
void on_threads(int count, Work work) {
  std::vector<std::thread> threads;
  for (int number = 0; number < count; ++number) threads.emplace_back(work, number);
  for (std::thread& each : threads) each.join();
}

// A small generator of its own a thread (Marsaglia, Xorshift RNGs, 2003).
struct xorshift {
  std::uint64_t state;
  std::uint64_t operator()() {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
  }
};

TEST_CASE("a charge fits to the last byte and not one further") {
  memory_budget budget{1000};
  CHECK(budget.limit() == 1000);
  CHECK(budget.used() == 0);
  CHECK(budget.try_reserve(400));
  CHECK(budget.used() == 400);
  CHECK(budget.available() == 600);
  CHECK_FALSE(budget.try_reserve(601));
  CHECK(budget.used() == 400);
  CHECK(budget.try_reserve(600));
  CHECK(budget.used() == 1000);
  CHECK_FALSE(budget.try_reserve(1));
  CHECK(budget.try_reserve(0));
  budget.release(999);
  CHECK(budget.used() == 1);
  CHECK_FALSE(budget.try_reserve(SIZE_MAX));      // the sum would wrap to 0
  CHECK_FALSE(budget.try_reserve(SIZE_MAX - 1));  // and to SIZE_MAX
  CHECK(budget.used() == 1);
  budget.release(1);
}

TEST_CASE("a budget of nothing refuses all but nothing, one of everything refuses no sum that can be counted") {
  memory_budget none{0};
  CHECK_FALSE(none.try_reserve(1));
  CHECK(none.try_reserve(0));
  CHECK(none.peak() == 0);
  memory_budget all{SIZE_MAX};
  CHECK(all.try_reserve(SIZE_MAX - 1));
  CHECK_FALSE(all.try_reserve(2));
  CHECK(all.try_reserve(1));
  all.release(SIZE_MAX);
}

TEST_CASE("the peak is the most that was ever charged") {
  memory_budget budget{1000};
  budget.reserve(300);
  budget.release(200);
  budget.reserve(150);
  CHECK(budget.peak() == 300);
  CHECK_FALSE(budget.try_reserve(900));  // what was refused is no peak
  CHECK(budget.peak() == 300);
  budget.reserve(51);
  CHECK(budget.peak() == 301);
  budget.release(301);
  CHECK(budget.peak() == 301);
}

TEST_CASE("budget_exceeded says limit, used and asked") {
  memory_budget budget{1000};
  budget.reserve(900);
  try {
    budget.reserve(101);
    FAIL("101 bytes fitted into 100");
  } catch (const slotted::budget_exceeded& error) {
    CHECK(error.limit() == 1000);
    CHECK(error.used() == 900);
    CHECK(error.asked() == 101);
    CHECK(std::string(error.what()) == "memory budget exceeded: limit 1000 B, used 900 B, asked for 101 B more");
  }
  CHECK(budget.used() == 900);
  CHECK_THROWS_AS(budget.reserve(101), std::bad_alloc);
  CHECK_NOTHROW(budget.reserve(100));
  budget.release(1000);
  const std::string widest = slotted::budget_exceeded(SIZE_MAX, SIZE_MAX, SIZE_MAX).what();
  CHECK(widest.substr(widest.size() - 6) == "B more");  // not cut off
}

TEST_CASE("8 threads never exceed a budget, not for a moment, and lose no byte of it") {
  constexpr std::size_t limit = 10'000;
  memory_budget budget{limit};
  std::atomic<bool> done{false};
  std::atomic<std::size_t> most_seen{0};
  std::atomic<std::size_t> refused{0};
  std::thread watcher([&] {
    std::size_t most = 0;
    while (!done.load()) most = std::max({most, budget.used(), budget.peak()});
    most_seen = most;
  });
  on_threads(8, [&](int number) {
    xorshift random{static_cast<std::uint64_t>(number) + 1};
    std::vector<std::size_t> held;
    for (int step = 0; step < 20'000; ++step) {
      const std::size_t bytes = random() % 1000;
      if (random() % 2 == 0 && budget.try_reserve(bytes)) {
        held.push_back(bytes);
      } else if (!held.empty()) {
        budget.release(held.back());
        held.pop_back();
      } else {
        ++refused;
      }
    }
    for (const std::size_t bytes : held) budget.release(bytes);
  });
  done = true;
  watcher.join();
  CHECK(most_seen <= limit);
  CHECK(budget.peak() <= limit);
  CHECK(budget.peak() > limit / 2);  // there was pressure
  CHECK(budget.used() == 0);
}

TEST_CASE("threads that each want all of a budget never have it together") {
  memory_budget budget{1000};
  std::atomic<int> holders{0};
  std::atomic<int> together{0};
  std::atomic<std::size_t> had{0};
  on_threads(4, [&](int) {
    for (int step = 0; step < 200'000; ++step) {
      if (!budget.try_reserve(1000)) continue;
      if (holders.fetch_add(1) != 0 || budget.used() > 1000) ++together;
      ++had;
      holders.fetch_sub(1);
      budget.release(1000);
    }
  });
  CHECK(together == 0);
  CHECK(had > 0);
  CHECK(budget.peak() == 1000);
  CHECK(budget.used() == 0);
}

TEST_CASE("8 threads share out a budget to the last unit") {
  memory_budget budget{1001 * 7};
  std::atomic<std::size_t> taken{0};
  on_threads(8, [&](int) {
    while (budget.try_reserve(7)) ++taken;
  });
  CHECK(taken == 1001);
  CHECK(budget.peak() == 1001 * 7);
  budget.release(1001 * 7);
}

TEST_CASE("a watermark calls back once a crossing, with the budget, at the charge that crosses") {
  memory_budget budget{1000};
  std::vector<std::size_t> seen;
  const memory_budget* who = nullptr;
  const watermark mark(budget, 500, [&](const memory_budget& each) {
    seen.push_back(each.used());
    who = &each;
  });
  budget.reserve(499);
  CHECK(seen.empty());
  budget.reserve(1);  // to the mark
  CHECK(seen == std::vector<std::size_t>{500});
  CHECK(who == &budget);
  budget.reserve(300);  // above already
  budget.release(300);  // at the mark: not yet below
  budget.reserve(10);
  CHECK(seen.size() == 1);
  budget.release(11);
  budget.reserve(400);  // armed again: from 499
  CHECK(seen == std::vector<std::size_t>{500, 899});
  CHECK_FALSE(budget.try_reserve(500));  // a refused charge crosses nothing
  budget.release(899);
  CHECK_FALSE(budget.try_reserve(1001));
  CHECK(seen.size() == 2);
}

TEST_CASE("a charge calls the watermarks that it crosses, in order of registration, and no other") {
  memory_budget budget{1000};
  std::string calls;
  const watermark b(budget, 200, [&](const memory_budget&) { calls += 'b'; });
  const watermark a(budget, 100, [&](const memory_budget&) { calls += 'a'; });
  const watermark c(budget, 300, [&](const memory_budget&) { calls += 'c'; });
  budget.reserve(250);
  CHECK(calls == "ba");
  budget.reserve(50);
  CHECK(calls == "bac");
  budget.release(300);
}

TEST_CASE("a watermark that is gone calls back no more") {
  memory_budget budget{1000};
  int calls = 0;
  {
    const watermark mark(budget, 1, [&](const memory_budget&) { ++calls; });
    budget.reserve(1);
    budget.release(1);
  }
  CHECK(calls == 1);
  budget.reserve(1);
  CHECK(calls == 1);
  budget.release(1);
}

TEST_CASE("callbacks run on the charging thread with no lock held") {
  memory_budget budget{1000};
  memory_budget other{1000};
  std::thread::id ran_on;
  int calls = 0;
  std::optional<watermark<void (*)(const memory_budget&)>> late;
  const watermark mark(budget, 500, [&](const memory_budget&) {
    ++calls;
    ran_on = std::this_thread::get_id();
    budget.release(100);  // what a trimmed container does
    other.reserve(77);
    budget.reserve(20);  // 420: below the mark
    // Another thread uses the same budget, its lists included, and this one waits for it.
    std::thread([&] {
      const watermark short_lived(budget, 1, [](const memory_budget&) {});
      (void)budget.try_reserve(5);
      budget.release(5);
    }).join();
    late.emplace(budget, 1000, [](const memory_budget&) {});
  });
  std::thread::id charged_on;
  std::thread([&] {
    charged_on = std::this_thread::get_id();
    budget.reserve(500);
  }).join();
  CHECK(calls == 1);
  CHECK(ran_on == charged_on);
  CHECK(budget.used() == 420);
  CHECK(other.used() == 77);
  budget.release(420);
  other.release(77);
}

TEST_CASE("the end of a watermark waits for a callback that runs on another thread") {
  for (int round = 0; round < 20; ++round) {
    memory_budget budget{1000};
    std::atomic<bool> inside{false};
    std::atomic<bool> ending{false};
    std::atomic<bool> finished{false};
    bool finished_first = false;
    auto callback = [&, touched = std::vector<int>(100)](const memory_budget&) mutable {
      inside = true;
      while (!ending) std::this_thread::yield();
      for (int& each : touched) ++each;  // memory of the watermark itself
      finished = true;
    };
    auto mark = std::make_unique<watermark<decltype(callback)>>(budget, 1, callback);
    static_assert(!std::is_copy_constructible_v<watermark<decltype(callback)>>);
    std::thread charger([&] { budget.reserve(1); });
    while (!inside) std::this_thread::yield();
    std::thread ender([&] {
      ending = true;
      mark.reset();
      finished_first = finished;
    });
    ender.join();
    charger.join();
    CHECK(finished_first);
    budget.release(1);
  }
}

TEST_CASE("8 threads that cross a mark together call back once a crossing") {
  memory_budget budget{80};
  std::atomic<int> calls{0};
  const watermark mark(budget, 40, [&](const memory_budget&) { ++calls; });
  for (int round = 1; round <= 50; ++round) {
    on_threads(8, [&](int) { (void)budget.try_reserve(10); });
    REQUIRE(budget.used() == 80);
    REQUIRE(calls == round);
    on_threads(8, [&](int) { budget.release(10); });
  }
  CHECK(budget.peak() == 80);
}

TEST_CASE("watermarks and reliefs come and go while other threads charge") {
  memory_budget budget{100};
  std::atomic<bool> done{false};
  std::atomic<std::size_t> crossings{0};
  std::atomic<std::size_t> pleas{0};
  std::thread comer([&] {
    for (int round = 0; round < 2000; ++round) {
      // What they capture dies with the round: a callback too early or too late touches what is not there.
      auto alive = std::make_unique<std::atomic<int>>(1);
      const watermark mark(budget, 50, [&, own = std::vector<int>(8, 1)](const memory_budget&) {
        crossings += static_cast<std::size_t>(own[7] * alive->load());
      });
      const pressure_relief relief(budget, [&, own = std::vector<int>(8, 1)](std::size_t) {
        pleas += static_cast<std::size_t>(own[7] * alive->load());
      });
      if (round % 16 == 0) std::this_thread::yield();
    }
    done = true;
  });
  on_threads(3, [&](int) {
    while (!done) {
      if (budget.try_reserve_with_relief(40)) budget.release(40);
    }
  });
  comer.join();
  CHECK(budget.used() == 0);
  CHECK(budget.peak() <= 100);
  // The twin: they do call back.
  {
    const watermark mark(budget, 50, [&](const memory_budget&) { crossings = 1'000'000; });
    const pressure_relief relief(budget, [&](std::size_t) { pleas = 1'000'000; });
    budget.reserve(60);
    CHECK_FALSE(budget.try_reserve_with_relief(60));
    budget.release(60);
  }
  CHECK(crossings == 1'000'000);
  CHECK(pleas == 1'000'000);
}

TEST_CASE("reliefs are asked only for what does not fit, in order of registration, until it fits") {
  memory_budget budget{1000};
  budget.reserve(900);
  std::string asked;
  std::size_t bytes_asked = 0;
  const auto giver = [&](char name, std::size_t gives) {
    return [&, name, gives](std::size_t bytes) {
      asked += name;
      bytes_asked = bytes;
      budget.release(gives);
    };
  };
  const pressure_relief first(budget, giver('1', 50));
  const pressure_relief second(budget, giver('2', 100));
  const pressure_relief third(budget, giver('3', 100));

  CHECK(budget.try_reserve_with_relief(100));  // it fits
  CHECK(asked.empty());
  CHECK_FALSE(budget.try_reserve(120));  // try_reserve asks nobody
  CHECK(asked.empty());
  budget.reserve(120);  // 50 is too little, 150 is enough
  CHECK(asked == "12");
  CHECK(bytes_asked == 120);
  CHECK(budget.used() == 1000 - 150 + 120);
  CHECK(budget.peak() == 1000);
  budget.release(budget.used());
}

TEST_CASE("when every relief is too little the charge fails and changes nothing") {
  memory_budget budget{1000};
  budget.reserve(1000);
  int pleas = 0;
  const pressure_relief small(budget, [&](std::size_t) {
    ++pleas;
    budget.release(10);
  });
  const pressure_relief none(budget, [&](std::size_t) { ++pleas; });
  CHECK_FALSE(budget.try_reserve_with_relief(100));
  CHECK(pleas == 2);
  CHECK(budget.used() == 990);
  try {
    budget.reserve(100);
    FAIL("100 bytes fitted into 20");
  } catch (const slotted::budget_exceeded& error) {
    CHECK(error.used() == 980);  // what is used once all were asked
    CHECK(error.asked() == 100);
  }
  budget.release(980);
}

TEST_CASE("nobody is asked for what is above the limit") {
  memory_budget budget{1000};
  budget.reserve(500);
  int pleas = 0;
  const pressure_relief relief(budget, [&](std::size_t) { ++pleas; });
  CHECK_FALSE(budget.try_reserve_with_relief(1001));
  CHECK_FALSE(budget.relieve(SIZE_MAX));
  CHECK(pleas == 0);
  CHECK_FALSE(budget.try_reserve_with_relief(1000));  // the twin
  CHECK(pleas == 1);
  budget.release(500);
}

TEST_CASE("a relief that is gone is asked no more, and one may be made in a callback") {
  memory_budget budget{100};
  budget.reserve(100);
  int outer = 0;
  int inner = 0;
  using callback = std::function<void(std::size_t)>;
  std::unique_ptr<pressure_relief<callback>> late;
  {
    const pressure_relief relief(budget, [&](std::size_t) {
      ++outer;
      late = std::make_unique<pressure_relief<callback>>(budget, [&](std::size_t) {
        ++inner;
        budget.release(100);
      });
    });
    CHECK(budget.try_reserve_with_relief(1));  // the late one is the last in order, so it was asked, too
    CHECK(outer == 1);
    CHECK(inner == 1);
  }
  CHECK(budget.used() == 1);
  late.reset();
  budget.reserve(99);
  CHECK_FALSE(budget.try_reserve_with_relief(1));
  CHECK(outer == 1);
  CHECK(inner == 1);
  budget.release(100);
}

}  // namespace
