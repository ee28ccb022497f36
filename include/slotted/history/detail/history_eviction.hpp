// slotted: what a history gives up, and in which order, when its budget is full or rows are too old.
// SPDX-License-Identifier: MIT
//
// Members of history_core. What is evicted by memory goes slab by slab, what is too old block by block.
// For the owner's thread, as history_core says.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <span>

#include <slotted/history/detail/history_core.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {

template <class Layout>
bool history_core<Layout>::make_room(std::size_t bytes) noexcept {
  if (store_.give_spare()) return true;
  if (!snapshots_.empty() && reserve_.used() > reserve_target_) return snapshots_.expire_oldest(true);
  if (how_.policy == on_full::evict_oldest) {
    if (budget()->relieve(bytes, store_.oldest_stamp())) return true;
    if (evict_step()) return true;
  }
  return budget()->relieve(bytes) || snapshots_.expire_oldest(true);  // nothing is refused for the sake of a reader
}

template <class Layout>
bool history_core<Layout>::evict_step() noexcept {
  if (how_.policy == on_full::refuse) return false;
  // A drain has been promised the last slab of a log that it writes to.
  const std::size_t kept = draining_ != no_index ? 1 : 0;
  const std::size_t kept_old = writes_finals_ ? 1 : 0;
  const slab_log& old = store_.log(block_age::final);
  const slab_log& young = store_.log(block_age::young);
  bool done = false;
  if (old.slabs() > kept_old) {
    const std::int64_t age = old.front()->mean_last();
    if (kept == 0 && !swept_ && store_.young_may_be_older(age)) {
      swept_ = true;
      done = store_.sweep(age);
    }
    if (!done) {
      store_.evict_slab(block_age::final);
      swept_ = false;
      done = true;
    }
  } else if (old.slabs() == 0 && young.slabs() > kept) {
    store_.evict_slab(block_age::young);
    done = true;
  } else if (kept == 0 && !head_grows_) {
    done = evict_head();
  }
  publish_age();
  return done;
}

template <class Layout>
bool history_core<Layout>::evict_head() noexcept {
  unqueue_empty();
  if (queue_front_ == no_index) return false;
  const std::uint32_t id = queue_front_;
  if (const std::uint32_t next = series_[id].next; next != no_index) {  // is the next to go
    series_.prefetch_index(next);
    if (const std::uint32_t after = series_[next].next; after != no_index) series_.prefetch(after);
  }
  evict_head_of(id);
  dequeue();
  remove_if_empty(id);
  heads_.trim(memory_, !snapshots_.empty());
  return true;
}

template <class Layout>
void history_core<Layout>::evict_head_of(std::uint32_t id) noexcept {
  node& of = series_[id];
  const std::size_t rows = of.head_rows();
  if (how_.on_evict != nullptr) show_head(of);
  free_head(of);
  evicted_ += rows;
}

template <class Layout>
void history_core<Layout>::show_head(const node& of) noexcept {
  constexpr std::size_t most = max_of<std::size_t>(Layout::max_head_rows / 2, 1);  // rows of a block
  alignas(64) std::byte room[builder::memory_bytes(most)];
  builder with(room, most);
  const std::size_t rows = of.head_rows();
  stream::read(
      heads_[of.state], rows, [this](std::uint32_t i) -> const typename heads::line& { return heads_.lines()[i]; },
      with.times(), with.words(), with.stride());
  if (of.has(node::out_of_order)) sort_rows(with.times(), with.words(), with.stride(), Layout::columns, rows);
  slotted::codec::hint hints[Layout::columns == 0 ? 1 : Layout::columns] = {};
  for (std::size_t first = 0; first < rows; first += most) {
    (void)with.build(first, min_of(rows - first, most), false, false, hints,
                     [](std::span<const std::byte>) { return shared_columns::none; });
    how_.on_evict(how_.context, block_view<Layout>(with.bytes(), nullptr),
                  from_pattern_of_key<typename Layout::series_type>(of.pattern()));
  }
}

template <class Layout>
void history_core<Layout>::expire() noexcept {
  const std::int64_t before = how_.times.cutoff();
  if (before == INT64_MIN) return;
  store_.evict_older(before);
  if (store_.young_may_be_older(before)) expire_young(before);
  unqueue_empty();
  while (queue_front_ != no_index && series_[queue_front_].newest() < before) {
    const std::uint32_t id = queue_front_;
    evict_head_of(id);
    dequeue();
    remove_if_empty(id);
    unqueue_empty();
  }
  how_.times.expired();
  publish_age();
}

template <class Layout>
void history_core<Layout>::expire_young(std::int64_t before) noexcept {
  for (std::size_t slabs = store_.log(block_age::young).slabs(); slabs != 0 && store_.young_may_be_older(before);
       --slabs)
    if (!store_.sweep(before)) return;
}

