// slotted: a block whose header is read once, for many values at chosen positions.
// SPDX-License-Identifier: MIT
#pragma once

#include <slotted/codec/block.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace codec {

/// One block of values of type T, opened for reading single values; refers to the block and to its dictionary.
///
/// It has some 12 KB: what opening works out, so that each value takes a few instructions. A block of differences is
/// decoded when it is opened; a single value of one takes as long.
template <block_value T>
class block_reader {
 public:
  block_reader() noexcept = default;

  /// Opens a block.
  ///
  /// Throws: corrupt_block when the bytes are no block of T's kind, or the dictionary is not the one it names.
  explicit block_reader(std::span<const std::byte> block, const dictionary_view& dictionary = {}) {
    if (!try_open(block, dictionary)) {
      detail::codec::throw_corrupt_block(
          "slotted: bytes are not a block of values of this type, or need another dictionary");
    }
  }

  /// Opens another block.
  ///
  /// Returns: false where the constructor throws; the reader is then empty.
  [[nodiscard]] bool try_open(std::span<const std::byte> block, const dictionary_view& dictionary = {}) noexcept {
    using namespace detail::codec;
    count_ = 0;
    byte_reader in(block);
    header h;
    if (!parse(in, h) || h.kind != kind_of<T>()) return false;
    mode_ = h.how;
    std::size_t n = h.n;
    decoded_ = false;
    in_runs_ = mode_ == mode::runs;
    if (in_runs_) {
      run_starts starts;
      if (!parse(in, n, starts) || !parse_heads_mode(in, mode_) || !runs_.assign(starts)) return false;
      n = starts.count;
    }
    dictionary_ = dictionary;
    const bool parsed = with_flat_body(in, n, h.kind, mode_, [&](const auto& body) {
      if constexpr (requires { body.version; }) {
        if (!is_of(body, dictionary)) return false;
      }
      return is_sound(body) && keep(body);
    });
    if (parsed) count_ = h.n;
    return parsed;
  }

  /// The number of values in the block.
  std::size_t size() const noexcept { return count_; }

  /// The i-th value.
  ///
  /// Returns: false when i is not below size().
  /// Complexity: constant.
  [[nodiscard]] bool try_at(std::size_t i, T& value) const noexcept {
    using namespace detail::codec;
    if (i >= count_) return false;
    if (in_runs_) i = runs_.run_of(i);
    if (decoded_) {
      value = from_pattern<T>(decoded_words_[i]);
      return true;
    }
    std::uint64_t pattern = 0;
    bool found = false;
    if (mode_ == mode::integers || mode_ == mode::decimals)
      found = detail::codec::value_at(plain_, i, pattern, patched_);
    else if (mode_ == mode::dictionary)
      found = detail::codec::value_at(entries_, decoded_words_, i, pattern, patched_);
    else if (mode_ == mode::series_dictionary)
      found = detail::codec::value_at(series_, dictionary_, i, pattern, patched_);
    else
      found = detail::codec::value_at(top_parts_, i, pattern, patched_);
    if (found) value = from_pattern<T>(pattern);
    return found;
  }

  /// The i-th value.
  ///
  /// Throws: corrupt_block where try_at returns false.
  T at(std::size_t i) const {
    T value{};
    if (!try_at(i, value)) detail::codec::throw_corrupt_block("slotted: a block has no value at this position");
    return value;
  }

 private:
  // Each keeps what is parsed, and what finding many values in it goes by.
  bool keep(const detail::codec::plain_body& b) noexcept {
    decoded_ = is_sequential(b);
    if (decoded_) return decode(b, reinterpret_cast<std::byte*>(decoded_words_));
    plain_ = b;
    if (b.how == detail::codec::mode::integers) {
      patched_[0].assign(b.integers.positions, b.integers.patches);
    } else {
      patched_[0].assign(b.decimals.digits.positions, b.decimals.digits.patches);
      patched_[1].assign(b.decimals.corrections.positions, b.decimals.corrections.patches);
    }
    return true;
  }

  bool keep(const detail::codec::dictionary_body& b) noexcept {
    decoded_ = b.codes.binned;
    if (decoded_) return decode(b, reinterpret_cast<std::byte*>(decoded_words_));
    entries_ = b;
    patched_[0].assign(b.codes.positions, b.codes.patches);
    return decode_entries(b, decoded_words_);
  }

  bool keep(const detail::codec::series_body& b) noexcept {
    decoded_ = b.codes.binned;
    if (decoded_) return decode(b, dictionary_, reinterpret_cast<std::byte*>(decoded_words_));
    series_ = b;
    patched_[0].assign(b.codes.positions, b.codes.patches);
    patched_[1].assign(b.positions, b.strangers);
    return true;
  }

  bool keep(const detail::codec::top_parts_body& b) noexcept {
    top_parts_ = b;
    patched_[0].assign(b.positions, b.patches);
    return true;
  }

  std::size_t count_ = 0;
  bool in_runs_ = false;
  bool decoded_ = false;
  detail::codec::mode mode_ = detail::codec::mode::integers;
  dictionary_view dictionary_;
  detail::codec::run_index runs_;
  detail::codec::plain_body plain_;
  detail::codec::dictionary_body entries_;
  detail::codec::series_body series_;
  detail::codec::top_parts_body top_parts_;
  detail::codec::position_set patched_[2];
  std::uint64_t decoded_words_[detail::codec::max_block_values];  // all values, or the entries of a dictionary
};

}  // namespace codec
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
