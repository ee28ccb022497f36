// slotted: how a history keeps a record: packed rows while they are new, a codec column for each number once sealed.
// SPDX-License-Identifier: MIT
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>
#include <utility>

#include <slotted/codec/block.hpp>
#include <slotted/record/leaves.hpp>
#include <slotted/store/history_dictionary.hpp>
#include <slotted/store/history_leaf.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace v0 {
namespace detail {

using slotted::codec::column_state;
using slotted::codec::max_encoded_size;

// The rows of a T without the series leaf, if there is one. A tail's row is its leaves one after the other, unaligned;
// a block is the sizes of its columns, 16 bits each, and then the columns. A column whose size has its high bit set
// ends with the address of its dictionary: so a block is enough to decode it, wherever a reader got it from.
template <class T, std::size_t TimeLeaf, std::size_t SeriesLeaf>
struct history_layout {
  using record = T;
  using fields = leaves<T>;
  static constexpr std::size_t leaf_count = fields::size;
  static constexpr std::size_t time_leaf = TimeLeaf;
  static constexpr std::size_t series_leaf = SeriesLeaf;
  static constexpr bool has_series = SeriesLeaf != not_found;  // which is SIZE_MAX
  using indices = std::make_index_sequence<leaf_count>;

  template <std::size_t L>
  using leaf = typename fields::template type<L>;
  template <std::size_t L>
  using columns_of = leaf_columns<leaf<L>>;

 private:
  static consteval auto series_leaf_type() {
    if constexpr (has_series)
      return std::type_identity<leaf<SeriesLeaf>>{};
    else
      return std::type_identity<no_series_key>{};
  }
  struct plan {
    std::size_t offsets[leaf_count + 1]{};    // of a leaf in a row
    std::size_t columns[leaf_count + 1]{};    // the first of a leaf
    std::size_t summaries[leaf_count + 1]{};  // where a leaf's summary is within an entry's bytes
  };
  template <std::size_t L>
  static consteval std::size_t summary_bytes() {
    if constexpr (L == SeriesLeaf) {
      return 0;
    } else if constexpr (summarized<leaf<L>>) {
      using V = leaf<L>;
      return (L == TimeLeaf ? 0 : 2 * sizeof(V)) + sizeof(sum_type<V>) + (std::is_floating_point_v<V> ? 2 : 0);
    } else {
      return 0;
    }
  }
  template <std::size_t... L>
  static consteval plan make_plan(std::index_sequence<L...>) {
    const std::size_t widths[] = {(L == SeriesLeaf ? 0 : sizeof(leaf<L>))...};
    const std::size_t counts[] = {(L == SeriesLeaf ? 0 : columns_of<L>::count)...};
    const std::size_t sums[] = {summary_bytes<L>()...};
    plan made;
    for (std::size_t i = 0; i < leaf_count; ++i) {
      made.offsets[i + 1] = made.offsets[i] + widths[i];
      made.columns[i + 1] = made.columns[i] + counts[i];
      made.summaries[i + 1] = made.summaries[i] + sums[i];
    }
    return made;
  }

 public:
  static constexpr plan places = make_plan(indices{});
  using time_type = leaf<TimeLeaf>;
  using series_type = typename decltype(series_leaf_type())::type;

  static constexpr std::size_t row_bytes = places.offsets[leaf_count];       // of a tail's row
  static constexpr std::size_t columns = places.columns[leaf_count];         // of a block
  static constexpr std::size_t summary_size = places.summaries[leaf_count];  // bytes, of an entry
  static constexpr std::size_t block_head = 2 * columns;                     // bytes
  // Below so many rows a dictionary is not asked for: its address could make a column larger than max_encoded_size.
  static constexpr std::size_t least_rows_for_dictionary = 128;

  // The most bytes that a block of n rows can take.
  static constexpr std::size_t max_block_bytes(std::size_t n) noexcept {
    return block_head + columns * max_encoded_size(n);
  }

  // ---- rows of a tail

