// Interning: what it takes to turn a label into a code and back, in nanoseconds and in bytes, beside the hash maps that
// a service would otherwise use: std::unordered_map, and absl::flat_hash_map where SLOTTED_BENCH_ABSL is defined.
// Unlike the maps, a domain may be read by other threads meanwhile; the maps are measured without a lock.
#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <slotted/record/symbol_domain.hpp>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#if defined(SLOTTED_BENCH_ABSL)
#include <absl/container/flat_hash_map.h>
#endif

namespace {

std::size_t heap_bytes = 0;  // held by the maps and their strings; what malloc adds to each block is not in it

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

using text_of_map = std::basic_string<char, std::char_traits<char>, counting_allocator<char>>;
using pair_of_map = std::pair<const text_of_map, std::uint32_t>;

struct std_hash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
};
struct equal {
  using is_transparent = void;
  bool operator()(std::string_view a, std::string_view b) const noexcept { return a == b; }
};
using std_map = std::unordered_map<text_of_map, std::uint32_t, std_hash, equal, counting_allocator<pair_of_map>>;

#if defined(SLOTTED_BENCH_ABSL)
struct absl_hash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const noexcept {
    return absl::Hash<absl::string_view>{}(absl::string_view(text.data(), text.size()));  // may be a type of its own
  }
};
using absl_map = absl::flat_hash_map<text_of_map, std::uint32_t, absl_hash, equal, counting_allocator<pair_of_map>>;
#endif

// Texts to codes in a map, and codes to texts in a vector of copies, which stay valid when the map moves its own.
template <class Map>
class map_interner {
 public:
  map_interner() : before_(heap_bytes) {}
  std::uint32_t intern(std::string_view text) {
    if (const auto found = codes_.find(text); found != codes_.end()) return found->second;
    const auto code = static_cast<std::uint32_t>(texts_.size());
    texts_.emplace_back(text);
    codes_.emplace(text, code);
    return code;
  }
  bool find(std::string_view text) const { return codes_.find(text) != codes_.end(); }
  std::string_view text(std::uint32_t code) const { return texts_[code]; }
  std::size_t bytes() const { return heap_bytes - before_; }

 private:
  std::size_t before_;
  Map codes_;
  std::vector<text_of_map, counting_allocator<text_of_map>> texts_;
};

// A domain of its own for each use: it keeps its pages, so that one is made for each number of labels and kept.
class domain_interner {
 public:
  std::uint32_t intern(std::string_view text) { return domain_->intern(text); }
  bool find(std::string_view text) const { return domain_->find(text).has_value(); }
  std::string_view text(std::uint32_t code) const { return domain_->text(code); }
  std::size_t bytes() const { return domain_->footprint().total(); }

 private:
  std::unique_ptr<slotted::symbol_domain> domain_ =
      std::make_unique<slotted::symbol_domain>("benchmark", std::size_t{1} << 32);
};

// Labels as services have them, and the order in which rows bring them, as texts of their own, the way a parser
// delivers them.
struct workload {
  static constexpr std::size_t rows = 1 << 16;
  std::vector<std::string> labels, order, strangers;

  explicit workload(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i)
      labels.push_back("host_" + std::to_string(i % 97) + ".sensor_" + std::to_string(i));
    std::mt19937_64 random{42};
    for (std::size_t i = 0; i < rows; ++i) {
      order.push_back(labels[random() % count]);
      strangers.push_back("host_" + std::to_string(i % 97) + ".stranger_" + std::to_string(random() % 1000000));
    }
  }
  static const workload& of(std::size_t count) {
    static std::map<std::size_t, workload> all;
    return all.try_emplace(count, count).first->second;
  }
};

template <class Interner>
struct filled {
  Interner interner;
  std::size_t bytes = 0;

  static filled& with(std::size_t count) {
    static std::map<std::size_t, filled> all;
    const auto [at, fresh] = all.try_emplace(count);
    if (fresh) {
      for (const std::string& label : workload::of(count).labels) at->second.interner.intern(label);
      at->second.bytes = at->second.interner.bytes();
    }
    return at->second;
  }
};

