// slotted: what a history holds, and how it lets go: series, blocks, what has been taken out but may be looked at.
// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>

#include <slotted/algorithm.hpp>
#include <slotted/memory/footprint.hpp>
#include <slotted/store/history_log.hpp>
#include <slotted/store/history_memory.hpp>
#include <slotted/store/history_readers.hpp>
#include <slotted/store/history_series.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace v0 {
namespace detail {

// What keeps a history's owner and a relief on another thread apart. Appending takes it only when it must seal or grow.
class owner_lock {
 public:
  void lock() noexcept {
    while (taken_.exchange(true, std::memory_order_acquire)) taken_.wait(true, std::memory_order_relaxed);
  }
  [[nodiscard]] bool try_lock() noexcept { return !taken_.exchange(true, std::memory_order_acquire); }
  void unlock() noexcept {
    taken_.store(false, std::memory_order_release);
    taken_.notify_one();
  }

 private:
  std::atomic<bool> taken_{false};
};

class owner_guard {
 public:
  explicit owner_guard(owner_lock& lock) noexcept : lock_(lock) { lock_.lock(); }
  owner_guard(const owner_guard&) = delete;
  owner_guard& operator=(const owner_guard&) = delete;
  ~owner_guard() { lock_.unlock(); }

 private:
  owner_lock& lock_;
};

// Things that were taken out, the earliest first.
template <class Thing>
class retired_list {
 public:
  void push(Thing& gone, std::uint64_t stamp) noexcept {
    gone.stamp = stamp;
    gone.next_retired = nullptr;
    (first_ == nullptr ? first_ : last_->next_retired) = &gone;
    last_ = &gone;
  }
  // The first of them, if it may be freed when the oldest snapshot has this clock, or null.
  [[nodiscard]] Thing* pop(std::uint64_t clock) noexcept {
    if (first_ == nullptr || first_->stamp >= clock) return nullptr;
    Thing* const gone = first_;
    first_ = gone->next_retired;
    return gone;
  }
  [[nodiscard]] bool empty() const noexcept { return first_ == nullptr; }

 private:
  Thing* first_ = nullptr;
  Thing* last_ = nullptr;
};

// Everything below runs with the lock held, but for what readers and an append's fast path use.
template <class Layout>
class history_state {
 public:
  using series = history_series<Layout>;
  using tail = series_tail<Layout>;
  using chunk = directory_chunk<Layout>;
  using entry = block_entry<Layout>;
  using series_type = typename Layout::series_type;
  using evict_callback = void (*)(void* context, const entry& block, series_type key);

  history_state(memory_budget* budget, page_run run, std::size_t used) noexcept
      : registry_(budget), memory_(budget, std::move(run), used), log_(budget) {}
  history_state(const history_state&) = delete;
  history_state& operator=(const history_state&) = delete;

  // ---- any thread

  [[nodiscard]] bool try_pin(history_pins<Layout>& pins) noexcept {
    return pins.try_pin(registry_, list_, series_count_);
  }
  // One series, by the owner; none when it is unknown. What its memory is made of may be this history's own blocks, so
  // that the lock is not held meanwhile.
  [[nodiscard]] bool try_pin_one(history_pins<Layout>& pins, series_type key) noexcept {
    const std::uint64_t pattern = to_pattern_of_key(key);
    pins = history_pins<Layout>();
    {
      const owner_guard hold(lock_);
      if (find(pattern) == nullptr) return true;
    }
    if (!pins.try_make_room_for_one(registry_)) return false;
    const owner_guard hold(lock_);
    if (const series* const found = find(pattern)) pins.pin_one(*found);  // it may be gone by now
    return true;
  }
  [[nodiscard]] std::uint64_t evicted() const noexcept { return evicted_.load(std::memory_order_relaxed); }
  // By the owner; other threads have the size of a snapshot.
  [[nodiscard]] std::size_t size() const noexcept { return static_cast<std::size_t>(appended_ - evicted() - cleared_); }
  [[nodiscard]] std::size_t series_count() const noexcept { return series_count_.load(std::memory_order_relaxed); }
  [[nodiscard]] memory_budget* budget() const noexcept { return registry_.budget(); }

