// slotted: who reads a history right now: a registry that readers enter without a lock, and the snapshot they hold.
// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <new>
#include <utility>

#include <slotted/memory/budget.hpp>
#include <slotted/memory/slab.hpp>
#include <slotted/store/history_block.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace v0 {
namespace detail {

// Readers and the owner of a history (Fraser's epochs, in Practical lock-freedom, 2004, with one place a snapshot).
//
// The owner takes a thing out of the history (a store to an atomic pointer), marks it with the clock, moves the clock
// on, and frees the thing when no place holds that clock or an earlier one. A reader first takes a place, then reads
// the clock, then follows pointers. All of these are seq_cst, and that is what makes it right: when the owner's look
// at a place comes before the reader took it, then so does the store that took the thing out, and the reader, whose
// loads come later still, cannot find it. Fences would do as well, but the thread sanitizer does not see them.
class reader_registry {
 public:
  struct place {
    std::atomic<std::uint64_t> clock{0};     // of the snapshot; 0 while it is being made; `vacant` when there is none
    std::atomic<std::uint64_t> total{none};  // rows that it sees
    place* next = nullptr;
  };
  static constexpr std::uint64_t vacant = UINT64_MAX;
  static constexpr std::uint64_t none = UINT64_MAX;

  explicit reader_registry(memory_budget* budget) noexcept : budget_(budget) {}
  reader_registry(const reader_registry&) = delete;
  reader_registry& operator=(const reader_registry&) = delete;
  // Preconditions: every reader has left.
  ~reader_registry() {
    for (place* each = first_.load(std::memory_order_acquire); each != nullptr;) {
      assert(each->clock.load(std::memory_order_acquire) == vacant && "a history outlives its snapshots");
      place* const next = each->next;
      give(each, sizeof(place));
      each = next;
    }
    assert(held() == 0);
  }

  // ---- readers, on any thread

  // A place of one's own, or null for want of memory. Places are used again and never freed before the registry.
  [[nodiscard]] place* enter() noexcept {
    for (place* each = first_.load(std::memory_order_seq_cst); each != nullptr; each = each->next) {
      std::uint64_t expected = vacant;
      if (each->clock.load(std::memory_order_relaxed) == vacant &&
          each->clock.compare_exchange_strong(expected, 0, std::memory_order_seq_cst))
        return each;
    }
    void* const room = take(sizeof(place));
    if (room == nullptr) return nullptr;
    place* const made = ::new (room) place;
    made->next = first_.load(std::memory_order_relaxed);
    while (!first_.compare_exchange_weak(made->next, made, std::memory_order_seq_cst)) {
    }
    return made;
  }
  void leave(place* from) noexcept {
    from->total.store(none, std::memory_order_relaxed);
    from->clock.store(vacant, std::memory_order_seq_cst);
  }
  [[nodiscard]] std::uint64_t clock() const noexcept { return clock_.load(std::memory_order_seq_cst); }
  [[nodiscard]] std::uint64_t total() const noexcept { return total_.load(std::memory_order_seq_cst); }

  // Memory of a snapshot, charged while it is held.
  [[nodiscard]] void* take(std::size_t bytes) noexcept {
    if (budget_ != nullptr && !budget_->try_reserve_with_relief(bytes)) return nullptr;
    void* const room = ::operator new(bytes, std::nothrow);
    if (room == nullptr) {
      if (budget_ != nullptr) budget_->release(bytes);
    } else {
      held_.fetch_add(bytes, std::memory_order_relaxed);
    }
    return room;
  }
  void give(void* room, std::size_t bytes) noexcept {
    ::operator delete(room);
    held_.fetch_sub(bytes, std::memory_order_relaxed);
    if (budget_ != nullptr) budget_->release(bytes);
  }
  [[nodiscard]] std::size_t held() const noexcept { return held_.load(std::memory_order_relaxed); }  // bytes charged
  [[nodiscard]] memory_budget* budget() const noexcept { return budget_; }

  // ---- the owner

  // The owner's rows, published: whoever reads the total sees all of them.
  void publish(std::uint64_t total) noexcept { total_.store(total, std::memory_order_release); }
  // The same once more, in the one order of all seq_cst operations: before a tail is taken out, so that who finds the
  // next one has a total that reaches to it, and never looks for the one before.
  void settle() noexcept { total_.store(published(), std::memory_order_seq_cst); }
  [[nodiscard]] std::uint64_t published() const noexcept { return total_.load(std::memory_order_relaxed); }
  // Things taken out so far bear the clock before this call; snapshots from now on are made at a later one.
  void tick() noexcept { clock_.fetch_add(1, std::memory_order_seq_cst); }
  // The clock of the oldest snapshot, `vacant` when there is none: things with an earlier stamp may be freed.
  [[nodiscard]] std::uint64_t oldest() const noexcept {
    std::uint64_t oldest = vacant;
    for (const place* each = first_.load(std::memory_order_seq_cst); each != nullptr; each = each->next) {
      const std::uint64_t clock = each->clock.load(std::memory_order_seq_cst);
      if (clock < oldest) oldest = clock;
    }
    return oldest;
  }
  // Whether any snapshot sees what was there when there were `total` rows. A hint: what must be right goes by oldest().
  [[nodiscard]] bool sees(std::uint64_t total) const noexcept {
    for (const place* each = first_.load(std::memory_order_seq_cst); each != nullptr; each = each->next)
      if (each->clock.load(std::memory_order_seq_cst) != vacant && each->total.load(std::memory_order_relaxed) >= total)
        return true;
    return false;
  }

