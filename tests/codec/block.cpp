#include <slotted/codec/block.hpp>

#include "catch.hpp"
#include "generated.hpp"

using namespace slotted::codec;
using slotted::corrupt_block;

namespace {

template <typename T>
std::vector<std::byte> encoded(const std::vector<T>& values, column_state& state,
                               const series_dictionary* series = nullptr) {
  std::vector<std::byte> bytes(max_encoded_size(values.size()));
  bytes.resize(encode<T>(values, state, bytes, series));
  return bytes;
}

template <typename T>
bool same_bits(const std::vector<T>& a, const std::vector<T>& b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0);
}

// Encodes, then checks every way of reading back.
template <typename T>
void round_trip(const std::vector<T>& values, column_state& state) {
  const auto bytes = encoded(values, state);
  REQUIRE(bytes.size() <= max_encoded_size(values.size()));
  const block_info info = inspect(bytes);
  REQUIRE(info.count == values.size());
  REQUIRE(info.size == bytes.size());
  REQUIRE(encoded_size(bytes) == bytes.size());
  std::vector<T> back(values.size());
  decode<T>(bytes, back);
  REQUIRE(same_bits(values, back));
  for (std::size_t i = 0; i < values.size(); i += values.size() / 7 + 1) {
    const T one = value_at<T>(bytes, i);
    REQUIRE(std::memcmp(&one, &values[i], sizeof one) == 0);
  }
}

enum class colour : std::uint8_t { red, green, blue };

}  // namespace

TEST_CASE("doubles of every shape and every count come back bit for bit") {
  generated::random r(1);
  for (unsigned shape = 0; shape < generated::shapes; ++shape) {
    column_state state;
    for (std::size_t n = 1; n <= max_block_values; n += n < 80 ? 1 : 61)
      round_trip(generated::doubles(r, shape, n), state);
    for (int k = 0; k < 3; ++k) round_trip(generated::doubles(r, shape, max_block_values), state);
  }
}

TEST_CASE("integers of every shape and every count come back") {
  generated::random r(2);
  for (unsigned shape = 0; shape < generated::integer_shapes; ++shape) {
    column_state state;
    for (std::size_t n = 1; n <= max_block_values; n += n < 80 ? 1 : 61)
      round_trip(generated::integers(r, shape, n), state);
    for (int k = 0; k < 3; ++k) round_trip(generated::integers(r, shape, max_block_values), state);
  }
}

TEST_CASE("every count from 1 to 1024 comes back") {
  generated::random r(3);
  column_state state;
  for (std::size_t n = 1; n <= max_block_values; ++n)
    round_trip(generated::doubles(r, static_cast<unsigned>(n % generated::shapes), n), state);
}

TEST_CASE("a state from another column changes the size at most, never the values") {
  generated::random r(4);
  column_state state;
  for (int k = 0; k < 400; ++k) {
    const auto shape = static_cast<unsigned>(generated::below(r, generated::shapes));
    round_trip(generated::doubles(r, shape, k % 3 == 0 ? 1 + generated::below(r, max_block_values) : max_block_values),
               state);
    if (k % 5 == 0) round_trip(generated::integers(r, shape % generated::integer_shapes, 500), state);
  }
}

TEST_CASE("narrower numbers, bools, enumerations and floats come back") {
  generated::random r(5);
  column_state state;
  const auto wide = generated::integers(r, 9, 1024);
  const auto narrowed = [&]<typename T>(T) {
    std::vector<T> v;
    for (const auto x : wide) v.push_back(static_cast<T>(x));
    column_state fresh;
    round_trip(v, fresh);
    v.resize(77);
    round_trip(v, fresh);
  };
  narrowed(std::int8_t{});
  narrowed(std::uint8_t{});
  narrowed(std::int16_t{});
  narrowed(std::uint16_t{});
  narrowed(std::int32_t{});
  narrowed(std::uint32_t{});
  narrowed(std::uint64_t{});
  narrowed(char{});
  narrowed(colour{});
  bool flags[900];
  for (auto& flag : flags) flag = generated::below(r, 5) == 0;
  std::byte bytes[max_encoded_size(900)];
  const std::size_t size = encode<bool>(flags, state, bytes);
  CHECK(size < 900 / 8 + 16);
  bool back[900] = {};
  decode<bool>(std::span(bytes, size), back);
  CHECK(std::equal(flags, flags + 900, back));

  for (unsigned shape = 0; shape < generated::shapes; ++shape) {
    column_state fresh;
    for (const std::size_t n : {1u, 2u, 17u, 300u, 1024u}) {
      std::vector<float> v(n);
      if (shape < 2) {
        for (auto& x : v) x = std::bit_cast<float>(static_cast<std::uint32_t>(r() >> generated::below(r, 40)));
      } else {
        const auto d = generated::doubles(r, shape, n);
        for (std::size_t i = 0; i < n; ++i) v[i] = static_cast<float>(d[i]);
      }
      round_trip(v, fresh);
    }
  }
}

