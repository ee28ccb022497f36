// slotted: streams of differences: the order in which they are packed, and their sums.
// SPDX-License-Identifier: MIT
#pragma once

#include <slotted/codec/integers.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail::codec {

// A value is the sum of all differences up to its own. So that 16 sums can grow side by side, the n residuals of such a
// stream are packed in another order: of n / 16 rows, row r holds the r-th of each lane, and a lane is n / 16 values
// that follow each other. The up to 15 values behind the last lane are packed behind the rows, in their own order.
// Decoding takes two passes: sums down each lane, whose ends say where the next lane begins; then each lane's beginning
// is added to it, and rows become lanes again.
class difference_order {
 public:
  explicit difference_order(std::size_t n) noexcept
      : rows_(n / lanes), reciprocal_(rows_ == 0 ? 0 : 65536 / rows_ + 1) {}

  std::size_t rows() const noexcept { return rows_; }
  std::size_t in_rows() const noexcept { return rows_ * lanes; }

  // The lane of a value that is in a row: i / rows(), which the reciprocal gives for every i below 1024.
  std::size_t lane_of(std::size_t i) const noexcept { return i * reciprocal_ >> 16; }
  std::size_t row_of(std::size_t i) const noexcept { return i - lane_of(i) * rows_; }

  // Puts n residuals in the order in which they are packed.
  void apply(const std::uint64_t* __restrict values, std::size_t n, std::uint64_t* __restrict packed) const noexcept {
    for (std::size_t r = 0; r < rows_; ++r) {
      for (std::size_t l = 0; l < lanes; ++l) packed[r * lanes + l] = values[l * rows_ + r];
    }
    for (std::size_t i = in_rows(); i < n; ++i) packed[i] = values[i];
  }

 private:
  std::size_t rows_;
  std::size_t reciprocal_;
};

// Words that are added and moved at once: as many as a register holds.
#if defined(__GNUC__)
#if defined(__AVX512F__)
inline constexpr std::size_t baseline_group = 8;
#elif defined(__AVX2__)
inline constexpr std::size_t baseline_group = 4;
#else
inline constexpr std::size_t baseline_group = 2;
#endif
template <isa I>
inline constexpr std::size_t group_size = I == isa::v4   ? 8
                                          : I == isa::v3 ? 4
                                                         : baseline_group;
template <std::size_t size>
struct word_group {
  using type [[gnu::vector_size(8 * size)]] = std::uint64_t;
};

// Two groups exchange halves, quarters or single words.
template <typename Group>
[[gnu::always_inline]] inline void exchange_halves(Group& a, Group& b) noexcept {
  const Group first = a;
  if constexpr (sizeof(Group) == 64) {
    a = __builtin_shufflevector(first, b, 0, 1, 2, 3, 8, 9, 10, 11);
    b = __builtin_shufflevector(first, b, 4, 5, 6, 7, 12, 13, 14, 15);
  } else if constexpr (sizeof(Group) == 32) {
    a = __builtin_shufflevector(first, b, 0, 1, 4, 5);
    b = __builtin_shufflevector(first, b, 2, 3, 6, 7);
  }
}
template <typename Group>
[[gnu::always_inline]] inline void exchange_pairs(Group& a, Group& b) noexcept {
  const Group first = a;
  a = __builtin_shufflevector(first, b, 0, 1, 8, 9, 4, 5, 12, 13);
  b = __builtin_shufflevector(first, b, 2, 3, 10, 11, 6, 7, 14, 15);
}
template <typename Group>
[[gnu::always_inline]] inline void exchange_words(Group& a, Group& b) noexcept {
  const Group first = a;
  if constexpr (sizeof(Group) == 64) {
    a = __builtin_shufflevector(first, b, 0, 8, 2, 10, 4, 12, 6, 14);
    b = __builtin_shufflevector(first, b, 1, 9, 3, 11, 5, 13, 7, 15);
  } else if constexpr (sizeof(Group) == 32) {
    a = __builtin_shufflevector(first, b, 0, 4, 2, 6);
    b = __builtin_shufflevector(first, b, 1, 5, 3, 7);
  } else {
    a = __builtin_shufflevector(first, b, 0, 2);
    b = __builtin_shufflevector(first, b, 1, 3);
  }
}

