// What is found among ascending values is what a search of all of them finds, in every mode that times are kept in.
#include <slotted/codec/ascending_search.hpp>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "catch.hpp"
#include "generated.hpp"

using namespace slotted::detail::codec;

namespace {

std::vector<std::byte> encoded(const std::vector<std::int64_t>& values) {
  slotted::codec::hint h;
  std::vector<std::byte> bytes(slotted::codec::max_encoded_size(values.size()));
  bytes.resize(slotted::codec::encode<std::int64_t>(values, h, bytes));
  return bytes;
}

// Returns: whether the search decoded all values.
bool check_range(const std::vector<std::int64_t>& values, std::span<const std::byte> block, std::int64_t least,
                 std::int64_t most) {
  std::vector<std::uint64_t> words(values.size());
  found_part found{};
  REQUIRE(find_ascending(block, values.size(), least, most, reinterpret_cast<std::byte*>(words.data()), found));
  const auto first = std::lower_bound(values.begin(), values.end(), least);
  const auto end = std::max(first, std::upper_bound(values.begin(), values.end(), most));
  CAPTURE(values.size(), least, most);
  REQUIRE(found.part.first == static_cast<std::size_t>(first - values.begin()));
  REQUIRE(found.part.end == static_cast<std::size_t>(end - values.begin()));
  if (found.decoded) {
    REQUIRE(std::equal(values.begin(), values.end(), words.begin(),
                       [](std::int64_t v, std::uint64_t w) { return v == static_cast<std::int64_t>(w); }));
  }
  return found.decoded;
}

// Returns: how many of the searches decoded all values.
std::size_t check_all(const std::vector<std::int64_t>& values, generated::random& r) {
  const auto block = encoded(values);
  std::size_t decoded = 0;
  decoded += check_range(values, block, INT64_MIN, INT64_MAX);
  decoded += check_range(values, block, INT64_MAX, INT64_MIN);
  decoded += check_range(values, block, INT64_MIN, INT64_MIN);
  decoded += check_range(values, block, INT64_MAX, INT64_MAX);
  for (int i = 0; i < 40; ++i) {
    const std::int64_t at = values[generated::below(r, values.size())];
    const std::int64_t other = values[generated::below(r, values.size())];
    const auto near = static_cast<std::int64_t>(generated::below(r, 3)) - 1;
    const auto moved = static_cast<std::int64_t>(static_cast<std::uint64_t>(at) + static_cast<std::uint64_t>(near));
    decoded += check_range(values, block, moved, std::max(moved, other));
    decoded += check_range(values, block, std::min(moved, other), moved);
  }
  return decoded;
}

}  // namespace

TEST_CASE("a range is found among times of every rhythm") {
  generated::random r(41);
  for (const std::size_t n : {1u, 2u, 3u, 16u, 50u, 1000u, 1024u}) {
    for (unsigned rhythm = 0; rhythm < 9; ++rhythm) {
      std::vector<std::int64_t> times(n);
      std::int64_t time = rhythm == 8 ? INT64_MIN : 1'700'000'000'000;
      for (std::size_t i = 0; i < n; ++i) {
        times[i] = time;
        switch (rhythm) {
          case 0:  // one time
            break;
          case 1:  // a step
            time += 15'000;
            break;
          case 2:  // a step, and gaps
            time += generated::below(r, 60) == 0 ? 90'000 : 15'000;
            break;
          case 3:  // two steps
            time += i < n / 2 ? 10 : 25;
            break;
          case 4:  // jitter
            time += 15'000 + static_cast<std::int64_t>(generated::below(r, 200));
            break;
          case 5:  // any
            time += static_cast<std::int64_t>(generated::below(r, 1u << 30));
            break;
          case 6:  // runs of one time
            time += i % 9 == 0 ? static_cast<std::int64_t>(generated::below(r, 1000)) : 0;
            break;
          case 7:  // each time twice
            time += i % 2 == 0 ? 0 : 10;
            break;
          default:  // all of the type
            time = n == 1 ? INT64_MAX
                          : static_cast<std::int64_t>(static_cast<std::uint64_t>(time) + (UINT64_MAX / (n - 1)));
        }
      }
      (void)check_all(times, r);
    }
  }
}

TEST_CASE("regular times, with gaps or without, are searched without being decoded") {
  generated::random r(42);
  for (const std::int64_t gap : {1000, 90'000}) {
    std::vector<std::int64_t> times(1024);
    for (std::size_t i = 1; i < times.size(); ++i) times[i] = times[i - 1] + (i % 300 == 0 ? gap : 1000);
    CHECK(check_all(times, r) == 0);
  }
}

TEST_CASE("times that are written beside a line are searched without being decoded") {
  generated::random r(43);
  std::vector<std::int64_t> times(1024);
  for (std::size_t i = 0; i < times.size(); ++i)
    times[i] = static_cast<std::int64_t>(1000 * i + generated::below(r, 900));
  CHECK(check_all(times, r) == 0);
}

TEST_CASE("nothing is found in what is no block of so many integers") {
  std::vector<std::uint64_t> words(1024);
  auto* const room = reinterpret_cast<std::byte*>(words.data());
  found_part found{};
  std::vector<std::int64_t> times(100);
  for (std::size_t i = 0; i < times.size(); ++i) times[i] = static_cast<std::int64_t>(i * i);
  const auto block = encoded(times);
  CHECK_FALSE(find_ascending(block, 99, 0, 10, room, found));
  CHECK_FALSE(find_ascending({}, 100, 0, 10, room, found));
  for (std::size_t cut = 1; cut < block.size(); ++cut)
    CHECK_FALSE(find_ascending(std::span<const std::byte>(block).first(cut), 100, 0, 10, room, found));
  slotted::codec::hint h;
  std::vector<std::byte> reals(slotted::codec::max_encoded_size(100));
  const std::vector<double> values(100, 1.5);
  reals.resize(slotted::codec::encode<double>(values, h, reals));
  CHECK_FALSE(find_ascending(reals, 100, 0, 10, room, found));
}
