// slotted: what pool and checked_pool have in common.
// SPDX-License-Identifier: MIT
#pragma once

#include <cassert>
#include <compare>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <optional>
#include <span>  // for what iterators say of themselves: <iterator> is 2,000 lines more
#include <type_traits>
#include <utility>

#include <slotted/algorithm.hpp>
#include <slotted/memory/budget.hpp>
#include <slotted/memory/footprint.hpp>
#include <slotted/memory/slab.hpp>
#include <slotted/memory/slot_store.hpp>
#include <slotted/record/row.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {

template <class T, class Store, class Handle>
class basic_pool;

namespace detail {

// What emplace takes. Compilers without parenthesised initialisation of aggregates get braces.
template <class T, class... Args>
concept emplaceable =
    (std::constructible_from<T, Args...> || (std::is_aggregate_v<T> && requires { T{std::declval<Args>()...}; })) &&
    !(sizeof...(Args) == 1 && (sliced_row<Args, T> && ...));

// Bits for the length of one call, all 0; more than a few are charged.
class bit_scratch {
 public:
  bit_scratch(std::size_t bits, memory_budget* budget) : budget_(budget) {
    if (bits <= sizeof few_ * 8) return;
    const std::size_t bytes = (bits + 63) / 64 * sizeof(std::uint64_t);
    run_ = page_run::try_reserve(bytes);
    const commit_outcome outcome = run_ ? run_.try_commit(bytes, budget) : commit_outcome::out_of_memory;
    if (outcome != commit_outcome::done) {
      run_.release(budget);
      throw_no_memory(outcome, budget);
    }
    words_ = reinterpret_cast<std::uint64_t*>(run_.data());
    std::memset(words_, 0, bytes);
  }
  bit_scratch(const bit_scratch&) = delete;
  bit_scratch& operator=(const bit_scratch&) = delete;
  ~bit_scratch() { run_.release(budget_); }

  void set(std::size_t bit) noexcept { words_[bit / 64] |= std::uint64_t{1} << (bit % 64); }
  [[nodiscard]] bool test(std::size_t bit) const noexcept { return (words_[bit / 64] >> (bit % 64) & 1) != 0; }

 private:
  memory_budget* budget_;
  page_run run_;
  std::uint64_t few_[64] = {};
  std::uint64_t* words_ = few_;
};

template <bool Const, class T, class Store>
class pool_iterator {
 public:
  using iterator_concept = std::forward_iterator_tag;
  using iterator_category = std::forward_iterator_tag;
  using value_type = T;
  using difference_type = std::ptrdiff_t;
  using reference = std::conditional_t<Const, const T&, T&>;
  using pointer = std::conditional_t<Const, const T*, T*>;

  pool_iterator() noexcept = default;
  pool_iterator(const Store* store, typename Store::cursor at) noexcept : store_(store), at_(at) {}
  template <bool OtherConst>
    requires(Const && !OtherConst)
  pool_iterator(const pool_iterator<OtherConst, T, Store>& other) noexcept : store_(other.store_), at_(other.at_) {}

  [[nodiscard]] reference operator*() const noexcept { return *operator->(); }
  [[nodiscard]] pointer operator->() const noexcept {
    return std::launder(reinterpret_cast<pointer>(store_->address(at_)));
  }
  pool_iterator& operator++() noexcept {
    store_->advance(at_);
    return *this;
  }
  pool_iterator operator++(int) noexcept {
    pool_iterator before = *this;
    ++*this;
    return before;
  }
  [[nodiscard]] friend bool operator==(const pool_iterator& left, const pool_iterator& right) noexcept {
    return left.at_ == right.at_;
  }

 private:
  template <bool, class, class>
  friend class pool_iterator;
  template <class, class, class>
  friend class slotted::basic_pool;
  const Store* store_ = nullptr;
  typename Store::cursor at_;
};

}  // namespace detail

