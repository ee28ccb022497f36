#include <slotted/history/detail/snapshot_list.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <set>
#include <thread>
#include <vector>

#include "catch.hpp"

namespace {

namespace detail = slotted::detail;
using slotted::memory_budget;

struct point {
  std::int64_t time;
  double value;
};
using layout = detail::history_layout<point, 0, detail::not_found>;

bool nothing_to_give(void*, std::size_t) { return false; }

struct freer {
  std::set<detail::slab_head*> slabs;
  std::set<std::uint32_t> lines;
  std::set<std::uint32_t> columns;
  std::set<detail::slab_head**> directories;
  [[nodiscard]] std::size_t charged(const detail::slab_head&) const { return 1000; }
  void forget(const detail::slab_head&) {}
  void free_slab(detail::slab_head* gone) { REQUIRE(slabs.insert(gone).second); }
  void free_lines(std::uint32_t first) { REQUIRE(lines.insert(first).second); }
  void free_column(std::uint32_t number) { REQUIRE(columns.insert(number).second); }
  void free_directory(detail::slab_head** gone, std::size_t bytes) {
    CHECK(bytes == 8192);
    REQUIRE(directories.insert(gone).second);
  }
};

using list_type = detail::snapshot_list<layout, std::uint32_t, freer>;
using record = list_type::record;

struct list_of {
  memory_budget budget{std::size_t{1} << 20};
  detail::charged_memory memory{&budget, nothing_to_give, nullptr};
  detail::reader_reserve* reserve = detail::reader_reserve::make(&budget);
  freer frees;
  list_type list{memory, *reserve, frees};

  ~list_of() {
    list.expire_all();
    list.release();
    reserve->close();
    reserve->drop();
    memory.release(memory.held());
    CHECK(budget.used() == 0);
  }
  record* take() {
    auto* const made = new record;
    made->reserve = reserve;
    reserve->hold();
    list.add(made);
    return made;
  }
  void close(record* which) {
    which->word.fetch_or(record::closed);
    which->drop();  // the handle's share
    list.reap();
  }
  detail::slab_head slab_born(std::uint32_t when) {
    detail::slab_head made;
    made.born = when;
    REQUIRE(memory.try_charge(1000, false));
    return made;
  }
};

}  // namespace

TEST_CASE("what dies is kept for the snapshots that see it, and no longer") {
  list_of of;
  detail::slab_head early = of.slab_born(of.list.clock());
  record* const first = of.take();
  detail::slab_head middle = of.slab_born(of.list.clock());
  record* const second = of.take();
  detail::slab_head late = of.slab_born(of.list.clock());
  CHECK(of.list.open() == 2);
  CHECK_FALSE(of.list.keep_slab(&late));  // nobody sees it
  of.memory.release(1000);
  CHECK(of.list.keep_slab(&early));
  CHECK(of.list.keep_slab(&middle));
  CHECK(of.list.pinned() == 2000);
  CHECK(of.reserve->used() == 2000);
  CHECK(of.memory.held() == 0);
  of.close(second);
  CHECK(of.frees.slabs == std::set<detail::slab_head*>{&middle});  // the first is older than that
  CHECK(of.list.pinned() == 1000);
  of.close(first);
  CHECK(of.frees.slabs == std::set<detail::slab_head*>{&early, &middle});
  CHECK(of.list.pinned() == 0);
  CHECK(of.reserve->used() == 0);
  CHECK(of.list.empty());
}

TEST_CASE("lines, columns and directories are kept and freed like slabs") {
  list_of of;
  detail::slab_head* ring[4] = {};
  detail::slab_head* other[4] = {};
  record* const first = of.take();
  first->source.logs[0].ring = ring;
  record* const second = of.take();
  second->source.logs[1].ring = other;
  CHECK(of.list.keep_lines(7, 0));
  CHECK(of.list.keep_column(9, 1));
  CHECK_FALSE(of.list.keep_lines(8, 2));  // born after both
  CHECK(of.list.keep_directory(ring, 8192));
  CHECK(of.list.keep_directory(other, 8192));
  detail::slab_head* unknown[4] = {};
  CHECK_FALSE(of.list.keep_directory(unknown, 8192));
  of.close(first);
  CHECK(of.frees.lines.empty());
  of.close(second);
  CHECK(of.frees.lines == std::set<std::uint32_t>{7});
  CHECK(of.frees.columns == std::set<std::uint32_t>{9});
  CHECK(of.frees.directories == std::set<detail::slab_head**>{ring, other});
}

TEST_CASE("a snapshot that is closed out of order passes on what older ones need") {
  list_of of;
  detail::slab_head early = of.slab_born(of.list.clock());
  record* const first = of.take();
  record* const second = of.take();
  record* const third = of.take();
  CHECK(of.list.keep_slab(&early));  // it hangs on the newest
  of.close(second);
  CHECK(of.frees.slabs.empty());
  of.close(third);
  CHECK(of.frees.slabs.empty());
  of.close(first);
  CHECK(of.frees.slabs.size() == 1);
}

TEST_CASE("the oldest snapshot expires, and not while somebody reads it unless one waits") {
  list_of of;
  record* const first = of.take();
  record* const second = of.take();
  REQUIRE(first->enter());
  CHECK_FALSE(of.list.expire_oldest(false));
  CHECK(of.list.open() == 2);
  CHECK_FALSE(first->enter());  // it has no more readers
  CHECK(of.list.expired() == 1);
  std::atomic<bool> left{false};
  std::thread reader([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));  // long enough for an owner who does not wait
    left = true;
    first->leave();
  });
  CHECK(of.list.expire_oldest(true));
  CHECK(left.load());
  reader.join();
  CHECK(of.list.open() == 1);
  CHECK(of.list.expired() == 1);
  CHECK(second->enter());
  second->leave();
  first->drop();
  CHECK(of.list.expire_oldest(false));
  CHECK_FALSE(of.list.expire_oldest(false));
  CHECK(of.list.expired() == 2);
  second->drop();
}

TEST_CASE("a directory is needed from the oldest slab on that a snapshot reads through it") {
  list_of of;
  detail::slab_head* ring[4] = {};
  record* const first = of.take();
  first->source.shift = 12;
  first->source.logs[0].ring = ring;
  first->source.logs[0].begin = std::uint64_t{5} << 12 | 100;
  record* const second = of.take();
  second->source = first->source;
  second->source.logs[0].begin = std::uint64_t{9} << 12;
  CHECK(of.list.oldest_slab_needed(ring, 0) == 5);
  CHECK(of.list.oldest_slab_needed(ring, 1) == UINT64_MAX);
  of.close(first);
  CHECK(of.list.oldest_slab_needed(ring, 0) == 9);
  of.close(second);
}

TEST_CASE("where there is no memory to remember what is needed, snapshots expire instead of seeing less") {
  memory_budget budget(0);
  detail::charged_memory memory(&budget, nothing_to_give, nullptr);
  detail::reader_reserve* const reserve = detail::reader_reserve::make(&budget);
  freer frees;
  list_type list(memory, *reserve, frees);
  auto* const made = new record;
  made->reserve = reserve;
  reserve->hold();
  list.add(made);
  CHECK_FALSE(list.keep_lines(3, 0));
  CHECK(list.empty());
  CHECK(list.expired() == 1);
  CHECK_FALSE(made->enter());
  made->drop();
  list.release();
  reserve->close();
  reserve->drop();
}
