// slotted: a history: the parts that keep its rows, and the order in which they work.
// SPDX-License-Identifier: MIT
//
// A row goes to the head of its series. When the head has more than its share, the series whose rows have waited
// longest is drained: its rows are merged with its young blocks and written as blocks, final ones of a fixed number of
// rows and a young one of what is left. When the budget is full, memory is given up in this order: what is idle, what
// others who share the budget have that is older, the oldest slab of blocks, rows of the head.
//
// Memory for what an operation will write is had before it changes anything; then it cannot fail. Whatever asks for
// memory may evict any block and remove any series but the one that is being drained.
// The owner's thread calls everything but what says otherwise; see history_gate.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <new>
#include <type_traits>

#include <slotted/algorithm.hpp>
#include <slotted/history/append_outcome.hpp>
#include <slotted/history/detail/block_builder.hpp>
#include <slotted/history/detail/block_store.hpp>
#include <slotted/history/detail/charged_memory.hpp>
#include <slotted/history/detail/drain_alignment.hpp>
#include <slotted/history/detail/gate.hpp>
#include <slotted/history/detail/head_store.hpp>
#include <slotted/history/detail/memory_plan.hpp>
#include <slotted/history/detail/reader_reserve.hpp>
#include <slotted/history/detail/series_nodes.hpp>
#include <slotted/history/detail/series_view.hpp>
#include <slotted/history/detail/snapshot_list.hpp>
#include <slotted/history/detail/time_limits.hpp>
#include <slotted/history/on_full.hpp>
#include <slotted/history/statistics.hpp>
#include <slotted/memory/budget.hpp>
#include <slotted/memory/footprint.hpp>
#include <slotted/memory/prefetch.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {

template <class Layout>
class history_core final : budget_listener {
  using record = typename Layout::record;
  using key_type = std::conditional_t<(sizeof(typename Layout::series_type) <= 4), std::uint32_t, std::uint64_t>;
  using nodes = series_nodes<key_type>;
  using node = typename nodes::node;
  using stream = stream_of<Layout>;
  using heads = head_store<stream>;
  using format = bytes_of_block<Layout>;
  using store = block_store<Layout, key_type, history_core>;
  using builder = block_builder<Layout>;
  using snapshots = snapshot_list<Layout, key_type, history_core>;
  friend store;
  friend snapshots;

 public:
  using snapshot = typename snapshots::record;
  using evict_callback = void (*)(void* context, const block_view<Layout>& block, typename Layout::series_type key);
  struct settings {
    on_full policy = on_full::refuse;
    std::size_t readers = 0;     // bytes for those who read; 0: as the limit suggests
    std::size_t max_series = 0;  // 0: any number
    time_limits times;
    evict_callback on_evict = nullptr;
    void* context = nullptr;
  };

  // A history of nothing, in pages of its own; null and why when there is no memory for them.
  [[nodiscard]] static history_core* open(memory_budget* budget, const settings& how, commit_outcome& why) noexcept {
    const std::size_t bytes = charged_memory::whole_pages(sizeof(history_core));
    std::byte* const at = charged_memory::reserve(bytes);
    reader_reserve* const reserve = at == nullptr ? nullptr : reader_reserve::make(budget);
    why = reserve == nullptr ? commit_outcome::out_of_memory : charge_and_commit(at, bytes, budget, true);
    if (why == commit_outcome::done) return ::new (static_cast<void*>(at)) history_core(budget, how, *reserve, bytes);
    if (reserve != nullptr) reserve->drop();
    if (at != nullptr) charged_memory::unreserve(at, bytes);
    return nullptr;
  }
  static void close(history_core* gone) noexcept {
    memory_budget* const budget = gone->budget();
    const std::size_t bytes = charged_memory::whole_pages(sizeof(history_core));
    gone->shut();
    gone->~history_core();
    auto* const at = reinterpret_cast<std::byte*>(gone);
    decommit_pages(at, bytes);
    if (budget != nullptr) budget->release(bytes);
    charged_memory::unreserve(at, bytes);
  }
  history_core(const history_core&) = delete;
  history_core& operator=(const history_core&) = delete;
  [[nodiscard]] memory_budget* budget() const noexcept { return memory_.budget(); }
  [[nodiscard]] std::size_t refused_bytes() const noexcept { return memory_.refused(); }
  // Other limits from now on. What the clock of times has seen stays.
  void change(const settings& to) noexcept {
    const hold held(*this);
    const time_limits before = how_.times;
    how_ = to;
    how_.times = before;
    how_.times.set_limits_of(to.times);
    publish_age();
  }

