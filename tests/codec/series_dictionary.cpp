#include <slotted/codec/series_dictionary.hpp>

#include <vector>

#include "catch.hpp"
#include "generated.hpp"

using namespace slotted::detail::codec;
using slotted::codec::max_series_entries;
using slotted::codec::series_dictionary;

TEST_CASE("every entry is found, and nothing else") {
  for (const std::size_t count : {1u, 2u, 1000u, 65535u}) {
    std::vector<std::uint64_t> entries(count);
    for (std::size_t i = 0; i < count; ++i) entries[i] = i * i + 1;
    std::vector<std::uint16_t> index(series_dictionary::index_size(count));
    const series_dictionary d(1, entries, index);
    bool found = true;
    for (std::size_t i = 0; i < count; ++i) found = found && d.find(entries[i]) == i;
    CHECK(found);
    CHECK(d.find(0) == max_series_entries);
    CHECK(d.find(3) == max_series_entries);
  }
}

TEST_CASE("training keeps what recurs often enough to pay for its entry") {
  generated::random r(71);
  std::vector<std::uint64_t> scratch;
  for (std::uint64_t k = 0; k < 100; ++k) scratch.insert(scratch.end(), 20, k * 0x9E3779B97F4A7C15u);
  for (int k = 0; k < 500; ++k) scratch.push_back(r());
  std::vector<std::uint64_t> entries(1000);
  const auto sample = scratch;
  CHECK(train(scratch, value_kind::integer, 60, entries) == 100);
  scratch = sample;
  CHECK(train(scratch, value_kind::integer, 4, entries) == 0);  // codes alone cost more
  scratch = sample;
  CHECK(train(scratch, value_kind::integer, 60, std::span(entries).first(99)) == 0);  // no room
}