 private:
  memory_budget* budget_;
  std::atomic<place*> first_{nullptr};
  std::atomic<std::uint64_t> clock_{1};
  std::atomic<std::uint64_t> total_{0};
  std::atomic<std::size_t> held_{0};
};

// What a snapshot holds: the series as they were after some number of rows, and a place in the registry that keeps
// them. A const one may be read by many threads at once; it goes before its history.
template <class Layout>
class history_pins {
 public:
  using view = series_view<Layout>;

  // Of a history without a row.
  history_pins() noexcept = default;
  history_pins(history_pins&& other) noexcept
      : registry_(std::exchange(other.registry_, nullptr)),
        place_(std::exchange(other.place_, nullptr)),
        views_(std::exchange(other.views_, nullptr)),
        size_(std::exchange(other.size_, 0)),
        capacity_(std::exchange(other.capacity_, 0)),
        total_(std::exchange(other.total_, 0)) {}
  history_pins& operator=(history_pins&& other) noexcept {
    history_pins(std::move(other)).swap(*this);
    return *this;
  }
  ~history_pins() { let_go(); }
  void swap(history_pins& other) noexcept {
    std::swap(registry_, other.registry_);
    std::swap(place_, other.place_);
    std::swap(views_, other.views_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
    std::swap(total_, other.total_);
  }

  [[nodiscard]] std::size_t size() const noexcept { return size_; }  // series
  [[nodiscard]] const view& operator[](std::size_t i) const noexcept {
    assert(i < size_);
    return views_[i];
  }
  [[nodiscard]] const view* begin() const noexcept { return views_; }
  [[nodiscard]] const view* end() const noexcept { return views_ + size_; }
  // The series of a key, or null. Complexity: linear.
  [[nodiscard]] const view* find(typename Layout::series_type key) const noexcept {
    for (const view& each : *this)
      if (to_pattern_of_key(each.key()) == to_pattern_of_key(key)) return &each;
    return nullptr;
  }
  // How many rows had been appended, ever, when it was made.
  [[nodiscard]] std::uint64_t total() const noexcept { return total_; }
  // For scratch that a reader of this snapshot wants charged: as the snapshot's own memory.
  [[nodiscard]] reader_registry* registry() const noexcept { return registry_; }

  // Pins what the first N rows of the history are, N being the number of rows now. Any thread.
  // Returns: false for want of memory; nothing is held then.
  [[nodiscard]] bool try_pin(reader_registry& registry, const std::atomic<series_link<Layout>*>& first,
                             const std::atomic<std::size_t>& count) noexcept {
    let_go();
    const std::size_t now = count.load(std::memory_order_relaxed);
    // Some more than there are: others may come while this thread makes room.
    for (std::size_t room = Layout::has_series ? now + now / 16 + 2 : 1;; room *= 2) {
      if (!enter(registry, room)) return false;
      if (fill(first)) return true;
      let_go();
    }
  }
  // The same for one series, by the owner alone and in two steps: first room, for which blocks may be evicted, then,
  // while none are, the series.
  [[nodiscard]] bool try_make_room_for_one(reader_registry& registry) noexcept {
    let_go();
    return enter(registry, 1);
  }
  void pin_one(const series_link<Layout>& series) noexcept { (void)add(series); }

 private:
  bool enter(reader_registry& registry, std::size_t room) noexcept {
    auto* const views = static_cast<view*>(registry.take(room * sizeof(view)));
    if (views == nullptr) return false;
    place_ = registry.enter();
    if (place_ == nullptr) {
      registry.give(views, room * sizeof(view));
      return false;
    }
    registry_ = &registry;
    views_ = views;
    capacity_ = room;
    clock_ = registry.clock();
    place_->clock.store(clock_, std::memory_order_seq_cst);
    total_ = registry.total();
    place_->total.store(total_, std::memory_order_relaxed);
    return true;
  }
  // Returns: whether there was room for all.
  bool fill(const std::atomic<series_link<Layout>*>& first) noexcept {
    for (const series_link<Layout>* each = first.load(std::memory_order_seq_cst); each != nullptr;
         each = each->next.load(std::memory_order_seq_cst))
      if (!add(*each)) return false;
    return true;
  }
  bool add(const series_link<Layout>& series) noexcept {
    const series_tail<Layout>* tail = series.tail.load(std::memory_order_seq_cst);
    // A tail that began later has rows in its blocks that this snapshot must not see; the one before it has not been
    // freed, because it was replaced after this snapshot took its place.
    while (tail != nullptr && tail->base > total_) tail = tail->previous;
    if (tail == nullptr) return true;  // the series came later
    const std::size_t rows = tail->rows_before(total_);
    if (rows == 0 && tail->blocks == nullptr) return true;
    if (size_ == capacity_) return false;
    ::new (static_cast<void*>(views_ + size_)) view(series.key, *tail, rows, clock_);
    ++size_;
    return true;
  }
  void let_go() noexcept {
    if (registry_ == nullptr) return;
    registry_->leave(place_);
    registry_->give(views_, capacity_ * sizeof(view));
    registry_ = nullptr;
    place_ = nullptr;
    views_ = nullptr;
    size_ = capacity_ = 0;
    total_ = 0;
  }

  reader_registry* registry_ = nullptr;
  reader_registry::place* place_ = nullptr;
  view* views_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
  std::uint64_t total_ = 0;
  std::uint64_t clock_ = 0;
};

}  // namespace detail
}  // namespace v0
}  // namespace slotted
