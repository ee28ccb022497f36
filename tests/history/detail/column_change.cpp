#include <slotted/history/detail/column_change.hpp>

#include "catch.hpp"
#include "columns.hpp"

using namespace slotted::detail;
using generated::value_kind;

namespace {

// The changes of a column, one behind the other, with the eight bytes in front that reading asks for.
struct written {
  value_kind kind;
  std::uint64_t newest;
  column_mode mode;
  std::vector<std::byte> bytes = std::vector<std::byte>(8);

  written(value_kind k, std::uint64_t first) : kind(k), newest(first), mode(first_mode(k, first)) {}

  // Returns: how many bytes the change takes; the same value takes none.
  std::size_t add(std::uint64_t pattern) {
    if (pattern == newest) return 0;
    const column_change change = change_of(kind, newest, pattern, mode);
    newest = pattern;
    const change_bytes added = write_change(kind, change);
    REQUIRE(added.count >= 1);
    REQUIRE(added.count <= most_change_bytes);
    for (unsigned i = 0; i < added.count; ++i)
      bytes.push_back(static_cast<std::byte>((i < 8 ? added.low : added.high) >> (8 * (i % 8))));
    return added.count;
  }

  // All values but the newest, from the newest to the first.
  std::vector<std::uint64_t> read() const {
    std::vector<std::uint64_t> values;
    column_cursor at(kind, newest, mode);
    const std::byte* end = bytes.data() + bytes.size();
    while (end > bytes.data() + 8) {
      read_change(kind, end, at, [](column_mode) {});
      values.push_back(at.pattern(kind));
    }
    REQUIRE(end == bytes.data() + 8);
    return values;
  }
};

std::uint64_t bits(double v) { return std::bit_cast<std::uint64_t>(v); }
std::uint64_t bits(float v) { return std::bit_cast<std::uint32_t>(v); }

// The bytes of each change from one value to the next; and they come back.
template <class Value>
std::vector<std::size_t> sizes(value_kind kind, const std::vector<Value>& values) {
  std::vector<std::uint64_t> patterns;
  for (const Value& v : values) {
    if constexpr (std::is_floating_point_v<Value>) {
      patterns.push_back(bits(v));
    } else {
      patterns.push_back(static_cast<std::uint64_t>(v));
    }
  }
  written column(kind, patterns.front());
  std::vector<std::size_t> found;
  for (std::size_t i = 1; i < patterns.size(); ++i) found.push_back(column.add(patterns[i]));
  const auto back = column.read();
  REQUIRE(back.size() == patterns.size() - 1);
  for (std::size_t i = 0; i < back.size(); ++i) REQUIRE(back[i] == patterns[patterns.size() - 2 - i]);
  return found;
}

using counts = std::vector<std::size_t>;

}  // namespace

TEST_CASE("a difference takes a byte for each seven bits, and nine past 42") {
  const auto of = [](std::int64_t v) { return sizes<std::int64_t>(value_kind::integer, {1000, 1000 + v}).front(); };
  for (unsigned n = 1; n <= 6; ++n) {
    const std::int64_t most = (std::int64_t{1} << (7 * n - 1)) - 1;
    CHECK(of(most) == n);
    CHECK(of(-most - 1) == n);
    CHECK(of(most + 1) == (n == 6 ? 9 : n + 1));
    CHECK(of(-most - 2) == (n == 6 ? 9 : n + 1));
  }
}

TEST_CASE("integers of 64 bits wrap around and come back") {
  constexpr std::int64_t least = INT64_MIN;
  constexpr std::int64_t most = INT64_MAX;
  CHECK(sizes<std::int64_t>(value_kind::integer, {least, most, least, 0, most, 0, least}) == counts{1, 1, 9, 9, 9, 9});
}

TEST_CASE("decimals change by their digits") {
  CHECK(sizes<double>(value_kind::binary64, {20.5, 20.6, 14.2, 27, 90.1, 20.5}) == counts{1, 1, 2, 2, 2});
  CHECK(sizes<double>(value_kind::binary64, {1e9, 1e9 + 63, 1e9 - 1, 1e9 + 8000}) == counts{1, 1, 2});
  CHECK(sizes<float>(value_kind::binary32, {20.5f, 20.6f, 14.2f, 27, 90.1f, 20.5f}) == counts{1, 1, 2, 2, 2});
}

TEST_CASE("zero is a decimal, and its negative is none") {
  CHECK(sizes<double>(value_kind::binary64, {0, 1, 0, 2.5}) == counts{1, 1, 3});
  CHECK(sizes<double>(value_kind::binary64, {0.0, std::bit_cast<double>(std::uint64_t{1} << 63), 0.0, 1}).front() == 3);
}

TEST_CASE("one more decimal costs two bytes once") {
  CHECK(sizes<double>(value_kind::binary64, {5, 5.5, 5.6, 5.61, 5.6, 5}) == counts{3, 1, 3, 1, 1});
  CHECK(sizes<float>(value_kind::binary32, {5, 5.5f, 5.6f, 5.61f, 5.6f, 5}) == counts{3, 1, 3, 1, 1});
}

TEST_CASE("digits that would grow past what a double tells apart become bits") {
  CHECK(sizes<double>(value_kind::binary64, {1e15, 0.5, 0.25}).front() == 11);
  CHECK(sizes<double>(value_kind::binary64, {-1e15, 0.5}).front() == 11);
  CHECK(sizes<double>(value_kind::binary64, {1e15, 0.123456789, 1e15}).front() == 11);
}

TEST_CASE("a value that is no decimal leaves the digits, and two decimals come back to them") {
  const double nan = std::bit_cast<double>(std::uint64_t{0x7FF8000000000001});
  CHECK(sizes<double>(value_kind::binary64, {1, nan, 2, 3, 4, nan}) == counts{3, 9, 2, 1, 3});
  CHECK(sizes<double>(value_kind::binary64, {nan, 0.5, 0.75, 0.5, 0.25, 0.5, 0.25}).back() == 1);
}

TEST_CASE("noise takes seven or eight bytes, a float in a double five, a float itself three or four") {
  CHECK(sizes<double>(value_kind::binary64, {0.1234567890123, 0.9234567890123, 1e9 / 7}) == counts{7, 8});
  CHECK(sizes<double>(value_kind::binary64, {1.1234567890123, 1.1334567890123, 1.9234567890123}).back() == 7);
  CHECK(sizes<double>(value_kind::binary64, {double{0.1234567f}, double{0.7654321f}, double{-0.7654321f}}).back() == 5);
  CHECK(sizes<float>(value_kind::binary32, {5.1234567f, 5.3654321f, 5.1234567f}).back() == 3);
}

TEST_CASE("columns of each kind come back, whatever they are") {
  generated::random r(101);
  std::size_t changes = 0;
  for (int k = 0; k < 3000; ++k) {
    const auto kind = static_cast<value_kind>(generated::below(r, 3));
    const auto patterns = generated::patterns(r, kind, 1 + generated::below(r, 300));
    written column(kind, patterns.front());
    std::vector<std::uint64_t> expected;
    for (std::size_t i = 1; i < patterns.size(); ++i) {
      if (column.add(patterns[i]) != 0) expected.insert(expected.begin(), patterns[i - 1]);
    }
    changes += expected.size();
    REQUIRE(column.read() == expected);
  }
  CHECK(changes > 100000);
}
