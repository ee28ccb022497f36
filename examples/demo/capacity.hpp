// slotted demo: how many points a limit holds, and what happens at the limit.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "process.hpp"
#include "representation.hpp"

namespace demo {

struct capacity {
  const representation* of = nullptr;
  std::size_t limit_bytes = 0;
  std::uint64_t points = 0;                   // that were in when it failed, or that it held while it went on
  bool died = false;                          // the process did not survive it
  std::string how;                            // it failed, in a few words
  std::string message;                        // of the exception
  std::optional<std::size_t> resident_bytes;  // growth, at the limit
  bool reads_on = false;                      // every point is still there and right
  bool takes_another = false;                 // after some were erased, or given up
  bool process_lives = false;                 // the rest of the program can still allocate 64 KiB
};

/// Inserts until it fails, or, where it evicts, until it has given up half as many points as it holds: ours under a
/// memory_budget of `limit` bytes, the others with the process limited to `limit` bytes more than it holds at its
/// start. Each in a process of its own.
capacity fill_to_limit(const representation& which, const telemetry& source, std::size_t limit);

}  // namespace demo
