// Under the address sanitizer a use after erase is reported, and a use of what lives is not.
#include <sanitizer/asan_interface.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <slotted/store/checked_pool.hpp>
#include <slotted/store/pool.hpp>
#include <string>
#include <vector>

#include "catch.hpp"
#include "pools.hpp"

namespace {

using slotted::test::packed_point;
using slotted::test::point;

template <class T>
bool all_poisoned(const T* at) {
  for (std::size_t byte = 0; byte < sizeof(T); ++byte)
    if (__asan_address_is_poisoned(reinterpret_cast<const char*>(at) + byte) == 0) return false;
  return true;
}
template <class T>
bool any_poisoned(const T* at) {
  return __asan_region_is_poisoned(const_cast<T*>(at), sizeof(T)) != nullptr;
}

TEMPLATE_TEST_CASE("an erased record's bytes are poisoned and its neighbours' are not", "", slotted::pool<point>,
                   slotted::checked_pool<point>, (slotted::pool<point, slotted::page_kind::huge>)) {
  TestType pool;
  std::vector<typename TestType::handle> made;
  for (int i = 0; i < 20'000; ++i) made.push_back(pool.emplace());
  for (const std::size_t gone : {std::size_t{0}, std::size_t{77}, std::size_t{127}, std::size_t{9000}}) {
    const point* const at = &pool[made[gone]];
    CHECK_FALSE(any_poisoned(at));
    pool.erase(made[gone]);
    CHECK(all_poisoned(at));
  }
  std::size_t poisoned = 0;
  for (const point& each : pool) poisoned += any_poisoned(&each) ? 1U : 0U;
  CHECK(poisoned == 0);
  const point* const reused = &pool[pool.emplace()];
  CHECK(reused == &*pool.begin());
  CHECK_FALSE(any_poisoned(reused));
}

TEST_CASE("slots that were never taken, and those of a cleared pool, are poisoned") {
  slotted::pool<point> pool;
  const auto first = pool.emplace();
  const point* const at = &pool[first];
  CHECK_FALSE(any_poisoned(at));
  CHECK(all_poisoned(at + 1));
  pool.clear();
  CHECK(all_poisoned(at));
}

TEST_CASE("records of 26 bytes, which share words of the sanitizer's map, are never poisoned while they live") {
  slotted::pool<packed_point> pool;
  std::vector<slotted::pool<packed_point>::handle> made;
  for (int i = 0; i < 5000; ++i) made.push_back(pool.emplace());
  for (std::size_t i = 0; i < made.size(); ++i)
    if (i % 3 != 0) pool.erase(made[i]);
  std::size_t poisoned = 0;
  for (const packed_point& each : pool) poisoned += any_poisoned(&each) ? 1U : 0U;
  CHECK(poisoned == 0);
  const packed_point* const live = &*pool.begin();
  CHECK(__asan_address_is_poisoned(live[1].bytes + 13) != 0);  // the middle of an erased one
  CHECK(__asan_address_is_poisoned(live[2].bytes + 13) != 0);
}

TEST_CASE("memory that a pool gave back is no longer poisoned") {
  const point* at = nullptr;
  {
    slotted::pool<point> pool;
    pool.erase(pool.emplace());
    at = &pool[pool.emplace()];
    pool.clear();
    CHECK(all_poisoned(at));
    pool.trim();
  }
  CHECK_FALSE(any_poisoned(at));
}

struct child_result {
  bool clean = false;
  std::string errors;
};

// Runs f in a child process. Returns how it ended and what it wrote to its standard error.
template <class F>
child_result in_child(F f) {
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  const ::pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    ::dup2(ends[1], 2);
    f();
    ::_exit(0);
  }
  ::close(ends[1]);
  child_result result;
  std::array<char, 4096> buffer{};
  for (::ssize_t got = 0; (got = ::read(ends[0], buffer.data(), buffer.size())) > 0;)
    result.errors.append(buffer.data(), static_cast<std::size_t>(got));
  ::close(ends[0]);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  result.clean = WIFEXITED(status) && WEXITSTATUS(status) == 0;
  return result;
}

TEST_CASE("a program that reads a record after its end dies with the sanitizer's report") {
  slotted::pool<point> pool;
  const auto h = pool.insert({1, 2, 3, 4});
  const auto stays = pool.insert({5, 6, 7, 8});
  const volatile double* const x = &pool[h].x;
  const volatile double* const other = &pool[stays].x;
  pool.erase(h);
  const child_result bad = in_child([&] { static_cast<void>(*x); });
  CHECK_FALSE(bad.clean);
  CHECK(bad.errors.find("use-after-poison") != std::string::npos);
  const child_result good = in_child([&] { static_cast<void>(*other); });
  CHECK(good.clean);
  CHECK(good.errors.empty());
}

}  // namespace
