#include <slotted/history/detail/time_limits.hpp>

#include <cstdint>

#include "catch.hpp"

using slotted::append_outcome;
using slotted::detail::time_limits;

namespace {

// Accepts a time if it is to be taken. Returns: how it went.
append_outcome::reason take(time_limits& by, std::int64_t time) {
  const append_outcome outcome = by.check(time);
  if (outcome) by.accept(time);
  return outcome.why();
}

}  // namespace

TEST_CASE("without limits every time is taken, and none is too old") {
  time_limits none;
  for (const std::int64_t time : {std::int64_t{0}, INT64_MAX, INT64_MIN, std::int64_t{-5}})
    CHECK(take(none, time) == append_outcome::done);
  CHECK(none.cutoff() == INT64_MIN);
  CHECK_FALSE(none.expiry_is_due());
}

TEST_CASE("the window of accepted times has both its ends") {
  time_limits window;
  window.set_window(-10, 10);
  CHECK(take(window, -11) == append_outcome::too_old);
  CHECK(take(window, -10) == append_outcome::done);
  CHECK(take(window, 10) == append_outcome::done);
  CHECK(take(window, 11) == append_outcome::too_far_ahead);
}

TEST_CASE("a row from the future is refused, and ages count from what most rows say") {
  time_limits limits;
  limits.set_max_age(100);
  for (std::int64_t i = 0; i < 50; ++i) REQUIRE(take(limits, 1000 + i) == append_outcome::done);
  CHECK(take(limits, 1'000'000) == append_outcome::too_far_ahead);
  CHECK(limits.cutoff() == 1039 - 100);  // the middle of rows 33 to 48
  CHECK(limits.check(939) == append_outcome::done);
  CHECK(limits.check(938) == append_outcome::too_old);
  CHECK(limits.check(1149) == append_outcome::done);  // as far ahead of the newest as the age, by default
  CHECK(limits.check(1150) == append_outcome::too_far_ahead);
  limits.set_max_ahead(10);
  CHECK(limits.check(1060) == append_outcome::too_far_ahead);
  CHECK(limits.check(1059) == append_outcome::done);
}

TEST_CASE("seven wrong clocks among sixteen make nothing look old") {
  time_limits limits;
  limits.set_max_age(100);
  limits.set_max_ahead(1'000'000);
  for (std::int64_t i = 0; i < 160; ++i) REQUIRE(take(limits, i % 16 < 7 ? 500'000 : 1000 + i) == append_outcome::done);
  CHECK(limits.cutoff() < 1200);
  CHECK(limits.cutoff() >= 1000 + 128 - 100);
}

TEST_CASE("first rows of a wrong time are no evidence") {
  time_limits limits;
  limits.set_max_age(100);
  REQUIRE(take(limits, 1'000'000) == append_outcome::done);  // the clock of one sender was wrong
  for (std::int64_t i = 0; i < 40; ++i) REQUIRE(take(limits, 1000 + i) == append_outcome::done);
  CHECK(limits.cutoff() == 1031 - 100);
  CHECK(take(limits, 1'000'000) == append_outcome::too_far_ahead);
}

TEST_CASE("the caller's clock may run ahead of the rows, and never goes back") {
  time_limits limits;
  limits.set_max_age(100);
  for (std::int64_t i = 0; i < 20; ++i) CHECK(take(limits, 1000 + i) == append_outcome::done);
  limits.advance(5000);
  CHECK(limits.cutoff() == 5000);
  CHECK(limits.check(4899) == append_outcome::too_old);
  CHECK(limits.check(5100) == append_outcome::done);
  CHECK(limits.check(5101) == append_outcome::too_far_ahead);
  limits.advance(10);
  CHECK(limits.cutoff() == 5000);
}

TEST_CASE("ages reach over the ends of int64 without wrapping round") {
  time_limits limits;
  limits.set_max_age(std::uint64_t{1} << 63);
  CHECK(take(limits, INT64_MIN) == append_outcome::done);
  CHECK(limits.cutoff() == INT64_MIN);
  CHECK(take(limits, 0) == append_outcome::done);
  CHECK(limits.cutoff() == INT64_MIN);
  for (int i = 0; i < 3; ++i) CHECK(take(limits, INT64_MAX) == append_outcome::done);
  CHECK(limits.cutoff() == -1);
}

TEST_CASE("expiry is due each hundredth of the age, not with each row") {
  time_limits limits;
  limits.set_max_age(1280);
  REQUIRE(take(limits, 0) == append_outcome::done);
  limits.expired();
  CHECK_FALSE(limits.expiry_is_due());
  for (int i = 0; i < 8; ++i) REQUIRE(take(limits, 10) == append_outcome::done);
  CHECK_FALSE(limits.expiry_is_due());
  for (int i = 0; i < 32; ++i) REQUIRE(take(limits, 11) == append_outcome::done);
  CHECK(limits.expiry_is_due());
  limits.expired();
  CHECK_FALSE(limits.expiry_is_due());
}

TEST_CASE("new limits keep what the clocks have seen") {
  time_limits limits;
  limits.set_max_age(100);
  for (std::int64_t i = 0; i < 30; ++i) limits.accept(i);
  time_limits other;
  other.set_max_age(10);
  limits.set_limits_of(other);
  CHECK(limits.cutoff() == 15 - 10);
}