  // ---- writing

  [[nodiscard]] append_outcome append(const record& row, typename Layout::series_type key) noexcept {
    const hold held(*this);
    return add(row, pattern_of(key));
  }
  // Adds rows from the first on, until one is refused. Returns: how many are in.
  [[nodiscard]] std::size_t append(const record* rows, std::size_t count, append_outcome& outcome) noexcept {
    const hold held(*this);
    outcome = append_outcome::done;
    for (std::size_t i = 0; i < count; ++i)
      if (outcome = add(rows[i], pattern_of(Layout::series_of(rows[i]))); !outcome) return i;
    return count;
  }

  // Writes the rows of all heads to blocks. Returns: done, or why some are as they were.
  [[nodiscard]] commit_outcome seal_all() noexcept {
    const hold held(*this);
    snapshots_.reap();
    commit_outcome worst = commit_outcome::done;
    for (std::uint32_t id = 0; id < series_.end(); ++id) {
      if (!series_.is_used(id)) continue;
      if (const commit_outcome why = drain(id, true); why != commit_outcome::done) worst = why;
    }
    expire();
    pack(true);
    give_idle();
    return worst;
  }
  void trim() noexcept {
    const hold held(*this);
    snapshots_.reap();
    expire();
    pack(true);
    give_idle();
  }
  void clear() noexcept {
    const hold held(*this);
    erased_ += rows();
    remove_everything();
    give_idle();
  }
  bool erase(typename Layout::series_type key) noexcept {
    const hold held(*this);
    snapshots_.reap();
    const std::uint32_t id = series_.find(pattern_of(key));
    if (id == no_index) return false;
    erase_series(id);
    return true;
  }
  // Rows of blocks and of heads that are all older than a time go, in the order in which they were sealed.
  void expire_before(std::int64_t time) noexcept {
    const hold held(*this);
    how_.times.advance(time);
    expire();
  }

  // ---- reading; const members in parallel

  [[nodiscard]] history_gate& gate() const noexcept { return gate_; }
  [[nodiscard]] reader_reserve& reserve() const noexcept { return reserve_; }
  [[nodiscard]] std::size_t places() const noexcept { return series_.end(); }
  [[nodiscard]] const block_source<Layout>& source() const noexcept { return store_.source(); }
  [[nodiscard]] std::size_t find(typename Layout::series_type key) const noexcept {
    const std::uint32_t id = series_.find(pattern_of(key));
    return id == no_index ? SIZE_MAX : id;
  }
  [[nodiscard]] bool view(std::size_t place, series_view<Layout>& to) const noexcept {
    const auto id = static_cast<std::uint32_t>(place);
    if (!series_.is_used(id)) return false;
    const node& of = series_[id];
    to = series_view<Layout>(from_pattern_of_key<typename Layout::series_type>(of.pattern()), of.block(), of.newest(),
                             of.head_rows() == 0 ? nullptr : &heads_[of.state], of.head_rows(),
                             !of.has(node::out_of_order), store_.source());
    return true;
  }
  void prefetch(std::size_t place) const noexcept {
    if (place < series_.end()) detail::prefetch(&series_[static_cast<std::uint32_t>(place)]);
  }

  [[nodiscard]] std::size_t rows() const noexcept { return store_.rows() + head_rows_; }
  [[nodiscard]] std::size_t series() const noexcept { return series_.size(); }
  [[nodiscard]] std::uint64_t evicted() const noexcept { return evicted_; }

