// slotted: which residuals of an integer stream are left to patches.
// SPDX-License-Identifier: MIT
#pragma once

#include <slotted/algorithm.hpp>
#include <slotted/codec/integer_plan.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail::codec {

// What lies within a window of residuals, as distances from its low end, and how much lies outside.
struct window_contents {
  std::int64_t nearest = INT64_MAX;
  std::int64_t furthest = -1;
  std::size_t outside = 0;
};

// Preconditions: span < 2^63.
struct contents_kernel {
  using seldom = void;
  template <isa>
  [[gnu::always_inline]] static window_contents run(const std::uint64_t* r, std::size_t n, std::uint64_t lowest,
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
    return {nearest, furthest, number_cast<std::size_t>(outside)};
  }
};

// What lies outside a window of codes: how much, and how far on either side.
struct outside_window {
  std::uint64_t count;
  std::int64_t furthest_above;
  std::int64_t furthest_below;  // less one, for there may be none for INT64_MIN itself
};
struct outside_kernel {
  using seldom = void;
  template <isa>
  [[gnu::always_inline]] static outside_window run(const std::uint64_t* r, std::size_t n, std::uint64_t base,
                                                   std::uint64_t most) noexcept {
    std::uint64_t count = 0;
    std::int64_t furthest_above = 0;
    std::int64_t furthest_below = -1;
    for (std::size_t i = 0; i < n; ++i) {  // must be vectorised
      const std::uint64_t away = r[i] - base;
      const std::uint64_t outside = away > most ? ~std::uint64_t{0} : 0;
      const auto signed_away = static_cast<std::int64_t>(away & outside);
      count -= outside;
      furthest_above = signed_away > furthest_above ? signed_away : furthest_above;
      furthest_below = ~signed_away > furthest_below ? ~signed_away : furthest_below;
    }
    return {count, furthest_above, furthest_below};
  }
};

// Narrows a plan by leaving outliers to patches: the window of codes around a pivot that costs least. Found from a
// sample, then counted out.
//
// Preconditions: no two residuals are further apart than `range_width` bits.
[[gnu::noinline]] inline void plan_patches(const std::uint64_t* r, std::size_t n, unsigned range_width,
                                           integer_plan& p) noexcept {
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
  const std::size_t used = range_width + 2;  // of each side; the rest need not be cleared
  std::uint16_t counts[4][sides];
  for (auto& place : counts) {
    std::memset(place, 0, used * sizeof *place);
    std::memset(place + sides / 2, 0, used * sizeof *place);
  }
  const std::size_t step = n < 320 ? 1 : 5;  // no power of two, which columns may well have as a period
  std::size_t sampled = 0;
  for (std::size_t i = 0; i < n; i += step, ++sampled) {
    const std::uint64_t away = r[i] - pivot;
    const bool under = static_cast<std::int64_t>(r[i]) < static_cast<std::int64_t>(pivot);
    ++counts[sampled % 4][(under ? sides / 2 : 0) + bit_length(under ? 0 - away : away)];
  }
  for (const std::size_t side : {std::size_t{0}, sides / 2}) {
    for (std::size_t k = side; k < side + used; ++k) {
      counts[0][k] = static_cast<std::uint16_t>(counts[0][k] + counts[1][k] + counts[2][k] + counts[3][k]);
    }
  }
  std::uint16_t* const above = counts[0];
  std::uint16_t* const below = counts[0] + sides / 2;
  std::uint16_t so_far_above = 0;
  std::uint16_t so_far_below = 0;
  for (std::size_t k = used; k-- > 0;) {  // from here on: k bits away or more
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
  const window_contents found = codec::run<contents_kernel>(r, n, lowest, highest - lowest);
  if (found.furthest < 0 || found.outside == 0) return;
  integer_plan patched = p;
  patched.base = lowest + static_cast<std::uint64_t>(found.nearest);
  patched.width = bit_length(static_cast<std::uint64_t>(found.furthest - found.nearest) / p.divisor);
  const code_window codes(patched);
  const outside_window outside = codec::run<outside_kernel>(r, n, codes.base, codes.most);
  if (outside.count == 0) return;
  const std::uint64_t up = static_cast<std::uint64_t>(outside.furthest_above) / p.divisor;
  const std::uint64_t down = (static_cast<std::uint64_t>(outside.furthest_below) + 1) / p.divisor;
  patched.patches = number_cast<std::size_t>(outside.count);
  patched.patch_width = bit_length(zigzag(up) | zigzag(0 - down));
  patched.size = planned_size(patched, n);
  if (patched.size < p.size) p = patched;
}

}  // namespace detail::codec
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