TEST_CASE("the first decimal that has too many digits is no decimal, though its quotient is right") {
  // 2^51 / 10^e is what no digits stand for, and needs no correction: a neighbour's digits in its place need one.
  double scale = 1;
  for (int e = 0; e <= 17; ++e, scale *= 10) {
    const double edge = 2251799813685248.0 / scale;
    for (const double sign : {1.0, -1.0}) {
      std::vector<double> reals(20, 13.6);
      std::vector<float> floats(20, 13.6F);
      reals[1] = sign * edge;
      floats[1] = static_cast<float>(sign * edge);
      const std::vector<double> widened(floats.begin(), floats.end());
      column_state fresh[3];
      round_trip(reals, fresh[0]);
      round_trip(floats, fresh[1]);
      round_trip(widened, fresh[2]);
      for (std::size_t i = 2; i < 20; ++i) {
        reals[i] = static_cast<double>(i) / scale;
        floats[i] = static_cast<float>(reals[i]);
      }
      round_trip(reals, fresh[0]);
      round_trip(floats, fresh[1]);
    }
  }
}

TEST_CASE("decimals with rounding noise take a few bits, not 64") {
  generated::random r(6);
  column_state state;
  std::vector<double> v;
  for (int i = 0; i < 1024; ++i) {
    const double exact = generated::decimal(static_cast<std::int64_t>(generated::below(r, 4096)), 3);
    v.push_back(std::bit_cast<double>(std::bit_cast<std::uint64_t>(exact) + generated::below(r, 3)));
  }
  CHECK(encoded(v, state).size() * 8 < 1024 * 15);
}

TEST_CASE("the same values and states give the same bytes") {
  generated::random r(7);
  column_state a, b;
  for (unsigned shape = 0; shape < generated::shapes; ++shape) {
    const auto v = generated::doubles(r, shape, 1024);
    CHECK(encoded(v, a) == encoded(v, b));
  }
}

TEST_CASE("a truncated block is corrupt, one with more bytes behind it is not") {
  generated::random r(8);
  for (unsigned shape = 0; shape < generated::shapes; ++shape) {
    column_state state;
    const auto v = generated::doubles(r, shape, shape % 2 == 0 ? 1024 : 333);
    auto bytes = encoded(v, state);
    std::vector<double> back(v.size());
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      const std::vector<std::byte> cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
      REQUIRE_FALSE(try_decode<double>(cut, back));
      block_info info;
      REQUIRE_FALSE(try_inspect(cut, info));
    }
    REQUIRE_THROWS_AS(decode<double>(std::span(bytes).first(bytes.size() - 1), back), corrupt_block);
    REQUIRE_THROWS_AS(inspect({}), corrupt_block);
    const std::size_t size = bytes.size();
    bytes.resize(size + 100, std::byte{0xFF});
    decode<double>(bytes, back);
    CHECK(same_bits(v, back));
    CHECK(encoded_size(bytes) == size);
  }
}

TEST_CASE("a block of another kind, another count or another version is corrupt") {
  column_state state;
  const std::vector<double> v(100, 1.5);
  auto bytes = encoded(v, state);
  std::vector<double> back(100);
  std::vector<float> floats(100);
  std::vector<std::int64_t> integers(100);
  std::vector<double> fewer(99);
  CHECK(try_decode<double>(bytes, back));
  CHECK_FALSE(try_decode<float>(bytes, floats));
  CHECK_FALSE(try_decode<std::int64_t>(bytes, integers));
  CHECK_FALSE(try_decode<double>(bytes, fewer));
  double one = 0;
  CHECK(try_value_at<double>(bytes, 99, one));
  CHECK_FALSE(try_value_at<double>(bytes, 100, one));
  CHECK_THROWS_AS(value_at<double>(bytes, 100), corrupt_block);
  for (const unsigned version : {0u, 2u, 3u}) {
    bytes[0] = (bytes[0] & std::byte{0x3F}) | static_cast<std::byte>(version << 6);
    CHECK_FALSE(try_decode<double>(bytes, back));
  }
}

