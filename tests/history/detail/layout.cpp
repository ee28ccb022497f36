// How a history sees a record: an ordered time, a series key, and a word for each value column.
#include <slotted/history/detail/layout.hpp>

#include <slotted/record/packed_record.hpp>
#include <slotted/record/record.hpp>
#include <slotted/record/symbol.hpp>

#include <array>
#include <bit>
#include <chrono>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <random>
#include <vector>

#include "catch.hpp"

namespace {

namespace detail = slotted::detail;
using slotted::detail::codec::value_kind;

enum class level : std::int8_t { low = -3, high = 7 };
struct inner {
  float u = 0;
  bool flag = false;
  friend bool operator==(const inner&, const inner&) = default;
};
struct odd {
  std::array<char, 11> text{};
  friend bool operator==(const odd&, const odd&) = default;
};
struct rich {
  std::chrono::sys_time<std::chrono::milliseconds> t{};
  slotted::symbol<"history layout", std::uint16_t> name;
  inner in;
  std::optional<double> maybe;
  std::optional<bool> tri;
  std::optional<std::array<std::int16_t, 2>> pair;
  std::array<float, 3> axes{};
  std::array<odd, 2> odds{};
  level how = level::low;
  std::int64_t count = 0;
  double real = 0;
  friend bool operator==(const rich&, const rich&) = default;
};
using layout = detail::history_layout<rich, 0, 1>;

static_assert(layout::has_series && layout::columns == 1 + 1 + 2 + 2 + 3 + 3 + 2 * 2 + 1 + 1 + 1);
static_assert(layout::first_column<4> == 2 && layout::column_count<4> == 2);  // `maybe`: whether, and what
static_assert(layout::column_count<0> == 0 && layout::column_count<1> == 0);  // neither the time nor the series
static_assert(layout::kinds[0] == value_kind::binary32 && layout::kinds[1] == value_kind::integer);
static_assert(layout::kinds[2] == value_kind::integer && layout::kinds[3] == value_kind::binary64);
static_assert(layout::kinds[layout::columns - 1] == value_kind::binary64);

std::vector<rich> some(std::size_t rows) {
  std::mt19937_64 random(rows);
  std::vector<rich> made(rows);
  for (std::size_t i = 0; i < rows; ++i) {
    rich& each = made[i];
    each.t += std::chrono::milliseconds(static_cast<std::int64_t>(random() % 1000));
    each.name = random() % 2 != 0 ? "a" : "b";
    each.in = {static_cast<float>(random() % 100) / 8, random() % 3 == 0};
    if (random() % 3 != 0) each.maybe = std::bit_cast<double>(random() & 0xBFFF'FFFF'FFFF'FFFF);
    if (random() % 3 != 0) each.tri = random() % 2 == 0;
    if (random() % 2 != 0) each.pair = std::array{static_cast<std::int16_t>(random()), std::int16_t{-1}};
    each.axes = {1.5F, static_cast<float>(i), -0.0F};
    each.odds[1].text[10] = static_cast<char>(random());
    each.odds[0].text[0] = 'x';
    each.how = random() % 2 == 0 ? level::low : level::high;
    each.count = static_cast<std::int64_t>(random());
    each.real = static_cast<double>(i) / 10;
  }
  return made;
}

// Words by columns, `stride` from one column to the next.
std::vector<std::uint64_t> columns_of(const std::vector<rich>& rows, std::size_t stride) {
  std::vector<std::uint64_t> words(layout::columns * stride, 0xDEADu);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::uint64_t row[layout::columns];
    layout::to_words(rows[i], row);
    for (std::size_t c = 0; c < layout::columns; ++c) words[c * stride + i] = row[c];
  }
  return words;
}

template <std::size_t L>
void check_leaf(const std::vector<rich>& rows, const std::vector<std::uint64_t>& words, std::size_t stride) {
  if constexpr (layout::is_value<L>) {
    using V = layout::leaf<L>;
    const std::unique_ptr<V[]> values(new V[rows.size()]);
    layout::leaf_from_words<L>(words.data() + layout::first_column<L> * stride, stride, rows.size(), values.get());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      CAPTURE(L, i);
      REQUIRE(values[i] == layout::fields::get<L>(rows[i]));
    }
  }
}

}  // namespace

