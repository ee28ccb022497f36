// slotted: runs of committed, charged pages: what containers are made of.
// SPDX-License-Identifier: MIT
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <stdexcept>
#include <utility>

#include <slotted/algorithm.hpp>
#include <slotted/memory/address_space.hpp>
#include <slotted/memory/budget.hpp>
#include <slotted/memory/pages.hpp>
#include <slotted/memory/text_error.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {

/// How a request for memory ended.
enum class commit_outcome : unsigned char {
  done,
  over_budget,    ///< the budget has no room; nothing changed
  out_of_memory,  ///< the system refused pages or address space; nothing changed
  full,           ///< the container cannot number one more element; nothing changed
};

namespace detail {

// Charges and commits whole units of pages at `at`. Nothing changed unless done.
[[nodiscard]] inline commit_outcome charge_and_commit(std::byte* at, std::size_t bytes, memory_budget* budget,
                                                      bool ask_relief) noexcept {
  if (budget != nullptr && !(ask_relief ? budget->try_reserve_with_relief(bytes) : budget->try_reserve(bytes)))
    return commit_outcome::over_budget;
  if (commit_pages(at, bytes)) return commit_outcome::done;
  decommit_pages(at, bytes);  // part of them may have come
  if (budget != nullptr) budget->release(bytes);
  return commit_outcome::out_of_memory;
}

[[noreturn]] inline void throw_bad_alloc() {
#if defined(__cpp_exceptions)
  throw std::bad_alloc();
#else
  std::fputs("out of memory\n", stderr);
  std::abort();
#endif
}

// What a throwing call makes of an outcome that is not `done`. Over budget, it says the charge that was refused; a
// caller that knew without asking says by `asked` what it would have asked for.
[[noreturn]] inline void throw_no_memory(commit_outcome why, const memory_budget* budget,
                                         std::size_t asked = page_bytes()) {
  if (why == commit_outcome::full)
    throw_with_text<std::length_error>("the container has as many elements as its handles can number");
  if (why == commit_outcome::over_budget && last_refusal.budget == budget) throw_refusal_of(*budget);
  if (why == commit_outcome::over_budget) throw_budget_exceeded(budget->limit(), budget->used(), asked);
  throw_bad_alloc();
}

// The next step of a container that holds `held` bytes: a sixteenth of it, whole units, one at least. Small stays
// small, and the number of system calls grows with the logarithm of the size.
[[nodiscard]] inline std::size_t growth_step(std::size_t held, std::size_t unit) noexcept {
  return detail::max_of(unit, held / 16 / unit * unit);
}

}  // namespace detail

/// A run of reserved address space whose front is committed and charged: it grows in place, so nothing in it ever
/// moves.
///
/// It does not keep its budget: whoever owns it knows that, and hands it to `try_commit` and `release`.
class page_run {
 public:
  /// How a request for memory ended.
  using outcome = commit_outcome;

  /// An empty run.
  page_run() noexcept = default;

  /// Takes over the pages of `other`, which is empty then.
  page_run(page_run&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)),
        capacity_(std::exchange(other.capacity_, 0)),
        committed_(std::exchange(other.committed_, 0)),
        alignment_(std::exchange(other.alignment_, 1)),
        kind_(other.kind_) {}
  /// As the move constructor. Preconditions: this run is empty.
  page_run& operator=(page_run&& other) noexcept {
    assert(data_ == nullptr && "release() comes before a new run takes the place");
    page_run taken(std::move(other));
    taken.swap(*this);
    return *this;
  }

  /// Preconditions: `release` has been called, or nothing is committed.
  ~page_run() {
    assert(committed_ == 0 && "release(budget) comes before the end of a run");
    if (data_ != nullptr) release(nullptr);
  }

  /// Reserves address space; nothing is committed or charged.
  ///
  /// Returns: a run of at least `bytes` bytes aligned to a page and to `alignment`, or an empty one when the system
  /// refuses.
  [[nodiscard]] static page_run try_reserve(std::size_t bytes, std::size_t alignment = 1,
                                            page_kind kind = page_kind::base) noexcept {
    const std::size_t unit = detail::commit_unit(kind);
    page_run run;
    if (bytes > SIZE_MAX - unit) return run;
    run.capacity_ = detail::round_up(detail::max_of<std::size_t>(bytes, 1), unit);
    run.alignment_ = detail::max_of(alignment, unit);
    run.kind_ = kind;
    run.data_ = detail::address_space::of(kind).reserve(run.capacity_, run.alignment_);
    if (run.data_ == nullptr) run.capacity_ = 0;
    return run;
  }

  /// Whether it is not empty.
  [[nodiscard]] explicit operator bool() const noexcept { return data_ != nullptr; }
  /// Where it begins; null when it is empty.
  [[nodiscard]] std::byte* data() const noexcept { return data_; }
  [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }  ///< bytes of address space
  [[nodiscard]] std::size_t committed() const noexcept {
    return committed_;
  }  ///< bytes that may be used and are charged

  /// Makes at least the first `bytes` usable.
  ///
  /// Preconditions: bytes <= capacity(); `budget` is the same, or null, for every call on this run.
  /// Effects: charges and commits whole pages; asks the budget's reliefs when they do not fit, unless told not to.
  /// Returns: `done`, or why nothing changed.
  [[nodiscard]] outcome try_commit(std::size_t bytes, memory_budget* budget, bool ask_relief = true) noexcept {
    assert(bytes <= capacity_);
    if (bytes <= committed_) return outcome::done;
    const std::size_t more = detail::round_up(bytes, detail::commit_unit(kind_)) - committed_;
    const outcome result = detail::charge_and_commit(data_ + committed_, more, budget, ask_relief);
    if (result == outcome::done) committed_ += more;
    return result;
  }

  /// Gives the pages beyond the first `bytes` back to the system and releases their charge; the address space stays.
  void shrink(std::size_t bytes, memory_budget* budget) noexcept {
    const std::size_t keep = detail::round_up(bytes, detail::commit_unit(kind_));
    if (keep >= committed_) return;
    detail::decommit_pages(data_ + keep, committed_ - keep);
    if (budget != nullptr) budget->release(committed_ - keep);
    committed_ = keep;
  }

  /// Gives everything back to the system and releases the charge.
  ///
  /// Effects: the run is empty.
  void release(memory_budget* budget) noexcept {
    if (data_ == nullptr) return;
    shrink(0, budget);
    detail::address_space::of(kind_).release(data_, capacity_, alignment_);
    data_ = nullptr;
    capacity_ = 0;
  }

  /// Exchanges the pages.
  void swap(page_run& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(capacity_, other.capacity_);
    std::swap(committed_, other.committed_);
    std::swap(alignment_, other.alignment_);
    std::swap(kind_, other.kind_);
  }

 private:
  std::byte* data_ = nullptr;
  std::size_t capacity_ = 0;
  std::size_t committed_ = 0;
  std::size_t alignment_ = 1;
  page_kind kind_ = page_kind::base;
};

}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
