// slotted: buffers for some leaves of up to Rows rows of one series, filled from a block, a part of one, or a head.
// SPDX-License-Identifier: MIT
//
// With Rows = 1024 what is wanted of a block is decoded to them at once. With fewer, a block is decoded column by
// column to the stack, and a part of it is copied: slower, in little memory. For one thread.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <span>
#include <type_traits>
#include <utility>

#include <slotted/algorithm.hpp>
#include <slotted/history/detail/leaf.hpp>
#include <slotted/history/detail/series_rows.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {

template <std::size_t I, std::size_t Rows, class V>
struct column_buffer {
  alignas(64) std::byte bytes[Rows * sizeof(V)];
  [[nodiscard]] V* data() noexcept { return reinterpret_cast<V*>(bytes); }
};

template <class Layout, std::size_t Rows, class Places, std::size_t... L>
class scan_columns;
template <class Layout, std::size_t Rows, std::size_t... I, std::size_t... L>
class scan_columns<Layout, Rows, std::index_sequence<I...>, L...>
    : column_buffer<I, Rows, typename Layout::template leaf<L>>... {
  template <std::size_t P>
  static constexpr std::size_t leaf_at = [] {
    constexpr std::size_t all[] = {L...};
    return all[P];
  }();
  template <std::size_t P>
  using leaf = typename Layout::template leaf<leaf_at<P>>;
  template <std::size_t P>
  static constexpr bool is_series = leaf_at<P> == Layout::series_leaf;
  template <std::size_t P>
  static constexpr bool is_time = leaf_at<P> == Layout::time_leaf;

 public:
  static constexpr std::size_t rows = Rows;

  template <std::size_t P>
  [[nodiscard]] leaf<P>* data() noexcept {
    return static_cast<column_buffer<P, Rows, leaf<P>>&>(*this).data();
  }
  // Comes before the rows of a series.
  template <class Series>
  void enter([[maybe_unused]] const Series& view) noexcept {
    (fill_key<I>(view), ...);
  }
  // Some rows of a block, each to its place in the buffers.
  template <class Block>
  void decode(const Block& from, row_span part) noexcept {
    static_assert(Rows == block_rows);
    (decode_column<I>(from, part), ...);
  }
  // n rows of a block, from row `first` on, to the beginning of the buffers. Preconditions: n <= Rows.
  template <class Block>
  void decode_part(const Block& from, std::size_t first, std::size_t n) noexcept {
    (decode_column_part<I>(from, first, n), ...);
  }
  // n rows of a head, from row `first` on. Preconditions: n <= Rows.
  void load(head_copy<Layout>& from, std::size_t first, std::size_t n) noexcept {
    (load_column<I>(from, first, n), ...);
  }
  // Keeps the rows that are named, in ascending order.
  void keep(const std::uint16_t* which, std::size_t kept) noexcept { (keep_column<I>(which, kept), ...); }

  // Calls f with the columns at the first Count places. Returns: false where f does.
  template <std::size_t Count, class F>
  bool give(F& f, std::size_t first, std::size_t end) {
    return [&]<std::size_t... P>(std::index_sequence<P...>) {
      if constexpr (std::same_as<decltype(f(std::span<const leaf<P>>()...)), bool>)
        return f(std::span<const leaf<P>>(this->template data<P>() + first, end - first)...);
      else
        return f(std::span<const leaf<P>>(this->template data<P>() + first, end - first)...), true;
    }(std::make_index_sequence<Count>{});
  }

 private:
  template <std::size_t P, class Series>
  void fill_key(const Series& view) noexcept {
    if constexpr (is_series<P>)
      for (std::size_t i = 0; i < Rows; ++i) ::new (static_cast<void*>(data<P>() + i)) leaf<P>(view.key());
  }
  // Whether a time of the type is the ordered integer itself, so that times need no second pass.
  template <std::size_t P>
  static constexpr bool is_plain_time = is_time<P> && sizeof(leaf<P>) == 8 && std::is_signed_v<number_of<leaf<P>>>;

  template <std::size_t P, class Block>
  void decode_column(const Block& from, row_span part) noexcept {
    if constexpr (is_plain_time<P>)
      from.decode_times(part, reinterpret_cast<std::int64_t*>(data<P>()));
    else if constexpr (!is_series<P>)
      from.template decode<leaf_at<P>>(part, data<P>());
  }
  template <std::size_t P>
  void write_times(const std::int64_t* from, std::size_t n) noexcept {
    if constexpr (is_plain_time<P>)
      std::memcpy(static_cast<void*>(data<P>()), from, n * sizeof(std::int64_t));
    else
      for (std::size_t i = 0; i < n; ++i)
        ::new (static_cast<void*>(data<P>() + i)) leaf<P>(from_order<typename Layout::time_type>(from[i]));
  }
  template <std::size_t P, class Block>
  void decode_column_part(const Block& from, std::size_t first, std::size_t n) noexcept {
    if constexpr (is_time<P>) {
      std::int64_t times[block_rows];
      from.decode_times({first, first + n}, times);
      write_times<P>(times + first, n);
    } else if constexpr (!is_series<P>) {
      constexpr std::size_t columns = Layout::template column_count<leaf_at<P>>;
      std::uint64_t part[columns * Rows];
      for (std::size_t c = 0; c < columns; ++c) {
        std::uint64_t words[block_rows];
        from.decode_words(Layout::template first_column<leaf_at<P>> + c, {first, first + n}, words);
        copy_elements(words + first, n, part + c * Rows);
      }
      Layout::template leaf_from_words<leaf_at<P>>(part, Rows, n, data<P>());
    }
  }
  template <std::size_t P>
  void load_column(head_copy<Layout>& from, std::size_t first, std::size_t n) noexcept {
    if constexpr (is_time<P>) {
      write_times<P>(from.times() + first, n);
    } else if constexpr (!is_series<P>) {
      const std::uint64_t* const words = from.column(Layout::template first_column<leaf_at<P>>) + first;
      if constexpr (sizeof(leaf<P>) == sizeof(std::uint64_t) && !std::is_void_v<number_of<leaf<P>>>)
        std::memcpy(static_cast<void*>(data<P>()), words, n * sizeof(std::uint64_t));  // words are such values
      else
        Layout::template leaf_from_words<leaf_at<P>>(words, from.stride(), n, data<P>());
    }
  }
  template <std::size_t P>
  void keep_column(const std::uint16_t* which, std::size_t kept) noexcept {
    if constexpr (!is_series<P>)
      for (std::size_t i = 0; i < kept; ++i) data<P>()[i] = data<P>()[which[i]];
  }
};
template <class Layout, std::size_t Rows, std::size_t... L>
using scan_columns_of = scan_columns<Layout, Rows, std::make_index_sequence<sizeof...(L)>, L...>;

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
