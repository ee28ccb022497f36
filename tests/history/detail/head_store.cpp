#include <slotted/history/detail/head_store.hpp>

#include <slotted/history/detail/row_stream.hpp>

#include <array>
#include <bit>
#include <cstdint>
#include <random>
#include <vector>

#include "catch.hpp"

namespace {

using slotted::commit_outcome;
using slotted::detail::charged_memory;
using slotted::detail::head_store;
using slotted::detail::no_index;
using slotted::detail::codec::value_kind;

struct shape {
  static constexpr std::size_t columns = 2;
  static constexpr std::array<value_kind, 2> kinds{value_kind::binary64, value_kind::integer};
};
using stream = slotted::detail::row_stream<shape>;
using store = head_store<stream>;

bool nothing_to_give(void*, std::size_t) { return false; }

struct row {
  std::int64_t time;
  std::uint64_t words[2];
};

// The rows of a state read back are those of a model.
bool same(const store& heads, std::uint32_t state, const std::vector<row>& model) {
  std::vector<std::int64_t> times(model.size());
  std::vector<std::uint64_t> words(2 * model.size());
  stream::read(
      heads[state], model.size(), [&](std::uint32_t i) -> const store::line& { return heads.lines()[i]; }, times.data(),
      words.data(), model.size());
  for (std::size_t i = 0; i < model.size(); ++i)
    if (times[i] != model[i].time || words[i] != model[i].words[0] || words[model.size() + i] != model[i].words[1])
      return false;
  return true;
}

}  // namespace

TEST_CASE("the rows of many series stand side by side, and their memory is used again") {
  charged_memory memory(nullptr, nothing_to_give, nullptr);
  store heads;
  alignas(64) store::state lent[store::lent_states];
  heads.begin_in(lent);
  std::mt19937_64 random(4);
  std::vector<std::vector<row>> model(60);
  std::vector<std::uint32_t> states(60, no_index);
  std::size_t greatest = 0;
  for (int step = 0; step < 40'000; ++step) {
    const std::size_t series = random() % model.size();
    if (states[series] != no_index && (model[series].size() >= 200 || random() % 150 == 0)) {
      REQUIRE(same(heads, states[series], model[series]));
      const std::uint32_t lines = heads[states[series]].spills;
      heads.free_state(states[series]);
      heads.free_lines(lines);
      states[series] = no_index;
      model[series].clear();
      continue;
    }
    if (!heads.has_room()) REQUIRE(heads.try_make_room(memory, false) == commit_outcome::done);
    const row next{step * 15, {std::bit_cast<std::uint64_t>(static_cast<double>(random() % 50)), random() >> 40}};
    if (states[series] == no_index)
      states[series] = heads.begin(next.time, next.words);
    else
      heads.put(heads[states[series]], next.time, next.words);
    model[series].push_back(next);
    greatest = std::max(greatest, heads.held());
    REQUIRE(heads.held() == memory.held());
  }
  CHECK(greatest < std::size_t{256} << 10);  // 40,000 rows came, and at most some thousands are there at once
  CHECK(heads.used() <= heads.held() + sizeof lent);
  for (std::size_t i = 0; i < model.size(); ++i) {
    if (states[i] == no_index) continue;
    REQUIRE(same(heads, states[i], model[i]));
    heads.free_lines(heads[states[i]].spills);
    heads.free_state(states[i]);
  }
  CHECK(heads.used() == 0);
  heads.trim(memory, true);
  CHECK(heads.held() != 0);  // a snapshot may be reading lines
  heads.trim(memory, false);
  CHECK(heads.held() == 0);
  heads.release(memory);
  CHECK(memory.held() == 0);
}

TEST_CASE("without memory there is room for no row that would need any") {
  slotted::memory_budget none(0);
  charged_memory memory(&none, nothing_to_give, nullptr);
  store heads;
  alignas(64) store::state lent[store::lent_states];
  heads.begin_in(lent);
  CHECK_FALSE(heads.has_room());  // there is no line for a state that gets full
  CHECK(heads.try_make_room(memory, true) == commit_outcome::over_budget);
  CHECK(heads.held() == 0);
  heads.release(memory);
}
