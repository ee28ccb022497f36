// slotted benchmarks: a history: bytes a point all in, and what appending, scanning and asking cost.
// SPDX-License-Identifier: MIT
//
//   bench_history_native [FOLDER] --benchmark_out=history.json      (-O3 -march=native; bench_history_o2: plain -O2)
//   bench_report history.json
//
// Rows, each in a process of its own:
//   reference/10000000     the points of the reference program: x = i, y = 2 * i, timestamp = i, ten sensors
//   generated/SET          columns as a machine's metrics have them, one series each of (timestamp, value)
//   series/FOLDER          every column of every .csv (timestamp, numbers) below the folder as a series of (timestamp,
//                          value); the files of one folder are one history
//   records/FILE           the first 32 columns of a file that has as many, as one record beside the timestamp
//   append/SERIES/KIND     a history that has been full for long and evicts, beside a table's push_back into resident
//                          memory; points of the reference program, or readings that move by steps of a hundredth
// Figures:
//   bytes, bytes_value     footprint().total() after seal(), a point and a value of a column: blocks, directory,
//   series,
//                          idle. Every value has been read back and compared before.
//   resident               what the system counts beyond what the process had before, a point
//   append                 ns a point, from the first on
//   scan, raw              ns a value to decode and sum one column, and to sum the same doubles in an array, both out
//   of
//                          memory: short data are repeated, with later times, up to eight million values
//   iterate                ns a row of rows(), all series merged in the order of time
//   last, hundred, window  us to ask for the last row of a series, for a hundred rows of one (and sum them), for the
//                          rows of all series within a short time
//   history, table         ns a point
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <map>
#include <random>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <slotted/history/history.hpp>
#include <slotted/store/table.hpp>

#include "codec/columns.hpp"
#include "support/life.hpp"
#include "support/program.hpp"

