// slotted: the blocks of all series of a history, in two logs of slabs.
// SPDX-License-Identifier: MIT
//
// What is written to the log of final blocks stays until it is the oldest, or erased, and then packed. The log of young
// blocks has those that later rows will be merged with; merging leaves dead blocks there, and cleaning moves the live
// ones out of the oldest slab. Blocks below a block in its series have lower addresses in the same log, and final
// blocks lie below young ones. A block never changes, not even when it moves: it and the young blocks above it are
// written anew at the end (path copying).
//
// Invariants: rows() counts the rows of blocks that are not dead. At most `most_spares` empty slabs are kept. For the
// thread that has the history; what a copy of source() names is read by any thread while its slabs are kept.
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>

#include <slotted/history/detail/block_builder.hpp>
#include <slotted/history/detail/charged_memory.hpp>
#include <slotted/history/detail/log_packing.hpp>
#include <slotted/history/detail/series_nodes.hpp>
#include <slotted/history/detail/series_view.hpp>
#include <slotted/history/detail/shared_columns.hpp>
#include <slotted/history/detail/slab_log.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {

// Which log.
enum class block_age : unsigned { final = 0, young = 1 };

// Keeper: what becomes of memory that nobody in the history needs any more, and of series. Its members are
//   void retire_slab(slab_head*)               a slab whose blocks are all gone
//   void retire_directory(slab_head**, bytes)  a directory of slabs that has been replaced
//   void retire_column(std::uint32_t)          a shared column that no block names
//   std::uint64_t oldest_slab_needed(slab_head* const* ring, block_age)
//   std::uint32_t clock()                      of snapshots
//   std::uint64_t stamp()                      the next of the budget's order of age
//   void evicting(block_view, std::uint32_t series)   a block is about to go
//   void lost_last_block(std::uint32_t series) the series has no block any more
template <class Layout, class Key, class Keeper>
class block_store {
  using format = bytes_of_block<Layout>;
  using view = block_view<Layout>;
  using nodes = series_nodes<Key>;

 public:
  static constexpr std::size_t most_spares = 2;
  static constexpr std::size_t longest_path = 48;  // young blocks of a series that cleaning copies

  struct beginnings {
    slab_head* directories[2][slab_log::lent_slots];
  };

  block_store(slab_shape shape, std::size_t most_rows, nodes& series, charged_memory& memory, Keeper& keeper,
              beginnings& room, const paged_array<typename stream_of<Layout>::line>& lines) noexcept
      : shape_(shape),
        most_rows_(most_rows),
        nodes_(series),
        memory_(memory),
        keeper_(keeper),
        logs_{slab_log(0, shape, room.directories[0]), slab_log(young_bit, shape, room.directories[1])} {
    source_.shift = shape.shift;
    source_.shared = &shared_;
    source_.lines = &lines;
    publish();
  }

  [[nodiscard]] const block_source<Layout>& source() const noexcept { return source_; }
  [[nodiscard]] const slab_log& log(block_age age) const noexcept { return logs_[static_cast<unsigned>(age)]; }
  [[nodiscard]] shared_columns& shared() noexcept { return shared_; }
  [[nodiscard]] const shared_columns& shared() const noexcept { return shared_; }
  [[nodiscard]] slab_shape shape() const noexcept { return shape_; }
  [[nodiscard]] std::size_t most_rows() const noexcept { return most_rows_; }  // of a block
  [[nodiscard]] std::size_t rows() const noexcept { return rows_; }
  [[nodiscard]] std::size_t blocks() const noexcept { return blocks_; }
  [[nodiscard]] std::size_t live() const noexcept { return logs_[0].live() + logs_[1].live(); }
  [[nodiscard]] std::size_t spares() const noexcept { return spares_; }
  [[nodiscard]] std::uint64_t moved() const noexcept { return moved_; }
  [[nodiscard]] static bool is_young(block_address at) noexcept { return (at & young_bit) != 0; }
  [[nodiscard]] const std::byte* find(block_address at) const noexcept { return source_.find(at); }
  [[nodiscard]] const std::byte* get(block_address at) const noexcept { return source_.get(at); }
  [[nodiscard]] view at(const std::byte* block) const noexcept { return view(block, &shared_); }

