// slotted: a domain of symbols: texts, each stored once for the life of the process, and their codes.
// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <bit>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>  // for what iterators say of themselves: <iterator> is 2,000 lines more
#include <string_view>

#include <slotted/algorithm.hpp>
#include <slotted/memory/budget.hpp>
#include <slotted/memory/footprint.hpp>
#include <slotted/memory/mutex.hpp>
#include <slotted/record/symbol_arena.hpp>
#include <slotted/record/symbol_error.hpp>
#include <slotted/record/text_hash.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {

/// How a request to intern a text ended.
enum class intern_outcome : unsigned char {
  known,          ///< the text had a code
  added,          ///< the text has a code now
  domain_full,    ///< the cap or the capacity is reached; nothing changed
  text_too_long,  ///< longer than `symbol_domain::longest_text`; nothing changed
  over_budget,    ///< the budget has no room; nothing changed
  out_of_memory,  ///< the system refused memory; nothing changed
};

/// A set of texts that only grows: text number n has code n, and code 0 is the empty text, which is always there.
///
/// All members may be called from any thread. `find`, `text` and `intern` of a known text take no lock and never wait;
/// a new text takes one lock. Nothing moves and nothing is given back, so a view of a text is valid for the life of the
/// process. A domain without texts beside the empty one holds no memory. It is trivially destructible and keeps its
/// pages: make one of static storage duration only, or use `symbol<...>::domain()`.
///
/// It is for closed vocabularies: whoever interns texts from outside limits their number with `set_cap` and their bytes
/// with `charge_to` a budget, and calls `try_intern`. Texts without end belong elsewhere.
///
/// A code must reach another thread the way any object does: with synchronisation.
class symbol_domain {
 public:
  /// The most bytes that a text may have. A text may hold any bytes, null characters among them.
  static constexpr std::size_t longest_text = 65535;

  class iterator;

  /// The outcome of `try_intern`; `code` is meaningful when it tests true.
  struct interned {
    /// The code of the text.
    std::uint32_t code = 0;
    /// How it ended.
    intern_outcome outcome = intern_outcome::known;
    std::size_t asked = 0;  ///< the bytes that the budget refused
    /// Whether the text has a code.
    explicit constexpr operator bool() const noexcept { return outcome <= intern_outcome::added; }
  };

  /// A domain of at most `capacity` texts, the empty one included.
  ///
  /// Preconditions: `name` outlives the domain; 1 <= capacity <= 2^32.
  constexpr symbol_domain(std::string_view name, std::size_t capacity) noexcept
      : cap_(capacity), name_(name), capacity_(capacity) {}
  symbol_domain(const symbol_domain&) = delete;
  symbol_domain& operator=(const symbol_domain&) = delete;

  /// The name that messages give it.
  [[nodiscard]] std::string_view name() const noexcept { return name_; }

  /// The number of texts, the empty one included: its codes are 0 to size() - 1.
  [[nodiscard]] std::size_t size() const noexcept { return size_.load(std::memory_order_acquire); }

  /// The number of codes there are.
  [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }

  /// The number of texts at which the domain takes no more: `capacity()` unless `set_cap` has lowered it.
  [[nodiscard]] std::size_t cap() const noexcept { return cap_.load(std::memory_order_relaxed); }

  /// Limits the domain to `texts` texts, the empty one included: what labels from untrusted input should not pass.
  ///
  /// Effects: cap() == min(texts, capacity()). A cap below size() removes nothing, it only stops growth.
  void set_cap(std::size_t texts) noexcept { cap_.store(detail::min_of(texts, capacity_), std::memory_order_relaxed); }

  /// The code of a text, which is added unless the domain has it.
  ///
  /// Throws: `symbol_domain_full`, `std::length_error` when it is longer than `longest_text`, `budget_exceeded`, or
  /// `std::bad_alloc` when the system refuses memory; nothing changed then.
  std::uint32_t intern(std::string_view text) {
    const interned result = try_intern(text);
    if (!result) throw_refusal(text, result);
    return result.code;
  }

  // A cache of each thread's last text was tried: it made runs of one label three times faster, and labels that
  // alternate a fifth slower. Who has runs of one label keeps its symbol.

