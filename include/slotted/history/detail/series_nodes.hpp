// slotted: what a history knows of each series, in 36 to 40 bytes, and how it finds a series by its key.
// SPDX-License-Identifier: MIT
//
// Nodes are numbered; a number is used again after its series has gone. The index is a linear hash table (W. Litwin,
// Linear hashing: a new tool for file and table addressing, 1980): it grows by one bucket a series, so no insertion
// copies the table, and its chains go through the nodes. Buckets are chosen by a hash with a secret seed and keys are
// always compared. For the thread that has the history.
#pragma once

#include <bit>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <slotted/hash_seed.hpp>
#include <slotted/history/detail/charged_memory.hpp>
#include <slotted/history/detail/paged_array.hpp>
#include <slotted/memory/prefetch.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {

inline constexpr std::uint32_t no_index = UINT32_MAX;

// Key: std::uint32_t or std::uint64_t, the pattern of the series key.
template <class Key>
struct series_node {
  static constexpr std::uint64_t address_bits = (std::uint64_t{1} << 48) - 1;
  static constexpr unsigned rows_shift = 48;  // 11 bits: rows in the head
  static constexpr std::uint64_t rows_bits = 0x7FF;
  enum flag : unsigned { used = 1, queued = 2, out_of_order = 4 };

  std::uint32_t low;   // address of the newest block: its lower 32 bits,
  std::uint32_t high;  // its upper 16 bits, rows in the head * 2^16, flags * 2^27
  std::uint32_t newest_low;
  std::uint32_t newest_high;
  std::uint32_t state;  // the state of its head rows, or no_index
  std::uint32_t next;   // in the queue of series with head rows, or among free nodes
  std::uint32_t chain;  // the next in its bucket
  std::uint32_t born;   // the clock of snapshots when its first head row came
  std::uint32_t key[sizeof(Key) / 4];

  [[nodiscard]] std::uint64_t block() const noexcept { return low | std::uint64_t{high & 0xFFFFu} << 32; }
  void set_block(std::uint64_t address) noexcept {
    low = static_cast<std::uint32_t>(address);
    high = (high & ~0xFFFFu) | static_cast<std::uint32_t>(address >> 32);
  }
  [[nodiscard]] std::uint32_t head_rows() const noexcept { return high >> 16 & 0x7FF; }
  void set_head_rows(std::uint32_t rows) noexcept { high = (high & ~(0x7FFu << 16)) | rows << 16; }
  [[nodiscard]] bool has(flag which) const noexcept { return (high >> 27 & which) != 0; }
  [[nodiscard]] bool is_free() const noexcept { return !has(used) && !has(queued); }
  void set(flag which) noexcept { high |= std::uint32_t{which} << 27; }
  void unset(flag which) noexcept { high &= ~(std::uint32_t{which} << 27); }
  [[nodiscard]] std::int64_t newest() const noexcept {  // the greatest time that the series has had
    return std::bit_cast<std::int64_t>(newest_low | std::uint64_t{newest_high} << 32);
  }
  void set_newest(std::int64_t time) noexcept {
    const auto bits = std::bit_cast<std::uint64_t>(time);
    newest_low = static_cast<std::uint32_t>(bits);
    newest_high = static_cast<std::uint32_t>(bits >> 32);
  }
  [[nodiscard]] Key pattern() const noexcept {
    if constexpr (sizeof(Key) == 4)
      return key[0];
    else
      return key[0] | std::uint64_t{key[1]} << 32;
  }
  void set_pattern(Key pattern) noexcept {
    key[0] = static_cast<std::uint32_t>(pattern);
    if constexpr (sizeof(Key) == 8) key[1] = static_cast<std::uint32_t>(std::uint64_t{pattern} >> 32);
  }
};
static_assert(sizeof(series_node<std::uint32_t>) == 36 && sizeof(series_node<std::uint64_t>) == 40);

template <class Key>
class series_nodes {
 public:
  using node = series_node<Key>;
  static constexpr std::size_t lent_nodes = 12;

  // Memory for the first few, which the history has in its own pages.
  struct beginnings {
    node nodes[lent_nodes];
    std::uint32_t buckets[lent_nodes];
  };

  explicit series_nodes(const hash_seed& seed = process_hash_seed()) noexcept : seed_(seed) {}
  void begin_in(beginnings& room) noexcept {
    nodes_.begin_in(room.nodes, lent_nodes);
    buckets_.begin_in(room.buckets, lent_nodes);
  }

