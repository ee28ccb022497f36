// slotted: columns of a reading's rows, decoded block by block and given to a function.
// SPDX-License-Identifier: MIT
//
// The buffers stand on the stack where they are small, else in memory of the readers, and where that is refused, on the
// stack for fewer rows at a time: a scan never fails for want of memory. The section of a snapshot is left while the
// caller's function runs. For one thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <type_traits>

#include <slotted/algorithm.hpp>
#include <slotted/history/detail/leaf.hpp>
#include <slotted/history/detail/scan_columns.hpp>
#include <slotted/history/detail/series_rows.hpp>
#include <slotted/history/detail/series_walk.hpp>
#include <slotted/history/detail/taken_memory.hpp>
#include <slotted/history/detail/time_window.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {

// Takes all rows.
struct every_value {
  static constexpr bool judges = false;
};
// Takes rows whose leaf W lies within [least, most].
template <std::size_t W, class V>
struct values_within {
  static constexpr bool judges = true;
  static constexpr std::size_t judged = W;
  V least;
  V most;
};

// One scan: what its steps share. The judged leaf, if any, is the last of L....
template <class Reading, class Filter, std::size_t Rows, class F, std::size_t... L>
class scan_pass {
  using layout = typename Reading::layout;
  using series = typename Reading::series;
  using section = section_of<Reading>;
  using columns_type = scan_columns_of<layout, Rows, L...>;
  static constexpr std::size_t given = sizeof...(L) - (Filter::judges ? 1 : 0);

 public:
  scan_pass(columns_type& columns, time_window window, const Filter& filter, F& f) noexcept
      : columns_(columns), window_(window), filter_(filter), f_(f) {}

  // Returns: false where f ends the scan.
  bool scan(const series& view, section& inside) {
    if (view.newest_time() < window_.from) return true;
    columns_.enter(view);
    bool on = true;
    for_each_block_ahead(view, window_, [&](const auto& block) { return on = scan_block(block, inside); });
    return on && (!head_may_have(view, window_) || scan_head(view, inside));
  }

 private:
  enum class verdict { none, all, some };

  template <class Block>
  bool scan_block(const Block& block, section& inside) {
    const verdict known = judge(block);
    if (known == verdict::none) return true;
    const row_span rows = block.find(window_);
    if (rows.size() == 0) return true;
    if constexpr (Rows == block_rows) {
      columns_.decode(block, rows);
      return give(rows.first, rows.end, known, inside);
    } else {
      for (std::size_t at = rows.first; at < rows.end; at += Rows) {
        const std::size_t n = min_of(Rows, rows.end - at);
        columns_.decode_part(block, at, n);
        if (!give(0, n, known, inside)) return false;
      }
      return true;
    }
  }
  [[gnu::noinline]] bool scan_head(const series& view, section& inside) {
    head_copy<layout> head(view, window_.from);
    for (std::size_t at = 0; at < head.rows(); at += Rows) {
      const std::size_t n = min_of(Rows, head.rows() - at);
      columns_.load(head, at, n);
      std::size_t count = n;
      if (!window_.has_all()) {
        // The rows of a head are in the order of arrival: those in the window need not stand side by side.
        std::uint16_t kept[min_of(Rows, head_capacity<layout>)];
        count = 0;
        for (std::size_t i = 0; i < n; ++i) {
          kept[count] = static_cast<std::uint16_t>(i);
          count += window_.has(head.times()[at + i]);
        }
        if (count == 0) continue;
        if (count != n) columns_.keep(kept, count);
      }
      if (!give(0, count, Filter::judges ? verdict::some : verdict::all, inside)) return false;
    }
    return true;
  }

  // What a block's summary says of its rows.
  template <class Block>
  [[nodiscard]] verdict judge([[maybe_unused]] const Block& block) const {
    if constexpr (Filter::judges)
      return judge_leaf<Filter::judged>(block);
    else
      return verdict::all;
  }
  template <std::size_t W, class Block>
  [[nodiscard]] verdict judge_leaf([[maybe_unused]] const Block& block) const {
    if constexpr (W != layout::series_leaf && W != layout::time_leaf) {
      using value = typename layout::template leaf<W>;
      if constexpr (summarized<value>) {
        column_summary<value> known;
        if (block.template try_summary<W>(known)) {
          if (known.nans == block.rows() || known.max < filter_.least || filter_.most < known.min) return verdict::none;
          if (known.nans == 0 && filter_.least <= known.min && known.max <= filter_.most) return verdict::all;
        }
      }
    }
    return verdict::some;
  }

  // Gives rows of the buffers to f: all, or those that the filter takes.
  bool give(std::size_t first, std::size_t end, verdict known, section& inside) {
    if constexpr (Filter::judges) {
      if (known == verdict::some) {
        const auto* const values = columns_.template data<sizeof...(L) - 1>();
        std::uint16_t kept[Rows];
        std::size_t count = 0;
        for (std::size_t i = first; i < end; ++i) {
          kept[count] = static_cast<std::uint16_t>(i);
          count += filter_.least <= values[i] && values[i] <= filter_.most;
        }
        if (count == 0) return true;
        if (count != end - first) {
          columns_.keep(kept, count);
          first = 0;
          end = count;
        }
      }
    } else {
      (void)known;
    }
    inside.pause();
    const bool on = columns_.template give<given>(f_, first, end);
    inside.resume();
    return on;
  }

  columns_type& columns_;
  time_window window_;
  const Filter& filter_;
  F& f_;
};

inline constexpr std::size_t most_scan_stack = std::size_t{24} << 10;  // bytes of buffers; a head takes as many again

// The rows at a time where memory is refused.
template <class Layout, std::size_t... L>
inline constexpr std::size_t few_scan_rows = [] {
  constexpr std::size_t row =
      (std::size_t{0} + ... + (sizeof(typename Layout::template leaf<L>) + 8 * Layout::template column_count<L>));
  return max_of(std::size_t{1}, min_of(std::size_t{256}, (std::size_t{16} << 10) / row));
}();

// Calls f(spans of the leaves L... but the judged one) until all rows of the chosen series in the window have been in
// one, or f returns false.
template <std::size_t... L, class Reading, class Choice, class Filter, class F>
void scan_rows(const Reading& reading, const Choice& which, time_window window, const Filter& filter, F& f) {
  using layout = typename Reading::layout;
  if (window.empty()) return;
  const auto run = [&]<std::size_t Rows>(scan_columns_of<layout, Rows, L...>& columns) {
    scan_pass<Reading, Filter, Rows, F, L...> pass(columns, window, filter, f);
    for_each_series(reading, which,
                    [&](std::size_t, const auto& view, auto& inside) { return pass.scan(view, inside); });
  };
  using whole = scan_columns_of<layout, block_rows, L...>;
  if constexpr (sizeof(whole) <= most_scan_stack) {
    whole columns;
    run.template operator()<block_rows>(columns);
  } else {
    const taken_memory memory(reading.memory(), sizeof(whole) + alignof(whole));
    if (memory) {
      const std::size_t past = reinterpret_cast<std::uintptr_t>(memory.data()) % alignof(whole);
      auto* const columns = ::new (static_cast<void*>(memory.data() + (past == 0 ? 0 : alignof(whole) - past))) whole;
      run.template operator()<block_rows>(*columns);
    } else {
      constexpr std::size_t few = few_scan_rows<layout, L...>;
      scan_columns_of<layout, few, L...> columns;
      run.template operator()<few>(columns);
    }
  }
}

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
