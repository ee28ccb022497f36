// The lowest free slot is taken first, every slot keeps its number and place, and no generation comes twice.
#include <slotted/memory/slot_store.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <random>
#include <set>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "slot_numbers.hpp"

namespace {

using slotted::commit_outcome;
using slotted::memory_budget;
using slotted::MiB;
using slotted::page_kind;
using slotted::detail::fixed_shape;
using slotted::detail::page_bytes;
using slotted::detail::sized_shape;
using slotted::detail::slot_store;
using slotted::test::nth_slot;

template <class Store>
std::vector<std::uint32_t> fill(Store& store, std::size_t slots) {
  std::vector<std::uint32_t> numbers;
  for (std::size_t each = 0; each < slots; ++each) {
    typename Store::slot slot{};
    if (store.take(slot) != commit_outcome::done) break;
    numbers.push_back(slot.index);
  }
  return numbers;
}

// A store beside a map of what it should hold; each step is checked.
template <class Shape>
class model {
 public:
  model(Shape shape, memory_budget& budget) : store(shape, &budget) {}

  // The lowest free slot of committed memory, else the lowest number that has none. Preconditions: none is retired.
  std::uint32_t expected() const {
    std::uint32_t uncommitted = 0xFFFFFFFF;
    for (std::size_t nth = 0;; ++nth) {
      const std::uint32_t index = nth_slot(store.shape(), nth);
      if (store.committed(index)) {
        if (!live.contains(index)) return index;
      } else {
        uncommitted = std::min(uncommitted, index);
        if (index > highest) return uncommitted;
      }
    }
  }
  bool take() {
    const std::uint32_t lowest = expected();
    typename slot_store<Shape>::slot slot{};
    if (store.take(slot) != commit_outcome::done) return false;
    if (slot.index != lowest || live.contains(slot.index)) return false;
    highest = std::max(highest, slot.index);
    const auto stamp = static_cast<unsigned char>(++stamps);
    std::memset(slot.at, stamp, store.shape().layout().slot_bytes);
    live.emplace(slot.index, place{slot.at, stamp});
    return check(slot.index);
  }
  bool give(std::size_t nth, bool by_address) {
    const auto at = std::next(live.begin(), static_cast<std::ptrdiff_t>(nth));
    if (!check(at->first)) return false;
    if (by_address)
      store.give_at(at->second.at);
    else
      store.give(at->first);
    const std::uint32_t index = at->first;
    live.erase(at);
    return !store.taken(index);
  }
  bool check(std::uint32_t index) const {
    const place& each = live.at(index);
    for (std::size_t byte = 0; byte < store.shape().layout().slot_bytes; ++byte)
      if (each.at[byte] != std::byte{each.stamp}) return false;
    return store.taken(index) && store.committed(index) && store.address(index) == each.at &&
           store.index_of(each.at) == index && store.size() == live.size() && store.held() == store.budget()->used();
  }
  // Everything, by both ways to walk.
  bool check_all() const {
    auto at = live.begin();
    bool same = true;
    store.for_each([&](std::byte* address, std::uint32_t index) {
      same = same && at != live.end() && at->first == index && at->second.at == address && check(index);
      if (at != live.end()) ++at;
    });
    if (!same || at != live.end()) return false;
    at = live.begin();
    for (auto here = store.first(); here != typename slot_store<Shape>::cursor{}; store.advance(here), ++at)
      if (at == live.end() || store.index_of(here) != at->first || store.address(here) != at->second.at) return false;
    return at == live.end() && store.size() == live.size() && store.capacity() >= store.size();
  }

