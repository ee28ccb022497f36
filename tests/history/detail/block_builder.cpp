// Rows made into the bytes of blocks: what a view of them gives back, and what they know of the blocks below.
#include <slotted/history/detail/block_builder.hpp>

#include <slotted/history/detail/slab_log.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <random>
#include <vector>

#include "catch.hpp"

namespace {

namespace detail = slotted::detail;

struct point {
  std::int64_t time;
  double value;
  std::uint32_t number;
};
using layout = detail::history_layout<point, 0, detail::not_found>;
using builder_type = detail::block_builder<layout>;
using view = detail::block_view<layout>;
using format = detail::bytes_of_block<layout>;

struct with_builder {
  explicit with_builder(std::size_t most_rows)
      : room(::operator new(builder_type::memory_bytes(most_rows), std::align_val_t(64))),
        made(static_cast<std::byte*>(room), most_rows) {}
  ~with_builder() { ::operator delete(room, std::align_val_t(64)); }
  with_builder(const with_builder&) = delete;
  with_builder& operator=(const with_builder&) = delete;
  void set(std::size_t i, const point& row) {
    made.times()[i] = row.time;
    std::uint64_t words[layout::columns];
    layout::to_words(row, words);
    for (std::size_t c = 0; c < layout::columns; ++c) made.words()[c * made.stride() + i] = words[c];
  }
  void* room;
  builder_type made;
};

point row(std::size_t i) {
  return {static_cast<std::int64_t>(i) * 15 - 1000, static_cast<double>(i % 37) / 10, static_cast<std::uint32_t>(i)};
}

const auto share_nothing = [](std::span<const std::byte>) { return detail::shared_columns::none; };

}  // namespace

TEST_CASE("a block of any size gives its rows back") {
  for (const std::size_t rows : {1U, 2U, 31U, 255U, 256U, 1024U}) {
    for (const bool linked : {false, true}) {
      CAPTURE(rows, linked);
      with_builder of(1024);
      const std::size_t first = rows == 1024 ? 1024 : 5;
      for (std::size_t i = 0; i < rows; ++i) of.set(first + i, row(i));
      slotted::codec::hint hints[layout::columns];
      const std::size_t bytes = of.made.build(first, rows, linked, true, hints, share_nothing);
      REQUIRE(bytes <= builder_type::max_block_bytes(rows));
      detail::block_source<layout> nothing;
      std::vector<std::byte> copy(of.made.bytes(), of.made.bytes() + bytes);
      builder_type::place(copy.data(), 17, 0, nothing);
      const view block(copy.data(), nullptr);
      CHECK(block.rows() == rows);
      CHECK(block.bytes() == bytes);
      CHECK(block.raw().owner() == 17);
      CHECK(block.raw().previous() == 0);
      CHECK(block.raw().has(format::has_links) == (linked || rows >= format::least_rows_for_links));
      CHECK(block.raw().has(format::final));
      CHECK(block.first_time() == row(0).time);
      CHECK(block.last_time() == row(rows - 1).time);
      std::vector<std::int64_t> times(rows);
      block.decode_times(times.data());
      std::vector<double> values(rows);
      block.decode<1>(values.data());
      std::vector<std::uint32_t> numbers(rows);
      block.decode<2>(numbers.data());
      for (std::size_t i = 0; i < rows; ++i) {
        const point wanted = row(i);
        REQUIRE((times[i] == wanted.time && values[i] == wanted.value && numbers[i] == wanted.number));
      }
      detail::column_summary<std::uint32_t> summary;
      if (block.try_summary<2>(summary)) {
        CHECK(rows >= format::least_rows_for_summaries);
        CHECK(summary.min == 0);
        CHECK(summary.max == rows - 1);
        CHECK(summary.sum == static_cast<std::int64_t>(rows * (rows - 1) / 2));
      } else {
        CHECK(rows < format::least_rows_for_summaries);
      }
    }
  }
}

