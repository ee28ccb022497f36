// Every call that throws budget_exceeded says the charge that was refused: with what is missing for it the call gets
// past it, with a byte less it does not.
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <list>
#include <memory_resource>
#include <optional>
#include <slotted/history/history.hpp>
#include <slotted/memory/budget.hpp>
#include <slotted/memory/slab_allocator.hpp>
#include <slotted/memory/slab_cache.hpp>
#include <slotted/memory/slab_resource.hpp>
#include <slotted/record/symbol_domain.hpp>
#include <slotted/store/checked_pool.hpp>
#include <slotted/store/pool.hpp>
#include <slotted/store/table.hpp>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "catch.hpp"
#include "pools.hpp"

namespace {

using slotted::budget_exceeded;
using slotted::KiB;
using slotted::memory_budget;
using slotted::MiB;
using slotted::test::point;

struct figures {
  std::size_t limit, used, asked;
};
template <class Call>
std::optional<figures> refusal_of(Call& call) {
  try {
    call();
  } catch (const budget_exceeded& e) {
    CHECK(std::string(e.what()).find(std::to_string(e.asked())) != std::string::npos);
    return figures{e.limit(), e.used(), e.asked()};
  }
  return std::nullopt;
}

// Fills a budget to the last byte, and gives a call byte by byte what it says is missing, until it succeeds. Returns
// how often it was refused.
template <class Call>
std::size_t refusals_until_done(memory_budget& budget, Call call) {
  std::size_t filler = budget.available();
  budget.reserve(filler);
  const auto give = [&](std::size_t bytes) {
    REQUIRE(bytes <= filler);
    filler -= bytes;
    budget.release(bytes);
  };
  std::size_t refusals = 0;
  while (const std::optional<figures> refused = refusal_of(call)) {
    ++refusals;
    CAPTURE(refusals, refused->limit, refused->used, refused->asked);
    CHECK(refused->limit == budget.limit());
    CHECK(refused->used <= refused->limit);
    REQUIRE(refused->asked > refused->limit - refused->used);  // or the figures say that it would have fitted
    const std::size_t missing = refused->asked - (refused->limit - refused->used);
    give(missing - 1);
    const std::optional<figures> again = refusal_of(call);
    REQUIRE(again.has_value());
    CHECK(again->asked == refused->asked);
    CHECK(again->limit - again->used == again->asked - 1);
    give(1);
    REQUIRE(refusals < 3000);
  }
  budget.release(filler);
  return refusals;
}

TEMPLATE_TEST_CASE("pools say what was refused", "", (slotted::pool<point>), (slotted::checked_pool<point>),
                   (slotted::pool<slotted::test::block<5000>>), (slotted::checked_pool<slotted::test::block<60'000>>),
                   (slotted::checked_pool<point, std::uint16_t, slotted::page_kind::huge>)) {
  memory_budget budget{128 * MiB};
  for (const std::size_t before : {std::size_t{0}, std::size_t{70}, std::size_t{200}}) {
    CAPTURE(before);
    TestType points{budget};
    while (points.size() < before || points.size() < points.capacity()) points.emplace();
    std::size_t size = points.size();
    CHECK(refusals_until_done(budget, [&] { points.emplace(); }) >= 1);
    CHECK(points.size() == ++size);
    while (points.size() < points.capacity()) points.emplace();
    CHECK(refusals_until_done(budget, [&] { points.insert({}); }) >= 1);
    size = points.size();
    CHECK(refusals_until_done(budget, [&] { points.reserve(size + 300); }) >= 1);
    CHECK(points.capacity() >= size + 300);
  }
  CHECK(budget.used() == 0);
}

TEST_CASE("erase_if of a pool says what was refused for its scratch") {
  memory_budget budget{16 * MiB};
  slotted::pool<point> points{budget};
  for (int i = 0; i < 100'000; ++i) points.insert({0, 0, i, 0});
  const auto odd = [](const point& each) { return each.timestamp % 2 == 1; };
  CHECK(refusals_until_done(budget, [&] { points.erase_if(odd); }) == 1);
  CHECK(points.size() == 50'000);
}

TEST_CASE("tables say what was refused") {
  memory_budget budget{64 * MiB};
  const std::vector<point> more(700, point{1, 2, 3, 4});
  for (const std::size_t before : {std::size_t{0}, std::size_t{3'000}, std::size_t{100'000}}) {
    CAPTURE(before);
    slotted::table<point> rows{budget};
    while (rows.size() < before || rows.size() < rows.capacity()) rows.push_back({});
    CHECK(refusals_until_done(budget, [&] { rows.push_back({}); }) >= 1);
    while (rows.size() < rows.capacity()) rows.push_back({});
    CHECK(refusals_until_done(budget, [&] { rows.emplace_back(1.0, 2.0, 3, std::uint16_t{4}); }) >= 1);
    while (rows.size() < rows.capacity()) rows.push_back({});
    const std::size_t size = rows.size();
    CHECK(refusals_until_done(budget, [&] { rows.append(more); }) >= 1);
    CHECK(rows.size() == size + more.size());
    CHECK(refusals_until_done(budget, [&] { rows.reserve(rows.size() + 20'000); }) >= 1);
    rows.set(rows.first_row(), {0, 0, 9, 0});
    CHECK(refusals_until_done(budget, [&] { rows.sort_by<&point::timestamp>(); }) <= 1);
    CHECK(refusals_until_done(budget, [&] { rows.erase_if([](const point& each) { return each.timestamp == 3; }); }) ==
          1);
    CHECK(rows.size() <= size);
  }
  CHECK(budget.used() == 0);
}

struct row {
  std::int64_t value;
};
// A range that can be read once.
struct reader {
  struct iterator {
    using iterator_concept = std::input_iterator_tag;
    using value_type = row;
    using difference_type = std::ptrdiff_t;
    std::istream* from;
    std::int64_t next;
    row operator*() const { return {next}; }
    iterator& operator++() {
      if (!(*from >> next)) from = nullptr;
      return *this;
    }
    void operator++(int) { ++*this; }
    bool operator==(const iterator& other) const { return from == other.from; }
  };
  std::istringstream text;
  iterator begin() { return ++iterator{&text, 0}; }
  static iterator end() { return {nullptr, 0}; }
};

TEST_CASE("a table that reads a range once says what was refused") {
  memory_budget budget{16 * MiB};
  std::string text;
  for (int i = 0; i < 3000; ++i) text += std::to_string(i) + ' ';
  slotted::table<row> rows{budget};
  CHECK(refusals_until_done(budget, [&] {
          reader numbers{std::istringstream(text)};
          rows.append(numbers);
        }) >= 1);
  CHECK(rows.size() == 3000);
}

TEST_CASE("heaps, allocators and resources say what was refused") {
  memory_budget budget{64 * MiB};
  slotted::slab_heap heap{budget};
  for (const std::size_t bytes : {std::size_t{24}, std::size_t{3000}, std::size_t{30'000}, std::size_t{100'000}}) {
    CAPTURE(bytes);
    void* block = nullptr;
    CHECK(refusals_until_done(budget, [&] { block = heap.allocate(bytes); }) >= 1);
    heap.deallocate(block, bytes);
    heap.trim();
  }
  slotted::slab_allocator<point> allocator{heap};
  point* points = nullptr;
  CHECK(refusals_until_done(budget, [&] { points = allocator.allocate(2000); }) >= 1);
  allocator.deallocate(points, 2000);
  slotted::slab_resource resource{budget};
  std::pmr::polymorphic_allocator<point> polymorphic{&resource};
  CHECK(refusals_until_done(budget, [&] { points = polymorphic.allocate(10); }) >= 1);
  polymorphic.deallocate(points, 10);
  heap.trim();
  resource.trim();
  CHECK(budget.used() == 0);
}

TEST_CASE("domains of symbols say what was refused") {
  static slotted::symbol_domain texts("texts", 1'000'000);
  memory_budget budget{64 * MiB};
  texts.charge_to(budget);
  std::size_t refusals = 0;
  for (int i = 0; i < 3000; ++i) {
    const std::string text = std::string(60, 'x') + std::to_string(i);
    refusals += refusals_until_done(budget, [&] { texts.intern(text); });
  }
  CHECK(refusals > 10);
  texts.uncharge();
  CHECK(refusals_until_done(budget, [&] { texts.charge_to(budget); }) == 1);
  texts.uncharge();
  CHECK(budget.used() == 0);
}

TEST_CASE("histories say what was refused") {
  struct sample {
    std::int64_t time;
    double value;
    std::uint32_t series;
  };
  using samples = slotted::history<sample, &sample::time, &sample::series>;
  const auto at = [](std::int64_t i) {
    return sample{i, static_cast<double>(i * i % 1009) / 7, static_cast<std::uint32_t>(i % 50)};
  };
  memory_budget budget{2 * MiB};
  {
    samples past{budget};
    CHECK(refusals_until_done(budget, [&] { past.append(at(0)); }) >= 1);
    CHECK(past.size() == 1);
    CHECK(past.footprint().total() == budget.used());
  }
  {
    samples past{budget};
    std::int64_t next = 0;  // a row that was refused is offered again
    const std::size_t refusals = refusals_until_done(budget, [&] {
      for (; next < 3000; ++next) past.append(at(next));
    });
    CHECK(refusals >= 3);
    CHECK(past.size() == 3000);
    std::vector<sample> more;
    for (std::int64_t i = 3000; i < 9000; ++i) more.push_back(at(i));
    CHECK(refusals_until_done(budget, [&] {
            const auto in = static_cast<std::ptrdiff_t>(past.size() - 3000);  // those before the refused one are in
            past.append(std::vector<sample>(more.begin() + in, more.end()));
          }) >= 1);
    CHECK(past.size() == 9000);
    CHECK(past.footprint().total() == budget.used());
  }
  {
    samples past{budget};
    for (std::int64_t i = 0; i < 3000; ++i) past.append(at(i));
    past.trim();
    const std::size_t filler = budget.available();
    budget.reserve(filler);
    // Sealing gives back what is idle before it asks for memory, so the budget is not full when it is refused.
    std::size_t rest = 0;
    std::optional<figures> refused;
    for (int i = 0; i < 100 && !refused; ++i) {
      rest += budget.available();
      budget.reserve(budget.available());
      auto seal = [&] { past.seal(); };
      refused = refusal_of(seal);
    }
    if (refused) {
      CHECK(refused->limit == budget.limit());
      CHECK(refused->asked > refused->limit - refused->used);
    }
    auto take = [&] { (void)past.snapshot(); };
    rest += budget.available();
    budget.reserve(budget.available());
    if (const std::optional<figures> of_snapshot = refusal_of(take)) {
      CHECK(of_snapshot->limit == budget.limit());
      CHECK(of_snapshot->asked > of_snapshot->limit - of_snapshot->used);
    }
    CHECK(past.size() == 3000);
    budget.release(filler + rest);
  }
  CHECK(budget.used() == 0);
}

TEST_CASE("a budget says what was refused, after its reliefs gave what they had") {
  memory_budget budget{100};
  budget.reserve(90);
  std::size_t spare = 30;
  slotted::pressure_relief relief(budget, [&](std::size_t) {
    budget.release(spare);
    spare = 0;
  });
  try {
    budget.reserve(60);
    FAIL("60 bytes fitted beside 60 of 100");
  } catch (const budget_exceeded& e) {
    CHECK(e.limit() == 100);
    CHECK(e.used() == 60);
    CHECK(e.asked() == 60);
  }
  budget.release(60);
}

TEST_CASE("the figures are those of the moment of the refusal, whatever the budget is like when they are read") {
  memory_budget budget{10 * KiB};
  memory_budget other{10};
  budget.reserve(10 * KiB);
  // Whoever hears of the pressure is refused by another budget meanwhile, and the room comes too late.
  slotted::pressure_relief relief(budget, [&](std::size_t) { CHECK_FALSE(other.try_reserve(11)); });
  slotted::pool<point> points{budget};
  try {
    points.emplace();
    FAIL("a page fitted into a full budget");
  } catch (const budget_exceeded& e) {
    budget.release(10 * KiB);
    CHECK(e.limit() == 10 * KiB);
    CHECK(e.used() == 10 * KiB);
    CHECK(e.asked() >= 4 * KiB);
  }
  // Another thread's refusals are its own.
  CHECK_FALSE(budget.try_reserve(20 * KiB));
  std::thread([&] { CHECK_FALSE(budget.try_reserve(30 * KiB)); }).join();
  CHECK(slotted::detail::last_refusal.asked == 20 * KiB);
}

}  // namespace
