// slotted: time columns that several series share, each kept once.
// SPDX-License-Identifier: MIT
//
// Series that are scraped together have equal times, so their blocks have equal time columns. A column is kept here
// from the second time on that it is met, with a count of the blocks that name it. A candidate is found by hash and
// always compared. Blocks name a column by its number; an entry and its bytes never change while a block or a snapshot
// needs them, so readers of any thread may look at them without a lock.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <span>

#include <slotted/history/detail/charged_memory.hpp>
#include <slotted/history/detail/paged_array.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {

struct shared_column {
  std::byte* data;  // its bytes
  std::uint32_t size;
  std::uint32_t blocks;  // that name it; the owner's, as is what follows
  std::uint32_t hash;
  std::uint32_t born;  // the clock of snapshots when it came
  std::uint32_t next_free;
  std::uint32_t reserved;
};

// Bytes of columns, in pages of classes that are cut into slots: four classes from one power of two to the next. For
// the owner's thread.
class column_heap {
 public:
  static constexpr std::size_t least_slot = 32;
  static constexpr std::size_t largest = 10240;  // a column of 1024 times takes at most 8,240 bytes

  [[nodiscard]] static constexpr unsigned class_of(std::size_t bytes) noexcept {
    if (bytes <= least_slot) return 0;
    const auto octave = static_cast<unsigned>(std::bit_width(bytes - 1)) - 1;  // 2^octave < bytes <= 2^(octave + 1)
    const std::size_t quarters = (bytes - (std::size_t{1} << octave) - 1) >> (octave - 2);
    return 4 * (octave - 5) + static_cast<unsigned>(quarters) + 1;
  }
  [[nodiscard]] static constexpr std::size_t slot_bytes(unsigned which) noexcept {
    return (std::size_t{4} + which % 4) << (which / 4 + 3);
  }
  [[nodiscard]] std::byte* try_take(std::size_t bytes, charged_memory& memory) noexcept {
    if (bytes > largest) return nullptr;
    const unsigned which = class_of(bytes);
    if (free_[which] == nullptr && !add_page(which, memory)) return nullptr;
    page& at = *free_[which];
    const unsigned word = at.free[0] == 0 ? 1 : 0;
    const auto slot = 64 * word + static_cast<unsigned>(std::countr_zero(at.free[word]));
    at.free[word] &= at.free[word] - 1;
    if (at.is_full()) unlink(at, which);
    return place(at, which, slot);
  }
  void give(std::byte* data, std::size_t bytes, charged_memory& memory) noexcept {
    const unsigned which = class_of(bytes);
    page& at = page_of(data, which);
    const bool was_full = at.is_full();
    const unsigned slot = slot_of(at, data, which);
    at.free[slot / 64] |= std::uint64_t{1} << slot % 64;
    if (at.free_slots() == slots(which)) {
      if (!was_full) unlink(at, which);
      held_ -= page_size(which);
      memory.give_aligned(reinterpret_cast<std::byte*>(&at), page_size(which), page_size(which));
    } else if (was_full) {
      link(at, which);
    }
  }
  [[nodiscard]] std::size_t held() const noexcept { return held_; }

 private:
  static constexpr unsigned classes = 34;

  // The front of a run of pages; slots follow at the first multiple of 32.
  struct page {
    std::uint64_t free[2];  // a bit a slot
    page* next;
    page* before;

    [[nodiscard]] bool is_full() const noexcept { return (free[0] | free[1]) == 0; }
    [[nodiscard]] std::size_t free_slots() const noexcept {
      return static_cast<std::size_t>(std::popcount(free[0])) + static_cast<std::size_t>(std::popcount(free[1]));
    }
  };
  static constexpr std::size_t head_bytes = 32;
  static_assert(sizeof(page) <= head_bytes);

