// What pool and checked_pool have in common: which records they take, iterators, and that they are good values.
#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <random>
#include <slotted/memory/budget.hpp>
#include <slotted/store/basic_pool.hpp>
#include <slotted/store/checked_pool.hpp>
#include <slotted/store/pool.hpp>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#if !defined(__clang__) || __clang_major__ >= 16  // clang 14 does not compile the ranges of libstdc++ 12
#include <ranges>
#define SLOTTED_TEST_RANGES 1
#endif

#include "catch.hpp"
#include "pools.hpp"

namespace {

using slotted::checked_pool;
using slotted::pool;
using slotted::test::block;
using slotted::test::point;

// ---- iterators and pools are what the standard calls them

template <class Pool>
constexpr bool well_formed =
    std::forward_iterator<typename Pool::iterator> && !std::bidirectional_iterator<typename Pool::iterator> &&
    std::forward_iterator<typename Pool::const_iterator> &&
    std::sentinel_for<typename Pool::iterator, typename Pool::const_iterator> &&
    std::convertible_to<typename Pool::iterator, typename Pool::const_iterator> &&
    !std::convertible_to<typename Pool::const_iterator, typename Pool::iterator> &&
    std::is_nothrow_default_constructible_v<Pool> && std::is_nothrow_move_constructible_v<Pool> &&
    std::is_nothrow_move_assignable_v<Pool> && std::is_nothrow_swappable_v<Pool> &&
    !std::is_copy_constructible_v<Pool> && !std::is_copy_assignable_v<Pool> &&
    !std::is_convertible_v<slotted::memory_budget&, Pool> && std::is_constructible_v<Pool, slotted::memory_budget&>;

static_assert(well_formed<pool<point>>);
static_assert(well_formed<checked_pool<point>>);
static_assert(well_formed<checked_pool<std::string, std::uint8_t>>);
static_assert(well_formed<pool<std::unique_ptr<int>, slotted::page_kind::huge>>);

template <class Pool>
concept hands_out_mutable = requires(Pool& each, typename Pool::handle h) {
  { each[h] } -> std::same_as<typename Pool::value_type&>;
  { each.find(h) } -> std::same_as<typename Pool::value_type*>;
  { *each.begin() } -> std::same_as<typename Pool::value_type&>;
};
template <class Pool>
concept hands_out_const = requires(const Pool& each, typename Pool::handle h) {
  { each[h] } -> std::same_as<const typename Pool::value_type&>;
  { each.find(h) } -> std::same_as<const typename Pool::value_type*>;
  { *each.begin() } -> std::same_as<const typename Pool::value_type&>;
  { *each.cbegin() } -> std::same_as<const typename Pool::value_type&>;
};
static_assert(hands_out_mutable<pool<point>> && hands_out_const<pool<point>>);
static_assert(hands_out_mutable<checked_pool<point>> && hands_out_const<checked_pool<point>>);

// ---- what is refused, each beside what is taken

struct derived_point : point {
  double z = 0;
};
struct unrelated {};
struct from_text {
  from_text(const char* what) : text(what) {}
  std::string text;
};

template <class Pool, class U>
concept inserts = requires(Pool& each, U&& value) { each.insert(std::forward<U>(value)); };
template <class Pool, class U>
concept tries_to_insert = requires(Pool& each, U&& value) { each.try_insert(std::forward<U>(value)); };
template <class Pool, class... Args>
concept emplaces = requires(Pool& each, Args&&... args) {
  each.emplace(std::forward<Args>(args)...);
  each.try_emplace(std::forward<Args>(args)...);
};
template <class Pool, class Handle>
concept finds = requires(Pool& each, Handle h) { each.contains(h); };

static_assert(inserts<pool<point>, point> && inserts<pool<point>, const point&>);
static_assert(!inserts<pool<point>, derived_point> && !inserts<pool<point>, derived_point&>);
static_assert(!inserts<pool<point>, const derived_point&> && !inserts<checked_pool<point>, derived_point>);
static_assert(tries_to_insert<pool<point>, point> && !tries_to_insert<pool<point>, derived_point>);
static_assert(emplaces<pool<point>, point> && !emplaces<pool<point>, derived_point>);
static_assert(!inserts<pool<point>, unrelated> && !emplaces<pool<point>, unrelated>);
static_assert(inserts<pool<from_text>, const char*> && emplaces<pool<from_text>, const char*>);
static_assert(inserts<pool<std::unique_ptr<int>>, std::unique_ptr<int>>);
static_assert(!inserts<pool<std::unique_ptr<int>>, const std::unique_ptr<int>&>);
static_assert(emplaces<pool<point>, double, double, int, std::uint16_t> && !emplaces<pool<point>, const char*>);
static_assert(finds<pool<point>, pool<point>::handle> && !finds<pool<point>, pool<derived_point>::handle>);
static_assert(!finds<pool<point>, checked_pool<point>::handle> && !finds<pool<point>, int>);

// ---- records of every kind

template <std::size_t Alignment>
struct alignas(Alignment) aligned {
  explicit aligned(int what) : value(what) {}
  int value;
};
struct no_default {
  explicit no_default(int what) : value(what) {}
  no_default(const no_default&) = delete;
  no_default& operator=(const no_default&) = delete;
  int value;
};
struct empty {};
struct awkward {  // overloads what a container must not use
  explicit awkward(int what) : value(what) {}
  awkward* operator&() { return nullptr; }
  const awkward* operator&() const { return nullptr; }
  static void* operator new(std::size_t) { std::abort(); }
  static void* operator new(std::size_t, void*) { std::abort(); }
  static void operator delete(void*) { std::abort(); }
  void operator,(int) const { std::abort(); }
  int value;
};

template <class Pool>
void check_values(int records) {
  Pool each_pool;
  std::vector<typename Pool::handle> made;
  for (int i = 0; i < records; ++i) made.push_back(each_pool.emplace(i));
  int wrong = 0;
  int next = 0;
  for (auto& each : each_pool) {
    const auto address = reinterpret_cast<std::uintptr_t>(std::addressof(each));
    if (address % alignof(typename Pool::value_type) != 0 || each.value != next) ++wrong;
    const auto h = each_pool.handle_of(each);
    if (h != made[static_cast<std::size_t>(next)] || each_pool.find(h) != std::addressof(each)) ++wrong;
    ++next;
  }
  CHECK(next == records);
  CHECK(wrong == 0);
  for (int i = 0; i < records; i += 2) each_pool.erase(made[static_cast<std::size_t>(i)]);
  for (int i = 1; i < records; i += 2) wrong += each_pool[made[static_cast<std::size_t>(i)]].value != i;
  CHECK(wrong == 0);
  CHECK(each_pool.size() == static_cast<std::size_t>(records / 2));
}

TEST_CASE("records may be aligned to 64, 256 and 8192 bytes") {
  check_values<pool<aligned<64>>>(10'000);
  check_values<pool<aligned<256>>>(5'000);
  check_values<pool<aligned<8192>>>(200);
  check_values<checked_pool<aligned<64>>>(10'000);
  check_values<checked_pool<aligned<8192>>>(200);
}

TEST_CASE("records may lack a default constructor, copies and moves") {
  check_values<pool<no_default>>(10'000);
  check_values<checked_pool<no_default>>(10'000);
}

TEST_CASE("records may overload &, the comma, and operator new") {
  check_values<pool<awkward>>(10'000);
  check_values<checked_pool<awkward>>(10'000);
}

struct big_value {
  explicit big_value(int what) : value(what) {}
  int value;
  block<300 * slotted::KiB> rest;
};
struct page_value {
  explicit page_value(int what) : value(what) {}
  int value;
  block<4092> rest;
};

TEST_CASE("records may be of 4 KiB and of 300 KiB") {
  STATIC_REQUIRE(sizeof(page_value) == 4096);
  check_values<pool<page_value>>(400);
  check_values<checked_pool<page_value>>(400);
  check_values<pool<big_value>>(40);
  check_values<checked_pool<big_value>>(40);
}

TEST_CASE("records may be of one byte, and empty") {
  pool<unsigned char> bytes;
  for (int i = 0; i < 100'000; ++i) bytes.emplace(static_cast<unsigned char>(i % 251));
  int next = 0;
  int wrong = 0;
  for (const unsigned char each : bytes) wrong += each != next++ % 251;
  CHECK((next == 100'000 && wrong == 0));
  pool<empty> nothings;
  const auto h = nothings.emplace();
  const auto other = nothings.insert({});
  CHECK(&nothings[h] != &nothings[other]);
  CHECK(nothings.size() == 2);
}

TEST_CASE("move-only records go in and can be taken out") {
  pool<std::unique_ptr<std::string>> names;
  const auto h = names.insert(std::make_unique<std::string>("sensor"));
  auto other = std::make_unique<std::string>("other");
  CHECK(names.try_insert(std::move(other)));
  CHECK(other == nullptr);
  const std::unique_ptr<std::string> taken = std::move(names[h]);
  names.erase(h);
  CHECK(*taken == "sensor");
  CHECK(names.size() == 1);
}

TEST_CASE("aggregates are made from their members, in braces or not") {
  pool<point> points;
  const auto a = points.insert({1.0, 2.0, 3, 4});
  const std::optional<pool<point>::handle> b = points.try_insert({5.0, 6.0});
  const auto c = points.emplace(7.0, 8.0, 9, std::uint16_t{10});
  REQUIRE(b);
  CHECK(points[a] == point{1, 2, 3, 4});
  CHECK(points[*b] == point{5, 6, 0, 0});
  CHECK(points[c] == point{7, 8, 9, 10});
  pool<std::array<int, 3>> arrays;
  CHECK(arrays[arrays.insert({1, 2, 3})] == std::array{1, 2, 3});
}

// ---- algorithms

pool<point> thousand() {
  pool<point> points;
  for (std::int64_t i = 0; i < 1000; ++i) points.insert({static_cast<double>(i % 100), 0, i, 0});
  for (auto it = points.begin(); it != points.end();) it = it->timestamp % 3 == 0 ? points.erase(it) : std::next(it);
  return points;
}

TEST_CASE("the classic algorithms take a pool's iterators") {
  pool<point> points = thousand();
  CHECK(std::distance(points.begin(), points.end()) == 666);
  CHECK(std::count_if(points.cbegin(), points.cend(), [](const point& each) { return each.x < 50; }) == 333);
  CHECK(std::accumulate(points.begin(), points.end(), std::int64_t{0},
                        [](std::int64_t sum, const point& each) { return sum + each.timestamp; }) == 332'667);
  const auto found = std::find_if(points.begin(), points.end(), [](const point& each) { return each.timestamp > 500; });
  REQUIRE(found != points.end());
  CHECK(found->timestamp == 502);
  CHECK(std::is_sorted(points.begin(), points.end(),
                       [](const point& a, const point& b) { return a.timestamp < b.timestamp; }));
  std::for_each(points.begin(), points.end(), [](point& each) { each.y = 1; });
  CHECK(std::all_of(points.begin(), points.end(), [](const point& each) { return each.y == 1; }));
  CHECK(std::max_element(points.begin(), points.end(), [](const point& a, const point& b) {
          return a.timestamp < b.timestamp;
        })->timestamp == 998);
}

#if defined(SLOTTED_TEST_RANGES)
static_assert(std::ranges::forward_range<pool<point>> && std::ranges::forward_range<const checked_pool<point>>);
static_assert(std::ranges::common_range<pool<point>> && std::ranges::sized_range<pool<point>>);

TEST_CASE("ranges take a pool") {
  const pool<point> points = thousand();
  CHECK(std::ranges::count_if(points, [](double x) { return x < 50; }, &point::x) == 333);
  CHECK(std::ranges::max(points, {}, &point::timestamp).timestamp == 998);
  CHECK(std::ranges::size(points) == 666);
  std::int64_t sum = 0;
  for (const std::int64_t each : points | std::views::filter([](const point& p) { return p.x < 50; }) |
                                     std::views::transform(&point::timestamp) | std::views::take(3))
    sum += each;
  CHECK(sum == 1 + 2 + 4);
  pool<point> copy;
  std::ranges::for_each(points, [&](const point& each) { copy.insert(each); });
  CHECK(std::ranges::equal(copy, points));
}
#endif

TEMPLATE_TEST_CASE("iterators stay while other records come and go, and go on to the next live one", "", pool<point>,
                   checked_pool<point>, (checked_pool<block<700>, std::uint8_t>)) {
  using handle = typename TestType::handle;
  struct held {
    handle at;
    typename TestType::iterator it;
  };
  TestType records;
  std::map<std::uint64_t, handle> live;  // by slot
  const auto slot_of = [](handle h) { return static_cast<std::uint32_t>(h.value()); };
  std::mt19937 random(17);
  std::vector<held> walkers;
  std::size_t wrong = 0;
  std::size_t steps = 0;
  std::size_t ends = 0;
  const auto is_held = [&](handle h) {
    return std::any_of(walkers.begin(), walkers.end(), [&](const held& each) { return each.at == h; });
  };
  const auto insert = [&] {
    const handle made = records.emplace();
    live.emplace(slot_of(made), made);
  };
  const auto step = [&](held& each) {
    const auto next = live.upper_bound(slot_of(each.at));
    ++each.it;
    ++steps;
    wrong += (each.it == records.end()) != (next == live.end());
    if (next != live.end()) {
      wrong += std::addressof(*each.it) != std::addressof(records[next->second]);
      each.at = next->second;
    } else {
      wrong += std::addressof(*records.begin()) != std::addressof(records[live.begin()->second]);
      each = {live.begin()->second, records.begin()};
      ++ends;
    }
  };
  for (int i = 0; i < 5; ++i) insert();
  for (int i = 0; i < 4; ++i) walkers.push_back({live.begin()->second, records.begin()});
  for (int round = 0; round < 300; ++round) {
    // Phases in which nearly all slots are taken, half of them, few: runs, holes and empty slabs.
    const unsigned inserts = round % 100 < 40 ? 60 : round % 100 < 60 ? 25 : 45;
    for (int i = 0; i < 60; ++i) {
      const auto dice = random() % 100;
      if (dice < inserts) {
        insert();
      } else if (dice < 70) {
        auto gone = live.lower_bound(random() % (live.rbegin()->first + 1));
        if (is_held(gone->second)) continue;
        records.erase(gone->second);
        live.erase(gone);
      } else if (dice < 71 && round % 3 == 0) {
        records.trim();
      } else {
        step(walkers[random() % walkers.size()]);
      }
    }
    for (held& each : walkers)
      for (int i = 0; i < 100; ++i) step(each);  // undisturbed
  }
  CHECK(wrong == 0);
  CHECK(steps > 100'000);
  CHECK(ends > 20);
  CHECK(std::equal(records.begin(), records.end(), live.begin(), live.end(), [&](const auto& each, const auto& known) {
    return std::addressof(each) == std::addressof(records[known.second]);
  }));
}

TEST_CASE("an iterator goes on after a reservation has moved the map from under it") {
  pool<point> points;
  for (std::int64_t i = 0; i < 5; ++i) points.insert({0, 0, i, 0});
  auto it = points.begin();
  points.reserve(10'000);
  std::int64_t next = 0;
  for (; it != points.end(); ++it) CHECK(it->timestamp == next++);
  CHECK(next == 5);
}

// ---- pools as values

TEMPLATE_TEST_CASE("a pool that was moved from is empty, keeps its budget and goes on", "", pool<point>,
                   checked_pool<point>) {
  slotted::memory_budget budget{slotted::MiB};
  TestType source{budget};
  const auto h = source.insert({1, 2, 3, 4});
  const point* const at = &source[h];
  TestType target(std::move(source));
  CHECK(target.budget() == &budget);
  CHECK(target.contains(h));
  CHECK(&target[h] == at);
  CHECK(source.empty());
  CHECK(source.size() == 0);
  CHECK(source.begin() == source.end());
  CHECK(source.budget() == &budget);
  CHECK(source.footprint().total() == 0);
  CHECK_FALSE(source.contains(h));
  CHECK(source.find(h) == nullptr);
  source.for_each([](point&) { FAIL("a record is left"); });
  source.clear();
  source.trim();
  const auto again = source.insert({5, 6, 7, 8});
  CHECK(source[again].x == 5);
  CHECK(target[h].x == 1);
  CHECK(budget.used() == source.footprint().total() + target.footprint().total());
}

TEMPLATE_TEST_CASE("pools move and swap with their budgets", "", pool<point>, checked_pool<point>) {
  slotted::memory_budget a_budget{slotted::MiB};
  slotted::memory_budget b_budget{slotted::MiB};
  {
    TestType a{a_budget};
    TestType b{b_budget};
    TestType unlimited;
    for (int i = 0; i < 10'000; ++i) a.emplace();
    b.emplace();
    const std::size_t a_used = a_budget.used();
    const std::size_t b_used = b_budget.used();
    swap(a, b);
    CHECK((a.budget() == &b_budget && b.budget() == &a_budget));
    CHECK((a.size() == 1 && b.size() == 10'000));
    CHECK((a_budget.used() == a_used && b_budget.used() == b_used));
    a = std::move(b);  // what a had goes back to its own budget
    CHECK(a.budget() == &a_budget);
    CHECK(a.size() == 10'000);
    CHECK(b_budget.used() == 0);
    CHECK(a_budget.used() == a_used);
    unlimited = std::move(a);
    CHECK(unlimited.budget() == &a_budget);
    CHECK(unlimited.size() == 10'000);
    unlimited = TestType{};
    CHECK(unlimited.budget() == nullptr);
    CHECK(a_budget.used() == 0);
    a = std::move(unlimited);
    TestType& alias = a;
    a.emplace();
    a = std::move(alias);
    a.swap(alias);
    CHECK(a.size() == 1);
  }
  CHECK((a_budget.used() == 0 && b_budget.used() == 0));
}

TEST_CASE("clear leaves at most a slab, and what follows needs no more") {
  slotted::memory_budget budget{64 * slotted::MiB};
  pool<point> points{budget};
  for (int i = 0; i < 100'000; ++i) points.emplace();
  const std::size_t map = 100'000 / 8 + 16 * slotted::KiB;
  points.clear();
  CHECK(points.empty());
  CHECK(budget.used() <= 256 * slotted::KiB + map);
  const std::size_t used = budget.used();
  for (int i = 0; i < 8000; ++i) points.emplace();
  CHECK(budget.used() == used);
}

TEST_CASE("a footprint says what is payload, what is idle and what is overhead") {
  pool<point> points;
  for (int i = 0; i < 10'000; ++i) points.emplace();
  const slotted::footprint full = points.footprint();
  CHECK(full.payload == 320'000);
  CHECK(full.idle == (points.capacity() - 10'000) * 32);
  CHECK(full.overhead < 16 * slotted::KiB);
  for (auto it = points.begin(); it != points.end();) it = it->timestamp == 0 ? points.erase(it) : std::next(it);
  CHECK(points.footprint().payload == 0);
  CHECK(points.footprint().idle == points.capacity() * 32);
}

TEST_CASE("for_each may erase the record that it is given") {
  pool<point> points;
  for (std::int64_t i = 0; i < 50'000; ++i) points.insert({0, 0, i, 0});
  std::int64_t next = 0;
  bool in_order = true;
  points.for_each([&](point& each) {
    in_order = in_order && each.timestamp == next;
    ++next;
    if (each.timestamp % 10 != 0) points.erase(points.handle_of(each));
  });
  CHECK((in_order && next == 50'000));
  CHECK(points.size() == 5'000);
  std::int64_t sum = 0;
  std::as_const(points).for_each([&](const point& each) { sum += each.timestamp; });
  CHECK(sum == 5'000 * std::int64_t{49'990} / 2);
}

}  // namespace
