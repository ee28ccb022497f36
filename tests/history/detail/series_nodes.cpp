#include <slotted/history/detail/series_nodes.hpp>

#include <cstdint>
#include <memory>
#include <random>
#include <unordered_map>
#include <vector>

#include "catch.hpp"
#include "probes.hpp"

namespace {

using slotted::commit_outcome;
using slotted::detail::charged_memory;
using slotted::detail::no_index;
using slotted::detail::series_node;
using slotted::detail::series_nodes;

bool nothing_to_give(void*, std::size_t) { return false; }

template <class Key>
struct nodes_of {
  charged_memory memory{nullptr, nothing_to_give, nullptr};
  typename series_nodes<Key>::beginnings room;
  series_nodes<Key> nodes;
  explicit nodes_of(const slotted::detail::hash_seed& seed = slotted::detail::process_hash_seed()) : nodes(seed) {
    nodes.begin_in(room);
  }
  ~nodes_of() { nodes.release(memory); }
  std::uint32_t add(Key key) {
    while (!nodes.has_room()) REQUIRE(nodes.try_make_room(memory, false) == commit_outcome::done);
    return nodes.insert(key);
  }
};

}  // namespace

TEST_CASE("the parts of a node do not touch each other") {
  series_node<std::uint64_t> node{};
  using flags = series_node<std::uint64_t>;
  node.set_block(0xFEDC'BA98'7654);
  node.set_head_rows(1024);
  node.set(flags::queued);
  node.set_newest(INT64_MIN + 3);
  node.set_pattern(UINT64_MAX - 5);
  CHECK(node.block() == 0xFEDC'BA98'7654);
  CHECK(node.head_rows() == 1024);
  CHECK(node.has(flags::queued));
  CHECK_FALSE(node.has(flags::used));
  CHECK_FALSE(node.has(flags::out_of_order));
  CHECK(node.newest() == INT64_MIN + 3);
  CHECK(node.pattern() == UINT64_MAX - 5);
  node.set_block(0);
  node.set(flags::used);
  node.unset(flags::queued);
  CHECK(node.head_rows() == 1024);
  CHECK(node.has(flags::used));
  CHECK_FALSE(node.has(flags::queued));
  node.set_head_rows(0);
  CHECK(node.block() == 0);
  CHECK(node.has(flags::used));
}

TEST_CASE("each series is found by its key through any insertions and erasures") {
  nodes_of<std::uint64_t> all;
  std::unordered_map<std::uint64_t, std::uint32_t> model;
  std::vector<std::uint64_t> keys;
  std::mt19937_64 random(3);
  CHECK(all.nodes.find(5) == no_index);
  for (int i = 0; i < 20'000; ++i) {
    if (random() % 5 < 3 || keys.empty()) {
      const std::uint64_t key = random() % 4 == 0 ? random() : random() % 5000 << 20;
      if (model.contains(key)) continue;
      model.emplace(key, all.add(key));
      keys.push_back(key);
    } else {
      const std::size_t which = random() % keys.size();
      all.nodes.erase(model.at(keys[which]));
      model.erase(keys[which]);
      CHECK(all.nodes.find(keys[which]) == no_index);
      keys[which] = keys.back();
      keys.pop_back();
    }
    REQUIRE(all.nodes.size() == model.size());
    if (i % 500 == 0)
      for (const auto& [key, id] : model) {
        REQUIRE(all.nodes.find(key) == id);
        REQUIRE(all.nodes.is_used(id));
        REQUIRE(all.nodes[id].pattern() == key);
      }
  }
  REQUIRE(model.size() > 1000);
  CHECK(all.nodes.held() == all.memory.held());
  for (const auto& [key, id] : model) all.nodes.erase(id);
  CHECK(all.nodes.size() == 0);
  CHECK(all.nodes.end() == 0);
  all.nodes.trim(all.memory);
  CHECK(all.memory.held() == 0);
}

TEST_CASE("the first few series stand in memory that is lent") {
  nodes_of<std::uint32_t> few;
  for (std::uint32_t key = 0; key < few.nodes.lent_nodes; ++key) (void)few.add(key * 7);
  CHECK(few.memory.held() == 0);
  (void)few.add(1000);
  CHECK(few.memory.held() != 0);
  for (std::uint32_t key = 0; key < few.nodes.lent_nodes; ++key) CHECK(few.nodes.find(key * 7) == key);
}

TEST_CASE("trimming gives back the pages behind the last series and keeps the others") {
  nodes_of<std::uint32_t> all;
  for (std::uint32_t key = 0; key < 50'000; ++key) (void)all.add(key);
  const std::size_t full = all.memory.held();
  CHECK(full < 50'000 * 50);
  for (std::uint32_t key = 100; key < 50'000; ++key) all.nodes.erase(all.nodes.find(key));
  all.nodes.trim(all.memory);
  CHECK(all.memory.held() < full / 50);
  for (std::uint32_t key = 0; key < 100; ++key) REQUIRE(all.nodes.find(key) == key);
  for (std::uint32_t key = 200; key < 1000; ++key) (void)all.add(key);
  for (std::uint32_t key = 200; key < 1000; ++key) REQUIRE(all.nodes[all.nodes.find(key)].pattern() == key);
}

TEST_CASE("no keys are slow to find: neither regular ones nor ones chosen by the hash's constants") {
  const std::uint64_t golden = 0x9E3779B97F4A7C15u;
  const std::uint64_t inverse = slotted::test::inverse_of(golden);
  const auto probes = [](auto key_at) {
    nodes_of<std::uint64_t> all;
    constexpr std::uint64_t count = 20'000;
    for (std::uint64_t i = 0; i < count; ++i) (void)all.add(key_at(i));
    std::size_t sum = 0;
    for (std::uint64_t i = 0; i < count; ++i) sum += all.nodes.probes(key_at(i));
    return static_cast<double>(sum) / count;
  };
  CHECK(probes([](std::uint64_t i) { return i; }) < 2.2);
  CHECK(probes([](std::uint64_t i) { return i << 44; }) < 2.2);
  CHECK(probes([&](std::uint64_t i) { return (i << 40) * inverse; }) < 2.2);  // products without low bits
  CHECK(probes([&](std::uint64_t i) { return i * golden; }) < 2.2);
}

TEST_CASE("keys that collide under one seed do not under another") {
  const slotted::detail::hash_seed known = slotted::detail::make_hash_seed(1, 2);
  const slotted::detail::hash_seed secret = slotted::detail::make_hash_seed(3, 4);
  std::vector<std::uint64_t> chosen;  // of the same low bits, by who knows the seed
  for (std::uint64_t key = 0; chosen.size() < 500; ++key)
    if ((slotted::detail::hash_integer(key, known) & 0x1FF) == 7) chosen.push_back(key);
  const auto most_probes = [&](const slotted::detail::hash_seed& seed) {
    nodes_of<std::uint64_t> all(seed);
    for (const std::uint64_t key : chosen) (void)all.add(key);
    std::size_t most = 0;
    for (const std::uint64_t key : chosen) most = std::max(most, all.nodes.probes(key));
    return most;
  };
  CHECK(most_probes(known) > 400);
  CHECK(most_probes(secret) < 20);
}
