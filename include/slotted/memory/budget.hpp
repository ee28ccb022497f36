// slotted: one hard byte limit over everything that is charged to it.
// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <utility>

#include <slotted/algorithm.hpp>
#include <slotted/memory/container_limit.hpp>
#include <slotted/memory/footprint.hpp>
#include <slotted/memory/mutex.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {

/// Thrown when a charge does not fit into a `memory_budget`; `what()` says the limit, the bytes used and the bytes
/// asked for.
class budget_exceeded : public std::bad_alloc {
 public:
  /// The refusal of a charge of `asked` bytes, where `used` of `limit` bytes were taken.
  budget_exceeded(std::size_t limit, std::size_t used, std::size_t asked) noexcept
      : limit_(limit), used_(used), asked_(asked) {
    std::snprintf(text_, sizeof text_, "memory budget exceeded: limit %llu B, used %llu B, asked for %llu B more",
                  static_cast<unsigned long long>(limit), static_cast<unsigned long long>(used),
                  static_cast<unsigned long long>(asked));
  }

  /// The figures in words.
  [[nodiscard]] const char* what() const noexcept override { return text_; }
  [[nodiscard]] std::size_t limit() const noexcept { return limit_; }  ///< bytes
  [[nodiscard]] std::size_t used() const noexcept { return used_; }    ///< bytes, when the charge was refused
  [[nodiscard]] std::size_t asked() const noexcept { return asked_; }  ///< bytes

 private:
  std::size_t limit_;
  std::size_t used_;
  std::size_t asked_;
  char text_[128];
};

class memory_budget;

namespace detail {

// What a budget calls back: linked into its budget from join() to leave(); `running` keeps it alive while a thread is
// inside its callback with no lock held.
class budget_listener {
 public:
  budget_listener(const budget_listener&) = delete;
  budget_listener& operator=(const budget_listener&) = delete;

 protected:
  enum class role : unsigned char { watermark, relief };

  budget_listener(memory_budget& budget, role what, std::size_t mark) noexcept
      : budget_(budget), mark_(mark), role_(what) {}
  virtual ~budget_listener() = default;
  void join() noexcept;   // the most derived constructor calls it last: another thread may call back at once
  void leave() noexcept;  // the most derived destructor calls it first: afterwards no callback runs

  virtual void on_crossing(const memory_budget& budget) noexcept = 0;
  virtual void on_pressure(std::size_t bytes) noexcept = 0;
  // The stamp of the oldest thing that it could give up, as `memory_budget::next_stamp` gave it; 0: it has no age.
  [[nodiscard]] virtual std::uint64_t oldest_stamp() const noexcept { return 0; }

 private:
  friend class slotted::memory_budget;
  memory_budget& budget_;
  budget_listener* next_ = nullptr;
  std::uint64_t ticket_ = 0;  // order of registration
  std::size_t mark_;
  std::atomic<int> running_{0};
  role role_;
};

// The last charge that was refused on a thread: what a call that gives up then throws. Between the refusal and the
// throw, other threads may have charged and released, and the call itself may have asked for less than it would like.
struct refused_charge {
  const memory_budget* budget;  // null: none
  std::size_t limit;
  std::size_t used;  // when it was refused
  std::size_t asked;
};
inline thread_local constinit refused_charge last_refusal{};

[[noreturn]] inline void throw_budget_exceeded(std::size_t limit, std::size_t used, std::size_t asked) {
#if defined(__cpp_exceptions)
  throw budget_exceeded(limit, used, asked);
#else
  std::fprintf(stderr, "%s\n", budget_exceeded(limit, used, asked).what());
  std::abort();
#endif
}

// Throws the figures of the charge that this budget refused last, which was on this thread and in this call.
[[noreturn]] inline void throw_refusal_of(const memory_budget& budget) {
  [[maybe_unused]] const refused_charge& last = last_refusal;
  assert(last.budget == &budget && "the charge that is reported was refused");
  (void)budget;
  throw_budget_exceeded(last.limit, last.used, last.asked);
}

}  // namespace detail