  template <std::size_t L>
    requires(L != SeriesLeaf)
  [[nodiscard]] static leaf<L> load_leaf(const std::byte* row) noexcept {
    return load_as<leaf<L>>(row + places.offsets[L]);
  }
  [[nodiscard]] static std::int64_t time_of(const std::byte* row) noexcept {
    return to_order(load_leaf<TimeLeaf>(row));
  }
  [[nodiscard]] static T load_row(const std::byte* row, series_type key) {
    return fields::make([&]<std::size_t L>(index_constant<L>) -> leaf<L> {
      if constexpr (L == SeriesLeaf)
        return key;
      else
        return load_leaf<L>(row);
    });
  }
  static void save_row(std::byte* row, const T& from) noexcept {
    [&]<std::size_t... L>(std::index_sequence<L...>) { (save_leaf<L>(row, from), ...); }(indices{});
  }
  [[nodiscard]] static series_type series_of(const T& row) noexcept {
    if constexpr (has_series)
      return fields::template get<SeriesLeaf>(row);
    else
      return {};
  }

  // ---- blocks

  // The bytes of a column and all behind it.
  [[nodiscard]] static const std::byte* column_at(const std::byte* block, std::size_t column) noexcept {
    const std::byte* at = block + block_head;
    for (std::size_t i = 0; i < column; ++i) at += size_of_column(block, i);
    return at;
  }
  [[nodiscard]] static std::size_t size_of_column(const std::byte* block, std::size_t column) noexcept {
    return load_size(block + 2 * column) & ~names_dictionary;
  }
  [[nodiscard]] static std::size_t size_of_block(const std::byte* block) noexcept {
    return static_cast<std::size_t>(column_at(block, columns) - block);
  }

  // A column as the codec wrote it, and its dictionary.
  [[nodiscard]] static kept_column kept(const std::byte* block, std::size_t column) noexcept {
    return kept_at(column_at(block, column), load_size(block + 2 * column));
  }
  // The bytes of all columns of a leaf.
  template <std::size_t L>
  [[nodiscard]] static std::size_t bytes_of_leaf(const std::byte* block) noexcept {
    std::size_t bytes = 0;
    for (std::size_t i = places.columns[L]; i < places.columns[L + 1]; ++i) bytes += size_of_column(block, i);
    return bytes;
  }
  // The one column of a leaf as the codec wrote it, and its dictionary.
  template <std::size_t L>
    requires(L != SeriesLeaf && columns_of<L>::count == 1)
  [[nodiscard]] static kept_column kept_leaf(const std::byte* block) noexcept {
    return kept(block, places.columns[L]);
  }
  // Calls f(column_dictionary&) for each column of a block that names one; by the owner.
  template <class F>
  static void for_each_dictionary(const std::byte* block, F f) noexcept {
    const std::byte* at = block + block_head;
    for (std::size_t column = 0; column < columns; ++column) {
      const unsigned size = load_size(block + 2 * column);
      at += size & ~names_dictionary;
      if ((size & names_dictionary) != 0) f(*load_as<column_dictionary*>(at - sizeof(column_dictionary*)));
    }
  }

  // Writes n rows, in the order of time, as a block, and their summaries to the bytes of an entry.
  //
  // open<L>() of `rows` gives a function of i that says where leaf L of the i-th row is.
  // Preconditions: to has room for max_block_bytes(n). Returns: the bytes of the block.
  template <class Rows>
  static std::size_t encode(Rows& rows, std::size_t n, column_state* states, column_dictionary* dictionaries,
                            std::byte* to, std::byte* summaries) noexcept {
    sink out{to, to + block_head, states, dictionaries};
    [&]<std::size_t... L>(std::index_sequence<L...>) {
      (encode_leaf<L>(rows, n, out, summaries + places.summaries[L]), ...);
    }(indices{});
    return static_cast<std::size_t>(out.at - to);
  }

