// slotted: the memory of a domain of symbols: texts and their directory, which grow in place and never move.
// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <string_view>
#include <utility>

#include <slotted/algorithm.hpp>
#include <slotted/memory/slab.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {

// A text and its place in the hash table.
struct symbol_node {
  std::atomic<symbol_node*> next;
  std::uint32_t hash;
  std::uint32_t code;
  std::uint16_t size;

  // The characters begin right behind `size`, in what would be padding.
  static constexpr std::size_t text_offset = sizeof(std::atomic<symbol_node*>) + 2 * sizeof(std::uint32_t) + 2;

  static constexpr std::size_t bytes_for(std::size_t text_size) noexcept {
    return round_up(max_of(text_offset + text_size, sizeof(symbol_node)), alignof(symbol_node));
  }
  [[nodiscard]] const char* data() const noexcept { return reinterpret_cast<const char*>(this) + text_offset; }
  [[nodiscard]] std::string_view text() const noexcept { return {data(), size}; }
};

// Row n of the directory: the text of code n, and the heads of chains 2n and 2n + 1. Half a text a chain, because a
// second node to look at is a branch that nobody predicts: one chain a text saves 8 bytes and costs a third more time.
struct symbol_row {
  static constexpr std::size_t chains = 2;

  std::atomic<symbol_node*> text;
  std::atomic<symbol_node*> chain[chains];
};

// What one attempt to add a text has charged and not yet committed, and why it was refused.
struct symbol_growth {
  bool charged = false;    // pages have to be paid from the credit
  std::size_t credit = 0;  // bytes, whole pages
  commit_outcome refusal = commit_outcome::done;
  std::size_t least = 0;  // when over_budget: the bytes that have to be charged first,
  std::size_t best = 0;   // and those that would spare the next texts the way here
};

// Room is made by one writer at a time; rows that have been taken may be read meanwhile. Nothing is ever given back.
class symbol_arena {
 public:
  constexpr symbol_arena() noexcept = default;
  symbol_arena(const symbol_arena&) = delete;
  symbol_arena& operator=(const symbol_arena&) = delete;

  // Preconditions: the row has been taken.
  [[nodiscard]] const symbol_row& row(std::size_t code) const noexcept {
    const unsigned chunk = chunk_of(code);
    return directory_[chunk].load(std::memory_order_acquire)[code - first_row(chunk)];
  }
  [[nodiscard]] symbol_row& row(std::size_t code) noexcept {
    return const_cast<symbol_row&>(static_cast<const symbol_arena*>(this)->row(code));
  }

  // Makes room for row `code` and for a text.
  //
  // Preconditions: `code` rows have been taken, or none and code == 1.
  // Returns: whether there is room. Room made before a refusal stays, as idle.
  [[nodiscard]] bool make_room(std::size_t code, std::size_t text_size, symbol_growth& growth) noexcept {
    const unsigned chunk = chunk_of(code);
    if (directory_[chunk].load(std::memory_order_relaxed) == nullptr && !add_chunk(chunk, growth)) return false;
    if (rows_ != nullptr && !commit(rows_->pages, rows_->used + sizeof(symbol_row), growth)) return false;
    return allocate(symbol_node::bytes_for(text_size), growth);
  }

  // Takes row `code`; its text and its chains are null.
  //
  // Preconditions: make_room(code, ...) returned true.
  symbol_row& take_row(std::size_t code) noexcept {
    if (rows_ != nullptr) rows_->used += sizeof(symbol_row);
    ++rows_taken_;
    return *::new (static_cast<void*>(&row(code))) symbol_row{};
  }

  // Stores a text.
  //
  // Preconditions: make_room(..., text.size(), ...) returned true and no node has been taken since.
  symbol_node* take_node(std::string_view text, std::uint32_t hash, std::uint32_t code, symbol_node* next) noexcept {
    std::byte* const at = nodes_->pages.data() + nodes_->used;
    auto* const node =
        ::new (static_cast<void*>(at)) symbol_node{{next}, hash, code, static_cast<std::uint16_t>(text.size())};
    std::memcpy(at + symbol_node::text_offset, text.data(), text.size());
    nodes_->used += symbol_node::bytes_for(text.size());
    return node;
  }

  // Bytes committed.
  [[nodiscard]] std::size_t held() const noexcept { return held_; }

  // Of these, bytes that can still take rows and texts.
  [[nodiscard]] std::size_t idle() const noexcept {
    if (nodes_ == nullptr) return 0;
    const std::size_t rows =
        rows_ != nullptr ? rows_->pages.committed() - rows_->used : (rows_in_nodes_ - rows_taken_) * sizeof(symbol_row);
    return nodes_->pages.committed() - nodes_->used + rows;
  }

 private:
  // Stands at the front of its own pages: as nothing is given back, only the runs that still grow have to be known.
  struct run {
    page_run pages;
    std::size_t used;  // bytes, this header included
  };
  static_assert(sizeof(run) % alignof(symbol_row) == 0 && sizeof(run) % alignof(symbol_node) == 0);

