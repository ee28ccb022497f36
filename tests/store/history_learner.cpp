// A history learns which values recur in a series, and nothing but its bytes tells.
#include <slotted/store/history.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <map>
#include <random>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "numbered_points.hpp"

using slotted::memory_budget;
using slotted::on_full;
using namespace slotted::test;
using point = numbered_point;

namespace {

// Points whose value is one of some hundred doubles that are no decimals, in an order without a pattern.
class levels {
 public:
  explicit levels(std::size_t count, std::uint32_t seed = 1) : random_(seed) {
    for (std::size_t i = 0; i < count; ++i) values_.push_back(std::uniform_real_distribution<>(1, 2)(random_));
  }
  point next(std::uint16_t series = 1) {
    const auto number = number_++;
    return {std::int64_t{number}, values_[random_() % values_.size()], number, series};
  }

 private:
  std::mt19937_64 random_;
  std::vector<double> values_;
  std::uint32_t number_ = 0;
};

std::size_t dictionaries_named(const by_series& past) {
  std::map<const slotted::detail::column_dictionary*, int> named;
  for (const auto& each : past.pins())
    each.for_each_block([&](const auto& block) {
      if (const auto* const one = block.template kept<1>().dictionary) ++named[one];
      return true;
    });
  return named.size();
}

}  // namespace

TEST_CASE("values that recur over a series take a code each, all in, and come back") {
  memory_budget budget(std::size_t{64} << 20);
  by_series past{budget};
  levels source(600);
  std::vector<point> rows;
  for (int i = 0; i < 64 * 1024; ++i) {
    rows.push_back(source.next());
    past.append(rows.back());
  }
  past.seal();
  CHECK(dictionaries_named(past) >= 1);
  CHECK(past.footprint().total() == budget.used());
  // Ten bits a value, next to nothing for time and number, an entry of the directory a block, and 600 of the
  // dictionary.
  CHECK(budget.used() < rows.size() * 9 / 4);
  CHECK(rows_of(*past.pins().find(1)) == rows);
  past.clear();
  past.trim();
  CHECK(budget.used() <= 2 * slotted::detail::page_bytes());
}

TEST_CASE("a few blocks are written anew with what was learned of them, under the eyes of a snapshot") {
  memory_budget budget(std::size_t{64} << 20);
  by_series past{budget};
  levels source(300);
  std::vector<point> rows;
  const auto push = [&](int count) {
    for (int i = 0; i < count; ++i) {
      rows.push_back(source.next());
      past.append(rows.back());
    }
  };
  push(2 * 1024 - 1);
  const auto before = past.pins();
  const std::vector<point> seen = rows;
  push(2);  // the second block is sealed
  REQUIRE(dictionaries_named(past) == 1);
  std::size_t with = 0;
  past.pins().find(1)->for_each_block([&](const auto& block) {
    with += block.template kept<1>().dictionary != nullptr ? 1u : 0u;
    return true;
  });
  CHECK(with == 2);
  CHECK(rows_of(*before.find(1)) == seen);
  CHECK(rows_of(*past.pins().find(1)) == rows);
  CHECK(past.footprint().total() == budget.used());
}

TEST_CASE("a dictionary goes with the last block that names it, and not before a snapshot of that") {
  memory_budget budget(std::size_t{64} << 20);
  by_series past{budget};
  past.set_max_age(20'000);
  levels source(600);
  while (dictionaries_named(past) == 0) past.append(source.next());
  auto pins = past.pins();
  const contents seen = contents_of(pins);
  // Other values, for which the old dictionary does not serve, and much later.
  std::mt19937_64 random(11);
  std::uint32_t number = 1'000'000;
  for (int i = 0; i < 8 * 1024; ++i, ++number)
    past.append({std::int64_t{number}, std::bit_cast<double>(std::uint64_t{random()} >> 2), number, 1});
  CHECK(dictionaries_named(past) == 0);
  CHECK(past.evicted() != 0);
  CHECK(contents_of(pins) == seen);
  const std::size_t held = past.footprint(1).overhead;
  pins = {};
  past.trim();
  CHECK(past.footprint(1).overhead <= held);
  CHECK(past.footprint().total() == budget.used());
  past.clear();
  past.trim();
  CHECK(budget.used() <= 2 * slotted::detail::page_bytes());
}

TEST_CASE("a block that goes is shown with its dictionary") {
  memory_budget budget(std::size_t{512} << 10);
  by_series past{budget, on_full::evict_oldest};
  std::map<std::uint32_t, std::vector<std::uint64_t>> spilled;  // dictionaries by version
  std::size_t with = 0;
  std::size_t rows = 0;
  auto spill = [&](const by_series::evicted_block& block) {
    std::vector<double> values(block.size());
    block.decode<&point::value>(values.data());
    const slotted::codec::dictionary_view named = block.dictionary<&point::value>();
    const std::vector<std::uint64_t> patterns(named.patterns.begin(), named.patterns.end());
    CHECK(slotted::codec::inspect(block.encoded<&point::value>()).dictionary_version == named.version);
    if (named.version != 0) {
      ++with;
      CHECK(spilled.try_emplace(named.version, patterns).first->second == patterns);
    }
    std::vector<double> again(block.size());
    slotted::codec::decode(block.encoded<&point::value>(), std::span<double>(again), {named.version, patterns});
    CHECK(again == values);
    rows += block.size();
  };
  past.on_evict(spill);
  levels source(400);
  for (int i = 0; i < 700'000; ++i) past.append(source.next(static_cast<std::uint16_t>(i / 50'000)));
  CHECK(with > 100);
  CHECK(rows == past.evicted());
}

