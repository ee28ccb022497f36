// A part of a block decodes to what the whole block has there, in every mode, and nothing is written outside its rows.
#include <slotted/codec/part_decoder.hpp>

#include <cstring>
#include <utility>
#include <vector>

#include <slotted/codec/block.hpp>
#include "catch.hpp"
#include "generated.hpp"

using namespace slotted::detail::codec;

namespace {

template <typename T>
std::vector<std::byte> encoded(const std::vector<T>& values) {
  slotted::codec::hint h;
  std::vector<std::byte> bytes(slotted::codec::max_encoded_size(values.size()));
  bytes.resize(slotted::codec::encode<T>(values, h, bytes));
  return bytes;
}

std::vector<std::uint64_t> words_of(std::span<const std::byte> block, block_part part, bool all, bool& decoded) {
  byte_reader in(block);
  header h;
  REQUIRE(parse(in, h));
  std::vector<std::uint64_t> words(h.n, 0);
  auto* const to = reinterpret_cast<std::byte*>(words.data());
  decoded = all ? decode_body(in, h.n, h.kind, h.how, {}, to) : decode_body_part(in, h.n, h.kind, h.how, {}, part, to);
  return words;
}

template <typename T>
void check_parts(const std::vector<T>& values, generated::random& r) {
  const std::vector<std::byte> block = encoded(values);
  const std::size_t n = values.size();
  bool decoded = false;
  const auto all = words_of(block, {0, n}, true, decoded);
  REQUIRE(decoded);
  for (int i = 0; i < 12; ++i) {
    std::size_t first = i == 0 ? 0 : generated::below(r, n);
    std::size_t end = i == 1 ? n : first + 1 + generated::below(r, n - first);
    if (i == 2) first = n - 1, end = n;
    if (i % 3 == 0) end = std::min(end, first + 7);
    const auto some = words_of(block, {first, end}, false, decoded);
    REQUIRE(decoded);
    CAPTURE(n, first, end);
    REQUIRE(std::memcmp(some.data() + first, all.data() + first, 8 * (end - first)) == 0);
  }
}

encoder_room room;

std::vector<std::byte> plain_bytes(const std::vector<std::uint64_t>& patterns, const plain_plan& plan) {
  const std::size_t n = patterns.size();
  std::vector<std::byte> bytes(20 * n + 128);
  byte_writer out(bytes.data());
  prepare_plain(patterns.data(), n, value_kind::binary64, plan, room);
  write_plain(n, plan, room, out);
  bytes.resize(static_cast<std::size_t>(out.at() - bytes.data()));
  return bytes;
}

}  // namespace

TEST_CASE("a part of any block is what the whole block has there") {
  generated::random r(31);
  for (const std::size_t n : {1u, 2u, 15u, 16u, 17u, 100u, 333u, 1000u, 1024u}) {
    for (unsigned shape = 0; shape < generated::shapes; ++shape) {
      const auto doubles = generated::doubles(r, shape, n);
      check_parts(doubles, r);
      std::vector<float> floats(n);
      for (std::size_t i = 0; i < n; ++i)
        floats[i] = static_cast<float>(static_cast<int>(generated::below(r, 5000))) / 4;
      check_parts(floats, r);
    }
    std::vector<double> thirds(n);
    std::vector<double> thirds_in_order(n);
    std::vector<std::int64_t> few(n);
    for (std::size_t i = 0; i < n; ++i) {
      thirds[i] = static_cast<double>(generated::below(r, 100'000)) / 3;
      thirds_in_order[i] = static_cast<double>(i * 100 + generated::below(r, 9)) / 3;
      few[i] = static_cast<std::int64_t>(generated::below(r, n / 3 + 1) * 0x9E3779B97F4A7C15u);
    }
    check_parts(thirds, r);
    check_parts(thirds_in_order, r);
    check_parts(few, r);
    for (unsigned shape = 0; shape < generated::integer_shapes; ++shape)
      check_parts(generated::integers(r, shape, n), r);
  }
}

TEST_CASE("a part of a plain body decodes under every transform, at every exponent, with and without corrections") {
  generated::random r(32);
  for (const std::size_t n : {5u, 40u, 1024u}) {
    for (const transform t : {transform::none, transform::delta, transform::linear, transform::second_difference}) {
      for (unsigned shape = 0; shape < generated::shapes; ++shape) {
        const auto values = generated::doubles(r, shape, n);
        std::vector<std::uint64_t> patterns(n);
        std::memcpy(patterns.data(), values.data(), 8 * n);
        for (const unsigned exponent : {0u, 2u, 3u}) {
          for (const bool narrowed : {false, true}) {
            plain_plan plan;
            if (!plan_decimals(patterns.data(), n, value_kind::binary64, {exponent, 0}, narrowed, set_of(t), n, room,
                               plan))
              continue;
            const auto bytes = plain_bytes(patterns, plan);
            byte_reader in(bytes);
            plain_body b;
            REQUIRE(parse(in, n, value_kind::binary64, mode::decimals, b));
            for (std::size_t first = 0; first < n; first += n / 4 + 1) {
              const block_part part{first, std::min(n, first + 1 + generated::below(r, n))};
              std::vector<std::uint64_t> words(n, 0);
              REQUIRE(decode_part(b, part, reinterpret_cast<std::byte*>(words.data())));
              REQUIRE(std::memcmp(words.data() + part.first, patterns.data() + part.first,
                                  8 * (part.end - part.first)) == 0);
            }
          }
        }
      }
    }
  }
}

TEST_CASE("a part of steps is found line by line") {
  for (const bool twice : {false, true}) {
    std::vector<std::int64_t> times(1024);
    for (std::size_t i = 1; i < times.size(); ++i) {
      const std::int64_t step = i < 300 ? 10 : i < 301 ? 500 : twice && i >= 700 ? 11 : 10;
      times[i] = times[i - 1] + step;
    }
    generated::random r(33);
    check_parts(times, r);
  }
}

TEST_CASE("bytes that are no body have no part") {
  generated::random r(34);
  const auto values = generated::doubles(r, 3, 300);
  const std::vector<std::byte> block = encoded(values);
  for (std::size_t cut = 2; cut < block.size(); cut += 3) {
    byte_reader in(std::span<const std::byte>(block).first(cut));
    header h;
    if (!parse(in, h)) continue;
    std::vector<std::uint64_t> words(h.n);
    CHECK_FALSE(decode_body_part(in, h.n, h.kind, h.how, {}, {0, 8}, reinterpret_cast<std::byte*>(words.data())));
  }
}
