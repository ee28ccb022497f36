// slotted: the secret that a process's hash tables are seeded with, and a hash of integers that uses it.
// SPDX-License-Identifier: MIT
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#include <slotted/version.hpp>

// SLOTTED_PLAIN_SEED chooses the plain way on Linux, too: the test of that way defines it for a whole program.
#if defined(__linux__) && !defined(SLOTTED_PLAIN_SEED) && __has_include(<sys/auxv.h>)
#define SLOTTED_DETAIL_AUXILIARY_VECTOR 1
#if defined(__GLIBC__)  // its header brings elf.h, which is 400 lines more
extern "C" unsigned long getauxval(unsigned long) noexcept;
#else
#include <sys/auxv.h>
#endif
#endif

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {

// Both halves of the 128-bit product, folded into one word together with the factors, so that a factor of 0 leaves the
// other one instead of erasing it. Source: wyhash (Wang Yi, 2019) with WYHASH_CONDOM 2.
[[nodiscard]] constexpr std::uint64_t fold_multiply(std::uint64_t a, std::uint64_t b) noexcept {
#if defined(__SIZEOF_INT128__)
  __extension__ using wide = unsigned __int128;
  const wide product = static_cast<wide>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64) ^ a ^ b;
#else
  const std::uint64_t a_low = a & 0xFFFFFFFF, a_high = a >> 32, b_low = b & 0xFFFFFFFF, b_high = b >> 32;
  const std::uint64_t low = a_low * b_low, cross = a_high * b_low + (low >> 32);
  const std::uint64_t other = a_low * b_high + (cross & 0xFFFFFFFF);
  return ((other << 32) | (low & 0xFFFFFFFF)) ^ (a_high * b_high + (cross >> 32) + (other >> 32)) ^ a ^ b;
#endif
}

// What hashes are seeded with: one word for each factor of a multiplication, neither of them 0.
struct hash_seed {
  std::uint64_t first;
  std::uint64_t second;
};

// A seed of 16 bytes: every bit of both words depends on all of them.
[[nodiscard]] constexpr hash_seed make_hash_seed(std::uint64_t a, std::uint64_t b) noexcept {
  constexpr std::uint64_t pi[] = {0x243F6A8885A308D3, 0x13198A2E03707344, 0xA4093822299F31D0, 0x082EFA98EC4E6C89};
  const std::uint64_t both = fold_multiply(a ^ pi[0], b ^ pi[1]);
  return {fold_multiply(both ^ pi[2], a ^ pi[3]) | 1, fold_multiply(both ^ pi[3], b ^ pi[2]) | 1};
}

[[nodiscard]] inline hash_seed draw_hash_seed() noexcept {
#if defined(SLOTTED_DETAIL_AUXILIARY_VECTOR)
  constexpr unsigned long at_random = 25;  // AT_RANDOM of <elf.h>
  if (const unsigned long at = ::getauxval(at_random); at != 0) {
    const auto* const bytes = reinterpret_cast<const unsigned char*>(at);
    std::uint64_t words[2] = {};
    for (std::size_t i = 0; i < 16; ++i) words[i / 8] |= std::uint64_t{bytes[i]} << (8 * (i % 8));
    return make_hash_seed(words[0], words[1]);
  }
#endif
  // Functions of the standard library: all parts of a program have the same.
  void* (*const allocate)(std::size_t) = &::operator new;
  void (*const free)(void*) noexcept = &::operator delete;
  return make_hash_seed(reinterpret_cast<std::uintptr_t>(allocate), reinterpret_cast<std::uintptr_t>(free));
}

// The seed of this process: the same wherever in it this is called from, a shared library with a copy of its own of
// this function among them, and unknown outside of it.
//
// On Linux the kernel's random source gives it (AT_RANDOM, 16 bytes at exec). Elsewhere it is made of the addresses of
// two functions of the standard library: as hard to guess as the system's randomisation of addresses makes them, and no
// secret where there is none. Any thread may call this.
[[nodiscard]] inline const hash_seed& process_hash_seed() noexcept {
  static const hash_seed seed = draw_hash_seed();
  return seed;
}

// The hash of an integer; all bits are good. Two multiplications, both factors of each of which depend on the seed.
[[nodiscard]] constexpr std::uint64_t hash_integer(std::uint64_t value, const hash_seed& seed) noexcept {
  return fold_multiply(fold_multiply(value ^ seed.first, seed.second), seed.first);
}
[[nodiscard]] inline std::uint64_t hash_integer(std::uint64_t value) noexcept {
  return hash_integer(value, process_hash_seed());
}

// The hash of a sequence that so far has the hash `before`, and goes on with `value`.
[[nodiscard]] constexpr std::uint64_t combine_hash(std::uint64_t before, std::uint64_t value,
                                                   const hash_seed& seed) noexcept {
  return fold_multiply(std::rotl(before, 29) ^ value ^ seed.first, seed.second);
}

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
