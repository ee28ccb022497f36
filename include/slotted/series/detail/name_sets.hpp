// slotted: label names, the values of each, and the sets of names that series have.
// SPDX-License-Identifier: MIT
//
// A name set is the names of a series, in the ascending order of their numbers; each name is a column of the series of
// that set. A set lives while it has references, which are one for each series of it; a name while a set has it. The
// heap is the caller's and the same for every call. One thread changes it; meanwhile no other may read it.
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <new>
#include <string_view>

#include <slotted/algorithm.hpp>
#include <slotted/hash_seed.hpp>
#include <slotted/memory/slab_heap.hpp>
#include <slotted/record/text_hash.hpp>
#include <slotted/series/detail/paged_list.hpp>
#include <slotted/series/detail/series_chunk.hpp>
#include <slotted/series/detail/value_dictionary.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {

class name_sets {
 public:
  explicit name_sets(const hash_seed& seed = process_hash_seed()) noexcept : seed_(seed) {}
  name_sets(const name_sets&) = delete;
  name_sets& operator=(const name_sets&) = delete;

  [[nodiscard]] std::uint32_t hash(std::string_view text) const noexcept {
    return static_cast<std::uint32_t>(hash_text(text, seed_));
  }

  // ---- names

  [[nodiscard]] std::uint32_t name_count() const noexcept { return names_.size(); }
  [[nodiscard]] std::uint32_t name_limit() const noexcept { return names_.limit(); }  // numbers are below this
  [[nodiscard]] bool has_name(std::uint32_t name) const noexcept { return names_.has(name); }
  [[nodiscard]] std::uint32_t find_name(std::string_view text) const noexcept { return names_.find(text, hash(text)); }
  [[nodiscard]] std::string_view name(std::uint32_t name) const noexcept { return names_.text(name); }
  [[nodiscard]] value_dictionary& values(std::uint32_t name) const noexcept { return *values_[name]; }
  [[nodiscard]] std::size_t name_bytes() const noexcept { return names_.text_bytes(); }

  // ---- sets

  [[nodiscard]] std::uint32_t set_count() const noexcept { return sets_.size(); }
  [[nodiscard]] std::uint32_t set_limit() const noexcept { return sets_.limit(); }
  [[nodiscard]] bool has_set(std::uint32_t set) const noexcept { return sets_.has(set); }
  // The set of these names, in ascending order, or no_id.
  [[nodiscard]] std::uint32_t find_set(const std::uint32_t* names, unsigned count) const noexcept {
    const std::string_view key = key_of(names, count);
    return sets_.find(key, hash(key));
  }
  [[nodiscard]] unsigned columns(std::uint32_t set) const noexcept { return states_[set]->columns; }
  // The numbers of its names one after the other.
  [[nodiscard]] const char* names_of(std::uint32_t set) const noexcept { return sets_.text(set).data(); }
  [[nodiscard]] std::uint32_t name_of(std::uint32_t set, unsigned column) const noexcept {
    return load_word<std::uint32_t>(names_of(set) + column * sizeof(std::uint32_t));
  }
  // The column that a name is in a set, or `columns(set)`.
  [[nodiscard]] unsigned column_of(std::uint32_t set, std::uint32_t name) const noexcept {
    const unsigned count = columns(set);
    unsigned column = 0;
    while (column < count && name_of(set, column) != name) ++column;
    return column;
  }
  [[nodiscard]] std::string_view column_name(std::uint32_t set, unsigned column) const noexcept {
    return name(name_of(set, column));
  }
  [[nodiscard]] value_dictionary& column_values(std::uint32_t set, unsigned column) const noexcept {
    return values(name_of(set, column));
  }
  // The column whose name is the i-th in the order of the names' texts.
  [[nodiscard]] unsigned shown(std::uint32_t set, unsigned i) const noexcept { return states_[set]->order()[i]; }
  // The first chunk of the set that has a free row, or no_id.
  [[nodiscard]] std::uint32_t& free_chunks(std::uint32_t set) const noexcept { return states_[set]->free_chunks; }

