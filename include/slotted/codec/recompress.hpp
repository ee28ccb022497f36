// slotted: old blocks made smaller still, without loss: their codes are put into bins, and those coded by tANS.
// SPDX-License-Identifier: MIT
//
// A block that was compressed again is a block like any other for whoever reads it. It takes about a tenth less, and
// takes some times as long to decode; one value of it takes as long as all before it in its block. Any thread may
// compress blocks of its own.
#pragma once

#include <slotted/codec/bin_plan.hpp>
#include <slotted/codec/block.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail::codec {

/// What compressing a block again works in.
struct recompress_room {
  word_room values;
  word_room residuals;
  word_room sorted;
  word_room best;
  word_room bits;
  std::uint8_t counts[max_block_values];
};

// About how many bits a value the residuals take once they are binned: what their distance from one of them takes.
inline std::size_t bits_by_distance(const std::uint64_t* r, std::size_t n) noexcept {
  std::int64_t some[17] = {};
  std::size_t count = 0;
  const std::size_t step = n / 16 + 1;
  for (std::size_t i = step / 2; i < n; i += step) some[count++] = static_cast<std::int64_t>(r[i]);
  nth_element(some, some + count / 2, some + count, [](std::int64_t a, std::int64_t b) { return a < b; });
  const auto middle = static_cast<std::uint64_t>(some[count / 2]);
  std::size_t bits = 0;
  for (std::size_t i = 0; i < n; ++i) bits += bit_length(zigzag(r[i] - middle));
  return bits;
}

/// Compresses streams again, one after the other, and copies what lies between them.
class block_rewriter {
 public:
  block_rewriter(std::span<const std::byte> from, std::byte* to) noexcept : from_(from), in_(from), out_(to), to_(to) {}

  byte_reader& in() noexcept { return in_; }
  std::size_t written() const noexcept { return static_cast<std::size_t>(out_.at() - to_); }

  // Copies what was read and not yet written.
  void copy() noexcept {
    out_.bytes(from_.data() + copied_, in_.consumed() - copied_);
    copied_ = in_.consumed();
  }

  // Reads a stream and writes it anew, by whichever of the transforms suits bins best, or as it was.
  bool stream(std::size_t n, transform_set allowed) noexcept {
    copy();
    integer_stream s;
    if (!parse(in_, n, s)) return false;
    const std::size_t size = in_.consumed() - copied_;
    auto* const words = reinterpret_cast<std::byte*>(room_.values.words);
    if (n < least_values || s.binned || size * 8 < n || !decode(s, words) || !rewrite(n, allowed, s.how, size)) copy();
    copied_ = in_.consumed();
    return true;
  }

 private:
  // Fewer do not pay for their bins.
  static constexpr std::size_t least_values = 64;

  bool rewrite(std::size_t n, transform_set allowed, transform before, std::size_t size) noexcept {
    const std::uint64_t* const x = room_.values.words;
    std::uint64_t* r = room_.residuals.words;
    std::uint64_t* best = room_.best.words;
    integer_plan p;
    std::size_t least = SIZE_MAX;
    for (const transform t : {transform::none, transform::delta, transform::linear, transform::second_difference}) {
      if (((allowed | set_of(before)) & set_of(t)) == 0) continue;
      integer_plan each;
      each.how = t;
      make_residuals(x, n, each, r);
      const std::size_t bits = bits_by_distance(r, n);
      if (bits >= least) continue;
      least = bits;
      p = each;
      swap_words(r, best);
    }
    const residual_range range = range_of(best, n);
    plan_codes(n, range, [&] { return common_divisor(best, n, range); }, p);
    codec::run<shift_kernel>(best, n, p.base);
    if (p.divisor != 1) exact_division(p.divisor).divide_all(best, n);
    std::memcpy(room_.sorted.words, best, n * sizeof *best);
    bin_plan bins;
    if (!plan_bins(room_.sorted.words, n, bins)) return false;
    if (is_running(p.how)) {
      difference_order(n).apply(best, n, r);
      swap_words(r, best);
    }
    binned_bits bits{room_.bits.words, room_.counts, {}, 0};
    code_by_bins(best, n, bins, bits);
    p.width = 0;
    const std::size_t now = planned_size(p, n) + size_of_bins(bins, bits);
    if (now + size / 64 >= size) return false;  // it would not be worth the time that decoding takes
    unsigned flags = static_cast<unsigned>(p.how) | flag_bins;
    if (p.divisor != 1) flags |= flag_divisor;
    out_.u8(flags);
    out_.u8(64);
    out_.signed_varint(p.base);
    if (p.divisor != 1) out_.varint(p.divisor);
    if (is_running(p.how)) out_.signed_varint(p.first);
    if (p.how == transform::linear || p.how == transform::second_difference) out_.signed_varint(p.slope);
    write_bins(n, bins, bits, out_);
    return true;
  }