TEST_CASE("a row comes back from its time, its key and its words") {
  for (const rich& each : some(50)) {
    std::uint64_t words[layout::columns];
    layout::to_words(each, words);
    CHECK(layout::time_of(each) == each.t.time_since_epoch().count());
    CHECK(layout::series_of(each) == each.name);
    CHECK(layout::make_row(layout::time_of(each), each.name, words) == each);
  }
}

TEST_CASE("every kind of leaf comes back from columns of words") {
  const auto size = GENERATE(std::size_t{1}, std::size_t{2}, std::size_t{3}, std::size_t{1024});
  const std::vector<rich> rows = some(size);
  const std::size_t stride = size + 7;
  const std::vector<std::uint64_t> words = columns_of(rows, stride);
  [&]<std::size_t... L>(std::index_sequence<L...>) { (check_leaf<L>(rows, words, stride), ...); }(layout::indices{});
  for (std::size_t i = 0; i < size; ++i)
    REQUIRE(layout::make_row(layout::time_of(rows[i]), rows[i].name, words.data() + i, stride) == rows[i]);
}

TEST_CASE("words are what the codec calls patterns") {
  rich each = some(1)[0];
  each.count = -2;
  each.how = level::low;
  each.in.u = -1.5F;
  each.maybe.reset();
  std::uint64_t words[layout::columns];
  layout::to_words(each, words);
  CHECK(words[0] == std::bit_cast<std::uint32_t>(-1.5F));
  CHECK(words[2] == 0);                                    // there is none,
  CHECK(words[3] == 0);                                    // and always in the same words
  CHECK(words[layout::columns - 3] == ~std::uint64_t{2});  // -3, its sign extended
  CHECK(words[layout::columns - 2] == ~std::uint64_t{1});
}

TEST_CASE("summaries hold what the values of a leaf are") {
  std::vector<rich> rows = some(300);
  rows[7].in.u = std::numeric_limits<float>::quiet_NaN();
  const std::vector<std::uint64_t> words = columns_of(rows, rows.size());
  std::vector<std::byte> bytes(layout::summary_size);
  layout::summarize_words(words.data(), rows.size(), rows.size(), bytes.data());
  const auto reals = layout::load_summary<2>(bytes.data());
  CHECK(reals.nans == 1);
  CHECK(reals.min >= 0);
  CHECK(reals.max <= 12.5F);
  const auto counts = layout::load_summary<layout::leaf_count - 2>(bytes.data());
  std::int64_t least = INT64_MAX;
  std::int64_t most = INT64_MIN;
  for (const rich& each : rows) {
    least = std::min(least, each.count);
    most = std::max(most, each.count);
  }
  CHECK(counts.min == least);
  CHECK(counts.max == most);
}

TEST_CASE("a nested and a packed record are taken apart as their leaves") {
  struct outer {
    inner in;
    slotted::packed_record<slotted::field<"a", char>, slotted::field<"t", std::int64_t>> packed;
  };
  using nested = detail::history_layout<outer, 3, slotted::detail::not_found>;
  static_assert(nested::columns == 3 && !nested::has_series);
  outer row;
  row.in = {2.5F, true};
  row.packed.set<"t">(-9);
  row.packed.set<"a">('z');
  std::uint64_t words[nested::columns];
  nested::to_words(row, words);
  CHECK(nested::time_of(row) == -9);
  const outer back = nested::make_row(-9, {}, words);
  CHECK(back.in == row.in);
  CHECK(back.packed.get<"a">() == 'z');
  CHECK(back.packed.get<"t">() == -9);
}

TEST_CASE("rows of wide records stand in smaller blocks and heads") {
  struct wide {
    std::int64_t time = 0;
    std::array<double, 100> values{};
  };
  using wide_layout = detail::history_layout<wide, 0, slotted::detail::not_found>;
  static_assert(wide_layout::columns == 100);
  static_assert(wide_layout::max_head_rows * (wide_layout::columns + 1) * 8 <= 32 * 1024);
  static_assert(wide_layout::max_block_rows * (wide_layout::columns + 1) * 8 <= 128 * 1024);
  static_assert(layout::max_block_rows <= 1024);
  CHECK(wide_layout::max_head_rows >= 32);
}
