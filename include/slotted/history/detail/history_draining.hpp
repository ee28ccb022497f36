// slotted: how rows leave the head of a history: merged with young blocks, cut and written as blocks.
// SPDX-License-Identifier: MIT
//
// Members of history_core. A plan says what will be merged and written; memory for it is taken before anything changes.
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
typename history_core<Layout>::drain_plan history_core<Layout>::plan(const node& of, bool everything,
                                                                     bool aligned) const noexcept {
  drain_plan made;
  std::size_t young = 0;
  std::size_t young_rows = 0;
  for (block_address at = of.block(); store::is_young(at);) {
    const std::byte* const block = store_.find(at);
    if (block == nullptr || young == store::longest_path) break;
    made.blocks[young++] = at;
    young_rows += format(block).rows();
    at = format(block).previous();
  }
  made.cap = everything ? store_.most_rows() : cap_for(of.head_rows());
  if (aligned) made.left = drain_alignment::rows_left(of.head_rows(), young_rows, made.cap);
  made.rows = of.head_rows() - made.left;
  const bool cut = made.rows + young_rows >= made.cap;
  for (; made.merged < young; ++made.merged) {
    const format block(store_.get(made.blocks[made.merged]));
    const std::size_t rows = block.rows();
    if (cut || everything) {
      made.rows += rows;
      continue;
    }
    // Blocks of twice the rows are merged, of noise, which does not get smaller, only those with as many.
    const std::size_t ratio = block.bytes() > 4 * rows * (Layout::columns + 1) ? 1 : 2;
    if (rows > ratio * made.rows || made.rows + rows > made.cap) break;
    made.rows += rows;
  }
  made.finals = cut ? made.rows / made.cap : 0;
  made.rest = made.rows - made.finals * made.cap;
  return made;
}

template <class Layout>
std::size_t history_core<Layout>::cap_for(std::size_t head_rows) const noexcept {
  const std::size_t most = store_.most_rows();
  if (budget() == nullptr || store_.rows() == 0 || head_rows == 0) return most;
  const auto bytes_a_row = static_cast<double>(store_.live()) / static_cast<double>(store_.rows());
  const std::size_t others = memory_.held() - min_of(memory_.held(), store_.held());
  const std::size_t limit = memory_.held() + budget()->available();
  const auto all = static_cast<double>(limit - min_of(limit, others)) / bytes_a_row;
  const double mine = all * static_cast<double>(head_rows) / static_cast<double>(max_of<std::size_t>(head_rows_, 1));
  if (mine >= 3.0 * static_cast<double>(most)) return most;
  return max_of<std::size_t>(min_of<std::size_t>(32, most), std::bit_floor(static_cast<std::size_t>(mine / 3)));
}

template <class Layout>
void history_core<Layout>::sweep_stale() noexcept {
  const slab_log& old = store_.log(block_age::final);
  if (old.slabs() == 0) return;
  if (const std::int64_t age = old.front()->mean_last(); store_.young_may_be_older(age)) (void)store_.sweep(age);
}

template <class Layout>
void history_core<Layout>::evict_ahead() noexcept {
  if (how_.policy != on_full::evict_oldest || budget() == nullptr) return;
  if (store_.log(block_age::final).slabs() != 0 || store_.has_spare()) return;
  if (budget()->available() < 2 * store_.shape().bytes()) store_.evict_ahead(2);  // a drain writes one, as a rule
}

template <class Layout>
commit_outcome history_core<Layout>::drain(std::uint32_t id, bool everything) noexcept {
  draining_ = id;
  const std::uint64_t evicted_before = evicted_;
  const commit_outcome why = drain_now(id, everything);
  draining_ = no_index;
  writes_finals_ = false;
  store_.end_preparation();
  if (why == commit_outcome::done) {
    if (queue_front_ == id) {
      dequeue();
      if (series_[id].head_rows() != 0) enqueue(id);
    }
    remove_if_empty(id);
    unqueue_empty();
    update_shares();
    if (store_.wants_cleaning()) (void)store_.sweep(INT64_MIN);
    if (evicted_ != evicted_before) sweep_stale();
    evict_ahead();
  }
  return why;
}

