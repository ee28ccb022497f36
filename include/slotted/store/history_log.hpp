// slotted: where the blocks of a history lie: one after the other in slabs, in the order in which they were sealed.
// SPDX-License-Identifier: MIT
#pragma once

#include <bit>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <utility>

#include <slotted/algorithm.hpp>
#include <slotted/memory/slab.hpp>
#include <slotted/store/history_block.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace v0 {
namespace detail {

// What stands before each block: whose it is, so that who evicts a slab finds the entries. It is the owner's alone.
struct block_head {
  void* series;          // null when the block is dead
  std::uint32_t number;  // in its series
  std::uint32_t bytes;   // of the block
  std::uint32_t offset;  // of the block in its slab
  std::uint32_t carried;
};

// A run of committed pages that begins with this.
struct log_slab : retirement<log_slab> {
  page_run run;
  log_slab* older = nullptr;
  log_slab* newer = nullptr;
  std::size_t used = sizeof(log_slab);
  std::size_t live = 0;                    // bytes of blocks that are not dead
  std::size_t blocks = 0;                  // that are not dead
  std::uint64_t first_total = UINT64_MAX;  // snapshots of so many rows see nothing in here
  std::int64_t newest_time = INT64_MIN;    // of its blocks
};

// The owner's part; `retired` slabs are those that a snapshot may still look at.
class history_log {
 public:
  static constexpr std::size_t smallest_slab = std::size_t{16} << 10;
  static constexpr std::size_t largest_slab = std::size_t{1} << 20;
  static constexpr std::size_t head_bytes = sizeof(block_head);

  explicit history_log(memory_budget* budget) noexcept : budget_(budget) {}
  history_log(const history_log&) = delete;
  history_log& operator=(const history_log&) = delete;
  // Preconditions: no snapshot looks at a block.
  ~history_log() {
    retire_all(0);
    reclaim(UINT64_MAX);
    drop_spare();
  }

  [[nodiscard]] std::size_t held() const noexcept { return held_; }  // bytes charged
  [[nodiscard]] std::size_t live() const noexcept { return live_; }  // bytes of live blocks
  [[nodiscard]] std::size_t idle() const noexcept {                  // bytes that take more blocks
    return (newest_ == nullptr ? 0 : newest_->run.committed() - newest_->used) +
           (spare_ == nullptr ? 0 : spare_->run.committed());
  }
  [[nodiscard]] std::size_t blocks() const noexcept { return blocks_; }  // live ones
  // Bytes of blocks that are dead though their slab is not.
  [[nodiscard]] std::size_t dead() const noexcept { return used_ - live_ - blocks_ * head_bytes; }
  [[nodiscard]] log_slab* oldest() const noexcept { return oldest_; }
  [[nodiscard]] log_slab* newest() const noexcept { return newest_; }
  [[nodiscard]] log_slab* last() const noexcept { return last_; }  // the youngest, written to or not
  [[nodiscard]] bool has_retired() const noexcept { return first_retired_ != nullptr; }

  // ---- writing

  // Whether `bytes` of blocks can be written now.
  [[nodiscard]] bool has_room(std::size_t bytes) const noexcept {
    return newest_ != nullptr && newest_->run.committed() - newest_->used >= bytes;
  }
  // How many bytes that takes from the budget, at most.
  [[nodiscard]] std::size_t missing(std::size_t bytes) const noexcept {
    if (newest_ != nullptr && newest_->run.capacity() - newest_->used >= bytes)
      return has_room(bytes) ? 0 : round_up(newest_->used + bytes - newest_->run.committed(), page_bytes());
    const std::size_t need = sizeof(log_slab) + bytes;
    return spare_ != nullptr && spare_->run.committed() >= need ? 0 : round_up(need, page_bytes());
  }
  // Makes it so. `readers`: whether a snapshot may look at dead blocks; `stamp`: the clock now.
  [[nodiscard]] commit_outcome make_room(std::size_t bytes, bool readers, std::uint64_t stamp) noexcept {
    if (newest_ != nullptr && newest_->blocks == 0 && !readers && newest_->used != sizeof(log_slab)) {
      used_ -= newest_->used - sizeof(log_slab);
      newest_->used = sizeof(log_slab);
      newest_->first_total = UINT64_MAX;
      newest_->newest_time = INT64_MIN;
    }
    if (has_room(bytes)) return commit_outcome::done;
    if (newest_ != nullptr && newest_->run.capacity() - newest_->used >= bytes) return commit(*newest_, bytes);
    return open(bytes, stamp);
  }
  // Where the next block goes. Preconditions: has_room(head_bytes + its bytes).
  [[nodiscard]] std::byte* next() const noexcept { return base(*newest_) + newest_->used + head_bytes; }
  // The block that has been written to next().
  const std::byte* write(std::size_t bytes, void* series, std::uint32_t number, std::uint64_t total,
                         std::int64_t newest_time, bool carried) noexcept {
    log_slab& slab = *newest_;
    std::byte* const at = next();
    assert(slab.run.committed() - slab.used >= head_bytes + bytes);
    const block_head head{series, number, static_cast<std::uint32_t>(bytes),
                          static_cast<std::uint32_t>(at - base(slab)), carried ? 1u : 0u};
    set_head(at, head);
    slab.used += head_bytes + bytes;
    used_ += head_bytes + bytes;
    slab.live += bytes;
    live_ += bytes;
    ++slab.blocks;
    ++blocks_;
    slab.first_total = min_of(slab.first_total, total);
    slab.newest_time = max_of(slab.newest_time, newest_time);
    return at;
  }

