// slotted: slabs as a std::pmr::memory_resource.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <memory_resource>

#include <slotted/memory/slab_heap.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {

/// A `slab_heap` that is a `std::pmr::memory_resource`, for the containers of `std::pmr`.
///
/// `slab_allocator` on the same resource saves the virtual call.
class slab_resource final : public std::pmr::memory_resource, public slab_heap {
 public:
  using slab_heap::slab_heap;

  // Both bases have these names; what a caller means is the same.
  using slab_heap::allocate;
  using slab_heap::deallocate;

 private:
  void* do_allocate(std::size_t bytes, std::size_t alignment) override { return slab_heap::allocate(bytes, alignment); }
  void do_deallocate(void* block, std::size_t bytes, std::size_t alignment) override {
    slab_heap::deallocate(block, bytes, alignment);
  }
  [[nodiscard]] bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override {
    return this == &other;
  }
};

}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