template <class Layout>
commit_outcome history_core<Layout>::drain_now(std::uint32_t id, bool everything) noexcept {
  const bool aligned =
      !everything && !series_[id].has(node::out_of_order) && has_dear_times(series_[id]) && alignment_.wants_next();
  drain_plan made = plan(series_[id], everything, aligned);
  if (series_[id].head_rows() == 0 && (made.merged <= 1 || !everything)) return commit_outcome::done;
  for (;;) {
    store_.end_preparation();
    const std::uint64_t before = evicted_;
    writes_finals_ = made.finals != 0;
    commit_outcome why = store_.try_prepare(block_age::final, made.finals, builder::max_block_bytes(made.cap));
    if (why == commit_outcome::done)
      why = store_.try_prepare(block_age::young, made.rest + made.left == 0 ? 0 : 1,
                               builder::max_block_bytes(made.rest + made.left));
    if (why == commit_outcome::done) why = take_scratch();
    if (why != commit_outcome::done) return why;
    if (before == evicted_) break;
    made = plan(series_[id], everything, aligned);  // what was to be merged may have gone
  }
  if (memo_ == nullptr && memory_.held() >= least_held_for_memo) {
    commit_outcome why = commit_outcome::done;  // without one, times are encoded each time
    if (std::byte* const at = memory_.try_take(charged_memory::whole_pages(sizeof(time_memo)), false, why))
      memo_ = ::new (static_cast<void*>(at)) time_memo;
  }
  return with_builder([&](builder& with) {
    with.use(memo_);
    write_blocks(id, made, with);
  });
}

template <class Layout>
template <class F>
commit_outcome history_core<Layout>::with_builder(F f) noexcept {
  if (builder::memory_bytes(store_.most_rows()) <= builder_on_stack) {
    on_stack(f);
    return commit_outcome::done;
  }
  if (const commit_outcome why = take_scratch(); why != commit_outcome::done) return why;
  builder made(scratch_, store_.most_rows());
  f(made);
  return commit_outcome::done;
}

template <class Layout>
template <class F>
void history_core<Layout>::on_stack(F& f) noexcept {
  alignas(64) std::byte room[builder_on_stack];
  builder made(room, store_.most_rows());
  f(made);
}

template <class Layout>
std::size_t history_core<Layout>::scratch_bytes(std::size_t most_rows) noexcept {
  return charged_memory::whole_pages(builder::memory_bytes(most_rows));
}

template <class Layout>
commit_outcome history_core<Layout>::take_scratch() noexcept {
  commit_outcome why = commit_outcome::done;
  if (scratch_ == nullptr && builder::memory_bytes(store_.most_rows()) > builder_on_stack)
    scratch_ = memory_.try_take(scratch_bytes(store_.most_rows()), true, why);
  return why;
}

template <class Layout>
void history_core<Layout>::write_blocks(std::uint32_t id, const drain_plan& made, builder& with) noexcept {
  node& of = series_[id];
  std::int64_t* const times = with.times();
  std::uint64_t* const words = with.words();
  slotted::codec::hint hints[Layout::columns == 0 ? 1 : Layout::columns] = {};
  if (const std::byte* const newest = store_.find(of.block())) {
    const format before(newest);
    for (std::size_t c = 0; c < Layout::columns; ++c)
      hints[c] = {before.hint(c), static_cast<std::uint16_t>(before.rows()),
                  static_cast<std::uint16_t>(before.column_bytes(c))};
  }

  bool in_order = !of.has(node::out_of_order);
  std::size_t at = 0;
  block_address below = of.block();
  for (std::size_t i = made.merged; i-- != 0;) {
    const block_view<Layout> block = store_.at(store_.get(made.blocks[i]));
    if (i == made.merged - 1) below = block.raw().previous();
    block.decode_times(times + at);
    for (std::size_t c = 0; c < Layout::columns; ++c) block.decode_words(c, words + c * with.stride() + at);
    if (at != 0 && times[at - 1] > times[at]) in_order = false;
    at += block.rows();
  }
  if (const std::uint32_t rows = of.head_rows(); rows != 0) {
    stream::read(
        heads_[of.state], rows, [this](std::uint32_t i) -> const typename heads::line& { return heads_.lines()[i]; },
        times + at, words + at, with.stride());
    if (at != 0 && times[at - 1] > times[at]) in_order = false;
    at += rows;
    free_head(of);
    ++drained_;
  }
  assert(at == made.rows + made.left);
  std::size_t rest = made.rest;
  std::size_t total = made.rows;
  if (made.left != 0) {
    if (!put_back(of, times + total, words + total, with.stride(), made.left)) {
      rest += made.left;
      total += made.left;
    }
  }
  for (std::size_t i = 0; i < made.merged; ++i) store_.kill(made.blocks[i]);
  merged_ += made.merged;
  of.set_block(store_.find(below) == nullptr ? 0 : below);
  if (!in_order) sort_rows(times, words, with.stride(), Layout::columns, total);

  std::size_t first = 0;
  for (std::size_t i = 0; i < made.finals; ++i, first += made.cap)
    write_block(id, block_age::final, first, made.cap, hints, with);
  if (rest != 0) write_block(id, block_age::young, first, rest, hints, with);
  const format newest(store_.get(of.block()));
  last_times_dear_ = is_dear(newest);
  if (made.left != 0) alignment_.record(newest.has(format::shared_time));
}

