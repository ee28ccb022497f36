#include <slotted/series/detail/row_mask.hpp>

#include <bit>
#include <cstdint>
#include <random>

#include "catch.hpp"

using slotted::detail::row_mask;

TEST_CASE("rows that come in order double the room, 8 first") {
  row_mask mask;
  CHECK(mask.count() == 0);
  mask = mask.with(0);
  CHECK(mask.bits() == 0xFF);
  CHECK(mask.with(7) == mask);
  CHECK(mask.with(8).bits() == 0xFFFF);
  CHECK(mask.with(20).bits() == 0xFFFF'FFFF);
  CHECK(mask.with(63).bits() == ~std::uint64_t{0});
}

TEST_CASE("rows with room stand one after the other in the order of their numbers") {
  std::mt19937_64 random(2);
  for (int round = 0; round < 2000; ++round) {
    const row_mask mask(random() & random());
    unsigned place = 0;
    for (unsigned row = 0; row < 64; ++row)
      if (mask.has(row)) REQUIRE(mask.place_of(row) == place++);
    REQUIRE(mask.count() == place);
    const auto row = static_cast<unsigned>(random() % 64);
    const row_mask more = mask.with(row);
    REQUIRE(more.has(row));
    REQUIRE((more.bits() & mask.bits()) == mask.bits());
    if (!mask.is_dense() && !mask.has(row)) REQUIRE(more.count() <= mask.count() + 8);
  }
}

TEST_CASE("a block is sparse when a quarter of its room or less is in use, and it has more than 8 rows") {
  const row_mask full(~std::uint64_t{0});
  CHECK_FALSE(full.is_sparse(0x1FFFF));
  CHECK(full.is_sparse(0xFFFF));
  CHECK(full.is_sparse(1));
  CHECK_FALSE(row_mask(0xFF).is_sparse(1));
}