  /// As `intern`, and says how it ended.
  [[nodiscard]] interned try_intern(std::string_view text) noexcept {
    if (text.empty()) return {};
    const std::uint32_t hash = hash_of(text);
    if (const detail::symbol_node* const known = find_node(text, hash)) return {known->code};
    if (text.size() > longest_text) return {0, intern_outcome::text_too_long};
    return add(text, hash);
  }

  /// The code of a text, or nothing when the domain does not have it; adds nothing.
  [[nodiscard]] std::optional<std::uint32_t> find(std::string_view text) const noexcept {
    if (text.empty()) return 0;
    if (const detail::symbol_node* const known = find_node(text, hash_of(text))) return known->code;
    return std::nullopt;
  }

  /// The text of a code.
  ///
  /// Preconditions: code < size().
  [[nodiscard]] std::string_view text(std::uint32_t code) const noexcept {
    assert(code < size());
    if (code == 0) return "";
    return arena_.row(code).text.load(std::memory_order_acquire)->text();
  }

  /// All texts in the order of their codes, beginning with the empty one.
  ///
  /// Texts that are added meanwhile lie at or beyond `end()` and may or may not be met.
  [[nodiscard]] iterator begin() const noexcept;
  [[nodiscard]] iterator end() const noexcept;

  /// The bytes that the domain holds: `payload` is the texts themselves, `total()` what its budget is charged.
  [[nodiscard]] slotted::footprint footprint() const noexcept {
    const detail::mutex_hold hold(lock_);
    slotted::footprint held{payload_, 0, arena_.idle()};
    held.overhead = arena_.held() - held.payload - held.idle;
    return held;
  }

  /// The budget that the domain is charged to, or null.
  [[nodiscard]] memory_budget* budget() const noexcept {
    const detail::mutex_hold hold(lock_);
    return budget_;
  }

  /// Charges what the domain holds, now and later, to `budget`, and releases it from the budget it was charged to.
  ///
  /// Preconditions: not called by a callback of the budget that the domain is charged to.
  /// Throws: `budget_exceeded` when `budget` has no room for it; nothing changed then.
  void charge_to(memory_budget& budget) {
    if (!try_charge_to(budget)) detail::throw_refusal_of(budget);
  }

  /// As `charge_to`; returns whether it fitted.
  [[nodiscard]] bool try_charge_to(memory_budget& budget) noexcept { return move_charge(&budget); }

  /// Releases the charge; from now on the domain is charged to no budget.
  void uncharge() noexcept { (void)move_charge(nullptr); }

 private:
  [[nodiscard]] static std::uint32_t hash_of(std::string_view text) noexcept {
    return static_cast<std::uint32_t>(detail::hash_text(text) >> 32);
  }

  // Linear hashing (Litwin, 1980): the number of buckets follows the number of texts, so that each new text splits two
  // buckets and no table is ever rebuilt, copied or retired while readers use it. A bucket is a range of hashes. At
  // level k there are 2^k ranges, and the first `buckets - 2^k` of them are split in two. The left half keeps the place
  // of the whole; the right half gets the next place. So the place of a range is its number behind a leading one, less
  // the zeros at its end and one bit more.
  [[nodiscard]] static std::size_t bucket_of(std::uint32_t hash, std::size_t texts) noexcept {
    const std::uint64_t buckets = std::uint64_t{texts} * detail::symbol_row::chains;
    const unsigned level = level_of(buckets);
    const unsigned split = range_of(hash, level) < buckets ? 1 : 0;  // added, not branched on: nobody could predict it
    return place_of(range_of(hash, level + split));
  }
  [[nodiscard]] static unsigned level_of(std::uint64_t buckets) noexcept {
    return static_cast<unsigned>(std::bit_width(buckets)) - 1;
  }
  // Preconditions: 1 <= level <= 34, which is so because even the empty text alone makes two buckets.
  [[nodiscard]] static std::uint64_t range_of(std::uint32_t hash, unsigned level) noexcept {
    return std::uint64_t{1} << level | (std::uint64_t{hash} << 32) >> (64 - level);
  }
  [[nodiscard]] static std::size_t place_of(std::uint64_t range) noexcept {
    return detail::number_cast<std::size_t>(range >> (std::countr_zero(range) + 1));
  }