  [[nodiscard]] slotted::footprint footprint() const noexcept {
    slotted::footprint of;
    const std::size_t total = memory_.held() + reserve_.charged();
    of.payload = min_of(total, store_.live() + heads_.used());
    of.idle = min_of(total - of.payload, store_.idle() + heads_.idle() + series_.idle() + reserve_.idle());
    of.overhead = total - of.payload - of.idle;
    return of;
  }
  [[nodiscard]] history_statistics statistics() const noexcept {
    history_statistics of;
    of.rows = rows();
    of.head_rows = head_rows_;
    of.series = series();
    of.blocks = store_.blocks();
    of.snapshots = snapshots_.open();
    of.series_bytes = series_.held();
    of.head_bytes = heads_.held();
    of.shared_time_bytes = store_.shared().held();
    of.block_bytes = store_.held() - of.shared_time_bytes;
    of.reader_bytes = reserve_.charged() + snapshots_.held();
    of.other_bytes = memory_.held() + reserve_.charged() - of.series_bytes - of.head_bytes - of.shared_time_bytes -
                     of.block_bytes - of.reader_bytes;
    of.shared_time_saved = store_.shared().saved();
    of.appended = appended_;
    of.late = late_;
    of.refused_over_budget = refused_[append_outcome::over_budget];
    of.refused_out_of_memory = refused_[append_outcome::out_of_memory];
    of.refused_too_many_series = refused_[append_outcome::too_many_series];
    of.refused_too_old = refused_[append_outcome::too_old];
    of.refused_too_far_ahead = refused_[append_outcome::too_far_ahead];
    of.evicted = evicted_;
    of.erased = erased_;
    of.drained = drained_;
    of.merged_blocks = merged_;
    of.encoded_rows = encoded_;
    of.moved_blocks = store_.moved();
    of.shared_times = shared_hits_;
    of.snapshots_taken = taken_;
    of.snapshots_expired = snapshots_.expired();
    return of;
  }

  // ---- snapshots
  // The history as it is now, of all series. Null when there is no memory for it.
  [[nodiscard]] snapshot* take_snapshot() noexcept {
    const hold held(*this);
    snapshot* const made = begin_snapshot(series_.size());
    if (made == nullptr) return nullptr;
    for (std::uint32_t id = 0; id < series_.end(); ++id)
      if (series_[id].has(node::used)) add_entry(*made, id);
    return finish_snapshot(made);
  }
  // The same of some series, for which `key_at(i)` gives the keys; unknown ones are left out.
  template <class KeyAt>
  [[nodiscard]] snapshot* take_snapshot(std::size_t count, KeyAt key_at) noexcept {
    const hold held(*this);
    snapshot* const made = begin_snapshot(count);
    if (made == nullptr) return nullptr;
    for (std::size_t i = 0; i < count; ++i)
      if (const std::uint32_t id = series_.find(pattern_of(key_at(i))); id != no_index) add_entry(*made, id);
    return finish_snapshot(made);
  }
  // Any thread: closes a snapshot that it has. What it kept goes at once if nobody is in the history, and otherwise
  // when the owner comes by. A section keeps the history from ending before it has been told, and the visit until the
  // end.
  static void close_snapshot(history_core* of, snapshot* closed) noexcept {
    if (closed->enter()) {
      of->gate_.begin_visit();
      const bool alone = of->gate_.try_lock();
      closed->word.fetch_or(snapshot::closed, std::memory_order_release);
      closed->leave();
      if (alone) {
        of->snapshots_.reap();
        of->publish_age();
        of->gate_.unlock_and_notify();
      }
      of->gate_.end_visit();
    }
    closed->drop();
  }

 private:
  // ---- what the history consists of

  struct beginnings {
    alignas(64) typename heads::state states[heads::lent_states];
    typename nodes::beginnings series;
    typename store::beginnings blocks;
  };
  struct hold {
    explicit hold(history_core& of) noexcept : gate(of.gate_) { gate.lock(); }
    ~hold() { gate.unlock(); }
    hold(const hold&) = delete;
    hold& operator=(const hold&) = delete;
    history_gate& gate;
  };

  history_core(memory_budget* budget, const settings& how, reader_reserve& reserve, std::size_t own_bytes) noexcept
      : budget_listener(budget != nullptr ? *budget : nobody(), role::relief, 0),
        how_(how),
        limit_(budget == nullptr ? SIZE_MAX : budget->limit()),
        reserve_(reserve),
        reserve_target_(memory_plan<Layout>::reserve_for(limit_, how.readers)),
        memory_(
            budget, [](void* self, std::size_t bytes) { return static_cast<history_core*>(self)->make_room(bytes); },
            this),
        store_(memory_plan<Layout>::shape_for(limit_), memory_plan<Layout>::rows_for(limit_), series_, memory_, *this,
               beginnings_.blocks, heads_.lines()),
        snapshots_(memory_, reserve, *this),
        most_head_rows_(static_cast<std::uint32_t>(min_of(Layout::max_head_rows, store_.most_rows()))) {
    memory_.take_over(own_bytes);
    if (limit_ != SIZE_MAX) reserve_.set_most(reserve_target_);
    heads_.begin_in(beginnings_.states);
    series_.begin_in(beginnings_.series);
    if (budget != nullptr) join();
  }
  void shut() noexcept;
  // What a history without a budget names as the one it listens to; nothing is ever asked of it.
  static memory_budget& nobody() noexcept {
    alignas(memory_budget) static std::byte room[sizeof(memory_budget)];  // never destroyed
    static memory_budget* const none = ::new (static_cast<void*>(room)) memory_budget(0);
    return *none;
  }

