#include <slotted/algorithm.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <random>
#include <stdexcept>
#include <vector>

#include "catch.hpp"

namespace {

namespace ours = slotted::detail;
using numbers = std::vector<std::uint32_t>;

constexpr auto less = [](std::uint32_t a, std::uint32_t b) { return a < b; };

// What makes a sort go wrong: no order, every order, ties, and what defeats a median of three (D. R. Musser, 1997).
std::vector<numbers> inputs(std::size_t size) {
  std::mt19937 random(static_cast<unsigned>(size));
  const auto made = [&](auto&& value) {
    numbers each(size);
    for (std::size_t i = 0; i < size; ++i) each[i] = static_cast<std::uint32_t>(value(i));
    return each;
  };
  std::vector<numbers> all;
  all.push_back(made([&](std::size_t) { return random(); }));
  all.push_back(made([&](std::size_t) { return random() % 3; }));
  all.push_back(made([](std::size_t i) { return i; }));
  all.push_back(made([&](std::size_t i) { return size - i; }));
  all.push_back(made([](std::size_t) { return 7; }));
  all.push_back(made([&](std::size_t i) { return i < size / 2 ? i : size - i; }));
  const std::size_t half = size / 2;
  all.push_back(made([&](std::size_t i) { return i < half ? (i % 2 == 0 ? i + 1 : half + i) : 2 * (i - half + 1); }));
  return all;
}

numbers sorted(numbers values) {
  std::sort(values.begin(), values.end());
  return values;
}

// An adversary that decides what a value is when it is asked, so that every pivot is among the least: quicksort alone
// takes O(n^2) then. Source: M. D. McIlroy, A killer adversary for quicksort, 1999.
struct adversary {
  static constexpr std::uint32_t undecided = UINT32_MAX;
  explicit adversary(std::size_t size) : value(size, undecided) {}
  bool operator()(std::uint32_t a, std::uint32_t b) {
    ++comparisons;
    if (value[a] == undecided && value[b] == undecided) value[a == candidate ? a : b] = next++;
    if (value[a] == undecided)
      candidate = a;
    else if (value[b] == undecided)
      candidate = b;
    return value[a] < value[b];
  }
  numbers value;
  std::uint32_t next = 0;
  std::uint32_t candidate = 0;
  std::size_t comparisons = 0;
};

}  // namespace

