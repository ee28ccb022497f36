// slotted: how rows get into a history: series that begin and tails that grow.
// SPDX-License-Identifier: MIT
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <optional>
#include <utility>

#include <slotted/algorithm.hpp>
#include <slotted/store/history_learner.hpp>
#include <slotted/store/history_state.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace v0 {

namespace detail {

enum class append_outcome : unsigned char { done, over_budget, out_of_memory, too_many_series };

template <class Layout>
class history_core : public history_learner<Layout> {
  using learner = history_learner<Layout>;
  using sealer = history_sealer<Layout>;
  using state = history_state<Layout>;
  using sealer::allocate;
  using sealer::give_idle_back;
  using sealer::has_spare_rows_;
  using sealer::policy_;
  using sealer::prepare;
  using sealer::renew_tail;
  using sealer::reserved_rows_;
  using state::appended_;
  using state::busy_;
  using state::cleared_;
  using state::emptied_;
  using state::hand_;
  using state::head;
  using state::index_;
  using state::last_;
  using state::list_;
  using state::lock_;
  using state::log_;
  using state::memory_;
  using state::reclaim;
  using state::registry_;
  using state::room_bytes;
  using state::room_bytes_;
  using state::sealed_;
  using state::series_count_;
  using state::sweep;
  using typename state::series;
  using typename state::tail;
  using record = typename Layout::record;

 public:
  using typename state::evict_callback;

  // A history of nothing, in pages of its own; null and why when they are not to be had.
  [[nodiscard]] static history_core* open(memory_budget* budget, on_full policy, commit_outcome& why) noexcept {
    page_run run = page_run::try_reserve(history_memory::nursery);
    why = commit_outcome::out_of_memory;
    if (!run) return nullptr;
    why = run.try_commit(sizeof(history_core), budget);
    if (why != commit_outcome::done) {
      run.release(nullptr);
      return nullptr;
    }
    std::byte* const at = run.data();
    return ::new (static_cast<void*>(at)) history_core(budget, policy, std::move(run));
  }
  static void close(history_core* gone) noexcept {
    memory_budget* const budget = gone->budget();
    page_run run = gone->shut();
    gone->~history_core();
    run.release(budget);
  }

  void set_max_age(std::uint64_t age) noexcept { this->max_age_ = age; }
  void set_max_series(std::size_t most) noexcept { max_series_ = most; }
  void set_on_evict(evict_callback call, void* context) noexcept {
    const owner_guard hold(lock_);
    this->on_evict_ = call;
    this->on_evict_context_ = context;
  }

  // Adds a row; nothing that a reader sees has changed unless done.
  [[nodiscard]] append_outcome append(const record& row) noexcept {
    const std::uint64_t pattern = to_pattern_of_key(Layout::series_of(row));
    series* to = last_;
    if (to == nullptr || to->pattern != pattern) to = this->find(pattern);
    if (to == nullptr || to->cursor == to->cursor_end || arrival_overflows(*to)) [[unlikely]]
      if (const append_outcome outcome = make_way(row, to); outcome != append_outcome::done) return outcome;
    last_ = to;
    std::byte* const at = to->cursor;
    Layout::save_row(at, row);
    if constexpr (Layout::has_series) {
      const auto arrival = static_cast<std::uint32_t>(appended_ - to->base);
      std::memcpy(at + Layout::row_bytes, &arrival, sizeof arrival);
    }
    to->cursor = at + tail::stride;
    to->current->count.store(++to->count, std::memory_order_release);
    registry_.publish(++appended_);
    return append_outcome::done;
  }

