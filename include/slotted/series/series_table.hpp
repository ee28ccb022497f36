// slotted: a table of series: labels as 8-byte references, found by any condition on labels, bounded by a budget.
// SPDX-License-Identifier: MIT
#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <slotted/algorithm.hpp>
#include <slotted/memory/budget.hpp>
#include <slotted/memory/footprint.hpp>
#include <slotted/memory/slab.hpp>
#include <slotted/series/bad_labels.hpp>
#include <slotted/series/detail/charged_block.hpp>
#include <slotted/series/detail/hold_list.hpp>
#include <slotted/series/detail/mapped_labels.hpp>
#include <slotted/series/detail/match_plan.hpp>
#include <slotted/series/detail/series_core.hpp>
#include <slotted/series/label.hpp>
#include <slotted/series/label_counts.hpp>
#include <slotted/series/label_list.hpp>
#include <slotted/series/matcher.hpp>
#include <slotted/series/open_outcome.hpp>
#include <slotted/series/result_list.hpp>
#include <slotted/series/series_hold.hpp>
#include <slotted/series/series_limits.hpp>
#include <slotted/series/series_ref.hpp>
#include <slotted/series/series_set.hpp>
#include <slotted/series/stale_series.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {

/// What `try_open` gives: how it ended, and the series to append to, where there is one.
struct opened_series {
  series_ref ref;        ///< null unless there is a series
  open_outcome outcome;  ///< how it ended
  /// Whether there is a series to append to.
  [[nodiscard]] explicit operator bool() const noexcept { return static_cast<bool>(outcome); }
};

/// The series of a program, each named by its labels, in about 20 bytes a series.
///
/// Use it for label sets that are known only at run time and come from outside. Every text is stored once for each
/// label name, with a count of the series that have it, and goes with the last of them; texts move when that gives
/// memory back. Limits bound what others can make it hold. Symbols remain for closed vocabularies.
///
/// Labels come in any order. An empty value is the same as no label. A name twice is an error, and so is a text that is
/// not UTF-8; see `series_limits`.
///
/// Threads: one at a time calls whatever is not const; meanwhile no other uses the table, but through a `series_hold`.
/// Const members may run in parallel. A table is neither copied nor moved.
class series_table {
 public:
  /// A table that is charged to no budget. It holds nothing until the first series.
  series_table() noexcept : series_table(nullptr, {}) {}
  /// As `series_table()`, with limits.
  explicit series_table(const series_limits& limits) noexcept : series_table(nullptr, limits) {}
  /// A table that is charged to `budget`, which outlives it.
  explicit series_table(memory_budget& budget, const series_limits& limits = {}) noexcept
      : series_table(&budget, limits) {}
  series_table(const series_table&) = delete;
  series_table& operator=(const series_table&) = delete;
  /// Preconditions: its holds have ended.
  ~series_table() = default;

  // ---- how much there is

  [[nodiscard]] std::size_t size() const noexcept { return core_.size(); }  ///< open series
  /// Whether there are none.
  [[nodiscard]] bool empty() const noexcept { return size() == 0; }
  [[nodiscard]] memory_budget* budget() const noexcept { return core_.memory().budget(); }  ///< or null
  /// What the table took from the system; `total()` is exactly what its budget was charged. The results of `matching`
  /// are not in it.
  [[nodiscard]] slotted::footprint footprint() const noexcept { return core_.footprint(); }
  [[nodiscard]] const series_limits& limits() const noexcept { return limits_; }  ///< as they are applied
  /// Applies other limits from now on; series that are open stay.
  void set_limits(const series_limits& limits) noexcept {
    limits_ = limits;
    limits_.labels.most = detail::min_of<std::size_t>(limits.labels.most, detail::most_labels_of_a_series);
    if (limits_.bytes.most == 0) limits_.bytes.most = budget() == nullptr ? SIZE_MAX : budget()->limit() / 8;
  }
  /// How often opening a series has ended that way, since the table was made.
  [[nodiscard]] std::uint64_t count(open_outcome::reason why) const noexcept { return outcomes_[why]; }

  // ---- opening and closing

