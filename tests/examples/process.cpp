// slotted: the demo's jobs run apart, and their ends and their memory are seen.
// SPDX-License-Identifier: MIT
#include "process.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <vector>

#include "catch.hpp"
#include "heap_count.hpp"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif

namespace {

struct shared {
  int value = 0;
  bool flag = false;
  std::size_t bytes = 0;
  std::ptrdiff_t after = 0;
  std::ptrdiff_t peak = 0;
  demo::shared_text text;
};

// A compiler may leave out memory that nobody could look at.
const void* volatile seen = nullptr;

}  // namespace

TEST_CASE("what a job writes arrives, and its changes to the program do not") {
  if (!demo::has_processes()) return;
  static int elsewhere = 1;
  shared result;
  result.value = 20;
  const demo::job_end end = demo::run_apart<shared>(result, [](shared& out) {
    elsewhere = 2;
    out.value += 22;
    out.text = std::string(1000, 'x');
  });
  CHECK(end.returned);
  CHECK(result.value == 42);
  CHECK(result.text.str() == std::string(239, 'x'));
  CHECK(elsewhere == 1);
}

TEST_CASE("a death is told, and what was written before it is there") {
  if (!demo::has_processes()) return;
  shared result;
  const demo::job_end killed = demo::run_apart<shared>(result, [](shared& out) {
    out.value = 7;
    std::_Exit(3);
  });
  CHECK_FALSE(killed.returned);
  CHECK(killed.status == 3);
  CHECK(result.value == 7);
  CHECK(demo::describe(killed) == "exited with status 3");

  const demo::job_end threw = demo::run_apart<shared>(result, [](shared&) { throw 1; });
  CHECK_FALSE(threw.returned);
  CHECK(demo::describe({false, 9, 0}) == "killed by signal 9");
}

TEST_CASE("the heap's count follows what operator new gives out and gets back") {
  const std::size_t before = demo::heap_in_use().bytes;
  {
    const std::vector<char> block(100'000);
    seen = block.data();
    const std::size_t with = demo::heap_in_use().bytes;
    CHECK(with >= before + 100'000);
    CHECK(with <= before + 110'000);
    CHECK(demo::heap_in_use().peak >= with);
  }
  CHECK(demo::heap_in_use().bytes == before);
  demo::restart_heap_peak();
  CHECK(demo::heap_in_use().peak == before);
  struct alignas(256) wide {
    char bytes[256];
  };
  {
    const std::vector<wide> block(16);
    seen = block.data();
    CHECK(reinterpret_cast<std::uintptr_t>(block.data()) % 256 == 0);
    CHECK(demo::heap_in_use().bytes >= before + 4096);
  }
  CHECK(demo::heap_in_use().bytes == before);
}

#if defined(__linux__) && !defined(SANITIZED)
TEST_CASE("resident memory is seen to grow, to peak and to fall") {
  shared result;
  const demo::job_end end = demo::run_apart<shared>(result, [](shared& out) {
    const std::size_t before = demo::resident_bytes().value_or(0);
    demo::restart_resident_peak();
    {
      const std::vector<char> block(64 << 20, 'x');
      seen = block.data();
      out.bytes = demo::resident_bytes().value_or(0) - before;
    }
    out.after = static_cast<std::ptrdiff_t>(demo::resident_bytes().value_or(0) - before);
    out.peak = static_cast<std::ptrdiff_t>(demo::resident_peak_bytes().value_or(0) - before);
  });
  CHECK(end.returned);
  CHECK(result.bytes >= std::size_t{64} << 20U);
  CHECK(result.bytes <= std::size_t{66} << 20U);
  CHECK(result.after < std::ptrdiff_t{8} << 20U);
  CHECK(result.peak >= std::ptrdiff_t{63} << 20U);  // the kernel counts it in batches of pages
  CHECK(result.peak < std::ptrdiff_t{68} << 20U);
}

TEST_CASE("limited growth ends in bad_alloc, not before and not never") {
  shared result;
  const demo::job_end end = demo::run_apart<shared>(result, [](shared& out) {
    out.flag = demo::limit_growth(std::size_t{32} << 20U);
    std::vector<std::vector<char>> blocks;
    try {
      while (blocks.size() < 64) seen = blocks.emplace_back(std::size_t{1} << 20U).data();
    } catch (const std::bad_alloc&) {
      out.value = 1;
    }
    out.bytes = blocks.size();
  });
  CHECK(end.returned);
  CHECK(result.flag);
  CHECK(result.value == 1);
  CHECK(result.bytes >= 28);
  CHECK(result.bytes <= 32);
}
#endif
