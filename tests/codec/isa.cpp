#include <slotted/codec/isa.hpp>

#include <slotted/codec/block.hpp>
#include <thread>

#include "catch.hpp"
#include "generated.hpp"

using namespace slotted::codec;
using slotted::detail::codec::isa;
using slotted::detail::codec::limit_isa;

namespace {

constexpr isa levels[] = {isa::baseline, isa::v3, isa::v4};

// Every shape of column encoded at the level that is chosen, one block after the other, and decoded.
template <typename T>
std::vector<std::byte> encode_all(const std::vector<std::vector<T>>& blocks) {
  std::vector<std::byte> all;
  column_state state;
  hint h;
  for (const auto& v : blocks) {
    std::vector<std::byte> bytes(max_encoded_size(v.size()));
    bytes.resize(v.size() % 3 == 0 ? encode<T>(v, h, bytes) : encode<T>(v, state, bytes));
    all.insert(all.end(), bytes.begin(), bytes.end());
  }
  return all;
}

template <typename T>
bool decodes(const std::vector<std::byte>& bytes, const std::vector<std::vector<T>>& blocks) {
  std::size_t at = 0;
  for (const auto& v : blocks) {
    const auto block = std::span(bytes).subspan(at);
    std::vector<T> back(v.size());
    if (!try_decode<T>(block, back) || std::memcmp(back.data(), v.data(), v.size() * sizeof(T)) != 0) return false;
    for (std::size_t i = 0; i < v.size(); i += 1 + v.size() / 3) {
      T one{};
      if (!try_value_at<T>(block, i, one) || std::memcmp(&one, &v[i], sizeof one) != 0) return false;
    }
    at += encoded_size(block);
  }
  return at == bytes.size();
}

template <typename T, typename Make>
void same_at_every_level(unsigned shapes, Make make) {
  generated::random r(131);
  std::vector<std::vector<T>> blocks;
  for (unsigned shape = 0; shape < shapes; ++shape) {
    for (const std::size_t n : {1u, 3u, 8u, 17u, 64u, 100u, 240u, 256u, 257u, 777u, 1023u, 1024u, 1024u}) {
      const auto v = make(r, shape, n);
      blocks.emplace_back(v.begin(), v.end());
    }
  }
  limit_isa(isa::baseline);
  const auto expected = encode_all(blocks);
  for (const isa writer : levels) {
    limit_isa(writer);
    const auto bytes = encode_all(blocks);
    REQUIRE(bytes == expected);
    for (const isa reader : levels) {
      limit_isa(reader);
      REQUIRE(decodes(bytes, blocks));
    }
  }
  limit_isa(isa::v4);
}

}  // namespace

TEST_CASE("every level that the machine has writes the same bytes, and reads those of every other") {
  same_at_every_level<double>(generated::shapes, generated::doubles);
  same_at_every_level<float>(generated::shapes, generated::doubles);
  same_at_every_level<std::int64_t>(generated::integer_shapes, generated::integers);
}

TEST_CASE("a level above what the machine has is not taken") {
  const isa best = limit_isa(isa::v4);
  CHECK(best >= isa::baseline);
  CHECK(limit_isa(isa::baseline) == isa::baseline);
  CHECK(limit_isa(isa::v3) <= best);
  CHECK(limit_isa(isa::v4) == best);
}

TEST_CASE("threads that use the codec first at the same time choose alike") {
  const std::vector<double> v(300, 1.25);
  std::vector<std::byte> bytes[4];
  std::vector<std::thread> threads;
  for (auto& b : bytes) {
    threads.emplace_back([&] {
      b.resize(max_encoded_size(v.size()));
      column_state state;
      b.resize(encode<double>(v, state, b));
    });
  }
  for (auto& t : threads) t.join();
  for (const auto& b : bytes) CHECK(b == bytes[0]);
}
