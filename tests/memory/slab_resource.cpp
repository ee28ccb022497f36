// The containers of std::pmr live in slabs, charged to the byte.
#include <slotted/memory/slab_resource.hpp>

#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <memory_resource>
#include <new>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "catch.hpp"

namespace {

using slotted::footprint;
using slotted::memory_budget;
using slotted::MiB;
using slotted::slab_resource;

TEST_CASE("each container of std::pmr keeps its values in the resource and gives all of it back") {
  memory_budget budget{64 * MiB};
  slab_resource slabs(budget);
  const auto check = [&](auto container, auto add, std::size_t least) {
    for (int each = 0; each < 5000; ++each) add(container, each);
    CHECK(container.size() == 5000);
    CHECK(slabs.footprint().payload >= least);
    CHECK(slabs.footprint().total() == budget.used());
    return std::vector<typename decltype(container)::value_type>(container.begin(), container.end());
  };
  using node = void*;
  {
    const auto values = check(
        std::pmr::list<int>(&slabs), [](auto& list, int each) { list.push_back(each); },
        5000 * (2 * sizeof(node) + sizeof(int)));
    CHECK(values[4999] == 4999);
  }
  {
    const auto values = check(
        std::pmr::set<int>(&slabs), [](auto& set, int each) { set.insert(4999 - each); }, 5000 * 3 * sizeof(node));
    CHECK(values.front() == 0);
    CHECK(values.back() == 4999);
  }
  {
    const auto values = check(
        std::pmr::map<int, double>(&slabs), [](auto& map, int each) { map.emplace(each, each * 0.5); },
        5000 * (3 * sizeof(node) + 16));
    CHECK(values[3].second == 1.5);
  }
  check(
      std::pmr::unordered_map<int, int>(&slabs), [](auto& map, int each) { map[each] = each; },
      5000 * (2 * sizeof(node)));
  check(std::pmr::vector<std::int64_t>(&slabs), [](auto& vector, int each) { vector.push_back(each); }, 5000 * 8);
  check(std::pmr::string(&slabs), [](auto& text, int each) { text += static_cast<char>('a' + each % 26); }, 5000);
  CHECK(slabs.footprint().payload == 0);
  slabs.trim();
  CHECK(budget.used() == 0);
  CHECK(slabs.footprint() == footprint{});
}

TEST_CASE("containers in containers use the same resource") {
  memory_budget budget{64 * MiB};
  slab_resource slabs(budget);
  {
    std::pmr::map<std::pmr::string, std::pmr::vector<std::pmr::string>> nested(&slabs);
    for (int each = 0; each < 500; ++each)
      nested[std::pmr::string("a key that is too long to be kept in the string itself ") +=
             std::to_string(each % 50).c_str()]
          .emplace_back(std::to_string(each) + " and a value that is too long to be kept in the string itself");
    CHECK(nested.size() == 50);
    CHECK(nested.begin()->second.get_allocator().resource() == &slabs);
    CHECK(nested.begin()->second.front().get_allocator().resource() == &slabs);
    CHECK(slabs.footprint().payload > 500 * 60);
    CHECK(slabs.footprint().total() == budget.used());
  }
  CHECK(slabs.footprint().payload == 0);
}

TEST_CASE("a container that meets the budget throws and keeps what it has") {
  memory_budget budget{1 * MiB};
  slab_resource slabs(budget);
  std::pmr::map<int, int> map(&slabs);
  int next = 0;
  CHECK_THROWS_AS(
      [&] {
        for (;; ++next) map.emplace(next, -next);
      }(),
      slotted::budget_exceeded);
  CHECK(map.size() == static_cast<std::size_t>(next));
  CHECK(map.size() > 1 * MiB / 48 * 9 / 10);
  CHECK(map.at(next - 1) == 1 - next);
  CHECK(slabs.footprint().total() == budget.used());
  map.erase(5);
  CHECK_NOTHROW(map.emplace(-1, 1));  // the room of the erased one
  map.clear();
  CHECK(slabs.footprint().payload == 0);
}

TEST_CASE("a resource is equal to itself alone") {
  slab_resource one;
  slab_resource two;
  std::pmr::memory_resource& base = one;
  CHECK(one.is_equal(one));
  CHECK(base == static_cast<std::pmr::memory_resource&>(one));
  CHECK_FALSE(one.is_equal(two));
  CHECK_FALSE(one.is_equal(*std::pmr::new_delete_resource()));
}

TEST_CASE("the virtual calls and the direct ones are the same heap") {
  memory_budget budget{1 * MiB};
  slab_resource slabs(budget);
  std::pmr::memory_resource& base = slabs;
  void* const at = base.allocate(100, 64);
  CHECK(reinterpret_cast<std::uintptr_t>(at) % 64 == 0);
  CHECK(slabs.footprint().payload == 100);
  slabs.deallocate(at, 100, 64);
  void* const large = slabs.allocate(200'000, 8192);
  CHECK(reinterpret_cast<std::uintptr_t>(large) % 8192 == 0);
  base.deallocate(large, 200'000, 8192);
  CHECK(slabs.footprint().payload == 0);
  CHECK_THROWS_AS(base.allocate(2 * MiB), slotted::budget_exceeded);
  const volatile std::size_t too_many = SIZE_MAX - 10;  // g++ knows a constant to be too many
  CHECK_THROWS_AS(base.allocate(too_many), std::bad_alloc);
}

}  // namespace
