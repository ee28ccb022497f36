// slotted: how often each slot was taken and freed: a byte a slot, and more only where that runs over.
// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <utility>

#include <slotted/algorithm.hpp>
#include <slotted/memory/page_arena.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {

// Counters of type Generation for slots by number: odd while a slot is taken, even while it is free, so that a counter
// alone tells whether a handle is stale.
//
// They stand apart from the slots, in chunks of a byte a slot, which stay in the cache where the slots do not: to look
// at ten million counters of four bytes beside their slots takes one miss more an access, and a walk of the page tables
// with it. The higher bytes are the same for all slots until the low byte of one runs over; its group of 64 slots gets
// higher bytes of its own then. The low byte never shows its last two values: there it carries, or is worn out.
template <std::unsigned_integral Generation, unsigned ChunkShift>
class slot_counters {
 public:
  static constexpr std::uint32_t last = static_cast<Generation>(-1) - 1;  // even: never taken again
  static constexpr std::uint32_t chunk_slots = std::uint32_t{1} << ChunkShift;
  static constexpr std::uint32_t group_slots = min_of<std::uint32_t>(64, chunk_slots);

  // ---- memory: two tables, by chunk, in the directory of the store, and a byte a slot in each chunk

  [[nodiscard]] static constexpr std::size_t table_bytes(std::size_t chunks) noexcept {
    return chunks * (sizeof(std::uint8_t*) + sizeof(std::uint8_t**));
  }
  // Preconditions: the bytes at `at` are zero.
  void place_tables(std::byte* at, std::size_t chunks) noexcept {
    low_ = reinterpret_cast<std::uint8_t**>(at);
    high_ = reinterpret_cast<std::uint8_t***>(at + chunks * sizeof(std::uint8_t*));
  }
  void copy_tables(const slot_counters& from, std::size_t chunks) noexcept {
    copy_elements(from.low_, chunks, low_);
    copy_elements(from.high_, chunks, high_);
  }
  // How many slots have a counter: those with lower numbers.
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  // The next chunk. Preconditions: all before it are whole.
  void open_chunk(void* memory, std::uint32_t slots = chunk_slots) noexcept {
    std::uint8_t*& chunk = low_[size_ >> ChunkShift];
    chunk = static_cast<std::uint8_t*>(memory);
    fill_elements(chunk, slots, static_cast<std::uint8_t>(first_));
    size_ += slots;
  }
  // The only chunk stands elsewhere from now on, and is whole.
  void move_chunk(void* memory) noexcept {
    const std::uint8_t* const old = low_[0];
    const std::size_t slots = std::exchange(size_, 0);
    open_chunk(memory);
    copy_elements(old, slots, low_[0]);
  }

  // ---- counting

  // Where the counters of new chunks begin.
  [[nodiscard]] std::uint32_t first() const noexcept { return first_; }
  void start_at(std::uint32_t first) noexcept {
    first_ = first;
    common_high_ = first >> 8;
  }

  [[nodiscard]] Generation value(std::uint32_t slot) const noexcept {
    const std::uint32_t low = low_[slot >> ChunkShift][slot % chunk_slots];
    return static_cast<Generation>(high(slot) << 8 | low);
  }
  // Whether there is a counter of that slot, and it has that value.
  [[nodiscard]] bool has_value(std::uint32_t slot, std::uint32_t value) const noexcept {
    return slot < size_ && low_[slot >> ChunkShift][slot % chunk_slots] == (value & 0xFF) &&
           (value >> 8 == common_high_ || is_high(slot, value >> 8));
  }

  // The bytes of a slot and those behind it in its chunk, for `take`.
  [[nodiscard]] std::uint8_t* bytes_from(std::uint32_t slot) const noexcept {
    return low_[slot >> ChunkShift] + slot % chunk_slots;
  }
  // The slot of a byte is taken. Returns whether it is time to lengthen its group: now and then on the way to where it
  // runs over, so that a refusal is not the last word.
  static bool take(std::uint8_t& low) noexcept {
    low = static_cast<std::uint8_t>(low + 1);
    return high_bytes != 0 && (low & 0x9F) == 0x81;
  }
  // The slot is free again. Returns whether it may be taken again.
  bool free(std::uint32_t slot) noexcept {
    std::uint8_t& low = low_[slot >> ChunkShift][slot % chunk_slots];
    low = static_cast<std::uint8_t>(low + 1);
    return low != worn || carry(slot);
  }
  // Whether the slot may not be taken again.
  [[nodiscard]] bool is_worn(std::uint32_t slot) const noexcept {
    return low_[slot >> ChunkShift][slot % chunk_slots] == worn;
  }

  // What it takes to lengthen the groups of some slots. Preconditions: `from` is the first of a chunk.
  [[nodiscard]] std::size_t bytes_to_lengthen(std::uint32_t from, std::uint32_t slots) const noexcept {
    if constexpr (high_bytes == 0) return 0;
    std::size_t bytes = 0;
    for (std::size_t slot = from, end = slot + slots; slot < end; slot += group_slots) {
      const std::uint8_t* const* const table = high_[slot >> ChunkShift];
      if (table == nullptr && slot % chunk_slots == 0) bytes += table_of_groups_bytes;
      if (table == nullptr || table[slot % chunk_slots / group_slots] == nullptr) bytes += group_bytes;
    }
    return bytes;
  }

