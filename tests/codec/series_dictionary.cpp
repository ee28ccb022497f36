#include <slotted/codec/series_dictionary.hpp>

#include <bit>
#include <vector>

#include "catch.hpp"
#include "generated.hpp"
#include "probes.hpp"

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

TEST_CASE("chosen values make runs in the index at most twice as long as random ones do") {
  using slotted::test::inverse_of;
  constexpr std::size_t count = 20'000;
  generated::random r(72);
  // What looking for each entry and for each gap costs at most: the sum of the squares of the runs of taken slots.
  const auto cost = [&](auto value) {
    std::vector<std::uint64_t> entries(count);
    for (std::size_t i = 0; i < count; ++i) entries[i] = value(i);
    std::vector<std::uint16_t> index(series_dictionary::index_size(count));
    const series_dictionary d(1, entries, index);
    CHECK(d.find(entries[count / 2]) == count / 2);
    std::size_t squares = 0;
    std::size_t run = 0;
    for (const std::uint16_t slot : index) {
      run = slot == 0 ? 0 : run + 1;
      squares += 2 * run;
    }
    return squares;
  };
  const std::size_t usual = cost([&](std::size_t) { return r(); });
  CHECK(cost([](std::size_t i) { return std::uint64_t{i} << 44; }) <= 2 * usual);
  CHECK(cost([](std::size_t i) { return i * inverse_of(0x9E3779B97F4A7C15); }) <= 2 * usual);
  CHECK(cost([](std::size_t i) { return (std::uint64_t{i} << 40) * inverse_of(0x9E3779B97F4A7C15); }) <= 2 * usual);
  CHECK(cost([](std::size_t i) { return std::bit_cast<std::uint64_t>(static_cast<double>(i)); }) <= 2 * usual);
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
