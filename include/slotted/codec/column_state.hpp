// slotted: what an encoder remembers of a column from block to block, so that it need not search each time.
// SPDX-License-Identifier: MIT
#pragma once

#include <slotted/codec/plain.hpp>

namespace slotted {
inline namespace v0 {
namespace detail::codec {

/// The outcome of the last search, for one kind of body.
struct remembered_choice {
  static constexpr unsigned blocks_between_searches = 32;

  plain_choice plain;
  mode how = mode::integers;
  unsigned char age = 0;
  bool known = false;
  std::uint16_t values = 0;
  std::uint16_t size = 0;

  bool usable(std::size_t n) const noexcept { return known && age < blocks_between_searches && n >= 32; }
  void forget() noexcept { known = false; }

  // Are `now` bytes for n values at most 10 % more than at the last search?
  bool still_good(std::size_t now, std::size_t n) const noexcept { return now < still_good_below(n); }
  std::size_t still_good_below(std::size_t n) const noexcept {
    return (std::size_t{size} + 4) * n * 11 / (std::size_t{values} * 10) + 1;
  }

  void found(mode m, const plain_choice& choice, std::size_t n, std::size_t bytes) noexcept {
    plain = choice;
    how = m;
    age = 0;
    known = true;
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

  /// Forgets everything, so that the next block is searched for anew.
  void reset() noexcept { *this = column_state(); }

 private:
  friend struct column_state_access;
  detail::codec::remembered_choice values_;
  detail::codec::remembered_choice heads_;
  bool prefers_runs_ = false;
  unsigned char runs_age_ = 0;
};

}  // namespace codec
}  // namespace v0
}  // namespace slotted