  [[nodiscard]] const std::atomic<detail::symbol_node*>& chain(std::size_t bucket) const noexcept {
    return arena_.row(bucket / detail::symbol_row::chains).chain[bucket % detail::symbol_row::chains];
  }
  [[nodiscard]] std::atomic<detail::symbol_node*>& chain(std::size_t bucket) noexcept {
    return arena_.row(bucket / detail::symbol_row::chains).chain[bucket % detail::symbol_row::chains];
  }

  // Chains are sorted by hash, as split-ordered lists (Shalev and Shavit, 2006) are: the nodes of the right half of a
  // bucket are the end of its chain, and a reader that still takes the unsplit bucket meets them there. It may miss
  // what was added after it looked at the size, and must: a code is not known before size() is above it.
  [[nodiscard]] const detail::symbol_node* find_node(std::string_view text, std::uint32_t hash) const noexcept {
    const std::size_t size = size_.load(std::memory_order_acquire);
    if (size == 1) return nullptr;
    const detail::symbol_node* each = chain(bucket_of(hash, size)).load(std::memory_order_acquire);
    for (; each != nullptr && each->hash <= hash; each = each->next.load(std::memory_order_acquire)) {
      if (each->hash == hash && each->size == text.size() && detail::same_bytes(each->data(), text.data(), text.size()))
        return each->code < size ? each : nullptr;
    }
    return nullptr;
  }

  // The budget is charged with the lock released, because its callbacks may intern texts, too.
  [[nodiscard]] interned add(std::string_view text, std::uint32_t hash) noexcept {
    interned result;
    detail::symbol_growth growth;
    bool refused = false;
    lock_.lock();
    for (;;) {
      if (const detail::symbol_node* const known = find_node(text, hash)) {
        result = {known->code};
        break;
      }
      const std::size_t code = size_.load(std::memory_order_relaxed);
      if (code >= cap()) {
        result = {0, intern_outcome::domain_full};
        break;
      }
      growth.charged = budget_ != nullptr;
      if (arena_.make_room(code, text.size(), growth)) {
        publish(text, hash, static_cast<std::uint32_t>(code));
        result = {static_cast<std::uint32_t>(code), intern_outcome::added};
        break;
      }
      if (growth.refusal == commit_outcome::out_of_memory) {
        result = {0, intern_outcome::out_of_memory};
        break;
      }
      if (refused) {
        result = {0, intern_outcome::over_budget, growth.least};
        break;
      }
      memory_budget* const payer = budget_;
      charging_.fetch_add(1, std::memory_order_relaxed);  // until it falls to 0 again, budget_ stays
      lock_.unlock();
      if (growth.best > growth.least && payer->try_reserve(growth.best))
        growth.credit += growth.best;
      else if (payer->try_reserve_with_relief(growth.least))
        growth.credit += growth.least;
      else
        refused = true;
      lock_.lock();
      if (charging_.fetch_sub(1, std::memory_order_relaxed) == 1) charging_.notify_all();
    }
    if (growth.credit != 0) budget_->release(growth.credit);
    lock_.unlock();
    return result;
  }

