// Columns made up for the tests of the codec: each a shape that telemetry takes, or that an enemy would send. The same
// on every compiler, under every flag: no floating-point arithmetic, and one random number an expression.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <vector>

namespace generated {

using random = std::mt19937_64;

inline std::uint64_t below(random& r, std::uint64_t n) { return r() % n; }

// d / 10^e by the division of the standard library's parser, so that no compiler flag can bend the expectation.
inline double decimal(std::int64_t d, unsigned e) { return std::stod(std::to_string(d) + "e-" + std::to_string(e)); }

inline std::uint64_t decimal_bits(std::int64_t d, unsigned e) { return std::bit_cast<std::uint64_t>(decimal(d, e)); }

// The pattern of a double of one of the kinds that break naive codecs. Patterns, not doubles: a compiler let loose
// takes 0.0 for -0.0, and a double through float and back for the double itself.
inline std::uint64_t awkward(random& r) {
  switch (below(r, 10)) {
    case 0:
      return std::uint64_t{0x8000000000000000};  // -0.0
    case 1:
      return std::uint64_t{0};  // 0.0
    case 2:
      return std::uint64_t{0x7FF0000000000000} | below(r, 2) << 63;  // infinities
    case 3:
      return std::uint64_t{0x7FF8000000000000} | r() >> 14;  // quiet NaN, payload
    case 4:
      return std::uint64_t{0xFFF0000000000001} + below(r, 1u << 20);  // signalling NaN
    case 5:
      return r() >> 13;  // denormal or tiny
    case 6:
      return std::uint64_t{0x7FEFFFFFFFFFFFFF} | below(r, 2) << 63;  // largest finite
    case 7:
      return r();  // anything
    case 8:
      return decimal_bits(static_cast<std::int64_t>(below(r, 1000000)), 3);
    default: {
      const std::uint64_t exact = decimal_bits(static_cast<std::int64_t>(below(r, 100000)), 2);
      return exact + below(r, 3) - 1;
    }
  }
}

inline constexpr unsigned shapes = 16;

/// n doubles of one of `shapes` shapes.
inline std::vector<double> doubles(random& r, unsigned shape, std::size_t n) {
  std::vector<std::uint64_t> v(n);
  std::uint64_t held = 0;
  std::int64_t walk = static_cast<std::int64_t>(below(r, 1000000));
  const unsigned e = static_cast<unsigned>(below(r, 8));
  for (auto& x : v) {
    switch (shape) {
      case 0:
        x = awkward(r);
        break;
      case 1:
        x = r();
        break;
      case 2:
        x = decimal_bits(static_cast<std::int64_t>(below(r, 10000)) - 5000, e);
        break;
      case 3:
        x = decimal_bits(walk += static_cast<std::int64_t>(below(r, 21)) - 10, e);
        break;
      case 4:
        x = decimal_bits(walk += 3, e) + below(r, 4) / 3;
        break;
      case 5:
        x = held = below(r, 30) == 0 ? decimal_bits(walk += 1000, 1) : held;
        break;
      case 6:
        x = held = below(r, 3) == 0 ? awkward(r) : held;
        break;
      case 7:
        x = 0x4045000000000000u + (below(r, 1u << 22) << 29);
        break;
      case 8: {
        const volatile float narrow = static_cast<float>(decimal(static_cast<std::int64_t>(below(r, 5000)), 2));
        const float once = narrow;
        x = std::bit_cast<std::uint64_t>(static_cast<double>(once));
        break;
      }
      case 9:
        x = 0x4059000000000000u + below(r, 12) * 0x0123456789ABCu;
        break;
      case 10:
        x = 0x3FF0000000000000u + (r() >> 12);
        break;
      case 11:
        x = below(r, 50) == 0 ? awkward(r) : decimal_bits(static_cast<std::int64_t>(below(r, 300)), 1);
        break;
      case 12:
        x = decimal_bits(walk, 2);
        break;
      case 13:
        x = decimal_bits(walk += 4096, 0);
        break;
      case 14:
        x = decimal_bits(static_cast<std::int64_t>(below(r, 100)) * 5, 2);
        break;
      default:
        x = below(r, 100) == 0 ? decimal_bits(1'000'000'000'000'000, 0)
                               : decimal_bits(static_cast<std::int64_t>(below(r, 16)), 0);
        break;
    }
  }
  std::vector<double> values(n);
  std::memcpy(values.data(), v.data(), 8 * n);
  return values;
}

inline constexpr unsigned integer_shapes = 10;

/// n integers of one of `integer_shapes` shapes.
inline std::vector<std::int64_t> integers(random& r, unsigned shape, std::size_t n) {
  std::vector<std::int64_t> v(n);
  std::uint64_t walk = r();
  std::uint64_t step = below(r, 1u << 20);
  for (auto& x : v) {
    switch (shape) {
      case 0:
        x = static_cast<std::int64_t>(r());
        break;
      case 1:
        x = below(r, 2) == 0 ? std::numeric_limits<std::int64_t>::min() : std::numeric_limits<std::int64_t>::max();
        break;
      case 2:
        x = static_cast<std::int64_t>(walk += 300000000);
        break;
      case 3:
        x = static_cast<std::int64_t>(walk += 50000000 + below(r, 100000));
        break;
      case 4:
        x = static_cast<std::int64_t>(walk += step += below(r, 3));
        break;
      case 5:
        x = static_cast<std::int64_t>(below(r, 40)) * 4096 - 100;
        break;
      case 6:
        x = below(r, 64) == 0 ? static_cast<std::int64_t>(r()) : static_cast<std::int64_t>(below(r, 7));
        break;
      case 7:
        x = static_cast<std::int64_t>(walk = below(r, 20) == 0 ? r() : walk);
        break;
      case 8:
        x = static_cast<std::int64_t>(below(r, 5) * 0x123456789ABCDEFu);
        break;
      default:
        x = static_cast<std::int64_t>(r() >> below(r, 64));
        break;
    }
  }
  return v;
}

}  // namespace generated
