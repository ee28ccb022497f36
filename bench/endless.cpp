// slotted benchmarks: memory over time of containers that points are added to under one limit, each until it fails or
// for as long as is asked. SPDX-License-Identifier: MIT
//
//   bench_endless [--limit MIB] [--points N] > endless.tsv
//
// A line a sample: container, points added, resident MiB beyond what the process had before, points held. A line
// "# container: ..." says how each ended. The growing vector, which knows no limit, has the same one on its process.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <fstream>
#include <string>
#include <vector>

#include <slotted/slotted.hpp>

#include "support/points.hpp"
#include "support/process.hpp"

namespace {

using bench::point32;

struct plan {
  std::size_t limit;
  std::uint64_t points;
};

// A telemetry point: what a sensor reads changes a little, the clock ticks, ten sensors take turns.
point32 next_point(std::uint64_t i) {
  const auto step = static_cast<double>((i * 2654435761u >> 7) % 17);
  return {20 + step / 10, 1000 + static_cast<double>(i % 1000), static_cast<std::int64_t>(i / 10) * 1000,
          static_cast<std::uint16_t>(i % 10)};
}

void limit_growth(std::size_t bytes) {
  rlimit limit{};
  limit.rlim_cur = limit.rlim_max = bench::proc_bytes("/proc/self/status", "VmSize") + bytes;
  if (::setrlimit(RLIMIT_AS, &limit) != 0) throw std::runtime_error("the process cannot be limited");
}

struct growing_vector {
  explicit growing_vector(const plan& with) { limit_growth(with.limit); }
  std::vector<point32> points;
  void add(const point32& each) { points.push_back(each); }
  std::size_t size() const { return points.size(); }
};

struct pool {
  explicit pool(const plan& with) : budget(with.limit), points(budget) {}
  slotted::memory_budget budget;
  slotted::pool<point32> points;
  void add(const point32& each) { points.insert(each); }
  std::size_t size() const { return points.size(); }
};

struct table {
  explicit table(const plan& with) : budget(with.limit), points(budget) {}
  slotted::memory_budget budget;
  slotted::table<point32> points;
  void add(const point32& each) { points.push_back(each); }
  std::size_t size() const { return points.size(); }
};

// A table that forgets its oldest rows when it is full.
struct table_window : table {
  using table::table;
  void add(const point32& each) {
    while (!points.try_push_back(each)) points.pop_front(points.size() / 16 + 1);
  }
};

// Compressed, and at the limit the oldest blocks go.
struct history {
  explicit history(const plan& with) : budget(with.limit), points(budget, slotted::on_full::evict_oldest) {}
  slotted::memory_budget budget;
  slotted::history<point32, &point32::timestamp, &point32::sensor> points;
  void add(const point32& each) { points.append(each); }
  std::size_t size() const { return points.size(); }
};

template <class Container>
void fill(const char* name, const plan& with) {
  std::fflush(stdout);
  const pid_t child = ::fork();
  if (child < 0) throw std::runtime_error("no child process");
  if (child > 0) {
    int status = 0;
    ::waitpid(child, &status, 0);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) std::printf("# %s: the process died\n", name);
    return;
  }
  const std::size_t before = bench::resident_bytes();
  std::uint64_t next = 0;  // samples lie closer at the start: the picture's axis is logarithmic
  Container container(with);
  std::uint64_t added = 0;
  const auto sample = [&] {
    const std::size_t now = bench::resident_bytes();
    std::printf("%s\t%llu\t%.2f\t%zu\n", name, static_cast<unsigned long long>(added),
                now < before ? 0.0 : static_cast<double>(now - before) / (1 << 20), container.size());
  };
  try {
    for (; added < with.points; ++added) {
      if (added == next) {
        sample();
        next += added / 100 + 1000;
      }
      container.add(next_point(added));
    }
    sample();
    std::printf("# %s: goes on, with %zu points held\n", name, container.size());
  } catch (const std::exception& problem) {
    sample();
    std::printf("# %s: fails at %llu points: %s\n", name, static_cast<unsigned long long>(added), problem.what());
  }
  std::fflush(stdout);
  ::_exit(0);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Resident memory of containers that points are added to under one limit"};
  std::size_t mebibytes = 256;
  plan with{0, 60'000'000};
  app.add_option("--limit", mebibytes, "MiB that each may take")->check(CLI::Range(1, 1 << 20));
  app.add_option("--points", with.points, "Points to add, unless it fails before; a history gets ten times as many")
      ->check(CLI::PositiveNumber);
  CLI11_PARSE(app, argc, argv);
  with.limit = mebibytes * slotted::MiB;

  std::printf("# container\tpoints added\tresident MiB\tpoints held; limit %zu MiB\n", mebibytes);
  fill<growing_vector>("std::vector", with);
  fill<pool>("pool", with);
  fill<table>("table", with);
  fill<table_window>("table, pop_front", with);
  fill<history>("history, evict_oldest", {with.limit, with.points * 10});
}
