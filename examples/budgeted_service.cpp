// slotted: a service that keeps what it can and never takes more than it may: refuse, recover, go on.
// SPDX-License-Identifier: MIT
#include <cstdint>
#include <cstdio>
#include <slotted/slotted.hpp>

namespace {

struct Reading {
  double value;
  std::int64_t timestamp;
  slotted::symbol<"host", std::uint8_t> host;
};

class service {
 public:
  explicit service(std::size_t limit_bytes) : budget_(limit_bytes), readings_(budget_) {}

  // The hard way: the caller hears of a full budget, and nothing has changed.
  void take(const Reading& reading) { readings_.insert(reading); }

  // The soft way: what is oldest makes room. One pass over the readings pays for as many as it forgets.
  bool take_or_forget(const Reading& reading) {
    if (readings_.try_insert(reading)) return true;
    const std::int64_t oldest_kept = reading.timestamp - static_cast<std::int64_t>(readings_.size() / 2);
    // noexcept: erase_if need not set anything aside for a predicate that throws, and asks a full budget for nothing.
    forgotten_ += readings_.erase_if([=](const Reading& each) noexcept { return each.timestamp < oldest_kept; });
    return readings_.try_insert(reading).has_value();
  }

  std::size_t size() const { return readings_.size(); }
  std::size_t forgotten() const { return forgotten_; }
  double newest() const {
    double value = 0;
    std::int64_t time = -1;
    readings_.for_each([&](const Reading& each) {
      if (each.timestamp > time) time = each.timestamp, value = each.value;
    });
    return value;
  }
  slotted::memory_budget& budget() { return budget_; }

 private:
  slotted::memory_budget budget_;  // in a container: slotted::memory_budget::of_container(0.75)
  slotted::pool<Reading> readings_;
  std::size_t forgotten_ = 0;
};

Reading reading_at(std::int64_t time) { return {static_cast<double>(time) / 4, time, time % 2 == 0 ? "a" : "b"}; }

}  // namespace

int main() {
  service telemetry{4 * slotted::MiB};
  int warnings = 0;
  const slotted::watermark warn{telemetry.budget(), 3 * slotted::MiB, [&](const slotted::memory_budget& budget) {
                                  if (++warnings > 1) return;
                                  std::printf("warning: %zu of %zu bytes are in use\n", budget.used(), budget.limit());
                                }};

  std::int64_t now = 0;
  try {
    for (;; ++now) telemetry.take(reading_at(now));
  } catch (const slotted::budget_exceeded& refusal) {
    std::printf("refused reading %lld: %s\n", static_cast<long long>(now), refusal.what());
  }
  const std::size_t held = telemetry.size();
  const bool intact = held == static_cast<std::size_t>(now) && telemetry.newest() == reading_at(now - 1).value;
  std::printf("%zu readings are held, the newest of them %s\n", held, intact ? "as it was" : "WRONG");

  bool served = true;
  for (const std::int64_t end = now + 1'000'000; now < end; ++now) {
    served = served && telemetry.take_or_forget(reading_at(now));
  }
  std::printf("a million more were taken and %zu forgotten, after %d warnings; the most ever in use were %zu bytes\n",
              telemetry.forgotten(), warnings, telemetry.budget().peak());

  const bool kept_to_it = telemetry.budget().peak() <= telemetry.budget().limit();
  return intact && served && kept_to_it && warnings > 0 && telemetry.newest() == reading_at(now - 1).value ? 0 : 1;
}
