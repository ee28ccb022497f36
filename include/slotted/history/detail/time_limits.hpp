// slotted: which times a history takes, and which it keeps.
// SPDX-License-Identifier: MIT
//
// There are two clocks. The newest time that was accepted is what `max_ahead` counts from: a row from further ahead is
// refused. Ages count from the settled time, the lower median of the last 16 accepted times, which never goes back: so
// a row from the future, or seven among sixteen, makes nothing else look old. While fewer than 16 rows have been
// accepted, one that is far behind all of them begins anew, for the others may have been the ones from the future. For
// the owner's thread.
#pragma once

#include <cstdint>

#include <slotted/algorithm.hpp>
#include <slotted/history/append_outcome.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {

class time_limits {
 public:
  static constexpr std::uint64_t none = UINT64_MAX;

  void set_max_age(std::uint64_t age) noexcept { max_age_ = age; }
  void set_max_ahead(std::uint64_t ahead) noexcept { max_ahead_ = ahead; }
  void set_window(std::int64_t from, std::int64_t to) noexcept {  // both included
    from_ = from;
    to_ = to;
  }
  // Takes over the limits of `other`; the clocks go on.
  void set_limits_of(const time_limits& other) noexcept {
    max_age_ = other.max_age_;
    max_ahead_ = other.max_ahead_;
    from_ = other.from_;
    to_ = other.to_;
    floor_ = max_of(floor_, other.floor_);
    expired_at_ = INT64_MIN;
  }

  // Whether a row of this time is to be taken. Changes nothing.
  [[nodiscard]] append_outcome check(std::int64_t time) const noexcept {
    if (time < from_) return append_outcome::too_old;
    if (time > to_) return append_outcome::too_far_ahead;
    if (accepted_ == 0 || (max_age_ & max_ahead_) == none) return append_outcome::done;
    if (time > newest_) {
      const std::uint64_t most = max_ahead_ == none ? max_age_ : max_ahead_;
      return distance(newest_, time) > most ? append_outcome::too_far_ahead : append_outcome::done;
    }
    return begins_anew(time) || !is_too_old(time) ? append_outcome::done : append_outcome::too_old;
  }
  // A row of this time has been taken.
  void accept(std::int64_t time) noexcept {
    if ((max_age_ & max_ahead_) == none) return;  // nothing counts from them
    if (begins_anew(time)) {
      accepted_ = 0;
      newest_ = settled_ = INT64_MIN;
    }
    newest_ = max_of(newest_, time);
    recent_[accepted_ % recent_count] = time;
    ++accepted_;
    if (accepted_ < recent_count || accepted_ % (recent_count / 2) == 0) settled_ = max_of(settled_, median());
    if (accepted_ == 2 * recent_count) accepted_ = recent_count;
  }
  // The caller's clock says that it is at least this late, and what is older may go.
  void advance(std::int64_t time) noexcept {
    floor_ = max_of(floor_, time);
    if (accepted_ == 0) return;
    newest_ = max_of(newest_, time);
    settled_ = max_of(settled_, time);
  }

  // Rows before this time are too old; INT64_MIN: none is.
  [[nodiscard]] std::int64_t cutoff() const noexcept {
    if (max_age_ == none || accepted_ == 0 || distance(INT64_MIN, settled_) <= max_age_) return floor_;
    return max_of(floor_, static_cast<std::int64_t>(static_cast<std::uint64_t>(settled_) - max_age_));
  }
  // Whether so much time has passed since the last expiry that another is worth its while: a small part of the age.
  [[nodiscard]] bool expiry_is_due() const noexcept {
    return max_age_ != none && (settled_ < expired_at_ || distance(expired_at_, settled_) > max_age_ / 128);
  }
  void expired() noexcept { expired_at_ = settled_; }

 private:
  static constexpr std::uint32_t recent_count = 16;

  // to - from, which is not negative.
  [[nodiscard]] static std::uint64_t distance(std::int64_t from, std::int64_t to) noexcept {
    return static_cast<std::uint64_t>(to) - static_cast<std::uint64_t>(from);
  }
  [[nodiscard]] bool is_too_old(std::int64_t time) const noexcept {
    return max_age_ != none && time < settled_ && distance(time, settled_) > max_age_;
  }
  [[nodiscard]] bool begins_anew(std::int64_t time) const noexcept {
    return accepted_ != 0 && accepted_ < recent_count && is_too_old(time);
  }
  [[nodiscard]] std::int64_t median() const noexcept {
    std::int64_t sorted[recent_count];
    const std::uint32_t count = min_of(accepted_, recent_count);
    for (std::uint32_t i = 0; i < count; ++i) {
      std::uint32_t at = i;
      for (; at != 0 && recent_[i] < sorted[at - 1]; --at) sorted[at] = sorted[at - 1];
      sorted[at] = recent_[i];
    }
    return sorted[(count - 1) / 2];
  }

  std::uint64_t max_age_ = none;
  std::uint64_t max_ahead_ = none;
  std::int64_t from_ = INT64_MIN;
  std::int64_t to_ = INT64_MAX;
  std::int64_t floor_ = INT64_MIN;  // what the caller has said may go
  std::int64_t newest_ = INT64_MIN;
  std::int64_t settled_ = INT64_MIN;
  std::int64_t expired_at_ = INT64_MIN;
  std::int64_t recent_[recent_count] = {};
  std::uint32_t accepted_ = 0;  // from 16 on, modulo 16
};

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
