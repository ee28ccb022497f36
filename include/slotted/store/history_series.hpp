// slotted: a series of a history as its owner knows it, and the index that finds it by its key.
// SPDX-License-Identifier: MIT
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>

#include <slotted/algorithm.hpp>
#include <slotted/codec/column_state.hpp>
#include <slotted/store/history_block.hpp>
#include <slotted/store/history_dictionary.hpp>
#include <slotted/store/history_memory.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace v0 {
namespace detail {

template <class Layout>
struct history_series : series_link<Layout>, retirement<history_series<Layout>> {
  // Where the next row goes; what an append needs stands together.
  std::uint64_t pattern = 0;  // of the key
  std::byte* cursor = nullptr;
  std::byte* cursor_end = nullptr;
  series_tail<Layout>* current = nullptr;
  std::uint64_t base = 0;   // of the current tail
  std::uint32_t count = 0;  // rows of it

  std::uint32_t next_number = 0;  // of blocks
  std::uint64_t sealed_rows = 0;  // that have not gone
  std::size_t block_bytes = 0;    // of live blocks, in the log
  directory_chunk<Layout>* newest = nullptr;
  directory_chunk<Layout>* oldest = nullptr;
  column_state* states = nullptr;             // one a column, or null for want of memory
  column_dictionary* dictionaries = nullptr;  // that its blocks name, or new ones will
  // What sealing needs, had beforehand.
  series_tail<Layout>* spare_tail = nullptr;
  directory_chunk<Layout>* spare_chunk = nullptr;
  row_chunk* spare_rows = nullptr;  // of the tail that was sealed last

  history_series* before = nullptr;        // in the list
  history_series* next_emptied = nullptr;  // of those whose last block went
  bool emptied = false;
  std::uint8_t look_interval = 2;  // blocks until a further look for values that recur
  std::uint32_t next_look = 2;     // blocks that it takes to the next one, ever

  [[nodiscard]] history_series* after() const noexcept {
    return static_cast<history_series*>(this->next.load(std::memory_order_relaxed));
  }
  // The chunk that a block is in. Complexity: linear in chunks that are older.
  [[nodiscard]] directory_chunk<Layout>* chunk_of(std::uint32_t number) const noexcept {
    directory_chunk<Layout>* chunk = oldest;
    while (number - chunk->first_number >= chunk->count) chunk = chunk->newer;
    return chunk;
  }
};

// Series by key: open addressing with linear probing, at most half full.
template <class Layout>
class series_index {
  using series = history_series<Layout>;

 public:
  // How many bytes it takes for so many series; it takes more of them in steps.
  [[nodiscard]] std::size_t bytes() const noexcept { return slots_ * sizeof(series*); }

  [[nodiscard]] series* find(std::uint64_t pattern) const noexcept {
    if (slots_ == 0) return nullptr;
    for (std::size_t at = home(pattern);; at = (at + 1) & (slots_ - 1)) {
      series* const each = table_[at];
      if (each == nullptr || each->pattern == pattern) return each;
    }
  }
  // Whether one more fits; if not, bytes_to_grow() of memory make room for twice as many.
  [[nodiscard]] bool has_room() const noexcept { return 2 * (size_ + 1) <= slots_; }
  [[nodiscard]] std::size_t slots_to_grow() const noexcept { return slots_ == 0 ? 16 : 2 * slots_; }
  [[nodiscard]] std::size_t bytes_to_grow() const noexcept { return slots_to_grow() * sizeof(series*); }
  // Moves to a larger table. Returns: the one that it had, of bytes() before, or null.
  void* grow(void* room) noexcept {
    series** const before = table_;
    const std::size_t slots = slots_;
    slots_ = slots_to_grow();
    table_ = static_cast<series**>(room);
    for (std::size_t i = 0; i < slots_; ++i) table_[i] = nullptr;
    size_ = 0;
    for (std::size_t i = 0; i < slots; ++i)
      if (before[i] != nullptr) insert(*before[i]);
    return before;
  }
  // Preconditions: has_room(), and no series has this key.
  void insert(series& added) noexcept {
    assert(has_room());
    std::size_t at = home(added.pattern);
    while (table_[at] != nullptr) at = (at + 1) & (slots_ - 1);
    table_[at] = &added;
    ++size_;
  }
  // Closes the gap (Knuth, The Art of Computer Programming, vol. 3, 6.4, algorithm R).
  void erase(const series& gone) noexcept {
    std::size_t hole = home(gone.pattern);
    while (table_[hole] != &gone) hole = (hole + 1) & (slots_ - 1);
    for (std::size_t at = (hole + 1) & (slots_ - 1); table_[at] != nullptr; at = (at + 1) & (slots_ - 1)) {
      const std::size_t wants = home(table_[at]->pattern);
      if (((at - wants) & (slots_ - 1)) < ((at - hole) & (slots_ - 1))) continue;
      table_[hole] = table_[at];
      hole = at;
    }
    table_[hole] = nullptr;
    --size_;
  }
  // Forgets everything. Returns: the memory, of bytes() before, or null.
  void* reset() noexcept {
    void* const room = table_;
    table_ = nullptr;
    slots_ = size_ = 0;
    return room;
  }

 private:
  [[nodiscard]] std::size_t home(std::uint64_t pattern) const noexcept {
    return number_cast<std::size_t>((pattern * 0x9E37'79B9'7F4A'7C15) >> 32) & (slots_ - 1);
  }

  series** table_ = nullptr;
  std::size_t slots_ = 0;  // a power of two, or none
  std::size_t size_ = 0;
};

}  // namespace detail
}  // namespace v0
}  // namespace slotted
