// What both translation units of the test of flags are made of: a history that rows go through.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include <slotted/history/history.hpp>

namespace flags {

// A row as its bits.
struct bits {
  std::int64_t time = 0;
  std::uint64_t real = 0;
  std::uint32_t narrow = 0;
  std::uint32_t series = 0;
  bool operator==(const bits&) const = default;
};

// What a history that has taken some rows gives, and what it takes.
struct outcome {
  std::vector<bits> live, part, sealed, scanned, latest;
  std::size_t live_bytes = 0;
  std::size_t sealed_bytes = 0;
  bool operator==(const outcome&) const = default;
};

// The other unit, compiled with other flags.
outcome keep_elsewhere(const std::vector<bits>& rows, std::int64_t from, std::int64_t end);

// In an anonymous namespace, so that each unit has its own, made with its own flags.
namespace {

struct row {
  std::int64_t time;
  double real;
  float narrow;
  std::uint32_t series;
};

template <class Range>
std::vector<bits> bits_of(Range&& range) {
  std::vector<bits> all;
  for (const row each : range)
    all.push_back(
        {each.time, std::bit_cast<std::uint64_t>(each.real), std::bit_cast<std::uint32_t>(each.narrow), each.series});
  return all;
}

outcome keep(const std::vector<bits>& rows, std::int64_t from, std::int64_t end) {
  outcome made;
  slotted::memory_budget budget(SIZE_MAX);
  slotted::history<row, &row::time, &row::series> past(budget);
  for (const bits& each : rows)
    past.append({each.time, std::bit_cast<double>(each.real), std::bit_cast<float>(each.narrow), each.series});
  made.live = bits_of(past.rows());
  made.part = bits_of(past.between(from, end));
  made.live_bytes = budget.used();
  const auto taken = past.snapshot();
  past.seal();
  past.trim();
  made.sealed = bits_of(taken.rows());
  const auto add = [&](std::span<const std::int64_t> times, std::span<const double> reals,
                       std::span<const float> narrows, std::span<const std::uint32_t> series) {
    for (std::size_t i = 0; i < times.size(); ++i)
      made.scanned.push_back(
          {times[i], std::bit_cast<std::uint64_t>(reals[i]), std::bit_cast<std::uint32_t>(narrows[i]), series[i]});
  };
  past.scan<&row::time, &row::real, &row::narrow, &row::series>(add);
  made.latest = bits_of(past.latest());
  made.sealed_bytes = budget.used();
  return made;
}

}  // namespace

}  // namespace flags
