// A dictionary is had where it pays, all in, and only there.
#include <slotted/store/history_dictionary.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <set>
#include <vector>

#include "catch.hpp"

using namespace slotted::detail;

namespace {

// Blocks of a column as they would be kept, without a dictionary.
struct column {
  std::vector<std::vector<std::byte>> blocks;
  std::vector<kept_column> kept;

  template <class Next>
  column(std::size_t count, Next next) {
    slotted::codec::column_state state;
    for (std::size_t i = 0; i < count; ++i) {
      std::vector<double> values(codec::max_block_values);
      for (double& each : values) each = next();
      auto& block = blocks.emplace_back(slotted::codec::max_encoded_size(values.size()));
      block.resize(slotted::codec::encode(std::span<const double>(values), state, block));
    }
    for (const auto& each : blocks) kept.push_back({each, nullptr});
  }
  [[nodiscard]] std::size_t bytes() const {
    std::size_t sum = 0;
    for (const auto& each : blocks) sum += each.size();
    return sum;
  }
};

bool pays(dictionary_trainer& trainer, const column& of, std::size_t horizon, std::size_t freed = 0) {
  return trainer.pays(of.kept, 3, horizon, freed);
}

// Doubles that are no decimals.
std::vector<double> some_levels(std::size_t count, std::mt19937_64& random) {
  std::vector<double> levels;
  for (std::size_t i = 0; i < count; ++i) levels.push_back(std::uniform_real_distribution<>(1, 2)(random));
  return levels;
}

}  // namespace

TEST_CASE("a dictionary has its patterns behind it") {
  const std::vector<std::uint64_t> patterns{5, 7, 1u << 30};
  std::vector<std::uint64_t> room((column_dictionary::bytes(3) + 7) / 8);
  const column_dictionary* const made = column_dictionary::make(room.data(), 2, 12, patterns);
  CHECK(made->view().version == 12);
  CHECK(std::vector<std::uint64_t>(made->view().patterns.begin(), made->view().patterns.end()) == patterns);
  CHECK(made->blocks == 0);
  CHECK(made->column == 2);
  CHECK(made->current);
}

TEST_CASE("of a series' dictionaries, one is for the new blocks of a column") {
  column_dictionary oldest;
  column_dictionary middle;
  column_dictionary newest;
  newest.older = &middle;
  middle.older = &oldest;
  middle.column = 1;
  newest.column = 1;
  CHECK(current_dictionary(&newest, 0) == &oldest);
  CHECK(current_dictionary(&newest, 1) == &newest);
  CHECK(current_dictionary(&newest, 2) == nullptr);
  newest.current = false;
  CHECK(current_dictionary(&newest, 1) == &middle);
  CHECK(current_dictionary(nullptr, 0) == nullptr);
}

TEST_CASE("values that recur over blocks pay for a dictionary, once there are blocks enough") {
  std::mt19937_64 random(1);
  const std::vector<double> levels = some_levels(600, random);
  const auto next = [&] { return levels[random() % levels.size()]; };
  const auto trainer = std::make_unique<dictionary_trainer>();
  const column two(2, next);
  CHECK(pays(*trainer, two, 2));
  const std::set<std::uint64_t> entries(trainer->patterns().begin(), trainer->patterns().end());
  CHECK(entries.size() == trainer->patterns().size());
  CHECK(entries.size() > 500);
  for (const std::uint64_t each : entries)
    CHECK(std::find(levels.begin(), levels.end(), std::bit_cast<double>(each)) != levels.end());

  const std::vector<double> many = some_levels(1800, random);
  const column rare(2, [&] { return many[random() % many.size()]; });
  CHECK_FALSE(pays(*trainer, rare, 2));
  CHECK(pays(*trainer, rare, 64));
}

TEST_CASE("no dictionary is had for values that do not recur, that are cheap, or that are too many") {
  std::mt19937_64 random(2);
  const auto trainer = std::make_unique<dictionary_trainer>();
  CHECK_FALSE(pays(*trainer, column(4, [&] { return std::uniform_real_distribution<>(1, 2)(random); }), 1000));
  CHECK_FALSE(pays(*trainer, column(4, [&] { return static_cast<double>(random() % 8); }), 1000));  // 3 bits
  int i = 0;
  CHECK_FALSE(pays(*trainer, column(4, [&] { return 0.25 * ++i; }), 1000));
  const std::vector<double> levels = some_levels(600, random);
  CHECK_FALSE(pays(*trainer, column(1, [&] { return levels[random() % levels.size()]; }), 1000));  // one block
}

TEST_CASE("an older dictionary that would go makes a new one pay sooner") {
  std::mt19937_64 random(3);
  const std::vector<double> levels = some_levels(1500, random);
  const column blocks(2, [&] { return levels[random() % levels.size()]; });
  const auto trainer = std::make_unique<dictionary_trainer>();
  CHECK_FALSE(pays(*trainer, blocks, 2));
  CHECK(pays(*trainer, blocks, 2, blocks.bytes()));
}
