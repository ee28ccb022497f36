// slotted: the slabs of a slot_store: its directory, its occupancy map, and where their pages come from.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <type_traits>
#include <utility>

#include <slotted/algorithm.hpp>
#include <slotted/memory/page_arena.hpp>
#include <slotted/memory/slab.hpp>
#include <slotted/memory/slab_cache.hpp>
#include <slotted/memory/slot_counters.hpp>
#include <slotted/memory/slot_shape.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {

// Slabs that are opened in order, committed step by step and given back one by one, with one bit for each slot.
//
// The occupancy map stands apart from the slabs: at a fixed offset in every slab the maps would compete for the same
// cache sets, and an erase would touch a page of records that it has no other business with. While a store has a page
// or two, its map and directory live in the unused end of that memory, so that a small store is one page in all.
template <class Shape>
class slot_slabs {
 public:
  using generation_type = typename Shape::generation_type;
  static constexpr bool has_generations = !std::is_void_v<generation_type>;

  [[nodiscard]] const Shape& shape() const noexcept { return shape_; }
  [[nodiscard]] memory_budget* budget() const noexcept { return budget_; }
  // Slots in committed memory that are taken or may be.
  [[nodiscard]] std::size_t capacity() const noexcept { return state_.committed_slots - state_.retired; }
  [[nodiscard]] std::size_t held() const noexcept {
    return state_.slab_bytes_held + arena_.committed();
  }  // bytes charged

 protected:
  static constexpr std::uint32_t no_slab = 0xFFFFFFFF;

  struct entry {
    std::uint64_t* bits;    // the occupancy map of the slab; it and the counters stay when the slab goes
    std::uint32_t limit;    // slots in committed memory; 0: there is no slab
    std::uint32_t units;    // committed, in units of the page kind
    std::uint32_t retired;  // slots whose generations have run out, in committed memory or not
  };

  static constexpr bool counters_grow = [] {
    if constexpr (has_generations)
      return sizeof(generation_type) > 1;
    else
      return false;
  }();

  // The counters of a slab come in chunks that take a page at most. A shape of run-time size has none.
  static constexpr unsigned chunk_shift = [] {
    if constexpr (has_generations)
      return min_of(Shape::shift(), 12U);
    else
      return 0U;
  }();
  struct no_counters {};
  using counters =
      typename std::conditional_t<has_generations,
                                  std::type_identity<slot_counters<
                                      std::conditional_t<has_generations, generation_type, std::uint8_t>, chunk_shift>>,
                                  std::type_identity<no_counters>>::type;

  struct state {
    std::uintptr_t* origins =
        nullptr;                    // by slab: address of its first slot less the bytes of all slots with lower numbers
    entry* entries = nullptr;       // by slab
    std::uint64_t* open = nullptr;  // by slab, one bit: it may have a free slot in committed memory
    std::uint32_t slab_count = 0;
    std::uint32_t slab_capacity = 0;  // of the directory
    std::uint32_t grow_hint = 0;      // every slab below is committed in full
    std::size_t committed_slots = 0;
    std::size_t retired = 0;      // slots whose generations have run out: those in committed memory,
    std::size_t retired_all = 0;  // and all of them
    std::size_t slab_bytes_held = 0;
    std::uint64_t* maps = nullptr;       // of slabs to come
    std::uint32_t map_words = 0;         // in them
    std::uint64_t* grown_map = nullptr;  // what a small store has already got to grow up: its map,
    std::byte* grown_chunk = nullptr;    // and a chunk of counters
    bool small = false;                  // the directory lives at the end of the first slab's committed memory
    [[no_unique_address]] counters generations;
  };

  // The slots that a growth made usable begin here.
  struct opened {
    std::uint32_t slab = 0;
    std::uint32_t slot = 0;
  };

  slot_slabs(Shape shape, memory_budget* budget, slab_cache* cache) noexcept
      : shape_(shape), budget_(budget), cache_(cache) {}
  slot_slabs(slot_slabs&& other) noexcept
      : shape_(other.shape_),
        budget_(other.budget_),
        cache_(other.cache_),
        arena_(std::move(other.arena_)),
        state_(std::exchange(other.state_, state{})) {}
  slot_slabs& operator=(slot_slabs&&) = delete;
  ~slot_slabs() { release_all(); }

