// slotted: the labels of a series, in the order of their names.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>  // for what iterators say of themselves: <iterator> is 2,000 lines more
#include <string>
#include <string_view>

#include <slotted/series/detail/series_core.hpp>
#include <slotted/series/label.hpp>
#include <slotted/series/prometheus_name.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {

/// The labels of one series of a table, in the order of their names' bytes.
///
/// It refers to the table: anything that changes the table invalidates it and the texts of its labels.
class label_list {
 public:
  class iterator;

  /// For tables: the labels of a series that it has.
  label_list(const detail::series_core& table, std::uint32_t number) noexcept : table_(&table), number_(number) {}

  [[nodiscard]] iterator begin() const noexcept;                               ///< the label whose name comes first
  [[nodiscard]] iterator end() const noexcept;                                 ///< behind the last label
  [[nodiscard]] std::size_t size() const noexcept { return chunk().columns; }  ///< labels
  /// Whether there are none.
  [[nodiscard]] bool empty() const noexcept { return size() == 0; }
  /// The i-th label. Preconditions: i < size().
  [[nodiscard]] label operator[](std::size_t i) const noexcept {
    const detail::series_chunk& of = chunk();
    const unsigned column = table_->sets().shown(of.set, static_cast<unsigned>(i));
    return {table_->sets().column_name(of.set, column),
            table_->sets().column_values(of.set, column).text(of.id(column, number_ % 64))};
  }
  /// The value of a name; empty when there is no such label.
  [[nodiscard]] std::string_view value(std::string_view name) const noexcept {
    for (std::size_t i = 0; i < size(); ++i)
      if (const label each = (*this)[i]; each.name == name) return each.value;
    return {};
  }

 private:
  friend iterator;
  label_list() noexcept = default;
  [[nodiscard]] const detail::series_chunk& chunk() const noexcept { return table_->rows().chunk_of(number_); }
  const detail::series_core* table_ = nullptr;
  std::uint32_t number_ = 0;
};

/// Goes from label to label of a series.
class label_list::iterator {
 public:
  using value_type = label;                            ///< for the standard library
  using difference_type = std::ptrdiff_t;              ///< for the standard library
  using iterator_concept = std::forward_iterator_tag;  ///< for the standard library
  using iterator_category = std::input_iterator_tag;   ///< its reference is a value
  using reference = label;                             ///< a value, because a label refers to texts
  using pointer = void;                                ///< there is no label to point to

  iterator() noexcept = default;  ///< goes nowhere
  /// The label.
  [[nodiscard]] label operator*() const noexcept { return list_[at_]; }
  /// Goes to the next label.
  iterator& operator++() noexcept {
    ++at_;
    return *this;
  }
  /// Goes to the next label and returns where it was.
  iterator operator++(int) noexcept {
    const iterator before = *this;
    ++at_;
    return before;
  }
  /// Whether both stand at the same label of the same list.
  [[nodiscard]] friend bool operator==(const iterator& a, const iterator& b) noexcept { return a.at_ == b.at_; }

 private:
  friend label_list;
  iterator(const label_list& list, std::size_t at) noexcept : list_(list), at_(at) {}
  label_list list_;
  std::size_t at_ = 0;
};

inline label_list::iterator label_list::begin() const noexcept { return {*this, 0}; }
inline label_list::iterator label_list::end() const noexcept { return {*this, size()}; }

namespace detail {

// Appends the labels as a sample line of Prometheus' text format begins: name{label="value",...}. What is no name of
// Prometheus before version 3 is quoted, a metric name within the braces, as version 1.0.0 of the format has it.
inline void append_exposition(std::string& out, const label_list& labels) {
  const std::string_view metric = labels.value("__name__");
  const bool bare = is_prometheus_name(metric);
  if (bare) out += metric;
  const std::size_t others = labels.size() - (metric.empty() ? 0 : 1);
  if (others == 0 && bare) return;
  out += '{';
  bool first = true;
  if (!bare && !metric.empty()) {
    append_quoted(out, metric);
    first = false;
  }
  for (const label each : labels) {
    if (each.name == "__name__") continue;
    if (!first) out += ',';
    first = false;
    append_label_name(out, each.name);
    out += '=';
    append_quoted(out, each.value);
  }
  out += '}';
}

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
