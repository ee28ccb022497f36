// slotted benchmarks: how bytes and times grow with the number of records, of fields, of series, and of threads that
// share a budget. SPDX-License-Identifier: MIT
//
// Figures: resident  bytes a record (of fields: a field) beyond what the process had before
//          insert    ns a record (a field), memory fresh from the system
//          sum       ns a record to add up one field
//          access    ns to read one field in random order
// Rows of threads: insert is wall-clock ns a record of one thread, while all of them fill a pool of their own.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <slotted/slotted.hpp>

#include "support/life.hpp"
#include "support/points.hpp"
#include "support/process.hpp"
#include "support/program.hpp"

namespace {

using bench::figures;
using bench::point26;
using bench::seconds;

// Positions in an order that no prefetcher guesses, the same for all; what is read is named before the clock runs.
template <class Name, class Read>
double random_ns(std::size_t n, Name name, Read read) {
  constexpr std::size_t reads = 1 << 20;
  std::vector<decltype(name(std::size_t{}))> names;
  names.reserve(reads);
  std::uint64_t state = 1;
  for (std::size_t i = 0; i < reads; ++i) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    names.push_back(name(static_cast<std::size_t>((state >> 32) * n >> 32)));
  }
  double sum = 0;
  double passes[5];
  for (double& each : passes)
    each = seconds([&] {
      for (const auto& name_of_one : names) sum += read(name_of_one);
    });
  benchmark::DoNotOptimize(sum);
  std::nth_element(passes, passes + 2, passes + 5);
  return passes[2] * 1e9 / reads;
}

struct vector_of_structs {
  std::vector<point26> points;
  void add(const point26& each) { points.push_back(each); }
  double sum() const {
    double total = 0;
    for (const point26& each : points) total += each.get<"x">();
    return total;
  }
  static std::size_t name(std::size_t i) { return i; }
  double x(std::size_t i) const { return points[i].get<"x">(); }
};

struct pool {
  slotted::pool<point26> points;
  std::vector<slotted::pool<point26>::handle> handles;
  void add(const point26& each) { points.insert(each); }
  double sum() const {
    double total = 0;
    points.for_each([&](const point26& each) { total += each.get<"x">(); });
    return total;
  }
  void collect() {
    handles.reserve(points.size());
    for (const point26& each : points) handles.push_back(points.handle_of(each));
  }
  auto name(std::size_t i) const { return handles[i]; }
  double x(slotted::pool<point26>::handle h) const { return points[h].get<"x">(); }
};

struct table {
  slotted::table<point26> points;
  void add(const point26& each) { points.push_back(each); }
  double sum() const {
    double total = 0;
    points.for_each_chunk<"x">([&](std::span<const double> xs) {
      for (const double x : xs) total += x;
    });
    return total;
  }
  static std::size_t name(std::size_t i) { return i; }
  double x(std::size_t i) const { return points[i].get<"x">(); }
};

template <class Container>
figures grow_records(std::size_t n) {
  const auto count = static_cast<double>(n);
  figures out;
  {
    Container warm_up;  // what code, stack and the allocator take once is no container's
    for (std::size_t i = 0; i < 100; ++i) warm_up.add(bench::make_point<point26>(i));
  }
  const std::size_t before = bench::resident_bytes();
  Container container;
  out["insert"] = 1e9 / count * seconds([&] {
                    for (std::size_t i = 0; i < n; ++i) container.add(bench::make_point<point26>(i));
                  });
  const std::size_t now = bench::resident_bytes();
  out["resident"] = static_cast<double>(now - std::min(now, before)) / count;
  out["sum"] = bench::pass_ns(n, static_cast<double>(n) * (static_cast<double>(n) - 1) / 2, "sum",
                              [&] { return container.sum(); });
  if constexpr (requires { container.collect(); }) container.collect();
  out["access"] = random_ns(
      n, [&](std::size_t i) { return container.name(i); }, [&](const auto& name) { return container.x(name); });
  return out;
}

// A record of so many doubles.
template <std::size_t I>
consteval auto field_name() {
  slotted::fixed_string<3> name;
  name.text[0] = 'f';
  name.text[1] = static_cast<char>('0' + I / 10);
  name.text[2] = static_cast<char>('0' + I % 10);
  return name;
}
template <class>
struct record_of_doubles;
template <std::size_t... I>
struct record_of_doubles<std::index_sequence<I...>> {
  using type = slotted::record<slotted::field<field_name<I>(), double>...>;
  static type make(double value) { return type{(value + static_cast<double>(I))...}; }
};
template <std::size_t Fields>
using doubles = record_of_doubles<std::make_index_sequence<Fields>>;

