#include <slotted/history/too_many_series.hpp>

#include <slotted/record/symbol.hpp>

#include <chrono>
#include <cstdint>

#include "catch.hpp"

namespace {

enum class rack : std::uint8_t { third = 3 };

template <class Key>
std::string message_of(const Key& key) {
  try {
    slotted::detail::throw_too_many_series(key, 12);
  } catch (const slotted::too_many_series& thrown) {
    return thrown.what();
  }
}

}  // namespace

TEST_CASE("the message names the series, whatever its key is, and the limit") {
  CHECK(message_of(slotted::symbol<"too many", std::uint8_t>("cpu load")) ==
        "no room for series 'cpu load': the history may have 12 series");
  CHECK(message_of(std::int16_t{-7}) == "no room for series -7: the history may have 12 series");
  CHECK(message_of(rack::third) == "no room for series 3: the history may have 12 series");
  CHECK(message_of(true) == "no room for series 1: the history may have 12 series");
  CHECK(message_of(slotted::detail::no_series_key{}) == "no room for series '': the history may have 12 series");
  CHECK(message_of(std::chrono::seconds(9)) == "no room for series 9: the history may have 12 series");
}
