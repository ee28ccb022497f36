// slotted: one series of a history at one moment, and its blocks, as those who read see them.
// SPDX-License-Identifier: MIT
//
// A view is a handful of pointers and is cheap to copy. Those of the live history are valid until it changes, those of
// a snapshot while the snapshot has not expired. Const members may run in parallel.
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <span>

#include <slotted/codec/ascending_search.hpp>
#include <slotted/codec/block.hpp>
#include <slotted/codec/part_decoder.hpp>
#include <slotted/codec/patterns.hpp>
#include <slotted/history/detail/block_format.hpp>
#include <slotted/history/detail/layout.hpp>
#include <slotted/history/detail/paged_array.hpp>
#include <slotted/history/detail/row_stream.hpp>
#include <slotted/history/detail/shared_columns.hpp>
#include <slotted/history/detail/slab_log.hpp>
#include <slotted/history/detail/time_window.hpp>
#include <slotted/memory/prefetch.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {

template <class Layout>
using stream_of = row_stream<Layout>;
template <class Layout>
using bytes_of_block = block_bytes<Layout::columns, Layout::summary_size>;

// Decodes a block of our own, which is never corrupt, to words.
inline void decode_column(std::span<const std::byte> column, codec::value_kind kind, std::size_t rows,
                          std::uint64_t* to) noexcept {
  codec::byte_reader in(column);
  codec::header head;
  [[maybe_unused]] const bool parsed = codec::parse(in, head) && head.n == rows && head.kind == kind;
  assert(parsed);
  [[maybe_unused]] const bool decoded =
      codec::decode_body(in, head.n, head.kind, head.how, {}, reinterpret_cast<std::byte*>(to));
  assert(decoded);
}
// The same of some of its rows: each word stands at its row's place in `to`, which has room for all.
inline void decode_column(std::span<const std::byte> column, codec::value_kind kind, std::size_t rows, row_span part,
                          std::uint64_t* to) noexcept {
  if (part.size() * 4 >= rows * 3) return decode_column(column, kind, rows, to);
  codec::byte_reader in(column);
  codec::header head;
  [[maybe_unused]] const bool parsed = codec::parse(in, head) && head.n == rows && head.kind == kind;
  assert(parsed);
  [[maybe_unused]] const bool decoded = codec::decode_body_part(
      in, head.n, head.kind, head.how, {}, {part.first, part.end}, reinterpret_cast<std::byte*>(to));
  assert(decoded);
}
[[nodiscard]] inline std::int64_t time_at(std::span<const std::byte> column, std::size_t i) noexcept {
  std::int64_t time = 0;
  [[maybe_unused]] const bool decoded = slotted::codec::try_value_at<std::int64_t>(column, i, time);
  assert(decoded);
  return time;
}

// Where blocks and lines are found: of the live history, or as it was for a snapshot.
template <class Layout>
struct block_source {
  log_map logs[2];  // of final blocks; of young ones
  unsigned shift = 0;
  const shared_columns* shared = nullptr;
  const paged_array<typename stream_of<Layout>::line>* lines = nullptr;

  // The bytes at an address, or null where they are gone or there is none.
  [[nodiscard]] const std::byte* find(block_address at) const noexcept {
    if (at == 0) return nullptr;
    const log_map& log = logs[(at & young_bit) != 0];
    if (at < log.begin) return nullptr;
    slab_head* const slab = log.slab((at & (young_bit - 1)) >> shift);
    return slab == nullptr ? nullptr : slab->data() + (at & ((std::uint64_t{1} << shift) - 1));
  }
  void prefetch_line(std::uint32_t line) const noexcept {
    const auto* const at = reinterpret_cast<const std::byte*>(&(*lines)[line]);
    detail::prefetch(at);
    detail::prefetch(at + sizeof(typename stream_of<Layout>::line) - 1);
  }
  // The same of a block that is there.
  [[nodiscard]] const std::byte* get(block_address at) const noexcept {
    return logs[(at & young_bit) != 0].slab((at & (young_bit - 1)) >> shift)->data() +
           (at & ((std::uint64_t{1} << shift) - 1));
  }
};

template <class Layout>
class block_view {
  using format = bytes_of_block<Layout>;
  template <std::size_t L>
  using leaf = typename Layout::template leaf<L>;

 public:
  block_view(const std::byte* at, const shared_columns* shared) noexcept : bytes_(at), shared_(shared) {}

