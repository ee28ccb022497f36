#include <slotted/history/labelled_history.hpp>

#include <algorithm>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "catch.hpp"

namespace {

using slotted::append_outcome;
using slotted::by_labels;
using slotted::series_ref;

struct sample {
  std::int64_t time;
  double value;
};
using past = slotted::history<sample, &sample::time, by_labels>;

std::vector<std::pair<std::int64_t, double>> rows_of(auto&& range) {
  std::vector<std::pair<std::int64_t, double>> rows;
  for (const sample& each : range) rows.emplace_back(each.time, each.value);
  return rows;
}

}  // namespace

TEST_CASE("rows are appended by reference and read by reference, labels are those of the series") {
  slotted::memory_budget budget(4 * slotted::MiB);
  past all{budget};
  const series_ref a = all.open({{"__name__", "load"}, {"host", "a"}});
  const series_ref b = all.open({{"host", "b"}, {"__name__", "load"}});
  CHECK(all.open({{"host", "a"}, {"__name__", "load"}}) == a);
  for (std::int64_t t = 0; t < 3000; ++t) {
    all.append(a, {t, 1.0});
    all.append(b, {t, 2.0});
  }
  CHECK(all.size() == 6000);
  CHECK(all.series_count() == 2);
  CHECK(all.to_exposition(b) == R"(load{host="b"})");
  CHECK(all.labels(a).value("host") == "a");
  CHECK(all.find({{"__name__", "load"}, {"host", "b"}}) == b);
  CHECK(all.find_after(a, {{"__name__", "load"}, {"host", "b"}}) == b);
  CHECK(rows_of(all.series(a).between(10, 12)) == std::vector<std::pair<std::int64_t, double>>{{10, 1.0}, {11, 1.0}});
  CHECK(rows_of(all.between(2999, 3000)) == std::vector<std::pair<std::int64_t, double>>{{2999, 1.0}, {2999, 2.0}});
  std::size_t rows = 0;
  for (const auto each : all.series()) {
    CHECK(all.contains(each.key));
    rows += each.rows;
  }
  CHECK(rows == 6000);
  std::size_t latest = 0;
  for (const sample& each : all.latest()) latest += each.time == 2999 ? 1 : 0;
  CHECK(latest == 2);
  CHECK(all.footprint().total() == budget.used());
}

TEST_CASE("an erased series is gone, with its rows, and its reference is stale for ever") {
  past all;
  const series_ref ref = all.open({{"host", "a"}});
  all.append(ref, {1, 1.0});
  CHECK(all.erase(ref));
  CHECK_FALSE(all.erase(ref));
  CHECK(all.size() == 0);
  CHECK(all.try_append(ref, {2, 1.0}) == append_outcome::stale_series);
  CHECK_THROWS_AS(all.append(ref, {2, 1.0}), slotted::stale_series);
  CHECK_THROWS_AS(all.append({}, {2, 1.0}), slotted::stale_series);
  const series_ref again = all.open({{"host", "a"}});
  CHECK(again != ref);
  all.append(again, {3, 5.0});
  CHECK(rows_of(all.rows()) == std::vector<std::pair<std::int64_t, double>>{{3, 5.0}});
  CHECK(rows_of(all.series(ref)).empty());
}

TEST_CASE("series are erased by a predicate and by matchers") {
  past all;
  for (int i = 0; i < 100; ++i) {
    const std::string host = "h" + std::to_string(i);
    const series_ref ref = all.open({{"host", host}, {"odd", i % 2 == 0 ? "" : "yes"}});
    all.append(ref, {i, 1.0});
  }
  CHECK(all.erase_series_if([&](series_ref each) { return all.labels(each).value("host") == "h7"; }) == 1);
  CHECK(all.size() == 99);
  CHECK(all.erase_matching({{"odd", "yes"}}) == 49);
  CHECK(all.size() == 50);
  CHECK(all.labels().size() == 50);
  const auto failing = [](series_ref) -> bool { throw std::runtime_error("no"); };
  CHECK_THROWS_AS(all.erase_series_if(failing), std::runtime_error);
  CHECK(all.size() == 50);
}

