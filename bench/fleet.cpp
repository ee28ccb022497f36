// slotted benchmarks: a history of many short series, as a service has them that keeps the metrics of a fleet.
// SPDX-License-Identifier: MIT
//
//   bench_fleet_native [--data FILE] [--most ROWS] --benchmark_out=fleet.json     (-O3 -march=native; bench_fleet_o2:
//   -O2)
//
// FILE is a .csv of a time stamp in ns and the metrics of one machine a line; without it they are made up, the same in
// every run. Rows of a benchmark that would append more than ROWS rows are left out; 60,000,000 unless said.
//
// Rows, each in a process of its own, of records {int64 time, double value, uint32 series} every 15 s:
//   fleet/ORDER/SERIESxROWS   below any limit; ORDER is that of fleet_order
//   machine/COLUMNS           the metrics of one machine, scraped together 20 times a second, in ns
//   one/ROWS                  one long series
//   limit/SERIESxBYTES        under a budget of so many bytes a series, which is full most of the time
//   slowest/...               the slowest append: of a fleet below any limit, of one at its limit, of ever new series
//   churn/generations         under 64 MiB, 20,000 new series after every 60 rows of the former ones
//   churn/ones                under 256 MiB, a new series with every row
//   long/ROWS                 questions to one series of so many rows
//   merge/SERIES/free, full   rows() of all series in the order of time, with 1 MiB for the reader; full: at its limit
//   record/FIELDS             1,000 series of records of so many doubles
// Figures:
//   live, sealed              bytes a row that are held, without what is set aside for readers: as appended, and after
//                             seal() and trim(). _series: a series. _value: a value of a record
//   readers                   bytes that are set aside for readers
//   append                    ns a row; below and at: before the limit and at it; ratio: of the two.
//                             first, at, last, worst: in the first stretch, the first at the limit, the last, the
//                             slowest
//   slowest, over_20          us, the slowest append; and how many take more than 20 us
//   scan, scan_times          million points a second of a scan of the values, and of times and values, live
//   refused                   rows that were not taken
//   held_series               rows held a series at the limit
//   drained, encoded          rows a time that a series is drained, and times that a row is encoded
//   vector, vector_series     ns a row and bytes a series of a std::vector of (time, value) for each series
// Times are processor time, so that other work on the machine adds to them only through shared caches.
#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <slotted/history/history.hpp>

#include "support/fleet_samples.hpp"
#include "support/program.hpp"

