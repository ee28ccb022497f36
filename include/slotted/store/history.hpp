// slotted: an append-only past: time-ordered, compressed without loss, bounded by a budget.
// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>

#include <slotted/memory/budget.hpp>
#include <slotted/memory/footprint.hpp>
#include <slotted/record/leaves.hpp>
#include <slotted/store/history_core.hpp>
#include <slotted/store/history_snapshot.hpp>
#include <slotted/store/too_many_series.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace v0 {
namespace detail {

struct no_series_type {
  friend constexpr bool operator==(no_series_type, no_series_type) noexcept = default;
};

template <class T, class Value>
constexpr std::size_t key_leaf(const key<Value>& wanted) {
  if constexpr (std::is_same_v<Value, no_series_type>)
    return not_found;
  else
    return leaves<T>::find(wanted).first;
}
template <class Value>
inline constexpr bool is_no_series = false;
template <>
inline constexpr bool is_no_series<key<no_series_type>> = true;

// A difference of two times: what the time key's minus gives, or the integer itself.
template <class Time>
struct time_difference {
  using type = decltype(std::declval<Time>() - std::declval<Time>());
};
template <std::integral Time>
struct time_difference<Time> {
  using type = std::make_unsigned_t<Time>;
};
template <class Difference>
[[nodiscard]] constexpr std::uint64_t to_age(Difference age) noexcept {
  if constexpr (std::is_unsigned_v<Difference>)
    return age;
  else
    return static_cast<std::uint64_t>(age.count());
}

// Says in one line each why a record or its keys make no history.
template <class T, std::size_t Time, std::size_t Series>
struct history_requirements {
  template <std::size_t... L>
  static consteval bool copyable(std::index_sequence<L...>) {
    return (std::is_trivially_copyable_v<typename leaves<T>::template type<L>> && ...);
  }
  template <std::size_t L>
  static consteval auto type_at() {
    if constexpr (L < leaves<T>::size)
      return std::type_identity<typename leaves<T>::template type<L>>{};
    else
      return std::type_identity<void>{};
  }
  template <std::size_t L>
  using leaf = typename decltype(type_at<L>())::type;

  static constexpr bool owns_nothing = copyable(std::make_index_sequence<leaves<T>::size>{});
  static constexpr bool has_time = Time != not_found;
  static constexpr bool good_time = [] {
    if constexpr (Time != not_found && owns_nothing)
      return time_key<leaf<Time>>;
    else
      return true;
  }();
  static constexpr bool good_series = [] {
    if constexpr (Series != not_found && owns_nothing)
      return series_key<leaf<Series>> && Series != Time;
    else
      return true;
  }();
  static_assert(owns_nothing,
                "history: every field must be trivially copyable; make what owns memory (std::string) a symbol");
  static_assert(has_time, "history: the time key names no field of the record");
  static_assert(good_time,
                "history: the time key must be an integer, or a std::chrono time or duration that counts in integers; "
                "a floating-point time has no exact order of equal steps");
  static_assert(good_series,
                "history: the series key must be another field than the time, of at most 8 bytes: an integer, an "
                "enumeration, a symbol, a bool, a duration");
  static constexpr bool met = owns_nothing && has_time && good_time && good_series;
};

template <class T, std::size_t Time, std::size_t Series, bool Met>
struct layout_if {
  using type = history_layout<T, Time, Series>;
};
// What a history that cannot be is given instead, so that there is one error and no echo of it.
struct nothing_to_keep {
  std::int64_t time;
};
template <class T, std::size_t Time, std::size_t Series>
struct layout_if<T, Time, Series, false> {
  using type = history_layout<nothing_to_keep, 0, not_found>;
};

template <class T, key TimeKey, key SeriesKey>
using layout_of_history =
    typename layout_if<T, key_leaf<T>(TimeKey), key_leaf<T>(SeriesKey),
                       history_requirements<T, key_leaf<T>(TimeKey), key_leaf<T>(SeriesKey)>::met>::type;

}  // namespace detail

