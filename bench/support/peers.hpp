// slotted benchmarks: every way to keep points, behind one set of names.
// SPDX-License-Identifier: MIT
//
// A peer has
//   insert(point)            one point more
//   sum()                    of the x of all points, in the peer's own order
//   collect(handles)         what names each point: the handle, iterator, index or pointer that the peer hands out
//   x(handle)                one field of one point
//   erase(handle), survivors(handles)
//                            a peer that is only a source of memory is told which pointers are left, untimed
//   empty(n)                 erases points and leaves memory for n resident; returns how many points are left
// Where a peer does not number its points, as new or boost::pool, the pointers that reach them are a part of it: eight
// bytes a point in a vector that has room for all from the start. A vector has no erase: it would move other points.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory_resource>
#include <new>
#include <span>
#include <utility>
#include <vector>

#include "points.hpp"

#if defined(SLOTTED_BENCH_BOOST)
#include <boost/pool/pool.hpp>
#endif
#if defined(SLOTTED_BENCH_COLONY)
#define plf plf_of_colony  // both headers define the same helpers in one namespace
#include <plf_colony.h>
#undef plf
#endif
#if defined(SLOTTED_BENCH_HIVE)
#include <plf_hive.h>
#endif
#if defined(SLOTTED_BENCH_ENTT)
#include <entt/entt.hpp>
#endif
#include <slotted/store/checked_pool.hpp>
#include <slotted/store/pool.hpp>

namespace bench {

enum class growth { doubling, reserved };

template <class Point, growth Growth>
class vector_peer {
 public:
  using handle = std::uint32_t;
  static constexpr bool erases = false;

  explicit vector_peer(std::size_t n) {
    if (Growth == growth::reserved) points_.reserve(n);
  }
  void insert(Point&& point) { points_.push_back(std::move(point)); }
  double sum() const {
    double total = 0;
    for (const Point& each : points_) total += x_of(each);
    return total;
  }
  void collect(std::vector<handle>& out) const {
    for (std::size_t i = 0; i < points_.size(); ++i) out.push_back(static_cast<handle>(i));
  }
  double x(handle h) const { return x_of(points_[h]); }
  std::size_t empty(std::size_t) {
    points_.clear();
    return 0;
  }

 private:
  std::vector<Point> points_;
};

template <class Point>
class list_peer {
 public:
  using handle = typename std::list<Point>::iterator;
  static constexpr bool erases = true;

  explicit list_peer(std::size_t) {}
  void insert(Point&& point) { points_.push_back(point); }
  double sum() const {
    double total = 0;
    for (const Point& each : points_) total += x_of(each);
    return total;
  }
  void collect(std::vector<handle>& out) {
    for (auto at = points_.begin(); at != points_.end(); ++at) out.push_back(at);
  }
  double x(handle h) const { return x_of(*h); }
  void erase(handle h) { points_.erase(h); }
  void survivors(std::span<const handle>) {}
  // malloc keeps the memory: the program has told it not to trim.
  std::size_t empty(std::size_t) {
    points_.clear();
    return 0;
  }

 private:
  std::list<Point> points_;
};

// Source: take() and give(void*).
template <class Point, class Source>
class pointer_peer {
 public:
  using handle = Point*;
  static constexpr bool erases = true;

  explicit pointer_peer(std::size_t n) { pointers_.reserve(n); }
  void insert(Point&& point) { pointers_.push_back(::new (source_.take()) Point(std::move(point))); }
  double sum() const {
    double total = 0;
    for (const Point* each : pointers_) total += x_of(*each);
    return total;
  }
  void collect(std::vector<handle>& out) const { out.assign(pointers_.begin(), pointers_.end()); }
  double x(handle h) const { return x_of(*h); }
  void erase(handle h) { source_.give(h); }
  void survivors(std::span<const handle> left) { pointers_.assign(left.begin(), left.end()); }
  std::size_t empty(std::size_t) {
    for (Point* each : pointers_) source_.give(each);
    pointers_.clear();
    return 0;
  }

