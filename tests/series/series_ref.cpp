#include <slotted/series/series_ref.hpp>

#include <cstdint>
#include <functional>
#include <set>
#include <type_traits>

#include "catch.hpp"

using slotted::series_ref;
using ref_access = slotted::detail::series_ref_access;

static_assert(sizeof(series_ref) == 8 && std::is_trivially_copyable_v<series_ref>);

TEST_CASE("a reference has a number of 26 bits and a stamp of 38, and a default one is null") {
  CHECK_FALSE(series_ref());
  constexpr std::uint32_t greatest_number = (1u << 26) - 1;
  constexpr std::uint64_t greatest_stamp = (std::uint64_t{1} << 38) - 1;
  const series_ref both = ref_access::make(greatest_number, greatest_stamp);
  CHECK(both);
  CHECK(both.number() == greatest_number);
  CHECK(ref_access::stamp(both) == greatest_stamp);
  const series_ref first = ref_access::make(0, 1);
  CHECK(first);
  CHECK(first.number() == 0);
  CHECK(ref_access::stamp(first) == 1);
}

TEST_CASE("references of the same number and another stamp differ, and so do their hashes") {
  CHECK(ref_access::make(5, 1) == ref_access::make(5, 1));
  CHECK(ref_access::make(5, 1) != ref_access::make(5, 2));
  CHECK(ref_access::make(5, 1) < ref_access::make(5, 2));
  std::set<std::size_t> hashes;
  for (std::uint32_t number = 0; number < 100; ++number)
    for (std::uint64_t stamp = 1; stamp <= 10; ++stamp)
      hashes.insert(std::hash<series_ref>{}(ref_access::make(number, stamp)));
  CHECK(hashes.size() > 990);
}
