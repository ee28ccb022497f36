#include <slotted/history/detail/memory_plan.hpp>

#include <cstddef>
#include <cstdint>

#include "catch.hpp"

namespace {

struct reading {
  std::int64_t time;
  double value;
  std::uint32_t series;
};
template <class T, std::size_t Time, std::size_t Series>
using plan_of = slotted::detail::memory_plan<slotted::detail::history_layout<T, Time, Series>>;
using readings = plan_of<reading, 0, 2>;

constexpr std::size_t KiB = 1024;
constexpr std::size_t MiB = 1024 * KiB;

}  // namespace

TEST_CASE("readers have a thirty-second of the limit, 64 KiB to 4 MiB, or what the program says, up to a quarter") {
  CHECK(readings::reserve_for(64 * MiB, 0) == 2 * MiB);
  CHECK(readings::reserve_for(MiB, 0) == 64 * KiB);
  CHECK(readings::reserve_for(1024 * MiB, 0) == 4 * MiB);
  CHECK(readings::reserve_for(128 * KiB, 0) == 32 * KiB);
  CHECK(readings::reserve_for(64 * MiB, 8 * MiB) == 8 * MiB);
  CHECK(readings::reserve_for(64 * MiB, 60 * MiB) == 16 * MiB);
  CHECK(readings::reserve_for(SIZE_MAX, 0) == 0);
  CHECK(readings::reserve_for(SIZE_MAX, MiB) == 0);
}

TEST_CASE("a block of the most rows fits into a slab, and a small limit has many slabs of small blocks") {
  CHECK(readings::rows_for(SIZE_MAX) == 1024);
  CHECK(readings::shape_for(SIZE_MAX).bytes() == 32 * KiB);
  for (std::size_t limit = 64 * KiB; limit <= 64 * MiB; limit *= 2) {
    const std::size_t rows = readings::rows_for(limit);
    const slotted::detail::slab_shape shape = readings::shape_for(limit);
    CHECK(rows >= 32);
    CHECK(slotted::detail::block_builder<slotted::detail::history_layout<reading, 0, 2>>::max_block_bytes(rows) + 2 <=
          shape.room());
    if (limit >= 64 * slotted::detail::page_bytes()) CHECK(shape.bytes() <= limit / 64);
  }
  CHECK(readings::rows_for(64 * KiB) < readings::rows_for(64 * MiB));
}