TEST_CASE("a value a type cannot hold is reduced, and a bool is 0 or 1") {
  column_state state;
  const std::vector<std::int64_t> v = {0, 1, 2, 3, 258};
  const auto bytes = encoded(v, state);
  bool flags[5];
  decode<bool>(bytes, flags);
  unsigned char raw[5];
  std::memcpy(raw, flags, 5);
  for (const auto b : raw) CHECK(b <= 1);
  std::uint8_t small[5];
  decode<std::uint8_t>(bytes, small);
  CHECK(small[4] == 2);
}

TEST_CASE("a series dictionary is named by its blocks, and no other will do") {
  generated::random r(9);
  std::vector<double> pool(300);
  for (auto& x : pool) x = std::bit_cast<double>(0x3FF0000000000000u + (r() >> 12));
  std::vector<double> v(4096);
  for (auto& x : v) x = pool[generated::below(r, pool.size())];
  v[5] = -1.0;  // a stranger

  std::vector<std::uint64_t> scratch(v.size());
  std::vector<std::uint64_t> entries(1000);
  const std::size_t count = train_dictionary<double>(v, 60, scratch, entries);
  REQUIRE(count == pool.size());
  entries.resize(count);
  std::vector<std::uint16_t> index(series_dictionary::index_size(count));
  const series_dictionary series(7, entries, index);

  column_state with, without;
  const std::vector<double> block(v.begin(), v.begin() + 1024);
  const auto bytes = encoded(block, with, &series);
  CHECK(bytes.size() * 8 < 1024 * 10);
  CHECK(encoded(block, without).size() * 8 > 1024 * 20);
  CHECK(inspect(bytes).dictionary_version == 7);
  CHECK(encoded(block, with, &series) == bytes);  // remembered, not searched for

  std::vector<double> back(1024);
  decode<double>(bytes, back, series.view());
  CHECK(same_bits(block, back));
  CHECK(value_at<double>(bytes, 5, series.view()) == -1.0);
  CHECK(value_at<double>(bytes, 6, series.view()) == block[6]);
  CHECK_THROWS_AS(decode<double>(bytes, back), corrupt_block);
  CHECK_THROWS_AS(decode<double>(bytes, back, dictionary_view{8, entries}), corrupt_block);
  CHECK_THROWS_AS(decode<double>(bytes, back, dictionary_view{7, std::span(entries).first(10)}), corrupt_block);
  CHECK_THROWS_AS(value_at<double>(bytes, 6), corrupt_block);
}

// ---- golden bytes: a block of each mode. One of these going red is a decision, not an accident: blocks that are kept
// somewhere would no longer be what they were. A new encoding of an old mode needs a new format version.
namespace {

std::string hex(const std::vector<std::byte>& bytes) {
  std::string text;
  for (const auto b : bytes) {
    text += "0123456789abcdef"[std::to_integer<unsigned>(b) >> 4];
    text += "0123456789abcdef"[std::to_integer<unsigned>(b) & 15];
  }
  return text;
}

template <typename T>
std::string golden(const std::vector<T>& v, const series_dictionary* series = nullptr) {
  column_state state;
  return hex(encoded(v, state, series));
}

}  // namespace

