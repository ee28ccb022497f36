// slotted: the small things of a history: out of a few pages while it is small, out of a heap in slabs afterwards.
// SPDX-License-Identifier: MIT
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <new>
#include <utility>

#include <slotted/algorithm.hpp>
#include <slotted/memory/slab.hpp>
#include <slotted/memory/slab_heap.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace v0 {
namespace detail {

// Blocks of memory, aligned to 8 bytes. The first ones are cut from one run of pages, whatever their sizes: a heap with
// slabs by size would take a page for each. A block of a page or more has pages of its own.
class history_memory {
 public:
  static constexpr std::size_t small = std::size_t{8} << 10;     // bytes that take any block
  static constexpr std::size_t nursery = std::size_t{64} << 10;  // bytes that take blocks that last

  // `run` is committed as far as `used` at least.
  history_memory(memory_budget* budget, page_run run, std::size_t used) noexcept
      : budget_(budget), run_(std::move(run)), first_(round_up(used, 8)), used_(first_) {
    if (budget != nullptr)
      ::new (static_cast<void*>(heap_room_)) slab_heap(*budget);
    else
      ::new (static_cast<void*>(heap_room_)) slab_heap();
  }
  history_memory(const history_memory&) = delete;
  history_memory& operator=(const history_memory&) = delete;
  ~history_memory() { heap().~slab_heap(); }
  // The pages that the owner of this stands in, too. Preconditions: every block has been given back.
  [[nodiscard]] page_run take_run() noexcept { return std::move(run_); }

  [[nodiscard]] std::size_t held() const noexcept {
    return run_.committed() + heap().footprint().total() + paged_;
  }  // bytes charged
  [[nodiscard]] std::size_t in_use() const noexcept { return in_use_; }  // bytes of blocks
  // Whether no more than the first pages have been needed.
  [[nodiscard]] bool is_small() const noexcept { return small_; }
  void grow_up() noexcept { small_ = false; }

  // A block, or null and why. `lasting` ones may use the whole run of pages.
  [[nodiscard]] void* try_allocate(std::size_t bytes, bool lasting, commit_outcome& why) noexcept {
    const std::size_t need = round_up(bytes, 8);
    why = commit_outcome::done;
    if (need >= page_bytes()) return take_pages(need, why);
    void* block = reuse(need);
    if (block == nullptr) block = cut(need, lasting, why);
    if (block != nullptr) cut_ += need;
    if (block == nullptr && why == commit_outcome::done && !small_) {
      block = heap().try_allocate(need, 8);
      if (block == nullptr)
        why = budget_ != nullptr && budget_->available() < 4 * page_bytes() ? commit_outcome::over_budget
                                                                            : commit_outcome::out_of_memory;
    }
    if (block == nullptr && why == commit_outcome::done) why = commit_outcome::full;  // of the first pages
    if (block != nullptr) in_use_ += need;
    return block;
  }
  void give(void* block, std::size_t bytes) noexcept {
    const std::size_t need = round_up(bytes, 8);
    in_use_ -= need;
    if (need >= page_bytes()) return give_pages(static_cast<std::byte*>(block), need);
    if (in_run(block)) {
      cut_ -= need;
      free_ = ::new (block) hole{free_, static_cast<std::uint32_t>(need)};
      return;
    }
    heap().deallocate(block, need, 8);
  }
  // Gives pages without a block back to the system. Returns: whether there were any.
  bool trim() noexcept {
    const std::size_t before = held();
    heap().trim();
    if (cut_ == 0) {
      free_ = nullptr;
      used_ = first_;
      run_.shrink(first_, budget_);
      small_ = in_use_ == 0;
    } else if (!small_) {
      while (hole** const last = last_hole()) {
        used_ -= (*last)->bytes;
        *last = (*last)->next;
      }
      run_.shrink(used_, budget_);
    }
    return held() != before;
  }

 private:
  struct hole {
    hole* next;
    std::uint32_t bytes;
  };

  [[nodiscard]] slab_heap& heap() noexcept { return *std::launder(reinterpret_cast<slab_heap*>(heap_room_)); }
  [[nodiscard]] const slab_heap& heap() const noexcept {
    return *std::launder(reinterpret_cast<const slab_heap*>(heap_room_));
  }
  [[nodiscard]] bool in_run(const void* block) const noexcept {
    const auto at = reinterpret_cast<std::uintptr_t>(block);
    const auto first = reinterpret_cast<std::uintptr_t>(run_.data());
    return at - first < run_.committed();
  }

  // The hole that the used part of the run ends with, if it does.
  hole** last_hole() noexcept {
    const std::byte* const end = run_.data() + used_;
    for (hole** at = &free_; *at != nullptr; at = &(*at)->next)
      if (reinterpret_cast<const std::byte*>(*at) + (*at)->bytes == end) return at;
    return nullptr;
  }
  // A hole of the same size among the last few, or the front of the smallest larger one.
  void* reuse(std::size_t bytes) noexcept {
    hole** larger = nullptr;
    int looked_at = 0;
    for (hole** at = &free_; *at != nullptr && looked_at < 16; at = &(*at)->next, ++looked_at) {
      if ((*at)->bytes == bytes) {
        hole* const found = *at;
        *at = found->next;
        return found;
      }
      if ((*at)->bytes >= bytes + sizeof(hole) && (larger == nullptr || (*at)->bytes < (*larger)->bytes)) larger = at;
    }
    if (larger == nullptr) return nullptr;
    hole* const found = *larger;
    const hole rest{found->next, found->bytes - static_cast<std::uint32_t>(bytes)};
    *larger = ::new (static_cast<void*>(reinterpret_cast<std::byte*>(found) + bytes)) hole(rest);
    return found;
  }
  void* cut(std::size_t bytes, bool lasting, commit_outcome& why) noexcept {
    const std::size_t end = used_ + bytes;
    if (end > run_.committed()) {
      if (end > (lasting && !small_ ? nursery : max_of(small, page_bytes())) || end > run_.capacity()) return nullptr;
      why = run_.try_commit(end, budget_);
      if (why != commit_outcome::done) return nullptr;
    }
    std::byte* const block = run_.data() + used_;
    used_ = end;
    return block;
  }
  void* take_pages(std::size_t bytes, commit_outcome& why) noexcept {
    const std::size_t whole = round_up(bytes, page_bytes());
    std::byte* const at = address_space::of(page_kind::base).reserve(whole, page_bytes());
    why = commit_outcome::out_of_memory;
    if (at == nullptr) return nullptr;
    why = charge_and_commit(at, whole, budget_, true);
    if (why != commit_outcome::done) {
      address_space::of(page_kind::base).release(at, whole, page_bytes());
      return nullptr;
    }
    paged_ += whole;
    in_use_ += bytes;
    return at;
  }
  void give_pages(std::byte* at, std::size_t bytes) noexcept {
    const std::size_t whole = round_up(bytes, page_bytes());
    decommit_pages(at, whole);
    if (budget_ != nullptr) budget_->release(whole);
    address_space::of(page_kind::base).release(at, whole, page_bytes());
    paged_ -= whole;
  }

  memory_budget* budget_;
  page_run run_;
  std::size_t first_;  // where its blocks begin
  std::size_t used_;
  std::size_t cut_ = 0;  // bytes of blocks within the run
  std::size_t paged_ = 0;
  std::size_t in_use_ = 0;
  hole* free_ = nullptr;
  bool small_ = true;
  alignas(slab_heap) std::byte heap_room_[sizeof(slab_heap)];  // which of two constructors it is, only a body can say
};

}  // namespace detail
}  // namespace v0
}  // namespace slotted
