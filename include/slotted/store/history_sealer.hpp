// slotted: how tails become blocks, and what a history gives up when memory is short.
// SPDX-License-Identifier: MIT
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <new>
#include <utility>

#include <slotted/algorithm.hpp>
#include <slotted/store/history_sealing.hpp>
#include <slotted/store/history_state.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace v0 {

/// What a history does when its budget is full and nothing is left to seal.
enum class on_full : unsigned char {
  refuse,       ///< the append fails
  evict_oldest  ///< the oldest blocks go
};

namespace detail {

template <class Layout>
class history_sealer : public history_state<Layout> {
  using state = history_state<Layout>;

 public:
  history_sealer(memory_budget* budget, on_full policy, page_run run, std::size_t used) noexcept
      : state(budget, std::move(run), used), policy_(policy) {}

 protected:
  using state::appended_;
  using state::hand_;
  using state::head;
  using state::log_;
  using state::memory_;
  using state::reclaim;
  using state::registry_;
  using state::room_bytes_;
  using state::sealed_;
  using state::sweep;
  using typename state::chunk;
  using typename state::entry;
  using typename state::series;
  using typename state::tail;

  // ---- memory, and what is given up for it

  // A block of memory; gives up what the policy allows. Tails may have been sealed meanwhile.
  [[nodiscard]] void* allocate(std::size_t bytes, bool lasting, commit_outcome& why) noexcept {
    if (!memory_.is_small()) stay_ahead(bytes);
    for (;;) {
      void* const block = memory_.try_allocate(bytes, lasting, why);
      if (block != nullptr) return block;
      if (why == commit_outcome::full) {
        memory_.grow_up();
        stay_ahead(bytes);
      } else if (why != commit_outcome::over_budget || !give_up_some()) {
        return nullptr;
      }
    }
  }
  // Gives up what is one's own before a charge would ask others for theirs.
  void stay_ahead(std::size_t bytes) noexcept {
    if (this->budget() == nullptr || bytes == 0) return;
    while (this->budget()->available() < bytes + 2 * page_bytes())
      if (!give_up_some()) return;
  }

  // Returns: whether some memory may have been given back. What costs least comes first; room for rows that a series
  // will need again soon is worth more than old blocks, as long as it is not most of what there is.
  bool give_up_some() noexcept {
    if (reclaim() || log_.drop_spare()) return true;
    if (this->budget() == nullptr) return false;
    // Where most series have a few rows each, what they cost is not the rows: a series must be sealed before it can go.
    const bool much_in_tails =
        room_bytes_ * 2 > memory_.held() + log_.held() || log_.blocks() < this->series_count() / 8;
    if (much_in_tails && (drop_spare_rows() || seal_one())) return true;
    if (policy_ == on_full::evict_oldest && this->evict_oldest(true, true)) {
      sweep();
      return true;
    }
    return drop_spare_rows() || memory_.trim() || seal_one();
  }
  bool drop_spare_rows() noexcept {
    if (!has_spare_rows_) return false;
    has_spare_rows_ = false;
    bool some = false;
    for (series* each = head(); each != nullptr; each = each->after()) some |= this->free_spare_rows(*each);
    return some;
  }
  // Where snapshots come and go, the oldest blocks would always be pinned at the moment when their memory is wanted,
  // and newer ones would have to go. So they are evicted a little beforehand, and their memory comes back when it may.
  void keep_slack() noexcept {
    if (policy_ != on_full::evict_oldest || this->budget() == nullptr || log_.has_retired()) return;
    const std::size_t slack = min_of(log_.live() / 16, history_log::largest_slab);
    if (this->budget()->available() >= slack || registry_.oldest() == reader_registry::vacant) return;
    if (log_slab* const oldest = log_.oldest(); oldest != nullptr && oldest != log_.newest())
      this->evict(*oldest, true);
  }
  // What was had for sealing tails goes with them.
  void give_idle_back() noexcept {
    for (series* each = head(); each != nullptr; each = each->after()) {
      if (each->count == 0)
        this->free_spares(*each);
      else
        this->free_spare_rows(*each);
    }
    has_spare_rows_ = false;
    if (appended_ == sealed_) reserved_rows_ = 0;
    log_.shrink(reserved_rows_ == 0 ? 0 : bytes_to_seal(reserved_rows_), registry_.clock());
    registry_.tick();
    reclaim();
    (void)log_.drop_spare();
    (void)memory_.trim();
  }

