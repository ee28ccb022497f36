// slotted: a fast hash of a text's bytes, for tables inside one process.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <slotted/hash_seed.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {

// By the traits of char, which compilers make a load of: <cstring> would cost every user of a record 200 lines.
template <class Word>
Word load_word(const char* at) noexcept {
  Word word{};
  std::char_traits<char>::copy(reinterpret_cast<char*>(&word), at, sizeof word);
  return word;
}

// Two folded multiplications for a text of up to 16 bytes and one more for each further 16: the construction of wyhash
// (Wang Yi, 2019). Both factors of each depend on the seed, so that who does not know it cannot choose texts that make
// one of them 0, nor texts that collide. The result depends on the byte order and must not leave the process.
inline std::uint64_t hash_text(std::string_view text, const hash_seed& seed) noexcept {
  const char* at = text.data();
  const std::size_t size = text.size();
  std::uint64_t first = 0, last = 0, state = seed.second;
  if (size >= 8) {
    for (std::size_t left = size; left > 16; left -= 16, at += 16)
      state = fold_multiply(load_word<std::uint64_t>(at) ^ seed.first, load_word<std::uint64_t>(at + 8) ^ state);
    const char* const end = text.data() + size;
    first = load_word<std::uint64_t>(size > 16 ? end - 16 : text.data());  // may overlap what has been read
    last = load_word<std::uint64_t>(end - 8);
  } else if (size >= 4) {
    first = load_word<std::uint32_t>(at);
    last = load_word<std::uint32_t>(at + size - 4);
  } else if (size != 0) {
    const auto byte = [at](std::size_t i) { return std::uint64_t{static_cast<unsigned char>(at[i])}; };
    first = byte(0) << 16 | byte(size / 2) << 8 | byte(size - 1);
  }
  return fold_multiply(fold_multiply(first ^ seed.first, last ^ state) ^ size, seed.first);
}
inline std::uint64_t hash_text(std::string_view text) noexcept { return hash_text(text, process_hash_seed()); }

// Equality of two texts of the same size; for short ones a call of memcmp costs more than the comparison.
inline bool same_bytes(const char* a, const char* b, std::size_t size) noexcept {
  if (size > 16) return std::char_traits<char>::compare(a, b, size) == 0;
  if (size >= 8)
    return ((load_word<std::uint64_t>(a) ^ load_word<std::uint64_t>(b)) |
            (load_word<std::uint64_t>(a + size - 8) ^ load_word<std::uint64_t>(b + size - 8))) == 0;
  if (size >= 4)
    return ((load_word<std::uint32_t>(a) ^ load_word<std::uint32_t>(b)) |
            (load_word<std::uint32_t>(a + size - 4) ^ load_word<std::uint32_t>(b + size - 4))) == 0;
  for (std::size_t i = 0; i < size; ++i)
    if (a[i] != b[i]) return false;
  return true;
}

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
