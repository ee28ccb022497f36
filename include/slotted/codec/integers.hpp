// slotted: the integer stream: transform, common divisor, bit packing, patched exceptions. Its format and its parts.
// SPDX-License-Identifier: MIT
#pragma once

#include <slotted/algorithm.hpp>
#include <slotted/codec/bins.hpp>
#include <slotted/codec/bit_packing.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail::codec {

// x is what is coded, r its residuals; all arithmetic is modulo 2^64, so that no int64 is out of range.
enum class transform : unsigned char {
  none,               // x[i] = r[i]
  delta,              // x[0] = first, x[i] = x[i-1] + r[i]; r[0] repeats r[1] and is not read
  linear,             // x[i] = r[i] + (slope * i >> slope_shift)
  second_difference,  // x[0] = first, x[1] = first + slope, x[i] - x[i-1] = x[i-1] - x[i-2] + r[i]; r[0] = r[1] = r[2]
};
inline constexpr unsigned slope_shift = 10;

// Does a value depend on all those before it?
constexpr bool is_running(transform t) noexcept { return t == transform::delta || t == transform::second_difference; }

// r[i] = base + divisor * code[i], codes packed at `width`; a patch replaces its r by base + divisor * unzigzag(value).
// Bytes: flags (transform, 4 has divisor, 8 has patches), width, base, [divisor], [first], [slope],
// [patch count - 1, patch width, positions at 10 bits, values], codes. Numbers without a width are varints.
// Of a stream that was compressed again the flags have 16, there are no patches, and the codes are binned.
inline constexpr unsigned position_bits = 10;
inline constexpr unsigned flag_divisor = 4;
inline constexpr unsigned flag_patches = 8;
inline constexpr unsigned flag_bins = 16;

/// A parsed integer stream: everything it points to lies within the parsed bytes.
struct integer_stream {
  std::size_t n = 0;
  transform how = transform::none;
  unsigned width = 0;
  unsigned patch_width = 0;
  std::size_t patches = 0;
  std::uint64_t base = 0;
  std::uint64_t divisor = 1;
  std::uint64_t first = 0;
  std::uint64_t slope = 0;
  const std::byte* positions = nullptr;
  const std::byte* patch_values = nullptr;
  const std::byte* packed = nullptr;
  bool binned = false;
  binned_codes bins;
};

inline bool parse(byte_reader& in, std::size_t n, integer_stream& s) noexcept {
  const unsigned flags = in.u8();
  s.n = n;
  s.how = static_cast<transform>(flags & 3);
  s.width = in.u8();
  s.binned = (flags & flag_bins) != 0;
  if (flags >= 32 || s.width > 64 || (s.binned && ((flags & flag_patches) != 0 || s.width != 64))) in.fail();
  s.base = in.signed_varint();
  s.divisor = (flags & flag_divisor) != 0 ? in.varint() : 1;
  s.first = is_running(s.how) ? in.signed_varint() : 0;
  s.slope = s.how == transform::linear || s.how == transform::second_difference ? in.signed_varint() : 0;
  s.patches = 0;
  if ((flags & flag_patches) != 0) {
    const std::uint64_t count = in.varint();
    s.patch_width = in.u8();
    if (count >= n || s.patch_width > 64) in.fail();
    if (!in.ok()) return false;
    s.patches = number_cast<std::size_t>(count) + 1;
    s.positions = in.take(packed_size(s.patches, position_bits));
    s.patch_values = in.take(packed_size(s.patches, s.patch_width));
  }
  if (!in.ok()) return false;
  if (s.binned) return parse(in, s.bins);
  s.packed = in.take(packed_size(n, s.width));
  return in.ok();
}

// The same, of streams whose values are always coded as they are.
inline bool parse_positional(byte_reader& in, std::size_t n, integer_stream& s) noexcept {
  if (!parse(in, n, s) || s.how != transform::none) in.fail();
  return in.ok();
}

inline std::uint64_t patch_value(const integer_stream& s, std::size_t k) noexcept {
  return s.base + unzigzag(packed_at(s.patch_values, s.patches, s.patch_width, k)) * s.divisor;
}

// Whether positions ascend and are below n. Where they do not, every reader says that the bytes are no block.
inline bool are_positions(const std::byte* positions, std::size_t count, std::size_t n) noexcept {
  if (count == 0) return true;
  const packed_rows packed(positions, count, position_bits);
  std::byte words[8 * lanes];
  std::uint64_t before = ~std::uint64_t{0};
  std::uint64_t wrong = 0;
  const auto look_at = [&](std::size_t of_row) {
    wrong |= std::uint64_t{word_at(words, 0) + 1 <= before + 1};
    for (std::size_t l = 1; l < of_row; ++l) wrong |= std::uint64_t{word_at(words, l) <= word_at(words, l - 1)};
    before = word_at(words, of_row - 1);
  };
  for (std::size_t row = 0; row < packed.rows(); ++row) {
    packed.unpack(row, 1, plus{0}, words);
    look_at(lanes);
  }
  if (packed.rest() != 0) {
    packed.unpack_rest(plus{0}, words);
    look_at(packed.rest());
  }
  return wrong == 0 && before < n;
}