/// What `pool` and `checked_pool` have in common: records with identity.
///
/// It is not for use by itself. Handle::of(store, index) makes the handle of a slot that was just taken.
template <class T, class Store, class Handle>
class basic_pool {
  static_assert(std::is_object_v<T> && !std::is_array_v<T> && !std::is_const_v<T> && !std::is_volatile_v<T>,
                "a pool holds objects of a plain type: no reference, array, const or volatile");
  static_assert(sizeof(T) <= std::size_t{64} << 20, "a pool's records have at most 64 MiB");
  static_assert(std::is_nothrow_destructible_v<T>, "a pool's records must not throw when they are destroyed");

 public:
  using value_type = T;
  using size_type = std::size_t;
  using difference_type = std::ptrdiff_t;
  using reference = T&;
  using const_reference = const T&;
  using iterator = detail::pool_iterator<false, T, Store>;
  using const_iterator = detail::pool_iterator<true, T, Store>;
  /// What `insert` returns: the name of a record.
  using handle = Handle;

  /// An empty pool that is charged to no budget. It holds nothing until the first insertion.
  basic_pool() noexcept = default;
  /// An empty pool that is charged to `budget`, which outlives it.
  explicit basic_pool(memory_budget& budget) noexcept : store_({}, &budget) {}
  /// An empty pool that hands its empty slabs to `cache`, which outlives it, and is charged to the cache's budget.
  explicit basic_pool(slab_cache& cache) noexcept : store_({}, cache.budget(), &cache) {}

  basic_pool(const basic_pool&) = delete;
  basic_pool& operator=(const basic_pool&) = delete;

  /// Takes over records, handles, addresses and budget; `other` is empty and keeps its budget. Invalidates: iterators.
  basic_pool(basic_pool&& other) noexcept = default;
  /// Destroys what this pool has, then takes over records, handles, addresses and budget of `other`, which is empty.
  basic_pool& operator=(basic_pool&& other) noexcept {
    if (this != &other) {
      destroy_all();
      store_ = std::move(other.store_);
    }
    return *this;
  }
  /// Exchanges records, handles, addresses and budgets. Complexity: constant.
  void swap(basic_pool& other) noexcept { store_.swap(other.store_); }

  ~basic_pool() { destroy_all(); }

  /// The number of records.
  [[nodiscard]] std::size_t size() const noexcept { return store_.size(); }
  /// Whether there is no record.
  [[nodiscard]] bool empty() const noexcept { return size() == 0; }
  /// How many records the memory held now has room for.
  [[nodiscard]] std::size_t capacity() const noexcept { return store_.capacity(); }
  /// How many records its handles can number.
  [[nodiscard]] std::size_t max_size() const noexcept { return store_.shape().max_slots(); }
  /// The budget that is charged, or null.
  [[nodiscard]] memory_budget* budget() const noexcept { return store_.budget(); }

  // ---- insertion
  // -----------------------------------------------------------------------------------------------------------------

  /// Constructs a record in the lowest free slot.
  ///
  /// Returns: its handle.
  /// Throws: `budget_exceeded`, `std::bad_alloc` when the system refuses, `std::length_error` when handles run out, or
  /// what T's constructor throws; no record and no handle has changed then. Complexity: amortised constant.
  /// Invalidates: nothing; addresses, handles and iterators stay.
  template <class... Args>
    requires detail::emplaceable<T, Args...>
  Handle emplace(Args&&... args) {
    typename Store::slot slot{};
    if (const commit_outcome outcome = store_.take(slot); outcome != commit_outcome::done) [[unlikely]]
      detail::throw_no_memory(outcome, store_.budget());
    construct(slot, std::forward<Args>(args)...);
    return Handle::of(store_, slot.index);
  }

  /// As `emplace`, but says with an empty optional that there is no room.
  ///
  /// Throws: only what T's constructor throws.
  template <class... Args>
    requires detail::emplaceable<T, Args...>
  [[nodiscard]] std::optional<Handle> try_emplace(Args&&... args) {
    typename Store::slot slot{};
    if (store_.take(slot) != commit_outcome::done) [[unlikely]]
      return std::nullopt;
    construct(slot, std::forward<Args>(args)...);
    return Handle::of(store_, slot.index);
  }

