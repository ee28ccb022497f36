// slotted: how a history keeps a record: packed rows while they are new, a codec column for each number once sealed.
// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <bit>
#include <cassert>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>

#include <slotted/codec/block.hpp>
#include <slotted/record/leaves.hpp>
#include <slotted/store/history_dictionary.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace v0 {
namespace detail {

using slotted::codec::column_state;
using slotted::codec::max_encoded_size;

inline constexpr std::size_t block_rows = detail::codec::max_block_values;  // rows of a sealed block, at most

// The type of a key leaf that is not there.
struct no_series_key {
  friend constexpr bool operator==(no_series_key, no_series_key) noexcept = default;
};

// ---- leaves as numbers

// A leaf that is one number under another name: a duration, a time_point, a symbol, any type without padding.
template <class V>
struct number_within {};
template <class V>
concept has_rep = requires { typename V::rep; } && std::is_arithmetic_v<typename V::rep>;
template <class V>
concept has_duration = requires { typename V::duration; } && has_rep<typename V::duration>;
template <std::size_t Size>
struct unsigned_of {};
template <>
struct unsigned_of<1> {
  using type = std::uint8_t;
};
template <>
struct unsigned_of<2> {
  using type = std::uint16_t;
};
template <>
struct unsigned_of<4> {
  using type = std::uint32_t;
};
template <>
struct unsigned_of<8> {
  using type = std::uint64_t;
};

template <class V>
consteval auto find_number() {
  if constexpr (slotted::codec::block_value<V>)
    return std::type_identity<V>{};
  else if constexpr (!std::is_trivially_copyable_v<V>)
    return std::type_identity<void>{};
  else if constexpr (has_rep<V>)
    return std::type_identity<std::conditional_t<
        sizeof(typename V::rep) == sizeof(V) && slotted::codec::block_value<typename V::rep>, typename V::rep, void>>{};
  else if constexpr (has_duration<V>)
    return std::type_identity<std::conditional_t<sizeof(typename V::duration::rep) == sizeof(V) &&
                                                     slotted::codec::block_value<typename V::duration::rep>,
                                                 typename V::duration::rep, void>>{};
  else if constexpr (std::has_unique_object_representations_v<V> && requires { typename unsigned_of<sizeof(V)>::type; })
    return std::type_identity<typename unsigned_of<sizeof(V)>::type>{};
  else
    return std::type_identity<void>{};
}
// The number that V is, or void.
template <class V>
using number_of = typename decltype(find_number<V>())::type;

template <class V>
[[nodiscard]] inline V load_as(const std::byte* from) noexcept {
  std::array<std::byte, sizeof(V)> bytes;
  std::memcpy(bytes.data(), from, sizeof(V));
  return std::bit_cast<V>(bytes);
}

// What a leaf is to the codec. `encode(at, n, out)` reads the leaf of row i at the address at(i), which need not be
// aligned, and calls out(span) once a column; `decode(in, n, to)` calls in(span) once a column and writes to to(i).
template <class V>
struct leaf_columns {
  static_assert(std::is_trivially_copyable_v<V>);
  // A number, or whatever 64-bit words it is made of.
  using number = std::conditional_t<std::is_void_v<number_of<V>>, std::uint64_t, number_of<V>>;
  static constexpr bool is_number = !std::is_void_v<number_of<V>>;
  static constexpr std::size_t count = is_number ? 1 : (sizeof(V) + 7) / 8;

