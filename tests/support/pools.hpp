// slotted tests: what the tests of pools share: the records, and a window into which slots are in committed memory.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <slotted/store/checked_pool.hpp>
#include <slotted/store/pool.hpp>
#include <vector>

namespace slotted::test {

struct point {  // 32 bytes
  double x = 0;
  double y = 0;
  std::int64_t timestamp = 0;
  std::uint16_t sensor_id = 0;

  friend bool operator==(const point&, const point&) = default;
};

struct packed_point {  // 26 bytes, alignment 1: what packed_record<double, double, int64, uint16> takes
  unsigned char bytes[26] = {};
};
static_assert(sizeof(point) == 24 + alignof(point) && sizeof(packed_point) == 26 && alignof(packed_point) == 1);

template <std::size_t Bytes>
struct block {
  unsigned char bytes[Bytes] = {};
};

// A pool that also tells which slots it has memory for.
template <class Pool>
struct opened : Pool {
  using Pool::Pool;
  [[nodiscard]] bool committed(std::uint32_t slot) const { return this->store_.committed(slot); }
  // Whether a slot, in committed memory, has used up its generations.
  [[nodiscard]] bool retired(std::uint32_t slot) const {
    if constexpr (requires { this->store_.generation(slot); })
      return this->store_.generation(slot) == std::numeric_limits<decltype(this->store_.generation(slot))>::max() - 1;
    else
      return false;
  }
};

template <class T, slotted::page_kind Pages>
[[nodiscard]] std::uint32_t slot_of(pool_handle<T> h, const pool<T, Pages>&) {
  return h.value() - 1;
}
template <class T, class Generation, slotted::page_kind Pages>
[[nodiscard]] std::uint32_t slot_of(checked_handle<T> h, const checked_pool<T, Generation, Pages>&) {
  return static_cast<std::uint32_t>(h.value()) - 1;
}

// Every handle and address with the record's value: what a call that fails must leave as it is.
template <class Pool, class Key>
[[nodiscard]] auto content_of(const Pool& pool, Key key) {
  struct seen {
    typename Pool::handle handle;
    const void* at;
    decltype(key(*pool.begin())) value;
    bool operator==(const seen&) const = default;
  };
  std::vector<seen> content;  // in slot order
  for (const auto& each : pool) content.push_back({pool.handle_of(each), &each, key(each)});
  return content;
}

}  // namespace slotted::test
