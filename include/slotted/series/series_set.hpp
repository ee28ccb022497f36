// slotted: a set of series of one table, a bit for each number.
// SPDX-License-Identifier: MIT
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include <slotted/series/detail/charged_block.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {

/// Series of a table that matchers found: a bit for each number, in memory that is charged to the table's budget.
///
/// Copies share their memory, which never changes; they may be read from any threads. Opening and closing series
/// changes which series the numbers name: `for_each` of a table or of a hold tells what they name then.
class series_set {
 public:
  /// No series.
  series_set() noexcept = default;
  /// For tables: the bits are the first words of the block.
  series_set(detail::charged_block block, std::size_t words) noexcept : block_(std::move(block)), words_(words) {}
  /// How many series there are. Complexity: linear in the numbers of the table.
  [[nodiscard]] std::size_t size() const noexcept {
    std::size_t count = 0;
    for (const std::uint64_t each : words()) count += static_cast<std::size_t>(std::popcount(each));
    return count;
  }
  /// Whether there are none. Complexity: as `size`.
  [[nodiscard]] bool empty() const noexcept { return size() == 0; }
  /// Whether a series of that number is in the set.
  [[nodiscard]] bool contains_number(std::uint32_t number) const noexcept {
    return number / 64 < words_ && (words()[number / 64] >> (number % 64) & 1) != 0;
  }
  /// Bit i % 64 of word i / 64 says whether the series of number i is in the set.
  [[nodiscard]] std::span<const std::uint64_t> words() const noexcept {
    return {reinterpret_cast<const std::uint64_t*>(block_.data()), words_};
  }
  /// For histories: the memory of the words.
  [[nodiscard]] const detail::charged_block& block() const noexcept { return block_; }

 private:
  detail::charged_block block_;
  std::size_t words_ = 0;
};

}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
