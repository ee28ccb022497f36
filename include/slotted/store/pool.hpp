// slotted: records with identity: stable addresses, 4-byte handles, any one erased at any time.
// SPDX-License-Identifier: MIT
#pragma once

#include <cassert>
#include <compare>
#include <cstddef>
#include <cstdint>

#include <slotted/store/basic_pool.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {

/// What names a record of a pool in 4 bytes. A value-initialised handle is null and belongs to no record.
///
/// T may be incomplete, so that a record can hold handles of its own kind.
template <class T>
class pool_handle {
 public:
  constexpr pool_handle() noexcept = default;
  /// Whether it is not null.
  [[nodiscard]] constexpr explicit operator bool() const noexcept { return value_ != 0; }
  [[nodiscard]] friend constexpr bool operator==(pool_handle, pool_handle) noexcept = default;
  [[nodiscard]] friend constexpr auto operator<=>(pool_handle, pool_handle) noexcept = default;  // slot order
  /// The handle as an integer, for storing it elsewhere; 0 is null.
  [[nodiscard]] constexpr std::uint32_t value() const noexcept { return value_; }
  /// The handle that `value()` came from.
  [[nodiscard]] static constexpr pool_handle from_value(std::uint32_t value) noexcept {
    pool_handle made;
    made.value_ = value;
    return made;
  }

 private:
  template <class, class, class>
  friend class basic_pool;
  template <class Store>
  [[nodiscard]] static constexpr pool_handle of(const Store&, std::uint32_t index) noexcept {
    return from_value(index + 1);
  }
  std::uint32_t value_ = 0;
};

/// Records of one type in slabs, with one bit of overhead each.
///
/// No record ever moves: addresses and handles stay valid until their record is erased. The lowest free slot is reused
/// first, empty slabs go back to the system. A pool moves and swaps in constant time and is not copied: a copy would
/// have other addresses, and handles could not tell whose they are; to copy the records, insert them one by one. Const
/// members may run in parallel; anything else needs the pool to itself.
///
/// A handle knows its slot, not who lived there before: after an erase and an insertion the old handle finds the new
/// record. `checked_pool` tells them apart. Its other members are those of `basic_pool`.
/// \tparam Pages  `page_kind::huge` backs the records with 2 MiB pages, committed and charged in that unit.
template <class T, page_kind Pages = page_kind::base>
class pool : public basic_pool<T, detail::slot_store<detail::fixed_shape<sizeof(T), alignof(T), void, Pages>>,
                               pool_handle<T>> {
  using base = typename pool::basic_pool;

 public:
  /// What `insert` returns: the name of a record.
  using handle = pool_handle<T>;

  using base::base;
  using base::erase;
  using base::swap;

  friend void swap(pool& left, pool& right) noexcept { left.swap(right); }

  /// The record of a handle.
  ///
  /// Preconditions: contains(h).
  /// Complexity: constant, one load beside the record's own.
  [[nodiscard]] T& operator[](handle h) noexcept {
    assert(contains(h));
    return this->record_at(this->store_.address_before(h.value()));
  }
  /// \overload
  [[nodiscard]] const T& operator[](handle h) const noexcept {
    assert(contains(h));
    return this->record_at(this->store_.address_before(h.value()));
  }

  /// Whether there is a record in the handle's slot. A null handle has none.
  [[nodiscard]] bool contains(handle h) const noexcept { return h && this->store_.taken(h.value() - 1); }

  /// The record of a handle, or null when there is none in its slot.
  [[nodiscard]] T* find(handle h) noexcept {
    return contains(h) ? this->record_pointer(this->store_.address_before(h.value())) : nullptr;
  }
  /// \overload
  [[nodiscard]] const T* find(handle h) const noexcept {
    return contains(h) ? this->record_pointer(this->store_.address_before(h.value())) : nullptr;
  }

  /// Erases a record.
  ///
  /// Preconditions: contains(h).
  /// Effects: destroys the record and frees its slot; a slab that becomes empty goes back to the system but for one
  /// spare. Complexity: constant; the bytes of a trivially destructible record are not touched. Invalidates: that
  /// record's address, handle and iterators; no others.
  void erase(handle h) noexcept {
    assert(contains(h));
    this->erase_slot(h.value() - 1);
  }
};

}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted

template <class T>
struct std::hash<slotted::pool_handle<T>> {
  [[nodiscard]] std::size_t operator()(slotted::pool_handle<T> each) const noexcept {
    return static_cast<std::size_t>(each.value() * std::uint64_t{0x9E3779B97F4A7C15} >> 16);
  }
};
