// slotted: memory that a read took from the readers' share of a history, given back when it ends.
// SPDX-License-Identifier: MIT
//
// Holds what it took, or nothing when that was refused. For one thread at a time.
#pragma once

#include <cstddef>
#include <utility>

#include <slotted/history/detail/reader_reserve.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {

class taken_memory {
 public:
  taken_memory() noexcept = default;
  // Holds nothing where the bytes are refused.
  taken_memory(const reader_memory& source, std::size_t bytes) noexcept
      : source_(source),
        data_(static_cast<std::byte*>(source_.try_take(bytes))),
        bytes_(data_ == nullptr ? 0 : bytes) {}
  taken_memory(taken_memory&& other) noexcept
      : source_(other.source_), data_(std::exchange(other.data_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}
  taken_memory& operator=(taken_memory&& other) noexcept {
    taken_memory old(std::move(other));
    std::swap(source_, old.source_);
    std::swap(data_, old.data_);
    std::swap(bytes_, old.bytes_);
    return *this;
  }
  ~taken_memory() {
    if (data_ != nullptr) source_.give(data_, bytes_);
  }

  [[nodiscard]] explicit operator bool() const noexcept { return data_ != nullptr; }
  [[nodiscard]] std::byte* data() const noexcept { return data_; }
  [[nodiscard]] std::size_t size() const noexcept { return bytes_; }  // bytes

 private:
  reader_memory source_;
  std::byte* data_ = nullptr;
  std::size_t bytes_ = 0;
};

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
