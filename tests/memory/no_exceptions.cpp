// Without exceptions and without run-time types: what tries works, and what would throw ends with its message.
// A program of its own, since Catch2 needs both.
#include <slotted/memory/budget.hpp>
#include <slotted/memory/container_limit.hpp>
#include <slotted/memory/slab.hpp>
#include <slotted/memory/slab_allocator.hpp>
#include <slotted/memory/slab_heap.hpp>
#include <slotted/memory/slab_resource.hpp>
#include <slotted/memory/slot_store.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstring>
#include <list>
#include <string>

#include "child_process.hpp"

#if defined(__cpp_exceptions) || defined(__cpp_rtti)
#error "this test is for -fno-exceptions -fno-rtti"
#endif

namespace {

int failures = 0;

void check(bool holds, const char* what) {
  if (holds) return;
  ++failures;
  std::fprintf(stderr, "FAILED: %s\n", what);
}

// What `work` writes to stderr before it aborts; nothing when it does not abort.
template <class Work>
std::string last_words(Work work) {
  int ends[2];
  if (::pipe(ends) != 0) return {};
  const ::pid_t child = ::fork();
  if (child == 0) {
    ::dup2(ends[1], 2);
    std::signal(SIGABRT, [](int) { slotted::test::record_reached(); });  // and then it aborts
    work();
    ::_exit(0);
  }
  ::close(ends[1]);
  std::string said;
  char part[256];
  for (::ssize_t got; (got = ::read(ends[0], part, sizeof part)) > 0;) said.append(part, static_cast<std::size_t>(got));
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT ? said : std::string{};
}

void check_last_words(const std::string& said, const char* expected) {
  check(said.find(expected) != std::string::npos, expected);
}

void what_tries_works() {
  slotted::memory_budget budget{1 * slotted::MiB};
  check(budget.try_reserve(1000), "1000 bytes fit");
  check(!budget.try_reserve(1 * slotted::MiB), "more than the rest does not fit");
  budget.release(1000);
  int crossings = 0;
  {
    const slotted::watermark mark(budget, 100, [&](const slotted::memory_budget&) { ++crossings; });
    check(budget.try_reserve(100), "100 bytes fit");
    budget.release(100);
  }
  check(crossings == 1, "a watermark calls back");

  slotted::page_run run = slotted::page_run::try_reserve(slotted::MiB);
  check(run.try_commit(10, &budget) == slotted::commit_outcome::done, "a run commits");
  check(run.try_commit(slotted::MiB, &budget) == slotted::commit_outcome::done, "to the last byte of the budget");
  run.release(&budget);

  slotted::slab_resource slabs{budget};
  void* const block = slabs.try_allocate(100);
  check(block != nullptr, "a block is had");
  check(slabs.try_allocate(2 * slotted::MiB) == nullptr, "one above the limit is refused");
  slabs.deallocate(block, 100);
  {
    std::list<int, slotted::slab_allocator<int>> list{slabs};
    for (int each = 0; each < 100; ++each) list.push_back(each);
    check(list.size() == 100, "a list lives in the slabs");
    check(slabs.footprint().total() == budget.used(), "the footprint is what was charged");
  }
  slabs.trim();

  slotted::detail::slot_store<slotted::detail::fixed_shape<32, 8>> store({}, &budget);
  decltype(store)::slot slot{};
  std::size_t taken = 0;
  while (store.take(slot) == slotted::commit_outcome::done) ++taken;
  check(taken > 30'000, "a store fills its budget and refuses");
  store.clear();
  store.trim();
  check(budget.used() == 0, "all of it comes back");
  check(slotted::container_memory::read().limit > 0, "this machine has memory");
}

void what_throws_ends_with_its_message() {
  check_last_words(last_words([] {
                     slotted::memory_budget budget{1000};
                     budget.reserve(1001);
                   }),
                   "memory budget exceeded: limit 1000 B, used 0 B, asked for 1001 B more");
  check_last_words(last_words([] {
                     slotted::memory_budget budget{1000};
                     slotted::slab_heap heap{budget};
                     (void)heap.allocate(100);
                   }),
                   "memory budget exceeded: limit 1000 B, used 0 B");
  check_last_words(last_words([] {
                     slotted::slab_heap heap;
                     (void)heap.allocate(SIZE_MAX);
                   }),
                   "out of memory");
  check_last_words(last_words([] {
                     slotted::slab_resource slabs;
                     (void)slotted::slab_allocator<int>(slabs).allocate(SIZE_MAX / 2);
                   }),
                   "out of memory");
  check_last_words(last_words([] { (void)slotted::memory_budget::of_container(1.5); }),
                   "a share of the container's memory lies in (0, 1], not 1.5");
  check_last_words(last_words([] { (void)slotted::container_memory::read("/nonexistent"); }),
                   "cannot tell how much memory there is");
  check(last_words([] { slotted::memory_budget(1000).release(0); }).empty(), "what is right does not end");
}

}  // namespace

int main() {
  what_tries_works();
  what_throws_ends_with_its_message();
  if (failures == 0) std::puts("all held");
  return failures == 0 ? 0 : 1;
}
