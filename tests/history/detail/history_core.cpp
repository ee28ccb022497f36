// Rows in and out under pressure: a history against a model of it, whatever happens in between.
#include <slotted/history/history.hpp>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <deque>
#include <map>
#include <random>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "numbered_points.hpp"

namespace {

using slotted::memory_budget;
using slotted::on_full;
using namespace slotted::test;
using point = numbered_point;

// All rows that are there, by their number.
struct model {
  std::map<std::uint32_t, point> rows;
  std::size_t evicted = 0;

  void operator()(const by_series::evicted_block& block) {
    std::vector<std::uint32_t> numbers(block.size());
    std::vector<std::uint16_t> keys(block.size());
    block.decode<&point::number>(numbers.data());
    block.decode<&point::series>(keys.data());
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      const auto found = rows.find(numbers[i]);
      REQUIRE(found != rows.end());  // evicted once, and never what was not there
      REQUIRE(found->second.series == keys[i]);
      REQUIRE(found->second.series == block.series());
      REQUIRE(found->second.time >= block.first_time());
      REQUIRE(found->second.time <= block.last_time());
      rows.erase(found);
    }
    evicted += numbers.size();
  }
  [[nodiscard]] contents sorted() const {
    contents all;
    for (const auto& [number, row] : rows) all[row.series].push_back(row);
    for (auto& [key, each] : all)
      std::sort(each.begin(), each.end(), [](const point& a, const point& b) {
        return std::pair(a.time, a.number) < std::pair(b.time, b.number);
      });
    return all;
  }
};

// What the values of points are to the codec.
enum class values { few, noise, recurring };

