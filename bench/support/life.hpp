// slotted benchmarks: one life of a container, from the first point to the last, with every phase measured.
// SPDX-License-Identifier: MIT
//
// Figures, of which a peer has those that it can have:
//   heap, resident, peak   bytes a point after n insertions, beyond what the process had before; peak is the most at
//                          any moment until then. heap is what malloc has handed out and what a budget was charged.
//   handle                 bytes of what names a point
//   insert_cold            ns a point, into memory fresh from the system: page faults are a part of it
//   insert_resident        ns a point, into memory that the process has touched before
//   sum, sum_holes, sum_refilled
//                          ns a live point to add up one field: as filled; with a random half erased; with the holes
//                          filled again. The fastest way a peer has to visit all points is in for_each, _holes,
//                          _refilled.
//   access                 ns to read one field by handle, in random order
//   erase                  ns to erase by handle, a random half in random order
//   reinsert               ns to insert into the holes of that
// Times are processor time of the process: other work on the machine adds to them only through shared caches.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <random>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "peers.hpp"
#include "process.hpp"

namespace bench {

template <class Work>
double seconds(Work work) {
  const std::clock_t start = std::clock();
  work();
  return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
}

// The sums are whole numbers below 2^53, so that they are the same in every order.
inline void expect(double sum, double wanted, const char* phase) {
  if (sum != wanted)
    throw std::runtime_error(std::string(phase) + ": the sum is " + std::to_string(sum) + ", not " +
                             std::to_string(wanted));
}

// The median of some passes, in ns a point.
template <class Sum>
double pass_ns(std::size_t points, double wanted, const char* phase, Sum sum) {
  std::vector<double> passes(points > 5'000'000 ? 5 : 15);
  for (double& each : passes) {
    double total = 0;
    each = seconds([&] { total = sum(); });
    expect(total, wanted, phase);
  }
  std::nth_element(passes.begin(), passes.begin() + static_cast<std::ptrdiff_t>(passes.size() / 2), passes.end());
  return passes[passes.size() / 2] * 1e9 / static_cast<double>(points);
}

template <class Peer>
void measure_sums(figures& out, const Peer& peer, const std::string& suffix, std::size_t points, double wanted) {
  out["sum" + suffix] = pass_ns(points, wanted, "sum", [&] { return peer.sum(); });
  if constexpr (requires { peer.sum_for_each(); })
    out["for_each" + suffix] = pass_ns(points, wanted, "for_each", [&] { return peer.sum_for_each(); });
}

template <class Peer, class Point>
double fill_ns(Peer& peer, std::size_t from, std::size_t to) {
  return seconds([&] {
           for (std::size_t i = from; i < to; ++i) peer.insert(make_point<Point>(i));
         }) *
         1e9 / static_cast<double>(to - from);
}

// Everything but insertion into resident memory.
template <class Peer, class Point>
figures first_life(std::size_t n) {
  figures out;
  const auto count = static_cast<double>(n);
  const std::size_t heap = heap_bytes();
  const std::size_t resident = resident_bytes();

  Peer peer(n);
  out["insert_cold"] = fill_ns<Peer, Point>(peer, 0, n);

  const std::size_t resident_now = resident_bytes();
  out["peak"] = static_cast<double>(peak_resident_bytes() - resident) / count;
  out["resident"] = static_cast<double>(resident_now - resident) / count;
  std::size_t taken = heap_bytes() - heap;
  if constexpr (requires { peer.charged(); }) {
    if (peer.charged() != peer.footprint())
      throw std::runtime_error("the footprint is not what the budget was charged");
    taken += peer.charged();
  }
  out["heap"] = static_cast<double>(taken) / count;

  double sum = count * (count - 1) / 2;
  measure_sums(out, peer, "", n, sum);

  using handle = typename Peer::handle;
  out["handle"] = sizeof(handle);
  std::vector<handle> handles;
  handles.reserve(n);
  peer.collect(handles);
  std::mt19937_64 random(20240229);
  std::shuffle(handles.begin(), handles.end(), random);
  double total = 0;
  out["access"] = 1e9 / count * seconds([&] {
                    for (const handle& each : handles) total += peer.x(each);
                  });
  expect(total, sum, "access");

  if constexpr (Peer::erases) {
    const std::size_t half = n / 2;
    for (std::size_t i = 0; i < half; ++i) sum -= peer.x(handles[i]);
    out["erase"] = 1e9 / static_cast<double>(half) * seconds([&] {
                     for (std::size_t i = 0; i < half; ++i) peer.erase(handles[i]);
                   });
    peer.survivors(std::span<const handle>(handles).subspan(half));
    measure_sums(out, peer, "_holes", n - half, sum);

    out["reinsert"] = fill_ns<Peer, Point>(peer, n, n + half);
    for (std::size_t i = n; i < n + half; ++i) sum += static_cast<double>(i);
    measure_sums(out, peer, "_refilled", n, sum);
  }
  return out;
}

template <class Peer, class Point>
figures second_life(std::size_t n) {
#if defined(__GLIBC__)
  // What is freed stays in the process. (Setting it also ends the growth of the size from which malloc maps blocks of
  // their own, which go back when they are freed.)
  ::mallopt(M_TRIM_THRESHOLD, 2'000'000'000);
#endif
  Peer peer(n);
  fill_ns<Peer, Point>(peer, 0, n);
  const std::size_t more = n - peer.empty(n);
  const double left = peer.sum();
  figures out;
  out["insert_resident"] = fill_ns<Peer, Point>(peer, 0, more);
  expect(peer.sum(), left + static_cast<double>(more) * static_cast<double>(more - 1) / 2, "insert_resident");
  return out;
}

template <class Peer, class Point>
figures whole_life(std::size_t n) {
  figures out = in_fresh_process([n] { return first_life<Peer, Point>(n); });
  out.merge(in_fresh_process([n] { return second_life<Peer, Point>(n); }));
  return out;
}

}  // namespace bench
