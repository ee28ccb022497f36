// slotted: a history by labels as it was at one moment, with the labels of its series.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <initializer_list>
#include <span>
#include <string>
#include <utility>

#include <slotted/history/series_selection.hpp>
#include <slotted/history/snapshot.hpp>
#include <slotted/series/matcher.hpp>
#include <slotted/series/series_hold.hpp>
#include <slotted/series/series_ref.hpp>
#include <slotted/series/series_table.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {

/// The rows of a history by labels as they were when `snapshot()` was called, and the labels of their series.
///
/// Threads: one at a time, any thread; the history goes on meanwhile. Members that read rows throw `snapshot_expired`
/// when it has expired; labels stay readable. It is neither copied nor moved. Unlike other snapshots it ends before its
/// history.
template <class Layout>
class labelled_snapshot : public history_snapshot<Layout> {
  using reading_type = detail::history_reading<Layout>;

 public:
  /// For histories: what has been gathered, and a hold on the labels.
  labelled_snapshot(history_snapshot<Layout> rows, series_table& table) noexcept
      : history_snapshot<Layout>(std::move(rows)), labels_(table.hold()) {}

  /// The labels of the series. See `series_hold`.
  [[nodiscard]] const series_hold& labels() const noexcept { return labels_; }
  /// The labels as a line of Prometheus' text format begins. Throws: `stale_series`.
  [[nodiscard]] std::string to_exposition(series_ref of) const { return labels_.to_exposition(of); }
  /// The series that fulfil all matchers, as rows. Throws: as `series_hold::matching`.
  [[nodiscard]] series_selection<Layout> matching(std::span<const matcher> matchers) const {
    const reading_type from = this->reading();
    return {from, labels_.matching(matchers, from.memory())};
  }
  /// \overload
  [[nodiscard]] series_selection<Layout> matching(std::initializer_list<matcher> matchers) const {
    return matching(std::span(matchers.begin(), matchers.size()));
  }

 private:
  series_hold labels_;
};

}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
