// slotted: a body of runs: where each run of equal patterns starts, and the heads of the runs as a body of their own.
// SPDX-License-Identifier: MIT
#pragma once

#include <slotted/algorithm.hpp>
#include <slotted/codec/integer_search.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail::codec {

// Most columns of a machine's metrics hold their value for many samples.
// Bytes: (run count - 1) * 2 + layout; layout 0: one bit a value, set where a run starts; layout 1: a stream of the
// runs' lengths; then the body of the heads, which is not itself one of runs.
struct run_starts {
  std::size_t n = 0;
  std::size_t count = 0;
  bool by_length = false;
  const std::byte* bitmap = nullptr;
  integer_stream lengths;
};

constexpr std::size_t bitmap_size(std::size_t n) noexcept { return (n + 7) / 8; }

inline bool parse(byte_reader& in, std::size_t n, run_starts& r) noexcept {
  const std::uint64_t head = in.varint();
  r.n = n;
  r.by_length = (head & 1) != 0;
  if (head / 2 >= n) in.fail();
  if (!in.ok()) return false;
  r.count = number_cast<std::size_t>(head / 2) + 1;
  if (r.by_length) {
    if (r.count * 2 > n) in.fail();
    return in.ok() && parse_positional(in, r.count, r.lengths);
  }
  r.bitmap = in.take(bitmap_size(n));
  return in.ok();
}

// The bits of values 64 * w to 64 * w + 63.
inline std::uint64_t bitmap_word(const run_starts& r, std::size_t w) noexcept {
  const std::size_t left = bitmap_size(r.n) - 8 * w;
  const std::uint64_t bits = left >= 8 ? load_little(r.bitmap + 8 * w) : load_little_partial(r.bitmap + 8 * w, left);
  const std::size_t values = r.n - 64 * w;
  return values >= 64 ? bits : bits & low_mask(static_cast<unsigned>(values));
}

// The lengths of runs that are written by length: at most half as many as values. `words` is room for as many.
//
// Returns: false when they are not those of a block of r.n values.
inline bool decode_lengths(const run_starts& r, std::byte* words, std::uint16_t* lengths) noexcept {
  if (!decode(r.lengths, words)) return false;
  std::size_t at = 0;
  for (std::size_t k = 0; k < r.count; ++k) {
    const std::uint64_t length = word_at(words, k);
    if (length - 1 >= r.n - at) return false;  // none is empty
    lengths[k] = static_cast<std::uint16_t>(length);
    at += number_cast<std::size_t>(length);
  }
  return at == r.n;
}

inline bool is_start_bitmap(const run_starts& r) noexcept {
  std::size_t starts = 0;
  for (std::size_t w = 0; w * 64 < r.n; ++w) starts += static_cast<std::size_t>(std::popcount(bitmap_word(r, w)));
  return starts == r.count && (bitmap_word(r, 0) & 1) != 0;
}

/// Spreads the heads, which are the last r.count of the block's r.n words, over all of them. A head is never behind the
/// place where its run begins, so that none is overwritten before it is read.
inline bool spread(const run_starts& r, std::byte* words) noexcept {
  const std::size_t n = r.n;
  const std::byte* const heads = words + 8 * (n - r.count);
  if (!r.by_length) {
    if (!is_start_bitmap(r)) return false;      // or the loop that follows, which has no branch, might run out of heads
    std::size_t at = SIZE_MAX;                  // wraps to 0 at the first start
    for (std::size_t w = 0; w * 64 < n; ++w) {  // the chain from head to head is one addition a value, no branch
      std::uint64_t bits = bitmap_word(r, w);
      std::byte* const out = words + 512 * w;
      const std::size_t count = n - 64 * w < 64 ? n - 64 * w : 64;
      std::size_t i = 0;
      for (; i + 4 <= count; i += 4, bits >>= 4) {
        const std::size_t a = at + (bits & 1);
        const std::size_t b = a + (bits >> 1 & 1);
        const std::size_t c = b + (bits >> 2 & 1);
        at = c + (bits >> 3 & 1);
        const std::uint64_t some[4] = {word_at(heads, a), word_at(heads, b), word_at(heads, c), word_at(heads, at)};
        for (std::size_t k = 0; k < 4; ++k) set_word(out, i + k, some[k]);
      }
      for (; i < count; ++i, bits >>= 1) {
        at += number_cast<std::size_t>(bits & 1);
        set_word(out, i, word_at(heads, at));
      }
    }
    return true;
  }
  std::uint16_t lengths[max_block_values / 2];
  if (!decode_lengths(r, words, lengths)) return false;  // the heads take the other half of the words
  constexpr std::size_t stride = 8;  // most runs are as short: one store of many words, without a branch to mispredict
  std::size_t at = 0;
  for (std::size_t k = 0; k < r.count; ++k) {
    const std::uint64_t head = word_at(heads, k);
    const std::size_t end = at + lengths[k];
    const std::size_t unread = n - r.count + k + 1;  // where the next head is
    for (; at < end && at + stride <= unread; at += stride) {
      for (std::size_t j = 0; j < stride; ++j) set_word(words, at + j, head);  // must be vectorised
    }
    for (; at < end; ++at) set_word(words, at, head);
    at = end;
  }
  return true;
}

