// slotted benchmarks: the series of a fleet in a table of series, beside other ways to keep label sets.
// SPDX-License-Identifier: MIT
//
//   bench_series_native --benchmark_out=series.json     (-O3 -march=native; bench_series_o2: -O2)
//
// Rows, each in a process of its own:
//   table/fleet       100,000 series of 7 labels, about 138 bytes of text each: 100 hosts of 1,000 series
//   table/kubernetes  200,000 series of 8 labels: 33,333 pods of 6 series
//   table/million     1,000,000 series of 4 labels, 33,000 pods
//   map/fleet         std::unordered_map by the canonical text of the labels
//   symbols/fleet     a symbol_domain with the canonical text as a symbol
//   prometheus/fleet  prometheus-cpp's Family<Gauge>, where it is installed
//   churn             200,000 series of which 10 % are replaced a generation, 100 generations
//   storm             100,000 series, then 1,000,000 hostile ones of which every 200th stays, until the others are
//   closed reader            open and close while a second thread matches through a hold all the time
// Figures:
//   bytes             a series, all that is held
//   open, find, shuffled, after, ref    ns: a new series, a known one in the order of a scrape and shuffled, by
//                     find_after, and the check of a reference
//   slowest           us, the slowest open
//   equal, two, other, few, many        us: matchers into a set: one value, two names, not a value, predicates
//   one_pod           us: one of 33,000 pods
//   begin, least, most, end             bytes held, first and later
//   p50, p99          us, of an open and a close
// Times are processor time of the thread.
#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <memory>
#include <new>
#include <numeric>
#include <random>
#include <slotted/record/symbol_domain.hpp>
#include <slotted/series/series_table.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "support/program.hpp"

#if __has_include(<prometheus/gauge.h>) && defined(SLOTTED_BENCH_PROMETHEUS)
#include <malloc.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>
#endif

namespace {

using bench::figures;
using slotted::label;
using slotted::series_ref;
using slotted::series_table;

// Processor time of the thread, in ns.
double now() {
  std::timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
}
void check(bool right, const char* what) {
  if (!right) throw std::runtime_error(what);
}

// Label sets of one list of names, their texts side by side as a scrape has them.
struct label_sets {
  std::vector<std::string_view> names;
  std::string text;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> values;  // offset and size, names.size() a series

