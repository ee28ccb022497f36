#include <slotted/store/column_store.hpp>

#include <array>
#include <cstdint>
#include <cstring>
#include <deque>
#include <random>

#include "catch.hpp"
#include "refusals.hpp"

namespace {

// Three columns: 8 bytes, 3 bytes, one bit; 1024 rows a slab.
constexpr std::array<std::uint32_t, 4> widths{8, 3, 0, 0};
constexpr std::array<std::size_t, 4> offsets{0, 8192, 8192 + 3072, 8192 + 3072 + 128};
constexpr slotted::detail::column_layout layout{widths.data(), offsets.data(), 3, 10};

struct row {
  std::uint64_t number;
  bool bit;
};

struct columns {
  explicit columns(slotted::memory_budget& budget) : store(layout, &budget) {}

  bool push(row each) {
    if (store.end() == store.limit() && store.grow() != slotted::commit_outcome::done) return false;
    const std::uint64_t at = store.end();
    std::memcpy(store.value<3, 10>(0, at, 8), &each.number, 8);
    std::memcpy(store.value<3, 10>(1, at, 3), &each.number, 3);
    std::uint64_t& word = *store.word<3, 10>(2, at);
    word = (word & ~(std::uint64_t{1} << (at % 64))) | std::uint64_t{each.bit} << (at % 64);
    store.push(1);
    return true;
  }
  bool same(std::uint64_t at, row each) const {
    std::uint64_t number = 0;
    std::memcpy(&number, store.value<3, 10>(0, at, 8), 8);
    return number == each.number && std::memcmp(store.value<3, 10>(1, at, 3), &each.number, 3) == 0 &&
           (*store.word<3, 10>(2, at) >> (at % 64) & 1) == std::uint64_t{each.bit};
  }

  slotted::detail::column_store store;
};

}  // namespace

TEST_CASE("rows keep their values through a long random life, and every byte is charged") {
  for (const unsigned seed : {1U, 2U, 3U, 4U}) {
    slotted::memory_budget budget{seed % 2 == 0 ? 40 * slotted::KiB : 64 * slotted::MiB};
    {
      columns rows{budget};
      std::deque<row> model;
      std::uint64_t first = 0;
      std::uint64_t next = 0;
      std::mt19937 random{seed};
      for (int step = 0; step < 60'000; ++step) {
        const auto what = random() % 1000;
        if (what < 700) {
          const row each{next * 0x9E3779B97F4A7C15U, next % 3 == 0};
          if (rows.push(each)) {
            model.push_back(each);
            ++next;
          }
        } else if (what < 710) {
          const std::size_t n = random() % (model.size() + 1);
          rows.store.pop_front(n);
          model.erase(model.begin(), model.begin() + static_cast<std::ptrdiff_t>(n));
          first += n;
        } else if (what < 730) {
          const std::size_t n = random() % (model.size() / 4 + 1);
          rows.store.pop_back(n);
          model.erase(model.end() - static_cast<std::ptrdiff_t>(n), model.end());
        } else if (what == 730) {
          rows.store.trim();
        } else if (what == 731 && random() % 10 == 0) {
          rows.store.release_all();
          first = rows.store.end();
          model.clear();
        } else if (what == 732) {
          (void)rows.store.reserve(model.size() + random() % 5000);
        }
        REQUIRE(rows.store.size() == model.size());
        REQUIRE(rows.store.first() == first);
        REQUIRE(rows.store.held() == budget.used());
        REQUIRE(rows.store.limit() >= rows.store.end());
        if (!model.empty()) {
          const std::size_t at = random() % model.size();
          REQUIRE(rows.same(first + at, model[at]));
          REQUIRE(rows.same(first + model.size() - 1, model.back()));
        }
        if (step % 5000 == 0)
          for (std::size_t at = 0; at < model.size(); ++at) REQUIRE(rows.same(first + at, model[at]));
      }
    }
    CHECK(budget.used() == 0);
  }
}

