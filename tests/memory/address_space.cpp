// Address space is carved without overlap, comes back whole, and small regions serve where large ones are refused.
#include <slotted/memory/address_space.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <random>
#include <set>
#include <thread>
#include <vector>

#include "catch.hpp"
#include "child_process.hpp"
#include "mappings.hpp"
#include "refusals.hpp"

namespace {

using slotted::page_kind;
using slotted::detail::address_space;
using slotted::detail::page_bytes;

constexpr std::size_t MiB = std::size_t{1} << 20;

// A space of its own for each test. Never destroyed, as those of the library.
template <int Test>
address_space& fresh_space() {
  static address_space space{page_kind::base};
  return space;
}

struct piece {
  std::size_t bytes;
  std::size_t alignment;
};

// The pieces that are out, and whether a new one is where it may be.
class ledger {
 public:
  bool add(std::byte* at, piece each) {
    const auto first = reinterpret_cast<std::uintptr_t>(at);
    if (first % each.alignment != 0 || first % page_bytes() != 0) return false;
    const auto next = out_.lower_bound(first);
    if (next != out_.end() && next->first < first + each.bytes) return false;
    if (next != out_.begin() && std::prev(next)->first + std::prev(next)->second.bytes > first) return false;
    out_.emplace(first, each);
    return true;
  }
  std::size_t size() const { return out_.size(); }
  // Gives the n-th piece back.
  void give(address_space& space, std::size_t n) {
    const auto at = std::next(out_.begin(), static_cast<std::ptrdiff_t>(n));
    space.release(reinterpret_cast<std::byte*>(at->first), at->second.bytes, at->second.alignment);
    out_.erase(at);
  }