  // The series with a key, or null; by the owner.
  [[nodiscard]] series* find(std::uint64_t pattern) const noexcept {
    if constexpr (Layout::has_series)
      return index_.find(pattern);
    else
      return head();
  }

  [[nodiscard]] slotted::footprint footprint() const noexcept {
    const owner_guard hold(lock_);
    slotted::footprint bytes;
    const std::size_t tail_rows = number_cast<std::size_t>(appended_ - sealed_);
    bytes.payload = log_.live() + tail_rows * Layout::row_bytes;
    bytes.idle = log_.idle() + (memory_.held() - memory_.in_use()) + (room_bytes_ - tail_rows * tail::stride);
    bytes.overhead = memory_.held() + log_.held() + registry_.held() - bytes.payload - bytes.idle;
    return bytes;
  }
  [[nodiscard]] slotted::footprint footprint_of_key(series_type key) const noexcept {
    const owner_guard hold(lock_);
    const series* const found = find(to_pattern_of_key(key));
    return found == nullptr ? slotted::footprint{} : footprint_of(*found);
  }

 protected:
  static constexpr std::size_t states_bytes = Layout::columns * sizeof(column_state);
  static constexpr std::size_t room_bytes(std::size_t rows) noexcept { return sizeof(row_chunk) + rows * tail::stride; }

  [[nodiscard]] slotted::footprint footprint_of(const series& each) const noexcept {
    slotted::footprint bytes;
    bytes.payload = each.block_bytes + each.count * Layout::row_bytes;
    bytes.overhead = sizeof(series) + sizeof(tail) + each.count * (tail::stride - Layout::row_bytes);
    if (each.states != nullptr) bytes.overhead += states_bytes;
    for (const column_dictionary* at = each.dictionaries; at != nullptr; at = at->older)
      bytes.overhead += column_dictionary::bytes(at->entries);
    if (each.spare_tail != nullptr) bytes.idle += sizeof(tail);
    if (each.spare_chunk != nullptr) bytes.idle += chunk::bytes(each.spare_chunk->capacity);
    for (const chunk* at = each.newest; at != nullptr; at = at->older.load(std::memory_order_relaxed)) {
      bytes.overhead += chunk::bytes(at->count) + std::size_t{at->count} * history_log::head_bytes;
      bytes.idle += static_cast<std::size_t>(at->capacity - at->count) * sizeof(entry);
    }
    const row_chunk* rooms = each.current->rows.load(std::memory_order_relaxed);
    for (const row_chunk* at = rooms; at != nullptr; at = at->older) bytes.idle += room_bytes(at->capacity);
    bytes.idle -= each.count * tail::stride;
    for (const row_chunk* at = each.spare_rows; at != nullptr; at = at->older) bytes.idle += room_bytes(at->capacity);
    return bytes;
  }

  [[nodiscard]] series* head() const noexcept { return static_cast<series*>(list_.load(std::memory_order_relaxed)); }

  // ---- giving back

  // Rooms of a tail that is retired, or about to be, count as room no more.
  void forget_rows(const row_chunk* newest) noexcept {
    for (; newest != nullptr; newest = newest->older) room_bytes_ -= newest->capacity * tail::stride;
  }
  void free_rows(row_chunk* newest) noexcept {
    while (newest != nullptr) {
      row_chunk* const older = newest->older;
      memory_.give(newest, room_bytes(newest->capacity));
      newest = older;
    }
  }
  void free_tail(tail* gone) noexcept {
    free_rows(gone->rows.load(std::memory_order_relaxed));
    memory_.give(gone, sizeof(tail));
  }
  void free_dictionary(column_dictionary* gone) noexcept {
    memory_.give(gone, column_dictionary::bytes(gone->entries));
  }
  void free_chunk(chunk* gone) noexcept { memory_.give(gone, chunk::bytes(gone->capacity)); }
  void free_spares(series& each) noexcept {
    if (each.spare_tail != nullptr) memory_.give(std::exchange(each.spare_tail, nullptr), sizeof(tail));
    if (each.spare_chunk != nullptr) free_chunk(std::exchange(each.spare_chunk, nullptr));
    free_spare_rows(each);
  }
  bool free_spare_rows(series& each) noexcept {
    if (each.spare_rows == nullptr) return false;
    forget_rows(each.spare_rows);
    free_rows(std::exchange(each.spare_rows, nullptr));
    return true;
  }
  // A series that nobody can look at, with all that hangs on it.
  void free_series(series* gone) noexcept {
    if (gone->states != nullptr) memory_.give(gone->states, states_bytes);
    while (column_dictionary* const each = gone->dictionaries) {
      gone->dictionaries = each->older;
      free_dictionary(each);
    }
    for (chunk* at = gone->newest; at != nullptr;) {
      chunk* const older = at->older.load(std::memory_order_relaxed);
      free_chunk(at);
      at = older;
    }
    free_tail(gone->current);
    memory_.give(gone, sizeof(series));
  }