  // Seals the largest of a few tails, beginning where the last search ended. Returns: whether it did.
  bool seal_one() noexcept {
    series* largest = nullptr;
    series* each = hand_ == nullptr ? head() : hand_;
    for (int looked_at = 0; each != nullptr && (looked_at < 16 || largest == nullptr); ++looked_at) {
      if (each->count != 0 && each != sealing_ && (largest == nullptr || each->count > largest->count) &&
          is_prepared(*each))
        largest = each;
      each = each->after();
      if (each == nullptr && hand_ != nullptr) {
        each = head();
        hand_ = nullptr;
      }
    }
    hand_ = each;
    return largest != nullptr && seal_prepared(*largest) == commit_outcome::done;
  }

  // ---- sealing

  [[nodiscard]] static constexpr std::size_t bytes_to_seal(std::size_t rows) noexcept {
    return history_log::head_bytes + Layout::max_block_bytes(rows);
  }
  [[nodiscard]] static bool has_slot(const series& of) noexcept {
    return (of.newest != nullptr && of.newest->count != of.newest->capacity) || of.spare_chunk != nullptr;
  }
  [[nodiscard]] bool is_prepared(const series& of) const noexcept {
    return of.spare_tail != nullptr && has_slot(of) && log_.has_room(bytes_to_seal(of.count));
  }
  // Has what sealing so many rows takes, so that it cannot fail when memory is short.
  [[nodiscard]] commit_outcome prepare(series& of, std::size_t rows) noexcept {
    commit_outcome why = commit_outcome::done;
    if (of.spare_tail == nullptr) {
      void* const room = allocate(sizeof(tail), true, why);
      if (room == nullptr) return why;
      if (of.spare_tail != nullptr) memory_.give(std::exchange(of.spare_tail, nullptr), sizeof(tail));
      of.spare_tail = ::new (room) tail;
    }
    if (!has_slot(of)) {
      const std::size_t entries = entries_of_next_chunk(of);
      void* const room = allocate(chunk::bytes(entries), true, why);
      if (room == nullptr) return why;
      if (of.spare_chunk != nullptr) this->free_chunk(std::exchange(of.spare_chunk, nullptr));
      of.spare_chunk = ::new (room) chunk;
      of.spare_chunk->capacity = static_cast<std::uint16_t>(entries);
    }
    const std::size_t reserve = max_of<std::size_t>(rows, reserved_rows_);
    why = make_log_room(bytes_to_seal(reserve), true);
    if (why == commit_outcome::done) reserved_rows_ = reserve;
    return why;
  }
  [[nodiscard]] commit_outcome make_log_room(std::size_t bytes, bool at_any_price) noexcept {
    while (!log_.has_room(bytes)) {
      const std::size_t missing = log_.missing(bytes);
      if (missing == 0 || at_any_price)
        stay_ahead(missing);
      else if (this->budget() != nullptr && this->budget()->available() < missing)
        return commit_outcome::over_budget;
      const commit_outcome why =
          log_.make_room(bytes, registry_.oldest() != reader_registry::vacant, registry_.clock());
      if (why == commit_outcome::over_budget && at_any_price && give_up_some()) continue;
      if (why != commit_outcome::done) return why;
    }
    return commit_outcome::done;
  }
  // Half as many as there are, within a page.
  [[nodiscard]] static std::size_t entries_of_next_chunk(const series& of) noexcept {
    constexpr std::size_t most =
        max_of<std::size_t>(1, min_of<std::size_t>((4096 - 8 - sizeof(chunk)) / sizeof(entry), 64));
    return max_of<std::size_t>(1, min_of<std::size_t>(of.next_number / 2, most));
  }

