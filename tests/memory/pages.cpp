// Pages come and go as the functions say, and plain pages are never huge ones by surprise.
#include <slotted/memory/pages.hpp>

#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "catch.hpp"
#include "child_process.hpp"
#include "mappings.hpp"
#include "refusals.hpp"

namespace {

using slotted::page_kind;
using slotted::detail::commit_pages;
using slotted::detail::commit_unit;
using slotted::detail::decommit_pages;
using slotted::detail::huge_page_bytes;
using slotted::detail::map_pages;
using slotted::detail::page_bytes;
using slotted::detail::round_up;
using slotted::detail::unmap_pages;

static_assert(round_up(0, 8) == 0 && round_up(1, 8) == 8 && round_up(8, 8) == 8 && round_up(9, 8) == 16);
static_assert(huge_page_bytes == 2097152);

bool is_aligned(const void* at, std::size_t alignment) { return reinterpret_cast<std::uintptr_t>(at) % alignment == 0; }

TEST_CASE("address space is aligned as asked, and all of it can be used") {
  const std::size_t page = page_bytes();
  for (std::size_t alignment = page; alignment <= std::size_t{128} << 20; alignment *= 2) {
    for (const std::size_t bytes : {page, 3 * page, std::size_t{1} << 20}) {
      CAPTURE(alignment, bytes);
      std::byte* const at = map_pages(bytes, alignment, page_kind::base);
      REQUIRE(at != nullptr);
      CHECK(is_aligned(at, alignment));
      REQUIRE(commit_pages(at, bytes));
      std::memset(at, 0xA5, bytes);
      unmap_pages(at, bytes, alignment);
    }
  }
}

#if defined(SLOTTED_DETAIL_LINUX_PAGES)

TEST_CASE("pages are in memory exactly while they are committed, and come back zeroed") {
  const std::size_t page = page_bytes();
  CHECK(page == slotted::test::system_page());
  CHECK(commit_unit(page_kind::base) == page);
  CHECK(commit_unit(page_kind::huge) == huge_page_bytes);
  const std::size_t bytes = 64 * page;
  std::byte* const at = map_pages(bytes, page, page_kind::base);
  REQUIRE(at != nullptr);
  CHECK(slotted::test::resident_bytes(at, bytes) == 0);
  REQUIRE(commit_pages(at, 16 * page));
  CHECK(slotted::test::resident_bytes(at, bytes) == 16 * page);
  std::memset(at, 0xFF, 16 * page);
  decommit_pages(at + 8 * page, 8 * page);
  CHECK(slotted::test::resident_bytes(at, bytes) == 8 * page);
  CHECK(at[8 * page - 1] == std::byte{0xFF});  // what stays is not touched
  REQUIRE(commit_pages(at + 8 * page, 8 * page));
  CHECK(at[8 * page] == std::byte{0});
  unmap_pages(at, bytes, page);
}

TEST_CASE("alignment leaves no address space behind") {
  const auto mapped = [] { return slotted::test::proc_bytes("status", "VmSize:"); };
  const std::size_t bytes = std::size_t{1} << 20;
  (void)mapped();  // the stream's own memory
  const std::size_t before = mapped();
  std::byte* const at = map_pages(bytes, std::size_t{1} << 30, page_kind::base);
  REQUIRE(at != nullptr);
  CHECK(mapped() == before + bytes);
  unmap_pages(at, bytes, std::size_t{1} << 30);
  CHECK(mapped() == before);
}

TEST_CASE("plain pages are kept from becoming huge ones, huge ones are asked for") {
  static const int anything = 0;
  if (slotted::test::mapping_of(&anything).flags.empty()) {
    WARN("skipped: this kernel has no VmFlags");
    return;
  }
  const std::size_t bytes = 2 * huge_page_bytes;
  for (const page_kind kind : {page_kind::base, page_kind::huge}) {
    std::byte* const at = map_pages(bytes, huge_page_bytes, kind);
    REQUIRE(at != nullptr);
    const slotted::test::mapping found = slotted::test::mapping_of(at);
    if (::access("/sys/kernel/mm/transparent_hugepage/enabled", F_OK) == 0) {
      CHECK(found.has("nh") == (kind == page_kind::base));
      CHECK(found.has("hg") == (kind == page_kind::huge));
    }
    // One touched page is one page in memory, whatever the policy of the system is.
    if (kind == page_kind::base) {
      REQUIRE(commit_pages(at, page_bytes()));
      CHECK(slotted::test::resident_bytes(at, bytes) == page_bytes());
    }
    unmap_pages(at, bytes, huge_page_bytes);
  }
}

TEST_CASE("a range that cannot be populated is refused, not a crash") {
  const std::size_t page = page_bytes();
  std::byte* const at = map_pages(8 * page, page, page_kind::base);
  REQUIRE(at != nullptr);
  const ::pid_t self = ::getpid();
  CHECK(slotted::test::in_child([&] {
          if (::getpid() == self || !commit_pages(at, 8 * page)) return 1;
          ::munmap(at + 4 * page, page);
          return commit_pages(at, 8 * page) ? 2 : 0;
        }) == "0");
  unmap_pages(at, 8 * page, page);
}

TEST_CASE("a system that is interrupted while it populates is asked again") {
  const std::size_t page = page_bytes();
  std::byte* const at = map_pages(4 * page, page, page_kind::base);
  REQUIRE(at != nullptr);
  for (const int why : {EINTR, EAGAIN}) {
    const slotted::test::refused_pages system(0, 3, why);
    CHECK(commit_pages(at, 4 * page));
    CHECK(slotted::test::resident_bytes(at, 4 * page) == 4 * page);
    CHECK(slotted::test::refused_pages::next() == 0);  // all three were met
    decommit_pages(at, 4 * page);
  }
  unmap_pages(at, 4 * page, page);
}

TEST_CASE("a system that cannot populate has its pages touched, and is not asked again") {
  CHECK(slotted::test::in_child([] {  // because it is never asked again
          const std::size_t page = page_bytes();
          std::byte* const at = map_pages(8 * page, page, page_kind::base);
          if (at == nullptr) return 1;
          {
            const slotted::test::refused_pages system(0, 1, EINVAL);
            if (!commit_pages(at, 4 * page)) return 2;
          }
          if (slotted::test::resident_bytes(at, 8 * page) != 4 * page) return 3;
          const slotted::test::refused_pages system(0);
          if (!commit_pages(at + 4 * page, 4 * page)) return 4;
          return slotted::test::resident_bytes(at, 8 * page) == 8 * page ? 0 : 5;
        }) == "0");
}

TEST_CASE("address space that the system refuses is null") {
  CHECK(map_pages(SIZE_MAX / 2 / page_bytes() * page_bytes(), page_bytes(), page_kind::base) == nullptr);
  CHECK(map_pages(page_bytes(), SIZE_MAX / 2 + 1, page_kind::base) == nullptr);
  CHECK(map_pages(2 * page_bytes(), SIZE_MAX / 2 + 1, page_kind::huge) == nullptr);
}

#else

TEST_CASE("plain pages are committed and charged one by one, whatever their kind") {
  CHECK(commit_unit(page_kind::base) == page_bytes());
  CHECK(commit_unit(page_kind::huge) == page_bytes());
}

#endif

#if defined(SLOTTED_DETAIL_ASAN)
TEST_CASE("memory that holds nothing is poisoned for the address sanitizer") {
  alignas(16) static std::byte room[64];
  slotted::detail::poison(room + 16, 32);
  CHECK(__asan_address_is_poisoned(room + 15) == 0);
  CHECK(__asan_address_is_poisoned(room + 16) == 1);
  CHECK(__asan_address_is_poisoned(room + 47) == 1);
  CHECK(__asan_address_is_poisoned(room + 48) == 0);
  slotted::detail::unpoison(room + 16, 32);
  CHECK(__asan_region_is_poisoned(room, 64) == nullptr);
}
#endif

}  // namespace