  // Frees what was taken out before the oldest snapshot was made.
  bool reclaim() noexcept {
    if (leaving_.empty() && tails_.empty() && chunks_.empty() && dictionaries_.empty() && gone_series_.empty() &&
        !log_.has_retired())
      return false;
    const std::uint64_t oldest = registry_.oldest();
    bool some = log_.reclaim(oldest);
    if (!leaving_.empty()) {
      const std::uint64_t stamp = registry_.clock();
      while (chunk* const each = leaving_.pop(oldest)) {
        each->newer->older.store(nullptr, std::memory_order_seq_cst);
        chunks_.push(*each, stamp);
      }
      registry_.tick();
    }
    const auto free_all = [&](auto& list, auto free) {
      while (auto* const each = list.pop(oldest)) {
        free(each);
        some = true;
      }
    };
    free_all(tails_, [this](tail* each) { free_tail(each); });
    free_all(chunks_, [this](chunk* each) { free_chunk(each); });
    free_all(dictionaries_, [this](column_dictionary* each) { free_dictionary(each); });
    free_all(gone_series_, [this](series* each) { free_series(each); });
    return some;
  }

  // ---- series

  void link(series& added) noexcept {
    series* const next = head();
    added.next.store(next, std::memory_order_relaxed);
    if (next != nullptr) next->before = &added;
    list_.store(&added, std::memory_order_seq_cst);
    series_count_.fetch_add(1, std::memory_order_relaxed);
    if constexpr (Layout::has_series) index_.insert(added);
  }
  // Takes a series without a row out. The caller ticks.
  void remove(series& gone) noexcept {
    assert(gone.count == 0 && gone.sealed_rows == 0);
    series* const next = gone.after();
    if (next != nullptr) next->before = gone.before;
    (gone.before == nullptr ? list_ : gone.before->next).store(next, std::memory_order_seq_cst);
    series_count_.fetch_sub(1, std::memory_order_relaxed);
    if constexpr (Layout::has_series) index_.erase(gone);
    if (last_ == &gone) last_ = nullptr;
    if (hand_ == &gone) hand_ = next;
    retire_series(gone, registry_.clock());
  }
  void retire_series(series& gone, std::uint64_t stamp) noexcept {
    free_spares(gone);
    forget_rows(gone.current->rows.load(std::memory_order_relaxed));
    gone_series_.push(gone, stamp);
  }
  // Takes out those whose last block went and that have no newer row.
  void sweep() noexcept {
    if (emptied_ == nullptr) return;
    while (series* const each = emptied_) {
      emptied_ = each->next_emptied;
      each->emptied = false;
      if (each->count == 0 && each->sealed_rows == 0 && each != busy_) remove(*each);
    }
    registry_.tick();
    reclaim();
  }

  // ---- dictionaries

  // Of any column: what names a version means one dictionary for as long as the history is there.
  [[nodiscard]] std::uint32_t next_dictionary_version() noexcept {
    if (++dictionary_version_ == 0) ++dictionary_version_;  // which means none
    return dictionary_version_;
  }
  // A block has been written.
  static void name_dictionaries(const std::byte* block) noexcept {
    Layout::for_each_dictionary(block, [](column_dictionary& each) { ++each.blocks; });
  }
  // A block is about to die. Readers of it may be decoding by its dictionaries: the last block takes them out.
  void unname_dictionaries(series& from, const std::byte* block, std::uint64_t stamp) noexcept {
    Layout::for_each_dictionary(block, [&](column_dictionary& each) {
      if (--each.blocks == 0 && !each.current) retire_dictionary(from, each, stamp);
    });
  }
  // A dictionary is not for new blocks any more.
  void make_past(series& from, column_dictionary& past, std::uint64_t stamp) noexcept {
    past.current = false;
    if (past.blocks == 0) retire_dictionary(from, past, stamp);
  }
  void retire_dictionary(series& from, column_dictionary& gone, std::uint64_t stamp) noexcept {
    column_dictionary** at = &from.dictionaries;
    while (*at != &gone) at = &(*at)->older;
    *at = gone.older;
    dictionaries_.push(gone, stamp);
  }

