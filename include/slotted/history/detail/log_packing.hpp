// slotted: the blocks of a log moved together in place, so that the slabs of dead ones are left over.
// SPDX-License-Identifier: MIT
//
// The log of final blocks is not cleaned as it grows: it goes slab by slab from its front. What a program erases leaves
// dead blocks in the middle. Packing moves the live ones down, in their order, to the first slabs of the log, and sets
// every link to where its block will stand: in three passes over all blocks and series, without memory of its own.
//
// Addresses are used again and blocks change, so that no snapshot may be open. Slabs have all of their pages, but for
// the last. For the thread that has the history.
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include <slotted/history/detail/block_format.hpp>
#include <slotted/history/detail/series_nodes.hpp>
#include <slotted/history/detail/series_view.hpp>
#include <slotted/history/detail/slab_log.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {

template <class Layout>
class log_packing {
  using format = bytes_of_block<Layout>;

 public:
  // Of the log of final blocks. `source` finds all blocks as they are before.
  log_packing(slab_log& log, const slab_shape& shape, const block_source<Layout>& source) noexcept
      : log_(log), shape_(shape), source_(source) {}

  // Whether all slabs but the last have their pages.
  [[nodiscard]] bool is_possible() const noexcept {
    for (std::uint64_t number = log_.first(); number + 1 < log_.end(); ++number)
      if (log_.slab(number) == nullptr || log_.slab(number)->hollow != 0) return false;
    return log_.slabs() != 0 && log_.back() != nullptr;
  }

  // Notes in each slab where its first live block will stand. Preconditions: is_possible().
  void plan() noexcept {
    place next = first_place();
    for (std::uint64_t number = log_.first(); number < log_.end(); ++number) {
      slab_head& of = *log_.slab(number);
      of.least_last = static_cast<std::int64_t>((next.slab - log_.first()) << 32 | next.used);
      of.last_sum = next.blocks;
      for_each_live(of, [&](std::uint32_t, const std::byte*, std::size_t bytes) { (void)take(next, bytes); });
    }
  }
  // Where the block at an address will stand; an address that is found never where there is none. Preconditions: the
  // plan is made and nothing has moved.
  [[nodiscard]] block_address moved(block_address from) const noexcept {
    if (source_.find(from) == nullptr) return from == 0 ? 0 : gone;
    const slab_head& of = *log_.slab(log_.number_of(from));
    const std::size_t offset = number_cast<std::size_t>(from & (shape_.bytes() - 1));
    place next = planned(of);
    block_address to = gone;
    for_each_live(of, [&](std::uint32_t i, const std::byte*, std::size_t bytes) {
      const block_address there = take(next, bytes);
      if (log_.offset(of, i) == offset) to = there;
    });
    return to;
  }
  // Sets the links of a block to where other final blocks will stand.
  void set_links(std::byte* block) const noexcept {
    const format of(block);
    if (const block_address below = of.previous(); (below & young_bit) == 0)
      block_links::save_address(block + format::previous_offset, moved(below));
    if (!of.has(format::has_links)) return;
    block_links links = of.links();
    if ((links.jump & young_bit) != 0) return;
    links.jump = moved(links.jump);
    links.save(block + format::fixed_bytes);
  }
  // Sets the links of all blocks of a log.
  void set_links_of(const slab_log& log) const noexcept {
    for (std::uint64_t number = log.first(); number < log.end(); ++number)
      if (slab_head* const of = log.slab(number))
        for (std::uint32_t i = 0; i < of->blocks; ++i)
          if (!log.is_dead(*of, i)) set_links(of->data() + log.offset(*of, i));
  }
  // Moves the blocks. last_time(block) is the latest time of one. Preconditions: the plan is made, links are set.
  // Returns: the number of slabs that have blocks now, from the first on; the others are to be popped.
  template <class LastTime>
  [[nodiscard]] std::size_t move(LastTime last_time) noexcept {
    place next = first_place();
    for (std::uint64_t number = log_.first(); number < log_.end(); ++number) {
      slab_head& of = *log_.slab(number);
      const std::uint64_t stamp = of.stamp;
      const std::uint32_t born = of.born;
      for_each_live(of, [&](std::uint32_t, const std::byte* from, std::size_t bytes) {
        const std::size_t rounded = round_up(bytes, shape_.unit());
        const block_address address = take(next, bytes);
        slab_head& to = *log_.slab(next.slab);
        if (next.blocks == 1) begin_slab(to, stamp, born);
        std::memmove(to.data() + (address & (shape_.bytes() - 1)), from, rounded);
        log_.add_moved(to, rounded, last_time(to.data() + (address & (shape_.bytes() - 1))));
      });
    }
    return number_cast<std::size_t>(next.slab - log_.first()) + (next.blocks != 0 ? 1 : 0);
  }

 private:
  static constexpr block_address gone = 1;  // in the slab of number 0, which is in no log

  struct place {
    std::uint64_t slab;
    std::size_t used;
    std::uint32_t blocks;
  };

  [[nodiscard]] std::size_t front_bytes() const noexcept { return round_up(sizeof(slab_head), shape_.unit()); }
  [[nodiscard]] place first_place() const noexcept { return {log_.first(), front_bytes(), 0}; }
  [[nodiscard]] place planned(const slab_head& of) const noexcept {
    const auto packed = static_cast<std::uint64_t>(of.least_last);
    return {log_.first() + (packed >> 32), number_cast<std::size_t>(packed & 0xFFFFFFFFu),
            static_cast<std::uint32_t>(of.last_sum)};
  }
  // The place of the next block, which is taken. It stands no further back than the block does.
  block_address take(place& next, std::size_t bytes) const noexcept {
    const std::size_t rounded = round_up(bytes, shape_.unit());
    if (next.used + rounded + 2 * (std::size_t{next.blocks} + 1) > shape_.bytes())
      next = {next.slab + 1, front_bytes(), 0};
    const block_address at = log_.address_of(next.slab, next.used);
    next.used += rounded;
    ++next.blocks;
    return at;
  }
  // Calls f(index, block, bytes). A block that is moved is read before what stands where it was is written.
  template <class F>
  void for_each_live(const slab_head& of, F f) const noexcept {
    const std::uint32_t blocks = of.blocks;
    const auto* const data = reinterpret_cast<const std::byte*>(&of);
    for (std::uint32_t i = 0; i < blocks; ++i) {
      if (log_.is_dead(of, i)) continue;
      const std::byte* const block = data + log_.offset(of, i);
      f(i, block, format(block).bytes());
    }
  }
  void begin_slab(slab_head& to, std::uint64_t stamp, std::uint32_t born) const noexcept {
    const std::uint32_t hollow = to.hollow;
    to = slab_head{};
    to.used = static_cast<std::uint32_t>(front_bytes());
    to.hollow = hollow;
    to.stamp = stamp;
    to.born = born;
  }

  slab_log& log_;
  const slab_shape& shape_;
  const block_source<Layout>& source_;
};

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
