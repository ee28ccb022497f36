// One series as readers see it: its head, its blocks, and where they are looked for.
#include <slotted/history/detail/series_view.hpp>

#include <slotted/history/history.hpp>

#include <algorithm>
#include <cstdint>
#include <new>
#include <vector>

#include "catch.hpp"

namespace {

namespace detail = slotted::detail;

struct point {
  std::int64_t time;
  double value;
};
using layout = detail::history_layout<point, 0, detail::not_found>;
using stream = detail::stream_of<layout>;
using view = detail::series_view<layout>;

}  // namespace

TEST_CASE("a view of nothing has no rows") {
  const view none;
  CHECK(none.head_rows() == 0);
  CHECK(none.head_in_order());
  CHECK(none.newest_time() == INT64_MIN);
  none.read_head(nullptr, nullptr, 0);
  CHECK(none.head_bytes() == 0);
}

TEST_CASE("the rows of a head are read in the order in which they came") {
  stream::state state;
  std::uint32_t taken = 0;
  detail::charged_memory memory(nullptr, [](void*, std::size_t) { return false; }, nullptr);
  detail::paged_array<stream::line> lines;
  REQUIRE(lines.try_grow(memory, false) == slotted::commit_outcome::done);
  std::vector<std::int64_t> times;
  for (std::uint64_t i = 0; i < 200; ++i) {
    const std::uint64_t word = i * i * 0x9E3779B97F4A7C15u >> 3;
    times.push_back(static_cast<std::int64_t>(i % 7 == 3 ? i - 3 : i));
    if (i == 0)
      stream::begin(state, times.back(), &word);
    else
      stream::put(state, times.back(), &word, [&] {
        ++taken;
        return std::pair<std::uint32_t, stream::line*>(taken - 1, &lines[taken - 1]);
      });
  }
  REQUIRE(taken < lines.capacity());
  detail::block_source<layout> source;
  source.lines = &lines;
  const view head({}, 0, 199, &state, 200, false, source);
  std::vector<std::int64_t> got(200);
  std::vector<std::uint64_t> words(200);
  head.read_head(got.data(), words.data(), 200);
  CHECK(got == times);
  CHECK(words[150] == std::uint64_t{150} * 150 * 0x9E3779B97F4A7C15u >> 3);
  std::int64_t time = 0;
  std::uint64_t word = 0;
  head.newest(time, &word);
  CHECK(time == times.back());
  CHECK(word == words[199]);
  CHECK(head.head_bytes() == sizeof state + taken * sizeof(stream::line));
  CHECK_FALSE(head.head_in_order());
  lines.release(memory);
}

TEST_CASE("the rows of a window are found in a block, and a part of it decodes as the whole does") {
  using builder = detail::block_builder<layout>;
  for (const bool regular : {true, false}) {
    for (const std::size_t rows : {1U, 30U, 1024U}) {
      void* const room = ::operator new(builder::memory_bytes(rows), std::align_val_t(64));
      builder with(static_cast<std::byte*>(room), rows);
      for (std::size_t i = 0; i < rows; ++i) {
        const std::size_t time = regular ? 15 * i : 15 * i + i * i * i % 11;
        with.times()[i] = static_cast<std::int64_t>(time);
        with.words()[i] = i * i * i * 0x9E3779B97F4A7C15u >> 40;
      }
      slotted::codec::hint hints[1];
      (void)with.build(0, rows, false, true, hints,
                       [](std::span<const std::byte>) { return detail::shared_columns::none; });
      const detail::block_view<layout> block(with.bytes(), nullptr);
      std::vector<std::int64_t> times(rows);
      std::vector<std::uint64_t> words(rows);
      block.decode_times(times.data());
      block.decode_words(0, words.data());
      CHECK(block.find({INT64_MIN, INT64_MAX}).size() == rows);
      const auto end = times.back() + 20;
      for (std::int64_t from = -20; from < end; from += 1 + end / 50) {
        for (const std::int64_t to : {from - 1, from, from + 40, from + end / 3, end}) {
          std::vector<std::int64_t> some(rows);
          const detail::row_span part = block.find_times({from, to}, some.data());
          const auto first = std::lower_bound(times.begin(), times.end(), from);
          const auto last = std::max(first, std::upper_bound(times.begin(), times.end(), to));
          REQUIRE(part.size() == static_cast<std::size_t>(last - first));
          REQUIRE(block.find({from, to}).size() == part.size());
          if (part.size() == 0) continue;
          REQUIRE(part.first == static_cast<std::size_t>(first - times.begin()));
          REQUIRE(std::equal(first, last, some.data() + part.first));
          std::vector<std::uint64_t> some_words(rows);
          block.decode_words(0, part, some_words.data());
          REQUIRE(std::equal(some_words.data() + part.first, some_words.data() + part.end, words.data() + part.first));
          std::vector<double> some_values(rows);
          block.decode<1>(part, some_values.data());
          REQUIRE(std::bit_cast<std::uint64_t>(some_values[part.first]) == words[part.first]);
          std::fill(some.begin(), some.end(), 0);
          block.decode<0>(part, some.data());
          REQUIRE(std::equal(first, last, some.data() + part.first));
        }
      }
      ::operator delete(room, std::align_val_t(64));
    }
  }
}

TEST_CASE("what lies below the beginning of a log is not found") {
  constexpr std::size_t bytes = 4096;
  alignas(64) std::byte room[bytes];
  auto* const slab = ::new (static_cast<void*>(room)) detail::slab_head;
  detail::slab_head* ring[2] = {nullptr, slab};
  detail::slab_head* empty[1] = {nullptr};
  detail::block_source<layout> source;
  source.shift = 12;
  source.logs[0] = {empty, 0, 1 << 12, 1 << 12};
  source.logs[1] = {ring, 1, detail::young_bit | 1 << 12 | 500, detail::young_bit | 2 << 12};
  CHECK(source.find(0) == nullptr);
  CHECK(source.find(detail::young_bit | 1 << 12 | 499) == nullptr);
  CHECK(source.find(detail::young_bit | 1 << 12 | 500) == room + 500);
  CHECK(source.find(1 << 12 | 500) == nullptr);  // of the other log, which is empty
  source.logs[1].begin = 0;
  CHECK(source.find(detail::young_bit | 2 << 12) == nullptr);  // a slab that has been taken out
}
