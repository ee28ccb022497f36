// Rows made up for the tests of what a history keeps them in: times and columns of each kind, tame and awkward.
#pragma once

#include <slotted/codec/decimals.hpp>
#include <vector>

#include "../../codec/generated.hpp"

namespace generated {

using slotted::detail::codec::value_kind;

// A float's pattern, from d / 10^e or from anything.
inline std::uint64_t float_bits(random& r) {
  if (below(r, 4) == 0) return r() >> 32;
  const volatile float narrow = static_cast<float>(decimal(static_cast<std::int64_t>(below(r, 10000)), 2));
  const float once = narrow;
  return std::bit_cast<std::uint32_t>(once);
}

/// n patterns of a column, of one of the shapes for its kind, some of them held for a while.
inline std::vector<std::uint64_t> patterns(random& r, value_kind kind, std::size_t n) {
  std::vector<std::uint64_t> column(n);
  if (kind == value_kind::integer) {
    const auto values = integers(r, static_cast<unsigned>(below(r, integer_shapes)), n);
    for (std::size_t i = 0; i < n; ++i) column[i] = static_cast<std::uint64_t>(values[i]);
  } else if (kind == value_kind::binary64) {
    const auto values = doubles(r, static_cast<unsigned>(below(r, shapes)), n);
    std::memcpy(column.data(), values.data(), 8 * n);
  } else {
    for (auto& each : column) each = float_bits(r);
  }
  const std::uint64_t held = below(r, 3) == 0 ? below(r, 200) : below(r, 2);
  for (std::size_t i = 1; i < n; ++i) {
    if (below(r, held + 1) != 0) column[i] = column[i - 1];
  }
  return column;
}

inline constexpr unsigned time_shapes = 7;

/// n times in the order in which they arrive: steady, jittered, late, extreme.
inline std::vector<std::int64_t> arrivals(random& r, unsigned shape, std::size_t n) {
  std::vector<std::int64_t> times(n);
  auto now = std::uint64_t{1795386000000};
  const std::uint64_t step = below(r, 2) == 0 ? 15000 : below(r, 100);
  for (auto& time : times) {
    switch (shape) {
      case 0:
        now += step;
        break;
      case 1:
        now += step + below(r, 9) - 4;
        break;
      case 2:
        now += 15'000'000'000 + below(r, 2'000'000) - 1'000'000;
        break;
      case 3:
        now += below(r, 5) == 0 ? 0 - below(r, 100000) : step;
        break;
      case 4:
        now = below(r, 2) << 63 | below(r, 2) * 0x7FFFFFFFFFFFFFFFu;
        break;
      case 5:
        now = below(r, 3) == 0 ? now : now + (r() >> below(r, 64));
        break;
      default:
        now = r();
        break;
    }
    time = static_cast<std::int64_t>(now);
  }
  return times;
}

}  // namespace generated
