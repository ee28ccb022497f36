// slotted: what a table is read through: columns, chunks, spans of bits, iterators over rows.
// SPDX-License-Identifier: MIT
#pragma once

#include <bit>
#include <cassert>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>  // and with it what iterators say of themselves: <iterator> is 2,000 lines more
#include <type_traits>

#include <slotted/algorithm.hpp>
#include <slotted/record/arrow_value.hpp>
#include <slotted/record/leaves.hpp>
#include <slotted/store/column_store.hpp>
#include <slotted/store/table_layout.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {

namespace detail {

template <class>
inline constexpr bool never = false;

// A random-access iterator over positions of a source that gives values: source.at_position(i).
template <class Source, class Value>
class position_iterator {
 public:
  using iterator_concept = std::random_access_iterator_tag;
  using iterator_category = std::input_iterator_tag;  // it gives values, which C++17 does not call a forward iterator
  using value_type = std::remove_const_t<Value>;
  using difference_type = std::ptrdiff_t;
  using reference = Value;
  using pointer = arrow_value<value_type>;

  position_iterator() noexcept = default;
  position_iterator(Source source, std::uint64_t position) noexcept : source_(source), position_(position) {}

  [[nodiscard]] reference operator*() const noexcept { return source_.at_position(position_); }
  [[nodiscard]] pointer operator->() const noexcept { return {source_.at_position(position_)}; }
  [[nodiscard]] reference operator[](difference_type n) const noexcept { return *(*this + n); }

  position_iterator& operator+=(difference_type n) noexcept {
    position_ += static_cast<std::uint64_t>(n);
    return *this;
  }
  position_iterator& operator-=(difference_type n) noexcept {
    position_ -= static_cast<std::uint64_t>(n);
    return *this;
  }
  position_iterator& operator++() noexcept { return *this += 1; }
  position_iterator& operator--() noexcept { return *this -= 1; }
  position_iterator operator++(int) noexcept {
    position_iterator before = *this;
    ++*this;
    return before;
  }
  position_iterator operator--(int) noexcept {
    position_iterator before = *this;
    --*this;
    return before;
  }
  [[nodiscard]] friend position_iterator operator+(position_iterator it, difference_type n) noexcept { return it += n; }
  [[nodiscard]] friend position_iterator operator+(difference_type n, position_iterator it) noexcept { return it += n; }
  [[nodiscard]] friend position_iterator operator-(position_iterator it, difference_type n) noexcept { return it -= n; }
  [[nodiscard]] friend difference_type operator-(const position_iterator& left,
                                                 const position_iterator& right) noexcept {
    return static_cast<difference_type>(left.position_ - right.position_);
  }
  [[nodiscard]] friend bool operator==(const position_iterator& left, const position_iterator& right) noexcept {
    return left.position_ == right.position_;
  }
  [[nodiscard]] friend std::strong_ordering operator<=>(const position_iterator& left,
                                                        const position_iterator& right) noexcept {
    return left.position_ <=> right.position_;
  }

 private:
  Source source_{};
  std::uint64_t position_ = 0;
};

}  // namespace detail

/// A view of bits that stand one after the other: the values of a bool column within a chunk.
///
/// A random-access, sized and borrowed range and a view: its iterators look at the words, not at it. Valid until the
/// table changes.
class bit_span {
 public:
  using value_type = bool;
  using iterator = detail::position_iterator<bit_span, bool>;

  bit_span() noexcept = default;
  /// `size` bits from bit `offset` of the words on.
  bit_span(const std::uint64_t* words, std::size_t offset, std::size_t size) noexcept
      : words_(words), offset_(offset), size_(size) {}

  /// The number of elements.
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  /// Whether there are none.
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  /// Preconditions: i < size().
  [[nodiscard]] bool operator[](std::size_t i) const noexcept {
    assert(i < size_);
    return (words_[(offset_ + i) / 64] >> ((offset_ + i) % 64) & 1) != 0;
  }
  [[nodiscard]] iterator begin() const noexcept { return {*this, 0}; }
  [[nodiscard]] iterator end() const noexcept { return {*this, size_}; }

