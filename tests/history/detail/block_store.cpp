// The blocks of all series in two logs: what is written, merged, moved and evicted, with a keeper that writes it down.
#include <slotted/history/detail/block_store.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <new>
#include <random>
#include <vector>

#include "catch.hpp"

namespace {

namespace detail = slotted::detail;
using detail::block_address;
using detail::block_age;
using slotted::commit_outcome;
using slotted::memory_budget;

struct point {
  std::int64_t time;
  double value;
};
using layout = detail::history_layout<point, 0, detail::not_found>;
using stream = detail::stream_of<layout>;
using builder_type = detail::block_builder<layout>;

struct keeper;
using store_type = detail::block_store<layout, std::uint32_t, keeper>;

struct keeper {
  store_type* store = nullptr;
  detail::charged_memory* memory = nullptr;
  std::vector<std::pair<std::uint32_t, std::int64_t>> evicted;  // series, first time
  std::vector<std::uint32_t> lost;
  std::size_t slabs = 0;
  std::uint64_t stamps = 0;

  void retire_slab(detail::slab_head* gone);
  void retire_directory(detail::slab_head** gone, std::size_t bytes);
  void retire_column(std::uint32_t) {}
  [[nodiscard]] std::uint64_t oldest_slab_needed(detail::slab_head* const*, block_age) const { return UINT64_MAX; }
  [[nodiscard]] std::uint32_t clock() const { return 0; }
  [[nodiscard]] std::uint64_t stamp() { return ++stamps; }
  void evicting(const detail::block_view<layout>& block, std::uint32_t series) {
    evicted.emplace_back(series, block.first_time());
  }
  void lost_last_block(std::uint32_t series) { lost.push_back(series); }
};

struct parts {
  memory_budget budget;
  keeper keeps;
  detail::charged_memory memory;
  detail::series_nodes<std::uint32_t> nodes;
  detail::series_nodes<std::uint32_t>::beginnings first_nodes;
  detail::paged_array<stream::line> lines;
  store_type::beginnings room;
  store_type store;
  void* buffers = ::operator new(builder_type::memory_bytes(64), std::align_val_t(64));
  builder_type builder{static_cast<std::byte*>(buffers), 64};

  // Slabs of 4 KiB. When there is no room, idle slabs go and then the oldest.
  explicit parts(std::size_t limit)
      : budget(limit),
        memory(&budget, make_room, this),
        store(detail::slab_shape::of(4096), 64, nodes, memory, keeps, room, lines) {
    keeps.store = &store;
    keeps.memory = &memory;
    nodes.begin_in(first_nodes);
  }
  ~parts() {
    for (std::uint32_t id = 0; id < nodes.end(); ++id) {
      if (!nodes.is_used(id)) continue;
      store.erase_all(nodes[id].block());
      nodes.erase(id);
    }
    store.release();
    nodes.release(memory);
    ::operator delete(buffers, std::align_val_t(64));
    CHECK(memory.held() == 0);
  }
  static bool make_room(void* self, std::size_t) {
    auto& me = *static_cast<parts*>(self);
    if (me.store.give_spare()) return true;
    if (me.store.log(block_age::final).slabs() > 1) return me.store.evict_slab(block_age::final), true;
    return false;
  }
  std::uint32_t series(std::uint32_t key) {
    if (const std::uint32_t id = nodes.find(key); id != detail::no_index) return id;
    while (!nodes.has_room()) REQUIRE(nodes.try_make_room(memory, true) == commit_outcome::done);
    return nodes.insert(key);
  }
  // Writes a block of `rows` rows from a time on. Returns: whether there was memory.
  bool write(block_age age, std::uint32_t id, std::int64_t first, std::size_t rows) {
    if (store.try_prepare(age, 1, builder_type::max_block_bytes(rows)) != commit_outcome::done) {
      store.end_preparation();
      return false;
    }
    for (std::size_t i = 0; i < rows; ++i) {
      builder.times()[i] = first + static_cast<std::int64_t>(i);
      builder.words()[i] = (static_cast<std::uint64_t>(builder.times()[i]) + 1) * 0x9E3779B97F4A7C15u >> 2;
    }
    slotted::codec::hint hints[layout::columns];
    const std::size_t bytes =
        builder.build(0, rows, store.find(nodes[id].block()) != nullptr, age == block_age::final, hints,
                      [](std::span<const std::byte>) { return detail::shared_columns::none; });
    nodes[id].set_block(
        store.write(age, id, nodes[id].block(), builder.bytes(), bytes, first + static_cast<std::int64_t>(rows) - 1));
    store.end_preparation();
    return true;
  }
  // The times of a series' blocks, newest first.
  std::vector<std::int64_t> firsts(std::uint32_t id) {
    std::vector<std::int64_t> all;
    const detail::series_view<layout> view({}, nodes[id].block(), 0, nullptr, 0, true, store.source());
    view.for_each_block([&](const auto& block) {
      all.push_back(block.first_time());
      return true;
    });
    return all;
  }
};

void keeper::retire_slab(detail::slab_head* gone) {
  ++slabs;
  store->give_slab(gone);
}
void keeper::retire_directory(detail::slab_head** gone, std::size_t bytes) {
  memory->give(reinterpret_cast<std::byte*>(gone), bytes);
}

}  // namespace