template <class Layout>
bool history_core<Layout>::has_dear_times(const node& of) const noexcept {
  const std::byte* const newest = store_.find(of.block());
  return newest == nullptr ? last_times_dear_ : is_dear(format(newest));
}

template <class Layout>
bool history_core<Layout>::put_back(node& to, const std::int64_t* times, const std::uint64_t* words, std::size_t stride,
                                    std::size_t rows) noexcept {
  for (std::size_t i = 0; i < rows; ++i) {
    if (!heads_.has_room()) {
      if (i != 0) free_head(to);
      return false;
    }
    std::uint64_t row[Layout::columns == 0 ? 1 : Layout::columns] = {};
    for (std::size_t c = 0; c < Layout::columns; ++c) row[c] = words[c * stride + i];
    if (i == 0) {
      to.state = heads_.begin(times[i], row);
      to.born = snapshots_.clock();
    } else {
      heads_.put(heads_[to.state], times[i], row);
    }
    to.set_head_rows(to.head_rows() + 1);
    ++head_rows_;
  }
  return true;
}

template <class Layout>
void history_core<Layout>::write_block(std::uint32_t id, block_age age, std::size_t first, std::size_t rows,
                                       slotted::codec::hint* hints, builder& with) noexcept {
  const bool linked = store_.find(series_[id].block()) != nullptr;
  const std::size_t bytes =
      with.build(first, rows, linked, age == block_age::final, hints, [this](std::span<const std::byte> times) {
        const std::size_t before = store_.shared().count();
        const std::uint32_t number = store_.shared().share(times, snapshots_.clock(), memory_);
        if (number != shared_columns::none && store_.shared().count() == before) ++shared_hits_;
        return number;
      });
  const block_address address =
      store_.write(age, id, series_[id].block(), with.bytes(), bytes, with.times()[first + rows - 1]);
  series_[id].set_block(address);
  encoded_ += rows;
}

template <class Layout>
void history_core<Layout>::free_head(node& of) noexcept {
  head_rows_ -= of.head_rows();
  of.set_head_rows(0);
  of.unset(node::out_of_order);
  const std::uint32_t lines = heads_[of.state].spills;
  heads_.free_state(of.state);
  of.state = no_index;
  if (lines != no_index && !snapshots_.keep_lines(lines, of.born)) heads_.free_lines(lines);
}

template <class Layout>
std::size_t history_core<Layout>::reserve_share() const noexcept {
  return min_of(reserve_target_, memory_.held() / 4) & ~(page_bytes() - 1);
}

template <class Layout>
void history_core<Layout>::update_shares() noexcept {
  constexpr std::size_t a_series = sizeof(typename heads::state) + 136 * max_of<std::size_t>(Layout::columns, 1);
  std::size_t share = min_of(series_.size() * a_series, memory_.held() / 20 * 13);
  // A head that took the whole budget could be drained no more: some slabs of blocks have to have room, too.
  constexpr std::size_t least_slabs = 4;
  const std::size_t slabs = store_.log(block_age::final).slabs() + store_.log(block_age::young).slabs();
  if (budget() != nullptr && slabs < least_slabs) {
    const std::size_t wanted =
        (least_slabs - slabs) * store_.shape().bytes() + 2 * (heads_.next_step() + series_.next_step());
    const std::size_t left = budget()->available();
    share = min_of(share, left > wanted ? heads_.held() + (left - wanted) / 2 : heads_.used());
  }
  const std::size_t least = min_of(std::size_t{64} << 10, limit_ / 4);
  head_limit_ = max_of(least, share);
  const std::size_t wanted = reserve_share();
  const std::size_t have = reserve_.charged();
  if (wanted > have && draining_ == no_index &&
      memory_.try_charge(wanted - have, how_.policy == on_full::evict_oldest)) {
    memory_.hand_over(wanted - have);
    reserve_.add(wanted - have);
  }
}

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