  /// How many bits are set. Complexity: linear, 64 bits a step.
  [[nodiscard]] std::size_t count() const noexcept {
    std::size_t set = 0;
    for (std::size_t i = 0; i < size_;) {
      const std::size_t from = (offset_ + i) % 64;
      const std::size_t bits = 64 - from < size_ - i ? 64 - from : size_ - i;
      const std::uint64_t word = words_[(offset_ + i) / 64] >> from;
      set += static_cast<std::size_t>(std::popcount(bits == 64 ? word : word & ((std::uint64_t{1} << bits) - 1)));
      i += bits;
    }
    return set;
  }

  /// For the iterators: the element at a position.
  [[nodiscard]] bool at_position(std::uint64_t i) const noexcept {
    return (*this)[detail::number_cast<std::size_t>(i)];
  }

 private:
  const std::uint64_t* words_ = nullptr;
  std::size_t offset_ = 0;
  std::size_t size_ = 0;
};

/// A view of optional values within a chunk: their presence bits beside their values, which are bits where they are
/// bool.
///
/// A random-access, sized and borrowed range and a view. Valid until the table changes.
template <class U>
class optional_span {
  static constexpr bool of_bits = std::is_same_v<U, bool>;
  using stored = std::conditional_t<of_bits, bit_span, const U*>;

 public:
  using value_type = std::optional<U>;
  using iterator = detail::position_iterator<optional_span, std::optional<U>>;

  optional_span() noexcept = default;
  /// `values[i]` is the i-th element where bit i of `present` is set.
  optional_span(stored values, bit_span present) noexcept : values_(values), present_(present) {}

  /// The number of elements.
  [[nodiscard]] std::size_t size() const noexcept { return present_.size(); }
  /// Whether there are none.
  [[nodiscard]] bool empty() const noexcept { return present_.empty(); }
  /// The i-th element. Preconditions: i < size().
  [[nodiscard]] std::optional<U> operator[](std::size_t i) const noexcept {
    return present_[i] ? std::optional<U>(values_[i]) : std::nullopt;
  }
  [[nodiscard]] iterator begin() const noexcept { return {*this, 0}; }
  [[nodiscard]] iterator end() const noexcept { return {*this, size()}; }
  /// Which rows have a value.
  [[nodiscard]] bit_span present() const noexcept { return present_; }
  /// All values, as a std::span, or for bool as a bit_span; a row without one has a value-initialised one here, or for
  /// bool any.
  [[nodiscard]] auto values() const noexcept {
    if constexpr (of_bits)
      return values_;
    else
      return std::span<const U>(values_, size());
  }

  /// For the iterators: the element at a position.
  [[nodiscard]] std::optional<U> at_position(std::uint64_t i) const noexcept {
    return (*this)[detail::number_cast<std::size_t>(i)];
  }

 private:
  stored values_{};
  bit_span present_;
};

namespace detail {

// The same number, of which g++ knows nothing more: at -O3 it would make gathers of a loop over rows, for which it
// takes the numbers of slabs apart one by one, at twice the time of loading value by value.
[[gnu::always_inline]] inline std::uint64_t one_by_one(std::uint64_t row) noexcept {
#if defined(__GNUC__) && !defined(__clang__)
  __asm__("" : "+r"(row));
#endif
  return row;
}

// The addresses of a table's values, with the layout known to the compiler.
template <class T>
struct table_access {
  using layout = table_layout<T>;

  template <std::size_t L>
  using stored = typename layout::template storage<L>::value;

