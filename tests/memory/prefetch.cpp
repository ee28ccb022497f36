// Asking for memory reads and changes none of it.
#include <slotted/memory/prefetch.hpp>

#include <cstdint>
#include <vector>

#include "catch.hpp"

TEST_CASE("any address may be asked for, and what is there stays") {
  const std::vector<int> kept{1, 2, 3};
  slotted::detail::prefetch(kept.data());
  slotted::detail::prefetch(nullptr);
  slotted::detail::prefetch(reinterpret_cast<const void*>(std::uintptr_t{64}));
  CHECK(kept == std::vector<int>{1, 2, 3});
}