  // Seals every tail, and gives back what only tails need. Returns: done, or why some tails are as they were.
  [[nodiscard]] commit_outcome seal_all() noexcept {
    const owner_guard hold(lock_);
    commit_outcome worst = commit_outcome::done;
    for (series* each = head(); each != nullptr; each = each->after()) {
      if (each->count == 0) continue;
      busy_ = each;
      if (const commit_outcome outcome = this->seal_and_learn(*each); outcome != commit_outcome::done) worst = outcome;
    }
    busy_ = nullptr;
    this->expire(nullptr);
    sweep();
    if (worst == commit_outcome::done) {
      this->squeeze();
      give_idle_back();
    }
    return worst;
  }

  void trim() noexcept {
    const owner_guard hold(lock_);
    sweep();
    this->squeeze();
    give_idle_back();
  }

  // Removes all rows. Snapshots keep theirs.
  void clear() noexcept {
    const owner_guard hold(lock_);
    const std::uint64_t stamp = registry_.clock();
    cleared_ += this->size();
    sealed_ = appended_;
    series* const first = head();
    list_.store(nullptr, std::memory_order_seq_cst);  // all at once: no reader sees some of it
    for (series* each = first; each != nullptr;) {
      series* const next = each->after();
      this->retire_series(*each, stamp);
      each = next;
    }
    series_count_.store(0, std::memory_order_relaxed);
    last_ = hand_ = emptied_ = nullptr;
    log_.retire_all(stamp);
    const std::size_t bytes = index_.bytes();
    if (void* const table = index_.reset()) memory_.give(table, bytes);
    this->newest_time_ = INT64_MIN;
    registry_.tick();
    reclaim();
    reserved_rows_ = 0;
    has_spare_rows_ = false;
    log_.close(stamp);
  }

 private:
  struct relief_call {
    history_core* self;
    void operator()(std::size_t bytes) const noexcept { self->relieve(bytes); }
  };

  history_core(memory_budget* budget, on_full policy, page_run run) noexcept
      : learner(budget, policy, std::move(run), sizeof(history_core)) {
    if (budget != nullptr && policy == on_full::evict_oldest) relief_.emplace(*budget, relief_call{this});
  }
  ~history_core() = default;

  // Gives all back but the pages that this stands in.
  page_run shut() noexcept {
    relief_.reset();
    clear();
    assert(registry_.oldest() == reader_registry::vacant && "a history outlives its snapshots");
    (void)log_.drop_spare();
    return memory_.take_run();
  }

  [[nodiscard]] bool arrival_overflows(const series& to) const noexcept {
    return Layout::has_series && appended_ - to.base > UINT32_MAX;
  }

  // Another container, perhaps on another thread, is short of memory.
  void relieve(std::size_t bytes) noexcept {
    if (!lock_.try_lock()) return;  // the owner is at work; it may be this very thread
    const std::size_t before = log_.held();
    for (bool some = true; some;) {
      (void)reclaim();
      (void)log_.drop_spare();
      some = before - log_.held() < bytes && (this->evict_oldest(false, false) || this->evict_oldest(false, true));
    }
    lock_.unlock();
  }

  // ---- the slow part of appending

  [[gnu::noinline]] append_outcome make_way(const record& row, series*& to) noexcept {
    const owner_guard hold(lock_);
    const std::uint64_t pattern = to_pattern_of_key(Layout::series_of(row));
    busy_ = to;
    reclaim();
    sweep();
    this->keep_slack();
    append_outcome outcome = append_outcome::done;
    if (to == nullptr) outcome = add_series(Layout::series_of(row), pattern, to);
    if (outcome == append_outcome::done) {
      busy_ = to;
      outcome = outcome_of(grow(*to));
      if (outcome != append_outcome::done && to->count == 0 && to->sealed_rows == 0 && !to->emptied) {
        this->remove(*to);
        registry_.tick();
        reclaim();
      }
    }
    busy_ = nullptr;
    return outcome;
  }
  [[nodiscard]] static append_outcome outcome_of(commit_outcome why) noexcept {
    return why == commit_outcome::done          ? append_outcome::done
           : why == commit_outcome::over_budget ? append_outcome::over_budget
                                                : append_outcome::out_of_memory;
  }

