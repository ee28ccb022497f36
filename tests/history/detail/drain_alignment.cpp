#include <slotted/history/detail/drain_alignment.hpp>

#include <bit>
#include <cstddef>

#include "catch.hpp"

using slotted::detail::drain_alignment;

TEST_CASE("an aligned drain ends at a multiple of a power of two and takes more than half of the head") {
  for (std::size_t head = 0; head <= 1024; ++head) {
    for (const std::size_t young : {0u, 16u, 64u, 96u, 512u, 100u}) {
      const std::size_t left = drain_alignment::rows_left(head, young, 1024);
      if (head < 2 * drain_alignment::least_multiple) {
        CHECK(left == 0);
        continue;
      }
      REQUIRE(2 * left < head);
      REQUIRE((young + head - left) % std::bit_floor(head / 2) == 0);
    }
  }
}

TEST_CASE("behind the final blocks of an aligned drain there are fewer rows than one has") {
  for (std::size_t cap = 32; cap <= 1024; cap *= 2)
    for (std::size_t head = 0; head <= 1024; ++head)
      for (const std::size_t young : {0u, 16u, 30u, 31u})
        CHECK((head + young - drain_alignment::rows_left(head, young, cap)) % cap +
                  drain_alignment::rows_left(head, young, cap) <
              cap);
}

TEST_CASE("series that are drained with a few rows more or less end at the same row") {
  for (std::size_t head = 128; head < 192; ++head) CHECK(head - drain_alignment::rows_left(head, 0, 1024) == 128);
  for (std::size_t head = 128; head < 192; ++head)
    CHECK(256 + head - drain_alignment::rows_left(head, 256, 1024) == 384);
}

TEST_CASE("drains are aligned while blocks find their times stored") {
  drain_alignment of;
  for (int i = 0; i < 1000; ++i) {
    CHECK(of.wants_next());
    of.record(i % 10 != 0);
  }
}

TEST_CASE("drains that share nothing are soon aligned no more, but now and then, and again when that pays") {
  drain_alignment of;
  std::size_t aligned = 0;
  for (int i = 0; i < 16'000; ++i) {
    if (!of.wants_next()) continue;
    ++aligned;
    of.record(false);
  }
  CHECK(aligned < 1'100);
  CHECK(aligned > 900);  // one in sixteen
  for (int i = 0; i < 16 * 8; ++i)
    if (of.wants_next()) of.record(true);
  CHECK(of.wants_next());
  CHECK(of.wants_next());
}