  // The stamp of the oldest slab, for the order of eviction among histories; UINT64_MAX: there is none.
  [[nodiscard]] std::uint64_t oldest_stamp() const noexcept {
    std::uint64_t oldest = UINT64_MAX;
    for (const slab_log& log : logs_)
      if (log.slabs() != 0) oldest = min_of(oldest, log.front()->stamp);
    return oldest;
  }

  // ---- writing

  // Makes sure that `blocks` blocks of up to `bytes` bytes can be written to a log without memory being asked for. May
  // evict what is not promised. Promises add up until end_preparation().
  [[nodiscard]] commit_outcome try_prepare(block_age age, std::size_t blocks, std::size_t bytes) noexcept {
    if (blocks == 0) return commit_outcome::done;
    const std::size_t taken = round_up(bytes, shape_.unit()) + 2;
    const std::size_t each = shape_.room() / taken;
    assert(each != 0);
    std::size_t slabs = 0;
    for (;;) {
      fill_back(age, true);
      slabs = log(age).fits(blocks * taken) ? 0 : (blocks + each - 1) / each;
      if (spares_ >= slabs + claimed_) break;
      const std::size_t promised = claimed_;
      claimed_ = spares_;  // one that is here is not given up for the next
      const commit_outcome why = take_spare(true);
      claimed_ = promised;
      if (why != commit_outcome::done) return why;
    }
    claimed_ += slabs;  // before memory is asked for: a spare slab is the first thing that would be given up
    const commit_outcome why = make_slots(age, slabs, true);
    if (why != commit_outcome::done) claimed_ -= slabs;
    return why;
  }
  // Ends what try_prepare has promised.
  void end_preparation() noexcept { claimed_ = 0; }

  // Writes a block that `builder.build` has made. Preconditions: prepared. Returns: its address.
  block_address write(block_age age, std::uint32_t owner, block_address below, const std::byte* block,
                      std::size_t bytes, std::int64_t last_time) noexcept {
    slab_log& log = logs_[static_cast<unsigned>(age)];
    if (!log.fits(bytes)) push_spare(log);
    const block_address address = log.next_address();
    std::byte* const to = log.next_place();
    std::memcpy(to, block, bytes);
    block_builder<Layout>::place(to, owner, below, source_);
    log.add(bytes, last_time);
    publish();
    rows_ += format(to).rows();
    ++blocks_;
    return address;
  }

  // A block whose rows are elsewhere now.
  void kill(block_address address) noexcept {
    const format of(get(address));
    rows_ -= of.rows();
    --blocks_;
    forget_times(of);
    logs_[is_young(address)].mark_dead(address, of.bytes());
  }

  // ---- giving up

