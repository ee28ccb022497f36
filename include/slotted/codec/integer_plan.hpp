// slotted: what is planned of an integer stream: transform, width, divisor and patches; and the writing of it.
// SPDX-License-Identifier: MIT
#pragma once

#include <slotted/algorithm.hpp>
#include <slotted/codec/encoder_room.hpp>
#include <slotted/codec/integer_decoder.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail::codec {

/// A choice for one stream, and the exact bytes it comes to.
struct integer_plan {
  transform how = transform::none;
  unsigned width = 0;
  unsigned patch_width = 0;
  std::size_t patches = 0;
  std::uint64_t base = 0;
  std::uint64_t divisor = 1;
  std::uint64_t first = 0;
  std::uint64_t slope = 0;
  std::size_t size = 0;
};

// Sets of transforms to try.
using transform_set = unsigned;
constexpr transform_set set_of(transform t) noexcept { return 1u << static_cast<unsigned>(t); }
inline constexpr transform_set only_positional = set_of(transform::none);
inline constexpr transform_set random_access = set_of(transform::none) | set_of(transform::linear);
inline constexpr transform_set first_order = random_access | set_of(transform::delta);
inline constexpr transform_set every_transform = first_order | set_of(transform::second_difference);

// A transform is taken only where it saves an eighth, or a bit and a half a value: a running sum decodes at half the
// speed.
inline std::size_t handicap(std::size_t n, std::size_t size) noexcept { return min_of(n * 3 / 16, size / 8); }

inline std::size_t planned_size(const integer_plan& p, std::size_t n) noexcept {
  std::size_t size = 2 + signed_varint_size(p.base) + packed_size(n, p.width);
  if (p.divisor != 1) size += varint_size(p.divisor);
  if (is_running(p.how)) size += signed_varint_size(p.first);
  if (p.how == transform::linear || p.how == transform::second_difference) size += signed_varint_size(p.slope);
  if (p.patches != 0) {
    size += varint_size(p.patches - 1) + 1 + packed_size(p.patches, position_bits);
    size += packed_size(p.patches, p.patch_width);
  }
  return size;
}

struct subtract_kernel {
  template <isa>
  [[gnu::always_inline]] static void run(const std::uint64_t* a, const std::uint64_t* b, std::size_t n,
                                         std::uint64_t* __restrict r) noexcept {
    std::size_t i = 0;
    for (; i + lanes <= n; i += lanes) {
      for (std::size_t l = 0; l < lanes; ++l) r[i + l] = a[i + l] - b[i + l];  // must be vectorised
    }
    for (; i < n; ++i) r[i] = a[i] - b[i];
  }
};

struct beside_line_kernel {
  using seldom = void;
  template <isa>
  [[gnu::always_inline]] static void run(const std::uint64_t* __restrict x, std::size_t n, std::uint64_t slope,
                                         std::uint64_t* __restrict r) noexcept {
    for (std::size_t i = 0; i < n; ++i) r[i] = x[i] - on_line(slope, i);  // must be vectorised
  }
};

struct bend_kernel {
  using seldom = void;
  template <isa>
  [[gnu::always_inline]] static void run(const std::uint64_t* __restrict x, std::size_t n,
                                         std::uint64_t* __restrict r) noexcept {
    for (std::size_t i = 2; i < n; ++i) r[i] = x[i] - 2 * x[i - 1] + x[i - 2];  // must be vectorised
  }
};

// The residuals of x under p.how; sets first and slope. Slopes come from integers alone: the bytes must not depend on
// a compiler's floating point.
inline void make_residuals(const std::uint64_t* x, std::size_t n, integer_plan& p, std::uint64_t* r) noexcept {
  p.first = p.slope = 0;
  if (p.how == transform::none) {
    std::memcpy(r, x, n * sizeof *r);
  } else if (p.how == transform::delta) {
    p.first = x[0];
    codec::run<subtract_kernel>(x + 1, x, n - 1, r + 1);
    r[0] = n > 1 ? r[1] : 0;
  } else if (p.how == transform::linear) {
    const auto rise = static_cast<std::int64_t>(x[n - 1] - x[0]);
    constexpr std::int64_t steepest = std::int64_t{1} << 52;  // so that slope * i stays within 63 bits
    if (n > 1 && rise > -steepest && rise < steepest) {
      p.slope = static_cast<std::uint64_t>(rise * (1 << slope_shift) / static_cast<std::int64_t>(n - 1));
    }
    for (std::size_t i = 0; i < n; ++i) r[i] = x[i] - on_line(p.slope, i);  // must be vectorised
  } else {
    p.first = x[0];
    p.slope = n > 1 ? x[1] - x[0] : 0;
    for (std::size_t i = 2; i < n; ++i) r[i] = x[i] - 2 * x[i - 1] + x[i - 2];  // must be vectorised
    r[0] = n > 2 ? r[2] : 0;
    if (n > 1) r[1] = r[0];
  }
}

struct residual_range {
  std::int64_t lowest;
  std::int64_t highest;
};

