// slotted: slots of one size in slabs, the lowest free one first: what pools and size classes are made of.
// SPDX-License-Identifier: MIT
#pragma once

#include <bit>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <utility>

#include <slotted/algorithm.hpp>
#include <slotted/memory/slab.hpp>
#include <slotted/memory/slot_shape.hpp>
#include <slotted/memory/slot_slabs.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {

// Raw slots, numbered from 0. The lowest free slot of committed memory is taken first; more memory is committed only
// when there is none.
template <class Shape>
class slot_store : public slot_slabs<Shape> {
  using slabs = slot_slabs<Shape>;
  using slabs::group_address;
  using slabs::no_slab;
  using slabs::number;
  using slabs::place_of;
  using slabs::shape_;
  using slabs::slab_address;
  using slabs::slab_of;
  using slabs::state_;
  using slabs::words;
  using typename slabs::entry;

 public:
  using slabs::has_generations;

  struct slot {
    std::byte* at;
    std::uint32_t index;
  };

  explicit slot_store(Shape shape = Shape{}, memory_budget* budget = nullptr, slab_cache* cache = nullptr) noexcept
      : slabs(shape, budget, cache) {}
  slot_store(slot_store&& other) noexcept
      : slabs(std::move(other)),
        window_(std::exchange(other.window_, window{})),
        size_(std::exchange(other.size_, 0)),
        spare_(std::exchange(other.spare_, no_slab)) {}
  slot_store& operator=(slot_store&& other) noexcept {
    slot_store(std::move(other)).swap(*this);
    return *this;
  }

  void swap(slot_store& other) noexcept {
    slabs::swap(other);
    std::swap(window_, other.window_);
    std::swap(size_, other.size_);
    std::swap(spare_, other.spare_);
  }

  [[nodiscard]] std::size_t size() const noexcept { return size_; }  // slots taken

  // Takes the lowest free slot; nothing changed unless done. Memory for it may come from the budget's reliefs if that
  // is wanted.
  [[nodiscard]] commit_outcome take(slot& out, bool ask_relief = true) noexcept {
    if (window_.free == 0) [[unlikely]]
      if (const commit_outcome outcome = refill(ask_relief); outcome != commit_outcome::done) return outcome;
    const auto bit = static_cast<unsigned>(std::countr_zero(window_.free));
    window_.free &= window_.free - 1;
    *window_.word |= std::uint64_t{1} << bit;
    ++size_;
    out.at = reinterpret_cast<std::byte*>(window_.group + bit * slot_bytes());
    out.index = window_.first + bit;
    if constexpr (has_generations)
      if (slabs::counters::take(window_.counters[bit])) [[unlikely]] {
        (void)this->lengthen_generation(window_.slab, out.index, false);
        window_.free = usable(window_.slab, window_word());
      }
    unpoison(out.at, shape_.layout().slot_bytes);
    return commit_outcome::done;
  }

  // Frees a taken slot; a slab that becomes empty goes back to the system unless it is the only spare one.
  void give(std::uint32_t index) noexcept { give(slab_of(index), place_of(index)); }
  void give_at(const void* at) noexcept {
    const std::size_t offset = reinterpret_cast<std::uintptr_t>(at) & (shape_.slab_bytes() - 1);
    give(this->header_of(at)->index, static_cast<std::uint32_t>(shape_.layout().slot_at(offset)));
  }
  void give(std::uint32_t slab, std::uint32_t in_slab) noexcept {
    const std::uint32_t word_index = in_slab / 64;
    const std::uint64_t bit = std::uint64_t{1} << (in_slab % 64);
    std::uint64_t& word = state_.entries[slab].bits[word_index];
    assert((word & bit) != 0 && "a slot is freed once");
    word &= ~bit;
    --size_;
    ++frees_;
    state_.open[slab / 64] |= std::uint64_t{1} << (slab % 64);
#if defined(SLOTTED_DETAIL_ASAN)
    poison(slab_address(slab) + shape_.layout().offset_of_slot(in_slab), shape_.layout().slot_bytes);
#endif
    bool reusable = true;
    if constexpr (has_generations) reusable = this->next_generation(slab, in_slab);
    if (&word == window_.word) {
      if (reusable) window_.free |= bit;
    } else if (number(slab, in_slab) < window_.first) {
      set_window(slab, word_index, usable(slab, word_index));
    }
    if (word == 0) [[unlikely]]
      release_if_empty(slab);
  }