// Of as many groups as one has words, columns become rows. Without a loop, which not every compiler would unroll.
template <typename Group>
[[gnu::always_inline]] inline void transpose(Group* g) noexcept {
  if constexpr (sizeof(Group) == 64) {
    exchange_halves(g[0], g[4]);
    exchange_halves(g[1], g[5]);
    exchange_halves(g[2], g[6]);
    exchange_halves(g[3], g[7]);
    exchange_pairs(g[0], g[2]);
    exchange_pairs(g[1], g[3]);
    exchange_pairs(g[4], g[6]);
    exchange_pairs(g[5], g[7]);
    exchange_words(g[4], g[5]);
    exchange_words(g[6], g[7]);
  } else if constexpr (sizeof(Group) == 32) {
    exchange_halves(g[0], g[2]);
    exchange_halves(g[1], g[3]);
  }
  if constexpr (sizeof(Group) >= 32) exchange_words(g[2], g[3]);
  exchange_words(g[0], g[1]);
}
#else
template <isa>
inline constexpr std::size_t group_size = 1;
template <std::size_t size>
struct word_group {
  using type = std::uint64_t;
};
inline void transpose(std::uint64_t*) noexcept {}
#endif

// Half of the lanes at a time.
inline constexpr std::size_t half_lanes = lanes / 2;
inline constexpr std::size_t half_words = max_block_values / 2;

// Where each of eight lanes begins: the value before its first, and for second differences the difference before it.
struct lane_starts {
  std::uint64_t values[half_lanes];
  std::uint64_t differences[half_lanes];
};

// One group of the lanes of the first pass.
template <std::size_t size, bool twice>
struct lane_sums {
  using group = typename word_group<size>::type;
  group once{};
  group again{};

  [[gnu::always_inline]] void add(const std::byte* in, std::byte* out) noexcept {
    group g;
    std::memcpy(&g, in, sizeof g);
    once += g;
    if constexpr (twice) again += once;
    std::memcpy(out, twice ? &again : &once, sizeof g);
  }
  [[gnu::always_inline]] void leave(std::size_t l, lane_starts& ends) const noexcept {
    std::memcpy(ends.values + l, twice ? &again : &once, sizeof once);
    std::memcpy(ends.differences + l, &once, sizeof once);
  }
};

// The first pass: sums down each of eight lanes, or sums of sums, a row after the other. Rows follow each other after
// `in_row` and `out_row` words, and `out` may be where `in` is, or before it. Leaves the last sums in `ends`.
template <bool twice>
struct sum_kernel {
  template <isa I>
  [[gnu::always_inline]] static void run(const std::byte* in, std::size_t in_row, std::size_t rows, std::byte* out,
                                         std::size_t out_row, lane_starts* to) noexcept {
    constexpr std::size_t size = group_size<I>;
    lane_starts& ends = *to;
    constexpr std::size_t groups = half_lanes / size;
    if constexpr (groups == 8) {
      lane_sums<size, twice> s[groups];
      for (std::size_t r = 0; r < rows; ++r, in += 8 * in_row, out += 8 * out_row) {
        for (std::size_t k = 0; k < groups; ++k) s[k].add(in + 8 * size * k, out + 8 * size * k);
      }
      for (std::size_t k = 0; k < groups; ++k) s[k].leave(k * size, ends);
    } else {
      lane_sums<size, twice> a, b, c, d;  // by name: as an array some compilers keep them in memory
      for (std::size_t r = 0; r < rows; ++r, in += 8 * in_row, out += 8 * out_row) {
        a.add(in, out);
        if constexpr (groups > 1) b.add(in + 8 * size, out + 8 * size);
        if constexpr (groups > 2) {
          c.add(in + 16 * size, out + 16 * size);
          d.add(in + 24 * size, out + 24 * size);
        }
      }
      a.leave(0, ends);
      if constexpr (groups > 1) b.leave(size, ends);
      if constexpr (groups > 2) {
        c.leave(2 * size, ends);
        d.leave(3 * size, ends);
      }
    }
  }
};

// Groups stay in registers where a loop over them is unrolled, which g++ -O2 does where it is asked to.
#if defined(__clang__)
#define SLOTTED_DETAIL_UNROLL _Pragma("clang loop unroll(full)")
#elif defined(__GNUC__)
#define SLOTTED_DETAIL_UNROLL _Pragma("GCC unroll 8")
#else
#define SLOTTED_DETAIL_UNROLL
#endif

