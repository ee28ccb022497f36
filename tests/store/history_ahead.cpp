#include <slotted/store/history_ahead.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
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
using view = detail::series_view<layout>;

// Blocks of no more than their heads and a few bytes of columns, so that a sanitizer sees what is read beyond.
struct blocks {
  std::vector<std::unique_ptr<std::byte[]>> bytes;
  std::unique_ptr<std::byte[]> room;
  chunk_type* chunk;
  explicit blocks(std::uint16_t count)
      : room(new std::byte[chunk_type::bytes(count)]), chunk(::new(room.get()) chunk_type) {
    chunk->capacity = chunk->count = count;
    chunk->first_time = 0;
    chunk->last_time = 100 * std::int64_t{count} - 1;
    for (std::uint32_t i = 0; i < count; ++i) {
      const std::uint16_t sizes[layout::columns] = {3, 5};
      bytes.emplace_back(new std::byte[layout::block_head + 8]());
      std::memcpy(bytes.back().get(), sizes, sizeof sizes);
      auto* const each = ::new (chunk->entries() + i) chunk_type::entry;
      each->set(bytes.back().get(), i + 1, 100 * std::int64_t{i}, 100 * std::int64_t{i} + 99);
    }
  }
};

std::vector<std::size_t> rows_until(const view& from, std::int64_t first, std::int64_t last, std::size_t most) {
  std::vector<std::size_t> rows;
  detail::for_each_block_ahead<layout, 0, 2>(from, first, last, [&](const auto& each) {
    rows.push_back(each.rows());
    return rows.size() < most;
  });
  return rows;
}

}  // namespace

TEST_CASE("blocks that are fetched ahead are seen once each, the newest first, until it is enough") {
  using rows = std::vector<std::size_t>;
  for (std::uint16_t count = 1; count <= 6; ++count) {
    const blocks made(count);
    detail::series_tail<layout> tail;
    tail.blocks = made.chunk;
    tail.blocks_used = count;
    const view all(7, tail, 0, 1);
    rows expected;
    for (std::size_t i = count; i != 0; --i) expected.push_back(i);
    CHECK(rows_until(all, INT64_MIN, INT64_MAX, SIZE_MAX) == expected);
    for (std::size_t most = 1; most <= count; ++most) {
      CHECK(rows_until(all, INT64_MIN, INT64_MAX, most) ==
            rows(expected.begin(), expected.begin() + static_cast<std::ptrdiff_t>(most)));
    }
    CHECK(rows_until(all, 0, 99, SIZE_MAX) == rows{1});
    CHECK(rows_until(all, 600, 700, SIZE_MAX).empty());
  }
  CHECK(rows_until(view(), INT64_MIN, INT64_MAX, SIZE_MAX).empty());
}

TEST_CASE("any bytes may be asked for") {
  detail::fetch_ahead(nullptr, 0);
  const std::byte some[200]{};
  detail::fetch_ahead(some, sizeof some);
}
