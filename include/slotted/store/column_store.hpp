// slotted: the memory of a table: slabs of rows, column after column in each, whatever the columns hold.
// SPDX-License-Identifier: MIT
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>

#include <slotted/algorithm.hpp>
#include <slotted/memory/slab.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {

// What a column store has to know of its columns. Every column in a slab starts at a multiple of 64 bytes.
struct column_layout {
  const std::uint32_t* widths;  // bytes a value by column; 0: one bit a row
  const std::size_t* offsets;   // by column, in a whole slab; behind the last: where the columns end
  std::size_t count;
  unsigned shift;  // a slab has 2^shift rows

  [[nodiscard]] constexpr std::size_t slab_rows() const noexcept { return std::size_t{1} << shift; }
  // Bytes that `rows` rows of a column take.
  [[nodiscard]] static constexpr std::size_t bytes_at(std::uint32_t width, std::size_t rows) noexcept {
    return width == 0 ? (rows + 63) / 64 * 8 : rows * width;
  }
  [[nodiscard]] constexpr std::size_t bytes(std::size_t column, std::size_t rows) const noexcept {
    return bytes_at(widths[column], rows);
  }
};

// Rows numbered without end: [first, end) are there. Rows enter at the back and leave at either end.
//
// The directory has an entry a slab: for each column the address of its values less that of all rows with lower
// numbers, so that a value is one load, one multiplication and one addition away; then where the slab's memory is.
// While a store is small, one run of pages holds rows and directory and is laid out anew at each page; from 64 KiB on
// rows never move.
class column_store {
 public:
  static constexpr std::size_t relaid_below = std::size_t{64} << 10;   // bytes
  static constexpr std::size_t largest_step = std::size_t{256} << 10;  // bytes that are committed ahead of the rows

  column_store(const column_layout& layout, memory_budget* budget) noexcept : layout_(&layout), budget_(budget) {}
  column_store(column_store&& other) noexcept
      : layout_(other.layout_),
        budget_(other.budget_),
        directory_(std::move(other.directory_)),
        state_(std::exchange(other.state_, state{})) {}
  column_store& operator=(column_store&&) = delete;
  ~column_store() { release_all(); }

  void swap(column_store& other) noexcept {
    std::swap(layout_, other.layout_);
    std::swap(budget_, other.budget_);
    directory_.swap(other.directory_);
    std::swap(state_, other.state_);
  }

  [[nodiscard]] memory_budget* budget() const noexcept { return budget_; }
  [[nodiscard]] std::uint64_t first() const noexcept { return state_.first; }
  [[nodiscard]] std::uint64_t end() const noexcept { return state_.end; }
  [[nodiscard]] std::size_t size() const noexcept { return number_cast<std::size_t>(state_.end - state_.first); }
  [[nodiscard]] std::uint64_t limit() const noexcept { return state_.limit; }  // rows below it have memory
  [[nodiscard]] std::size_t held() const noexcept { return state_.held; }      // bytes charged

  // The address of a row's value, of the 64-bit word with a row's bit. Count and Shift repeat the layout for the
  // compiler.
  template <std::size_t Count, unsigned Shift>
  [[nodiscard]] std::byte* value(std::size_t column, std::uint64_t row, std::size_t width) const noexcept {
    return reinterpret_cast<std::byte*>(base<Count, Shift>(column, row) + number_cast<std::uintptr_t>(row * width));
  }
  template <std::size_t Count, unsigned Shift>
  [[nodiscard]] std::uint64_t* word(std::size_t column, std::uint64_t row) const noexcept {
    return reinterpret_cast<std::uint64_t*>(base<Count, Shift>(column, row) +
                                            number_cast<std::uintptr_t>(row / 64 * 8));
  }

  // The next rows, whose values the caller has written or writes now. Preconditions: they are below limit().
  void push(std::size_t rows) noexcept { state_.end += rows; }