struct range_kernel {
  template <isa>
  [[gnu::always_inline]] static residual_range run(const std::uint64_t* r, std::size_t n) noexcept {
    auto lowest = static_cast<std::int64_t>(r[0]);
    auto highest = lowest;
    auto other_lowest = lowest;
    auto other_highest = lowest;
    const std::size_t half = n / 2;
    const std::uint64_t* const others = r + (n - half);
    for (std::size_t i = 0; i < half; ++i) {  // must be vectorised; two halves, which need not wait for each other
      const auto v = static_cast<std::int64_t>(r[i]);
      const auto w = static_cast<std::int64_t>(others[i]);
      lowest = v < lowest ? v : lowest;
      highest = v > highest ? v : highest;
      other_lowest = w < other_lowest ? w : other_lowest;
      other_highest = w > other_highest ? w : other_highest;
    }
    const auto middle = static_cast<std::int64_t>(r[half]);  // the one between, where n is odd
    return {least(middle, least(lowest, other_lowest)), most(middle, most(highest, other_highest))};
  }

 private:
  [[gnu::always_inline]] static std::int64_t least(std::int64_t a, std::int64_t b) noexcept { return a < b ? a : b; }
  [[gnu::always_inline]] static std::int64_t most(std::int64_t a, std::int64_t b) noexcept { return a < b ? b : a; }
};

inline residual_range range_of(const std::uint64_t* r, std::size_t n) noexcept {
  return codec::run<range_kernel>(r, n);
}

inline unsigned width_of(residual_range range) noexcept {
  return bit_length(static_cast<std::uint64_t>(range.highest) - static_cast<std::uint64_t>(range.lowest));
}

// The width that a sample needs when what is furthest out is left to patches: of pairs of neighbours the lowest three
// and the highest three, or one of each where there are few.
inline unsigned sampled_width(const std::uint64_t* r, std::size_t n) noexcept {
  const std::size_t step = n <= 256 ? (n + 31) / 32 : n / 64 + 1;
  std::int64_t low[4] = {INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX};  // the least first
  std::int64_t high[4] = {INT64_MIN, INT64_MIN, INT64_MIN, INT64_MIN};
  for (std::size_t i = step / 2; i < n; i += 2 * step) {
    const auto one = static_cast<std::int64_t>(r[i]);
    const auto other = static_cast<std::int64_t>(r[i + step < n ? i + step : i]);
    const std::int64_t less = min_of(one, other);
    const std::int64_t more = max_of(one, other);
    low[3] = min_of(low[3], max_of(low[2], less));
    low[2] = min_of(low[2], max_of(low[1], less));
    low[1] = min_of(low[1], max_of(low[0], less));
    low[0] = min_of(low[0], less);
    high[3] = max_of(high[3], min_of(high[2], more));
    high[2] = max_of(high[2], min_of(high[1], more));
    high[1] = max_of(high[1], min_of(high[0], more));
    high[0] = max_of(high[0], more);
  }
  const std::size_t left_out = n < 16 ? 1 : 3;
  return low[left_out] < high[left_out] ? width_of({low[left_out], high[left_out]}) : 0;
}

// Division of what is known to be a multiple, by multiplication with the inverse modulo 2^64 of the divisor's odd part.
class exact_division {
 public:
  explicit exact_division(std::uint64_t divisor) noexcept
      : shift_(static_cast<unsigned>(std::countr_zero(divisor))), limit_(UINT64_MAX / divisor) {
    const std::uint64_t odd = divisor >> shift_;
    inverse_ = odd;  // right in three bits, and in twice as many after each step
    for (int step = 0; step < 5; ++step) inverse_ *= 2 - odd * inverse_;
  }

  std::uint64_t of(std::uint64_t multiple) const noexcept { return (multiple >> shift_) * inverse_; }

  std::uint64_t of_signed(std::uint64_t multiple) const noexcept {
    return static_cast<std::uint64_t>(static_cast<std::int64_t>(multiple) >> shift_) * inverse_;
  }

  // What is no multiple has low bits left, or a quotient that no number has.
  bool divides(std::uint64_t v) const noexcept { return (v & low_mask(shift_)) == 0 && of(v) <= limit_; }

  struct all_kernel {
    using seldom = void;
    template <isa>
    [[gnu::always_inline]] static bool run(const std::uint64_t* r, std::size_t n, std::uint64_t lowest,
                                           exact_division by) noexcept {
      const std::uint64_t low = low_mask(by.shift_);
      const std::uint64_t inverse = by.inverse_;
      const std::uint64_t limit = by.limit_;
      const unsigned shift = by.shift_;
      std::uint64_t failed = 0;
      for (std::size_t i = 0; i < n; ++i) {  // must be vectorised
        const std::uint64_t v = r[i] - lowest;
        failed |= (v & low) | std::uint64_t{(v >> shift) * inverse > limit};
      }
      return failed == 0;
    }
  };
  bool divides_all(const std::uint64_t* r, std::size_t n, std::uint64_t lowest) const noexcept {
    return codec::run<all_kernel>(r, n, lowest, *this);
  }

