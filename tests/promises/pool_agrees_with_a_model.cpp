// A pool does what a std::map from handle to record does, in the lowest free slots, charged to the byte.
#include <slotted/store/pool.hpp>

#include "catch.hpp"
#include "pool_model.hpp"

namespace {

using slotted::test::pool_model;
using slotted::test::wide;

TEST_CASE("a pool agrees with a map through half a million steps over many slabs") {
  pool_model<slotted::pool<wide<240>>>(1, 2 * slotted::MiB, 6000).play(500'000);
}

TEST_CASE("a pool of small records agrees with a map through four hundred thousand steps") {
  pool_model<slotted::pool<wide<8>>>(2, 240 * slotted::KiB, 10'000).play(400'000);
}

TEST_CASE("a pool of records of a page agrees with a map through a hundred thousand steps") {
  pool_model<slotted::pool<wide<4080>>>(3, 3 * slotted::MiB, 600).play(100'000);
}

}  // namespace