class rows_source {
 public:
  rows_source(std::uint32_t seed, std::size_t series, values kind) : random_(seed), series_(series), kind_(kind) {}
  point next() {
    point made{};
    made.number = number_++;
    made.time = static_cast<std::int64_t>(made.number) - (random_() % 5 == 0 ? static_cast<int>(random_() % 3000) : 0);
    if (kind_ == values::few)
      made.value = 0.1 * static_cast<double>(random_() % 50);
    else if (kind_ == values::noise)
      made.value = std::bit_cast<double>((random_() >> 2) | 0x3000'0000'0000'0000);
    else  // of 300 at a time, which a dictionary is had for
      made.value = std::bit_cast<double>(((random_() % 300 + made.number / 9000 * 100) * 0x9E37'79B9'7F4A'7C15 >> 2) |
                                         0x3000'0000'0000'0000);
    // Some series have most of the rows.
    const std::uint64_t pick = random_();
    made.series = static_cast<std::uint16_t>(pick % 4 != 0 ? pick / 4 % (1 + series_ / 8) : pick / 4 % series_);
    return made;
  }
  std::uint64_t dice(std::uint64_t sides) { return random_() % sides; }

 private:
  std::mt19937_64 random_;
  std::size_t series_;
  values kind_;
  std::uint32_t number_ = 0;
};

struct shape {
  std::size_t limit;
  std::size_t series;
  values kind;
  on_full policy;
};

// A snapshot has all its rows, or has expired.
void compare(const by_series::snapshot_type& moment, const contents& expected) {
  contents found;
  try {
    found = contents_of(moment);
  } catch (const slotted::snapshot_expired&) {
    REQUIRE_FALSE(moment.valid());
    return;
  }
  REQUIRE(found == expected);
}

void run(const shape& of, std::uint32_t seed, int steps) {
  CAPTURE(of.limit, of.series, static_cast<int>(of.kind), seed);
  memory_budget budget(of.limit);
  {
    by_series past{budget, of.policy};
    model expected;
    past.on_evict(expected);
    rows_source source(seed, of.series, of.kind);
    std::deque<std::pair<by_series::snapshot_type, contents>> held;
    std::size_t refused = 0;
    int compared = 0;
    for (int step = 0; step < steps; ++step) {
      const point row = source.next();
      if (past.try_append(row)) {
        expected.rows.emplace(row.number, row);
      } else {
        ++refused;
      }
      if (source.dice(700) == 0 && !past.try_seal()) REQUIRE(past.size() == expected.rows.size());
      if (source.dice(5000) == 0) past.trim();
      if (source.dice(20'000) == 0) {
        past.clear();
        expected.rows.clear();
      }
      if (of.policy == on_full::refuse && refused > 300) {
        held.clear();
        past.clear();
        past.trim();
        expected.rows.clear();
        refused = 0;
      }
      REQUIRE(budget.used() <= budget.limit());
      REQUIRE(past.footprint().total() == budget.used());
      REQUIRE(past.size() == expected.rows.size());
      if (source.dice(1500) == 0) {
        ++compared;
        REQUIRE(contents_of(past) == expected.sorted());
        REQUIRE(past.footprint().total() == budget.used());
      }
      if (source.dice(2000) == 0) {
        try {
          held.emplace_back(past.snapshot(), expected.sorted());
          compare(held.back().first, held.back().second);
        } catch (const slotted::budget_exceeded&) {
        }
      }
      if (held.size() > source.dice(4) + 1) {
        compare(held.front().first, held.front().second);  // whatever has happened since
        held.pop_front();
      }
    }
    for (const auto& [moment, content] : held) compare(moment, content);
    REQUIRE(past.evicted() == expected.evicted);
    REQUIRE(compared > steps / 4000);
    held.clear();
    REQUIRE(contents_of(past) == expected.sorted());
    past.clear();
    past.trim();
    REQUIRE(budget.used() <= 5 * slotted::detail::page_bytes());
  }
  REQUIRE(budget.used() == 0);
}

}  // namespace

TEST_CASE("a history without pressure is its model") {
  run({std::size_t{64} << 20, 40, values::few, on_full::refuse}, 1, 20'000);
  run({std::size_t{64} << 20, 1, values::noise, on_full::refuse}, 2, 8'000);
  run({std::size_t{64} << 20, 2, values::recurring, on_full::refuse}, 8, 20'000);
}

TEST_CASE("a history that refuses is its model") {
  run({std::size_t{300} << 10, 30, values::noise, on_full::refuse}, 3, 15'000);
  run({std::size_t{48} << 10, 5, values::noise, on_full::refuse}, 4, 6'000);
  run({std::size_t{100} << 10, 2, values::recurring, on_full::refuse}, 9, 20'000);
}

TEST_CASE("a history that evicts is its model") {
  run({std::size_t{600} << 10, 30, values::noise, on_full::evict_oldest}, 5, 20'000);
  run({std::size_t{200} << 10, 200, values::few, on_full::evict_oldest}, 36, 15'000);
  run({std::size_t{300} << 10, 3, values::recurring, on_full::evict_oldest}, 7, 40'000);
}

TEST_CASE("any refusal of memory leaves the history as it was") {
  // A second charge takes all but so many pages of the budget, wherever the history is.
  for (std::size_t pages = 0; pages < 24; ++pages) {
    CAPTURE(pages);
    memory_budget budget(4 << 20);
    by_series past{budget};
    model expected;
    rows_source source(static_cast<std::uint32_t>(pages), 12, values::noise);
    for (std::size_t before = 0; before < 6; ++before) {
      for (std::size_t i = 0; i < 1 + before * 400; ++i) {
        const point row = source.next();
        past.append(row);
        expected.rows.emplace(row.number, row);
      }
      const std::size_t taken = budget.available() - std::min(budget.available(), pages * 4096);
      REQUIRE(budget.try_reserve(taken));
      int refused = 0;
      for (int i = 0; i < 400 && refused < 3; ++i) {
        const point row = source.next();
        if (past.try_append(row))
          expected.rows.emplace(row.number, row);
        else
          ++refused;
        REQUIRE(past.footprint().total() + taken == budget.used());
        REQUIRE(past.size() == expected.rows.size());
      }
      (void)past.try_seal();
      REQUIRE(past.footprint().total() + taken == budget.used());
      budget.release(taken);
      REQUIRE(contents_of(past) == expected.sorted());
    }
  }
}
