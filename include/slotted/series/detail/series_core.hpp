// slotted: the parts of a table of series, and the order in which they work.
// SPDX-License-Identifier: MIT
//
// Either a call does all that it says, or it changes nothing. What is closed is kept until `release_row`. Memory that
// is free between what is in use is given back step by step: every removal moves a chunk or 64 values to the lowest
// free places of the heap once there is much of it. One thread changes the core; meanwhile no other may read it.
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include <slotted/algorithm.hpp>
#include <slotted/hash_seed.hpp>
#include <slotted/memory/footprint.hpp>
#include <slotted/memory/slab_heap.hpp>
#include <slotted/series/detail/label_lookup.hpp>
#include <slotted/series/detail/name_sets.hpp>
#include <slotted/series/detail/series_index.hpp>
#include <slotted/series/detail/series_rows.hpp>
#include <slotted/series/detail/utf8.hpp>
#include <slotted/series/label.hpp>
#include <slotted/series/open_outcome.hpp>
#include <slotted/series/series_limits.hpp>
#include <slotted/series/series_ref.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {

class series_core {
 public:
  using reason = open_outcome::reason;
  struct opened {
    reason why = open_outcome::done;
    std::uint32_t number = no_id;
    std::size_t offender = 0;  // the label that a refusal is about
  };

  explicit series_core(memory_budget* budget, const hash_seed& seed = process_hash_seed()) noexcept
      : heap_(budget), sets_(seed), index_(seed) {}
  series_core(const series_core&) = delete;
  series_core& operator=(const series_core&) = delete;
  ~series_core() {
    index_.release(heap());
    rows_.release(heap());
    sets_.release(heap());
  }

  [[nodiscard]] std::uint32_t size() const noexcept { return index_.size(); }  // open series
  [[nodiscard]] const name_sets& sets() const noexcept { return sets_; }
  [[nodiscard]] const series_rows& rows() const noexcept { return rows_; }
  [[nodiscard]] const series_index& index() const noexcept { return index_; }
  [[nodiscard]] const slab_heap& memory() const noexcept { return heap_.heap; }
  [[nodiscard]] std::size_t text_bytes() const noexcept { return sets_.name_bytes() + value_bytes_; }

  [[nodiscard]] series_ref ref_of(std::uint32_t number) const noexcept {
    return series_ref_access::make(number, rows_.chunk_of(number).stamp(number % 64));
  }
  // Whether a reference names a series that is open, or one that is open or still kept.
  [[nodiscard]] bool is_open(series_ref of) const noexcept { return is_among(of, false); }
  [[nodiscard]] bool is_kept(series_ref of) const noexcept { return is_among(of, true); }

  // The open series of these labels, or no_id.
  [[nodiscard]] std::uint32_t find(std::span<const label> labels) const noexcept {
    label_lookup lookup;
    return lookup.arrange(sets_, orders_, labels) == label_lookup::result::found ? find(lookup) : no_id;
  }
  // As `find`, where the series looked for is likely to have the number after that of `before`.
  [[nodiscard]] std::uint32_t find_after(series_ref before, std::span<const label> labels) const noexcept {
    const std::uint32_t number = before.number() + 1;
    return before && has_labels(number, labels) ? number : find(labels);
  }

  // The series of these labels, opened unless it is open.
  [[nodiscard]] opened open(std::span<const label> labels, const series_limits& limits) noexcept {
    label_lookup lookup;
    const label_lookup::result arranged = lookup.arrange(sets_, orders_, labels);
    if (arranged == label_lookup::result::name_twice) return {open_outcome::name_twice, no_id, lookup.offender};
    if (arranged == label_lookup::result::too_many) return {open_outcome::too_many_labels, no_id, 0};
    std::uint32_t number = arranged == label_lookup::result::found ? find(lookup) : no_id;
    if (number == no_id) {
      const opened refused = judge(lookup, limits);
      if (refused.why != open_outcome::done) return refused;
      last_refusal.budget = nullptr;
      number = add(lookup);
      if (number == no_id) return {memory_refused(), no_id, 0};
    }
    if (!lookup.known_order && lookup.count == labels.size()) remember(labels, lookup);
    if (compacting_) compact_some(1);
    return {open_outcome::done, number, 0};
  }

  // Takes a series out of the index; its labels stay. Preconditions: it is open.
  void close(std::uint32_t number) noexcept {
    index_.erase(heap(), rows_, number);
    rows_.close(number);
  }
  // Gives back the row of a closed series and the texts that only it used.
  void release_row(std::uint32_t number) noexcept {
    const series_chunk& from = rows_.chunk_of(number);
    const std::uint32_t set = from.set;
    std::uint32_t ids[most_labels_of_a_series];
    from.ids(number % 64, ids);
    const unsigned count = from.columns;
    for (unsigned column = 0; column < count; ++column) drop_value(set, column, ids[column]);
    rows_.give(heap(), sets_, number);
    drop_set(set);
    ++releases_;
    if (compacting_ || releases_ % checked_releases == 0) compact_some(2);
  }
  // Where closed rows are linked by whoever keeps them.
  [[nodiscard]] std::uint32_t& link(std::uint32_t number) noexcept { return rows_.chain(number); }

