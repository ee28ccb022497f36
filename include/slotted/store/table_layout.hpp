// slotted: how the leaves of a record become columns: which has values, which has bits, where each stands in a slab.
// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>

#include <slotted/record/leaves.hpp>
#include <slotted/store/column_store.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {

// What a leaf is kept as: a value of type `value` (void: none), then `bits` bits.
template <class L>
struct leaf_storage {
  using value = L;
  static constexpr unsigned bits = 0;
  static constexpr bool optional = false;
};
template <>
struct leaf_storage<bool> {
  using value = void;
  static constexpr unsigned bits = 1;
  static constexpr bool optional = false;
};
template <class U>
struct leaf_storage<std::optional<U>> {
  using value = U;
  static constexpr unsigned bits = 1;  // whether there is one
  static constexpr bool optional = true;
};
template <>
struct leaf_storage<std::optional<bool>> {
  using value = void;
  static constexpr unsigned bits = 2;  // whether there is one; which
  static constexpr bool optional = true;
};

template <class V>
inline constexpr std::uint32_t value_width = sizeof(V);
template <>
inline constexpr std::uint32_t value_width<void> = 0;

template <class V>
inline constexpr bool is_column_value = std::is_trivially_copyable_v<V> && alignof(V) <= 64;
template <>
inline constexpr bool is_column_value<void> = true;

// The columns of T: those with values in the order of the leaves, then those with bits.
template <class T>
struct table_layout {
  using fields = leaves<T>;
  static constexpr std::size_t leaf_count = fields::size;

  template <std::size_t L>
  using leaf = typename fields::template type<L>;
  template <std::size_t L>
  using storage = leaf_storage<leaf<L>>;

  struct place {
    std::size_t value;  // column of the values
    std::size_t bit;    // column of the first bit
  };
  struct plan {
    std::array<place, leaf_count> places{};
    std::array<std::uint32_t, 2 * leaf_count + 1> widths{};
    std::size_t values = 0;
    std::size_t columns = 0;
    std::size_t bits_per_row = 0;
  };
  static constexpr plan columns = []<std::size_t... L>(std::index_sequence<L...>) {
    constexpr std::uint32_t widths[] = {value_width<typename storage<L>::value>..., 0};
    constexpr unsigned bits[] = {storage<L>::bits..., 0};
    plan made;
    for (std::size_t each = 0; each < leaf_count; ++each) {
      if (widths[each] == 0) continue;
      made.places[each].value = made.columns;
      made.widths[made.columns++] = widths[each];
      made.bits_per_row += std::size_t{widths[each]} * 8;
    }
    made.values = made.columns;
    for (std::size_t each = 0; each < leaf_count; ++each) {
      made.places[each].bit = made.columns;
      made.columns += bits[each];
      made.bits_per_row += bits[each];
    }
    return made;
  }(std::make_index_sequence<leaf_count>{});

  static constexpr std::size_t count = columns.columns;

  static constexpr std::size_t slab_bytes(unsigned rows_log2) noexcept {
    std::size_t bytes = 0;
    for (std::size_t column = 0; column < count; ++column)
      bytes += round_up(column_layout::bytes_at(columns.widths[column], std::size_t{1} << rows_log2), 64);
    return bytes;
  }
  // Slabs of about 1 MiB; larger ones where rounding to pages would waste one percent. A column of doubles is then 256
  // KiB at a stretch: at 64 KiB, a scan lost half its speed to the borders, and random reads to a larger directory.
  static constexpr unsigned shift = [] {
    constexpr std::size_t usual = std::size_t{1} << 20;
    const std::size_t bits = columns.bits_per_row == 0 ? 1 : columns.bits_per_row;
    auto rows_log2 = static_cast<unsigned>(std::bit_width(usual * 8 / bits + 1) - 1);
    rows_log2 = rows_log2 < 6 ? 6 : rows_log2 > 18 ? 18 : rows_log2;
    while (100 * (round_up(slab_bytes(rows_log2), 4096) * 8 - (columns.bits_per_row << rows_log2)) >=
           columns.bits_per_row << rows_log2)
      ++rows_log2;
    return rows_log2;
  }();
  static constexpr std::array<std::size_t, 2 * leaf_count + 1> offsets = [] {
    std::array<std::size_t, 2 * leaf_count + 1> made{};
    for (std::size_t column = 0; column < count; ++column)
      made[column + 1] =
          made[column] + round_up(column_layout::bytes_at(columns.widths[column], std::size_t{1} << shift), 64);
    return made;
  }();
  static constexpr column_layout value{columns.widths.data(), offsets.data(), count, shift};
};

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