  [[nodiscard]] commit_outcome seal(series& of) noexcept {
    sealing_ = &of;
    const commit_outcome outcome = prepare(of, of.count);
    sealing_ = nullptr;
    if (outcome != commit_outcome::done) return outcome;
    if (const std::size_t together = rows_merged(of); together != 0)
      (void)make_log_room(bytes_to_seal(together), false);
    return seal_prepared(of);
  }
  // How many rows the last block would have with those of the tail; 0 if it takes no more.
  [[nodiscard]] static std::size_t rows_merged(const series& of) noexcept {
    if (of.newest == nullptr || of.newest->count == 0) return 0;
    const entry& last = of.newest->entries()[of.newest->count - 1];
    const std::size_t together = last.rows() + of.count;
    return last.has_gone() || together > block_rows ? 0 : together;
  }

  // Preconditions: is_prepared(of), of.count != 0.
  [[gnu::noinline]] commit_outcome seal_prepared(series& of) noexcept {
    const rows_to_seal<Layout> rows(*of.current, of.count);
    if (of.states == nullptr) {
      commit_outcome why;
      if (void* const room = memory_.try_allocate(state::states_bytes, true, why)) {
        of.states = static_cast<column_state*>(room);
        for (std::size_t i = 0; i < Layout::columns; ++i) ::new (static_cast<void*>(of.states + i)) column_state;
      }
    }
    if (!merge_with_last(of, rows)) {
      if (of.newest == nullptr || of.newest->count == of.newest->capacity) add_chunk(of);
      chunk& in = *of.newest;
      entry* const each = ::new (static_cast<void*>(in.entries() + in.count)) entry;
      write(of, rows, of.next_number++, *each);
      ++in.count;
      in.first_time = min_of(in.first_time, rows.first_time());
      in.last_time = max_of(in.last_time, rows.last_time());
    }
    of.sealed_rows += of.count;
    sealed_ += of.count;
    this->newest_time_ = max_of(this->newest_time_, rows.last_time());
    renew_tail(of);
    this->compact(bytes_to_seal(reserved_rows_));
    return commit_outcome::done;
  }
  void add_chunk(series& of) noexcept {
    chunk* const added = std::exchange(of.spare_chunk, nullptr);
    added->first_number = of.next_number;
    added->older.store(of.newest, std::memory_order_relaxed);
    (of.newest == nullptr ? of.oldest : of.newest->newer) = added;
    of.newest = added;
    this->drop_gone_chunks(of, registry_.clock());
  }
  // Encodes rows into the log, and makes the entry say so. Preconditions: there is room.
  template <class Rows>
  void write(series& of, Rows& rows, std::uint32_t number, entry& into) noexcept {
    column_state fresh[Layout::columns];
    const std::size_t bytes = Layout::encode(rows, rows.size(), of.states == nullptr ? fresh : of.states,
                                             of.dictionaries, log_.next(), into.summaries());
    const std::byte* const block = log_.write(bytes, &of, number, appended_, rows.last_time(), false);
    into.set(block, rows.size(), rows.first_time(), rows.last_time());
    this->name_dictionaries(block);
    of.block_bytes += bytes;
  }
  // Where the last block is short, it and the rows become one block, in its place. Returns: whether they did.
  bool merge_with_last(series& of, const rows_to_seal<Layout>& rows) noexcept {
    if constexpr (merged_rows<Layout>::possible) {
      const std::size_t together = rows_merged(of);
      if (together == 0 || !log_.has_room(bytes_to_seal(together))) return false;
      chunk* const copy = copy_newest(of);
      if (copy == nullptr) return false;
      merge(of, rows, *copy);
      return true;
    } else {
      return false;
    }
  }
  [[gnu::noinline]] void merge(series& of, const rows_to_seal<Layout>& rows, chunk& copy) noexcept {
    chunk& before = *of.newest;
    const entry& last = before.entries()[before.count - 1];
    const std::byte* const place = last.data();
    const std::uint64_t stamp = registry_.clock();
    merged_rows<Layout> merged(last, rows);
    of.block_bytes -= history_log::head_of(place).bytes;
    write(of, merged, of.next_number - 1, copy.entries()[copy.count - 1]);
    copy.first_time = min_of(copy.first_time, merged.first_time());
    copy.last_time = max_of(copy.last_time, merged.last_time());
    if (chunk* const older = before.older.load(std::memory_order_relaxed)) older->newer = &copy;
    if (of.oldest == &before) of.oldest = &copy;
    of.newest = &copy;
    this->unname_dictionaries(of, place, stamp);
    log_.kill(place, stamp);
    this->chunks_.push(before, stamp);
  }
  // Readers of earlier states go on reading the newest chunk, so that a change to it is a change to a copy.
  [[nodiscard]] chunk* copy_newest(const series& of) noexcept {
    const chunk& from = *of.newest;
    commit_outcome why;
    void* const room = memory_.try_allocate(chunk::bytes(from.capacity), true, why);
    if (room == nullptr) return nullptr;
    chunk* const copy = ::new (room) chunk;
    copy->older.store(from.older.load(std::memory_order_relaxed), std::memory_order_relaxed);
    copy->first_time = from.first_time;
    copy->last_time = from.last_time;
    copy->first_number = from.first_number;
    copy->capacity = from.capacity;
    copy->count = from.count;
    copy->gone = from.gone;
    for (std::size_t i = 0; i < from.count; ++i)
      ::new (static_cast<void*>(copy->entries() + i)) entry(from.entries()[i]);
    return copy;
  }
  // A tail without rows takes the place of one whose rows are in a block.
  void renew_tail(series& of) noexcept {
    tail* const before = of.current;
    tail* const next = std::exchange(of.spare_tail, nullptr);
    next->base = appended_;
    next->blocks = of.newest;
    next->blocks_used = of.newest == nullptr ? std::uint16_t{0} : of.newest->count;
    next->previous = before;
    of.current = next;
    of.base = appended_;
    of.cursor = of.cursor_end = nullptr;
    const bool was_full = of.count == block_rows;
    of.count = 0;
    registry_.settle();
    of.tail.store(next, std::memory_order_seq_cst);
    row_chunk* const rooms = before->rows.load(std::memory_order_relaxed);
    const std::uint64_t stamp = registry_.clock();
    registry_.tick();
    if (registry_.oldest() == reader_registry::vacant) {
      // Nobody looks at it: what it is made of serves the series again, if it is one that fills its tails.
      if (was_full && of.spare_rows == nullptr) {
        keep_large(of, rooms);
      } else {
        this->forget_rows(rooms);
        this->free_rows(rooms);
      }
      of.spare_tail = ::new (static_cast<void*>(before)) tail;
    } else {
      this->forget_rows(rooms);
      this->tails_.push(*before, stamp);
    }
    reclaim();
  }
  void keep_large(series& of, row_chunk* rooms) noexcept {
    while (rooms != nullptr) {
      row_chunk* const older = rooms->older;
      rooms->older = nullptr;
      if (rooms->capacity >= block_rows / 8) {
        rooms->older = of.spare_rows;
        of.spare_rows = rooms;
        has_spare_rows_ = true;
      } else {
        this->forget_rows(rooms);
        this->free_rows(rooms);
      }
      rooms = older;
    }
  }

  on_full policy_;
  bool has_spare_rows_ = false;
  std::size_t reserved_rows_ = 0;  // that the log has room to seal
  series* sealing_ = nullptr;
};

}  // namespace detail
}  // namespace v0
}  // namespace slotted
