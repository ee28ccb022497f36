// slotted: up to 64 series of one name set: their label values by number, column by column, and what finds them.
// SPDX-License-Identifier: MIT
//
// A chunk is one block of memory: this header, a description of each column, then for each stored row a stamp and the
// link of its bucket, then the columns. A column holds the value numbers of one label name as differences from a base,
// in 0, 1, 2 or 4 bytes; 0 says that all rows have the same value. A chunk that has too little room, or too much, is
// replaced by another one. For one thread at a time.
#pragma once

#include <bit>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include <slotted/algorithm.hpp>
#include <slotted/memory/slab_heap.hpp>
#include <slotted/series/detail/row_mask.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {

inline constexpr unsigned most_labels_of_a_series = 64;

struct series_column {
  std::uint32_t base;
  std::uint16_t offset;  // from the beginning of the chunk
  std::uint8_t width;    // bytes a row: 0, 1, 2, 4
};

// Vectors of the compiler: <emmintrin.h> would cost every user 5,000 lines.
#if defined(__SSE2__) && defined(__GNUC__)
#define SLOTTED_DETAIL_COMPARES_16_BYTES 1
using bytes_16 = signed char __attribute__((vector_size(16)));
using words_8 = std::int16_t __attribute__((vector_size(16)));
// The sign of each byte.
[[nodiscard]] inline std::uint32_t sign_bits(bytes_16 of) noexcept {
  using plain_16 = char __attribute__((vector_size(16)));
  return static_cast<std::uint32_t>(__builtin_ia32_pmovmskb128(reinterpret_cast<plain_16>(of)));
}
// A byte for each number of 16 bits, -1 and 0 as they are.
[[nodiscard]] inline bytes_16 packed(words_8 low, words_8 high) noexcept {
  return reinterpret_cast<bytes_16>(__builtin_ia32_packsswb128(low, high));
}
#endif

class series_chunk {
 public:
  static constexpr unsigned rows = row_mask::rows;
  static constexpr std::uint64_t bit(unsigned row) noexcept { return std::uint64_t{1} << row; }

  std::uint64_t live;         // rows that are open
  std::uint64_t closed;       // rows that are closed and may still be read
  std::uint64_t marked;       // rows of which somebody has had data
  std::uint64_t first_stamp;  // the stamps of all rows are greater
  row_mask stored;
  std::uint32_t last_stamp;  // less first_stamp, of the row that was opened last
  std::uint32_t set;         // the number of the name set
  std::uint32_t before;      // neighbours in the list of chunks of this name set that have free rows
  std::uint32_t after;
  std::uint32_t bytes;  // of this block
  std::uint16_t columns;
  bool listed;

  [[nodiscard]] std::uint64_t used() const noexcept { return live | closed; }
  [[nodiscard]] bool is_full() const noexcept { return used() == ~std::uint64_t{0}; }
  [[nodiscard]] bool is_listable() const noexcept { return !is_full() && last_stamp != UINT32_MAX; }
  // The free row that the next series gets.
  [[nodiscard]] unsigned free_row() const noexcept { return static_cast<unsigned>(std::countr_one(used())); }

  [[nodiscard]] std::uint64_t stamp(unsigned row) const noexcept { return first_stamp + stamps()[place(row)]; }
  void set_stamp(unsigned row, std::uint32_t stamp) noexcept { stamps()[place(row)] = stamp; }
  // The next row in the bucket of a live row; among closed ones, the row that was closed next.
  [[nodiscard]] std::uint32_t& chain(unsigned row) noexcept { return chains()[place(row)]; }

  // The value number of a row in a column.
  [[nodiscard]] std::uint32_t id(unsigned column, unsigned row) const noexcept {
    return id_at(column_of(column), place(row));
  }
  // All value numbers of a row.
  void ids(unsigned row, std::uint32_t* to) const noexcept {
    const unsigned at = place(row);
    for (unsigned column = 0; column < columns; ++column) to[column] = id_at(column_of(column), at);
  }
  [[nodiscard]] bool has_ids(unsigned row, const std::uint32_t* ids) const noexcept {
    const unsigned at = place(row);
    for (unsigned column = 0; column < columns; ++column)
      if (id_at(column_of(column), at) != ids[column]) return false;
    return true;
  }
  // Whether all stored rows have one value in a column, which is put into `value`.
  [[nodiscard]] bool is_constant(unsigned column, std::uint32_t& value) const noexcept {
    const series_column each = column_of(column);
    value = each.base;
    return each.width == 0;
  }
  // The rows that have this value in a column, and any rows that are not in use.
  [[nodiscard]] std::uint64_t rows_with(unsigned column, std::uint32_t value) const noexcept {
    const series_column each = column_of(column);
    if (value < each.base) return 0;
    const std::uint32_t wanted = value - each.base;
    if (each.width == 0) return wanted == 0 ? ~std::uint64_t{0} : 0;
    if (each.width < 4 && wanted >> (8 * each.width) != 0) return 0;
    const std::uint64_t found = places_with(each, wanted);
    return stored.is_dense() ? found : spread(found);
  }