  void swap(slot_slabs& other) noexcept {
    std::swap(shape_, other.shape_);
    std::swap(budget_, other.budget_);
    std::swap(cache_, other.cache_);
    std::swap(arena_, other.arena_);
    std::swap(state_, other.state_);
  }

  static constexpr std::uint32_t words(std::uint32_t slots) noexcept { return (slots + 63) / 64; }
  // By slab, unless there are no counters.
  [[nodiscard]] std::size_t chunks(std::uint32_t slabs) const noexcept {
    return std::size_t{slabs} << (shape_.shift() - chunk_shift);
  }
  [[nodiscard]] std::size_t directory_bytes(std::uint32_t slabs) const noexcept {
    std::size_t bytes = slabs * (sizeof(std::uintptr_t) + sizeof(entry)) + words(slabs) * sizeof(std::uint64_t);
    if constexpr (has_generations) bytes += counters::table_bytes(chunks(slabs));
    return bytes;
  }
  // A slot's number: its slab's, shifted, and its place within the slab.
  [[nodiscard]] std::uint32_t slab_of(std::uint32_t index) const noexcept { return index >> shape_.shift(); }
  [[nodiscard]] std::uint32_t place_of(std::uint32_t index) const noexcept {
    return index & ((std::uint32_t{1} << shape_.shift()) - 1);
  }
  [[nodiscard]] std::uint32_t number(std::uint32_t slab, std::uint32_t place) const noexcept {
    return (slab << shape_.shift()) + place;
  }

  [[nodiscard]] const slab_header* header_of(const void* at) const noexcept {
    return reinterpret_cast<const slab_header*>(reinterpret_cast<std::uintptr_t>(at) & ~(shape_.slab_bytes() - 1));
  }
  [[nodiscard]] std::byte* slab_address(std::uint32_t slab) const noexcept {
    const slot_layout& layout = shape_.layout();
    return reinterpret_cast<std::byte*>(state_.origins[slab] +
                                        (std::size_t{slab} << shape_.shift()) * layout.slot_bytes - layout.first);
  }
  [[nodiscard]] std::byte* group_address(std::uint32_t slab, std::uint32_t word) const noexcept {
    return slab_address(slab) + shape_.layout().offset_of_slot(std::size_t{word} * 64);
  }
  [[nodiscard]] std::size_t unit() const noexcept { return commit_unit(shape_.kind()); }
  [[nodiscard]] std::uint32_t slots_allowed(std::uint32_t slab) const noexcept {
    const std::size_t before = std::size_t{slab} * shape_.slab_slots();
    return before >= shape_.max_slots()
               ? 0
               : static_cast<std::uint32_t>(min_of<std::size_t>(shape_.slab_slots(), shape_.max_slots() - before));
  }

  // ---- generations

  // A slot's counter is odd while the slot is taken and even while it is free: it alone tells whether a handle is
  // stale. Returns whether the slot, which is free again, may be taken again.
  bool next_generation(std::uint32_t slab, std::uint32_t in_slab) noexcept {
    if (state_.generations.free(number(slab, in_slab))) return true;
    ++state_.entries[slab].retired;
    ++state_.retired;
    ++state_.retired_all;
    return false;
  }
  // Returns how many slots may be taken again.
  std::uint32_t lengthen_generation(std::uint32_t slab, std::uint32_t index, bool ask_relief) noexcept {
    entry& each = state_.entries[slab];
    const std::uint32_t before = retired_within(slab, 0, each.limit);
    const std::uint32_t again = state_.generations.lengthen(index, arena_, budget_, ask_relief);
    state_.retired_all -= again;
    state_.retired -= before - retired_within(slab, 0, each.limit);
    each.retired -= again;
    return again;
  }
  [[nodiscard]] std::uint32_t retired_within(std::uint32_t slab, std::uint32_t from, std::uint32_t to) const noexcept {
    std::uint32_t retired = 0;
    if constexpr (has_generations)
      if (state_.entries[slab].retired != 0)
        for (; from < to; ++from) retired += state_.generations.is_worn(number(slab, from)) ? 1U : 0U;
    return retired;
  }
  // Where the chunk of counters that a slot is in ends, within its slab.
  [[nodiscard]] static constexpr std::uint32_t chunk_end(std::uint32_t in_slab) noexcept {
    if constexpr (has_generations)
      return (in_slab / counters::chunk_slots + 1) * counters::chunk_slots;
    else
      return 0xFFFFFFFF;
  }
  // Counters for a slot of a slab that is not small.
  [[nodiscard]] commit_outcome open_counters(std::uint32_t slab, std::uint32_t in_slab, bool ask_relief) noexcept {
    commit_outcome outcome = commit_outcome::done;
    if constexpr (has_generations) {
      while (state_.generations.size() <= number(slab, in_slab)) {  // slabs open in order
        void* const memory = arena_.try_allocate(counters::chunk_slots, budget_, outcome, ask_relief);
        if (memory == nullptr) return outcome;
        state_.generations.open_chunk(memory);
      }
    }
    return outcome;
  }