  // Makes room for one row more; only idle memory has changed unless done.
  [[gnu::noinline]] commit_outcome grow() noexcept {
    while (state_.limit == state_.end)
      if (const commit_outcome outcome = grow_once(); outcome != commit_outcome::done) return outcome;
    return commit_outcome::done;
  }
  // Makes room for `rows` rows in all.
  [[nodiscard]] commit_outcome reserve(std::size_t rows) noexcept {
    while (state_.limit - state_.first < rows)
      if (const commit_outcome outcome = grow_once(); outcome != commit_outcome::done) return outcome;
    return commit_outcome::done;
  }

  // Rows leave at the front. Slabs without a row go back to the system but for a spare, which serves at the back.
  void pop_front(std::size_t rows) noexcept {
    assert(rows <= size());
    state_.first += rows;
    while (state_.slabs > 1 && slab_end(state_.first_slab) <= state_.first) {
      retire(info(state_.first_slab));
      ++state_.first_slab;
      --state_.slabs;
    }
  }
  // Rows leave at the back. A slab more than is needed stays, so that a row that comes and goes at a border costs
  // nothing.
  void pop_back(std::size_t rows) noexcept {
    assert(rows <= size());
    state_.end -= rows;
    while (state_.slabs > 1 && slab_start(last_slab()) >= state_.end + layout_->slab_rows()) drop_last();
  }

  // Gives every page beyond the rows back to the system.
  void trim() noexcept {
    drop_spare();
    if (size() == 0) return release_all();
    while (state_.slabs > 1 && slab_start(last_slab()) >= state_.end) drop_last();
    drop_spare();
    if (!state_.small && state_.limit != state_.end) shrink_last();
  }

  // Gives everything back. Row numbers go on.
  void release_all() noexcept {
    drop_spare();
    for (; state_.slabs != 0; --state_.slabs, ++state_.first_slab)
      if (!state_.small) give_back(info(state_.first_slab));
    directory_.release(budget_);
    const std::uint64_t next = state_.end;
    state_ = state{};
    state_.first = state_.end = state_.limit = next;
  }

 private:
  // Where a slab's memory is; stands behind the column bases of its directory entry.
  struct slab_info {
    std::uintptr_t at = 0;
    std::size_t committed = 0;  // bytes
    std::uint64_t start = 0;    // the first row that has memory
  };

  struct state {
    std::uintptr_t bases = 0;  // address of the directory less the entries of slabs with lower numbers
    std::uint64_t first = 0;
    std::uint64_t end = 0;
    std::uint64_t limit = 0;  // rows below it have memory
    std::uint64_t first_slab = 0;
    std::size_t slabs = 0;
    slab_info spare;  // a slab committed in full, or none
    std::size_t held = 0;
    bool small = false;
  };

  [[nodiscard]] static std::size_t unit() noexcept { return commit_unit(page_kind::base); }

  // ---- the directory

  [[nodiscard]] std::size_t entry_bytes() const noexcept {
    return layout_->count * sizeof(std::uintptr_t) + sizeof(slab_info);
  }
  template <std::size_t Count, unsigned Shift>
  [[nodiscard]] std::uintptr_t base(std::size_t column, std::uint64_t row) const noexcept {
    constexpr std::size_t entry_size = Count * sizeof(std::uintptr_t) + sizeof(slab_info);
    return reinterpret_cast<const std::uintptr_t*>(state_.bases +
                                                   number_cast<std::uintptr_t>((row >> Shift) * entry_size))[column];
  }
  [[nodiscard]] std::uintptr_t* entry(std::uint64_t slab) const noexcept {
    return reinterpret_cast<std::uintptr_t*>(state_.bases + number_cast<std::uintptr_t>(slab * entry_bytes()));
  }
  [[nodiscard]] slab_info& info(std::uint64_t slab) const noexcept {
    return *reinterpret_cast<slab_info*>(entry(slab) + layout_->count);
  }
  [[nodiscard]] std::uint64_t last_slab() const noexcept { return state_.first_slab + state_.slabs - 1; }
  [[nodiscard]] std::uint64_t slab_start(std::uint64_t slab) const noexcept { return slab << layout_->shift; }
  [[nodiscard]] std::uint64_t slab_end(std::uint64_t slab) const noexcept { return (slab + 1) << layout_->shift; }
  [[nodiscard]] std::size_t in_slab(std::uint64_t row, std::uint64_t slab) const noexcept {
    return number_cast<std::size_t>(row - slab_start(slab));
  }
  void place_directory(std::byte* at) noexcept {
    state_.bases =
        reinterpret_cast<std::uintptr_t>(at) - number_cast<std::uintptr_t>(state_.first_slab * entry_bytes());
  }
  void set_base(std::uint64_t slab, std::size_t column, std::uintptr_t at, std::uint64_t start) noexcept {
    const std::uint64_t width = layout_->widths[column];
    entry(slab)[column] = at - number_cast<std::uintptr_t>(width == 0 ? start / 8 : start * width);
  }