void count_rows(benchmark::State& state, std::size_t bytes) {
  const auto labels = static_cast<double>(state.range(0));
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(workload::rows));
  state.counters["B/label"] = static_cast<double>(bytes) / labels;
}

template <class Interner>
void intern_known(benchmark::State& state) {
  const auto count = static_cast<std::size_t>(state.range(0));
  auto& [interner, bytes] = filled<Interner>::with(count);
  const workload& work = workload::of(count);
  for (auto _ : state) {
    std::uint64_t sum = 0;
    for (const std::string& each : work.order) sum += interner.intern(each);
    benchmark::DoNotOptimize(sum);
  }
  for (const std::string& each : work.order)
    if (interner.text(interner.intern(each)) != each) state.SkipWithError("a label came back as another");
  count_rows(state, bytes);
}

// Runs of the same label, as a poller delivers them: what a cache of the last text could make cheaper.
template <class Interner>
void intern_same(benchmark::State& state) {
  const auto count = static_cast<std::size_t>(state.range(0));
  auto& [interner, bytes] = filled<Interner>::with(count);
  const std::string& label = workload::of(count).order.front();
  const char* volatile text = label.data();  // read anew for each row, so that no look-up is left out
  for (auto _ : state) {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < workload::rows; ++i) sum += interner.intern({text, label.size()});
    benchmark::DoNotOptimize(sum);
  }
  count_rows(state, bytes);
}

template <class Interner>
void find_absent(benchmark::State& state) {
  const auto count = static_cast<std::size_t>(state.range(0));
  const auto& [interner, bytes] = filled<Interner>::with(count);
  const workload& work = workload::of(count);
  std::size_t found = 0;
  for (auto _ : state)
    for (const std::string& each : work.strangers) found += interner.find(each) ? 1 : 0;
  if (found != 0) state.SkipWithError("a stranger was found");
  count_rows(state, bytes);
}

template <class Interner>
void text_of_code(benchmark::State& state) {
  const auto count = static_cast<std::size_t>(state.range(0));
  auto& [interner, bytes] = filled<Interner>::with(count);
  std::vector<std::uint32_t> codes;
  for (const std::string& each : workload::of(count).order) codes.push_back(interner.intern(each));
  for (auto _ : state) {
    std::size_t sum = 0;
    for (const std::uint32_t each : codes) sum += static_cast<unsigned char>(interner.text(each).back());
    benchmark::DoNotOptimize(sum);
  }
  count_rows(state, bytes);
}

template <class Interner>
void intern_new(benchmark::State& state) {
  const auto count = static_cast<std::size_t>(state.range(0));
  const workload& work = workload::of(count);
  std::size_t bytes = 0;
  for (auto _ : state) {
    Interner interner;
    for (const std::string& each : work.labels) interner.intern(each);
    bytes = interner.bytes();
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.counters["B/label"] = static_cast<double>(bytes) / static_cast<double>(count);
}

}  // namespace

#if defined(SLOTTED_BENCH_ABSL)
#define COMPARE(function, ...)                             \
  BENCHMARK(function<domain_interner>) __VA_ARGS__;        \
  BENCHMARK(function<map_interner<absl_map>>) __VA_ARGS__; \
  BENCHMARK(function<map_interner<std_map>>) __VA_ARGS__
#else
#define COMPARE(function, ...)                      \
  BENCHMARK(function<domain_interner>) __VA_ARGS__; \
  BENCHMARK(function<map_interner<std_map>>) __VA_ARGS__
#endif

COMPARE(intern_known, ->Arg(10)->Arg(1000)->Arg(60000)->Arg(1000000));
COMPARE(intern_same, ->Arg(1000));
COMPARE(find_absent, ->Arg(1000)->Arg(60000));
COMPARE(text_of_code, ->Arg(1000)->Arg(60000));
COMPARE(intern_new, ->Arg(60000)->Iterations(3));  // domains keep their pages: only a few are made

BENCHMARK_MAIN();