  // ---- growth

  // Commits room for at least one slot more, in the lowest slab that is not committed in full. The budget's reliefs are
  // asked only if that is wanted: whoever has spares of its own tries those first.
  [[nodiscard]] commit_outcome grow(opened& news, bool ask_relief) noexcept {
    if (state_.small) {
      const std::uint32_t before = state_.entries[0].limit;
      if (const commit_outcome outcome = graduate(news, ask_relief); outcome != commit_outcome::done) return outcome;
      if (state_.entries[0].limit != before) return commit_outcome::done;
    }
    std::uint32_t slab = state_.grow_hint;
    while (slab < state_.slab_count && (state_.entries[slab].limit == slots_allowed(slab) || is_dead(slab))) ++slab;
    state_.grow_hint = slab;
    if (slots_allowed(slab) == 0) return commit_outcome::full;
    if (slab == state_.slab_count) {
      if (slab == 0) return open_first(news, ask_relief);
      if (const commit_outcome outcome = add_entry(ask_relief); outcome != commit_outcome::done) return outcome;
    }
    return extend(slab, news, ask_relief);
  }

  [[nodiscard]] bool is_dead(std::uint32_t slab) const noexcept {
    if constexpr (has_generations)
      return state_.entries[slab].retired == slots_allowed(slab);
    else
      return false;
  }

  // Address space for a slab.
  [[nodiscard]] std::byte* reserve_slab() noexcept {
    return address_space::of(shape_.kind()).reserve(shape_.slab_bytes(), shape_.slab_bytes());
  }
  void set_origin(std::uint32_t slab, std::byte* at) noexcept {
    state_.origins[slab] = reinterpret_cast<std::uintptr_t>(at) + shape_.layout().first -
                           (std::size_t{slab} << shape_.shift()) * shape_.layout().slot_bytes;
  }

  // The first slab, with directory and map at the end of what is committed of it.
  commit_outcome open_first(opened& news, bool ask_relief) noexcept {
    // Of a map's word, and of the counters for its slots.
    constexpr std::size_t word_bytes = sizeof(std::uint64_t) + (has_generations ? 64 : 0);
    if constexpr (has_generations)
      if (state_.generations.first() == counters::last) return commit_outcome::full;
    const slot_layout& layout = shape_.layout();
    const std::size_t front = round_up(layout.bytes_of(1) + directory_bytes(1) + word_bytes, unit());
    const std::uint32_t most = min_of(slots_allowed(0), chunk_end(0));
    // Whole words with what they take of the end, then as much of one more as fits.
    const std::size_t room = front - directory_bytes(1) - layout.first;
    const std::size_t whole_bytes = 64 * layout.slot_bytes + word_bytes;
    const std::size_t rest = room % whole_bytes;
    const std::size_t slots = min_of<std::size_t>(
        room / whole_bytes * 64 + (rest > word_bytes ? (rest - word_bytes) / layout.slot_bytes : 0), most);
    const std::size_t tail = directory_bytes(1) + words(static_cast<std::uint32_t>(slots)) * word_bytes;
    std::byte* const at = front <= shape_.slab_bytes() ? reserve_slab() : nullptr;
    if (at == nullptr) return commit_outcome::out_of_memory;
    if (const commit_outcome outcome = charge_and_commit(at, front, budget_, ask_relief);
        outcome != commit_outcome::done) {
      address_space::of(shape_.kind()).release(at, shape_.slab_bytes(), shape_.slab_bytes());
      return outcome;
    }
    ::new (static_cast<void*>(at)) slab_header{0};
    std::byte* const directory = at + front - tail;
    std::memset(directory, 0, tail);
    place_directory(directory, 1);
    std::byte* const map = directory + directory_bytes(1);
    state_.entries[0] = {reinterpret_cast<std::uint64_t*>(map), 0, static_cast<std::uint32_t>(front / unit()), 0};
    if constexpr (has_generations) {
      const std::uint32_t map_words = words(static_cast<std::uint32_t>(slots));
      state_.generations.open_chunk(map + map_words * sizeof(std::uint64_t),
                                    min_of(map_words * 64, counters::chunk_slots));
    }
    set_origin(0, at);
    state_.slab_count = 1;
    state_.small = true;
    state_.slab_bytes_held = front;
    news = open_slots(0, static_cast<std::uint32_t>(slots));
    return commit_outcome::done;
  }

