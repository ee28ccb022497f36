// slotted demo: what the program holds through operator new.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

namespace demo {

/// Bytes that operator new has handed out and not got back, as the allocator takes them from its heap: rounded up, and
/// with its own head before each block, where the C library says so (glibc), else as they were asked for.
struct heap_count {
  std::size_t bytes = 0;
  std::size_t peak = 0;
};

heap_count heap_in_use() noexcept;

/// Makes the peak start again from what is in use now.
void restart_heap_peak() noexcept;

}  // namespace demo