  [[nodiscard]] static std::size_t slots_in(std::size_t bytes, unsigned which) noexcept {
    return min_of<std::size_t>((bytes - head_bytes) / slot_bytes(which), 128);
  }
  // A power of two, so that a slot's page is found by its address: the smallest of which at most a quarter is no
  // slot's, or else eight pages.
  [[nodiscard]] static std::size_t page_size(unsigned which) noexcept {
    const std::size_t most = 8 * page_bytes();
    std::size_t bytes = page_bytes();
    while (bytes < most && slots_in(bytes, which) * slot_bytes(which) < bytes - bytes / 4) bytes *= 2;
    return bytes;
  }
  [[nodiscard]] static std::size_t slots(unsigned which) noexcept { return slots_in(page_size(which), which); }
  [[nodiscard]] static std::byte* place(page& of, unsigned which, unsigned slot) noexcept {
    return reinterpret_cast<std::byte*>(&of) + head_bytes + slot * slot_bytes(which);
  }
  [[nodiscard]] static page& page_of(std::byte* data, unsigned which) noexcept {
    const auto at = reinterpret_cast<std::uintptr_t>(data);
    return *reinterpret_cast<page*>(data - at % page_size(which));
  }
  [[nodiscard]] static unsigned slot_of(page& of, const std::byte* data, unsigned which) noexcept {
    const auto offset = static_cast<std::size_t>(data - reinterpret_cast<std::byte*>(&of));
    return static_cast<unsigned>((offset - head_bytes) / slot_bytes(which));
  }
  bool add_page(unsigned which, charged_memory& memory) noexcept {
    commit_outcome why = commit_outcome::done;
    std::byte* const at = memory.try_take_aligned(page_size(which), page_size(which), true, why);
    if (at == nullptr) return false;
    held_ += page_size(which);
    const std::size_t count = slots(which);
    page& made = *::new (static_cast<void*>(at)) page{{~std::uint64_t{0}, ~std::uint64_t{0}}, nullptr, nullptr};
    if (count < 128) made.free[1] = count <= 64 ? 0 : (std::uint64_t{1} << (count - 64)) - 1;
    if (count < 64) made.free[0] = (std::uint64_t{1} << count) - 1;
    link(made, which);
    return true;
  }
  void link(page& added, unsigned which) noexcept {
    added.before = nullptr;
    added.next = free_[which];
    if (added.next != nullptr) added.next->before = &added;
    free_[which] = &added;
  }
  void unlink(page& gone, unsigned which) noexcept {
    if (gone.before != nullptr)
      gone.before->next = gone.next;
    else
      free_[which] = gone.next;
    if (gone.next != nullptr) gone.next->before = gone.before;
  }

  page* free_[classes] = {};  // pages with a free slot
  std::size_t held_ = 0;
};

static_assert(column_heap::slot_bytes(column_heap::class_of(column_heap::largest)) == column_heap::largest);

class shared_columns {
 public:
  static constexpr std::size_t least_bytes = 25;  // shorter ones cost less than the sharing
  static constexpr std::uint32_t none = UINT32_MAX;

  [[nodiscard]] static std::uint32_t hash_of(std::span<const std::byte> column) noexcept {
    std::uint64_t h = column.size();
    std::size_t i = 0;
    for (; i + 8 <= column.size(); i += 8) {
      std::uint64_t word = 0;
      std::memcpy(&word, column.data() + i, 8);
      h = (h ^ word) * 0x9E3779B97F4A7C15u;
      h ^= h >> 29;
    }
    for (; i < column.size(); ++i) h = (h ^ std::to_integer<unsigned>(column[i])) * 0x9E3779B97F4A7C15u;
    return static_cast<std::uint32_t>(h >> 24 ^ h >> 40);
  }

  [[nodiscard]] const shared_column& operator[](std::uint32_t number) const noexcept { return columns_[number]; }