  /// As `emplace(record)`.
  Handle insert(const T& record)
    requires std::constructible_from<T, const T&>
  {
    return emplace(record);
  }
  /// As `emplace(std::move(record))`.
  Handle insert(T&& record)
    requires std::constructible_from<T, T>
  {
    return emplace(std::move(record));
  }
  /// As `try_emplace(record)`.
  [[nodiscard]] std::optional<Handle> try_insert(const T& record)
    requires std::constructible_from<T, const T&>
  {
    return try_emplace(record);
  }
  /// As `try_emplace(std::move(record))`.
  [[nodiscard]] std::optional<Handle> try_insert(T&& record)
    requires std::constructible_from<T, T>
  {
    return try_emplace(std::move(record));
  }

  /// Refused: a record of a derived type would be cut down to its base. Insert `static_cast<const T&>(record)` if that
  /// is meant.
  template <sliced_row<T> U>
  void insert(U&&) = delete;  // a row of a derived type would be cut down to its base
  template <sliced_row<T> U>
  void try_insert(U&&) = delete;  // a row of a derived type would be cut down to its base

  /// Makes room for `records` records in all.
  ///
  /// Effects: memory is committed and charged now, so that insertions up to that number cannot fail for want of it.
  /// Throws: as `emplace`. Memory that was committed before the failure is kept, and counted as idle.
  void reserve(std::size_t records) {
    if (const commit_outcome outcome = store_.reserve(records); outcome != commit_outcome::done)
      detail::throw_no_memory(outcome, store_.budget());
  }
  /// As `reserve`. Returns: whether there is room now.
  [[nodiscard]] bool try_reserve(std::size_t records) noexcept {
    return store_.reserve(records) == commit_outcome::done;
  }

  // ---- removal
  // -------------------------------------------------------------------------------------------------------------------

  /// The handle of a record. Preconditions: `record` lives in this pool. Complexity: constant.
  [[nodiscard]] Handle handle_of(const T& record) const noexcept {
    return Handle::of(store_, store_.index_of(&reinterpret_cast<const std::byte&>(record)));
  }

  /// Erases the record at an iterator.
  ///
  /// Returns: an iterator to the next record.
  /// Invalidates: that record's address, handle and iterators; no others.
  iterator erase(const_iterator at) noexcept {
    iterator next(&store_, at.at_);
    ++next;
    erase_slot(store_.index_of(at.at_));
    store_.freed_before(next.at_);
    return next;
  }

  /// Erases every record for which `predicate(const T&)` is true. The predicate must not change the pool.
  ///
  /// Effects: asks for all records before the first is erased. What it learns takes a bit a record, charged to the
  /// budget while it runs; a pool of few records and a predicate that is noexcept take none.
  /// Returns: how many were erased.
  /// Throws: what the predicate throws; as `emplace` when the bits cannot be had. Nothing has changed then.
  template <std::predicate<const T&> Predicate>
  std::size_t erase_if(Predicate predicate) {
    const std::size_t before = size();
#if defined(__cpp_exceptions)
    constexpr bool may_throw = !std::is_nothrow_invocable_v<Predicate&, const T&>;
#else
    constexpr bool may_throw = false;
#endif
    if constexpr (may_throw) {
      detail::bit_scratch chosen(before, store_.budget());
      std::size_t nth = 0;
      store_.for_each([&](std::byte* at, std::uint32_t) {
        if (predicate(std::as_const(record_at(at)))) chosen.set(nth);
        ++nth;
      });
      nth = 0;
      store_.for_each([&](std::byte*, std::uint32_t index) {
        if (chosen.test(nth++)) erase_slot(index);
      });
    } else {
      store_.for_each([&](std::byte* at, std::uint32_t index) {
        if (predicate(std::as_const(record_at(at)))) erase_slot(index);
      });
    }
    return before - size();
  }

