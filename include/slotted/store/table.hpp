// slotted: records as columns: every field in an array of its own, rows by number, in slabs that never move.
// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cassert>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include <slotted/algorithm.hpp>
#include <slotted/memory/budget.hpp>
#include <slotted/memory/footprint.hpp>
#include <slotted/memory/text_error.hpp>
#include <slotted/record/leaves.hpp>
#include <slotted/record/row.hpp>
#include <slotted/store/column_store.hpp>
#include <slotted/store/table_layout.hpp>
#include <slotted/store/table_view.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {

namespace detail {

[[noreturn]] inline void throw_no_such_row(std::uint64_t row, std::uint64_t first, std::uint64_t end) {
  throw_with_text<std::out_of_range>("no row " + std::to_string(row) + ": the table has rows [" +
                                     std::to_string(first) + ", " + std::to_string(end) + ")");
}

// Scratch of an algorithm: charged while it lasts.
template <class V>
class scratch {
 public:
  scratch(std::size_t count, memory_budget* budget) : budget_(budget), run_(page_run::try_reserve(count * sizeof(V))) {
    commit_outcome outcome = commit_outcome::out_of_memory;
    if (run_) outcome = run_.try_commit(count * sizeof(V), budget);
    if (outcome != commit_outcome::done) throw_no_memory(outcome, budget);
  }
  scratch(const scratch&) = delete;
  scratch& operator=(const scratch&) = delete;
  ~scratch() { run_.release(budget_); }
  [[nodiscard]] V* data() const noexcept { return reinterpret_cast<V*>(run_.data()); }

 private:
  memory_budget* budget_;
  page_run run_;
};

}  // namespace detail

/// Records kept field by field, without padding: a row is read and written as a T, a column as an array.
///
/// A field that is a record itself is taken apart into columns called "outer.inner"; a bool takes one bit, an optional
/// its value and one bit. Rows have numbers, which `pop_front` does not change: `rows[i]` takes i in [first_row(),
/// first_row() + size()). Rows enter at the back, in slabs that never move once the table has 64 KiB; slabs whose rows
/// have left at the front go back to the system. Keys are names ("x", "inner.x"), member pointers and paths. Const
/// members may run in parallel; anything else needs the table to itself. A table is moved and swapped with its budget
/// and not copied; `append` copies rows.
template <recordable T>
class table {
  using layout = detail::table_layout<T>;
  using access = detail::table_access<T>;
  using indices = std::make_index_sequence<layout::leaf_count>;

  static_assert(layout::leaf_count != 0, "table: the record has no field, so there is nothing to keep");
  static_assert(
      []<std::size_t... L>(std::index_sequence<L...>) {
        return (detail::is_column_value<typename layout::template storage<L>::value> && ...);
      }(indices{}),
      "table: every field must be trivially copyable and aligned to at most 64 bytes; keep what owns memory "
      "(std::string) in a pool, or make "
      "it a symbol");

  template <key K>
  using value_of = leaf_type_of<T, K>;

 public:
  using value_type = T;
  using size_type = std::size_t;
  using difference_type = std::ptrdiff_t;
  using const_iterator = detail::position_iterator<detail::row_source<T>, const T>;
  using iterator = const_iterator;

  /// Bits that a row takes: no padding, a bool one bit, an optional one more than its value.
  static constexpr std::size_t bits_per_row = layout::columns.bits_per_row;
  /// Bits that a row takes in each column, in the order of the record's leaves.
  static constexpr std::array<std::size_t, layout::leaf_count> column_bits = [] {
    std::array<std::size_t, layout::leaf_count> bits{};
    [&]<std::size_t... L>(std::index_sequence<L...>) {
      ((bits[L] = 8 * std::size_t{detail::value_width<typename layout::template storage<L>::value>} +
                  layout::template storage<L>::bits),
       ...);
    }(indices{});
    return bits;
  }();
  /// Rows in a slab.
  static constexpr std::size_t slab_rows = std::size_t{1} << layout::shift;

  /// An empty table that is charged to no budget. It holds nothing until the first row.
  table() noexcept : store_(layout::value, nullptr) {}
  /// An empty table that is charged to `budget`, which outlives it.
  explicit table(memory_budget& budget) noexcept : store_(layout::value, &budget) {}
  table(const table&) = delete;
  table& operator=(const table&) = delete;
  /// Takes over rows, row numbers and budget; `other` is empty and keeps its budget.
  table(table&& other) noexcept = default;
  /// Gives back what this table has, then takes over rows, row numbers and budget of `other`, which is empty.
  table& operator=(table&& other) noexcept {
    table(std::move(other)).swap(*this);
    return *this;
  }
  ~table() = default;
  /// Exchanges rows, row numbers and budgets. Complexity: constant.
  void swap(table& other) noexcept { store_.swap(other.store_); }
  friend void swap(table& left, table& right) noexcept { left.swap(right); }