  // Evicts the oldest slab of a log. Preconditions: it has one.
  void evict_slab(block_age age) noexcept {
    slab_log& log = logs_[static_cast<unsigned>(age)];
    slab_head& front = *log.front();
    const std::uint64_t number = log.first();
    for (std::uint32_t i = front.passed; i < front.blocks; ++i) {
      if (i + 2 * ahead < front.blocks) nodes_.prefetch(owner_of(front, i + 2 * ahead));
      if (i + ahead < front.blocks) nodes_.prefetch_index(owner_of(front, i + ahead));
      if (!log.is_dead(front, i)) evict(log.address_of(number, log.offset(front, i)));
    }
    log.pop();
    publish();
    keeper_.retire_slab(&front);
  }
  // Evicts up to `count` blocks of the oldest young slab, which will be the next to go: where blocks are small, a slab
  // of them is more than one append should evict. The last slab is left alone.
  void evict_ahead(std::uint32_t count) noexcept {
    slab_log& log = logs_[1];
    if (log.slabs() < 2) return;
    slab_head& front = *log.front();
    for (std::uint32_t i = front.passed; count != 0 && i < front.blocks; ++i) {
      if (i + 2 * ahead < front.blocks) nodes_.prefetch(owner_of(front, i + 2 * ahead));
      if (i + ahead < front.blocks) nodes_.prefetch_index(owner_of(front, i + ahead));
      if (log.is_dead(front, i)) continue;
      const block_address address = log.address_of(log.first(), log.offset(front, i));
      const std::size_t bytes = format(get(address)).bytes();
      evict(address);
      log.mark_dead(front, i, bytes);
      log.pass(i + 1);
      publish();
      --count;
    }
  }
  // Evicts final blocks from the oldest on whose rows are all older than `before`, up to the first that has others.
  void evict_older(std::int64_t before) noexcept {
    slab_log& log = logs_[0];
    while (log.slabs() != 0) {
      slab_head& front = *log.front();
      std::uint32_t i = front.passed;
      for (; i < front.blocks; ++i) {
        if (log.is_dead(front, i)) continue;
        const block_address address = log.address_of(log.first(), log.offset(front, i));
        if (at(get(address)).last_time() >= before) break;
        const std::size_t bytes = format(get(address)).bytes();
        evict(address);
        log.mark_dead(front, i, bytes);
        log.pass(i + 1);
        publish();
      }
      if (i != front.blocks) {
        log.pass(i);
        publish();
        return;
      }
      log.pop();
      publish();
      keeper_.retire_slab(&front);
    }
  }
  // Takes the live blocks out of the oldest young slab: those whose rows are all older than `before` and that have none
  // below are evicted, others move to the end. Returns: whether the slab could go; else nothing is evicted.
  bool sweep(std::int64_t before) noexcept {
    slab_log& log = logs_[1];
    if (log.slabs() == 0) return false;
    slab_head& front = *log.front();
    const std::uint64_t number = log.first();
    if (log.slabs() == 1 && has_others(front, number, before)) {  // they move to another slab
      if (spares_ <= claimed_ && take_spare(false) != commit_outcome::done) return false;
      if (make_slots(block_age::young, 1, false) != commit_outcome::done) return false;
      push_spare(log);
    }
    for (std::uint32_t i = 0; i < front.blocks; ++i) {
      if (log.is_dead(front, i)) continue;
      const block_address address = log.address_of(number, log.offset(front, i));
      if (!is_old_tail(address, before) && !move(address)) return false;
    }
    evict_slab(block_age::young);
    return true;
  }
  // Whether a slab has live blocks that are not to be evicted.
  [[nodiscard]] bool has_others(const slab_head& of, std::uint64_t number, std::int64_t before) const noexcept {
    for (std::uint32_t i = 0; i < of.blocks; ++i)
      if (!logs_[1].is_dead(of, i) && !is_old_tail(logs_[1].address_of(number, logs_[1].offset(of, i)), before))
        return true;
    return false;
  }
  // Whether the oldest young slab may have blocks whose rows are all older than `before`.
  [[nodiscard]] bool young_may_be_older(std::int64_t before) const noexcept {
    return logs_[1].slabs() != 0 && logs_[1].front()->least_last < before;
  }
  // Whether cleaning pays: more than a tenth of the young log is garbage.
  [[nodiscard]] bool wants_cleaning() const noexcept {
    const slab_log& log = logs_[1];
    return log.slabs() > 2 && (log.slabs() - 1) * shape_.room() > log.live() + log.live() / 10 + shape_.room();
  }
  // As sweep, of everything: leaves as few young slabs as there can be.
  void compact() noexcept {
    for (std::size_t slabs = logs_[1].slabs(); slabs > 1 && wants_compaction(); --slabs)
      if (!sweep(INT64_MIN)) return;
    // A slab that is the only one moves to another when it has a page of dead blocks.
    const slab_log& log = logs_[1];
    if (log.slabs() == 1 && log.front()->used > log.live() + sizeof(slab_head) + page_bytes()) (void)sweep(INT64_MIN);
  }
  [[nodiscard]] bool wants_compaction() const noexcept {
    const slab_log& log = logs_[1];
    return log.slabs() > 1 && log.slabs() * shape_.room() > log.live() + log.live() / 50 + shape_.room();
  }

