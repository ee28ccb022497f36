// slotted: a pool whose handles know for ever when their record is gone.
// SPDX-License-Identifier: MIT
#pragma once

#include <cassert>
#include <compare>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>

#include <slotted/memory/text_error.hpp>
#include <slotted/store/basic_pool.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {

/// Thrown by `checked_pool::at` for a handle whose record is gone; `what()` says which.
class stale_handle : public std::out_of_range {
 public:
  using std::out_of_range::out_of_range;
};

namespace detail {

[[noreturn]] inline void throw_stale_handle(std::uint32_t slot, std::uint64_t generation) {
  const std::string text = slot == 0xFFFFFFFF ? std::string("a null handle has no record")
                                              : "stale handle: record " + std::to_string(generation) + " of slot " +
                                                    std::to_string(slot) + " is gone";
  throw_with_text<stale_handle>(text);
}

}  // namespace detail

template <class T, std::unsigned_integral Generation, page_kind Pages>
class checked_pool;

/// What names a record of a checked_pool. A value-initialised handle is null and belongs to no record.
///
/// T may be incomplete, so that a record can hold handles of its own kind.
template <class T>
class checked_handle {
 public:
  constexpr checked_handle() noexcept = default;
  /// Whether it is not null.
  [[nodiscard]] constexpr explicit operator bool() const noexcept { return slot_ != 0; }
  [[nodiscard]] friend constexpr bool operator==(checked_handle, checked_handle) noexcept = default;
  [[nodiscard]] friend constexpr auto operator<=>(checked_handle, checked_handle) noexcept = default;
  /// The handle as an integer, for storing it elsewhere; 0 is null.
  [[nodiscard]] constexpr std::uint64_t value() const noexcept { return std::uint64_t{generation_} << 32 | slot_; }
  /// The handle that `value()` came from.
  ///
  /// Preconditions: a handle gave that number, however long ago; a number that none ever gave may name a slot that is
  /// free.
  [[nodiscard]] static constexpr checked_handle from_value(std::uint64_t value) noexcept {
    checked_handle made;
    made.slot_ = static_cast<std::uint32_t>(value);
    made.generation_ = static_cast<std::uint32_t>(value >> 32);
    return made;
  }

 private:
  template <class, std::unsigned_integral, page_kind>
  friend class checked_pool;
  template <class, class, class>
  friend class basic_pool;
  template <class Store>
  [[nodiscard]] static checked_handle of(const Store& store, std::uint32_t index) noexcept {
    checked_handle made;
    made.slot_ = index + 1;
    made.generation_ = static_cast<std::uint32_t>(store.generation(index));
    return made;
  }

  std::uint32_t slot_ = 0;  // its number plus one
  std::uint32_t generation_ = 0;
};

/// A `pool` with 8-byte handles that carry a generation, so that a stale handle is known as one for ever.
///
/// Each slot counts the insertions and erasures that it has seen: in a byte, and in three more for a group of 64 slots
/// of which one has seen 127 records. Where the budget has no room for these, the slot rests until it has; `reserve`
/// charges them with the rest. A slot whose counter has reached its last value is retired: it is not reused. The
/// counters outlive their slab, `clear` and `trim`: a pool that gave everything back begins above every generation that
/// was handed out. They go with the records when a pool moves or swaps: it is the pool that has the records now that
/// knows their handles, stale ones included.
/// \tparam Generation  an unsigned type; smaller ones retire slots sooner.
template <class T, std::unsigned_integral Generation = std::uint32_t, page_kind Pages = page_kind::base>
class checked_pool
    : public basic_pool<T, detail::slot_store<detail::fixed_shape<sizeof(T), alignof(T), Generation, Pages>>,
                        checked_handle<T>> {
  static_assert(sizeof(Generation) <= 4, "a generation has at most 4 bytes");
  using base = typename checked_pool::basic_pool;

 public:
  /// What `insert` returns: the name of a record.
  using handle = checked_handle<T>;

  using base::base;
  using base::erase;
  using base::swap;

  friend void swap(checked_pool& left, checked_pool& right) noexcept { left.swap(right); }

  /// The record of a handle.
  ///
  /// Preconditions: contains(h). `at` checks it, and `find`.
  [[nodiscard]] T& operator[](handle h) noexcept {
    assert(contains(h));
    return this->record_at(this->store_.address_before(h.slot_));
  }
  /// \overload
  [[nodiscard]] const T& operator[](handle h) const noexcept {
    assert(contains(h));
    return this->record_at(this->store_.address_before(h.slot_));
  }

  /// The record of a handle. Throws: `stale_handle` when it is gone, or the handle is null.
  [[nodiscard]] T& at(handle h) {
    if (!contains(h)) detail::throw_stale_handle(h.slot_ - 1, h.generation_ / 2);
    return (*this)[h];
  }
  /// \overload
  [[nodiscard]] const T& at(handle h) const {
    if (!contains(h)) detail::throw_stale_handle(h.slot_ - 1, h.generation_ / 2);
    return (*this)[h];
  }

  /// The record of a handle, or null when it is gone.
  [[nodiscard]] T* find(handle h) noexcept {
    return contains(h) ? this->record_pointer(this->store_.address_before(h.slot_)) : nullptr;
  }
  /// \overload
  [[nodiscard]] const T* find(handle h) const noexcept {
    return contains(h) ? this->record_pointer(this->store_.address_before(h.slot_)) : nullptr;
  }

  /// Whether the handle's own record is in the pool.
  [[nodiscard]] bool contains(handle h) const noexcept {
    return h.generation_ % 2 == 1 && this->store_.has_generation(h.slot_ - 1, h.generation_);
  }

  /// Erases a record.
  ///
  /// Throws: `stale_handle` when it is gone already; nothing has changed then.
  /// Invalidates: that record's address, handle and iterators; no others.
  void erase(handle h) {
    if (!try_erase(h)) detail::throw_stale_handle(h.slot_ - 1, h.generation_ / 2);
  }
  /// As `erase`. Returns: whether the record was there.
  [[nodiscard]] bool try_erase(handle h) noexcept {
    if (!contains(h)) return false;
    this->erase_slot(h.slot_ - 1);
    return true;
  }
};

}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted

template <class T>
struct std::hash<slotted::checked_handle<T>> {
  [[nodiscard]] std::size_t operator()(slotted::checked_handle<T> each) const noexcept {
    return static_cast<std::size_t>(each.value() * std::uint64_t{0x9E3779B97F4A7C15} >> 16);
  }
};
