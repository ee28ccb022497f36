#include <slotted/store/column_store.hpp>

#include <array>
#include <cstdint>
#include <cstring>
#include <deque>
#include <random>

#include "catch.hpp"

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
