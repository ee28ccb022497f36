// slotted: a history as it was at one moment.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <utility>

#include <slotted/history/detail/history_reading.hpp>
#include <slotted/history/detail/reader.hpp>
#include <slotted/history/snapshot_expired.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {

/// A history, or some series of it, as it was at one moment: what `history::snapshot` gives.
///
/// Any thread reads it without a lock while the history goes on, and many at once. It has the rows of all appends up to
/// its moment that had not been evicted. What it keeps from being freed counts against the readers' share of the
/// history's budget; where that is used up the oldest snapshot expires, and every later read of it throws
/// `snapshot_expired`: it never has fewer rows instead. A snapshot that outlives its history has expired. It is moved
/// and not copied; to be moved or closed it may not be in use by another thread.
template <class Layout>
class history_snapshot : public detail::history_reader<history_snapshot<Layout>, detail::history_reading<Layout>> {
  using record = typename detail::history_core<Layout>::snapshot;

 public:
  using value_type = typename Layout::record;

  /// A snapshot of nothing.
  history_snapshot() noexcept = default;
  /// For histories: what has been gathered.
  history_snapshot(record* from, detail::history_core<Layout>* of) noexcept : from_(from), of_(of) {}
  /// Takes over the snapshot of `other`, which is then one of nothing.
  history_snapshot(history_snapshot&& other) noexcept
      : from_(std::exchange(other.from_, nullptr)), of_(std::exchange(other.of_, nullptr)) {}
  /// Closes what this one is of, and takes over the snapshot of `other`.
  history_snapshot& operator=(history_snapshot&& other) noexcept {
    history_snapshot taken(std::move(other));
    std::swap(from_, taken.from_);
    std::swap(of_, taken.of_);
    return *this;
  }
  ~history_snapshot() { close(); }

  /// Ends the snapshot: what it kept is freed, now or when the history's thread next comes by.
  void close() noexcept {
    if (from_ == nullptr) return;
    detail::history_core<Layout>::close_snapshot(std::exchange(of_, nullptr), std::exchange(from_, nullptr));
  }

  /// Whether it still has its rows: false once it has expired.
  [[nodiscard]] bool valid() const noexcept {
    return from_ != nullptr && (from_->word.load(std::memory_order_acquire) & (record::expired | record::closed)) == 0;
  }
  /// Rows. Throws: `snapshot_expired`. Complexity: constant for a snapshot of all series, else linear in their blocks.
  [[nodiscard]] std::size_t size() const {
    if (from_ == nullptr) return 0;
    if (from_->rows == SIZE_MAX) return this->rows().count();
    const auto inside = reading().enter();
    return from_->rows;
  }
  /// Whether there are none. Throws: `snapshot_expired`.
  [[nodiscard]] bool empty() const { return size() == 0; }
  /// How many series. Throws: `snapshot_expired`.
  [[nodiscard]] std::size_t series_count() const {
    if (from_ == nullptr) return 0;
    const auto inside = reading().enter();
    return from_->count;
  }

 protected:
  friend detail::history_reader<history_snapshot, detail::history_reading<Layout>>;
  // What its members read.
  [[nodiscard]] detail::history_reading<Layout> reading() const noexcept {
    return detail::history_reading<Layout>(from_);
  }

 private:
  record* from_ = nullptr;
  detail::history_core<Layout>* of_ = nullptr;
};

}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