// The second pass: where each of eight lanes begins is added to it, and the lanes, of `rows` words each, follow each
// other. The two do not overlap.
template <bool twice>
struct join_kernel {
  template <isa I>
  [[gnu::always_inline]] static void run(const std::byte* __restrict sums, std::size_t rows, const lane_starts* from,
                                         std::byte* __restrict words) noexcept {
    constexpr std::size_t size = group_size<I>;
    const lane_starts& starts = *from;
    using group = typename word_group<size>::type;
    for (std::size_t l = 0; l < half_lanes; l += size) {
      group offsets;
      group rises;
      std::memcpy(&offsets, starts.values + l, sizeof offsets);
      std::memcpy(&rises, starts.differences + l, sizeof rises);
      const std::byte* in = sums + 8 * l;
      std::byte* out = words + 8 * l * rows;
      std::size_t r = 0;
      for (; r + size <= rows; r += size, out += 8 * size) {
        group g[size];
        SLOTTED_DETAIL_UNROLL
        for (std::size_t i = 0; i < size; ++i, in += 8 * half_lanes) {
          std::memcpy(&g[i], in, sizeof g[i]);
          if constexpr (twice) offsets += rises;
          g[i] += offsets;
        }
        transpose(g);
        SLOTTED_DETAIL_UNROLL
        for (std::size_t i = 0; i < size; ++i) std::memcpy(out + 8 * i * rows, &g[i], sizeof g[i]);
      }
      for (; r < rows; ++r, in += 8 * half_lanes, out += 8) {
        if constexpr (twice) offsets += rises;
        std::uint64_t some[size];
        std::memcpy(some, &offsets, sizeof some);
        for (std::size_t i = 0; i < size; ++i) set_word(out, i * rows, word_at(in, i) + some[i]);
      }
    }
  }
};

#undef SLOTTED_DETAIL_UNROLL

// Whether the residual of a value is read.
inline bool is_read(const integer_stream& s, std::size_t i) noexcept {
  return i >= (s.how == transform::second_difference ? 2u : 1u);
}

// The residuals of a stream of differences, in the order in which they are packed, as n words; those that are never
// read are zero.
//
// Returns: false when the positions of patches do not ascend, or leave the block.
inline bool decode_packed_residuals(const integer_stream& s, const difference_order& order, std::byte* words) noexcept {
  const auto set = [&](std::size_t i, std::uint64_t r) {
    const std::size_t at = i < order.in_rows() ? order.row_of(i) * lanes + order.lane_of(i) : i;
    set_word(words, at, r);
  };
  if (s.binned) {
    decode_binned<false>(s, words);
  } else if (s.divisor == 1) {
    unpack(s.packed, s.n, s.width, plus{s.base}, words);
  } else {
    unpack(s.packed, s.n, s.width, times_plus{s.divisor, s.base}, words);
  }
  if (s.patches != 0 && !for_each_patch(s, set)) return false;
  for (std::size_t i = 0; i < s.n && !is_read(s, i); ++i) set(i, 0);
  return true;
}

// The sums of first differences without patches and divisor, as they are unpacked.
inline void decode_sums(const integer_stream& s, const difference_order& order, std::byte* first_sums, std::byte* words,
                        lane_starts* ends) noexcept {
  const packed_rows codes(s.packed, s.n, s.width);
  const plus residual{s.base};
  std::uint64_t sums[lanes] = {};
  sums[0] -= residual(packed_at(s.packed, s.n, s.width, 0), 0);  // it is not read
  if (codes.rest() != 0) codes.unpack_rest(residual, words + 8 * order.in_rows());
  codes.unpack_sums(plus{s.base}, sums, first_sums, words);
  std::memcpy(ends[0].values, sums, sizeof ends[0].values);
  std::memcpy(ends[1].values, sums + half_lanes, sizeof ends[1].values);
}

// What runs from lane to lane, and on behind the last.
struct running_value {
  std::uint64_t value;
  std::uint64_t difference;

  explicit running_value(const integer_stream& s) noexcept
      : value(s.first), difference(s.how == transform::second_difference ? s.slope : 0) {
    value -= difference;
  }

  // Where eight lanes begin, by where their own sums end.
  template <bool twice>
  void start(const lane_starts& ends, std::size_t rows, lane_starts& starts) noexcept {
    for (std::size_t l = 0; l < half_lanes; ++l) {
      starts.values[l] = value;
      starts.differences[l] = difference;
      value += ends.values[l] + (twice ? difference * rows : 0);
      difference += twice ? ends.differences[l] : 0;
    }
  }

  template <bool twice>
  std::uint64_t next(std::uint64_t residual) noexcept {
    if constexpr (twice) residual = difference += residual;
    return value += residual;
  }
};

