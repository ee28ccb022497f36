// slotted: how a table finds an open series by its name set and the numbers of its values.
// SPDX-License-Identifier: MIT
//
// A linear hash table (W. Litwin, Linear hashing: a new tool for file and table addressing, 1980) whose chains go
// through the chunks: 4 bytes a bucket, no more buckets than a quarter over the series, and a bucket at a time. Buckets
// are chosen by a seeded hash, and values are always compared. For one thread at a time.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#include <slotted/hash_seed.hpp>
#include <slotted/memory/slab_heap.hpp>
#include <slotted/series/detail/paged_list.hpp>
#include <slotted/series/detail/series_chunk.hpp>
#include <slotted/series/detail/series_rows.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {

class series_index {
 public:
  explicit series_index(const hash_seed& seed = process_hash_seed()) noexcept : seed_(seed) {}
  series_index(const series_index&) = delete;
  series_index& operator=(const series_index&) = delete;

  [[nodiscard]] std::uint32_t size() const noexcept { return size_; }

  // The number of the open series of these values, or no_id.
  [[nodiscard]] std::uint32_t find(const series_rows& rows, std::uint32_t set, const std::uint32_t* ids,
                                   unsigned count) const noexcept {
    if (buckets_ == 0) return no_id;
    std::uint32_t number = heads_[bucket_of(hash(set, ids, count))];
    while (number != no_id) {
      series_chunk& chunk = rows.chunk_of(number);
      if (chunk.set == set && chunk.has_ids(number % 64, ids)) break;
      number = chunk.chain(number % 64);
    }
    return number;
  }
  // Whether there is room for one more series, which only the first one needs: without it chains grow longer.
  [[nodiscard]] bool try_reserve(slab_heap& heap) noexcept {
    return heads_.try_reserve(heap, size_ + std::size_t{1}) || buckets_ != 0;
  }
  // Preconditions: try_reserve has said so; the row has its values.
  void insert(slab_heap& heap, const series_rows& rows, std::uint32_t number) noexcept {
    ++size_;
    for (int step = 0; step < 2 && buckets_ < size_; ++step)  // two, to make up for growth that found no memory
      if (heads_.try_reserve(heap, buckets_ + std::size_t{1})) grow(rows);
    std::uint32_t& head = heads_[bucket_of(hash_of(rows, number))];
    rows.chain(number) = head;
    head = number;
  }
  void erase(slab_heap& heap, const series_rows& rows, std::uint32_t number) noexcept {
    std::uint32_t* from = &heads_[bucket_of(hash_of(rows, number))];
    while (*from != number) from = &rows.chain(*from);
    *from = rows.chain(number);
    --size_;
    while (buckets_ > size_ + size_ / 4 || (size_ == 0 && buckets_ != 0)) shrink(rows);
    heads_.shrink(heap, buckets_);
  }
  [[nodiscard]] std::uint32_t compact_steps() const noexcept { return heads_.leaves(); }
  void compact(slab_heap& heap, std::uint32_t step) noexcept { heads_.compact(heap, step); }
  void release(slab_heap& heap) noexcept {
    heads_.release(heap);
    size_ = buckets_ = 0;
  }

  // The series that a search for one compares, for tests of hostile values.
  [[nodiscard]] std::size_t probes(const series_rows& rows, std::uint32_t number) const noexcept {
    std::size_t count = 1;
    for (std::uint32_t each = heads_[bucket_of(hash_of(rows, number))]; each != number; each = rows.chain(each))
      ++count;
    return count;
  }

 private:
  [[nodiscard]] std::uint64_t hash(std::uint32_t set, const std::uint32_t* ids, unsigned count) const noexcept {
    std::uint64_t hash = seed_.first + set;
    unsigned i = 0;
    for (; i + 1 < count; i += 2) hash = combine_hash(hash, ids[i] | std::uint64_t{ids[i + 1]} << 32, seed_);
    if (i < count) hash = combine_hash(hash, ids[i], seed_);
    return fold_multiply(hash, seed_.first);
  }
  [[nodiscard]] std::uint64_t hash_of(const series_rows& rows, std::uint32_t number) const noexcept {
    const series_chunk& chunk = rows.chunk_of(number);
    std::uint32_t ids[most_labels_of_a_series];
    chunk.ids(number % 64, ids);
    return hash(chunk.set, ids, chunk.columns);
  }
  [[nodiscard]] std::uint32_t bucket_of(std::uint64_t hash) const noexcept {
    const std::uint32_t floor = std::bit_floor(buckets_);
    const std::uint32_t low = static_cast<std::uint32_t>(hash) & (floor * 2 - 1);
    return low < buckets_ ? low : low - floor;
  }
  // One more bucket, for which there is room; it takes about half of the chain of the bucket that it is split from.
  void grow(const series_rows& rows) noexcept {
    const std::uint32_t added = buckets_++;
    heads_.push_back() = no_id;
    if (added == 0) return;
    std::uint32_t& from = heads_[added - std::bit_floor(added)];
    std::uint32_t left = from;
    from = no_id;
    while (left != no_id) {
      std::uint32_t& chain = rows.chain(left);
      const std::uint32_t next = chain;
      std::uint32_t& head = heads_[bucket_of(hash_of(rows, left))];
      chain = head;
      head = left;
      left = next;
    }
  }
  // One bucket fewer; its chain joins the one that it was split from.
  void shrink(const series_rows& rows) noexcept {
    const std::uint32_t last = --buckets_;
    if (last == 0) return;
    std::uint32_t* end = &heads_[last - std::bit_floor(last)];
    while (*end != no_id) end = &rows.chain(*end);
    *end = heads_[last];
  }

  paged_list<std::uint32_t> heads_;
  hash_seed seed_;
  std::uint32_t size_ = 0;
  std::uint32_t buckets_ = 0;
};

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
