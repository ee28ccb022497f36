// slotted tests: rows of a history or a snapshot, read through its ranges.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <type_traits>
#include <vector>

namespace slotted::test {

// The rows of a range, in its order.
template <class Range>
std::vector<typename std::remove_cvref_t<Range>::value_type> rows_of(Range&& range) {
  std::vector<typename std::remove_cvref_t<Range>::value_type> all;
  for (auto&& row : range) all.push_back(row);
  return all;
}

// How many rows a history or a snapshot gives, one after the other.
template <class Reader>
std::size_t count_rows(const Reader& of) {
  std::size_t rows = 0;
  for ([[maybe_unused]] auto&& row : of.rows()) ++rows;
  return rows;
}

}  // namespace slotted::test
