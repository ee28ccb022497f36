// slotted: texts that are each stored once and counted, found by a number or by their bytes.
// SPDX-License-Identifier: MIT
//
// A number is in use while its text has references; the lowest free one is given out first, so numbers stay small.
// Entries stand in blocks of up to 64 with room for those in use and a few more. Texts and blocks may move when the
// dictionary is changed. The index is a linear hash table (W. Litwin, Linear hashing: a new tool for file and table
// addressing, 1980) whose chains go through the entries; it grows by a bucket at a time. Buckets are chosen by the
// caller's hash, and texts are always compared. The heap is the caller's and the same for every call.
// One thread changes it; meanwhile no other may read it.
#pragma once

#include <bit>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include <slotted/algorithm.hpp>
#include <slotted/memory/slab_heap.hpp>
#include <slotted/record/text_hash.hpp>
#include <slotted/series/detail/id_map.hpp>
#include <slotted/series/detail/paged_list.hpp>
#include <slotted/series/detail/row_mask.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {

inline constexpr std::uint32_t no_id = UINT32_MAX;

class value_dictionary {
 public:
  value_dictionary() noexcept = default;
  value_dictionary(const value_dictionary&) = delete;
  value_dictionary& operator=(const value_dictionary&) = delete;

  [[nodiscard]] std::uint32_t size() const noexcept { return size_; }          // texts
  [[nodiscard]] std::size_t text_bytes() const noexcept { return bytes_; }     // of all texts together
  [[nodiscard]] std::uint32_t limit() const noexcept { return ids_.limit(); }  // numbers are below this
  [[nodiscard]] bool has(std::uint32_t id) const noexcept { return ids_.has(id); }
  // The numbers in use among 64 * word to 64 * word + 63.
  [[nodiscard]] std::uint64_t word(std::uint32_t at) const noexcept { return ids_.word(at); }

  // Of a number in use; the text may move when the dictionary is changed.
  [[nodiscard]] std::string_view text(std::uint32_t id) const noexcept { return text_of(entry_of(id)); }
  [[nodiscard]] std::uint32_t references(std::uint32_t id) const noexcept { return entry_of(id).references; }

  // The number of a text whose hash is `hash`, or no_id.
  [[nodiscard]] std::uint32_t find(std::string_view text, std::uint32_t hash) const noexcept {
    if (size_ == 0) return no_id;
    for (std::uint32_t id = heads_[bucket_of(hash)]; id != no_id;) {
      const entry& each = entry_of(id);
      if (each.text->hash == hash && each.text->size == text.size() &&
          same_bytes(bytes_of(each.text), text.data(), text.size()))
        return id;
      id = each.chain;
    }
    return no_id;
  }
  // Adds a text that is not there, with one reference. Returns: its number, or no_id when there is no memory; nothing
  // has changed then.
  [[nodiscard]] std::uint32_t try_add(slab_heap& heap, std::string_view text, std::uint32_t hash) noexcept {
    if (!ids_.try_reserve(heap) || !heads_.try_reserve(heap, size_ + std::size_t{1})) return no_id;
    const std::uint32_t id = ids_.lowest_free();
    if (!make_room(heap, id)) return no_id;
    stored_text* const stored = store(heap, text, hash);
    if (stored == nullptr) {
      settle(heap, id / 64);
      return no_id;
    }
    (void)ids_.take();
    entry_of(id) = {stored, 1, no_id};
    bytes_ += text.size();
    if (size_++ == buckets_) grow_index();
    link(id);
    return id;
  }
  void hold(std::uint32_t id) noexcept { ++entry_of(id).references; }
  // Ends a reference. Returns: whether it was the last one, so that the text is gone.
  bool drop(slab_heap& heap, std::uint32_t id) noexcept {
    entry& gone = entry_of(id);
    if (--gone.references != 0) return false;
    unlink(id);
    bytes_ -= gone.text->size;
    heap.deallocate(gone.text, stored_bytes(gone.text->size), alignof(stored_text));
    ids_.give(heap, id);
    --size_;
    settle(heap, id / 64);
    while (buckets_ > size_ + size_ / 4 || (size_ == 0 && buckets_ != 0)) shrink_index();
    heads_.shrink(heap, buckets_);
    return true;
  }
  void release(slab_heap& heap) noexcept {
    for (std::uint32_t at = 0; at < blocks_.size(); ++at) {
      for (std::uint64_t left = ids_.word(at); left != 0; left &= left - 1) {
        stored_text* const text = entry_of(at * 64 + static_cast<std::uint32_t>(std::countr_zero(left))).text;
        heap.deallocate(text, stored_bytes(text->size), alignof(stored_text));
      }
      free_block(heap, at);
    }
    blocks_.release(heap);
    ids_.release(heap);
    heads_.release(heap);
    size_ = buckets_ = mask_ = 0;
    bytes_ = 0;
  }

