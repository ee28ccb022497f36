// slotted: where the newest rows of all series stand: a state line each, and lines that are full.
// SPDX-License-Identifier: MIT
//
// States and lines are numbered and used again. A line never changes between being filled and being freed, so a
// snapshot may read it meanwhile. For the thread that has the history.
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <utility>

#include <slotted/history/detail/charged_memory.hpp>
#include <slotted/history/detail/paged_array.hpp>
#include <slotted/history/detail/series_nodes.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {

template <class Stream>
class head_store {
 public:
  using state = typename Stream::state;
  using line = typename Stream::line;
  static constexpr std::size_t lent_states = sizeof(state) <= 128 ? 16 : 1;

  void begin_in(state* room) noexcept { states_.begin_in(room, lent_states); }

  [[nodiscard]] state& operator[](std::uint32_t i) const noexcept { return states_[i]; }
  [[nodiscard]] const paged_array<line>& lines() const noexcept { return lines_; }

  // Whether one more row of any series needs no memory.
  [[nodiscard]] bool has_room() const noexcept { return has_state() && has_lines(); }
  [[nodiscard]] commit_outcome try_make_room(charged_memory& memory, bool evict) noexcept {
    while (!has_state())
      if (const commit_outcome why = states_.try_grow(memory, evict); why != commit_outcome::done) return why;
    while (!has_lines())
      if (const commit_outcome why = lines_.try_grow(memory, evict); why != commit_outcome::done) return why;
    return commit_outcome::done;
  }

  // Preconditions: has_room(). The row is the first of its series.
  [[nodiscard]] std::uint32_t begin(std::int64_t time, const std::uint64_t* words) noexcept {
    std::uint32_t i = free_state_;
    if (i != no_index)
      free_state_ = states_[i].spills;
    else
      i = state_end_++;
    ++states_used_;
    Stream::begin(states_[i], time, words);
    return i;
  }
  // Preconditions: has_room().
  void put(state& to, std::int64_t time, const std::uint64_t* words) noexcept {
    Stream::put(to, time, words, [this] {
      std::uint32_t i = free_line_;
      if (i != no_index) {
        free_line_ = lines_[i].previous;
        --free_lines_;
      } else {
        i = line_end_++;
      }
      ++lines_used_;
      return std::pair<std::uint32_t, line*>(i, &lines_[i]);
    });
  }
  // The lines of a state stay; they are freed by themselves.
  void free_state(std::uint32_t i) noexcept {
    states_[i].spills = free_state_;
    free_state_ = i;
    --states_used_;
  }
  // Frees a chain of lines.
  void free_lines(std::uint32_t first) noexcept {
    if (first == no_index) return;
    std::uint32_t last = first;
    std::size_t count = 1;
    for (; lines_[last].previous != no_index; last = lines_[last].previous) ++count;
    lines_[last].previous = free_line_;
    free_line_ = first;
    free_lines_ += count;
    lines_used_ -= count;
  }

  // Bytes of states and lines that hold rows, and of all.
  [[nodiscard]] std::size_t used() const noexcept { return states_used_ * sizeof(state) + lines_used_ * sizeof(line); }
  [[nodiscard]] std::size_t held() const noexcept { return states_.held() + lines_.held(); }
  // The bytes that the next growth of each part would charge.
  [[nodiscard]] std::size_t next_step() const noexcept { return states_.next_step() + lines_.next_step(); }
  [[nodiscard]] std::size_t idle() const noexcept { return held() > used() ? held() - used() : 0; }

  // Gives back what no row needs. Lines only when no snapshot may read them.
  void trim(charged_memory& memory, bool lines_are_seen) noexcept {
    if (states_used_ == 0) {
      state_end_ = 0;
      free_state_ = no_index;
      states_.shrink(0, memory);
    }
    if (lines_used_ == 0 && !lines_are_seen) {
      line_end_ = 0;
      free_line_ = no_index;
      free_lines_ = 0;
      lines_.shrink(0, memory);
    }
  }
  void release(charged_memory& memory) noexcept {
    states_.release(memory);
    lines_.release(memory);
  }

 private:
  [[nodiscard]] bool has_state() const noexcept { return free_state_ != no_index || state_end_ < states_.capacity(); }
  [[nodiscard]] bool has_lines() const noexcept {
    return free_lines_ + (lines_.capacity() - line_end_) >= Stream::max_lines_per_row;
  }

  paged_array<state> states_;
  paged_array<line> lines_;
  std::size_t states_used_ = 0;
  std::size_t lines_used_ = 0;
  std::size_t free_lines_ = 0;
  std::uint32_t state_end_ = 0;
  std::uint32_t line_end_ = 0;
  std::uint32_t free_state_ = no_index;
  std::uint32_t free_line_ = no_index;
};

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
