// One body, two uses: compiled with -fsanitize=fuzzer it is a fuzz target, otherwise a test that replays a corpus.
#include <cstdlib>
#include <slotted/codec/block_reader.hpp>
#include <slotted/codec/recompress.hpp>
#include <vector>

using namespace slotted::codec;

namespace {

constexpr std::uint64_t entries[5] = {1, 0x4045000000000000u, 0xFFF0000000000001u, 77, 0x8000000000000000u};
constexpr dictionary_view dictionary{1, entries};

void require(bool condition) {
  if (!condition) std::abort();
}

constexpr std::size_t values_compared = 24;  // of each block, from the first to the last

// Bytes as a block of type T: whatever they are, reading stays within its spans, and inspect, decode, block_reader and
// value_at agree on whether they are one, and on its values. What they give can be encoded and comes back.
template <typename T>
void decode_as(std::span<const std::byte> bytes) {
  block_info info;
  const bool is_block = try_inspect(bytes, info);
  const std::size_t n = is_block ? info.count : bytes.size() % max_block_values + 1;
  const bool of_kind = is_block && (std::to_integer<unsigned>(bytes[0]) >> 3 & 3) ==
                                       static_cast<unsigned>(slotted::detail::codec::kind_of<T>());
  std::vector<T> values(n);
  const bool decoded = try_decode<T>(bytes, values, dictionary);
  if (!of_kind) require(!decoded);
  if (of_kind && info.dictionary_version == 0) require(decoded);
  if (is_block && info.dictionary_version > dictionary.version) require(!decoded);
  if (is_block) require(info.size <= bytes.size());

  block_reader<T> reader;
  require(reader.try_open(bytes, dictionary) == decoded);
  require(reader.size() == (decoded ? n : 0));
  for (std::size_t k = 0; k < values_compared; ++k) {
    const std::size_t i = values_compared < n ? k * (n - 1) / (values_compared - 1) : k;
    const bool there = decoded && i < n;
    T one{};
    T same{};
    require(try_value_at<T>(bytes, i, one, dictionary) == there);
    require(reader.try_at(i, same) == there);
    if (!there) continue;
    require(std::memcmp(&one, &values[i], sizeof one) == 0);
    require(std::memcmp(&same, &values[i], sizeof same) == 0);
  }
  for (const std::size_t i : {n, n * 1000}) {
    T one{};
    require(!try_value_at<T>(bytes, i, one, dictionary));
    require(!reader.try_at(i, one));
  }
  std::vector<std::byte> smaller(is_block ? info.size : 0);
  const std::size_t size = try_recompress(bytes, smaller);
  require((size != 0) == is_block && size <= smaller.size());
  if (!decoded) return;

  smaller.resize(size);
  std::vector<T> same(n);
  require(try_decode<T>(smaller, same, dictionary));
  require(std::memcmp(values.data(), same.data(), n * sizeof(T)) == 0);
  column_state state;
  std::vector<std::byte> again(max_encoded_size(n));
  again.resize(encode<T>(values, state, again));
  std::vector<T> back(n);
  require(try_decode<T>(again, back));
  require(std::memcmp(values.data(), back.data(), n * sizeof(T)) == 0);
}

void decode_all(std::span<const std::byte> bytes) {
  decode_as<double>(bytes);
  decode_as<float>(bytes);
  decode_as<std::int64_t>(bytes);
  decode_as<std::uint16_t>(bytes);
}

}  // namespace

#if defined(SLOTTED_FUZZING)

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // A copy of its own, so that a sanitizer sees the first byte behind it.
  const std::vector<std::byte> bytes(reinterpret_cast<const std::byte*>(data),
                                     reinterpret_cast<const std::byte*>(data) + size);
  decode_all(bytes);
  return 0;
}

#else

#include <filesystem>
#include <fstream>
#include <iterator>

#include "catch.hpp"
#include "generated.hpp"

namespace {

std::vector<std::vector<std::byte>> corpus() {
  std::vector<std::vector<std::byte>> files;
  for (const auto& entry : std::filesystem::directory_iterator(SLOTTED_CORPUS)) {
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    const auto* const data = reinterpret_cast<const std::byte*>(text.data());
    files.emplace_back(data, data + text.size());
  }
  return files;
}

}  // namespace

TEST_CASE("the corpus, every truncation of it and every bit of it flipped, stays within bounds") {
  const auto files = corpus();
  REQUIRE(files.size() >= 6);
  unsigned modes = 0;
  for (auto file : files) {
    block_info info;
    REQUIRE(try_inspect(file, info));
    modes |= 1u << (std::to_integer<unsigned>(file[0]) & 7);
    for (std::size_t size = 0; size <= file.size(); ++size)
      decode_all({file.begin(), file.begin() + static_cast<std::ptrdiff_t>(size)});
    for (std::size_t bit = 0; bit < 8 * file.size(); ++bit) {
      file[bit / 8] ^= static_cast<std::byte>(1u << bit % 8);
      decode_all(file);
      file[bit / 8] ^= static_cast<std::byte>(1u << bit % 8);
    }
  }
  CHECK(modes == 0x3F);  // one of each mode
}

