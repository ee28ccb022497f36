// slotted: how a row gets into a history: its time is judged, room is made, its series is found.
// SPDX-License-Identifier: MIT
//
// Members of history_core. Room is made before the series is looked for: what makes room may remove series.
// For the owner's thread, as history_core says.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <span>

#include <slotted/history/detail/history_core.hpp>
#include <slotted/memory/prefetch.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {

template <class Layout>
append_outcome history_core<Layout>::add(const record& row, key_type pattern) noexcept {
  const std::int64_t time = Layout::time_of(row);
  if (const append_outcome outcome = how_.times.check(time); !outcome) [[unlikely]]
    return refuse(outcome);
  if (!snapshots_.empty() && ++since_reap_ == 64) {
    since_reap_ = 0;
    snapshots_.reap();
  }
  if (heads_.used() > head_limit_ && queue_front_ != no_index)
    if (drain(queue_front_, false) != commit_outcome::done) (void)evict_step();  // the next one finds room
  if (!series_.has_room() || !heads_.has_room()) [[unlikely]]
    if (const append_outcome outcome = make_way(); !outcome) return refuse(outcome);

  std::uint32_t id = guess_;
  if (!series_.is_key(id, pattern)) {
    id = last_;
    if (!series_.is_key(id, pattern)) id = series_.find(pattern);
  }
  if (id == no_index) [[unlikely]] {
    if (how_.max_series != 0 && series_.size() >= how_.max_series) return refuse(append_outcome::too_many_series);
    id = series_.insert(pattern);
  } else if (series_[id].head_rows() == most_head_rows_) [[unlikely]] {
    const commit_outcome why = drain(id, false);
    if (why != commit_outcome::done && !evict_step()) return refuse(outcome_of(why));
    return add(row, pattern);  // evicting may have removed the series
  }

  node& to = series_[id];
  std::uint64_t words[Layout::columns == 0 ? 1 : Layout::columns];
  Layout::to_words(row, words);
  if (to.head_rows() == 0) {
    to.state = heads_.begin(time, words);
    to.born = snapshots_.clock();
  } else {
    heads_.put(heads_[to.state], time, words);
  }
  to.set_head_rows(to.head_rows() + 1);
  ++head_rows_;
  ++appended_;
  if (time < to.newest()) {
    to.set(node::out_of_order);
    ++late_;
  } else {
    to.set_newest(time);
  }
  if (!to.has(node::queued)) enqueue(id);
  how_.times.accept(time);
  if (how_.times.expiry_is_due()) expire();
  look_ahead(id, to);
  return append_outcome::done;
}

template <class Layout>
append_outcome history_core<Layout>::outcome_of(commit_outcome why) noexcept {
  return why == commit_outcome::done          ? append_outcome::done
         : why == commit_outcome::over_budget ? append_outcome::over_budget
                                              : append_outcome::out_of_memory;
}

template <class Layout>
append_outcome history_core<Layout>::refuse(append_outcome why) noexcept {
  ++refused_[why.why()];
  return why;
}

template <class Layout>
append_outcome history_core<Layout>::make_way() noexcept {
  const append_outcome outcome = try_make_way();
  if (outcome != append_outcome::over_budget || rows() != 0) return outcome;
  give_idle();
  return try_make_way();
}

template <class Layout>
append_outcome history_core<Layout>::try_make_way() noexcept {
  // The head may grow up to its share; then older rows make room, a few series a time, and at last it grows after all.
  for (int drains = 0; !heads_.has_room(); ++drains) {
    if (heads_.held() < head_limit_ + head_limit_ / 8 && grow_head(false) == commit_outcome::done) break;
    if (queue_front_ != no_index && drains < 64) {
      if (drain(queue_front_, false) == commit_outcome::done) continue;
      if (how_.policy == on_full::evict_oldest && (evict_step() || evict_head())) continue;
    }
    if (const commit_outcome why = grow_head(true);
        why != commit_outcome::done && (how_.policy == on_full::refuse || !evict_head()))
      return outcome_of(why);
  }
  while (!series_.has_room()) {
    // Rows of the head that go give no memory back, but their series do not need theirs.
    head_grows_ = true;
    const commit_outcome why = series_.try_make_room(memory_, true);
    head_grows_ = false;
    if (why == commit_outcome::done) break;
    if (why != commit_outcome::over_budget || how_.policy != on_full::evict_oldest || !evict_head())
      return outcome_of(why);
  }
  if (!heads_.has_room()) return try_make_way();  // what was evicted above may have freed rows, never taken room
  return append_outcome::done;
}

template <class Layout>
commit_outcome history_core<Layout>::grow_head(bool evict) noexcept {
  head_grows_ = true;
  const commit_outcome why = heads_.try_make_room(memory_, evict);
  head_grows_ = false;
  return why;
}

template <class Layout>
void history_core<Layout>::look_ahead(std::uint32_t id, const node& after) noexcept {
  last_ = id;
  guess_ = after.next;
  if (guess_ == no_index) return;
  const node& next = series_[guess_];
  if (next.head_rows() != 0) detail::prefetch(&heads_[next.state]);
  if (next.next != no_index) detail::prefetch(&series_[next.next]);
}

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
