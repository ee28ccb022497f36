// slotted: how a history sees its records: an ordered time, and a 64-bit word for each value column.
// SPDX-License-Identifier: MIT
//
// A row is kept as its time and its words; the series key stands once a series. A word is what the codec calls a
// pattern: integers with their sign extended, reals by their bits. An optional is a column of bools and then the
// columns of its value, a std::array one column an element, and any other trivially copyable type as many words as it
// needs. Everything here is a pure function of its arguments.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>

#include <slotted/algorithm.hpp>
#include <slotted/codec/block.hpp>
#include <slotted/history/detail/leaf.hpp>
#include <slotted/record/leaves.hpp>
#include <slotted/series/series_ref.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {

// The kinds of the columns of a leaf of type V, as leaf_columns<V> has them.
template <class V>
struct leaf_kinds {
  static constexpr void write(codec::value_kind* to) noexcept {
    for (std::size_t i = 0; i < leaf_columns<V>::count; ++i) to[i] = codec::kind_of<typename leaf_columns<V>::number>();
  }
};
template <class U, std::size_t N>
struct leaf_kinds<std::array<U, N>> {
  static constexpr void write(codec::value_kind* to) noexcept {
    for (std::size_t i = 0; i < N; ++i) leaf_kinds<U>::write(to + i * leaf_columns<U>::count);
  }
};
template <class U>
struct leaf_kinds<std::optional<U>> {
  static constexpr void write(codec::value_kind* to) noexcept {
    to[0] = codec::value_kind::integer;
    leaf_kinds<U>::write(to + 1);
  }
};

// What leaf_columns calls back with the columns of one row.
struct words_sink {
  std::uint64_t* to;
  template <class C>
  void operator()(std::span<const C> values) noexcept {
    *to++ = codec::to_pattern(values[0]);
  }
};
// What leaf_columns calls back for columns of many rows.
struct words_source {
  const std::uint64_t* from;
  std::size_t stride;
  template <class C>
  void operator()(std::span<C> values) noexcept {
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = codec::from_pattern<C>(from[i]);
    from += stride;
  }
};

// In place of a leaf: the series of a row is given beside it, by a reference, and no field says it.
inline constexpr std::size_t series_by_ref = not_found - 1;

template <class T, std::size_t TimeLeaf, std::size_t SeriesLeaf>
struct history_layout {
  using record = T;
  using fields = leaves<T>;
  static constexpr std::size_t leaf_count = fields::size;
  static constexpr std::size_t time_leaf = TimeLeaf;
  static constexpr std::size_t series_leaf = SeriesLeaf;
  static constexpr bool has_series = SeriesLeaf != not_found;  // which is SIZE_MAX
  static constexpr bool has_series_field = has_series && SeriesLeaf != series_by_ref;
  using indices = std::make_index_sequence<leaf_count>;

  template <std::size_t L>
  using leaf = typename fields::template type<L>;
  template <std::size_t L>
  static constexpr bool is_value = L != TimeLeaf && L != SeriesLeaf;

 private:
  static consteval auto series_leaf_type() {
    if constexpr (has_series_field)
      return std::type_identity<leaf<SeriesLeaf>>{};
    else if constexpr (has_series)
      return std::type_identity<series_ref>{};
    else
      return std::type_identity<no_series_key>{};
  }
  template <std::size_t L>
  static consteval std::size_t columns_of_leaf() {
    if constexpr (is_value<L>)
      return leaf_columns<leaf<L>>::count;
    else
      return 0;
  }
  // What a summary of leaf L takes: least, greatest, sum and, for reals, the number of NaN.
  template <std::size_t L>
  static consteval std::size_t summary_bytes() {
    if constexpr (is_value<L>) {
      if constexpr (summarized<leaf<L>>)
        return 2 * sizeof(leaf<L>) + sizeof(sum_type<leaf<L>>) + (is_real<leaf<L>> ? 2 : 0);
      else
        return 0;
    } else {
      return 0;
    }
  }
  struct plan {
    std::size_t columns[leaf_count + 1]{};    // the first of a leaf
    std::size_t summaries[leaf_count + 1]{};  // where the summary of a leaf begins
  };
  template <std::size_t... L>
  static consteval plan make_plan(std::index_sequence<L...>) {
    plan made;
    ((made.columns[L + 1] = made.columns[L] + columns_of_leaf<L>()), ...);
    ((made.summaries[L + 1] = made.summaries[L] + summary_bytes<L>()), ...);
    return made;
  }

 public:
  static constexpr plan places = make_plan(indices{});
  using time_type = leaf<TimeLeaf>;
  using series_type = typename decltype(series_leaf_type())::type;

  static constexpr std::size_t columns = places.columns[leaf_count];         // of values
  static constexpr std::size_t summary_size = places.summaries[leaf_count];  // bytes
  // Rows that a series keeps outside blocks, at most: all their words take 32 KiB at most, so readers have them on the
  // stack. Rows of a block, at most: what merges two of them takes 256 KiB at most.
  static constexpr std::size_t max_head_rows = min_of(block_rows, std::bit_floor(4096 / (columns + 1)));
  static constexpr std::size_t max_block_rows = min_of(block_rows, std::bit_floor(16384 / (columns + 1)));
  static_assert(columns < 1024, "history: a record has at most 1023 columns");
  template <std::size_t L>
  static constexpr std::size_t first_column = places.columns[L];
  template <std::size_t L>
  static constexpr std::size_t column_count = places.columns[L + 1] - places.columns[L];