  // Writes a block anew where dictionaries that are newer than its own make columns of it smaller.
  //
  // Preconditions: to has room for the block. Returns: the bytes, or 0 if no column became smaller.
  static std::size_t encode_again(const std::byte* block, column_dictionary* dictionaries, std::byte* to) noexcept {
    std::byte* at = to + block_head;
    bool some = false;
    for (std::size_t column = 0; column < columns; ++column) {
      const kept_column before = kept(block, column);
      if (const column_dictionary* const newest = current_dictionary(dictionaries, column);
          newest != nullptr && newest != before.dictionary) {
        std::byte coded[max_encoded_size(block_rows)];
        const std::size_t size = encode_column_again(before, *newest, coded);
        if (size != 0) {
          std::memcpy(at, coded, size);
          save_size(to + 2 * column, size | names_dictionary);
          at += size;
          some = true;
          continue;
        }
      }
      const std::size_t size = size_of_column(block, column);
      std::memcpy(at, column_at(block, column), size);
      std::memcpy(to + 2 * column, block + 2 * column, sizeof(std::uint16_t));
      at += size;
    }
    return some ? static_cast<std::size_t>(at - to) : 0;
  }

  // Writes the values of a leaf to to[0] to to[rows - 1], which need not be alive before.
  template <std::size_t L>
    requires(L != SeriesLeaf)
  static void decode_leaf(const std::byte* block, std::size_t rows, leaf<L>* to) noexcept {
    source in{column_at(block, places.columns[L]), block + 2 * places.columns[L]};
    if constexpr (slotted::codec::block_value<leaf<L>>)
      in(std::span<leaf<L>>(to, rows));
    else
      columns_of<L>::decode(in, rows, [to](std::size_t i) { return reinterpret_cast<std::byte*>(to + i); });
  }
  // The times of a block, as time_of gives them: ascending.
  static void decode_times(const std::byte* block, std::size_t rows, std::int64_t* to) noexcept {
    using number = number_of<time_type>;
    source in{column_at(block, places.columns[TimeLeaf]), block + 2 * places.columns[TimeLeaf]};
    if constexpr (std::is_same_v<number, std::int64_t>) {
      in(std::span<std::int64_t>(to, rows));
    } else {
      number values[block_rows];
      in(std::span<number>(values, rows));
      for (std::size_t i = 0; i < rows; ++i) to[i] = to_order(std::bit_cast<time_type>(values[i]));
    }
  }

  // What an entry knows of leaf L; of the time key, the sum alone.
  template <std::size_t L>
    requires(L != SeriesLeaf && summarized<leaf<L>>)
  [[nodiscard]] static column_summary<leaf<L>> load_summary(const std::byte* summaries) noexcept {
    const std::byte* from = summaries + places.summaries[L];
    column_summary<leaf<L>> result;
    const auto take = [&from](auto& value) {
      std::memcpy(&value, from, sizeof value);
      from += sizeof value;
    };
    take(result.sum);
    if constexpr (L != TimeLeaf) {
      take(result.min);
      take(result.max);
    }
    if constexpr (std::is_floating_point_v<leaf<L>>) {
      std::uint16_t nans = 0;
      take(nans);
      result.nans = nans;
    }
    return result;
  }

 private:
  template <std::size_t L>
  static void save_leaf(std::byte* row, const T& from) noexcept {
    if constexpr (L != SeriesLeaf) {
      const auto& value = fields::template get<L>(from);
      std::memcpy(row + places.offsets[L], std::addressof(value), sizeof value);
    }
  }

  // Of the size of a column.
  static constexpr unsigned names_dictionary = 0x8000;
  static_assert(max_encoded_size(block_rows) + sizeof(column_dictionary*) < names_dictionary);

  [[nodiscard]] static unsigned load_size(const std::byte* from) noexcept { return load_as<std::uint16_t>(from); }
  static void save_size(std::byte* to, std::size_t size) noexcept {
    const auto narrow = static_cast<std::uint16_t>(size);
    std::memcpy(to, &narrow, sizeof narrow);
  }
  [[nodiscard]] static kept_column kept_at(const std::byte* at, unsigned size) noexcept {
    const std::size_t bytes = size & ~names_dictionary;
    if ((size & names_dictionary) == 0) [[likely]]
      return {{at, bytes}, nullptr};
    const std::size_t coded = bytes - sizeof(column_dictionary*);
    return {{at, coded}, load_as<const column_dictionary*>(at + coded)};
  }
  // Writes the address of a dictionary behind a column of `size` bytes that names it. Returns: the bytes now.
  static std::size_t name(const column_dictionary* dictionary, std::byte* column, std::size_t size) noexcept {
    std::memcpy(column + size, &dictionary, sizeof dictionary);
    return size + sizeof dictionary;
  }
  [[nodiscard]] static bool needs_dictionary(std::span<const std::byte> column) noexcept {
    slotted::codec::block_info info;
    return slotted::codec::try_inspect(column, info) && info.dictionary_version != 0;
  }