  [[nodiscard]] std::size_t rows() const noexcept { return bytes_.rows(); }
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_.bytes(); }
  [[nodiscard]] const std::byte* data() const noexcept { return bytes_.data(); }
  [[nodiscard]] format raw() const noexcept { return bytes_; }
  [[nodiscard]] std::int64_t first_time() const noexcept {
    return bytes_.has(format::has_links) ? bytes_.links().first : time_at(encoded_times(), 0);
  }
  [[nodiscard]] std::int64_t last_time() const noexcept {
    return bytes_.has(format::has_links) ? bytes_.links().last : time_at(encoded_times(), rows() - 1);
  }

  // The time column, and a value column, as the codec wrote them.
  [[nodiscard]] std::span<const std::byte> encoded_times() const noexcept {
    if (!bytes_.has(format::shared_time)) return {bytes_.time_data(), bytes_.time_bytes()};
    const shared_column& of = (*shared_)[bytes_.time_number()];
    return {of.data, of.size};
  }
  [[nodiscard]] std::span<const std::byte> encoded(std::size_t column) const noexcept {
    return {bytes_.column_data(column), bytes_.column_bytes(column)};
  }

  // The rows whose times lie in a window.
  [[nodiscard]] row_span find(time_window window) const noexcept {
    std::int64_t times[block_rows];
    bool decoded = false;
    return find(window, times, decoded);
  }
  // The same; writes their times, each to its row's place in `to`, which has room for rows().
  [[nodiscard]] row_span find_times(time_window window, std::int64_t* to) const noexcept {
    bool decoded = false;
    const row_span part = find(window, to, decoded);
    if (!decoded && part.size() != 0) decode_times(part, to);
    return part;
  }

  // Write the values of some rows, each to its row's place in `to`, which has room for rows() values. They need not be
  // alive before. What stands at the places of other rows may change. Preconditions: the part is not empty.
  void decode_times(row_span part, std::int64_t* to) const noexcept {
    decode_column(encoded_times(), codec::value_kind::integer, rows(), part, reinterpret_cast<std::uint64_t*>(to));
  }
  void decode_words(std::size_t column, row_span part, std::uint64_t* to) const noexcept {
    decode_column(encoded(column), Layout::kinds[column], rows(), part, to);
  }
  template <std::size_t L>
    requires(L != Layout::series_leaf)
  void decode(row_span part, leaf<L>* to) const noexcept {
    if constexpr (L == Layout::time_leaf) {
      std::int64_t times[block_rows];
      decode_times(part, times);
      for (std::size_t i = part.first; i < part.end; ++i) {
        const auto time = from_order<typename Layout::time_type>(times[i]);
        std::memcpy(static_cast<void*>(to + i), &time, sizeof time);
      }
    } else if constexpr (sizeof(leaf<L>) == 8 && !std::is_void_v<number_of<leaf<L>>>) {
      decode_column(encoded(Layout::template first_column<L>), Layout::kinds[Layout::template first_column<L>], rows(),
                    part, reinterpret_cast<std::uint64_t*>(to));
    } else {
      constexpr std::size_t columns = Layout::template column_count<L>;
      std::uint64_t words[columns * block_rows];
      for (std::size_t c = 0; c < columns; ++c)
        decode_words(Layout::template first_column<L> + c, part, words + c * block_rows);
      Layout::template leaf_from_words<L>(words + part.first, block_rows, part.size(), to + part.first);
    }
  }

  // The same of all rows.
  void decode_times(std::int64_t* to) const noexcept {
    decode_column(encoded_times(), codec::value_kind::integer, rows(), reinterpret_cast<std::uint64_t*>(to));
  }
  void decode_words(std::size_t column, std::uint64_t* to) const noexcept {
    decode_column(encoded(column), Layout::kinds[column], rows(), to);
  }
  template <std::size_t L>
    requires(L != Layout::series_leaf)
  void decode(leaf<L>* to) const noexcept {
    decode<L>({0, rows()}, to);
  }

  // What the block knows of a leaf. Returns: false where it keeps no summaries, for short blocks.
  template <std::size_t L>
  [[nodiscard]] bool try_summary(column_summary<leaf<L>>& to) const noexcept {
    if constexpr (Layout::template is_value<L> && summarized<leaf<L>>) {
      if (!bytes_.has(format::has_summaries)) return false;
      to = Layout::template load_summary<L>(bytes_.summaries());
      return true;
    } else {
      (void)to;
      return false;
    }
  }

  void prefetch() const noexcept {
    detail::prefetch(bytes_.data());
    detail::prefetch(bytes_.data() + 64);
    detail::prefetch(bytes_.data() + 128);
  }

 private:
  // `decoded`: whether all times have been written to `times`, which has room for them.
  [[nodiscard]] row_span find(time_window window, std::int64_t* times, bool& decoded) const noexcept {
    if (window.has_all()) return {0, rows()};
    if (bytes_.has(format::has_links))
      if (const block_links links = bytes_.links(); window.covers(links.first, links.last)) return {0, rows()};
    codec::found_part found;
    [[maybe_unused]] const bool sound = codec::find_ascending(encoded_times(), rows(), window.from, window.to,
                                                              reinterpret_cast<std::byte*>(times), found);
    assert(sound);
    decoded = found.decoded;
    return {found.part.first, found.part.end};
  }

  format bytes_;
  const shared_columns* shared_;
};

template <class Layout>
class series_view {
  using stream = stream_of<Layout>;
  using format = bytes_of_block<Layout>;