  template <std::size_t L>
  [[nodiscard]] static stored<L>* value(const column_store& store, std::uint64_t row) noexcept {
    return reinterpret_cast<stored<L>*>(
        store.value<layout::count, layout::shift>(layout::columns.places[L].value, row, sizeof(stored<L>)));
  }
  template <std::size_t L>
  [[nodiscard]] static std::uint64_t* word(const column_store& store, std::uint64_t row, std::size_t which) noexcept {
    return store.word<layout::count, layout::shift>(layout::columns.places[L].bit + which, row);
  }
  template <std::size_t L>
  [[nodiscard]] static bool bit(const column_store& store, std::uint64_t row, std::size_t which = 0) noexcept {
    return (*word<L>(store, row, which) >> (row % 64) & 1) != 0;
  }
  template <std::size_t L>
  static void set_bit(const column_store& store, std::uint64_t row, std::size_t which, bool on) noexcept {
    std::uint64_t& bits = *word<L>(store, row, which);
    bits = (bits & ~(std::uint64_t{1} << (row % 64))) | std::uint64_t{on} << (row % 64);
  }

  template <std::size_t L>
  [[gnu::always_inline]] [[nodiscard]] static typename layout::template leaf<L> load(const column_store& store,
                                                                                     std::uint64_t row) noexcept {
    using leaf = typename layout::template leaf<L>;
    using storage = typename layout::template storage<L>;
    if constexpr (storage::optional) {
      if (!bit<L>(store, row)) return std::nullopt;
      if constexpr (std::is_void_v<stored<L>>)
        return bit<L>(store, row, 1);
      else
        return leaf(*value<L>(store, row));
    } else if constexpr (std::is_void_v<stored<L>>) {
      return bit<L>(store, row);
    } else {
      return *value<L>(store, row);
    }
  }
  template <std::size_t L>
  static void save(const column_store& store, std::uint64_t row,
                   const typename layout::template leaf<L>& from) noexcept {
    using storage = typename layout::template storage<L>;
    if constexpr (storage::optional) {
      set_bit<L>(store, row, 0, from.has_value());
      if constexpr (std::is_void_v<stored<L>>)
        set_bit<L>(store, row, 1, from.value_or(false));
      else if (from.has_value())
        *value<L>(store, row) = *from;
      else  // without a value 0, so that equal rows have equal bytes
        *value<L>(store, row) = stored<L>{};
    } else if constexpr (std::is_void_v<stored<L>>) {
      set_bit<L>(store, row, 0, from);
    } else {
      *value<L>(store, row) = from;
    }
  }

  // Inlined by force, with all that it calls: the row is made of the members that the caller reads, and of no other.
  struct loader {
    const column_store& store;
    std::uint64_t number;
    template <std::size_t L>
    [[gnu::always_inline]] typename layout::template leaf<L> operator()(index_constant<L>) const noexcept {
      return load<L>(store, number);
    }
  };
  [[gnu::always_inline]] [[nodiscard]] static T row(const column_store& store, std::uint64_t number) noexcept {
    return layout::fields::make(loader{store, one_by_one(number)});
  }
  static void save_row(const column_store& store, std::uint64_t number, const T& from) noexcept {
    [&]<std::size_t... L>(std::index_sequence<L...>) {
      (save<L>(store, number, layout::fields::template get<L>(from)), ...);
    }(std::make_index_sequence<layout::leaf_count>{});
  }

  // A column between two rows of one slab.
  template <std::size_t L, bool Const>
  [[nodiscard]] static auto span(const column_store& store, std::uint64_t first, std::size_t rows) noexcept {
    using storage = typename layout::template storage<L>;
    const auto bits = [&](std::size_t which) {
      return bit_span(word<L>(store, first, which), number_cast<std::size_t>(first % 64), rows);
    };
    if constexpr (std::is_void_v<stored<L>>) {
      if constexpr (storage::optional)
        return optional_span<bool>(bits(1), bits(0));
      else
        return bits(0);
    } else if constexpr (storage::optional) {
      return optional_span<stored<L>>(value<L>(store, first), bits(0));
    } else {
      return std::span<std::conditional_t<Const, const stored<L>, stored<L>>>(value<L>(store, first), rows);
    }
  }
};

template <class T, std::size_t L>
struct column_source {
  const column_store* store = nullptr;
  [[nodiscard]] auto at_position(std::uint64_t row) const noexcept {
    return table_access<T>::template load<L>(*store, one_by_one(row));
  }
};

template <class T>
struct row_source {
  const column_store* store = nullptr;
  [[nodiscard]] const T at_position(std::uint64_t row) const noexcept { return table_access<T>::row(*store, row); }
};

}  // namespace detail

