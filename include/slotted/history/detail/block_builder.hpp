// slotted: rows made into the bytes of a block.
// SPDX-License-Identifier: MIT
//
// A builder has buffers for the rows of one series that are about to become blocks: times, and a column of words for
// each value column. It knows nothing of logs and of memory limits. For one thread at a time.
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include <slotted/algorithm.hpp>
#include <slotted/history/detail/block_format.hpp>
#include <slotted/history/detail/column_encoder.hpp>
#include <slotted/history/detail/series_view.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {

// Orders rows by time; rows of equal time keep their order. `columns` columns of words stand `stride` apart.
inline void sort_rows(std::int64_t* times, std::uint64_t* words, std::size_t stride, std::size_t columns,
                      std::size_t rows) noexcept {
  std::uint16_t order[2 * block_rows];
  std::uint64_t sorted[2 * block_rows];
  assert(rows <= 2 * block_rows);
  for (std::size_t i = 0; i < rows; ++i) order[i] = static_cast<std::uint16_t>(i);
  detail::sort(order, order + rows, [times](std::uint16_t left, std::uint16_t right) {
    return times[left] != times[right] ? times[left] < times[right] : left < right;
  });
  for (std::size_t c = 0; c < columns; ++c) {
    std::uint64_t* const column = words + c * stride;
    for (std::size_t i = 0; i < rows; ++i) sorted[i] = column[order[i]];
    std::memcpy(column, sorted, rows * sizeof *column);
  }
  auto* const ordered = reinterpret_cast<std::int64_t*>(sorted);
  for (std::size_t i = 0; i < rows; ++i) ordered[i] = times[order[i]];
  std::memcpy(times, ordered, rows * sizeof *times);
}

// The times of the last block and what they were encoded to: series that are scraped together have the same, one after
// the other, and comparing takes less than encoding.
struct time_memo {
  std::size_t rows = 0;
  std::size_t bytes = 0;
  std::int64_t times[block_rows];
  std::byte encoded[slotted::codec::max_encoded_size(block_rows)];

  [[nodiscard]] bool has(const std::int64_t* of, std::size_t count) const noexcept {
    return rows == count && of[0] == times[0] && of[count - 1] == times[count - 1] &&
           std::memcmp(of, times, count * sizeof *of) == 0;
  }
};

template <class Layout>
class block_builder {
  using format = bytes_of_block<Layout>;
  static constexpr std::size_t columns = Layout::columns;

 public:
  [[nodiscard]] static constexpr std::size_t max_block_bytes(std::size_t rows) noexcept {
    return format::most_overhead + (columns + 1) * slotted::codec::max_encoded_size(rows);
  }
  // The memory that a builder needs for blocks of up to so many rows: buffers for twice as many, which is what a head
  // and young blocks that are no full block have together, and for the bytes of one block.
  [[nodiscard]] static constexpr std::size_t memory_bytes(std::size_t most_rows) noexcept {
    return 2 * most_rows * (columns + 1) * sizeof(std::uint64_t) + max_block_bytes(most_rows);
  }

  // Preconditions: `memory` has memory_bytes(most_rows) bytes, aligned to 64, and outlives the builder.
  block_builder(std::byte* memory, std::size_t most_rows) noexcept
      : times_(reinterpret_cast<std::int64_t*>(memory)),
        words_(reinterpret_cast<std::uint64_t*>(times_ + 2 * most_rows)),
        bytes_(reinterpret_cast<std::byte*>(words_ + 2 * most_rows * columns)),
        stride_(2 * most_rows) {}

  // Room for the bytes of one block.
  [[nodiscard]] std::byte* bytes() noexcept { return bytes_; }
  [[nodiscard]] std::int64_t* times() noexcept { return times_; }
  [[nodiscard]] std::uint64_t* words() noexcept { return words_; }
  // Words from one column to the next.
  [[nodiscard]] std::size_t stride() const noexcept { return stride_; }
  // What remembers times from block to block; null for nothing.
  void use(time_memo* memo) noexcept { memo_ = memo; }

