// Keys that are chosen, or packed into some of their bits, cost at most twice the probes that random ones do.
#include <slotted/hash_seed.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "catch.hpp"
#include "probes.hpp"

namespace {

using slotted::detail::combine_hash;
using slotted::detail::fold_multiply;
using slotted::detail::hash_integer;
using slotted::detail::hash_seed;
using slotted::detail::make_hash_seed;
using slotted::detail::process_hash_seed;
using slotted::test::inverse_of;
using slotted::test::probes_of;

constexpr std::size_t keys = 20'000;

template <class Key, class Hash>
std::size_t cost(Key key, Hash hash) {
  std::vector<std::uint64_t> hashes(keys);
  for (std::size_t i = 0; i < keys; ++i) hashes[i] = hash(key(i));
  return probes_of(hashes);
}

// Multipliers that the library has used, that others use, and the constants of wyhash and of pi.
constexpr std::uint64_t multipliers[] = {0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB, 0xA0761D6478BD642F,
                                         0xE7037ED1A0B428DB, 0x243F6A8885A308D3, 0x13198A2E03707345};

std::vector<std::function<std::uint64_t(std::size_t)>> chosen_keys() {
  std::vector<std::function<std::uint64_t(std::size_t)>> chosen;
  for (const unsigned shift : {0U, 4U, 16U, 32U, 44U, 49U})
    chosen.emplace_back([shift](std::size_t i) { return std::uint64_t{i} << shift; });
  for (const std::uint64_t multiplier : multipliers) {
    chosen.emplace_back([=](std::size_t i) { return i * inverse_of(multiplier); });
    chosen.emplace_back([=](std::size_t i) { return (std::uint64_t{i} << 24) * inverse_of(multiplier); });
    chosen.emplace_back([=](std::size_t i) { return i ^ multiplier; });
  }
  chosen.emplace_back([](std::size_t i) { return 1'700'000'000'000 + i * 15'000; });
  return chosen;
}

TEST_CASE("chosen and packed integers cost at most twice what random ones do") {
  std::mt19937_64 random(5);
  std::vector<hash_seed> seeds{process_hash_seed()};
  for (int each = 0; each < 20; ++each) seeds.push_back(make_hash_seed(random(), random()));
  for (const hash_seed& seed : seeds) {
    const auto hash = [&](std::uint64_t key) { return hash_integer(key, seed); };
    const std::size_t usual = cost([&](std::size_t) { return random(); }, hash);
    for (const auto& key : chosen_keys()) {
      CAPTURE(key(1), key(2));
      CHECK(cost(key, hash) <= 2 * usual);
      CHECK(cost(key, [&](std::uint64_t each) { return hash(each) >> 32; }) <= 2 * usual);
    }
  }
}

TEST_CASE("sequences of chosen integers cost at most twice what random ones do") {
  std::mt19937_64 random(6);
  const hash_seed& seed = process_hash_seed();
  const auto hash = [&](std::uint64_t key) {
    return fold_multiply(combine_hash(combine_hash(2, key, seed), key >> 7, seed), seed.first);
  };
  const std::size_t usual = cost([&](std::size_t) { return random(); }, hash);
  for (const auto& key : chosen_keys()) {
    CAPTURE(key(1), key(2));
    CHECK(cost(key, hash) <= 2 * usual);
  }
}

TEST_CASE("each bit of a key changes half of the bits of its hash, and another seed changes all of it") {
  const hash_seed seeds[] = {process_hash_seed(), make_hash_seed(1, 2), make_hash_seed(1, 3)};
  for (const hash_seed& seed : seeds) {
    for (unsigned bit = 0; bit < 64; ++bit) {
      int changed = 0;
      for (std::uint64_t key = 0; key < 256; ++key)
        changed += std::popcount(hash_integer(key, seed) ^ hash_integer(key ^ std::uint64_t{1} << bit, seed));
      CAPTURE(bit);
      CHECK(changed > 256 * 24);
      CHECK(changed < 256 * 40);
    }
  }
  CHECK(hash_integer(7, seeds[1]) != hash_integer(7, seeds[2]));
}

TEST_CASE("a factor of 0 does not erase the other one") {
  CHECK(fold_multiply(0, 5) != fold_multiply(0, 6));
  CHECK(fold_multiply(5, 0) != fold_multiply(6, 0));
  STATIC_REQUIRE(fold_multiply(3, 5) == (15 ^ 3 ^ 5));
  STATIC_REQUIRE(fold_multiply(std::uint64_t{1} << 63, 6) == (3 ^ (std::uint64_t{1} << 63) ^ 6));
}

TEST_CASE("no word of a seed is 0, and every bit of what it is made of counts") {
  std::mt19937_64 random(7);
  for (int each = 0; each < 1000; ++each) {
    const std::uint64_t a = random(), b = random();
    const hash_seed seed = make_hash_seed(a, b);
    CHECK(seed.first != 0);
    CHECK(seed.second != 0);
    const std::uint64_t bit = std::uint64_t{1} << (each % 64);
    CHECK(make_hash_seed(a ^ bit, b).first != seed.first);
    CHECK(make_hash_seed(a, b ^ bit).second != seed.second);
  }
  CHECK(make_hash_seed(0, 0).first != make_hash_seed(0, 0).second);
}

TEST_CASE("a process has one seed") {
  CHECK(process_hash_seed().first == process_hash_seed().first);
  CHECK(slotted::detail::draw_hash_seed().first == process_hash_seed().first);
  CHECK(slotted::detail::draw_hash_seed().second == process_hash_seed().second);
  CHECK(hash_integer(12) == hash_integer(12, process_hash_seed()));
}

#if defined(SLOTTED_DETAIL_AUXILIARY_VECTOR)
TEST_CASE("the seed of this process is printed", "[.print]") {
  std::printf("seed %llx %llx\n", static_cast<unsigned long long>(process_hash_seed().first),
              static_cast<unsigned long long>(process_hash_seed().second));
}

TEST_CASE("another process has another seed") {
  const auto seed_of_another = [] {
    const std::string command = "'" + std::filesystem::read_symlink("/proc/self/exe").string() + "' '[.print]'";
    std::FILE* const output = ::popen(command.c_str(), "r");
    std::string text;
    for (int c = 0; output != nullptr && (c = std::fgetc(output)) != EOF;) text += static_cast<char>(c);
    if (output != nullptr) ::pclose(output);
    const std::size_t at = text.find("seed ");
    return at == std::string::npos ? std::string() : text.substr(at, text.find('\n', at) - at);
  };
  const std::string one = seed_of_another();
  CHECK(one.size() > 10);
  CHECK(one != seed_of_another());
}
#endif

}  // namespace
