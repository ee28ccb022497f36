// slotted: how an integer stream is best written: which transform, width, divisor and patches. The encoder's half.
// SPDX-License-Identifier: MIT
#pragma once

#include <slotted/algorithm.hpp>
#include <slotted/codec/integers.hpp>

namespace slotted {
inline namespace v0 {
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
  if (p.how == transform::delta || p.how == transform::second_difference) size += signed_varint_size(p.first);
  if (p.how == transform::linear || p.how == transform::second_difference) size += signed_varint_size(p.slope);
  if (p.patches != 0) {
    size += varint_size(p.patches - 1) + 1 + packed_size(p.patches, position_bits);
    size += packed_size(p.patches, p.patch_width);
  }
  return size;
}

// The residuals of x under p.how; sets first and slope. Slopes come from integers alone: the bytes must not depend on
// a compiler's floating point.
inline void make_residuals(const std::uint64_t* __restrict x, std::size_t n, integer_plan& p,
                           std::uint64_t* __restrict r) noexcept {
  p.first = p.slope = 0;
  switch (p.how) {
    case transform::none:
      std::memcpy(r, x, n * sizeof *r);
      return;
    case transform::delta:
      p.first = x[0];
      for (std::size_t i = 1; i < n; ++i) r[i] = x[i] - x[i - 1];  // must be vectorised
      r[0] = n > 1 ? r[1] : 0;
      return;
    case transform::linear: {
      const auto rise = static_cast<std::int64_t>(x[n - 1] - x[0]);
      constexpr std::int64_t steepest = std::int64_t{1} << 52;  // so that slope * i stays within 63 bits
      if (n > 1 && rise > -steepest && rise < steepest) {
        p.slope = static_cast<std::uint64_t>(rise * (1 << slope_shift) / static_cast<std::int64_t>(n - 1));
      }
      for (std::size_t i = 0; i < n; ++i) r[i] = x[i] - on_line(p.slope, i);  // must be vectorised
      return;
    }
    case transform::second_difference:
      p.first = x[0];
      p.slope = n > 1 ? x[1] - x[0] : 0;
      for (std::size_t i = 2; i < n; ++i) r[i] = x[i] - 2 * x[i - 1] + x[i - 2];  // must be vectorised
      r[0] = n > 2 ? r[2] : 0;
      if (n > 1) r[1] = r[0];
      return;
  }
}

struct residual_range {
  std::int64_t lowest;
  std::int64_t highest;
};

inline residual_range range_of(const std::uint64_t* r, std::size_t n) noexcept {
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
  return {min_of(middle, min_of(lowest, other_lowest)), max_of(middle, max_of(highest, other_highest))};
}

inline unsigned width_of(residual_range range) noexcept {
  return bit_length(static_cast<std::uint64_t>(range.highest) - static_cast<std::uint64_t>(range.lowest));
}

// The width that 64 samples need when the two furthest out on each side are left to patches.
inline unsigned sampled_width(const std::uint64_t* r, std::size_t n) noexcept {
  const std::size_t step = n / 64 + 1;
  std::int64_t low[3] = {INT64_MAX, INT64_MAX, INT64_MAX};  // the least first
  std::int64_t high[3] = {INT64_MIN, INT64_MIN, INT64_MIN};
  for (std::size_t i = step / 2; i < n; i += step) {
    const auto v = static_cast<std::int64_t>(r[i]);
    low[2] = min_of(low[2], max_of(low[1], v));
    low[1] = min_of(low[1], max_of(low[0], v));
    low[0] = min_of(low[0], v);
    high[2] = max_of(high[2], min_of(high[1], v));
    high[1] = max_of(high[1], min_of(high[0], v));
    high[0] = max_of(high[0], v);
  }
  return low[2] < high[2] ? width_of({low[2], high[2]}) : 0;
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

  bool divides_all(const std::uint64_t* r, std::size_t n, std::uint64_t lowest) const noexcept {
    const std::uint64_t low = low_mask(shift_);
    const std::uint64_t inverse = inverse_;
    const std::uint64_t limit = limit_;
    const unsigned shift = shift_;
    std::uint64_t failed = 0;
    for (std::size_t i = 0; i < n; ++i) {  // must be vectorised
      const std::uint64_t v = r[i] - lowest;
      failed |= (v & low) | std::uint64_t{(v >> shift) * inverse > limit};
    }
    return failed == 0;
  }

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

// What lies within a window of residuals, as distances from its low end, and how much lies outside.
struct window_contents {
  std::int64_t nearest = INT64_MAX;
  std::int64_t furthest = -1;
  std::size_t outside = 0;
};

// Preconditions: span < 2^63.
inline window_contents contents_of(const std::uint64_t* r, std::size_t n, std::uint64_t lowest,
                                   std::uint64_t span) noexcept {
  std::int64_t nearest = INT64_MAX;
  std::int64_t furthest = -1;
  std::uint64_t outside = 0;
  for (std::size_t i = 0; i < n; ++i) {  // must be vectorised
    const std::uint64_t away = r[i] - lowest;
    const std::uint64_t out = away > span ? ~std::uint64_t{0} : 0;
    const auto low = static_cast<std::int64_t>((away | out) & (~out | INT64_MAX));
    const auto high = static_cast<std::int64_t>(away | out);
    nearest = low < nearest ? low : nearest;
    furthest = high > furthest ? high : furthest;
    outside -= out;
  }
  return {nearest, furthest, static_cast<std::size_t>(outside)};
}

// Narrows a plan by leaving outliers to patches: the window of codes around a pivot that costs least. Found from a
// sample, then counted out.
inline void plan_patches(const std::uint64_t* r, std::size_t n, integer_plan& p) noexcept {
  std::int64_t pivots[17] = {static_cast<std::int64_t>(r[0])};
  std::size_t pivot_count = 1;
  const std::size_t pivot_step = n / 16 + 1;
  for (std::size_t i = pivot_step; i < n; i += pivot_step) pivots[pivot_count++] = static_cast<std::int64_t>(r[i]);
  nth_element(pivots, pivots + pivot_count / 2, pivots + pivot_count,
              [](std::int64_t a, std::int64_t b) { return a < b; });
  const auto pivot = static_cast<std::uint64_t>(pivots[pivot_count / 2]);

  // How many of the sample are k bits away from the pivot, above it and below. Counted without a branch, and in turn in
  // four places, for neighbours tend to be as far away and would wait for each other's count.
  constexpr std::size_t sides = 132;
  std::uint16_t counts[4][sides] = {};
  const std::size_t step = n < 320 ? 1 : 5;  // no power of two, which columns may well have as a period
  std::size_t sampled = 0;
  for (std::size_t i = 0; i < n; i += step, ++sampled) {
    const std::uint64_t away = r[i] - pivot;
    const bool under = static_cast<std::int64_t>(r[i]) < static_cast<std::int64_t>(pivot);
    ++counts[sampled % 4][(under ? sides / 2 : 0) + bit_length(under ? 0 - away : away)];
  }
  for (std::size_t k = 0; k < sides; ++k) {
    counts[0][k] = static_cast<std::uint16_t>(counts[0][k] + counts[1][k] + counts[2][k] + counts[3][k]);
  }
  std::uint16_t* const above = counts[0];
  std::uint16_t* const below = counts[0] + sides / 2;
  std::uint16_t so_far_above = 0;
  std::uint16_t so_far_below = 0;
  for (int k = 64; k >= 0; --k) {  // from here on: k bits away or more
    above[k] = so_far_above = static_cast<std::uint16_t>(so_far_above + above[k]);
    below[k] = so_far_below = static_cast<std::uint16_t>(so_far_below + below[k]);
  }

  const unsigned full_width = p.width;
  const std::size_t patch_bits = position_bits + full_width + 1;
  std::size_t best_bits = sampled * p.width;
  unsigned best_up = 65, best_down = 65;
  for (unsigned width = 0; width < full_width && sampled * width < best_bits; ++width) {
    const unsigned side = width == 0 ? 0 : width - 1;
    const unsigned shapes[3][2] = {{side, side}, {width, 0}, {0, width}};
    for (const auto& shape : shapes) {
      const std::size_t patches = std::size_t{above[shape[0] + 1]} + below[shape[1] + 1];
      const std::size_t bits = sampled * width + patches * patch_bits + 24 / step;
      if (bits < best_bits) {
        best_bits = bits;
        best_up = shape[0];
        best_down = shape[1];
      }
    }
  }
  if (best_up == 65) return;

  const auto middle = static_cast<std::int64_t>(pivot);
  const auto up_to = static_cast<std::int64_t>(low_mask(best_up));
  const auto down_to = static_cast<std::int64_t>(low_mask(best_down));
  const auto highest = static_cast<std::uint64_t>(middle > INT64_MAX - up_to ? INT64_MAX : middle + up_to);
  const auto lowest = static_cast<std::uint64_t>(middle < INT64_MIN + down_to ? INT64_MIN : middle - down_to);
  if ((highest - lowest) >> 63 != 0) return;
  const window_contents found = contents_of(r, n, lowest, highest - lowest);
  if (found.furthest < 0 || found.outside == 0) return;
  integer_plan patched = p;
  patched.base = lowest + static_cast<std::uint64_t>(found.nearest);
  patched.width = bit_length(static_cast<std::uint64_t>(found.furthest - found.nearest) / p.divisor);
  const code_window codes(patched);
  std::uint64_t patches = 0;
  std::int64_t furthest_above = 0;
  std::int64_t furthest_below = -1;      // less one, for there may be none for INT64_MIN itself
  for (std::size_t i = 0; i < n; ++i) {  // must be vectorised
    const std::uint64_t away = r[i] - codes.base;
    const std::uint64_t outside = away > codes.most ? ~std::uint64_t{0} : 0;
    const auto signed_away = static_cast<std::int64_t>(away & outside);
    patches -= outside;
    furthest_above = signed_away > furthest_above ? signed_away : furthest_above;
    furthest_below = ~signed_away > furthest_below ? ~signed_away : furthest_below;
  }
  if (patches == 0) return;
  const std::uint64_t up = static_cast<std::uint64_t>(furthest_above) / p.divisor;
  const std::uint64_t down = (static_cast<std::uint64_t>(furthest_below) + 1) / p.divisor;
  patched.patches = static_cast<std::size_t>(patches);
  patched.patch_width = bit_length(zigzag(up) | zigzag(0 - down));
  patched.size = planned_size(patched, n);
  if (patched.size < p.size) p = patched;
}

// Width, base, divisor and patches for given residuals.
inline void plan_residuals(const std::uint64_t* r, std::size_t n, residual_range range, integer_plan& p) noexcept {
  p.base = static_cast<std::uint64_t>(range.lowest);
  p.width = width_of(range);
  p.divisor = 1;
  p.patches = p.patch_width = 0;
  // A range beyond 62 bits would not leave room for signs in the arithmetic of divided patches.
  if (p.width > 1 && p.width <= 62) {
    p.divisor = common_divisor(r, n, range);
    if (p.divisor != 1) p.width = bit_length((static_cast<std::uint64_t>(range.highest) - p.base) / p.divisor);
  }
  p.size = planned_size(p, n);
  if (p.width < 2 || n < 8) return;
  if (sampled_width(r, n) + 1 < bit_length((static_cast<std::uint64_t>(range.highest) - p.base))) plan_patches(r, n, p);
}

/// The least costly way to write x[0..n), among the given transforms; leaves its residuals in r.
inline integer_plan plan_integers(const std::uint64_t* x, std::size_t n, transform_set allowed,
                                  std::uint64_t* r) noexcept {
  // First what a sample promises for each, then all of the work for those that come near the best promise. Values
  // as they are get a wider margin, for others have to save their handicap.
  integer_plan plans[4];
  residual_range ranges[4];
  std::size_t promised[4] = {SIZE_MAX, SIZE_MAX, SIZE_MAX, SIZE_MAX};  // half bits a value
  std::size_t least = SIZE_MAX;
  transform current = transform::none;  // whose residuals r holds
  const bool alone = std::has_single_bit(allowed);
  for (unsigned t = 0; t < 4; ++t) {
    if ((allowed >> t & 1) == 0) continue;
    plans[t].how = current = static_cast<transform>(t);
    make_residuals(x, n, plans[t], r);
    ranges[t] = range_of(r, n);
    const unsigned width = width_of(ranges[t]);
    promised[t] = width == 0 || alone ? 0 : min_of(2 * width, 2 * sampled_width(r, n) + 3);
    least = min_of(least, promised[t]);
    if (width == 0) break;
  }
  const integer_plan* best = nullptr;
  std::size_t best_cost = SIZE_MAX;
  for (unsigned t = 0; t < 4; ++t) {
    const std::size_t margin = t == 0 ? 4 : 2;
    if (promised[t] == SIZE_MAX || promised[t] > least + margin) continue;
    if (current != plans[t].how) make_residuals(x, n, plans[t], r);
    current = plans[t].how;
    plan_residuals(r, n, ranges[t], plans[t]);
    std::size_t cost = plans[t].size;
    if (plans[t].how == transform::delta || plans[t].how == transform::second_difference) cost += handicap(n, cost);
    if (cost < best_cost) {
      best_cost = cost;
      best = &plans[t];
    }
  }
  if (current != best->how) {
    integer_plan again;
    again.how = best->how;
    make_residuals(x, n, again, r);
  }
  return *best;
}

// Where codes lie above `most`, in ascending order; gives how many do.
inline std::size_t positions_above(const std::uint64_t* codes, std::size_t n, std::uint64_t most,
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

/// Writes the planned stream of residuals r: exactly plan.size bytes.
inline void write_integers(const std::uint64_t* r, std::size_t n, const integer_plan& p, byte_writer& out) noexcept {
  unsigned flags = static_cast<unsigned>(p.how);
  if (p.divisor != 1) flags |= flag_divisor;
  if (p.patches != 0) flags |= flag_patches;
  out.u8(flags);
  out.u8(p.width);
  out.signed_varint(p.base);
  if (p.divisor != 1) out.varint(p.divisor);
  if (p.how == transform::delta || p.how == transform::second_difference) out.signed_varint(p.first);
  if (p.how == transform::linear || p.how == transform::second_difference) out.signed_varint(p.slope);

  if (p.width == 0 && p.patches == 0) return;
  std::uint64_t codes[max_block_values];
  const std::uint64_t base = p.base;
  for (std::size_t i = 0; i < n; ++i) codes[i] = r[i] - base;  // must be vectorised
  if (p.patches != 0) {
    const code_window window(p);
    const exact_division by(p.divisor);
    std::uint64_t positions[max_block_values];
    std::uint64_t values[max_block_values];
    const std::size_t count = positions_above(codes, n, window.most, positions);
    for (std::size_t k = 0; k < count; ++k) {
      std::uint64_t& code = codes[positions[k]];
      values[k] = zigzag(by.of_signed(code));
      code = 0;
    }
    out.varint(count - 1);
    out.u8(p.patch_width);
    pack(positions, count, position_bits, out.take(packed_size(count, position_bits)));
    pack(values, count, p.patch_width, out.take(packed_size(count, p.patch_width)));
  }
  if (p.divisor != 1) {
    const exact_division by(p.divisor);
    for (std::size_t i = 0; i < n; ++i) codes[i] = by.of(codes[i]);  // must be vectorised
  }
  pack(codes, n, p.width, out.take(packed_size(n, p.width)));
}

}  // namespace detail::codec
}  // namespace v0
}  // namespace slotted
