// One body, two uses: compiled with -fsanitize=fuzzer it is a fuzz target, otherwise a test that replays a corpus.
#include <cstdlib>
#include <slotted/codec/block_reader.hpp>
#include <vector>

using namespace slotted::codec;

namespace {

constexpr std::uint64_t entries[5] = {1, 0x4045000000000000u, 0xFFF0000000000001u, 77, 0x8000000000000000u};
constexpr dictionary_view dictionary{1, entries};

void require(bool condition) {
  if (!condition) std::abort();
}

// Bytes as a block of n values of type T: whatever they are, decoding stays within its spans, and what it gives can be
// encoded and comes back.
template <typename T>
void decode_as(std::span<const std::byte> bytes, std::size_t n) {
  std::vector<T> values(n);
  T one{};
  block_reader<T> reader;
  const bool opened = reader.try_open(bytes, dictionary);
  for (const std::size_t i : {std::size_t{0}, n / 2, n - 1, n, n * 1000}) {
    const bool some = try_value_at<T>(bytes, i, one, dictionary);
    require(!some || i < max_block_values);
    T same{};
    // A reader may refuse to open what a single value does not depend on, such as the other entries of a dictionary.
    require(reader.try_at(i, same) == (some && opened));
    require(!(some && opened) || std::memcmp(&one, &same, sizeof one) == 0);
  }
  if (!try_decode<T>(bytes, values, dictionary)) return;
  block_info info;
  require(try_inspect(bytes, info) && info.count == n && info.size <= bytes.size());

  column_state state;
  std::vector<std::byte> again(max_encoded_size(n));
  again.resize(encode<T>(values, state, again));
  std::vector<T> back(n);
  require(try_decode<T>(again, back));
  require(std::memcmp(values.data(), back.data(), n * sizeof(T)) == 0);
}

void decode_all(std::span<const std::byte> bytes) {
  block_info info;
  const std::size_t n = try_inspect(bytes, info) ? info.count : bytes.size() % max_block_values + 1;
  decode_as<double>(bytes, n);
  decode_as<float>(bytes, n);
  decode_as<std::int64_t>(bytes, n);
  decode_as<std::uint16_t>(bytes, n);
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

TEST_CASE("random buffers under every header stay within bounds") {
  generated::random r(91);
  std::size_t blocks = 0;
  for (int k = 0; k < 20000; ++k) {
    std::vector<std::byte> bytes(generated::below(r, 300));
    for (auto& b : bytes) b = static_cast<std::byte>(generated::below(r, 4) == 0 ? r() : generated::below(r, 12));
    if (!bytes.empty()) bytes[0] = static_cast<std::byte>(k % 64);
    block_info info;
    blocks += try_inspect(bytes, info);
    decode_all(bytes);
  }
  CHECK(blocks > 100);  // or the buffers are too random to get anywhere
}

#endif
