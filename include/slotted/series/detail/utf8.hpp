// slotted: whether a text is UTF-8, and the text with a mark in place of what is not.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include <slotted/record/escaped_text.hpp>
#include <slotted/record/text_hash.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {

// How many bytes at the front of a text are UTF-8 (RFC 3629), whole characters only. Eight ASCII bytes a step.
[[nodiscard]] inline std::size_t utf8_prefix(std::string_view text) noexcept {
  std::size_t at = 0;
  while (at < text.size()) {
    if (text.size() - at >= 8 && (load_word<std::uint64_t>(text.data() + at) & 0x8080808080808080) == 0) {
      at += 8;
      continue;
    }
    const std::size_t length = utf8_length(text.substr(at));
    if (length == 0) break;
    at += length;
  }
  return at;
}
[[nodiscard]] inline bool is_utf8(std::string_view text) noexcept { return utf8_prefix(text) == text.size(); }

// U+FFFD, which stands for each byte that is part of no character.
inline constexpr std::string_view replacement_character = "\xEF\xBF\xBD";

// The bytes of a text once each byte that is part of no character has become U+FFFD.
[[nodiscard]] inline std::size_t mapped_utf8_size(std::string_view text) noexcept {
  std::size_t size = 0;
  for (;;) {
    const std::size_t good = utf8_prefix(text);
    size += good;
    if (good == text.size()) return size;
    size += replacement_character.size();
    text.remove_prefix(good + 1);
  }
}
// Writes that text. Preconditions: `to` has room for mapped_utf8_size(text) bytes. Returns: where it ends.
inline char* map_utf8(std::string_view text, char* to) noexcept {
  for (;;) {
    const std::size_t good = utf8_prefix(text);
    if (good != 0) std::memcpy(to, text.data(), good);
    to += good;
    if (good == text.size()) return to;
    std::memcpy(to, replacement_character.data(), replacement_character.size());
    to += replacement_character.size();
    text.remove_prefix(good + 1);
  }
}

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
