// slotted: the exception for bytes that are not a block, or need a dictionary that was not passed.
// SPDX-License-Identifier: MIT
#pragma once

#include <slotted/version.hpp>

#include <stdexcept>
#if !defined(__cpp_exceptions)
#include <cstdio>
#include <cstdlib>
#endif

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {

/// Thrown when bytes handed to a decoder are not what an encoder wrote.
struct corrupt_block : std::runtime_error {
  using std::runtime_error::runtime_error;
};

namespace detail::codec {

// Out of line and cold, so that a decoder carries a call and not the making of an exception.
#if defined(__GNUC__)
[[gnu::cold, gnu::noinline]]
#endif
[[noreturn]] inline void
throw_corrupt_block(const char* what) {
#if defined(__cpp_exceptions)
  throw corrupt_block(what);
#else
  std::fputs(what, stderr);
  std::abort();
#endif
}

}  // namespace detail::codec
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
