// A table of series against std::map: random labels opened, found, matched, closed, kept by holds, under budgets that
// are too small; after every step the budget has been charged what the footprint says.
#include <bit>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <slotted/series/series_table.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "catch.hpp"

namespace {

using slotted::label;
using slotted::matcher;
using slotted::open_outcome;
using slotted::series_ref;

using label_map = std::map<std::string, std::string>;

std::vector<label> labels_of(const label_map& from) {
  std::vector<label> labels;
  for (const auto& [name, value] : from) labels.push_back({name, value});
  return labels;
}
label_map map_of(const slotted::label_list& from) {
  label_map labels;
  std::string_view last;
  for (const label each : from) {
    REQUIRE((labels.empty() || last < each.name));  // in the order of the names
    last = each.name;
    labels.emplace(each.name, each.value);
  }
  return labels;
}

class model {
 public:
  explicit model(std::uint64_t seed)
      : random_(seed),
        budget_(seed % 3 == 0 ? SIZE_MAX : 200'000 + random_() % 600'000),
        table_(budget_, limits()),
        names_(2 + random_() % 9),
        values_(1 + random_() % 600),
        opens_(5 + random_() % 4) {}

  void run(int steps) {
    for (int step = 0; step < steps; ++step) {
      if (step % 4000 == 3999) opens_ = 2 + random_() % 8;
      one_step();
      REQUIRE(table_.footprint().total() == budget_.used());
      REQUIRE(table_.size() == open_.size());
      if (random_() % 400 == 0) check_all();
    }
    check_all();
    holds_.clear();
    for (const auto& [labels, ref] : open_) REQUIRE(table_.close(ref));
    table_.trim();
    CHECK(table_.footprint().payload <= 2 * 4096 + 256);  // the directory's places, which remember stamps
    std::size_t names = 0;
    table_.for_each_label_name([&](std::string_view, std::size_t) { ++names; });
    CHECK(names == 0);
  }
  [[nodiscard]] std::size_t refused() const { return refused_; }

 private:
  struct kept {
    std::vector<std::pair<series_ref, label_map>> seen;
    slotted::series_hold hold;
    kept(std::vector<std::pair<series_ref, label_map>> all, slotted::series_table& table)
        : seen(std::move(all)), hold(table.hold()) {}
  };

  static slotted::series_limits limits() {
    slotted::series_limits all;
    all.bytes.most = SIZE_MAX;
    return all;
  }
  std::string value() { return std::string(random_() % length_, 'x') + std::to_string(random_() % values_); }
  std::string name() { return "n" + std::to_string(random_() % names_); }

  void one_step() {
    std::vector<std::pair<std::string, std::string>> given;
    label_map labels;
    bool twice = false;
    for (std::uint64_t left = random_() % (names_ + 1); left != 0; --left) {
      given.emplace_back(name(), random_() % 8 == 0 ? std::string() : value());
      if (!given.back().second.empty()) twice |= !labels.insert(given.back()).second;
    }
    std::vector<label> asked;
    for (const auto& [name, value] : given) asked.push_back({name, value});
    const std::uint64_t what = random_() % 10;
    if (what < opens_) {
      open(asked, labels, twice);
    } else if (what < 9) {
      if (open_.empty()) return;
      auto at = open_.lower_bound(labels);
      if (at == open_.end()) at = open_.begin();
      REQUIRE(table_.close(at->second));
      REQUIRE_FALSE(table_.close(at->second));
      REQUIRE_FALSE(table_.contains(at->second));
      REQUIRE_FALSE(table_.find(labels_of(at->first)));
      stale_.push_back(at->second);
      if (stale_.size() > 200) stale_.pop_front();
      open_.erase(at);
    } else if (!twice) {
      const auto at = open_.find(labels);
      REQUIRE(table_.find(asked) == (at == open_.end() ? series_ref() : at->second));
      REQUIRE(table_.find_after(last_, asked) == table_.find(asked));
      last_ = table_.find(asked);
    }
    if (random_() % 300 == 0 && holds_.size() < 4) holds_.push_back(std::make_unique<kept>(refs(), table_));
    if (random_() % 300 == 0 && !holds_.empty())
      holds_.erase(holds_.begin() + static_cast<std::ptrdiff_t>(random_() % holds_.size()));
    if (random_() % 2000 == 0) table_.trim();
    if (random_() % 500 == 0) table_.reclaim();
  }
  [[nodiscard]] std::vector<std::pair<series_ref, label_map>> refs() const {
    std::vector<std::pair<series_ref, label_map>> all;
    for (const auto& [labels, ref] : open_) all.emplace_back(ref, labels);
    return all;
  }
  void open(const std::vector<label>& asked, const label_map& labels, bool twice) {
    const slotted::opened_series got = table_.try_open(asked);
    if (twice) {
      REQUIRE(got.outcome == open_outcome::name_twice);
      REQUIRE_FALSE(got.ref);
    } else if (!got) {
      REQUIRE(got.outcome == open_outcome::over_budget);
      REQUIRE(budget_.limit() != SIZE_MAX);
      REQUIRE_FALSE(open_.contains(labels));
      REQUIRE_FALSE(table_.find(asked));
      ++refused_;
    } else {
      const auto at = open_.emplace(labels, got.ref).first;
      REQUIRE(at->second == got.ref);
      last_ = got.ref;
    }
  }

