// slotted: how an integer stream is best written: which transform, width, divisor and patches.
// SPDX-License-Identifier: MIT
#pragma once

#include <slotted/codec/patch_plan.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail::codec {

// Up to so many values, each transform is evaluated exactly; of more, only those that a sample speaks for.
inline constexpr std::size_t few_values = 256;

// Sets width, base and divisor for residuals of a range, without patches; divisor() works out what they have in common.
template <typename Divisor>
inline void plan_codes(std::size_t n, residual_range range, Divisor divisor, integer_plan& p) noexcept {
  p.base = static_cast<std::uint64_t>(range.lowest);
  p.width = width_of(range);
  p.divisor = 1;
  p.patches = p.patch_width = 0;
  // A range beyond 62 bits would not leave room for signs in the arithmetic of divided patches.
  if (p.width > 1 && p.width <= 62) {
    p.divisor = divisor();
    if (p.divisor != 1) p.width = bit_length((static_cast<std::uint64_t>(range.highest) - p.base) / p.divisor);
  }
  p.size = planned_size(p, n);
}

// Narrows a plan by patches, if a sample shows that they may pay.
inline void try_patches(const std::uint64_t* r, std::size_t n, residual_range range, integer_plan& p) noexcept {
  if (p.width < 2 || n < 8) return;
  const unsigned range_width = width_of(range);
  // The count, the width, the position and the value of a single patch take five bytes at least.
  const bool very_few = n < 16;
  std::size_t as_first = 0;
  for (std::size_t i = 0; very_few && i < n; ++i) as_first += r[i] == r[0];
  if (as_first * 2 >= n) {
    // Half of few are one number, and a sample of them says nothing.
  } else if (!very_few || range_width <= 40) {
    const unsigned sampled = sampled_width(r, n);
    if (sampled + 1 >= range_width || (very_few && n * (range_width - sampled) <= 40)) return;
  }
  plan_patches(r, n, range_width, p);
}

// Width, base, divisor and patches for given residuals.
inline void plan_residuals(const std::uint64_t* r, std::size_t n, residual_range range, integer_plan& p) noexcept {
  plan_codes(n, range, [&] { return common_divisor(r, n, range); }, p);
  try_patches(r, n, range, p);
}

inline std::size_t cost_of(const integer_plan& p, std::size_t n) noexcept {
  return is_running(p.how) ? p.size + handicap(n, p.size) : p.size;
}

// The ranges of the values, of their differences and of their second differences.
struct difference_ranges {
  residual_range of[3] = {};  // by how many times they are subtracted
};

struct difference_ranges_kernel {
  template <isa>
  [[gnu::always_inline]] static difference_ranges run(const std::uint64_t* x, std::size_t n,
                                                      bool with_second) noexcept {
    difference_ranges found;
    found.of[0] = of<0>(x, n);
    if (n > 1) found.of[1] = of<1>(x, n);
    if (with_second && n > 2) found.of[2] = of<2>(x, n);
    return found;
  }

 private:
  template <std::size_t times>
  [[gnu::always_inline]] static std::int64_t at(const std::uint64_t* x, std::size_t i) noexcept {
    if constexpr (times == 0) return static_cast<std::int64_t>(x[i]);
    if constexpr (times == 1) return static_cast<std::int64_t>(x[i] - x[i - 1]);
    if constexpr (times == 2) return static_cast<std::int64_t>(x[i] - 2 * x[i - 1] + x[i - 2]);
  }
  template <std::size_t times>
  [[gnu::always_inline]] static residual_range of(const std::uint64_t* x, std::size_t n) noexcept {
    std::int64_t lowest = at<times>(x, times);
    std::int64_t highest = lowest;
    for (std::size_t i = times; i < n; ++i) {  // must be vectorised
      const std::int64_t v = at<times>(x, i);
      lowest = v < lowest ? v : lowest;
      highest = v > highest ? v : highest;
    }
    return {lowest, highest};
  }
};

// plan_integers for up to few_values values.
class few_integers_search {
 public:
  few_integers_search(const std::uint64_t* x, std::size_t n, transform_set allowed, std::uint64_t* r) noexcept
      : x_(x),
        n_(n),
        allowed_(allowed),
        ranges_(codec::run<difference_ranges_kernel>(x, n, (allowed & set_of(transform::second_difference)) != 0)),
        r_(r) {}

  integer_plan best() noexcept {
    for (const transform t : {transform::none, transform::delta, transform::second_difference}) {
      if (is_allowed(t)) take_if_less(without_residuals(t));
    }
    try_line();
    if (!have_line_) make_residuals(x_, n_, best_, r_);
    if (best_.width == 0 || n_ < 8) return best_;
    try_patches(r_, n_, best_.how == transform::linear ? line_ : range_of(best_.how), best_);
    cost_ = cost_of(best_, n_);
    if (cost_ < 16) return best_;  // another transform and its patches take as much
    const transform chosen = best_.how;
    for (const transform t : {transform::none, transform::delta, transform::linear, transform::second_difference}) {
      if (t != chosen && is_allowed(t)) try_patched(t);
    }
    return best_;
  }

 private:
  bool is_allowed(transform t) const noexcept { return (allowed_ & set_of(t)) != 0; }

