// Whatever pages, generations and cache a store of slots is made with, it does what a list of taken slots does.
#include <slotted/memory/slab_cache.hpp>
#include <slotted/memory/slot_store.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <random>
#include <type_traits>
#include <vector>

#include "catch.hpp"
#include "pools.hpp"

namespace {

using slotted::commit_outcome;
using slotted::memory_budget;
using slotted::MiB;
using slotted::page_kind;
using slotted::slab_cache;
using slotted::detail::fixed_shape;
using slotted::detail::slot_store;

// Stops at the first disagreement: a CHECK for each condition of each step would take most of the time.
#define AGREES(...) \
  if (!(__VA_ARGS__)) FAIL("step " << step_ << ": " << #__VA_ARGS__)

template <class Shape>
class store_model {
 public:
  using store_type = slot_store<Shape>;

  store_model(bool cached, std::size_t most) : most_(most) {
    if (cached) cache_.emplace(budget_, 3);
    store_ = std::make_unique<store_type>(Shape{}, &budget_, cached ? &*cache_ : nullptr);
  }

  void play(std::size_t steps) {
    bool growing = true;
    for (; step_ < steps; ++step_) {
      if (live_.size() >= most_) growing = false;
      if (live_.size() <= most_ / 4) growing = true;
      const auto dice = random_() % 10'000;
      if (dice == 0) {
        store_->trim();
        look_at_all();
      } else if (dice == 1) {
        AGREES(store_->reserve(live_.size() + random_() % most_) == commit_outcome::done);
        look_at_all();
      } else if (dice == 2 && random_() % 4 == 0) {
        store_->clear();
        while (!live_.empty()) forget(live_.size() - 1);
        look_at_all();
      } else if (dice == 3) {
        move_there_and_back();
      } else if (dice < (growing ? 7'000U : 3'000U)) {
        take();
      } else if (!live_.empty()) {
        give(random_() % live_.size());
      }
      AGREES(store_->size() == live_.size());
      AGREES(charged() == budget_.used());
    }
    look_at_all();
    while (!live_.empty()) give(live_.size() - 1);
    store_.reset();
    cache_.reset();
    CHECK(budget_.used() == 0);
    CHECK(most_seen_ >= most_);
  }

 private:
  struct place {
    std::uint32_t index;
    std::byte* at;
    std::uint32_t stamp;
  };

  std::size_t charged() const { return store_->held() + (cache_ ? cache_->footprint().total() : 0); }

  bool usable(std::size_t index) const {
    if (!store_->committed(static_cast<std::uint32_t>(index))) return false;
    if constexpr (store_type::has_generations)
      return store_->generation(static_cast<std::uint32_t>(index)) !=
             static_cast<typename Shape::generation_type>(-1) - 1;
    return true;
  }
  std::optional<std::size_t> lowest_free() {
    while (hint_ < taken_.size() && taken_[hint_]) ++hint_;
    for (std::size_t index = hint_; index < taken_.size() + 64; ++index)
      if ((index >= taken_.size() || !taken_[index]) && usable(index)) return index;
    return std::nullopt;
  }

  void take() {
    const std::optional<std::size_t> expected = lowest_free();
    typename store_type::slot slot{};
    AGREES(store_->take(slot) == commit_outcome::done);
    AGREES(!expected || slot.index == *expected);
    if (slot.index >= taken_.size()) {
      taken_.resize(slot.index + 1);
      generations_.resize(slot.index + 1);
    }
    AGREES(!taken_[slot.index]);
    taken_[slot.index] = true;
    if constexpr (store_type::has_generations) {
      const std::uint32_t generation = store_->generation(slot.index);
      AGREES(generation % 2 == 1 && generation > generations_[slot.index]);
      AGREES(store_->has_generation(slot.index, generation));
      generations_[slot.index] = generation;
    }
    live_.push_back({slot.index, slot.at, ++stamps_});
    write(live_.back());
    most_seen_ = std::max(most_seen_, live_.size());
    look_at(live_.back());
  }
  void give(std::size_t nth) {
    look_at(live_[nth]);
    if (step_ % 2 == 0)
      store_->give(live_[nth].index);
    else
      store_->give_at(live_[nth].at);
    AGREES(!store_->taken(live_[nth].index));
    forget(nth);
  }
  void forget(std::size_t nth) {
    const std::uint32_t index = live_[nth].index;
    taken_[index] = false;
    hint_ = std::min<std::size_t>(hint_, index);
    if constexpr (store_type::has_generations) AGREES(!store_->has_generation(index, generations_[index]));
    live_[nth] = live_.back();
    live_.pop_back();
  }

  static constexpr std::size_t stamp_bytes = std::min(sizeof(std::uint32_t), Shape::layout().slot_bytes);
  void write(const place& each) { std::memcpy(each.at, &each.stamp, stamp_bytes); }
  void look_at(const place& each) {
    AGREES(std::memcmp(each.at, &each.stamp, stamp_bytes) == 0);
    AGREES(store_->taken(each.index) && store_->committed(each.index));
    AGREES(store_->address(each.index) == each.at && store_->index_of(each.at) == each.index);
  }
  void look_at_all() {
    for (const place& each : live_) look_at(each);
    std::size_t seen = 0;
    store_->for_each([&](std::byte* at, std::uint32_t index) {
      AGREES(index < taken_.size() && taken_[index] && store_->address(index) == at);
      ++seen;
    });
    AGREES(seen == live_.size());
    AGREES(store_->capacity() >= store_->size());
  }
  void move_there_and_back() {
    store_type other(std::move(*store_));
    AGREES(store_->size() == 0 && store_->held() == 0);
    store_->swap(other);
    look_at_all();
  }

  memory_budget budget_{256 * MiB};
  std::optional<slab_cache> cache_;
  std::unique_ptr<store_type> store_;
  std::mt19937 random_{7};
  std::size_t most_;
  std::size_t step_ = 0;
  std::vector<place> live_;
  std::vector<bool> taken_;                 // by number
  std::vector<std::uint32_t> generations_;  // by number, the last one seen
  std::size_t hint_ = 0;                    // every slot below is taken
  std::uint32_t stamps_ = 0;
  std::size_t most_seen_ = 0;
};
#undef AGREES

// More slots than a chunk of counters has, and of the larger ones more than a slab has.
template <class Generation, page_kind Kind>
void play_every_size() {
  for (const bool cached : {false, true}) {
    CAPTURE(cached);
    store_model<fixed_shape<1, 1, Generation, Kind>>(cached, 9'000).play(60'000);
    store_model<fixed_shape<32, 8, Generation, Kind>>(cached, 18'000).play(100'000);
    store_model<fixed_shape<1000, 8, Generation, Kind>>(cached, 6'000).play(40'000);
    store_model<fixed_shape<20'000, 8, Generation, Kind>>(cached, 400).play(20'000);
  }
}

TEMPLATE_TEST_CASE_SIG("a store agrees with its model for each kind of page and generation, with a cache and without",
                       "", ((class Generation, page_kind Kind), Generation, Kind), (void, page_kind::base),
                       (void, page_kind::huge), (std::uint8_t, page_kind::base), (std::uint8_t, page_kind::huge),
                       (std::uint16_t, page_kind::base), (std::uint16_t, page_kind::huge),
                       (std::uint32_t, page_kind::base), (std::uint32_t, page_kind::huge)) {
  play_every_size<Generation, Kind>();
}

template <class Pool>
void insert_and_erase(Pool& points) {
  std::vector<typename Pool::handle> handles;
  for (int i = 0; i < 20'000; ++i) handles.push_back(points.insert({i * 1.0, 0, i, 0}));
  int wrong = 0;
  for (int i = 0; i < 20'000; ++i) wrong += points[handles[static_cast<std::size_t>(i)]].timestamp != i ? 1 : 0;
  for (std::size_t i = 0; i < 20'000; i += 2) points.erase(handles[i]);
  for (std::size_t i = 1; i < 20'000; i += 2) wrong += points.contains(handles[i]) ? 0 : 1;
  CHECK(wrong == 0);
  CHECK(points.size() == 10'000);
}

TEST_CASE("pools and checked pools of either kind of page hold twenty thousand records") {
  using slotted::test::point;
  memory_budget budget{64 * MiB};
  {
    slotted::pool<point, page_kind::huge> plain{budget};
    insert_and_erase(plain);
    slotted::checked_pool<point, std::uint32_t, page_kind::huge> checked{budget};
    insert_and_erase(checked);
    slotted::checked_pool<point, std::uint16_t, page_kind::huge> shorter{budget};
    insert_and_erase(shorter);
    slotted::checked_pool<point, std::uint8_t, page_kind::huge> shortest{budget};
    insert_and_erase(shortest);
    slab_cache cache{budget};
    slotted::checked_pool<point, std::uint32_t, page_kind::huge> cached{cache};
    insert_and_erase(cached);
  }
  CHECK(budget.used() == 0);
}

}  // namespace
