// slotted: what every read of a history goes through: the live history, or a snapshot of it.
// SPDX-License-Identifier: MIT
//
// Cheap to copy. A series is named by its place, which is its own for as long as it exists. A section keeps what is
// read from changing under the reader: views that were got inside one are valid until it ends, and those of a snapshot
// again in a later section. Of the live history a section keeps out others that share its budget; the owner's thread
// does not change the history while it reads. Const members may run in parallel.
#pragma once

#include <cstddef>
#include <cstdint>

#include <slotted/history/detail/history_appending.hpp>
#include <slotted/history/detail/history_core.hpp>
#include <slotted/history/detail/history_draining.hpp>
#include <slotted/history/detail/history_eviction.hpp>
#include <slotted/history/detail/reader_reserve.hpp>
#include <slotted/history/detail/series_view.hpp>
#include <slotted/history/detail/snapshot_record.hpp>
#include <slotted/history/snapshot_expired.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {

template <class Layout>
class history_reading {
  using core = history_core<Layout>;
  using record = typename core::snapshot;

 public:
  using layout = Layout;
  using series = series_view<Layout>;
  using key_type = typename Layout::series_type;

  // A stretch of reading.
  class section {
   public:
    section(const core* live, record* from) : live_(live), from_(from) { enter(); }
    section(const section&) = delete;
    section& operator=(const section&) = delete;
    ~section() {
      if (inside_) leave();
    }
    // Throws: snapshot_expired.
    void enter() {
      if (live_ != nullptr) live_->gate().enter();
      if (from_ != nullptr && !from_->enter()) throw_snapshot_expired();
      inside_ = true;
    }
    void leave() noexcept {
      inside_ = false;
      if (live_ != nullptr) live_->gate().leave();
      if (from_ != nullptr) from_->leave();
    }

    // Around a callback of the caller, which may change the history that a snapshot is of. The live history may not be
    // changed by it, and stays as it is.
    void pause() noexcept {
      if (from_ != nullptr) leave();
    }
    void resume() {
      if (from_ != nullptr) enter();
    }

   private:
    const core* live_;
    record* from_;
    bool inside_ = false;
  };

  // Of nothing.
  history_reading() noexcept : memory_(nullptr) {}
  // Of a history, which may be null while it has had no row.
  explicit history_reading(const core* live) noexcept
      : live_(live), memory_(live == nullptr ? nullptr : &live->reserve()) {}
  explicit history_reading(record* from) noexcept : from_(from), memory_(from == nullptr ? nullptr : from->reserve) {}

  [[nodiscard]] section enter() const { return section(live_, from_); }
  [[nodiscard]] reader_memory& memory() const noexcept { return memory_; }

  // ---- inside a section

  [[nodiscard]] std::size_t places() const noexcept {
    return live_ != nullptr ? live_->places() : from_ != nullptr ? from_->count : 0;
  }
  [[nodiscard]] bool view(std::size_t place, series& to) const noexcept {
    if (live_ != nullptr) return live_->view(place, to);
    if (from_ == nullptr || place >= from_->count) return false;
    to = from_->view(place);
    return true;
  }
  [[nodiscard]] std::size_t find(const key_type& key) const noexcept {
    return live_ != nullptr ? live_->find(key) : from_ != nullptr ? from_->find(to_pattern_of_key(key)) : SIZE_MAX;
  }
  void prefetch(std::size_t place) const noexcept {
    if (live_ != nullptr) live_->prefetch(place);
  }
  // Asks the memory for the line below one that was asked for in this section or an earlier one. Returns: that line, or
  // UINT32_MAX. In the live history the line may have gone since, and others that have its number may be met.
  [[nodiscard]] std::uint32_t fetch_line_below(std::uint32_t line) const noexcept {
    const block_source<Layout>& source = live_ != nullptr ? live_->source() : from_->source;
    if (live_ != nullptr && line >= source.lines->capacity()) return UINT32_MAX;
    const std::uint32_t below = (*source.lines)[line].previous;
    if (below == UINT32_MAX || (live_ != nullptr && below >= source.lines->capacity())) return UINT32_MAX;
    source.prefetch_line(below);
    return below;
  }

 private:
  const core* live_ = nullptr;
  record* from_ = nullptr;
  mutable reader_memory memory_;
};

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