  // Preconditions: arena_.make_room(code, text.size(), ...) returned true.
  void publish(std::string_view text, std::uint32_t hash, std::uint32_t code) noexcept {
    using detail::symbol_node;
    if (code == 1) arena_.take_row(0);  // the empty text needs no node, but the first chains need their row
    std::atomic<symbol_node*>* link = &chain(bucket_of(hash, code));
    symbol_node* next = link->load(std::memory_order_relaxed);
    for (; next != nullptr && next->hash < hash; next = link->load(std::memory_order_relaxed)) link = &next->next;
    symbol_node* const node = arena_.take_node(text, hash, code, next);

    detail::symbol_row& row = arena_.take_row(code);
    row.text.store(node, std::memory_order_release);
    for (std::size_t i = 0; i < detail::symbol_row::chains; ++i) {
      // The new bucket is the right half of the range of this number.
      const std::uint64_t whole = std::uint64_t{code} * detail::symbol_row::chains + i;
      const unsigned level = level_of(whole) + 1;
      const std::uint64_t right = 2 * whole + 1;
      symbol_node* first = chain(place_of(whole)).load(std::memory_order_relaxed);
      while (first != nullptr && range_of(first->hash, level) < right)
        first = first->next.load(std::memory_order_relaxed);
      // The node is not linked yet, so that no reader can meet it in one bucket and miss it in the other.
      if (range_of(hash, level) == right && (first == nullptr || hash <= first->hash)) first = node;
      row.chain[i].store(first, std::memory_order_release);
    }
    payload_ += text.size();
    link->store(node, std::memory_order_release);
    size_.store(std::size_t{code} + 1, std::memory_order_release);
  }

  [[nodiscard]] bool move_charge(memory_budget* to) noexcept {
    std::size_t paid = 0;  // of `to`
    lock_.lock();
    for (;;) {
      if (const std::uint32_t charging = charging_.load(std::memory_order_relaxed); charging != 0) {
        lock_.unlock();
        charging_.wait(charging, std::memory_order_relaxed);
        lock_.lock();
        continue;
      }
      if (budget_ == to || to == nullptr || paid == arena_.held()) break;
      const std::size_t more = arena_.held() - paid;
      lock_.unlock();
      if (!to->try_reserve_with_relief(more)) {
        to->release(paid);
        return false;
      }
      paid += more;
      lock_.lock();
    }
    if (budget_ == to) {
      if (paid != 0) to->release(paid);  // another thread has done the same meanwhile
    } else {
      if (budget_ != nullptr) budget_->release(arena_.held());
      budget_ = to;
    }
    lock_.unlock();
    return true;
  }

  [[noreturn]] void throw_refusal(std::string_view text, const interned& result) const {
    if (result.outcome == intern_outcome::domain_full) detail::throw_symbol_domain_full(name_, cap(), capacity_, text);
    if (result.outcome == intern_outcome::text_too_long) detail::throw_symbol_too_long(name_, longest_text, text);
    if (result.outcome == intern_outcome::over_budget) detail::throw_refusal_of(*detail::last_refusal.budget);
    detail::throw_bad_alloc();
  }

  // First what readers use, so that a writer's lock does not share their cache line.
  std::atomic<std::size_t> size_{1};
  detail::symbol_arena arena_;  // the lock guards all but row()
  std::atomic<std::size_t> cap_;
  mutable detail::mutex lock_;
  std::atomic<std::uint32_t> charging_{0};  // threads that charge budget_ with the lock released
  std::size_t payload_ = 0;                 // bytes of text
  memory_budget* budget_ = nullptr;
  std::string_view name_;
  std::size_t capacity_;
};

/// A forward iterator over the texts of a domain, in the order of their codes.
class symbol_domain::iterator {
 public:
  using iterator_category = std::forward_iterator_tag;
  using value_type = std::string_view;
  using difference_type = std::ptrdiff_t;
  using reference = std::string_view;
  using pointer = void;

  constexpr iterator() noexcept = default;
  constexpr iterator(const symbol_domain& domain, std::size_t code) noexcept : domain_(&domain), code_(code) {}

  /// The code of the text that the iterator points to.
  [[nodiscard]] constexpr std::uint32_t code() const noexcept { return static_cast<std::uint32_t>(code_); }
  [[nodiscard]] std::string_view operator*() const noexcept { return domain_->text(code()); }
  constexpr iterator& operator++() noexcept {
    ++code_;
    return *this;
  }
  constexpr iterator operator++(int) noexcept {
    const iterator before = *this;
    ++code_;
    return before;
  }
  friend constexpr bool operator==(const iterator&, const iterator&) noexcept = default;

 private:
  const symbol_domain* domain_ = nullptr;
  std::size_t code_ = 0;
};

inline symbol_domain::iterator symbol_domain::begin() const noexcept { return {*this, 0}; }
inline symbol_domain::iterator symbol_domain::end() const noexcept { return {*this, size()}; }

}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
