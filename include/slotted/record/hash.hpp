// slotted: hashing of records, field by field, for std::hash and for unordered containers of plain structs.
// SPDX-License-Identifier: MIT
#pragma once

#include <slotted/hash_seed.hpp>
#include <slotted/number.hpp>
#include <slotted/record/schema.hpp>
#include <slotted/record/text_hash.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {

template <class T>
concept has_std_hash = std::is_default_constructible_v<std::hash<T>> && requires(const T& v) {
  { std::hash<T>{}(v) } -> std::convertible_to<std::size_t>;
};

// Known by their shape, so that <array>, <optional> and <chrono> need not be included.
template <class T>
concept array_like = has_tuple_protocol<T> && requires(const T& v) {
  typename T::value_type;
  v.data();
  v.size();
};
template <class T>
concept optional_like = requires(T& v, const T& c) {
  typename T::value_type;
  c.has_value();
  *c;
  v.reset();
};
template <class T>
concept duration_like = requires(const T& v) {
  typename T::rep;
  typename T::period;
  v.count();
};
template <class T>
concept time_point_like = requires(const T& v) {
  typename T::clock;
  typename T::duration;
  v.time_since_epoch();
};

template <class T>
consteval bool is_hashable() {
  if constexpr (has_std_hash<T>) {
    return true;
  } else if constexpr (array_like<T> || optional_like<T>) {
    return is_hashable<typename T::value_type>();
  } else if constexpr (duration_like<T>) {
    return is_hashable<typename T::rep>();
  } else if constexpr (time_point_like<T>) {
    return is_hashable<typename T::duration>();
  } else if constexpr (recordable<T>) {
    return []<std::size_t... I>(std::index_sequence<I...>) {
      return (is_hashable<typename schema<T>::template type<I>>() && ...);
    }(std::make_index_sequence<schema<T>::size>{});
  } else {
    return false;
  }
}

// A std::basic_string or a std::basic_string_view of char, whose equality is that of its bytes.
template <class T>
concept text_like = std::same_as<typename T::traits_type, std::char_traits<char>> && requires(const T& v) {
  { v.substr(0) } -> std::same_as<T>;
  std::string_view(v);
};

template <class T>
std::uint64_t hash_value(const T& value) noexcept;

// std::hash of an integer is the integer itself in common standard libraries: what spreads the values, and keeps those
// apart that are chosen to collide, is the seeded multiplication for each of them.
class sequence_hash {
 public:
  explicit sequence_hash(std::uint64_t size) noexcept : hash_(size) {}
  void add(std::uint64_t value) noexcept { hash_ = combine_hash(hash_, value, seed_); }
  [[nodiscard]] std::uint64_t value() const noexcept { return fold_multiply(hash_, seed_.first); }

 private:
  const hash_seed& seed_ = process_hash_seed();
  std::uint64_t hash_;
};

template <class T>
std::size_t hash_fields(const T& record) noexcept {
  sequence_hash hash(schema<T>::size);
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    (hash.add(hash_value(schema<T>::template get<I>(record))), ...);
  }(std::make_index_sequence<schema<T>::size>{});
  return number_cast<std::size_t>(hash.value());
}

// 64 bits, where std::size_t has 32, too: there the std::hash of a wider integer leaves its high bits out.
template <class T>
std::uint64_t hash_value(const T& value) noexcept {
  if constexpr (text_like<T>) {
    return hash_text(value);
  } else if constexpr ((std::is_integral_v<T> || std::is_enum_v<T>) && sizeof(T) <= sizeof(std::uint64_t)) {
    return static_cast<std::uint64_t>(value);
  } else if constexpr (has_std_hash<T>) {
    return std::hash<T>{}(value);
  } else if constexpr (array_like<T>) {
    sequence_hash hash(value.size());
    for (const auto& each : value) hash.add(hash_value(each));
    return hash.value();
  } else if constexpr (optional_like<T>) {
    sequence_hash hash(value.has_value() ? 1 : 0);
    if (value.has_value()) hash.add(hash_value(*value));
    return hash.value();
  } else if constexpr (duration_like<T>) {
    return hash_value(value.count());
  } else if constexpr (time_point_like<T>) {
    return hash_value(value.time_since_epoch());
  } else {
    return hash_fields(value);
  }
}

}  // namespace detail

/// Hashes any record whose fields can be hashed: `std::unordered_set<DataPoint, slotted::record_hash>`.
///
/// Equal records have equal hashes; the values differ from one process to the next, because they are seeded: keys from
/// untrusted input cannot be chosen to collide. A field whose own std::hash can be made to collide is the exception;
/// the standard library's strings are hashed here, not by their std::hash.
struct record_hash {
  /// The hash of a record: equal records have equal ones.
  template <recordable T>
    requires(detail::is_hashable<T>())
  [[nodiscard]] std::size_t operator()(const T& record) const noexcept {
    return detail::number_cast<std::size_t>(detail::hash_value(record));
  }
};

}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
