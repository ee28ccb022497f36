// slotted demo: fill until it fails, then see what still works.
// SPDX-License-Identifier: MIT
#include "capacity.hpp"

#include <new>

#include "measure.hpp"

namespace demo {
namespace {

// What the two processes share; `points` counts on while filling, so that a death leaves it behind.
struct filling {
  std::uint64_t points = 0;
  bool failed = false;
  bool refused = false;
  bool evicted = false;
  bool limited = true;
  bool has_resident = false;
  bool reads_on = false;
  bool takes_another = false;
  bool process_lives = false;
  std::size_t resident = 0;
  shared_text message;
};

// What it had to give up it has shown before.
bool accounts_for_the_first(const store& filled, const telemetry& source, std::uint64_t count) {
  checksum sum;
  filled.for_each([&sum](const point& each) { sum.add(each); });
  const bool held = filled.size() == sum.count();
  sum.add(filled.given_up());
  return held && sum == checksum_of_source(source, count);
}

bool can_allocate() {
  try {
    // Through the function, not the expression: a compiler may leave out a new whose memory nobody looks at.
    ::operator delete(::operator new(std::size_t{64} << 10U));
    return true;
  } catch (const std::bad_alloc&) {
    return false;
  }
}

void fill(const representation& which, const telemetry& source, std::size_t limit, filling& result) {
  warm_up(which, source);
  const auto resident_before = resident_bytes();
  slotted::memory_budget budget{limit};
  if (!which.ours && !limit_growth(limit)) {
    result.limited = false;
    return;
  }
  auto filled = which.make(budget);
  point_stream stream(source);
  std::uint64_t enough = limit / which.fewest_bytes + 1'000;
  const auto has_shown_it = [&] { return which.evicts && filled->given_up().count() > filled->size() / 2; };
  if (which.evicts) enough *= 64;  // compressed points may take a fraction of a byte
  try {
    for (; result.points < enough && !has_shown_it(); ++result.points) filled->insert(stream.next());
  } catch (const slotted::budget_exceeded& refusal) {
    result.failed = result.refused = true;
    result.message = refusal.what();
  } catch (const std::exception& problem) {
    result.failed = true;
    result.message = problem.what();
  }
  result.evicted = filled->given_up().count() != 0;
  if (!result.failed && !result.evicted) return;

  const auto resident = resident_bytes();
  if (resident && resident_before && *resident > *resident_before) {
    result.resident = *resident - *resident_before;
    result.has_resident = true;
  }
  result.process_lives = can_allocate();
  result.reads_on = accounts_for_the_first(*filled, source, result.points);
  try {
    filled->erase_some();
    const std::uint64_t left = filled->size() + filled->given_up().count();
    filled->insert(stream.next());
    result.takes_another =
        (result.evicted || left < result.points) && filled->size() + filled->given_up().count() == left + 1;
  } catch (const std::bad_alloc&) {
    result.takes_another = false;
  }
  if (result.evicted) result.points = filled->size();
  leave_to_the_system(which, std::move(filled));
}

}  // namespace

capacity fill_to_limit(const representation& which, const telemetry& source, std::size_t limit) {
  filling result;
  const job_end end = run_apart<filling>(result, [&](filling& shared) { fill(which, source, limit, shared); });

  capacity out;
  out.of = &which;
  out.limit_bytes = limit;
  out.points = result.points;
  out.died = !end.returned;
  if (out.died) {
    out.how = describe(end);
  } else if (result.evicted && !result.failed) {
    out.how = "evicts the oldest, goes on";
  } else if (!result.failed) {
    out.how = result.limited ? "did not fail" : "cannot be limited here";
  } else {
    out.how = result.refused ? "refuses: budget_exceeded" : "throws " + result.message.str();
  }
  out.message = result.message.str();
  if (result.has_resident) out.resident_bytes = result.resident;
  out.reads_on = result.reads_on;
  out.takes_another = result.takes_another;
  out.process_lives = result.process_lives;
  return out;
}

}  // namespace demo