  static void swap_words(std::uint64_t*& a, std::uint64_t*& b) noexcept {
    std::uint64_t* const kept = a;
    a = b;
    b = kept;
  }

  std::span<const std::byte> from_;
  byte_reader in_;
  byte_writer out_;
  std::byte* to_;
  std::size_t copied_ = 0;
  recompress_room room_;
};

// The streams of a plain body.
inline bool rewrite_plain(block_rewriter& b, std::size_t n, mode how, transform_set allowed) noexcept {
  if (how == mode::integers) return b.stream(n, allowed);
  const unsigned flags = b.in().u8();
  if ((flags & 31) == own_divisor) b.in().take(8);
  return b.in().ok() && b.stream(n, allowed) && ((flags & flag_corrections) == 0 || b.stream(n, only_positional));
}

// Preconditions: the body is sound.
inline bool rewrite_flat(block_rewriter& b, std::size_t n, value_kind kind, mode how) noexcept {
  const transform_set allowed = kind == value_kind::integer ? every_transform : first_order;
  if (how <= mode::decimals) return rewrite_plain(b, n, how, allowed);
  if (how == mode::dictionary) {
    const std::uint64_t last = b.in().varint();
    const auto of_entries = static_cast<mode>(b.in().u8());
    return rewrite_plain(b, number_cast<std::size_t>(last) + 1, of_entries, random_access) &&
           b.stream(n, only_positional);
  }
  if (how == mode::series_dictionary) {
    b.in().varint();
    if (!b.stream(n, only_positional)) return false;
    const auto strangers = number_cast<std::size_t>(b.in().varint());
    b.in().take(packed_size(strangers, position_bits));
    b.in().take(packed_size(strangers, pattern_bits(kind)));
  } else {
    top_parts_body body;
    if (!parse(b.in(), n, kind, body)) return false;
  }
  b.copy();
  return true;
}

}  // namespace detail::codec

namespace codec {

/// Compresses a block again: the same values in fewer bytes, for one that is old or read seldom.
///
/// It decodes by itself, whole and value by value, as the block did, and needs the same dictionary.
///
/// Preconditions: to.size() >= encoded_size(block); the two do not overlap.
/// Returns: the size of what was written, at most encoded_size(block); 0 when the bytes are no block.
/// Complexity: linear but for a sort of the codes; uses at most 64 KiB of stack and no heap.
[[nodiscard]] inline std::size_t try_recompress(std::span<const std::byte> block, std::span<std::byte> to) noexcept {
  using namespace detail::codec;
  block_info info;
  if (!try_inspect(block, info)) return 0;
  assert(to.size() >= info.size);
  block_rewriter rewriter(block.first(info.size), to.data());
  byte_reader& in = rewriter.in();
  header h;
  if (!parse(in, h)) return 0;
  std::size_t n = h.n;
  if (h.how == mode::runs) {
    const std::uint64_t head = in.varint();
    n = detail::number_cast<std::size_t>(head / 2) + 1;
    if ((head & 1) == 0) {
      in.take(bitmap_size(h.n));
    } else if (!rewriter.stream(n, only_positional)) {
      return 0;
    }
    if (!parse_heads_mode(in, h.how)) return 0;
  }
  if (!rewrite_flat(rewriter, n, h.kind, h.how)) return 0;
  return rewriter.written();
}

/// Compresses a block again: the same values in fewer bytes, for one that is old or read seldom.
///
/// Preconditions: those of try_recompress. Returns: the size of what was written, at most encoded_size(block).
/// Throws: corrupt_block when the bytes are no block.
inline std::size_t recompress(std::span<const std::byte> block, std::span<std::byte> to) {
  const std::size_t size = try_recompress(block, to);
  if (size == 0) detail::codec::throw_corrupt_block("slotted: bytes are not a block");
  return size;
}

/// Compresses the blocks of a column again, which follow each other without a gap, and so do those that are written.
///
/// Preconditions: to.size() >= blocks.size(); the two do not overlap.
/// Returns: the size of what was written, at most blocks.size().
/// Throws: corrupt_block when the bytes are not blocks one behind the other; what was written until then is lost.
inline std::size_t recompress_column(std::span<const std::byte> blocks, std::span<std::byte> to) {
  std::size_t read = 0;
  std::size_t written = 0;
  while (read != blocks.size()) {
    const std::size_t size = encoded_size(blocks.subspan(read));
    written += recompress(blocks.subspan(read, size), to.subspan(written));
    read += size;
  }
  return written;
}

}  // namespace codec
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