  // Room for an entry behind the last.
  commit_outcome widen_directory() noexcept {
    auto* const old = reinterpret_cast<std::byte*>(entry(state_.first_slab));
    const std::size_t used = state_.slabs * entry_bytes();
    auto in_front = static_cast<std::size_t>(old - directory_.data());
    if (in_front >= max_of(unit(), used)) {  // entries of slabs that are gone
      std::memmove(directory_.data(), old, used);
      place_directory(directory_.data());
      in_front = 0;
    }
    const std::size_t need = in_front + used + entry_bytes();
    const std::size_t before = directory_.committed();
    if (need <= directory_.capacity()) {
      const commit_outcome outcome = directory_.try_commit(need, budget_);
      state_.held += directory_.committed() - before;
      return outcome;
    }
    page_run wider = page_run::try_reserve(directory_.capacity() * 2);
    if (!wider) return commit_outcome::out_of_memory;
    if (const commit_outcome outcome = wider.try_commit(used + entry_bytes(), budget_); outcome != commit_outcome::done)
      return outcome;
    std::memcpy(wider.data(), directory_.data() + in_front, used);
    state_.held += wider.committed() - before;
    directory_.release(budget_);
    directory_ = std::move(wider);
    place_directory(directory_.data());
    return commit_outcome::done;
  }

  // ---- growth

  commit_outcome grow_once() noexcept {
    if (state_.slabs == 0) return open_small();
    if (state_.small) return widen_small();
    if (state_.limit == slab_end(last_slab())) return open_slab(state_.limit);
    return extend(state_.limit + 1, true);
  }

  // A small store is one run of pages: [columns][directory of one entry].

  // How many rows fit beside the directory: a multiple of 8.
  [[nodiscard]] std::size_t small_rows(std::size_t bytes) const noexcept {
    if (bytes <= entry_bytes()) return 0;
    std::size_t bits = 0;
    for (std::size_t column = 0; column < layout_->count; ++column)
      bits += layout_->widths[column] == 0 ? 1 : std::size_t{layout_->widths[column]} * 8;
    std::size_t rows = (bytes - entry_bytes()) * 8 / bits / 8 * 8;
    while (rows != 0 && small_end(rows) + entry_bytes() > bytes) rows -= 8;
    return min_of(rows, layout_->slab_rows());
  }
  [[nodiscard]] std::size_t small_end(std::size_t rows) const noexcept {
    std::size_t at = 0;
    for (std::size_t column = 0; column < layout_->count; ++column) at += round_up(layout_->bytes(column, rows), 64);
    return at;
  }

  commit_outcome open_small() noexcept {
    const std::uint64_t slab = state_.end >> layout_->shift;
    const std::uint64_t start = state_.end / 64 * 64;  // whole words of bits
    std::size_t bytes = unit();
    while (small_rows(bytes) <= state_.end - start) bytes += unit();
    page_run run = page_run::try_reserve(max_of(bytes, relaid_below));
    if (!run) return commit_outcome::out_of_memory;
    if (const commit_outcome outcome = run.try_commit(bytes, budget_); outcome != commit_outcome::done) return outcome;
    directory_ = std::move(run);
    state_.held += directory_.committed();
    state_.first_slab = slab;
    state_.slabs = 1;
    state_.small = true;
    lay_out_small(start);
    return commit_outcome::done;
  }
  void lay_out_small(std::uint64_t start) noexcept {
    const std::size_t bytes = directory_.committed();
    const std::size_t rows = small_rows(bytes);
    place_directory(directory_.data() + bytes - entry_bytes());
    auto at = reinterpret_cast<std::uintptr_t>(directory_.data());
    for (std::size_t column = 0; column < layout_->count; ++column) {
      set_base(state_.first_slab, column, at, start);
      at += round_up(layout_->bytes(column, rows), 64);
    }
    info(state_.first_slab) = {reinterpret_cast<std::uintptr_t>(directory_.data()), bytes, start};
    state_.limit = min_of(start + rows, slab_end(state_.first_slab));
  }

