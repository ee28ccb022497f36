// The allocator is one of the standard's kind, for node containers above all, and moves with its container.
#include <slotted/memory/slab_allocator.hpp>
#include <slotted/memory/slab_resource.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <forward_list>
#include <functional>
#include <limits>
#include <list>
#include <map>
#include <memory>
#include <new>
#include <set>
#include <string>
#include <type_traits>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#if __has_include(<boost/container/map.hpp>)
#include <boost/container/list.hpp>
#include <boost/container/map.hpp>
#define HAS_BOOST_CONTAINER 1
#endif
#if __has_include(<boost/unordered_map.hpp>)
#include <boost/unordered_map.hpp>
#define HAS_BOOST_UNORDERED 1
#endif

#include "catch.hpp"

namespace {

using slotted::memory_budget;
using slotted::MiB;
using slotted::slab_allocator;
using slotted::slab_heap;
using slotted::slab_resource;

using ints = slab_allocator<int>;
using traits = std::allocator_traits<ints>;
static_assert(std::is_same_v<traits::value_type, int>);
static_assert(std::is_same_v<traits::pointer, int*> && std::is_same_v<traits::const_pointer, const int*>);
static_assert(std::is_same_v<traits::size_type, std::size_t> &&
              std::is_same_v<traits::difference_type, std::ptrdiff_t>);
static_assert(std::is_same_v<traits::rebind_alloc<double>, slab_allocator<double>>);
static_assert(!traits::propagate_on_container_copy_assignment::value);
static_assert(traits::propagate_on_container_move_assignment::value && traits::propagate_on_container_swap::value);
static_assert(!traits::is_always_equal::value);
static_assert(std::is_nothrow_copy_constructible_v<ints> && std::is_nothrow_copy_assignable_v<ints>);
static_assert(std::is_nothrow_constructible_v<ints, const slab_allocator<double>&>);
static_assert(std::is_convertible_v<slab_heap&, ints> && std::is_convertible_v<slab_resource&, ints>);
static_assert(!std::is_default_constructible_v<ints>, "it has no heap to take from");
static_assert(!std::is_constructible_v<ints, const slab_heap&>, "a const heap allocates nothing");
static_assert(std::is_same_v<decltype(std::declval<const ints&>().heap()), slab_heap&>);
static_assert(noexcept(std::declval<const ints&>() == std::declval<const slab_allocator<double>&>()));
static_assert(std::is_nothrow_move_constructible_v<std::list<int, ints>>);
static_assert(std::is_nothrow_move_assignable_v<std::list<int, ints>>);

TEST_CASE("allocators of one heap are equal whatever their type, of two heaps never") {
  slab_heap one;
  slab_heap two;
  const ints a{one};
  const slab_allocator<double> b{a};
  const ints c{b};
  const ints d{two};
  CHECK(a == b);
  CHECK(b == a);
  CHECK(a == c);
  CHECK_FALSE(a != c);
  CHECK(a != d);
  CHECK(d != b);
  CHECK(&b.heap() == &one);
  CHECK(traits::select_on_container_copy_construction(a) == a);
}

TEST_CASE("what one allocator of a heap took another gives back") {
  memory_budget budget{1 * MiB};
  slab_heap heap(budget);
  ints a{heap};
  slab_allocator<double> other{a};
  int* const block = a.allocate(10);
  CHECK(reinterpret_cast<std::uintptr_t>(block) % alignof(int) == 0);
  CHECK(heap.footprint().payload == 10 * sizeof(int));
  ints(other).deallocate(block, 10);
  CHECK(heap.footprint().payload == 0);
  int* const none = a.allocate(0);
  a.deallocate(none, 0);
  traits::deallocate(a, traits::allocate(a, 7), 7);
  CHECK(heap.footprint().payload == 0);
}

struct alignas(256) wide {
  unsigned char bytes[256];
};

TEST_CASE("types of any alignment are served") {
  memory_budget budget{1 * MiB};
  slab_heap heap(budget);
  std::list<wide, slab_allocator<wide>> list{heap};
  std::size_t wrong = 0;
  for (int each = 0; each < 100; ++each)
    wrong += reinterpret_cast<std::uintptr_t>(&list.emplace_back()) % alignof(wide) != 0;
  CHECK(wrong == 0);
}

TEST_CASE("a count whose bytes cannot be numbered is bad_array_new_length, one too large bad_alloc") {
  memory_budget budget{1 * MiB};
  slab_heap heap(budget);
  ints a{heap};
  CHECK_THROWS_AS(a.allocate(SIZE_MAX / sizeof(int) + 1), std::bad_array_new_length);
  CHECK_THROWS_AS(a.allocate(SIZE_MAX), std::bad_array_new_length);
  try {
    (void)a.allocate(SIZE_MAX / sizeof(int));
    FAIL("it fitted");
  } catch (const std::bad_array_new_length&) {
    FAIL("its bytes can be numbered");
  } catch (const std::bad_alloc&) {
  }
  CHECK_THROWS_AS(a.allocate(1 * MiB), slotted::budget_exceeded);
  CHECK(budget.used() == 0);
  CHECK(traits::max_size(a) >= SIZE_MAX / sizeof(int) / 2);
}

// A container through all that moves allocators about. `make` fills a container of n values on a heap.
template <class Container, class Make>
void lives_through_everything(Make make) {
  memory_budget budget_one{16 * MiB};
  memory_budget budget_two{16 * MiB};
  {
    slab_heap one(budget_one);
    slab_heap two(budget_two);
    const Container reference = make(one, 1000);
    {
      Container a = make(one, 1000);
      CHECK(a == reference);
      CHECK(one.footprint().total() == budget_one.used());
      const std::size_t single = one.footprint().payload / 2;
      CHECK(one.footprint().payload == 2 * single);

      Container copy = a;  // on the same heap
      CHECK(copy == reference);
      CHECK(one.footprint().payload > 2 * single);

      Container elsewhere(reference, two);  // on another
      CHECK(elsewhere == reference);
      CHECK(two.footprint().payload > 0);

      const auto* const first = &*a.begin();
      Container b = make(two, 10);
      b = std::move(a);  // takes nodes and heap along: nothing is copied
      CHECK(&*b.begin() == first);
      CHECK(b == reference);
      CHECK(b.get_allocator() == typename Container::allocator_type(one));

      Container c = make(two, 10);
      const auto* const other = &*c.begin();
      swap(b, c);
      CHECK(&*c.begin() == first);
      CHECK(&*b.begin() == other);
      CHECK(b.get_allocator() == typename Container::allocator_type(two));

      b = c;  // a copy keeps to its own heap
      CHECK(b == reference);
      CHECK(b.get_allocator() == typename Container::allocator_type(two));
      Container d(std::move(c), two);  // moved across heaps: value by value
      CHECK(d == reference);
      CHECK(two.footprint().total() == budget_two.used());
      CHECK(one.footprint().total() == budget_one.used());
      a = make(one, 3);  // what was moved from can be used again
      a.clear();
    }
    CHECK(two.footprint().payload == 0);
    CHECK(one.footprint().payload > 0);  // the reference
  }
  CHECK(budget_one.used() == 0);
  CHECK(budget_two.used() == 0);
}

template <class Sequence>
Sequence sequence(slab_heap& heap, int count) {
  Sequence made{typename Sequence::allocator_type(heap)};
  for (int each = 0; each < count; ++each) made.insert(made.end(), each * 7);
  return made;
}
template <class Map>
Map mapping(slab_heap& heap, int count) {
  Map made{typename Map::allocator_type(heap)};
  for (int each = 0; each < count; ++each) made.emplace(each * 7, "value");
  return made;
}
template <class Key, class Value>
using pairs = slab_allocator<std::pair<const Key, Value>>;

TEST_CASE("list, set, vector and deque live in a heap") {
  lives_through_everything<std::list<int, ints>>(sequence<std::list<int, ints>>);
  lives_through_everything<std::set<int, std::less<>, ints>>(sequence<std::set<int, std::less<>, ints>>);
  lives_through_everything<std::vector<int, ints>>(sequence<std::vector<int, ints>>);
  lives_through_everything<std::deque<int, ints>>(sequence<std::deque<int, ints>>);
}

TEST_CASE("map, unordered_map and unordered_set live in a heap") {
  using map = std::map<int, std::string, std::less<>, pairs<int, std::string>>;
  lives_through_everything<map>(mapping<map>);
  using multimap = std::multimap<int, std::string, std::less<>, pairs<int, std::string>>;
  lives_through_everything<multimap>(mapping<multimap>);
  using unordered = std::unordered_map<int, std::string, std::hash<int>, std::equal_to<>, pairs<int, std::string>>;
  lives_through_everything<unordered>(mapping<unordered>);
  using unordered_set = std::unordered_set<int, std::hash<int>, std::equal_to<>, ints>;
  lives_through_everything<unordered_set>(sequence<unordered_set>);
}

#if defined(HAS_BOOST_CONTAINER)
TEST_CASE("node containers of boost live in a heap") {
  using map = boost::container::map<int, std::string, std::less<>, pairs<int, std::string>>;
  lives_through_everything<map>(mapping<map>);
  using list = boost::container::list<int, ints>;
  lives_through_everything<list>(sequence<list>);
}
#endif
#if defined(HAS_BOOST_UNORDERED)
TEST_CASE("hash tables of boost live in a heap") {
  using map = boost::unordered_map<int, std::string, std::hash<int>, std::equal_to<>, pairs<int, std::string>>;
  lives_through_everything<map>(mapping<map>);
}
#endif

TEST_CASE("forward_list splices within a heap, and shared_ptr is allocated in it") {
  memory_budget budget{1 * MiB};
  slab_resource slabs(budget);
  {
    std::forward_list<int, ints> list{slabs};
    list.push_front(1);
    std::forward_list<int, ints> other{slabs};
    other.push_front(2);
    list.splice_after(list.before_begin(), other);
    CHECK(list.front() == 2);
    const auto shared = std::allocate_shared<int>(ints{slabs}, 5);
    CHECK(*shared == 5);
    CHECK(slabs.footprint().payload > 2 * sizeof(void*));
    CHECK(slabs.footprint().total() == budget.used());
  }
  CHECK(slabs.footprint().payload == 0);
}

TEST_CASE("the line of the documentation compiles, and a full budget leaves the list as it was") {
  memory_budget budget{64 * 1024};
  slab_resource slabs{budget};
  std::list<int, slab_allocator<int>> l{slabs};
  CHECK_THROWS_AS(
      [&] {
        for (int each = 0;; ++each) l.push_back(each);
      }(),
      slotted::budget_exceeded);
  CHECK(l.size() > 64 * 1024 / 24 * 8 / 10);
  CHECK(l.back() == static_cast<int>(l.size()) - 1);
  l.pop_front();
  CHECK_NOTHROW(l.push_back(1));
}

}  // namespace