  void place_directory(std::byte* at, std::uint32_t capacity) noexcept {
    state_.origins = reinterpret_cast<std::uintptr_t*>(at);
    state_.entries = reinterpret_cast<entry*>(at + capacity * sizeof(std::uintptr_t));
    std::byte* const open = at + capacity * (sizeof(std::uintptr_t) + sizeof(entry));
    state_.open = reinterpret_cast<std::uint64_t*>(open);
    if constexpr (has_generations)
      state_.generations.place_tables(open + words(capacity) * sizeof(std::uint64_t), chunks(capacity));
    state_.slab_capacity = capacity;
  }

  // A wider directory in the arena; the old one's few bytes stay there until the arena goes.
  commit_outcome widen_directory(std::uint32_t capacity, bool ask_relief) noexcept {
    commit_outcome outcome{};
    auto* const block =
        static_cast<std::byte*>(arena_.try_allocate(directory_bytes(capacity), budget_, outcome, ask_relief));
    if (block == nullptr) return outcome;
    const state old = state_;
    place_directory(block, capacity);
    copy_elements(old.origins, old.slab_count, state_.origins);
    copy_elements(old.entries, old.slab_count, state_.entries);
    copy_elements(old.open, words(old.slab_count), state_.open);
    if constexpr (has_generations) state_.generations.copy_tables(old.generations, chunks(old.slab_count));
    return commit_outcome::done;
  }

  // With counters in the arena, the maps of some slabs stand together, so that the pages they are in stay few.
  [[nodiscard]] std::uint64_t* new_map(commit_outcome& outcome, bool ask_relief) noexcept {
    const std::uint32_t size = words(shape_.slab_slots());
    if (state_.map_words < size) {
      const std::uint32_t block = has_generations && !state_.small ? max_of(size, 512U / size * size) : size;
      void* const memory = arena_.try_allocate(block * sizeof(std::uint64_t), budget_, outcome, ask_relief);
      if (memory == nullptr) return nullptr;
      state_.maps = static_cast<std::uint64_t*>(memory);
      state_.map_words = block;
    }
    state_.map_words -= size;
    return std::exchange(state_.maps, state_.maps + size);
  }

  // Moves directory and map out of the first slab, whose end then takes slots.
  commit_outcome graduate(opened& news, bool ask_relief) noexcept {
    commit_outcome outcome{};
    // If the second allocation fails, the first one is kept, and the next call continues with it.
    if (state_.grown_map == nullptr && (state_.grown_map = new_map(outcome, ask_relief)) == nullptr) return outcome;
    if constexpr (has_generations)
      if (state_.grown_chunk == nullptr && (state_.grown_chunk = static_cast<std::byte*>(arena_.try_allocate(
                                                counters::chunk_slots, budget_, outcome, ask_relief))) == nullptr)
        return outcome;
    const entry& first = state_.entries[0];
    const std::uint64_t* const old = first.bits;
    if (outcome = widen_directory(8, ask_relief); outcome != commit_outcome::done) return outcome;
    copy_elements(old, words(first.limit), state_.grown_map);
    if constexpr (has_generations) state_.generations.move_chunk(state_.grown_chunk);
    state_.entries[0].bits = state_.grown_map;
    state_.grown_map = nullptr;
    state_.grown_chunk = nullptr;
    state_.small = false;
    // Where the small store ended with a chunk, the next slot has no counter yet: `extend` opens that.
    std::uint32_t most = 0xFFFFFFFF;
    if constexpr (has_generations) most = counters::chunk_slots;
    news = open_slots(0, min_of(slots_in(state_.entries[0].units * unit(), 0), most));
    return commit_outcome::done;
  }

