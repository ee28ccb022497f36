// slotted: where the series of a table stand: chunks by number, free rows by name set, and stamps that never repeat.
// SPDX-License-Identifier: MIT
//
// A series has a number, 64 * chunk + row, and a stamp. A number is used again, the pair of both never: stamps grow
// within a chunk, and when a chunk goes, its place in the directory remembers the last one. A number whose stamps have
// run out is not used again. The heap is the caller's and the same for every call. For one thread at a time.
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>

#include <slotted/algorithm.hpp>
#include <slotted/memory/slab_heap.hpp>
#include <slotted/series/detail/id_map.hpp>
#include <slotted/series/detail/name_sets.hpp>
#include <slotted/series/detail/paged_list.hpp>
#include <slotted/series/detail/series_chunk.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {

class series_rows {
 public:
  static constexpr unsigned number_bits = 26;
  static constexpr unsigned stamp_bits = 38;
  static constexpr std::uint32_t most_chunks = (std::uint32_t{1} << number_bits) / 64;
  static constexpr std::uint64_t last_stamp = (std::uint64_t{1} << stamp_bits) - 1;
  // So many places of the directory stay, so that a few series that come and go do not use up the stamps of all.
  static constexpr std::size_t kept_places = 512;

  series_rows() noexcept = default;
  series_rows(const series_rows&) = delete;
  series_rows& operator=(const series_rows&) = delete;

  // Numbers of chunks are below this.
  [[nodiscard]] std::uint32_t chunk_limit() const noexcept { return end_; }
  // The chunk of a number, or null.
  [[nodiscard]] series_chunk* chunk(std::uint32_t at) const noexcept {
    if (at >= places_.size() || (places_[at] & 1) != 0) return nullptr;
    return chunk_at(places_[at]);
  }
  // The chunk of a number. Preconditions: it has one.
  [[nodiscard]] series_chunk& chunk_of(std::uint32_t number) const noexcept { return *chunk_at(places_[number / 64]); }
  [[nodiscard]] std::uint32_t& chain(std::uint32_t number) const noexcept {
    return chunk_of(number).chain(number % 64);
  }
  [[nodiscard]] std::size_t chunks() const noexcept { return chunks_; }

  // Puts a series with these values into a free row of its set. Returns: its number, or no_id when there is no memory,
  // or no number is left.
  [[nodiscard]] std::uint32_t try_open(slab_heap& heap, name_sets& sets, std::uint32_t set,
                                       const std::uint32_t* ids) noexcept {
    std::uint32_t at = sets.free_chunks(set);
    if (at == no_id) {
      at = try_add_chunk(heap, sets, set, ids);
      if (at == no_id) return no_id;
    }
    series_chunk* to = &chunk_of(at * 64);
    const unsigned row = to->free_row();
    if (!to->has_room(row, ids)) {
      series_chunk* const larger = to->try_replace(heap, to->stored.with(row), ids);
      if (larger == nullptr) return no_id;
      series_chunk::give(heap, to);
      set_place(at, larger);
      to = larger;
    }
    to->put(row, ids);
    to->live |= series_chunk::bit(row);
    to->marked &= ~series_chunk::bit(row);
    to->set_stamp(row, ++to->last_stamp);
    if (!to->is_listable() || to->first_stamp + to->last_stamp == last_stamp) unlist(sets, at);
    return at * 64 + row;
  }
  // From now on the row is read only by those who know its number and stamp.
  void close(std::uint32_t number) noexcept {
    series_chunk& from = chunk_of(number);
    from.live &= ~series_chunk::bit(number % 64);
    from.closed |= series_chunk::bit(number % 64);
  }
  // Frees a closed row. Preconditions: nobody reads it any more, its values have been given back.
  void give(slab_heap& heap, name_sets& sets, std::uint32_t number) noexcept {
    const std::uint32_t at = number / 64;
    series_chunk* const from = &chunk_of(at * 64);
    from->closed &= ~series_chunk::bit(number % 64);
    if (from->used() == 0) {
      drop_chunk(heap, sets, at);
      return;
    }
    if (from->stored.is_sparse(from->used())) (void)shrink(heap, at);
    list(sets, at);
  }
  void release(slab_heap& heap) noexcept {
    for (std::uint32_t at = 0; at < places_.size(); ++at)
      if (series_chunk* const each = chunk(at); each != nullptr) series_chunk::give(heap, each);
    places_.release(heap);
    numbers_.release(heap);
    chunks_ = 0;
    end_ = 0;
  }
  // Moves a chunk to the lowest free place of the heap, without room for rows that are not in use.
  [[nodiscard]] std::uint32_t compact_steps() const noexcept { return max_of(end_, places_.leaves()); }
  void compact(slab_heap& heap, std::uint32_t at) noexcept {
    places_.compact(heap, at);
    numbers_.compact(heap, at);
    const series_chunk* const each = chunk(at);
    if (each == nullptr) return;
    const bool sparse = each->stored.is_sparse(each->used());
    (void)replace(heap, at, sparse ? row_mask(each->used()) : each->stored);
  }

