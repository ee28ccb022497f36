// slotted: which label names and values a table has, and how many series have each.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <slotted/algorithm.hpp>
#include <slotted/series/detail/series_core.hpp>
#include <slotted/series/result_list.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {

/// A value of a label name, and how many series have it.
struct label_value_count {
  std::string name;        ///< of the label
  std::string value;       ///< of the label
  std::size_t series = 0;  ///< that have it, those among them that are closed and still held
  std::size_t bytes = 0;   ///< of the value's text, which is stored once
};

/// What `top_label_values` puts first.
enum class top_by : unsigned char {
  series,  ///< the values that most series have
  bytes    ///< the longest values
};

namespace detail {

// Calls f(text, references, text.size()) for each text of a dictionary.
template <class F>
void for_each_value(const value_dictionary& values, F&& f) {
  for (std::uint32_t id = 0; id < values.limit(); ++id)
    if (values.has(id)) f(values.text(id), values.references(id));
}
template <class F>
void for_each_name(const name_sets& sets, F&& f) {
  for (std::uint32_t name = 0; name < sets.name_limit(); ++name)
    if (sets.has_name(name)) f(sets.name(name), sets.values(name));
}

// The values that come first; equal ones in the order of names and texts.
[[nodiscard]] inline result_list<label_value_count> top_label_values(const name_sets& sets, std::size_t most,
                                                                     top_by order) {
  struct found {
    std::string_view name;
    std::string_view value;
    std::size_t series;
  };
  const auto before = [order](const found& a, const found& b) {
    const std::size_t x = order == top_by::series ? a.series : a.value.size();
    const std::size_t y = order == top_by::series ? b.series : b.value.size();
    if (x != y) return x > y;
    return a.name != b.name ? a.name < b.name : a.value < b.value;
  };
  result_list<found> top;  // a heap: what comes last stands in front
  for_each_name(sets, [&](std::string_view name, const value_dictionary& values) {
    for_each_value(values, [&](std::string_view value, std::uint32_t references) {
      const found each{name, value, references};
      if (top.size() < most) {
        top.push_back(each);
        if (top.size() == most) make_heap(top.data(), top.data() + top.size(), before);
      } else if (most != 0 && before(each, top[0])) {
        *top.data() = each;
        sift_down(top.data(), 0, top.size(), before);
      }
    });
  });
  sort(top.data(), top.data() + top.size(), before);
  result_list<label_value_count> counts;
  for (const found& each : top)
    counts.push_back({std::string(each.name), std::string(each.value), each.series, each.value.size()});
  return counts;
}

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
