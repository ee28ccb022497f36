// slotted: hashing of records, field by field, for std::hash and for unordered containers of plain structs.
// SPDX-License-Identifier: MIT
#pragma once

#include <slotted/record/schema.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

namespace slotted {
inline namespace v0 {
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

// A multiply and a rotation a value: std::hash of an integer is the integer itself in common standard libraries, so
// the mixing has to spread the low bits of each field over the whole.
constexpr std::uint64_t mix_hash(std::uint64_t seed, std::uint64_t value) noexcept {
  return std::rotl(seed ^ value * 0x9E3779B97F4A7C15u, 29) * 0xBF58476D1CE4E5B9u;
}
constexpr std::size_t finish_hash(std::uint64_t hash) noexcept { return static_cast<std::size_t>(hash ^ (hash >> 32)); }

template <class T>
std::size_t hash_value(const T& value) noexcept;

template <class T>
std::size_t hash_fields(const T& record) noexcept {
  std::uint64_t hash = schema<T>::size;
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    ((hash = mix_hash(hash, hash_value(schema<T>::template get<I>(record)))), ...);
  }(std::make_index_sequence<schema<T>::size>{});
  return finish_hash(hash);
}

template <class T>
std::size_t hash_value(const T& value) noexcept {
  if constexpr (has_std_hash<T>) {
    return std::hash<T>{}(value);
  } else if constexpr (array_like<T>) {
    std::uint64_t hash = value.size();
    for (const auto& each : value) hash = mix_hash(hash, hash_value(each));
    return finish_hash(hash);
  } else if constexpr (optional_like<T>) {
    return value.has_value() ? finish_hash(mix_hash(1, hash_value(*value))) : 0;
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
/// Equal records have equal hashes; the values differ from one version of the library to another.
struct record_hash {
  /// The hash of a record: equal records have equal ones.
  template <recordable T>
    requires(detail::is_hashable<T>())
  [[nodiscard]] std::size_t operator()(const T& record) const noexcept {
    return detail::hash_value(record);
  }
};

}  // namespace v0
}  // namespace slotted