  [[nodiscard]] static key_type pattern_of(typename Layout::series_type key) noexcept {
    return static_cast<key_type>(to_pattern_of_key(key));
  }
  // ---- appending

  [[nodiscard]] append_outcome add(const record& row, key_type pattern) noexcept;
  [[nodiscard]] static append_outcome outcome_of(commit_outcome why) noexcept;
  [[nodiscard]] append_outcome refuse(append_outcome why) noexcept;
  // Room for one more series and one more row. When no row is left and that was not enough, the room that series and
  // heads had is given back, and had again as far as it is needed.
  [[nodiscard, gnu::noinline]] append_outcome make_way() noexcept;
  [[nodiscard]] append_outcome try_make_way() noexcept;
  // While the head's arrays grow, no head row is evicted: that would give their pages back under them.
  [[nodiscard]] commit_outcome grow_head(bool evict) noexcept;
  // The series that came after this one the last time comes next, most likely.
  void look_ahead(std::uint32_t id, const node& after) noexcept;

  // ---- the queue of series with head rows, in the order of their first
  void enqueue(std::uint32_t id) noexcept {
    node& of = series_[id];
    of.set(node::queued);
    of.next = no_index;
    (queue_back_ == no_index ? queue_front_ : series_[queue_back_].next) = id;
    queue_back_ = id;
  }
  void dequeue() noexcept {
    const std::uint32_t id = queue_front_;
    node& front = series_[id];
    queue_front_ = front.next;
    if (queue_front_ == no_index) queue_back_ = no_index;
    front.unset(node::queued);
    front.next = no_index;
    if (!front.has(node::used)) series_.give_number(id);
  }
  // Series stay in the queue when they are drained out of turn, and leave it when their turn comes.
  void unqueue_empty() noexcept {
    while (queue_front_ != no_index && series_[queue_front_].head_rows() == 0) {
      const std::uint32_t id = queue_front_;
      dequeue();
      remove_if_empty(id);
    }
  }
  // A series without rows is none. Its number stays while it is in the queue.
  void remove_if_empty(std::uint32_t id) noexcept {
    const node& of = series_[id];
    if (!of.has(node::used) || of.head_rows() != 0 || of.block() != 0 || id == draining_) return;
    if (guess_ == id) guess_ = no_index;
    if (of.has(node::queued))
      series_.retire(id);
    else
      series_.erase(id);
  }

  // ---- draining
  // What a drain will do: how many young blocks join, and what is written.
  struct drain_plan {
    std::size_t rows = 0;    // in all
    std::size_t merged = 0;  // young blocks, from the newest on
    std::size_t cap = 0;     // rows of a final block
    std::size_t finals = 0;
    std::size_t rest = 0;  // rows of the young block behind them
    std::size_t left = 0;  // newest head rows that are not among them and stay in the head
    block_address blocks[store::longest_path];
  };
  // Not of everything: whether the end is aligned.
  [[nodiscard]] drain_plan plan(const node& of, bool everything, bool aligned) const noexcept;
  // Whether the times of the series are worth being stored once with those of others.
  [[nodiscard]] bool has_dear_times(const node& of) const noexcept;
  [[nodiscard]] static bool is_dear(format times_of) noexcept {
    return times_of.time_bytes() >= shared_columns::least_bytes && 4 * times_of.time_bytes() > times_of.rows();
  }
  // The rows of a final block. Where the budget is nearly full, a series keeps at least three blocks: the head's rows
  // of this series are to those of all as its rows are to all that the history can hold.
  [[nodiscard]] std::size_t cap_for(std::size_t head_rows) const noexcept;

  // Where final blocks have gone, young ones that are older still go, too: those of series that get no more rows.
  void sweep_stale() noexcept;
  void evict_ahead() noexcept;  // begins with the slab that is the next to go, a little with each drain
  static constexpr std::size_t least_held_for_memo = std::size_t{512} << 10;
  static constexpr std::size_t builder_on_stack = std::size_t{80} << 10;  // bytes; encoding takes up to 64 KiB more

