#include <slotted/history/detail/slab_log.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <vector>

#include "catch.hpp"

namespace {

using slotted::detail::block_address;
using slotted::detail::slab_head;
using slotted::detail::slab_log;
using slotted::detail::slab_shape;
using slotted::detail::young_bit;

constexpr std::size_t slab_bytes = 4096;

struct log_of {
  slab_shape shape = slab_shape::of(slab_bytes);
  slab_head* lent[slab_log::lent_slots] = {};
  slab_log log;
  std::vector<std::unique_ptr<std::byte[]>> rooms;

  explicit log_of(block_address tag = 0) : log(tag, shape, lent) {}
  void push() {
    rooms.emplace_back(new std::byte[slab_bytes]);
    auto* const made = ::new (static_cast<void*>(rooms.back().get())) slab_head;
    made->used = static_cast<std::uint32_t>(sizeof(slab_head));
    log.push(made);
  }
  block_address write(std::size_t bytes, std::int64_t last_time = 0) {
    if (!log.fits(bytes)) push();
    REQUIRE(log.fits(bytes));
    const block_address at = log.next_address();
    log.add(bytes, last_time);
    return at;
  }
};

}  // namespace

TEST_CASE("addresses grow, name a slab and an offset, and keep the tag of their log") {
  log_of young(young_bit);
  CHECK(young.log.slabs() == 0);
  block_address before = 0;
  std::size_t live = 0;
  for (int i = 0; i < 100; ++i) {
    const block_address at = young.write(100 + static_cast<std::size_t>(i));
    CHECK((at & young_bit) != 0);
    CHECK(at > before);
    CHECK(at >= young.log.map().begin);
    CHECK(at < young.log.map().end);
    CHECK(young.log.number_of(at) + 1 == young.log.end());
    before = at;
    live += 100 + static_cast<std::size_t>(i);
  }
  CHECK(young.log.live() == live);
  CHECK(young.log.slabs() == (live + 3'900) / 3'900);
}

TEST_CASE("a slab is full when neither a block nor its entry at the end fits") {
  log_of log;
  log.push();
  const std::size_t room = slab_bytes - sizeof(slab_head);
  CHECK(log.log.fits(room - 2));
  CHECK_FALSE(log.log.fits(room - 1));
  log.log.add(room - 6 - 2, 0);
  CHECK(log.log.fits(4));
  CHECK_FALSE(log.log.fits(5));
}

TEST_CASE("blocks are listed by slab, and dead ones are marked by address") {
  log_of log;
  std::vector<block_address> all;
  for (std::size_t i = 0; i < 10; ++i) all.push_back(log.write(50 + i, static_cast<std::int64_t>(10 * i)));
  REQUIRE(log.log.slabs() == 1);
  slab_head& slab = *log.log.front();
  CHECK(slab.blocks == 10);
  CHECK(slab.least_last == 0);
  CHECK(slab.mean_last() == 45);
  for (std::uint32_t i = 0; i < 10; ++i) {
    CHECK(log.log.offset(slab, i) == (all[i] & (slab_bytes - 1)));
    CHECK_FALSE(log.log.is_dead(slab, i));
  }
  const std::size_t live = log.log.live();
  log.log.mark_dead(all[3], 53);
  log.log.mark_dead(all[9], 59);
  log.log.mark_dead(all[0], 50);
  CHECK(log.log.live() == live - 53 - 59 - 50);
  CHECK(slab.live == log.log.live());
  for (std::uint32_t i = 0; i < 10; ++i) CHECK(log.log.is_dead(slab, i) == (i == 3 || i == 9 || i == 0));
}

TEST_CASE("what lies below the front is gone for ever") {
  log_of log;
  std::vector<block_address> all;
  for (int i = 0; i < 40; ++i) all.push_back(log.write(1300));
  REQUIRE(log.log.slabs() == 14);
  log.log.pass(2);  // two of the first slab's three
  CHECK(all[1] < log.log.map().begin);
  CHECK(all[2] >= log.log.map().begin);
  slab_head* const front = log.log.front();
  CHECK(log.log.pop() == front);
  CHECK(all[2] < log.log.map().begin);
  CHECK(all[3] == log.log.map().begin + sizeof(slab_head));
  // One out of the middle leaves the others where they are.
  const std::uint64_t middle = log.log.number_of(all[9]);
  slab_head* const taken = log.log.slab(middle);
  CHECK(log.log.take_out(middle) == taken);
  CHECK(log.log.map().slab(middle) == nullptr);
  CHECK(log.log.map().slab(middle + 1) != nullptr);
  CHECK(log.log.slabs() == 13);
  while (log.log.number_of(all[8]) >= log.log.first()) (void)log.log.pop();
  CHECK(log.log.first() == middle + 1);  // the missing one is passed over
}

TEST_CASE("a directory that is full is replaced, and copies of the old one stay valid") {
  log_of log;
  std::vector<block_address> all;
  while (log.log.slabs() < slab_log::lent_slots) all.push_back(log.write(3000));
  CHECK_FALSE(log.log.has_slot(log.log.first()));
  const auto copy = log.log.map();
  std::vector<slab_head*> room(2 * slab_log::lent_slots);
  const slab_log::directory before = log.log.replace_directory(room.data(), room.size());
  CHECK(before.ring == nullptr);  // the lent one is nobody's to give back
  CHECK(log.log.has_slot(log.log.first()));
  log.push();
  for (const block_address at : all)
    CHECK(copy.slab(log.log.number_of(at)) == log.log.map().slab(log.log.number_of(at)));
  while (log.log.slabs() != 0) (void)log.log.pop();
  const slab_log::directory larger = log.log.use_lent_directory();
  CHECK(larger.ring == room.data());
  CHECK(larger.bytes == room.size() * sizeof(slab_head*));
  CHECK(log.log.directory_bytes() == 0);
  const std::uint64_t next = log.log.end();
  log.push();
  CHECK(log.log.first() == next);  // numbers go on
}

TEST_CASE("slabs of more than 32 KiB count in larger units") {
  const slab_shape small = slab_shape::of(std::size_t{32} << 10);
  CHECK(small.unit() == 1);
  const slab_shape large = slab_shape::of(std::size_t{256} << 10);
  CHECK(large.unit() == 8);
  CHECK(large.bytes() == std::size_t{256} << 10);
}
