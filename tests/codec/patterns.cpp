// Blocks of any type are patterns, and code the same way from them.
#include <slotted/codec/patterns.hpp>

#include <cstring>
#include <limits>
#include <vector>

#include "catch.hpp"
#include "generated.hpp"

using namespace slotted::detail::codec;
using slotted::codec::column_state;

namespace {

// The values as a block, that block as patterns, those as a block again: it has the values, and the same bytes.
template <class T>
void check_round(const std::vector<T>& values) {
  std::vector<std::byte> block(slotted::codec::max_encoded_size(values.size()));
  column_state state;
  block.resize(slotted::codec::encode(std::span<const T>(values), state, block));
  pattern_block patterns;
  REQUIRE(try_decode_patterns(block, {}, patterns));
  REQUIRE(patterns.n == values.size());
  CHECK(patterns.kind == kind_of<T>());
  CHECK(patterns.values().size() == values.size());
  for (std::size_t i = 0; i < values.size(); ++i) REQUIRE(patterns.patterns[i] == to_pattern(values[i]));
  std::vector<std::byte> again(slotted::codec::max_encoded_size(values.size()));
  column_state fresh;
  again.resize(encode_patterns(patterns, fresh, nullptr, again.data()));
  CHECK(again == block);
}

}  // namespace

TEST_CASE("a block comes back as patterns, and patterns as the same block") {
  generated::random r(5);
  std::vector<double> reals;
  std::vector<float> halves;
  std::vector<std::int32_t> integers;
  std::vector<std::uint8_t> bytes;
  for (int i = 0; i < 1024; ++i) {
    reals.push_back(static_cast<double>(r() % 100'000) / 100);
    halves.push_back(static_cast<float>(r() % 50) * 0.5F);
    integers.push_back(static_cast<std::int32_t>(r()));
    bytes.push_back(static_cast<std::uint8_t>(r() % 3));
  }
  reals[7] = std::numeric_limits<double>::quiet_NaN();
  reals[8] = -0.0;
  check_round(reals);
  check_round(halves);
  check_round(integers);
  check_round(bytes);
  reals.resize(1);
  check_round(reals);
  integers.resize(131);
  check_round(integers);
}

TEST_CASE("bytes that are no block, and blocks of another dictionary, give no patterns") {
  pattern_block patterns;
  CHECK_FALSE(try_decode_patterns({}, {}, patterns));
  const std::vector<std::byte> noise(40, std::byte{0xFF});
  CHECK_FALSE(try_decode_patterns(noise, {}, patterns));

  // Of 700 values at random no 256 serve, but a dictionary does.
  generated::random r(6);
  std::vector<std::uint64_t> entries;
  for (int i = 0; i < 700; ++i) entries.push_back(r());
  std::vector<std::uint16_t> index(slotted::codec::series_dictionary::index_size(entries.size()));
  const series_dictionary series(9, entries, index);
  pattern_block from;
  from.n = max_block_values;
  for (std::size_t i = 0; i < from.n; ++i) from.patterns[i] = entries[r() % entries.size()];
  std::vector<std::byte> block(slotted::codec::max_encoded_size(from.n));
  column_state state;
  block.resize(encode_patterns(from, state, &series, block.data()));
  CHECK(block.size() < from.n * 11 / 8);
  CHECK_FALSE(try_decode_patterns(block, {}, patterns));
  CHECK_FALSE(try_decode_patterns(block, {8, entries}, patterns));
  REQUIRE(try_decode_patterns(block, series.view(), patterns));
  CHECK(std::memcmp(patterns.patterns, from.patterns, sizeof from.patterns) == 0);
}

TEST_CASE("values are common where a third of them are among the others, and those are counted") {
  generated::random r(7);
  std::vector<std::uint64_t> left(1024);
  std::vector<std::uint64_t> right(1024);
  for (auto& each : left) each = r();
  for (auto& each : right) each = r();
  const auto is_common = [](const auto& values, const auto& others) { return recurrence(values, others).is_common(); };
  CHECK_FALSE(is_common(left, right));
  CHECK(is_common(left, left));
  for (std::size_t i = 0; i < right.size(); i += 6) right[i] = left[(i * 7) % left.size()];
  CHECK_FALSE(is_common(right, left));
  for (std::size_t i = 0; i < right.size(); ++i)
    if (i % 4 != 3) right[i] = left[(i * 7) % left.size()];  // three quarters
  CHECK(is_common(right, left));
  const std::vector<std::uint64_t> none;
  CHECK_FALSE(is_common(none, left));
  CHECK_FALSE(is_common(left, none));

  CHECK(recurrence(left, none).distinct() == 0);
  CHECK(recurrence(left, left).distinct() > 1000);
  CHECK(recurrence(left, left).distinct() <= 1024);
  const std::vector<std::uint64_t> same(500, 3);
  CHECK(recurrence(left, same).distinct() == 1);
}