  // Preconditions: the slot is in committed memory.
  [[nodiscard]] std::byte* address(std::uint32_t index) const noexcept {
    return reinterpret_cast<std::byte*>(state_.origins[slab_of(index)] + index * slot_bytes());
  }
  // The same for the slot of number `next` - 1, without the subtraction: a slab has a slot less than its numbers.
  [[nodiscard]] std::byte* address_before(std::uint32_t next) const noexcept {
    return reinterpret_cast<std::byte*>(state_.origins[slab_of(next)] + next * slot_bytes() - slot_bytes());
  }

  [[nodiscard]] bool taken(std::uint32_t index) const noexcept {
    const std::uint32_t slab = slab_of(index);
    if (slab >= state_.slab_count) return false;
    const entry& each = state_.entries[slab];
    const std::uint32_t in_slab = place_of(index);
    return in_slab < each.limit && (each.bits[in_slab / 64] >> (in_slab % 64) & 1) != 0;
  }

  // The number of the slot that holds an address. Preconditions: the slot is of this store.
  [[nodiscard]] std::uint32_t index_of(const void* at) const noexcept {
    const std::size_t offset = reinterpret_cast<std::uintptr_t>(at) & (shape_.slab_bytes() - 1);
    return number(this->header_of(at)->index, static_cast<std::uint32_t>(shape_.layout().slot_at(offset)));
  }

  // Commits memory until `slots` slots, taken ones included, are there. What was committed before a failure stays, as
  // idle.
  [[nodiscard]] commit_outcome reserve(std::size_t slots) noexcept {
    if (slots > shape_.max_slots()) return commit_outcome::full;
    while (this->capacity() < slots)
      if (const commit_outcome outcome = open_more(true); outcome != commit_outcome::done) return outcome;
    if constexpr (has_generations) {  // for as long as its slots are reused
      std::size_t bytes = 0;
      for (std::uint32_t slab = 0; slab < state_.slab_count; ++slab)
        bytes += state_.generations.bytes_to_lengthen(number(slab, 0), state_.entries[slab].limit);
      if (bytes != 0) return this->arena_.prepare(bytes, this->budget_);
    }
    return commit_outcome::done;
  }

  // Frees every slot and keeps at most one slab.
  void clear() noexcept {
    for (std::uint32_t slab = 0; slab < state_.slab_count; ++slab) {
      entry& each = state_.entries[slab];
      for (std::uint32_t word = 0; word < words(each.limit); ++word) {
        if constexpr (has_generations)
          for (std::uint64_t rest = each.bits[word]; rest != 0; rest &= rest - 1)
            (void)this->next_generation(slab, word * 64 + static_cast<std::uint32_t>(std::countr_zero(rest)));
        each.bits[word] = 0;
      }
      if (each.limit != 0) state_.open[slab / 64] |= std::uint64_t{1} << (slab % 64);
#if defined(SLOTTED_DETAIL_ASAN)
      this->poison_slots(slab, 0, each.limit);
#endif
    }
    size_ = 0;
    spare_ = no_slab;
    for (std::uint32_t slab = 0; slab < state_.slab_count; ++slab)
      if (state_.entries[slab].limit != 0) release_if_empty(slab);
    set_search_start(0, 0);
  }

  // Gives every page that holds no taken slot back to the system, spares included; slots keep their numbers.
  void trim() noexcept {
    // Where a generation has run out, what is known of it has to stay.
    if (size_ == 0 && state_.retired_all == 0) return release_everything();
    spare_ = no_slab;
    for (std::uint32_t slab = 0; slab < state_.slab_count; ++slab) {
      entry& each = state_.entries[slab];
      if (each.limit == 0 || state_.small) continue;
      std::uint32_t word = words(each.limit);
      while (word != 0 && each.bits[word - 1] == 0) --word;
      if (word == 0) {
        release(slab);
      } else {
        this->shrink_slab(slab, word * 64 - static_cast<std::uint32_t>(std::countl_zero(each.bits[word - 1])));
        if (window_.slab == slab) set_search_start(slab, min_of(words(each.limit), window_word()));
      }
    }
  }

