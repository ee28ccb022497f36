#include <slotted/series/stale_series.hpp>

#include "catch.hpp"

TEST_CASE("a stale reference is named by its number, and a null one is said to be null") {
  using access = slotted::detail::series_ref_access;
  CHECK_THROWS_WITH(slotted::detail::throw_stale_series(access::make(12, 5)),
                    "the series of reference 12 has been closed");
  CHECK_THROWS_WITH(slotted::detail::throw_stale_series({}), "the series reference is null");
  CHECK_THROWS_AS(slotted::detail::throw_stale_series({}), std::out_of_range);
}
