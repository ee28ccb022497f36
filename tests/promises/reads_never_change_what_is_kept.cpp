// Reads of a history whose budget is full are complete, evict nothing, and give back all the memory that they take.
#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <span>
#include <utility>
#include <vector>

#include <slotted/history/history.hpp>

#include "catch.hpp"

namespace {

struct reading {
  std::int64_t time = 0;
  double x = 0;  // its number, by arrival: no two are equal
  std::uint32_t sensor = 0;
  double y = 0;
  float z = 0;
  std::optional<std::int32_t> note;
};
using past_readings = slotted::history<reading, &reading::time, &reading::sensor>;

// A full history and the rows that it has by what it said of those that went.
class full_history {
 public:
  full_history(std::uint32_t seed, std::size_t bytes, std::uint32_t series, std::uint32_t late)
      : random_(seed), budget_(bytes), past_(budget_, slotted::on_full::evict_oldest) {
    past_.on_evict(forget_);
    while (past_.evicted() < 3000) add(series, late);
    for (int i = 0; i < 2000; ++i) add(series, late);
  }

  void add(std::uint32_t series, std::uint32_t late) {
    reading row;
    now_ += random_() % 3;
    row.time = now_ - static_cast<std::int64_t>(random_() % late);
    row.x = static_cast<double>(next_++);
    row.sensor = static_cast<std::uint32_t>(random_() % series);
    row.y = static_cast<double>(random_());
    row.z = static_cast<float>(random_() % 100);
    if (random_() % 2 == 0) row.note = static_cast<std::int32_t>(random_() % 1000);
    rows_.emplace(row.x, row);
    if (past_.try_append(row) != slotted::append_outcome::done) rows_.erase(row.x);
  }
  // The rows in the order of time, those of one time by arrival, which within a series is their order.
  template <class Wanted>
  [[nodiscard]] std::vector<reading> rows(Wanted wanted) const {
    std::vector<reading> made;
    for (const auto& [number, row] : rows_)
      if (wanted(row)) made.push_back(row);
    std::sort(made.begin(), made.end(),
              [](const reading& a, const reading& b) { return std::pair(a.time, a.x) < std::pair(b.time, b.x); });
    return made;
  }
  [[nodiscard]] std::vector<reading> rows() const {
    return rows([](const reading&) { return true; });
  }

  std::mt19937 random_;
  slotted::memory_budget budget_;
  std::map<double, reading> rows_;
  struct forgetter {
    full_history& of;
    void operator()(const past_readings::evicted_block& block) const {
      double numbers[1024];
      block.decode<&reading::x>(numbers);
      for (std::size_t i = 0; i < block.size(); ++i) of.rows_.erase(numbers[i]);
    }
  } forget_{*this};
  past_readings past_;
  std::int64_t now_ = 0;
  std::int64_t next_ = 0;
};

bool same(const reading& a, const reading& b) {
  return a.time == b.time && a.x == b.x && a.sensor == b.sensor && a.y == b.y && a.z == b.z && a.note == b.note;
}
// Whether a range gives these rows: in the order of time, and those of one series in the order of arrival.
template <class Range>
bool gives(Range&& range, const std::vector<reading>& expected) {
  std::map<std::uint32_t, std::vector<reading>> got;
  std::map<std::uint32_t, std::vector<reading>> wanted;
  std::int64_t before = INT64_MIN;
  for (const reading row : range) {
    if (row.time < before) return false;
    before = row.time;
    got[row.sensor].push_back(row);
  }
  for (const reading& row : expected) wanted[row.sensor].push_back(row);
  return std::equal(got.begin(), got.end(), wanted.begin(), wanted.end(), [](const auto& a, const auto& b) {
    return a.first == b.first && std::equal(a.second.begin(), a.second.end(), b.second.begin(), b.second.end(), same);
  });
}

void read_everything(full_history& of) {
  const past_readings& past = of.past_;
  const auto expected = of.rows();
  CHECK(past.size() == expected.size());
  CHECK(past.rows().count() == expected.size());
  CHECK(gives(past.rows(), expected));
  const std::uint32_t sensor = expected[of.random_() % expected.size()].sensor;
  CHECK(gives(past.series(sensor), of.rows([&](const reading& row) { return row.sensor == sensor; })));
  const std::int64_t first = expected[of.random_() % expected.size()].time;
  const std::int64_t end = first + 500;
  const auto within = of.rows([&](const reading& row) { return first <= row.time && row.time < end; });
  CHECK(gives(past.between(first, end), within));
  CHECK(past.first()->time == expected.front().time);
  CHECK(past.last()->time == expected.back().time);

  std::vector<double> numbers;
  past.between(first, end)
      .scan<"x", "y", "z", "note", "time", "sensor">(
          [&](std::span<const double> xs, auto ys, auto zs, auto notes, auto times, auto sensors) {
            for (std::size_t i = 0; i < xs.size(); ++i) {
              const auto row = of.rows_.find(xs[i]);
              REQUIRE(row != of.rows_.end());
              REQUIRE(same(row->second, {times[i], xs[i], sensors[i], ys[i], zs[i], notes[i]}));
              numbers.push_back(xs[i]);
            }
          });
  std::sort(numbers.begin(), numbers.end());
  CHECK(std::adjacent_find(numbers.begin(), numbers.end()) == numbers.end());
  CHECK(numbers.size() == within.size());

  std::map<std::int64_t, std::uint64_t> counts;
  const std::int64_t origin = expected.front().time;
  for (const reading& row : expected) ++counts[origin + (row.time - origin) / 2 * 2];
  auto next = counts.begin();
  bool right = true;
  for (const auto& each : past.aggregate<&reading::y>(origin, std::int64_t{2})) {
    right = right && next != counts.end() && next->first == each.start && next->second == each.count;
    if (next != counts.end()) ++next;
  }
  CHECK(right);
  CHECK(next == counts.end());

  for (const std::size_t n : {std::size_t{10}, expected.size() - 5}) {
    std::vector<std::int64_t> times;
    for (const reading row : past.newest(n)) times.push_back(row.time);
    REQUIRE(times.size() == n);
    CHECK(std::equal(times.begin(), times.end(), expected.end() - static_cast<std::ptrdiff_t>(n), expected.end(),
                     [](std::int64_t time, const reading& row) { return time == row.time; }));
  }
  std::map<std::uint32_t, reading> latest;
  for (const reading& row : expected) latest[row.sensor] = row;
  std::size_t count = 0;
  for (const reading row : past.latest()) {
    CHECK(same(row, latest[row.sensor]));
    ++count;
  }
  CHECK(count == latest.size());
  std::size_t rows = 0;
  for (const auto info : past.series()) rows += info.rows;
  CHECK(rows == expected.size());
}

}  // namespace

