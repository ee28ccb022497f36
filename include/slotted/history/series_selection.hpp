// slotted: the series of a history that matchers found, read as rows.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <utility>

#include <slotted/history/detail/history_reading.hpp>
#include <slotted/history/detail/series_walk.hpp>
#include <slotted/history/rows.hpp>
#include <slotted/record/leaves.hpp>
#include <slotted/series/series_ref.hpp>
#include <slotted/series/series_set.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {

/// Some series of a history by labels, or of a snapshot of one: what `matching` gives.
///
/// It refers to what it was made of, which outlives it. Of a live history it tells the series that the numbers of the
/// set name now: erase and open nothing between `matching` and reading. Ranges that it gives outlive the selection.
template <class Layout>
class series_selection {
  using reading_type = detail::history_reading<Layout>;
  using rows_type = history_rows<Layout, reading_type>;
  using time_type = typename Layout::time_type;

 public:
  /// For histories: these series of a reading.
  series_selection(const reading_type& reading, series_set set) noexcept : reading_(reading), set_(std::move(set)) {}

  /// Which series they are, by number.
  [[nodiscard]] const series_set& set() const noexcept { return set_; }
  [[nodiscard]] std::size_t size() const noexcept { return set_.size(); }  ///< series
  /// Whether there are none.
  [[nodiscard]] bool empty() const noexcept { return set_.empty(); }

  /// The rows of all of them, merged in the order of time.
  [[nodiscard]] rows_type rows() const {
    detail::series_choice<series_ref> which;
    which.among = set_;
    return {reading_, which, {}};
  }
  /// The rows with first <= time < end.
  [[nodiscard]] rows_type between(time_type first, time_type end) const { return rows().between(first, end); }
  /// The rows with first <= time.
  [[nodiscard]] rows_type from(time_type first) const { return rows().from(first); }
  /// As `history_rows::scan`.
  template <key... K, class... Arguments>
    requires(sizeof...(K) != 0 && (has_leaf<typename Layout::record, K> && ...))
  void scan(Arguments&&... arguments) const {
    rows().template scan<K...>(std::forward<Arguments>(arguments)...);
  }
  /// As `history_rows::aggregate`.
  template <key K, class... Arguments>
    requires has_leaf<typename Layout::record, K>
  [[nodiscard]] auto aggregate(Arguments... arguments) const {
    return rows().template aggregate<K>(arguments...);
  }

 private:
  reading_type reading_;
  series_set set_;
};

}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