  commit_outcome add_entry(bool ask_relief) noexcept {
    if (state_.slab_count == state_.slab_capacity)
      if (const commit_outcome outcome = widen_directory(state_.slab_capacity * 2, ask_relief);
          outcome != commit_outcome::done)
        return outcome;
    commit_outcome outcome{};
    std::uint64_t* const map = new_map(outcome, ask_relief);
    if (map == nullptr) return outcome;
    state_.origins[state_.slab_count] = 0;
    state_.entries[state_.slab_count] = {map, 0, 0, 0};
    ++state_.slab_count;
    return commit_outcome::done;
  }

  // Commits a step of a slab, a shorter one when the step does not fit.
  commit_outcome extend(std::uint32_t slab, opened& news, bool ask_relief) noexcept {
    entry& each = state_.entries[slab];
    if (const commit_outcome outcome = open_counters(slab, each.limit, ask_relief); outcome != commit_outcome::done)
      return outcome;
    if (each.limit == 0 && take_from_cache(slab, news)) return commit_outcome::done;
    const slot_layout& layout = shape_.layout();
    std::byte* const at = each.limit != 0 ? slab_address(slab) : reserve_slab();
    if (at == nullptr) return commit_outcome::out_of_memory;
    const std::size_t have = each.units * unit();
    // None, if counters are what was wanting so far.
    const std::size_t least = max_of(have, round_up(layout.bytes_of(each.limit + 1), unit())) - have;
    const std::uint32_t end = min_of(slots_allowed(slab), chunk_end(each.limit));
    const std::size_t most = max_of(have, round_up(layout.bytes_of(end), unit())) - have;
    std::size_t step = max_of(least, min_of(growth_step(held(), unit()), most));
    commit_outcome outcome;
    while ((outcome = charge_and_commit(at + have, step, budget_, false)) != commit_outcome::done && step > least)
      step = max_of(least, step / 2 / unit() * unit());
    if (outcome == commit_outcome::over_budget && ask_relief)
      outcome = charge_and_commit(at + have, step, budget_, true);
    if (outcome != commit_outcome::done) {
      if (each.limit == 0) address_space::of(shape_.kind()).release(at, shape_.slab_bytes(), shape_.slab_bytes());
      return outcome;
    }
    if (each.limit == 0) {
      ::new (static_cast<void*>(at)) slab_header{slab};
      set_origin(slab, at);
    }
    each.units += static_cast<std::uint32_t>(step / unit());
    state_.slab_bytes_held += step;
    news = open_slots(slab, slots_in(have + step, slab));
    return commit_outcome::done;
  }

  bool take_from_cache(std::uint32_t slab, opened& news) noexcept {
    if (cache_ == nullptr) return false;
    const slab_cache::slab kept = cache_->take(shape_.slab_bytes(), shape_.kind(), shape_.layout().bytes_of(1));
    if (kept.at == nullptr) return false;
    ::new (static_cast<void*>(kept.at)) slab_header{slab};
    set_origin(slab, kept.at);
    state_.entries[slab].units = static_cast<std::uint32_t>(kept.committed / unit());
    state_.slab_bytes_held += kept.committed;
    news = open_slots(slab, slots_in(kept.committed, slab));
    return true;
  }

  // How many slots of a slab may be used when so much of it is committed, and there are counters for the next one.
  [[nodiscard]] std::uint32_t slots_in(std::size_t committed, std::uint32_t slab) const noexcept {
    const std::uint32_t most = min_of(slots_allowed(slab), chunk_end(state_.entries[slab].limit));
    return static_cast<std::uint32_t>(min_of<std::size_t>(shape_.layout().slots_within(committed), most));
  }

