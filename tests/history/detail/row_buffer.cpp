// A buffer gives its rows in the order of time, equal ones as they came, and drops the latest when it has to.
#include <slotted/history/detail/row_buffer.hpp>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <random>
#include <utility>
#include <vector>

#include "catch.hpp"

using slotted::detail::row_buffer;

namespace {

struct fixture {
  explicit fixture(std::size_t rows, std::size_t columns = 2, std::size_t key_bytes = 4)
      : bytes(row_buffer::slack + rows * row_buffer::row_bytes(columns, key_bytes)),
        memory(std::make_unique<std::uint64_t[]>(bytes / 8 + 1)),
        buffer(reinterpret_cast<std::byte*>(memory.get()), bytes, columns, key_bytes) {}
  // A row whose values and key tell its number.
  void add(std::int64_t time, std::uint32_t number) {
    std::uint64_t* const row = buffer.extend(1);
    buffer.write_times(row, &time, 1);
    row[1] = number;
    row[2] = ~std::uint64_t{number};
    buffer.write_keys(row, 1, &number);
  }
  // Times and numbers in the order of time.
  [[nodiscard]] std::vector<std::pair<std::int64_t, std::uint32_t>> sorted() {
    buffer.sort();
    std::vector<std::pair<std::int64_t, std::uint32_t>> made;
    for (std::size_t i = 0; i < buffer.size(); ++i) {
      const std::size_t at = buffer.index(i);
      std::uint32_t number = 0;
      std::memcpy(&number, buffer.key(at), sizeof number);
      REQUIRE(buffer.row(at)[1] == number);
      REQUIRE(buffer.row(at)[2] == ~std::uint64_t{number});
      made.emplace_back(buffer.time(at), number);
    }
    return made;
  }

  std::size_t bytes;
  std::unique_ptr<std::uint64_t[]> memory;
  row_buffer buffer;
};

std::vector<std::vector<std::int64_t>> lives() {
  std::mt19937_64 random(1);
  std::vector<std::vector<std::int64_t>> made{{}, {5}, {5, 5}, {7, 5}, {INT64_MAX, INT64_MIN, 0}};
  for (const std::uint64_t range : {1ULL, 2ULL, 50ULL, 100'000ULL, 1ULL << 62, 0ULL}) {
    std::vector<std::int64_t> times(3000);
    for (auto& each : times) each = static_cast<std::int64_t>(range == 0 ? random() : random() % range);
    made.push_back(times);
    std::sort(times.begin(), times.end());
    made.push_back(times);
    times.front() = INT64_MAX;  // one far away: all others are in one slot of the sort
    made.push_back(times);
  }
  return made;
}

}  // namespace

TEST_CASE("rows come in the order of time, and equal ones as they were added") {
  for (const auto& times : lives()) {
    fixture of(std::max<std::size_t>(1, times.size()));
    std::vector<std::pair<std::int64_t, std::uint32_t>> expected;
    for (const std::int64_t time : times) {
      of.add(time, static_cast<std::uint32_t>(expected.size()));
      expected.emplace_back(time, static_cast<std::uint32_t>(expected.size()));
    }
    CHECK(of.buffer.room() == (times.empty() ? 1 : 0));
    std::sort(expected.begin(), expected.end());
    CHECK(of.sorted() == expected);
  }
}

TEST_CASE("a cut drops the latest rows and keeps all of a time or none") {
  for (const auto& times : lives()) {
    for (const std::size_t keep : {std::size_t{0}, times.size() / 16, times.size() / 2, times.size() * 9 / 10}) {
      if (keep >= times.size()) continue;
      fixture of(times.size());
      for (std::size_t i = 0; i < times.size(); ++i) of.add(times[i], static_cast<std::uint32_t>(i));
      std::int64_t limit = 0;
      const bool cut = of.buffer.cut(keep, limit);
      const auto [least, most] = std::minmax_element(times.begin(), times.end());
      CHECK(cut == (*least != *most));
      std::vector<std::pair<std::int64_t, std::uint32_t>> expected;
      for (std::size_t i = 0; i < times.size(); ++i)
        if (!cut || times[i] < limit) expected.emplace_back(times[i], static_cast<std::uint32_t>(i));
      std::sort(expected.begin(), expected.end());
      CHECK(of.sorted() == expected);
      if (cut) {
        CHECK(of.buffer.size() < times.size());
        CHECK(of.buffer.size() > 0);
      }
    }
  }
}

TEST_CASE("a cut keeps about as many rows as were asked for where times are spread evenly") {
  fixture of(4000);
  for (std::uint32_t i = 0; i < 4000; ++i) of.add(i * 1'000'003LL % 4000, i);
  std::int64_t limit = 0;
  REQUIRE(of.buffer.cut(1000, limit));
  CHECK(of.buffer.size() <= 1000);
  CHECK(of.buffer.size() > 980);
}

TEST_CASE("rows move to more memory as they are") {
  fixture few(3);
  for (std::uint32_t i = 0; i < 3; ++i) few.add(10 - i, i);
  const auto expected = few.sorted();
  fixture more(100);
  few.buffer.move_to(reinterpret_cast<std::byte*>(more.memory.get()), more.bytes);
  CHECK(few.buffer.capacity() == 100);
  CHECK(few.sorted() == expected);
  few.add(1, 3);
  CHECK(few.sorted().front() == std::pair<std::int64_t, std::uint32_t>{1, 3});
  few.buffer.drop_after(8);
  CHECK(few.sorted() == std::vector<std::pair<std::int64_t, std::uint32_t>>{{1, 3}, {8, 2}});
  few.buffer.clear();
  CHECK(few.buffer.size() == 0);
}

TEST_CASE("memory that is too small for a row is a buffer of none") {
  CHECK(row_buffer(nullptr, 0, 3, 4).capacity() == 0);
  CHECK(row_buffer(nullptr, row_buffer::slack + row_buffer::row_bytes(3, 4) - 1, 3, 4).capacity() == 0);
  CHECK(row_buffer().capacity() == 0);
}
