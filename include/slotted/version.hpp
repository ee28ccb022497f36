// slotted: the one place where the version stands; CMakeLists.txt reads it from here.
// SPDX-License-Identifier: MIT
#pragma once

// Every header reads this one before any other of the library.
#if defined(_MSVC_LANG) ? _MSVC_LANG < 202002L : __cplusplus < 202002L
#error slotted needs C++20: compile with -std=c++20 or a later standard (MSVC: /std:c++20)
#include <-std=c++20>  // there is no such file: it ends the compilation, where thousands of errors would follow
#endif

// The name of the inline namespace around all of the library: the version of the ABI and, where a translation unit is
// compiled for more than the baseline of its processor, what more that is. It is part of every mangled name, so that
// neither two layouts nor functions of two sets of instructions meet in one program: a linker keeps one copy of an
// inline function, and a processor without its instructions might run it. Not for MSVC, whose debugger finds types by
// their whole names in slotted.natvis.
#if !defined(_MSC_VER)
#if defined(__SSE4_2__)
#define SLOTTED_DETAIL_SSE _sse42
#elif defined(__SSE4_1__)
#define SLOTTED_DETAIL_SSE _sse41
#elif defined(__SSSE3__)
#define SLOTTED_DETAIL_SSE _ssse3
#elif defined(__SSE3__)
#define SLOTTED_DETAIL_SSE _sse3
#elif defined(__SSE2__) && !defined(__x86_64__)
#define SLOTTED_DETAIL_SSE _sse2
#else
#define SLOTTED_DETAIL_SSE
#endif
#if defined(__POPCNT__)
#define SLOTTED_DETAIL_POPCNT _popcnt
#else
#define SLOTTED_DETAIL_POPCNT
#endif
#if defined(__AVX2__)
#define SLOTTED_DETAIL_AVX _avx2
#elif defined(__AVX__)
#define SLOTTED_DETAIL_AVX _avx
#else
#define SLOTTED_DETAIL_AVX
#endif
#if defined(__BMI__) && defined(__BMI2__)
#define SLOTTED_DETAIL_BMI _bmi
#elif defined(__BMI2__)
#define SLOTTED_DETAIL_BMI _bmi2
#elif defined(__BMI__)
#define SLOTTED_DETAIL_BMI _bmi1
#else
#define SLOTTED_DETAIL_BMI
#endif
#if defined(__LZCNT__)
#define SLOTTED_DETAIL_LZCNT _lzcnt
#else
#define SLOTTED_DETAIL_LZCNT
#endif
#if defined(__FMA__)
#define SLOTTED_DETAIL_FMA _fma
#elif defined(__FMA4__)
#define SLOTTED_DETAIL_FMA _fma4
#else
#define SLOTTED_DETAIL_FMA
#endif
#if defined(__MOVBE__) && defined(__F16C__)
#define SLOTTED_DETAIL_MOVE _moves
#elif defined(__MOVBE__)
#define SLOTTED_DETAIL_MOVE _movbe
#elif defined(__F16C__)
#define SLOTTED_DETAIL_MOVE _f16c
#else
#define SLOTTED_DETAIL_MOVE
#endif
#if defined(__AVX512VL__) && defined(__AVX512BW__) && defined(__AVX512DQ__) && defined(__AVX512CD__)
#define SLOTTED_DETAIL_AVX512 _avx512
#elif defined(__AVX512F__)
#define SLOTTED_DETAIL_AVX512 _avx512f
#else
#define SLOTTED_DETAIL_AVX512
#endif
#if defined(__AVX512VBMI2__) || defined(__AVX512VPOPCNTDQ__) || defined(__AVX512IFMA__)
#define SLOTTED_DETAIL_MORE _avx512more
#elif defined(__AVXVNNI__) || defined(__AVXIFMA__)
#define SLOTTED_DETAIL_MORE _avxmore
#else
#define SLOTTED_DETAIL_MORE
#endif
#if defined(__ARM_FEATURE_SVE2)
#define SLOTTED_DETAIL_ARM _sve2
#elif defined(__ARM_FEATURE_SVE)
#define SLOTTED_DETAIL_ARM _sve
#else
#define SLOTTED_DETAIL_ARM
#endif
#if defined(__ARM_FEATURE_ATOMICS)
#define SLOTTED_DETAIL_ATOMICS _lse
#else
#define SLOTTED_DETAIL_ATOMICS
#endif
#define SLOTTED_DETAIL_JOIN_ALL(a, b, c, d, e, f, g, h, i, j, k, l) a##b##c##d##e##f##g##h##i##j##k##l
#define SLOTTED_DETAIL_JOIN(...) SLOTTED_DETAIL_JOIN_ALL(__VA_ARGS__)
#define SLOTTED_DETAIL_ABI                                                                                   \
  SLOTTED_DETAIL_JOIN(v0, SLOTTED_DETAIL_SSE, SLOTTED_DETAIL_POPCNT, SLOTTED_DETAIL_AVX, SLOTTED_DETAIL_BMI, \
                      SLOTTED_DETAIL_LZCNT, SLOTTED_DETAIL_FMA, SLOTTED_DETAIL_MOVE, SLOTTED_DETAIL_AVX512,  \
                      SLOTTED_DETAIL_MORE, SLOTTED_DETAIL_ARM, SLOTTED_DETAIL_ATOMICS)
#else
#define SLOTTED_DETAIL_ABI v0
#endif

/// Compact fixed-field records, and containers for millions of them under a byte budget.
namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {

/// The first number of the version; while it is 0, a new second one may change the interface.
inline constexpr int version_major = 0;
/// The second number of the version.
inline constexpr int version_minor = 1;
/// The third number of the version.
inline constexpr int version_patch = 0;

}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