  [[nodiscard]] std::size_t size() const noexcept { return store_.size(); }  ///< rows
  /// Whether there is no row.
  [[nodiscard]] bool empty() const noexcept { return size() == 0; }
  [[nodiscard]] std::uint64_t first_row() const noexcept { return store_.first(); }  ///< the number of the first row
  [[nodiscard]] std::uint64_t end_row() const noexcept { return store_.end(); }      ///< the number of the next row
  /// How many rows the memory held now has room for.
  [[nodiscard]] std::size_t capacity() const noexcept {
    return detail::number_cast<std::size_t>(store_.limit() - store_.first());
  }
  [[nodiscard]] memory_budget* budget() const noexcept { return store_.budget(); }  ///< or null

  // ---- reading

  /// The row with a number, by value: `rows[i].x` loads one value from one column.
  ///
  /// The T is const, because assigning to its members would change a copy: use `set<K>`.
  /// Preconditions: first_row() <= i < end_row().
  [[gnu::always_inline]] [[nodiscard]] const T operator[](std::uint64_t i) const noexcept {
    assert(has_row(i));
    return access::row(store_, i);
  }
  /// As `operator[]`. Throws: `std::out_of_range`, which names the row, when there is none.
  [[nodiscard]] const T at(std::uint64_t i) const {
    check_row(i);
    return (*this)[i];
  }
  [[nodiscard]] const T front() const noexcept { return (*this)[first_row()]; }   ///< Preconditions: !empty().
  [[nodiscard]] const T back() const noexcept { return (*this)[end_row() - 1]; }  ///< Preconditions: !empty().

  /// One value. Preconditions: first_row() <= i < end_row().
  template <key K>
    requires has_leaf<T, K>
  [[nodiscard]] value_of<K> get(std::uint64_t i) const noexcept {
    assert(has_row(i));
    return access::template load<leaf_index<T, K>>(store_, detail::one_by_one(i));
  }
  template <key K>
    requires(!has_leaf<T, K>)
  void get(std::uint64_t) const = delete;  // the record has no column of this name, and none can be added

  /// All values of a column, as a random-access range.
  template <key K>
    requires has_leaf<T, K>
  [[nodiscard]] table_column<T, leaf_index<T, K>> column() const noexcept {
    return table_column<T, leaf_index<T, K>>(store_);
  }
  template <key K>
    requires(!has_leaf<T, K>)
  void column() const = delete;  // the record has no column of this name, and none can be added
  /// All values of the L-th leaf of the record: for what goes through all columns.
  template <std::size_t L>
    requires(L < layout::leaf_count)
  [[nodiscard]] table_column<T, L> column_at() const noexcept {
    return table_column<T, L>(store_);
  }

  /// The table slab by slab: in each chunk every column is contiguous. The fastest way to read or write much of it.
  [[nodiscard]] table_chunks<T, true> chunks() const noexcept { return table_chunks<T, true>(store_); }
  /// \overload
  [[nodiscard]] table_chunks<T, false> chunks() noexcept { return table_chunks<T, false>(store_); }

  /// Calls f(column<K>...) for each chunk.
  template <key... K, class F>
    requires(has_leaf<T, K> && ...)
  void for_each_chunk(F f) const {
    for (const auto chunk : chunks()) f(chunk.template column<K>()...);
  }
  /// \overload
  template <key... K, class F>
    requires(has_leaf<T, K> && ...)
  void for_each_chunk(F f) {
    for (const auto chunk : chunks()) f(chunk.template column<K>()...);
  }

  /// The rows from the front, by value: random-access iterators of C++20, also for projections: `find_if(rows, p,
  /// &T::x)`. A table is a sized range and no view.
  ///
  /// A row read this way lasts as long as the expression. What keeps a reference into it dangles, `rows |
  /// std::views::transform(&T::x)` among them: there, say `column<K>()`, or transform with a lambda that returns a
  /// value.
  [[nodiscard]] const_iterator begin() const noexcept { return {{&store_}, first_row()}; }
  [[nodiscard]] const_iterator end() const noexcept { return {{&store_}, end_row()}; }
  [[nodiscard]] const_iterator cbegin() const noexcept { return begin(); }
  [[nodiscard]] const_iterator cend() const noexcept { return end(); }

