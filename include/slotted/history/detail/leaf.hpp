// slotted: the leaves of a history's records: as numbers for the codec, as summaries, as times and keys.
// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <optional>
#include <span>
#include <type_traits>

#include <slotted/codec/block.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {

inline constexpr std::size_t block_rows = detail::codec::max_block_values;  // rows of a sealed block, at most

// The rows [first, end) of a block.
struct row_span {
  std::size_t first;
  std::size_t end;

  [[nodiscard]] std::size_t size() const noexcept { return end - first; }
};

// The type of a key leaf that is not there.
struct no_series_key {
  friend constexpr bool operator==(no_series_key, no_series_key) noexcept = default;
};

// ---- leaves as numbers

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

// A leaf that is one number under another name: a duration, a time_point, a symbol, any type without padding.
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

// A column of flags, which say whether a row has a value, and then the columns of the value. Those are 0 in rows
// without a value: a run of zeros takes next to no room.
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
    present[0] = false;  // n >= 1, which g++ does not see
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

// A real that was rounded where it entered: it converts to what it is kept as, and is made of that again.
template <class V>
concept rounded_real = has_rep<V> && std::is_floating_point_v<typename V::rep> &&
                       std::is_convertible_v<V, typename V::rep> && std::is_convertible_v<typename V::rep, V>;
template <class V>
inline constexpr bool is_real = std::is_floating_point_v<V> || rounded_real<V>;
// What can be added up and compared.
template <class V>
concept number_like = std::is_arithmetic_v<V> || rounded_real<V>;

template <class V>
concept summarized = number_like<V> && !std::is_same_v<V, bool> && sizeof(V) <= 8;

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
  else if constexpr (rounded_real<V>)
    return is_nan(static_cast<typename V::rep>(v));
  else
    return false;
}

// Four chains at a time: one addition need not wait for the one before.
template <class V>
[[nodiscard]] inline column_summary<V> summarize(const V* values, std::size_t n) noexcept {
  column_summary<V> result;
  if constexpr (is_real<V>)
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

template <class V>
[[nodiscard]] constexpr V from_pattern_of_key(std::uint64_t pattern) noexcept {
  if constexpr (std::is_same_v<V, no_series_key>)
    return {};
  else
    return std::bit_cast<V>(static_cast<typename unsigned_of<sizeof(V)>::type>(pattern));
}

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