  /// The series of these labels, opened unless it is open.
  ///
  /// Throws: `bad_labels`, `series_limit_exceeded`, `budget_exceeded`, or `std::bad_alloc` when the system refuses
  /// memory; nothing has changed then.
  /// Complexity: constant on average, and no open copies more than a few pages.
  [[nodiscard]] series_ref open(std::span<const label> labels) {
    std::size_t offender = 0;
    const opened_series result = try_open(labels, offender);
    if (!result) refuse(result.outcome.why(), labels, offender);
    return result.ref;
  }
  /// \overload
  [[nodiscard]] series_ref open(std::initializer_list<label> labels) {
    return open(std::span(labels.begin(), labels.size()));
  }
  /// As `open`. Returns: the series, or why there is none.
  [[nodiscard]] opened_series try_open(std::span<const label> labels) noexcept {
    std::size_t offender = 0;
    return try_open(labels, offender);
  }
  /// \overload
  [[nodiscard]] opened_series try_open(std::initializer_list<label> labels) noexcept {
    return try_open(std::span(labels.begin(), labels.size()));
  }

  /// The open series of these labels; null when there is none.
  [[nodiscard]] series_ref find(std::span<const label> labels) const noexcept {
    return ref_or_null(find_number(labels));
  }
  /// \overload
  [[nodiscard]] series_ref find(std::initializer_list<label> labels) const noexcept {
    return find(std::span(labels.begin(), labels.size()));
  }
  /// As `find`, and faster where `before` is the series that was opened just before the one that is looked for: for
  /// scrapes that repeat in order.
  [[nodiscard]] series_ref find_after(series_ref before, std::span<const label> labels) const noexcept {
    const std::uint32_t number = core_.find_after(before, labels);
    return number != detail::no_id ? core_.ref_of(number) : find(labels);
  }
  /// \overload
  [[nodiscard]] series_ref find_after(series_ref before, std::initializer_list<label> labels) const noexcept {
    return find_after(before, std::span(labels.begin(), labels.size()));
  }
  /// Whether a series is open. Complexity: constant.
  [[nodiscard]] bool contains(series_ref of) const noexcept { return core_.is_open(of); }

  /// Closes a series: its labels name no series any more, and its reference is stale.
  ///
  /// Its texts go with the last series that has them, at once or when the last hold ends that was open.
  /// Returns: whether it was open.
  bool close(series_ref of) noexcept {
    if (!core_.is_open(of)) return false;
    const detail::hold_list::change change(holds_);
    core_.close(of.number());
    if (!holds_.keep(of.number(), core_)) core_.release_row(of.number());
    release_some();
    return true;
  }

  // ---- reading

  /// The labels of an open series, in the order of their names. Throws: `stale_series`.
  [[nodiscard]] label_list labels(series_ref of) const {
    if (!core_.is_open(of)) detail::throw_stale_series(of);
    return {core_, of.number()};
  }
  /// The labels as a line of Prometheus' text format begins: `up{instance="a:9100",job="node"}`. Throws:
  /// `stale_series`.
  [[nodiscard]] std::string to_exposition(series_ref of) const {
    std::string text;
    detail::append_exposition(text, labels(of));
    return text;
  }
  /// Calls `f(series_ref)` for each open series, in the order of their numbers.
  template <std::invocable<series_ref> F>
  void for_each(F&& f) const {
    for (std::uint32_t at = 0; at < core_.rows().chunk_limit(); ++at)
      if (const detail::series_chunk* const chunk = core_.rows().chunk(at); chunk != nullptr) call(at, chunk->live, f);
  }