TEST_CASE("what recurs is learned anew when it changes") {
  memory_budget budget(std::size_t{16} << 20);
  by_series past{budget};
  levels first(500, 1);
  levels second(500, 2);
  std::vector<point> rows;
  const auto push = [&](levels& from, int blocks) {
    for (int i = 0; i < blocks * 1024; ++i) {
      point made = from.next();
      made.number = static_cast<std::uint32_t>(rows.size());
      made.time = std::int64_t{made.number};
      rows.push_back(made);
      past.append(made);
    }
  };
  push(first, 16);
  push(second, 16);
  const std::size_t before = budget.used();
  push(second, 32);
  CHECK(budget.used() - before < 32 * 1024 * 5 / 2);
  CHECK(dictionaries_named(past) >= 2);
  CHECK(rows_of(*past.pins().find(1)) == rows);
}

TEST_CASE("dictionaries of values that no block has any more do not stay") {
  memory_budget budget(std::size_t{400} << 10);
  by_series past{budget, on_full::evict_oldest};
  std::uint32_t number = 0;
  for (std::uint32_t set = 0; set < 40; ++set) {
    levels source(500, set);
    for (int i = 0; i < 64 * 1024; ++i) {
      point made = source.next();
      made.number = number;
      made.time = std::int64_t{number++};
      past.append(made);
    }
  }
  CHECK(dictionaries_named(past) >= 1);
  CHECK(dictionaries_named(past) <= 8);
  // Each would be four kilobytes and more; the directory has an entry of about a hundred bytes a block.
  CHECK(past.footprint(1).overhead < (std::size_t{80} << 10));
  CHECK(past.footprint().total() == budget.used());
}

TEST_CASE("under a budget without room to spare a history does without what it could learn") {
  // Whatever is refused, every row that was taken is there, and the limit holds.
  for (std::size_t limit = std::size_t{40} << 10; limit <= std::size_t{160} << 10; limit += std::size_t{8} << 10) {
    memory_budget budget(limit);
    const std::size_t to_read = std::size_t{16} << 10;
    REQUIRE(budget.try_reserve(to_read));
    by_series past{budget};
    levels source(200);
    std::vector<point> rows;
    for (point each = source.next(); past.try_append(each); each = source.next()) rows.push_back(each);
    CHECK(budget.peak() <= limit);
    budget.release(to_read);
    CHECK(past.footprint().total() == budget.used());
    CHECK(rows_of(*past.pins().find(1)) == rows);
  }
}

TEST_CASE("sealing all leaves few dead bytes behind merged and rewritten blocks, in the order of time") {
  memory_budget budget(std::size_t{64} << 20);
  by_series past{budget};
  std::mt19937_64 random(12);
  std::map<std::uint16_t, std::vector<point>> rows;
  for (std::uint32_t i = 0; i < 200'000; ++i) {
    const point made{std::int64_t{i}, std::bit_cast<double>(std::uint64_t{random()} >> 2), i,
                     static_cast<std::uint16_t>(random() % 40)};
    rows[made.series].push_back(made);
    past.append(made);
    if (i % 9000 == 0) past.seal();  // many a short block, to be merged with the next
  }
  past.seal();
  CHECK(past.footprint().total() == budget.used());
  const slotted::footprint bytes = past.footprint();
  CHECK(bytes.overhead + bytes.idle < bytes.payload / 8);
  CHECK(contents_of(past.pins()) == rows);
}
