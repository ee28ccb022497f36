// slotted: the pages that a history takes, charged to its budget, and what it does when they do not fit.
// SPDX-License-Identifier: MIT
//
// held() is what the history has charged for data, to the byte; what readers have is counted by their reserve. For the
// thread that has the history.
#pragma once

#include <cstddef>
#include <utility>

#include <slotted/memory/address_space.hpp>
#include <slotted/memory/budget.hpp>
#include <slotted/memory/pages.hpp>
#include <slotted/memory/slab.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {

class charged_memory {
 public:
  // Makes room in the budget by one step; false when there is nothing left to give up.
  using room_maker = bool (*)(void* context, std::size_t bytes);

  charged_memory(memory_budget* budget, room_maker make_room, void* context) noexcept
      : budget_(budget), make_room_(make_room), context_(context) {}
  charged_memory(const charged_memory&) = delete;
  charged_memory& operator=(const charged_memory&) = delete;

  [[nodiscard]] memory_budget* budget() const noexcept { return budget_; }
  [[nodiscard]] std::size_t held() const noexcept { return held_; }
  // The bytes that the last refused charge asked for.
  [[nodiscard]] std::size_t refused() const noexcept { return refused_; }

  // Charges bytes. With `evict`, makes room until they fit; without, takes what the budget has left.
  [[nodiscard]] bool try_charge(std::size_t bytes, bool evict) noexcept {
    if (budget_ != nullptr)
      while (!budget_->try_reserve(bytes))
        if (!evict || bytes > budget_->limit() || !make_room_(context_, bytes)) {
          refused_ = bytes;
          return false;
        }
    held_ += bytes;
    return true;
  }
  void release(std::size_t bytes) noexcept {
    held_ -= bytes;
    if (budget_ != nullptr) budget_->release(bytes);
  }
  // Bytes that have been charged already.
  void take_over(std::size_t bytes) noexcept { held_ += bytes; }
  // Bytes whose charge somebody else has from now on.
  void hand_over(std::size_t bytes) noexcept { held_ -= bytes; }

  // Charges and commits pages at `at`.
  [[nodiscard]] commit_outcome try_commit(std::byte* at, std::size_t bytes, bool evict) noexcept {
    if (!try_charge(bytes, evict)) return commit_outcome::over_budget;
    if (commit_pages(at, bytes)) return commit_outcome::done;
    decommit_pages(at, bytes);  // part of them may have come
    release(bytes);
    return commit_outcome::out_of_memory;
  }
  void decommit(std::byte* at, std::size_t bytes) noexcept {
    decommit_pages(at, bytes);
    release(bytes);
  }

  // Whole pages, all of them committed; null and why. With alignment, of a power of two.
  [[nodiscard]] std::byte* try_take(std::size_t bytes, bool evict, commit_outcome& why) noexcept {
    return try_take_aligned(bytes, page_bytes(), evict, why);
  }
  [[nodiscard]] std::byte* try_take_aligned(std::size_t bytes, std::size_t alignment, bool evict,
                                            commit_outcome& why) noexcept {
    std::byte* const at = address_space::of(page_kind::base).reserve(bytes, max_of(alignment, page_bytes()));
    if (at == nullptr) {
      why = commit_outcome::out_of_memory;
      return nullptr;
    }
    why = try_commit(at, bytes, evict);
    if (why == commit_outcome::done) return at;
    address_space::of(page_kind::base).release(at, bytes, max_of(alignment, page_bytes()));
    return nullptr;
  }
  void give(std::byte* at, std::size_t bytes) noexcept {
    decommit(at, bytes);
    unreserve(at, bytes);
  }
  void give_aligned(std::byte* at, std::size_t bytes, std::size_t alignment) noexcept {
    decommit(at, bytes);
    address_space::of(page_kind::base).release(at, bytes, max_of(alignment, page_bytes()));
  }
  // The same where the charge has been handed over.
  static void give_uncharged(std::byte* at, std::size_t bytes) noexcept {
    decommit_pages(at, bytes);
    unreserve(at, bytes);
  }

  // Address space alone, a multiple of the page size.
  [[nodiscard]] static std::byte* reserve(std::size_t bytes) noexcept {
    return address_space::of(page_kind::base).reserve(bytes, page_bytes());
  }
  static void unreserve(std::byte* at, std::size_t bytes) noexcept {
    address_space::of(page_kind::base).release(at, bytes, page_bytes());
  }
  [[nodiscard]] static std::size_t whole_pages(std::size_t bytes) noexcept { return round_up(bytes, page_bytes()); }

 private:
  memory_budget* budget_;
  room_maker make_room_;
  void* context_;
  std::size_t held_ = 0;
  std::size_t refused_ = 0;
};

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