TEST_CASE("sort orders what std::sort orders") {
  for (const std::size_t size : {0U, 1U, 2U, 3U, 23U, 24U, 25U, 26U, 100U, 1000U, 30'000U}) {
    for (numbers each : inputs(size)) {
      const numbers expected = sorted(each);
      ours::sort(each.data(), each.data() + each.size(), less);
      CHECK(each == expected);
    }
  }
}

TEST_CASE("sort takes O(n log n) comparisons whoever chooses the values") {
  constexpr std::size_t size = 10'000;
  adversary chooses(size);
  numbers order(size);
  std::iota(order.begin(), order.end(), 0U);
  ours::sort(order.data(), order.data() + size, [&](std::uint32_t a, std::uint32_t b) { return chooses(a, b); });
  CHECK(chooses.comparisons > size);
  CHECK(chooses.comparisons < size * 14 * 5);  // log2(n) is below 14; quicksort alone takes 25 million and more
  CHECK(std::is_sorted(order.begin(), order.end(),
                       [&](std::uint32_t a, std::uint32_t b) { return chooses.value[a] < chooses.value[b]; }));
}

TEST_CASE("heap_sort orders what std::sort orders") {
  for (const std::size_t size : {0U, 1U, 2U, 3U, 25U, 1000U}) {
    for (numbers each : inputs(size)) {
      const numbers expected = sorted(each);
      auto order = less;
      ours::heap_sort(each.data(), each.data() + each.size(), order);
      CHECK(each == expected);
    }
  }
}

TEST_CASE("a comparison that contradicts itself keeps within the range") {
  std::mt19937 random(1);
  numbers guarded(1002, 0);
  guarded.front() = guarded.back() = 0xDEADBEEF;
  std::iota(guarded.begin() + 1, guarded.end() - 1, 0U);
  ours::sort(guarded.data() + 1, guarded.data() + 1001,
             [](std::uint32_t a, std::uint32_t b) { return a != b && (a * 2654435761U ^ b * 40503U) % 2 == 0; });
  CHECK(guarded.front() == 0xDEADBEEF);
  CHECK(guarded.back() == 0xDEADBEEF);
  CHECK(std::count(guarded.begin(), guarded.end(), 0xDEADBEEF) == 2);
}

TEST_CASE("lower_bound and upper_bound find what the standard's find") {
  std::mt19937 random(3);
  for (const std::size_t size : {0U, 1U, 2U, 3U, 64U, 100U}) {
    numbers ascending(size);
    for (std::uint32_t& each : ascending) each = static_cast<std::uint32_t>(random() % 50 * 2);
    std::sort(ascending.begin(), ascending.end());
    const std::uint32_t* const first = ascending.data();
    const std::uint32_t* const last = first + size;
    for (std::uint32_t value = 0; value < 102; ++value) {
      CHECK(ours::lower_bound(first, last, value) == std::lower_bound(first, last, value));
      CHECK(ours::upper_bound(first, last, value) == std::upper_bound(first, last, value));
    }
  }
}

TEST_CASE("make_heap makes what the standard calls a heap") {
  for (const std::size_t size : {0U, 1U, 2U, 3U, 25U, 1000U}) {
    for (numbers each : inputs(size)) {
      const numbers expected = sorted(each);
      auto order = less;
      ours::make_heap(each.data(), each.data() + size, order);
      CHECK(std::is_heap(each.begin(), each.end()));
      CHECK(sorted(each) == expected);
    }
  }
}

TEST_CASE("nth_element puts one element where order would have it") {
  for (const std::size_t size : {1U, 2U, 24U, 25U, 33U, 500U}) {
    for (const numbers& input : inputs(size)) {
      const numbers expected = sorted(input);
      for (const std::size_t nth : {std::size_t{0}, size / 3, size / 2, size - 1}) {
        numbers each = input;
        ours::nth_element(each.data(), each.data() + nth, each.data() + size, less);
        CHECK(each[nth] == expected[nth]);
        CHECK(std::none_of(each.data(), each.data() + nth, [&](std::uint32_t v) { return v > each[nth]; }));
        CHECK(std::none_of(each.data() + nth, each.data() + size, [&](std::uint32_t v) { return v < each[nth]; }));
        CHECK(sorted(each) == expected);
      }
    }
  }
}

TEST_CASE("partial_sort puts the least in front, in order, and loses nothing") {
  for (const std::size_t size : {0U, 1U, 16U, 17U, 129U}) {
    for (const numbers& input : inputs(size)) {
      const numbers expected = sorted(input);
      for (const std::size_t front :
           {std::size_t{0}, std::min<std::size_t>(size, 1), std::min<std::size_t>(size, 16), size}) {
        numbers each = input;
        ours::partial_sort(each.data(), each.data() + front, each.data() + size, less);
        CHECK(std::equal(each.begin(), each.begin() + static_cast<std::ptrdiff_t>(front), expected.begin()));
        CHECK(sorted(each) == expected);
      }
    }
  }
}

TEST_CASE("gcd is what std::gcd is") {
  std::mt19937_64 random(5);
  for (int i = 0; i < 2000; ++i) {
    const std::uint64_t common = random() >> (random() % 64);
    const std::uint64_t a = (random() >> (random() % 64)) * common;
    const std::uint64_t b = (random() >> (random() % 64)) * common;
    CHECK(ours::gcd(a, b) == std::gcd(a, b));
  }
  CHECK(ours::gcd(0, 0) == 0);
  CHECK(ours::gcd(0, 12) == 12);
  CHECK(ours::gcd(12, 0) == 12);
  CHECK(ours::gcd(std::uint64_t{1} << 63, UINT64_MAX) == 1);
  CHECK(ours::gcd(std::uint64_t{1} << 63, std::uint64_t{1} << 40) == std::uint64_t{1} << 40);
  STATIC_REQUIRE(ours::gcd(54, 24) == 6);
}

TEST_CASE("copy_elements and fill_elements do what the standard's do") {
  numbers to(3, 9);
  ours::copy_elements(static_cast<const std::uint32_t*>(nullptr), 0, to.data());
  CHECK(to == numbers{9, 9, 9});
  ours::copy_elements(numbers{1, 2, 3}.data(), 2, to.data());
  CHECK(to == numbers{1, 2, 9});
  ours::fill_elements(to.data() + 1, 2, 5U);
  CHECK(to == numbers{1, 5, 5});
}