TEST_CASE("blocks of a series are found from the newest on, young ones above final ones") {
  parts all(1 << 20);
  const std::uint32_t a = all.series(1);
  const std::uint32_t b = all.series(2);
  for (std::int64_t i = 0; i < 5; ++i) {
    REQUIRE(all.write(block_age::final, a, 100 * i, 40));
    REQUIRE(all.write(block_age::final, b, 100 * i + 7, 3));
  }
  REQUIRE(all.write(block_age::young, a, 500, 2));
  CHECK(all.firsts(a) == std::vector<std::int64_t>{500, 400, 300, 200, 100, 0});
  CHECK(all.firsts(b) == std::vector<std::int64_t>{407, 307, 207, 107, 7});
  CHECK(all.store.rows() == 5 * 43 + 2);
  CHECK(all.store.blocks() == 11);
  CHECK(store_type::is_young(all.nodes[a].block()));
  CHECK(all.memory.held() >= all.store.held());
  CHECK(all.store.live() <= all.store.held());
}

TEST_CASE("the oldest slab goes with all its blocks, and what was below them is not found any more") {
  parts all(1 << 20);
  const std::uint32_t a = all.series(1);
  const std::uint32_t slow = all.series(2);
  REQUIRE(all.write(block_age::final, slow, 5, 1));
  std::int64_t first = 1000;
  while (all.store.log(block_age::final).slabs() < 3) REQUIRE(all.write(block_age::final, a, first += 100, 60));
  const std::size_t before = all.store.rows();
  all.store.evict_slab(block_age::final);
  CHECK(all.keeps.evicted.front() == std::pair<std::uint32_t, std::int64_t>{slow, 5});
  CHECK(all.keeps.lost == std::vector<std::uint32_t>{slow});  // it has no block any more
  CHECK(all.keeps.slabs == 1);
  CHECK(all.store.rows() == before - 1 - 60 * (all.keeps.evicted.size() - 1));
  const std::vector<std::int64_t> left = all.firsts(a);
  CHECK(left.front() == first);
  CHECK(left.back() == 1100 + 100 * static_cast<std::int64_t>(all.keeps.evicted.size() - 1));
}