/// A hard limit, in bytes, that containers on any number of threads charge before they take memory from the system.
///
/// `used()` never exceeds `limit()`, not even for a moment. The limit is on what is charged here, not on the process.
/// A budget outlives whatever is charged to it; it is neither copied nor moved. All members may be called from any
/// thread.
class memory_budget {
 public:
  /// A budget of `limit` bytes, none of them used.
  explicit memory_budget(std::size_t limit) noexcept : limit_(limit) {}

  memory_budget(const memory_budget&) = delete;
  memory_budget& operator=(const memory_budget&) = delete;

  /// Preconditions: everything charged has been released and no watermark or relief is registered.
  ~memory_budget() {
    assert(used() == 0 && "a budget outlives whatever is charged to it");
    assert(listeners_ == nullptr);
  }

  /// A budget of a share of the memory that this process's container may use.
  ///
  /// The memory is the tightest cgroup limit above this process (v2, else v1), else the machine's; see
  /// `container_memory`. Throws: `std::invalid_argument` unless 0 < share <= 1; `std::runtime_error` that names the
  /// file when one is malformed.
  /// \param share  of the memory, above 0 and up to 1.
  /// \param root   where the proc and sys trees begin; another than "/" is for tests.
  [[nodiscard]] static memory_budget of_container(double share, const char* root = "/") {
    return memory_budget(container_memory::read(root).share_of_limit(share));
  }

  /// The bytes that the container could still take before its own limit, whoever uses the rest.
  ///
  /// It is what a service looks at to size a budget: a budget limits only what is charged to it, not the process.
  /// Throws: as `of_container`.
  [[nodiscard]] static std::size_t headroom(const char* root = "/") { return container_memory::read(root).headroom(); }

  [[nodiscard]] std::size_t limit() const noexcept { return limit_; }  ///< bytes
  [[nodiscard]] std::size_t used() const noexcept {
    return used_.load(std::memory_order_relaxed);
  }  ///< bytes charged now
  [[nodiscard]] std::size_t peak() const noexcept {
    return peak_.load(std::memory_order_relaxed);
  }  ///< most bytes ever charged
  [[nodiscard]] std::size_t available() const noexcept { return limit_ - used(); }  ///< bytes left

  /// Charges `bytes`, or changes nothing.
  ///
  /// Effects: on success, runs the watermarks that the charge crosses, on this thread and with no lock held.
  /// Returns: whether the bytes fitted.
  [[nodiscard]] bool try_reserve(std::size_t bytes) noexcept {
    std::size_t before = used_.load(std::memory_order_relaxed);
    do {
      if (bytes > limit_ - before) [[unlikely]] {
        detail::last_refusal = {this, limit_, before, bytes};
        return false;
      }
    } while (
        !used_.compare_exchange_weak(before, before + bytes, std::memory_order_acq_rel, std::memory_order_relaxed));
    const std::size_t after = before + bytes;
    for (std::size_t peak = peak_.load(std::memory_order_relaxed);
         peak < after && !peak_.compare_exchange_weak(peak, after, std::memory_order_relaxed);) {
    }
    if (watermarks_.load(std::memory_order_acquire) != 0 && bytes != 0) announce(before, after);
    return true;
  }

  /// Charges `bytes`.
  ///
  /// Throws: `budget_exceeded` when they do not fit even after `relieve(bytes)`; nothing is charged then.
  void reserve(std::size_t bytes) {
    if (try_reserve_with_relief(bytes)) return;
    detail::throw_refusal_of(*this);
  }

  /// As `try_reserve`, and when the bytes do not fit asks the registered reliefs for room before it gives up.
  [[nodiscard]] bool try_reserve_with_relief(std::size_t bytes) noexcept {
    while (!try_reserve(bytes))                        // another thread may have taken the room that was made
      if (!relieve(bytes)) return try_reserve(bytes);  // the figures of its refusal are those after the relief
    return true;
  }