  static constexpr std::size_t width(std::size_t column) noexcept {
    return is_number ? sizeof(V) : column + 1 < count ? 8 : sizeof(V) - 8 * (count - 1);
  }
  template <class At, class Out>
  static void encode(At at, std::size_t n, Out& out) noexcept {
    number values[block_rows];
    for (std::size_t column = 0; column < count; ++column) {
      for (std::size_t i = 0; i < n; ++i) {
        if constexpr (is_number) {
          values[i] = load_as<number>(at(i));
        } else {
          values[i] = 0;
          std::memcpy(&values[i], at(i) + column * 8, width(column));
        }
      }
      out(std::span<const number>(values, n));
    }
  }
  template <class In, class To>
  static void decode(In& in, std::size_t n, To to) noexcept {
    number values[block_rows];
    for (std::size_t column = 0; column < count; ++column) {
      in(std::span<number>(values, n));
      for (std::size_t i = 0; i < n; ++i) {
        if constexpr (is_number)
          std::memcpy(to(i), &values[i], sizeof(V));
        else
          std::memcpy(to(i) + column * 8, &values[i], width(column));
      }
    }
  }
};

template <class U, std::size_t N>
struct leaf_columns<std::array<U, N>> {
  static constexpr std::size_t count = N * leaf_columns<U>::count;

  template <class At, class Out>
  static void encode(At at, std::size_t n, Out& out) noexcept {
    for (std::size_t j = 0; j < N; ++j)
      leaf_columns<U>::encode([&](std::size_t i) { return at(i) + j * sizeof(U); }, n, out);
  }
  template <class In, class To>
  static void decode(In& in, std::size_t n, To to) noexcept {
    for (std::size_t j = 0; j < N; ++j)
      leaf_columns<U>::decode(in, n, [&](std::size_t i) { return to(i) + j * sizeof(U); });
  }
};

// A column of who has a value, then the value's; what is not there compresses as zero.
template <class U>
struct leaf_columns<std::optional<U>> {
  static constexpr std::size_t count = 1 + leaf_columns<U>::count;

  template <class At, class Out>
  static void encode(At at, std::size_t n, Out& out) noexcept {
    using maybe = std::optional<U>;
    static constexpr std::array<std::byte, sizeof(U)> zero{};
    alignas(maybe) std::byte room[sizeof(maybe)];
    const auto load = [&](std::size_t i) -> const maybe& {
      std::memcpy(room, at(i), sizeof(maybe));
      return *std::launder(reinterpret_cast<const maybe*>(room));
    };
    bool present[block_rows];
    for (std::size_t i = 0; i < n; ++i) present[i] = load(i).has_value();
    out(std::span<const bool>(present, n));
    leaf_columns<U>::encode(
        [&](std::size_t i) -> const std::byte* {
          return present[i] ? reinterpret_cast<const std::byte*>(std::addressof(*load(i))) : zero.data();
        },
        n, out);
  }
  template <class In, class To>
  static void decode(In& in, std::size_t n, To to) noexcept {
    using maybe = std::optional<U>;
    bool present[block_rows];
    in(std::span<bool>(present, n));
    for (std::size_t i = 0; i < n; ++i) ::new (static_cast<void*>(to(i))) maybe(load_as<U>(zero_bytes));
    leaf_columns<U>::decode(in, n, [&](std::size_t i) {
      return reinterpret_cast<std::byte*>(std::addressof(**std::launder(reinterpret_cast<maybe*>(to(i)))));
    });
    for (std::size_t i = 0; i < n; ++i)
      if (!present[i]) ::new (static_cast<void*>(to(i))) maybe();
  }

