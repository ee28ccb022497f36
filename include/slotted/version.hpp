// slotted: the one place where the version stands; CMakeLists.txt reads it from here.
// SPDX-License-Identifier: MIT
#pragma once

namespace slotted {
inline namespace v0 {  // the ABI version: part of every mangled name, so that two layouts never meet in one program

inline constexpr int version_major = 0;
inline constexpr int version_minor = 1;
inline constexpr int version_patch = 0;

}  // namespace v0
}  // namespace slotted
