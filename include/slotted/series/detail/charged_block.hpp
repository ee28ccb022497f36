// slotted: a block of memory for one call or its result, charged to a budget while it is there.
// SPDX-License-Identifier: MIT
//
// For one thread at a time; it may end on another thread than it began on.
#pragma once

#include <cstddef>
#include <new>
#include <utility>

#include <slotted/memory/budget.hpp>
#include <slotted/memory/slab.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {

class charged_block {
 public:
  charged_block() noexcept = default;
  // Aligned as any new is. Throws: budget_exceeded, or std::bad_alloc when the system refuses.
  charged_block(memory_budget* budget, std::size_t bytes) : budget_(budget), bytes_(bytes) {
    if (bytes == 0) return;
    if (budget != nullptr) budget->reserve(bytes);
    at_ = static_cast<std::byte*>(::operator new(bytes, std::nothrow));
    if (at_ != nullptr) return;
    if (budget != nullptr) budget->release(bytes);
    throw_bad_alloc();
  }
  charged_block(charged_block&& other) noexcept
      : budget_(other.budget_), bytes_(std::exchange(other.bytes_, 0)), at_(std::exchange(other.at_, nullptr)) {}
  charged_block& operator=(charged_block&& other) noexcept {
    std::swap(budget_, other.budget_);
    std::swap(bytes_, other.bytes_);
    std::swap(at_, other.at_);
    return *this;
  }
  ~charged_block() {
    if (at_ == nullptr) return;
    ::operator delete(at_);
    if (budget_ != nullptr) budget_->release(bytes_);
  }

  [[nodiscard]] std::byte* data() const noexcept { return at_; }
  [[nodiscard]] std::size_t size() const noexcept { return bytes_; }

 private:
  memory_budget* budget_ = nullptr;
  std::size_t bytes_ = 0;
  std::byte* at_ = nullptr;
};

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