  /// Gives back `bytes` of what was charged.
  ///
  /// Preconditions: at least `bytes` are charged.
  void release(std::size_t bytes) noexcept {
    [[maybe_unused]] const std::size_t before = used_.fetch_sub(bytes, std::memory_order_acq_rel);
    assert(before >= bytes && "more bytes released than were charged");
  }

  /// Asks the registered reliefs until `bytes` more would fit: first those without an age, in order of registration,
  /// then the one with the oldest data, as long as it has any that is older than `older_than`.
  ///
  /// Nobody is asked for what the limit itself does not allow. A relief that gives nothing is not asked again.
  /// Returns: whether `bytes` would fit now.
  bool relieve(std::size_t bytes, std::uint64_t older_than = UINT64_MAX) noexcept {
    if (bytes > limit_ || reliefs_.load(std::memory_order_acquire) == 0) return bytes <= available();
    for (std::uint64_t ticket = 0; bytes > available();) {
      detail::budget_listener* const each = enter_next(ticket, detail::budget_listener::role::relief, 0, 0);
      if (each == nullptr) break;
      ticket = each->ticket_;
      each->on_pressure(bytes);
      depart(*each);
    }
    for (std::uint64_t refused = 0; bytes > available();) {  // stamps up to this one gave nothing
      detail::budget_listener* const oldest = enter_oldest(refused, older_than);
      if (oldest == nullptr) break;
      const std::uint64_t stamp = oldest->oldest_stamp();
      const std::size_t before = used();
      oldest->on_pressure(bytes);
      depart(*oldest);
      if (used() >= before) refused = detail::max_of(refused, stamp);
    }
    return bytes <= available();
  }

  /// A number that is greater than all before it: what containers mark data with that may be evicted, so that the
  /// oldest of all who share the budget goes first.
  [[nodiscard]] std::uint64_t next_stamp() noexcept { return stamps_.fetch_add(1, std::memory_order_relaxed) + 1; }

 private:
  friend class detail::budget_listener;
  using listener = detail::budget_listener;

  void announce(std::size_t before, std::size_t after) noexcept {
    for (std::uint64_t ticket = 0;;) {
      listener* const each = enter_next(ticket, listener::role::watermark, before, after);
      if (each == nullptr) return;
      ticket = each->ticket_;
      each->on_crossing(*this);
      depart(*each);
    }
  }

  // The next listener of a role after a ticket, marked as running. For watermarks: whose mark lies in (before, after].
  listener* enter_next(std::uint64_t ticket, listener::role what, std::size_t before, std::size_t after) noexcept {
    const detail::mutex_hold hold(lock_);
    for (listener* each = listeners_; each != nullptr; each = each->next_) {
      if (each->ticket_ <= ticket || each->role_ != what) continue;
      if (what == listener::role::watermark && !(before < each->mark_ && each->mark_ <= after)) continue;
      if (what == listener::role::relief && each->oldest_stamp() != 0) continue;
      each->running_.fetch_add(1, std::memory_order_relaxed);
      return each;
    }
    return nullptr;
  }

  // The relief with the oldest data whose stamp lies in (after, before), marked as running.
  listener* enter_oldest(std::uint64_t after, std::uint64_t before) noexcept {
    const detail::mutex_hold hold(lock_);
    listener* found = nullptr;
    std::uint64_t least = before;
    for (listener* each = listeners_; each != nullptr; each = each->next_) {
      if (each->role_ != listener::role::relief) continue;
      const std::uint64_t stamp = each->oldest_stamp();
      if (stamp == 0 || stamp <= after || stamp >= least) continue;
      least = stamp;
      found = each;
    }
    if (found != nullptr) found->running_.fetch_add(1, std::memory_order_relaxed);
    return found;
  }