TEST_CASE("rows of a large store never move") {
  slotted::memory_budget budget{64 * slotted::MiB};
  columns rows{budget};
  while (rows.store.held() <= 2 * slotted::detail::column_store::relaid_below) rows.push({1, true});
  const std::byte* const first = rows.store.value<3, 10>(0, 0, 8);
  for (int i = 0; i < 100'000; ++i) rows.push({2, false});
  CHECK(rows.store.value<3, 10>(0, 0, 8) == first);
}

namespace {

// One column of numbers, 64 rows a slab: slabs are many, and so are the entries of the directory.
constexpr std::array<std::uint32_t, 1> number_width{8};
constexpr std::array<std::size_t, 2> number_offsets{0, 512};
constexpr slotted::detail::column_layout number_layout{number_width.data(), number_offsets.data(), 1, 6};

struct numbers {
  explicit numbers(slotted::memory_budget& budget) : store(number_layout, &budget) {}
  bool push() {
    if (store.end() == store.limit() && store.grow() != slotted::commit_outcome::done) return false;
    const std::uint64_t number = store.end();
    std::memcpy(store.value<1, 6>(0, number, 8), &number, 8);
    store.push(1);
    return true;
  }
  // How many rows have another value than their number.
  std::size_t wrong() const {
    std::size_t wrong = 0;
    for (std::uint64_t row = store.first(); row != store.end(); ++row) {
      std::uint64_t number = 0;
      std::memcpy(&number, store.value<1, 6>(0, row, 8), 8);
      wrong += number != row;
    }
    return wrong;
  }
  slotted::detail::column_store store;
};

}  // namespace

TEST_CASE("the directory of a store stays small however many slabs go through it") {
  slotted::memory_budget budget{64 * slotted::MiB};
  numbers rows{budget};
  while (rows.store.size() < 64 * 64) REQUIRE(rows.push());
  const std::size_t held = rows.store.held();
  for (int i = 0; i < 200'000; ++i) {
    REQUIRE(rows.push());
    rows.store.pop_front(1);
  }
  CHECK(rows.wrong() == 0);
  CHECK(rows.store.held() <= held + 4 * slotted::detail::page_bytes());
  CHECK(rows.store.held() == budget.used());
}

TEST_CASE("a directory outgrows its run, or is refused to and nothing has changed") {
  slotted::memory_budget budget{64 * slotted::MiB};
  {
    numbers rows{budget};
    while (rows.store.end() < 1000) REQUIRE(rows.push());
    rows.store.pop_front(700);  // and it does not begin where its run does
    std::size_t refused = 0;
    const std::size_t page = slotted::detail::page_bytes();
    // Where addresses have 32 bits, an entry of the directory takes little more than half as much.
    while (rows.store.end() < (sizeof(void*) < 8 ? 600'000u : 300'000u)) {
      if (rows.store.end() == rows.store.limit() && rows.store.end() % 64 == 0) {
        // Ever less is left to have, until it does not do. What a slab takes is far less than another directory.
        const std::size_t hold = budget.available() - 8 * page;
        const std::size_t held = rows.store.held();
        budget.reserve(hold);
        const bool pushed = rows.push();
        budget.release(hold);
        if (!pushed) {
          ++refused;
          REQUIRE(rows.store.held() == held);
          REQUIRE(rows.wrong() == 0);
        }
      }
      REQUIRE(rows.push());
      REQUIRE(rows.store.held() == budget.used());
    }
    CHECK(refused >= 2);  // at 64 KiB and at 128 KiB
    CHECK(rows.wrong() == 0);
  }
  CHECK(budget.used() == 0);
}

#if defined(SLOTTED_DETAIL_LINUX_PAGES)
TEST_CASE("pages that the system refuses midway are given back with those that came, and their charge") {
  static constexpr std::array<std::uint32_t, 2> two_widths{8, 8};
  static constexpr std::array<std::size_t, 3> two_offsets{0, 131072, 262144};
  constexpr slotted::detail::column_layout two_columns{two_widths.data(), two_offsets.data(), 2, 14};
  slotted::memory_budget budget{64 * slotted::MiB};
  slotted::detail::column_store store(two_columns, &budget);
  const auto fill = [&] {  // up to where the next row needs pages
    for (; store.end() != store.limit(); store.push(1)) {
      const std::uint64_t number = store.end();
      std::memcpy(store.value<2, 14>(0, number, 8), &number, 8);
      std::memcpy(store.value<2, 14>(1, number, 8), &number, 8);
    }
  };
  while (store.held() < 2 * slotted::detail::column_store::relaid_below) {
    REQUIRE(store.grow() == slotted::commit_outcome::done);
    fill();
  }
  std::size_t refused = 0;
  for (std::size_t granted = 0; granted < 4; ++granted) {
    const std::size_t held = store.held();
    const slotted::test::refused_pages system(granted);
    const slotted::commit_outcome outcome = store.grow();
    if (outcome != slotted::commit_outcome::done) {
      ++refused;
      CHECK(outcome == slotted::commit_outcome::out_of_memory);
      CHECK(store.held() == held);
      CHECK(store.limit() == store.end());
    }
    CHECK(store.held() == budget.used());
    fill();
  }
  CHECK(refused >= 2);  // the first column's pages, and the second's when those of the first were there
  REQUIRE(store.grow() == slotted::commit_outcome::done);
  fill();
  std::size_t wrong = 0;
  for (std::uint64_t row = 0; row != store.end(); ++row)
    for (const std::size_t column : {0U, 1U}) wrong += std::memcmp(store.value<2, 14>(column, row, 8), &row, 8) != 0;
  CHECK(wrong == 0);
}
#endif

TEST_CASE("a row that comes and goes at the border of a slab costs nothing") {
  slotted::memory_budget budget{64 * slotted::MiB};
  columns rows{budget};
  for (int i = 0; i < 20 * 1024 + 1; ++i) rows.push({1, true});
  const std::size_t peak = budget.peak();
  const std::size_t used = budget.used();
  for (int i = 0; i < 100; ++i) {
    rows.store.pop_back(1);
    REQUIRE(budget.used() == used);
    rows.push({2, false});
  }
  CHECK(budget.peak() == peak);
}