  // The number of a column that is kept; counts one more block. A column that is met for the first time is only
  // remembered by its hash; the second time it is kept, if there is memory for it.
  [[nodiscard]] std::uint32_t share(std::span<const std::byte> column, std::uint32_t clock,
                                    charged_memory& memory) noexcept {
    if (column.size() < least_bytes || column.size() > column_heap::largest) return none;
    if (recent_ == nullptr && !try_begin(memory)) return none;
    const std::uint32_t hash = hash_of(column);
    recent& at = recent_[hash % recent_count];
    if (at.number != none && at.hash == hash) {
      shared_column& found = columns_[at.number];
      if (found.size == column.size() && std::memcmp(found.data, column.data(), column.size()) == 0) {
        ++found.blocks;
        return at.number;
      }
    }
    if (at.seen != hash) {
      at.seen = hash;
      return none;
    }
    const std::uint32_t made = add(column, hash, clock, memory);
    if (made != none) {
      at.number = made;
      at.hash = hash;
    }
    return made;
  }
  void add_block(std::uint32_t number) noexcept { ++columns_[number].blocks; }
  // One block fewer names it. Returns: whether none does any more; then drop() is due, now or when no snapshot needs
  // it.
  [[nodiscard]] bool release(std::uint32_t number) noexcept {
    shared_column& of = columns_[number];
    if (--of.blocks != 0) return false;
    if (recent_ != nullptr) {
      recent& at = recent_[of.hash % recent_count];
      if (at.number == number) at.number = none;
    }
    return true;
  }
  void drop(std::uint32_t number, charged_memory& memory) noexcept {
    shared_column& of = columns_[number];
    bytes_ -= of.size;
    heap_.give(of.data, of.size, memory);
    of.data = nullptr;
    of.next_free = free_;
    free_ = number;
    if (--count_ == 0) {
      end_ = 0;
      free_ = none;
    }
  }
  // Gives back what no column needs. A column that is met again afterwards is stored once more.
  void trim(charged_memory& memory) noexcept {
    if (count_ == 0) columns_.shrink(0, memory);
    if (recent_ != nullptr) memory.give(reinterpret_cast<std::byte*>(recent_), recent_bytes());
    recent_ = nullptr;
  }

  [[nodiscard]] std::size_t count() const noexcept { return count_; }
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
  [[nodiscard]] std::size_t held() const noexcept {
    return columns_.held() + heap_.held() + (recent_ == nullptr ? 0 : recent_bytes());
  }
  // The bytes that blocks would take more if each had its own times.
  [[nodiscard]] std::size_t saved() const noexcept {
    std::size_t saved = 0;
    for (std::uint32_t i = 0; i < end_; ++i)
      if (const shared_column& of = columns_[i]; of.data != nullptr && of.blocks > 1)
        saved += std::size_t{of.blocks - 1} * of.size;
    return saved;
  }

 private:
  static constexpr std::size_t recent_count = 1024;
  // A history that is smaller than this has no series to speak of, and does without the table of recent columns.
  static constexpr std::size_t least_held = std::size_t{256} << 10;
  struct recent {
    std::uint32_t seen = 0;  // the hash of the last column that was met and not kept
    std::uint32_t hash = 0;  // of the column `number`
    std::uint32_t number = none;
  };

  [[nodiscard]] static std::size_t recent_bytes() noexcept {
    return charged_memory::whole_pages(recent_count * sizeof(recent));
  }
  [[nodiscard]] bool try_begin(charged_memory& memory) noexcept {
    if (memory.held() < least_held) return false;
    commit_outcome why = commit_outcome::done;
    std::byte* const at = memory.try_take(recent_bytes(), true, why);
    if (at == nullptr) return false;
    recent_ = reinterpret_cast<recent*>(at);
    for (std::size_t i = 0; i < recent_count; ++i) ::new (static_cast<void*>(recent_ + i)) recent;
    return true;
    return true;
  }
  std::uint32_t add(std::span<const std::byte> column, std::uint32_t hash, std::uint32_t clock,
                    charged_memory& memory) noexcept {
    if (free_ == none && end_ == columns_.capacity() && columns_.try_grow(memory, true) != commit_outcome::done)
      return none;
    std::byte* const data = heap_.try_take(column.size(), memory);
    if (data == nullptr) return none;
    std::uint32_t number = free_;
    if (number != none)
      free_ = columns_[number].next_free;
    else
      number = end_++;
    std::memcpy(data, column.data(), column.size());
    columns_[number] = {data, static_cast<std::uint32_t>(column.size()), 1, hash, clock, none, 0};
    bytes_ += column.size();
    ++count_;
    return number;
  }

  paged_array<shared_column, 24> columns_;
  column_heap heap_;
  std::uint32_t end_ = 0;
  std::uint32_t free_ = none;
  std::size_t count_ = 0;
  std::size_t bytes_ = 0;
  recent* recent_ = nullptr;
};

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