// A block of 40 doubles: top parts whose exceptions stand at these positions, each with a high part of its own.
std::vector<std::byte> top_parts_at(const std::vector<std::uint64_t>& positions) {
  using namespace slotted::detail::codec;
  constexpr std::size_t n = 40;
  constexpr unsigned top_bits = 12;
  std::vector<std::uint64_t> tops(positions.size());
  for (std::size_t k = 0; k < tops.size(); ++k) tops[k] = 0x400 + k;
  const std::vector<std::uint64_t> lows(n, 7);
  std::vector<std::byte> bytes(1000);
  byte_writer out(bytes.data());
  out.u8(static_cast<unsigned>(mode::top_parts) | static_cast<unsigned>(value_kind::binary64) << 3 |
         format_version << 6);
  out.varint(n - 1);
  out.u8(top_bits);
  out.u8(0);
  out.u8(0xF0);
  out.u8(0x03);
  out.varint(positions.size());
  pack(positions.data(), positions.size(), position_bits, out.take(packed_size(positions.size(), position_bits)));
  pack(tops.data(), tops.size(), top_bits, out.take(packed_size(tops.size(), top_bits)));
  pack(lows.data(), n, 64 - top_bits, out.take(packed_size(n, 64 - top_bits)));
  bytes.resize(static_cast<std::size_t>(out.at() - bytes.data()));
  return bytes;
}

// A block of 40 integers, all of them entry 1 of dictionary 1, but for strangers at these positions.
std::vector<std::byte> series_dictionary_at(const std::vector<std::uint64_t>& positions) {
  using namespace slotted::detail::codec;
  constexpr std::size_t n = 40;
  std::vector<std::uint64_t> strangers(positions.size());
  for (std::size_t k = 0; k < strangers.size(); ++k) strangers[k] = 1000 + k;
  std::vector<std::byte> bytes(1000);
  byte_writer out(bytes.data());
  out.u8(static_cast<unsigned>(mode::series_dictionary) | format_version << 6);
  out.varint(n - 1);
  out.varint(dictionary.version);
  out.u8(0);
  out.u8(0);
  out.varint(2);  // the base of the codes, zigzag
  out.varint(positions.size());
  pack(positions.data(), positions.size(), position_bits, out.take(packed_size(positions.size(), position_bits)));
  pack(strangers.data(), strangers.size(), 64, out.take(packed_size(strangers.size(), 64)));
  bytes.resize(static_cast<std::size_t>(out.at() - bytes.data()));
  return bytes;
}

TEST_CASE("positions that do not ascend, or leave the block, are corrupt for all readers alike") {
  const std::vector<std::uint64_t> ascending{3, 9, 17, 39};
  block_info info;
  CHECK(try_inspect(top_parts_at(ascending), info));
  CHECK(value_at<double>(top_parts_at(ascending), 9) != value_at<double>(top_parts_at(ascending), 10));
  CHECK(value_at<std::int64_t>(series_dictionary_at(ascending), 9, dictionary) == 1001);
  CHECK(value_at<std::int64_t>(series_dictionary_at(ascending), 10, dictionary) == 0x4045000000000000);
  const std::vector<std::vector<std::uint64_t>> wrong{{3, 17, 9, 39}, {3, 3}, {9, 3}, {3, 9, 17, 40}, {1023}};
  for (const auto& positions : wrong) {
    for (const bool of_series : {false, true}) {
      CAPTURE(positions, of_series);
      const auto bytes = of_series ? series_dictionary_at(positions) : top_parts_at(positions);
      CHECK_FALSE(try_inspect(bytes, info));
      double real = 0;
      std::int64_t integer = 0;
      bool any = false;
      for (std::size_t i = 0; i < 40; ++i)
        any = any || try_value_at(bytes, i, real, dictionary) || try_value_at(bytes, i, integer, dictionary);
      CHECK_FALSE(any);
      std::vector<double> reals(40);
      std::vector<std::int64_t> integers(40);
      CHECK_FALSE(try_decode<double>(bytes, reals, dictionary));
      CHECK_FALSE(try_decode<std::int64_t>(bytes, integers, dictionary));
      CHECK_FALSE(block_reader<double>().try_open(bytes, dictionary));
      CHECK_FALSE(block_reader<std::int64_t>().try_open(bytes, dictionary));
      decode_all(bytes);
    }
  }
}

TEST_CASE("blocks that were compressed again, truncated and with every byte changed, stay within bounds") {
  generated::random r(92);
  for (unsigned shape = 0; shape < generated::shapes; ++shape) {
    const auto v = generated::doubles(r, shape, 200);
    std::vector<std::byte> block(max_encoded_size(v.size()));
    column_state state;
    block.resize(encode<double>(v, state, block));
    std::vector<std::byte> smaller(block.size());
    smaller.resize(recompress(block, smaller));
    decode_all(smaller);
    for (std::size_t size = 0; size < smaller.size(); size += 7) decode_all(std::span(smaller).first(size));
    for (auto& byte : smaller) {
      const std::byte kept = byte;
      byte ^= static_cast<std::byte>(1 + generated::below(r, 255));
      decode_as<double>(smaller);
      byte = kept;
    }
  }
}

TEST_CASE("random buffers under every header stay within bounds") {
  generated::random r(91);
  std::size_t blocks = 0;
  for (int k = 0; k < 20000; ++k) {
    std::vector<std::byte> bytes(generated::below(r, 300));
    for (auto& b : bytes) b = static_cast<std::byte>(generated::below(r, 4) == 0 ? r() : generated::below(r, 12));
    if (!bytes.empty()) bytes[0] = static_cast<std::byte>(k % 64 | 0x40);
    block_info info;
    blocks += try_inspect(bytes, info);
    decode_all(bytes);
  }
  CHECK(blocks > 100);  // or the buffers are too random to get anywhere
}

#endif
