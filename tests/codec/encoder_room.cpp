#include <slotted/codec/encoder_room.hpp>

#include "catch.hpp"

using namespace slotted::detail::codec;

TEST_CASE("with a block's patterns, an encoder's room leaves 10 KiB of 64 to functions") {
  CHECK(sizeof(encoder_room) + 8 * max_block_values <= 54 * 1024);
}

TEST_CASE("the index of distinct values takes no room that a plain body does not") {
  CHECK(sizeof(index_room) <= sizeof(plain_room));
}
