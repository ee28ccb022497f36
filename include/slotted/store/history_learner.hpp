// slotted: how a history learns which values recur over a series, and writes its blocks anew by that.
// SPDX-License-Identifier: MIT
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <span>

#include <slotted/store/history_dictionary.hpp>
#include <slotted/store/history_sealer.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace v0 {
namespace detail {

// All of it is for fewer bytes alone: it takes memory only where there is some to spare, and fails in silence.
template <class Layout>
class history_learner : public history_sealer<Layout> {
  using sealer = history_sealer<Layout>;
  using state = history_state<Layout>;

 public:
  using sealer::sealer;

 protected:
  using sealer::bytes_to_seal;
  using sealer::make_log_room;
  using sealer::reserved_rows_;
  using state::appended_;
  using state::log_;
  using state::memory_;
  using state::registry_;
  using state::sealed_;
  using typename state::chunk;
  using typename state::entry;
  using typename state::series;

  // Seals a tail, and now and then looks at the blocks that the series has by then.
  [[nodiscard]] commit_outcome seal_and_learn(series& of) noexcept {
    const std::uint32_t before = of.next_number;
    const commit_outcome outcome = this->seal(of);
    if (outcome != commit_outcome::done || of.next_number == before) return outcome;
    if (of.next_number >= of.next_look) {
      learn(of);
      of.next_look = of.next_number + of.look_interval;
      of.look_interval = static_cast<std::uint8_t>(min_of(2 * of.look_interval, 64));
    } else if (of.dictionaries != nullptr && does_without(of)) {
      // The values have changed: with one block more there is something to learn from.
      of.next_look = of.next_number + 1;
      of.look_interval = 2;
    }
    return outcome;
  }

  // Writes blocks anew, in their order, from the first slab on that has dead bytes, where these are many. What readers
  // may still look at would only be there twice.
  void squeeze() noexcept {
    if (appended_ == sealed_) reserved_rows_ = 0;
    if (log_.dead() * 16 <= log_.live() || registry_.oldest() != reader_registry::vacant) return;
    log_.close(registry_.clock());
    this->reclaim();
    log_slab* each = log_.oldest();
    while (each != nullptr && each->used == sizeof(log_slab) + each->live + each->blocks * history_log::head_bytes)
      each = each->newer;
    for (log_slab* const last = log_.last(); each != nullptr;) {
      log_slab* const newer = each->newer;
      const bool is_last = each == last;
      if (!relocate_within_room(*each) || is_last) return;
      each = newer;
    }
  }

 private:
  static constexpr std::size_t most_blocks = dictionary_trainer::most_blocks;

  struct sample {
    entry* blocks[most_blocks];
    std::size_t count = 0;
    std::size_t of_all = 0;  // live blocks of the series

    [[nodiscard]] bool is_whole() const noexcept { return count == of_all; }
  };
  // The newest blocks that are not short. A series that has many blocks now will have as many later on, and what is
  // learned is for them.
  [[nodiscard]] static sample newest_blocks(const series& of) noexcept {
    sample found;
    for (chunk* in = of.newest; in != nullptr; in = in->older.load(std::memory_order_relaxed)) {
      found.of_all += static_cast<std::size_t>(in->count - in->gone);
      for (std::size_t i = in->count; i-- != 0 && found.count != most_blocks;) {
        entry& each = in->entries()[i];
        if (!each.has_gone() && each.rows() >= Layout::least_rows_for_dictionary) found.blocks[found.count++] = &each;
      }
    }
    return found;
  }

