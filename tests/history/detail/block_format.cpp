#include <slotted/history/detail/block_format.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "catch.hpp"

using slotted::detail::block_bytes;
using slotted::detail::block_links;

TEST_CASE("links come back from their bytes") {
  block_links links;
  links.depth = 77;
  links.jump = 0xFFFF'FFFF'FFFE;
  links.first = INT64_MIN;
  links.last = INT64_MAX;
  links.greatest = INT64_MAX;
  links.least = -1;
  std::byte bytes[block_links::bytes + 1];
  std::memset(bytes, 0x55, sizeof bytes);
  links.save(bytes);
  CHECK(bytes[block_links::bytes] == std::byte{0x55});
  const block_links back = block_links::load(bytes);
  CHECK(back.depth == links.depth);
  CHECK(back.jump == links.jump);
  CHECK(back.first == links.first);
  CHECK(back.last == links.last);
  CHECK(back.greatest == links.greatest);
  CHECK(back.least == links.least);
}

TEST_CASE("an address takes six bytes") {
  std::byte bytes[8]{};
  block_links::save_address(bytes, 0x8123'4567'89AB);
  CHECK(block_links::load_address(bytes) == 0x8123'4567'89AB);
  CHECK(bytes[6] == std::byte{0});
}

TEST_CASE("the columns of a block stand behind what its flags say it has") {
  using two = block_bytes<2, 24>;
  const auto block_with = [](unsigned flags) {
    std::vector<std::byte> made(two::most_overhead + 100);
    const auto put16 = [&](std::size_t at, std::uint16_t value) { std::memcpy(made.data() + at, &value, 2); };
    const std::uint32_t owner = 9;
    std::memcpy(made.data(), &owner, 4);
    put16(4, 300);
    made[6] = static_cast<std::byte>(flags);
    block_links::save_address(made.data() + 7, 4242);
    put16(13, 30);
    put16(15, 20);
    put16(17, 0xABCD);
    put16(19, 10);
    put16(21, 0x1234);
    return made;
  };
  const std::vector<std::byte> plain = block_with(0);
  const two of(plain.data());
  CHECK(of.owner() == 9);
  CHECK(of.rows() == 300);
  CHECK(of.previous() == 4242);
  CHECK(of.head_bytes() == two::fixed_bytes);
  CHECK(of.column_bytes(0) == 20);
  CHECK(of.column_bytes(1) == 10);
  CHECK(of.hint(0) == 0xABCD);
  CHECK(of.hint(1) == 0x1234);
  CHECK(of.time_data() == plain.data() + two::fixed_bytes);
  CHECK(of.column_data(1) == plain.data() + two::fixed_bytes + 30 + 20);
  CHECK(of.bytes() == two::fixed_bytes + 30 + 20 + 10);

  const std::vector<std::byte> full = block_with(two::has_links | two::has_summaries | two::shared_time);
  const two other(full.data());
  CHECK(other.summaries() == full.data() + two::fixed_bytes + block_links::bytes);
  CHECK(other.head_bytes() == two::most_overhead);
  CHECK(other.time_room() == 4);  // the number of the shared column
  CHECK(other.bytes() == two::most_overhead + 4 + 20 + 10);
}