TEST_CASE("reads of a full history are complete, evict nothing and give their memory back") {
  for (const auto& [bytes, series, late] :
       {std::tuple{300 * slotted::KiB, 5u, 1u}, std::tuple{600 * slotted::KiB, 300u, 40u},
        std::tuple{2 * slotted::MiB, 2000u, 100000u}}) {
    CAPTURE(bytes, series, late);
    full_history of(1, bytes, series, late);
    for (int again = 0; again < 2; ++again) {
      const std::uint64_t evicted = of.past_.evicted();
      const std::size_t used = of.budget_.used();
      read_everything(of);
      CHECK(of.past_.evicted() == evicted);
      CHECK(of.budget_.used() == used);
      CHECK(of.past_.footprint().total() == used);
      for (int i = 0; i < 500; ++i) of.add(series, late);
    }
  }
}

TEST_CASE("reads are complete when others have taken the readers' share and all of the budget") {
  full_history of(2, 600 * slotted::KiB, 100, 50);
  // Ranges that are held open take the share.
  std::vector<std::unique_ptr<decltype(of.past_.rows())>> open;
  for (int i = 0; i < 40; ++i) {
    open.push_back(std::make_unique<decltype(of.past_.rows())>(of.past_.rows()));
    (void)open.back()->begin();
  }
  const std::size_t rest = of.budget_.available();
  of.budget_.reserve(rest);
  const std::size_t used = of.budget_.used();
  read_everything(of);
  CHECK(of.budget_.used() == used);
  of.budget_.release(rest);
}

TEST_CASE("one may append while iterating a full history: what was there and stays comes once") {
  full_history of(3, 600 * slotted::KiB, 50, 30);
  const auto before = of.rows_;
  std::vector<double> seen;
  std::int64_t last = INT64_MIN;
  bool ordered = true;
  for (const reading row : of.past_.rows()) {
    ordered = ordered && last <= row.time;
    last = row.time;
    seen.push_back(row.x);
    of.add(50, 30);
  }
  CHECK(ordered);
  std::sort(seen.begin(), seen.end());
  CHECK(std::adjacent_find(seen.begin(), seen.end()) == seen.end());
  std::size_t missing = 0;
  std::size_t kept = 0;
  for (const auto& [number, row] : before) {
    if (!of.rows_.contains(number)) continue;  // evicted since
    ++kept;
    missing += !std::binary_search(seen.begin(), seen.end(), number);
  }
  CHECK(missing == 0);
  CHECK(kept > 100);
}