  // Whether packing gives back a slab or more, and, unless it is to be done at any cost, an eighth of all.
  [[nodiscard]] bool wants_packing(bool at_any_cost) const noexcept {
    const slab_log& log = logs_[0];
    const std::size_t least = shape_.room() + (at_any_cost ? 0 : log.live() / 8);
    return log.slabs() > 1 && (log.slabs() - 1) * shape_.room() > log.live() + least;
  }
  // Moves final blocks together. Preconditions: no snapshot is open.
  void pack() noexcept {
    slab_log& log = logs_[0];
    log_packing<Layout> packing(log, shape_, source_);
    if (!packing.is_possible()) return;
    packing.plan();
    for (const slab_log& each : logs_) packing.set_links_of(each);
    for (std::uint32_t id = 0; id < nodes_.end(); ++id)
      if (nodes_.is_used(id) && !is_young(nodes_[id].block())) nodes_[id].set_block(packing.moved(nodes_[id].block()));
    const std::size_t kept = packing.move([this](const std::byte* block) { return at(block).last_time(); });
    while (log.slabs() > kept) {
      slab_head* const gone = log.pop_back();
      publish();
      keeper_.retire_slab(gone);
    }
    if (kept != 0) log.pass(0);
    publish();
  }

  // Removes all blocks of one series. Its final ones leave garbage, which goes with their slabs or when it is packed.
  void erase_all(block_address newest) noexcept {
    for (block_address at = newest; const std::byte* const block = find(at);) {
      const block_address below = format(block).previous();
      kill(at);
      at = below;
    }
  }

  // Gives back the pages of the last slabs that nothing has been written to yet.
  void hollow_backs() noexcept {
    for (slab_log& log : logs_) {
      if (log.slabs() == 0 || log.back() == nullptr || log.back()->hollow != 0) continue;
      slab_head& back = *log.back();
      const std::size_t first = round_up(back.used + 2 * std::size_t{back.blocks}, page_bytes());
      if (first >= shape_.bytes()) continue;
      const std::size_t bytes = shape_.bytes() - first;
      log.set_hollow(back, bytes);
      memory_.decommit(back.data() + first, bytes);
      hollow_ += bytes;
    }
  }
  // The bytes that a slab is charged.
  [[nodiscard]] std::size_t charged(const slab_head& of) const noexcept { return shape_.bytes() - of.hollow; }
  // A slab is no part of the store any more: neither is what it lacks.
  void forget(const slab_head& gone) noexcept { hollow_ -= gone.hollow; }

  // An empty slab goes back to the system, or is kept for the next that is needed.
  void give_slab(slab_head* gone) noexcept {
    forget(*gone);
    if (gone->hollow != 0) {
      memory_.release(charged(*gone));
      charged_memory::give_uncharged(gone->data(), shape_.bytes());
    } else if (spares_ < most_spares) {
      gone->next_dead = spare_;
      spare_ = gone;
      ++spares_;
    } else {
      memory_.give(gone->data(), shape_.bytes());
    }
  }
  // Returns: whether there was a spare one that nothing has been promised.
  bool give_spare() noexcept {
    if (spares_ <= claimed_) return false;
    slab_head* const gone = spare_;
    spare_ = gone->next_dead;
    --spares_;
    memory_.give(gone->data(), shape_.bytes());
    return true;
  }
  // Where no block is left, slabs that hold none go, too.
  void give_empty_slabs() noexcept {
    for (unsigned age = 0; age < 2; ++age)
      while (logs_[age].slabs() != 0 && logs_[age].live() == 0) {
        slab_head* const gone = logs_[age].pop();
        publish();
        keeper_.retire_slab(gone);
      }
  }
  // Directories of logs without slabs go, too.
  void give_directories() noexcept {
    for (slab_log& log : logs_) {
      if (log.slabs() != 0 || log.directory_bytes() == 0) continue;
      const slab_log::directory before = log.use_lent_directory();
      publish();
      keeper_.retire_directory(before.ring, charged_memory::whole_pages(before.bytes));
    }
  }
  // Preconditions: no block is left.
  void release() noexcept {
    give_empty_slabs();
    while (give_spare()) {
    }
    shared_.trim(memory_);
    for (slab_log& log : logs_)
      if (log.directory_bytes() != 0)
        memory_.give(reinterpret_cast<std::byte*>(const_cast<slab_head**>(log.map().ring)),
                     charged_memory::whole_pages(log.directory_bytes()));
  }