/// The series key of a history whose rows are all one series.
inline constexpr detail::no_series_type no_series{};

/// An append-only past of records: kept in the order of time, compressed without loss, under a budget.
///
/// New rows stand in tails, one a series, which are sealed into blocks of up to 1024 rows; rows may come in any order
/// of time. When the budget is full, tails are sealed early, and then, by policy, an append fails or the oldest blocks
/// go. One thread, the owner, appends; any thread may call `snapshot`, and read what it gives while appending goes on.
/// A history is moved and swapped with its budget and not copied. It outlives its snapshots.
/// Sealing, which an append may do, takes up to 300 KiB of stack.
/// \tparam TimeKey    what orders the rows: a name, a member pointer or a path, of an integer or a std::chrono time.
/// \tparam SeriesKey  what tells series apart: at most 8 bytes that are no floating-point number. It costs nothing in
/// a block.
template <recordable T, key TimeKey, key SeriesKey = no_series>
class history
    : public detail::history_reader<history<T, TimeKey, SeriesKey>, detail::layout_of_history<T, TimeKey, SeriesKey>> {
  static constexpr std::size_t time_leaf = detail::key_leaf<T>(TimeKey);
  static constexpr std::size_t series_leaf = detail::key_leaf<T>(SeriesKey);
  using requirements = detail::history_requirements<T, time_leaf, series_leaf>;
  static_assert(detail::is_no_series<std::remove_cv_t<decltype(SeriesKey)>> || series_leaf != detail::not_found,
                "history: the series key names no field of the record");
  using layout = detail::layout_of_history<T, TimeKey, SeriesKey>;
  using core = detail::history_core<layout>;
  using append_outcome = detail::append_outcome;

 public:
  /// For what reads `pins()`: the layout of rows.
  using layout_type = layout;  // for what reads pins()
  using value_type = T;
  using size_type = std::size_t;
  /// The type of the time key.
  using time_type = typename layout::time_type;
  /// The type of the series key.
  using series_type = typename layout::series_type;
  /// A length of time, as `max_age` takes it.
  using time_difference = typename detail::time_difference<time_type>::type;

  /// A block that is about to go, as `on_evict` shows it.
  class evicted_block {
   public:
    /// For histories: the block that is about to go.
    evicted_block(const detail::block_entry<layout>& block, series_type key) noexcept : block_(block), key_(key) {}

    /// The key of its series.
    [[nodiscard]] series_type series() const noexcept { return key_; }
    [[nodiscard]] std::size_t size() const noexcept { return block_.rows(); }  ///< rows, at most 1024
    /// The earliest time in it.
    [[nodiscard]] time_type first_time() const noexcept { return detail::from_order<time_type>(block_.first_time()); }
    /// The latest time in it.
    [[nodiscard]] time_type last_time() const noexcept { return detail::from_order<time_type>(block_.last_time()); }
    /// Writes a column, in the order of time, to `to[0]` to `to[size() - 1]`.
    template <key K>
      requires has_leaf<T, K>
    void decode(leaf_type_of<T, K>* to) const noexcept {
      if constexpr (leaf_index<T, K> == series_leaf)
        for (std::size_t i = 0; i < size(); ++i) ::new (static_cast<void*>(to + i)) series_type(key_);
      else
        block_.template decode<leaf_index<T, K>>(to);
    }
    /// A column as it is kept, for spilling it as it is: what `codec::decode` takes, together with `dictionary`.
    ///
    /// The series key has no column; an optional, an array and what is no number have several and are decoded.
    template <key K>
      requires(has_leaf<T, K> && leaf_index<T, K> != series_leaf &&
               layout::template columns_of<leaf_index<T, K>>::count == 1)
    [[nodiscard]] std::span<const std::byte> encoded() const noexcept {
      return block_.template kept<leaf_index<T, K>>().bytes;
    }
    /// The dictionary that `encoded<K>()` names, valid until the callback returns; its version is 0 where there is
    /// none.
    ///
    /// Blocks of one column that name the same version share a dictionary: it need be spilled but once.
    template <key K>
      requires(has_leaf<T, K> && leaf_index<T, K> != series_leaf &&
               layout::template columns_of<leaf_index<T, K>>::count == 1)
    [[nodiscard]] codec::dictionary_view dictionary() const noexcept {
      const detail::column_dictionary* const named = block_.template kept<leaf_index<T, K>>().dictionary;
      return named == nullptr ? codec::dictionary_view{} : named->view();
    }

   private:
    const detail::block_entry<layout>& block_;
    series_type key_;
  };

  /// A history that is charged to no budget. It holds nothing until the first row.
  history() noexcept = default;
  /// A history that is charged to `budget`, which outlives it.
  explicit history(memory_budget& budget, on_full policy = on_full::refuse) noexcept
      : settings_{&budget, policy, 0, 0, nullptr, nullptr} {}
  history(const history&) = delete;
  history& operator=(const history&) = delete;
  /// Takes over rows, budget and settings; `other` is empty and keeps its own. No thread may be reading `other` itself;
  /// its snapshots are now of this history.
  history(history&& other) noexcept : settings_(other.settings_), core_(other.core_.exchange(nullptr)) {}
  /// Gives back what this history has, then takes over rows and budget of `other`, which is empty.
  history& operator=(history&& other) noexcept {
    history(std::move(other)).swap(*this);
    return *this;
  }
  /// Preconditions: every snapshot has ended.
  ~history() {
    if (core* const gone = core_.load(std::memory_order_acquire)) core::close(gone);
  }
  /// Exchanges rows, budgets and settings. Complexity: constant.
  void swap(history& other) noexcept {
    std::swap(settings_, other.settings_);
    core_.store(other.core_.exchange(core_.load()));
  }
  friend void swap(history& left, history& right) noexcept { left.swap(right); }

  [[nodiscard]] std::size_t size() const noexcept {  ///< rows
    const core* const at = get();
    return at == nullptr ? 0 : at->size();
  }
  /// Whether there are none.
  [[nodiscard]] bool empty() const noexcept { return size() == 0; }
  /// How many rows have been evicted, ever.
  [[nodiscard]] std::uint64_t evicted() const noexcept {
    const core* const at = get();
    return at == nullptr ? 0 : at->evicted();
  }
  /// How many series have rows.
  [[nodiscard]] std::size_t series_count() const noexcept {
    const core* const at = get();
    return at == nullptr ? 0 : at->series_count();
  }
  [[nodiscard]] memory_budget* budget() const noexcept { return settings_.budget; }  ///< or null

  // ---- what it may keep

  /// Lets blocks go whose newest time lies more than `age` before the newest time of all, whatever the budget; 0: none.
  ///
  /// They go when a tail of their series is sealed, when they are the oldest of all, and with `seal`.
  void set_max_age(time_difference age) noexcept {
    settings_.max_age = detail::to_age(age);
    if (core* const at = get()) at->set_max_age(settings_.max_age);
  }
  /// Refuses rows of new series beyond so many; 0: any number.
  void set_max_series(std::size_t most) noexcept {
    settings_.max_series = most;
    if (core* const at = get()) at->set_max_series(most);
  }
  /// Calls `callback(const evicted_block&)` for each block before it is evicted.
  ///
  /// The callback is referred to, not copied. It must not throw and must not use this history. Where the budget is
  /// shared it may run on another thread, whose charge did not fit, and never on two at once.
  template <class Callback>
    requires std::invocable<Callback&, const evicted_block&>
  void on_evict(Callback& callback) noexcept {
    settings_.on_evict = [](void* context, const detail::block_entry<layout>& block, series_type key) {
      (*static_cast<Callback*>(context))(evicted_block(block, key));
    };
    settings_.context = const_cast<void*>(static_cast<const void*>(std::addressof(callback)));
    if (core* const at = get()) at->set_on_evict(settings_.on_evict, settings_.context);
  }
  /// Calls nothing any more.
  void on_evict(std::nullptr_t) noexcept {
    settings_.on_evict = nullptr;
    if (core* const at = get()) at->set_on_evict(nullptr, nullptr);
  }

  // ---- writing

  /// Adds a row.
  ///
  /// Throws: `budget_exceeded` when there is no room and nothing to give up, `too_many_series`, which names the series,
  /// or `std::bad_alloc` when the system refuses; no row has changed then.
  /// Complexity: amortised constant.
  void append(const T& row) {
    if (const append_outcome outcome = try_add(row); outcome != append_outcome::done) [[unlikely]]
      refuse(outcome, row);
  }
  /// As `append`. Returns: whether there was room.
  [[nodiscard]] bool try_append(const T& row) noexcept { return try_add(row) == append_outcome::done; }

  /// Adds the rows of a range, one after the other.
  ///
  /// Throws: as `append` of a row, and what reading the range throws; the rows before the one that threw are in then,
  /// each of them whole, and `try_append` would have said how many.
  template <class Range>
    requires(!std::derived_from<std::remove_cvref_t<Range>, T> &&
             std::convertible_to<decltype(*std::begin(std::declval<Range&>())), const T&>)
  void append(Range&& range) {
    for (auto&& row : range) append(static_cast<const T&>(row));
  }
  /// As `append`. Returns: how many of the rows, from the first on, are in: fewer than all when there was no room.
  template <class Range>
    requires(!std::derived_from<std::remove_cvref_t<Range>, T> &&
             std::convertible_to<decltype(*std::begin(std::declval<Range&>())), const T&>)
  [[nodiscard]] std::size_t try_append(Range&& range) {
    std::size_t rows = 0;
    for (auto&& row : range) {
      if (!try_append(static_cast<const T&>(row))) break;
      ++rows;
    }
    return rows;
  }
  /// Refused: a row of a derived type would be cut down to its base.
  template <class U>
    requires(std::derived_from<std::remove_cvref_t<U>, T> && !exactly<U, T>)
  void append(U&&) = delete;
  template <class U>
    requires(std::derived_from<std::remove_cvref_t<U>, T> && !exactly<U, T>)
  void try_append(U&&) = delete;

  /// Seals all tails, so that every row is in a block, and gives back what only tails need.
  ///
  /// Short blocks are merged with what comes after them. Throws: as `append`; some tails are as they were then.
  void seal() {
    if (core* const at = get())
      if (const commit_outcome outcome = at->seal_all(); outcome != commit_outcome::done)
        detail::throw_no_memory(outcome, budget());
  }
  /// As `seal`. Returns: whether all rows are in blocks now.
  [[nodiscard]] bool try_seal() noexcept {
    core* const at = get();
    return at == nullptr || at->seal_all() == commit_outcome::done;
  }
  /// Gives memory that holds nothing back to the system and to the budget.
  void trim() noexcept {
    if (core* const at = get()) at->trim();
  }
  /// Removes all rows. What snapshots see stays until they end.
  void clear() noexcept {
    if (core* const at = get()) at->clear();
  }

  /// What the history took from the system; `total()` is exactly what its budget was charged.
  ///
  /// The payload is the bytes of the blocks and of the rows in tails. Memory that snapshots hold is overhead.
  [[nodiscard]] slotted::footprint footprint() const noexcept {
    const core* const at = get();
    return at == nullptr ? slotted::footprint{} : at->footprint();
  }
  /// What one series takes; the rest of the history's footprint is shared by all.
  [[nodiscard]] slotted::footprint footprint(const series_type& of) const noexcept {
    const core* const at = get();
    return at == nullptr ? slotted::footprint{} : at->footprint_of_key(of);
  }

  // ---- reading: also rows, between, series, scan, aggregate, first, last and newest, of history_reader

  /// The history as it is at this moment, for any thread.
  ///
  /// Any thread may call it while the owner goes on; the other members that read are the owner's. No row is copied. It
  /// costs at most 64 bytes a series, which are charged, and what it sees stays charged until it ends.
  /// Throws: `budget_exceeded`, or `std::bad_alloc` when the system refuses.
  [[nodiscard]] history_snapshot<layout> snapshot() const { return history_snapshot<layout>(pins()); }

  // What the ranges stand on.

  // The rows as they are now. Throws: `budget_exceeded`, `std::bad_alloc`.
  /// For readers: all series, pinned as they are now.
  [[nodiscard]] detail::history_pins<layout> pins() const {
    detail::history_pins<layout> made;
    if (core* const at = get())
      if (!at->try_pin(made)) detail::throw_no_memory(commit_outcome::over_budget, budget());
    return made;
  }
  // The same of one series, by the owner.
  /// For readers: one series, pinned as it is now; none when it is unknown.
  [[nodiscard]] detail::history_pins<layout> pins_of(const series_type& of) const {
    detail::history_pins<layout> made;
    if (core* const at = get())
      if (!at->try_pin_one(made, of)) detail::throw_no_memory(commit_outcome::over_budget, budget());
    return made;
  }

 private:
  struct settings {
    memory_budget* budget = nullptr;
    on_full policy = on_full::refuse;
    std::uint64_t max_age = 0;
    std::size_t max_series = 0;
    void (*on_evict)(void*, const detail::block_entry<layout>&, series_type) = nullptr;
    void* context = nullptr;
  };

  friend detail::history_reader<history, layout>;
  [[nodiscard]] detail::pinned<layout> reading_pins() const {
    return {pins(), get(), {}, [](const void* at, series_type, detail::history_pins<layout>& to) {
              return static_cast<core*>(const_cast<void*>(at))->try_pin(to);
            }};
  }
  [[nodiscard]] history_rows<layout> series_rows(const series_type& of) const {
    return {detail::pinned<layout>(pins_of(of), get(), of,
                                   [](const void* at, series_type wanted, detail::history_pins<layout>& to) {
                                     return static_cast<core*>(const_cast<void*>(at))->try_pin_one(to, wanted);
                                   }),
            {},
            {}};
  }

  [[nodiscard]] core* get() const noexcept { return core_.load(std::memory_order_acquire); }

  [[nodiscard]] append_outcome try_add(const T& row) noexcept {
    core* at = core_.load(std::memory_order_relaxed);
    if (at == nullptr) [[unlikely]] {
      commit_outcome why = commit_outcome::done;
      at = open(why);
      if (at == nullptr)
        return why == commit_outcome::over_budget ? append_outcome::over_budget : append_outcome::out_of_memory;
    }
    return at->append(row);
  }
  [[gnu::noinline]] core* open(commit_outcome& why) noexcept {
    core* const made = core::open(settings_.budget, settings_.policy, why);
    if (made == nullptr) return nullptr;
    made->set_max_age(settings_.max_age);
    made->set_max_series(settings_.max_series);
    if (settings_.on_evict != nullptr) made->set_on_evict(settings_.on_evict, settings_.context);
    core_.store(made, std::memory_order_release);
    return made;
  }
  [[noreturn, gnu::cold, gnu::noinline]] void refuse(append_outcome why, const T& row) const {
    if (why == append_outcome::too_many_series)
      detail::throw_too_many_series(layout::series_of(row), settings_.max_series);
    detail::throw_no_memory(
        why == append_outcome::over_budget ? commit_outcome::over_budget : commit_outcome::out_of_memory, budget());
  }

  settings settings_;
  std::atomic<core*> core_{nullptr};
};

}  // namespace v0
}  // namespace slotted