template <template <class> class Container, std::size_t Fields>
figures grow_fields() {
  using record = typename doubles<Fields>::type;
  constexpr std::size_t n = 32'000'000 / Fields;
  constexpr auto values = static_cast<double>(n * Fields);
  figures out;
  const std::size_t before = bench::resident_bytes();
  Container<record> container;
  out["insert"] = 1e9 / values * seconds([&] {
                    for (std::size_t i = 0; i < n; ++i) {
                      const record each = doubles<Fields>::make(static_cast<double>(i));
                      if constexpr (requires { container.insert(each); })
                        container.insert(each);
                      else
                        container.push_back(each);
                    }
                  });
  const std::size_t now = bench::resident_bytes();
  out["resident"] = static_cast<double>(now - std::min(now, before)) / values;
  out["sum"] = bench::pass_ns(n, static_cast<double>(n) * static_cast<double>(n - 1) / 2, "sum", [&] {
    double total = 0;
    const auto add = [&](const record& each) { total += each.template get<"f00">(); };
    if constexpr (requires { container.for_each(add); })
      container.for_each(add);
    else
      container.template for_each_chunk<"f00">([&](std::span<const double> column) {
        for (const double each : column) total += each;
      });
    return total;
  });
  return out;
}

template <class T>
using vector_of = std::vector<T>;
template <class T>
using pool_of = slotted::pool<T>;
template <class T>
using table_of = slotted::table<T>;

template <std::size_t Fields>
void rows_of_fields() {
  const std::string end = "/" + std::to_string(Fields);
  bench::row("fields/pool" + end, [] { return bench::in_fresh_process(grow_fields<pool_of, Fields>); });
  bench::row("fields/table" + end, [] { return bench::in_fresh_process(grow_fields<table_of, Fields>); });
}

// Four million points of a history, dealt out to so many series; then everything is sealed.
figures grow_series(std::size_t series) {
  struct point {
    double value;
    std::int64_t timestamp;
    std::uint32_t series;
  };
  constexpr std::size_t n = 4'000'000;
  figures out;
  slotted::memory_budget budget{SIZE_MAX};
  slotted::history<point, &point::timestamp, &point::series> past(budget);
  out["insert"] =
      1e9 / n * seconds([&] {
        for (std::size_t i = 0; i < n; ++i)
          past.append({20 + static_cast<double>((i * 2654435761u >> 7) % 17) / 10,
                       static_cast<std::int64_t>(i / series) * 1000, static_cast<std::uint32_t>(i % series)});
      });
  out["unsealed"] = static_cast<double>(past.footprint().total()) / n;
  past.seal();
  out["resident"] = static_cast<double>(past.footprint().total()) / n;
  double sum = 0;
  const auto pass = [&] {
    past.scan<&point::value>([&](std::span<const double> values) {
      for (const double each : values) sum += each;
    });
  };
  pass();
  out["sum"] = 1e9 / n * seconds(pass);
  benchmark::DoNotOptimize(sum);
  return out;
}

figures share_budget(std::size_t threads) {
  constexpr std::size_t n = 2'000'000;
  slotted::memory_budget budget{threads * n * 40};
  std::atomic<std::size_t> ready{0};
  std::vector<double> spent(threads);
  std::vector<std::thread> running;
  for (std::size_t t = 0; t < threads; ++t)
    running.emplace_back([&, t] {
      slotted::pool<point26> points{budget};
      ready.fetch_add(1);
      while (ready.load() != threads) std::this_thread::yield();
      const auto start = std::chrono::steady_clock::now();
      for (std::size_t i = 0; i < n; ++i) points.insert(bench::make_point<point26>(i));
      spent[t] = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    });
  for (std::thread& each : running) each.join();
  figures out;
  out["insert"] = *std::max_element(spent.begin(), spent.end()) * 1e9 / n;
  out["processors"] = static_cast<double>(std::thread::hardware_concurrency());
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  for (std::size_t n = 10'000; n <= 100'000'000; n *= 10) {
    const std::string end = "/" + std::to_string(n);
    bench::row("records/vector" + end,
               [n] { return bench::in_fresh_process([n] { return grow_records<vector_of_structs>(n); }); });
    bench::row("records/pool" + end, [n] { return bench::in_fresh_process([n] { return grow_records<pool>(n); }); });
    bench::row("records/table" + end, [n] { return bench::in_fresh_process([n] { return grow_records<table>(n); }); });
  }
  [&]<std::size_t... Log>(std::index_sequence<Log...>) {
    (rows_of_fields<std::size_t{1} << Log>(), ...);
  }(std::make_index_sequence<7>{});
  for (std::size_t series = 1; series <= 100'000; series *= 10)
    bench::row("series/history/" + std::to_string(series),
               [series] { return bench::in_fresh_process([series] { return grow_series(series); }); });
  for (const std::size_t threads : {1, 2, 4, 8})
    bench::row("threads/pool/" + std::to_string(threads),
               [threads] { return bench::in_fresh_process([threads] { return share_budget(threads); }); });
  return bench::run_rows(argc, argv, "scaling");
}
