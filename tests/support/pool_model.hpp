// slotted tests: random sequences of operations on two pools, each compared with a std::map after every step.
// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <slotted/memory/budget.hpp>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "pools.hpp"
#include "tracked.hpp"

namespace slotted::test {

// A record of a chosen size that owns nothing but counts.
template <std::size_t Filler>
struct wide {
  explicit wide(std::int64_t value) : id(value) {}
  tracked id;
  unsigned char filler[Filler] = {};
};

[[noreturn]] inline void disagree(std::size_t step, const char* what) {
  FAIL("step " << step << ": " << what);
  std::abort();
}

// A REQUIRE for each condition of a million steps would take most of the time, to compile and to run.
#define AGREES(...) \
  if (!(__VA_ARGS__)) disagree(step_, #__VA_ARGS__)

template <class Pool>
class pool_model {
 public:
  using record = typename Pool::value_type;
  using handle = typename Pool::handle;
  static constexpr bool checked = sizeof(handle) == 8;

  pool_model(std::uint32_t seed, std::size_t limit, std::size_t most)
      : random_(seed), most_(most), budgets_{memory_budget{limit}, memory_budget{limit}} {
    for (std::size_t i = 0; i < 2; ++i) {
      sides_[i].pool = std::make_unique<opened<Pool>>(budgets_[i]);
      sides_[i].budget = &budgets_[i];
    }
  }

  void play(std::size_t steps) {
    tracked::start_counting();
    std::size_t phase_ends = 0;
    while (step_ < steps) {
      if (step_ >= phase_ends) {  // growing, shrinking, steady
        growth_ = (growth_ + 2) % 3;
        phase_ends = step_ + 2 * most_ + random_() % (2 * most_);
      }
      one_step(sides_[random_() % 8 == 0 ? 1 : 0]);
      ++step_;
      for (const side& each : sides_) {
        AGREES(each.pool->footprint().total() == each.budget->used());
        AGREES(each.pool->size() == each.known.size());
        AGREES(each.pool->empty() == each.known.empty());
        AGREES(each.pool->budget() == each.budget);
      }
      AGREES(tracked::seen.live() == static_cast<long>(sides_[0].known.size() + sides_[1].known.size()));
    }
    for (side& each : sides_) look_at_all(each);
    // Insertions of an rvalue moved once each; nothing else was copied or moved.
    CHECK(tracked::seen.copied == 0);
    CHECK(tracked::seen.moved == moves_asked_for_);
    CHECK(refused_ > 0);
    CHECK(most_seen_ > most_ / 2);
    for (side& each : sides_) {
      each.pool.reset();
      CHECK(each.budget->used() == 0);
    }
    CHECK(tracked::seen.live() == 0);
    CHECK(tracked::seen.wrongly_destroyed == 0);
  }

  [[nodiscard]] std::size_t retired_seen() const { return retired_seen_; }

 private:
  struct known_record {
    std::int64_t value;
    const record* at;
    std::size_t position;  // in `live`
  };
  struct side {
    std::unique_ptr<opened<Pool>> pool;
    memory_budget* budget = nullptr;
    std::map<handle, known_record> known;
    std::vector<handle> live;
    std::vector<handle> stale;  // checked pools: a sample
    std::vector<bool> taken;    // by slot
    std::size_t hint = 0;       // every slot below is taken
    std::size_t room = 0;       // a reservation that still holds: insertions up to this size charge nothing
  };

  void one_step(side& at) {
    static constexpr int insertions[] = {750, 490, 300};  // of 1000, by phase
    const int dice = static_cast<int>(random_() % 1000);
    if (dice < insertions[growth_]) return insert(at);
    if (dice < 975) return erase_one(at);
    switch (random_() % 1000) {
      case 0:
        return clear(at);
      case 1:
      case 2:
      case 3:
        return trim(at);
      case 4:
      case 5:
      case 6:
        return reserve(at);
      case 7:
      case 8:
        return move_there_and_back(at);
      case 9:
      case 10:
        return exchange();
      case 11:
        return erase_some(at);
      case 12:
        return erase_while_iterating(at);
      case 13:
      case 14:
        return look_at_all(at);
      default:
        return look_at_one(at);
    }
  }

  // The slot that has to be taken next, if there is one in committed memory.
  std::optional<std::uint32_t> lowest_free(side& at) {
    while (at.hint < at.taken.size() && at.taken[at.hint]) ++at.hint;
    for (std::size_t slot = at.hint; slot < at.taken.size(); ++slot)
      if (!at.taken[slot] && usable(at, slot)) return static_cast<std::uint32_t>(slot);
    // Behind the last slot of a slab a few numbers name none.
    for (std::size_t next = at.taken.size(); next < at.taken.size() + 64; ++next)
      if (usable(at, next)) return static_cast<std::uint32_t>(next);
    return std::nullopt;
  }
  static bool usable(const side& at, std::size_t slot) {
    return at.pool->committed(static_cast<std::uint32_t>(slot)) && !at.pool->retired(static_cast<std::uint32_t>(slot));
  }

  void insert(side& at) {
    if (at.known.size() >= most_ * 2) return erase_one(at);
    const std::optional<std::uint32_t> expected = lowest_free(at);
    const std::size_t before = at.budget->used();
    const std::int64_t value = next_value_++;
    handle made;
    try {
      switch (random_() % 4) {
        case 0:
          made = at.pool->emplace(value);
          break;
        case 1:
          made = at.pool->try_emplace(value).value_or(handle{});
          break;
        case 2:
          made = at.pool->insert(record(value));
          ++moves_asked_for_;
          break;
        default:
          made = at.pool->try_insert(record(value)).value_or(handle{});
          if (made) ++moves_asked_for_;
          break;
      }
    } catch (const budget_exceeded&) {
    }
    if (!made) {
      ++refused_;
      AGREES(!expected);
      AGREES(at.budget->available() < 2 * page_bytes + sizeof(record));
      return;
    }
    const std::uint32_t slot = slot_of(made, *at.pool);
    if (expected) {
      AGREES(slot == *expected);
      // A counter that is about to run over may take a page of its own.
      AGREES(at.budget->used() <= before + (checked ? 2 * page_bytes : 0));
    }
    if (at.known.size() < at.room) AGREES(at.budget->used() == before);
    if (slot >= at.taken.size()) at.taken.resize(slot + 1);
    AGREES(!at.taken[slot]);
    at.taken[slot] = true;
    record& there = (*at.pool)[made];
    AGREES(there.id.value == value);
    AGREES(there.id.self == &there.id);
    AGREES(at.pool->handle_of(there) == made);
    AGREES(at.known.emplace(made, known_record{value, &there, at.live.size()}).second);
    at.live.push_back(made);
    most_seen_ = std::max(most_seen_, at.known.size());
  }

  handle any_of(side& at) { return at.live[random_() % at.live.size()]; }

  void forget(side& at, handle gone) {
    const auto found = at.known.find(gone);
    at.known.at(at.live.back()).position = found->second.position;
    at.live[found->second.position] = at.live.back();
    at.live.pop_back();
    at.known.erase(found);
    const std::uint32_t slot = slot_of(gone, *at.pool);
    at.taken[slot] = false;
    at.hint = std::min<std::size_t>(at.hint, slot);
    at.room = 0;
    if constexpr (checked) {
      if (at.stale.size() < 4096)
        at.stale.push_back(gone);
      else
        at.stale[random_() % at.stale.size()] = gone;
      if (at.pool->committed(slot) && at.pool->retired(slot)) ++retired_seen_;
    }
  }

  void erase_one(side& at) {
    if (at.live.empty()) return;
    const handle gone = random_() % 4 == 0 ? at.known.begin()->first : any_of(at);
    AGREES(at.pool->contains(gone));
    if constexpr (checked) {
      if (random_() % 2 == 0) {
        AGREES(at.pool->try_erase(gone));
        AGREES(!at.pool->try_erase(gone));
      } else {
        at.pool->erase(gone);
      }
    } else {
      at.pool->erase(gone);
    }
    AGREES(!at.pool->contains(gone));
    AGREES(at.pool->find(gone) == nullptr);
    forget(at, gone);
  }

  void erase_some(side& at) {
    const std::int64_t part = static_cast<std::int64_t>(random_() % 9 + 2);
    const auto chosen = [part](const record& each) { return each.id.value % part == 0; };
    std::vector<handle> expected;
    for (const auto& [each, what] : at.known)
      if (what.value % part == 0) expected.push_back(each);
    std::size_t erased = 0;
    if (random_() % 2 == 0) {
      try {
        erased = at.pool->erase_if(chosen);
      } catch (const budget_exceeded&) {  // for the bits: it might have thrown later
        AGREES(at.known.size() > 4096 && at.budget->available() < page_bytes);
        return look_at_all(at);
      }
    } else {
      erased = at.pool->erase_if([&](const record& each) noexcept { return chosen(each); });
    }
    AGREES(erased == expected.size());
    for (const handle each : expected) {
      AGREES(!at.pool->contains(each));
      forget(at, each);
    }
    look_at_all(at);
  }

  void erase_while_iterating(side& at) {
    std::vector<handle> gone;
    auto known = at.known.begin();
    for (auto it = at.pool->begin(); it != at.pool->end(); ++known) {
      AGREES(it->id.value == known->second.value);
      if (random_() % 8 != 0) {
        ++it;
        continue;
      }
      gone.push_back(known->first);
      it = at.pool->erase(it);
    }
    AGREES(known == at.known.end());
    for (const handle each : gone) forget(at, each);
    look_at_all(at);
  }

  void forget_all(side& at) {
    while (!at.live.empty()) forget(at, at.live.back());
  }
  void clear(side& at) {
    at.pool->clear();
    forget_all(at);
    AGREES(at.pool->begin() == at.pool->end());
  }
  void trim(side& at) {
    const std::size_t before = at.budget->used();
    at.pool->trim();
    at.room = 0;
    AGREES(at.budget->used() <= before);
    look_at_all(at);
  }
  void reserve(side& at) {
    const std::size_t wanted = at.known.size() + random_() % most_;
    bool there = true;
    if (random_() % 2 == 0) {
      there = at.pool->try_reserve(wanted);
    } else {
      try {
        at.pool->reserve(wanted);
      } catch (const budget_exceeded&) {
        there = false;
      }
    }
    AGREES(!there || at.pool->capacity() >= wanted);
    if (there) at.room = wanted;
    look_at_all(at);
  }

  void move_there_and_back(side& at) {
    const std::size_t before = at.budget->used();
    opened<Pool> other(std::move(*at.pool));
    AGREES(at.pool->empty() && at.pool->begin() == at.pool->end() && at.pool->footprint().total() == 0);
    AGREES(other.size() == at.known.size() && other.budget() == at.budget);
    AGREES(at.budget->used() == before);
    if (const auto extra = at.pool->try_emplace(std::int64_t{-1})) AGREES((*at.pool)[*extra].id.value == -1);
    *at.pool = std::move(other);  // destroys the extra one
    AGREES(at.budget->used() == before);
    look_at_all(at);
  }
  void exchange() {
    if (random_() % 2 == 0) {
      using std::swap;
      swap(*sides_[0].pool, *sides_[1].pool);
    } else {
      sides_[0].pool->swap(*sides_[1].pool);
    }
    std::swap(sides_[0], sides_[1]);            // what is known goes with the content,
    std::swap(sides_[0].pool, sides_[1].pool);  // the two pools stay where they are
    for (side& each : sides_) look_at_all(each);
  }

  void look_at_one(side& at) {
    if (at.live.empty()) return;
    const handle h = any_of(at);
    const known_record& known = at.known.at(h);
    const Pool& pool = *at.pool;
    AGREES(pool.contains(h));
    AGREES(pool.find(h) == known.at);
    AGREES(&pool[h] == known.at);
    AGREES(&(*at.pool)[h] == known.at);
    AGREES(pool[h].id.value == known.value);
    AGREES(pool.handle_of(*known.at) == h);
  }

  void look_at_all(side& at) {
    Pool& pool = *at.pool;
    auto known = at.known.begin();
    for (record& each : pool) {
      AGREES(known != at.known.end());
      AGREES(&each == known->second.at);
      AGREES(each.id.value == known->second.value);
      AGREES(pool.handle_of(each) == known->first);
      AGREES(pool.contains(known->first));
      ++known;
    }
    AGREES(known == at.known.end());
    known = at.known.begin();
    std::as_const(pool).for_each([&](const record& each) {
      AGREES(known != at.known.end() && &each == known->second.at);
      ++known;
    });
    AGREES(known == at.known.end());
    AGREES(pool.capacity() >= pool.size());
    AGREES(pool.footprint().payload == pool.size() * sizeof(record));
    for (const handle each : at.stale) AGREES(!pool.contains(each));
  }

  static constexpr std::size_t page_bytes = 4096;

  std::mt19937 random_;
  std::size_t most_;
  memory_budget budgets_[2];
  side sides_[2];
  std::size_t step_ = 0;
  int growth_ = 1;
  std::int64_t next_value_ = 0;
  long moves_asked_for_ = 0;
  std::size_t refused_ = 0;
  std::size_t most_seen_ = 0;
  std::size_t retired_seen_ = 0;
};

#undef AGREES

}  // namespace slotted::test