  // ---- blocks going

  // The entry of a live block.
  [[nodiscard]] static entry& entry_of(const block_head& head, chunk*& in) noexcept {
    in = static_cast<series*>(head.series)->chunk_of(head.number);
    return in->entries()[head.number - in->first_number];
  }
  // A live block goes for good. The caller ticks.
  void evict_block(const std::byte* block, const block_head& head, std::uint64_t stamp) noexcept {
    series& from = *static_cast<series*>(head.series);
    chunk* in = nullptr;
    entry& each = entry_of(head, in);
    assert(each.data() == block);
    if (on_evict_ != nullptr) on_evict_(on_evict_context_, each, from.key);
    const std::size_t rows = each.rows();
    each.go(stamp);
    unname_dictionaries(from, block, stamp);
    from.sealed_rows -= rows;
    from.block_bytes -= head.bytes;
    evicted_.fetch_add(rows, std::memory_order_relaxed);
    ++in->gone;
    drop_gone_chunks(from, stamp);
    if (from.sealed_rows == 0 && !from.emptied) {
      from.emptied = true;
      from.next_emptied = emptied_;
      emptied_ = &from;
    }
    log_.kill(block, stamp);
  }
  // Chunks at the old end whose blocks have all gone; the newest stays, for the tail names it. They leave in two steps:
  // snapshots that still see the blocks come by them, and so they stay linked until no such snapshot is left.
  void drop_gone_chunks(series& from, std::uint64_t stamp) noexcept {
    while (from.oldest != from.newest && from.oldest->gone == from.oldest->count) {
      chunk& gone = *from.oldest;
      from.oldest = gone.newer;
      leaving_.push(gone, stamp);
    }
  }

  // Evicts the oldest slab that no snapshot sees. Of `carry`, blocks that are the newest of their series stay, once, if
  // they are few; they are written anew. Returns: whether there was such a slab.
  bool evict_oldest(bool carry, bool with_newest) noexcept {
    log_slab* slab = log_.oldest();
    while (slab != nullptr && (slab->blocks == 0 || registry_.sees(slab->first_total))) slab = slab->newer;
    if (slab == nullptr) return false;
    if (slab == log_.newest()) {
      if (!with_newest) return false;
      log_.close(registry_.clock());
    }
    evict(*slab, carry);
    return true;
  }
  void evict(log_slab& slab, bool carry) noexcept {
    const std::uint64_t stamp = registry_.clock();
    const std::uint64_t first_total = slab.first_total;
    std::size_t may_stay = carry ? slab.run.committed() / 4 : 0;
    history_log::for_each_block(slab, [&](const std::byte* block, const block_head& head) {
      const series& from = *static_cast<series*>(head.series);
      if (head.bytes <= may_stay && head.carried == 0 && head.number + 1 == from.next_number &&
          log_.has_room(history_log::head_bytes + head.bytes)) {
        may_stay -= head.bytes;
        relocate(block, head, true, first_total, stamp);
      } else {
        evict_block(block, head, stamp);
      }
      return true;
    });
    registry_.tick();
    reclaim();
  }
  // Writes a live block of a slab with that first_total anew. Preconditions: the log has room.
  void relocate(const std::byte* block, const block_head& head, bool carried, std::uint64_t first_total,
                std::uint64_t stamp) noexcept {
    chunk* in = nullptr;
    entry& each = entry_of(head, in);
    std::memcpy(log_.next(), block, head.bytes);
    each.move_to(
        log_.write(head.bytes, head.series, head.number, first_total, each.last_time(), carried || head.carried != 0));
    log_.kill(block, stamp);
  }
  // Where merging has left more dead bytes than live ones, the emptiest slab's blocks are written anew.
  void compact(std::size_t reserve) noexcept {
    if (log_.dead() <= log_.live() + history_log::smallest_slab) return;
    log_slab* emptiest = nullptr;
    for (log_slab* each = log_.oldest(); each != nullptr; each = each->newer)
      if (each != log_.newest() && each->live <= each->used / 2 &&
          (emptiest == nullptr || each->live * emptiest->used < emptiest->live * each->used))
        emptiest = each;
    if (emptiest == nullptr) return;
    const std::size_t need = emptiest->live + emptiest->blocks * history_log::head_bytes;
    if (!log_.has_room(need + reserve)) return;
    relocate_all(*emptiest);
  }
  // Preconditions: the log has room, and `from` is not the slab that is written to.
  void relocate_all(log_slab& from) noexcept {
    const std::uint64_t stamp = registry_.clock();
    const std::uint64_t first_total = from.first_total;
    history_log::for_each_block(from, [&](const std::byte* block, const block_head& head) {
      relocate(block, head, false, first_total, stamp);
      return true;
    });
    registry_.tick();
    reclaim();
  }

