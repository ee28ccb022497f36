#include <slotted/store/history_block.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <vector>

#include "catch.hpp"

namespace {

namespace detail = slotted::detail;

struct point {
  double x;
  std::int64_t t;
  std::uint16_t sensor;
};
using layout = detail::history_layout<point, 1, 2>;
using chunk_type = detail::directory_chunk<layout>;
using tail_type = detail::series_tail<layout>;
using view = detail::series_view<layout>;

// A chunk whose blocks have the times [100 * number, 100 * number + 99] and number + 1 rows.
struct chunk_of {
  std::unique_ptr<std::byte[]> room;
  chunk_type* chunk;
  chunk_of(std::uint32_t first, std::uint16_t count)
      : room(new std::byte[chunk_type::bytes(count)]), chunk(::new(room.get()) chunk_type) {
    chunk->first_number = first;
    chunk->capacity = chunk->count = count;
    chunk->first_time = 100 * std::int64_t{first};
    chunk->last_time = 100 * std::int64_t{first + count} - 1;
    for (std::uint32_t i = 0; i < count; ++i) {
      auto* const each = ::new (chunk->entries() + i) chunk_type::entry;
      each->set(nullptr, first + i + 1, 100 * std::int64_t{first + i}, 100 * std::int64_t{first + i} + 99);
    }
  }
};

std::vector<std::size_t> rows_of_blocks(const view& from, std::int64_t first, std::int64_t last) {
  std::vector<std::size_t> rows;
  from.for_each_block(first, last, [&](const auto& each) {
    rows.push_back(each.rows());
    return true;
  });
  return rows;
}

}  // namespace

TEST_CASE("blocks are seen newest first, within a range of times, and up to where the tail began") {
  const chunk_of old(0, 2);
  const chunk_of middle(2, 3);
  const chunk_of newest(5, 4);
  newest.chunk->older = middle.chunk;
  middle.chunk->older = old.chunk;
  tail_type tail;
  tail.blocks = newest.chunk;
  tail.blocks_used = 2;  // 7 and 8 came later
  const view all(3, tail, 0, 1);
  CHECK(all.key() == 3);
  CHECK(rows_of_blocks(all, INT64_MIN, INT64_MAX) == std::vector<std::size_t>{7, 6, 5, 4, 3, 2, 1});
  CHECK(rows_of_blocks(all, 199, 300) == std::vector<std::size_t>{4, 3, 2});
  CHECK(rows_of_blocks(all, 700, 800).empty());
  CHECK(all.rows() == 28);
  std::size_t seen = 0;
  all.for_each_block([&](const auto&) { return ++seen < 3; });
  CHECK(seen == 3);
}

TEST_CASE("a block that has gone is seen by snapshots that are older, and by no other") {
  const chunk_of only(0, 3);
  tail_type tail;
  tail.blocks = only.chunk;
  tail.blocks_used = 3;
  only.chunk->entries()[1].go(5);
  CHECK(rows_of_blocks(view(0, tail, 0, 5), INT64_MIN, INT64_MAX) == std::vector<std::size_t>{3, 2, 1});
  CHECK(rows_of_blocks(view(0, tail, 0, 6), INT64_MIN, INT64_MAX) == std::vector<std::size_t>{3, 1});
}

TEST_CASE("a tail's rows are found chunk by chunk, and cut where a snapshot's number of rows ends") {
  std::vector<std::unique_ptr<std::byte[]>> rooms;
  tail_type tail;
  tail.base = 1000;
  const std::uint32_t capacities[] = {2, 2, 4, 8};
  std::uint32_t rows = 0;
  for (const std::uint32_t capacity : capacities) {
    rooms.emplace_back(new std::byte[sizeof(detail::row_chunk) + capacity * tail_type::stride]);
    auto* const chunk = ::new (rooms.back().get()) detail::row_chunk;
    chunk->older = tail.rows.load();
    chunk->first = rows;
    chunk->capacity = capacity;
    tail.rows = chunk;
    for (std::uint32_t i = 0; i < capacity; ++i, ++rows) {
      layout::save_row(chunk->rows() + i * tail_type::stride, {0.5 * rows, -std::int64_t{rows}, 4});
      const std::uint32_t arrival = 3 * rows;  // two of three rows went to other series
      std::memcpy(chunk->rows() + i * tail_type::stride + layout::row_bytes, &arrival, sizeof arrival);
    }
  }
  tail.count = rows;
  REQUIRE(rows == 16);
  for (std::uint32_t i = 0; i < rows; ++i) CHECK(layout::load_leaf<0>(tail.row(i)) == 0.5 * i);
  CHECK(tail.rows_before(1000) == 0);
  CHECK(tail.rows_before(999) == 0);
  CHECK(tail.rows_before(1001) == 1);
  CHECK(tail.rows_before(1003) == 1);
  CHECK(tail.rows_before(1004) == 2);
  CHECK(tail.rows_before(5000) == 16);
  const view some(4, tail, 5, 1);
  CHECK(some.tail_rows() == 5);
  CHECK(some.rows() == 5);
  CHECK(layout::time_of(some.tail_row(4)) == -4);
}