  struct place {
    std::byte* at;
    unsigned char stamp;
  };
  slot_store<Shape> store;
  std::map<std::uint32_t, place> live;
  std::uint32_t highest = 0;
  unsigned stamps = 0;
};

template <class Shape>
void random_steps(Shape shape, int steps, std::size_t most) {
  memory_budget budget{64 * MiB};
  model<Shape> each(shape, budget);
  std::mt19937 random(1);
  bool growing = true;
  for (int step = 0; step < steps; ++step) {
    if (each.live.size() >= most) growing = false;
    if (each.live.empty()) growing = true;
    const auto dice = random() % 1000;
    if (dice == 0) {
      each.store.trim();
      REQUIRE(each.check_all());
    } else if (dice == 1 && random() % 8 == 0) {
      each.store.clear();
      each.live.clear();
      REQUIRE(each.check_all());
    } else if (dice < (growing ? 650u : 350u)) {
      REQUIRE(each.take());
    } else if (!each.live.empty()) {
      REQUIRE(each.give(random() % each.live.size(), step % 2 == 0));
    }
  }
  REQUIRE(each.check_all());
  while (!each.live.empty()) REQUIRE(each.give(each.live.size() - 1, false));
  each.store.trim();
  CHECK(budget.used() == 0);
}

TEST_CASE("any order of steps takes the lowest free slot and keeps each in its place") {
  random_steps(fixed_shape<4096, 8>{}, 12'000, 400);  // 63 slots a slab: its borders are crossed all the time
  random_steps(fixed_shape<1000, 1>{}, 8'000, 700);
  random_steps(fixed_shape<32, 8>{}, 4'000, 1000);
  random_steps(fixed_shape<4000, 8, std::uint32_t>{}, 8'000, 300);
  random_steps(sized_shape{2000, 8}, 6'000, 500);
  random_steps(sized_shape{6144, 512}, 6'000, 300);
}

TEST_CASE("slots run out at the exact number, and one that is freed is there again") {
  const auto check = [](auto shape, std::size_t most) {
    CAPTURE(most);
    memory_budget budget{16 * MiB};
    slot_store<decltype(shape)> store(shape, &budget);
    CHECK(store.reserve(most + 1) == commit_outcome::full);
    CHECK(fill(store, most + 10).size() == most);
    typename slot_store<decltype(shape)>::slot slot{};
    const std::size_t used = budget.used();
    CHECK(store.take(slot) == commit_outcome::full);
    CHECK(store.size() == most);
    CHECK(store.capacity() == most);
    CHECK(budget.used() == used);
    CHECK(store.reserve(most) == commit_outcome::done);
    const auto middle = nth_slot(store.shape(), most / 2);
    store.give(middle);
    CHECK(store.take(slot) == commit_outcome::done);
    CHECK(slot.index == middle);
    CHECK(store.take(slot) == commit_outcome::full);
    CHECK_FALSE(store.taken(nth_slot(store.shape(), most)));
    CHECK_FALSE(store.committed(nth_slot(store.shape(), most)));
    store.clear();
    CHECK(fill(store, most + 1).size() == most);
  };
  check(fixed_shape<64, 8, void, page_kind::base, 1>{}, 1);
  check(fixed_shape<64, 8, void, page_kind::base, 64>{}, 64);
  check(fixed_shape<64, 8, void, page_kind::base, 100>{}, 100);
  constexpr std::size_t slab = fixed_shape<64, 8>::slab_slots();
  check(fixed_shape<64, 8, void, page_kind::base, slab>{}, slab);
  check(fixed_shape<64, 8, void, page_kind::base, slab + 1>{}, slab + 1);
  check(fixed_shape<64, 8, void, page_kind::base, 3 * slab - 1>{}, 3 * slab - 1);
  check(fixed_shape<64, 8, std::uint32_t, page_kind::base, 100>{}, 100);
}

TEST_CASE("a slot goes back and forth at the border of a slab without the budget hearing of it") {
  memory_budget budget{16 * MiB};
  slot_store<fixed_shape<1024, 8>> store({}, &budget);
  const std::uint32_t slab = store.shape().slab_slots();
  fill(store, 3 * slab + 1);
  const std::size_t used = budget.used();
  std::size_t changes = 0;
  for (int round = 0; round < 100; ++round) {
    store.give(nth_slot(store.shape(), 3 * slab));
    changes += budget.used() != used;
    changes += fill(store, 1) != std::vector<std::uint32_t>{nth_slot(store.shape(), 3 * slab)};
    changes += budget.used() != used;
  }
  CHECK(changes == 0);
  CHECK(budget.peak() == used);
}

TEST_CASE("of empty slabs one stays as a spare, the others go back") {
  memory_budget budget{16 * MiB};
  slot_store<fixed_shape<1024, 8>> store({}, &budget);
  const std::uint32_t slab = store.shape().slab_slots();
  fill(store, 6 * slab);
  const std::size_t full = budget.used();
  const auto empty_slab = [&](std::uint32_t number) {
    for (std::uint32_t each = 0; each < slab; ++each) store.give(nth_slot(store.shape(), number * slab + each));
  };
  const std::size_t whole = slotted::detail::round_up(store.shape().layout().bytes_of(slab), page_bytes());
  empty_slab(4);
  CHECK(budget.used() == full);
  empty_slab(2);  // the lower one is kept
  CHECK(budget.used() == full - whole);
  CHECK(store.committed(nth_slot(store.shape(), 2 * slab)));
  CHECK_FALSE(store.committed(nth_slot(store.shape(), 4 * slab)));
  empty_slab(5);
  CHECK(budget.used() == full - 2 * whole);
  CHECK(store.committed(nth_slot(store.shape(), 2 * slab)));
  CHECK(fill(store, 1) == std::vector<std::uint32_t>{nth_slot(store.shape(), 2 * slab)});  // the spare is in use again
  empty_slab(3);
  CHECK(budget.used() == full - 2 * whole);
  store.trim();
  CHECK(store.held() == budget.used());
  CHECK(store.size() == 2 * slab + 1);
  CHECK(fill(store, 4 * slab - 1).size() == 4 * slab - 1);
  CHECK(store.size() == 6 * slab);
}

TEST_CASE("clear frees every slot and keeps one slab") {
  memory_budget budget{16 * MiB};
  slot_store<fixed_shape<1024, 8>> store({}, &budget);
  const std::uint32_t slab = store.shape().slab_slots();
  fill(store, 5 * slab + 3);
  store.clear();
  CHECK(store.size() == 0);
  CHECK(store.capacity() == slab);
  CHECK(store.held() == budget.used());
  CHECK(budget.used() <= store.shape().slab_bytes() + 2 * page_bytes());
  CHECK(store.first() == decltype(store)::cursor{});
  CHECK(fill(store, 3) == std::vector<std::uint32_t>{0, 1, 2});
  store.clear();
  store.trim();
  CHECK(budget.used() == 0);
  fill(store, 2);  // a small one keeps its page
  store.clear();
  CHECK(budget.used() == page_bytes());
  CHECK(fill(store, 1) == std::vector<std::uint32_t>{0});
}

TEST_CASE("visiting may free the slot it is at") {
  slot_store<fixed_shape<1024, 8>> store;
  fill(store, 1000);
  std::size_t visits = 0;
  store.for_each([&](std::byte*, std::uint32_t index) {
    ++visits;
    if (index % 3 != 0) store.give(index);
  });
  CHECK(visits == 1000);
  CHECK(store.size() == 334);
  store.for_each([&](std::byte*, std::uint32_t index) { store.give(index); });
  CHECK(store.size() == 0);
}

TEST_CASE("a store moves and swaps with slots, numbers and budget, and can be used after") {
  memory_budget one{16 * MiB};
  memory_budget two{16 * MiB};
  using shape = fixed_shape<1024, 8>;
  for (const std::size_t count : {std::size_t{1}, std::size_t{100}, std::size_t{1000}}) {
    CAPTURE(count);
    slot_store<shape> first({}, &one);
    slot_store<shape> second({}, &two);
    fill(first, count);
    fill(second, 7);
    std::byte* const at = first.address(nth_slot(first.shape(), count - 1));
    *at = std::byte{42};
    slot_store<shape> moved(std::move(first));
    CHECK(first.size() == 0);
    CHECK(first.held() == 0);
    CHECK(moved.size() == count);
    CHECK(moved.address(nth_slot(moved.shape(), count - 1)) == at);
    CHECK(fill(moved, 1) == std::vector<std::uint32_t>{nth_slot(moved.shape(), count)});
    CHECK(fill(first, 1) == std::vector<std::uint32_t>{0});  // on its own budget
    CHECK(one.used() == first.held() + moved.held());
    moved.swap(second);
    CHECK(second.size() == count + 1);
    CHECK(moved.size() == 7);
    CHECK(two.used() == moved.held());
    CHECK(fill(moved, 1) == std::vector<std::uint32_t>{7});
    CHECK(fill(second, 1) == std::vector<std::uint32_t>{nth_slot(second.shape(), count + 1)});
    moved = std::move(second);  // what it held goes back
    CHECK(two.used() == 0);
    CHECK(moved.size() == count + 2);
    CHECK(moved.budget() == &one);
    CHECK(*at == std::byte{42});
  }
  CHECK(one.used() == 0);
}

TEST_CASE("a generation counts how often its slot was taken and freed, and is odd while it is taken") {
  slot_store<fixed_shape<64, 8, std::uint32_t>> store;
  fill(store, 3);
  CHECK(store.generation(1) == 1);
  for (std::uint32_t round = 1; round <= 10; ++round) {
    store.give(1);
    CHECK(store.generation(1) == 2 * round);
    CHECK(fill(store, 1) == std::vector<std::uint32_t>{1});
    CHECK(store.generation(1) == 2 * round + 1);
  }
  CHECK(store.generation(0) == 1);
  CHECK(store.generation(2) == 1);
  CHECK(store.generation(3) == 0);
  store.clear();
  CHECK(store.generation(0) == 2);
  CHECK(store.generation(1) == 22);
}

TEST_CASE("a slot whose generations have run out is never taken again") {
  slot_store<fixed_shape<64, 8, std::uint8_t>> store;
  fill(store, 2);
  std::uint32_t lives = 1;
  for (;; ++lives) {
    store.give(0);
    const auto next = fill(store, 1);
    if (next != std::vector<std::uint32_t>{0}) {
      CHECK(next == std::vector<std::uint32_t>{2});
      break;
    }
  }
  CHECK(lives == 127);
  store.give(2);
  CHECK(fill(store, 2) == std::vector<std::uint32_t>{2, 3});
  CHECK(store.size() == 3);
  CHECK_FALSE(store.taken(0));
  store.give(1);
  store.trim();
  CHECK(fill(store, 1) == std::vector<std::uint32_t>{1});
  store.clear();
  CHECK(fill(store, 3) == std::vector<std::uint32_t>{1, 2, 3});
}

TEST_CASE("no slot has the same generation twice, whatever is erased, cleared and trimmed in between") {
  using shape = fixed_shape<4000, 8, std::uint8_t, page_kind::base, 200>;  // four slabs: they come and go
  memory_budget budget{16 * MiB};
  slot_store<shape> store({}, &budget);
  std::set<std::pair<std::uint32_t, unsigned>> seen;
  std::vector<std::uint32_t> live;
  std::mt19937 random(3);
  commit_outcome outcome = commit_outcome::done;
  std::size_t repeated = 0;
  std::size_t unlike = 0;
  while (outcome == commit_outcome::done) {
    const auto dice = random() % 400;
    if (dice == 0) {
      store.clear();
      live.clear();
    } else if (dice < 4) {
      store.trim();
    } else if (dice < 6) {  // most of them go at once, so that slabs become empty
      while (live.size() > 10) {
        store.give(live.back());
        live.pop_back();
      }
    } else if (!live.empty() && (live.size() > 180 || random() % 100 < 45)) {
      std::swap(live[random() % live.size()], live.back());
      store.give(live.back());
      live.pop_back();
    } else {
      slot_store<shape>::slot slot{};
      outcome = store.take(slot);
      if (outcome != commit_outcome::done) break;
      live.push_back(slot.index);
      repeated += !seen.emplace(slot.index, store.generation(slot.index)).second;
    }
    unlike += store.size() != live.size() || store.held() != budget.used();
  }
  CHECK(outcome == commit_outcome::full);
  CHECK(repeated == 0);
  CHECK(unlike == 0);
  CHECK(seen.size() > 2000);
  CHECK(seen.size() <= 200 * 127);
}

}  // namespace
