// slotted: dictionaries of a history: values that recur over many blocks of a series, and when they are worth having.
// SPDX-License-Identifier: MIT
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <new>
#include <span>

#include <slotted/algorithm.hpp>
#include <slotted/codec/patterns.hpp>
#include <slotted/memory/pages.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace v0 {
namespace detail {

// Values that recur over a series, though not within one block. It never changes; the patterns stand behind it. Blocks
// that were written with it name it by its address, and keep it.
struct column_dictionary {
  // The index of so many stands on an encoder's stack, in 16 KiB; codes of more bits seldom beat the other modes.
  static constexpr std::size_t max_entries = 4095;

  column_dictionary* next_retired = nullptr;
  std::uint64_t stamp = 0;             // of the clock, once it is retired
  column_dictionary* older = nullptr;  // of the same series, of any column
  std::uint32_t version = 0;           // which no other one of the history has
  std::uint32_t entries = 0;
  std::uint32_t blocks = 0;  // that name it; the owner's
  std::uint16_t column = 0;
  bool current = true;  // it is what new blocks of its column are written with; the owner's

  [[nodiscard]] static constexpr std::size_t bytes(std::size_t entries) noexcept {
    return sizeof(column_dictionary) + entries * sizeof(std::uint64_t);
  }
  [[nodiscard]] std::span<std::uint64_t> patterns() noexcept {
    return {std::launder(reinterpret_cast<std::uint64_t*>(this + 1)), entries};
  }
  [[nodiscard]] slotted::codec::dictionary_view view() const noexcept {
    return {version, const_cast<column_dictionary*>(this)->patterns()};
  }

  // Preconditions: `room` has bytes(patterns.size()), which are aligned to 8.
  [[nodiscard]] static column_dictionary* make(void* room, std::size_t column, std::uint32_t version,
                                               std::span<const std::uint64_t> patterns) noexcept {
    auto* const made = ::new (room) column_dictionary;
    made->column = static_cast<std::uint16_t>(column);
    made->version = version;
    made->entries = static_cast<std::uint32_t>(patterns.size());
    auto* const to = reinterpret_cast<std::byte*>(made + 1);
    for (std::size_t i = 0; i < patterns.size(); ++i)
      ::new (static_cast<void*>(to + i * sizeof(std::uint64_t))) std::uint64_t(patterns[i]);
    return made;
  }
};

// Of a series' dictionaries, the one for new blocks of a column, or null.
[[nodiscard]] inline column_dictionary* current_dictionary(column_dictionary* newest, std::size_t column) noexcept {
  while (newest != nullptr && !(newest->current && newest->column == column)) newest = newest->older;
  return newest;
}

// A dictionary with the index that encoding takes, for the length of a call.
class indexed_dictionary {
 public:
  explicit indexed_dictionary(const slotted::codec::dictionary_view& of) noexcept
      : dictionary_(of.version, of.patterns,
                    {index_, slotted::codec::series_dictionary::index_size(of.patterns.size())}) {}
  indexed_dictionary(const indexed_dictionary&) = delete;
  indexed_dictionary& operator=(const indexed_dictionary&) = delete;
  [[nodiscard]] const slotted::codec::series_dictionary* get() const noexcept { return &dictionary_; }

 private:
  std::uint16_t index_[slotted::codec::series_dictionary::index_size(column_dictionary::max_entries)];
  slotted::codec::series_dictionary dictionary_;
};

// A column of a block as the codec wrote it, and the dictionary that it names, or null.
struct kept_column {
  std::span<const std::byte> bytes;
  const column_dictionary* dictionary = nullptr;

  [[nodiscard]] std::size_t bytes_in_block() const noexcept {
    return bytes.size() + (dictionary == nullptr ? 0 : sizeof dictionary);
  }
  [[nodiscard]] bool try_decode(codec::pattern_block& to) const noexcept {
    return codec::try_decode_patterns(
        bytes, dictionary == nullptr ? slotted::codec::dictionary_view{} : dictionary->view(), to);
  }
};

// Finds a dictionary that is worth having for some blocks of a column.
class dictionary_trainer {
 public:
  static constexpr std::size_t most_blocks = 8;

