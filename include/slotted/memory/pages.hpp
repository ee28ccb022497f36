// slotted: address space and pages from the operating system, behind a handful of functions.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>

#include <slotted/version.hpp>

// SLOTTED_PLAIN_PAGES chooses the plain way on Linux, too: the tests of that way define it for a whole program.
#if defined(__linux__) && !defined(SLOTTED_PLAIN_PAGES)
#define SLOTTED_DETAIL_LINUX_PAGES 1
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#endif

#if defined(__SANITIZE_ADDRESS__)
#define SLOTTED_DETAIL_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SLOTTED_DETAIL_ASAN 1
#endif
#endif
#if defined(SLOTTED_DETAIL_ASAN)
#include <sanitizer/asan_interface.h>
#endif

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {

/// What kind of pages back a slab.
///
/// `huge` asks the system for 2 MiB pages, which fault in and are translated up to 30 times cheaper; such slabs are
/// committed and charged in units of 2 MiB. It is advice: a system without huge pages uses its base pages.
enum class page_kind : unsigned char { base, huge };

namespace detail {

inline constexpr std::size_t huge_page_bytes = std::size_t{2} << 20;

[[nodiscard]] constexpr std::size_t round_up(std::size_t value, std::size_t power_of_two) noexcept {
  return (value + power_of_two - 1) & ~(power_of_two - 1);
}

// Memory that holds nothing may not be touched: sanitizers are told, other builds do nothing.
inline void poison([[maybe_unused]] const void* from, [[maybe_unused]] std::size_t bytes) noexcept {
#if defined(SLOTTED_DETAIL_ASAN)
  __asan_poison_memory_region(from, bytes);
#endif
}
inline void unpoison([[maybe_unused]] const void* from, [[maybe_unused]] std::size_t bytes) noexcept {
#if defined(SLOTTED_DETAIL_ASAN)
  __asan_unpoison_memory_region(from, bytes);
#endif
}

// Each way has its names in a namespace of its own: programs of either, seen together, have no function twice.
#if defined(SLOTTED_DETAIL_LINUX_PAGES)
inline namespace linux_pages {

[[nodiscard]] inline std::size_t page_bytes() noexcept {
  static const std::size_t size = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  return size;
}

// What commit and charge come in multiples of.
[[nodiscard]] inline std::size_t commit_unit(page_kind kind) noexcept {
  return kind == page_kind::huge ? huge_page_bytes : page_bytes();
}

// Address space of `bytes`, aligned to `alignment`, of which nothing is committed; null when the system refuses.
// `near` is where an aligned run may well be free: it saves reserving twice the size and cutting it down.
[[nodiscard]] inline std::byte* map_pages(std::size_t bytes, std::size_t alignment, page_kind kind,
                                          std::byte* near = nullptr) noexcept {
  const auto map = [](void* hint, std::size_t size) noexcept -> std::byte* {
    void* const at = ::mmap(hint, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return at == MAP_FAILED ? nullptr : static_cast<std::byte*>(at);
  };
  const auto aligned = [&](const std::byte* at) noexcept {
    return reinterpret_cast<std::uintptr_t>(at) % alignment == 0;
  };
  std::byte* at = map(near, bytes);
  if (at == nullptr) return nullptr;
  if (!aligned(at)) {
    ::munmap(at, bytes);
    if (alignment > SIZE_MAX - bytes) return nullptr;
    at = map(nullptr, bytes + alignment);
    if (at == nullptr) return nullptr;
    const std::size_t skip =
        round_up(reinterpret_cast<std::uintptr_t>(at), alignment) - reinterpret_cast<std::uintptr_t>(at);
    if (skip != 0) ::munmap(at, skip);
    if (alignment != skip) ::munmap(at + skip + bytes, alignment - skip);
    at += skip;
  }
  // Where transparent huge pages are always on, touching 4 KiB would commit 2 MiB and every figure would be wrong.
  (void)::madvise(at, bytes, kind == page_kind::huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
  return at;
}

// Preconditions: bytes and alignment are those of the call to map_pages.
inline void unmap_pages(std::byte* at, std::size_t bytes, std::size_t) noexcept { ::munmap(at, bytes); }

// Makes whole pages usable. Populating a run in one call costs a fraction of one fault a page. Each page is touched all
// the same: where a hypervisor keeps the page tables (shadow paging), the first access faults once more, and a
// reserve() should have paid for that, too.
[[nodiscard]] inline bool commit_pages(std::byte* at, std::size_t bytes) noexcept {
  constexpr int populate_write = 23;  // MADV_POPULATE_WRITE since Linux 5.14; not in every libc's header
  static std::atomic<bool> can_populate{true};
  while (can_populate.load(std::memory_order_relaxed) && ::madvise(at, bytes, populate_write) != 0) {
    if (errno == EINTR || errno == EAGAIN) continue;
    if (errno != EINVAL && errno != ENOSYS) return false;  // ENOMEM, EFAULT, EHWPOISON: there is no page
    can_populate.store(false, std::memory_order_relaxed);
  }
  for (std::size_t offset = 0; offset < bytes; offset += page_bytes())
    *static_cast<volatile std::byte*>(at + offset) = std::byte{};
  return true;
}

// Gives the pages back to the system and keeps their addresses.
inline void decommit_pages(std::byte* at, std::size_t bytes) noexcept { (void)::madvise(at, bytes, MADV_DONTNEED); }

}  // namespace linux_pages
#else
inline namespace plain_pages {

[[nodiscard]] inline std::size_t page_bytes() noexcept { return 4096; }
[[nodiscard]] inline std::size_t commit_unit(page_kind) noexcept { return page_bytes(); }

[[nodiscard]] inline std::byte* map_pages(std::size_t bytes, std::size_t alignment, page_kind,
                                          std::byte* = nullptr) noexcept {
  return static_cast<std::byte*>(::operator new(bytes, std::align_val_t{alignment}, std::nothrow));
}
inline void unmap_pages(std::byte* at, std::size_t, std::size_t alignment) noexcept {
  ::operator delete(at, std::align_val_t{alignment});
}
[[nodiscard]] inline bool commit_pages(std::byte* at, std::size_t bytes) noexcept {
  for (std::size_t offset = 0; offset < bytes; offset += page_bytes())
    *static_cast<volatile std::byte*>(at + offset) = std::byte{};
  return true;
}
inline void decommit_pages(std::byte*, std::size_t) noexcept {}  // the bytes go back with their region

}  // namespace plain_pages
#endif

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
