#include <slotted/codec/block_reader.hpp>
#include <vector>

#include "catch.hpp"
#include "generated.hpp"

using namespace slotted::codec;

TEST_CASE("a reader gives every value of a block of every shape") {
  generated::random r(121);
  for (unsigned shape = 0; shape < generated::shapes; ++shape) {
    for (const std::size_t n : {1u, 90u, 1024u}) {
      const auto values = generated::doubles(r, shape, n);
      column_state state;
      std::vector<std::byte> bytes(max_encoded_size(n));
      bytes.resize(encode<double>(values, state, bytes));
      const block_reader<double> reader(bytes);
      REQUIRE(reader.size() == n);
      bool same = true;
      for (std::size_t i = 0; i < n; ++i) {
        const double v = reader.at(i);
        same = same && std::memcmp(&v, &values[i], sizeof v) == 0;
      }
      REQUIRE(same);
      double none = 0;
      CHECK_FALSE(reader.try_at(n, none));
      CHECK_THROWS_AS(reader.at(n), slotted::corrupt_block);
    }
  }
}

TEST_CASE("a reader of bytes that are no block of its kind is empty") {
  const std::vector<std::int64_t> values = {1, 2, 3};
  column_state state;
  std::vector<std::byte> bytes(max_encoded_size(3));
  bytes.resize(encode<std::int64_t>(values, state, bytes));
  block_reader<std::int64_t> reader(bytes);
  CHECK(reader.at(2) == 3);
  CHECK_FALSE(reader.try_open(std::span(bytes).first(2)));
  CHECK(reader.size() == 0);
  CHECK_THROWS_AS(block_reader<double>(bytes), slotted::corrupt_block);
}

TEST_CASE("a reader goes from one block to another of any mode") {
  generated::random r(123);
  block_reader<double> reader;
  for (unsigned round = 0; round < 3; ++round) {
    for (unsigned shape = 0; shape < generated::shapes; ++shape) {
      const auto values = generated::doubles(r, shape, 1024 - 300 * round);
      column_state state;
      std::vector<std::byte> bytes(max_encoded_size(values.size()));
      bytes.resize(encode<double>(values, state, bytes));
      REQUIRE(reader.try_open(bytes));
      for (std::size_t i = 0; i < values.size(); i += 7) {
        const double v = reader.at(i);
        REQUIRE(std::memcmp(&v, &values[i], sizeof v) == 0);
      }
    }
  }
}

TEST_CASE("a reader wants the dictionary that its block names") {
  const std::vector<std::uint64_t> entries = {1, 77, 0x123456789ABCDEFu, 0x7123456789ABCDEFu};
  std::vector<std::uint16_t> index(series_dictionary::index_size(entries.size()));
  const series_dictionary series(3, entries, index);
  std::vector<std::int64_t> values(200);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<std::int64_t>(entries[i * i % 7 % 4]);
  column_state state;
  std::vector<std::byte> bytes(max_encoded_size(values.size()));
  bytes.resize(encode<std::int64_t>(values, state, bytes, &series));
  REQUIRE(inspect(bytes).dictionary_version == 3);
  CHECK(block_reader<std::int64_t>(bytes, series.view()).at(5) == values[5]);
  CHECK_THROWS_AS(block_reader<std::int64_t>(bytes), slotted::corrupt_block);
}