  // Writes the head rows of a series to blocks. Returns: done, or why nothing has changed.
  [[nodiscard]] commit_outcome drain(std::uint32_t id, bool everything) noexcept;
  [[nodiscard]] commit_outcome drain_now(std::uint32_t id, bool everything) noexcept;
  // Calls f with a builder: its buffers are on the stack unless they are large.
  template <class F>
  [[nodiscard]] commit_outcome with_builder(F f) noexcept;
  template <class F>
  [[gnu::noinline]] void on_stack(F& f) noexcept;
  [[nodiscard]] static std::size_t scratch_bytes(std::size_t most_rows) noexcept;
  [[nodiscard]] commit_outcome take_scratch() noexcept;

  // Cannot fail: what it writes has been prepared for.
  void write_blocks(std::uint32_t id, const drain_plan& made, builder& with) noexcept;
  void write_block(std::uint32_t id, block_age age, std::size_t first, std::size_t rows, slotted::codec::hint* hints,
                   builder& with) noexcept;
  // Puts rows of a series whose head is empty back into the head. Returns: whether there was room; if not, none are in.
  [[nodiscard]] bool put_back(node& to, const std::int64_t* times, const std::uint64_t* words, std::size_t stride,
                              std::size_t rows) noexcept;
  // The head rows of a series are elsewhere, or gone.
  void free_head(node& of) noexcept;
  // Bytes that readers have, in whole pages: a history that is small yet sets less aside.
  [[nodiscard]] std::size_t reserve_share() const noexcept;
  // How much the head may take now, and that readers have their share.
  void update_shares() noexcept;

  // ---- giving up
  // Makes room in the budget by one step.
  bool make_room(std::size_t bytes) noexcept;
  // Evicts the oldest. While a series is drained, the slabs that blocks are written to stay.
  bool evict_step() noexcept;
  // The rows that have waited longest in the head go without becoming blocks that are kept.
  bool evict_head() noexcept;
  void evict_head_of(std::uint32_t id) noexcept;
  // Lets the callback see rows of a head as blocks. It asks for no memory: it is called when there is none.
  [[gnu::noinline]] void show_head(const node& of) noexcept;
  // What is older than allowed goes.
  void expire() noexcept;
  void expire_young(std::int64_t before) noexcept;
  void erase_series(std::uint32_t id) noexcept;
  // Takes series without rows out of the queue, once they are many or at any number of them.
  void sweep_queue(bool at_any_cost) noexcept;
  // Gives back what erased series have left, as far as no snapshot sees it.
  void pack(bool at_any_cost) noexcept;
  void remove_everything() noexcept;
  void give_idle() noexcept;
  void give_scratch() noexcept;

  // ---- asked by others who share the budget, on their threads

  void on_crossing(const memory_budget&) noexcept override;
  void on_pressure(std::size_t bytes) noexcept override;
  [[nodiscard]] std::uint64_t oldest_stamp() const noexcept override;
  void publish_age() noexcept;

  // ---- for block_store

  [[nodiscard]] std::uint32_t clock() const noexcept { return snapshots_.clock(); }
  [[nodiscard]] std::uint64_t stamp() noexcept {
    const std::uint64_t next = budget() == nullptr ? 1 : budget()->next_stamp();
    if (age_.load(std::memory_order_relaxed) == 0 && how_.policy == on_full::evict_oldest)
      age_.store(next, std::memory_order_relaxed);
    return next;
  }
  void retire_slab(slab_head* gone) noexcept {
    if (!snapshots_.keep_slab(gone)) return store_.give_slab(gone);
    // Before the share of the readers is used up, the oldest snapshot goes if nobody is in it.
    if (budget() != nullptr && reserve_.used() > reserve_target_ - reserve_target_ / 4 &&
        budget()->available() < store_.shape().bytes())
      (void)snapshots_.expire_oldest(false);
  }
  void retire_directory(slab_head** gone, std::size_t bytes) noexcept {
    if (!snapshots_.keep_directory(gone, bytes)) free_directory(gone, bytes);
  }
  void retire_column(std::uint32_t number) noexcept {
    if (!snapshots_.keep_column(number, store_.shared()[number].born)) store_.shared().drop(number, memory_);
  }
  [[nodiscard]] std::uint64_t oldest_slab_needed(slab_head* const* ring, block_age age) const noexcept {
    return snapshots_.oldest_slab_needed(ring, static_cast<unsigned>(age));
  }
  void evicting(const block_view<Layout>& block, std::uint32_t id) noexcept {
    evicted_ += block.rows();
    if (how_.on_evict != nullptr)
      how_.on_evict(how_.context, block, from_pattern_of_key<typename Layout::series_type>(series_[id].pattern()));
  }
  void lost_last_block(std::uint32_t id) noexcept { remove_if_empty(id); }

