// slotted: which instructions a kernel of the codec is compiled for, and the choice among them at run time.
// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstddef>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail::codec {

// A kernel is a struct with a static function template run<isa>, which is always inlined into one of the three
// functions below. On x86-64 two of these are compiled for more than the processor that the program is built for, and
// the best that the machine has is taken: two comparisons, for an indirect call would cost more. Every level gives the
// same bytes. Elsewhere, and where the program is built for AVX-512 anyway, there is the baseline alone: whatever the
// compiler makes of the flags it is given. Any thread may run kernels.
enum class isa : unsigned char {
  unknown,
  baseline,  // what the program is built for
  v3,        // AVX2, BMI, FMA: x86-64-v3, but for lzcnt, which not every compiler can test for
  v4,        // AVX-512 F, BW, DQ and VL: x86-64-v4
};

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__AVX512F__)
inline constexpr bool dispatches = true;

// g++ -O2 would vectorise loops of a constant count alone.
#if defined(__clang__)
#define SLOTTED_DETAIL_KERNEL_TARGET(features) [[gnu::noinline, gnu::target(features)]]
#else
#define SLOTTED_DETAIL_KERNEL_TARGET(features) \
  [[gnu::noinline, gnu::target(features), gnu::optimize("vect-cost-model=dynamic")]]
#endif

[[gnu::cold, gnu::noinline]] inline isa supported_isa() noexcept {
  __builtin_cpu_init();
  const bool v3 = __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("bmi") != 0 &&
                  __builtin_cpu_supports("bmi2") != 0 && __builtin_cpu_supports("fma") != 0 &&
                  __builtin_cpu_supports("popcnt") != 0;
  const bool v4 = __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
                  __builtin_cpu_supports("avx512dq") != 0 && __builtin_cpu_supports("avx512vl") != 0;
  return !v3 ? isa::baseline : !v4 ? isa::v3 : isa::v4;
}

inline constinit std::atomic<isa> chosen_isa{isa::unknown};

inline isa best_isa() noexcept {
  isa best = chosen_isa.load(std::memory_order_relaxed);
  if (best == isa::unknown) [[unlikely]]
    chosen_isa.store(best = supported_isa(), std::memory_order_relaxed);
  return best;
}

// For tests: takes no more than `most` from here on, nor more than there is. Returns: what is taken.
inline isa limit_isa(isa most) noexcept {
  const isa supported = supported_isa();
  const isa taken = most < supported ? most : supported;
  chosen_isa.store(taken, std::memory_order_relaxed);
  return taken;
}

// What says `using seldom = void` is not compiled for AVX-512: it would cost every user's compilation more than it
// saves.
template <typename T>
concept seldom_run = requires { typename T::seldom; };

template <typename Kernel, typename... Args>
SLOTTED_DETAIL_KERNEL_TARGET("avx2,bmi,bmi2,fma,popcnt")
inline auto run_v3(Args... args) noexcept {
  return Kernel::template run<isa::v3>(args...);
}
template <typename Kernel, typename... Args>
SLOTTED_DETAIL_KERNEL_TARGET("avx2,bmi,bmi2,fma,popcnt,avx512f,avx512bw,avx512dq,avx512vl")
inline auto run_v4(Args... args) noexcept {
  return Kernel::template run<isa::v4>(args...);
}
#undef SLOTTED_DETAIL_KERNEL_TARGET
#else
inline constexpr bool dispatches = false;
inline isa limit_isa(isa) noexcept { return isa::baseline; }
#endif

template <typename Kernel, typename... Args>
#if defined(__GNUC__)
[[gnu::noinline]]
#endif
inline auto run_baseline(Args... args) noexcept {
  return Kernel::template run<isa::baseline>(args...);
}

/// Runs a kernel, compiled for the best instructions that this processor has.
template <typename Kernel, typename... Args>
inline auto run(Args... args) noexcept {
  if constexpr (dispatches) {
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__AVX512F__)
    const isa best = best_isa();
    if constexpr (seldom_run<Kernel> || (seldom_run<Args> || ...)) {
      if (best >= isa::v3) return run_v3<Kernel>(args...);
    } else {
      if (best == isa::v4) return run_v4<Kernel>(args...);
      if (best == isa::v3) return run_v3<Kernel>(args...);
    }
#endif
  }
  return run_baseline<Kernel>(args...);
}

}  // namespace detail::codec
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