  // Gives back everything.
  void release_everything() noexcept {
    this->release_all();
    window_ = window{};
    size_ = 0;
    spare_ = no_slab;
  }

  // Calls f(address, number) for each taken slot in order. f may free the slot that it is given, and no other.
  template <class F>
  void for_each(F&& f) const {
    const slot_layout& layout = shape_.layout();
    for (std::uint32_t slab = 0; slab < state_.slab_count; ++slab) {
      const std::uint32_t end = words(state_.entries[slab].limit);
      for (std::uint32_t word = 0; word < end; ++word) {
        std::uint64_t rest = state_.entries[slab].bits[word];
        if (rest == 0) continue;  // f may have freed the last slot of the slab, which has no address then
        std::byte* const group = group_address(slab, word);
        const std::uint32_t first = number(slab, word * 64);
        if (rest == ~std::uint64_t{0}) {
          // A counted loop: the compiler unrolls it, which it cannot do when each step depends on the map.
          for (std::uint32_t bit = 0; bit < 64; ++bit) f(group + bit * layout.slot_bytes, first + bit);
        } else {
          for (; rest != 0; rest &= rest - 1) {
            const auto bit = static_cast<std::uint32_t>(std::countr_zero(rest));
            f(group + bit * layout.slot_bytes, first + bit);
          }
        }
      }
    }
  }

  // A place among the taken slots. What it knows of the slots behind it holds until any slot is taken or freed; it asks
  // the map again then, so it never stops at a slot that was freed in the meantime. Between two looks at the map a step
  // through a word whose slots are all taken is an addition, and through another one it is a bit.
  struct cursor {
    std::byte* here = nullptr;            // the slot; null behind the last
    std::uintptr_t last = 0;              // address of the last slot of the run of taken slots it is in; 0: in none
    std::uint64_t rest = 0;               // without a run: the taken slots behind it in its word,
    std::byte* group = nullptr;           // the first slot of that word,
    const std::uint64_t* word = nullptr;  // where the map has that word,
    const std::uint64_t* end = nullptr;   // and the slab's last
    std::uint64_t changes = 0;            // of the store when it looked at the map

    friend bool operator==(const cursor& left, const cursor& right) noexcept { return left.here == right.here; }
  };

  [[nodiscard]] cursor first() const noexcept { return seek(0, 0); }
  void advance(cursor& at) const noexcept {
    if (at.changes == changes()) [[likely]] {
      if (reinterpret_cast<std::uintptr_t>(at.here) < at.last) {
        at.here += slot_bytes();
        return;
      }
      if (at.rest == 0 && at.word != at.end) {
        at.rest = *++at.word;
        at.group += 64 * slot_bytes();
        if (at.rest == ~std::uint64_t{0}) at.rest = 0;  // the first of a run
      }
      if (at.rest != 0) {
        at.here = at.group + static_cast<unsigned>(std::countr_zero(at.rest)) * slot_bytes();
        at.rest &= at.rest - 1;
        return;
      }
    }
    at = seek_behind(at.here);
  }
  // One slot was freed since the last step, and it was not behind this one: what the cursor knows still holds.
  void freed_before(cursor& at) const noexcept {
    if (at.changes + 1 == changes()) at.changes = changes();
  }
  [[nodiscard]] std::byte* address(const cursor& at) const noexcept { return at.here; }
  [[nodiscard]] std::uint32_t index_of(const cursor& at) const noexcept { return index_of(at.here); }

  // The counter of a slot in committed memory: how often it was taken and freed, odd while it is taken.
  [[nodiscard]] auto generation(std::uint32_t index) const noexcept
    requires has_generations
  {
    return state_.generations.value(index);
  }
  // Whether that is the counter of a slot, which may be no slot of this store.
  [[nodiscard]] bool has_generation(std::uint32_t index, std::uint32_t generation) const noexcept
    requires has_generations
  {
    return state_.generations.has_value(index, generation);
  }
  [[nodiscard]] bool committed(std::uint32_t index) const noexcept {
    const std::uint32_t slab = slab_of(index);
    return slab < state_.slab_count && place_of(index) < state_.entries[slab].limit;
  }

 private:
  static constexpr std::uint32_t longest_run = 8;  // words: looking ahead has to pay even if the run soon ends