  // Rows that are gone make room first; then a page more, and all columns in new places; at relaid_below the store
  // grows up.
  commit_outcome widen_small() noexcept {
    const std::uint64_t start = info(state_.first_slab).start;
    const std::uint64_t live = state_.first / 64 * 64;
    const std::size_t before = directory_.committed();
    const std::size_t rows_before = small_rows(before);
    if (state_.limit == slab_end(state_.first_slab)) return leave_small();
    if (live - start >= rows_before / 2 && live != start) {
      move_columns(rows_before, rows_before, number_cast<std::size_t>(live - start));
      lay_out_small(live);
      return commit_outcome::done;
    }
    std::size_t bytes = before + unit();
    while (bytes <= relaid_below && small_rows(bytes) == rows_before) bytes += unit();
    if (bytes > relaid_below || bytes > directory_.capacity()) return leave_small();
    if (const commit_outcome outcome = directory_.try_commit(bytes, budget_); outcome != commit_outcome::done)
      return outcome;
    state_.held += directory_.committed() - before;
    move_columns(rows_before, small_rows(directory_.committed()), 0);
    lay_out_small(start);
    return commit_outcome::done;
  }
  // Moves the columns of a small store to where they stand in a layout of as many rows or more, without their first
  // `skip` rows.
  void move_columns(std::size_t rows_before, std::size_t rows_after, std::size_t skip) noexcept {
    const auto rows = number_cast<std::size_t>(state_.end - info(state_.first_slab).start) - skip;
    std::size_t from = small_end(rows_before);
    std::size_t to = small_end(rows_after);
    for (std::size_t column = layout_->count; column-- != 0;) {  // the last first: each moves to a higher place
      from -= round_up(layout_->bytes(column, rows_before), 64);
      to -= round_up(layout_->bytes(column, rows_after), 64);
      std::memmove(directory_.data() + to, directory_.data() + from + layout_->bytes(column, skip),
                   layout_->bytes(column, rows));
    }
  }

  // The rows of a small store become the first slab of a large one, and move for the last time.
  commit_outcome leave_small() noexcept {
    page_run wider = page_run::try_reserve(max_of(relaid_below, 2 * entry_bytes()));
    if (!wider) return commit_outcome::out_of_memory;
    commit_outcome outcome = wider.try_commit(entry_bytes(), budget_);
    if (outcome != commit_outcome::done) return outcome;
    const state before = state_;
    const std::uint64_t start = info(state_.first_slab).start;
    page_run rows_run = std::move(directory_);
    directory_ = std::move(wider);
    state_.small = false;
    state_.slabs = 0;
    state_.held += directory_.committed();
    outcome = open_slab(start);
    if (outcome == commit_outcome::done && state_.limit < before.end) outcome = extend(before.end, false);
    if (outcome != commit_outcome::done) {
      if (state_.slabs != 0) give_back(info(last_slab()));
      directory_.release(budget_);
      directory_ = std::move(rows_run);
      state_ = before;
      return outcome;
    }
    const auto rows = number_cast<std::size_t>(before.end - start);
    const std::byte* from = rows_run.data();
    const std::size_t rows_laid_out = small_rows(rows_run.committed());
    for (std::size_t column = 0; column < layout_->count; ++column) {
      std::memcpy(reinterpret_cast<std::byte*>(info(last_slab()).at) + layout_->offsets[column] +
                      layout_->bytes(column, in_slab(start, last_slab())),
                  from, layout_->bytes(column, rows));
      from += round_up(layout_->bytes(column, rows_laid_out), 64);
    }
    state_.held -= rows_run.committed();
    rows_run.release(budget_);
    return commit_outcome::done;
  }

