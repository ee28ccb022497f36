// slotted: a block of memory for one call or its result, charged to a budget while somebody has it.
// SPDX-License-Identifier: MIT
//
// Copies have the same block, which goes with the last of them. Distinct copies may be used from any threads.
#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstring>
#include <new>
#include <type_traits>
#include <utility>

#include <slotted/memory/budget.hpp>
#include <slotted/memory/slab.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {

// Memory of a budget for what reads it: nothing is evicted for its sake.
class budget_source {
 public:
  explicit budget_source(memory_budget* budget) noexcept : budget_(budget) {}
  [[nodiscard]] void* try_take(std::size_t bytes) noexcept {
    if (budget_ != nullptr && !budget_->try_reserve(bytes)) return nullptr;
    void* const made = ::operator new(bytes, std::nothrow);
    if (made == nullptr && budget_ != nullptr) budget_->release(bytes);
    return made;
  }
  void give(void* from, std::size_t bytes) noexcept {
    ::operator delete(from);
    if (budget_ != nullptr) budget_->release(bytes);
  }

 private:
  memory_budget* budget_;
};

class charged_block {
 public:
  charged_block() noexcept = default;
  // A block of a source, which has try_take and give as budget_source has and may be copied as bytes; no block when the
  // source refuses. Aligned as any new is.
  template <class Source>
  charged_block(Source source, std::size_t bytes) noexcept {
    static_assert(std::is_trivially_copyable_v<Source> && sizeof(Source) <= sizeof(void*));
    void* const room = bytes == 0 ? nullptr : source.try_take(sizeof(front) + bytes);
    if (room == nullptr) return;
    front_ = ::new (room) front{{1}, bytes, {}, nullptr};
    std::memcpy(front_->source, &source, sizeof source);
    front_->give = [](front* gone) noexcept {
      struct first_bytes {
        std::byte at[sizeof(Source)];
      } from;
      std::memcpy(&from, gone->source, sizeof from);
      Source back = std::bit_cast<Source>(from);
      const std::size_t all = sizeof(front) + gone->bytes;
      gone->~front();
      back.give(gone, all);
    };
  }
  charged_block(const charged_block& other) noexcept : front_(other.front_) {
    if (front_ != nullptr) front_->users.fetch_add(1, std::memory_order_relaxed);
  }
  charged_block(charged_block&& other) noexcept : front_(std::exchange(other.front_, nullptr)) {}
  charged_block& operator=(charged_block other) noexcept {
    std::swap(front_, other.front_);
    return *this;
  }
  ~charged_block() {
    if (front_ != nullptr && front_->users.fetch_sub(1, std::memory_order_acq_rel) == 1) front_->give(front_);
  }

  [[nodiscard]] std::byte* data() const noexcept {
    return front_ == nullptr ? nullptr : reinterpret_cast<std::byte*>(front_ + 1);
  }
  [[nodiscard]] std::size_t size() const noexcept { return front_ == nullptr ? 0 : front_->bytes; }

 private:
  struct alignas(std::max_align_t) front {
    std::atomic<std::size_t> users;
    std::size_t bytes;  // that follow
    std::byte source[sizeof(void*)];
    void (*give)(front*) noexcept;
  };
  front* front_ = nullptr;
};

// Throws what a refusal of the source means.
[[noreturn]] inline void throw_no_block(const memory_budget* budget, std::size_t bytes) {
  throw_no_memory(budget != nullptr ? commit_outcome::over_budget : commit_outcome::out_of_memory, budget, bytes);
}

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