  struct sink {
    std::byte* sizes;
    std::byte* at;
    column_state* state;
    column_dictionary* dictionaries;
    std::size_t column = 0;
    template <class C>
    void operator()(std::span<const C> values) noexcept {
      const column_dictionary* const current = current_dictionary(dictionaries, column);
      std::size_t size = 0;
      if (current == nullptr || values.size() < least_rows_for_dictionary) [[likely]] {
        size = encode(values, nullptr);
        save_size(sizes, size);
      } else {
        const indexed_dictionary with(current->view());
        size = encode(values, with.get());
        const bool needs = needs_dictionary({at, size});
        if (needs) size = name(current, at, size);
        save_size(sizes, needs ? size | names_dictionary : size);
      }
      ++state;
      ++column;
      sizes += sizeof(std::uint16_t);
      at += size;
    }

   private:
    template <class C>
    std::size_t encode(std::span<const C> values, const slotted::codec::series_dictionary* with) noexcept {
      return slotted::codec::encode<C>(values, *state, {at, max_encoded_size(values.size())}, with);
    }
  };
  struct source {
    const std::byte* at;
    const std::byte* sizes;
    template <class C>
    void operator()(std::span<C> values) noexcept {
      const unsigned size = load_size(sizes);
      const kept_column column = kept_at(at, size);
      [[maybe_unused]] const bool decoded =
          column.dictionary == nullptr ? slotted::codec::try_decode<C>(column.bytes, values)
                                       : slotted::codec::try_decode<C>(column.bytes, values, column.dictionary->view());
      assert(decoded && "a block of one's own is never corrupt");
      sizes += sizeof(std::uint16_t);
      at += size & ~names_dictionary;
    }
  };

  // Returns: the bytes with the dictionary's address, or 0 if they are not fewer than before.
  [[gnu::noinline]] static std::size_t encode_column_again(const kept_column& before, const column_dictionary& with,
                                                           std::byte* to) noexcept {
    codec::pattern_block values;
    if (!before.try_decode(values) || values.n < least_rows_for_dictionary) return 0;
    const indexed_dictionary indexed(with.view());
    slotted::codec::column_state state;
    const std::size_t size = encode_patterns(values, state, indexed.get(), to);
    if (size + sizeof(column_dictionary*) >= before.bytes_in_block() || !needs_dictionary({to, size})) return 0;
    return name(&with, to, size);
  }

  template <std::size_t L, class Rows>
  static void encode_leaf(Rows& rows, std::size_t n, sink& out, std::byte* summary) noexcept {
    if constexpr (L != SeriesLeaf) {
      const auto at = rows.template open<L>();
      if constexpr (summarized<leaf<L>>) {
        leaf<L> values[block_rows];
        values[0] = leaf<L>{};  // n >= 1, which g++ does not see
        for (std::size_t i = 0; i < n; ++i) std::memcpy(&values[i], at(i), sizeof(leaf<L>));
        out(std::span<const leaf<L>>(values, n));
        save_summary<L>(summarize(values, n), summary);
      } else {
        columns_of<L>::encode(at, n, out);
      }
    }
  }
  template <std::size_t L>
  static void save_summary(const column_summary<leaf<L>>& from, std::byte* to) noexcept {
    const auto give = [&to](const auto& value) {
      std::memcpy(to, &value, sizeof value);
      to += sizeof value;
    };
    give(from.sum);
    if constexpr (L != TimeLeaf) {
      give(from.min);
      give(from.max);
    }
    if constexpr (std::is_floating_point_v<leaf<L>>) give(static_cast<std::uint16_t>(from.nans));
  }
};

}  // namespace detail
}  // namespace v0
}  // namespace slotted