  [[nodiscard]] append_outcome add_series(typename Layout::series_type key, std::uint64_t pattern,
                                          series*& added) noexcept {
    if (max_series_ != 0 && this->series_count() >= max_series_) return append_outcome::too_many_series;
    commit_outcome why = commit_outcome::done;
    if constexpr (Layout::has_series) {
      if (!index_.has_room()) {
        void* const room = allocate(index_.bytes_to_grow(), true, why);
        if (room == nullptr) return outcome_of(why);
        const std::size_t bytes = index_.bytes();
        if (void* const before = index_.grow(room)) memory_.give(before, bytes);
      }
    }
    void* const tail_room = allocate(sizeof(tail), true, why);
    if (tail_room == nullptr) return outcome_of(why);
    void* const room = allocate(sizeof(series), true, why);
    if (room == nullptr) {
      memory_.give(tail_room, sizeof(tail));
      return outcome_of(why);
    }
    added = ::new (room) series;
    added->key = key;
    added->pattern = pattern;
    added->current = ::new (tail_room) tail;
    added->current->base = added->base = appended_;
    added->tail.store(added->current, std::memory_order_relaxed);
    this->link(*added);
    return append_outcome::done;
  }

  // Makes room for a row in a tail.
  [[nodiscard]] commit_outcome grow(series& to) noexcept {
    for (;;) {
      commit_outcome why = commit_outcome::done;
      if (to.count == block_rows || (to.count != 0 && arrival_overflows(to))) {
        why = this->seal_and_learn(to);
        if (why != commit_outcome::done) return why;
        this->expire(&to);
      } else if (arrival_overflows(to)) {
        why = prepare(to, 2);
        if (why != commit_outcome::done) return why;
        renew_tail(to);
      }
      if (to.cursor != to.cursor_end) return commit_outcome::done;
      if (to.spare_rows != nullptr && to.spare_rows->capacity <= block_rows - to.count) {
        row_chunk* const rooms = to.spare_rows;
        to.spare_rows = rooms->older;
        room_bytes_ -= rooms->capacity * tail::stride;
        attach(to, rooms, rooms->capacity);
        return commit_outcome::done;
      }
      const std::uint32_t before = to.count;
      std::size_t rows = rows_of_next_chunk(to);
      if (!memory_.is_small()) why = prepare(to, before + rows);
      if (to.count != before) continue;  // it was sealed for want of memory: a smaller chunk will do
      if (why != commit_outcome::done) return why;
      void* const room = allocate(room_bytes(rows), false, why);
      if (room == nullptr) {
        if (to.count != before) continue;
        return why;
      }
      attach(to, ::new (room) row_chunk, rows);
      return commit_outcome::done;
    }
  }
  // As many as there are, and what whole pages hold beyond that.
  [[nodiscard]] static std::size_t rows_of_next_chunk(const series& of) noexcept {
    const std::size_t left = block_rows - of.count;
    std::size_t rows = max_of<std::size_t>(2, min_of<std::size_t>(of.count, left));
    if (room_bytes(rows) >= page_bytes())
      rows = (round_up(room_bytes(rows), page_bytes()) - sizeof(row_chunk)) / tail::stride;
    return min_of(rows, left);
  }
  void attach(series& to, row_chunk* rooms, std::size_t rows) noexcept {
    rooms->first = to.count;
    rooms->capacity = static_cast<std::uint32_t>(rows);
    rooms->older = to.current->rows.load(std::memory_order_relaxed);
    to.current->rows.store(rooms, std::memory_order_release);
    to.cursor = rooms->rows();
    to.cursor_end = to.cursor + rows * tail::stride;
    room_bytes_ += rows * tail::stride;
  }

  std::size_t max_series_ = 0;
  std::optional<pressure_relief<relief_call>> relief_;
};

}  // namespace detail
}  // namespace v0
}  // namespace slotted
