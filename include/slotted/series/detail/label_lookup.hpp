// slotted: labels as they are given, brought into the order of a table's columns, and what the table knows of them.
// SPDX-License-Identifier: MIT
//
// A value for one call: it refers to the labels and owns nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include <slotted/algorithm.hpp>
#include <slotted/record/text_hash.hpp>
#include <slotted/series/detail/name_sets.hpp>
#include <slotted/series/detail/series_chunk.hpp>
#include <slotted/series/detail/value_dictionary.hpp>
#include <slotted/series/label.hpp>
#include <slotted/series/open_outcome.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {

// Label names in the order in which they were given lately, and their columns: who asks again in the same order is
// spared the search for each name. What it knows of names is forgotten before they move. Only one thread changes it.
class label_orders {
 public:
  static constexpr std::size_t most_labels = 16;  // longer orders are not remembered

  struct place {
    const char* name;
    value_dictionary* values;
    std::uint32_t name_size;
    std::uint32_t column;
  };
  struct order {
    std::uint32_t set = no_id;
    std::uint32_t count = 0;
    place places[most_labels];

    [[nodiscard]] bool has_name(std::size_t i, std::string_view name) const noexcept {
      return places[i].name_size == name.size() && same_bytes(places[i].name, name.data(), name.size());
    }
  };

  // The columns of these labels, or null when this order is not known. No value is empty then.
  [[nodiscard]] const order* find(std::span<const label> labels) const noexcept {
    if (labels.empty()) return nullptr;
    const order& known = orders_[slot_of(labels)];
    if (known.set == no_id || known.count != labels.size()) return nullptr;
    for (std::size_t i = 0; i < labels.size(); ++i)
      if (labels[i].value.empty() || !known.has_name(i, labels[i].name)) return nullptr;
    return &known;
  }
  // Preconditions: no value is empty; column[i] is that of label i.
  void remember(const name_sets& sets, std::span<const label> labels, std::uint32_t set,
                const std::uint8_t* column) noexcept {
    if (labels.empty() || labels.size() > most_labels) return;
    order& to = orders_[slot_of(labels)];
    to.set = set;
    to.count = static_cast<std::uint32_t>(labels.size());
    for (std::size_t i = 0; i < labels.size(); ++i) {
      const std::string_view name = sets.column_name(set, column[i]);
      to.places[i] = {name.data(), &sets.column_values(set, column[i]), static_cast<std::uint32_t>(name.size()),
                      column[i]};
    }
  }
  void forget(std::uint32_t set) noexcept {
    for (order& each : orders_)
      if (each.set == set) each.set = no_id;
  }
  void forget_all() noexcept {
    for (order& each : orders_) each.set = no_id;
  }
  // The order that these labels would have, whatever it is of. Preconditions: there are labels.
  [[nodiscard]] const order& guess(std::span<const label> labels) const noexcept { return orders_[slot_of(labels)]; }

 private:
  static constexpr std::size_t slots = 16;
  [[nodiscard]] static std::size_t slot_of(std::span<const label> labels) noexcept {
    return (labels.front().name.size() + 3 * labels.back().name.size() + 5 * labels.size()) % slots;
  }
  order orders_[slots];
};

struct label_lookup {
  enum class result : unsigned char { found, absent, name_twice, too_many };
  struct text {  // a std::string_view would set 1 KiB to 0 for each array of them
    const char* data;
    std::size_t size;
    [[nodiscard]] std::string_view view() const noexcept { return {data, size}; }
  };
  [[nodiscard]] static text text_of(std::string_view of) noexcept { return {of.data(), of.size()}; }

