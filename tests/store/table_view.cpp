#include <slotted/store/table.hpp>
#include <slotted/store/table_view.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <ranges>
#include <type_traits>
#include <utility>
#include <vector>

#include "catch.hpp"

namespace {

struct reading {
  double value;
  bool valid;
  std::optional<int> code;
  std::optional<bool> flag;
};
using table = slotted::table<reading>;

template <class Range>
concept view_of_columns =
    std::ranges::random_access_range<Range> && std::ranges::sized_range<Range> && std::ranges::common_range<Range> &&
    std::ranges::view<Range> && std::ranges::borrowed_range<Range> && std::default_initializable<Range> &&
    std::is_nothrow_copy_constructible_v<Range>;

static_assert(view_of_columns<slotted::bit_span>);
static_assert(view_of_columns<slotted::optional_span<double>> && view_of_columns<slotted::optional_span<bool>>);
static_assert(view_of_columns<slotted::table_column<reading, 0>> && view_of_columns<slotted::table_column<reading, 1>>);
static_assert(view_of_columns<slotted::table_column<reading, 2>> && view_of_columns<slotted::table_column<reading, 3>>);

template <class Range>
concept view_of_chunks =
    std::ranges::forward_range<Range> && !std::ranges::bidirectional_range<Range> && std::ranges::sized_range<Range> &&
    std::ranges::common_range<Range> && std::ranges::view<Range> && std::ranges::borrowed_range<Range> &&
    std::default_initializable<Range>;
static_assert(view_of_chunks<slotted::table_chunks<reading, true>> &&
              view_of_chunks<slotted::table_chunks<reading, false>>);

template <class Range>
concept range_of_rows = std::ranges::random_access_range<Range> && std::ranges::sized_range<Range> &&
                        std::ranges::common_range<Range> && !std::ranges::view<std::remove_cvref_t<Range>>;
static_assert(range_of_rows<table&> && range_of_rows<const table&>);
static_assert(!std::ranges::borrowed_range<table> && std::ranges::borrowed_range<table&>);

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

TEST_CASE("what an adaptor takes of a span or column outlives the span and the adaptor") {
  const std::uint64_t word = 0b1011;
  const auto first_zero = std::ranges::find(slotted::bit_span(&word, 0, 4), false);  // no std::ranges::dangling
  CHECK(*first_zero == false);
  table rows;
  rows.push_back({1, true, 5, std::nullopt});
  rows.push_back({2, false, std::nullopt, true});
  const auto two = std::ranges::find(rows.column<"value">(), 2.0);
  CHECK(*two == 2.0);
  for (const auto chunk : rows.chunks()) {
    const auto code = std::ranges::find_if(chunk.column<"code">(), [](auto each) { return !each.has_value(); });
    CHECK(!(*code).has_value());
  }
#if !defined(__clang__) || __clang_major__ >= 16  // before, it cannot compile libstdc++'s adaptors
  const auto bits = slotted::bit_span(&word, 0, 4) | std::views::drop(1);
  CHECK(*bits.begin());
  for (const auto chunk : rows.chunks())
    CHECK(std::ranges::distance(chunk.column<"flag">() | std::views::take(1)) == 1);
#endif
}

TEST_CASE("chunks are counted without visiting them") {
  table rows;
  CHECK(rows.chunks().size() == 0);
  const auto visited = [&] {
    return static_cast<std::size_t>(std::ranges::distance(rows.chunks().begin(), rows.chunks().end()));
  };
  for (std::size_t row = 0; row < 3 * table::slab_rows; ++row) {
    rows.push_back({});
    if (row % (table::slab_rows / 2) < 2) CHECK(rows.chunks().size() == visited());
  }
  CHECK(rows.chunks().size() == 3);
  for (std::size_t gone = 0; gone < 5; ++gone) {
    rows.pop_front(table::slab_rows / 2);
    CHECK(rows.chunks().size() == visited());
    CHECK(std::as_const(rows).chunks().size() == visited());
  }
  CHECK(slotted::table_chunks<reading, true>().size() == 0);
  CHECK(slotted::table_column<reading, 0>().empty());
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
