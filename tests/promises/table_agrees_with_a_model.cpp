// A table and a std::vector live through the same random life, under a budget that refuses now and then: they hold the
// same rows, a refusal changes nothing, and the footprint is the charge at each step.
#include <slotted/record/symbol.hpp>
#include <slotted/store/table.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "catch.hpp"

namespace {

struct inner {
  std::int16_t a = 0;
  bool flag = false;
  friend bool operator==(const inner&, const inner&) = default;
};
struct entry {
  std::int64_t time = 0;
  double value = 0;
  inner in;
  std::optional<float> maybe;
  std::optional<bool> tri;
  bool on = false;
  slotted::symbol<"table model", std::uint8_t> name;
  std::array<std::uint8_t, 5> bytes{};
  friend bool operator==(const entry&, const entry&) = default;
};
using table = slotted::table<entry>;

class life {
 public:
  explicit life(std::uint64_t seed, std::size_t limit) : random_(seed), budget_(limit), rows_(budget_) {}

  void grow_to(std::size_t rows) {
    while (model_.size() < rows) append(3000);
    agree();
  }

  void step() {
    const std::uint64_t what = random_() % 100;
    if (what < 35) {
      push(below(60));
    } else if (what < 50) {
      append(below(3000));
    } else if (what < 58) {
      const std::size_t gone = below(std::min<std::size_t>(model_.size(), 4000) + 1);
      rows_.pop_front(gone);
      first_ += gone;
      model_.erase(model_.begin(), model_.begin() + static_cast<std::ptrdiff_t>(gone));
    } else if (what < 64) {
      const std::size_t gone = below(std::min<std::size_t>(model_.size(), 2000) + 1);
      rows_.pop_back(gone);
      model_.resize(model_.size() - gone);
    } else if (what < 84 && !model_.empty()) {
      write(below(model_.size()));
    } else if (what < 88) {
      erase_if();
    } else if (what < 92) {
      sort();
    } else if (what < 94) {
      table other(std::move(rows_));
      rows_.swap(other);
    } else if (what < 96) {
      if (!rows_.try_reserve(model_.size() + below(5000))) ++refused_;
    } else if (what < 98) {
      rows_.trim();
    } else if (what == 98 && below(8) == 0) {
      rows_.clear();
      first_ += model_.size();
      model_.clear();
    }
    agree();
  }

  [[nodiscard]] std::size_t refused() const { return refused_; }
  [[nodiscard]] std::size_t most() const { return most_; }
  [[nodiscard]] std::size_t removed_in_front() const { return first_; }

 private:
  std::size_t below(std::size_t n) { return slotted::detail::number_cast<std::size_t>(random_() % n); }

