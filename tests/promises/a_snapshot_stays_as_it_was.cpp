// A snapshot has the rows of its moment for as long as it lives, or throws: it never has fewer.
#include <algorithm>
#include <atomic>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <random>
#include <span>
#include <thread>
#include <utility>
#include <vector>

#include <slotted/history/history.hpp>

#include "catch.hpp"

namespace {

struct reading {
  std::int64_t time = 0;
  double x = 0;  // its number, by arrival: no two are equal
  std::uint32_t sensor = 0;
};
using past_readings = slotted::history<reading, &reading::time, &reading::sensor>;
using snapshot = past_readings::snapshot_type;

// A history and the numbers of the rows that it has by what it said of those that went.
class living_history {
 public:
  living_history(std::uint32_t seed, slotted::memory_budget& budget, std::uint32_t late)
      : past(budget, slotted::on_full::evict_oldest), random(seed), late_(late) {
    past.on_evict(forget_);
  }

  void live(std::size_t rows, std::uint32_t series) {
    for (std::size_t i = 0; i < rows; ++i) {
      now_ += random() % 3;
      const reading row{now_ - static_cast<std::int64_t>(random() % late_), static_cast<double>(next_++),
                        static_cast<std::uint32_t>(random() % series)};
      rows_.emplace(row.x, row);
      if (past.try_append(row) != slotted::append_outcome::done) rows_.erase(row.x);
    }
  }
  [[nodiscard]] const std::map<double, reading>& rows() const { return rows_; }

 private:
  std::map<double, reading> rows_;
  struct forgetter {
    living_history& of;
    void operator()(const past_readings::evicted_block& block) const {
      double numbers[1024];
      block.decode<&reading::x>(numbers);
      for (std::size_t i = 0; i < block.size(); ++i) of.rows_.erase(numbers[i]);
    }
  } forget_{*this};

 public:
  past_readings past;
  std::mt19937 random;

 private:
  std::uint32_t late_;
  std::int64_t now_ = 0;
  std::int64_t next_ = 0;
};

bool same(const reading& a, const reading& b) { return a.time == b.time && a.x == b.x && a.sensor == b.sensor; }

enum class outcome { as_it_was, expired, wrong };
// What reading all of a snapshot comes to.
outcome read_rows(const snapshot& of, const std::map<double, reading>& expected) {
  try {
    std::size_t count = 0;
    std::int64_t last = INT64_MIN;
    std::map<std::uint32_t, reading> before;
    for (const reading row : of.rows()) {
      const auto found = expected.find(row.x);
      if (found == expected.end() || !same(found->second, row) || row.time < last) return outcome::wrong;
      // Of one time and series, in the order of arrival.
      const auto [own, first] = before.try_emplace(row.sensor, row);
      if (!first && own->second.time == row.time && own->second.x >= row.x) return outcome::wrong;
      own->second = row;
      last = row.time;
      ++count;
    }
    return count == expected.size() ? outcome::as_it_was : outcome::wrong;
  } catch (const slotted::snapshot_expired&) {
    return outcome::expired;
  }
}
outcome scan_rows(const snapshot& of, const std::map<double, reading>& expected) {
  try {
    std::vector<double> numbers;
    bool right = true;
    of.scan<&reading::x, &reading::time, &reading::sensor>(
        [&](std::span<const double> xs, std::span<const std::int64_t> times, std::span<const std::uint32_t> sensors) {
          for (std::size_t i = 0; i < xs.size(); ++i) {
            const auto found = expected.find(xs[i]);
            right = right && found != expected.end() && same(found->second, {times[i], xs[i], sensors[i]});
            numbers.push_back(xs[i]);
          }
        });
    std::sort(numbers.begin(), numbers.end());
    right = right && std::adjacent_find(numbers.begin(), numbers.end()) == numbers.end();
    return right && numbers.size() == expected.size() && of.size() == expected.size() ? outcome::as_it_was
                                                                                      : outcome::wrong;
  } catch (const slotted::snapshot_expired&) {
    return outcome::expired;
  }
}

}  // namespace

