#include <slotted/series/detail/series_chunk.hpp>

#include <array>
#include <cstdint>
#include <map>
#include <random>

#include "catch.hpp"

namespace {

using slotted::slab_heap;
using slotted::detail::row_mask;
using slotted::detail::series_chunk;

constexpr unsigned columns = 4;
using ids = std::array<std::uint32_t, columns>;

void require_same(const series_chunk& chunk, const std::map<unsigned, ids>& model) {
  for (const auto& [row, values] : model) {
    REQUIRE(chunk.has_ids(row, values.data()));
    ids got;
    chunk.ids(row, got.data());
    REQUIRE(got == values);
    for (unsigned column = 0; column < columns; ++column) {
      REQUIRE(chunk.id(column, row) == values[column]);
      const std::uint64_t found = chunk.rows_with(column, values[column]);
      for (const auto& [other, others] : model)
        REQUIRE((found >> other & 1) == (others[column] == values[column] ? 1 : 0));
      for (const auto& [other, others] : model)
        if (others[column] == 77'777'777) FAIL("the model has a value that is looked for in vain");
    }
  }
  for (unsigned column = 0; column < columns; ++column)
    REQUIRE((chunk.rows_with(column, 77'777'777) & chunk.used()) == 0);
}

}  // namespace

TEST_CASE("a chunk keeps value numbers of any size through growth, widening and removals") {
  slab_heap heap;
  std::mt19937_64 random(6);
  for (int life = 0; life < 60; ++life) {
    std::map<unsigned, ids> model;
    const auto draw = [&] {
      const std::uint32_t base = life % 3 == 0 ? 100'000 : 0;
      return ids{7, base + static_cast<std::uint32_t>(random() % 200),
                 base + static_cast<std::uint32_t>(random() % 50'000),
                 static_cast<std::uint32_t>(random() % (random() % 4 == 0 ? 4'000'000'000 : 100))};
    };
    ids first = draw();
    series_chunk* chunk = series_chunk::try_make(heap, 3, first.data(), columns, 500);
    REQUIRE(chunk != nullptr);
    for (int step = 0; step < 300; ++step) {
      const bool fill = step < 120 || random() % 3 == 0;
      if (fill && !chunk->is_full()) {
        const unsigned row = chunk->free_row();
        const ids values = model.empty() ? first : draw();
        if (!chunk->has_room(row, values.data())) {
          series_chunk* const larger = chunk->try_replace(heap, chunk->stored.with(row), values.data());
          REQUIRE(larger != nullptr);
          REQUIRE(larger->has_room(row, values.data()));
          series_chunk::give(heap, chunk);
          chunk = larger;
        }
        chunk->put(row, values.data());
        chunk->live |= series_chunk::bit(row);
        chunk->set_stamp(row, ++chunk->last_stamp);
        chunk->chain(row) = row * 3;
        model[row] = values;
      } else if (model.size() > 1) {
        auto at = model.lower_bound(static_cast<unsigned>(random() % 64));
        if (at == model.end()) at = model.begin();
        chunk->live &= ~series_chunk::bit(at->first);
        model.erase(at);
        if (chunk->stored.is_sparse(chunk->used())) {
          series_chunk* const smaller = chunk->try_replace(heap, row_mask(chunk->used()), nullptr);
          REQUIRE(smaller != nullptr);
          REQUIRE(smaller->bytes < chunk->bytes);
          series_chunk::give(heap, chunk);
          chunk = smaller;
        }
      }
      if (step % 20 == 0) require_same(*chunk, model);
    }
    require_same(*chunk, model);
    for (const auto& [row, values] : model) {
      REQUIRE(chunk->chain(row) == row * 3);
      REQUIRE(chunk->stamp(row) > 500);
    }
    REQUIRE(chunk->set == 3);
    series_chunk::give(heap, chunk);
  }
  CHECK(heap.footprint().payload == 0);
}

TEST_CASE("64 series that share all values but one of a byte take 9 bytes a series and a little for all") {
  slab_heap heap;
  ids values{1, 2, 3, 0};
  series_chunk* chunk = series_chunk::try_make(heap, 0, values.data(), columns, 0);
  for (unsigned row = 0; row < 64; ++row) {
    values[3] = row;
    if (!chunk->has_room(row, values.data())) {
      series_chunk* const larger = chunk->try_replace(heap, chunk->stored.with(row), values.data());
      series_chunk::give(heap, chunk);
      chunk = larger;
    }
    chunk->put(row, values.data());
    chunk->live |= series_chunk::bit(row);
  }
  CHECK(chunk->bytes == sizeof(series_chunk) + columns * 8 + 64 * 9);
  CHECK(sizeof(series_chunk) <= 72);
  std::uint32_t shared = 0;
  CHECK(chunk->is_constant(1, shared));
  CHECK(shared == 2);
  CHECK_FALSE(chunk->is_constant(3, shared));
  CHECK(chunk->rows_with(3, 41) == series_chunk::bit(41));
  CHECK(chunk->rows_with(1, 2) == ~std::uint64_t{0});
  CHECK(chunk->rows_with(1, 3) == 0);
  series_chunk::give(heap, chunk);
}