  struct divide_all_kernel {
    using seldom = void;
    template <isa>
    [[gnu::always_inline]] static void run(std::uint64_t* r, std::size_t n, exact_division by) noexcept {
      for (std::size_t i = 0; i < n; ++i) r[i] = (r[i] >> by.shift_) * by.inverse_;  // must be vectorised
    }
  };
  void divide_all(std::uint64_t* r, std::size_t n) const noexcept { codec::run<divide_all_kernel>(r, n, *this); }

 private:
  unsigned shift_;
  std::uint64_t limit_;
  std::uint64_t inverse_;
};

// What all residuals are a multiple of, once the lowest is taken away. Most columns have nothing in common, as a few of
// them show.
inline std::uint64_t common_divisor(const std::uint64_t* r, std::size_t n, residual_range range) noexcept {
  const auto lowest = static_cast<std::uint64_t>(range.lowest);
  std::uint64_t divisor = static_cast<std::uint64_t>(range.highest) - lowest;
  const std::size_t step = n / 16 + 1;
  for (std::size_t i = 0; i < n && divisor != 1; i += step) divisor = gcd(divisor, r[i] - lowest);
  while (divisor != 1) {
    const exact_division by(divisor);
    if (by.divides_all(r, n, lowest)) break;
    std::size_t i = 0;
    while (by.divides(r[i] - lowest)) ++i;
    divisor = gcd(divisor, r[i] - lowest);
  }
  return divisor;
}

// How residuals become codes and patches under a plan; `most` is the furthest that a code reaches.
struct code_window {
  std::uint64_t base;
  std::uint64_t most;

  explicit code_window(const integer_plan& p) noexcept : base(p.base), most(low_mask(p.width) * p.divisor) {}
};

// Where codes lie above `most`, in ascending order; gives how many do.
struct positions_kernel {
  using seldom = void;
  template <isa>
  [[gnu::always_inline]] static std::size_t run(const std::uint64_t* codes, std::size_t n, std::uint64_t most,
                                                std::uint64_t* positions) noexcept {
    std::size_t count = 0;
    std::size_t i = 0;
    for (; i + 64 <= n; i += 64) {  // patches are few: first which of 64 there are, then where
      std::uint64_t above = 0;
      for (std::size_t k = 0; k < 64; ++k) above |= std::uint64_t{codes[i + k] > most} << k;  // must be vectorised
      for (; above != 0; above &= above - 1) positions[count++] = i + static_cast<std::size_t>(std::countr_zero(above));
    }
    for (; i < n; ++i) {
      if (codes[i] > most) positions[count++] = i;
    }
    return count;
  }
};

struct shift_kernel {
  using seldom = void;
  template <isa>
  [[gnu::always_inline]] static void run(std::uint64_t* r, std::size_t n, std::uint64_t base) noexcept {
    for (std::size_t i = 0; i < n; ++i) r[i] -= base;  // must be vectorised
  }
};

/// Writes the planned stream of residuals r: exactly plan.size bytes.
///
/// Effects: what is in r, in `one` and in `other` is lost.
inline void write_integers(std::uint64_t* r, std::size_t n, const integer_plan& p, word_room& one, word_room& other,
                           byte_writer& out) noexcept {
  unsigned flags = static_cast<unsigned>(p.how);
  if (p.divisor != 1) flags |= flag_divisor;
  if (p.patches != 0) flags |= flag_patches;
  out.u8(flags);
  out.u8(p.width);
  out.signed_varint(p.base);
  if (p.divisor != 1) out.varint(p.divisor);
  if (is_running(p.how)) out.signed_varint(p.first);
  if (p.how == transform::linear || p.how == transform::second_difference) out.signed_varint(p.slope);

  if (p.width == 0 && p.patches == 0) return;
  if (p.base != 0) codec::run<shift_kernel>(r, n, p.base);
  if (p.patches != 0) {
    const code_window window(p);
    const exact_division by(p.divisor);
    std::uint64_t* const positions = one.words;
    std::uint64_t* const values = other.words;
    const std::uint64_t* const read = r;
    const std::size_t count = codec::run<positions_kernel>(read, n, window.most, positions);
    for (std::size_t k = 0; k < count; ++k) {
      std::uint64_t& code = r[positions[k]];
      values[k] = zigzag(by.of_signed(code));
      code = 0;
    }
    out.varint(count - 1);
    out.u8(p.patch_width);
    pack(positions, count, position_bits, out.take(packed_size(count, position_bits)));
    pack(values, count, p.patch_width, out.take(packed_size(count, p.patch_width)));
  }
  if (p.divisor != 1) {
    exact_division(p.divisor).divide_all(r, n);
  }
  std::byte* const to = out.take(packed_size(n, p.width));
  if (is_running(p.how)) {
    difference_order(n).apply(r, n, one.words);
    pack(one.words, n, p.width, to);
  } else {
    pack(r, n, p.width, to);
  }
}

}  // namespace detail::codec
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