 private:
  std::map<std::uintptr_t, piece> out_;
};

TEST_CASE("pieces of every size and alignment are aligned, overlap nowhere, and come back") {
  address_space& space = fresh_space<0>();
  const std::size_t page = page_bytes();
  ledger out;
  for (std::size_t pages = 1; pages <= 70; ++pages)
    for (std::size_t alignment = 1; alignment <= 4 * MiB; alignment *= 4) {
      std::byte* const at = space.reserve(pages * page, alignment);
      REQUIRE(at != nullptr);
      REQUIRE(out.add(at, {pages * page, alignment}));
    }
  while (out.size() != 0) out.give(space, out.size() / 2);
  CHECK(space.mapped() <= address_space::largest_region);
}

TEST_CASE("any order of taking and giving back keeps the pieces apart and loses none") {
  address_space& space = fresh_space<1>();
  const std::size_t page = page_bytes();
  std::mt19937_64 random(1);
  ledger out;
  std::size_t most = 0;
  for (int step = 0; step < 20'000; ++step) {
    if (out.size() < 300 && random() % 5 < 3) {
      const piece each{(1 + random() % (random() % 8 == 0 ? 1500 : 40)) * page, std::size_t{1} << random() % 22};
      std::byte* const at = space.reserve(each.bytes, each.alignment);
      REQUIRE(at != nullptr);
      REQUIRE(out.add(at, each));
    } else if (out.size() != 0) {
      out.give(space, random() % out.size());
    }
    most = std::max(most, space.mapped());
  }
  CHECK(most <= 16 * address_space::largest_region);
  while (out.size() != 0) out.give(space, random() % out.size());
  CHECK(space.mapped() <= address_space::largest_region);  // one empty region may stay
  // All of it is whole again: as much as a region has fits without a new mapping.
  const std::size_t whole = space.mapped();
  std::byte* const all = space.reserve(whole, 1);
  REQUIRE(all != nullptr);
  CHECK(space.mapped() == whole);
  space.release(all, whole, 1);
}

TEST_CASE("what is given back is used again before more is mapped") {
  address_space& space = fresh_space<2>();
  const std::size_t slab = 256 * 1024;
  std::vector<std::byte*> slabs(512);
  for (std::byte*& each : slabs) each = space.reserve(slab, slab);
  const std::size_t mapped = space.mapped();
  CHECK(mapped >= 512 * slab);
  const std::set<std::byte*> before(slabs.begin(), slabs.end());
  CHECK(before.size() == 512);
  for (int round = 0; round < 3; ++round) {
    for (std::size_t at = 0; at < slabs.size(); at += 2) space.release(slabs[at], slab, slab);
    for (std::size_t at = 0; at < slabs.size(); at += 2) slabs[at] = space.reserve(slab, slab);
    CHECK(space.mapped() == mapped);
  }
  for (std::byte* each : slabs) space.release(each, slab, slab);
  CHECK(space.mapped() <= address_space::largest_region);
}

TEST_CASE("the rest behind a size that is no power of two serves others") {
  address_space& space = fresh_space<3>();
  const std::size_t page = page_bytes();
  const std::size_t region = address_space::smallest_region;
  ledger out;
  for (std::size_t each = 0; each < region / (8 * page); ++each)
    for (const std::size_t pages : {std::size_t{5}, std::size_t{2}, std::size_t{1}}) {
      std::byte* const at = space.reserve(pages * page, 1);
      REQUIRE(out.add(at, {pages * page, 1}));
    }
  CHECK(space.mapped() == region);  // not one page is lost
  std::byte* const more = space.reserve(page, 1);
  REQUIRE(out.add(more, {page, 1}));
  CHECK(space.mapped() > region);
  while (out.size() != 0) out.give(space, 0);
}

TEST_CASE("regions begin small, grow, and are never above 64 MiB") {
  address_space& space = fresh_space<4>();
  const std::size_t slab = 256 * 1024;
  std::vector<std::byte*> slabs;
  std::vector<std::size_t> steps;
  while (space.mapped() < 512 * MiB) {
    const std::size_t before = space.mapped();
    slabs.push_back(space.reserve(slab, slab));
    REQUIRE(slabs.back() != nullptr);
    if (space.mapped() != before) steps.push_back(space.mapped() - before);
  }
  const std::vector<std::size_t> expected{4 * MiB,  4 * MiB,  8 * MiB,  16 * MiB, 32 * MiB, 64 * MiB,
                                          64 * MiB, 64 * MiB, 64 * MiB, 64 * MiB, 64 * MiB, 64 * MiB};
  CHECK(steps == expected);
  CHECK(slabs.size() == (512 - 64) * MiB / slab + 1);  // no region was added before the last was full
  for (std::byte* each : slabs) space.release(each, slab, slab);
}

TEST_CASE("requests above 64 MiB are mapped alone, to the page, and unmapped at once") {
  address_space& space = fresh_space<5>();
  const std::size_t bytes = 64 * MiB + page_bytes();
  std::byte* const at = space.reserve(bytes, 1);
  REQUIRE(at != nullptr);
  CHECK(space.mapped() == bytes);
  std::byte* const other = space.reserve(page_bytes(), 128 * MiB);  // above in alignment, not in size
  REQUIRE(other != nullptr);
  CHECK(reinterpret_cast<std::uintptr_t>(other) % (128 * MiB) == 0);
  CHECK(space.mapped() == bytes + page_bytes());
  at[0] = at[bytes - 1] = other[0] = std::byte{1};
  space.release(at, bytes, 1);
  CHECK(space.mapped() == page_bytes());
  space.release(other, page_bytes(), 128 * MiB);
  CHECK(space.mapped() == 0);
}

TEST_CASE("a container that comes and goes does not map each time") {
  address_space& space = fresh_space<6>();
  std::byte* at = space.reserve(page_bytes(), 1);
  const std::size_t mapped = space.mapped();
  for (int round = 0; round < 10; ++round) {
    space.release(at, page_bytes(), 1);
    CHECK(space.mapped() == mapped);
    at = space.reserve(page_bytes(), 1);
  }
  space.release(at, page_bytes(), 1);
}

#if !defined(SLOTTED_TEST_NEW_OF_THE_SANITIZER)
TEST_CASE("a region that the system has no map for is given back, and nothing is lost") {
  address_space& space = fresh_space<10>();
  for (const std::size_t granted : {0U, 1U}) {  // the list of regions, and then the map of the first
    const slotted::test::refused_new system(granted);
    for (int i = 0; i < 100; ++i) CHECK(space.reserve(page_bytes(), 1) == nullptr);
    CHECK(space.mapped() == 0);
  }
  std::byte* const at = space.reserve(page_bytes(), 1);
  CHECK(at != nullptr);
  space.release(at, page_bytes(), 1);
}
#endif

#if defined(SLOTTED_DETAIL_LINUX_PAGES)

TEST_CASE("what no address space can hold is refused, and nothing is lost") {
  address_space& space = fresh_space<7>();
  for (const std::size_t bytes : {SIZE_MAX / 4096 * 4096, SIZE_MAX / 2 / 4096 * 4096, SIZE_MAX / 2 + 1})
    CHECK(space.reserve(bytes, 1) == nullptr);
  CHECK(space.reserve(page_bytes(), SIZE_MAX / 2 + 1) == nullptr);
  CHECK(space.mapped() == 0);
  std::byte* const at = space.reserve(page_bytes(), 1);
  CHECK(at != nullptr);
  space.release(at, page_bytes(), 1);
}

TEST_CASE("under ulimit -v smaller regions serve, then null, and all goes on after") {
  if (slotted::test::sanitized) {
    WARN("skipped: sanitizers need all of the address space");
    return;
  }
  CHECK(slotted::test::in_child([] {
          address_space& space = fresh_space<8>();
          const std::size_t slab = 256 * 1024;
          // So much is mapped that the next region would be one of 64 MiB.
          std::vector<std::byte*> slabs;
          slabs.reserve(4096);
          while (space.mapped() < 124 * MiB) slabs.push_back(space.reserve(slab, slab));
          while (slabs.size() < 124 * MiB / slab) slabs.push_back(space.reserve(slab, slab));
          if (space.mapped() != 128 * MiB && space.mapped() != 124 * MiB) return 1;
          while (slabs.size() * slab < space.mapped()) slabs.push_back(space.reserve(slab, slab));

          const std::size_t room = 24 * MiB;
          if (!slotted::test::limit_address_space(slotted::test::proc_bytes("status", "VmSize:") + room)) return 2;
          const std::size_t full = slabs.size();
          while (std::byte* const at = space.reserve(slab, slab)) {
            at[0] = at[slab - 1] = std::byte{1};
            slabs.push_back(at);
          }
          // A region needs up to its own size beside it for a moment, to be aligned, so that half the room is sure.
          if ((slabs.size() - full) * slab < room / 2) return 3;
          if (space.reserve(slab, slab) != nullptr) return 4;
          for (std::size_t each = 0; each < 50; ++each) {
            space.release(slabs.back(), slab, slab);
            slabs.pop_back();
          }
          for (std::size_t each = 0; each < 40; ++each)
            if (std::byte* const at = space.reserve(slab, slab); at == nullptr)
              return 5;
            else
              at[0] = std::byte{1};
          return 0;
        }) == "0");
}

#endif

TEST_CASE("8 threads carve from one space without overlap") {
  address_space& space = address_space::of(page_kind::base);
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (unsigned number = 1; number <= 8; ++number)
    threads.emplace_back([&, number] {
      std::mt19937 random(number);
      struct held {
        std::byte* at;
        piece what;
      };
      std::vector<held> out;
      const std::byte stamp{static_cast<unsigned char>(number)};
      for (int step = 0; step < 1500; ++step) {
        if (out.size() < 20 && random() % 2 == 0) {
          const piece each{(1 + random() % 64) * page_bytes(), std::size_t{1} << random() % 19};
          std::byte* const at = space.reserve(each.bytes, each.alignment);
          if (at == nullptr) {
            ++wrong;
            continue;
          }
          at[0] = at[each.bytes - 1] = stamp;
          out.push_back({at, each});
        } else if (!out.empty()) {
          const held last = out.back();
          out.pop_back();
          if (last.at[0] != stamp || last.at[last.what.bytes - 1] != stamp) ++wrong;
          slotted::detail::decommit_pages(last.at, last.what.bytes);
          space.release(last.at, last.what.bytes, last.what.alignment);
        }
      }
      for (const held& each : out) {
        if (each.at[0] != stamp) ++wrong;
        space.release(each.at, each.what.bytes, each.what.alignment);
      }
    });
  for (std::thread& each : threads) each.join();
  CHECK(wrong == 0);
}

}  // namespace