  // ---- writing

  /// Adds a row at the back.
  ///
  /// Throws: `budget_exceeded`, or `std::bad_alloc` when the system refuses; no row has changed then.
  /// Complexity: amortised constant.
  /// Invalidates: spans and columns, while the table has less than 64 KiB; afterwards nothing.
  void push_back(const T& row) {
    if (store_.end() == store_.limit()) [[unlikely]]
      make_room();
    access::save_row(store_, store_.end(), row);
    store_.push(1);
  }
  /// As `push_back`. Returns: whether there was room.
  [[nodiscard]] bool try_push_back(const T& row) noexcept {
    if (store_.end() == store_.limit()) [[unlikely]]
      if (store_.grow() != commit_outcome::done) return false;
    access::save_row(store_, store_.end(), row);
    store_.push(1);
    return true;
  }
  /// Refused: a row of a derived type would be cut down to its base. Say `static_cast<const T&>(row)` if that is meant.
  template <sliced_row<T> U>
  void push_back(U&&) = delete;  // a row of a derived type would be cut down to its base
  template <sliced_row<T> U>
  void try_push_back(U&&) = delete;  // a row of a derived type would be cut down to its base

  /// As `push_back(T{args...})`.
  template <class... Args>
  void emplace_back(Args&&... args)
    requires makes_row<T, Args...>
  {
    push_back(T{std::forward<Args>(args)...});
  }
  /// As `emplace_back`. Returns: whether there was room.
  template <class... Args>
  [[nodiscard]] bool try_emplace_back(Args&&... args)
    requires makes_row<T, Args...>
  {
    return try_push_back(T{std::forward<Args>(args)...});
  }

  /// Adds the rows of a range at the back, column by column where the range can be read twice.
  ///
  /// Throws: as `push_back`, and what reading the range throws; no row has been added then.
  template <rows_of<T> Range>
  void append(Range&& range) {
    const commit_outcome outcome = append_rows(range);
    if (outcome != commit_outcome::done) detail::throw_no_memory(outcome, store_.budget());
  }
  /// As `append`. Returns: whether there was room; none of the rows has been added if there was not.
  template <rows_of<T> Range>
  [[nodiscard]] bool try_append(Range&& range) {
    return append_rows(range) == commit_outcome::done;
  }
  /// Refused: rows of a derived type would be cut down to their base. Transform them to `const T&` if that is meant.
  template <sliced_rows<T> Range>
  void append(Range&&) = delete;  // rows of a derived type would be cut down to their base
  template <sliced_rows<T> Range>
  void try_append(Range&&) = delete;  // rows of a derived type would be cut down to their base

  /// Writes a whole row. Preconditions: first_row() <= i < end_row().
  void set(std::uint64_t i, const T& row) noexcept {
    assert(has_row(i));
    access::save_row(store_, i, row);
  }
  template <sliced_row<T> U>
  void set(std::uint64_t, U&&) = delete;  // a row of a derived type would be cut down to its base
  /// Writes one value. Preconditions: first_row() <= i < end_row().
  template <key K>
    requires has_leaf<T, K>
  void set(std::uint64_t i, const std::type_identity_t<value_of<K>>& value) noexcept {
    assert(has_row(i));
    access::template save<leaf_index<T, K>>(store_, i, value);
  }
  template <key K, class V>
    requires(!has_leaf<T, K>)
  void set(std::uint64_t, V&&) = delete;  // the record has no column of this name, and none can be added

  /// Reads a row, calls f(T&) and writes what it has become.
  ///
  /// Throws: what f throws; the row has not changed then. Preconditions: first_row() <= i < end_row().
  template <std::invocable<T&> F>
  void modify(std::uint64_t i, F&& f) {
    T row = (*this)[i];
    std::forward<F>(f)(row);
    set(i, row);
  }

  /// Makes room for `rows` rows in all, now, so that adding them cannot fail for want of memory.
  ///
  /// Throws: as `push_back`. Memory that was committed before the failure is kept, and counted as idle.
  void reserve(std::size_t rows) {
    if (const commit_outcome outcome = store_.reserve(rows); outcome != commit_outcome::done)
      detail::throw_no_memory(outcome, store_.budget());
  }
  /// As `reserve`. Returns: whether there is room now.
  [[nodiscard]] bool try_reserve(std::size_t rows) noexcept { return store_.reserve(rows) == commit_outcome::done; }

