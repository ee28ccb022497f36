#include <slotted/record/text_hash.hpp>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "catch.hpp"
#include "probes.hpp"

using slotted::detail::hash_seed;
using slotted::detail::make_hash_seed;
using slotted::detail::same_bytes;
using slotted::test::links_of;

namespace {

std::uint64_t hash_text(std::string_view text, std::uint64_t seed) {
  return slotted::detail::hash_text(text, make_hash_seed(seed, 0));
}

// A text of 64-bit words in the order of this machine's bytes.
std::string text_of(const std::vector<std::uint64_t>& words) {
  std::string text(8 * words.size(), ' ');
  std::memcpy(text.data(), words.data(), text.size());
  return text;
}

}  // namespace

TEST_CASE("every bit of a text of any size counts in its hash") {
  for (std::size_t size = 1; size <= 80; ++size) {
    std::string text(size, 'a');
    const std::uint64_t hash = hash_text(text, 1);
    REQUIRE(hash == hash_text(std::string(size, 'a'), 1));
    for (std::size_t i = 0; i < size; ++i)
      for (int bit = 0; bit < 8; ++bit) {
        text[i] = static_cast<char>(text[i] ^ (1 << bit));
        REQUIRE(hash_text(text, 1) != hash);
        text[i] = static_cast<char>(text[i] ^ (1 << bit));
      }
  }
}

TEST_CASE("texts that differ in size alone, and seeds, hash apart") {
  const std::string zeros(100, '\0');
  std::set<std::uint64_t> hashes;
  for (std::size_t size = 0; size <= zeros.size(); ++size) hashes.insert(hash_text({zeros.data(), size}, 1));
  CHECK(hashes.size() == 101);
  std::set<std::uint64_t> seeded;
  for (std::uint64_t seed = 0; seed < 1000; ++seed) seeded.insert(hash_text("sensor", seed * 64));
  CHECK(seeded.size() == 1000);
}

TEST_CASE("nothing outside of a text is read") {
  // A text at the very end of its own allocation: the address sanitizer watches.
  for (std::size_t size = 0; size <= 80; ++size) {
    const std::vector<char> a(size, 'x'), b(size, 'x');
    CHECK(hash_text({a.data(), size}, 7) == hash_text({b.data(), size}, 7));
    CHECK(same_bytes(a.data(), b.data(), size));
  }
}

TEST_CASE("labels that differ by a number spread as random numbers do") {
  // 65,536 labels over 65,536 buckets: the top bits choose. Random: 24,109 empty buckets, standard deviation 80.
  for (const std::string_view format : {"sensor_", "a", "host_17.rack_3.temperature_"}) {
    std::vector<int> buckets(65536);
    for (int i = 0; i < 65536; ++i) ++buckets[hash_text(std::string(format) + std::to_string(i), 4096) >> 48];
    const auto empty = std::count(buckets.begin(), buckets.end(), 0);
    CHECK(empty > 23600);
    CHECK(empty < 24600);
    CHECK(*std::max_element(buckets.begin(), buckets.end()) < 16);
  }
}

TEST_CASE("texts of the same size are the same when all their bytes are") {
  for (std::size_t size = 0; size <= 80; ++size) {
    const std::string a(size, 'q');
    std::string b = a;
    REQUIRE(same_bytes(a.data(), b.data(), size));
    for (std::size_t i = 0; i < size; ++i) {
      b[i] = 'r';
      REQUIRE_FALSE(same_bytes(a.data(), b.data(), size));
      b[i] = 'q';
    }
  }
}

// What a text must hold where a factor is to become 0, if the constants were all that it is combined with: those that
// this hash had, of wyhash and of rapidhash.
TEST_CASE("texts that hold the constants of a hash cost at most twice the probes that random texts do") {
  constexpr std::uint64_t constants[] = {0x243F6A8885A308D3, 0x13198A2E03707344, 0xA0761D6478BD642F, 0xE7037ED1A0B428DB,
                                         0x8EBC6AF09C88C6E3, 0x2D358DCCAA6C78A5, 0x8BB84B93962EACC9, 0};
  constexpr std::size_t texts = 65'536;
  std::mt19937_64 random(3);
  const auto cost = [&](auto words) {
    std::vector<std::uint64_t> hashes;
    for (std::size_t i = 0; i < texts; ++i) hashes.push_back(slotted::detail::hash_text(text_of(words(i))));
    return links_of(hashes, 32);  // as a domain of symbols chooses its chain
  };
  const std::size_t usual =
      cost([&](std::size_t) { return std::vector<std::uint64_t>{random(), random(), random(), random()}; });
  using words = std::vector<std::uint64_t>;
  for (const std::uint64_t constant : constants) {
    CAPTURE(constant);
    CHECK(cost([&](std::size_t i) { return words{constant, i, 7, 7}; }) <= 2 * usual);
    CHECK(cost([&](std::size_t i) { return words{i, constant, 7, 7}; }) <= 2 * usual);
    CHECK(cost([&](std::size_t i) { return words{7, i, constant, 7}; }) <= 2 * usual);
    CHECK(cost([&](std::size_t i) { return words{7, 7, constant, i}; }) <= 2 * usual);
    CHECK(cost([&](std::size_t i) { return words{7, 7, std::uint64_t{i} << 44, constant}; }) <= 2 * usual);
    CHECK(cost([&](std::size_t i) { return words{constant, i}; }) <= 2 * usual);
    CHECK(cost([&](std::size_t i) { return words{std::uint64_t{i} << 44, constant}; }) <= 2 * usual);
    CHECK(cost([&](std::size_t i) { return words{constant, i, constant, i ^ constant, i, constant}; }) <= 2 * usual);
  }
}