// Whether a parsed stream decodes.
inline bool is_sound(const integer_stream& s) noexcept { return are_positions(s.positions, s.patches, s.n); }

inline constexpr std::size_t no_position = SIZE_MAX;

// Which of the ascending positions is i, or none.
inline std::size_t find_position(const std::byte* positions, std::size_t count, std::size_t i) noexcept {
  if (count == 0) return no_position;
  std::size_t from = 0;
  for (std::size_t left = count; left > 1;) {  // without a branch on what is found
    const std::size_t half = left / 2;
    from += packed_at(positions, count, position_bits, from + half) <= i ? half : 0;
    left -= half;
  }
  return packed_at(positions, count, position_bits, from) == i ? from : no_position;
}

// Ascending positions as bits, for finding many of them in a few instructions each.
class position_set {
 public:
  void assign(const std::byte* positions, std::size_t count) noexcept {
    for (auto& word : bits_) word = 0;
    for (std::size_t k = 0; k < count; ++k) {
      const auto i = number_cast<std::size_t>(packed_at(positions, count, position_bits, k));
      bits_[i / 64] |= std::uint64_t{1} << i % 64;
    }
    std::size_t before = 0;
    for (std::size_t w = 0; w < words; ++w) {
      before_[w] = static_cast<std::uint16_t>(before);
      before += static_cast<std::size_t>(std::popcount(bits_[w]));
    }
  }

  std::size_t find(std::size_t i) const noexcept {
    const std::uint64_t word = bits_[i / 64] >> i % 64;
    if ((word & 1) == 0) return no_position;
    return before_[i / 64] + static_cast<std::size_t>(std::popcount(bits_[i / 64] & low_mask(i % 64)));
  }

 private:
  static constexpr std::size_t words = (std::size_t{1} << position_bits) / 64;
  std::uint64_t bits_[words] = {};
  std::uint16_t before_[words] = {};
};

inline std::size_t find_position(const std::byte* positions, std::size_t count, std::size_t i,
                                 const position_set* known) noexcept {
  return known != nullptr ? known->find(i) : find_position(positions, count, i);
}

[[gnu::always_inline]] inline std::uint64_t on_line(std::uint64_t slope, std::size_t i) noexcept {
  return static_cast<std::uint64_t>(static_cast<std::int64_t>(slope * i) >> slope_shift);
}

inline bool is_summed(const integer_stream& s) noexcept { return is_running(s.how); }

// Is the stream one number, said once?
inline bool is_constant(const integer_stream& s) noexcept {
  return s.width == 0 && s.patches == 0 && s.how == transform::none;
}

// The patches of a stream, one after the other; some are unpacked at a time.
class patch_cursor {
 public:
  explicit patch_cursor(const integer_stream& s) noexcept
      : positions_(s.positions, s.patches, position_bits),
        values_(s.patch_values, s.patches, s.patch_width),
        divisor_(s.divisor),
        base_(s.base),
        n_(s.n) {
    fill();
  }

  // The next position, or the count of the values when there is no other patch, or none that ascends.
  std::size_t position() const noexcept { return position_; }
  std::uint64_t residual() const noexcept { return base_ + unzigzag(word_at(values_bytes_, at_)) * divisor_; }

  void advance() noexcept {
    ++at_;
    at_ == count_ ? fill() : look();
  }

  // Whether all positions so far ascended and were below the count.
  bool ok() const noexcept { return ok_; }

 private:
  static constexpr std::size_t rows_at_once = 1;

  void fill() noexcept {
    at_ = 0;
    const std::size_t left = positions_.rows() - row_;
    const std::size_t rows = left < rows_at_once ? left : rows_at_once;
    if (rows != 0) {
      positions_.unpack(row_, rows, plus{0}, positions_bytes_);
      values_.unpack(row_, rows, plus{0}, values_bytes_);
      row_ += rows;
      count_ = rows * lanes;
    } else if (!rest_taken_ && positions_.rest() != 0) {
      positions_.unpack_rest(plus{0}, positions_bytes_);
      values_.unpack_rest(plus{0}, values_bytes_);
      rest_taken_ = true;
      count_ = positions_.rest();
    } else {
      position_ = n_;
      return;
    }
    look();
  }

  void look() noexcept {
    const auto position = number_cast<std::size_t>(word_at(positions_bytes_, at_));
    ok_ = ok_ && position >= next_ && position < n_;
    position_ = ok_ ? position : n_;
    next_ = position + 1;
  }

