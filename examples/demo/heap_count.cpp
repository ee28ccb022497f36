// slotted demo: operator new and delete, counted. Linking this file replaces them in the whole program.
// SPDX-License-Identifier: MIT
#include "heap_count.hpp"

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <new>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

namespace demo {
namespace {

// Signed in effect: blocks may come from one thread and go from another. Relaxed: nothing is ordered by a count.
std::atomic<std::size_t> in_use{0};
std::atomic<std::size_t> highest{0};

// Where the library cannot tell a block's size, the size is kept in front of the block.
#if defined(__GLIBC__)
constexpr std::size_t front(std::size_t) { return 0; }
std::size_t taken_by(void* block) { return malloc_usable_size(block) + sizeof(std::size_t); }
#else
constexpr std::size_t front(std::size_t alignment) { return alignment < 16 ? 16 : alignment; }
std::size_t taken_by(void* block) { return *static_cast<std::size_t*>(block); }
#endif

void count_in(std::size_t bytes) {
  const std::size_t now = in_use.fetch_add(bytes, std::memory_order_relaxed) + bytes;
  std::size_t before = highest.load(std::memory_order_relaxed);
  while (before < now && !highest.compare_exchange_weak(before, now, std::memory_order_relaxed)) continue;
}

void* allocate(std::size_t bytes, std::size_t alignment) noexcept {
  const std::size_t head = front(alignment);
  if (bytes > SIZE_MAX - head - alignment) return nullptr;
  std::size_t whole = bytes + head + (bytes == 0 ? 1 : 0);
  void* block = nullptr;
  if (alignment <= alignof(std::max_align_t)) {
    block = std::malloc(whole);
  } else {
    whole = (whole + alignment - 1) / alignment * alignment;
    block = std::aligned_alloc(alignment, whole);
  }
  if (block == nullptr) return nullptr;
  if (head != 0) *static_cast<std::size_t*>(block) = whole;
  count_in(taken_by(block));
  return static_cast<char*>(block) + head;
}

void* allocate_or_throw(std::size_t bytes, std::size_t alignment) {
  while (true) {
    if (void* const memory = allocate(bytes, alignment)) return memory;
    const std::new_handler handler = std::get_new_handler();
    if (handler == nullptr) throw std::bad_alloc();
    handler();
  }
}

void release(void* memory, std::size_t alignment) noexcept {
  if (memory == nullptr) return;
  void* const block = static_cast<char*>(memory) - front(alignment);
  in_use.fetch_sub(taken_by(block), std::memory_order_relaxed);
  std::free(block);
}

}  // namespace

heap_count heap_in_use() noexcept {
  return {in_use.load(std::memory_order_relaxed), highest.load(std::memory_order_relaxed)};
}

void restart_heap_peak() noexcept { highest.store(in_use.load(std::memory_order_relaxed), std::memory_order_relaxed); }

}  // namespace demo

// All forms, though the library's own would call the first: sanitizer runtimes bring forms that do not.
namespace {
constexpr std::size_t usual = alignof(std::max_align_t);
constexpr std::size_t bytes_of(std::align_val_t alignment) { return static_cast<std::size_t>(alignment); }
}  // namespace

void* operator new(std::size_t n) { return demo::allocate_or_throw(n, usual); }
void* operator new[](std::size_t n) { return demo::allocate_or_throw(n, usual); }
void* operator new(std::size_t n, const std::nothrow_t&) noexcept { return demo::allocate(n, usual); }
void* operator new[](std::size_t n, const std::nothrow_t&) noexcept { return demo::allocate(n, usual); }
void* operator new(std::size_t n, std::align_val_t a) { return demo::allocate_or_throw(n, bytes_of(a)); }
void* operator new[](std::size_t n, std::align_val_t a) { return demo::allocate_or_throw(n, bytes_of(a)); }
void operator delete(void* p) noexcept { demo::release(p, usual); }
void operator delete[](void* p) noexcept { demo::release(p, usual); }
void operator delete(void* p, std::size_t) noexcept { demo::release(p, usual); }
void operator delete[](void* p, std::size_t) noexcept { demo::release(p, usual); }
void operator delete(void* p, const std::nothrow_t&) noexcept { demo::release(p, usual); }
void operator delete[](void* p, const std::nothrow_t&) noexcept { demo::release(p, usual); }
void operator delete(void* p, std::align_val_t a) noexcept { demo::release(p, bytes_of(a)); }
void operator delete[](void* p, std::align_val_t a) noexcept { demo::release(p, bytes_of(a)); }
void operator delete(void* p, std::size_t, std::align_val_t a) noexcept { demo::release(p, bytes_of(a)); }
void operator delete[](void* p, std::size_t, std::align_val_t a) noexcept { demo::release(p, bytes_of(a)); }
