#include <slotted/store/history_sealing.hpp>

#include <cstdint>
#include <memory>
#include <new>
#include <vector>

#include "catch.hpp"

namespace {

namespace detail = slotted::detail;

struct point {
  std::int64_t t;
  std::uint32_t number;
};
using layout = detail::history_layout<point, 0, detail::not_found>;
using tail_type = detail::series_tail<layout>;

struct tail_of {
  std::unique_ptr<std::byte[]> room;
  tail_type tail;
  explicit tail_of(const std::vector<std::int64_t>& times, std::uint32_t first_number = 0)
      : room(new std::byte[sizeof(detail::row_chunk) + times.size() * tail_type::stride]) {
    auto* const chunk = ::new (room.get()) detail::row_chunk;
    chunk->capacity = static_cast<std::uint32_t>(times.size());
    for (std::size_t i = 0; i < times.size(); ++i)
      layout::save_row(chunk->rows() + i * tail_type::stride, {times[i], first_number + static_cast<std::uint32_t>(i)});
    tail.rows = chunk;
    tail.count = chunk->capacity;
  }
};

template <class Rows>
std::vector<std::pair<std::int64_t, std::uint32_t>> in_order(Rows& rows) {
  std::vector<std::pair<std::int64_t, std::uint32_t>> got(rows.size());
  const auto time_at = rows.template open<0>();
  for (std::size_t i = 0; i < rows.size(); ++i) got[i].first = detail::load_as<std::int64_t>(time_at(i));
  const auto number_at = rows.template open<1>();
  for (std::size_t i = 0; i < rows.size(); ++i) got[i].second = detail::load_as<std::uint32_t>(number_at(i));
  return got;
}

}  // namespace

TEST_CASE("rows are sealed by time, equal times as they came") {
  const tail_of from({5, 3, 9, 3, 5, -1});
  detail::rows_to_seal<layout> rows(from.tail, 6);
  CHECK(rows.first_time() == -1);
  CHECK(rows.last_time() == 9);
  CHECK(in_order(rows) ==
        std::vector<std::pair<std::int64_t, std::uint32_t>>{{-1, 5}, {3, 1}, {3, 3}, {5, 0}, {5, 4}, {9, 2}});
  detail::rows_to_seal<layout> fewer(from.tail, 2);
  CHECK(in_order(fewer) == std::vector<std::pair<std::int64_t, std::uint32_t>>{{3, 1}, {5, 0}});
}

TEST_CASE("a block and newer rows are merged by time, the block's first where times are equal") {
  const tail_of early({2, 4, 4, 8});
  detail::rows_to_seal<layout> first(early.tail, 4);
  std::vector<std::byte> bytes(layout::max_block_bytes(4));
  detail::column_state states[layout::columns];
  detail::block_entry<layout> entry;
  (void)layout::encode(first, 4, states, nullptr, bytes.data(), entry.summaries());
  entry.set(bytes.data(), 4, 2, 8);
  const tail_of late({9, 4, 1}, 100);
  const detail::rows_to_seal<layout> second(late.tail, 3);
  detail::merged_rows<layout> merged(entry, second);
  CHECK(merged.first_time() == 1);
  CHECK(merged.last_time() == 9);
  CHECK(in_order(merged) == std::vector<std::pair<std::int64_t, std::uint32_t>>{
                                {1, 102}, {2, 0}, {4, 1}, {4, 2}, {4, 101}, {8, 3}, {9, 100}});
}
