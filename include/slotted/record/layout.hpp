// slotted: where the fields of a record lie: physical order by descending alignment, offsets, and the proof of them.
// SPDX-License-Identifier: MIT
#pragma once

#include <slotted/version.hpp>

#include <cstddef>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {

/// The bytes that one field takes within a record.
struct field_extent {
  std::size_t offset;  ///< bytes from the start of the record
  std::size_t size;    ///< bytes

  friend constexpr bool operator==(const field_extent&, const field_extent&) noexcept = default;
};

/// The places of N fields, by their logical (declared) order.
template <std::size_t N>
struct record_layout {
  field_extent fields[N == 0 ? 1 : N]{};  ///< logical order; one unused entry when N is 0
  std::size_t order[N == 0 ? 1 : N]{};    ///< order[k] is the logical index of the field that lies k-th in memory
  std::size_t payload = 0;                ///< sum of the fields' sizes, in bytes
  std::size_t alignment = 1;              ///< of the whole
  std::size_t size = 0;                   ///< payload rounded up to the alignment; 0 when N is 0

  /// The number of fields.
  [[nodiscard]] static constexpr std::size_t count() noexcept { return N; }
};

/// Says whether no two fields share a byte, none leaves the record, and the record has room for no more than its
/// padding.
///
/// `order` is the certificate: each field once, and each behind the end of the one before it.
/// Complexity: linear in N.
template <std::size_t N>
[[nodiscard]] constexpr bool proves(const record_layout<N>& layout) noexcept {
  bool seen[N == 0 ? 1 : N]{};
  std::size_t sum = 0;
  std::size_t end = 0;
  for (std::size_t k = 0; k < N; ++k) {
    const std::size_t i = layout.order[k];
    if (i >= N || seen[i]) return false;
    seen[i] = true;
    const field_extent field = layout.fields[i];
    if (field.size == 0 || field.offset < end || field.offset > layout.size) return false;
    if (field.size > layout.size - field.offset) return false;
    end = field.offset + field.size;
    sum += field.size;
  }
  return sum == layout.payload && layout.payload <= layout.size && layout.size - layout.payload < layout.alignment;
}

/// Places fields of the given sizes and alignments by descending alignment, equals in declared order.
///
/// Preconditions: each alignment is a power of two that divides the size of the same field.
/// Returns: a layout without a byte of padding between fields, so that `size` is `payload` rounded up to `alignment`.
template <std::size_t N>
[[nodiscard]] constexpr record_layout<N> aligned_layout(const std::size_t* sizes,
                                                        const std::size_t* alignments) noexcept {
  record_layout<N> result;
  for (std::size_t i = 0; i < N; ++i)
    if (alignments[i] > result.alignment) result.alignment = alignments[i];
  // One pass for each power of two: linear in N, where a sort would make constant evaluation quadratic.
  std::size_t placed = 0;
  for (std::size_t alignment = result.alignment; alignment != 0; alignment /= 2) {
    for (std::size_t i = 0; i < N; ++i) {
      if (alignments[i] != alignment) continue;
      result.order[placed++] = i;
      result.fields[i] = {result.payload, sizes[i]};
      result.payload += sizes[i];
    }
  }
  result.size = (result.payload + result.alignment - 1) / result.alignment * result.alignment;
  return result;
}

/// Places fields of the given sizes one after the other as declared, without regard to alignment.
template <std::size_t N>
[[nodiscard]] constexpr record_layout<N> packed_layout(const std::size_t* sizes) noexcept {
  record_layout<N> result;
  for (std::size_t i = 0; i < N; ++i) {
    result.order[i] = i;
    result.fields[i] = {result.payload, sizes[i]};
    result.payload += sizes[i];
  }
  result.size = result.payload;
  return result;
}

}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
