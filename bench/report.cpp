// slotted benchmarks: what a run of bench_pool_*, bench_table_* or bench_history_* says, as Markdown: every figure, and
// ours over each peer's. SPDX-License-Identifier: MIT
//
//   bench_report RESULTS.json [MORE.json ...]
//
// Figures are medians over the repetitions of a run. Ratios compare figures of one run and one file, never of two.
#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <exception>
#include <iterator>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "support/results.hpp"

namespace {

using bench::run;

// ---- every figure

const char* const pool_columns[] = {
    "heap",   "resident",  "peak",         "handle",   "insert_cold",    "insert_resident",
    "sum",    "sum_holes", "sum_refilled", "for_each", "for_each_holes", "for_each_refilled",
    "access", "erase",     "reinsert"};

const char* const table_columns[] = {
    "heap",     "resident", "peak",  "push_cold", "push_resident", "append_cold", "append_resident", "sum",
    "sum_time", "sum3",     "where", "sum_rows",  "random_x",      "random_row",  "window",          "window_growth"};

void print_figures(const run& of, const std::string& points, std::span<const char* const> columns) {
  std::printf("\n## %s points: bytes and nanoseconds a point\n\n| |", points.c_str());
  for (const char* column : columns) std::printf(" %s |", column);
  std::printf("\n|---|");
  for (std::size_t i = 0; i < columns.size(); ++i) std::printf("---:|");
  std::printf("\n");
  for (const auto& [name, counters] : of.rows) {
    if (!name.ends_with("/" + points)) continue;
    std::printf("| %s |", name.substr(0, name.size() - points.size() - 1).c_str());
    for (const char* column : columns) {
      const auto at = counters.find(column);
      if (at == counters.end())
        std::printf(" |");
      else
        std::printf(" %.2f |", at->second);
    }
    std::printf("\n");
  }
}

// ---- ratios and what they are to reach

struct aim {
  const char* what;
  const char* ours;  // peer
  const char* counter;
  const char* theirs;  // peer; with the empty shape, one that has a shape of its own
  enum class kind { quotient, inverse, difference, alone } how;
  double at_26, at_32;          // at most; for an inverse, at least; 0: nothing to reach
  const char* shape = nullptr;  // of the peer, where it is not the same
};
using enum aim::kind;

const aim aims[] = {
    {"resident bytes", "pool", "resident", "plf_hive", alone, 26.3, 32.4},
    {"peak bytes", "pool", "peak", "plf_hive", alone, 26.3, 32.4},
    {"dict per object / ours, resident", "pool", "resident", "dict_per_object", inverse, 20, 17, "dict"},
    {"insertion, cold / hive", "pool", "insert_cold", "plf_hive", quotient, 0.30, 0.35},
    {"insertion, resident / hive", "pool", "insert_resident", "plf_hive", quotient, 0.85, 0.85},
    {"sum, fresh / hive", "pool", "sum", "plf_hive", quotient, 0.45, 0},
    {"sum, refilled / hive", "pool", "sum_refilled", "plf_hive", quotient, 0.45, 0},
    {"sum, fresh / reserved vector", "pool", "sum", "vector_reserved", quotient, 0, 1.05},
    {"sum, half erased / hive", "pool", "sum_holes", "plf_hive", quotient, 0.60, 0.65},
    {"for_each, fresh / hive's loop", "pool", "for_each:sum", "plf_hive", quotient, 0.45, 0},
    {"for_each, refilled / hive's loop", "pool", "for_each_refilled:sum_refilled", "plf_hive", quotient, 0.45, 0},
    {"for_each, fresh / reserved vector", "pool", "for_each:sum", "vector_reserved", quotient, 0, 1.05},
    {"for_each, half erased / hive's loop", "pool", "for_each_holes:sum_holes", "plf_hive", quotient, 0.60, 0.65},
    {"random access / hive", "pool", "access", "plf_hive", quotient, 0.9, 0.9},
    {"random erase / hive", "pool", "erase", "plf_hive", quotient, 0.5, 0.5},
    {"random erase / boost::pool", "pool", "erase", "boost_pool", quotient, 1.5, 1.5},
    {"re-insertion / hive", "pool", "reinsert", "plf_hive", quotient, 0.5, 0.5},
    {"checked_pool, bytes more", "checked_pool", "resident", "pool", difference, 4.3, 4.3},
    {"checked_pool / pool, insertion, cold", "checked_pool", "insert_cold", "pool", quotient, 1.3, 1.3},
    {"checked_pool / pool, insertion, resident", "checked_pool", "insert_resident", "pool", quotient, 1.3, 1.3},
    {"checked_pool / pool, sum", "checked_pool", "sum", "pool", quotient, 1.3, 1.3},
    {"checked_pool / pool, sum, half erased", "checked_pool", "sum_holes", "pool", quotient, 1.3, 1.3},
    {"checked_pool / pool, for_each", "checked_pool", "for_each", "pool", quotient, 1.3, 1.3},
    {"checked_pool / pool, re-insertion", "checked_pool", "reinsert", "pool", quotient, 1.3, 1.3},
    {"checked_pool / pool, random access", "checked_pool", "access", "pool", quotient, 1.8, 1.8},
    {"checked_pool / pool, random erase", "checked_pool", "erase", "pool", quotient, 1.8, 1.8},
    {"checked_pool / hive, random erase", "checked_pool", "erase", "plf_hive", quotient, 0, 0},
};

void print_aim(const run& of, const aim& each, const std::string& shape, const std::string& points) {
  const std::string counters = each.counter;
  const std::size_t colon = counters.find(':');
  const std::string our_counter = counters.substr(0, colon);
  const std::string their_counter = colon == std::string::npos ? counters : counters.substr(colon + 1);
  const auto ours = of.figure(std::string(each.ours) + "/" + shape + "/" + points, our_counter);
  const auto theirs = of.figure(
      std::string(each.theirs) + "/" + (each.shape != nullptr ? each.shape : shape) + "/" + points, their_counter);
  const double limit = shape == "26" ? each.at_26 : each.at_32;
  for (const std::optional<double>& figure : {ours, theirs})
    if (figure)
      std::printf(" %.2f |", *figure);
    else
      std::printf(" |");
  if (!ours || (!theirs && each.how != alone)) {
    std::printf(" not measured | |");
    return;
  }
  double value = 0;
  switch (each.how) {
    case quotient:
      value = *ours / *theirs;
      break;
    case inverse:
      value = *theirs / *ours;
      break;
    case difference:
      value = *ours - *theirs;
      break;
    case alone:
      value = *ours;
      break;
  }
  if (limit == 0) {
    std::printf(" %.2f | |", value);
    return;
  }
  const bool reached = each.how == inverse ? value >= limit : value <= limit;
  std::printf(" %s%.2f%s | %s %.2f |", reached ? "" : "**", value, reached ? "" : "**",
              each.how == inverse ? ">=" : "<=", limit);
}

void print_aims(const run& of, const std::string& points) {
  std::printf("\n## %s points: ratios, and what they are to reach (in bold where it is not reached)\n\n",
              points.c_str());
  std::printf("| | 26 B ours | theirs | ratio | to reach | 32 B ours | theirs | ratio | to reach |\n");
  std::printf("|---|---:|---:|---:|---:|---:|---:|---:|---:|\n");
  for (const aim& each : aims) {
    std::printf("| %s |", each.what);
    for (const char* shape : {"26", "32"}) print_aim(of, each, shape, points);
    std::printf("\n");
  }
}

// ---- tables

struct table_aim {
  const char* what;
  const char* counter;
  const char* shape;
  const char* theirs;  // peer, or null: the figure alone
  const char* their_counter;
  double at_most;  // 0: nothing to reach
};

const table_aim table_aims[] = {
    {"resident bytes a row, 26 B of fields", "resident", "26", nullptr, "", 26.15},
    {"peak bytes a row, 26 B of fields", "peak", "26", nullptr, "", 26.15},
    {"resident bytes a row, a one-byte symbol", "resident", "25", nullptr, "", 25.15},
    {"peak bytes a row, a one-byte symbol", "peak", "25", nullptr, "", 25.15},
    {"push_back, resident / vectors, reserved", "push_resident", "26", "struct_of_vectors_reserved", "push_resident",
     1.3},
    {"push_back, cold / vectors", "push_cold", "26", "struct_of_vectors", "push_cold", 0.35},
    {"push_back, cold / vectors, reserved", "push_cold", "26", "struct_of_vectors_reserved", "push_cold", 0},
    {"append, resident / vectors, reserved", "append_resident", "26", "struct_of_vectors_reserved", "append_resident",
     0},
    {"append, cold / vectors", "append_cold", "26", "struct_of_vectors", "append_cold", 0},
    {"sum of one column, spans / one array", "sum", "26", "struct_of_vectors_reserved", "sum", 1.03},
    {"sum of int64, spans / one array", "sum_time", "26", "struct_of_vectors_reserved", "sum_time", 0},
    {"sum of three columns / three arrays", "sum3", "26", "struct_of_vectors_reserved", "sum3", 0},
    {"sum where another is / vectors", "where", "26", "struct_of_vectors_reserved", "where", 0},
    {"the same loop, rows[i].x / one array", "sum_rows", "26", "struct_of_vectors_reserved", "sum_rows", 1.3},
    {"random rows[i].x / vectors", "random_x", "26", "struct_of_vectors_reserved", "random_x", 1.3},
    {"random whole rows / vectors", "random_row", "26", "struct_of_vectors_reserved", "random_row", 0},
    {"random whole rows / vector of structs", "random_row", "26", "vector_reserved", "random_row", 0},
    {"window of a million / deque", "window", "26", "deque", "window", 0},
    {"window of a million, slabs by which memory changes", "window_slabs", "26", nullptr, "", 2},
};

void print_table_aims(const run& of, const std::string& points) {
  std::printf("\n## %s rows: ratios, and what they are to reach (in bold where it is not reached)\n\n", points.c_str());
  std::printf("| | ours | theirs | ratio | to reach |\n|---|---:|---:|---:|---:|\n");
  for (const table_aim& each : table_aims) {
    std::printf("| %s |", each.what);
    const std::string end = std::string("/") + each.shape + "/" + points;
    const auto ours = of.figure("table" + end, each.counter);
    const auto theirs =
        each.theirs == nullptr ? std::optional<double>(1) : of.figure(each.theirs + end, each.their_counter);
    if (!ours || !theirs) {
      std::printf(" | | not measured | |\n");
      continue;
    }
    const double value = *ours / *theirs;
    std::printf(" %.2f |", *ours);
    each.theirs == nullptr ? std::printf(" |") : std::printf(" %.2f |", *theirs);
    const char* const bold = each.at_most == 0 || value <= each.at_most ? "" : "**";
    std::printf(" %s%.2f%s |", bold, value, bold);
    each.at_most == 0 ? std::printf(" |\n") : std::printf(" <= %.2f |\n", each.at_most);
  }
}

// ---- histories

struct history_aim {
  const char* what;
  const char* row;
  const char* counter;
  const char* over;  // a counter that is divided by this one, or null
  double bound;
  bool at_least;
};

const history_aim history_aims[] = {
    {"reference program, 10 sensors, bytes a point", "reference/10000000", "bytes", nullptr, 0.35, false},
    {"proc as series, bytes a point", "series/proc", "bytes", nullptr, 3.4, false},
    {"proc_20hz as records of 32, bytes a value", "records/proc_20hz", "bytes_value", nullptr, 0.42, false},
    {"realAWSCloudwatch, bytes a point", "series/realAWSCloudwatch", "bytes", nullptr, 2.6, false},
    {"append, one series, evicting: rate over table's push_back", "append/1/steps", "table", "history", 0.10, true},
    {"the same, points of the reference program", "append/1/reference", "table", "history", 0.10, true},
    {"append, 1,000 series, evicting: rate over table's push_back", "append/1000/steps", "table", "history", 0.04,
     true},
};

void print_reached(const char* what, double value, bool at_least, double bound) {
  const char* const bold = (at_least ? value >= bound : value <= bound) ? "" : "**";
  std::printf("| %s | %s%.3f%s | %s %.2f |\n", what, bold, value, bold, at_least ? ">=" : "<=", bound);
}
void print_history_aim(const run& of, const history_aim& each) {
  const auto value = of.figure(each.row, each.counter);
  const auto over = each.over == nullptr ? std::optional<double>(1) : of.figure(each.row, each.over);
  if (value && over)
    print_reached(each.what, *value / *over, each.at_least, each.bound);
  else
    std::printf("| %s | not measured | |\n", each.what);
}

void print_histories(const run& of) {
  const char* const columns[] = {"bytes",   "bytes_value", "resident", "append", "scan",    "raw",
                                 "iterate", "last",        "hundred",  "window", "history", "table"};
  std::printf("\n## Histories: bytes a point; ns; us for `last`, `hundred` and `window`\n\n| |");
  for (const char* column : columns) std::printf(" %s |", column);
  std::printf("\n|---|");
  for (std::size_t i = 0; i < std::size(columns); ++i) std::printf("---:|");
  std::printf("\n");
  std::vector<double> scans;
  for (const auto& [name, counters] : of.rows) {
    std::printf("| %s |", name.c_str());
    for (const char* column : columns) {
      const auto at = counters.find(column);
      at == counters.end() ? std::printf(" |") : std::printf(" %.2f |", at->second);
    }
    std::printf("\n");
    if (counters.contains("scan") && counters.contains("raw"))
      scans.push_back(counters.at("raw") / counters.at("scan"));
  }
  std::printf("\n## Histories: what is to be reached (in bold where it is not)\n\n| | | to reach |\n|---|---:|---:|\n");
  for (const history_aim& each : history_aims) print_history_aim(of, each);
  if (scans.empty()) return;
  std::sort(scans.begin(), scans.end());
  print_reached("decode and sum out of memory, rate over summing doubles, median of the rows", scans[scans.size() / 2],
                true, 0.6);
}

// ---- fleets

const history_aim fleet_aims[] = {
    {"bytes a series, 100,000 of 240 rows, live", "fleet/lock_step/100000x240", "live_series", nullptr, 430, false},
    {"the same, sealed", "fleet/lock_step/100000x240", "sealed_series", nullptr, 320, false},
    {"the same, of one row, live", "fleet/lock_step/100000x1", "live_series", nullptr, 115, false},
    {"the same, of one row, sealed", "fleet/lock_step/100000x1", "sealed_series", nullptr, 90, false},
    {"the same, of ten rows, live", "fleet/lock_step/100000x10", "live_series", nullptr, 115, false},
    {"bytes a row, 100,000 of 600 rows, live", "fleet/lock_step/100000x600", "live", nullptr, 1.35, false},
    {"bytes a row, metrics of a machine, live", "machine/137", "live", nullptr, 0.65, false},
    {"the same, sealed", "machine/137", "sealed", nullptr, 0.45, false},
    {"ns a row, 100,000 of 240 rows", "fleet/lock_step/100000x240", "append", nullptr, 80, false},
    {"ns a row, 1,000 of 5,000 rows", "fleet/lock_step/1000x5000", "append", nullptr, 80, false},
    {"ns a row, random order", "fleet/random/100000x240", "append", nullptr, 160, false},
    {"ns a row, jittered times", "fleet/jittered/20000x480", "append", nullptr, 160, false},
    {"ns a row, noise", "fleet/noise/20000x480", "append", nullptr, 250, false},
    {"ns a row, one long series", "one/10000000", "append", nullptr, 20, false},
    {"at the limit over below it, 50 of 16 KiB", "limit/50x16384", "ratio", nullptr, 1.5, false},
    {"the same, 1,000 of 4 KiB", "limit/1000x4096", "ratio", nullptr, 1.5, false},
    {"the same, 10,000 of 4 KiB", "limit/10000x4096", "ratio", nullptr, 1.5, false},
    {"the same, 50,000 of 180 B", "limit/50000x180", "ratio", nullptr, 1.5, false},
    {"the same, 100,000 of 400 B", "limit/100000x400", "ratio", nullptr, 1.5, false},
    {"refused appends, 50,000 of 180 B", "limit/50000x180", "refused", nullptr, 0, false},
    {"rows held a series, 10,000 of 4 KiB", "limit/10000x4096", "held_series", nullptr, 3'900, true},
    {"the same, 10,000 of 1.5 KiB", "limit/10000x1536", "held_series", nullptr, 1'000, true},
    {"the same, 50,000 of 300 B", "limit/50000x300", "held_series", nullptr, 100, true},
    {"us, the slowest append", "slowest/100000x30", "slowest", nullptr, 100, false},
    {"us, the slowest append at the limit", "slowest/10000x300/full", "slowest", nullptr, 100, false},
    {"ns a row, ever new generations of series", "churn/generations", "last", nullptr, 100, false},
    {"ns a row, ever new series of one row", "churn/ones", "last", nullptr, 1'000, false},
    {"ns, last() of 16 M rows", "long/16000000", "last", nullptr, 100, false},
    {"ns, between() of 100 rows of 16 M", "long/16000000", "between", nullptr, 2'000, false},
    {"ns, last() of 134 M rows", "long/134000000", "last", nullptr, 100, false},
    {"ns, between() of 100 rows of 134 M", "long/134000000", "between", nullptr, 2'000, false},
    {"million points a second, scan of 100,000 of 240 rows", "fleet/lock_step/100000x240", "scan", nullptr, 400, true},
    {"ns a row, rows() of 10,000 series", "merge/10000/free", "merge", nullptr, 200, false},
    {"the same at the limit", "merge/10000/full", "merge", nullptr, 200, false},
};

// ---- series by labels

const history_aim series_aims[] = {
    {"bytes a series, fleet of 100,000", "table/fleet", "bytes", nullptr, 28, false},
    {"the same, 200,000 of Kubernetes", "table/kubernetes", "bytes", nullptr, 34, false},
    {"ns, a new series", "table/fleet", "open", nullptr, 350, false},
    {"ns, a known series in the order of a scrape", "table/fleet", "find", nullptr, 170, false},
    {"the same, shuffled", "table/fleet", "shuffled", nullptr, 550, false},
    {"the same, by find_after", "table/fleet", "after", nullptr, 60, false},
    {"ns, a reference", "table/fleet", "ref", nullptr, 3, false},
    {"us, a matcher into a set", "table/fleet", "equal", nullptr, 20, false},
    {"us, one of 33,000 pods of a million series", "table/million", "one_pod", nullptr, 150, false},
    {"us, the slowest open among a million", "table/million", "slowest", nullptr, 100, false},
    {"us, p99 while a second thread matches", "reader", "p99", nullptr, 2, false},
};

void print_every_figure(const char* what, const run& of) {
  std::printf("\n## %s: every figure\n\n", what);
  for (const auto& [name, counters] : of.rows) {
    std::printf("- %s:", name.c_str());
    const char* between = " ";
    for (const auto& [counter, value] : counters) {
      std::printf("%s%s %.4g", between, counter.c_str(), value);
      between = ", ";
    }
    std::printf("\n");
  }
}
template <std::size_t N>
void print_aims(const char* what, const run& of, const history_aim (&aims)[N]) {
  print_every_figure(what, of);
  std::printf("\n## %s: what is to be reached (in bold where it is not)\n\n| | | to reach |\n|---|---:|---:|\n", what);
  for (const history_aim& each : aims) print_history_aim(of, each);
}

void print_run(const char* file, const run& of) {
  std::printf("# %s\n\n", file);
  for (const char* key : {"compiler", "flags", "transparent_huge_pages", "missing_peers"})
    if (const auto at = of.context.find(key); at != of.context.end())
      std::printf("- %s: %s\n", key, at->second.empty() ? "none" : at->second.c_str());
  if (const auto touch = of.figure("page_faults", "touch"))
    std::printf(
        "- the first touch of a page takes %.0f ns; of one that was committed with its neighbours, %.0f ns to "
        "commit and %.0f ns to touch\n",
        *touch, of.figure("page_faults", "commit").value_or(0),
        of.figure("page_faults", "touch_committed").value_or(0));
  for (const auto& [name, counters] : of.rows)
    if (name.starts_with("thousand_pools_of_ten/"))
      std::printf("- %s: %.0f bytes resident and %.0f charged a pool (to reach: 8192)\n", name.c_str(),
                  counters.at("resident_a_pool"), counters.at("charged_a_pool"));
  const auto subject = of.context.find("subject");
  if (subject != of.context.end() && subject->second == "histories") return print_histories(of);
  if (subject != of.context.end() && subject->second == "fleet") return print_aims("Fleets", of, fleet_aims);
  if (subject != of.context.end() && subject->second == "series") return print_aims("Series", of, series_aims);
  const bool tables = subject != of.context.end() && subject->second == "tables";
  std::vector<std::size_t> sizes;
  for (const auto& [name, counters] : of.rows)
    if (name.starts_with(tables ? "table/" : "pool/")) sizes.push_back(std::stoull(name.substr(name.rfind('/') + 1)));
  std::sort(sizes.begin(), sizes.end());
  sizes.erase(std::unique(sizes.begin(), sizes.end()), sizes.end());
  for (const std::size_t points : sizes) {
    print_figures(of, std::to_string(points),
                  tables ? std::span<const char* const>(table_columns) : std::span<const char* const>(pool_columns));
    if (tables)
      print_table_aims(of, std::to_string(points));
    else
      print_aims(of, std::to_string(points));
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "bench_report RESULTS.json ...: what the benchmarks left, as Markdown\n");
    return 2;
  }
  for (int i = 1; i < argc; ++i) {
    try {
      for (const run& each : bench::runs_in(argv[i])) print_run(argv[i], each);
    } catch (const std::exception& error) {
      std::fprintf(stderr, "bench_report: %s: %s\n", argv[i], error.what());
      return 1;
    }
  }
}
