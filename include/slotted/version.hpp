// slotted: the one place where the version stands; CMakeLists.txt reads it from here.
// SPDX-License-Identifier: MIT
#pragma once

// Every header reads this one before any other of the library.
#if defined(_MSVC_LANG) ? _MSVC_LANG < 202002L : __cplusplus < 202002L
#error slotted needs C++20: compile with -std=c++20 or a later standard (MSVC: /std:c++20)
#include <-std=c++20>  // there is no such file: it ends the compilation, where thousands of errors would follow
#endif

/// Compact fixed-field records, and containers for millions of them under a byte budget.
namespace slotted {
inline namespace v0 {  // the ABI version: part of every mangled name, so that two layouts never meet in one program

/// The first number of the version; while it is 0, a new second one may change the interface.
inline constexpr int version_major = 0;
/// The second number of the version.
inline constexpr int version_minor = 1;
/// The third number of the version.
inline constexpr int version_patch = 0;

}  // namespace v0
}  // namespace slotted
