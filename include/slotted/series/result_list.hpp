// slotted: what a question about a table is answered with: a list that its caller owns.
// SPDX-License-Identifier: MIT
#pragma once

#include <cassert>
#include <cstddef>
#include <utility>

#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {

/// Elements one after the other, as in a std::vector, whose header would cost every user 3,500 lines.
///
/// It is movable and not copied, and charged to no budget.
template <class T>
class result_list {
 public:
  using value_type = T;  ///< for the standard library

  /// No elements.
  result_list() noexcept = default;
  /// Takes the elements of another, which has none then.
  result_list(result_list&& other) noexcept
      : at_(std::exchange(other.at_, nullptr)),
        size_(std::exchange(other.size_, 0)),
        room_(std::exchange(other.room_, 0)) {}
  /// Exchanges the elements.
  result_list& operator=(result_list&& other) noexcept {
    std::swap(at_, other.at_);
    std::swap(size_, other.size_);
    std::swap(room_, other.room_);
    return *this;
  }
  ~result_list() { delete[] at_; }

  [[nodiscard]] std::size_t size() const noexcept { return size_; }  ///< elements
  /// Whether there are none.
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  [[nodiscard]] const T* begin() const noexcept { return at_; }        ///< the first element
  [[nodiscard]] const T* end() const noexcept { return at_ + size_; }  ///< behind the last element
  [[nodiscard]] T* data() noexcept { return at_; }                     ///< the first element
  /// The i-th element. Preconditions: i < size().
  [[nodiscard]] const T& operator[](std::size_t i) const noexcept {
    assert(i < size_);
    return at_[i];
  }
  /// Adds an element. Throws: `std::bad_alloc`, and what moving an element throws.
  void push_back(T element) {
    if (size_ == room_) {
      const std::size_t room = room_ == 0 ? 8 : room_ * 2;
      T* const more = new T[room];
      for (std::size_t i = 0; i < size_; ++i) more[i] = std::move(at_[i]);
      delete[] at_;
      at_ = more;
      room_ = room;
    }
    at_[size_++] = std::move(element);
  }

 private:
  T* at_ = nullptr;
  std::size_t size_ = 0;
  std::size_t room_ = 0;
};

}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
