// slotted: the few algorithms that the library needs; <algorithm> and <numeric> would cost every user 10,000 lines.
// SPDX-License-Identifier: MIT
#pragma once

#include <slotted/number.hpp>
#include <slotted/version.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {

// Compilers make a memcpy of it, one that takes a null pointer when there is nothing to copy.
template <class T>
constexpr void copy_elements(const T* from, std::size_t count, T* to) noexcept {
  for (std::size_t i = 0; i < count; ++i) to[i] = from[i];
}

template <class T>
constexpr void fill_elements(T* to, std::size_t count, T value) noexcept {
  for (std::size_t i = 0; i < count; ++i) to[i] = value;
}

// The greatest number that divides both; the other one where one is 0. Source: J. Stein, Computational problems
// associated with Racah algebra, 1967.
[[nodiscard]] constexpr std::uint64_t gcd(std::uint64_t a, std::uint64_t b) noexcept {
  if (a == 0 || b == 0) return a | b;
  const int twos = std::countr_zero(a | b);
  a >>= std::countr_zero(a);
  while (b != 0) {
    b >>= std::countr_zero(b);
    const std::uint64_t less = b < a ? b : a;
    b = b < a ? a - b : b - a;
    a = less;
  }
  return a << twos;
}

// Where the first number that is not below a value stands among ascending ones, and the first that is above it.
template <class T>
[[nodiscard]] constexpr const T* lower_bound(const T* first, const T* last, T value) noexcept {
  while (first != last) {
    const T* const middle = first + (last - first) / 2;
    (*middle < value ? first : last) = *middle < value ? middle + 1 : middle;
  }
  return first;
}
template <class T>
[[nodiscard]] constexpr const T* upper_bound(const T* first, const T* last, T value) noexcept {
  while (first != last) {
    const T* const middle = first + (last - first) / 2;
    (value < *middle ? last : first) = value < *middle ? middle : middle + 1;
  }
  return first;
}

// What follows orders elements that are copied as cheaply as moved, by a strict weak order.

template <class T, class Less>
constexpr void insertion_sort(T* first, T* last, Less& less) {
  for (T* next = first; next < last; ++next) {
    const T value = *next;
    T* to = next;
    for (; to != first && less(value, to[-1]); --to) *to = to[-1];
    *to = value;
  }
}

template <class T, class Less>
constexpr void sift_down(T* heap, std::size_t at, std::size_t size, Less& less) {
  const T value = heap[at];
  for (std::size_t child = 2 * at + 1; child < size; child = 2 * at + 1) {
    if (child + 1 < size && less(heap[child], heap[child + 1])) ++child;
    if (!less(value, heap[child])) break;
    heap[at] = heap[child];
    at = child;
  }
  heap[at] = value;
}

// Puts the greatest in front, and each element in front of the two that it is not less than: at 2 i + 1 and 2 i + 2.
template <class T, class Less>
constexpr void make_heap(T* first, T* last, Less& less) {
  const auto size = static_cast<std::size_t>(last - first);
  for (std::size_t at = size / 2; at-- != 0;) sift_down(first, at, size, less);
}

template <class T, class Less>
constexpr void heap_sort(T* first, T* last, Less& less) {
  auto size = static_cast<std::size_t>(last - first);
  make_heap(first, last, less);
  while (size > 1) {
    const T greatest = *first;
    *first = first[--size];
    first[size] = greatest;
    sift_down(first, 0, size, less);
  }
}

// Parts three elements or more in two, none of them empty: nothing in the second is less than anything in the first.
// Returns where the second begins. Source: C. A. R. Hoare, Algorithm 61: Partition, 1961. The middle one of three as
// pivot keeps it off the ends, which bounds both scans.
template <class T, class Less>
constexpr T* part(T* first, T* last, Less& less) {
  const T a = *first;
  const T b = first[(last - first) / 2];
  const T c = last[-1];
  const T pivot = less(a, b) ? (less(b, c) ? b : less(a, c) ? c : a) : (less(a, c) ? a : less(b, c) ? c : b);
  for (T *left = first, *right = last - 1;; ++left, --right) {
    while (less(*left, pivot)) ++left;
    while (less(pivot, *right)) --right;
    if (left >= right) return right + 1;
    const T swapped = *left;
    *left = *right;
    *right = swapped;
  }
}

// Below this many, insertion is faster than parting.
inline constexpr std::ptrdiff_t few_elements = 24;

template <class T, class Less>
constexpr void sort(T* first, T* last, Less& less, int depth) {
  while (last - first > few_elements) {
    if (depth-- == 0) return heap_sort(first, last, less);  // an order made to defeat the pivots
    T* const middle = part(first, last, less);
    if (middle - first < last - middle) {  // the smaller part by recursion, so that the stack stays small
      sort(first, middle, less, depth);
      first = middle;
    } else {
      sort(middle, last, less, depth);
      last = middle;
    }
  }
  insertion_sort(first, last, less);
}

// Orders [first, last) in O(n log n), not stably. Source: D. R. Musser, Introspective sorting and selection
// algorithms, 1997.
template <class T, class Less>
constexpr void sort(T* first, T* last, Less less) {
  sort(first, last, less, 2 * number_cast<int>(std::bit_width(static_cast<std::size_t>(last - first))));
}

// Puts the element at `nth` that would be there were all in order, with none greater before it and none less behind.
// For a few dozen elements: an order made to defeat the pivots takes O(n^2).
template <class T, class Less>
constexpr void nth_element(T* first, T* nth, T* last, Less less) {
  while (last - first > few_elements) {
    T* const middle = part(first, last, less);
    (nth < middle ? last : first) = middle;
  }
  insertion_sort(first, last, less);
}

// Puts the least of [first, last) in order into [first, middle), for a front of a few elements: O(n * front).
template <class T, class Less>
constexpr void partial_sort(T* first, T* middle, T* last, Less less) {
  insertion_sort(first, middle, less);
  if (first == middle) return;
  for (T* next = middle; next < last; ++next) {
    if (!less(*next, middle[-1])) continue;
    const T value = *next;
    *next = middle[-1];
    T* to = middle - 1;
    for (; to != first && less(value, to[-1]); --to) *to = to[-1];
    *to = value;
  }
}

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
