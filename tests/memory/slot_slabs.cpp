// Slabs grow by small charges, stay small when they hold little, and give back what is empty.
#include <slotted/memory/slot_slabs.hpp>
#include <slotted/memory/slot_store.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <vector>

#include "catch.hpp"
#include "mappings.hpp"
#include "slot_numbers.hpp"

namespace {

using slotted::commit_outcome;
using slotted::memory_budget;
using slotted::MiB;
using slotted::page_kind;
using slotted::detail::commit_unit;
using slotted::detail::fixed_shape;
using slotted::detail::page_bytes;
using slotted::detail::round_up;
using slotted::detail::slot_store;

// Every charge of a budget: a watermark a page tells what is used after each.
class charge_log {
 public:
  explicit charge_log(memory_budget& budget) {
    for (std::size_t mark = page_bytes(); mark <= budget.limit(); mark += page_bytes())
      marks_.push_back(std::make_unique<slotted::watermark<note>>(budget, mark, note{&after_}));
  }
  // What was used after each charge that set a new peak.
  const std::vector<std::size_t>& after() const { return after_; }

 private:
  struct note {
    std::vector<std::size_t>* after;
    void operator()(const memory_budget& budget) const {
      if (after->empty() || after->back() != budget.used()) after->push_back(budget.used());
    }
  };
  std::vector<std::size_t> after_;
  std::vector<std::unique_ptr<slotted::watermark<note>>> marks_;
};

template <class Store>
commit_outcome fill(Store& store, std::size_t slots) {
  for (std::size_t each = 0; each < slots; ++each) {
    typename Store::slot slot{};
    if (const commit_outcome outcome = store.take(slot); outcome != commit_outcome::done) return outcome;
    std::memset(slot.at, static_cast<int>(slot.index % 251), store.shape().layout().slot_bytes);
  }
  return commit_outcome::done;
}
template <class Store>
bool is_intact(const Store& store) {
  bool intact = true;
  store.for_each([&](std::byte* at, std::uint32_t index) {
    for (std::size_t byte = 0; byte < store.shape().layout().slot_bytes; ++byte)
      intact &= at[byte] == static_cast<std::byte>(index % 251);
  });
  return intact;
}

TEMPLATE_TEST_CASE("no charge is above a sixteenth of what is held, or above the pages that one slot needs", "",
                   (fixed_shape<8, 8>), (fixed_shape<26, 1>), (fixed_shape<32, 8>), (fixed_shape<200, 8>),
                   (fixed_shape<5000, 8>), (fixed_shape<40, 8, std::uint32_t>)) {
  memory_budget budget{6 * MiB};
  const charge_log log(budget);
  slot_store<TestType> store({}, &budget);
  CHECK(fill(store, SIZE_MAX) == commit_outcome::over_budget);
  std::size_t held = 0;
  std::size_t steps = 0;
  const std::size_t slot_pages = round_up(store.shape().layout().slot_bytes, page_bytes());
  for (const std::size_t after : log.after()) {
    CAPTURE(held, after);
    CHECK(after - held <= std::max(slot_pages, held / 16));
    steps += after - held > page_bytes();
    held = after;
  }
  CHECK(held == budget.peak());
  CHECK(steps > 10);  // it does grow faster than by pages
  CHECK(budget.available() < slot_pages);
  CHECK(is_intact(store));
}

TEST_CASE("an empty store holds nothing, a small one is one page in all") {
  memory_budget budget{1 * MiB};
  slot_store<fixed_shape<128, 8>> store({}, &budget);
  CHECK(store.held() == 0);
  CHECK(store.capacity() == 0);
  store.trim();
  store.clear();
  CHECK(budget.used() == 0);
  CHECK(fill(store, 10) == commit_outcome::done);
  CHECK(budget.used() == page_bytes());
  CHECK(store.held() == page_bytes());
  slot_store<fixed_shape<32, 8, std::uint32_t>> checked({}, &budget);
  CHECK(fill(checked, 10) == commit_outcome::done);
  CHECK(checked.held() == page_bytes());
}

TEMPLATE_TEST_CASE("whichever page of slots, maps or directory is refused, nothing changes, and it is had later", "",
                   (fixed_shape<60'000, 8>), (fixed_shape<60'000, 8, std::uint32_t>)) {
  memory_budget budget{64 * MiB};
  slot_store<TestType> store({}, &budget);
  std::size_t refused = 0;
  std::size_t slots = 0;
  while (slots < 700) {
    for (std::size_t pages = 0;; ++pages) {
      const std::size_t hold = budget.available() - pages * page_bytes();
      const std::size_t held = store.held();
      budget.reserve(hold);
      typename slot_store<TestType>::slot slot{};
      const commit_outcome outcome = store.take(slot);
      budget.release(hold);
      REQUIRE(store.held() == budget.used());
      if (outcome == commit_outcome::done) {
        *slot.at = static_cast<std::byte>(slot.index % 251);
        break;
      }
      ++refused;
      REQUIRE(outcome == commit_outcome::over_budget);
      REQUIRE(store.held() <= held + pages * page_bytes());  // idle may have grown
      REQUIRE(store.size() == slots);
    }
    ++slots;
  }
  CHECK(store.size() == 700);
  CHECK(refused > 700);
  bool intact = true;
  store.for_each(
      [&](const std::byte* at, std::uint32_t index) { intact &= *at == static_cast<std::byte>(index % 251); });
  CHECK(intact);
}

TEST_CASE("growing up from one page costs a page for the map beside one for slots, no more") {
  memory_budget budget{1 * MiB};
  slot_store<fixed_shape<32, 8>> store({}, &budget);
  CHECK(fill(store, 1) == commit_outcome::done);
  const std::size_t small = store.capacity();
  CHECK(small * 32 > page_bytes() - 200);  // all but header, map and directory
  CHECK(fill(store, small - 1) == commit_outcome::done);
  CHECK(budget.used() == page_bytes());
  CHECK(fill(store, 1) == commit_outcome::done);  // the rest of the first page holds slots now
  CHECK(budget.used() == 2 * page_bytes());
  CHECK(store.capacity() == page_bytes() / 32 - 1);
  CHECK(fill(store, store.capacity() - store.size()) == commit_outcome::done);
  CHECK(budget.used() == 2 * page_bytes());
  CHECK(fill(store, 1) == commit_outcome::done);
  CHECK(budget.used() == 3 * page_bytes());
  CHECK(is_intact(store));
}

TEMPLATE_TEST_CASE("a budget that ends at any page refuses cleanly, and what is there stays", "", (fixed_shape<8, 8>),
                   (fixed_shape<26, 1>), (fixed_shape<32, 8>), (fixed_shape<200, 8>), (fixed_shape<3000, 8>),
                   (fixed_shape<32, 8, std::uint16_t>)) {
  std::size_t before = 0;
  for (std::size_t pages = 0; pages <= 90; ++pages) {
    CAPTURE(pages);
    memory_budget budget{pages * page_bytes()};
    slot_store<TestType> store({}, &budget);
    CHECK(fill(store, SIZE_MAX) == commit_outcome::over_budget);
    const std::size_t size = store.size();
    CHECK(budget.available() == 0);  // it is refused only when there is not one page left
    CHECK(store.held() == budget.used());
    CHECK(size == store.capacity());
    CHECK(size >= before);
    before = size;
    CHECK(is_intact(store));
    CHECK(fill(store, 1) == commit_outcome::over_budget);
    CHECK(store.size() == size);
    if (size != 0) {  // what is freed is taken again
      store.give(slotted::test::nth_slot(store.shape(), size / 2));
      CHECK(fill(store, 1) == commit_outcome::done);
      CHECK(store.size() == size);
      CHECK(is_intact(store));
    }
    CHECK(budget.used() == store.held());
    store.clear();
    store.trim();
    CHECK(budget.used() == 0);
    CHECK(store.held() == 0);
  }
  CHECK(before >= 80 * page_bytes() / round_up(TestType::layout().slot_bytes, 4) / 2);
}

TEST_CASE("reserved room is charged once and taken without another charge") {
  memory_budget budget{8 * MiB};
  slot_store<fixed_shape<32, 8>> store({}, &budget);
  CHECK(store.reserve(100'000) == commit_outcome::done);
  CHECK(store.capacity() >= 100'000);
  CHECK(store.size() == 0);
  const std::size_t used = budget.used();
  CHECK(used == store.held());
  CHECK(store.reserve(50) == commit_outcome::done);
  CHECK(fill(store, 100'000) == commit_outcome::done);
  CHECK(budget.used() == used);
  CHECK(budget.peak() == used);
  CHECK(store.reserve(300'000) == commit_outcome::over_budget);  // what could be had stays, as idle
  CHECK(store.held() == budget.used());
  CHECK(is_intact(store));
  CHECK(store.reserve(std::size_t{1} << 32) == commit_outcome::full);
}

TEST_CASE("trim gives back empty slabs and the empty end of the others, and slots keep their numbers") {
  memory_budget budget{16 * MiB};
  slot_store<fixed_shape<32, 8>> store({}, &budget);
  const std::uint32_t slab = store.shape().slab_slots();
  CHECK(fill(store, 5 * slab) == commit_outcome::done);
  const auto nth = [&](std::size_t which) { return slotted::test::nth_slot(store.shape(), which); };
  for (std::uint32_t each = 0; each < 5 * slab; ++each)
    if (each != 100 && each / slab != 2 && each != 4 * slab + 5000) store.give(nth(each));
  CHECK(store.size() == slab + 2);
  store.trim();
  CHECK(store.held() == budget.used());
  // Slab 0 to its slot 100, slab 2 whole, slab 4 to its slot 5000, and maps and directory.
  const auto bytes = [&](std::size_t slots) { return round_up(store.shape().layout().bytes_of(slots), page_bytes()); };
  const std::size_t slabs = bytes(101) + bytes(slab) + bytes(5001);
  CHECK(budget.used() >= slabs);
  CHECK(budget.used() <= slabs + 3 * page_bytes());
  CHECK(store.taken(100));
  CHECK(store.taken(nth(4 * slab + 5000)));
  CHECK_FALSE(store.taken(99));
  CHECK_FALSE(store.committed(nth(slab)));
  CHECK(store.committed(nth(2 * slab)));
  CHECK(is_intact(store));
#if defined(SLOTTED_DETAIL_LINUX_PAGES)
  const std::byte* const first = store.address(0) - store.shape().layout().first;
  CHECK(slotted::test::resident_bytes(first, store.shape().slab_bytes()) == bytes(101));
#endif
  CHECK(fill(store, 3 * slab) == commit_outcome::done);  // and it grows again, in the gaps first
  CHECK(is_intact(store));
  CHECK(store.held() == budget.used());
  for (std::uint32_t each = 0; each < 5 * slab; ++each)
    if (store.taken(nth(each))) store.give(nth(each));
  CHECK(store.size() == 0);
  store.trim();
  CHECK(budget.used() == 0);
}

TEST_CASE("a huge store is committed and charged in its own unit") {
  const std::size_t unit = commit_unit(page_kind::huge);
  memory_budget budget{16 * MiB};
  slot_store<fixed_shape<32, 8, void, page_kind::huge>> store({}, &budget);
  CHECK(fill(store, 1) == commit_outcome::done);
  CHECK(budget.used() == unit);
  CHECK(fill(store, 200'000) == commit_outcome::done);
  CHECK(store.held() == budget.used());
  CHECK(is_intact(store));
  store.clear();
  store.trim();
  CHECK(budget.used() == 0);
}

}  // namespace