  [[nodiscard]] std::size_t slot_bytes() const noexcept { return shape_.layout().slot_bytes; }
  // Rises whenever a slot is taken or freed, or the map moves. A counter of its own would have every insertion wait for
  // what the last one stored, and take twice the time.
  [[nodiscard]] std::uint64_t changes() const noexcept { return size_ + 2 * frees_; }

  // The free slots of a word that are committed and not retired.
  [[nodiscard]] std::uint64_t usable(std::uint32_t slab, std::uint32_t word) const noexcept {
    const entry& each = state_.entries[slab];
    std::uint64_t free = ~each.bits[word];
    const std::uint32_t left = each.limit - word * 64;
    if (left < 64) free &= (std::uint64_t{1} << left) - 1;
    if constexpr (has_generations) {
      if (each.retired != 0)
        for (std::uint64_t rest = free; rest != 0; rest &= rest - 1)
          if (state_.generations.is_worn(number(slab, word * 64 + static_cast<std::uint32_t>(std::countr_zero(rest)))))
            free &= ~(rest & (~rest + 1));
    }
    return free;
  }
  void set_window(std::uint32_t slab, std::uint32_t word, std::uint64_t free) noexcept {
    window_.free = free;
    show_map(slab, word);
    window_.group = reinterpret_cast<std::uintptr_t>(group_address(slab, word));
    window_.first = number(slab, word * 64);
    window_.slab = slab;
  }
  // Where the map and the counters of that word are now.
  void show_map(std::uint32_t slab, std::uint32_t word) noexcept {
    window_.word = state_.entries[slab].bits + word;
    if constexpr (has_generations) window_.counters = state_.generations.bytes_from(number(slab, word * 64));
  }
  // The next search begins at (slab, word).
  void set_search_start(std::uint32_t slab, std::uint32_t word) noexcept {
    window_.free = 0;
    window_.word = nullptr;
    window_.first = number(slab, word * 64);
    window_.slab = slab;
  }

  [[nodiscard]] std::uint32_t window_word() const noexcept { return place_of(window_.first) / 64; }

  // Finds the lowest free slot in committed memory, else commits more.
  [[gnu::noinline]] commit_outcome refill(bool ask_relief) noexcept {
    for (;;) {
      std::uint32_t word = window_word();
      for (std::uint32_t slab = next_open(window_.slab); slab < state_.slab_count; slab = next_open(slab + 1)) {
        if (slab != window_.slab) word = 0;
        for (const std::uint32_t end = words(state_.entries[slab].limit); word < end; ++word) {
          const std::uint64_t free = usable(slab, word);
          if (free == 0) continue;
          set_window(slab, word, free);
          return commit_outcome::done;
        }
        state_.open[slab / 64] &= ~(std::uint64_t{1} << (slab % 64));
      }
      if (revive(ask_relief)) continue;
      if (const commit_outcome outcome = open_more(ask_relief); outcome != commit_outcome::done) return outcome;
    }
  }
  // Looks for slots that rest because their counters found no memory to grow, and tries again. Returns whether it
  // helped.
  bool revive([[maybe_unused]] bool ask_relief) noexcept {
    if constexpr (slabs::counters_grow)
      for (std::uint32_t slab = 0; slab < state_.slab_count && state_.retired != 0; ++slab)
        for (std::uint32_t place = 0; place < state_.entries[slab].limit && state_.entries[slab].retired != 0;
             ++place) {
          const std::uint32_t index = number(slab, place);
          if (!state_.generations.is_worn(index) || state_.generations.has_own_high(index)) continue;
          if (this->lengthen_generation(slab, index, ask_relief) == 0) return false;  // nor would it for any other
          state_.open[slab / 64] |= std::uint64_t{1} << (slab % 64);
          set_search_start(slab, place / 64);
          return true;
        }
    return false;
  }
  // Under pressure the spares of the cache go before the budget's reliefs are asked.
  commit_outcome open_more(bool ask_relief) noexcept {
    typename slabs::opened news;
    ++frees_;  // growing may move the map of the first slab, and its words must be read again, as after an erase
    commit_outcome outcome = this->grow(news, false);
    if (outcome == commit_outcome::over_budget && this->cache_ != nullptr) {
      this->cache_->trim();
      outcome = this->grow(news, false);
    }
    if (outcome == commit_outcome::over_budget && ask_relief) outcome = this->grow(news, true);
    if (window_.word != nullptr) show_map(window_.slab, window_word());
    if (outcome == commit_outcome::done && number(news.slab, news.slot / 64 * 64) < window_.first)
      set_search_start(news.slab, news.slot / 64);
    return outcome;
  }

