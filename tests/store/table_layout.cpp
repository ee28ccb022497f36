#include <slotted/store/table_layout.hpp>

#include <slotted/record/record.hpp>

#include <array>
#include <cstdint>
#include <optional>

#include "catch.hpp"

namespace {

using slotted::detail::table_layout;

enum class color : std::uint8_t { red, green };
struct inner {
  std::int16_t a;
  bool b;
};
struct mixed {
  bool first;
  double d;
  std::optional<std::int32_t> maybe;
  inner in;
  std::array<color, 3> colors;
  std::optional<bool> tri;
};

// Columns stand one after the other, each at a multiple of 64 bytes, none on another, and waste less than one percent.
template <class T>
constexpr bool proves_itself() {
  using layout = table_layout<T>;
  std::size_t end = 0;
  std::size_t bits = 0;
  for (std::size_t column = 0; column < layout::count; ++column) {
    const std::size_t bytes = layout::value.bytes(column, layout::value.slab_rows());
    if (layout::offsets[column] % 64 != 0 || layout::offsets[column] < end) return false;
    end = layout::offsets[column] + bytes;
    bits += layout::columns.widths[column] == 0 ? 1 : layout::columns.widths[column] * 8U;
  }
  if (bits != layout::columns.bits_per_row || end > layout::offsets[layout::count]) return false;
  const std::size_t pages = (layout::offsets[layout::count] + 4095) / 4096 * 4096;
  return (pages * 8 - bits * layout::value.slab_rows()) * 100 < bits * layout::value.slab_rows();
}

template <std::size_t N>
using bytes_record = slotted::record<slotted::field<"v", std::array<char, N>>>;

template <std::size_t... N>
constexpr bool all_widths(std::index_sequence<N...>) {
  return (proves_itself<bytes_record<N * 7 + 1>>() && ...);
}

}  // namespace

TEST_CASE("values stand first, in the order of the leaves, then bits") {
  using layout = table_layout<mixed>;
  CHECK(layout::leaf_count == 7);
  CHECK(layout::columns.values == 4);
  CHECK(layout::count == 4 + 1 + 1 + 1 + 2);
  CHECK(layout::columns.places[0].bit == 4);    // first
  CHECK(layout::columns.places[1].value == 0);  // d
  CHECK(layout::columns.places[2].value == 1);  // maybe
  CHECK(layout::columns.places[2].bit == 5);
  CHECK(layout::columns.places[3].value == 2);  // in.a
  CHECK(layout::columns.places[4].bit == 6);    // in.b
  CHECK(layout::columns.places[5].value == 3);  // colors
  CHECK(layout::columns.places[6].bit == 7);    // tri: two bits
  CHECK(layout::columns.bits_per_row == 1 + 64 + 33 + 16 + 1 + 24 + 2);
}

TEST_CASE("layouts of every width prove themselves") {
  STATIC_REQUIRE(proves_itself<mixed>());
  STATIC_REQUIRE(proves_itself<slotted::record<slotted::field<"only", bool>>>());
  STATIC_REQUIRE(all_widths(std::make_index_sequence<100>{}));
  STATIC_REQUIRE(proves_itself<bytes_record<40'000>>());
}