  // ---- removing

  /// Removes the first rows; whole slabs go back to the system, but for one that will serve at the back.
  ///
  /// Preconditions: rows <= size(). Effects: first_row() grows by `rows`; other rows keep their numbers. Complexity:
  /// linear in slabs.
  void pop_front(std::size_t rows = 1) noexcept { store_.pop_front(rows); }
  /// Removes the last rows. Preconditions: rows <= size().
  void pop_back(std::size_t rows = 1) noexcept { store_.pop_back(rows); }

  /// Puts the last row in the place of row i and removes it from the back.
  ///
  /// Preconditions: first_row() <= i < end_row(). Complexity: constant.
  void swap_erase(std::uint64_t i) noexcept {
    assert(has_row(i));
    if (i != end_row() - 1) move_row(end_row() - 1, i);
    pop_back();
  }

  /// Removes every row for which `predicate(const T&)` is true; the others keep their order and move up to the front.
  ///
  /// The predicate is asked for all rows before the first one moves.
  /// Returns: how many were removed.
  /// Throws: what the predicate throws, and as `push_back` for a bit a row of scratch; no row has changed then.
  template <std::predicate<const T&> Predicate>
  std::size_t erase_if(Predicate predicate) {
    if (empty()) return 0;
    const detail::scratch<std::uint64_t> gone((size() + 63) / 64, store_.budget());
    for (std::size_t i = 0; i < size(); ++i) {
      const bool erased = predicate((*this)[first_row() + i]);
      gone.data()[i / 64] |= std::uint64_t{erased} << (i % 64);
    }
    std::uint64_t kept = first_row();
    for (std::size_t i = 0; i < size(); ++i) {
      if ((gone.data()[i / 64] >> (i % 64) & 1) != 0) continue;
      if (kept != first_row() + i) move_row(first_row() + i, kept);
      ++kept;
    }
    const auto erased = static_cast<std::size_t>(end_row() - kept);
    pop_back(erased);
    return erased;
  }

  /// Removes every row; the numbers go on. One slab may stay; `trim` gives it back, too.
  void clear() noexcept { pop_front(size()); }
  /// Gives every page behind the rows back to the system and to the budget. Invalidates: nothing.
  void trim() noexcept { store_.trim(); }

  // ---- order

  /// Sorts the rows by a column, by `<`; equal ones keep their order.
  ///
  /// Throws: what the comparison throws, and as `push_back` for 8 bytes a row of scratch; no row has changed then.
  /// Complexity: O(n) when the rows are in order already, else O(n log n) comparisons and n moves.
  template <key K>
    requires has_leaf<T, K>
  void sort_by() {
    constexpr std::size_t leaf = leaf_index<T, K>;
    const auto value = [this](std::uint64_t row) { return access::template load<leaf>(store_, row); };
    std::uint64_t in_order = first_row();
    while (in_order + 1 < end_row() && !(value(in_order + 1) < value(in_order))) ++in_order;
    if (in_order + 1 >= end_row()) return;
    const detail::scratch<std::uint64_t> order(size(), store_.budget());
    for (std::size_t i = 0; i < size(); ++i) order.data()[i] = first_row() + i;
    detail::sort(order.data(), order.data() + size(), [&](std::uint64_t a, std::uint64_t b) {
      const auto left = value(a);
      const auto right = value(b);
      if (left < right) return true;
      return !(right < left) && a < b;
    });
    permute(order.data());
  }

  /// The number of the first row whose column K is not less than `value`; end_row() when there is none.
  ///
  /// Preconditions: the rows are sorted by K. Complexity: O(log n).
  template <key K>
    requires has_leaf<T, K>
  [[nodiscard]] std::uint64_t lower_bound(const std::type_identity_t<value_of<K>>& value) const {
    std::uint64_t first = first_row();
    for (std::uint64_t length = size(); length != 0;) {
      const std::uint64_t half = length / 2;
      if (get<K>(first + half) < value) {
        first += half + 1;
        length -= half + 1;
      } else {
        length = half;
      }
    }
    return first;
  }

  /// Whether two tables have equal rows in the same order, whatever their numbers.
  [[nodiscard]] friend bool operator==(const table& left, const table& right) {
    if (left.size() != right.size()) return false;
    return
        [&]<std::size_t... L>(std::index_sequence<L...>) { return (equal_columns<L>(left, right) && ...); }(indices{});
  }