  // A reference to the set of these names, which differ; order[i] becomes the column of name i. Returns: the set, or
  // no_id when there is no memory; nothing has changed then.
  [[nodiscard]] std::uint32_t try_hold(slab_heap& heap, const std::string_view* names, unsigned count,
                                       std::uint8_t* order) noexcept {
    std::uint32_t ids[most_labels_of_a_series];
    std::uint32_t sorted[most_labels_of_a_series];
    unsigned held = 0;
    while (held < count && (ids[held] = try_hold_name(heap, names[held])) != no_id) ++held;
    std::uint32_t set = no_id;
    if (held == count) {
      copy_elements(ids, count, sorted);
      sort(sorted, sorted + count, [](std::uint32_t a, std::uint32_t b) { return a < b; });
      for (unsigned i = 0; i < count; ++i)
        order[i] = static_cast<std::uint8_t>(lower_bound(sorted, sorted + count, ids[i]) - sorted);
      set = find_set(sorted, count);
      if (set != no_id) {
        sets_.hold(set);
      } else {
        set = try_add_set(heap, sorted, count);
        if (set != no_id) return set;  // with the references to its names
      }
    }
    for (unsigned i = 0; i < held; ++i) drop_name(heap, ids[i]);
    return set;
  }
  void hold(std::uint32_t set) noexcept { sets_.hold(set); }
  // Ends a reference. Returns: whether it was the last one, so that the set is gone.
  bool drop(slab_heap& heap, std::uint32_t set) noexcept {
    const unsigned count = columns(set);
    std::uint32_t names[most_labels_of_a_series];
    if (sets_.references(set) == 1)
      for (unsigned i = 0; i < count; ++i) names[i] = name_of(set, i);
    if (!sets_.drop(heap, set)) return false;
    for (unsigned i = 0; i < count; ++i) drop_name(heap, names[i]);
    heap.deallocate(states_[set], state_bytes(count), alignof(state));
    states_[set] = nullptr;
    states_.shrink(heap, sets_.limit() < states_.size() ? sets_.limit() : states_.size());
    return true;
  }
  void release(slab_heap& heap) noexcept {
    for (std::uint32_t set = 0; set < states_.size(); ++set)
      if (states_[set] != nullptr) heap.deallocate(states_[set], state_bytes(states_[set]->columns), alignof(state));
    for (std::uint32_t each = 0; each < values_.size(); ++each)
      if (values_[each] != nullptr) free_values(heap, each);
    states_.release(heap);
    values_.release(heap);
    sets_.release(heap);
    names_.release(heap);
  }

  [[nodiscard]] std::size_t name_probes(std::string_view text) const noexcept {
    return names_.probes(text, hash(text));
  }

  // Moves names and sets as `value_dictionary::compact` does, in so many steps.
  [[nodiscard]] std::uint32_t compact_steps() const noexcept { return names_.compact_steps() + sets_.compact_steps(); }
  void compact(slab_heap& heap, std::uint32_t step) noexcept {
    values_.compact(heap, step);
    states_.compact(heap, step);
    if (step < names_.compact_steps())
      names_.compact(heap, step);
    else
      sets_.compact(heap, step - names_.compact_steps());
  }

 private:
  struct state {  // followed by the columns in the order of their names' texts
    std::uint32_t free_chunks;
    std::uint32_t columns;
    [[nodiscard]] std::uint8_t* order() noexcept { return reinterpret_cast<std::uint8_t*>(this + 1); }
  };
  [[nodiscard]] static constexpr std::size_t state_bytes(std::size_t columns) noexcept {
    return sizeof(state) + columns;
  }
  [[nodiscard]] static std::string_view key_of(const std::uint32_t* names, unsigned count) noexcept {
    return {reinterpret_cast<const char*>(names), count * sizeof(std::uint32_t)};
  }

  [[nodiscard]] std::uint32_t try_hold_name(slab_heap& heap, std::string_view text) noexcept {
    const std::uint32_t code = hash(text);
    std::uint32_t id = names_.find(text, code);
    if (id != no_id) {
      names_.hold(id);
      return id;
    }
    id = names_.try_add(heap, text, code);
    if (id == no_id) return no_id;
    void* const room = values_.try_reserve(heap, id + std::size_t{1})
                           ? heap.try_allocate(sizeof(value_dictionary), alignof(value_dictionary))
                           : nullptr;
    if (room == nullptr) {
      names_.drop(heap, id);
      return no_id;
    }
    while (values_.size() <= id) (void)values_.push_back();
    values_[id] = ::new (room) value_dictionary;
    return id;
  }
  void drop_name(slab_heap& heap, std::uint32_t id) noexcept {
    if (!names_.drop(heap, id)) return;
    free_values(heap, id);
    values_.shrink(heap, names_.limit() < values_.size() ? names_.limit() : values_.size());
  }
  void free_values(slab_heap& heap, std::uint32_t id) noexcept {
    value_dictionary* const gone = values_[id];
    gone->release(heap);
    gone->~value_dictionary();
    heap.deallocate(gone, sizeof(value_dictionary), alignof(value_dictionary));
    values_[id] = nullptr;
  }
  [[nodiscard]] std::uint32_t try_add_set(slab_heap& heap, const std::uint32_t* names, unsigned count) noexcept {
    const std::string_view key = key_of(names, count);
    const std::uint32_t set = sets_.try_add(heap, key, hash(key));
    if (set == no_id) return no_id;
    void* const room = states_.try_reserve(heap, set + std::size_t{1})
                           ? heap.try_allocate(state_bytes(count), alignof(state))
                           : nullptr;
    if (room == nullptr) {
      sets_.drop(heap, set);
      return no_id;
    }
    while (states_.size() <= set) (void)states_.push_back();
    state* const made = ::new (room) state{no_id, count};
    states_[set] = made;
    for (unsigned i = 0; i < count; ++i) made->order()[i] = static_cast<std::uint8_t>(i);
    sort(made->order(), made->order() + count,
         [&](std::uint8_t a, std::uint8_t b) { return name(names[a]) < name(names[b]); });
    return set;
  }

  hash_seed seed_;
  value_dictionary names_;
  value_dictionary sets_;  // the numbers of the names as bytes
  paged_list<value_dictionary*> values_;
  paged_list<state*> states_;
};

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
