// slotted benchmarks: Chimp128, which looks for a value like this one among the 128 before it.
// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "gorilla.hpp"

namespace bench::chimp {

// Liakos, Papakonstantinopoulou, Kotidis: Chimp: Efficient Lossless Floating Point Compression for Time Series
// Databases, VLDB 2022, section 5, with the constants of the authors' program.
inline constexpr std::size_t remembered = 128;
inline constexpr unsigned place_bits = 7;
inline constexpr unsigned least_trailing = 6 + place_bits;
inline constexpr std::size_t keys = std::size_t{1} << (least_trailing + 1);

// Leading zeros are rounded down to one of eight counts.
inline constexpr unsigned rounded_leading[8] = {0, 8, 12, 16, 18, 20, 22, 24};
constexpr unsigned code_of_leading(unsigned zeros) {
  unsigned code = 7;
  while (rounded_leading[code] > zeros) --code;
  return code;
}

constexpr std::size_t room(std::size_t n) { return n * 12 + 32; }

/// Where each key was seen last, over all blocks that an encoder writes.
class last_seen {
 public:
  /// Forgets what was seen in the block before.
  void begin_block() { begin_ = next_; }
  /// The value's number in its block, or the count so far where its key was not seen in the last 128.
  std::size_t find(std::uint64_t value) const {
    const std::size_t at = places_[value % keys];
    return at > begin_ && next_ + 1 - at <= remembered ? at - 1 - begin_ : next_ - begin_;
  }
  void add(std::uint64_t value) { places_[value % keys] = ++next_; }

 private:
  std::vector<std::size_t> places_ = std::vector<std::size_t>(keys);  // one more than the number, 0 for none
  std::size_t begin_ = 0;
  std::size_t next_ = 0;
};

inline std::size_t encode(std::span<const double> values, last_seen& seen, std::byte* to) {
  gorilla::bit_writer out(to);
  seen.begin_block();
  std::uint64_t stored[remembered];
  stored[0] = std::bit_cast<std::uint64_t>(values[0]);
  seen.add(stored[0]);
  out.put(stored[0], 64);
  unsigned leading = 8;  // of the last value that was written behind its leading zeros; 8 for none
  for (std::size_t i = 1; i < values.size(); ++i) {
    const auto bits = std::bit_cast<std::uint64_t>(values[i]);
    std::size_t like = seen.find(bits);
    std::uint64_t x = like < i ? stored[like % remembered] ^ bits : 0;
    unsigned trailing = like < i && x != 0 ? static_cast<unsigned>(std::countr_zero(x)) : 0;
    if (like == i || (x != 0 && trailing <= least_trailing)) {
      like = i - 1;
      x = stored[like % remembered] ^ bits;
      trailing = 0;
    }
    const std::uint64_t place = like % remembered;
    const unsigned code = x == 0 ? 0 : code_of_leading(static_cast<unsigned>(std::countl_zero(x)));
    if (x == 0) {
      out.put(place, 2 + place_bits);
      leading = 8;
    } else if (trailing > least_trailing) {
      const unsigned meaningful = 64 - rounded_leading[code] - trailing;
      out.put((((std::uint64_t{1} << place_bits) + place) << 3 | code) << 6 | meaningful, 2 + place_bits + 9);
      out.put(x >> trailing, meaningful);
      leading = 8;
    } else if (code == leading) {
      out.put(2, 2);
      out.put(x, 64 - rounded_leading[code]);
    } else {
      out.put(24 + code, 5);
      out.put(x, 64 - rounded_leading[code]);
      leading = code;
    }
    stored[i % remembered] = bits;
    seen.add(bits);
  }
  return out.finish(to);
}

inline void decode(const std::byte* from, std::span<double> values) {
  gorilla::bit_reader in(from);
  std::uint64_t stored[remembered];
  stored[0] = in.get(64);
  values[0] = std::bit_cast<double>(stored[0]);
  unsigned leading = 0;
  for (std::size_t i = 1; i < values.size(); ++i) {
    std::uint64_t bits = stored[(i - 1) % remembered];
    const std::uint64_t flag = in.get(2);
    if (flag < 2) {
      bits = stored[in.get(place_bits)];
      if (flag == 1) {
        const unsigned zeros = rounded_leading[in.get(3)];
        const auto meaningful = static_cast<unsigned>(in.get(6));
        bits ^= in.get(meaningful) << (64 - zeros - meaningful);
      }
    } else {
      if (flag == 3) leading = static_cast<unsigned>(in.get(3));
      bits ^= in.get(64 - rounded_leading[leading]);
    }
    stored[i % remembered] = bits;
    values[i] = std::bit_cast<double>(bits);
  }
}

}  // namespace bench::chimp
