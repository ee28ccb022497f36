// slotted: blocks of a history one after the other, the next ones fetched from memory while one is decoded.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include <slotted/store/history_block.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace v0 {
namespace detail {

// Asks for bytes that will be read soon. A hint: where there is no word for it, nothing is asked.
inline void fetch_ahead(const std::byte* from, std::size_t bytes) noexcept {
#if defined(__GNUC__)
  constexpr std::size_t line = 64;
  for (std::size_t at = 0; at < bytes; at += line) __builtin_prefetch(from + at, 0, 2);
#else
  (void)from;
  (void)bytes;
#endif
}

// Calls f(entry) for each block of a series with a time in [from, to], the newest first, until it returns false.
//
// A block lies where its predecessor's bytes say nothing of it, and is too short for the processor to see a stream in
// it: a scan that waits for each spends most of its time so. The sizes in a block's head are asked for two blocks
// before it is read, and the columns of the leaves L..., which those sizes place, one block before.
template <class Layout, std::size_t... L, class F>
void for_each_block_ahead(const series_view<Layout>& view, std::int64_t from, std::int64_t to, F f) {
  using entry = block_entry<Layout>;
  const entry* next = nullptr;
  const entry* second = nullptr;
  bool on = true;
  view.for_each_block(from, to, [&](const entry& third) {
    fetch_ahead(third.data(), Layout::block_head);
    const entry* const now = next;
    next = second;
    second = &third;
    if (next != nullptr) {
      const std::byte* const block = next->data();
      const auto fetch_leaf = [block]<std::size_t Leaf>(index_constant<Leaf>) {
        if constexpr (Leaf != Layout::series_leaf)
          fetch_ahead(Layout::column_at(block, Layout::places.columns[Leaf]),
                      Layout::template bytes_of_leaf<Leaf>(block));
      };
      (fetch_leaf(index_constant<L>{}), ...);
    }
    return now == nullptr || (on = f(*now));
  });
  if (on && next != nullptr) on = f(*next);
  if (on && second != nullptr) (void)f(*second);
}

}  // namespace detail
}  // namespace v0
}  // namespace slotted