template <class T, bool Const>
class table_chunks;

/// All values of one column of a table, as a random-access range that gives values.
///
/// It is sized, borrowed and a view: its iterators look at the table, not at it. Positions count from the table's first
/// row. Valid until the table changes; for loops over much of it, the spans of `for_each_chunk` and of the table's
/// `chunks` are faster.
template <class T, std::size_t L>
class table_column {
 public:
  using value_type = typename leaves<T>::template type<L>;
  using iterator = detail::position_iterator<detail::column_source<T, L>, value_type>;

  /// No values.
  table_column() noexcept = default;
  /// For tables: all rows that there are.
  explicit table_column(const detail::column_store& store) noexcept
      : store_(&store), first_(store.first()), end_(store.end()) {}

  /// The number of elements.
  [[nodiscard]] std::size_t size() const noexcept { return detail::number_cast<std::size_t>(end_ - first_); }
  /// Whether there are none.
  [[nodiscard]] bool empty() const noexcept { return first_ == end_; }
  /// The value of the i-th row from the front. Preconditions: i < size().
  [[nodiscard]] value_type operator[](std::size_t i) const noexcept {
    assert(i < size());
    return detail::table_access<T>::template load<L>(*store_, detail::one_by_one(first_ + i));
  }
  [[nodiscard]] iterator begin() const noexcept { return {{store_}, first_}; }
  [[nodiscard]] iterator end() const noexcept { return {{store_}, end_}; }

  /// Calls f(values) for each chunk: a std::span of constant values, a bit_span, an optional_span.
  template <class F>
  void for_each_chunk(F f) const {
    if (empty()) return;
    for (const auto chunk : table_chunks<T, true>(*store_)) f(chunk.template column_at<L>());
  }

 private:
  const detail::column_store* store_ = nullptr;
  std::uint64_t first_ = 0;
  std::uint64_t end_ = 0;
};

/// Rows of a table that stand in one slab: each column of them is contiguous.
template <class T, bool Const>
class table_chunk {
 public:
  /// For tables: `rows` rows of a slab from row `first` on.
  table_chunk(const detail::column_store& store, std::uint64_t first, std::size_t rows) noexcept
      : store_(&store), first_(first), rows_(rows) {}

  [[nodiscard]] std::uint64_t first_row() const noexcept { return first_; }  ///< the number of its first row
  /// The number of rows.
  [[nodiscard]] std::size_t size() const noexcept { return rows_; }

  /// A column of the chunk: a std::span, of constant values if the table is; for bool a bit_span, for optional an
  /// optional_span.
  template <key K>
    requires has_leaf<T, K>
  [[nodiscard]] auto column() const noexcept {
    return column_at<leaf_index<T, K>>();
  }
  template <key K>
    requires(!has_leaf<T, K>)
  void column() const = delete;  // the record has no column of this name

  /// The values of leaf L of these rows, as `column` gives them.
  template <std::size_t L>
  [[nodiscard]] auto column_at() const noexcept {
    return detail::table_access<T>::template span<L, Const>(*store_, first_, rows_);
  }

 private:
  const detail::column_store* store_;
  std::uint64_t first_;
  std::size_t rows_;
};

/// The chunks of a table, from the front: a forward range of table_chunk.
///
/// It is sized, borrowed and a view: its iterators look at the table, not at it. Valid until the table changes.
template <class T, bool Const>
class table_chunks {
  static constexpr unsigned shift = detail::table_layout<T>::shift;

