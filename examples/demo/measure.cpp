// slotted demo: fill, weigh, read back.
// SPDX-License-Identifier: MIT
#include "measure.hpp"

#include <algorithm>
#include <chrono>
#include <limits>

#include "heap_count.hpp"

namespace demo {
namespace {

// The bytes that the process has more than when it was first asked.
struct weight {
  std::size_t heap = 0;
  std::size_t resident = 0;
  std::size_t peak = 0;
};

// What the two processes share.
struct weighing {
  std::uint64_t inserted = 0;
  bool complete = false;
  bool verified = false;
  bool has_resident = false;
  bool has_peak = false;
  weight all;   // the points that were asked for
  weight more;  // and enough_points more, where they were fewer
  double seconds = 0;
  shared_text failure;
};

std::size_t growth(std::size_t after, std::size_t before) { return after > before ? after - before : 0; }

class scales {
 public:
  scales() {
    restart_resident_peak();
    resident_ = resident_bytes();
    heap_ = heap_in_use().bytes;
  }

  weight weigh(const store& filled, weighing& result) const {
    weight now;
    now.heap = growth(heap_in_use().bytes, heap_) + filled.bytes_beside_heap();
    const auto resident = resident_bytes();
    const auto peak = resident_peak_bytes();
    result.has_resident = resident && resident_;
    result.has_peak = result.has_resident && peak;
    if (result.has_resident) now.resident = growth(*resident, *resident_);
    if (result.has_peak) now.peak = growth(*peak, *resident_);
    return now;
  }

 private:
  std::optional<std::size_t> resident_;
  std::size_t heap_ = 0;
};

void weigh(const representation& which, const telemetry& source, std::uint64_t points, const checksum& expected,
           weighing& result) {
  warm_up(which, source);
  // The host must survive a representation that does not fit into it.
  if (const auto available = available_bytes()) limit_growth(*available / 10 * 9);
  const scales before;

  slotted::memory_budget unlimited{std::numeric_limits<std::size_t>::max()};
  auto filled = which.make(unlimited);
  point_stream stream(source);
  const auto begin = std::chrono::steady_clock::now();
  for (; result.inserted < points; ++result.inserted) filled->insert(stream.next());
  filled->settle();
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  result.all = before.weigh(*filled, result);

  checksum sum;
  filled->for_each([&sum](const point& each) { sum.add(each); });
  result.verified = sum == expected;
  if (points < enough_points) {
    restart_resident_peak();
    for (std::uint64_t i = 0; i < enough_points; ++i) filled->insert(stream.next());
    filled->settle();
    result.more = before.weigh(*filled, result);
  }
  result.complete = true;
  leave_to_the_system(which, std::move(filled));
}

// Bytes a point, and what does not grow with their number.
void take_figures(const weighing& result, measurement& out) {
  const bool few = out.points < enough_points;
  const double points = static_cast<double>(few ? enough_points : out.points);
  const auto each = [few, points](std::size_t all, std::size_t more) {
    return static_cast<double>(few ? growth(more, all) : all) / points;
  };
  out.heap = each(result.all.heap, result.more.heap);
  if (result.has_resident) out.resident = each(result.all.resident, result.more.resident);
  if (result.has_peak) out.peak = few ? each(result.all.resident, result.more.peak) : each(result.all.peak, 0);
  if (!few) return;
  const double taken = static_cast<double>(result.has_resident ? result.all.resident : result.all.heap);
  out.fixed_bytes =
      static_cast<std::size_t>(std::max(0.0, taken - out.bytes_per_point() * static_cast<double>(out.points)));
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
  take_figures(result, out);
  out.fill_seconds = result.seconds;
  return out;
}

}  // namespace demo
