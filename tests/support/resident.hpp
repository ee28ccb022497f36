// slotted tests: the system's own count of this process's memory.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <fstream>
#include <limits>
#include <stdexcept>
#include <string>

namespace slotted::test {

// VmRSS in bytes. The kernel adds up per-thread counts lazily before Linux 6.2: a difference below 256 KiB says little.
inline std::size_t resident_bytes() {
  std::ifstream in("/proc/self/smaps_rollup");
  for (std::string word; in >> word;) {
    if (word != "Rss:") continue;
    std::size_t kib = 0;
    if (in >> kib) return kib * 1024;
  }
  throw std::runtime_error("/proc/self/smaps_rollup tells no Rss");
}

}  // namespace slotted::test