  std::uint32_t set = no_id;     // of all names, or no_id
  std::uint32_t number = no_id;  // of the series, or no_id
  unsigned count = 0;            // of labels whose value is not empty
  bool ordered = false;          // whether values, hashes and ids are in the order of the columns of `set`
  bool known_order = false;      // whether the labels came in an order that is remembered
  std::size_t offender = 0;      // the label that is there twice
  text values[most_labels_of_a_series];
  std::uint32_t hashes[most_labels_of_a_series];
  std::uint32_t ids[most_labels_of_a_series];    // of the values, or no_id
  text names[most_labels_of_a_series];           // where they are not ordered
  std::uint32_t given[most_labels_of_a_series];  // which label each is

  // Brings the labels into order and looks for their values. Returns: false when a name is there twice or there are too
  // many of them.
  [[nodiscard]] result arrange(const name_sets& sets, const label_orders& orders,
                               std::span<const label> labels) noexcept {
    if (const label_orders::order* const known = orders.find(labels); known != nullptr)
      return look_up(sets, labels, *known);
    if (const result why = sort_out(sets, labels); why != result::found) return why;
    if (set == no_id) return result::absent;
    bool all = true;
    for (unsigned column = 0; column < count; ++column)
      all = look_up(sets, column, sets.column_values(set, column)) && all;
    return all ? result::found : result::absent;
  }

 private:
  [[nodiscard]] result look_up(const name_sets& sets, std::span<const label> labels,
                               const label_orders::order& known) noexcept {
    set = known.set;
    count = known.count;
    ordered = known_order = true;
    bool all = true;
    for (unsigned i = 0; i < count; ++i) {
      const unsigned column = known.places[i].column;
      values[column] = text_of(labels[i].value);
      given[column] = i;
      all = look_up(sets, column, *known.places[i].values) && all;
    }
    return all ? result::found : result::absent;
  }
  // Whether the value of a column is there.
  [[nodiscard]] bool look_up(const name_sets& sets, unsigned column, const value_dictionary& in) noexcept {
    hashes[column] = sets.hash(values[column].view());
    ids[column] = in.find(values[column].view(), hashes[column]);
    return ids[column] != no_id;
  }
  [[nodiscard]] result sort_out(const name_sets& sets, std::span<const label> labels) noexcept {
    std::uint32_t name_ids[most_labels_of_a_series];
    std::uint32_t order[most_labels_of_a_series];
    bool known = true;
    for (std::size_t i = 0; i < labels.size(); ++i) {
      if (labels[i].value.empty()) continue;
      if (count == most_labels_of_a_series) return result::too_many;
      name_ids[count] = sets.find_name(labels[i].name);
      known = known && name_ids[count] != no_id;
      names[count] = text_of(labels[i].name);
      values[count] = text_of(labels[i].value);
      given[count] = static_cast<std::uint32_t>(i);
      order[count] = count;
      ++count;
    }
    if (!known) return check_names() ? result::found : result::name_twice;
    sort(order, order + count, [&](std::uint32_t a, std::uint32_t b) { return name_ids[a] < name_ids[b]; });
    std::uint32_t sorted[most_labels_of_a_series];
    for (unsigned i = 0; i < count; ++i) {
      sorted[i] = name_ids[order[i]];
      if (i == 0 || sorted[i] != sorted[i - 1]) continue;
      offender = given[order[i]];
      return result::name_twice;
    }
    set = sets.find_set(sorted, count);
    if (set == no_id) return result::found;  // of names that differ
    text by_column[most_labels_of_a_series];
    std::uint32_t given_by_column[most_labels_of_a_series];
    for (unsigned i = 0; i < count; ++i) {
      by_column[i] = values[order[i]];
      given_by_column[i] = given[order[i]];
    }
    copy_elements(by_column, count, values);
    copy_elements(given_by_column, count, given);
    ordered = true;
    return result::found;
  }
  // Whether all names differ; some of them are new.
  [[nodiscard]] bool check_names() noexcept {
    for (unsigned i = 1; i < count; ++i)
      for (unsigned j = 0; j < i; ++j)
        if (names[i].view() == names[j].view()) {
          offender = given[i];
          return false;
        }
    return true;
  }
};

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