  [[nodiscard]] bool has_spare() const noexcept { return spares_ > claimed_; }

  // Bytes that are charged for slabs, directories and shared columns, without what snapshots keep.
  [[nodiscard]] std::size_t held() const noexcept {
    return (logs_[0].slabs() + logs_[1].slabs() + spares_) * shape_.bytes() - hollow_ + shared_.held();
  }
  [[nodiscard]] std::size_t idle() const noexcept {
    std::size_t idle = spares_ * shape_.bytes();
    for (const slab_log& log : logs_)
      if (log.slabs() != 0) idle += charged(*log.back()) - log.back()->used;
    return idle;
  }

 private:
  void publish() noexcept {
    source_.logs[0] = logs_[0].map();
    source_.logs[1] = logs_[1].map();
  }

  [[nodiscard]] commit_outcome take_spare(bool evict) noexcept {
    commit_outcome why = commit_outcome::done;
    std::byte* const at = memory_.try_take(shape_.bytes(), evict, why);
    if (at == nullptr) return why;
    auto* const made = ::new (static_cast<void*>(at)) slab_head;
    made->next_dead = spare_;
    spare_ = made;
    ++spares_;
    return commit_outcome::done;
  }
  // Has the whole of the last slab again, if there is room; else what is written next goes to another.
  void fill_back(block_age age, bool evict) noexcept {
    const slab_log& of = log(age);
    if (of.slabs() == 0 || of.back() == nullptr || of.back()->hollow == 0) return;
    slab_head* const back = of.back();
    const std::size_t bytes = back->hollow;
    const std::size_t first = shape_.bytes() - bytes;
    if (!memory_.try_charge(bytes, evict)) return;
    if (of.slabs() == 0 || of.back() != back || back->hollow != bytes ||  // evicted meanwhile
        !commit_pages(back->data() + first, bytes)) {
      memory_.release(bytes);
      return;
    }
    of.set_hollow(*back, 0);
    hollow_ -= bytes;
  }
  void push_spare(slab_log& log) noexcept {
    assert(spare_ != nullptr);
    slab_head* const taken = spare_;
    spare_ = taken->next_dead;
    --spares_;
    if (claimed_ != 0) --claimed_;
    auto* const made = ::new (static_cast<void*>(taken)) slab_head;
    made->used = static_cast<std::uint32_t>(round_up(sizeof(slab_head), shape_.unit()));
    made->born = keeper_.clock();
    made->stamp = keeper_.stamp();
    log.push(made);
    publish();
  }
  // Room in the directory for so many slabs more.
  [[nodiscard]] commit_outcome make_slots(block_age age, std::size_t slabs, bool evict) noexcept {
    slab_log& log = logs_[static_cast<unsigned>(age)];
    const std::uint64_t oldest = min_of(keeper_.oldest_slab_needed(log.map().ring, age), log.first());
    if (log.end() + slabs - oldest <= log.slots()) return commit_outcome::done;
    std::size_t slots = log.slots();
    while (log.end() + slabs - log.first() + slots / 8 > slots) slots *= 2;
    const std::size_t bytes = charged_memory::whole_pages(slots * sizeof(slab_head*));
    commit_outcome why = commit_outcome::done;
    std::byte* const room = memory_.try_take(bytes, evict, why);
    if (room == nullptr) return why;
    const slab_log::directory before = log.replace_directory(reinterpret_cast<slab_head**>(room), slots);
    publish();
    if (before.ring != nullptr) keeper_.retire_directory(before.ring, charged_memory::whole_pages(before.bytes));
    return commit_outcome::done;
  }