  static constexpr std::array<codec::value_kind, columns> kinds = []<std::size_t... L>(std::index_sequence<L...>) {
    std::array<codec::value_kind, columns == 0 ? 1 : columns> made{};
    ((is_value<L> ? leaf_kinds<leaf<L>>::write(made.data() + places.columns[L]) : void()), ...);
    std::array<codec::value_kind, columns> result{};
    for (std::size_t i = 0; i < columns; ++i) result[i] = made[i];
    return result;
  }(indices{});

  [[nodiscard]] static std::int64_t time_of(const T& row) noexcept {
    return to_order(static_cast<time_type>(fields::template get<TimeLeaf>(row)));
  }
  [[nodiscard]] static series_type series_of([[maybe_unused]] const T& row) noexcept {
    if constexpr (has_series_field)
      return fields::template get<SeriesLeaf>(row);
    else
      return {};
  }

  // Writes the words of a row to words[0] to words[columns - 1].
  static void to_words(const T& row, std::uint64_t* words) noexcept {
    [&]<std::size_t... L>(std::index_sequence<L...>) {
      (save_leaf<L>(row, words + places.columns[L]), ...);
    }(indices{});
  }

  // Writes n values of a leaf to `to`, which need not be alive before. Its columns are `stride` words apart.
  template <std::size_t L>
  static void leaf_from_words(const std::uint64_t* words, std::size_t stride, std::size_t n, leaf<L>* to) noexcept {
    using V = leaf<L>;
    if constexpr (!std::is_void_v<number_of<V>>) {
      for (std::size_t i = 0; i < n; ++i) {
        const auto number = codec::from_pattern<number_of<V>>(words[i]);
        std::memcpy(static_cast<void*>(to + i), &number, sizeof(V));
      }
    } else {
      words_source from{words, stride};
      leaf_columns<V>::decode(from, n, [to](std::size_t i) { return reinterpret_cast<std::byte*>(to + i); });
    }
  }

  // The row of a time, a key and words; column c's word stands at words[c * stride].
  [[nodiscard]] static T make_row(std::int64_t time, [[maybe_unused]] series_type key, const std::uint64_t* words,
                                  std::size_t stride = 1) {
    return fields::make([&]<std::size_t L>(index_constant<L>) -> leaf<L> {
      if constexpr (L == SeriesLeaf) {
        return key;
      } else if constexpr (L == TimeLeaf) {
        return from_order<time_type>(time);
      } else if constexpr (!std::is_void_v<number_of<leaf<L>>>) {
        return std::bit_cast<leaf<L>>(codec::from_pattern<number_of<leaf<L>>>(words[places.columns[L] * stride]));
      } else {
        alignas(leaf<L>) std::byte room[sizeof(leaf<L>)];
        auto* const made = reinterpret_cast<leaf<L>*>(room);
        leaf_from_words<L>(words + places.columns[L] * stride, stride, 1, made);
        return *std::launder(made);
      }
    });
  }

  // Writes the summaries of n rows; column c's words stand at words + c * stride.
  static void summarize_words(const std::uint64_t* words, std::size_t stride, std::size_t n, std::byte* to) noexcept {
    [&]<std::size_t... L>(std::index_sequence<L...>) {
      (save_summary<L>(words + places.columns[L] * stride, n, to + places.summaries[L]), ...);
    }(indices{});
  }
  template <std::size_t L>
    requires(is_value<L> && summarized<leaf<L>>)
  [[nodiscard]] static column_summary<leaf<L>> load_summary(const std::byte* summaries) noexcept {
    const std::byte* from = summaries + places.summaries[L];
    column_summary<leaf<L>> result;
    const auto take = [&from](auto& value) {
      std::memcpy(&value, from, sizeof value);
      from += sizeof value;
    };
    take(result.sum);
    take(result.min);
    take(result.max);
    if constexpr (is_real<leaf<L>>) {
      std::uint16_t nans = 0;
      take(nans);
      result.nans = nans;
    }
    return result;
  }

 private:
  template <std::size_t L>
  static void save_leaf([[maybe_unused]] const T& row, [[maybe_unused]] std::uint64_t* to) noexcept {
    if constexpr (is_value<L>) {
      using V = leaf<L>;
      if constexpr (!std::is_void_v<number_of<V>>) {
        *to = codec::to_pattern(std::bit_cast<number_of<V>>(static_cast<V>(fields::template get<L>(row))));
      } else {
        const V value = fields::template get<L>(row);
        words_sink out{to};
        leaf_columns<V>::encode([&](std::size_t) { return reinterpret_cast<const std::byte*>(std::addressof(value)); },
                                1, out);
      }
    }
  }
  template <std::size_t L>
  static void save_summary([[maybe_unused]] const std::uint64_t* words, [[maybe_unused]] std::size_t n,
                           [[maybe_unused]] std::byte* to) noexcept {
    if constexpr (is_value<L>) {
      if constexpr (summarized<leaf<L>>) {
        leaf<L> values[block_rows];
        values[0] = leaf<L>{};  // n >= 1, which g++ does not see
        leaf_from_words<L>(words, 0, n, values);
        const column_summary<leaf<L>> from = summarize(values, n);
        const auto give = [&to](const auto& value) {
          std::memcpy(to, &value, sizeof value);
          to += sizeof value;
        };
        give(from.sum);
        give(from.min);
        give(from.max);
        if constexpr (is_real<leaf<L>>) give(static_cast<std::uint16_t>(from.nans));
      }
    }
  }
};

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