TEST_CASE("snapshots of a history that evicts have the rows of their moment, or throw") {
  for (const auto& [bytes, series, late] :
       {std::tuple{400 * slotted::KiB, 7u, 1u}, std::tuple{std::size_t{1} << 20, 200u, 50u},
        std::tuple{std::size_t{2} << 20, 3000u, 1000u}}) {
    CAPTURE(bytes, series, late);
    slotted::memory_budget budget(bytes);
    living_history of(1, budget, late);
    struct taken {
      snapshot moment;
      std::map<double, reading> rows;
    };
    std::deque<taken> open;
    std::size_t whole = 0;
    std::size_t expired = 0;
    for (int step = 0; step < 50; ++step) {
      of.live(1 + of.random() % 1500, series);
      if (of.random() % 3 == 0) {
        try {
          snapshot moment = of.past.snapshot();
          open.push_back({std::move(moment), of.rows()});
        } catch (const slotted::budget_exceeded&) {
        }
      }
      if (of.random() % 10 == 0) of.past.seal();
      if (open.size() > 5) open.erase(open.begin() + static_cast<std::ptrdiff_t>(of.random() % open.size()));
      if (open.empty()) continue;
      const taken& one = open[of.random() % open.size()];
      const outcome is = step % 2 == 0 ? read_rows(one.moment, one.rows) : scan_rows(one.moment, one.rows);
      REQUIRE(is != outcome::wrong);
      CHECK((is == outcome::as_it_was) == one.moment.valid());
      (is == outcome::as_it_was ? whole : expired) += 1;
      CHECK(of.past.footprint().total() == budget.used());
    }
    CHECK(whole > 5);
    CHECK(expired + whole > 25);
  }
}

TEST_CASE("the function of a snapshot's scan may append to the history") {
  slotted::memory_budget budget(400 * slotted::KiB);
  living_history of(2, budget, 10);
  of.live(60000, 7);
  std::size_t calls = 0;
  bool went_on = false;
  const snapshot moment = of.past.snapshot();
  const std::size_t rows = of.rows().size();
  std::size_t seen = 0;
  try {
    moment.scan<&reading::x>([&](std::span<const double> xs) {
      seen += xs.size();
      of.live(500, 7);
      ++calls;
    });
    went_on = true;
  } catch (const slotted::snapshot_expired&) {
  }
  CHECK(calls > 3);
  CHECK(went_on == (seen == rows));
}

TEST_CASE("a snapshot that expires while it is iterated throws and never ends early") {
  slotted::memory_budget budget(std::size_t{1} << 20);
  living_history of(3, budget, 10);
  of.live(100000, 50);
  const snapshot moment = of.past.snapshot();
  const std::size_t rows = of.rows().size();
  std::size_t seen = 0;
  bool threw = false;
  try {
    for ([[maybe_unused]] const reading row : moment.rows())
      if (++seen % 100 == 0) of.live(2000, 50);
  } catch (const slotted::snapshot_expired&) {
    threw = true;
  }
  CHECK(threw == (seen < rows));
  CHECK(threw == !moment.valid());
}

TEST_CASE("other threads read a snapshot while the history goes on") {
  slotted::memory_budget budget(std::size_t{1} << 20);
  living_history of(4, budget, 20);
  of.live(60000, 100);
  for (int round = 0; round < 2; ++round) {
    const snapshot moment = of.past.snapshot();
    const std::map<double, reading> expected = of.rows();
    std::atomic<bool> done = false;
    std::atomic<int> wrong = 0;
    std::vector<std::thread> readers;
    for (int i = 0; i < 2; ++i)
      readers.emplace_back([&, i] {
        for (int again = 0; again < 2; ++again)
          wrong += (i == 0 ? read_rows(moment, expected) : scan_rows(moment, expected)) == outcome::wrong;
        done = true;
      });
    while (!done) of.live(1000, 100);
    for (std::thread& each : readers) each.join();
    CHECK(wrong == 0);
  }
}
