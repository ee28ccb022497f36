// slotted: the one place where the version stands; CMakeLists.txt reads it from here.
// SPDX-License-Identifier: MIT
#pragma once

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