 public:
  using layout = Layout;
  using block = block_view<Layout>;
  using key_type = typename Layout::series_type;

  series_view() noexcept = default;
  series_view(key_type key, block_address newest_block, std::int64_t newest_time, const typename stream::state* head,
              std::uint32_t head_rows, bool in_order, const block_source<Layout>& source) noexcept
      : source_(&source),
        head_(head),
        block_(newest_block),
        newest_time_(newest_time),
        head_rows_(head_rows),
        in_order_(in_order),
        key_(key) {}

  [[nodiscard]] key_type key() const noexcept { return key_; }
  // The greatest time that the series has had.
  [[nodiscard]] std::int64_t newest_time() const noexcept { return newest_time_; }

  // ---- rows that are in no block yet

  [[nodiscard]] std::size_t head_rows() const noexcept { return head_rows_; }
  // Whether the head's rows are in the order of time, and none is older than a row in a block.
  [[nodiscard]] bool head_in_order() const noexcept { return in_order_; }
  // Writes them in the order in which they came, each to its own place: where they are in the order of time, those that
  // are not older than `least`, else all. Returns: the first that is written.
  std::size_t read_head(std::int64_t* times, std::uint64_t* words, std::size_t stride,
                        std::int64_t least = INT64_MIN) const noexcept {
    if (head_rows_ == 0) return 0;
    return stream::read(
        *head_, head_rows_, [this](std::uint32_t i) -> const typename stream::line& { return (*source_->lines)[i]; },
        times, words, stride, in_order_ ? least : INT64_MIN);
  }
  // The row that came last. Preconditions: head_rows() != 0.
  void newest(std::int64_t& time, std::uint64_t* words) const noexcept {
    time = stream::newest_time(*head_);
    stream::newest(*head_, words);
  }
  [[nodiscard]] std::size_t head_bytes() const noexcept {
    return head_rows_ == 0 ? 0 : sizeof(typename stream::state) + lines() * sizeof(typename stream::line);
  }

  // ---- blocks

  // Calls f(block_view) for each, the newest first, until it returns false.
  template <class F>
  void for_each_block(F f) const {
    for (const std::byte* at = find(block_); at != nullptr;) {
      const block_view<Layout> view(at, source_->shared);
      const std::byte* const below = find(view.raw().previous());
      if (below != nullptr) block_view<Layout>(below, source_->shared).prefetch();
      if (!f(view)) return;
      at = below;
    }
  }
  // The same for blocks with a time in [from, to], both ends included.
  // Complexity: O(log n) for those that are passed over where rows came in the order of time.
  template <class F>
  void for_each_block(std::int64_t from, std::int64_t to, F f) const {
    for (const std::byte* at = find(block_); at != nullptr;) {
      const block_view<Layout> view(at, source_->shared);
      const format bytes = view.raw();
      if (bytes.has(format::has_links)) {
        const block_links links = bytes.links();
        if (links.greatest < from) return;
        if (links.least > to && links.jump != 0) {  // nothing above the jump's target begins early enough
          at = find(links.jump);
          continue;
        }
        if (links.first <= to && from <= links.last && !f(view)) return;
      } else if (view.first_time() <= to && from <= view.last_time() && !f(view)) {
        return;
      }
      at = find(bytes.previous());
    }
  }

  // Rows in blocks and in the head. Complexity: linear in the blocks.
  [[nodiscard]] std::size_t rows() const noexcept {
    std::size_t rows = head_rows_;
    for_each_block([&rows](const block_view<Layout>& each) {
      rows += each.rows();
      return true;
    });
    return rows;
  }

  // Ask the memory for the newest block and the state of the head; and for the newest line below the state, which is
  // returned, UINT32_MAX if there is none.
  void prefetch() const noexcept {
    if (block_ != 0)
      if (const std::byte* const at = find(block_)) block_view<Layout>(at, source_->shared).prefetch();
    if (head_rows_ != 0) detail::prefetch(head_);
  }
  [[nodiscard]] std::uint32_t fetch_line() const noexcept {
    if (head_rows_ == 0 || head_->spills == no_line) return no_line;
    source_->prefetch_line(head_->spills);
    return head_->spills;
  }

 private:
  static constexpr std::uint32_t no_line = UINT32_MAX;

  [[nodiscard]] const std::byte* find(block_address at) const noexcept { return source_->find(at); }
  [[nodiscard]] std::size_t lines() const noexcept {
    std::size_t count = 0;
    for (std::uint32_t i = head_->spills; i != no_line; i = (*source_->lines)[i].previous) ++count;
    return count;
  }

  const block_source<Layout>* source_ = nullptr;
  const typename stream::state* head_ = nullptr;
  block_address block_ = 0;
  std::int64_t newest_time_ = INT64_MIN;
  std::uint32_t head_rows_ = 0;
  bool in_order_ = true;
  [[no_unique_address]] key_type key_{};
};

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