  [[nodiscard]] node& operator[](std::uint32_t id) const noexcept { return nodes_[id]; }
  // Series that there are, and one above the greatest number of any.
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] std::uint32_t end() const noexcept { return end_; }
  // Numbers of series that have gone and are not used again yet.
  [[nodiscard]] std::size_t retired() const noexcept { return retired_; }
  [[nodiscard]] bool is_used(std::uint32_t id) const noexcept { return id < end_ && nodes_[id].has(node::used); }

  // Whether the number is that of the series with this key.
  [[nodiscard]] bool is_key(std::uint32_t id, Key key) const noexcept {
    return is_used(id) && nodes_[id].pattern() == key;
  }

  [[nodiscard]] std::uint32_t find(Key key) const noexcept {
    if (size_ == 0) return no_index;
    std::uint32_t id = buckets_[bucket_of(key)];
    while (id != no_index && nodes_[id].pattern() != key) id = nodes_[id].chain;
    return id;
  }

  // Fetch what removing a series, or finding it, will touch: its node, and then, which needs the node, its bucket.
  // Any number will do.
  void prefetch(std::uint32_t id) const noexcept {
    if (id < end_) detail::prefetch(&nodes_[id]);
  }
  void prefetch_index(std::uint32_t id) const noexcept {
    if (id < end_ && table_ != 0) detail::prefetch(&buckets_[bucket_of(nodes_[id].pattern())]);
  }

  // Whether the next insertion needs no memory.
  [[nodiscard]] bool has_room() const noexcept {
    return (free_ != no_index || end_ < nodes_.capacity()) && size_ < buckets_.capacity();
  }
  [[nodiscard]] commit_outcome try_make_room(charged_memory& memory, bool evict) noexcept {
    if (free_ == no_index && end_ == nodes_.capacity())
      if (const commit_outcome why = nodes_.try_grow(memory, evict); why != commit_outcome::done) return why;
    if (size_ >= buckets_.capacity()) return buckets_.try_grow(memory, evict);
    return commit_outcome::done;
  }
  // Preconditions: has_room() and there is no such key.
  std::uint32_t insert(Key key) noexcept {
    assert(has_room());
    std::uint32_t id = free_;
    if (id != no_index)
      free_ = nodes_[id].next;
    else
      id = end_++;
    if (size_++ == table_) grow_table();
    node& made = nodes_[id];
    made = node{};
    made.state = made.next = no_index;
    made.set_pattern(key);
    made.set_newest(INT64_MIN);
    made.set(node::used);
    std::uint32_t& bucket = buckets_[bucket_of(key)];
    made.chain = bucket;
    bucket = id;
    return id;
  }
  // Forgets a series, whose number is not used again before it is given back: the queue may still name it.
  void retire(std::uint32_t id) noexcept {
    node& gone = nodes_[id];
    assert(gone.has(node::used));
    std::uint32_t* link = &buckets_[bucket_of(gone.pattern())];
    while (*link != id) link = &nodes_[*link].chain;
    *link = gone.chain;
    gone.unset(node::used);
    ++retired_;
    // Buckets go only when there are many more than series: one that comes for each that goes costs no more.
    --size_;
    while (table_ > size_ + size_ / 8 + 64 || (size_ == 0 && table_ != 0)) shrink_table();
  }
  void give_number(std::uint32_t id) noexcept {
    nodes_[id] = node{};
    nodes_[id].next = free_;
    free_ = id;
    --retired_;
    if (size_ + retired_ == 0) {
      end_ = 0;
      free_ = no_index;
    }
  }
  void erase(std::uint32_t id) noexcept {
    retire(id);
    give_number(id);
  }

  // Gives back the pages that no node and no bucket needs.
  void trim(charged_memory& memory) noexcept {
    std::uint32_t end = end_;
    while (end != 0 && nodes_[end - 1].is_free()) --end;
    if (end != end_) {  // the free ones behind the last used go with their pages
      end_ = end;
      free_ = no_index;
      for (std::uint32_t id = end; id-- != 0;)
        if (nodes_[id].is_free()) {
          nodes_[id].next = free_;
          free_ = id;
        }
    }
    nodes_.shrink(end_, memory);
    while (table_ > size_) shrink_table();
    buckets_.shrink(table_, memory);
  }
  void release(charged_memory& memory) noexcept {
    nodes_.release(memory);
    buckets_.release(memory);
  }

  [[nodiscard]] std::size_t held() const noexcept { return nodes_.held() + buckets_.held(); }
  // The bytes that the next growth of each part would charge.
  [[nodiscard]] std::size_t next_step() const noexcept { return nodes_.next_step() + buckets_.next_step(); }
  [[nodiscard]] std::size_t idle() const noexcept {
    const std::size_t used = size_ * (sizeof(node) + sizeof(std::uint32_t));
    return held() > used ? held() - used : 0;
  }
  // The nodes that a search for a key looks at, for tests of hostile keys.
  [[nodiscard]] std::size_t probes(Key key) const noexcept {
    if (size_ == 0) return 0;
    std::size_t count = 1;
    std::uint32_t id = buckets_[bucket_of(key)];
    for (; id != no_index && nodes_[id].pattern() != key; id = nodes_[id].chain) ++count;
    return count;
  }

 private:
  [[nodiscard]] std::uint32_t bucket_of(Key key) const noexcept {
    const std::uint64_t h = hash_integer(key, seed_);
    const std::uint64_t low = h & (std::bit_floor(table_) * 2 - 1);
    return static_cast<std::uint32_t>(low < table_ ? low : low - std::bit_floor(table_));
  }
  // One more bucket; the bucket that it is split from gives up about half of its chain.
  void grow_table() noexcept {
    const auto added = static_cast<std::uint32_t>(table_++);
    buckets_[added] = no_index;
    if (added == 0) return;
    const std::uint32_t from = added - std::bit_floor(added);
    std::uint32_t stay = no_index;
    std::uint32_t move = no_index;
    for (std::uint32_t id = buckets_[from]; id != no_index;) {
      const std::uint32_t next = nodes_[id].chain;
      std::uint32_t& to = bucket_of(nodes_[id].pattern()) == added ? move : stay;
      nodes_[id].chain = to;
      to = id;
      id = next;
    }
    buckets_[from] = stay;
    buckets_[added] = move;
  }
  // One bucket fewer; its chain joins the one that it was split from.
  void shrink_table() noexcept {
    const auto last = static_cast<std::uint32_t>(--table_);
    if (last == 0) return;
    std::uint32_t* end = &buckets_[last - std::bit_floor(last)];
    while (*end != no_index) end = &nodes_[*end].chain;
    *end = buckets_[last];
  }

  paged_array<node> nodes_;
  paged_array<std::uint32_t> buckets_;
  hash_seed seed_;
  std::size_t size_ = 0;
  std::size_t table_ = 0;    // buckets in use, at least size_
  std::size_t retired_ = 0;  // numbers that no series has and that are not free yet
  std::uint32_t end_ = 0;
  std::uint32_t free_ = no_index;
};

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