  // Evicts what is older than max_age allows: the blocks of one series, or of all; and of the oldest slabs.
  void expire(series* only) noexcept {
    if (max_age_ == 0 || newest_time_ == INT64_MIN) return;
    const std::uint64_t since_least = static_cast<std::uint64_t>(newest_time_) - static_cast<std::uint64_t>(INT64_MIN);
    if (since_least < max_age_) return;
    const auto oldest_kept = static_cast<std::int64_t>(static_cast<std::uint64_t>(newest_time_) - max_age_);
    const std::uint64_t stamp = registry_.clock();
    const std::uint64_t before = evicted();
    if (only != nullptr) {
      expire_series(*only, oldest_kept, stamp);
    } else {
      for (series* each = head(); each != nullptr; each = each->after()) expire_series(*each, oldest_kept, stamp);
    }
    for (log_slab* slab = log_.oldest(); slab != nullptr && slab->newest_time < oldest_kept && slab != log_.newest();) {
      log_slab* const newer = slab->newer;
      history_log::for_each_block(*slab, [&](const std::byte* block, const block_head& head) {
        evict_block(block, head, stamp);
        return true;
      });
      slab = newer;
    }
    if (evicted() == before) return;
    registry_.tick();
    reclaim();
  }
  void expire_series(series& from, std::int64_t oldest_kept, std::uint64_t stamp) noexcept {
    for (chunk* each = from.oldest; each != nullptr;) {
      chunk* const newer = each->newer;
      bool some_stay = false;
      for (std::size_t i = 0; i < each->count; ++i) {
        const entry& block = each->entries()[i];
        if (block.has_gone()) continue;
        if (block.last_time() < oldest_kept)
          evict_block(block.data(), history_log::head_of(block.data()), stamp);
        else
          some_stay = true;
      }
      if (some_stay) return;  // later ones are younger, but for rows that came very late
      each = newer;
    }
  }

  reader_registry registry_;
  history_memory memory_;
  history_log log_;
  mutable owner_lock lock_;
  std::atomic<series_link<Layout>*> list_{nullptr};
  std::atomic<std::size_t> series_count_{0};
  std::atomic<std::uint64_t> evicted_{0};  // rows
  std::uint64_t appended_ = 0;             // rows, ever
  std::uint64_t sealed_ = 0;               // of them, that no tail has any more
  std::uint64_t cleared_ = 0;              // of them, that were cleared
  series* last_ = nullptr;                 // the series of the last row
  series* hand_ = nullptr;                 // where the search for a tail to seal goes on
  series* busy_ = nullptr;                 // the series that is being appended to
  series* emptied_ = nullptr;
  series_index<Layout> index_;
  retired_list<tail> tails_;
  retired_list<chunk> leaving_;
  retired_list<chunk> chunks_;
  retired_list<column_dictionary> dictionaries_;
  retired_list<series> gone_series_;
  std::uint32_t dictionary_version_ = 0;  // the last one
  std::size_t room_bytes_ = 0;            // of rows, in all chunks of tails
  std::int64_t newest_time_ = INT64_MIN;
  std::uint64_t max_age_ = 0;
  evict_callback on_evict_ = nullptr;
  void* on_evict_context_ = nullptr;
};

}  // namespace detail
}  // namespace v0
}  // namespace slotted