  // Slots up to `limit` of a slab are now in committed memory.
  opened open_slots(std::uint32_t slab, std::uint32_t limit) noexcept {
    entry& each = state_.entries[slab];
    const std::uint32_t before = each.limit;
    if (limit <= before) return {slab, before};
    each.limit = limit;
    state_.retired += retired_within(slab, before, limit);
    state_.committed_slots += limit - before;
    state_.open[slab / 64] |= std::uint64_t{1} << (slab % 64);
#if defined(SLOTTED_DETAIL_ASAN)
    poison_slots(slab, before, limit);
#endif
    return {slab, before};
  }

#if defined(SLOTTED_DETAIL_ASAN)
  void poison_slots(std::uint32_t slab, std::uint32_t from, std::uint32_t to) noexcept {
    for (; from < to; ++from)
      poison(slab_address(slab) + shape_.layout().offset_of_slot(from), shape_.layout().slot_bytes);
  }
#endif

  // ---- giving back

  [[nodiscard]] bool is_empty(std::uint32_t slab) const noexcept {
    const entry& each = state_.entries[slab];
    for (std::size_t word = 0; word < words(each.limit); ++word)
      if (each.bits[word] != 0) return false;
    return true;
  }

  void release_slab(std::uint32_t slab) noexcept {
    entry& each = state_.entries[slab];
    std::byte* const at = slab_address(slab);
    state_.retired -= retired_within(slab, 0, each.limit);
    const std::size_t bytes = each.units * unit();
    const bool small = state_.small;
    state_.committed_slots -= each.limit;
    state_.slab_bytes_held -= bytes;
    if (!small) {
      each.limit = 0;
      each.units = 0;
      state_.open[slab / 64] &= ~(std::uint64_t{1} << (slab % 64));
      state_.origins[slab] = 0;
    }
    state_.grow_hint = min_of(state_.grow_hint, slab);
    unpoison(at, bytes);
    if (cache_ != nullptr) return cache_->put({at, shape_.slab_bytes(), bytes, shape_.kind()});
    decommit_pages(at, bytes);
    if (budget_ != nullptr) budget_->release(bytes);
    address_space::of(shape_.kind()).release(at, shape_.slab_bytes(), shape_.slab_bytes());
  }

  // Gives the pages behind the first `slots` slots of a slab back.
  void shrink_slab(std::uint32_t slab, std::uint32_t slots) noexcept {
    entry& each = state_.entries[slab];
    const std::size_t keep = round_up(shape_.layout().bytes_of(slots), unit());
    const std::size_t have = each.units * unit();
    if (keep >= have) return;
    const auto limit = static_cast<std::uint32_t>(min_of<std::size_t>(shape_.layout().slots_within(keep), each.limit));
    state_.retired -= retired_within(slab, limit, each.limit);
    state_.committed_slots -= each.limit - limit;
    state_.slab_bytes_held -= have - keep;
    each.limit = limit;
    each.units = static_cast<std::uint32_t>(keep / unit());
    state_.grow_hint = min_of(state_.grow_hint, slab);
    unpoison(slab_address(slab) + keep, have - keep);
    decommit_pages(slab_address(slab) + keep, have - keep);
    if (budget_ != nullptr) budget_->release(have - keep);
  }

  // Gives back everything; only what generations have been handed out stays known.
  void release_all() noexcept {
    state fresh;
    if constexpr (has_generations) {
      // No handle out there has a generation above: counters that begin there know them all as stale.
      std::uint32_t first = state_.generations.first();
      for (std::size_t slot = 0; slot < state_.generations.size(); slot += counters::chunk_slots)
        first = max_of(first, state_.generations.above_all(static_cast<std::uint32_t>(slot >> chunk_shift)));
      fresh.generations.start_at(first);
    }
    for (std::uint32_t slab = 0; slab < state_.slab_count; ++slab)
      if (state_.entries[slab].limit != 0) release_slab(slab);
    arena_.release(budget_);
    state_ = fresh;
  }

  [[no_unique_address]] Shape shape_;
  memory_budget* budget_;
  slab_cache* cache_;  // where empty slabs go and come from, or null
  page_arena arena_;
  state state_;
};

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