  void check_all() {
    for (const auto& [labels, ref] : open_) {
      REQUIRE(table_.contains(ref));
      REQUIRE(map_of(table_.labels(ref)) == labels);
    }
    for (const series_ref each : stale_) REQUIRE_FALSE(table_.contains(each));
    for (const auto& each : holds_)
      for (const auto& [ref, labels] : each->seen) {
        const label_map& expected = labels;
        each->hold.read(ref, [&](const slotted::label_list& got) { REQUIRE(map_of(got) == expected); });
      }
    check_counts();
    for (int i = 0; i < 4; ++i) check_match();
  }
  void check_counts() {
    if (!holds_.empty()) return;  // closed series count while they are held
    table_.reclaim();
    std::map<std::string, std::map<std::string, std::size_t>> expected;
    for (const auto& [labels, ref] : open_)
      for (const auto& [name, value] : labels) ++expected[name][value];
    std::map<std::string, std::map<std::string, std::size_t>> got;
    table_.for_each_label_name([&](std::string_view name, std::size_t values) {
      auto& of_name = got[std::string(name)];
      table_.for_each_label_value(
          name, [&](std::string_view value, std::size_t series) { of_name[std::string(value)] = series; });
      REQUIRE(of_name.size() == values);
    });
    REQUIRE(got == expected);
  }
  void check_match() {
    std::deque<std::string> texts;
    const std::size_t bits = random_() % 64;
    const auto odd = [bits](std::string_view value) { return ((value.size() ^ bits) & 1) != 0; };
    const auto rare = [](std::string_view value) { return value.ends_with("7") && value.size() < 4; };
    std::vector<matcher> matchers;
    for (std::uint64_t left = 1 + random_() % 3; left != 0; --left) {
      const std::string& name = texts.emplace_back("n" + std::to_string(random_() % (names_ + 1)));
      const std::string& value = texts.emplace_back(random_() % 4 == 0 ? std::string() : some_value(name));
      const std::uint64_t kind = random_() % 3;
      matcher made = kind == 0   ? matcher(name, value)
                     : kind == 1 ? slotted::matches(name, odd)
                                 : slotted::matches(name, rare);
      matchers.push_back(random_() % 2 == 0 ? made : !made);
    }
    const auto fulfils = [&](const label_map& labels) {
      for (const matcher& each : matchers) {
        const auto at = labels.find(std::string(each.name()));
        if (!each.accepts(at == labels.end() ? std::string_view() : std::string_view(at->second))) return false;
      }
      return true;
    };
    std::set<series_ref> expected;
    for (const auto& [labels, ref] : open_)
      if (fulfils(labels)) expected.insert(ref);
    std::set<series_ref> got;
    try {
      const slotted::series_set found = table_.matching(matchers);
      table_.for_each(found, [&](series_ref ref) { got.insert(ref); });
      REQUIRE(found.size() == expected.size());
    } catch (const slotted::budget_exceeded&) {
      return;
    }
    REQUIRE(got == expected);
    if (holds_.empty()) return;
    const kept& old = *holds_[random_() % holds_.size()];
    try {
      const slotted::series_set found = old.hold.matching(matchers);
      got.clear();
      old.hold.for_each(found, [&](series_ref ref) { got.insert(ref); });
    } catch (const slotted::budget_exceeded&) {
      return;
    }
    for (const auto& [ref, labels] : old.seen) REQUIRE(got.contains(ref) == fulfils(labels));
  }
  std::string some_value(const std::string& name) {
    if (!open_.empty() && random_() % 2 == 0) {
      auto at = open_.begin();
      std::advance(at, static_cast<std::ptrdiff_t>(random_() % open_.size()));
      if (const auto found = at->first.find(name); found != at->first.end()) return found->second;
    }
    return value();
  }

  std::mt19937_64 random_;
  slotted::memory_budget budget_;
  slotted::series_table table_;
  std::uint64_t names_;
  std::uint64_t values_;
  std::uint64_t length_ = random_() % 2 == 0 ? 20 : 300;
  std::uint64_t opens_;
  std::map<label_map, series_ref> open_;
  std::vector<std::unique_ptr<kept>> holds_;
  std::deque<series_ref> stale_;
  series_ref last_;
  std::size_t refused_ = 0;
};

}  // namespace

TEST_CASE("a table of series agrees with a model of maps, whatever the budget") {
  std::size_t refused = 0;
  for (std::uint64_t seed = 1; seed <= 9; ++seed) {
    model one(seed);
    one.run(7000);
    refused += one.refused();
  }
  CHECK(refused > 100);
}