  // The lock makes the wake-up and the listener's end exclude each other: it cannot be destroyed between the two lines.
  void depart(listener& each) noexcept {
    const detail::mutex_hold hold(lock_);
    if (each.running_.fetch_sub(1, std::memory_order_acq_rel) == 1) each.running_.notify_all();
  }

  const std::size_t limit_;
  std::atomic<std::size_t> used_{0};
  std::atomic<std::size_t> peak_{0};
  std::atomic<std::uint64_t> stamps_{0};
  std::atomic<int> watermarks_{0};
  std::atomic<int> reliefs_{0};
  detail::mutex lock_;  // guards the list below, never held while a callback runs
  listener* listeners_ = nullptr;
  std::uint64_t last_ticket_ = 0;
};

namespace detail {

inline void budget_listener::join() noexcept {
  const detail::mutex_hold hold(budget_.lock_);
  ticket_ = ++budget_.last_ticket_;
  budget_listener** end = &budget_.listeners_;
  while (*end != nullptr) end = &(*end)->next_;
  *end = this;
  (role_ == role::watermark ? budget_.watermarks_ : budget_.reliefs_).fetch_add(1, std::memory_order_release);
}

inline void budget_listener::leave() noexcept {
  {
    const detail::mutex_hold hold(budget_.lock_);
    budget_listener** at = &budget_.listeners_;
    while (*at != this) at = &(*at)->next_;
    *at = next_;
    (role_ == role::watermark ? budget_.watermarks_ : budget_.reliefs_).fetch_sub(1, std::memory_order_release);
  }
  for (int running = running_.load(std::memory_order_acquire); running != 0;
       running = running_.load(std::memory_order_acquire))
    running_.wait(running, std::memory_order_acquire);
  const detail::mutex_hold hold(budget_.lock_);  // the last callback's depart() has let go
}

}  // namespace detail

/// Calls back whenever a charge takes `used()` of a budget from below a mark to the mark or above.
///
/// The callback, `void(const memory_budget&)`, runs on the charging thread with no lock held. It may trim other
/// containers and release charges; it must not throw, and must not destroy its own watermark. It is armed again once
/// `used()` falls below the mark.
template <class Callback>
class watermark final : detail::budget_listener {
 public:
  /// Watches `budget` for `mark` bytes from now until the end of this object.
  watermark(memory_budget& budget, std::size_t mark, Callback callback) noexcept
      : budget_listener(budget, role::watermark, mark), callback_(std::move(callback)) {
    join();
  }
  /// Effects: waits for a callback that runs on another thread.
  ~watermark() override { leave(); }

 private:
  void on_crossing(const memory_budget& budget) noexcept override { callback_(budget); }
  void on_pressure(std::size_t) noexcept override {}
  Callback callback_;
};
template <class Callback>
watermark(memory_budget&, std::size_t, Callback) -> watermark<Callback>;

/// Calls back when a charge does not fit, so that a container that can do without some of its bytes gives them back.
///
/// The callback, `void(std::size_t bytes)`, runs on the charging thread with no lock held and should release at least
/// `bytes` where it can. It must not throw, must not charge the same budget and must not destroy its own relief.
/// Whatever it gives back has to be safe to give back from that thread.
template <class Callback>
class pressure_relief final : detail::budget_listener {
 public:
  /// Serves `budget` from now until the end of this object; reliefs are asked in the order in which they were made.
  pressure_relief(memory_budget& budget, Callback callback) noexcept
      : budget_listener(budget, role::relief, 0), callback_(std::move(callback)) {
    join();
  }
  /// Effects: waits for a callback that runs on another thread.
  ~pressure_relief() override { leave(); }

 private:
  void on_crossing(const memory_budget&) noexcept override {}
  void on_pressure(std::size_t bytes) noexcept override { callback_(bytes); }
  Callback callback_;
};
template <class Callback>
pressure_relief(memory_budget&, Callback) -> pressure_relief<Callback>;

}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
