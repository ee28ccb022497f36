// slotted: the series and blocks of a reading one after the other, the next ones fetched from memory ahead.
// SPDX-License-Identifier: MIT
//
// A series lies where the one before it says nothing of it, and is too short for the processor to see a stream in it: a
// walk that waits for each spends most of its time so. Within f the walk is inside a section of the reading; between
// two series it is in none, so that whoever appends need never wait for longer than one series takes. Throws what
// entering a section throws: snapshot_expired. For any thread that may read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>

#include <slotted/history/detail/time_window.hpp>
#include <slotted/series/detail/charged_block.hpp>
#include <slotted/series/series_ref.hpp>
#include <slotted/series/series_set.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {

// All series, or the one of a key.
template <class Series>
struct series_choice {
  std::optional<Series> one;
  [[nodiscard]] bool has(const Series&) const noexcept { return true; }
};
// Series by reference may be those of a set, too.
template <>
struct series_choice<series_ref> {
  std::optional<series_ref> one;
  std::optional<series_set> among{};
  [[nodiscard]] bool has(series_ref of) const noexcept { return !among || among->contains_number(of.number()); }
};

// A choice that owns nothing, and what has to be kept for it.
struct borrowed_choice {
  std::optional<series_ref> one;
  bool some;
  std::span<const std::uint64_t> among;  // a bit for each number
  [[nodiscard]] bool has(series_ref of) const noexcept {
    const std::size_t word = of.number() / 64;
    return !some || (word < among.size() && (among[word] >> (of.number() % 64) & 1) != 0);
  }
};
template <class Series>
[[nodiscard]] series_choice<Series> borrow(const series_choice<Series>& from, charged_block&) noexcept {
  return from;
}
[[nodiscard]] inline borrowed_choice borrow(const series_choice<series_ref>& from, charged_block& kept) noexcept {
  if (!from.among) return {from.one, false, {}};
  kept = from.among->block();
  return {from.one, true, from.among->words()};
}

inline constexpr std::size_t no_place = SIZE_MAX;

template <class Reading>
using section_of = decltype(std::declval<const Reading&>().enter());

// Asks the memory for what a walk over all series will look at: for the node of a series first, which says where its
// state and its newest block are, and then for the lines of its head, each of which says where the line below it is.
template <class Reading>
class series_fetch {
 public:
  // The walk has come to `place`. Preconditions: inside a section.
  void come_to([[maybe_unused]] const Reading& reading, [[maybe_unused]] std::size_t place) noexcept {
    if constexpr (fetches) {
      const std::size_t places = reading.places();
      typename Reading::series view;
      if (place + node_ahead < places) reading.prefetch(place + node_ahead);
      if (place + parts_ahead < places && reading.view(place + parts_ahead, view)) view.prefetch();
      for (std::uint32_t& line : lines_)
        if (line != no_line) line = reading.fetch_line_below(line);
      const std::size_t next = place + lines_ahead;
      lines_[next % lines_ahead] = next < places && reading.view(next, view) ? view.fetch_line() : no_line;
    }
  }

 private:
  static constexpr bool fetches = requires(const Reading& reading) { reading.fetch_line_below(std::uint32_t{}); };
  static constexpr std::size_t node_ahead = 16;
  static constexpr std::size_t parts_ahead = 11;
  static constexpr std::size_t lines_ahead = 7;
  static constexpr std::uint32_t no_line = UINT32_MAX;

  // The lowest line that has been asked for, of each of the series that come next.
  std::uint32_t lines_[lines_ahead] = {no_line, no_line, no_line, no_line, no_line, no_line, no_line};
};

// Calls f(place, view, section) for each chosen series until f returns false: of all series in the order of places,
// from place `first` on. f may pause the section and resume it.
template <class Reading, class Choice, class F>
void for_each_series(const Reading& reading, const Choice& which, std::size_t first, F f) {
  typename Reading::series view;
  section_of<Reading> section = reading.enter();
  if (which.one) {
    const std::size_t place = reading.find(*which.one);
    if (place != no_place && reading.view(place, view)) (void)f(place, view, section);
    return;
  }
  series_fetch<Reading> fetch;
  for (std::size_t place = first; place < reading.places(); ++place) {
    fetch.come_to(reading, place);
    if (!reading.view(place, view)) continue;
    if (which.has(view.key()) && !f(place, view, section)) return;
    section.leave();
    section.enter();
  }
}
template <class Reading, class Choice, class F>
void for_each_series(const Reading& reading, const Choice& which, F f) {
  for_each_series(reading, which, 0, f);
}

// Calls f(block) for each block of a series that meets a window, the newest first, until f returns false. The block
// that comes two later has been asked for by then.
template <class Series, class F>
void for_each_block_ahead(const Series& view, time_window window, F f) {
  if (window.has_all()) return view.for_each_block(f);  // that one fetches what comes next by itself
  using block = typename Series::block;
  std::optional<block> next;
  std::optional<block> second;
  bool on = true;
  view.for_each_block(window.from, window.to, [&](const block& third) {
    third.prefetch();
    const std::optional<block> now = next;
    next = second;
    second = third;
    return !now || (on = f(*now));
  });
  if (on && next) on = f(*next);
  if (on && second) (void)f(*second);
}

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
