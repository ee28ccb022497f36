// slotted tests: a system that refuses memory when a test says so. Once a program, which is then a part of it.
// SPDX-License-Identifier: MIT
#pragma once

#include <slotted/memory/pages.hpp>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <new>

// clang's sanitizers link their own operator new and no other.
#if defined(__clang__) && defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define SLOTTED_TEST_NEW_OF_THE_SANITIZER 1
#endif
#endif

#if defined(SLOTTED_DETAIL_LINUX_PAGES)
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace slotted::test {

// While one lives, `granted` requests pass and the next `refused` ones do not.
template <class Kind>
class refusals {
 public:
  explicit refusals(std::size_t granted, std::size_t refused = SIZE_MAX, int why = ENOMEM) {
    left_ = granted;
    refused_ = refused;
    why_ = why;
  }
  ~refusals() { refused_ = 0; }
  refusals(const refusals&) = delete;
  refusals& operator=(const refusals&) = delete;

  // Asked by the system's stand-ins: why this request is refused, or 0.
  static int next() noexcept {
    if (refused_ == 0) return 0;
    if (left_ != 0) {
      --left_;
      return 0;
    }
    --refused_;
    return why_;
  }

 private:
  static inline std::size_t left_ = 0;
  static inline std::size_t refused_ = 0;
  static inline int why_ = 0;
};

// Of address space that is to be backed by memory.
using refused_pages = refusals<struct pages_of_the_library>;
// Of `new (std::nothrow)`.
using refused_new = refusals<struct objects_of_the_library>;

}  // namespace slotted::test

// Not inline: these take the place of what the system's libraries have under the same names.
#if defined(SLOTTED_DETAIL_LINUX_PAGES)
extern "C" int madvise(void* at, std::size_t bytes, int advice) noexcept {
  constexpr int populate_write = 23;
  if (advice == populate_write) {
    if (const int why = slotted::test::refused_pages::next(); why != 0) {
      errno = why;
      return -1;
    }
  }
  return static_cast<int>(::syscall(SYS_madvise, at, bytes, advice));
}
#endif
#if !defined(SLOTTED_TEST_NEW_OF_THE_SANITIZER)
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept {
  if (slotted::test::refused_new::next() != 0) return nullptr;
  try {
    return ::operator new(bytes);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}
#endif