  [[gnu::noinline]] void release_if_empty(std::uint32_t slab) noexcept {
    if (!this->is_empty(slab) || state_.small) return;
    if (this->cache_ != nullptr || this->is_dead(slab)) return release(slab);
    if (spare_ == no_slab || spare_ == slab || state_.entries[spare_].limit == 0 || !this->is_empty(spare_)) {
      spare_ = slab;
      return;
    }
    release(max_of(slab, spare_));
    spare_ = min_of(slab, spare_);
  }
  void release(std::uint32_t slab) noexcept {
    this->release_slab(slab);
    if (window_.slab == slab) set_search_start(slab, 0);
  }

  [[nodiscard]] std::uint32_t next_open(std::uint32_t slab) const noexcept {
    if (slab >= state_.slab_count) return no_slab;
    std::uint32_t at = slab / 64;
    for (std::uint64_t rest = state_.open[at] >> (slab % 64) << (slab % 64);; rest = state_.open[at]) {
      if (rest != 0) return at * 64 + static_cast<std::uint32_t>(std::countr_zero(rest));
      if (++at >= words(state_.slab_count)) return no_slab;
    }
  }
  // The first taken slot from a word on.
  [[gnu::noinline]] cursor seek(std::uint32_t slab, std::uint32_t word) const noexcept {
    for (; slab < state_.slab_count; ++slab, word = 0) {
      const std::uint64_t* const bits = state_.entries[slab].bits;
      const std::uint32_t end = words(state_.entries[slab].limit);
      for (; word < end; ++word) {
        if (bits[word] == 0) continue;
        if (bits[word] != ~std::uint64_t{0}) return in_word(slab, word, bits[word]);
        std::uint32_t run = 1;
        while (run < longest_run && word + run < end && bits[word + run] == ~std::uint64_t{0}) ++run;
        cursor at;
        at.here = group_address(slab, word);
        at.last = reinterpret_cast<std::uintptr_t>(at.here) + (run * std::size_t{64} - 1) * slot_bytes();
        at.changes = changes();
        return at;
      }
    }
    return {};
  }
  // The first taken slot behind the one at an address.
  [[gnu::noinline]] cursor seek_behind(const std::byte* at) const noexcept {
    const std::uint32_t index = index_of(at);
    const std::uint32_t slab = slab_of(index);
    const std::uint32_t word = place_of(index) / 64;
    const std::uint64_t rest = state_.entries[slab].bits[word] & (~std::uint64_t{1} << (index % 64));
    return rest != 0 ? in_word(slab, word, rest) : seek(slab, word + 1);
  }
  [[nodiscard]] cursor in_word(std::uint32_t slab, std::uint32_t word, std::uint64_t bits) const noexcept {
    const entry& each = state_.entries[slab];
    cursor at;
    at.group = group_address(slab, word);
    at.here = at.group + static_cast<unsigned>(std::countr_zero(bits)) * slot_bytes();
    at.rest = bits & (bits - 1);
    at.word = each.bits + word;
    at.end = each.bits + words(each.limit) - 1;
    at.changes = changes();
    return at;
  }

  // One word of the occupancy map: the lowest that has a free slot in committed memory, or where the search for it
  // begins.
  struct window {
    std::uint64_t free = 0;         // its free slots
    std::uint64_t* word = nullptr;  // null: the search begins here
    std::uintptr_t group = 0;       // address of its first slot
    std::uint32_t first = 0;        // number of its first slot: every committed slot below is taken
    std::uint32_t slab = 0;
    std::uint8_t* counters = nullptr;  // of its slots, if they have any
  };

  window window_;
  std::size_t size_ = 0;
  std::uint64_t frees_ = 0;        // slots freed so far, and times that the map may have moved
  std::uint32_t spare_ = no_slab;  // a slab that was seen empty and kept
};

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