  [[gnu::noinline]] void learn(series& of) noexcept {
    const sample blocks = newest_blocks(of);
    if (blocks.count < 2) return;
    bool some = false;
    for (std::size_t column = 0; column < Layout::columns; ++column) some |= learn_column(of, column, blocks);
    if (some && blocks.is_whole())
      for (std::size_t i = blocks.count; i-- != 0;) write_again(of, *blocks.blocks[i]);
    registry_.tick();
    this->reclaim();
  }
  // Whether the newest block does without a dictionary that there is for one of its columns.
  [[nodiscard]] static bool does_without(const series& of) noexcept {
    const entry& newest = of.newest->entries()[of.newest->count - 1];
    for (std::size_t column = 0; column < Layout::columns; ++column)
      if (const column_dictionary* const current = current_dictionary(of.dictionaries, column);
          current != nullptr && Layout::kept(newest.data(), column).dictionary != current)
        return true;
    return false;
  }
  // Returns: whether there is a new dictionary.
  [[gnu::noinline]] bool learn_column(series& of, std::size_t column, const sample& blocks) noexcept {
    kept_column kept[most_blocks];
    for (std::size_t i = 0; i < blocks.count; ++i) kept[i] = Layout::kept(blocks.blocks[i]->data(), column);
    column_dictionary* const current = current_dictionary(of.dictionaries, column);
    // Where the newest blocks have done without the dictionary, it is they that a new one is for.
    std::size_t without = 0;
    while (current != nullptr && without < blocks.count && kept[without].dictionary != current) ++without;
    const std::size_t count = without >= 2 ? without : blocks.count;
    const std::size_t freed =
        current != nullptr && count == blocks.of_all ? dictionary_trainer::cost(current->entries) : 0;
    dictionary_trainer trainer;
    const std::uint32_t version = this->next_dictionary_version();
    if (!trainer.pays({kept, count}, version, blocks.of_all, freed)) {
      if (without >= 2) this->make_past(of, *current, registry_.clock());
      return false;
    }

    const std::span<const std::uint64_t> patterns = trainer.patterns();
    const std::size_t bytes = column_dictionary::bytes(patterns.size());
    if (this->budget() != nullptr && this->budget()->available() < bytes + 2 * page_bytes()) return false;
    commit_outcome why = commit_outcome::done;
    void* const room = memory_.try_allocate(bytes, true, why);
    if (room == nullptr) return false;
    if (current != nullptr) this->make_past(of, *current, registry_.clock());
    column_dictionary* const made = column_dictionary::make(room, column, version, patterns);
    made->older = of.dictionaries;
    of.dictionaries = made;
    if (of.states != nullptr) of.states[column].reset();  // so that the next block is searched with it
    return true;
  }
  // Readers of the block as it was go on reading it there.
  void write_again(series& of, entry& each) noexcept {
    const std::byte* const before = each.data();
    const block_head head = history_log::head_of(before);
    if (make_log_room(history_log::head_bytes + head.bytes + bytes_to_seal(reserved_rows_), false) !=
        commit_outcome::done)
      return;
    const std::size_t bytes = Layout::encode_again(before, of.dictionaries, log_.next());
    if (bytes == 0) return;
    const std::uint64_t stamp = registry_.clock();
    const std::byte* const block = log_.write(bytes, &of, head.number, history_log::slab_of(before).first_total,
                                              each.last_time(), head.carried != 0);
    this->name_dictionaries(block);
    each.move_to(block);
    this->unname_dictionaries(of, before, stamp);
    log_.kill(before, stamp);
    of.block_bytes = of.block_bytes - head.bytes + bytes;
    registry_.tick();
    this->reclaim();
  }
  // Returns: whether all blocks of a slab that is not written to could be written anew.
  bool relocate_within_room(log_slab& from) noexcept {
    const std::uint64_t stamp = registry_.clock();
    const std::uint64_t first_total = from.first_total;
    const bool all = history_log::for_each_block(from, [&](const std::byte* block, const block_head& head) {
      if (make_log_room(history_log::head_bytes + head.bytes + bytes_to_seal(reserved_rows_), false) !=
          commit_outcome::done)
        return false;
      this->relocate(block, head, false, first_total, stamp);
      return true;
    });
    registry_.tick();
    this->reclaim();
    return all;
  }
};

}  // namespace detail
}  // namespace v0
}  // namespace slotted
