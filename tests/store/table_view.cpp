#include <slotted/store/table_view.hpp>

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <ranges>
#include <vector>

#include "catch.hpp"

namespace {

static_assert(std::random_access_iterator<slotted::bit_span::iterator>);
static_assert(std::random_access_iterator<slotted::optional_span<double>::iterator>);

}  // namespace

TEST_CASE("a span of bits reads and counts from any offset to any end") {
  std::vector<std::uint64_t> words(5);
  std::vector<bool> model;
  std::uint64_t state = 1;
  for (std::size_t bit = 0; bit < 320; ++bit) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    const bool on = (state >> 60) % 2 == 1;
    model.push_back(on);
    words[bit / 64] |= std::uint64_t{on} << (bit % 64);
  }
  for (std::size_t from = 0; from < 130; from += 7) {
    for (std::size_t size = 0; from + size <= 320; size += 11) {
      const slotted::bit_span bits(words.data(), from, size);
      REQUIRE(bits.size() == size);
      REQUIRE(bits.empty() == (size == 0));
      const auto first = model.begin() + static_cast<std::ptrdiff_t>(from);
      const auto end = first + static_cast<std::ptrdiff_t>(size);
      REQUIRE(std::equal(bits.begin(), bits.end(), first, end));
      REQUIRE(bits.count() == static_cast<std::size_t>(std::count(first, end, true)));
    }
  }
}

TEST_CASE("position iterators order, subtract and jump") {
  const std::uint64_t word = 0b1011;
  const slotted::bit_span bits(&word, 0, 4);
  const auto first = bits.begin();
  CHECK(bits.end() - first == 4);
  CHECK(first < bits.end());
  CHECK(first[1] == true);
  CHECK(first[2] == false);
  CHECK(*(first + 3) == true);
  CHECK(*(bits.end() - 2) == false);
  auto next = first;
  CHECK(*next++ == true);
  CHECK(*--next == true);
  CHECK((2 + first) - first == 2);
}

TEST_CASE("a span of optionals pairs values with their presence") {
  const double values[] = {1, 0, 3};
  const std::uint64_t present = 0b101;
  const slotted::optional_span<double> all(values, slotted::bit_span(&present, 0, 3));
  CHECK(all[0] == 1.0);
  CHECK(!all[1].has_value());
  CHECK(all[2] == 3.0);
  CHECK(all.values().size() == 3);
  CHECK(all.present().count() == 2);
  CHECK(std::count(all.begin(), all.end(), std::nullopt) == 1);
}
