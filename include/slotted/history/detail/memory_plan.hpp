// slotted: how a history divides the limit that it is given: readers, slabs, rows of a block.
// SPDX-License-Identifier: MIT
//
// Functions of the limit alone, so that two histories under equal limits are alike. All are pure.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#include <slotted/algorithm.hpp>
#include <slotted/history/detail/block_builder.hpp>
#include <slotted/history/detail/slab_log.hpp>
#include <slotted/memory/pages.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {

template <class Layout>
struct memory_plan {
  // Bytes for those who read, of which `wanted` is what the program said, or 0; none are set aside without a limit.
  [[nodiscard]] static std::size_t reserve_for(std::size_t limit, std::size_t wanted) noexcept {
    if (limit == SIZE_MAX) return 0;
    const std::size_t usual =
        wanted != 0 ? wanted : max_of(std::size_t{64} << 10, min_of(limit / 32, std::size_t{4} << 20));
    return min_of(usual, limit / 4);
  }
  // The rows of a final block: as many as leave a small limit a few dozen slabs.
  [[nodiscard]] static std::size_t rows_for(std::size_t limit) noexcept {
    std::size_t rows = Layout::max_block_rows;
    while (rows > 32 && least_slab_bytes(rows) > limit / 64) rows /= 2;
    return rows;
  }
  // Slabs in which such a block fits.
  [[nodiscard]] static slab_shape shape_for(std::size_t limit) noexcept {
    constexpr std::size_t usual = std::size_t{32} << 10;
    const std::size_t least = least_slab_bytes(rows_for(limit));
    std::size_t bytes = max_of(usual, least);
    while (bytes > least && bytes > limit / 64) bytes /= 2;
    return slab_shape::of(bytes);
  }

 private:
  [[nodiscard]] static std::size_t least_slab_bytes(std::size_t rows) noexcept {
    return std::bit_ceil(max_of(block_builder<Layout>::max_block_bytes(rows) + sizeof(slab_head) + 64, page_bytes()));
  }
};

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