  // ---- slabs

  [[nodiscard]] std::size_t slab_bytes() const noexcept { return round_up(layout_->offsets[layout_->count], unit()); }

  // Adds the slab that row `start` is in; no row before it will ever be there.
  commit_outcome open_slab(std::uint64_t start) noexcept {
    const std::uint64_t slab = start >> layout_->shift;
    if (state_.slabs != 0)
      if (const commit_outcome outcome = widen_directory(); outcome != commit_outcome::done) return outcome;
    const state before = state_;
    if (state_.spare.at != 0) {
      slab_info spare = std::exchange(state_.spare, slab_info{});
      spare.start = slab_start(slab);
      add_slab(slab, spare);
      state_.limit = slab_end(slab);
      return commit_outcome::done;
    }
    std::byte* const at = address_space::of(page_kind::base).reserve(slab_bytes(), unit());
    if (at == nullptr) return commit_outcome::out_of_memory;
    add_slab(slab, {reinterpret_cast<std::uintptr_t>(at), 0, start});
    state_.limit = start;
    const commit_outcome outcome = extend(start + 1, true);
    if (outcome != commit_outcome::done) {
      address_space::of(page_kind::base).release(at, slab_bytes(), unit());
      state_ = before;
    }
    return outcome;
  }
  void add_slab(std::uint64_t slab, slab_info memory) noexcept {
    if (state_.slabs == 0) {
      state_.first_slab = slab;
      place_directory(directory_.data());
    }
    ++state_.slabs;
    info(slab) = memory;
    for (std::size_t column = 0; column < layout_->count; ++column)
      set_base(slab, column, memory.at + layout_->offsets[column], slab_start(slab));
  }

  struct page_range {
    std::size_t from;  // counted from the slab's start
    std::size_t to;
  };
  // The pages of the last slab that rows up to `to` of a column need and rows up to `from` do not, both counted from
  // the slab's first row. A page that two columns share belongs to the one that starts in it.
  [[nodiscard]] page_range column_pages(std::size_t column, std::size_t from, std::size_t to) const noexcept {
    const std::size_t start = in_slab(info(last_slab()).start, last_slab());
    const auto front = [&](std::size_t which) {
      return (layout_->offsets[which] + layout_->bytes(which, start)) / unit();
    };
    const auto end_of = [&](std::size_t row) {
      return (layout_->offsets[column] + layout_->bytes(column, row) + unit() - 1) / unit();
    };
    const std::size_t first = front(column);
    const std::size_t stop = column + 1 < layout_->count ? front(column + 1) : SIZE_MAX;
    const std::size_t have = from == start ? first : max_of(first, min_of(end_of(from), stop));
    return {have, max_of(have, min_of(end_of(to), stop))};
  }
  [[nodiscard]] std::size_t pages_between(std::size_t from, std::size_t to) const noexcept {
    std::size_t pages = 0;
    for (std::size_t column = 0; column < layout_->count; ++column) {
      const page_range range = column_pages(column, from, to);
      pages += range.to - range.from;
    }
    return pages;
  }

  // Commits the last slab up to row `least` at least and, if wished, as far as a growth step pays for; less when that
  // does not fit.
  commit_outcome extend(std::uint64_t least, bool a_step) noexcept {
    const std::size_t from = in_slab(state_.limit, last_slab());
    const std::size_t must = in_slab(least, last_slab());
    std::size_t to = must;
    if (a_step) {
      // A column gets 16 pages at a time at the most, of many columns then the whole slab: few calls of many pages.
      const std::size_t most = max_of(largest_step, layout_->count * 16 * unit());
      const std::size_t step = min_of(growth_step(state_.held, unit()), most) / unit();
      for (std::size_t high = layout_->slab_rows(); to < high;) {  // the count of pages grows with the rows: bisection
        const std::size_t middle = to + (high - to + 1) / 2;
        if (pages_between(from, middle) <= step)
          to = middle;
        else
          high = middle - 1;
      }
    }
    for (;;) {
      const commit_outcome outcome = commit_rows(from, to, to == must);
      if (outcome == commit_outcome::done || to == must) return outcome;
      to = must + (to - must) / 2;
    }
  }