  /// The open series that fulfil all matchers.
  ///
  /// Throws: `budget_exceeded`, or `std::bad_alloc`, when there is no memory for the result; what a predicate throws.
  /// Complexity: each distinct value of a name is judged once; then linear in the series, 64 at a time.
  [[nodiscard]] series_set matching(std::span<const matcher> matchers) const {
    return matching(matchers, detail::budget_source(budget()));
  }
  /// For histories: as above, in memory of theirs.
  template <class Source>
  [[nodiscard]] series_set matching(std::span<const matcher> matchers, Source source) const {
    detail::match_plan plan(core_, matchers, false);
    if (plan.bytes_needed() == 0) return {};
    detail::charged_block block(source, plan.bytes_needed());
    if (block.size() == 0) detail::throw_no_block(budget(), plan.bytes_needed());
    plan.begin(block.data());
    while (plan.step()) {
    }
    return series_set(std::move(block), plan.result_words());
  }
  /// \overload
  [[nodiscard]] series_set matching(std::initializer_list<matcher> matchers) const {
    return matching(std::span(matchers.begin(), matchers.size()));
  }
  /// Calls `f(series_ref)` for each open series of a set, in the order of their numbers.
  template <std::invocable<series_ref> F>
  void for_each(const series_set& set, F&& f) const {
    for (std::size_t word = 0; word < set.words().size(); ++word) {
      const auto at = static_cast<std::uint32_t>(word);
      if (set.words()[word] == 0) continue;
      if (const detail::series_chunk* const chunk = core_.rows().chunk(at); chunk != nullptr)
        call(at, chunk->live & set.words()[word], f);
    }
  }

  /// Calls `f(std::string_view name, std::size_t values)` for each label name and the number of its values.
  template <std::invocable<std::string_view, std::size_t> F>
  void for_each_label_name(F&& f) const {
    detail::for_each_name(core_.sets(), [&](std::string_view name, const detail::value_dictionary& values) {
      f(name, std::size_t{values.size()});
    });
  }
  /// Calls `f(std::string_view value, std::size_t series)` for each value of a name and the number of series that have
  /// it.
  template <std::invocable<std::string_view, std::size_t> F>
  void for_each_label_value(std::string_view name, F&& f) const {
    const std::uint32_t number = core_.sets().find_name(name);
    if (number == detail::no_id) return;
    detail::for_each_value(core_.sets().values(number),
                           [&](std::string_view value, std::uint32_t series) { f(value, std::size_t{series}); });
  }
  /// The label names, in the order of their bytes; the texts are invalidated by what changes the table.
  [[nodiscard]] result_list<std::string_view> label_names() const {
    result_list<std::string_view> names;
    for_each_label_name([&](std::string_view name, std::size_t) { names.push_back(name); });
    return sorted(std::move(names));
  }
  /// The values of a name, in the order of their bytes; the texts are invalidated by what changes the table.
  [[nodiscard]] result_list<std::string_view> label_values(std::string_view name) const {
    result_list<std::string_view> values;
    for_each_label_value(name, [&](std::string_view value, std::size_t) { values.push_back(value); });
    return sorted(std::move(values));
  }
  /// The values that come first of all, by the number of their series or by their length.
  [[nodiscard]] result_list<label_value_count> top_label_values(std::size_t most, top_by order = top_by::series) const {
    return detail::top_label_values(core_.sets(), most, order);
  }

  // ---- readers on other threads, and memory

  /// Notes that there is data of a series, for who keeps data by series. Returns: whether it is open.
  bool use(series_ref of) noexcept {
    if (!core_.is_open(of)) return false;
    core_.rows().chunk_of(of.number()).marked |= detail::series_chunk::bit(of.number() % 64);
    return true;
  }
  /// Looks at the next `count` numbers of series, in turns, at most one round, and closes each open series that has
  /// been used and for which `has_data(series_ref)` returns false: for who lets data go by itself. With `all`, those
  /// that have never been used, too.
  template <std::predicate<series_ref> F>
  void sweep(std::uint32_t count, F&& has_data, bool all = false) noexcept {
    const std::uint32_t limit = core_.rows().chunk_limit() * 64;
    for (std::uint32_t left = detail::min_of(count, limit); left != 0; --left) {
      if (swept_ >= core_.rows().chunk_limit() * 64) swept_ = 0;
      const std::uint32_t number = swept_++;
      const detail::series_chunk* const chunk = core_.rows().chunk(number / 64);
      if (chunk == nullptr) {
        if (left < 64) return;
        swept_ = (number / 64 + 1) * 64;
        continue;
      }
      const std::uint64_t bit = detail::series_chunk::bit(number % 64);
      if ((chunk->live & bit) == 0) continue;
      const series_ref each = core_.ref_of(number);
      if ((all || (chunk->marked & bit) != 0) && !has_data(each)) close(each);
    }
  }
  /// A hold on all series that are open now, as `const auto hold = table.hold();`.
  [[nodiscard]] series_hold hold() noexcept { return series_hold(core_, holds_); }
  /// Gives back what ended holds have kept, all of it at once; otherwise each open and close gives back a little.
  void reclaim() noexcept {
    const detail::hold_list::change change(holds_);
    if (holds_.has_released()) holds_.release_some(UINT32_MAX, core_);
  }
  /// Reclaims, moves what is kept together, and gives all memory that holds nothing back to the system and the budget.
  ///
  /// Complexity: linear in what the table holds; otherwise each close does a little of it where there is much to gain.
  void trim() noexcept {
    reclaim();
    const detail::hold_list::change change(holds_);
    core_.trim();
  }