  // Moves the texts and the entries of 64 numbers to the lowest free places of the heap. Once this has been done for
  // all, what was in use stands together, and what was between can be given back.
  void compact(slab_heap& heap, std::uint32_t at) noexcept {
    heads_.compact(heap, at);  // has fewer blocks of memory than there are of entries, as the others
    blocks_.compact(heap, at);
    ids_.compact(heap, at);
    if (at >= blocks_.size() || blocks_[at] == nullptr) return;
    for (std::uint64_t left = ids_.word(at); left != 0; left &= left - 1) {
      stored_text*& text = entry_of(at * 64 + static_cast<std::uint32_t>(std::countr_zero(left))).text;
      const std::size_t bytes = stored_bytes(text->size);
      auto* const to = static_cast<stored_text*>(heap.try_allocate(bytes, alignof(stored_text)));
      if (to == nullptr) return;
      std::memcpy(static_cast<void*>(to), text, bytes);
      heap.deallocate(text, bytes, alignof(stored_text));
      text = to;
    }
    (void)rebuild(heap, at, blocks_[at]->stored);
  }
  [[nodiscard]] std::uint32_t compact_steps() const noexcept {
    return max_of(static_cast<std::uint32_t>(blocks_.size()), heads_.leaves());
  }

  // The texts that a search for one compares or passes, for tests of hostile texts.
  [[nodiscard]] std::size_t probes(std::string_view text, std::uint32_t hash) const noexcept {
    if (size_ == 0) return 0;
    std::size_t count = 0;
    for (std::uint32_t id = heads_[bucket_of(hash)]; id != no_id; id = entry_of(id).chain) {
      ++count;
      if (this->text(id) == text) break;
    }
    return count;
  }

 private:
  struct stored_text {
    std::uint32_t hash;
    std::uint32_t size;  // of the bytes that follow
  };
  struct entry {
    stored_text* text;
    std::uint32_t references;
    std::uint32_t chain;  // the next in its bucket
  };
  struct block {  // followed by an entry for each stored row
    row_mask stored;
    [[nodiscard]] entry* entries() noexcept { return reinterpret_cast<entry*>(this + 1); }
  };
  static_assert(sizeof(block) % alignof(entry) == 0);

  [[nodiscard]] static const char* bytes_of(const stored_text* text) noexcept {
    return reinterpret_cast<const char*>(text + 1);
  }
  [[nodiscard]] static std::string_view text_of(const entry& of) noexcept { return {bytes_of(of.text), of.text->size}; }
  [[nodiscard]] static constexpr std::size_t stored_bytes(std::size_t size) noexcept {
    return sizeof(stored_text) + size;
  }
  [[nodiscard]] static std::size_t block_bytes(row_mask stored) noexcept {
    return sizeof(block) + stored.count() * sizeof(entry);
  }
  [[nodiscard]] entry& entry_of(std::uint32_t id) const noexcept {
    block* const at = blocks_[id / 64];
    return at->entries()[at->stored.place_of(id % 64)];
  }

  [[nodiscard]] static stored_text* store(slab_heap& heap, std::string_view text, std::uint32_t hash) noexcept {
    auto* const at = static_cast<stored_text*>(heap.try_allocate(stored_bytes(text.size()), alignof(stored_text)));
    if (at == nullptr) return nullptr;
    at->hash = hash;
    at->size = static_cast<std::uint32_t>(text.size());
    if (!text.empty()) std::memcpy(static_cast<void*>(at + 1), text.data(), text.size());
    return at;
  }