  // Writes rows [first, first + rows) as a block to bytes(), all but what depends on where it goes: the owner, the
  // block below and the links. `share(column)` gives the number of a shared time column or shared_columns::none.
  // `hints` are those of the block before it of the series, and of this one afterwards. Returns: the bytes.
  template <class Share>
  std::size_t build(std::size_t first, std::size_t rows, bool linked, bool final, slotted::codec::hint* hints,
                    Share share) noexcept {
    std::byte* const to = bytes_;
    const bool with_links = linked || rows >= format::least_rows_for_links;
    const bool with_summaries = Layout::summary_size != 0 && rows >= format::least_rows_for_summaries;
    unsigned flags = (with_links ? unsigned{format::has_links} : 0) |
                     (with_summaries ? unsigned{format::has_summaries} : 0) | (final ? unsigned{format::final} : 0);
    std::byte* at = to + format::fixed_bytes;
    if (with_links) {
      block_links links;
      links.first = links.least = times_[first];
      links.last = links.greatest = times_[first + rows - 1];
      links.save(at);
      at += block_links::bytes;
    }
    if (with_summaries) {
      Layout::summarize_words(words_ + first, stride_, rows, at);
      at += Layout::summary_size;
    }
    const std::size_t time_bytes = encode_times(first, rows, at);
    const std::uint32_t shared = share(std::span<const std::byte>(at, time_bytes));
    if (shared != shared_columns::none) {
      flags |= format::shared_time;
      std::memcpy(at, &shared, 4);
      at += 4;
    } else {
      at += time_bytes;
    }
    save16(to + 4, rows);
    to[6] = static_cast<std::byte>(flags);
    save16(to + 13, time_bytes);
    for (std::size_t c = 0; c < columns; ++c) {
      const std::size_t bytes = encode_words(words_ + c * stride_ + first, rows, Layout::kinds[c], hints[c], at);
      save16(to + 15 + 4 * c, bytes);
      save16(to + 17 + 4 * c, hints[c].choice);
      at += bytes;
    }
    return static_cast<std::size_t>(at - to);
  }

  // Gives a block its place: the owner, the block below it, 0 for none, and its links.
  static void place(std::byte* block, std::uint32_t owner, block_address below,
                    const block_source<Layout>& source) noexcept {
    const format made(block);
    const std::byte* const under = source.find(below);
    if (under == nullptr) below = 0;
    std::memcpy(block, &owner, 4);
    block_links::save_address(block + 7, below);
    if (!made.has(format::has_links)) return;
    block_links links = made.links();
    links.depth = 1;
    links.jump = 0;
    links.greatest = links.last;
    links.least = links.first;
    if (under != nullptr) {
      const block_links lower = links_of(under, source);
      links.depth = lower.depth + 1;
      links.greatest = max_of(links.last, lower.greatest);
      links.jump = below;
      if (const std::byte* const second = source.find(lower.jump)) {
        const block_links middle = links_of(second, source);
        if (const std::byte* const third = source.find(middle.jump);
            third != nullptr && lower.depth - middle.depth == middle.depth - links_of(third, source).depth) {
          links.jump = middle.jump;
          links.least = min_of(links.first, min_of(lower.least, middle.least));
        }
      }
    }
    links.save(block + format::fixed_bytes);
  }

 private:
  // Those of a block that keeps none, which is the lowest of its series.
  [[nodiscard]] static block_links links_of(const std::byte* block, const block_source<Layout>& source) noexcept {
    const block_view<Layout> of(block, source.shared);
    if (of.raw().has(format::has_links)) return of.raw().links();
    block_links made;
    made.first = made.least = of.first_time();
    made.last = made.greatest = of.last_time();
    return made;
  }
  std::size_t encode_times(std::size_t first, std::size_t rows, std::byte* to) noexcept {
    const std::int64_t* const times = times_ + first;
    if (memo_ != nullptr && memo_->has(times, rows)) {
      std::memcpy(to, memo_->encoded, memo_->bytes);
      return memo_->bytes;
    }
    slotted::codec::hint hint;
    const std::size_t bytes =
        encode_words(reinterpret_cast<const std::uint64_t*>(times), rows, codec::value_kind::integer, hint, to);
    if (memo_ != nullptr) {
      memo_->rows = rows;
      memo_->bytes = bytes;
      std::memcpy(memo_->times, times, rows * sizeof *times);
      std::memcpy(memo_->encoded, to, bytes);
    }
    return bytes;
  }
  static void save16(std::byte* to, std::size_t value) noexcept {
    const auto narrow = static_cast<std::uint16_t>(value);
    std::memcpy(to, &narrow, sizeof narrow);
  }

  std::int64_t* times_;
  std::uint64_t* words_;
  std::byte* bytes_;
  std::size_t stride_;
  time_memo* memo_ = nullptr;
};

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