  entry some() {
    entry made;
    made.time = static_cast<std::int64_t>(below(1000));
    made.value = static_cast<double>(random_() >> 40);
    made.in = {static_cast<std::int16_t>(random_() % 30'000), random_() % 2 == 0};
    if (random_() % 3 != 0) made.maybe = static_cast<float>(below(1000));
    if (random_() % 3 != 0) made.tri = random_() % 2 == 0;
    made.on = random_() % 2 == 0;
    made.name = std::to_string(below(7));
    made.bytes[below(5)] = static_cast<std::uint8_t>(random_());
    return made;
  }

  void push(std::size_t rows) {
    for (std::size_t i = 0; i < rows; ++i) {
      const entry made = some();
      if (random_() % 2 == 0) {
        if (!rows_.try_push_back(made)) return refuse();
      } else {
        try {
          rows_.push_back(made);
        } catch (const slotted::budget_exceeded&) {
          return refuse();
        }
      }
      model_.push_back(made);
    }
  }
  void append(std::size_t rows) {
    std::vector<entry> more;
    for (std::size_t i = 0; i < rows; ++i) more.push_back(some());
    if (rows_.try_append(more))
      model_.insert(model_.end(), more.begin(), more.end());
    else
      refuse();
  }
  void write(std::size_t at) {
    entry& mine = model_[at];
    const std::uint64_t row = first_ + at;
    switch (below(5)) {
      case 0:
        mine = some();
        return rows_.set(row, mine);
      case 1:
        mine.in.flag = !mine.in.flag;
        return rows_.set<"in.flag">(row, mine.in.flag);
      case 2:
        mine.maybe.reset();
        return rows_.set<&entry::maybe>(row, std::nullopt);
      case 3:
        mine.value += 1;
        return rows_.modify(row, [](entry& each) { each.value += 1; });
      default:
        mine = model_.back();
        model_.pop_back();
        return rows_.swap_erase(row);
    }
  }
  void erase_if() {
    const std::uint64_t seventh = below(7);
    const auto gone = [seventh](const entry& each) { return static_cast<std::uint64_t>(each.time) % 7 == seventh; };
    try {
      const std::size_t erased = rows_.erase_if(gone);
      if (erased != std::erase_if(model_, gone)) throw std::logic_error("erase_if counts otherwise");
    } catch (const slotted::budget_exceeded&) {
      refuse();
    }
  }
  void sort() {
    try {
      rows_.sort_by<&entry::time>();
    } catch (const slotted::budget_exceeded&) {
      return refuse();
    }
    const auto earlier = [](const entry& a, const entry& b) { return a.time < b.time; };
    // Stable: by time, then by place. (std::stable_sort of libstdc++ 12 uses what clang 19 calls deprecated.)
    std::vector<std::pair<std::int64_t, std::size_t>> order;
    for (const entry& each : model_) order.emplace_back(each.time, order.size());
    std::sort(order.begin(), order.end());
    std::vector<entry> sorted;
    for (const auto& each : order) sorted.push_back(model_[each.second]);
    model_ = std::move(sorted);
    entry wanted;
    wanted.time = static_cast<std::int64_t>(below(1000));
    const auto at = std::lower_bound(model_.begin(), model_.end(), wanted, earlier) - model_.begin();
    if (rows_.lower_bound<&entry::time>(wanted.time) != first_ + static_cast<std::size_t>(at))
      throw std::logic_error("lower_bound finds another row");
  }
  void refuse() { ++refused_; }

  void agree() {
    most_ = std::max(most_, model_.size());
    REQUIRE(rows_.size() == model_.size());
    REQUIRE(rows_.first_row() == first_);
    REQUIRE(rows_.footprint().total() == budget_.used());
    REQUIRE(budget_.used() <= budget_.limit());
    if (below(10) != 0) {  // each step some rows, at times all
      for (std::size_t i = 0; i < 20 && !model_.empty(); ++i) {
        const std::size_t at = below(model_.size());
        REQUIRE(rows_[first_ + at] == model_[at]);
      }
      return;
    }
    REQUIRE(std::equal(rows_.begin(), rows_.end(), model_.begin(), model_.end()));
    std::size_t at = 0;
    bool same = true;
    rows_.for_each_chunk<&entry::time, "in.flag", &entry::maybe>([&](auto times, auto flags, auto maybes) {
      for (std::size_t i = 0; i < times.size(); ++i, ++at)
        same &= times[i] == model_[at].time && flags[i] == model_[at].in.flag && maybes[i] == model_[at].maybe;
    });
    REQUIRE(same);
    REQUIRE(at == model_.size());
  }

  std::mt19937_64 random_;
  slotted::memory_budget budget_;
  table rows_;
  std::vector<entry> model_;
  std::size_t first_ = 0;  // the number of the first row
  std::size_t refused_ = 0;
  std::size_t most_ = 0;
};

}  // namespace

TEST_CASE("a table agrees with a vector through long random lives, whatever is refused on the way") {
  std::size_t refused = 0;
  std::size_t most = 0;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    // From one that never leaves the small layout to one that has several slabs.
    life each(seed, (std::size_t{48} << (seed % 6)) * slotted::KiB);
    for (int i = 0; i < 300; ++i) each.step();
    refused += each.refused();
    most = std::max(most, each.most());
    CHECK(each.removed_in_front() != 0);
  }
  CHECK(refused > 100);
  CHECK(most > 10'000);
}

TEST_CASE("a table agrees with a vector across the borders of slabs") {
  life each(20240229, 64 * slotted::MiB);
  each.grow_to(2 * table::slab_rows + 1000);
  for (int i = 0; i < 200; ++i) each.step();
  CHECK(each.most() > 2 * table::slab_rows);
  CHECK(each.refused() == 0);
}