namespace {

using bench::figures;
using bench::fleet_order;
using bench::fleet_sample;
using bench::fleet_samples;
using bench::machine_metrics;

using fleet_history = slotted::history<fleet_sample, &fleet_sample::time, &fleet_sample::series>;

void check(bool right, const char* what) {
  if (!right) throw std::runtime_error(what);
}

volatile double nobody_looks = 0;  // keeps sums that are timed

// Processor time of the process, to the nanosecond.
double now() {
  std::timespec time{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}
template <class Work>
double seconds(Work work) {
  const double start = now();
  work();
  return now() - start;
}
template <class Count>
double ns_each(double spent, Count of) {
  return spent * 1e9 / static_cast<double>(of);
}

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

// A sum that is the same in every order, of all bits of a row.
std::uint64_t print_of(const fleet_sample& row) {
  return bench::mixed(static_cast<std::uint64_t>(row.time) ^ bench::mixed(row.series)) *
         (std::bit_cast<std::uint64_t>(row.value) | 1);
}

// Bytes without those for readers. Checks that the budget was charged what the history says.
template <class History>
double held_bytes(const History& past, const slotted::memory_budget& budget) {
  check(past.footprint().total() == budget.used(), "the footprint is not what the budget was charged");
  const slotted::history_statistics now_held = past.statistics();
  check(now_held.series_bytes + now_held.head_bytes + now_held.block_bytes + now_held.shared_time_bytes +
                now_held.reader_bytes + now_held.other_bytes ==
            budget.used(),
        "the parts are not what the budget was charged");
  return static_cast<double>(budget.used() - now_held.reader_bytes);
}

template <class History>
void add_work(const History& past, figures& to) {
  const slotted::history_statistics done = past.statistics();
  to["drained"] = static_cast<double>(done.appended) / static_cast<double>(std::max<std::uint64_t>(done.drained, 1));
  to["encoded"] = static_cast<double>(done.encoded_rows) / static_cast<double>(done.appended);
  to["readers"] = static_cast<double>(done.reader_bytes);
}

void check_contents(const fleet_history& past, std::size_t rows, std::uint64_t print) {
  check(past.size() == rows, "rows are missing");
  std::size_t found = 0;
  past.scan<&fleet_sample::time, &fleet_sample::value, &fleet_sample::series>(
      [&](std::span<const std::int64_t> times, std::span<const double> values, std::span<const std::uint32_t> series) {
        found += times.size();
        for (std::size_t i = 0; i < times.size(); ++i) print -= print_of({times[i], values[i], series[i]});
      });
  check(found == rows && print == 0, "a row is not what it was");
}

void add_scan(const fleet_history& past, figures& to) {
  const auto rows = static_cast<double>(past.size());
  to["scan"] = rows * 1e-6 / seconds([&] {
                 double sum = 0;
                 past.scan<&fleet_sample::value>([&](std::span<const double> values) { sum += summed(values); });
                 nobody_looks = sum;
               });
  to["scan_times"] = rows * 1e-6 / seconds([&] {
                       double sum = 0;
                       past.scan<&fleet_sample::time, &fleet_sample::value>(
                           [&](std::span<const std::int64_t> times, std::span<const double> values) {
                             sum += summed(values) + static_cast<double>(times[0]);
                           });
                       nobody_looks = sum;
                     });
}

// ---- below any limit

figures vector_life(fleet_samples samples, std::size_t ticks) {
  struct reading {
    std::int64_t time;
    double value;
  };
  std::vector<fleet_sample> scrape;
  const std::size_t before = bench::heap_bytes();
  std::vector<std::vector<reading>> series(samples.series());
  double spent = 0;
  for (std::size_t tick = 0; tick < ticks; ++tick) {
    samples.scrape(tick, scrape);
    spent += seconds([&] {
      for (const fleet_sample& row : scrape) series[row.series].push_back({row.time, row.value});
    });
  }
  const std::size_t bytes = bench::heap_bytes() - before - scrape.capacity() * sizeof(fleet_sample);
  return {{"vector", ns_each(spent, ticks * samples.series())},
          {"vector_series", static_cast<double>(bytes) / static_cast<double>(samples.series())}};
}

figures fleet_life(fleet_samples samples, std::size_t ticks) {
  const auto series = static_cast<double>(samples.series());
  const std::size_t rows = samples.series() * ticks;
  figures out;
  slotted::memory_budget budget{SIZE_MAX};
  fleet_history past(budget);
  std::vector<fleet_sample> scrape;
  std::uint64_t print = 0;
  double spent = 0;
  for (std::size_t tick = 0; tick < ticks; ++tick) {
    samples.scrape(tick, scrape);
    for (const fleet_sample& row : scrape) print += print_of(row);
    spent += seconds([&] {
      for (const fleet_sample& row : scrape) past.append(row);
    });
  }
  out["append"] = ns_each(spent, rows);
  const double live = held_bytes(past, budget);
  out["live"] = live / static_cast<double>(rows);
  out["live_series"] = live / series;
  add_work(past, out);
  add_scan(past, out);
  check_contents(past, rows, print);
  out["seal"] = ns_each(seconds([&] { past.seal(); }), rows);
  past.trim();
  const double sealed = held_bytes(past, budget);
  out["sealed"] = sealed / static_cast<double>(rows);
  out["sealed_series"] = sealed / series;
  check_contents(past, rows, print);
  return out;
}

figures machine_life(const machine_metrics& of) {
  const std::size_t columns = of.columns.size();
  const auto rows = static_cast<double>(columns * of.times.size());
  figures out;
  slotted::memory_budget budget{SIZE_MAX};
  fleet_history past(budget);
  std::vector<fleet_sample> scrape(columns);
  std::uint64_t print = 0;
  double spent = 0;
  for (std::size_t tick = 0; tick < of.times.size(); ++tick) {
    for (std::size_t i = 0; i < columns; ++i) {
      scrape[i] = {of.times[tick], of.columns[i][tick], static_cast<std::uint32_t>(i)};
      print += print_of(scrape[i]);
    }
    spent += seconds([&] {
      for (const fleet_sample& row : scrape) past.append(row);
    });
  }
  out["append"] = ns_each(spent, rows);
  out["live"] = held_bytes(past, budget) / rows;
  add_work(past, out);
  past.seal();
  past.trim();
  out["sealed"] = held_bytes(past, budget) / rows;
  out["time_saved"] = static_cast<double>(past.statistics().shared_time_saved) / rows;
  check_contents(past, columns * of.times.size(), print);
  return out;
}

// A reading of one decimal a second.
fleet_sample long_sample(std::size_t i) {
  return {static_cast<std::int64_t>(i) * 1000, static_cast<double>(bench::mixed(i) % 1000) / 10, 0};
}

double append_long(fleet_history& past, std::size_t rows) {
  std::vector<fleet_sample> batch(1 << 16);
  double spent = 0;
  for (std::size_t done = 0; done < rows; done += batch.size()) {
    batch.resize(std::min(batch.size(), rows - done));
    for (std::size_t i = 0; i < batch.size(); ++i) batch[i] = long_sample(done + i);
    spent += seconds([&] {
      for (const fleet_sample& row : batch) past.append(row);
    });
  }
  return ns_each(spent, rows);
}

figures one_life(std::size_t rows) {
  figures out;
  slotted::memory_budget budget{SIZE_MAX};
  fleet_history past(budget);
  out["append"] = append_long(past, rows);
  out["live"] = held_bytes(past, budget) / static_cast<double>(rows);
  add_work(past, out);
  add_scan(past, out);
  past.seal();
  past.trim();
  out["sealed"] = held_bytes(past, budget) / static_cast<double>(rows);
  std::uint64_t print = 0;
  for (std::size_t i = 0; i < rows; ++i) print += print_of(long_sample(i));
  check_contents(past, rows, print);
  return out;
}

figures long_life(std::size_t rows) {
  constexpr std::size_t questions = 20'000;
  figures out;
  slotted::memory_budget budget{SIZE_MAX};
  fleet_history past(budget);
  out["append"] = append_long(past, rows);
  double sum = 0;
  out["last"] = ns_each(seconds([&] {
                          for (std::size_t i = 0; i < questions; ++i) sum += past.series(0u).last()->value;
                        }),
                        questions);
  std::size_t found = 0;
  out["between"] = ns_each(seconds([&] {
                             for (std::size_t i = 0; i < questions; ++i) {
                               const auto from = static_cast<std::int64_t>(bench::mixed(i) % (rows - 100)) * 1000;
                               for (const fleet_sample& row : past.series(0u).between(from, from + 100'000)) {
                                 sum += row.value;
                                 ++found;
                               }
                             }
                           }),
                           questions);
  check(found == questions * 100, "rows are missing");
  out["aggregate"] =
      ns_each(seconds([&] {
                for (std::size_t i = 0; i < questions; ++i) {
                  const auto from = static_cast<std::int64_t>(bench::mixed(i) % (rows - 100)) * 1000;
                  sum += past.series(0u).between(from, from + 100'000).aggregate<&fleet_sample::value>().sum;
                }
              }),
              questions);
  out["late"] = ns_each(seconds([&] {
                          for (std::size_t i = 0; i < questions; ++i)
                            past.append({static_cast<std::int64_t>(bench::mixed(i) % rows) * 1000 + 1, 1, 0});
                        }),
                        questions);
  check(past.size() == rows + questions, "late rows are missing");
  nobody_looks = sum;
  return out;
}

// ---- at the limit

figures limit_life(fleet_samples samples, std::size_t bytes) {
  constexpr std::size_t enough = 6'000'000;  // rows at the limit
  const std::size_t series = samples.series();
  figures out;
  slotted::memory_budget budget{series * bytes};
  fleet_history past(budget, slotted::on_full::evict_oldest);
  std::vector<fleet_sample> scrape;
  double below = 0;
  double at = 0;
  std::size_t rows_below = 0;
  std::size_t rows_at = 0;
  std::size_t refused = 0;
  std::size_t tick = 0;
  for (; rows_at < std::max(std::min(2 * rows_below, enough), enough / 4); ++tick) {
    samples.scrape(tick, scrape);
    const bool full = past.evicted() != 0;
    const double spent = seconds([&] {
      for (const fleet_sample& row : scrape) refused += !past.try_append(row);
    });
    (full ? at : below) += spent;
    (full ? rows_at : rows_below) += series;
    check(rows_below < 1'000'000'000, "the history does not get full");
  }
  out["below"] = ns_each(below, rows_below);
  out["at"] = ns_each(at, rows_at);
  out["ratio"] = out["at"] / out["below"];
  out["held_series"] = static_cast<double>(past.size()) / static_cast<double>(series);
  out["rows_below"] = static_cast<double>(rows_below);
  add_work(past, out);
  const std::uint64_t evicted = past.evicted();
  add_scan(past, out);
  check(past.evicted() == evicted, "a read has evicted rows");
  out["refused"] = static_cast<double>(refused);
  check(budget.used() <= budget.limit(), "the budget is exceeded");
  return out;
}

// The longest time of one append. What else the machine does lengthens some: the same rows are appended several times,
// and the shortest time of each append counts. `next` makes the i-th row of one time.
template <class MakeNext>
figures slowest_life(std::size_t limit, std::size_t rows, MakeNext make_next) {
  std::vector<float> shortest(rows, 1e9F);
  for (int pass = 0; pass < 3; ++pass) {
    slotted::memory_budget budget{limit};
    fleet_history past(budget, slotted::on_full::evict_oldest);
    auto next = make_next();
    for (float& each : shortest) {
      const fleet_sample row = next();
      const double start = now();
      static_cast<void>(past.try_append(row));
      each = std::min(each, static_cast<float>(now() - start));
    }
  }
  const auto slowest = std::max_element(shortest.begin(), shortest.end());
  return {{"slowest", 1e6 * static_cast<double>(*slowest)},
          {"slowest_row", static_cast<double>(slowest - shortest.begin())},
          {"over_20", static_cast<double>(
                          std::count_if(shortest.begin(), shortest.end(), [](float each) { return each > 20e-6F; }))}};
}
figures slowest_of_fleet(const machine_metrics& of, std::size_t series, std::size_t ticks, std::size_t limit) {
  return slowest_life(limit, series * ticks, [&] {
    return [samples = fleet_samples(of, series, fleet_order::lock_step), scrape = std::vector<fleet_sample>(),
            tick = std::size_t{0}, at = std::size_t{0}]() mutable {
      if (at == scrape.size()) {
        samples.scrape(tick++, scrape);
        at = 0;
      }
      return scrape[at++];
    };
  });
}
figures slowest_of_ones() {
  return slowest_life(32 * slotted::MiB, 600'000, [] {
    return [next = std::uint32_t{0}]() mutable {
      ++next;
      return fleet_sample{static_cast<std::int64_t>(next) * 10, static_cast<double>(next % 1000) / 4, next};
    };
  });
}

figures generations_life(const machine_metrics& of) {
  constexpr std::size_t series = 20'000;
  constexpr std::size_t ticks = 60;
  constexpr std::size_t generations = 40;
  const fleet_samples samples(of, 0, fleet_order::lock_step);
  figures out;
  slotted::memory_budget budget{64 * slotted::MiB};
  fleet_history past(budget, slotted::on_full::evict_oldest);
  std::vector<fleet_sample> scrape(series);
  std::size_t refused = 0;
  for (std::size_t generation = 0; generation < generations; ++generation) {
    double spent = 0;
    for (std::size_t tick = 0; tick < ticks; ++tick) {
      for (std::size_t i = 0; i < series; ++i)
        scrape[i] = samples.sample(static_cast<std::uint32_t>(generation * series + i), generation * ticks + tick);
      spent += seconds([&] {
        for (const fleet_sample& row : scrape) refused += !past.try_append(row);
      });
    }
    const double ns = ns_each(spent, series * ticks);
    if (past.evicted() != 0 && !out.contains("at")) out["at"] = ns;  // the first at the limit
    if (generation == 0) out["first"] = ns;
    if (generation + 1 == generations) out["last"] = ns;
    out["worst"] = std::max(out["worst"], ns);
  }
  out["refused"] = static_cast<double>(refused);
  out["series"] = static_cast<double>(past.series_count());
  out["evicted"] = static_cast<double>(past.evicted());
  return out;
}

figures ones_life(std::size_t rows) {
  constexpr std::size_t slices = 16;
  figures out;
  slotted::memory_budget budget{256 * slotted::MiB};
  fleet_history past(budget, slotted::on_full::evict_oldest);
  std::size_t refused = 0;
  std::uint32_t next = 0;
  std::vector<fleet_sample> batch(rows / slices);
  for (std::size_t slice = 0; slice < slices; ++slice) {
    for (fleet_sample& row : batch) {
      row = {static_cast<std::int64_t>(next) * 10, static_cast<double>(next % 1000) / 4, next};
      ++next;
    }
    const bool full = past.evicted() != 0;
    const double ns = ns_each(seconds([&] {
                                for (const fleet_sample& row : batch) refused += !past.try_append(row);
                              }),
                              batch.size());
    if (slice == 0) out["first"] = ns;
    if (full && !out.contains("at")) out["at"] = ns;  // the first slice at the limit
    if (slice + 1 == slices) out["last"] = ns;
    out["worst"] = std::max(out["worst"], ns);
  }
  out["refused"] = static_cast<double>(refused);
  out["series"] = static_cast<double>(past.series_count());
  out["evicted"] = static_cast<double>(past.evicted());
  return out;
}

figures merge_life(fleet_samples samples, std::size_t ticks, bool full) {
  const std::size_t series = samples.series();
  figures out;
  slotted::memory_budget budget{full ? series * 1200 : SIZE_MAX};
  fleet_history::options how;
  how.on_full = slotted::on_full::evict_oldest;
  how.readers = slotted::MiB;
  fleet_history past(budget, how);
  std::vector<fleet_sample> scrape;
  for (std::size_t tick = 0; full ? past.evicted() == 0 : tick < ticks; ++tick) {
    samples.scrape(tick, scrape);
    for (const fleet_sample& row : scrape) past.append(row);
  }
  const std::uint64_t evicted = past.evicted();
  std::size_t rows = 0;
  std::int64_t before = INT64_MIN;
  bool ordered = true;
  double sum = 0;
  out["merge"] = seconds([&] {
    for (const fleet_sample& row : past.rows()) {
      ordered = ordered && row.time >= before;
      before = row.time;
      sum += row.value;
      ++rows;
    }
  });
  nobody_looks = sum;
  out["merge"] = ns_each(out["merge"], rows);
  out["rows"] = static_cast<double>(rows);
  check(ordered && rows == past.size(), "rows are missing, or not in the order of time");
  check(past.evicted() == evicted, "a read has evicted rows");
  return out;
}

// ---- records of several fields

template <std::size_t N>
struct record {
  std::int64_t time;
  std::array<double, N> values;
  std::uint32_t series;
};

template <std::size_t N>
figures record_life(const machine_metrics& of, std::size_t ticks) {
  using row_type = record<N>;
  constexpr std::size_t series = 1000;
  const auto rows = static_cast<double>(series * ticks);
  const fleet_samples samples(of, 0, fleet_order::lock_step);
  figures out;
  slotted::memory_budget budget{SIZE_MAX};
  slotted::history<row_type, &row_type::time, &row_type::series> past(budget);
  std::vector<row_type> scrape(series);
  double spent = 0;
  std::uint64_t print = 0;
  for (std::size_t tick = 0; tick < ticks; ++tick) {
    for (std::size_t i = 0; i < series; ++i) {
      row_type& row = scrape[i];
      row.series = static_cast<std::uint32_t>(i);
      for (std::size_t field = 0; field < N; ++field) {
        const fleet_sample from = samples.sample(static_cast<std::uint32_t>(i * N + field), tick);
        if (field == 0) row.time = from.time / 1000 * 1000;
        row.values[field] = from.value;
        print += std::bit_cast<std::uint64_t>(from.value) * bench::mixed(i * N + field);
      }
    }
    spent += seconds([&] {
      for (const row_type& row : scrape) past.append(row);
    });
  }
  out["append"] = ns_each(spent, rows);
  out["live"] = held_bytes(past, budget) / rows;
  add_work(past, out);
  past.seal();
  past.trim();
  out["sealed"] = held_bytes(past, budget) / rows;
  for (const char* const figure : {"append", "live", "sealed"})
    out[std::string(figure) + "_value"] = out[figure] / static_cast<double>(N);
  std::size_t found = 0;
  past.template scan<&row_type::values, &row_type::series>(
      [&](std::span<const std::array<double, N>> values, std::span<const std::uint32_t> keys) {
        found += values.size();
        for (std::size_t i = 0; i < values.size(); ++i)
          for (std::size_t field = 0; field < N; ++field)
            print -= std::bit_cast<std::uint64_t>(values[i][field]) * bench::mixed(keys[i] * N + field);
      });
  check(found == series * ticks && print == 0, "a record is not what it was");
  return out;
}

// ---- the rows

struct fleet_shape {
  const char* name;
  fleet_order order;
  std::size_t series;
  std::size_t ticks;
};
constexpr fleet_shape fleet_shapes[] = {
    {"lock_step", fleet_order::lock_step, 1, 10},        {"lock_step", fleet_order::lock_step, 1'000, 240},
    {"lock_step", fleet_order::lock_step, 1'000, 5'000}, {"lock_step", fleet_order::lock_step, 10'000, 240},
    {"lock_step", fleet_order::lock_step, 100'000, 1},   {"lock_step", fleet_order::lock_step, 100'000, 10},
    {"lock_step", fleet_order::lock_step, 100'000, 240}, {"lock_step", fleet_order::lock_step, 100'000, 600},
    {"staggered", fleet_order::staggered, 100'000, 240}, {"random", fleet_order::random, 10'000, 240},
    {"random", fleet_order::random, 100'000, 240},       {"shuffled", fleet_order::shuffled, 100'000, 120},
    {"jittered", fleet_order::jittered, 20'000, 480},    {"noise", fleet_order::noise, 20'000, 480},
};

constexpr std::pair<std::size_t, std::size_t> limit_shapes[] = {
    {50, 16'384},    {100, 16'384}, {1'000, 4'096}, {10'000, 4'096}, {10'000, 1'536},
    {30'000, 1'200}, {50'000, 600}, {50'000, 300},  {50'000, 180},   {100'000, 400}};

void add_rows(const machine_metrics& of, std::size_t most) {
  const auto add = [&](const std::string& name, std::size_t rows, auto work) {
    if (rows <= most) bench::row(name, [work] { return bench::in_fresh_process(work); });
  };
  for (const fleet_shape& shape : fleet_shapes) {
    const std::string name =
        std::string(shape.name) + "/" + std::to_string(shape.series) + "x" + std::to_string(shape.ticks);
    const std::size_t rows = shape.series * shape.ticks;
    add("fleet/" + name, rows,
        [&of, shape] { return fleet_life(fleet_samples(of, shape.series, shape.order), shape.ticks); });
    if (shape.order == fleet_order::lock_step && rows <= 30'000'000)
      add("vector/" + name, rows,
          [&of, shape] { return vector_life(fleet_samples(of, shape.series, shape.order), shape.ticks); });
  }
  add("machine/" + std::to_string(of.columns.size()), of.columns.size() * of.times.size(),
      [&of] { return machine_life(of); });
  for (const std::size_t rows : {1'000'000, 10'000'000})
    add("one/" + std::to_string(rows), rows, [rows] { return one_life(rows); });
  for (const auto& [series, bytes] : limit_shapes)
    add("limit/" + std::to_string(series) + "x" + std::to_string(bytes), series * bytes,
        [&of, count = series, each = bytes] {
          return limit_life(fleet_samples(of, count, fleet_order::lock_step), each);
        });
  add("slowest/100000x30", 3'000'000, [&of] { return slowest_of_fleet(of, 100'000, 30, SIZE_MAX); });
  add("slowest/10000x300/full", 3'000'000, [&of] { return slowest_of_fleet(of, 10'000, 300, 3'000'000); });
  add("slowest/ones", 600'000, [] { return slowest_of_ones(); });
  add("churn/generations", 48'000'000, [&of] { return generations_life(of); });
  add("churn/ones", 16'000'000, [] { return ones_life(16'000'000); });
  for (const std::size_t rows : {1'000'000, 16'000'000, 134'000'000})
    add("long/" + std::to_string(rows), rows, [rows] { return long_life(rows); });
  for (const std::size_t series : {1'000, 10'000})
    for (const bool full : {false, true})
      add("merge/" + std::to_string(series) + (full ? "/full" : "/free"), series * 240,
          [&of, series, full] { return merge_life(fleet_samples(of, series, fleet_order::lock_step), 240, full); });
  add("record/2", 1'000'000, [&of] { return record_life<2>(of, 1'000); });
  add("record/8", 1'000'000, [&of] { return record_life<8>(of, 1'000); });
  add("record/32", 1'000'000, [&of] { return record_life<32>(of, 1'000); });
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("A history of many short series");
  std::string file;
  std::size_t most = 60'000'000;
  app.add_option("--data", file, "a .csv of a time stamp and the metrics of one machine")->check(CLI::ExistingFile);
  app.add_option("--most", most, "rows that a benchmark may append");
  app.allow_extras();
  app.set_help_flag();  // that of Google Benchmark
  CLI11_PARSE(app, argc, argv);
  machine_metrics of;
  try {
    of = file.empty() ? bench::make_metrics(1) : bench::read_metrics(file);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_fleet: %s\n", error.what());
    return 1;
  }
  add_rows(of, most);
  std::vector<std::string> words = app.remaining();
  words.insert(words.begin(), {argv[0], "--benchmark_repetitions=1", "--benchmark_report_aggregates_only=false",
                               "--benchmark_enable_random_interleaving=false"});
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  return bench::run_rows(static_cast<int>(pointers.size()), pointers.data(), "fleet");
}