 private:
  [[nodiscard]] static series_chunk* chunk_at(std::uint64_t place) noexcept {
    return reinterpret_cast<series_chunk*>(number_cast<std::uintptr_t>(place));
  }
  [[nodiscard]] static std::uint64_t free_place(std::uint64_t stamp) noexcept { return stamp << 1 | 1; }
  void set_place(std::uint32_t at, series_chunk* to) noexcept { places_[at] = reinterpret_cast<std::uintptr_t>(to); }
  bool shrink(slab_heap& heap, std::uint32_t at) noexcept {
    return replace(heap, at, row_mask(chunk_of(at * 64).used()));
  }
  bool replace(slab_heap& heap, std::uint32_t at, row_mask room) noexcept {
    series_chunk* const from = &chunk_of(at * 64);
    series_chunk* const to = from->try_replace(heap, room, nullptr);
    if (to == nullptr) return false;
    series_chunk::give(heap, from);
    set_place(at, to);
    return true;
  }

  [[nodiscard]] std::uint32_t try_add_chunk(slab_heap& heap, name_sets& sets, std::uint32_t set,
                                            const std::uint32_t* ids) noexcept {
    const std::uint32_t at = numbers_.lowest_free();
    if (at >= most_chunks) return no_id;
    if (!numbers_.try_reserve(heap) || !places_.try_reserve(heap, at + std::size_t{1})) return no_id;
    const std::uint64_t stamp = at < places_.size() ? places_[at] >> 1 : floor_;
    series_chunk* const made = series_chunk::try_make(heap, set, ids, sets.columns(set), stamp);
    if (made == nullptr) return no_id;
    while (places_.size() <= at) places_.push_back() = free_place(floor_);
    (void)numbers_.take();
    set_place(at, made);
    if (at >= end_) end_ = at + 1;
    ++chunks_;
    list(sets, at);
    return at;
  }
  void drop_chunk(slab_heap& heap, name_sets& sets, std::uint32_t at) noexcept {
    unlist(sets, at);
    series_chunk* const gone = &chunk_of(at * 64);
    const std::uint64_t stamp = gone->first_stamp + gone->last_stamp;
    series_chunk::give(heap, gone);
    places_[at] = free_place(stamp);
    --chunks_;
    if (stamp < last_stamp) numbers_.give(heap, at);
    while (end_ != 0 && chunk(end_ - 1) == nullptr) --end_;
    // The directory shrinks; what it forgets, a stamp for all remembers.
    std::size_t count = places_.size();
    while (count > kept_places && count > end_ && places_[count - 1] >> 1 < last_stamp) {
      floor_ = max_of<std::uint64_t>(floor_, places_[count - 1] >> 1);
      --count;
    }
    if (count != places_.size()) places_.shrink(heap, count);
  }

  void list(name_sets& sets, std::uint32_t at) noexcept {
    series_chunk& each = chunk_of(at * 64);
    if (each.listed || !each.is_listable() || each.first_stamp + each.last_stamp >= last_stamp) return;
    std::uint32_t& first = sets.free_chunks(each.set);
    each.before = no_id;
    each.after = first;
    if (first != no_id) chunk_of(first * 64).before = at;
    first = at;
    each.listed = true;
  }
  void unlist(name_sets& sets, std::uint32_t at) noexcept {
    series_chunk& each = chunk_of(at * 64);
    if (!each.listed) return;
    (each.before == no_id ? sets.free_chunks(each.set) : chunk_of(each.before * 64).after) = each.after;
    if (each.after != no_id) chunk_of(each.after * 64).before = each.before;
    each.listed = false;
  }

  paged_list<std::uint64_t> places_;  // the address of a chunk, or 2 * the last stamp of one that has gone + 1
  id_map numbers_;
  std::size_t chunks_ = 0;
  std::uint64_t floor_ = 0;  // the greatest stamp of places that the directory has given back
  std::uint32_t end_ = 0;    // one above the greatest number of a chunk
};

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
