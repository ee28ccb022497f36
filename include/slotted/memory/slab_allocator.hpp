// slotted: a standard allocator over a slab_heap, for node containers.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <type_traits>

#include <slotted/memory/slab_heap.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {

/// An allocator of the standard's kind that takes its memory from a `slab_heap` or a `slab_resource`.
///
/// Made for node containers: std::list, std::map, std::set, std::unordered_map. It moves and swaps with its container,
/// so that these stay constant-time between different heaps; a copy of a container uses the same heap. The heap
/// outlives the containers and serves one thread at a time.
template <class T>
class slab_allocator {
 public:
  using value_type = T;
  using propagate_on_container_move_assignment = std::true_type;
  using propagate_on_container_swap = std::true_type;
  using is_always_equal = std::false_type;

  /// Takes memory from `heap`. Not explicit, so that a container is made as `std::list<int, slab_allocator<int>>
  /// l{slabs}`.
  slab_allocator(slab_heap& heap) noexcept : heap_(&heap) {}
  /// Takes memory from the same heap.
  template <class U>
  slab_allocator(const slab_allocator<U>& other) noexcept : heap_(&other.heap()) {}

  /// Room for `count` objects.
  ///
  /// Throws: `std::bad_array_new_length` when their bytes cannot be counted, else as `slab_heap::allocate`.
  [[nodiscard]] T* allocate(std::size_t count) {
    if (count > SIZE_MAX / sizeof(T)) [[unlikely]]
      throw_bad_length();
    return static_cast<T*>(heap_->allocate(count * sizeof(T), alignof(T)));
  }
  /// Gives back what `allocate(count)` returned.
  void deallocate(T* block, std::size_t count) noexcept { heap_->deallocate(block, count * sizeof(T), alignof(T)); }

  /// Where the memory comes from.
  [[nodiscard]] slab_heap& heap() const noexcept { return *heap_; }

  template <class U>
  [[nodiscard]] friend bool operator==(const slab_allocator& left, const slab_allocator<U>& right) noexcept {
    return &left.heap() == &right.heap();
  }

 private:
  [[noreturn]] static void throw_bad_length() {
#if defined(__cpp_exceptions)
    throw std::bad_array_new_length();
#else
    detail::throw_bad_alloc();
#endif
  }

  slab_heap* heap_;
};

}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
