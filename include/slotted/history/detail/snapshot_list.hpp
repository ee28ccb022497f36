// slotted: the open snapshots of a history, and what is kept for them.
// SPDX-License-Identifier: MIT
//
// A clock ticks with each snapshot. Whatever a snapshot can see was born at an earlier tick; when it dies, it hangs on
// the newest open snapshot that was taken after its birth, and passes to older ones until none can see it. So a
// snapshot keeps at most what the history had at its moment, however long it stays open. For the thread that has the
// history; readers of snapshots touch their word alone.
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>

#include <slotted/history/detail/charged_memory.hpp>
#include <slotted/history/detail/paged_array.hpp>
#include <slotted/history/detail/reader_reserve.hpp>
#include <slotted/history/detail/snapshot_record.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {

// Freer frees what no snapshot sees any more; its members are
//   void free_slab(slab_head*), free_lines(std::uint32_t first), free_column(std::uint32_t number),
//   void free_directory(slab_head**, bytes), std::size_t charged(const slab_head&): its bytes,
//   void forget(const slab_head&): it is kept here from now on
template <class Layout, class Key, class Freer>
class snapshot_list {
 public:
  using record = snapshot_record<Layout, Key>;

  snapshot_list(charged_memory& memory, reader_reserve& reserve, Freer& freer) noexcept
      : memory_(memory), reserve_(reserve), freer_(freer) {}

  [[nodiscard]] std::uint32_t clock() const noexcept { return clock_; }
  [[nodiscard]] std::size_t open() const noexcept { return open_; }
  [[nodiscard]] bool empty() const noexcept { return newest_ == nullptr; }
  [[nodiscard]] std::uint64_t expired() const noexcept { return expired_; }
  // Bytes of slabs that are kept for snapshots alone.
  [[nodiscard]] std::size_t pinned() const noexcept { return pinned_; }
  // Bytes for the list of what is kept.
  [[nodiscard]] std::size_t held() const noexcept { return items_.held(); }

  void add(record* made) noexcept {
    made->moment = ++clock_;
    made->older = newest_;
    if (newest_ != nullptr)
      newest_->newer = made;
    else
      oldest_ = made;
    newest_ = made;
    ++open_;
  }

  // The least slab number that a snapshot with this directory needs; UINT64_MAX: none has it.
  [[nodiscard]] std::uint64_t oldest_slab_needed(slab_head* const* ring, unsigned log) const noexcept {
    std::uint64_t least = UINT64_MAX;
    for (const record* each = oldest_; each != nullptr; each = each->newer)
      if (each->source.logs[log].ring == ring)
        least = min_of(least, (each->source.logs[log].begin & (young_bit - 1)) >> each->source.shift);
    return least;
  }

  // ---- what dies

  // Returns: whether the slab is kept; else it is the caller's.
  [[nodiscard]] bool keep_slab(slab_head* gone) noexcept {
    if (!sees(newest_, gone->born)) return false;
    gone->next_dead = newest_->dead_slabs;
    newest_->dead_slabs = gone;
    const std::size_t bytes = freer_.charged(*gone);
    freer_.forget(*gone);
    pinned_ += bytes;
    reserve_.adopt(bytes);
    memory_.hand_over(bytes);
    return true;
  }
  [[nodiscard]] bool keep_lines(std::uint32_t first, std::uint32_t born) noexcept {
    return keep_item(item_kind::lines, first, born, nullptr);
  }
  [[nodiscard]] bool keep_column(std::uint32_t number, std::uint32_t born) noexcept {
    return keep_item(item_kind::column, number, born, nullptr);
  }
  // A directory of slabs that has been replaced.
  [[nodiscard]] bool keep_directory(slab_head** ring, std::size_t bytes) noexcept {
    return keep_item(item_kind::directory, static_cast<std::uint32_t>(bytes / 4096), 0, ring);
  }

  // ---- snapshots that end