  // A chunk without rows that has room for one row with these ids. Returns null when there is no memory.
  [[nodiscard]] static series_chunk* try_make(slab_heap& heap, std::uint32_t set, const std::uint32_t* ids,
                                              unsigned columns, std::uint64_t first_stamp) noexcept {
    series_chunk empty{};
    empty.set = set;
    empty.columns = static_cast<std::uint16_t>(columns);
    empty.first_stamp = first_stamp;
    return empty.try_replace(heap, row_mask().with(0), ids);
  }
  // Whether a row can be put here as the chunk is.
  [[nodiscard]] bool has_room(unsigned row, const std::uint32_t* ids) const noexcept {
    if (!stored.has(row)) return false;
    for (unsigned column = 0; column < columns; ++column) {
      const series_column each = column_of(column);
      if (ids[column] < each.base) return false;
      if (each.width < 4 && (ids[column] - each.base) >> (8 * each.width) != 0) return false;
    }
    return true;
  }
  // A copy with room for the rows of `room`, and for one row more with these ids unless `ids` is null. Returns null
  // when there is no memory. This chunk is as before and is still to be given back.
  [[nodiscard]] series_chunk* try_replace(slab_heap& heap, row_mask room, const std::uint32_t* ids) const noexcept {
    series_column shapes[most_labels_of_a_series];
    const std::size_t places = room.count();
    std::size_t offset = sizeof(series_chunk) + columns * sizeof(series_column) + places * 2 * sizeof(std::uint32_t);
    for (unsigned column = 0; column < columns; ++column) {
      shapes[column] = shape(column, ids);
      shapes[column].offset = static_cast<std::uint16_t>(offset);
      offset += places * shapes[column].width;
    }
    auto* const to = static_cast<series_chunk*>(heap.try_allocate(offset, alignof(series_chunk)));
    if (to == nullptr) return nullptr;
    *to = *this;
    to->stored = room;
    to->bytes = static_cast<std::uint32_t>(offset);
    // What no row has written yet is read by comparisons of a whole column.
    std::memset(static_cast<void*>(to + 1), 0, offset - sizeof(series_chunk));
    for (unsigned column = 0; column < columns; ++column) to->column_of(column) = shapes[column];
    for (std::uint64_t left = used(); left != 0; left &= left - 1) {
      const auto row = static_cast<unsigned>(std::countr_zero(left));
      const unsigned from_place = place(row);
      const unsigned to_place = room.place_of(row);
      to->stamps()[to_place] = stamps()[from_place];
      to->chains()[to_place] = chains()[from_place];
      for (unsigned column = 0; column < columns; ++column)
        to->put_at(shapes[column], to_place, id_at(column_of(column), from_place));
    }
    return to;
  }
  // Preconditions: has_room(row, ids).
  void put(unsigned row, const std::uint32_t* ids) noexcept {
    for (unsigned column = 0; column < columns; ++column) put_at(column_of(column), place(row), ids[column]);
  }
  static void give(slab_heap& heap, series_chunk* chunk) noexcept {
    heap.deallocate(chunk, chunk->bytes, alignof(series_chunk));
  }

 private:
  [[nodiscard]] unsigned place(unsigned row) const noexcept { return stored.place_of(row); }
  [[nodiscard]] std::byte* at(std::size_t offset) const noexcept {
    return const_cast<std::byte*>(reinterpret_cast<const std::byte*>(this)) + offset;
  }
  [[nodiscard]] series_column& column_of(unsigned column) const noexcept {
    return reinterpret_cast<series_column*>(at(sizeof(series_chunk)))[column];
  }
  [[nodiscard]] std::uint32_t* stamps() const noexcept {
    return reinterpret_cast<std::uint32_t*>(at(sizeof(series_chunk) + columns * sizeof(series_column)));
  }
  [[nodiscard]] std::uint32_t* chains() const noexcept { return stamps() + stored.count(); }