  // Moves everything to the lowest free places and gives the rest back.
  void trim() noexcept {
    begin_compacting();
    while (compacting_) compact_step();
  }
  [[nodiscard]] slotted::footprint footprint() const noexcept { return heap_.heap.footprint(); }
  [[nodiscard]] bool is_compacting() const noexcept { return compacting_; }

 private:
  // A heap with or without a budget.
  struct owned_heap {
    explicit owned_heap(memory_budget* budget) noexcept : heap(budget != nullptr ? slab_heap(*budget) : slab_heap()) {}
    slab_heap heap;
  };
  static constexpr std::uint32_t checked_releases = 128;

  [[nodiscard]] slab_heap& heap() noexcept { return heap_.heap; }

  [[nodiscard]] bool is_among(series_ref of, bool closed) const noexcept {
    const series_chunk* const chunk = of ? rows_.chunk(of.number() / 64) : nullptr;
    if (chunk == nullptr) return false;
    const unsigned row = of.number() % 64;
    const std::uint64_t rows = closed ? chunk->used() : chunk->live;
    return (rows >> row & 1) != 0 && chunk->stamp(row) == series_ref_access::stamp(of);
  }
  [[nodiscard]] std::uint32_t find(const label_lookup& lookup) const noexcept {
    return lookup.ordered ? index_.find(rows_, lookup.set, lookup.ids, lookup.count) : no_id;
  }
  // Whether the open series of a number has these labels, given in an order that is known.
  [[nodiscard]] bool has_labels(std::uint32_t number, std::span<const label> labels) const noexcept {
    const series_chunk* const chunk = rows_.chunk(number / 64);
    const unsigned row = number % 64;
    if (chunk == nullptr || (chunk->live >> row & 1) == 0 || labels.empty()) return false;
    const label_orders::order& known = orders_.guess(labels);
    if (known.set != chunk->set || known.count != labels.size()) return false;
    for (std::size_t i = labels.size(); i-- != 0;) {  // the last label differs more often than the first
      const label_orders::place& place = known.places[i];
      if (!same_text(place.values->text(chunk->id(place.column, row)), labels[i].value) ||
          !known.has_name(i, labels[i].name))
        return false;
    }
    return true;
  }
  [[nodiscard]] static bool same_text(std::string_view a, std::string_view b) noexcept {
    // NOLINTNEXTLINE(bugprone-suspicious-stringview-data-usage): their sizes are equal
    return a.size() == b.size() && same_bytes(a.data(), b.data(), a.size());
  }
  void remember(std::span<const label> labels, const label_lookup& lookup) noexcept {
    std::uint8_t columns[most_labels_of_a_series];
    for (unsigned column = 0; column < lookup.count; ++column)
      columns[lookup.given[column]] = static_cast<std::uint8_t>(column);
    orders_.remember(sets_, labels, lookup.set, columns);
  }

  // Whether a series that is not there may be opened: malformed labels first, then limits.
  [[nodiscard]] opened judge(const label_lookup& lookup, const series_limits& limits) noexcept {
    for (unsigned i = 0; i < lookup.count; ++i) {
      const bool known_value = lookup.ordered && lookup.ids[i] != no_id;
      if (!known_value && !is_utf8(lookup.values[i].view())) return {open_outcome::not_utf8, no_id, lookup.given[i]};
      if (!lookup.ordered && !is_utf8(lookup.names[i].view())) return {open_outcome::not_utf8, no_id, lookup.given[i]};
    }
    if (lookup.count > limits.labels.most) return {open_outcome::too_many_labels, no_id, 0};
    for (unsigned i = 0; i < lookup.count; ++i)
      if (lookup.values[i].size > limits.text.most || (!lookup.ordered && lookup.names[i].size > limits.text.most))
        return {open_outcome::text_too_long, no_id, lookup.given[i]};
    if (!lookup.ordered && sets_.set_count() >= limits.name_sets.most)
      return {open_outcome::too_many_name_sets, no_id, 0};
    for (unsigned i = 0; i < lookup.count; ++i)
      if (adds_value_beyond(lookup, i, limits.values.most))
        return {open_outcome::too_many_values, no_id, lookup.given[i]};
    if (size() >= limits.series.most) return {open_outcome::too_many_series, no_id, 0};
    if (held_ < least_idle || opened_since_look_++ % looked_opens == 0) held_ = footprint().total();
    if (held_ >= limits.bytes.most) {
      held_ = footprint().total();
      if (held_ >= limits.bytes.most) return {open_outcome::too_many_bytes, no_id, 0};
    }
    return {};
  }
  [[nodiscard]] bool adds_value_beyond(const label_lookup& lookup, unsigned i, std::size_t most) const noexcept {
    if (lookup.ordered) return lookup.ids[i] == no_id && sets_.column_values(lookup.set, i).size() >= most;
    const std::uint32_t name = sets_.find_name(lookup.names[i].view());
    if (name == no_id) return most == 0;
    const value_dictionary& values = sets_.values(name);
    const std::string_view value = lookup.values[i].view();
    return values.size() >= most && values.find(value, sets_.hash(value)) == no_id;
  }