 public:
  class iterator {
   public:
    using iterator_concept = std::forward_iterator_tag;
    using iterator_category = std::input_iterator_tag;
    using value_type = table_chunk<T, Const>;
    using difference_type = std::ptrdiff_t;
    using reference = value_type;
    using pointer = detail::arrow_value<value_type>;

    iterator() noexcept = default;
    iterator(const detail::column_store* store, std::uint64_t first, std::uint64_t end) noexcept
        : store_(store), first_(first), end_(end) {}

    [[nodiscard]] value_type operator*() const noexcept {
      return {*store_, first_, static_cast<std::size_t>(next() - first_)};
    }
    [[nodiscard]] pointer operator->() const noexcept { return {**this}; }
    iterator& operator++() noexcept {
      first_ = next();
      return *this;
    }
    iterator operator++(int) noexcept {
      iterator before = *this;
      ++*this;
      return before;
    }
    [[nodiscard]] friend bool operator==(const iterator& left, const iterator& right) noexcept {
      return left.first_ == right.first_;
    }

   private:
    [[nodiscard]] std::uint64_t next() const noexcept {
      const std::uint64_t border = ((first_ >> shift) + 1) << shift;
      return border < end_ ? border : end_;
    }
    const detail::column_store* store_ = nullptr;
    std::uint64_t first_ = 0;
    std::uint64_t end_ = 0;
  };

  /// No chunks.
  table_chunks() noexcept = default;
  /// For tables: all rows that there are.
  explicit table_chunks(const detail::column_store& store) noexcept
      : store_(&store), first_(store.first()), end_(store.end()) {}
  [[nodiscard]] iterator begin() const noexcept { return {store_, first_, end_}; }
  [[nodiscard]] iterator end() const noexcept { return {store_, end_, end_}; }
  /// The number of chunks.
  [[nodiscard]] std::size_t size() const noexcept {
    return empty() ? 0 : detail::number_cast<std::size_t>(((end_ - 1) >> shift) - (first_ >> shift)) + 1;
  }
  /// Whether there are none.
  [[nodiscard]] bool empty() const noexcept { return first_ == end_; }

 private:
  const detail::column_store* store_ = nullptr;
  std::uint64_t first_ = 0;
  std::uint64_t end_ = 0;
};

}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted

// std::sort would print pages about the values that it cannot assign to. [namespace.std] grants no overloads; these are
// of an iterator of this library alone, and refuse whatever is asked of them.
namespace std {
template <class Source, class Value>
void sort(slotted::detail::position_iterator<Source, Value>, slotted::detail::position_iterator<Source, Value>) {
  static_assert(slotted::detail::never<Source>, "a table sorts its rows itself, and no iterator can: say sort_by<K>()");
}
template <class Source, class Value, class Less>
void sort(slotted::detail::position_iterator<Source, Value>, slotted::detail::position_iterator<Source, Value>, Less) {
  static_assert(slotted::detail::never<Source>, "a table sorts its rows itself, and no iterator can: say sort_by<K>()");
}
}  // namespace std

// Their iterators look at the table, not at the view.
template <>
inline constexpr bool std::ranges::enable_borrowed_range<slotted::bit_span> = true;
template <>
inline constexpr bool std::ranges::enable_view<slotted::bit_span> = true;
template <class U>
inline constexpr bool std::ranges::enable_borrowed_range<slotted::optional_span<U>> = true;
template <class U>
inline constexpr bool std::ranges::enable_view<slotted::optional_span<U>> = true;
template <class T, std::size_t L>
inline constexpr bool std::ranges::enable_borrowed_range<slotted::table_column<T, L>> = true;
template <class T, bool Const>
inline constexpr bool std::ranges::enable_borrowed_range<slotted::table_chunks<T, Const>> = true;
template <class T, std::size_t L>
inline constexpr bool std::ranges::enable_view<slotted::table_column<T, L>> = true;
template <class T, bool Const>
inline constexpr bool std::ranges::enable_view<slotted::table_chunks<T, Const>> = true;