  residual_range range_of(transform t) const noexcept {
    return ranges_.of[t == transform::none ? 0 : t == transform::delta ? 1 : 2];
  }

  // A plan by the range and what the residuals have in common.
  integer_plan without_residuals(transform t) const noexcept {
    integer_plan p;
    p.how = t;
    if (is_running(t)) p.first = x_[0];
    if (t == transform::second_difference) p.slope = n_ > 1 ? x_[1] - x_[0] : 0;
    const std::uint64_t* const x = x_;
    const std::size_t n = n_;
    const residual_range range = range_of(t);
    plan_codes(
        n, range,
        [=] {
          if (t == transform::delta) return divisor_of([=](std::size_t i) { return x[i + 1] - x[i]; }, n - 1, range);
          if (t == transform::second_difference)
            return divisor_of([=](std::size_t i) { return x[i + 2] - 2 * x[i + 1] + x[i]; }, n - 2, range);
          return divisor_of([=](std::size_t i) { return x[i]; }, n, range);
        },
        p);
    return p;
  }

  // What `count` residuals, less the lowest, are a multiple of.
  template <typename Residual>
  static std::uint64_t divisor_of(Residual residual, std::size_t count, residual_range range) noexcept {
    const auto lowest = static_cast<std::uint64_t>(range.lowest);
    std::uint64_t divisor = static_cast<std::uint64_t>(range.highest) - lowest;
    for (std::size_t i = 0; i < count && divisor != 1;) {
      divisor = gcd(divisor, residual(i) - lowest);
      if (divisor == 1) break;
      const exact_division by(divisor);
      while (i < count && by.divides(residual(i) - lowest)) ++i;
    }
    return divisor;
  }

  bool take_if_less(const integer_plan& p) noexcept {
    const std::size_t cost = cost_of(p, n_);
    if (cost >= cost_) return false;
    cost_ = cost;
    best_ = p;
    return true;
  }

  // What remains beside a line spans at least half of what differences do: often that alone says that it does not pay.
  void try_line() noexcept {
    if (!is_allowed(transform::linear)) return;
    const bool alone = cost_ == SIZE_MAX;
    if (!alone && (width_of(ranges_.of[1]) > best_.width + 1 || best_.width < 2)) return;
    integer_plan p;
    p.how = transform::linear;
    make_residuals(x_, n_, p, r_);
    line_ = detail::codec::range_of(r_, n_);
    plan_codes(n_, line_, [&] { return common_divisor(r_, n_, line_); }, p);
    have_line_ = take_if_less(p);
  }

  void try_patched(transform t) noexcept {
    constexpr std::size_t least_overhead = 3 + 5;  // of the stream, and of a patch
    const auto cannot_pay = [&](unsigned sampled) {
      const unsigned divided = bit_length(best_.divisor) - 1;  // it may divide these residuals, too
      return least_overhead + packed_size(n_, sampled > divided ? sampled - divided : 0) >= cost_;
    };
    const bool line = t == transform::linear;
    if (cannot_pay(line && sampled_rises_ != 0 ? sampled_rises_ - 1 : 0)) return;  // rises take a bit more at most
    if (!line && width_of(range_of(t)) < 2) return;
    std::uint64_t residuals[few_values];
    integer_plan p;
    p.how = t;
    make_residuals(x_, n_, p, residuals);
    const residual_range range = line ? detail::codec::range_of(residuals, n_) : range_of(t);
    if (n_ >= 16 || width_of(range) <= 40) {
      const unsigned sampled = sampled_width(residuals, n_);
      if (t == transform::delta) sampled_rises_ = sampled;
      if (sampled + 1 >= width_of(range) || cannot_pay(sampled / 2)) return;  // more of them may be left to patches
    }
    plan_residuals(residuals, n_, range, p);
    if (take_if_less(p)) std::memcpy(r_, residuals, n_ * sizeof *r_);
  }

  const std::uint64_t* x_;
  std::size_t n_;
  transform_set allowed_;
  difference_ranges ranges_;
  std::uint64_t* r_;
  integer_plan best_;
  std::size_t cost_ = SIZE_MAX;
  residual_range line_{};
  unsigned sampled_rises_ = 0;  // the width of most differences, where it is known
  bool have_line_ = false;      // r_ holds the residuals of the line, which is the best so far
};

/// The least costly way to write x[0..n) as they are: they are their own residuals.
inline integer_plan plan_positional(const std::uint64_t* x, std::size_t n) noexcept {
  integer_plan p;
  plan_residuals(x, n, range_of(x, n), p);
  return p;
}

/// The least costly way to write x[0..n), among the given transforms; leaves its residuals in r.
inline integer_plan plan_integers(const std::uint64_t* x, std::size_t n, transform_set allowed,
                                  std::uint64_t* r) noexcept {
  if (n <= few_values) return few_integers_search(x, n, allowed, r).best();

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
    const std::size_t margin = t == 0 ? 6 : 4;
    if (promised[t] == SIZE_MAX || promised[t] > least + margin) continue;
    if (current != plans[t].how) make_residuals(x, n, plans[t], r);
    current = plans[t].how;
    plan_residuals(r, n, ranges[t], plans[t]);
    const std::size_t cost = cost_of(plans[t], n);
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

}  // namespace detail::codec
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
