// slotted tests: a record that counts what is done to it, and one whose constructor can be made to throw.
// SPDX-License-Identifier: MIT
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <stdexcept>

namespace slotted::test {

struct lifetimes {
  long made = 0;
  long copied = 0;
  long moved = 0;
  long destroyed = 0;
  long wrongly_destroyed = 0;  // at an address other than that of its construction, or twice
  [[nodiscard]] long live() const { return made - destroyed; }
};

// Each object registers itself by address on construction, so that a second destruction or one of a copy that was never
// made shows in the counts.
struct tracked {
  static inline lifetimes seen;
  static void start_counting() { seen = lifetimes{}; }

  explicit tracked(std::int64_t what = 0) : value(what), self(this) { ++seen.made; }
  tracked(const tracked& other) : value(other.value), self(this) {
    ++seen.made;
    ++seen.copied;
  }
  tracked(tracked&& other) noexcept : value(other.value), self(this) {
    ++seen.made;
    ++seen.moved;
  }
  tracked& operator=(const tracked& other) {
    value = other.value;
    ++seen.copied;
    return *this;
  }
  tracked& operator=(tracked&& other) noexcept {
    value = other.value;
    ++seen.moved;
    return *this;
  }
  ~tracked() {
    if (self != this) ++seen.wrongly_destroyed;
    self = nullptr;
    ++seen.destroyed;
  }

  std::int64_t value;
  const tracked* self;
};

struct construction_failed : std::runtime_error {
  construction_failed() : std::runtime_error("a constructor was told to fail") {}
};

// Throws from its n-th construction from now.
struct fragile {
  static inline long fails_in = 0;  // 0: never
  static inline long live = 0;

  explicit fragile(std::int64_t what) : value(what) {
    if (fails_in != 0 && --fails_in == 0) throw construction_failed();
    ++live;
  }
  fragile(const fragile& other) : fragile(other.value) {}
  fragile& operator=(const fragile&) = default;
  ~fragile() { --live; }

  friend bool operator==(const fragile&, const fragile&) = default;

  std::int64_t value;
};

}  // namespace slotted::test
