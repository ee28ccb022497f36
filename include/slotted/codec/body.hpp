// slotted: a body of any mode: reading past it, decoding it, and one value of it.
// SPDX-License-Identifier: MIT
#pragma once

#include <slotted/codec/dictionary.hpp>
#include <slotted/codec/runs.hpp>
#include <slotted/codec/series_dictionary.hpp>
#include <slotted/codec/top_parts.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail::codec {

inline constexpr unsigned mode_mask = 7;

// Parses a body of mode `how` and hands it to f, which gives a bool. Bodies of runs are two bodies, and not for this.
template <typename F>
inline bool with_flat_body(byte_reader& in, std::size_t n, value_kind kind, mode how, F&& f) noexcept {
  if (how == mode::integers || how == mode::decimals) {
    plain_body b;
    return parse(in, n, kind, how, b) && f(b);
  }
  if (how == mode::dictionary) {
    dictionary_body b;
    return parse(in, n, kind, b) && f(b);
  }
  if (how == mode::series_dictionary) {
    series_body b;
    return parse(in, n, kind, b) && f(b);
  }
  if (how != mode::top_parts || kind == value_kind::integer) return false;
  top_parts_body b;
  return parse(in, n, kind, b) && f(b);
}

// The mode byte of the heads of runs.
inline bool parse_heads_mode(byte_reader& in, mode& how) noexcept {
  const unsigned byte = in.u8();
  if (byte >= static_cast<unsigned>(mode::runs)) in.fail();
  how = static_cast<mode>(byte);
  return in.ok();
}

inline bool decode_flat_body(byte_reader& in, std::size_t n, value_kind kind, mode how, const dictionary_view& d,
                             std::byte* __restrict words) noexcept {
  return with_flat_body(in, n, kind, how, [&](const auto& body) {
    if constexpr (requires { decode(body, d, words); }) {
      return decode(body, d, words);
    } else {
      return decode(body, words);
    }
  });
}

/// Decodes n patterns as host words.
inline bool decode_body(byte_reader& in, std::size_t n, value_kind kind, mode how, const dictionary_view& d,
                        std::byte* __restrict words) noexcept {
  if (how != mode::runs) return decode_flat_body(in, n, kind, how, d, words);
  run_starts starts;
  return parse(in, n, starts) && parse_heads_mode(in, how) &&
         decode_flat_body(in, starts.count, kind, how, d, words + 8 * (n - starts.count)) && spread(starts, words);
}

/// Reads past a body without decoding it; the version of the dictionary it needs, or 0.
inline bool skip_body(byte_reader& in, std::size_t n, value_kind kind, mode how, std::uint32_t& version) noexcept {
  version = 0;
  if (how == mode::runs) {
    run_starts starts;
    run_index runs;
    if (!parse(in, n, starts) || !parse_heads_mode(in, how) || !runs.assign(starts)) return false;
    n = starts.count;
  }
  return with_flat_body(in, n, kind, how, [&](const auto& body) {
    if constexpr (requires { body.version; }) version = static_cast<std::uint32_t>(body.version);
    return is_sound(body);
  });
}

// One value of few: all of them take as long as one.
inline constexpr std::size_t few_decoded = 256;
[[gnu::noinline]] inline bool value_of_few(byte_reader& in, std::size_t n, value_kind kind, mode how,
                                           const dictionary_view& d, std::size_t i, std::uint64_t& pattern) noexcept {
  std::byte words[8 * few_decoded];
  if (!decode_body(in, n, kind, how, d, words)) return false;
  pattern = word_at(words, i);
  return true;
}

inline bool body_value_at(byte_reader& in, std::size_t n, value_kind kind, mode how, const dictionary_view& d,
                          std::size_t i, std::uint64_t& pattern) noexcept {
  if (how == mode::runs) {
    if (n <= few_decoded) return value_of_few(in, n, kind, how, d, i, pattern);
    run_starts starts;
    std::size_t run = 0;
    if (!parse(in, n, starts) || !parse_heads_mode(in, how) || !find_run(starts, i, run)) return false;
    n = starts.count;
    i = run;
  }
  return with_flat_body(in, n, kind, how, [&](const auto& body) {
    if (!is_sound(body)) return false;
    if constexpr (requires { value_at(body, d, i, pattern); }) {
      return is_of(body, d) && value_at(body, d, i, pattern);
    } else {
      return value_at(body, i, pattern);
    }
  });
}

}  // namespace detail::codec
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
