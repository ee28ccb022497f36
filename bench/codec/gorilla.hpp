// slotted benchmarks: Gorilla, the peer that time-series stores measure against.
// SPDX-License-Identifier: MIT
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace bench::gorilla {

// Pelkonen et al., Gorilla: A Fast, Scalable, In-Memory Time Series Database, VLDB 2015, section 4.1. Bits are gathered
// in a register and leave it 64 at a time, as a good implementation does it.
class bit_writer {
 public:
  explicit bit_writer(std::byte* to) : to_(to) {}

  void put(std::uint64_t bits, unsigned count) {  // 1 to 64, the high bit first
    if (count <= free_) {
      free_ -= count;
      open_ |= bits << free_;
      if (free_ == 0) flush();
      return;
    }
    const unsigned rest = count - free_;
    open_ |= bits >> rest;
    flush();
    free_ = 64 - rest;
    open_ = bits << free_;
  }

  std::size_t finish(const std::byte* from) {
    if (free_ != 64) flush();
    return static_cast<std::size_t>(to_ - from);
  }

 private:
  void flush() {
    std::memcpy(to_, &open_, 8);
    to_ += 8;
    open_ = 0;
    free_ = 64;
  }

  std::byte* to_;
  std::uint64_t open_ = 0;
  unsigned free_ = 64;
};

class bit_reader {
 public:
  explicit bit_reader(const std::byte* from) : from_(from) { std::memcpy(&open_, from_, 8); }

  std::uint64_t get(unsigned count) {  // 1 to 64
    std::uint64_t bits = open_ << used_ >> (64 - count);
    used_ += count;
    if (used_ >= 64) {
      used_ -= 64;
      from_ += 8;
      std::memcpy(&open_, from_, 8);  // the buffer has 8 bytes to spare
      if (used_ != 0) bits |= open_ >> (64 - used_);
    }
    return bits;
  }

 private:
  const std::byte* from_;
  std::uint64_t open_ = 0;
  unsigned used_ = 0;
};

/// Room for n values, in bytes, with what a reader may touch behind them.
constexpr std::size_t room(std::size_t n) { return n * 10 + 32; }

inline std::size_t encode(std::span<const double> values, std::byte* to) {
  bit_writer out(to);
  auto last = std::bit_cast<std::uint64_t>(values[0]);
  out.put(last, 64);
  unsigned leading = 65, meaningful = 0, trailing = 0;
  for (std::size_t i = 1; i < values.size(); ++i) {
    const auto bits = std::bit_cast<std::uint64_t>(values[i]);
    const std::uint64_t x = bits ^ last;
    last = bits;
    if (x == 0) {
      out.put(0, 1);
      continue;
    }
    unsigned zeros = static_cast<unsigned>(std::countl_zero(x));
    if (zeros > 31) zeros = 31;
    const auto tail = static_cast<unsigned>(std::countr_zero(x));
    if (leading <= zeros && trailing <= tail) {
      out.put(2, 2);
      out.put(x >> trailing, meaningful);
      continue;
    }
    leading = zeros;
    trailing = tail;
    meaningful = 64 - leading - trailing;
    out.put(std::uint64_t{3} << 11 | std::uint64_t{leading} << 6 | (meaningful & 63), 13);
    out.put(x >> trailing, meaningful);
  }
  return out.finish(to);
}

inline void decode(const std::byte* from, std::span<double> values) {
  bit_reader in(from);
  std::uint64_t last = in.get(64);
  values[0] = std::bit_cast<double>(last);
  unsigned meaningful = 64, trailing = 0;
  for (std::size_t i = 1; i < values.size(); ++i) {
    if (in.get(1) != 0) {
      if (in.get(1) != 0) {
        const std::uint64_t window = in.get(11);
        meaningful = static_cast<unsigned>(window & 63);
        if (meaningful == 0) meaningful = 64;
        trailing = 64 - static_cast<unsigned>(window >> 6) - meaningful;
      }
      last ^= in.get(meaningful) << trailing;
    }
    values[i] = std::bit_cast<double>(last);
  }
}

// Time stamps: differences of differences in buckets of 7, 9, 12 and 32 bits, and one of 64 for what the paper, whose
// stamps are seconds, need not hold.
inline std::size_t encode(std::span<const std::int64_t> stamps, std::byte* to) {
  bit_writer out(to);
  auto last = static_cast<std::uint64_t>(stamps[0]);
  std::uint64_t difference = 0;
  out.put(last, 64);
  for (std::size_t i = 1; i < stamps.size(); ++i) {
    const auto now = static_cast<std::uint64_t>(stamps[i]);
    const std::uint64_t step = now - last;
    const auto second = static_cast<std::int64_t>(step - difference);
    last = now;
    difference = step;
    const auto bits = static_cast<std::uint64_t>(second);
    if (second == 0) {
      out.put(0, 1);
    } else if (second >= -63 && second <= 64) {
      out.put(std::uint64_t{2} << 7 | ((bits + 63) & 127), 9);
    } else if (second >= -255 && second <= 256) {
      out.put(std::uint64_t{6} << 9 | ((bits + 255) & 511), 12);
    } else if (second >= -2047 && second <= 2048) {
      out.put(std::uint64_t{14} << 12 | ((bits + 2047) & 4095), 16);
    } else if (second >= INT32_MIN && second <= INT32_MAX) {
      out.put(std::uint64_t{30} << 32 | (bits & 0xFFFFFFFFu), 37);
    } else {
      out.put(31, 5);
      out.put(bits, 64);
    }
  }
  return out.finish(to);
}

inline void decode(const std::byte* from, std::span<std::int64_t> stamps) {
  bit_reader in(from);
  std::uint64_t last = in.get(64);
  std::uint64_t difference = 0;
  stamps[0] = static_cast<std::int64_t>(last);
  for (std::size_t i = 1; i < stamps.size(); ++i) {
    if (in.get(1) != 0) {
      if (in.get(1) == 0) {
        difference += in.get(7) - 63;
      } else if (in.get(1) == 0) {
        difference += in.get(9) - 255;
      } else if (in.get(1) == 0) {
        difference += in.get(12) - 2047;
      } else if (in.get(1) == 0) {
        difference += (in.get(32) ^ 0x80000000u) - 0x80000000u;
      } else {
        difference += in.get(64);
      }
    }
    last += difference;
    stamps[i] = static_cast<std::int64_t>(last);
  }
}

}  // namespace bench::gorilla