  // Finishes those that are closed or have expired and that nobody is inside of.
  void reap() noexcept {
    for (record* each = oldest_; each != nullptr;) {
      record* const next = each->newer;
      const std::uint32_t word = each->word.load(std::memory_order_acquire);
      if ((word & (record::closed | record::expired)) != 0 && (word & record::readers) == 0) finish(*each);
      each = next;
    }
  }
  // Lets the oldest snapshot expire. Without `wait`, not while a reader is inside. Returns: whether one did.
  bool expire_oldest(bool wait) noexcept {
    record* const gone = oldest_;
    if (gone == nullptr) return false;
    const std::uint32_t before = gone->word.fetch_or(record::expired, std::memory_order_acq_rel);
    if ((before & (record::closed | record::expired)) == 0) ++expired_;
    if ((before & record::readers) != 0) {
      if (!wait) return false;
      while ((gone->word.load(std::memory_order_acquire) & record::readers) != 0) pause();
    }
    finish(*gone);
    return true;
  }
  void expire_all() noexcept {
    while (expire_oldest(true)) {
    }
  }
  // Preconditions: none is open.
  void release() noexcept {
    assert(empty());
    items_.release(memory_);
  }

 private:
  enum class item_kind : std::uint32_t { lines, column, directory };
  struct item {
    item_kind kind;
    std::uint32_t number;
    std::uint32_t born;
    std::uint32_t next;
    slab_head** ring;
  };

  [[nodiscard]] static bool sees(const record* which, std::uint32_t born) noexcept {
    return which != nullptr && static_cast<std::int32_t>(born - which->moment) < 0;
  }
  // Whether a snapshot or an older one reads through a directory.
  [[nodiscard]] static bool any_uses(const record* which, slab_head* const* ring) noexcept {
    for (; which != nullptr; which = which->older)
      if (which->source.logs[0].ring == ring || which->source.logs[1].ring == ring) return true;
    return false;
  }
  static void pause() noexcept {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#endif
  }

  [[nodiscard]] bool keep_item(item_kind kind, std::uint32_t number, std::uint32_t born, slab_head** ring) noexcept {
    if (kind == item_kind::directory ? !any_uses(newest_, ring) : !sees(newest_, born)) return false;
    if (free_ == no_index && end_ == items_.capacity() && items_.try_grow(memory_, false) != commit_outcome::done) {
      expire_all();  // there is no room to remember what they need
      return false;
    }
    std::uint32_t i = free_;
    if (i != no_index)
      free_ = items_[i].next;
    else
      i = end_++;
    items_[i] = {kind, number, born, newest_->dead_items, ring};
    newest_->dead_items = i;
    return true;
  }
  void free_item(std::uint32_t i) noexcept {
    const item of = items_[i];
    items_[i].next = free_;
    free_ = i;
    if (of.kind == item_kind::lines)
      freer_.free_lines(of.number);
    else if (of.kind == item_kind::column)
      freer_.free_column(of.number);
    else
      freer_.free_directory(of.ring, std::size_t{of.number} * 4096);
  }

  // Preconditions: no reader is inside, and none comes in any more.
  void finish(record& gone) noexcept {
    record* const older = gone.older;
    (older != nullptr ? older->newer : oldest_) = gone.newer;
    (gone.newer != nullptr ? gone.newer->older : newest_) = older;
    --open_;
    for (slab_head* each = gone.dead_slabs; each != nullptr;) {
      slab_head* const next = each->next_dead;
      if (sees(older, each->born)) {
        each->next_dead = older->dead_slabs;
        older->dead_slabs = each;
      } else {
        const std::size_t bytes = freer_.charged(*each);
        pinned_ -= bytes;
        freer_.free_slab(each);
        reserve_.release_snapshot(bytes);
      }
      each = next;
    }
    for (std::uint32_t i = gone.dead_items; i != no_index;) {
      const std::uint32_t next = items_[i].next;
      if (items_[i].kind == item_kind::directory ? any_uses(older, items_[i].ring) : sees(older, items_[i].born)) {
        items_[i].next = older->dead_items;
        older->dead_items = i;
      } else {
        free_item(i);
      }
      i = next;
    }
    if (newest_ == nullptr) {
      end_ = 0;
      free_ = no_index;
    }
    gone.free_entries();
    gone.drop();
  }

  charged_memory& memory_;
  reader_reserve& reserve_;
  Freer& freer_;
  record* oldest_ = nullptr;
  record* newest_ = nullptr;
  paged_array<item> items_;
  std::uint32_t end_ = 0;
  std::uint32_t free_ = no_index;
  std::uint32_t clock_ = 0;
  std::size_t open_ = 0;
  std::size_t pinned_ = 0;
  std::uint64_t expired_ = 0;
};

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