  // ---- reading

  [[nodiscard]] static block_head head_of(const std::byte* block) noexcept {
    block_head head;
    std::memcpy(&head, block - head_bytes, sizeof head);
    return head;
  }
  [[nodiscard]] static log_slab& slab_of(const std::byte* block) noexcept {
    return *std::launder(reinterpret_cast<log_slab*>(const_cast<std::byte*>(block) - head_of(block).offset));
  }
  // Calls f(block, head) for each live block of a slab, the oldest first; f may kill it. Returns: whether f always
  // returned true.
  template <class F>
  static bool for_each_block(log_slab& slab, F f) noexcept {
    for (std::size_t at = sizeof(log_slab); at != slab.used;) {
      const std::byte* const block = base(slab) + at + head_bytes;
      const block_head head = head_of(block);
      at += head_bytes + head.bytes;
      if (head.series != nullptr && !f(block, head)) return false;
    }
    return true;
  }

  // ---- going

  // A block is dead. Its slab goes with its last block, unless it is the one that is written to.
  void kill(const std::byte* block, std::uint64_t stamp) noexcept {
    block_head head = head_of(block);
    assert(head.series != nullptr && "a block dies once");
    log_slab& slab = slab_of(block);
    slab.live -= head.bytes;
    live_ -= head.bytes;
    --slab.blocks;
    --blocks_;
    head.series = nullptr;
    set_head(const_cast<std::byte*>(block), head);
    if (slab.blocks == 0 && &slab != newest_) retire(slab, stamp);
  }
  // Every block is dead.
  void retire_all(std::uint64_t stamp) noexcept {
    while (oldest_ != nullptr) retire(*oldest_, stamp);
  }
  // The slab that is written to is closed, so that it may go when its blocks do.
  void close(std::uint64_t stamp) noexcept {
    if (newest_ == nullptr) return;
    shrink(*newest_);
    log_slab& slab = *newest_;
    newest_ = nullptr;
    if (slab.blocks == 0) retire(slab, stamp);
  }
  // Retired slabs with a stamp before `clock` go back; the last one stays as a spare. Returns: whether any went.
  bool reclaim(std::uint64_t clock) noexcept {
    bool some = false;
    while (first_retired_ != nullptr && first_retired_->stamp < clock) {
      log_slab* const gone = first_retired_;
      first_retired_ = gone->next_retired;
      if (first_retired_ == nullptr) last_retired_ = nullptr;
      if (spare_ == nullptr && gone->run.committed() == gone->run.capacity()) {
        spare_ = gone;
      } else {
        release(*gone);
      }
      some = true;
    }
    return some;
  }
  bool drop_spare() noexcept {
    if (spare_ == nullptr) return false;
    release(*std::exchange(spare_, nullptr));
    return true;
  }
  // Gives the pages behind the last block and `reserve` bytes back.
  void shrink(std::size_t reserve, std::uint64_t stamp) noexcept {
    if (newest_ == nullptr) return;
    if (newest_->blocks == 0 && reserve == 0) return close(stamp);
    shrink(*newest_, reserve);
  }

 private:
  [[nodiscard]] static std::byte* base(log_slab& slab) noexcept { return slab.run.data(); }
  static void set_head(std::byte* block, const block_head& head) noexcept {
    std::memcpy(block - head_bytes, &head, sizeof head);
  }

