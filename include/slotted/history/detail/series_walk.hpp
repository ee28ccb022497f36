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
#include <utility>

#include <slotted/history/detail/time_window.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {

// All series, or the one of a key.
template <class Series>
struct series_choice {
  std::optional<Series> one;
};

inline constexpr std::size_t no_place = SIZE_MAX;

template <class Reading>
using section_of = decltype(std::declval<const Reading&>().enter());

// Asks for the head of the series at `place`, if there is one, and for its newest block.
template <class Reading>
inline void fetch_series([[maybe_unused]] const Reading& reading, [[maybe_unused]] std::size_t place) {
  if constexpr (requires(const typename Reading::series& view) { view.prefetch(); }) {
    typename Reading::series view;
    if (reading.view(place, view)) view.prefetch();
  }
}

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
  // Where a series' parts lie is known once its node has come, so that is asked for earlier than the parts.
  constexpr std::size_t node_ahead = 12;
  constexpr std::size_t parts_ahead = 4;
  for (std::size_t place = first; place < reading.places(); ++place) {
    if constexpr (requires { reading.prefetch(place); })
      if (place + node_ahead < reading.places()) reading.prefetch(place + node_ahead);
    if (place + parts_ahead < reading.places()) fetch_series(reading, place + parts_ahead);
    if (!reading.view(place, view)) continue;
    if (!f(place, view, section)) return;
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
