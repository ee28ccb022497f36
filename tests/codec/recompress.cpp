#include <slotted/codec/recompress.hpp>

#include <slotted/codec/block_reader.hpp>
#include <slotted/codec/part_decoder.hpp>

#include "catch.hpp"
#include "generated.hpp"

using namespace slotted::codec;

namespace {

template <typename T>
std::vector<std::byte> encoded(const std::vector<T>& v, column_state& state) {
  std::vector<std::byte> block(max_encoded_size(v.size()));
  block.resize(encode<T>(v, state, block));
  return block;
}

std::vector<std::byte> recompressed(const std::vector<std::byte>& block) {
  std::vector<std::byte> to(block.size());
  to.resize(recompress(block, to));
  return to;
}

// Whether neighbours decode without the rest.
template <typename T>
void holds_parts(const std::vector<std::byte>& block, const std::vector<T>& v) {
  using namespace slotted::detail::codec;
  for (std::size_t first = 0; first < v.size(); first += 1 + v.size() / 5) {
    const std::size_t end = std::min(v.size(), first + 1 + v.size() / 3);
    byte_reader in(block);
    header h;
    REQUIRE(parse(in, h));
    std::vector<std::uint64_t> words(v.size());
    REQUIRE(decode_body_part(in, h.n, h.kind, h.how, {}, {first, end}, reinterpret_cast<std::byte*>(words.data())));
    for (std::size_t i = first; i < end; ++i) {
      const T one = from_pattern<T>(words[i]);
      REQUIRE(std::memcmp(&one, &v[i], sizeof one) == 0);
    }
  }
}

// Whether a block compressed again holds the same, whole, one by one and for a reader.
template <typename T>
void holds(const std::vector<std::byte>& block, const std::vector<T>& v) {
  block_info info;
  REQUIRE(try_inspect(block, info));
  REQUIRE(info.count == v.size());
  REQUIRE(info.size == block.size());
  std::vector<T> back(v.size());
  REQUIRE(try_decode<T>(block, back));
  REQUIRE(std::memcmp(back.data(), v.data(), v.size() * sizeof(T)) == 0);
  holds_parts(block, v);
  const block_reader<T> reader(block);
  for (std::size_t i = 0; i < v.size(); i += 1 + v.size() / 29) {
    T one = value_at<T>(block, i);
    REQUIRE(std::memcmp(&one, &v[i], sizeof one) == 0);
    one = reader.at(i);
    REQUIRE(std::memcmp(&one, &v[i], sizeof one) == 0);
  }
}

template <typename T, typename Make>
void every_shape_comes_back(unsigned shapes, Make make) {
  generated::random r(301);
  std::size_t smaller = 0;
  for (unsigned shape = 0; shape < shapes; ++shape) {
    column_state state;
    for (const std::size_t n : {1u, 2u, 63u, 64u, 65u, 100u, 777u, 1023u, 1024u, 1024u}) {
      const auto made = make(r, shape, n);
      std::vector<T> v(n);
      for (std::size_t i = 0; i < n; ++i) v[i] = static_cast<T>(made[i]);
      const auto block = encoded(v, state);
      const auto again = recompressed(block);
      REQUIRE(again.size() <= block.size());
      smaller += again.size() < block.size();
      holds(again, v);
      CHECK(recompressed(again) == again);
    }
  }
  CHECK(smaller > shapes);
}

}  // namespace

TEST_CASE("every shape of column comes back from blocks that were compressed again") {
  every_shape_comes_back<double>(generated::shapes, generated::doubles);
  every_shape_comes_back<float>(generated::shapes, generated::doubles);
  every_shape_comes_back<std::int64_t>(generated::integer_shapes, generated::integers);
  every_shape_comes_back<std::int16_t>(generated::integer_shapes, generated::integers);
}

