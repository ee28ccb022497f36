#include <slotted/series/detail/value_dictionary.hpp>

#include <map>
#include <random>
#include <string>
#include <vector>

#include "catch.hpp"

namespace {

using slotted::slab_heap;
using slotted::detail::no_id;
using slotted::detail::value_dictionary;

std::uint32_t hash(std::string_view text) { return static_cast<std::uint32_t>(slotted::detail::hash_text(text)); }

}  // namespace

TEST_CASE("texts are found, counted and given back through any additions and removals") {
  slab_heap heap;
  value_dictionary texts;
  std::map<std::string, std::pair<std::uint32_t, std::uint32_t>> model;  // number and references
  std::mt19937_64 random(5);
  std::size_t bytes = 0;
  for (int step = 0; step < 60'000; ++step) {
    const std::string text = std::string(random() % 30, 'x') + std::to_string(random() % 600);
    const auto at = model.find(text);
    const std::uint32_t found = texts.find(text, hash(text));
    REQUIRE(found == (at == model.end() ? no_id : at->second.first));
    if (random() % 100 < (step / 15'000 % 2 == 0 ? 60u : 40u)) {
      if (at != model.end()) {
        texts.hold(found);
        ++at->second.second;
      } else {
        const std::uint32_t id = texts.try_add(heap, text, hash(text));
        REQUIRE(id != no_id);
        model[text] = {id, 1};
        bytes += text.size();
      }
    } else if (at != model.end()) {
      const bool last = --at->second.second == 0;
      REQUIRE(texts.drop(heap, found) == last);
      if (last) {
        bytes -= text.size();
        model.erase(at);
      }
    }
    if (random() % 100 == 0 && texts.compact_steps() != 0)
      texts.compact(heap, static_cast<std::uint32_t>(random() % texts.compact_steps()));
    REQUIRE(texts.size() == model.size());
    REQUIRE(texts.text_bytes() == bytes);
  }
  for (const auto& [text, entry] : model) {
    REQUIRE(texts.text(entry.first) == text);
    REQUIRE(texts.references(entry.first) == entry.second);
    REQUIRE(texts.has(entry.first));
  }
  REQUIRE(model.size() > 100);
  for (const auto& [text, entry] : model)
    for (std::uint32_t left = entry.second; left != 0; --left) texts.drop(heap, entry.first);
  CHECK(heap.footprint().payload == 0);
}

TEST_CASE("numbers stay small: the lowest free one is given out first") {
  slab_heap heap;
  value_dictionary texts;
  for (int i = 0; i < 1000; ++i) REQUIRE(texts.try_add(heap, std::to_string(i), hash(std::to_string(i))) < 1000);
  texts.drop(heap, 500);
  texts.drop(heap, 7);
  CHECK(texts.try_add(heap, "new", hash("new")) == 7);
  CHECK(texts.try_add(heap, "newer", hash("newer")) == 500);
  texts.release(heap);
  CHECK(heap.footprint().payload == 0);
}

TEST_CASE("scattered texts pin no memory once the others have gone") {
  slab_heap heap;
  value_dictionary texts;
  constexpr std::uint32_t count = 100'000;
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::string text = "a value of some length, number " + std::to_string(i);
    REQUIRE(texts.try_add(heap, text, hash(text)) == i);
  }
  const std::size_t full = heap.footprint().total();
  for (std::uint32_t i = 0; i < count; ++i)
    if (i % 100 != 0) texts.drop(heap, i);
  for (std::uint32_t step = 0; step < texts.compact_steps(); ++step) texts.compact(heap, step);
  heap.trim();
  CHECK(texts.size() == count / 100);
  CHECK(heap.footprint().total() < full / 20);
  for (std::uint32_t i = 0; i < count; i += 100)
    REQUIRE(texts.text(i) == "a value of some length, number " + std::to_string(i));
  texts.release(heap);
}

TEST_CASE("an addition that finds no memory changes nothing") {
  slotted::memory_budget budget(128 * slotted::KiB);
  slab_heap heap(budget);
  value_dictionary texts;
  std::vector<std::string> kept;
  for (;;) {
    const std::string text = "value " + std::to_string(kept.size());
    const std::uint32_t id = texts.try_add(heap, text, hash(text));
    REQUIRE(budget.used() == heap.footprint().total());
    if (id == no_id) {
      CHECK(texts.find(text, hash(text)) == no_id);
      break;
    }
    kept.push_back(text);
  }
  CHECK(kept.size() > 500);
  CHECK(texts.size() == kept.size());
  for (const std::string& each : kept) REQUIRE(texts.find(each, hash(each)) != no_id);
  texts.release(heap);
}

TEST_CASE("no texts are slow to find, of those that are made without the seed") {
  slab_heap heap;
  value_dictionary texts;
  std::vector<std::string> hostile;
  for (int i = 0; i < 20'000; ++i)
    hostile.push_back(std::string(8, static_cast<char>('a' + i % 2)) + std::to_string(i));
  for (const std::string& each : hostile) REQUIRE(texts.try_add(heap, each, hash(each)) != no_id);
  std::size_t probes = 0;
  for (const std::string& each : hostile) probes += texts.probes(each, hash(each));
  CHECK(probes < hostile.size() * 22 / 10);
  texts.release(heap);
}
