// slotted: buckets of an aggregate, made as rows ask for them, in as much memory as there is.
// SPDX-License-Identifier: MIT
//
// There are as many buckets as stretches with rows, however far apart. Where memory is refused, the buckets that begin
// latest are dropped and those from `limit()` on are no more made: what is left is complete up to there. A few buckets
// need no memory. For one thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <type_traits>
#include <utility>

#include <slotted/algorithm.hpp>
#include <slotted/history/detail/leaf.hpp>
#include <slotted/history/detail/taken_memory.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {

// Adds what a bucket or a summary of `rows` rows has to a bucket.
template <class Bucket, class V>
void add_summary(Bucket& to, const column_summary<V>& from, std::size_t rows) noexcept {
  to.nans += from.nans;
  if (from.nans == rows) return;
  to.min = to.count == 0 || from.min < to.min ? from.min : to.min;
  to.max = to.count == 0 || to.max < from.max ? from.max : to.max;
  to.count += rows - from.nans;
  to.sum += from.sum;
}
template <class Bucket>
void add_bucket(Bucket& to, const Bucket& from) noexcept {
  to.nans += from.nans;
  if (from.count == 0) return;
  to.min = to.count == 0 || from.min < to.min ? from.min : to.min;
  to.max = to.count == 0 || to.max < from.max ? from.max : to.max;
  to.count += from.count;
  to.sum += from.sum;
}

template <class Bucket>
class bucket_list {
  static_assert(std::is_trivially_copyable_v<Bucket>);

 public:
  static constexpr std::size_t own_buckets = 8;
  static constexpr std::size_t first_buckets = 64;  // of the memory that is taken

  explicit bucket_list(const reader_memory& source = reader_memory()) noexcept : source_(source) {}
  bucket_list(bucket_list&& other) noexcept { take(other); }
  bucket_list& operator=(bucket_list&& other) noexcept {
    if (this != &other) take(other);
    return *this;
  }
  ~bucket_list() = default;

  // The bucket that begins at an ordered time, made if there is none; null from the limit on. Valid until the next
  // call.
  [[nodiscard]] Bucket* find(std::int64_t start) noexcept {
    if (limited_ && start >= limit_) return nullptr;
    if (size_ != 0 && start_of(hint_) == start) return at(hint_);
    // The next rows of a series most often belong to the next bucket, or, the newest block coming first, to one before.
    if (hint_ + 1 < size_ && start_of(hint_ + 1) == start) return at(++hint_);
    const std::size_t found = lower_bound_of(start);
    if (found < sorted_ && start_of(found) == start) return at(hint_ = found);
    if (size_ == capacity()) {
      make_room();
      if (limited_ && start >= limit_) return nullptr;
    }
    hint_ = size_++;
    Bucket* const made = ::new (static_cast<void*>(data() + hint_ * sizeof(Bucket))) Bucket;
    made->start = from_order<decltype(made->start)>(start);
    return made;
  }
  // Puts the buckets in the order of time, each start once.
  void settle() noexcept {
    if (sorted_ == size_) return;
    detail::sort(at(0), at(0) + size_,
                 [](const Bucket& left, const Bucket& right) { return to_order(left.start) < to_order(right.start); });
    std::size_t kept = 0;
    for (std::size_t i = 1; i < size_; ++i) {
      if (start_of(i) == start_of(kept))
        add_bucket(*at(kept), *at(i));
      else
        *at(++kept) = *at(i);
    }
    sorted_ = size_ = kept + 1;
    hint_ = 0;
  }
  // Forgets all buckets and the limit. The memory stays.
  void clear() noexcept {
    size_ = sorted_ = hint_ = 0;
    limited_ = false;
  }

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  // Preconditions: settled, i < size().
  [[nodiscard]] const Bucket& operator[](std::size_t i) const noexcept { return *at(i); }
  // Whether buckets were dropped, and the ordered time from which on.
  [[nodiscard]] bool limited() const noexcept { return limited_; }
  [[nodiscard]] std::int64_t limit() const noexcept { return limit_; }

 private:
  [[nodiscard]] std::size_t capacity() const noexcept {
    return memory_ ? memory_.size() / sizeof(Bucket) : own_buckets;
  }
  [[nodiscard]] std::byte* data() noexcept { return memory_ ? memory_.data() : own_; }
  [[nodiscard]] const std::byte* data() const noexcept { return memory_ ? memory_.data() : own_; }
  [[nodiscard]] Bucket* at(std::size_t i) noexcept { return reinterpret_cast<Bucket*>(data()) + i; }
  [[nodiscard]] const Bucket* at(std::size_t i) const noexcept { return reinterpret_cast<const Bucket*>(data()) + i; }
  [[nodiscard]] std::int64_t start_of(std::size_t i) const noexcept { return to_order(at(i)->start); }
  // Of the buckets that are in order.
  [[nodiscard]] std::size_t lower_bound_of(std::int64_t start) const noexcept {
    std::size_t first = 0;
    for (std::size_t count = sorted_; count != 0;) {
      const std::size_t half = count / 2;
      if (start_of(first + half) < start) {
        first += half + 1;
        count -= half + 1;
      } else {
        count = half;
      }
    }
    return first;
  }

  // Room for one bucket more: by putting equal ones together, by more memory, or by dropping the latest half.
  void make_room() noexcept {
    settle();
    if (size_ <= capacity() / 2) return;  // or every few buckets would be sorted in
    const std::size_t wanted = max_of(first_buckets, 2 * capacity());
    if (taken_memory more(source_, wanted * sizeof(Bucket)); more) {
      std::memcpy(more.data(), data(), size_ * sizeof(Bucket));
      memory_ = std::move(more);
      return;
    }
    const std::size_t keep = size_ / 2;
    limited_ = true;
    limit_ = start_of(keep);
    size_ = sorted_ = keep;
    hint_ = 0;
  }
  void take(bucket_list& other) noexcept {
    if (!other.memory_ && other.size_ != 0) std::memcpy(own_, other.own_, other.size_ * sizeof(Bucket));
    source_ = other.source_;
    memory_ = std::move(other.memory_);
    size_ = std::exchange(other.size_, 0);
    sorted_ = std::exchange(other.sorted_, 0);
    hint_ = std::exchange(other.hint_, 0);
    limit_ = other.limit_;
    limited_ = std::exchange(other.limited_, false);
  }

  reader_memory source_;
  taken_memory memory_;
  std::size_t size_ = 0;
  std::size_t sorted_ = 0;  // the first ones are in order, each start once
  std::size_t hint_ = 0;    // the bucket that was found last
  std::int64_t limit_ = 0;
  bool limited_ = false;
  alignas(Bucket) std::byte own_[own_buckets * sizeof(Bucket)];
};

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
