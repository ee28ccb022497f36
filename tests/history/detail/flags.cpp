// Compiled many times over, this file and flags/elsewhere.cpp each with flags of their own: rows must be the same
// bytes, and come back bit for bit, under all of them.
#include "catch.hpp"
#include "columns.hpp"
#include "flags/rows.hpp"

TEST_CASE("whatever the flags, the same bytes for a row, and the same bits out of them") {
  generated::random r(171);
  std::uint64_t print = 0xCBF29CE484222325u;
  for (int k = 0; k < 600; ++k) {
    const unsigned shape = static_cast<unsigned>(k) % flags::shapes;
    const std::size_t n = 1 + generated::below(r, 500);
    flags::rows rows;
    rows.times = generated::arrivals(r, static_cast<unsigned>(generated::below(r, generated::time_shapes)), n);
    for (std::size_t c = 0; c < flags::columns_of[shape]; ++c) {
      const auto column = generated::patterns(r, static_cast<generated::value_kind>(flags::kind_of[shape][c]), n);
      rows.words.insert(rows.words.end(), column.begin(), column.end());
    }
    const auto here = flags::put_here(shape, rows);
    const auto elsewhere = flags::put_elsewhere(shape, rows);
    REQUIRE(here.bytes == elsewhere.bytes);
    REQUIRE(flags::read_here(shape, elsewhere, n) == rows);
    REQUIRE(flags::read_elsewhere(shape, here, n) == rows);
    for (const auto b : here.bytes) print = (print ^ std::to_integer<std::uint64_t>(b)) * 0x100000001B3u;
  }
  // One figure for every compiler, machine and flag; another one when rows are written differently.
  CHECK(print == 0x0E4586404BB00A82);
}