  // Room for the entry of a free number.
  [[nodiscard]] bool make_room(slab_heap& heap, std::uint32_t id) noexcept {
    const std::uint32_t at = id / 64;
    if (!blocks_.try_reserve(heap, at + std::size_t{1})) return false;
    while (blocks_.size() <= at) (void)blocks_.push_back();
    if (blocks_[at] != nullptr && blocks_[at]->stored.has(id % 64)) return true;
    if (rebuild(heap, at, (blocks_[at] == nullptr ? row_mask() : blocks_[at]->stored).with(id % 64))) return true;
    settle(heap, at);
    return false;
  }
  // Replaces a block by one with room for `stored`, which has all rows in use. Returns false when there is no memory.
  [[nodiscard]] bool rebuild(slab_heap& heap, std::uint32_t at, row_mask stored) noexcept {
    auto* const to = static_cast<block*>(heap.try_allocate(block_bytes(stored), alignof(block)));
    if (to == nullptr) return false;
    to->stored = stored;
    block* const from = blocks_[at];
    if (from != nullptr) {
      for (std::uint64_t left = ids_.word(at); left != 0; left &= left - 1) {
        const auto row = static_cast<unsigned>(std::countr_zero(left));
        to->entries()[stored.place_of(row)] = from->entries()[from->stored.place_of(row)];
      }
      free_block(heap, at);
    }
    blocks_[at] = to;
    return true;
  }
  // Gives back what a block has too much, and the blocks at the end that are empty.
  void settle(slab_heap& heap, std::uint32_t at) noexcept {
    const std::uint64_t used = ids_.word(at);
    if (used == 0)
      free_block(heap, at);
    else if (blocks_[at]->stored.is_sparse(used))
      (void)rebuild(heap, at, row_mask(used));  // without memory for the smaller block the larger one stays
    std::size_t count = blocks_.size();
    while (count != 0 && blocks_[count - 1] == nullptr) --count;
    blocks_.shrink(heap, count);
  }
  void free_block(slab_heap& heap, std::uint32_t at) noexcept {
    if (blocks_[at] == nullptr) return;
    heap.deallocate(blocks_[at], block_bytes(blocks_[at]->stored), alignof(block));
    blocks_[at] = nullptr;
  }

  [[nodiscard]] std::uint32_t bucket_of(std::uint32_t hash) const noexcept {
    const std::uint32_t low = hash & mask_;
    return low < buckets_ ? low : low & (mask_ >> 1);
  }
  void set_buckets(std::uint32_t count) noexcept {
    buckets_ = count;
    mask_ = std::bit_floor(count) * 2 - 1;
  }
  void link(std::uint32_t id) noexcept {
    entry& added = entry_of(id);
    std::uint32_t& head = heads_[bucket_of(added.text->hash)];
    added.chain = head;
    head = id;
  }
  void unlink(std::uint32_t id) noexcept {
    std::uint32_t* from = &heads_[bucket_of(entry_of(id).text->hash)];
    while (*from != id) from = &entry_of(*from).chain;
    *from = entry_of(id).chain;
  }
  // One more bucket, for which there is room; it takes about half of the chain of the bucket that it is split from.
  void grow_index() noexcept {
    const std::uint32_t added = buckets_;
    set_buckets(added + 1);
    heads_.push_back() = no_id;
    if (added == 0) return;
    std::uint32_t& from = heads_[added - std::bit_floor(added)];
    std::uint32_t left = from;
    from = no_id;
    while (left != no_id) {
      entry& each = entry_of(left);
      const std::uint32_t next = each.chain;
      std::uint32_t& head = heads_[bucket_of(each.text->hash)];
      each.chain = head;
      head = left;
      left = next;
    }
  }
  // One bucket fewer; its chain joins the one that it was split from.
  void shrink_index() noexcept {
    const std::uint32_t last = buckets_ - 1;
    set_buckets(last);
    if (last == 0) return;
    std::uint32_t* end = &heads_[last - std::bit_floor(last)];
    while (*end != no_id) end = &entry_of(*end).chain;
    *end = heads_[last];
  }

  paged_list<block*> blocks_;
  paged_list<std::uint32_t> heads_;
  id_map ids_;
  std::uint32_t size_ = 0;
  std::uint32_t buckets_ = 0;  // at least size_
  std::uint32_t mask_ = 0;     // of the bits of a hash that choose among twice the greatest power of two of them
  std::size_t bytes_ = 0;
};

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