  // Opens a series that is not there. Returns: its number, or no_id when there is no memory; nothing has changed then.
  // The lookup is brought into the order of the columns.
  [[nodiscard]] std::uint32_t add(label_lookup& lookup) noexcept {
    if (!index_.try_reserve(heap())) return no_id;
    if (lookup.ordered) {
      sets_.hold(lookup.set);
    } else if (!hold_names(lookup)) {
      return no_id;
    }
    unsigned held = 0;
    while (held < lookup.count && hold_value(lookup, held)) ++held;
    if (held == lookup.count) {
      const std::uint32_t number = rows_.try_open(heap(), sets_, lookup.set, lookup.ids);
      if (number != no_id) {
        index_.insert(heap(), rows_, number);
        return number;
      }
    }
    while (held-- != 0) drop_value(lookup.set, held, lookup.ids[held]);
    drop_set(lookup.set);
    return no_id;
  }
  [[nodiscard]] bool hold_names(label_lookup& lookup) noexcept {
    std::string_view names[most_labels_of_a_series];
    std::uint8_t order[most_labels_of_a_series];
    for (unsigned i = 0; i < lookup.count; ++i) names[i] = lookup.names[i].view();
    lookup.set = sets_.try_hold(heap(), names, lookup.count, order);
    if (lookup.set == no_id) return false;
    label_lookup::text values[most_labels_of_a_series];
    std::uint32_t given[most_labels_of_a_series];
    for (unsigned i = 0; i < lookup.count; ++i) {
      values[order[i]] = lookup.values[i];
      given[order[i]] = lookup.given[i];
    }
    for (unsigned column = 0; column < lookup.count; ++column) {
      lookup.values[column] = values[column];
      lookup.given[column] = given[column];
      const std::string_view value = values[column].view();
      lookup.hashes[column] = sets_.hash(value);
      lookup.ids[column] = sets_.column_values(lookup.set, column).find(value, lookup.hashes[column]);
    }
    lookup.ordered = true;
    return true;
  }
  [[nodiscard]] bool hold_value(label_lookup& lookup, unsigned column) noexcept {
    value_dictionary& values = sets_.column_values(lookup.set, column);
    if (lookup.ids[column] != no_id) {
      values.hold(lookup.ids[column]);
      return true;
    }
    const std::string_view value = lookup.values[column].view();
    lookup.ids[column] = values.try_add(heap(), value, lookup.hashes[column]);
    if (lookup.ids[column] == no_id) return false;
    value_bytes_ += value.size();
    return true;
  }
  void drop_value(std::uint32_t set, unsigned column, std::uint32_t id) noexcept {
    value_dictionary& values = sets_.column_values(set, column);
    const std::size_t before = values.text_bytes();
    values.drop(heap(), id);
    value_bytes_ -= before - values.text_bytes();
  }
  void drop_set(std::uint32_t set) noexcept {
    if (sets_.drop(heap(), set)) orders_.forget(set);
  }
  [[nodiscard]] reason memory_refused() const noexcept {
    return last_refusal.budget != nullptr && last_refusal.budget == heap_.heap.budget() ? open_outcome::over_budget
                                                                                        : open_outcome::out_of_memory;
  }

  // ---- giving back what is free between what is in use

  void compact_some(int steps) noexcept {
    if (!compacting_) {
      const slotted::footprint held = footprint();
      if (held.idle < least_idle + held.payload / 4) return;
      begin_compacting();
    }
    for (; steps != 0 && compacting_; --steps) compact_step();
  }
  void begin_compacting() noexcept {
    compacting_ = true;
    chunk_cursor_ = name_cursor_ = value_cursor_ = 0;
  }
  void compact_step() noexcept {
    if (chunk_cursor_ < max_of(rows_.compact_steps(), index_.compact_steps())) {
      index_.compact(heap(), chunk_cursor_);
      return rows_.compact(heap(), chunk_cursor_++);
    }
    while (name_cursor_ < sets_.name_limit()) {
      if (sets_.has_name(name_cursor_) && value_cursor_ < sets_.values(name_cursor_).compact_steps())
        return sets_.values(name_cursor_).compact(heap(), value_cursor_++);
      ++name_cursor_;
      value_cursor_ = 0;
    }
    if (value_cursor_ < sets_.compact_steps()) {
      orders_.forget_all();
      return sets_.compact(heap(), value_cursor_++);
    }
    compacting_ = false;
    heap().trim();
  }

  static constexpr std::uint32_t looked_opens = 16;
  static constexpr std::size_t least_idle = std::size_t{64} << 10;

  owned_heap heap_;
  name_sets sets_;
  series_rows rows_;
  series_index index_;
  label_orders orders_;
  std::size_t value_bytes_ = 0;
  std::size_t held_ = 0;  // bytes when they were looked at last
  std::uint32_t opened_since_look_ = 0;
  std::uint32_t releases_ = 0;
  bool compacting_ = false;
  std::uint32_t chunk_cursor_ = 0;  // what has been moved in this round
  std::uint32_t name_cursor_ = 0;
  std::uint32_t value_cursor_ = 0;
};

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