  [[nodiscard]] std::size_t size() const { return values.size() / names.size(); }
  void add(std::initializer_list<std::string> of) {
    for (const std::string& each : of) {
      values.emplace_back(static_cast<std::uint32_t>(text.size()), static_cast<std::uint32_t>(each.size()));
      text += each;
    }
  }
  [[nodiscard]] std::vector<label> labels() const { return std::vector<label>(names.size()); }
  void get(std::size_t series, std::vector<label>& to) const {
    for (std::size_t i = 0; i < names.size(); ++i) {
      const auto [offset, size] = values[series * names.size() + i];
      to[i] = {names[i], std::string_view(text).substr(offset, size)};
    }
  }
  [[nodiscard]] std::string canonical(std::size_t series) const {
    std::string out;
    for (std::size_t i = 0; i < names.size(); ++i) {
      const auto [offset, size] = values[series * names.size() + i];
      out.append(names[i]).append("\xFF").append(text, offset, size).append("\xFF");
    }
    return out;
  }
};

label_sets fleet() {
  label_sets all;
  all.names = {"__name__", "cluster", "cpu", "instance", "job", "mode", "zone"};
  const char* const modes[] = {"idle", "iowait", "irq", "nice", "softirq", "steal", "system", "user"};
  for (int host = 0; host < 100; ++host)
    for (int i = 0; i < 1000; ++i)
      all.add({"node_metric_number_" + std::to_string(i / 64) + "_seconds_total", "production-europe-west-1",
               std::to_string(i / 8 % 8), "host-" + std::to_string(host) + ".dc1.example.com:9100", "node-exporter",
               modes[i % 8], "zone-" + std::to_string(host % 3)});
  return all;
}
label_sets kubernetes() {
  label_sets all;
  all.names = {"__name__", "container", "image", "instance", "job", "namespace", "node", "pod"};
  std::mt19937_64 random(1);
  for (int pod = 0; pod < 33'333; ++pod) {
    const std::string app = "app-" + std::to_string(pod % 300);
    const std::string name = app + "-" + std::to_string(random() % 10'000'000'000) + "-" + std::to_string(pod);
    for (int i = 0; i < 6; ++i)
      all.add({"container_metric_" + std::to_string(i), app, "registry.example.com/" + app + ":v1",
               "10.0." + std::to_string(pod % 200) + ".7:10250", "kubelet", "team-" + std::to_string(pod % 40),
               "node-" + std::to_string(pod % 200), name});
  }
  return all;
}
label_sets million() {
  label_sets all;
  all.names = {"__name__", "job", "namespace", "pod"};
  for (int pod = 0; pod < 33'000; ++pod)
    for (int i = 0; i < 30; ++i)
      all.add(
          {"metric_" + std::to_string(i), "kubelet", "team-" + std::to_string(pod % 40), "pod-" + std::to_string(pod)});
  return all;
}

slotted::series_limits no_limits() {
  slotted::series_limits limits;
  limits.bytes.most = SIZE_MAX;
  return limits;
}

template <class Work>
double nanoseconds(std::size_t count, Work work) {
  const double start = now();
  work();
  return (now() - start) / static_cast<double>(count);
}
template <class... Matchers>
double match_time(const series_table& table, std::size_t& found, Matchers... matchers) {
  double best = 1e18;
  for (int i = 0; i < 9; ++i) {
    const double start = now();
    const slotted::series_set set = table.matching({matchers...});
    best = std::min(best, now() - start);
    found = set.size();
  }
  return best / 1000;
}

figures table_life(const label_sets& sets) {
  slotted::memory_budget budget(std::size_t{1} << 40);
  series_table table(budget, no_limits());
  std::vector<label> labels = sets.labels();
  const std::size_t count = sets.size();
  figures result;
  std::vector<series_ref> refs;
  refs.reserve(count);
  double slowest = 0;
  result["open"] = nanoseconds(count, [&] {
    for (std::size_t i = 0; i < count; ++i) {
      sets.get(i, labels);
      refs.push_back(table.open(labels));
    }
  });
  check(table.size() == count, "the label sets differ");
  check(table.footprint().total() == budget.used(), "what is held is charged");
  result["bytes"] = static_cast<double>(budget.used()) / static_cast<double>(count);
  result["find"] = nanoseconds(count, [&] {
    for (std::size_t i = 0; i < count; ++i) {
      sets.get(i, labels);
      check(table.find(labels) == refs[i], "found");
    }
  });
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::shuffle(order.begin(), order.end(), std::mt19937_64(2));
  result["shuffled"] = nanoseconds(count, [&] {
    for (const std::size_t i : order) {
      sets.get(i, labels);
      check(table.find(labels) == refs[i], "found");
    }
  });
  result["after"] = nanoseconds(count, [&] {
    series_ref before;
    for (std::size_t i = 0; i < count; ++i) {
      sets.get(i, labels);
      before = table.find_after(before, labels);
      check(before == refs[i], "found");
    }
  });
  result["ref"] = nanoseconds(count, [&] {
    for (const series_ref each : refs) check(table.contains(each), "open");
  });
  series_table another(budget, no_limits());
  for (std::size_t i = 0; i < count; ++i) {
    sets.get(i, labels);
    const double start = now();
    (void)another.open(labels);
    slowest = std::max(slowest, now() - start);
  }
  result["slowest"] = slowest / 1000;
  std::size_t found = 0;
  if (sets.names.size() == 7) {
    const auto some_modes = [](std::string_view value) { return value == "idle" || value == "user"; };
    const auto tens = [](std::string_view value) { return value.find("0.dc1") != std::string_view::npos; };
    result["equal"] = match_time(table, found, slotted::matcher("mode", "idle"));
    check(found == count / 8, "equal");
    result["two"] = match_time(table, found, slotted::matcher("mode", "idle"), slotted::matcher("zone", "zone-1"));
    result["other"] = match_time(table, found, !label{"mode", "idle"});
    check(found == count / 8 * 7, "other");
    result["few"] = match_time(table, found, slotted::matches("mode", some_modes));
    check(found == count / 4, "few");
    result["many"] = match_time(table, found, slotted::matches("instance", tens));
    check(found == count / 10, "many");
  } else if (sets.names.size() == 4) {
    result["one_pod"] = match_time(table, found, slotted::matcher("pod", "pod-23456"));
    check(found == 30, "one pod");
  }
  return result;
}

std::size_t heap_bytes = 0;  // what malloc adds to each block is not in it
template <class T>
struct counting_allocator {
  using value_type = T;
  counting_allocator() = default;
  template <class U>
  counting_allocator(const counting_allocator<U>&) noexcept {}
  T* allocate(std::size_t n) {
    heap_bytes += n * sizeof(T);
    return std::allocator<T>{}.allocate(n);
  }
  void deallocate(T* at, std::size_t n) noexcept {
    heap_bytes -= n * sizeof(T);
    std::allocator<T>{}.deallocate(at, n);
  }
  template <class U>
  bool operator==(const counting_allocator<U>&) const noexcept {
    return true;
  }
};

figures map_life(const label_sets& sets) {
  using text = std::basic_string<char, std::char_traits<char>, counting_allocator<char>>;
  struct hash {
    std::size_t operator()(const text& of) const noexcept { return std::hash<std::string_view>{}(of); }
  };
  std::unordered_map<text, std::uint32_t, hash, std::equal_to<>,
                     counting_allocator<std::pair<const text, std::uint32_t>>>
      map;
  const std::size_t count = sets.size();
  figures result;
  result["open"] = nanoseconds(count, [&] {
    for (std::size_t i = 0; i < count; ++i) map.emplace(sets.canonical(i).c_str(), static_cast<std::uint32_t>(i));
  });
  result["bytes"] = static_cast<double>(heap_bytes) / static_cast<double>(count);
  result["find"] = nanoseconds(count, [&] {
    for (std::size_t i = 0; i < count; ++i) check(map.count(text(sets.canonical(i).c_str())) == 1, "found");
  });
  return result;
}

figures symbols_life(const label_sets& sets) {
  static slotted::symbol_domain domain("canonical", std::size_t{1} << 32);
  const std::size_t count = sets.size();
  figures result;
  result["open"] = nanoseconds(count, [&] {
    for (std::size_t i = 0; i < count; ++i) (void)domain.intern(sets.canonical(i));
  });
  result["bytes"] = static_cast<double>(domain.footprint().total()) / static_cast<double>(count);
  result["find"] = nanoseconds(count, [&] {
    for (std::size_t i = 0; i < count; ++i) check(domain.find(sets.canonical(i)).has_value(), "found");
  });
  return result;
}

#if defined(SLOTTED_BENCH_PROMETHEUS)
figures prometheus_life(const label_sets& sets) {
  prometheus::Registry registry;
  auto& family = prometheus::BuildGauge().Name("fleet").Register(registry);
  const std::size_t before = ::mallinfo2().uordblks;
  std::vector<label> labels = sets.labels();
  const auto labels_of = [&](std::size_t i) {
    sets.get(i, labels);
    prometheus::Labels made;
    for (const label& each : labels)
      if (each.name != "__name__") made.emplace(each.name, each.value);
    made.emplace("metric", labels[0].value);
    return made;
  };
  figures result;
  const std::size_t count = sets.size();
  result["open"] = nanoseconds(count, [&] {
    for (std::size_t i = 0; i < count; ++i) family.Add(labels_of(i)).Set(1);
  });
  result["bytes"] = static_cast<double>(::mallinfo2().uordblks - before) / static_cast<double>(count);
  result["find"] = nanoseconds(count, [&] {
    for (std::size_t i = 0; i < count; ++i) family.Add(labels_of(i)).Set(2);
  });
  return result;
}
#endif

std::vector<label> pod_labels(const std::string& pod, const std::string& metric) {
  return {{"__name__", metric}, {"job", "kubelet"}, {"pod", pod}};
}

figures churn_life() {
  slotted::memory_budget budget(std::size_t{1} << 40);
  series_table table(budget, no_limits());
  std::vector<series_ref> refs;
  std::size_t next = 0;
  const auto open = [&] {
    const std::string pod = "pod-with-a-usual-name-" + std::to_string(next / 10);
    const std::string metric = "container_metric_" + std::to_string(next % 10);
    ++next;
    return table.open(pod_labels(pod, metric));
  };
  for (int i = 0; i < 200'000; ++i) refs.push_back(open());
  figures result;
  const auto begin = static_cast<double>(budget.used());
  double least = begin;
  double most = begin;
  for (std::size_t generation = 0; generation < 100; ++generation) {
    for (std::size_t i = 0; i < 20'000; ++i) {
      series_ref& each = refs[(generation * 20'000 + i) % refs.size()];
      table.close(each);
      each = open();
    }
    least = std::min(least, static_cast<double>(budget.used()));
    most = std::max(most, static_cast<double>(budget.used()));
  }
  result["begin"] = begin;
  result["least"] = least;
  result["most"] = most;
  return result;
}

figures storm_life() {
  slotted::memory_budget budget(std::size_t{1} << 40);
  series_table table(budget, no_limits());
  std::size_t next = 0;
  const auto open = [&] {
    const std::string pod = "pod-with-a-usual-name-" + std::to_string(next);
    return table.open(pod_labels(pod, "metric_" + std::to_string(next++ % 10)));
  };
  for (int i = 0; i < 100'000; ++i) (void)open();
  figures result;
  result["begin"] = static_cast<double>(budget.used());
  std::vector<series_ref> hostile;
  double slowest = 0;
  for (int i = 0; i < 1'000'000; ++i) {
    const double start = now();
    const series_ref ref = open();
    slowest = std::max(slowest, now() - start);
    if (i % 200 != 0) hostile.push_back(ref);
  }
  result["slowest"] = slowest / 1000;
  result["most"] = static_cast<double>(budget.used());
  for (const series_ref each : hostile) table.close(each);
  result["least"] = static_cast<double>(budget.used());
  table.trim();
  result["end"] = static_cast<double>(budget.used());
  return result;
}

figures reader_life(const label_sets& sets) {
  slotted::memory_budget budget(std::size_t{1} << 40);
  series_table table(budget, no_limits());
  std::vector<label> labels = sets.labels();
  std::vector<series_ref> refs;
  for (std::size_t i = 0; i < sets.size(); ++i) {
    sets.get(i, labels);
    refs.push_back(table.open(labels));
  }
  std::atomic<bool> stop{false};
  std::atomic<std::size_t> matches{0};
  figures result;
  {
    const slotted::series_hold hold = table.hold();
    std::thread reader([&] {
      const auto tens = [](std::string_view value) { return value.find("0.dc1") != std::string_view::npos; };
      while (!stop) {
        (void)hold.matching({{"mode", "idle"}, slotted::matches("instance", tens)});
        ++matches;
      }
    });
    std::vector<double> times;
    for (std::size_t i = 0; i < 200'000; ++i) {
      sets.get(i % sets.size(), labels);
      const double start = now();
      table.close(refs[i % sets.size()]);
      refs[i % sets.size()] = table.open(labels);
      times.push_back((now() - start) / 1000);
    }
    stop = true;
    reader.join();
    std::sort(times.begin(), times.end());
    result["p50"] = times[times.size() / 2];
    result["p99"] = times[times.size() * 99 / 100];
  }
  result["matches"] = static_cast<double>(matches);
  return result;
}

void add(const std::string& name, figures (*work)()) {
  bench::row(name, [work] { return bench::in_fresh_process(work); });
}

}  // namespace

int main(int argc, char** argv) {
  add("table/fleet", [] { return table_life(fleet()); });
  add("table/kubernetes", [] { return table_life(kubernetes()); });
  add("table/million", [] { return table_life(million()); });
  add("map/fleet", [] { return map_life(fleet()); });
  add("symbols/fleet", [] { return symbols_life(fleet()); });
#if defined(SLOTTED_BENCH_PROMETHEUS)
  add("prometheus/fleet", [] { return prometheus_life(fleet()); });
#endif
  add("churn", [] { return churn_life(); });
  add("storm", [] { return storm_life(); });
  add("reader", [] { return reader_life(fleet()); });
  std::vector<std::string> words(argv + 1, argv + argc);
  words.insert(words.begin(), {argv[0], "--benchmark_repetitions=1", "--benchmark_report_aggregates_only=false",
                               "--benchmark_enable_random_interleaving=false"});
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  return bench::run_rows(static_cast<int>(pointers.size()), pointers.data(), "series");
}
