// slotted benchmarks: pools beside everything else that keeps points, footprint and speed in one run.
// SPDX-License-Identifier: MIT
//
//   bench_pool_native --benchmark_out=pool.json      (-O3 -march=native; bench_pool_o2 is the same at plain -O2)
//   bench_report pool.json
//
// A row is a peer, a shape of the point, and a number of points; its counters are explained in support/life.hpp. Each
// repetition of a row has processes of its own, and the repetitions of all rows are shuffled, so that a slow minute of
// the machine hits everyone: read the medians. On a shared machine, tie the program to one core (taskset -c 1).
#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <slotted/memory/pages.hpp>

#include "support/life.hpp"
#include "support/program.hpp"

namespace {

using bench::figures;
using bench::point26;
using bench::point32;
using bench::row;

template <class Peer, class Point>
void peer(const std::string& name, const std::string& shape, std::size_t n) {
  row(name + "/" + shape + "/" + std::to_string(n), [n] { return bench::whole_life<Peer, Point>(n); });
}

template <class Point>
void peers(const std::string& shape, std::size_t n) {
  using namespace bench;
  peer<vector_peer<Point, growth::doubling>, Point>("vector", shape, n);
  peer<vector_peer<Point, growth::reserved>, Point>("vector_reserved", shape, n);
  peer<list_peer<Point>, Point>("list", shape, n);
  peer<pointer_peer<Point, new_source<Point>>, Point>("new", shape, n);
  peer<pointer_peer<Point, pmr_source<Point>>, Point>("pmr_pool", shape, n);
#if defined(SLOTTED_BENCH_BOOST)
  peer<pointer_peer<Point, boost_source<Point>>, Point>("boost_pool", shape, n);
#endif
#if defined(SLOTTED_BENCH_COLONY)
  peer<colony_peer<plf_of_colony::colony<Point>>, Point>("plf_colony", shape, n);
#endif
#if defined(SLOTTED_BENCH_HIVE)
  peer<colony_peer<plf::hive<Point>>, Point>("plf_hive", shape, n);
#endif
#if defined(SLOTTED_BENCH_ENTT)
  peer<entt_peer<Point>, Point>("entt", shape, n);
#endif
  peer<pool_peer<slotted::pool<Point>>, Point>("pool", shape, n);
  peer<pool_peer<slotted::checked_pool<Point>>, Point>("checked_pool", shape, n);
}

// What the first touch of memory costs here, in ns a page: no insertion into cold memory can be faster than the pages
// come. Under a hypervisor, the first touch of a page that the kernel has already committed is not free, either.
figures page_faults() {
  constexpr std::size_t bytes = std::size_t{256} << 20;
  const auto pages = static_cast<double>(bytes / slotted::detail::page_bytes());
  using slotted::page_kind;
  using slotted::detail::map_pages;
  figures out;
  volatile std::byte* const touched = map_pages(bytes, slotted::detail::page_bytes(), page_kind::base);
  if (touched == nullptr) throw std::bad_alloc();
  out["touch"] = 1e9 / pages * bench::seconds([&] {
                   for (std::size_t at = 0; at < bytes; at += slotted::detail::page_bytes()) touched[at] = std::byte{1};
                 });
  std::byte* const committed = map_pages(bytes, slotted::detail::page_bytes(), page_kind::base);
  if (committed == nullptr) throw std::bad_alloc();
  constexpr std::size_t step = std::size_t{256} << 10;
  out["commit"] = 1e9 / pages * bench::seconds([&] {
                    for (std::size_t at = 0; at < bytes; at += step)
                      if (!slotted::detail::commit_pages(committed + at, step)) throw std::bad_alloc();
                  });
  volatile std::byte* const again = committed;
  out["touch_committed"] = 1e9 / pages * bench::seconds([&] {
                             for (std::size_t at = 0; at < bytes; at += slotted::detail::page_bytes())
                               again[at] = std::byte{1};
                           });
  return out;
}

// Many small pools: bytes each, the pool object itself left out.
template <class Pool>
figures thousand_pools() {
  constexpr std::size_t count = 1000;
  slotted::memory_budget budget{SIZE_MAX};
  std::vector<Pool> pools;
  pools.reserve(count);
  for (std::size_t i = 0; i < count; ++i) pools.emplace_back(budget);
  const std::size_t heap = bench::heap_bytes();
  const std::size_t resident = bench::resident_bytes();
  for (Pool& each : pools)
    for (std::size_t i = 0; i < 10; ++i) each.insert(bench::make_point<typename Pool::value_type>(i));
  const std::size_t resident_now = bench::resident_bytes();
  figures out;
  out["resident_a_pool"] = static_cast<double>(resident_now - resident) / count;
  out["charged_a_pool"] = static_cast<double>(budget.used()) / count;
  out["heap_a_pool"] = static_cast<double>(bench::heap_bytes() - heap) / count;
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  row("page_faults", [] { return bench::in_fresh_process(page_faults); });
  row("thousand_pools_of_ten/pool/26", [] { return bench::in_fresh_process(thousand_pools<slotted::pool<point26>>); });
  row("thousand_pools_of_ten/pool/32", [] { return bench::in_fresh_process(thousand_pools<slotted::pool<point32>>); });
  row("thousand_pools_of_ten/checked_pool/26",
      [] { return bench::in_fresh_process(thousand_pools<slotted::checked_pool<point26>>); });
  row("thousand_pools_of_ten/checked_pool/32",
      [] { return bench::in_fresh_process(thousand_pools<slotted::checked_pool<point32>>); });
  for (const std::size_t n : {std::size_t{1'000'000}, std::size_t{10'000'000}}) {
    using namespace bench;
    // The maps of the dicts stand in a vector with room for all: less than any language with objects would take.
    peer<vector_peer<dict_point, growth::reserved>, dict_point>("dict_per_object", "dict", n);
    peer<vector_peer<string_point, growth::doubling>, string_point>("vector", "string", n);
    peers<point26>("26", n);
    peers<point32>("32", n);
  }

  return bench::run_rows(argc, argv, "pools");
}
