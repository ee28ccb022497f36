// slotted: an array out of a heap that grows by leaves of a page, so that growing never copies more than a page.
// SPDX-License-Identifier: MIT
//
// Elements are trivially copyable and numbered from 0. While there are few they stand in one block, which doubles up to
// a page; from then on each further page is a leaf of its own, found through an array of pointers to leaves. An element
// that was added is zero. The heap is the caller's and the same for every call. For one thread at a time.
#pragma once

#include <bit>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include <slotted/algorithm.hpp>
#include <slotted/memory/slab_heap.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {

template <class T>
class paged_list {
  static_assert(std::is_trivially_copyable_v<T> && std::has_single_bit(sizeof(T)) && sizeof(T) <= 64);

 public:
  static constexpr std::size_t leaf_bytes = 4096;
  static constexpr std::size_t leaf_elements = leaf_bytes / sizeof(T);
  static constexpr std::size_t first_elements = max_of<std::size_t>(16 / sizeof(T), 1);

  constexpr paged_list() noexcept = default;
  paged_list(const paged_list&) = delete;
  paged_list& operator=(const paged_list&) = delete;
  ~paged_list() { assert(capacity_ == 0 && "release() comes before the end of a list"); }

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] T& operator[](std::size_t i) const noexcept {
    assert(i < size_);
    if (capacity_ <= leaf_elements) return static_cast<T*>(front_)[i];
    return static_cast<T**>(front_)[i / leaf_elements][i % leaf_elements];
  }

  // Whether there is room for so many elements now; if not, nothing has changed.
  [[nodiscard]] bool try_reserve(slab_heap& heap, std::size_t count) noexcept {
    while (capacity_ < count)
      if (!(capacity_ < leaf_elements ? grow_front(heap) : add_leaf(heap))) return false;
    return true;
  }
  // Adds a zero. Preconditions: there is room for it.
  T& push_back() noexcept {
    assert(size_ < capacity_);
    T& added = (*this)[size_++];
    std::memset(static_cast<void*>(&added), 0, sizeof(T));
    return added;
  }
  // Removes the last elements, and gives back the leaves that only they needed but for one, so that a list whose size
  // goes up and down at the end of a leaf does not take and give it each time.
  void shrink(slab_heap& heap, std::size_t count) noexcept {
    assert(count <= size_);
    size_ = static_cast<std::uint32_t>(count);
    if (count == 0) return release(heap);
    while (capacity_ > leaf_elements && capacity_ - count >= 2 * leaf_elements) drop_leaf(heap);
  }
  void release(slab_heap& heap) noexcept {
    while (capacity_ > leaf_elements) drop_leaf(heap);
    if (front_ != nullptr) heap.deallocate(front_, capacity_ * sizeof(T), alignof(T));
    front_ = nullptr;
    size_ = capacity_ = 0;
  }

  // How many blocks hold the elements; each can be moved to the lowest free place of the heap.
  [[nodiscard]] std::uint32_t leaves() const noexcept {
    return static_cast<std::uint32_t>((capacity_ + leaf_elements - 1) / leaf_elements);
  }
  void compact(slab_heap& heap, std::uint32_t leaf) noexcept {
    if (leaf >= leaves()) return;
    if (capacity_ <= leaf_elements) {
      move(heap, front_, capacity_ * sizeof(T), alignof(T));
      return;
    }
    if (leaf == 0) move(heap, front_, root_ * sizeof(T*), alignof(T*));  // the array of pointers
    void* moved = static_cast<T**>(front_)[leaf];
    move(heap, moved, leaf_bytes, alignof(T));
    static_cast<T**>(front_)[leaf] = static_cast<T*>(moved);
  }

 private:
  static void move(slab_heap& heap, void*& block, std::size_t bytes, std::size_t alignment) noexcept {
    void* const to = heap.try_allocate(bytes, alignment);
    if (to == nullptr) return;
    std::memcpy(to, block, bytes);
    heap.deallocate(block, bytes, alignment);
    block = to;
  }
  [[nodiscard]] bool grow_front(slab_heap& heap) noexcept {
    const std::size_t room =
        capacity_ == 0 ? first_elements : min_of<std::size_t>(capacity_ * std::size_t{2}, leaf_elements);
    void* const at = heap.try_allocate(room * sizeof(T), alignof(T));
    if (at == nullptr) return false;
    if (size_ != 0) std::memcpy(at, front_, size_ * sizeof(T));
    if (front_ != nullptr) heap.deallocate(front_, capacity_ * sizeof(T), alignof(T));
    front_ = at;
    capacity_ = static_cast<std::uint32_t>(room);
    return true;
  }
  [[nodiscard]] bool add_leaf(slab_heap& heap) noexcept {
    const std::size_t leaves = capacity_ / leaf_elements;
    void* const leaf = heap.try_allocate(leaf_bytes, alignof(T));
    if (leaf == nullptr) return false;
    if (leaves >= root_) {
      const std::size_t room = max_of<std::size_t>(root_ * std::size_t{2}, 4);
      auto* const root = static_cast<T**>(heap.try_allocate(room * sizeof(T*), alignof(T*)));
      if (root == nullptr) {
        heap.deallocate(leaf, leaf_bytes, alignof(T));
        return false;
      }
      if (root_ == 0) {
        root[0] = static_cast<T*>(front_);
      } else {
        std::memcpy(root, front_, leaves * sizeof(T*));
        heap.deallocate(front_, root_ * sizeof(T*), alignof(T*));
      }
      front_ = root;
      root_ = static_cast<std::uint32_t>(room);
    }
    static_cast<T**>(front_)[leaves] = static_cast<T*>(leaf);
    capacity_ += static_cast<std::uint32_t>(leaf_elements);
    return true;
  }
  // Preconditions: there are two leaves at least. The array of pointers keeps its size until one leaf is left: giving
  // memory back must not need memory.
  void drop_leaf(slab_heap& heap) noexcept {
    const std::size_t leaves = capacity_ / leaf_elements;
    auto** const root = static_cast<T**>(front_);
    heap.deallocate(root[leaves - 1], leaf_bytes, alignof(T));
    capacity_ -= static_cast<std::uint32_t>(leaf_elements);
    if (leaves != 2) return;
    T* const only = root[0];
    heap.deallocate(root, root_ * sizeof(T*), alignof(T*));
    root_ = 0;
    front_ = only;
  }

  void* front_ = nullptr;  // the elements while they fit into a page, then the pointers to their pages
  std::uint32_t size_ = 0;
  std::uint32_t capacity_ = 0;
  std::uint32_t root_ = 0;  // how many pointers the array of pointers has room for
};

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
