// slotted: a history: rows of many series by time, compressed without loss, bounded by a budget.
// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include <slotted/history/append_outcome.hpp>
#include <slotted/history/detail/history_keys.hpp>
#include <slotted/history/detail/history_reading.hpp>
#include <slotted/history/detail/reader.hpp>
#include <slotted/history/on_full.hpp>
#include <slotted/history/snapshot.hpp>
#include <slotted/history/statistics.hpp>
#include <slotted/history/too_many_series.hpp>
#include <slotted/memory/budget.hpp>
#include <slotted/memory/footprint.hpp>
#include <slotted/memory/text_error.hpp>
#include <slotted/record/leaves.hpp>
#include <slotted/record/row.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {

/// What a history may keep and what it does at its limits; everything has a default.
/// \tparam Difference  a length of time, of the history's time key.
template <class Difference>
struct history_options {
  slotted::on_full on_full = slotted::on_full::refuse;  ///< what happens when the budget is full
  Difference max_age{};                                 ///< rows that are older go; 0: rows of any age stay
  Difference max_ahead{};      ///< rows further ahead of the newest are refused; 0: as far as `max_age`
  std::size_t readers = 0;     ///< bytes set aside for reads; 0: 1/32 of the limit, 64 KiB at least, 4 MiB at most
  std::size_t max_series = 0;  ///< rows that would begin more series are refused; 0: any number
};