namespace {

using bench::figures;
using bench::point32;
using bench::seconds;

using past_points = slotted::history<point32, &point32::timestamp, &point32::sensor>;

struct sample {
  std::int64_t time;
  double value;
  std::uint16_t series;
};
using past_samples = slotted::history<sample, &sample::time, &sample::series>;

struct wide {
  std::int64_t time;
  double c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15, c16, c17, c18, c19, c20, c21, c22, c23,
      c24, c25, c26, c27, c28, c29, c30, c31;
};
constexpr std::size_t wide_columns = 32;
static_assert(sizeof(wide) == 8 * (1 + wide_columns));
using past_wides = slotted::history<wide, &wide::time>;

constexpr std::size_t enough_values = 8'000'000;  // to sum them out of memory

// In eight chains: one alone is bound by the time of an addition, and says nothing of memory.
double summed(std::span<const double> values) {
  constexpr std::size_t lanes = 8;
  double sums[lanes]{};
  std::size_t i = 0;
  for (; i + lanes <= values.size(); i += lanes)
    for (std::size_t lane = 0; lane < lanes; ++lane) sums[lane] += values[i + lane];
  double sum = 0;
  for (; i < values.size(); ++i) sum += values[i];
  for (const double each : sums) sum += each;
  return sum;
}

// The least of some passes, in ns a value.
template <class Work>
double best_ns(std::size_t values, Work work) {
  double best = 1e9;
  for (int pass = 0; pass < 7; ++pass) best = std::min(best, seconds(work));
  return best * 1e9 / static_cast<double>(values);
}

void check(bool right, const char* what) {
  if (!right) throw std::runtime_error(what);
}

volatile double nobody_looks = 0;  // keeps sums that are timed

// us for a question that is asked with each of many arguments.
template <class Ask>
double question_us(std::size_t times, Ask ask) {
  double sum = 0;
  const double spent = seconds([&] {
    for (std::size_t i = 0; i < times; ++i) sum += ask(i);
  });
  nobody_looks = sum;
  return spent * 1e6 / static_cast<double>(times);
}

template <class History>
double bytes_of(const History& past, const slotted::memory_budget& budget, std::size_t points) {
  check(past.footprint().total() == budget.used(), "the footprint is not what the budget was charged");
  check(past.size() == points, "points are missing");
  return static_cast<double>(budget.used()) / static_cast<double>(points);
}

// ---- the reference program

figures reference_life(std::size_t n) {
  figures out;
  const auto count = static_cast<double>(n);
  slotted::memory_budget budget{SIZE_MAX};
  const std::size_t resident = bench::resident_bytes();
  past_points past(budget);
  out["append"] = 1e9 / count * seconds([&] {
                    for (std::size_t i = 0; i < n; ++i) past.append(bench::make_point<point32>(i));
                  });
  past.seal();
  out["resident"] = static_cast<double>(bench::resident_bytes() - resident) / count;
  out["bytes"] = bytes_of(past, budget, n);
  out["bytes_value"] = out["bytes"] / 4;

  std::size_t next = 0;
  out["iterate"] = 1e9 / count * seconds([&] {
                     for (const point32 each : past.rows()) {
                       const auto wanted = bench::make_point<point32>(next++);
                       check(each.x == wanted.x && each.y == wanted.y && each.timestamp == wanted.timestamp &&
                                 each.sensor == wanted.sensor,
                             "a point is not what it was");
                     }
                   });
  check(next == n, "points are missing");
  const auto last = static_cast<std::int64_t>(n);
  out["last"] = question_us(1000, [&](std::size_t i) { return past.series(static_cast<int>(i % 10)).last()->x; });
  out["hundred"] = question_us(1000, [&](std::size_t i) {
    const auto from = static_cast<std::int64_t>(i * 7919) % (last - 1000);
    double sum = 0;
    for (const point32 each : past.series(static_cast<int>(i % 10)).between(from, from + 1000)) sum += each.x;
    return sum;
  });
  out["window"] = question_us(1000, [&](std::size_t i) {
    const auto from = static_cast<std::int64_t>(i * 7919) % (last - 1000);
    double sum = 0;
    for (const point32 each : past.between(from, from + 1000)) sum += each.x;
    return sum;
  });

  std::vector<double> raw;
  for (std::size_t i = 0; i < n; ++i) raw.push_back(bench::make_point<point32>(i).x);
  double wanted = 0;
  double got = 0;
  out["raw"] = best_ns(n, [&] { nobody_looks = wanted = summed(raw); });
  out["scan"] = best_ns(n, [&] {
    got = 0;
    past.scan<&point32::x>([&](std::span<const double> xs) { got += summed(xs); });
    nobody_looks = got;
  });
  check(got == wanted, "the sum of the scan is another");
  return out;
}

// ---- series of samples

struct data {
  std::vector<std::vector<std::int64_t>> times;                     // of each file
  std::vector<std::pair<std::size_t, std::vector<double>>> series;  // of which file, values
};

// Calls f for each sample: file by file, and in a file time by time, as a collector sees them.
template <class F>
void for_each_sample(const data& of, F f) {
  for (std::size_t file = 0; file < of.times.size(); ++file)
    for (std::size_t row = 0; row < of.times[file].size(); ++row)
      for (std::size_t series = 0; series < of.series.size(); ++series)
        if (of.series[series].first == file)
          f(sample{of.times[file][row], of.series[series].second[row], static_cast<std::uint16_t>(series)});
}

figures series_life(const data& of) {
  figures out;
  std::vector<sample> samples;
  for_each_sample(of, [&](const sample& each) { samples.push_back(each); });
  const std::size_t n = samples.size();
  slotted::memory_budget budget{SIZE_MAX};
  const std::size_t resident = bench::resident_bytes();
  past_samples past(budget);
  out["append"] = 1e9 / static_cast<double>(n) * seconds([&] {
                    for (const sample& each : samples) past.append(each);
                  });
  past.seal();
  out["resident"] = static_cast<double>(bench::resident_bytes() - resident) / static_cast<double>(n);
  out["bytes"] = bytes_of(past, budget, n);
  out["bytes_value"] = out["bytes"];

  for (std::size_t series = 0; series < of.series.size(); ++series) {
    const auto& [file, values] = of.series[series];
    std::vector<std::size_t> order(values.size());  // a file may step back in time, as where a clock was changed
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    const std::vector<std::int64_t>& times = of.times[file];
    std::sort(order.begin(), order.end(), [&](std::size_t left, std::size_t right) {
      return std::pair(times[left], left) < std::pair(times[right], right);
    });
    std::size_t row = 0;
    for (const sample each : past.series(series)) {
      check(row < order.size() && each.time == times[order[row]] &&
                std::memcmp(&each.value, &values[order[row]], sizeof(double)) == 0,
            "a value is not what it was");
      ++row;
    }
    check(row == values.size(), "values are missing");
  }
  std::size_t rows = 0;
  out["iterate"] = 1e9 / static_cast<double>(n) * seconds([&] {
                     double sum = 0;
                     for (const sample each : past.rows()) {
                       sum += each.value;
                       ++rows;
                     }
                     nobody_looks = sum;
                   });
  check(rows == n, "rows are missing");
  const std::size_t series = of.series.size();
  out["last"] = question_us(1000, [&](std::size_t i) { return past.series(i % series).last()->value; });
  out["hundred"] = question_us(1000, [&](std::size_t i) {
    const std::vector<std::int64_t>& times = of.times[of.series[i % series].first];
    const std::size_t from = times.size() < 200 ? 0 : i * 7919 % (times.size() - 101);
    double sum = 0;
    for (const sample each :
         past.series(i % series).between(times[from], times[std::min(from + 100, times.size() - 1)]))
      sum += each.value;
    return sum;
  });
  out["window"] = question_us(200, [&](std::size_t i) {
    const std::vector<std::int64_t>& times = of.times[0];
    const std::size_t from = times.size() < 200 ? 0 : i * 7919 % (times.size() - 11);
    double sum = 0;
    for (const sample each : past.between(times[from], times[std::min(from + 10, times.size() - 1)])) sum += each.value;
    return sum;
  });

  std::vector<double> raw;
  for (const sample& each : samples) raw.push_back(each.value);
  const auto [least, most] = std::minmax_element(
      samples.begin(), samples.end(), [](const sample& left, const sample& right) { return left.time < right.time; });
  const std::int64_t span = most->time - least->time + 1;
  for (std::int64_t copy = 1; raw.size() < enough_values; ++copy)
    for (const sample& each : samples) {
      past.append({each.time + copy * span, each.value, each.series});
      raw.push_back(each.value);
    }
  past.seal();
  out["raw"] = best_ns(raw.size(), [&] { nobody_looks = summed(raw); });
  std::size_t values = 0;
  out["scan"] = best_ns(raw.size(), [&] {
    double sum = 0;
    values = 0;
    past.scan<&sample::value>([&](std::span<const double> of_block) {
      sum += summed(of_block);
      values += of_block.size();
    });
    nobody_looks = sum;
  });
  check(values == raw.size(), "values are missing in the scan");
  return out;
}

figures record_life(const data& of) {
  figures out;
  const std::vector<std::int64_t>& times = of.times[0];
  std::vector<wide> rows(times.size());
  for (std::size_t row = 0; row < rows.size(); ++row) {
    rows[row].time = times[row];
    for (std::size_t column = 0; column < wide_columns; ++column)
      (&rows[row].c0)[column] = of.series[column].second[row];
  }
  const auto count = static_cast<double>(rows.size());
  slotted::memory_budget budget{SIZE_MAX};
  past_wides past(budget);
  out["append"] = 1e9 / count * seconds([&] {
                    for (const wide& each : rows) past.append(each);
                  });
  past.seal();
  out["bytes"] = bytes_of(past, budget, rows.size());
  out["bytes_value"] = out["bytes"] / wide_columns;
  std::size_t row = 0;
  out["iterate"] = 1e9 / count * seconds([&] {
                     for (const wide each : past.rows()) {
                       check(std::memcmp(&each, &rows[row], sizeof each) == 0, "a value is not what it was");
                       ++row;
                     }
                   });
  check(row == rows.size(), "rows are missing");
  return out;
}

// ---- appending for ever

constexpr std::size_t pattern_rows = 1 << 16;

std::vector<point32> make_pattern(bool steps) {
  std::mt19937_64 random(20240229);
  std::vector<point32> rows(pattern_rows);
  std::vector<double> level(pattern_rows, 2000);
  for (std::size_t i = 0; i < pattern_rows; ++i) {
    rows[i] = bench::make_point<point32>(i);
    if (!steps) continue;
    const double now = 2000 + 500 * std::sin(static_cast<double>(i) / 700) + static_cast<double>(random() % 7);
    rows[i].x = std::round(now) / 100;
    rows[i].y = static_cast<double>(i / 3 + random() % 2);
  }
  return rows;
}

// Makes the i-th point: the pattern over and over, a series after the other, time going on.
class endless_points {
 public:
  endless_points(std::size_t series, bool steps) : pattern_(make_pattern(steps)), series_(series), steps_(steps) {}
  point32 next() {
    point32 made = pattern_[at_ / series_ % pattern_rows];
    if (!steps_) {
      made.x = static_cast<double>(at_);
      made.y = 2 * made.x;
    }
    made.timestamp = static_cast<std::int64_t>(at_);
    made.sensor = static_cast<std::uint16_t>(which_);
    if (++which_ == series_) which_ = 0;
    ++at_;
    return made;
  }

