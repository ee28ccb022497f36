// slotted demo: the reference program, in C++.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace demo {

/// 100,000 points DataPoint(i * 1.0, i * 2.0, i, "sensor_" + i % 10), kept in one way.
struct reference_row {
  std::string name;
  std::uint64_t instances = 0;
  std::size_t size_of_one = 0;  // as sizeof tells it
  std::size_t true_bytes = 0;   // of all: what operator new gave out, and what the footprint says
  bool accepts_new_attribute = false;
  std::string new_attribute;  // what the attempt to set it came to

  std::size_t told_bytes() const { return size_of_one * static_cast<std::size_t>(instances); }
};

struct reference_program {
  std::vector<reference_row> rows;
  std::string compiler_says;  // of p.get<"new_attribute">() on a record; from the compiler that built this
};

reference_program run_reference_program();

}  // namespace demo
