// slotted: what a history knows of a series: a directory of its blocks and a tail of its newest rows.
// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <new>
#include <span>

#include <slotted/algorithm.hpp>
#include <slotted/store/history_layout.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace v0 {
namespace detail {

// A link of a thing that has been taken out of the history while a snapshot may still look at it.
template <class Thing>
struct retirement {
  Thing* next_retired = nullptr;
  std::uint64_t stamp = 0;  // of the clock: snapshots of later clocks cannot see the thing
};

// The directory's entry of one block. Readers see it unchanged: the place may move, to bytes that say the same, and a
// block that has gone is still there for snapshots that are older than its going.
template <class Layout>
class block_entry {
 public:
  static constexpr std::uint64_t never = UINT64_MAX;

  block_entry() noexcept = default;
  block_entry(const block_entry& other) noexcept { *this = other; }
  block_entry& operator=(const block_entry& other) noexcept {  // by the owner, before readers can see the copy
    if (this == &other) return *this;
    place_.store(other.place_.load(std::memory_order_relaxed), std::memory_order_relaxed);
    gone_.store(other.gone_.load(std::memory_order_relaxed), std::memory_order_relaxed);
    first_time_ = other.first_time_;
    last_time_ = other.last_time_;
    rows_ = other.rows_;
    std::memcpy(summaries_, other.summaries_, sizeof summaries_);
    return *this;
  }

  [[nodiscard]] std::size_t rows() const noexcept { return rows_; }  // in the order of time
  [[nodiscard]] std::int64_t first_time() const noexcept { return first_time_; }
  [[nodiscard]] std::int64_t last_time() const noexcept { return last_time_; }
  // The block's bytes. seq_cst: see reader_registry.
  [[nodiscard]] const std::byte* data() const noexcept { return place_.load(std::memory_order_seq_cst); }
  [[nodiscard]] std::size_t bytes() const noexcept { return Layout::size_of_block(data()); }

  // Writes all values of a leaf to to[0] to to[rows() - 1].
  template <std::size_t L>
  void decode(typename Layout::template leaf<L>* to) const noexcept {
    Layout::template decode_leaf<L>(data(), rows_, to);
  }
  // A leaf's one column, as the codec wrote it, and its dictionary.
  template <std::size_t L>
  [[nodiscard]] kept_column kept() const noexcept {
    return Layout::template kept_leaf<L>(data());
  }
  // The same for the time key, as int64 in the order of the times.
  void decode_times(std::int64_t* to) const noexcept { Layout::decode_times(data(), rows_, to); }

  template <std::size_t L>
  [[nodiscard]] auto summary() const noexcept {
    auto result = Layout::template load_summary<L>(summaries_);
    if constexpr (L == Layout::time_leaf) {
      result.min = from_order<typename Layout::time_type>(first_time_);
      result.max = from_order<typename Layout::time_type>(last_time_);
    }
    return result;
  }

  // ---- for the owner

  // Preconditions: no reader can see the entry yet.
  void set(const std::byte* place, std::size_t rows, std::int64_t first_time, std::int64_t last_time) noexcept {
    place_.store(place, std::memory_order_relaxed);
    gone_.store(never, std::memory_order_relaxed);
    first_time_ = first_time;
    last_time_ = last_time;
    rows_ = static_cast<std::uint16_t>(rows);
  }
  [[nodiscard]] std::byte* summaries() noexcept { return summaries_; }
  void move_to(const std::byte* place) noexcept { place_.store(place, std::memory_order_seq_cst); }
  void go(std::uint64_t stamp) noexcept { gone_.store(stamp, std::memory_order_seq_cst); }
  [[nodiscard]] bool has_gone() const noexcept { return gone_.load(std::memory_order_relaxed) != never; }
  // Whether a snapshot made at a clock sees the block.
  [[nodiscard]] bool seen_at(std::uint64_t clock) const noexcept {
    return gone_.load(std::memory_order_seq_cst) >= clock;
  }

 private:
  std::atomic<const std::byte*> place_{nullptr};
  std::atomic<std::uint64_t> gone_{never};  // the clock when it was evicted
  std::int64_t first_time_ = 0;
  std::int64_t last_time_ = 0;
  std::uint16_t rows_ = 0;
  std::byte summaries_[Layout::summary_size == 0 ? 1 : Layout::summary_size];
};

// Entries of consecutive blocks of a series. Only the newest chunk of a series takes more; once there is a newer one,
// its count and times stand.
template <class Layout>
struct directory_chunk : retirement<directory_chunk<Layout>> {
  using entry = block_entry<Layout>;

  std::atomic<directory_chunk*> older{nullptr};
  directory_chunk* newer = nullptr;  // the owner's
  std::int64_t first_time = INT64_MAX;
  std::int64_t last_time = INT64_MIN;
  std::uint32_t first_number = 0;  // of its first block in the series
  std::uint16_t capacity = 0;
  std::uint16_t count = 0;
  std::uint16_t gone = 0;  // how many of them; the owner's

  [[nodiscard]] entry* entries() noexcept {
    return std::launder(reinterpret_cast<entry*>(reinterpret_cast<std::byte*>(this) + sizeof(directory_chunk)));
  }
  [[nodiscard]] const entry* entries() const noexcept { return const_cast<directory_chunk*>(this)->entries(); }
  [[nodiscard]] static constexpr std::size_t bytes(std::size_t capacity) noexcept {
    return sizeof(directory_chunk) + capacity * sizeof(entry);
  }
};

// Room for rows of a tail; the rows stand behind it.
struct row_chunk {
  row_chunk* older = nullptr;
  std::uint32_t first = 0;     // the first row's place in the tail
  std::uint32_t capacity = 0;  // rows

