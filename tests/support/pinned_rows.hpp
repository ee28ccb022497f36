// slotted tests: all rows of a pinned history, read back leaf by leaf.
// SPDX-License-Identifier: MIT
#pragma once

#include <slotted/store/history_readers.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <tuple>
#include <utility>
#include <vector>

namespace slotted::test {

// The rows of one series by time, those of equal times as they came.
template <class Layout>
std::vector<typename Layout::record> rows_of(const detail::series_view<Layout>& series) {
  using record = typename Layout::record;
  struct item {
    std::int64_t time;
    std::size_t came;
    record row;
  };
  std::vector<std::vector<record>> blocks;
  series.for_each_block([&](const detail::block_entry<Layout>& block) {
    const std::size_t rows = block.rows();
    auto& into = blocks.emplace_back();
    [&]<std::size_t... L>(std::index_sequence<L...>) {
      const auto decode = [&]<std::size_t I>(std::integral_constant<std::size_t, I>) {
        using leaf = typename Layout::template leaf<I>;
        std::unique_ptr<leaf[]> values(new leaf[rows]);
        if constexpr (I == Layout::series_leaf)
          std::fill_n(values.get(), rows, series.key());
        else
          block.template decode<I>(values.get());
        return values;
      };
      const auto columns = std::make_tuple(decode(std::integral_constant<std::size_t, L>{})...);
      for (std::size_t i = 0; i < rows; ++i)
        into.push_back(Layout::fields::make(
            [&]<std::size_t I>(std::integral_constant<std::size_t, I>) { return std::get<I>(columns)[i]; }));
    }(typename Layout::indices{});
    return true;
  });
  std::vector<item> all;
  const auto add = [&](const record& row) {
    all.push_back({detail::to_order(Layout::fields::template get<Layout::time_leaf>(row)), all.size(), row});
  };
  for (auto block = blocks.rbegin(); block != blocks.rend(); ++block)
    for (const record& row : *block) add(row);
  for (std::size_t i = 0; i < series.tail_rows(); ++i) add(Layout::load_row(series.tail_row(i), series.key()));
  std::sort(all.begin(), all.end(),
            [](const item& a, const item& b) { return std::pair(a.time, a.came) < std::pair(b.time, b.came); });
  std::vector<record> rows;
  for (const item& each : all) rows.push_back(each.row);
  return rows;
}

template <class Layout>
std::size_t count_rows(const detail::history_pins<Layout>& pins) {
  std::size_t rows = 0;
  for (const auto& each : pins) rows += each.rows();
  return rows;
}

}  // namespace slotted::test
