// slotted benchmarks: the compiler that made the program.
// SPDX-License-Identifier: MIT
#pragma once

namespace bench {

inline constexpr const char* compiler =
#if defined(__clang__)
    "clang " __clang_version__;
#else
    "gcc " __VERSION__;
#endif

}  // namespace bench
