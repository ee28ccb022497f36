// slotted demo: fill, weigh, read back.
// SPDX-License-Identifier: MIT
#include "measure.hpp"

#include <chrono>
#include <limits>

#include "heap_count.hpp"

namespace demo {
namespace {

// What the two processes share.
struct weighing {
  std::uint64_t inserted = 0;
  bool complete = false;
  bool verified = false;
  bool has_resident = false;
  bool has_peak = false;
  std::size_t heap = 0;
  std::size_t resident = 0;
  std::size_t peak = 0;
  double seconds = 0;
  shared_text failure;
};

std::size_t growth(std::size_t after, std::size_t before) { return after > before ? after - before : 0; }

void weigh(const representation& which, const telemetry& source, std::uint64_t points, const checksum& expected,
           weighing& result) {
  warm_up(which, source);
  // The host must survive a representation that does not fit into it.
  if (const auto available = available_bytes()) limit_growth(*available / 10 * 9);
  restart_resident_peak();
  const auto resident_before = resident_bytes();
  const std::size_t heap_before = heap_in_use().bytes;

  slotted::memory_budget unlimited{std::numeric_limits<std::size_t>::max()};
  auto filled = which.make(unlimited);
  point_stream stream(source);
  const auto begin = std::chrono::steady_clock::now();
  for (; result.inserted < points; ++result.inserted) filled->insert(stream.next());
  filled->settle();
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();

  result.heap = growth(heap_in_use().bytes, heap_before) + filled->bytes_beside_heap();
  const auto resident = resident_bytes();
  const auto peak = resident_peak_bytes();
  if (resident && resident_before) {
    result.resident = growth(*resident, *resident_before);
    result.has_resident = true;
    if (peak) result.peak = growth(*peak, *resident_before);
    result.has_peak = peak.has_value();
  }

  checksum sum;
  filled->for_each([&sum](const point& each) { sum.add(each); });
  result.verified = sum == expected;
  result.complete = true;
  leave_to_the_system(which, std::move(filled));
}

}  // namespace

void warm_up(const representation& which, const telemetry& source) {
  slotted::memory_budget unlimited{std::numeric_limits<std::size_t>::max()};
  {
    const auto few = which.make(unlimited);
    const point first = point_stream(source).next();
    for (int i = 0; i < 64; ++i) few->insert(first);
    checksum sum;
    few->for_each([&sum](const point& each) { sum.add(each); });
  }
  return_freed_memory();
}

measurement measure(const representation& which, const telemetry& source, std::uint64_t points,
                    const checksum& expected) {
  weighing result;
  const job_end end = run_apart<weighing>(result, [&](weighing& shared) {
    try {
      weigh(which, source, points, expected, shared);
    } catch (const std::exception& problem) {
      shared.failure = problem.what();
    }
  });

  measurement out;
  out.of = &which;
  out.points = points;
  out.complete = result.complete && end.returned;
  out.verified = out.complete && result.verified;
  if (!out.complete) {
    out.failure =
        (end.returned ? result.failure.str() : describe(end)) + " after " + std::to_string(result.inserted) + " points";
  }
  out.heap_bytes = result.heap;
  if (result.has_resident) out.resident_bytes = result.resident;
  if (result.has_peak) out.peak_bytes = result.peak;
  out.fill_seconds = result.seconds;
  return out;
}

}  // namespace demo