  /// Destroys every record. One slab may stay as a spare; `trim` gives it back, too.
  void clear() noexcept {
    destroy_records();
    store_.clear();
  }

  /// Gives slabs without a record, and the pages behind the last record of each other slab, back to the system and to
  /// the budget. Invalidates: nothing.
  void trim() noexcept { store_.trim(); }

  // ---- iteration
  // -----------------------------------------------------------------------------------------------------------------

  /// Live records, in slot order.
  ///
  /// Iterators are forward iterators. Erasing its record invalidates one, moving or swapping the pool all of them.
  [[nodiscard]] iterator begin() noexcept { return {&store_, store_.first()}; }
  [[nodiscard]] iterator end() noexcept { return {&store_, {}}; }
  [[nodiscard]] const_iterator begin() const noexcept { return {&store_, store_.first()}; }
  [[nodiscard]] const_iterator end() const noexcept { return {&store_, {}}; }
  [[nodiscard]] const_iterator cbegin() const noexcept { return begin(); }
  [[nodiscard]] const_iterator cend() const noexcept { return end(); }

  /// Calls `f(T&)` for each record in slot order; the fastest way to visit them all.
  ///
  /// f may erase the record that it is given, and no other, and must not insert.
  template <std::invocable<T&> F>
  void for_each(F f) {
    store_.for_each([&](std::byte* at, std::uint32_t) { f(record_at(at)); });
  }
  /// \overload
  template <std::invocable<const T&> F>
  void for_each(F f) const {
    store_.for_each([&](std::byte* at, std::uint32_t) { f(std::as_const(record_at(at))); });
  }

  // ---- figures
  // -------------------------------------------------------------------------------------------------------------------

  /// What the pool took from the system; `total()` is exactly what its budget was charged.
  [[nodiscard]] slotted::footprint footprint() const noexcept {
    slotted::footprint bytes;
    bytes.payload = size() * sizeof(T);
    bytes.idle = (capacity() - size()) * sizeof(T);
    bytes.overhead = store_.held() - bytes.payload - bytes.idle;
    return bytes;
  }

 protected:
  /// The record at an address, by pointer, for T may overload its unary `&`.
  [[nodiscard]] static T* record_pointer(std::byte* at) noexcept { return std::launder(reinterpret_cast<T*>(at)); }
  /// The record at an address.
  [[nodiscard]] static T& record_at(std::byte* at) noexcept { return *record_pointer(at); }

  /// Destroys the record of a slot and frees the slot.
  void erase_slot(std::uint32_t index) noexcept {
    if constexpr (!std::is_trivially_destructible_v<T>) record_at(store_.address(index)).~T();
    store_.give(index);
  }

  /// The slots.
  Store store_;

 private:
  // The slot is taken before T's constructor runs, which may itself insert into this pool.
  template <class... Args>
  void construct(typename Store::slot slot, Args&&... args) {
    if constexpr (std::is_nothrow_constructible_v<T, Args...>) {
      make(slot.at, std::forward<Args>(args)...);
    } else {
      struct guard {
        Store* store;
        std::uint32_t index;
        ~guard() {
          if (store != nullptr) store->give(index);
        }
      } undo{&store_, slot.index};
      make(slot.at, std::forward<Args>(args)...);
      undo.store = nullptr;
    }
  }
  template <class... Args>
  static void make(std::byte* at, Args&&... args) {
    if constexpr (std::is_aggregate_v<T> && requires { T{std::forward<Args>(args)...}; })
      ::new (static_cast<void*>(at)) T{std::forward<Args>(args)...};
    else
      ::new (static_cast<void*>(at)) T(std::forward<Args>(args)...);
  }

  void destroy_records() noexcept {
    if constexpr (!std::is_trivially_destructible_v<T>)
      store_.for_each([](std::byte* at, std::uint32_t) { record_at(at).~T(); });
  }
  void destroy_all() noexcept {
    destroy_records();
    store_.release_everything();
  }
};
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