// The run of the i-th value, without an index of all. Out of line, for it takes room that its callers need no more
// behind it.
//
// Returns: false when the runs are not those of a block.
[[gnu::noinline]] inline bool find_run(const run_starts& r, std::size_t i, std::size_t& run) noexcept {
  run = 0;
  if (!r.by_length) {
    for (std::size_t w = 0; w < i / 64; ++w) run += static_cast<std::size_t>(std::popcount(bitmap_word(r, w)));
    run += static_cast<std::size_t>(std::popcount(bitmap_word(r, i / 64) & low_mask(i % 64 + 1))) - 1;
    return is_start_bitmap(r);
  }
  std::byte words[8 * max_block_values / 2];
  std::uint16_t lengths[max_block_values / 2];
  if (!decode_lengths(r, words, lengths)) return false;
  for (std::size_t end = lengths[0]; end <= i; end += lengths[run]) ++run;
  return true;
}

// Where runs start, as bits: the run of a value is found in a few instructions, whichever it is.
class run_index {
 public:
  // Returns: false when the runs are not those of a block.
  bool assign(const run_starts& r) noexcept {
    for (auto& word : bits_) word = 0;
    if (r.by_length) {
      std::byte decoded[8 * max_block_values / 2];
      std::uint16_t lengths[max_block_values / 2];
      if (!decode_lengths(r, decoded, lengths)) return false;
      std::size_t at = 0;
      for (std::size_t k = 0; k < r.count; ++k) {
        bits_[at / 64] |= std::uint64_t{1} << at % 64;
        at += lengths[k];
      }
    } else {
      if (!is_start_bitmap(r)) return false;
      for (std::size_t w = 0; w * 64 < r.n; ++w) bits_[w] = bitmap_word(r, w);
    }
    std::size_t before = 0;
    for (std::size_t w = 0; w < words; ++w) {
      before_[w] = static_cast<std::uint16_t>(before);
      before += static_cast<std::size_t>(std::popcount(bits_[w]));
    }
    return true;
  }

  // Whether a run starts with this value.
  bool is_start(std::size_t i) const noexcept { return (bits_[i / 64] >> i % 64 & 1) != 0; }
  std::size_t run_of(std::size_t i) const noexcept {
    return before_[i / 64] + static_cast<std::size_t>(std::popcount(bits_[i / 64] & low_mask(i % 64 + 1))) - 1;
  }

 private:
  static constexpr std::size_t words = max_block_values / 64;
  std::uint64_t bits_[words] = {};
  std::uint16_t before_[words] = {};
};

// ---- encoding

struct count_kernel {
  template <isa>
  [[gnu::always_inline]] static std::size_t run(const std::uint64_t* patterns, std::size_t n) noexcept {
    std::size_t changes = 0;
    for (std::size_t i = 1; i < n; ++i) changes += patterns[i] != patterns[i - 1];  // must be vectorised
    return changes + 1;
  }
};
inline std::size_t count_runs(const std::uint64_t* patterns, std::size_t n) noexcept {
  return codec::run<count_kernel>(patterns, n);
}

/// The runs of a block, and how their starts are best written.
struct run_plan {
  std::size_t count = 0;
  bool by_length = false;
  integer_plan lengths;
  std::size_t size = 0;  // of the starts alone
  std::uint64_t bitmap[max_block_values / 64];
};

// Leaves the heads in the room, and the lengths as residuals.
//
// Preconditions: the runs are at most max_runs(max_block_values).
inline void plan_runs(const std::uint64_t* patterns, std::size_t n, encoder_room& room, run_plan& p) noexcept {
  std::uint64_t* const starts = room.spare.words;
  std::uint64_t* const lengths = room.residuals.words;
  std::size_t count = 0;
  const auto look_at = [&](std::size_t i) {  // without a branch: runs are as hard to predict as the data
    starts[count] = i;
    count += patterns[i] != patterns[i - 1];
  };
  starts[count++] = 0;
  std::size_t next = 1;
  for (; next + lanes <= n; next += lanes) {
    std::uint64_t changes = 0;
    const std::uint64_t* const before = patterns + (next - 1);
    for (std::size_t l = 0; l < lanes; ++l) changes |= before[l + 1] ^ before[l];  // must be vectorised
    if (changes == 0) continue;
    for (std::size_t l = 0; l < lanes; ++l) look_at(next + l);
  }
  for (; next < n; ++next) look_at(next);
  starts[count] = n;
  for (std::size_t k = 0; k < count; ++k) {
    room.heads[k] = patterns[starts[k]];
    lengths[k] = starts[k + 1] - starts[k];
  }
  p.count = count;
  p.size = bitmap_size(n);
  p.by_length = false;
  if (count * 2 <= n) {
    p.lengths = plan_positional(lengths, count);
    p.by_length = p.lengths.size < p.size;
    if (p.by_length) p.size = p.lengths.size;
  }
  if (!p.by_length) {
    for (auto& word : p.bitmap) word = 0;
    for (std::size_t k = 0; k < count; ++k) p.bitmap[starts[k] / 64] |= std::uint64_t{1} << starts[k] % 64;
  }
  p.size += varint_size((count - 1) * 2 + 1);
}

/// Writes p.size bytes.
inline void write_runs(std::size_t n, const run_plan& p, encoder_room& room, byte_writer& out) noexcept {
  out.varint((p.count - 1) * 2 + (p.by_length ? 1 : 0));
  if (p.by_length) {
    write_integers(room.residuals.words, p.count, p.lengths, room.plain.digits, room.spare, out);
    return;
  }
  const std::size_t size = bitmap_size(n);
  for (std::size_t i = 0; i < size; i += 8) {
    std::byte* const to = out.take(min_of<std::size_t>(8, size - i));
    if (size - i >= 8) {
      store_little(to, p.bitmap[i / 8]);
    } else {
      store_little_partial(to, p.bitmap[i / 8], size - i);
    }
  }
}

}  // namespace detail::codec
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
