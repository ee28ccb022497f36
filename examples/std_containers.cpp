// slotted: the standard's own node containers in slabs, under one budget.
// SPDX-License-Identifier: MIT
#include <cstdio>
#include <functional>
#include <list>
#include <map>
#include <memory_resource>
#include <slotted/slotted.hpp>
#include <string>
#include <unordered_map>
#include <utility>

namespace {

template <class Key, class Value>
using pair_allocator = slotted::slab_allocator<std::pair<const Key, Value>>;

}  // namespace

int main() {
  slotted::memory_budget budget{8 * slotted::MiB};
  slotted::slab_resource slabs{budget};  // one heap for all of them; it outlives them
  bool right = true;
  {
    std::list<int, slotted::slab_allocator<int>> queue{slabs};
    std::map<int, double, std::less<>, pair_allocator<int, double>> by_time{slabs};
    std::unordered_map<int, int, std::hash<int>, std::equal_to<>, pair_allocator<int, int>> counts{slabs};
    std::pmr::map<int, std::pmr::string> names{&slabs};  // the same heap as a std::pmr resource: the strings, too

    for (int i = 0; i < 10'000; ++i) {
      queue.push_back(i);
      by_time.emplace(i, i * 0.5);
      ++counts[i % 100];
      if (i % 100 == 0) names.emplace(i, "a name that is too long to stand inside the string");
    }
    const slotted::footprint held = slabs.footprint();
    std::printf("payload %zu, overhead %zu, idle %zu: %zu bytes, and the budget was charged %zu\n", held.payload,
                held.overhead, held.idle, held.total(), budget.used());
    right = queue.size() == 10'000 && by_time.at(9'999) == 4'999.5 && counts.at(7) == 100 && names.size() == 100 &&
            held.total() == budget.used();

    // A full budget is a std::bad_alloc to the standard's containers, and they keep their strong guarantee.
    try {
      while (queue.size() < 10'000'000) queue.push_back(0);
    } catch (const slotted::budget_exceeded& refusal) {
      std::printf("after %zu nodes of the list: %s\n", queue.size(), refusal.what());
    }
    right = right && queue.size() < 10'000'000 && queue.back() == 0 && budget.peak() <= budget.limit();
  }
  slabs.trim();
  std::printf("when they are gone, %zu bytes are in use\n", budget.used());
  return right && budget.used() == 0 ? 0 : 1;
}