  [[nodiscard]] std::byte* rows() noexcept { return reinterpret_cast<std::byte*>(this + 1); }
  [[nodiscard]] const std::byte* rows() const noexcept { return reinterpret_cast<const std::byte*>(this + 1); }
};

// A state of a series that readers see as a whole: blocks up to some point, and the rows since, which only grow in
// number. Sealing replaces it by the next.
template <class Layout>
struct series_tail : retirement<series_tail<Layout>> {
  // A row in a tail, then, where there are several series, its number of arrival less `base`.
  static constexpr std::size_t stride = Layout::row_bytes + (Layout::has_series ? sizeof(std::uint32_t) : 0);

  std::uint64_t base = 0;                     // the history's number of rows when this tail began
  directory_chunk<Layout>* blocks = nullptr;  // the newest chunk
  series_tail* previous = nullptr;            // for readers who came before this tail began, and nobody else
  std::atomic<row_chunk*> rows{nullptr};      // the newest
  std::atomic<std::uint32_t> count{0};
  std::uint16_t blocks_used = 0;  // entries of the newest chunk

  [[nodiscard]] static std::uint64_t arrival_of(const std::byte* row) noexcept {
    std::uint32_t number = 0;
    if constexpr (Layout::has_series) std::memcpy(&number, row + Layout::row_bytes, sizeof number);
    return number;
  }
  // Preconditions: i is below a count that was loaded before.
  [[nodiscard]] const std::byte* row(std::size_t i) const noexcept {
    const row_chunk* chunk = rows.load(std::memory_order_acquire);
    while (i < chunk->first) chunk = chunk->older;
    return chunk->rows() + (i - chunk->first) * stride;
  }
  // How many of its rows are among the first `total` of the history.
  [[nodiscard]] std::size_t rows_before(std::uint64_t total) const noexcept {
    const std::size_t have = count.load(std::memory_order_acquire);
    if (total <= base) return 0;
    if constexpr (!Layout::has_series) {
      return total - base < have ? number_cast<std::size_t>(total - base) : have;
    } else {
      std::size_t first = 0;
      for (std::size_t length = have; length != 0;) {
        const std::size_t half = length / 2;
        if (base + arrival_of(row(first + half)) < total) {
          first += half + 1;
          length -= half + 1;
        } else {
          length = half;
        }
      }
      return first;
    }
  }
};

// A series as readers come by it, in a list.
template <class Layout>
struct series_link {
  typename Layout::series_type key{};
  std::atomic<series_link*> next{nullptr};
  std::atomic<series_tail<Layout>*> tail{nullptr};
};

// One series of a snapshot. Cheap to copy; valid as long as the pins it came from.
template <class Layout>
class series_view {
 public:
  using key_type = typename Layout::series_type;
  using entry = block_entry<Layout>;

  series_view() noexcept = default;
  series_view(key_type key, const series_tail<Layout>& tail, std::size_t tail_rows, std::uint64_t clock) noexcept
      : tail_(&tail), clock_(clock), tail_rows_(static_cast<std::uint32_t>(tail_rows)), key_(key) {}

  [[nodiscard]] key_type key() const noexcept { return key_; }

  // Calls f(entry) for each block, the newest first, until it returns false.
  template <class F>
  void for_each_block(F f) const {
    for_each_block(INT64_MIN, INT64_MAX, f);
  }
  // The same for blocks with a time in [from, to], both ends included.
  template <class F>
  void for_each_block(std::int64_t from, std::int64_t to, F f) const {
    if (tail_ == nullptr) return;
    const directory_chunk<Layout>* chunk = tail_->blocks;
    std::size_t used = tail_->blocks_used;
    bool newest = true;
    while (chunk != nullptr) {
      if (newest || (chunk->first_time <= to && from <= chunk->last_time)) {
        for (std::size_t i = used; i-- != 0;) {
          const entry& each = chunk->entries()[i];
          if (each.first_time() > to || each.last_time() < from || !each.seen_at(clock_)) continue;
          if (!f(each)) return;
        }
      }
      chunk = chunk->older.load(std::memory_order_seq_cst);
      if (chunk != nullptr) used = chunk->count;
      newest = false;
    }
  }

  // Rows that are not in a block yet, in the order in which they came.
  [[nodiscard]] std::size_t tail_rows() const noexcept { return tail_rows_; }
  // Preconditions: i < tail_rows().
  [[nodiscard]] const std::byte* tail_row(std::size_t i) const noexcept {
    assert(i < tail_rows_);
    return tail_->row(i);
  }

  // Rows in blocks and in the tail. Complexity: linear in blocks.
  [[nodiscard]] std::size_t rows() const noexcept {
    std::size_t rows = tail_rows_;
    for_each_block([&rows](const entry& each) {
      rows += each.rows();
      return true;
    });
    return rows;
  }

 private:
  const series_tail<Layout>* tail_ = nullptr;
  std::uint64_t clock_ = 0;
  std::uint32_t tail_rows_ = 0;
  [[no_unique_address]] key_type key_{};
};

}  // namespace detail
}  // namespace v0
}  // namespace slotted
