// slotted: the numbers of a column by stretches of time: what an aggregate of a history gives.
// SPDX-License-Identifier: MIT
//
// There is a bucket for each stretch that has rows and for no other, so a query over any times takes memory for the
// rows that there are. For one thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <span>  // and with it what iterators say of themselves: <iterator> is 2,000 lines more
#include <type_traits>
#include <utility>

#include <slotted/history/detail/aggregate.hpp>
#include <slotted/history/detail/bucket_list.hpp>
#include <slotted/history/detail/leaf.hpp>
#include <slotted/history/detail/series_walk.hpp>
#include <slotted/history/detail/time_window.hpp>
#include <slotted/record/arrow_value.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {

/// The numbers of one column within one stretch of time.
///
/// NaN is counted apart and takes part in nothing else. Sums of integers of up to 32 bits are exact; others are rounded
/// as a double is, in an order of addition that depends on how the rows are stored.
template <class Time, class V>
struct history_bucket {
  /// What values are added up in.
  using sum_type = detail::sum_type<V>;

  Time start{};             ///< of the stretch; it ends where the next begins
  std::uint64_t count = 0;  ///< rows that are not NaN
  std::uint64_t nans = 0;   ///< rows that are
  /// Of all values, NaN left out.
  sum_type sum = 0;
  V min{};  ///< Preconditions: count != 0.
  V max{};  ///< Preconditions: count != 0.

  /// Preconditions: count != 0.
  [[nodiscard]] constexpr double mean() const noexcept { return static_cast<double>(sum) / static_cast<double>(count); }
};

/// The buckets of an aggregate that have rows, in the order of time: a forward range of `history_bucket`, by value.
///
/// It holds its buckets and needs the history no more, unless there was no memory for all of them: then it holds the
/// first ones, and reads the others from the history or the snapshot, which has to outlive it, while one iterates.
template <class Time, class V>
class history_buckets {
  using bucket = history_bucket<Time, V>;

 public:
  using value_type = bucket;

  class iterator {
   public:
    using iterator_concept = std::forward_iterator_tag;
    using iterator_category = std::input_iterator_tag;  // its reference is a value
    using value_type = bucket;
    using difference_type = std::ptrdiff_t;
    using reference = const bucket;
    using pointer = detail::arrow_value<bucket>;

    /// The end of any range of buckets.
    iterator() noexcept = default;
    [[nodiscard]] reference operator*() const { return of_->at(window_, index_); }
    [[nodiscard]] pointer operator->() const { return {of_->at(window_, index_)}; }
    /// Throws: `snapshot_expired` when the next bucket has to be read from a snapshot that expired.
    iterator& operator++() {
      *this = of_->next(window_, index_ + 1);
      return *this;
    }
    iterator operator++(int) {
      iterator before = *this;
      ++*this;
      return before;
    }
    [[nodiscard]] friend bool operator==(const iterator& left, const iterator& right) noexcept {
      return left.of_ == nullptr || right.of_ == nullptr ? left.of_ == right.of_
                                                         : left.window_ == right.window_ && left.index_ == right.index_;
    }

   private:
    friend history_buckets;
    iterator(const history_buckets* of, std::int64_t window, std::size_t index) noexcept
        : of_(of), window_(window), index_(index) {}

    const history_buckets* of_ = nullptr;  // null: the end
    std::int64_t window_ = 0;
    std::size_t index_ = 0;
  };
  using const_iterator = iterator;

  /// No buckets.
  history_buckets() noexcept = default;
  /// Takes over the buckets of `other`, which is empty then.
  history_buckets(history_buckets&& other) noexcept = default;
  /// As the move constructor; what was here is given back.
  history_buckets& operator=(history_buckets&& other) noexcept = default;
  ~history_buckets() = default;

  /// The first bucket. Throws: as `++`.
  [[nodiscard]] iterator begin() const { return next(first_, 0); }
  [[nodiscard]] iterator end() const noexcept { return {}; }
  /// Whether there are none.
  [[nodiscard]] bool empty() const { return begin() == end(); }

  /// For `aggregate`: the buckets of leaf L of what is chosen of a reading, in steps from `origin` on.
  template <std::size_t L, class Reading, class Choice>
  [[nodiscard]] static history_buckets of(const Reading& reading, const Choice& which, detail::time_window window,
                                          std::int64_t origin, std::uint64_t step) {
    history_buckets made;
    const auto chosen = detail::borrow(which, made.kept_);
    using source = bucket_source<L, Reading, std::remove_cv_t<decltype(chosen)>>;
    static_assert(sizeof(source) <= source_bytes && std::is_trivially_copyable_v<source>);
    if (window.empty()) return made;
    made.buckets_ = detail::bucket_list<bucket>(reading.memory());
    ::new (static_cast<void*>(made.source_)) source{reading, chosen, window, origin, step};
    made.fill_ = [](const void* from, std::int64_t first, detail::bucket_list<bucket>& to) {
      const auto& asked = *std::launder(static_cast<const source*>(from));
      detail::add_to_buckets<L, bucket>(asked.reading, asked.which, {first, asked.window.to},
                                        detail::bucket_steps<bucket>{to, asked.origin, asked.step});
    };
    made.first_ = window.from;
    made.load(window.from);
    return made;
  }

 private:
  static constexpr std::size_t source_bytes = 96;

  // What the buckets are read from.
  template <std::size_t L, class Reading, class Choice>
  struct bucket_source {
    Reading reading;
    Choice which;
    detail::time_window window;
    std::int64_t origin;
    std::uint64_t step;
  };

  // Makes the buckets from an ordered time on.
  void load(std::int64_t window) const {
    if (loaded_ && window_ == window) return;
    loaded_ = false;
    buckets_.clear();
    fill_(source_, window, buckets_);
    buckets_.settle();
    loaded_ = true;
    window_ = window;
  }
  [[nodiscard]] bucket at(std::int64_t window, std::size_t index) const {
    load(window);
    return buckets_[index];
  }
  // The bucket at `index` of a window, or the first of the next window.
  [[nodiscard]] iterator next(std::int64_t window, std::size_t index) const {
    if (fill_ == nullptr) return {};
    for (;;) {
      load(window);
      if (index < buckets_.size()) return {this, window, index};
      if (!buckets_.limited()) return {};
      window = buckets_.limit();
      index = 0;
    }
  }

  mutable detail::bucket_list<bucket> buckets_;  // of the window that was looked at last
  mutable std::int64_t window_ = 0;
  mutable bool loaded_ = false;
  std::int64_t first_ = 0;
  detail::charged_block kept_;  // what the source refers to
  void (*fill_)(const void* source, std::int64_t first, detail::bucket_list<bucket>& to) = nullptr;
  alignas(std::uint64_t) std::byte source_[source_bytes]{};
};

}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