template <class Layout>
void history_core<Layout>::erase_series(std::uint32_t id) noexcept {
  node& of = series_[id];
  const std::size_t rows_before = rows();
  if (of.head_rows() != 0) free_head(of);
  store_.erase_all(of.block());
  of.set_block(0);
  erased_ += rows_before - rows();
  remove_if_empty(id);
  sweep_queue(false);
  pack(false);
  store_.give_empty_slabs();
  publish_age();
}

template <class Layout>
void history_core<Layout>::sweep_queue(bool at_any_cost) noexcept {
  unqueue_empty();
  if (series_.retired() <= (at_any_cost ? 0 : series_.size() / 2 + 64)) return;
  std::uint32_t before = queue_front_;  // has rows
  while (before != no_index) {
    const std::uint32_t id = series_[before].next;
    if (id == no_index || series_[id].head_rows() != 0) {
      before = id;
      continue;
    }
    series_[before].next = series_[id].next;
    if (queue_back_ == id) queue_back_ = before;
    series_[id].unset(node::queued);
    series_[id].next = no_index;
    if (!series_[id].has(node::used)) series_.give_number(id);
    remove_if_empty(id);
  }
}

template <class Layout>
void history_core<Layout>::pack(bool at_any_cost) noexcept {
  if (at_any_cost) {
    sweep_queue(true);
    store_.compact();
  } else {
    for (std::size_t slabs = store_.log(block_age::young).slabs(); slabs != 0 && store_.wants_cleaning(); --slabs)
      if (!store_.sweep(INT64_MIN)) break;
  }
  if (snapshots_.empty() && store_.wants_packing(at_any_cost)) store_.pack();
}

template <class Layout>
void history_core<Layout>::remove_everything() noexcept {
  while (queue_front_ != no_index) {
    const std::uint32_t id = queue_front_;
    if (series_[id].head_rows() != 0) free_head(series_[id]);
    dequeue();
    remove_if_empty(id);
  }
  for (std::uint32_t id = 0; id < series_.end(); ++id) {
    if (!series_.is_used(id)) continue;
    store_.erase_all(series_[id].block());
    series_[id].set_block(0);
    remove_if_empty(id);
  }
  store_.give_empty_slabs();
  publish_age();
}

template <class Layout>
void history_core<Layout>::shut() noexcept {
  if (budget() != nullptr) leave();
  gate_.lock();
  snapshots_.expire_all();
  gate_.wait_for_visitors();
  remove_everything();
  store_.release();
  heads_.release(memory_);
  series_.release(memory_);
  snapshots_.release();
  give_scratch();
  reserve_.close();
  reserve_.drop();
  gate_.unlock();
}

template <class Layout>
void history_core<Layout>::give_idle() noexcept {
  while (store_.give_spare()) {
  }
  if (store_.blocks() == 0) {
    store_.give_empty_slabs();
    store_.give_directories();
  }
  store_.hollow_backs();
  heads_.trim(memory_, !snapshots_.empty());
  series_.trim(memory_);
  store_.shared().trim(memory_);
  give_scratch();
  (void)reserve_.give_idle(rows() == 0 ? 0 : reserve_share());
  publish_age();
}

template <class Layout>
void history_core<Layout>::give_scratch() noexcept {
  if (scratch_ != nullptr) memory_.give(scratch_, scratch_bytes(store_.most_rows()));
  if (memo_ != nullptr)
    memory_.give(reinterpret_cast<std::byte*>(memo_), charged_memory::whole_pages(sizeof(time_memo)));
  scratch_ = nullptr;
  memo_ = nullptr;
}

template <class Layout>
void history_core<Layout>::on_crossing(const memory_budget&) noexcept {}

template <class Layout>
void history_core<Layout>::on_pressure(std::size_t bytes) noexcept {
  if (!gate_.try_lock()) return;  // the owner is at work, or it is the owner who asks
  const auto held = [this] { return memory_.held() + reserve_.charged(); };
  const std::size_t before = held();
  const auto freed = [&] { return before - min_of(before, held()); };
  swept_ = true;  // moving blocks would take memory
  while (freed() < bytes && store_.give_spare()) {
  }
  while (freed() < bytes && (evict_step() || store_.give_spare()))
    while (store_.give_spare()) {
    }
  if (rows() == 0) {  // what is left serves nobody but readers
    while (freed() < bytes && !snapshots_.empty() && snapshots_.expire_oldest(false)) {
    }
    if (freed() < bytes) give_idle();
  }
  gate_.unlock_and_notify();
}

template <class Layout>
std::uint64_t history_core<Layout>::oldest_stamp() const noexcept {
  return age_.load(std::memory_order_relaxed);
}

template <class Layout>
void history_core<Layout>::publish_age() noexcept {
  const std::uint64_t oldest = how_.policy == on_full::evict_oldest ? store_.oldest_stamp() : UINT64_MAX;
  age_.store(oldest == UINT64_MAX ? 0 : oldest, std::memory_order_relaxed);
}

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
