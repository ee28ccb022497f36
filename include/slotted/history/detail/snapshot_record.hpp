// slotted: what a snapshot of a history has: a copy of what the history knew of each series at one moment.
// SPDX-License-Identifier: MIT
//
// The owner gathers the entries; from then on nothing that they lead to changes until the snapshot is closed or
// expires. What dies in the history meanwhile hangs on the newest open snapshot that may see it, as in ZFS (J. Bonwick
// et al., The Zettabyte File System, 2003: dead lists), and passes to the next older one when that is finished.
//
// Any thread reads, in sections. One 32-bit word counts the readers inside and has a bit for closed and one for
// expired: a reader enters by fetch_add and leaves again where one of the bits is set; the owner sets `expired` and
// then waits until nobody is inside. All of it is on the one word, so no two variables have to be seen in order.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <new>

#include <slotted/algorithm.hpp>
#include <slotted/history/detail/reader_reserve.hpp>
#include <slotted/history/detail/series_nodes.hpp>
#include <slotted/history/detail/series_view.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {

// One series of a snapshot: its node, and the state of its head where it has one.
template <class Layout, class Key>
struct snapshot_entry {
  using state = typename stream_of<Layout>::state;

  std::uint32_t low;  // address of the newest block and rows in the head, as in series_node
  std::uint32_t high;
  std::uint32_t newest_low;
  std::uint32_t newest_high;
  std::uint32_t key[sizeof(Key) / 4];
  alignas(alignof(state)) std::byte head[sizeof(state)];
};

template <class Layout, class Key>
struct snapshot_record {
  using entry = snapshot_entry<Layout, Key>;
  static constexpr std::uint32_t closed = std::uint32_t{1} << 31;
  static constexpr std::uint32_t expired = std::uint32_t{1} << 30;
  static constexpr std::uint32_t readers = expired - 1;
  static constexpr std::size_t few_series = 32;

  std::atomic<std::uint32_t> word{0};
  std::atomic<std::uint32_t> holders{2};  // the history and the handle
  reader_reserve* reserve = nullptr;
  entry* entries = nullptr;
  std::size_t count = 0;
  std::size_t rows = 0;
  std::size_t bytes = 0;                       // that its entries take
  std::atomic<std::uint32_t*> order{nullptr};  // places by key, once somebody has asked for a key
  block_source<Layout> source;

  // ---- the owner's
  snapshot_record* older = nullptr;
  snapshot_record* newer = nullptr;
  std::uint32_t moment = 0;             // of the clock: what was born later it does not see
  slab_head* dead_slabs = nullptr;      // what died since and has to stay for it
  std::uint32_t dead_items = no_index;  // lines and shared columns, in the history's list

  // Preconditions: a reader is inside. Null when there is no memory.
  [[nodiscard]] const std::uint32_t* order_places() noexcept {
    std::uint32_t* made = order.load(std::memory_order_acquire);
    if (made != nullptr || !reserve->try_charge_snapshot(count * sizeof *made)) return made;
    made = static_cast<std::uint32_t*>(::operator new(count * sizeof *made, std::nothrow));
    if (made != nullptr) {
      for (std::size_t i = 0; i < count; ++i) made[i] = static_cast<std::uint32_t>(i);
      detail::sort(made, made + count,
                   [this](std::uint32_t left, std::uint32_t right) { return pattern_at(left) < pattern_at(right); });
      std::uint32_t* none = nullptr;
      if (order.compare_exchange_strong(none, made, std::memory_order_acq_rel)) return made;
      ::operator delete(made);  // another thread was first
      made = none;
    }
    reserve->release_snapshot(count * sizeof *made);
    return made;
  }
  // The owner, when nobody reads any more.
  void free_entries() noexcept {
    if (std::uint32_t* const by_key = order.exchange(nullptr, std::memory_order_acquire)) {
      ::operator delete(by_key);
      reserve->release_snapshot(count * sizeof *by_key);
    }
    ::operator delete(static_cast<void*>(entries));
    entries = nullptr;
    reserve->release_snapshot(bytes);
  }

  // A reader comes in. Returns: whether the snapshot still has what it had.
  [[nodiscard]] bool enter() noexcept {
    if ((word.fetch_add(1, std::memory_order_acquire) & (closed | expired)) == 0) return true;
    word.fetch_sub(1, std::memory_order_release);
    return false;
  }
  void leave() noexcept { word.fetch_sub(1, std::memory_order_release); }
  void drop() noexcept {
    if (holders.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
    reserve->drop();
    delete this;
  }

  // The place of a series, or SIZE_MAX. Preconditions: a reader is inside.
  // Complexity: logarithmic after the first call, which orders the places by key if there is memory to do so.
  [[nodiscard]] std::size_t find(std::uint64_t key) noexcept {
    const std::uint32_t* const by_key = count < few_series ? nullptr : order_places();
    if (by_key == nullptr) {
      for (std::size_t i = 0; i < count; ++i)
        if (pattern_at(i) == key) return i;
      return SIZE_MAX;
    }
    std::size_t first = 0;
    for (std::size_t length = count; length != 0;) {
      const std::size_t half = length / 2;
      if (pattern_at(by_key[first + half]) < key) {
        first += half + 1;
        length -= half + 1;
      } else {
        length = half;
      }
    }
    return first < count && pattern_at(by_key[first]) == key ? by_key[first] : SIZE_MAX;
  }
  [[nodiscard]] std::uint64_t pattern_at(std::size_t i) const noexcept {
    std::uint64_t pattern = entries[i].key[0];
    if constexpr (sizeof(Key) == 8) pattern |= std::uint64_t{entries[i].key[1]} << 32;
    return pattern;
  }

  // Preconditions: a reader is inside, place < count.
  [[nodiscard]] series_view<Layout> view(std::size_t place) const noexcept {
    const entry& of = entries[place];
    series_node<Key> node{};
    node.low = of.low;
    node.high = of.high;
    node.newest_low = of.newest_low;
    node.newest_high = of.newest_high;
    for (std::size_t i = 0; i < sizeof(Key) / 4; ++i) node.key[i] = of.key[i];
    return {from_pattern_of_key<typename Layout::series_type>(node.pattern()),
            node.block(),
            node.newest(),
            std::launder(reinterpret_cast<const typename entry::state*>(of.head)),
            node.head_rows(),
            !node.has(series_node<Key>::out_of_order),
            source};
  }
};

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