TEST_CASE("times that were met before are remembered, and written as they were") {
  with_builder of(256);
  const auto memo = std::make_unique<detail::time_memo>();
  slotted::codec::hint hints[layout::columns];
  for (std::size_t i = 0; i < 200; ++i) of.set(i, row(i * i));
  const std::size_t bytes = of.made.build(0, 200, false, false, hints, share_nothing);
  const std::vector<std::byte> plain(of.made.bytes(), of.made.bytes() + bytes);
  of.made.use(memo.get());
  for (int round = 0; round < 2; ++round) {
    slotted::codec::hint none[layout::columns];
    REQUIRE(of.made.build(0, 200, false, false, none, share_nothing) == bytes);
    CHECK(std::equal(plain.begin(), plain.end(), of.made.bytes()));
    CHECK(memo->rows == 200);
  }
  of.made.times()[100] += 1;  // times that differ within are others
  slotted::codec::hint none[layout::columns];
  (void)of.made.build(0, 200, false, false, none, share_nothing);
  std::vector<std::int64_t> times(200);
  view(of.made.bytes(), nullptr).decode_times(times.data());
  CHECK(times[100] == row(100 * 100).time + 1);
}

TEST_CASE("rows are ordered by time, equal times as they came") {
  std::mt19937 random(1);
  std::int64_t times[600];
  std::uint64_t words[2 * 700];
  for (std::size_t i = 0; i < 600; ++i) {
    times[i] = static_cast<std::int64_t>(random() % 50) - 25;
    words[i] = static_cast<std::uint64_t>(times[i]);
    words[700 + i] = i;
  }
  detail::sort_rows(times, words, 700, 2, 600);
  for (std::size_t i = 1; i < 600; ++i) {
    REQUIRE(words[i] == static_cast<std::uint64_t>(times[i]));
    REQUIRE((times[i - 1] < times[i] || (times[i - 1] == times[i] && words[700 + i - 1] < words[700 + i])));
  }
}

TEST_CASE("blocks in a chain find those of a stretch of time by few jumps, whatever the order of times") {
  const bool ordered = GENERATE(true, false);
  constexpr std::size_t slab_bytes = std::size_t{1} << 20;
  const std::unique_ptr<std::byte[]> room(new std::byte[slab_bytes]);
  auto* const slab = ::new (static_cast<void*>(room.get())) detail::slab_head;
  slab->used = sizeof(detail::slab_head);
  detail::slab_head* ring[1] = {slab};
  detail::block_source<layout> source;
  source.shift = 20;
  source.logs[0] = {ring, 0, std::uint64_t{1} << 20, std::uint64_t{2} << 20};
  const auto address_of = [](std::size_t offset) { return std::uint64_t{1} << 20 | offset; };

  constexpr std::size_t blocks = 2000;
  std::mt19937 random(2);
  std::vector<std::pair<std::int64_t, std::int64_t>> spans;
  with_builder of(16);
  slotted::codec::hint hints[layout::columns];
  detail::block_address newest = 0;
  std::int64_t greatest = INT64_MIN;
  for (std::size_t i = 0; i < blocks; ++i) {
    const auto begin = static_cast<std::int64_t>(ordered ? 100 * i : 100 * (random() % blocks));
    of.set(0, {begin, 1, 1});
    of.set(1, {begin + 60, 2, 2});
    spans.emplace_back(begin, begin + 60);
    greatest = std::max(greatest, begin + 60);
    const std::size_t bytes = of.made.build(0, 2, newest != 0, false, hints, share_nothing);
    REQUIRE(slab->used + bytes < slab_bytes);
    std::copy_n(of.made.bytes(), bytes, room.get() + slab->used);
    builder_type::place(room.get() + slab->used, 0, newest, source);
    newest = address_of(slab->used);
    slab->used += static_cast<std::uint32_t>(bytes);
  }
  const detail::series_view<layout> series({}, newest, greatest, nullptr, 0, true, source);
  CHECK(series.rows() == 2 * blocks);
  for (int query = 0; query < 200; ++query) {
    const auto from = static_cast<std::int64_t>(random() % (100 * blocks));
    const std::int64_t to = from + static_cast<std::int64_t>(random() % 500);
    std::vector<std::int64_t> expected;
    for (std::size_t i = blocks; i-- != 0;)
      if (spans[i].first <= to && from <= spans[i].second) expected.push_back(spans[i].first);
    std::vector<std::int64_t> found;
    series.for_each_block(from, to, [&](const view& block) {
      found.push_back(block.first_time());
      return true;
    });
    REQUIRE(found == expected);
  }
  if (ordered) {  // the last block's links lead far: depth by depth it is a skew-binary list
    std::size_t steps = 0;
    for (detail::block_address at = newest; at != 0; ++steps) at = format(source.find(at)).links().jump;
    CHECK(steps < 30);
  }
}
