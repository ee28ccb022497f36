// slotted: a hold: series keep their labels while it is open, for readers on any thread.
// SPDX-License-Identifier: MIT
#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <utility>

#include <slotted/memory/mutex.hpp>
#include <slotted/series/detail/charged_block.hpp>
#include <slotted/series/detail/hold_list.hpp>
#include <slotted/series/detail/match_plan.hpp>
#include <slotted/series/detail/series_core.hpp>
#include <slotted/series/label_list.hpp>
#include <slotted/series/matcher.hpp>
#include <slotted/series/series_ref.hpp>
#include <slotted/series/series_set.hpp>
#include <slotted/series/stale_series.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {

/// Keeps the labels of all series that are open when it is made, until it ends, whether they are closed meanwhile or
/// not.
///
/// A snapshot of data by series has one, so that labels can be read and matched for as long as the data can.
///
/// Threads: the thread that may change the table makes it, and goes on changing the table; one thread at a time uses
/// the hold, any thread, and any thread ends it. What is read takes the table's lock for a microsecond at a time. It is
/// neither copied nor moved. The table outlives it.
class series_hold {
 public:
  /// For `series_table`: a hold on all series that are open now.
  series_hold(detail::series_core& table, detail::hold_list& holds) noexcept : table_(table), holds_(holds) {
    holds_.begin(node_);
  }
  series_hold(const series_hold&) = delete;
  series_hold& operator=(const series_hold&) = delete;
  /// Effects: what only this hold kept goes with the next change of the table.
  ~series_hold() { holds_.end(node_, table_); }

  /// Whether a series can be read: one that was open when the hold was made, or was opened since and is open.
  [[nodiscard]] bool contains(series_ref of) const noexcept {
    const detail::mutex_hold held(holds_.lock());
    return table_.is_kept(of);
  }
  /// Calls `f(const label_list&)` with the labels of a series, while no series is opened or closed.
  ///
  /// Preconditions: `f` is short and does not use the table. Throws: `stale_series` when the series is not kept, and
  /// what `f` throws.
  template <std::invocable<const label_list&> F>
  void read(series_ref of, F&& f) const {
    const detail::mutex_hold held(holds_.lock());
    if (!table_.is_kept(of)) detail::throw_stale_series(of);
    std::forward<F>(f)(label_list(table_, of.number()));
  }
  /// The labels as a line of Prometheus' text format begins. Throws: as `read`, or `std::bad_alloc`.
  [[nodiscard]] std::string to_exposition(series_ref of) const {
    std::string text;
    read(of, [&](const label_list& labels) { detail::append_exposition(text, labels); });
    return text;
  }

  /// The series that fulfil all matchers, among those that were open when the hold was made.
  ///
  /// Which others are in the set, of those opened since, is not said. Predicates are asked while no series is opened or
  /// closed, for up to 64 values at a time.
  /// Throws: `budget_exceeded`, `std::bad_alloc`, what a predicate throws.
  [[nodiscard]] series_set matching(std::span<const matcher> matchers) const {
    return matching(matchers, detail::budget_source(table_.memory().budget()));
  }
  /// For histories: as above, in memory of theirs.
  template <class Source>
  [[nodiscard]] series_set matching(std::span<const matcher> matchers, Source source) const {
    std::size_t bytes = 0;
    for (;;) {
      detail::charged_block block(source, bytes);
      if (block.size() < bytes) detail::throw_no_block(table_.memory().budget(), bytes);
      holds_.lock().lock();
      detail::match_plan plan(table_, matchers, true);
      bytes = plan.bytes_needed();
      if (bytes <= block.size()) plan.begin(block.data());
      holds_.lock().unlock();
      if (bytes > block.size()) continue;  // now it is known how much, or names and series have come meanwhile
      if (bytes == 0) return {};
      for (bool more = true; more;) {
        const detail::mutex_hold held(holds_.lock());
        more = plan.step();
      }
      return series_set(std::move(block), plan.result_words());
    }
  }
  /// \overload
  [[nodiscard]] series_set matching(std::initializer_list<matcher> matchers) const {
    return matching(std::span(matchers.begin(), matchers.size()));
  }
  /// Calls `f(series_ref)` for each series of a set that this hold has made, in the order of their numbers.
  template <std::invocable<series_ref> F>
  void for_each(const series_set& set, F&& f) const {
    for (std::size_t word = 0; word < set.words().size(); ++word) {
      series_ref refs[64];
      std::size_t count = 0;
      {
        const detail::mutex_hold held(holds_.lock());
        const detail::series_chunk* const chunk = table_.rows().chunk(static_cast<std::uint32_t>(word));
        if (chunk == nullptr) continue;
        for (std::uint64_t left = set.words()[word] & chunk->used(); left != 0; left &= left - 1)
          refs[count++] =
              table_.ref_of(static_cast<std::uint32_t>(word * 64 + static_cast<std::size_t>(std::countr_zero(left))));
      }
      for (std::size_t i = 0; i < count; ++i) f(refs[i]);
    }
  }

 private:
  detail::series_core& table_;
  detail::hold_list& holds_;
  detail::hold_node node_;
};

}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