TEST_CASE("blocks that are older than a time go one by one, and no further than the first that is not") {
  parts all(1 << 20);
  const std::uint32_t a = all.series(1);
  for (std::int64_t i = 0; i < 30; ++i) REQUIRE(all.write(block_age::final, a, 100 * i, 10));
  all.store.evict_older(1209);  // the block of 1200 to 1209 has a row of that time
  CHECK(all.keeps.evicted.size() == 12);
  CHECK(all.firsts(a).back() == 1200);
  CHECK(all.store.rows() == 18 * 10);
  all.store.evict_older(1209);
  CHECK(all.keeps.evicted.size() == 12);
  all.store.evict_older(1210);
  CHECK(all.firsts(a).back() == 1300);
  all.store.evict_older(INT64_MAX);
  CHECK(all.store.rows() == 0);
  CHECK(all.store.log(block_age::final).slabs() == 0);
}

TEST_CASE("cleaning moves the live young blocks of a series to the end, and keeps their order") {
  parts all(1 << 20);
  std::vector<std::uint32_t> ids;
  for (std::uint32_t key = 0; key < 12; ++key) ids.push_back(all.series(key));
  std::mt19937 random(3);
  std::map<std::uint32_t, std::vector<std::int64_t>> model;
  std::int64_t time = 0;
  for (int i = 0; i < 3'000; ++i) {
    const std::uint32_t id = ids[random() % ids.size()];
    if (model[id].size() > 3) {  // as a merge does it: the newest two become one
      for (int k = 0; k < 2; ++k) {
        const block_address gone = all.nodes[id].block();
        const block_address below = detail::bytes_of_block<layout>(all.store.find(gone)).previous();
        all.store.kill(gone);
        all.nodes[id].set_block(below);
        model[id].pop_back();
      }
    }
    REQUIRE(all.write(block_age::young, id, time += 10, 1 + random() % 20));
    model[id].push_back(time);
    if (all.store.wants_cleaning()) REQUIRE(all.store.sweep(INT64_MIN));
    if (i % 50 == 0)
      for (const auto& [each, firsts] : model)
        REQUIRE(all.firsts(each) == std::vector<std::int64_t>(firsts.rbegin(), firsts.rend()));
  }
  CHECK(all.keeps.evicted.empty());
  CHECK(all.store.moved() != 0);
  CHECK(all.store.log(block_age::young).slabs() < 12);  // 3,000 blocks went through them
  all.store.compact();
  for (const auto& [each, firsts] : model)
    REQUIRE(all.firsts(each) == std::vector<std::int64_t>(firsts.rbegin(), firsts.rend()));
  CHECK(all.store.log(block_age::young).slabs() * 4096 < all.store.live() + 3 * 4096);
}

TEST_CASE("what is prepared for can be written, and a refusal has changed nothing but what was evicted") {
  for (std::size_t pages = 1; pages < 12; ++pages) {
    CAPTURE(pages);
    parts all(pages * 4096 + 100);
    const std::uint32_t a = all.series(1);
    std::int64_t first = 0;
    int refused = 0;
    for (int i = 0; i < 200 && refused < 3; ++i) {
      const std::size_t rows = all.store.rows();
      const std::size_t evicted = all.keeps.evicted.size();
      if (all.write(block_age::final, a, first += 100, 60)) {
        if (all.keeps.evicted.size() == evicted) REQUIRE(all.store.rows() == rows + 60);
      } else {
        ++refused;
        REQUIRE(all.store.rows() == rows);
      }
      REQUIRE(all.budget.used() == all.memory.held());
      REQUIRE(all.store.held() == all.memory.held());
    }
    if (pages >= 3) CHECK(refused == 0);  // one slab to write to, one to give up
  }
}

TEST_CASE("several slabs that a preparation asks for are not given up for each other") {
  parts all(4 * 4096);
  const std::size_t bytes = builder_type::max_block_bytes(64);
  CHECK(all.store.try_prepare(block_age::final, 3 * (4096 / bytes), bytes) == commit_outcome::done);
  CHECK(all.store.try_prepare(block_age::young, 3 * (4096 / bytes), bytes) == commit_outcome::over_budget);
  CHECK(all.store.spares() >= 3);
  all.store.end_preparation();
  while (all.store.give_spare()) {
  }
  CHECK(all.memory.held() == 0);
}