TEST_CASE("values that are more frequent in the middle take a twelfth less") {
  generated::random r(302);
  std::vector<double> v(1024);
  for (double& x : v) {
    std::int64_t sum = 0;
    for (int k = 0; k < 12; ++k) sum += static_cast<std::int64_t>(generated::below(r, 200));
    x = generated::decimal(sum, 2);
  }
  column_state state;
  const auto block = encoded(v, state);
  CHECK(recompressed(block).size() * 12 < block.size() * 11);
}

TEST_CASE("codes of a series' dictionary are compressed again, and need it still") {
  generated::random r(303);
  std::vector<std::uint64_t> entries(900);
  for (auto& e : entries) e = r();
  std::vector<std::uint16_t> index(series_dictionary::index_size(entries.size()));
  const series_dictionary dictionary(5, entries, index);
  std::vector<std::int64_t> v(1024);
  for (auto& x : v) {
    x = static_cast<std::int64_t>(entries[generated::below(r, 1 + generated::below(r, entries.size()))]);
  }
  std::vector<std::byte> block(max_encoded_size(v.size()));
  column_state state;
  block.resize(encode<std::int64_t>(v, state, block, &dictionary));
  REQUIRE(inspect(block).dictionary_version == 5);
  const auto again = recompressed(block);
  CHECK(again.size() < block.size());
  std::vector<std::int64_t> back(v.size());
  CHECK_FALSE(try_decode<std::int64_t>(again, back));
  REQUIRE(try_decode<std::int64_t>(again, back, dictionary.view()));
  CHECK(back == v);
  CHECK(value_at<std::int64_t>(again, 1000, dictionary.view()) == v[1000]);
  CHECK(block_reader<std::int64_t>(again, dictionary.view()).at(17) == v[17]);
}

TEST_CASE("a column is compressed again block by block") {
  generated::random r(304);
  std::vector<std::byte> blocks;
  std::vector<std::vector<double>> values;
  column_state state;
  for (const std::size_t n : {1024u, 1024u, 300u, 1u}) {
    values.push_back(generated::doubles(r, 3, n));
    const auto block = encoded(values.back(), state);
    blocks.insert(blocks.end(), block.begin(), block.end());
  }
  std::vector<std::byte> to(blocks.size());
  to.resize(recompress_column(blocks, to));
  CHECK(to.size() < blocks.size());
  std::size_t at = 0;
  for (const auto& v : values) {
    const auto block = std::span(to).subspan(at);
    at += encoded_size(block);
    std::vector<double> back(v.size());
    REQUIRE(try_decode<double>(block, back));
    CHECK(std::memcmp(back.data(), v.data(), 8 * v.size()) == 0);
  }
  CHECK(at == to.size());
  blocks.pop_back();
  to.resize(blocks.size());
  CHECK_THROWS_AS(recompress_column(blocks, to), slotted::corrupt_block);
}

TEST_CASE("what is no block is not compressed again") {
  std::vector<std::byte> bytes(20, std::byte{0xFF});
  CHECK(try_recompress(bytes, bytes) == 0);
  CHECK_THROWS_AS(recompress(bytes, bytes), slotted::corrupt_block);
  CHECK(try_recompress({}, {}) == 0);
}

TEST_CASE("golden bytes of a block that was compressed again") {
  // Their going red is a decision, not an accident: bytes that exist would be read as other values, or written anew.
  std::vector<std::int64_t> v(80);
  for (std::size_t i = 0; i < v.size(); ++i) {
    const std::size_t k = i * 37 % 80;
    v[i] = k < 64 ? static_cast<std::int64_t>(k % 4) : static_cast<std::int64_t>(1000 + k);
  }
  column_state state;
  const auto block = encoded(v, state);
  std::string text;
  for (const auto b : recompressed(block)) {
    text += "0123456789abcdef"[std::to_integer<unsigned>(b) >> 4];
    text += "0123456789abcdef"[std::to_integer<unsigned>(b) & 15];
  }
  CHECK(
      text ==
      "424f13000804d010030c000420c0004fd8844b988400001032547698badcfe1040000102030201cc322375677062841e1a4f4eb650d5e4e4"
      "e6c92ee4e4693787e1e490dd63cbe459fb9436e4e4");
}
