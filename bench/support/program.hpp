// slotted benchmarks: rows that are measured once a repetition, and the program around them.
// SPDX-License-Identifier: MIT
#pragma once

#include <benchmark/benchmark.h>

#include <exception>
#include <fstream>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "compiler.hpp"
#include "process.hpp"

namespace bench {

inline void row(const std::string& name, std::function<figures()> measure) {
  benchmark::RegisterBenchmark(name.c_str(),
                               [measure = std::move(measure)](benchmark::State& state) {
                                 for (auto _ : state) {
                                   figures result;
                                   try {
                                     result = measure();
                                   } catch (const std::exception& error) {
                                     state.SkipWithError(error.what());
                                     break;
                                   }
                                   for (const auto& [counter, value] : result) state.counters[counter] = value;
                                 }
                               })
      ->Iterations(1)
      ->UseRealTime()
      ->Unit(benchmark::kMillisecond);
}

inline std::string first_line(const char* file) {
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);
  return line;
}

// Runs the rows. `subject` tells the report what the run is about.
inline int run_rows(int argc, char** argv, const char* subject) {
  // What stands first may be overruled by the command line.
  std::vector<std::string> words{argv[0], "--benchmark_repetitions=5", "--benchmark_enable_random_interleaving=true",
                                 "--benchmark_report_aggregates_only=true", "--benchmark_counters_tabular=true"};
  words.insert(words.end(), argv + 1, argv + argc);
  std::vector<char*> pointers;
  for (std::string& each : words) pointers.push_back(each.data());
  int count = static_cast<int>(pointers.size());
  benchmark::Initialize(&count, pointers.data());
  if (benchmark::ReportUnrecognizedArguments(count, pointers.data())) return 1;
  benchmark::AddCustomContext("subject", subject);
  benchmark::AddCustomContext("compiler", compiler);
  benchmark::AddCustomContext("flags", SLOTTED_BENCH_FLAGS);
  benchmark::AddCustomContext("missing_peers", SLOTTED_BENCH_MISSING);
  benchmark::AddCustomContext("transparent_huge_pages", first_line("/sys/kernel/mm/transparent_hugepage/enabled"));
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}

}  // namespace bench
