#include <slotted/history/detail/snapshot_record.hpp>

#include <cstddef>
#include <cstdint>
#include <new>
#include <random>
#include <thread>
#include <vector>

#include "catch.hpp"

namespace {

namespace detail = slotted::detail;

struct point {
  std::int64_t time;
  double value;
  std::uint64_t series;
};
using layout = detail::history_layout<point, 0, 2>;
using record = detail::snapshot_record<layout, std::uint64_t>;

// A snapshot of series of these keys, which have nothing.
record* record_of(const std::vector<std::uint64_t>& keys, detail::reader_reserve* reserve) {
  auto* const made = new record;
  made->entries = static_cast<record::entry*>(::operator new(keys.size() * sizeof(record::entry) + 1));
  for (const std::uint64_t key : keys) {
    auto& entry = *::new (static_cast<void*>(made->entries + made->count++)) record::entry{};
    entry.key[0] = static_cast<std::uint32_t>(key);
    entry.key[1] = static_cast<std::uint32_t>(key >> 32);
    entry.newest_low = static_cast<std::uint32_t>(made->count);
  }
  made->reserve = reserve;
  reserve->hold();
  return made;
}
void end(record* which) {
  which->free_entries();
  which->drop();
  which->drop();
}

}  // namespace

TEST_CASE("each series of a snapshot is found by its key, whether there are few or many, with or without memory") {
  for (const std::size_t count : {0U, 1U, 31U, 32U, 5'000U}) {
    for (const std::size_t limit : {std::size_t{0}, std::size_t{1} << 20}) {
      CAPTURE(count, limit);
      slotted::memory_budget budget(limit);
      detail::reader_reserve* const reserve = detail::reader_reserve::make(&budget);
      std::mt19937_64 random(count);
      std::vector<std::uint64_t> keys(count);
      for (std::uint64_t& each : keys) each = random();
      record* const of = record_of(keys, reserve);
      REQUIRE(of->enter());
      for (std::size_t i = 0; i < count; i += 1 + count / 200) REQUIRE(of->find(keys[i]) == i);
      for (int i = 0; i < 50; ++i) {
        const std::uint64_t unknown = random();
        REQUIRE(of->find(unknown) == SIZE_MAX);
      }
      CHECK(budget.used() == (count >= record::few_series && limit != 0 ? 4 * count : 0));
      of->leave();
      end(of);
      CHECK(budget.used() == 0);
      reserve->close();
      reserve->drop();
    }
  }
}

TEST_CASE("a view of a snapshot's series has what its entry says") {
  detail::reader_reserve* const reserve = detail::reader_reserve::make(nullptr);
  record* const of = record_of({7, UINT64_MAX}, reserve);
  const auto view = of->view(1);
  CHECK(view.key() == UINT64_MAX);
  CHECK(view.newest_time() == 2);
  CHECK(view.head_rows() == 0);
  CHECK(view.rows() == 0);
  end(of);
  reserve->close();
  reserve->drop();
}

TEST_CASE("readers come in until a snapshot is closed or has expired") {
  detail::reader_reserve* const reserve = detail::reader_reserve::make(nullptr);
  for (const std::uint32_t how : {record::closed, record::expired}) {
    record* const of = record_of({1}, reserve);
    REQUIRE(of->enter());
    REQUIRE(of->enter());
    of->word.fetch_or(how);
    CHECK_FALSE(of->enter());
    CHECK((of->word.load() & record::readers) == 2);
    of->leave();
    of->leave();
    CHECK((of->word.load() & record::readers) == 0);
    end(of);
  }
  reserve->close();
  reserve->drop();
}

TEST_CASE("threads that look for keys at once order the places once") {
  slotted::memory_budget budget(std::size_t{1} << 20);
  detail::reader_reserve* const reserve = detail::reader_reserve::make(&budget);
  std::vector<std::uint64_t> keys(3'000);
  for (std::size_t i = 0; i < keys.size(); ++i) keys[i] = i * 0x9E3779B97F4A7C15u;
  record* const of = record_of(keys, reserve);
  std::vector<std::size_t> wrong(4);
  std::vector<std::thread> readers;
  for (std::size_t t = 0; t < wrong.size(); ++t)
    readers.emplace_back([&, t] {
      for (std::size_t i = t; i < keys.size(); i += 4)
        if (!of->enter() || of->find(keys[i]) != i)
          ++wrong[t];
        else
          of->leave();
    });
  for (std::thread& each : readers) each.join();
  CHECK(wrong == std::vector<std::size_t>(4));
  CHECK(budget.used() == 4 * keys.size());
  end(of);
  CHECK(budget.used() == 0);
  reserve->close();
  reserve->drop();
}