  commit_outcome commit_rows(std::size_t from, std::size_t to, bool last_try) noexcept {
    const std::size_t bytes = pages_between(from, to) * unit();
    if (budget_ != nullptr && !budget_->try_reserve(bytes)) {
      if (!last_try) return commit_outcome::over_budget;
      drop_spare();
      if (!budget_->try_reserve_with_relief(bytes)) return commit_outcome::over_budget;
    }
    slab_info& slab = info(last_slab());
    auto* const at = reinterpret_cast<std::byte*>(slab.at);
    for (std::size_t column = 0, next = 0; column < layout_->count; column = next) {
      page_range range = column_pages(column, from, to);
      for (next = column + 1; next < layout_->count; ++next) {  // a call costs as much as a page: neighbours share one
        const page_range beside = column_pages(next, from, to);
        if (beside.from != range.to) break;
        range.to = beside.to;
      }
      if (range.to == range.from || commit_pages(at + range.from * unit(), (range.to - range.from) * unit())) continue;
      for (std::size_t undo = 0; undo < next; ++undo) decommit(at, column_pages(undo, from, to));
      if (budget_ != nullptr) budget_->release(bytes);
      return commit_outcome::out_of_memory;
    }
    slab.committed += bytes;
    state_.held += bytes;
    // The last page of each column has room for a few rows more.
    std::size_t rows = layout_->slab_rows();
    for (std::size_t column = 0; column < layout_->count; ++column) {
      const std::size_t offset = layout_->offsets[column];
      const std::size_t room = round_up(offset + layout_->bytes(column, to), unit()) - offset;
      rows = min_of(rows, layout_->widths[column] == 0 ? room / 8 * 64 : room / layout_->widths[column]);
    }
    state_.limit = slab_start(last_slab()) + rows;
    return commit_outcome::done;
  }

  // ---- giving back

  void decommit(std::byte* slab, page_range range) noexcept {
    if (range.to != range.from) decommit_pages(slab + range.from * unit(), (range.to - range.from) * unit());
  }

  // Gives the pages of the last slab behind its rows back.
  void shrink_last() noexcept {
    slab_info& slab = info(last_slab());
    const std::size_t from = in_slab(max_of(state_.end, slab.start), last_slab());
    const std::size_t to = in_slab(state_.limit, last_slab());
    const std::size_t bytes = pages_between(from, to) * unit();
    for (std::size_t column = 0; column < layout_->count; ++column)
      decommit(reinterpret_cast<std::byte*>(slab.at), column_pages(column, from, to));
    if (budget_ != nullptr) budget_->release(bytes);
    slab.committed -= bytes;
    state_.held -= bytes;
    state_.limit = slab_start(last_slab()) + from;
  }

  // A slab whose rows are gone becomes the spare, if there is none and it is whole, or goes back.
  void retire(const slab_info& gone) noexcept {
    if (state_.spare.at == 0 && gone.committed == slab_bytes())
      state_.spare = gone;
    else
      give_back(gone);
  }
  void drop_last() noexcept {
    retire(info(last_slab()));
    --state_.slabs;
    state_.limit = slab_end(last_slab());
  }
  void drop_spare() noexcept {
    if (state_.spare.at != 0) give_back(std::exchange(state_.spare, slab_info{}));
  }
  void give_back(const slab_info& gone) noexcept {
    auto* const at = reinterpret_cast<std::byte*>(gone.at);
    decommit_pages(at, slab_bytes());
    if (budget_ != nullptr) budget_->release(gone.committed);
    state_.held -= gone.committed;
    address_space::of(page_kind::base).release(at, slab_bytes(), unit());
  }

  const column_layout* layout_;
  memory_budget* budget_;
  page_run directory_;  // of a small store: its rows, too
  state state_;
};

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