  // ---- for snapshot_list

  [[nodiscard]] std::size_t charged(const slab_head& of) const noexcept { return store_.charged(of); }
  void forget(const slab_head& gone) noexcept { store_.forget(gone); }
  void free_slab(slab_head* gone) noexcept { charged_memory::give_uncharged(gone->data(), store_.shape().bytes()); }
  void free_lines(std::uint32_t first) noexcept { heads_.free_lines(first); }
  void free_column(std::uint32_t number) noexcept { store_.shared().drop(number, memory_); }
  void free_directory(slab_head** gone, std::size_t bytes) noexcept {
    memory_.give(reinterpret_cast<std::byte*>(gone), bytes);
  }

  [[nodiscard]] snapshot* begin_snapshot(std::size_t count) noexcept {
    snapshots_.reap();
    const std::size_t bytes = count * sizeof(typename snapshot::entry) + sizeof(snapshot);
    if (!reserve_.try_charge_snapshot(bytes)) {
      over_budget_snapshot_ = bytes;
      return nullptr;
    }
    over_budget_snapshot_ = 0;
    auto* const made = ::new (std::nothrow) snapshot;
    void* const entries =
        made == nullptr ? nullptr : ::operator new(count * sizeof(typename snapshot::entry) + 1, std::nothrow);
    if (entries == nullptr) {
      delete made;
      reserve_.release_snapshot(bytes);
      return nullptr;
    }
    made->entries = static_cast<typename snapshot::entry*>(entries);
    made->bytes = bytes;
    made->reserve = &reserve_;
    reserve_.hold();
    return made;
  }
  void add_entry(snapshot& to, std::uint32_t id) noexcept {
    const node& of = series_[id];
    auto& entry = *::new (static_cast<void*>(to.entries + to.count++)) typename snapshot::entry;
    entry.low = of.low;
    entry.high = of.high;
    entry.newest_low = of.newest_low;
    entry.newest_high = of.newest_high;
    for (std::size_t i = 0; i < sizeof(key_type) / 4; ++i) entry.key[i] = of.key[i];
    if (of.head_rows() != 0) ::new (static_cast<void*>(entry.head)) typename heads::state(heads_[of.state]);
  }
  [[nodiscard]] snapshot* finish_snapshot(snapshot* made) noexcept {
    made->source = store_.source();
    made->rows = made->count == series_.size() ? rows() : SIZE_MAX;
    snapshots_.add(made);
    ++taken_;
    return made;
  }

 public:
  // The bytes that the last snapshot asked for, if they did not fit; 0: the system refused.
  [[nodiscard]] std::size_t snapshot_bytes_refused() const noexcept { return over_budget_snapshot_; }

 private:
  settings how_;
  std::size_t limit_;  // of the budget
  mutable history_gate gate_;
  reader_reserve& reserve_;
  std::size_t reserve_target_;
  beginnings beginnings_;
  charged_memory memory_;
  nodes series_;
  heads heads_;
  store store_;
  snapshots snapshots_;
  std::byte* scratch_ = nullptr;  // a builder too large for the stack
  time_memo* memo_ = nullptr;
  std::uint32_t most_head_rows_;
  std::uint32_t queue_front_ = no_index;
  std::uint32_t queue_back_ = no_index;
  std::uint32_t last_ = no_index;
  drain_alignment alignment_;
  bool last_times_dear_ = false;  // of the last block that was written
  std::uint32_t guess_ = no_index;
  std::uint32_t draining_ = no_index;
  bool writes_finals_ = false;  // the drain that is under way
  std::uint32_t since_reap_ = 0;
  bool swept_ = false;  // the oldest young slab has just been swept
  bool head_grows_ = false;
  std::size_t head_limit_ = std::size_t{64} << 10;
  std::size_t head_rows_ = 0;
  std::size_t over_budget_snapshot_ = 0;
  std::atomic<std::uint64_t> age_{0};  // the stamp of the oldest slab; 0: nothing can be evicted
  std::uint64_t appended_ = 0;
  std::uint64_t late_ = 0;
  std::uint64_t refused_[7] = {};
  std::uint64_t evicted_ = 0;
  std::uint64_t erased_ = 0;
  std::uint64_t drained_ = 0;
  std::uint64_t merged_ = 0;
  std::uint64_t encoded_ = 0;
  std::uint64_t shared_hits_ = 0;
  std::uint64_t taken_ = 0;
};

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
