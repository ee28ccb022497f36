// slotted: the bytes of a block of a history: a header, links to what lies below, and one encoded column after another.
// SPDX-License-Identifier: MIT
//
//   owner      4 bytes   the number of its series
//   rows       2         1 to 1024
//   flags      1
//   previous   6         address of the block below in its series, 0: none
//   time       2         bytes of the time column
//   columns    4 each    bytes of the column, and the encoder's hint
//   links      42        if there is a block below or the block has many rows: see block_links
//   summaries  as many as the layout says, in blocks of 256 rows and more
//   the time column, or, where it is shared, its number (4 bytes); then the value columns
//
// A block never changes once it is written, so any thread may read one that it knows of. All values are in the host's
// byte order: blocks do not leave the process in this form.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {

using block_address = std::uint64_t;  // 48 bits; 0 is none

// What a block knows of those below it in its series, for finding rows without walking all of them. Jumps are those of
// a skew-binary list (E. W. Myers, An applicative random-access stack, 1983).
struct block_links {
  static constexpr std::size_t bytes = 42;

  std::uint32_t depth = 1;  // blocks from this one down
  block_address jump = 0;   // a block further down, 0: none
  std::int64_t first = 0;   // times of this block
  std::int64_t last = 0;
  std::int64_t greatest = 0;  // time of this block and all below
  std::int64_t least = 0;     // time of this block and those below it down to the jump, which is not among them

  void save(std::byte* to) const noexcept {
    std::memcpy(to, &depth, 4);
    save_address(to + 4, jump);
    std::memcpy(to + 10, &first, 8);
    std::memcpy(to + 18, &last, 8);
    std::memcpy(to + 26, &greatest, 8);
    std::memcpy(to + 34, &least, 8);
  }
  static block_links load(const std::byte* from) noexcept {
    block_links made;
    std::memcpy(&made.depth, from, 4);
    made.jump = load_address(from + 4);
    std::memcpy(&made.first, from + 10, 8);
    std::memcpy(&made.last, from + 18, 8);
    std::memcpy(&made.greatest, from + 26, 8);
    std::memcpy(&made.least, from + 34, 8);
    return made;
  }
  static void save_address(std::byte* to, block_address address) noexcept {
    const auto low = static_cast<std::uint32_t>(address);
    const auto high = static_cast<std::uint16_t>(address >> 32);
    std::memcpy(to, &low, 4);
    std::memcpy(to + 4, &high, 2);
  }
  static block_address load_address(const std::byte* from) noexcept {
    std::uint32_t low = 0;
    std::uint16_t high = 0;
    std::memcpy(&low, from, 4);
    std::memcpy(&high, from + 4, 2);
    return low | std::uint64_t{high} << 32;
  }
};

// A view of the bytes of a block. Columns and SummaryBytes are those of its layout.
template <std::size_t Columns, std::size_t SummaryBytes>
class block_bytes {
 public:
  enum flag : unsigned char { has_links = 1, has_summaries = 2, shared_time = 4, final = 8 };
  static constexpr std::size_t previous_offset = 7;
  static constexpr std::size_t fixed_bytes = 15 + 4 * Columns;
  static constexpr std::size_t least_rows_for_links = 256;  // 42 bytes are little then
  static constexpr std::size_t least_rows_for_summaries = 256;
  // The most bytes of a block without its columns.
  static constexpr std::size_t most_overhead = fixed_bytes + block_links::bytes + SummaryBytes;

  explicit block_bytes(const std::byte* at) noexcept : at_(at) {}

  [[nodiscard]] const std::byte* data() const noexcept { return at_; }
  [[nodiscard]] std::uint32_t owner() const noexcept { return load<std::uint32_t>(0); }
  [[nodiscard]] std::size_t rows() const noexcept { return load<std::uint16_t>(4); }
  [[nodiscard]] bool has(flag which) const noexcept { return (std::to_integer<unsigned>(at_[6]) & which) != 0; }
  [[nodiscard]] block_address previous() const noexcept { return block_links::load_address(at_ + previous_offset); }
  [[nodiscard]] std::size_t time_bytes() const noexcept { return load<std::uint16_t>(13); }
  [[nodiscard]] std::size_t column_bytes(std::size_t column) const noexcept {
    return load<std::uint16_t>(15 + 4 * column);
  }
  [[nodiscard]] std::uint16_t hint(std::size_t column) const noexcept { return load<std::uint16_t>(17 + 4 * column); }
  [[nodiscard]] block_links links() const noexcept { return block_links::load(at_ + fixed_bytes); }
  [[nodiscard]] const std::byte* summaries() const noexcept {
    return at_ + fixed_bytes + (has(has_links) ? block_links::bytes : 0);
  }
  [[nodiscard]] std::size_t head_bytes() const noexcept {
    return fixed_bytes + (has(has_links) ? block_links::bytes : 0) + (has(has_summaries) ? SummaryBytes : 0);
  }
  // The time column, unless it is shared: then its number stands here.
  [[nodiscard]] const std::byte* time_data() const noexcept { return at_ + head_bytes(); }
  [[nodiscard]] std::uint32_t time_number() const noexcept { return load<std::uint32_t>(head_bytes()); }
  // What the time column takes in this block.
  [[nodiscard]] std::size_t time_room() const noexcept { return has(shared_time) ? 4 : time_bytes(); }
  [[nodiscard]] const std::byte* column_data(std::size_t column) const noexcept {
    const std::byte* at = time_data() + time_room();
    for (std::size_t i = 0; i < column; ++i) at += column_bytes(i);
    return at;
  }
  [[nodiscard]] std::size_t bytes() const noexcept { return static_cast<std::size_t>(column_data(Columns) - at_); }

 private:
  template <class V>
  [[nodiscard]] V load(std::size_t offset) const noexcept {
    V value;
    std::memcpy(&value, at_ + offset, sizeof value);
    return value;
  }
  const std::byte* at_;
};

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