 private:
  static constexpr std::uint32_t released_a_change = 4;

  series_table(memory_budget* budget, const series_limits& limits) noexcept : core_(budget) { set_limits(limits); }

  [[nodiscard]] opened_series try_open(std::span<const label> labels, std::size_t& offender) noexcept {
    const detail::hold_list::change change(holds_);
    release_some();
    detail::series_core::opened result = core_.open(labels, limits_);
    if (result.why == open_outcome::not_utf8 && limits_.map_invalid_text) {
      const detail::mapped_labels mapped(labels);
      if (mapped.fits()) result = core_.open(mapped.labels(), limits_);
    }
    offender = result.offender;
    ++outcomes_[result.why];
    if (result.number == detail::no_id && overflows(result.why)) {
      static constexpr label overflow[] = {{"otel.metric.overflow", "true"}};
      series_limits none;
      none.bytes.most = SIZE_MAX;
      result = core_.open(overflow, none);
      if (result.number != detail::no_id) {
        ++outcomes_[open_outcome::overflowed];
        return {core_.ref_of(result.number), open_outcome::overflowed};
      }
    }
    return {ref_or_null(result.number), result.why};
  }
  [[nodiscard]] bool overflows(open_outcome::reason why) const noexcept {
    const series_limit* const limit = why == open_outcome::text_too_long        ? &limits_.text
                                      : why == open_outcome::too_many_labels    ? &limits_.labels
                                      : why == open_outcome::too_many_series    ? &limits_.series
                                      : why == open_outcome::too_many_values    ? &limits_.values
                                      : why == open_outcome::too_many_name_sets ? &limits_.name_sets
                                      : why == open_outcome::too_many_bytes     ? &limits_.bytes
                                                                                : nullptr;
    return limit != nullptr && limit->policy == over_limit::overflow;
  }
  [[noreturn]] void refuse(open_outcome::reason why, std::span<const label> labels, std::size_t offender) const {
    if (why == open_outcome::over_budget) detail::throw_no_memory(commit_outcome::over_budget, budget());
    if (why == open_outcome::out_of_memory) detail::throw_bad_alloc();
    detail::throw_labels_refused(why, labels, offender, limits_);
  }
  void release_some() noexcept {
    if (holds_.has_released()) holds_.release_some(released_a_change, core_);
  }
  [[nodiscard]] std::uint32_t find_number(std::span<const label> labels) const noexcept {
    const std::uint32_t number = core_.find(labels);
    if (number != detail::no_id || !limits_.map_invalid_text) return number;
    const detail::mapped_labels mapped(labels);
    return mapped.fits() && mapped.any() ? core_.find(mapped.labels()) : detail::no_id;
  }
  [[nodiscard]] series_ref ref_or_null(std::uint32_t number) const noexcept {
    return number == detail::no_id ? series_ref() : core_.ref_of(number);
  }
  template <class F>
  void call(std::uint32_t chunk, std::uint64_t rows, F& f) const {
    for (; rows != 0; rows &= rows - 1)
      f(core_.ref_of(chunk * 64 + static_cast<std::uint32_t>(std::countr_zero(rows))));
  }
  [[nodiscard]] static result_list<std::string_view> sorted(result_list<std::string_view> texts) {
    detail::sort(texts.data(), texts.data() + texts.size(),
                 [](std::string_view a, std::string_view b) { return a < b; });
    return texts;
  }

  detail::series_core core_;
  detail::hold_list holds_;
  series_limits limits_;
  std::uint32_t swept_ = 0;  // the number that is looked at next
  std::uint64_t outcomes_[open_outcome::reasons] = {};
};

}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