  // Gives the slots of a group higher bytes of their own, if there is memory for them. Returns how many of them were
  // worn for want of it and may be taken again now.
  std::uint32_t lengthen(std::uint32_t slot, page_arena& arena, memory_budget* budget, bool ask_relief) noexcept {
    if constexpr (high_bytes == 0) return 0;
    commit_outcome why{};
    std::uint8_t**& table = high_[slot >> ChunkShift];
    if (table == nullptr)
      table = static_cast<std::uint8_t**>(arena.try_allocate(table_of_groups_bytes, budget, why, ask_relief));
    if (table == nullptr) return 0;
    std::uint8_t*& group = table[slot % chunk_slots / group_slots];
    if (group != nullptr) return 0;
    group = static_cast<std::uint8_t*>(arena.try_allocate(group_bytes, budget, why, ask_relief));
    if (group == nullptr) return 0;
    for (std::uint32_t each = 0; each < group_slots; ++each) put_high(group + each * high_bytes, first_ >> 8);
    common_high_ = differs;
    std::uint32_t again = 0;
    for (std::uint32_t each = slot / group_slots * group_slots, end = each + group_slots; each < end; ++each)
      if (is_worn(each) && carry(each)) ++again;
    return again;
  }

  // Whether a slot has higher bytes of its own.
  [[nodiscard]] bool has_own_high(std::uint32_t slot) const noexcept {
    const std::uint8_t* const* const table = high_[slot >> ChunkShift];
    return table != nullptr && table[slot % chunk_slots / group_slots] != nullptr;
  }

  // An even value above that of each slot of a chunk, taken ones included.
  [[nodiscard]] std::uint32_t above_all(std::uint32_t chunk) const noexcept {
    const auto slots = static_cast<std::uint32_t>(min_of<std::size_t>(size_, chunk_slots));
    std::uint32_t most = first_;
    if (high_[chunk] != nullptr) {
      for (std::uint32_t each = 0; each < slots; ++each)
        most = max_of<std::uint32_t>(most, value(chunk * chunk_slots + each));
    } else {
      std::uint8_t low = 0;
      for (std::uint32_t each = 0; each < slots; ++each) low = max_of(low, low_[chunk][each]);
      most = (first_ & ~std::uint32_t{0xFF}) | low;
    }
    most = (most + 1) & ~std::uint32_t{1};
    return (most & 0xFF) == worn && most != last ? (most | 0xFF) + 1 : most;
  }

 private:
  static constexpr std::size_t high_bytes = sizeof(Generation) - 1;
  static constexpr std::size_t group_bytes = round_up(group_slots * high_bytes, 8);
  static constexpr std::size_t table_of_groups_bytes = chunk_slots / group_slots * sizeof(std::uint8_t*);
  static constexpr std::uint8_t worn = 0xFE;
  static constexpr std::uint32_t differs = 0xFFFFFFFF;  // no counter has so high a high part

  [[nodiscard]] std::uint32_t high(std::uint32_t slot) const noexcept {
    if (common_high_ != differs) [[likely]]
      return common_high_;
    const std::uint8_t* const* const table = high_[slot >> ChunkShift];
    const std::uint8_t* const group = table == nullptr ? nullptr : table[slot % chunk_slots / group_slots];
    return group == nullptr ? first_ >> 8 : get_high(group + slot % group_slots * high_bytes);
  }
  [[nodiscard, gnu::noinline]] bool is_high(std::uint32_t slot, std::uint32_t value) const noexcept {
    return high(slot) == value;
  }
  [[nodiscard]] static std::uint32_t get_high(const std::uint8_t* at) noexcept {
    std::uint32_t value = 0;
    for (std::size_t byte = 0; byte < high_bytes; ++byte) value |= std::uint32_t{at[byte]} << 8 * byte;
    return value;
  }
  static void put_high(std::uint8_t* at, std::uint32_t value) noexcept {
    for (std::size_t byte = 0; byte < high_bytes; ++byte) at[byte] = static_cast<std::uint8_t>(value >> 8 * byte);
  }

  // The low byte of a free slot has run over. Returns whether there was a higher one that could rise.
  [[gnu::noinline]] bool carry(std::uint32_t slot) noexcept {
    if constexpr (high_bytes == 0) return false;
    std::uint8_t** const table = high_[slot >> ChunkShift];
    std::uint8_t* const group = table == nullptr ? nullptr : table[slot % chunk_slots / group_slots];
    if (group == nullptr) return false;
    std::uint8_t* const at = group + slot % group_slots * high_bytes;
    if (get_high(at) == last >> 8) return false;
    put_high(at, get_high(at) + 1);
    low_[slot >> ChunkShift][slot % chunk_slots] = 0;
    return true;
  }

  std::uint8_t** low_ = nullptr;    // by chunk
  std::uint8_t*** high_ = nullptr;  // by chunk, and by group; null: as first_
  std::uint32_t first_ = 0;
  std::uint32_t common_high_ = 0;  // the higher bytes of all counters, or differs
  std::size_t size_ = 0;
};

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
