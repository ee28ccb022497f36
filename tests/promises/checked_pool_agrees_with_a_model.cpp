// A checked_pool does what a std::map from handle to record does, and every handle of a record that is gone is stale.
#include <cstdint>
#include <slotted/store/checked_pool.hpp>

#include "catch.hpp"
#include "pool_model.hpp"

namespace {

using slotted::test::pool_model;
using slotted::test::wide;

TEST_CASE("a checked_pool agrees with a map through half a million steps over many slabs") {
  pool_model<slotted::checked_pool<wide<240>>>(4, 2 * slotted::MiB, 6000).play(500'000);
}

TEST_CASE("a checked_pool whose slots retire after 127 records agrees with a map through half a million steps") {
  pool_model<slotted::checked_pool<wide<496>, std::uint8_t>> model(5, 400 * slotted::KiB, 600);
  model.play(500'000);
  CHECK(model.retired_seen() > 200);
}

}  // namespace