 private:
  Source source_;
  std::vector<Point*> pointers_;
};

template <class Point>
struct new_source {
  void* take() { return ::operator new(sizeof(Point)); }
  void give(void* at) { ::operator delete(at, sizeof(Point)); }
};
template <class Point>
struct pmr_source {
  void* take() { return pool.allocate(sizeof(Point), alignof(Point)); }
  void give(void* at) { pool.deallocate(at, sizeof(Point), alignof(Point)); }
  std::pmr::unsynchronized_pool_resource pool;
};
#if defined(SLOTTED_BENCH_BOOST)
template <class Point>
struct boost_source {
  void* take() {
    void* const at = pool.malloc();
    if (at == nullptr) throw std::bad_alloc();
    return at;
  }
  void give(void* at) { pool.free(at); }
  boost::pool<> pool{sizeof(Point)};
};
#endif

// plf::colony and plf::hive.
template <class Colony>
class colony_peer {
 public:
  using handle = typename Colony::iterator;
  using point = typename Colony::value_type;
  static constexpr bool erases = true;

  explicit colony_peer(std::size_t) {}
  void insert(point&& each) { points_.insert(each); }
  double sum() const {
    double total = 0;
    for (const point& each : points_) total += x_of(each);
    return total;
  }
  void collect(std::vector<handle>& out) {
    for (auto at = points_.begin(); at != points_.end(); ++at) out.push_back(at);
  }
  double x(handle h) const { return x_of(*h); }
  void erase(handle h) { points_.erase(h); }
  void survivors(std::span<const handle>) {}
  // clear() keeps the blocks.
  std::size_t empty(std::size_t) {
    points_.clear();
    return 0;
  }

 private:
  Colony points_;
};

#if defined(SLOTTED_BENCH_ENTT)
// Entities with one component. The usual entity of 32 bits numbers a million of them: this one has 64.
enum class entt_entity : std::uint64_t {};

template <class Point>
class entt_peer {
 public:
  using handle = entt_entity;
  static constexpr bool erases = true;

  explicit entt_peer(std::size_t) {}
  void insert(Point&& point) { world_.template emplace<Point>(world_.create(), point); }
  double sum() const {
    double total = 0;
    for (const auto [entity, point] : world_.template view<const Point>().each()) total += x_of(point);
    return total;
  }
  double sum_for_each() const {
    double total = 0;
    world_.template view<const Point>().each([&](const Point& point) { total += x_of(point); });
    return total;
  }
  void collect(std::vector<handle>& out) const {
    for (const entt_entity each : world_.template view<const Point>()) out.push_back(each);
  }
  double x(handle h) const { return x_of(world_.template get<Point>(h)); }
  void erase(handle h) { world_.destroy(h); }
  void survivors(std::span<const handle>) {}
  std::size_t empty(std::size_t) {
    world_.clear();
    return 0;
  }

 private:
  entt::basic_registry<entt_entity> world_;
};
#endif

template <class Pool>
class pool_peer {
 public:
  using handle = typename Pool::handle;
  using point = typename Pool::value_type;
  static constexpr bool erases = true;

  explicit pool_peer(std::size_t) : budget_(SIZE_MAX), points_(budget_) {}
  void insert(point&& each) { points_.insert(each); }
  double sum() const {
    double total = 0;
    for (const point& each : points_) total += x_of(each);
    return total;
  }
  double sum_for_each() const {
    double total = 0;
    points_.for_each([&](const point& each) { total += x_of(each); });
    return total;
  }
  void collect(std::vector<handle>& out) {
    for (const point& each : points_) out.push_back(points_.handle_of(each));
  }
  // What a checked pool is for is the checked way.
  double x(handle h) const {
    if constexpr (requires { points_.at(h); })
      return x_of(points_.at(h));
    else
      return x_of(points_[h]);
  }
  void erase(handle h) { points_.erase(h); }
  void survivors(std::span<const handle>) {}
  // clear() gives the memory back to the system, and what reserve() would fetch again has not been touched by this
  // process, which under a hypervisor costs as much again as the pages. One point in a thousand keeps every slab.
  std::size_t empty(std::size_t) {
    std::size_t number = 0;
    points_.erase_if([&](const point&) { return number++ % 1000 != 0; });
    return points_.size();
  }
  std::size_t charged() const { return budget_.used(); }
  std::size_t footprint() const { return points_.footprint().total(); }

 private:
  slotted::memory_budget budget_;
  Pool points_;
};

}  // namespace bench
