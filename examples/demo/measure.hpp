// slotted demo: what a number of points costs in each representation.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "process.hpp"
#include "representation.hpp"

namespace demo {

// Of fewer points than these a page more or less is much: then bytes a point are those of so many further points, and
// what the first ones cost besides is a figure of its own.
constexpr std::uint64_t enough_points = 100'000;

struct measurement {
  const representation* of = nullptr;
  std::uint64_t points = 0;
  bool complete = false;  // all the points are in, and what follows is measured
  bool verified = false;  // every value was read back and is the source's
  std::string failure;    // why it is not complete
  // Bytes a point: counted at operator new, and what the representation has from the system beside it; resident;
  // resident at the highest moment of filling.
  double heap = 0;
  std::optional<double> resident;
  std::optional<double> peak;
  std::optional<std::size_t> fixed_bytes;  // of fewer than enough_points: what they take beyond that many bytes a point
  double fill_seconds = 0;

  /// The figure that comparisons rest on: resident where the system tells it, else the heap's.
  double bytes_per_point() const { return resident.value_or(heap); }
};

/// Keeps a handful of points for a moment. It brings in the program's own pages, the C library's first arena and the
/// library's first region of address space: they are no points.
void warm_up(const representation& which, const telemetry& source);

/// Fills `which` with `points` points of the source in a process of its own, reads them back, and measures.
measurement measure(const representation& which, const telemetry& source, std::uint64_t points,
                    const checksum& expected);

}  // namespace demo