// Sums the residuals, which are the words, or are yet to be unpacked. Out of line, for it takes room that finding
// residuals has to do without.
template <bool twice>
[[gnu::noinline]] inline void sum_residuals(const integer_stream& s, bool unpacked, std::byte* words) noexcept {
  const difference_order order(s.n);
  const std::size_t rows = order.rows();
  running_value running(s);
  // The sums of the second half of the lanes are put where the first half will be, and those of the first apart.
  alignas(64) std::byte first_sums[8 * half_words];
  std::byte* const sums = first_sums;
  const std::byte* const read = words;
  lane_starts room[2] = {};
  lane_starts* const ends = room;
  if (!unpacked) {
    decode_sums(s, order, first_sums, words, ends);
  } else if (rows != 0) {
    codec::run<sum_kernel<twice>>(read, lanes, rows, sums, half_lanes, ends);
    codec::run<sum_kernel<twice>>(read + 8 * half_lanes, lanes, rows, words, half_lanes, ends + 1);
  }
  if (rows != 0) {
    lane_starts starts[2];
    running.start<twice>(ends[0], rows, starts[0]);
    running.start<twice>(ends[1], rows, starts[1]);
    const lane_starts* const from = starts;
    codec::run<join_kernel<twice>>(read, rows, from + 1, words + 8 * half_lanes * rows);
    codec::run<join_kernel<twice>>(static_cast<const std::byte*>(first_sums), rows, from, words);
  }
  for (std::size_t i = order.in_rows(); i < s.n; ++i) {
    set_word(words, i, running.next<twice>(word_at(words, i)));
  }
}

template <bool twice>
inline bool decode_differences_of(const integer_stream& s, std::byte* words) noexcept {
  const bool in_one_pass = !twice && s.patches == 0 && s.divisor == 1 && s.n >= lanes && !s.binned;
  if (!in_one_pass && !decode_packed_residuals(s, difference_order(s.n), words)) return false;
  sum_residuals<twice>(s, !in_one_pass, words);
  return true;
}

/// Decodes a stream of differences as n host words.
///
/// Returns: false when the positions of patches do not ascend, or leave the block.
inline bool decode_differences(const integer_stream& s, std::byte* words) noexcept {
  return s.how == transform::delta ? decode_differences_of<false>(s, words) : decode_differences_of<true>(s, words);
}

template <bool twice>
[[gnu::noinline]] inline bool sum_of_differences(const integer_stream& s, std::size_t i,
                                                 std::uint64_t& value) noexcept {
  std::byte words[8 * max_block_values];
  const difference_order order(s.n);
  if (!decode_packed_residuals(s, order, words)) return false;
  running_value running(s);
  const std::size_t rows = order.rows();
  for (const std::size_t half : {std::size_t{0}, half_lanes}) {
    if (rows == 0) break;
    lane_starts ends;
    lane_starts starts;
    std::byte* const sums = words + 8 * half;
    codec::run<sum_kernel<twice>>(static_cast<const std::byte*>(sums), lanes, rows, sums, lanes, &ends);
    running.start<twice>(ends, rows, starts);
    if (i >= order.in_rows() || order.lane_of(i) / half_lanes * half_lanes != half) continue;
    const std::size_t l = order.lane_of(i) % half_lanes;
    const std::size_t r = order.row_of(i);
    value = starts.values[l] + word_at(sums, r * lanes + l) + (twice ? starts.differences[l] * (r + 1) : 0);
    return true;
  }
  for (std::size_t k = order.in_rows(); k <= i; ++k) value = running.next<twice>(word_at(words, k));
  return true;
}

// A value on straight lines from patch to patch. Preconditions: is_sound(s).
inline std::uint64_t step_at(const integer_stream& s, std::size_t i) noexcept {
  const bool first_order = s.how == transform::delta;
  std::uint64_t step = first_order ? s.base : s.slope;
  std::uint64_t value = s.first;
  std::size_t at = 0;
  for (patch_cursor patches(s); patches.position() <= i && patches.position() != s.n; patches.advance()) {
    if (!is_read(s, patches.position())) continue;
    value += step * (patches.position() - at) + patches.residual() - (first_order ? step : 0);
    if (!first_order) step += patches.residual();
    at = patches.position();
  }
  return value + step * (i - at);
}

/// One value of a stream of differences, in less time than decoding all of them takes. Out of line, so that finding a
/// value that stands alone is in line.
///
/// Preconditions: is_sound(s).
[[gnu::noinline]] inline bool sum_at(const integer_stream& s, std::size_t i, std::uint64_t& value) noexcept {
  if (is_steps(s)) {
    value = step_at(s, i);
    return true;
  }
  return s.how == transform::delta ? sum_of_differences<false>(s, i, value) : sum_of_differences<true>(s, i, value);
}

}  // namespace detail::codec
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
