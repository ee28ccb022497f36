// slotted: what an encoder remembers of a column from block to block, so that it need not search each time.
// SPDX-License-Identifier: MIT
#pragma once

#include <slotted/codec/hint.hpp>
#include <slotted/codec/plain.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail::codec {

/// The outcome of the last search, for one kind of body.
struct remembered_choice {
  static constexpr unsigned blocks_between_searches = 32;

  plain_choice plain;
  mode how = mode::integers;
  unsigned char age = unknown;
  std::uint16_t values = 0;
  std::uint16_t size = 0;

  static constexpr unsigned char unknown = 255;
  bool known() const noexcept { return age != unknown; }
  bool usable(std::size_t n) const noexcept { return age < blocks_between_searches && n >= 8; }

  // Are `now` bytes for n values at most 10 % more than at the last search?
  bool still_good(std::size_t now, std::size_t n) const noexcept { return now < still_good_below(n); }
  std::size_t still_good_below(std::size_t n) const noexcept {
    if (values == 0) return SIZE_MAX;  // it is not known how large the block was
    return (std::size_t{size} + 4) * n * 11 / (std::size_t{values} * 10) + 1;
  }

  void found(mode m, const plain_choice& choice, std::size_t n, std::size_t bytes) noexcept {
    plain = choice;
    how = m;
    age = 0;
    values = static_cast<std::uint16_t>(n);
    size = static_cast<std::uint16_t>(bytes);
  }
};

}  // namespace detail::codec

namespace codec {

/// What an encoder remembers of a column: its last mode, exponent and transform.
///
/// Any state gives a block that decodes to the same values; one kept per column makes encoding several times faster. It
/// is trivially copyable, allocates nothing, and is no part of what a decoder needs.
class column_state {
 public:
  constexpr column_state() noexcept = default;

  /// A state that knows what a hint says.
  explicit column_state(hint h) noexcept {
    using namespace detail::codec;
    const unsigned how = h.choice >> 2 & 7;
    const unsigned exponent = h.choice >> 8 & 31;
    if ((h.choice & known_bit) == 0 || how >= static_cast<unsigned>(mode::runs) || exponent > largest_exponent) return;
    const plain_choice plain{(h.choice & decimals_bit) != 0 ? mode::decimals : mode::integers,
                             static_cast<transform>(h.choice >> 6 & 3), static_cast<unsigned char>(exponent),
                             (h.choice & narrowed_bit) != 0};
    prefers_runs_ = (h.choice & runs_bit) != 0;
    // Of a body of runs it is the heads that were chosen for, and their size is not known.
    if (prefers_runs_) {
      heads_.found(static_cast<mode>(how), plain, 0, 0);
    } else {
      values_.found(static_cast<mode>(how), plain, h.values, h.size);
    }
  }

  /// What is to be told to the encoder of the next block.
  ///
  /// Preconditions: values and size are those of the last block that was encoded with this state.
  hint to_hint(std::size_t values, std::size_t size) const noexcept {
    using namespace detail::codec;
    const remembered_choice& last = prefers_runs_ && heads_.known() ? heads_ : values_;
    if (!last.known()) return {};
    unsigned choice = known_bit | static_cast<unsigned>(last.how) << 2 | static_cast<unsigned>(last.plain.digits) << 6 |
                      static_cast<unsigned>(last.plain.exponent) << 8;
    if (&last == &heads_) choice |= runs_bit;
    if (last.plain.how == mode::decimals) choice |= decimals_bit;
    if (last.plain.narrowed) choice |= narrowed_bit;
    return {static_cast<std::uint16_t>(choice), static_cast<std::uint16_t>(values), static_cast<std::uint16_t>(size)};
  }

  /// Forgets everything, so that the next block is searched for anew.
  void reset() noexcept { *this = column_state(); }

 private:
  friend struct column_state_access;
  // The bits of a hint's choice that stand alone; the mode, the transform and the exponent are at bits 2, 6 and 8.
  static constexpr unsigned known_bit = 1;
  static constexpr unsigned runs_bit = 2;
  static constexpr unsigned decimals_bit = 32;
  static constexpr unsigned narrowed_bit = 1u << 13;
  std::uint64_t divisor_ = 0;  // the one that was found last, for values or heads
  detail::codec::remembered_choice values_;
  detail::codec::remembered_choice heads_;
  bool prefers_runs_ = false;
  unsigned char runs_age_ = 0;
};

}  // namespace codec
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
