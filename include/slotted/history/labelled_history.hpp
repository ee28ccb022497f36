// slotted: a history whose series are named by labels that are known only at run time.
// SPDX-License-Identifier: MIT
#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>

#include <slotted/history/append_outcome.hpp>
#include <slotted/history/detail/history_keys.hpp>
#include <slotted/history/detail/reader.hpp>
#include <slotted/history/history.hpp>
#include <slotted/history/labelled_snapshot.hpp>
#include <slotted/history/series_selection.hpp>
#include <slotted/history/statistics.hpp>
#include <slotted/memory/budget.hpp>
#include <slotted/memory/footprint.hpp>
#include <slotted/series/label.hpp>
#include <slotted/series/label_list.hpp>
#include <slotted/series/matcher.hpp>
#include <slotted/series/series_limits.hpp>
#include <slotted/series/series_ref.hpp>
#include <slotted/series/series_table.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {

/// What a history by labels may keep; everything has a default.
template <class Difference>
struct labelled_history_options : history_options<Difference> {
  /// What may name a series, and how much labels may hold: an eighth of the budget unless it says otherwise. Within
  /// that new series compete with old rows for the budget; beyond it they are refused.
  series_limits series;
};

/// A history whose series are named by labels: `history<Sample, &Sample::time, by_labels>`.
///
/// The record has no field that tells series apart. `open` gives the reference of a series for its labels, and rows are
/// appended by reference. Labels are those of a `series_table`, with its rules and limits.
///
/// A series goes when it is erased, and soon after its last row has gone because of the budget or of its age: opens and
/// appends look at a few series each and close those that had rows and have none. Its reference is stale then, and its
/// texts go unless a snapshot keeps them. A series that never had a row stays open until it is erased or `trim` is
/// called.
///
/// Reading is as in any history: rows, between, from, series(ref), series(), latest, scan, aggregate, first, last,
/// newest; the key of a series is its `series_ref`.
///
/// Threads: as `history`. It is neither copied nor moved. Its snapshots end before it does.
template <recordable T, key TimeKey>
class history<T, TimeKey, by_labels>
    : public detail::history_reader<
          history<T, TimeKey, by_labels>,
          detail::history_reading<detail::layout_of_history<T, TimeKey, detail::by_series_ref>>> {
  using layout = detail::layout_of_history<T, TimeKey, detail::by_series_ref>;
  using rows_type = history<T, TimeKey, detail::by_series_ref>;
  using reading_type = detail::history_reading<layout>;

 public:
  using value_type = T;
  using size_type = std::size_t;
  /// The type of the time key.
  using time_type = typename rows_type::time_type;
  /// What names a series.
  using series_type = series_ref;
  /// A length of time.
  using time_difference = typename rows_type::time_difference;
  /// See `labelled_history_options`.
  using options = labelled_history_options<time_difference>;
  /// What `snapshot` gives.
  using snapshot_type = labelled_snapshot<layout>;

  /// A history that is charged to no budget.
  history() noexcept = default;
  /// As `history()`, with options. Throws: as `set_max_age`.
  explicit history(const options& how) : labels_(how.series), rows_(plain(how)) {}
  /// A history that is charged to `budget`, which outlives it.
  explicit history(memory_budget& budget, on_full policy = on_full::refuse) noexcept
      : labels_(budget), rows_(budget, policy) {}
  /// As `history(budget)`, with options. Throws: as `set_max_age`.
  history(memory_budget& budget, const options& how) : labels_(budget, how.series), rows_(budget, plain(how)) {}
  history(const history&) = delete;
  history& operator=(const history&) = delete;
  /// Preconditions: its snapshots have ended.
  ~history() = default;

  // ---- how much there is

  [[nodiscard]] std::size_t size() const noexcept { return rows_.size(); }  ///< rows
  /// Whether there are no rows.
  [[nodiscard]] bool empty() const noexcept { return rows_.empty(); }
  /// How many rows have gone because of the budget or of their age, ever.
  [[nodiscard]] std::uint64_t evicted() const noexcept { return rows_.evicted(); }
  /// How many series have rows.
  [[nodiscard]] std::size_t series_count() const noexcept { return rows_.series_count(); }
  [[nodiscard]] memory_budget* budget() const noexcept { return rows_.budget(); }  ///< or null
  /// What the history holds and has done.
  [[nodiscard]] history_statistics statistics() const noexcept { return rows_.statistics(); }
  /// What rows and labels took from the system; `total()` is exactly what the budget was charged.
  [[nodiscard]] slotted::footprint footprint() const noexcept { return rows_.footprint() + labels_.footprint(); }
  /// The labels: names, values, counts, those that come first, how often series were refused.
  [[nodiscard]] const series_table& labels() const noexcept { return labels_; }

  // ---- what it may keep

  /// As `history::set_max_age`.
  template <class Age>
    requires std::convertible_to<Age, time_difference>
  void set_max_age(Age age) {
    rows_.set_max_age(age);
  }
  /// As `history::set_max_ahead`.
  template <class Ahead>
    requires std::convertible_to<Ahead, time_difference>
  void set_max_ahead(Ahead ahead) {
    rows_.set_max_ahead(ahead);
  }
  /// As `history::accept`.
  void accept(time_type first, time_type last) noexcept { rows_.accept(first, last); }
  /// As `series_table::set_limits`.
  void set_series_limits(const series_limits& limits) noexcept { labels_.set_limits(limits); }

  // ---- series

  /// As `series_table::open`: the series of these labels, opened unless it is open.
  [[nodiscard]] series_ref open(std::span<const label> labels) {
    sweep(swept_an_open);
    return labels_.open(labels);
  }
  /// \overload
  [[nodiscard]] series_ref open(std::initializer_list<label> labels) {
    return open(std::span(labels.begin(), labels.size()));
  }
  /// As `series_table::try_open`.
  [[nodiscard]] opened_series try_open(std::span<const label> labels) noexcept {
    sweep(swept_an_open);
    return labels_.try_open(labels);
  }
  /// \overload
  [[nodiscard]] opened_series try_open(std::initializer_list<label> labels) noexcept {
    return try_open(std::span(labels.begin(), labels.size()));
  }
  /// The open series of these labels; null when there is none.
  [[nodiscard]] series_ref find(std::span<const label> labels) const noexcept { return labels_.find(labels); }
  /// \overload
  [[nodiscard]] series_ref find(std::initializer_list<label> labels) const noexcept { return labels_.find(labels); }
  /// As `series_table::find_after`.
  [[nodiscard]] series_ref find_after(series_ref before, std::span<const label> labels) const noexcept {
    return labels_.find_after(before, labels);
  }
  /// \overload
  [[nodiscard]] series_ref find_after(series_ref before, std::initializer_list<label> labels) const noexcept {
    return labels_.find_after(before, labels);
  }
  /// Whether a series is open.
  [[nodiscard]] bool contains(series_ref of) const noexcept { return labels_.contains(of); }
  /// The labels of an open series. Throws: `stale_series`.
  [[nodiscard]] label_list labels(series_ref of) const { return labels_.labels(of); }
  /// The labels as a line of Prometheus' text format begins. Throws: `stale_series`.
  [[nodiscard]] std::string to_exposition(series_ref of) const { return labels_.to_exposition(of); }
  /// The open series that fulfil all matchers, as rows. Throws: as `series_table::matching`.
  [[nodiscard]] series_selection<layout> matching(std::span<const matcher> matchers) const {
    const reading_type from = reading();
    return {from, labels_.matching(matchers, from.memory())};
  }
  /// \overload
  [[nodiscard]] series_selection<layout> matching(std::initializer_list<matcher> matchers) const {
    return matching(std::span(matchers.begin(), matchers.size()));
  }

  // ---- writing

  /// Adds a row to a series.
  ///
  /// Throws: `stale_series`, `budget_exceeded`, `std::bad_alloc`, `std::out_of_range` when the time is not to be taken;
  /// nothing has changed then. Complexity: amortised constant, at most the work of a few blocks.
  void append(series_ref of, const T& row) {
    const append_outcome outcome = try_append(of, row);
    if (outcome) [[likely]]
      return;
    if (outcome.why() == append_outcome::stale_series) detail::throw_stale_series(of);
    rows_.refuse(outcome, row);
  }
  /// As `append`. Returns: whether the row is in, or why it is not.
  [[nodiscard]] append_outcome try_append(series_ref of, const T& row) noexcept {
    if (!labels_.contains(of)) [[unlikely]]
      return append_outcome::stale_series;
    if (++appends_ % appends_a_sweep == 0) sweep(swept_a_time, of);
    const append_outcome outcome = rows_.try_append(of, row);
    if (outcome) labels_.use(of);
    return outcome;
  }
  /// Erases a series: its rows, its labels and its reference. Returns: whether it was open.
  bool erase(series_ref of) noexcept {
    if (!labels_.contains(of)) return false;
    rows_.erase(of);
    return labels_.close(of);
  }
  /// Erases the open series for which `predicate(series_ref)` returns true; it is asked for all of them before any
  /// goes. Returns: how many. Throws: what the predicate throws, and `std::bad_alloc`; nothing has changed then.
  template <std::predicate<series_ref> Predicate>
  std::size_t erase_series_if(Predicate&& predicate) {
    result_list<series_ref> gone;
    labels_.for_each([&](series_ref each) {
      if (predicate(each)) gone.push_back(each);
    });
    for (const series_ref each : gone) erase(each);
    return gone.size();
  }
  /// Erases the open series that fulfil all matchers. Returns: how many. Throws: as `matching`, and `std::bad_alloc`.
  std::size_t erase_matching(std::initializer_list<matcher> matchers) {
    const series_set found = matching(matchers).set();
    return erase_series_if([&](series_ref each) { return found.contains_number(each.number()); });
  }
  /// As `history::seal`.
  void seal() { rows_.seal(); }
  /// As `history::try_seal`.
  [[nodiscard]] bool try_seal() noexcept { return rows_.try_seal(); }
  /// Closes series without rows, and gives memory that holds nothing back to the system and to the budget.
  void trim() noexcept {
    labels_.sweep(UINT32_MAX, [&](series_ref each) { return rows_.has_series_of(each); }, true);
    rows_.trim();
    labels_.trim();
  }
  /// Removes all rows; series stay open until they are noticed to have none.
  void clear() noexcept { rows_.clear(); }
  /// As `history::expire_before`.
  void expire_before(time_type time) noexcept { rows_.expire_before(time); }

  /// The history as it is at this moment, for any thread, with its labels: `const auto moment = past.snapshot();`.
  ///
  /// Throws: `budget_exceeded`, or `std::bad_alloc` when the system refuses.
  [[nodiscard]] snapshot_type snapshot() { return snapshot_type(rows_.snapshot(), labels_); }

 private:
  static constexpr std::uint32_t swept_an_open = 8;
  static constexpr std::uint32_t swept_a_time = 8;
  static constexpr std::uint32_t appends_a_sweep = 32;

  friend detail::history_reader<history, reading_type>;
  [[nodiscard]] reading_type reading() const noexcept { return rows_.reading(); }
  [[nodiscard]] static const history_options<time_difference>& plain(const options& how) noexcept { return how; }

  // Looks at the next series of the table, and closes those that had rows and have none; the one that is about to get a
  // row stays.
  void sweep(std::uint32_t count, series_ref busy = {}) noexcept {
    labels_.sweep(count, [&](series_ref each) { return each == busy || rows_.has_series_of(each); });
  }

  series_table labels_;
  rows_type rows_;
  std::uint32_t appends_ = 0;
};

}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
