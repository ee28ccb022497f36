#include <slotted/history/snapshot_expired.hpp>

#include <stdexcept>
#include <type_traits>

#include "catch.hpp"

static_assert(std::is_base_of_v<std::runtime_error, slotted::snapshot_expired>);

TEST_CASE("the message of an expired snapshot says why it may have expired") {
  CHECK_THROWS_WITH(slotted::detail::throw_snapshot_expired(),
                    "the snapshot has expired: what it kept exceeded the readers' share of the budget, or its history "
                    "has ended");
}
