// slotted tests: what keys cost in a hash table, counted in probes.
// SPDX-License-Identifier: MIT
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <slotted/algorithm.hpp>
#include <vector>

namespace slotted::test {

// The number whose product with an odd one is 1, modulo 2^64.
[[nodiscard]] constexpr std::uint64_t inverse_of(std::uint64_t odd) {
  std::uint64_t inverse = odd;
  for (int step = 0; step < 6; ++step) inverse *= 2 - odd * inverse;
  return inverse;
}

// The entries that are looked at to find each of the hashes once, in a table of linear probing that is half full at
// most and takes the hashes' lowest bits.
[[nodiscard]] inline std::size_t probes_of(const std::vector<std::uint64_t>& hashes) {
  std::vector<bool> taken(std::bit_ceil(2 * hashes.size()));
  std::size_t probes = 0;
  for (const std::uint64_t hash : hashes) {
    std::size_t at = static_cast<std::size_t>(hash) % taken.size();
    for (++probes; taken[at]; ++probes) at = (at + 1) % taken.size();
    taken[at] = true;
  }
  return probes;
}

// The same with a chain for each hash, chosen by its `bits` highest bits.
[[nodiscard]] inline std::size_t links_of(const std::vector<std::uint64_t>& hashes, unsigned bits) {
  std::vector<std::size_t> chains(hashes.size());
  std::size_t links = 0;
  for (const std::uint64_t hash : hashes)
    links += ++chains[slotted::detail::number_cast<std::size_t>((hash >> (64 - bits)) % chains.size())];
  return links;
}

}  // namespace slotted::test
