// slotted: small blocks cut one after the other from committed pages, given back all at once.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstring>
#include <new>
#include <utility>

#include <slotted/algorithm.hpp>
#include <slotted/memory/slab.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {

// A chain of page runs, each of which begins with its own description. Blocks are aligned to 8 bytes and never move.
class page_arena {
 public:
  constexpr page_arena() noexcept = default;
  page_arena(page_arena&& other) noexcept
      : last_(std::exchange(other.last_, nullptr)), committed_(std::exchange(other.committed_, 0)) {}
  page_arena& operator=(page_arena&& other) noexcept {
    std::swap(last_, other.last_);
    std::swap(committed_, other.committed_);
    return *this;
  }

  // A block, charged and zeroed, or null and the reason.
  [[nodiscard]] void* try_allocate(std::size_t bytes, memory_budget* budget, commit_outcome& why,
                                   bool ask_relief = true) noexcept {
    const std::size_t need = round_up(bytes, 8);
    if (last_ == nullptr || last_->run.capacity() - last_->used < need) {
      why = add_extent(need, budget, ask_relief);
      if (why != commit_outcome::done) return nullptr;
    }
    extent& from = *last_;
    const std::size_t before = from.run.committed();
    why = from.run.try_commit(from.used + need, budget, ask_relief);
    if (why != commit_outcome::done) return nullptr;
    committed_ += from.run.committed() - before;
    std::byte* const block = from.run.data() + from.used;
    from.used += need;
    std::memset(block, 0, need);
    return block;
  }

  // Charges and commits room for blocks of `bytes` in all, multiples of 8, which then cannot be refused.
  [[nodiscard]] commit_outcome prepare(std::size_t bytes, memory_budget* budget) noexcept {
    if (last_ == nullptr || last_->run.capacity() - last_->used < bytes)
      if (const commit_outcome why = add_extent(bytes, budget, true); why != commit_outcome::done) return why;
    const std::size_t before = last_->run.committed();
    const commit_outcome why = last_->run.try_commit(last_->used + bytes, budget);
    committed_ += last_->run.committed() - before;
    return why;
  }

  // Every block ends. Preconditions: budget is the one that was charged.
  void release(memory_budget* budget) noexcept {
    while (last_ != nullptr) {
      page_run gone = std::move(last_->run);
      last_ = last_->previous;
      gone.release(budget);
    }
    committed_ = 0;
  }

  [[nodiscard]] std::size_t committed() const noexcept { return committed_; }  // bytes charged

 private:
  struct extent {
    page_run run;
    extent* previous;
    std::size_t used;
  };
  static constexpr std::size_t first_extent = std::size_t{64} << 10;
  static constexpr std::size_t largest_extent = std::size_t{4} << 20;

  commit_outcome add_extent(std::size_t need, memory_budget* budget, bool ask_relief) noexcept {
    const std::size_t usual = last_ == nullptr ? first_extent : min_of(last_->run.capacity() * 2, largest_extent);
    page_run run = page_run::try_reserve(max_of(usual, need + sizeof(extent)));
    if (!run) return commit_outcome::out_of_memory;
    const commit_outcome outcome = run.try_commit(sizeof(extent), budget, ask_relief);
    if (outcome != commit_outcome::done) return outcome;
    committed_ += run.committed();
    std::byte* const at = run.data();
    last_ = ::new (static_cast<void*>(at)) extent{std::move(run), last_, sizeof(extent)};
    return outcome;
  }

  extent* last_ = nullptr;
  std::size_t committed_ = 0;
};

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