  // Commits room for `bytes` more and, if it is to be had without asking anybody, a step beyond.
  commit_outcome commit(log_slab& slab, std::size_t bytes) noexcept {
    const std::size_t before = slab.run.committed();
    const std::size_t need = slab.used + bytes;
    const std::size_t step = growth_step(held_, commit_unit(page_kind::base));
    const std::size_t more = min_of(max_of(need, before + step), slab.run.capacity());
    commit_outcome outcome = commit_outcome::over_budget;
    if (budget_ == nullptr || budget_->available() >= more - before) outcome = slab.run.try_commit(more, budget_);
    if (outcome != commit_outcome::done) outcome = slab.run.try_commit(need, budget_);
    held_ += slab.run.committed() - before;
    return outcome;
  }
  commit_outcome open(std::size_t bytes, std::uint64_t stamp) noexcept {
    const std::size_t need = sizeof(log_slab) + bytes;
    if (spare_ != nullptr && spare_->run.committed() >= need) {
      log_slab* const spare = std::exchange(spare_, nullptr);
      page_run run = std::move(spare->run);
      adopt(std::move(run), stamp);
      return commit_outcome::done;
    }
    const std::size_t usual = max_of(smallest_slab, min_of(std::bit_ceil(live_ / 8), largest_slab));
    page_run run = page_run::try_reserve(max_of(usual, std::bit_ceil(need)));
    if (!run) return commit_outcome::out_of_memory;
    commit_outcome outcome = commit_outcome::over_budget;
    if (budget_ == nullptr || budget_->available() >= round_up(need, page_bytes())) {
      outcome = run.try_commit(need, budget_);
    }
    if (outcome == commit_outcome::over_budget) {
      // What the last slab does not need any more may be what the new one needs.
      const std::size_t before = newest_ == nullptr ? 0 : newest_->run.committed();
      if (newest_ != nullptr) shrink(*newest_);
      outcome = run.try_commit(need, budget_);
      if (outcome != commit_outcome::done && newest_ != nullptr) {
        held_ -= newest_->run.committed();
        (void)newest_->run.try_commit(before, budget_);
        held_ += newest_->run.committed();
      }
    }
    if (outcome != commit_outcome::done) return outcome;
    held_ += run.committed();
    adopt(std::move(run), stamp);
    return outcome;
  }
  void adopt(page_run run, std::uint64_t stamp) noexcept {
    close(stamp);
    std::byte* const at = run.data();
    newest_ = ::new (static_cast<void*>(at)) log_slab;
    newest_->run = std::move(run);
    used_ += newest_->used;
    newest_->older = last_;
    (last_ == nullptr ? oldest_ : last_->newer) = newest_;
    last_ = newest_;
  }
  void shrink(log_slab& slab, std::size_t reserve = 0) noexcept {
    const std::size_t before = slab.run.committed();
    slab.run.shrink(min_of(slab.used + reserve, before), budget_);
    held_ -= before - slab.run.committed();
  }
  void retire(log_slab& slab, std::uint64_t stamp) noexcept {
    (slab.older == nullptr ? oldest_ : slab.older->newer) = slab.newer;
    (slab.newer == nullptr ? last_ : slab.newer->older) = slab.older;
    if (newest_ == &slab) newest_ = nullptr;
    used_ -= slab.used;
    live_ -= slab.live;
    blocks_ -= slab.blocks;
    slab.stamp = stamp;
    slab.next_retired = nullptr;
    (first_retired_ == nullptr ? first_retired_ : last_retired_->next_retired) = &slab;
    last_retired_ = &slab;
  }
  void release(log_slab& slab) noexcept {
    page_run run = std::move(slab.run);
    held_ -= run.committed();
    run.release(budget_);
  }

  memory_budget* budget_;
  log_slab* oldest_ = nullptr;
  log_slab* last_ = nullptr;    // the youngest that is not retired
  log_slab* newest_ = nullptr;  // the one that is written to, or null
  log_slab* first_retired_ = nullptr;
  log_slab* last_retired_ = nullptr;
  log_slab* spare_ = nullptr;
  std::size_t held_ = 0;
  std::size_t used_ = 0;  // of all slabs but the spare
  std::size_t live_ = 0;
  std::size_t blocks_ = 0;
};

}  // namespace detail
}  // namespace v0
}  // namespace slotted
