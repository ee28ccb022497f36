#include <slotted/store/history_log.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "catch.hpp"

namespace {

using slotted::commit_outcome;
using slotted::memory_budget;
using slotted::detail::block_head;
using slotted::detail::history_log;
using slotted::detail::log_slab;

int series = 0;

const std::byte* add(history_log& log, std::size_t bytes, std::uint32_t number, std::uint64_t total = 1) {
  if (log.make_room(history_log::head_bytes + bytes, true, 1) != commit_outcome::done) return nullptr;
  std::memset(log.next(), static_cast<int>(number), bytes);
  return log.write(bytes, &series, number, total, 10 * std::int64_t{number}, false);
}

std::vector<std::uint32_t> numbers_in(log_slab& slab) {
  std::vector<std::uint32_t> numbers;
  history_log::for_each_block(slab, [&](const std::byte* block, const block_head& head) {
    CHECK(*block == static_cast<std::byte>(head.number));
    CHECK(&history_log::slab_of(block) == &slab);
    numbers.push_back(head.number);
    return true;
  });
  return numbers;
}

}  // namespace

TEST_CASE("blocks stand in slabs in the order in which they came, with their heads") {
  memory_budget budget(1 << 20);
  {
    history_log log(&budget);
    CHECK(log.held() == 0);
    std::vector<const std::byte*> blocks;
    for (std::uint32_t i = 0; i < 40; ++i) {
      blocks.push_back(add(log, 1000, i));
      REQUIRE(log.held() == budget.used());
    }
    CHECK(log.live() == 40'000);
    CHECK(log.oldest() != log.newest());
    std::vector<std::uint32_t> all;
    for (log_slab* slab = log.oldest(); slab != nullptr; slab = slab->newer)
      for (const std::uint32_t number : numbers_in(*slab)) all.push_back(number);
    REQUIRE(all.size() == 40);
    for (std::uint32_t i = 0; i < 40; ++i) CHECK(all[i] == i);
    CHECK(history_log::head_of(blocks[7]).bytes == 1000);
    CHECK(log.newest()->newest_time == 390);
  }
  CHECK(budget.used() == 0);
}

TEST_CASE("a slab goes with its last block, when no snapshot can see it") {
  memory_budget budget(1 << 20);
  history_log log(&budget);
  std::vector<const std::byte*> blocks;
  for (std::uint32_t i = 0; i < 40; ++i) blocks.push_back(add(log, 1000, i));
  log_slab* const first = log.oldest();
  const std::vector<std::uint32_t> numbers = numbers_in(*first);
  REQUIRE(numbers.size() >= 3);
  for (std::size_t i = 0; i + 1 < numbers.size(); ++i) log.kill(blocks[i], 5);
  CHECK(numbers_in(*first) == std::vector<std::uint32_t>{numbers.back()});
  CHECK(log.dead() >= 1000 * (numbers.size() - 1));
  CHECK(log.oldest() == first);
  log.kill(blocks[numbers.size() - 1], 5);
  CHECK(log.oldest() != first);
  CHECK(log.has_retired());
  CHECK_FALSE(log.reclaim(5));  // a snapshot of that clock may look at it
  const std::size_t before = log.held();
  CHECK(log.reclaim(6));
  CHECK_FALSE(log.has_retired());
  (void)log.drop_spare();
  CHECK(log.held() < before);
  CHECK(log.held() == budget.used());
}

TEST_CASE("the slab that is written to begins anew when its blocks are dead, unless a snapshot may look at them") {
  memory_budget budget(1 << 20);
  history_log log(&budget);
  const std::byte* const first = add(log, 1000, 1, 7);
  REQUIRE(first != nullptr);
  const std::size_t none = log.dead();
  log.kill(first, 1);
  const std::size_t used = budget.used();
  REQUIRE(log.make_room(500, true, 1) == commit_outcome::done);
  CHECK(log.next() != first);
  CHECK(log.dead() == none + history_log::head_bytes + 1000);
  REQUIRE(log.make_room(500, false, 1) == commit_outcome::done);
  CHECK(log.next() == first);
  CHECK(log.dead() == none);
  CHECK(budget.used() == used);
  CHECK(add(log, 100, 2, 9) == first);
  CHECK(log.newest()->first_total == 9);  // and not that of the dead
  CHECK(log.newest()->newest_time == 20);
}

TEST_CASE("room once made is there, and a full budget makes none") {
  memory_budget budget(40 << 10);
  history_log log(&budget);
  REQUIRE(log.make_room(20'000, false, 1) == commit_outcome::done);
  CHECK(log.has_room(20'000));
  const std::size_t used = budget.used();
  CHECK(log.missing(20'000) == 0);
  CHECK(log.make_room(60'000, false, 1) == commit_outcome::over_budget);
  CHECK(log.has_room(20'000));
  CHECK(budget.used() == used);
  REQUIRE(add(log, 100, 1) != nullptr);
  log.shrink(500, 1);
  CHECK(log.has_room(500));
  CHECK(budget.used() == log.held());
  CHECK(budget.used() <= 4096);
}
