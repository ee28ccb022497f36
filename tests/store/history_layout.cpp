#include <slotted/store/history_layout.hpp>

#include <slotted/record/packed_record.hpp>
#include <slotted/record/record.hpp>
#include <slotted/record/symbol.hpp>

#include <array>
#include <bit>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <optional>
#include <random>
#include <vector>

#include "catch.hpp"

namespace {

namespace detail = slotted::detail;

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

static_assert(layout::has_series && layout::columns == 1 + 2 + 2 + 2 + 3 + 3 + 2 * 2 + 1 + 1 + 1);
static_assert(layout::row_bytes == 8 + 5 + 16 + 2 + 6 + 12 + 22 + 1 + 16);
// Rows one after the other, as a tail keeps them.
struct packed_rows {
  std::vector<std::byte> bytes;
  explicit packed_rows(const std::vector<rich>& from) : bytes(from.size() * layout::row_bytes) {
    for (std::size_t i = 0; i < from.size(); ++i) layout::save_row(bytes.data() + i * layout::row_bytes, from[i]);
  }
  template <std::size_t L>
  auto open() const {
    return [this](std::size_t i) { return bytes.data() + i * layout::row_bytes + layout::places.offsets[L]; };
  }
};

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

template <std::size_t L>
void check_leaf(const std::vector<rich>& rows, const std::byte* block) {
  if constexpr (L != layout::series_leaf) {
    std::vector<layout::leaf<L>> values(rows.size());
    if constexpr (std::is_same_v<layout::leaf<L>, bool>) {
      const std::unique_ptr<bool[]> bits(new bool[rows.size()]);
      layout::decode_leaf<L>(block, rows.size(), bits.get());
      values.assign(bits.get(), bits.get() + rows.size());
    } else {
      layout::decode_leaf<L>(block, rows.size(), values.data());
    }
    for (std::size_t i = 0; i < rows.size(); ++i) {
      CAPTURE(L, i);
      REQUIRE(values[i] == layout::fields::get<L>(rows[i]));
    }
  }
}

}  // namespace

TEST_CASE("a row comes back from its packed form") {
  const std::vector<rich> rows = some(50);
  const packed_rows packed(rows);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::byte* at = packed.bytes.data() + i * layout::row_bytes;
    CHECK(layout::load_row(at, rows[i].name) == rows[i]);
    CHECK(layout::time_of(at) == rows[i].t.time_since_epoch().count());
    CHECK(layout::load_leaf<4>(at) == rows[i].maybe);
  }
}

TEST_CASE("every kind of leaf comes back from a block of any size") {
  const auto size =
      GENERATE(std::size_t{1}, std::size_t{2}, std::size_t{3}, std::size_t{500}, std::size_t{1023}, std::size_t{1024});
  const std::vector<rich> rows = some(size);
  packed_rows packed(rows);
  std::vector<detail::column_state> states(layout::columns);
  std::vector<std::byte> block(layout::max_block_bytes(size));
  std::byte summaries[layout::summary_size];
  const std::size_t bytes = layout::encode(packed, size, states.data(), nullptr, block.data(), summaries);
  CHECK(bytes <= block.size());
  CHECK(layout::size_of_block(block.data()) == bytes);
  block.resize(bytes);
  block.shrink_to_fit();  // the address sanitizer sees a read beyond
  [&]<std::size_t... L>(std::index_sequence<L...>) { (check_leaf<L>(rows, block.data()), ...); }(layout::indices{});
  std::vector<std::int64_t> times(size);
  layout::decode_times(block.data(), size, times.data());
  for (std::size_t i = 0; i < size; ++i) REQUIRE(times[i] == rows[i].t.time_since_epoch().count());
}

TEST_CASE("a nested and a packed record are taken apart as their leaves") {
  struct outer {
    inner in;
    slotted::packed_record<slotted::field<"a", char>, slotted::field<"t", std::int64_t>> packed;
  };
  using nested = detail::history_layout<outer, 3, slotted::detail::not_found>;
  static_assert(nested::row_bytes == 4 + 1 + 1 + 8 && !nested::has_series);
  outer row;
  row.in = {2.5F, true};
  row.packed.set<"t">(-9);
  row.packed.set<"a">('z');
  std::byte bytes[nested::row_bytes];
  nested::save_row(bytes, row);
  CHECK(nested::time_of(bytes) == -9);
  const outer back = nested::load_row(bytes, {});
  CHECK(back.in == row.in);
  CHECK(back.packed.get<"a">() == 'z');
}