/// Records of many series, kept by time: compressed without loss, under a budget.
///
/// Use it for points that are appended and then read, by time, by series or column by column; use a `table` for rows
/// that change. New rows stand in a head, a few bytes each; when they have waited their turn they become blocks, which
/// are merged until they have up to 1024 rows. Rows may come in any order of time. When the budget is full, an append
/// is refused or the oldest rows go, by policy; what is refused is said by an outcome, and nothing has changed then.
///
/// Reads never change what is kept, and never fail because data fills the budget: what they need comes from the stack
/// and from a share of the budget that is set aside for them.
///
/// Threads: one at a time appends, takes snapshots and calls whatever is not const; meanwhile no other may read the
/// history itself. Const members may run in parallel. A snapshot is read from any thread while the history goes on.
/// Histories on different threads may share a budget.
///
/// A history is moved and swapped with its budget and not copied. Appending may take about 200 KiB of stack.
/// \tparam TimeKey    what orders the rows: a name, a member pointer or a path, of an integer or a std::chrono time.
/// \tparam SeriesKey  what tells series apart: one field of at most 8 bytes that is no floating-point number. It is
/// stored once a series.
template <recordable T, key TimeKey, key SeriesKey = no_series>
class history
    : public detail::history_reader<history<T, TimeKey, SeriesKey>,
                                    detail::history_reading<detail::layout_of_history<T, TimeKey, SeriesKey>>> {
  using layout = detail::layout_of_history<T, TimeKey, SeriesKey>;
  using core = detail::history_core<layout>;
  using reading_type = detail::history_reading<layout>;
  static constexpr bool has_series = layout::has_series;

 public:
  using value_type = T;
  using size_type = std::size_t;
  /// The type of the time key.
  using time_type = typename layout::time_type;
  /// The type of the series key.
  using series_type = typename layout::series_type;
  /// A length of time: what the difference of two chrono times is, or a number of the steps that an integer counts.
  using time_difference = detail::time_difference_of<time_type>;
  /// See `history_options`.
  using options = history_options<time_difference>;
  /// What `snapshot` gives.
  using snapshot_type = history_snapshot<layout>;

  /// A block that is about to go, as `on_evict` shows it.
  class evicted_block {
   public:
    /// For histories: the block that is about to go.
    evicted_block(const detail::block_view<layout>& block, series_type key) noexcept : block_(block), key_(key) {}

    /// The key of its series.
    [[nodiscard]] series_type series() const noexcept { return key_; }
    [[nodiscard]] std::size_t size() const noexcept { return block_.rows(); }  ///< rows, at most 1024
    /// The earliest time in it.
    [[nodiscard]] time_type first_time() const noexcept { return detail::from_order<time_type>(block_.first_time()); }
    /// The latest time in it.
    [[nodiscard]] time_type last_time() const noexcept { return detail::from_order<time_type>(block_.last_time()); }
    /// Writes a column, in the order of time, to `to[0]` to `to[size() - 1]`.
    template <key K>
      requires has_leaf<T, K>
    void decode(leaf_type_of<T, K>* to) const noexcept {
      if constexpr (leaf_index<T, K> == layout::series_leaf)
        for (std::size_t i = 0; i < size(); ++i) ::new (static_cast<void*>(to + i)) series_type(key_);
      else
        block_.template decode<leaf_index<T, K>>(to);
    }
    /// A column as it is kept, for spilling it as it is: what `codec::decode` takes.
    ///
    /// The series key has no column; an optional, an array and what is no number have several and are decoded. A block
    /// carries no checksum: what leaves memory wants one, `codec::crc32c` for instance.
    template <key K>
      requires(has_leaf<T, K> && leaf_index<T, K> != layout::series_leaf &&
               detail::leaf_columns<leaf_type_of<T, K>>::count == 1)
    [[nodiscard]] std::span<const std::byte> encoded() const noexcept {
      if constexpr (leaf_index<T, K> == layout::time_leaf)
        return block_.encoded_times();
      else
        return block_.encoded(layout::template first_column<leaf_index<T, K>>);
    }

   private:
    const detail::block_view<layout>& block_;
    series_type key_;
  };

  // ---- making one

  /// A history that is charged to no budget. It holds nothing until the first row.
  history() noexcept = default;
  /// As `history()`, with options. Throws: as `set_max_age`.
  explicit history(const options& how) { take(how); }
  /// A history that is charged to `budget`, which outlives it.
  explicit history(memory_budget& budget, on_full policy = on_full::refuse) noexcept : budget_(&budget) {
    how_.policy = policy;
  }
  /// As `history(budget)`, with options. Throws: as `set_max_age`.
  history(memory_budget& budget, const options& how) : budget_(&budget) { take(how); }
  history(const history&) = delete;
  history& operator=(const history&) = delete;
  /// Takes over rows, budget and settings; `other` is empty and keeps its own. Snapshots of it are now of this history.
  history(history&& other) noexcept
      : budget_(other.budget_), how_(other.how_), core_(std::exchange(other.core_, nullptr)) {}
  /// Gives back what this history has, then takes over rows and budget of `other`, which is empty.
  history& operator=(history&& other) noexcept {
    history(std::move(other)).swap(*this);
    return *this;
  }
  /// Effects: snapshots that are open expire; waits for reads of them that are in progress.
  ~history() {
    if (core_ != nullptr) core::close(core_);
  }
  /// Exchanges rows, budgets and settings. Complexity: constant.
  void swap(history& other) noexcept {
    std::swap(budget_, other.budget_);
    std::swap(how_, other.how_);
    std::swap(core_, other.core_);
  }
  friend void swap(history& left, history& right) noexcept { left.swap(right); }

  // ---- how much there is

  [[nodiscard]] std::size_t size() const noexcept { return core_ == nullptr ? 0 : core_->rows(); }  ///< rows
  /// Whether there are none.
  [[nodiscard]] bool empty() const noexcept { return size() == 0; }
  /// How many rows have gone because of the budget or of their age, ever.
  [[nodiscard]] std::uint64_t evicted() const noexcept { return core_ == nullptr ? 0 : core_->evicted(); }
  /// How many series have rows.
  [[nodiscard]] std::size_t series_count() const noexcept { return core_ == nullptr ? 0 : core_->series(); }
  [[nodiscard]] memory_budget* budget() const noexcept { return budget_; }  ///< or null
  /// What the history holds and has done.
  [[nodiscard]] history_statistics statistics() const noexcept {
    return core_ == nullptr ? history_statistics{} : core_->statistics();
  }
  /// What the history took from the system; `total()` is exactly what its budget was charged.
  ///
  /// The payload is the bytes of blocks and of rows in the head; what is set aside for readers and not used is idle.
  [[nodiscard]] slotted::footprint footprint() const noexcept {
    return core_ == nullptr ? slotted::footprint{} : core_->footprint();
  }

  // ---- what it may keep

  /// Lets rows go that are older than `age`, whatever the budget; 0: none.
  ///
  /// Ages count from the middle of the last 16 accepted times, so that a few wrong ones make nothing look old, or from
  /// the time that `expire_before` was told. Rows go block by block, in the order in which blocks were made, so a row
  /// may stay until those that share its block are too old. Rows that are too old already are refused.
  /// Throws: `std::invalid_argument`, which says the age, when it is negative.
  template <class Age>
    requires std::convertible_to<Age, time_difference>
  void set_max_age(Age age) {
    how_.times.set_max_age(to_limit(age, "max_age"));
    apply();
  }
  /// Refuses rows that lie more than `ahead` after the newest time; 0: more than the maximal age.
  ///
  /// So one wrong time costs nobody else a row. After a pause that is longer than this `expire_before` says how late it
  /// is. Throws: as `set_max_age`.
  template <class Ahead>
    requires std::convertible_to<Ahead, time_difference>
  void set_max_ahead(Ahead ahead) {
    how_.times.set_max_ahead(to_limit(ahead, "max_ahead"));
    apply();
  }
  /// Refuses rows before `first` and after `last`.
  void accept(time_type first, time_type last) noexcept {
    how_.times.set_window(detail::to_order(first), detail::to_order(last));
    apply();
  }
  /// Refuses rows of new series beyond so many; 0: any number.
  void set_max_series(std::size_t most) noexcept {
    how_.max_series = most;
    apply();
  }
  /// Calls `callback(const evicted_block&)` for each block before it is evicted.
  ///
  /// The callback is referred to, not copied. It must not throw and must not use this history. Where the budget is
  /// shared it may run on another thread, whose charge did not fit, and never on two at once.
  template <class Callback>
    requires std::invocable<Callback&, const evicted_block&>
  void on_evict(Callback& callback) noexcept {
    how_.on_evict = [](void* context, const detail::block_view<layout>& block, series_type key) {
      (*static_cast<Callback*>(context))(evicted_block(block, key));
    };
    how_.context = const_cast<void*>(static_cast<const void*>(std::addressof(callback)));
    apply();
  }
  /// Calls nothing any more.
  void on_evict(std::nullptr_t) noexcept {
    how_.on_evict = nullptr;
    apply();
  }

  // ---- writing

  /// Adds a row.
  ///
  /// Throws: `budget_exceeded` when there is no room and nothing to give up, `std::bad_alloc` when the system refuses
  /// memory, `too_many_series`, which names the series, `std::out_of_range`, which says the time, when it is not to be
  /// taken; nothing has changed then.
  /// Complexity: amortised constant, at most the work of a few blocks.
  void append(const T& row) {
    if (const append_outcome outcome = try_append(row); !outcome) [[unlikely]]
      refuse(outcome, row);
  }
  /// As `append`. Returns: whether the row is in, or why it is not.
  [[nodiscard]] append_outcome try_append(const T& row) noexcept {
    if (core_ == nullptr) [[unlikely]]
      if (const append_outcome outcome = open(); !outcome) return outcome;
    return core_->append(row, layout::series_of(row));
  }
  /// As `try_append`, of a row whose series is given beside it.
  [[nodiscard]] append_outcome try_append(const series_type& of, const T& row) noexcept
    requires(has_series && !layout::has_series_field)
  {
    if (core_ == nullptr) [[unlikely]]
      if (const append_outcome outcome = open(); !outcome) return outcome;
    return core_->append(row, of);
  }

  /// Adds the rows of a range, one after the other.
  ///
  /// Throws: as `append` of a row, and what reading the range throws; the rows before the one that threw are in then,
  /// and `try_append` would have said how many.
  template <class Range>
    requires(!row_of<Range, T> && rows_of<Range, T>)
  void append(Range&& range) {
    for (auto&& row : range) append(static_cast<const T&>(row));
  }
  /// \overload
  void append(std::initializer_list<T> rows) {
    for (const T& row : rows) append(row);
  }
  /// As `append`. Returns: how many of the rows, from the first on, are in: fewer than all where one was refused.
  template <class Range>
    requires(!row_of<Range, T> && rows_of<Range, T>)
  [[nodiscard]] std::size_t try_append(Range&& range) {
    std::size_t rows = 0;
    for (auto&& row : range) {
      if (!try_append(static_cast<const T&>(row))) break;
      ++rows;
    }
    return rows;
  }
  /// As `try_append` of a range, for rows that stand one after the other.
  [[nodiscard]] std::size_t try_append(std::span<const T> rows) noexcept {
    if (rows.empty()) return 0;
    if (core_ == nullptr)
      if (!open()) return 0;
    append_outcome outcome = append_outcome::done;
    return core_->append(rows.data(), rows.size(), outcome);
  }
  template <class U>
    requires(sliced_row<U, T> || sliced_rows<U, T>)
  void append(U&&) = delete;  // a row of a derived type would be cut down to its base
  template <class U>
    requires(sliced_row<U, T> || sliced_rows<U, T>)
  void try_append(U&&) = delete;  // a row of a derived type would be cut down to its base

  /// Writes all rows of the head to blocks, so that the history takes the fewest bytes.
  ///
  /// It need not be called: rows become blocks by themselves. Throws: as `append`; some rows are as they were then.
  void seal() {
    if (core_ == nullptr) return;
    if (const commit_outcome outcome = core_->seal_all(); outcome != commit_outcome::done)
      detail::throw_no_memory(outcome, budget_, core_->refused_bytes());
  }
  /// As `seal`. Returns: whether all rows are in blocks now.
  [[nodiscard]] bool try_seal() noexcept { return core_ == nullptr || core_->seal_all() == commit_outcome::done; }
  /// Gives memory that holds nothing back to the system and to the budget.
  void trim() noexcept {
    if (core_ != nullptr) core_->trim();
  }
  /// Removes all rows. What snapshots see stays until they end.
  void clear() noexcept {
    if (core_ != nullptr) core_->clear();
  }
  /// Removes all rows of a series. Returns: whether there was one. Complexity: linear in its blocks, and in the series
  /// that have rows in the head.
  bool erase(const series_type& of) noexcept
    requires has_series
  {
    return core_ != nullptr && core_->erase(of);
  }
  /// Removes rows before `time`, in whole blocks and in the order in which blocks were made, and takes `time` for the
  /// newest time where it is later: the caller's clock.
  ///
  /// A row may stay until those that share its block are before the time, too.
  void expire_before(time_type time) noexcept {
    how_.times.advance(detail::to_order(time));
    if (core_ != nullptr) core_->expire_before(detail::to_order(time));
  }

  // ---- reading: also rows, between, from, series, latest, scan, aggregate, first, last and newest, of history_reader

  /// The history as it is at this moment, for any thread.
  ///
  /// It copies what the history knows of each series, about 90 bytes for rows of one number, which count against the
  /// readers' share. Throws: `budget_exceeded`, or `std::bad_alloc` when the system refuses.
  /// Complexity: linear in the series; no row is copied.
  [[nodiscard]] snapshot_type snapshot() {
    if (core_ == nullptr) return {};
    return made(core_->take_snapshot());
  }
  /// The same of one series; of none, when there is no such series. Complexity: constant.
  [[nodiscard]] snapshot_type snapshot(const series_type& of)
    requires has_series
  {
    if (core_ == nullptr) return {};
    return made(core_->take_snapshot(1, [&](std::size_t) { return of; }));
  }
  /// The same of some series; unknown ones are left out.
  [[nodiscard]] snapshot_type snapshot(std::span<const series_type> of)
    requires has_series
  {
    if (core_ == nullptr) return {};
    return made(core_->take_snapshot(of.size(), [&](std::size_t i) { return of[i]; }));
  }

 private:
  friend detail::history_reader<history, reading_type>;
  template <recordable, key, key>
  friend class history;  // the one by labels has one by references
  // Whether a series has rows; for the owner.
  [[nodiscard]] bool has_series_of(const series_type& key) const noexcept {
    if (core_ == nullptr) return false;
    const reading_type from = reading();
    const auto inside = from.enter();
    return from.find(key) != detail::no_place;
  }
  [[nodiscard]] reading_type reading() const noexcept { return reading_type(static_cast<const core*>(core_)); }

  [[nodiscard]] snapshot_type made(typename core::snapshot* from) {
    if (from != nullptr) return snapshot_type(from, core_);
    const std::size_t asked = core_->snapshot_bytes_refused();
    detail::throw_no_memory(asked != 0 ? commit_outcome::over_budget : commit_outcome::out_of_memory, budget_, asked);
  }

  void take(const options& how) {
    how_.policy = how.on_full;
    how_.readers = how.readers;
    how_.max_series = how.max_series;
    how_.times.set_max_age(to_limit(how.max_age, "max_age"));
    how_.times.set_max_ahead(to_limit(how.max_ahead, "max_ahead"));
  }
  void apply() noexcept {
    if (core_ != nullptr) core_->change(how_);
  }
  // A length of time as a limit; 0 means none.
  template <class Length>
  [[nodiscard]] static std::uint64_t to_limit(const Length& length, const char* what) {
    const auto count =
        detail::count_of(static_cast<std::conditional_t<std::integral<Length>, Length, time_difference>>(length));
    if constexpr (std::is_signed_v<decltype(+count)>)
      if (count < 0)
        detail::throw_with_text<std::invalid_argument>("history: " + std::string(what) +
                                                       " is negative: " + std::to_string(count));
    return count == 0 ? detail::time_limits::none : static_cast<std::uint64_t>(count);
  }

  [[gnu::noinline]] append_outcome open() noexcept {
    commit_outcome why = commit_outcome::done;
    core_ = core::open(budget_, how_, why);
    return why == commit_outcome::done          ? append_outcome::done
           : why == commit_outcome::over_budget ? append_outcome::over_budget
                                                : append_outcome::out_of_memory;
  }
  [[noreturn, gnu::cold, gnu::noinline]] void refuse(append_outcome why, const T& row) const {
    if (why == append_outcome::too_many_series) detail::throw_too_many_series(layout::series_of(row), how_.max_series);
    if (why == append_outcome::too_old || why == append_outcome::too_far_ahead)
      detail::throw_with_text<std::out_of_range>("history: the row of time " +
                                                 detail::text_of_time(leaves<T>::template get<layout::time_leaf>(row)) +
                                                 " is " + std::string(why.text()));
    detail::throw_no_memory(
        why == append_outcome::over_budget ? commit_outcome::over_budget : commit_outcome::out_of_memory, budget_,
        core_ == nullptr ? sizeof(core) : core_->refused_bytes());
  }

  memory_budget* budget_ = nullptr;
  typename core::settings how_;
  core* core_ = nullptr;
};

}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