  packed_rows positions_;
  packed_rows values_;
  std::uint64_t divisor_;
  std::uint64_t base_;
  std::size_t n_;
  std::size_t row_ = 0;
  std::size_t at_ = 0;
  std::size_t count_ = 0;
  std::size_t position_ = 0;
  std::size_t next_ = 0;
  bool rest_taken_ = false;
  bool ok_ = true;
  std::byte positions_bytes_[8 * lanes * rows_at_once];
  std::byte values_bytes_[8 * lanes * rows_at_once];
};

// Calls f with the position of each patch and with the residual that stands there; false when positions do not ascend
// or leave the block.
template <typename F>
inline bool for_each_patch(const integer_stream& s, F&& f) noexcept {
  patch_cursor patches(s);
  for (; patches.position() != s.n; patches.advance()) f(patches.position(), patches.residual());
  return patches.ok();
}

// n words on a line.
struct line_kernel {
  template <isa>
  [[gnu::always_inline]] static void run(std::byte* words, std::uint64_t from, std::uint64_t rise,
                                         std::size_t n) noexcept {
    for (std::size_t i = 0; i < n; ++i) set_word(words, i, from + rise * i);  // must be vectorised
  }
};

// Whether the values are straight lines from patch to patch.
inline bool is_steps(const integer_stream& s) noexcept {
  return s.width == 0 && (s.how == transform::delta || (s.how == transform::second_difference && s.base == 0));
}

inline bool decode_steps(const integer_stream& s, std::byte* __restrict words) noexcept {
  const bool first_order = s.how == transform::delta;
  std::uint64_t step = first_order ? s.base : s.slope;
  std::uint64_t value = s.first;
  std::size_t at = 0;
  const auto line_to = [&](std::size_t end) {
    const std::uint64_t from = value;
    const std::uint64_t rise = step;
    std::byte* const out = words + 8 * at;
    const std::size_t count = end - at;
    codec::run<line_kernel>(out, from, rise, count);
    value = from + rise * count;
    at = end;
  };
  const bool valid = for_each_patch(s, [&](std::size_t position, std::uint64_t residual) {
    if (position < (first_order ? 1u : 2u)) return;  // never read
    line_to(position);
    value += residual - (first_order ? step : 0);
    if (!first_order) step += residual;
  });
  line_to(s.n);
  return valid;
}

// The residuals of a binned stream, in the order of their codes, as n host words, or added to those that are there.
template <bool add>
[[gnu::noinline]] inline void decode_binned(const integer_stream& s, std::byte* __restrict words) noexcept {
  bin_reader codes(s.bins);
  std::uint64_t some[bin_lanes];
  for (std::size_t i = 0; i < s.n; i += bin_lanes) {
    codes.next(some);
    const std::size_t count = s.n - i < bin_lanes ? s.n - i : bin_lanes;
    for (std::size_t l = 0; l < count; ++l) put_word<add>(words, i + l, s.base + s.divisor * some[l]);
  }
}
// One of them, for which all before it are read.
[[gnu::noinline]] inline std::uint64_t binned_at(const integer_stream& s, std::size_t i) noexcept {
  bin_reader codes(s.bins);
  std::uint64_t some[bin_lanes];
  for (std::size_t k = 0; k <= i; k += bin_lanes) codes.next(some);
  return s.base + s.divisor * some[i % bin_lanes];
}

// The residuals of a stream as n host words.
inline bool decode_residuals(const integer_stream& s, std::byte* __restrict words) noexcept {
  if (s.divisor == 1) {
    unpack(s.packed, s.n, s.width, plus{s.base}, words);
  } else {
    unpack(s.packed, s.n, s.width, times_plus{s.divisor, s.base}, words);
  }
  return s.patches == 0 ||
         for_each_patch(s, [&](std::size_t position, std::uint64_t residual) { set_word(words, position, residual); });
}

// Codes beside a line, whose rise over a row's lanes is worked out once: multiplying 64 bits takes long.
struct beside_line {
  using seldom = void;
  std::uint64_t base;
  std::uint64_t slope;
  const std::uint64_t* rises;

  struct row {
    std::uint64_t base;
    std::uint64_t start;
    const std::uint64_t* __restrict rises;
    [[gnu::always_inline]] std::uint64_t operator()(std::uint64_t code, std::size_t l) const noexcept {
      return code + base + static_cast<std::uint64_t>(static_cast<std::int64_t>(start + rises[l]) >> slope_shift);
    }
  };
  template <isa>
  [[gnu::always_inline]] row prepare(std::size_t first) const noexcept {
    return {base, slope * first, rises};
  }
};

inline bool decode_line(const integer_stream& s, std::byte* __restrict words) noexcept {
  const std::uint64_t slope = s.slope;
  std::uint64_t rises[lanes];
  for (std::size_t l = 0; l < lanes; ++l) rises[l] = slope * l;
  unpack(s.packed, s.n, s.width, beside_line{s.base, slope, rises}, words);
  return s.patches == 0 || for_each_patch(s, [&](std::size_t position, std::uint64_t residual) {
           set_word(words, position, residual + on_line(slope, position));
         });
}

}  // namespace detail::codec
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