  [[nodiscard]] std::uint32_t id_at(const series_column& of, unsigned place) const noexcept {
    const std::byte* const from = at(of.offset);
    if (of.width == 0) return of.base;
    if (of.width == 1) return of.base + std::to_integer<std::uint32_t>(from[place]);
    if (of.width == 2) {
      std::uint16_t narrow;
      std::memcpy(&narrow, from + std::size_t{2} * place, sizeof narrow);
      return of.base + narrow;
    }
    std::uint32_t wide;
    std::memcpy(&wide, from + std::size_t{4} * place, sizeof wide);
    return of.base + wide;
  }
  void put_at(const series_column& of, unsigned place, std::uint32_t id) noexcept {
    const std::uint32_t difference = id - of.base;
    std::byte* const to = at(of.offset);
    if (of.width == 1) {
      to[place] = static_cast<std::byte>(difference);
    } else if (of.width == 2) {
      const auto narrow = static_cast<std::uint16_t>(difference);
      std::memcpy(to + std::size_t{2} * place, &narrow, sizeof narrow);
    } else if (of.width == 4) {
      std::memcpy(to + std::size_t{4} * place, &difference, sizeof difference);
    }
  }
  // Base and width for the rows there are and one more. The base is 0 where the width allows it, because values to come
  // may be less than all of these.
  [[nodiscard]] series_column shape(unsigned column, const std::uint32_t* ids) const noexcept {
    bool any = ids != nullptr;
    std::uint32_t least = any ? ids[column] : 0;
    std::uint32_t most = least;
    for (std::uint64_t left = used(); left != 0; left &= left - 1) {
      const std::uint32_t each = id(column, static_cast<unsigned>(std::countr_zero(left)));
      least = any ? min_of(least, each) : each;
      most = any ? max_of(most, each) : each;
      any = true;
    }
    const std::uint32_t span = most - least;
    const unsigned width = span == 0 ? 0 : span < 0x100 ? 1 : span < 0x10000 ? 2 : 4;
    if (width == 4 || (width != 0 && most >> (8 * width) == 0)) least = 0;
    return {least, 0, static_cast<std::uint8_t>(width)};
  }

  // The places whose difference is `wanted`, a bit for each.
  [[nodiscard]] std::uint64_t places_with(const series_column& of, std::uint32_t wanted) const noexcept {
    const std::byte* const from = at(of.offset);
    const unsigned count = stored.count();
    std::uint64_t found = 0;
#if defined(SLOTTED_DETAIL_COMPARES_16_BYTES)
    if (count == rows && of.width == 1) {
      const bytes_16 all = bytes_16{} + static_cast<signed char>(wanted);
      for (std::size_t i = 0; i < 4; ++i) {
        bytes_16 some;
        std::memcpy(&some, from + 16 * i, sizeof some);
        found |= std::uint64_t{sign_bits(some == all)} << (16 * i);
      }
      return found;
    }
    if (count == rows && of.width == 2) {
      const words_8 all = words_8{} + static_cast<std::int16_t>(wanted);
      for (std::size_t i = 0; i < 4; ++i) {
        words_8 low;
        words_8 high;
        std::memcpy(&low, from + 32 * i, sizeof low);
        std::memcpy(&high, from + 32 * i + 16, sizeof high);
        found |= std::uint64_t{sign_bits(packed(low == all, high == all))} << (16 * i);
      }
      return found;
    }
#endif
    if (of.width == 1) {
      for (unsigned i = 0; i < count; ++i)
        found |= std::uint64_t{std::to_integer<std::uint32_t>(from[i]) == wanted} << i;
    } else if (of.width == 2) {
      for (unsigned i = 0; i < count; ++i) {
        std::uint16_t narrow;
        std::memcpy(&narrow, from + std::size_t{2} * i, sizeof narrow);
        found |= std::uint64_t{narrow == wanted} << i;
      }
    } else {
      for (unsigned i = 0; i < count; ++i) {
        std::uint32_t wide;
        std::memcpy(&wide, from + std::size_t{4} * i, sizeof wide);
        found |= std::uint64_t{wide == wanted} << i;
      }
    }
    return found;
  }
  // Bits by place made bits by row.
  [[nodiscard]] std::uint64_t spread(std::uint64_t places) const noexcept {
    std::uint64_t by_row = 0;
    for (std::uint64_t left = stored.bits(); left != 0 && places != 0; left &= left - 1, places >>= 1)
      if ((places & 1) != 0) by_row |= left & (~left + 1);
    return by_row;
  }
};

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