  // The directory is chunks of 16, 16, 32, 64 ... rows, so that 29 pointers reach 2^32 rows and none ever moves.
  static constexpr std::size_t first_rows = 16;
  static constexpr unsigned chunks = 29;
  static constexpr std::size_t largest_chunk_among_nodes = 128;       // rows, 3 KiB; larger ones get a run of their own
  static constexpr std::size_t smallest_run = std::size_t{64} << 10;  // bytes of address space
  static constexpr std::size_t largest_run = std::size_t{32} << 20;
  static constexpr std::size_t longest_step = std::size_t{1} << 20;  // bytes; bounds how long other writers wait

  [[nodiscard]] static constexpr unsigned chunk_of(std::size_t code) noexcept {
    return static_cast<unsigned>(std::bit_width(code / first_rows));
  }
  [[nodiscard]] static constexpr std::size_t first_row(unsigned chunk) noexcept {
    return chunk == 0 ? 0 : first_rows << (chunk - 1);
  }
  [[nodiscard]] static constexpr std::size_t rows_of(unsigned chunk) noexcept {
    return chunk == 0 ? first_rows : first_rows << (chunk - 1);
  }

  [[nodiscard]] bool add_chunk(unsigned chunk, symbol_growth& growth) noexcept {
    const std::size_t bytes = rows_of(chunk) * sizeof(symbol_row);
    run* home = nullptr;
    if (rows_of(chunk) <= largest_chunk_among_nodes) {
      if (!allocate(bytes, growth)) return false;
      home = nodes_;
    } else {
      home = add_run(sizeof(run) + bytes, sizeof(symbol_row), 0, growth);
      if (home == nullptr) return false;
      rows_ = home;
    }
    auto* const rows = reinterpret_cast<symbol_row*>(home->pages.data() + home->used);
    if (home == nodes_) {
      nodes_->used += bytes;
      rows_in_nodes_ += rows_of(chunk);
    }
    directory_[chunk].store(rows, std::memory_order_release);
    return true;
  }

  // Makes the next `bytes` behind the nodes usable.
  [[nodiscard]] bool allocate(std::size_t bytes, symbol_growth& growth) noexcept {
    if (nodes_ != nullptr && bytes <= nodes_->pages.capacity() - nodes_->used)
      return commit(nodes_->pages, nodes_->used + bytes, growth);
    const std::size_t generous = nodes_ == nullptr ? smallest_run : min_of(nodes_->pages.capacity() * 2, largest_run);
    run* const added = add_run(sizeof(run) + bytes, bytes, generous, growth);
    if (added == nullptr) return false;
    nodes_ = added;
    return true;
  }

  // A run of `bytes` of address space, `generous` ones unless the system refuses; its header and `usable` bytes behind
  // it are committed.
  [[nodiscard]] run* add_run(std::size_t bytes, std::size_t usable, std::size_t generous,
                             symbol_growth& growth) noexcept {
    page_run pages;
    if (generous > bytes) pages = page_run::try_reserve(generous);
    if (!pages) pages = page_run::try_reserve(bytes);
    if (!pages) {
      growth.refusal = commit_outcome::out_of_memory;
      return nullptr;
    }
    if (!commit(pages, sizeof(run) + usable, growth)) {
      pages.release(nullptr);
      return nullptr;
    }
    void* const at = pages.data();
    return ::new (at) run{std::move(pages), sizeof(run)};
  }

  // Makes the first `bytes` of a run usable, and more where a growth step and the credit allow it.
  [[nodiscard]] bool commit(page_run& pages, std::size_t bytes, symbol_growth& growth) noexcept {
    const std::size_t before = pages.committed();
    if (bytes <= before) return true;
    const std::size_t unit = commit_unit(page_kind::base);
    const std::size_t least = round_up(bytes, unit) - before;
    const std::size_t step = min_of(growth_step(held_, unit), max_of(longest_step, unit));
    std::size_t take = min_of(max_of(least, step), pages.capacity() - before);
    if (growth.charged) {
      if (growth.credit < least) {
        growth.refusal = commit_outcome::over_budget;
        growth.least = least - growth.credit;
        growth.best = take - growth.credit;
        return false;
      }
      take = min_of(take, growth.credit);
    }
    if (pages.try_commit(before + take, nullptr) != commit_outcome::done &&
        (take == least || pages.try_commit(before + least, nullptr) != commit_outcome::done)) {
      growth.refusal = commit_outcome::out_of_memory;
      return false;
    }
    held_ += pages.committed() - before;
    if (growth.charged) growth.credit -= pages.committed() - before;
    return true;
  }

  std::atomic<symbol_row*> directory_[chunks]{};
  run* nodes_ = nullptr;           // the run that new texts go to
  run* rows_ = nullptr;            // the run that new rows go to, once they are too many to live among the nodes
  std::size_t rows_in_nodes_ = 0;  // rows there is room for among the nodes
  std::size_t rows_taken_ = 0;
  std::size_t held_ = 0;
};

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