  /// What the table took from the system; `total()` is exactly what its budget was charged.
  ///
  /// The payload is `bits_per_row` of each row, rounded up to a byte in all.
  [[nodiscard]] slotted::footprint footprint() const noexcept {
    slotted::footprint bytes;
    bytes.payload = bytes_of(size());
    bytes.idle = detail::min_of(bytes_of(detail::number_cast<std::size_t>(store_.limit() - store_.end())),
                                store_.held() - bytes.payload);
    bytes.overhead = store_.held() - bytes.payload - bytes.idle;
    return bytes;
  }

 private:
  static constexpr std::size_t bytes_of(std::size_t rows) noexcept {
    return bits_per_row / 8 * rows + (bits_per_row % 8 * rows + 7) / 8;
  }

  [[nodiscard]] bool has_row(std::uint64_t i) const noexcept { return i - store_.first() < size(); }
  void check_row(std::uint64_t i) const {
    if (!has_row(i)) detail::throw_no_such_row(i, store_.first(), store_.end());
  }
  [[gnu::noinline]] void make_room() {
    if (const commit_outcome outcome = store_.grow(); outcome != commit_outcome::done)
      detail::throw_no_memory(outcome, store_.budget());
  }

  void move_row(std::uint64_t from, std::uint64_t to) noexcept {
    [&]<std::size_t... L>(std::index_sequence<L...>) {
      (access::template save<L>(store_, to, access::template load<L>(store_, from)), ...);
    }(indices{});
  }

  // Row first_row() + i becomes what row order[i] is; order is used up.
  void permute(std::uint64_t* order) noexcept {
    for (std::size_t i = 0; i < size(); ++i) {
      if (order[i] == first_row() + i) continue;
      const T displaced = (*this)[first_row() + i];
      std::size_t hole = i;
      for (;;) {
        const auto next = static_cast<std::size_t>(order[hole] - first_row());
        order[hole] = first_row() + hole;
        if (next == i) break;
        move_row(first_row() + next, first_row() + hole);
        hole = next;
      }
      access::save_row(store_, first_row() + hole, displaced);
    }
  }

  template <std::size_t L>
  static bool equal_columns(const table& left, const table& right) {
    for (std::uint64_t i = 0; i < left.size(); ++i)
      if (!detail::same_value(access::template load<L>(left.store_, left.first_row() + i),
                              access::template load<L>(right.store_, right.first_row() + i)))
        return false;
    return true;
  }

  template <class Range>
  commit_outcome append_rows(Range& range) {
    auto from = std::begin(range);
    const auto end = std::end(range);
    if constexpr (std::forward_iterator<decltype(from)>) {
      const auto rows = static_cast<std::size_t>(std::distance(from, end));
      if (const commit_outcome outcome = store_.reserve(size() + rows); outcome != commit_outcome::done) return outcome;
      // Column by column in runs that stay in the cache.
      constexpr std::size_t run_rows = 256;
      for (std::size_t done = 0; done < rows;) {
        const std::uint64_t first = store_.end() + done;
        const std::size_t run = detail::min_of(detail::min_of(run_rows, rows - done),
                                               slab_rows - detail::number_cast<std::size_t>(first % slab_rows));
        auto next = from;
        [&]<std::size_t... L>(std::index_sequence<L...>) {
          ((next = append_column<L>(from, first, run)), ...);
        }(indices{});
        from = next;
        done += run;
      }
      store_.push(rows);
    } else {
      struct guard {
        table* self;
        std::size_t before;
        ~guard() {
          if (self != nullptr) self->pop_back(self->size() - before);
        }
      } undo{this, size()};
      for (; from != end; ++from) {
        if (store_.end() == store_.limit())
          if (const commit_outcome outcome = store_.grow(); outcome != commit_outcome::done) return outcome;
        access::save_row(store_, store_.end(), *from);
        store_.push(1);
      }
      undo.self = nullptr;
    }
    return commit_outcome::done;
  }
  template <std::size_t L, class Iterator>
  Iterator append_column(Iterator from, std::uint64_t first, std::size_t rows) {
    for (std::size_t i = 0; i < rows; ++i, ++from) {
      const T& row = *from;
      access::template save<L>(store_, first + i, layout::fields::template get<L>(row));
    }
    return from;
  }

  detail::column_store store_;
};

}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