 private:
  static constexpr std::byte zero_bytes[sizeof(U)]{};
};

// ---- summaries

// Sums are exact for integers of up to 32 bits; otherwise they are rounded as a double is.
template <class V>
using sum_type = std::conditional_t<std::is_integral_v<V> && sizeof(V) <= 4, std::int64_t, double>;

template <class V>
concept summarized = std::is_arithmetic_v<V> && !std::is_same_v<V, bool> && sizeof(V) <= 8;

/// What a block knows of one of its columns of numbers. NaN is counted and takes no other part.
template <class V>
struct column_summary {
  V min{};
  V max{};
  sum_type<V> sum{};
  std::uint32_t nans = 0;  ///< values that are NaN; min, max and sum mean nothing when all are
};

// The bit pattern tells, whatever the user's flags make of v != v.
template <class V>
[[nodiscard]] constexpr bool is_nan(V v) noexcept {
  if constexpr (std::is_same_v<V, double>)
    return (std::bit_cast<std::uint64_t>(v) & 0x7FFF'FFFF'FFFF'FFFF) > 0x7FF0'0000'0000'0000;
  else if constexpr (std::is_same_v<V, float>)
    return (std::bit_cast<std::uint32_t>(v) & 0x7FFF'FFFF) > 0x7F80'0000;
  else
    return false;
}

// Four chains at a time: one addition need not wait for the one before.
template <class V>
[[nodiscard]] inline column_summary<V> summarize(const V* values, std::size_t n) noexcept {
  column_summary<V> result;
  if constexpr (std::is_floating_point_v<V>)
    for (std::size_t i = 0; i < n; ++i) result.nans += std::uint32_t{is_nan(values[i])};
  std::size_t first = 0;
  if (result.nans != 0)
    while (first < n && is_nan(values[first])) ++first;
  if (first == n) return result;
  constexpr std::size_t lanes = 4;
  V least[lanes];
  V most[lanes];
  sum_type<V> sums[lanes]{};
  for (std::size_t lane = 0; lane < lanes; ++lane) least[lane] = most[lane] = values[first];
  const auto take = [&](V v, std::size_t lane) {
    least[lane] = v < least[lane] ? v : least[lane];
    most[lane] = most[lane] < v ? v : most[lane];
    sums[lane] += static_cast<sum_type<V>>(v);
  };
  std::size_t i = 0;
  if (result.nans == 0)
    for (; i + lanes <= n; i += lanes)
      for (std::size_t lane = 0; lane < lanes; ++lane) take(values[i + lane], lane);
  for (; i < n; ++i)
    if (!is_nan(values[i])) take(values[i], i % lanes);
  result.min = least[0];
  result.max = most[0];
  for (std::size_t lane = 1; lane < lanes; ++lane) {
    result.min = least[lane] < result.min ? least[lane] : result.min;
    result.max = result.max < most[lane] ? most[lane] : result.max;
  }
  result.sum = (sums[0] + sums[1]) + (sums[2] + sums[3]);
  return result;
}

// ---- the time key

template <class V>
concept time_key = !std::is_void_v<number_of<V>> && std::is_integral_v<number_of<V>> &&
                   !std::is_same_v<number_of<V>, bool> && (std::is_integral_v<V> || has_rep<V> || has_duration<V>);

// A time as an int64 that is ordered as the times are, and back.
template <class V>
[[nodiscard]] constexpr std::int64_t to_order(V time) noexcept {
  const auto number = std::bit_cast<number_of<V>>(time);
  if constexpr (std::is_unsigned_v<number_of<V>> && sizeof(V) == 8)
    return std::bit_cast<std::int64_t>(static_cast<std::uint64_t>(number) ^ (std::uint64_t{1} << 63));
  else
    return static_cast<std::int64_t>(number);
}
template <class V>
[[nodiscard]] constexpr V from_order(std::int64_t order) noexcept {
  using number = number_of<V>;
  if constexpr (std::is_unsigned_v<number> && sizeof(V) == 8)
    return std::bit_cast<V>(static_cast<number>(std::bit_cast<std::uint64_t>(order) ^ (std::uint64_t{1} << 63)));
  else
    return std::bit_cast<V>(static_cast<number>(order));
}

// A series key as 64 bits.
template <class V>
concept series_key = !std::is_void_v<number_of<V>> && sizeof(V) <= 8 && !std::is_floating_point_v<number_of<V>>;

template <class V>
[[nodiscard]] constexpr std::uint64_t to_pattern_of_key(V key) noexcept {
  if constexpr (std::is_same_v<V, no_series_key>)
    return 0;
  else
    return static_cast<std::uint64_t>(std::bit_cast<typename unsigned_of<sizeof(V)>::type>(key));
}

// ---- the whole

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
  // The same for the one column of a leaf.
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