 private:
  std::vector<point32> pattern_;
  std::size_t series_;
  bool steps_;
  std::size_t which_ = 0;
  std::size_t at_ = 0;
};

figures append_life(std::size_t series, bool steps) {
  constexpr std::size_t timed = 8'000'000;
  figures out;
  endless_points points(series, steps);
  {
    slotted::memory_budget budget{(series == 1 ? 4 : 256) * slotted::MiB};
    past_points past(budget, slotted::on_full::evict_oldest);
    std::size_t filled = 0;
    while (past.evicted() == 0) {
      past.append(points.next());
      check(++filled < 1'000'000'000, "the history does not get full");
    }
    for (std::size_t i = 0; i < filled / 4; ++i) past.append(points.next());
    const std::size_t resident = bench::resident_bytes();
    const std::uint64_t gone = past.evicted();
    out["history"] = 1e9 / timed * seconds([&] {
                       for (std::size_t i = 0; i < timed; ++i) past.append(points.next());
                     });
    check(past.evicted() > gone, "nothing has been evicted");
    const std::size_t now = bench::resident_bytes();
    out["growth"] = static_cast<double>(now > resident ? now - resident : 0);
  }
  // A table that slides: a slab's rows leave as the next slab's come, and take their place.
  slotted::table<point32> rows;
  const std::size_t slab = slotted::table<point32>::slab_rows;
  for (std::size_t i = 0; i < timed; ++i) rows.push_back(points.next());
  const std::size_t more = timed / slab * slab;
  out["table"] = 1e9 / static_cast<double>(more) * seconds([&] {
                   for (std::size_t i = 0; i < more; i += slab) {
                     rows.pop_front(slab);
                     for (std::size_t each = 0; each < slab; ++each) rows.push_back(points.next());
                   }
                 });
  out["source"] = 1e9 / timed * seconds([&] {
                    double sum = 0;
                    for (std::size_t i = 0; i < timed; ++i) sum += points.next().x;
                    nobody_looks = sum;
                  });
  return out;
}

// ---- data of a folder

data read_file(const std::filesystem::path& path) {
  bench::column_sets sets;
  bench::read_csv(path, "", sets);
  data made;
  std::vector<std::int64_t>& times = sets[", time"].at(0).integers;
  for (bench::column& each : sets[""])
    if (each.reals.size() == times.size()) made.series.emplace_back(0, std::move(each.reals));
  made.times.push_back(std::move(times));
  return made;
}

void add_rows_of(const std::filesystem::path& folder) {
  std::map<std::string, std::vector<std::filesystem::path>> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
    if (entry.is_regular_file() && entry.path().extension() == ".csv")
      files[entry.path().parent_path().filename().string()].push_back(entry.path());
  for (auto& [name, paths] : files) {
    std::sort(paths.begin(), paths.end());
    data all;
    for (const std::filesystem::path& path : paths) {
      data one = read_file(path);
      if (one.series.size() >= wide_columns) {
        bench::row("records/" + path.stem().string(),
                   [of = one] { return bench::in_fresh_process([&of] { return record_life(of); }); });
      }
      for (auto& each : one.series) all.series.emplace_back(all.times.size(), std::move(each.second));
      all.times.push_back(std::move(one.times[0]));
    }
    if (all.series.empty()) continue;
    bench::row("series/" + name,
               [of = std::move(all)] { return bench::in_fresh_process([&of] { return series_life(of); }); });
  }
}

void add_generated_rows() {
  bench::column_sets sets = bench::make_columns();
  const std::vector<std::int64_t> stamps = sets.at("stamps").at(0).integers;
  for (auto& [name, columns] : sets)
    for (bench::column& each : columns)
      if (!each.reals.empty()) {
        data of;
        of.times = {stamps};
        of.series.emplace_back(0, std::move(each.reals));
        bench::row("generated/" + name,
                   [of = std::move(of)] { return bench::in_fresh_process([&of] { return series_life(of); }); });
      }
}

}  // namespace

int main(int argc, char** argv) {
  bench::row("reference/10000000", [] { return bench::in_fresh_process([] { return reference_life(10'000'000); }); });
  add_generated_rows();
  // With a thousand series of the reference program's points it would take a billion to fill the budget.
  for (const auto& [series, steps] : {std::pair<std::size_t, bool>(1, false), {1, true}, {1000, true}})
    bench::row("append/" + std::to_string(series) + (steps ? "/steps" : "/reference"),
               [count = series, in_steps = steps] {
                 return bench::in_fresh_process([=] { return append_life(count, in_steps); });
               });
  std::vector<char*> words{argv, argv + argc};
  if (argc > 1 && argv[1][0] != '-') {
    add_rows_of(argv[1]);
    words.erase(words.begin() + 1);
  }
  return bench::run_rows(static_cast<int>(words.size()), words.data(), "histories");
}
