// slotted demo: the ways to keep points that are compared.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <slotted/memory/budget.hpp>
#include <span>
#include <string_view>

#include "point_stream.hpp"
#include "process.hpp"

namespace demo {

/// Points kept in one way.
class store {
 public:
  store() = default;
  store(const store&) = delete;
  store& operator=(const store&) = delete;
  virtual ~store() = default;

  virtual void insert(const point& each) = 0;  // throws when it is full
  virtual std::size_t size() const = 0;
  virtual void for_each(const std::function<void(const point&)>& read) const = 0;
  virtual void erase_some() = 0;  // one point, or as few as can go by themselves
  virtual void settle() {}        // all points are in: what can still be packed is

  /// The points that it had to give up so as not to exceed its budget.
  virtual checksum given_up() const { return {}; }

  /// Memory it has straight from the system, which operator new therefore never saw.
  virtual std::size_t bytes_beside_heap() const { return 0; }
};

/// One way to keep points. To add one: a file under representations/ that defines an entry, and its line in all.cpp.
struct representation {
  std::string_view name;
  std::string_view what;  // the declaration, in a line
  bool ours = false;      // keeps to a budget; the others know no limit but the process's
  std::size_t fewest_bytes =
      1;  // that a point can take, so that filling a limit comes to an end where none is enforced
  std::unique_ptr<store> (*make)(slotted::memory_budget& budget) = nullptr;
  bool evicts = false;  // gives up its oldest points where the others refuse, and goes on for ever
};

/// All of them; the first is the one the others are compared with.
std::span<const representation* const> representations();

/// Ends the life of what a process of its own was made for. Freeing a million small blocks takes longer than the end of
/// the process does; ours have a budget to square.
inline void leave_to_the_system(const representation& which, std::unique_ptr<store> filled) {
  if (which.ours || !has_processes()) return;
  [[maybe_unused]] const store* const left = filled.release();
}

}  // namespace demo
