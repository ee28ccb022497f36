// Where fields lie, and the proof that no two share a byte, which must say no to a broken layout.
#include <slotted/record/layout.hpp>

#include "catch.hpp"

namespace {

constexpr std::size_t sizes[] = {1, 8, 2, 4, 8, 1};
constexpr std::size_t alignments[] = {1, 8, 2, 4, 8, 1};
constexpr auto good = slotted::aligned_layout<6>(sizes, alignments);

template <class Break>
constexpr auto broken(Break change) {
  auto layout = good;
  change(layout);
  return layout;
}

TEST_CASE("fields lie by descending alignment, equals as declared") {
  STATIC_REQUIRE(good.fields[1] == slotted::field_extent{0, 8});
  STATIC_REQUIRE(good.fields[4] == slotted::field_extent{8, 8});
  STATIC_REQUIRE(good.fields[3] == slotted::field_extent{16, 4});
  STATIC_REQUIRE(good.fields[2] == slotted::field_extent{20, 2});
  STATIC_REQUIRE(good.fields[0] == slotted::field_extent{22, 1});
  STATIC_REQUIRE(good.fields[5] == slotted::field_extent{23, 1});
  STATIC_REQUIRE(good.payload == 24);
  STATIC_REQUIRE(good.size == 24);
  STATIC_REQUIRE(good.alignment == 8);
  STATIC_REQUIRE(good.order[0] == 1);
  STATIC_REQUIRE(good.order[5] == 5);
}

TEST_CASE("packed fields lie as declared") {
  constexpr auto packed = slotted::packed_layout<6>(sizes);
  STATIC_REQUIRE(packed.fields[0] == slotted::field_extent{0, 1});
  STATIC_REQUIRE(packed.fields[1] == slotted::field_extent{1, 8});
  STATIC_REQUIRE(packed.size == 24);
  STATIC_REQUIRE(packed.alignment == 1);
  STATIC_REQUIRE(slotted::proves(packed));
}

TEST_CASE("the proof says yes to a sound layout and no to a broken one") {
  STATIC_REQUIRE(slotted::proves(good));
  STATIC_REQUIRE(slotted::proves(slotted::record_layout<0>{}));
  using layout = slotted::record_layout<6>;
  STATIC_REQUIRE_FALSE(slotted::proves(broken([](layout& l) { l.fields[0].offset = 20; })));  // on top of another
  STATIC_REQUIRE_FALSE(slotted::proves(broken([](layout& l) { l.fields[1].offset = 4; })));   // across two
  STATIC_REQUIRE_FALSE(slotted::proves(broken([](layout& l) { l.fields[5].offset = 24; })));  // behind the end
  STATIC_REQUIRE_FALSE(slotted::proves(broken([](layout& l) { l.fields[0].offset = static_cast<std::size_t>(-1); })));
  STATIC_REQUIRE_FALSE(slotted::proves(broken([](layout& l) { l.fields[0].size = 0; })));     // no room at all
  STATIC_REQUIRE_FALSE(slotted::proves(broken([](layout& l) { l.size = 32; })));              // room for a stranger
  STATIC_REQUIRE_FALSE(slotted::proves(broken([](layout& l) { l.order[1] = l.order[0]; })));  // one left out
  STATIC_REQUIRE_FALSE(slotted::proves(broken([](layout& l) { l.order[1] = 6; })));           // a field too many
  STATIC_REQUIRE_FALSE(slotted::proves(broken([](layout& l) { l.payload = 23; })));           // a wrong sum
}

}  // namespace