TEST_CASE("series whose last row was evicted are closed, and their texts go") {
  slotted::memory_budget budget(2 * slotted::MiB);
  past all{budget, slotted::on_full::evict_oldest};
  std::mt19937_64 random(10);
  std::uniform_real_distribution<double> noise;
  std::int64_t now = 0;
  std::size_t most = 0;
  for (int generation = 0; generation < 25; ++generation) {
    std::vector<series_ref> refs;
    for (int i = 0; i < 150; ++i) {
      const std::string pod = "pod " + std::to_string(generation) + "/" + std::to_string(i);
      refs.push_back(all.open({{"pod", pod}, {"job", "node"}}));
    }
    for (int row = 0; row < 200; ++row, ++now)
      for (const series_ref each : refs) REQUIRE(all.try_append(each, {now, noise(random)}));
    most = std::max(most, all.labels().size());
    REQUIRE(budget.used() <= budget.limit());
    REQUIRE(all.footprint().total() == budget.used());
  }
  CHECK(all.evicted() > 0);
  CHECK(all.labels().size() < most + 1);
  CHECK(all.labels().size() <= all.series_count() + 300);
  CHECK(most < 150 * 25);
  all.trim();
  CHECK(all.labels().size() == all.series_count());
  CHECK(all.labels().label_values("pod").size() == all.series_count());
}

TEST_CASE("a storm of labels costs the storm and not the rows of others") {
  slotted::memory_budget budget(4 * slotted::MiB);
  past all{budget, {{.on_full = slotted::on_full::evict_oldest}, {}}};
  std::vector<series_ref> honest;
  for (int i = 0; i < 100; ++i) honest.push_back(all.open({{"host", std::to_string(i)}}));
  for (std::int64_t t = 0; t < 200; ++t)
    for (const series_ref each : honest) all.append(each, {t, static_cast<double>(t)});
  const std::size_t rows = all.size();
  std::size_t refused = 0;
  for (int i = 0; i < 100'000; ++i) {
    const slotted::opened_series got = all.try_open({{"user", "hostile text number " + std::to_string(i)}});
    if (!got) {
      REQUIRE(got.outcome == slotted::open_outcome::too_many_bytes);
      ++refused;
    }
  }
  CHECK(refused > 50'000);
  CHECK(all.size() == rows);
  CHECK(all.evicted() == 0);
  for (const series_ref each : honest) CHECK(all.contains(each));
}

TEST_CASE("limits of the history and of its labels are options") {
  slotted::series_limits series;
  series.series.most = 2;
  past all{{{.max_age = 100}, series}};
  const series_ref a = all.open({{"id", "a"}});
  (void)all.open({{"id", "b"}});
  CHECK_THROWS_AS(all.open({{"id", "c"}}), slotted::series_limit_exceeded);
  for (int i = 0; i < 20; ++i) all.append(a, {1000 + i, 1.0});
  CHECK(all.try_append(a, {800, 1.0}) == append_outcome::too_old);
  CHECK_THROWS_AS(all.append(a, {800, 1.0}), std::out_of_range);
  CHECK(all.labels().count(slotted::open_outcome::too_many_series) == 1);
}

TEST_CASE("a history by labels agrees with a map of vectors") {
  std::mt19937_64 random(11);
  past all;
  std::map<std::string, std::pair<series_ref, std::vector<std::pair<std::int64_t, double>>>> model;
  std::int64_t now = 0;
  for (int step = 0; step < 30'000; ++step) {
    const std::string id = std::to_string(random() % 50);
    const std::uint64_t what = random() % 100;
    if (what < 2) {
      const auto at = model.find(id);
      if (at == model.end()) continue;
      REQUIRE(all.erase(at->second.first));
      model.erase(at);
    } else {
      const series_ref ref = all.open({{"id", id}});
      auto& known = model[id];
      if (known.second.empty()) known.first = ref;
      REQUIRE(known.first == ref);
      ++now;
      all.append(ref, {now, static_cast<double>(random() % 1000) / 8});
      known.second.emplace_back(now, 0.0);
      known.second.back().second = all.series(ref).last()->value;
    }
    if (step % 5000 == 0)
      for (const auto& [text, known] : model) {
        REQUIRE(rows_of(all.series(known.first)) == known.second);
        REQUIRE(all.labels(known.first).value("id") == text);
      }
  }
  std::size_t rows = 0;
  for (const auto& [text, known] : model) {
    REQUIRE(rows_of(all.series(known.first)) == known.second);
    rows += known.second.size();
  }
  CHECK(all.size() == rows);
  CHECK(all.series_count() == model.size());
}
