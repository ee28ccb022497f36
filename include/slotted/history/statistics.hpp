// slotted: the figures of a history that a service shows.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {

/// What a history holds now, and what it has done since it was made.
///
/// Counters only grow; they are those of one history, and move with it.
struct history_statistics {
  // ---- now
  std::size_t rows = 0;       ///< rows held
  std::size_t head_rows = 0;  ///< of them, rows in no block yet
  std::size_t series = 0;     ///< series that have rows
  std::size_t blocks = 0;     ///< sealed blocks
  std::size_t snapshots = 0;  ///< snapshots that are open

  // ---- bytes, by part; together what the budget is charged
  std::size_t series_bytes = 0;       ///< of series and their index
  std::size_t head_bytes = 0;         ///< of rows in no block
  std::size_t block_bytes = 0;        ///< of slabs with blocks, empty ones that are kept included
  std::size_t shared_time_bytes = 0;  ///< of time columns that several blocks share
  std::size_t reader_bytes = 0;       ///< set aside for readers, and what snapshots keep
  std::size_t other_bytes = 0;        ///< of everything else
  std::size_t shared_time_saved = 0;  ///< bytes that blocks would take more if each had its own times

  // ---- since the beginning
  std::uint64_t appended = 0;                 ///< rows accepted
  std::uint64_t late = 0;                     ///< of them, rows older than one that their series had
  std::uint64_t refused_over_budget = 0;      ///< rows refused because the budget had no room
  std::uint64_t refused_out_of_memory = 0;    ///< rows refused because the system had no memory
  std::uint64_t refused_too_many_series = 0;  ///< rows refused that would have begun a series too many
  std::uint64_t refused_too_old = 0;          ///< rows refused by their age, or as before what is accepted
  std::uint64_t refused_too_far_ahead = 0;    ///< rows refused as too far ahead, or behind what is accepted
  std::uint64_t evicted = 0;                  ///< rows that went because of the budget or of their age
  std::uint64_t erased = 0;                   ///< rows that the program removed
  std::uint64_t drained = 0;                  ///< times that a series' head became blocks
  std::uint64_t merged_blocks = 0;            ///< young blocks that were merged into others
  std::uint64_t encoded_rows = 0;  ///< rows written to blocks, again and again: by `appended` the write amplification
  std::uint64_t moved_blocks = 0;  ///< young blocks that cleaning moved
  std::uint64_t shared_times = 0;  ///< blocks that found their times kept already
  std::uint64_t snapshots_taken = 0;    ///< snapshots that were taken
  std::uint64_t snapshots_expired = 0;  ///< snapshots that had to end before they were closed
};

}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