TEST_CASE("golden bytes") {
  SECTION("integers as they are") { CHECK(golden<std::int64_t>({5, -3, 9, 0}) == "4003000405083c"); }
  SECTION("integers on a line") {
    std::vector<std::int64_t> v;
    generated::random r(141);
    for (std::int64_t i = 0; i < 40; ++i) v.push_back(1000 + 300 * i + static_cast<std::int64_t>(r() % 6));
    CHECK(golden(v) == "40270203ca0fd2c125fb7fd61fc3508dc5682c2789091290");
  }
  SECTION("differences, patched") {
    CHECK(golden<std::int64_t>({0, 100, 201, 300, 403, 502, 600, 701, 801, 50000, 50100, 50201}) ==
          "400b0903c40100001109009a7f01d2d2608206");
  }
  SECTION("second differences") {
    CHECK(golden<std::int64_t>({0, 1000, 3000, 6000, 10000, 15000, 21000, 28000, 36000, 45000}) ==
          "40090300d00f00d00f");
  }
  SECTION("a common divisor") {
    CHECK(golden<std::uint32_t>({4096, 0, 40960, 8192, 12288, 4096}) == "40050404008020012a13");
  }
  SECTION("decimals") { CHECK(golden<double>({0.5, 1.25, -3.75, 2.5, 100.01}) == "490402000eed05a9017d0000c4098828"); }
  SECTION("decimals with noise and a NaN") {
    CHECK(golden<double>({0.1, 0.2, 0.30000000000000004, 0.7, 0.3, 0.6, 0.8, 0.9, 0.1, 0.2,
                          std::numeric_limits<double>::quiet_NaN(), 0.4}) ==
          "490b2100040210625287103108010000400a00cccccccccccc5c800400");
  }
  SECTION("floats as doubles") {
    CHECK(golden<double>({static_cast<double>(0.1f), static_cast<double>(0.7f), static_cast<double>(0.3f)}) ==
          "490241040202021c");
  }
  SECTION("floats") { CHECK(golden<float>({0.1f, 0.7f, -12.5f, 3.0f}) == "5103010008f9017e84009b"); }
  SECTION("a constant") { CHECK(golden<double>(std::vector<double>(1024, 2.5)) == "6901000032"); }
  SECTION("a dictionary") {
    std::vector<double> v;
    for (std::uint64_t i = 0; i < 80; ++i)
      v.push_back(std::bit_cast<double>(0x3FF0000000000000u + (i * i % 11 * 0x9E3779B97F4A7u >> 4)));
    CHECK(golden(v) ==
          "4a4f0500003380808080808080f07f00000000000050facbcdbbf1c4771f4b9ba97652facbcdbbf144c7f7095671b1cebcc2a3f9c702"
          "00030050b808ca18a11dc3b553b80a0a19411da3b563b8160a17411923b463b876");
  }
  SECTION("a series dictionary") {
    const std::vector<std::uint64_t> entries = {1, 77, 0x123456789ABCDEFu, 0x7123456789ABCDEFu};
    std::vector<std::uint16_t> index(series_dictionary::index_size(entries.size()));
    const series_dictionary series(3, entries, index);
    std::vector<std::int64_t> v;
    for (std::size_t i = 0; i < 40; ++i) v.push_back(static_cast<std::int64_t>(i == 9 ? 5 : entries[i * i % 5 % 4]));
    CHECK(golden(v, &series) == "43270300010086196298940109000500000000000000");
  }
  SECTION("top parts") {
    std::vector<float> v;
    for (std::uint32_t i = 0; i < 64; ++i)
      v.push_back(std::bit_cast<float>((i % 2 * 0x100 + 0x3F8) << 20 | (i * 0x9E3779B1u) >> 12));
    CHECK(golden(v) ==
          "543f0c01f803f80400f0f0f0f0f0f0f0f000009077e3f36edc77e319af816a5246efc683e61fe235c066aa0d1ebe5a193ade"
          "8d87555cd1fcb35671f18cfa49e03dcd547bc498c1c3a74538e5fb3638a721bc1b6f33d5b08a9b34ffe86a73276e15ace252"
          "a2119f519f23c6dcd9af1735099ba946114e8e1883128dc048ec06fcfc8a704a808a7ddf760254b4b728f5c2f066aa9e48d5"
          "e60d8544237cc1b35febfd229c5a3a91d8c976001537b36f51a6ef");
  }
  SECTION("runs by bitmap") {
    CHECK(golden<std::int64_t>({7, 7, 9, 9, 9, -1, -1, -1, 0, 0, 0, 0, 5, 5, 5, 5}) == "450f08251100000401a81006");
  }
  SECTION("runs by length") {
    std::vector<double> v(300, 1.5);
    for (std::size_t i = 100; i < 200; ++i) v[i] = 99.75;
    CHECK(golden(v) == "4dab02050000c80101020401ac02e14c02");
  }
}