  // Whether a new dictionary pays: whether `horizon` blocks like these, the newest first, take fewer bytes with it than
  // without, its own included. `freed` are the bytes of older ones that would not be needed any more.
  //
  // Preconditions: blocks.size() <= most_blocks, blocks.size() <= horizon.
  [[nodiscard, gnu::noinline]] bool pays(std::span<const kept_column> blocks, std::uint32_t version,
                                         std::size_t horizon, std::size_t freed) noexcept {
    std::size_t bytes = 0;
    for (const kept_column& each : blocks) bytes += each.bytes_in_block();
    // Where values take less than a code would, there is nothing to look for.
    if (blocks.size() < 2 || bytes < blocks.size() * codec::max_block_values / 2) return false;
    if (!blocks[0].try_decode(decoded_)) return false;
    const std::size_t newest = decoded_.n;
    copy_elements(decoded_.patterns, newest, sample_);
    std::size_t values = newest;
    for (const kept_column& each : blocks.subspan(1)) {
      if (!each.try_decode(decoded_)) return false;
      copy_elements(decoded_.patterns, decoded_.n, sample_ + values);
      values += decoded_.n;
    }
    const std::span<std::uint64_t> sample(sample_, values);
    const codec::recurrence recurring(sample.first(newest), sample.subspan(newest));
    // Codes seldom take less than half of their bits.
    if (!recurring.is_common() || bytes * 16 < values * codec::bit_length(recurring.distinct())) return false;
    codec::sort_ordered(sample, decoded_.kind);

    // All values, or those that recur: strangers cost more than entries, and entries cost memory.
    const std::size_t tries[] = {1, codec::least_occurrences(sample, bytes * 8 / values)};
    std::size_t best = bytes * horizon / blocks.size() + freed;
    std::size_t best_least = 0;
    for (const std::size_t least : tries) {
      if (least == 0) continue;
      // Most of what does not pay shows it without being tried.
      const codec::dictionary_coverage covered = codec::coverage_of(sample, least);
      const std::size_t about = covered.bits_of(values, decoded_.kind) / 8 * horizon / blocks.size();
      if (covered.entries == 0 || cost(covered.entries) + about / 2 >= best) continue;
      count_ = codec::choose_entries(sample, decoded_.kind, least, entries_);
      if (count_ == 0) continue;
      const std::size_t now = cost(count_) + bytes_with(blocks, version) * horizon / blocks.size();
      if (now >= best) continue;
      best = now;
      best_least = least;
    }
    if (best_least == 0) return false;
    count_ = codec::choose_entries(sample, decoded_.kind, best_least, entries_);
    return true;
  }
  // Of the dictionary, once it pays.
  [[nodiscard]] std::span<const std::uint64_t> patterns() const noexcept { return {entries_, count_}; }

  // What a dictionary of so many entries takes from the system.
  [[nodiscard]] static std::size_t cost(std::size_t entries) noexcept {
    const std::size_t bytes = column_dictionary::bytes(entries);
    return bytes < page_bytes() ? bytes + bytes / 8 : round_up(bytes, page_bytes());
  }

 private:
  [[nodiscard]] std::size_t bytes_with(std::span<const kept_column> blocks, std::uint32_t version) noexcept {
    const indexed_dictionary with({version, patterns()});
    slotted::codec::column_state state;
    std::size_t bytes = 0;
    for (const kept_column& each : blocks) {
      [[maybe_unused]] const bool decoded = each.try_decode(decoded_);
      assert(decoded && "it was when the sample was taken");
      bytes += min_of(each.bytes_in_block(),
                      encode_patterns(decoded_, state, with.get(), coded_) + sizeof(column_dictionary*));
    }
    return bytes;
  }

  std::size_t count_ = 0;
  codec::pattern_block decoded_;
  std::byte coded_[slotted::codec::max_encoded_size(codec::max_block_values)];
  std::uint64_t entries_[column_dictionary::max_entries];
  std::uint64_t sample_[most_blocks * codec::max_block_values];
};

}  // namespace detail
}  // namespace v0
}  // namespace slotted