  // A block may be the last of a series, which is anywhere in memory: what those so many blocks on need is fetched.
  static constexpr std::uint32_t ahead = 8;
  [[nodiscard]] std::uint32_t owner_of(slab_head& of, std::uint32_t block) const noexcept {
    return format(of.data() + logs_[0].offset(of, block)).owner();
  }
  void forget_times(const format& of) noexcept {
    if (of.has(format::shared_time) && shared_.release(of.time_number())) keeper_.retire_column(of.time_number());
  }
  // The rows of a block go. Its bytes stay until its slab goes.
  void evict(block_address address) noexcept {
    const view block = at(get(address));
    const std::uint32_t series = block.raw().owner();
    keeper_.evicting(block, series);
    rows_ -= block.rows();
    --blocks_;
    forget_times(block.raw());
    if (auto& node = nodes_[series]; node.block() == address) {
      node.set_block(0);
      keeper_.lost_last_block(series);
    }
  }
  [[nodiscard]] bool is_old_tail(block_address address, std::int64_t before) const noexcept {
    const view block = at(get(address));
    return find(block.raw().previous()) == nullptr && block.last_time() < before;
  }
  // Writes a young block and those above it in its series anew. Returns: false when there is no room; nothing changed.
  bool move(block_address address) noexcept {
    slab_log& log = logs_[1];
    const std::uint32_t series = format(get(address)).owner();
    block_address path[longest_path];
    std::size_t length = 0;
    for (block_address at = nodes_[series].block();; at = format(get(at)).previous()) {
      if (length == longest_path) return false;
      path[length++] = at;
      if (at == address) break;
    }
    if (!make_room_for(path, length)) return false;
    block_address below = format(get(address)).previous();
    while (length-- != 0) {
      const std::byte* const from = get(path[length]);
      const std::size_t bytes = format(from).bytes();
      if (!log.fits(bytes)) push_spare(log);
      const block_address to = log.next_address();
      std::byte* const place = log.next_place();
      std::memcpy(place, from, bytes);
      block_builder<Layout>::place(place, series, below, source_);
      log.add(bytes, at(place).last_time());
      publish();
      log.mark_dead(path[length], bytes);
      ++moved_;
      below = to;
    }
    nodes_[series].set_block(below);
    return true;
  }
  // Spare slabs for copies of young blocks, the last of the path first. Nothing is evicted for it.
  [[nodiscard]] bool make_room_for(const block_address* path, std::size_t length) noexcept {
    std::size_t slabs = 0;
    const slab_log& log = logs_[1];
    fill_back(block_age::young, false);
    std::size_t left = log.slabs() == 0 || log.back()->hollow != 0
                           ? 0
                           : shape_.bytes() - log.back()->used - 2 * std::size_t{log.back()->blocks};
    while (length-- != 0) {
      const std::size_t bytes = round_up(format(get(path[length])).bytes(), shape_.unit()) + 2;
      if (left < bytes) {
        ++slabs;
        left = shape_.room();
      }
      left -= bytes;
    }
    while (spares_ < slabs + claimed_)
      if (take_spare(false) != commit_outcome::done) return false;
    return make_slots(block_age::young, slabs, false) == commit_outcome::done;
  }

  slab_shape shape_;
  std::size_t most_rows_;
  nodes& nodes_;
  charged_memory& memory_;
  Keeper& keeper_;
  slab_log logs_[2];
  block_source<Layout> source_;
  shared_columns shared_;
  slab_head* spare_ = nullptr;
  std::size_t spares_ = 0;
  std::size_t claimed_ = 0;  // of the spares: promised by try_prepare
  std::size_t hollow_ = 0;   // bytes that slabs of the logs lack
  std::size_t rows_ = 0;
  std::size_t blocks_ = 0;
  std::uint64_t moved_ = 0;
};

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
