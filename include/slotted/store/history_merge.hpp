// slotted: blocks and tails of a history merged in the order of time, with all its memory known beforehand.
// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <span>
#include <type_traits>
#include <utility>

#include <slotted/algorithm.hpp>
#include <slotted/memory/slab.hpp>
#include <slotted/record/leaves.hpp>
#include <slotted/store/history_layout.hpp>
#include <slotted/store/history_readers.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace v0 {
namespace detail {

// Where a query takes its memory from, and how much it could not get: it has no result then.
struct query_room {
  reader_registry* registry;  // null: charged to nobody
  std::size_t missing = 0;    // bytes
  bool frugal = false;        // the least will do, at the cost of time

  // What may be taken for the sake of speed: little beside what there is to read.
  [[nodiscard]] std::size_t comfort(std::size_t most) const noexcept {
    if (frugal) return 0;
    const memory_budget* const budget = registry != nullptr ? registry->budget() : nullptr;
    return budget == nullptr ? most : min_of(most, budget->limit() / 16);
  }
};

// What a query needs beside what it reads: charged, as a part of its snapshot, while it lasts.
class query_memory {
 public:
  static constexpr std::size_t alignment = 64;

  query_memory() noexcept = default;
  // Holds nothing where room.missing is not 0 afterwards.
  query_memory(std::size_t bytes, query_room& room) noexcept : bytes_(bytes + alignment), registry_(room.registry) {
    room_ = registry_ != nullptr ? registry_->take(bytes_) : ::operator new(bytes_, std::nothrow);
    if (room_ == nullptr) {
      room.missing = bytes_;
      return;
    }
    const auto at = reinterpret_cast<std::uintptr_t>(room_);
    data_ = static_cast<std::byte*>(room_) + (alignment - at % alignment) % alignment;
  }
  query_memory(query_memory&& other) noexcept { swap(other); }
  query_memory& operator=(query_memory&& other) noexcept {
    query_memory taken(std::move(other));
    taken.swap(*this);
    return *this;
  }
  ~query_memory() {
    if (room_ == nullptr) return;
    if (registry_ != nullptr)
      registry_->give(room_, bytes_);
    else
      ::operator delete(room_);
  }
  void swap(query_memory& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(room_, other.room_);
    std::swap(bytes_, other.bytes_);
    std::swap(registry_, other.registry_);
  }
  [[nodiscard]] std::byte* data() const noexcept { return data_; }

 private:
  std::byte* data_ = nullptr;
  void* room_ = nullptr;
  std::size_t bytes_ = 0;
  reader_registry* registry_ = nullptr;
};

// Times as ordered integers, both ends included.
struct time_window {
  std::int64_t from = INT64_MIN;
  std::int64_t to = INT64_MAX;

  [[nodiscard]] bool empty() const noexcept { return from > to; }
  [[nodiscard]] bool has(std::int64_t time) const noexcept { return from <= time && time <= to; }
  [[nodiscard]] bool meets(std::int64_t first, std::int64_t last) const noexcept { return first <= to && from <= last; }
  [[nodiscard]] bool covers(std::int64_t first, std::int64_t last) const noexcept {
    return from <= first && last <= to;
  }
  // [from, to) of a program.
  [[nodiscard]] static time_window half_open(std::int64_t first, std::int64_t end) noexcept {
    return end <= first ? time_window{0, -1} : time_window{first, end - 1};
  }
};

// Which series of a pinned set are meant: [first, end).
struct series_window {
  std::size_t first = 0;
  std::size_t end = SIZE_MAX;

  template <class Pins>
  [[nodiscard]] series_window of(const Pins& pins) const noexcept {
    return {first, min_of(end, pins.size())};
  }
};

// What the rows of a tail that a window has are called in the order of time.
struct tail_rows {
  std::uint32_t first = 0;  // of the tail, where they are in order already
  std::uint32_t count = 0;
  const std::uint16_t* order = nullptr;  // numbers in the tail, where they are not

  [[nodiscard]] std::size_t operator[](std::size_t i) const noexcept { return order == nullptr ? first + i : order[i]; }
};

// How the rows of a tail lie in a window.
struct tail_look {
  std::uint32_t count = 0;
  std::uint32_t first = 0;
  bool ordered = true;     // those of the window stand in order, and one after the other
  std::int64_t least = 0;  // of the window's
  std::int64_t most = 0;
};
template <class Layout>
tail_look look_at_tail(const series_view<Layout>& of, time_window window) noexcept {
  tail_look seen;
  std::int64_t before = 0;
  const std::size_t rows = of.tail_rows();
  for (std::size_t i = 0; i < rows; ++i) {
    const std::int64_t time = Layout::time_of(of.tail_row(i));
    if (!window.has(time)) continue;
    if (seen.count == 0) {
      seen.first = static_cast<std::uint32_t>(i);
      seen.least = seen.most = time;
    } else {
      seen.ordered &= before <= time && seen.first + seen.count == i;
      seen.least = min_of(seen.least, time);
      seen.most = max_of(seen.most, time);
    }
    before = time;
    ++seen.count;
  }
  return seen;
}
template <class Layout>
void order_tail(const series_view<Layout>& of, time_window window, std::uint16_t* order) noexcept {
  std::size_t count = 0;
  for (std::size_t i = 0; i < of.tail_rows(); ++i)
    if (window.has(Layout::time_of(of.tail_row(i)))) order[count++] = static_cast<std::uint16_t>(i);
  detail::sort(order, order + count, [&](std::uint16_t left, std::uint16_t right) {
    const std::int64_t one = Layout::time_of(of.tail_row(left));
    const std::int64_t other = Layout::time_of(of.tail_row(right));
    return one != other ? one < other : left < right;
  });
}

// The rows of some series within a window, merged. Order: time, then series, then arrival.
//
// A source is a block or a tail. Within a series the sources are listed by the time at which they come in; the heap
// has those that are open and the next one of each series. A source is opened, that is decoded, when it comes to the
// top: rows that arrive in order keep one open a series. The most that can be open at once is known beforehand, and so
// is all the memory.
template <class Layout>
class history_merge {
  using T = typename Layout::record;
  using fields = leaves<T>;
  using indices = std::make_index_sequence<fields::size>;

  static constexpr std::size_t time_leaf = Layout::time_leaf;
  static constexpr std::size_t series_leaf = Layout::series_leaf;
  static constexpr std::size_t usual_memory = std::size_t{1} << 20;  // bytes for rows of all sources that are open

  template <std::size_t L>
  using leaf = typename fields::template type<L>;
  template <std::size_t L>
  static constexpr bool is_column = L != time_leaf && L != series_leaf;

  // Bytes a row before each column, ordered times first; behind the last, of all.
  static constexpr std::array<std::size_t, fields::size + 1> before = [] {
    std::array<std::size_t, fields::size + 1> made{};
    std::size_t bytes = sizeof(std::int64_t);
    [&]<std::size_t... L>(std::index_sequence<L...>) {
      ((made[L] = bytes, bytes += is_column<L> ? sizeof(leaf<L>) : 0), ...);
    }(indices{});
    made[fields::size] = bytes;
    return made;
  }();
  static constexpr std::size_t row_bytes = before[fields::size];
  static constexpr std::size_t largest_leaf = []<std::size_t... L>(std::index_sequence<L...>) {
    std::size_t most = sizeof(std::int64_t);
    ((most = max_of(most, is_column<L> ? sizeof(leaf<L>) : 0)), ...);
    return most;
  }(indices{});
  // A slot has a multiple of so many rows, which keeps every column of it aligned.
  static constexpr std::size_t row_quantum = []<std::size_t... L>(std::index_sequence<L...>) {
    std::size_t most = 16;
    ((most = max_of(most, alignof(leaf<L>))), ...);
    return most;
  }(indices{});

  struct source {
    const std::byte* block;  // null: the tail
    std::int64_t first;      // cut to the window
    std::int64_t last;
    std::uint32_t rows;    // of the block
    std::uint32_t series;  // in series_
    std::uint32_t number;  // by arrival, within the series

    [[nodiscard]] std::uint64_t order() const noexcept { return std::uint64_t{series} << 32 | number; }
  };
  struct series_state {
    series_view<Layout> view;
    tail_rows tail;
    std::uint32_t next;  // source that is not in the heap yet
    std::uint32_t end;
  };
  // A place for rows of an open source: those from `begin` on, up to `filled`, of the source's rows up to `end`.
  struct slot {
    std::byte* columns;
    std::uint32_t from;
    std::uint32_t begin;
    std::uint32_t filled;
    std::uint32_t end;
    std::uint32_t at;
    std::uint32_t next_free;
  };
  struct item {
    std::int64_t time;
    std::uint64_t order;
    std::uint32_t from;
    std::uint32_t place;  // slot, or closed

    [[nodiscard]] friend bool operator<(const item& left, const item& right) noexcept {
      return left.time != right.time ? left.time < right.time : left.order < right.order;
    }
  };
  static constexpr std::uint32_t closed = UINT32_MAX;

 public:
  // Done at once for want of memory. The pinned set outlives the merge.
  history_merge(const history_pins<Layout>& pins, series_window which, time_window window, query_room& room) noexcept
      : window_(window) {
    if (window.empty()) return;
    const std::size_t open = list_sources(pins, which, room);
    if (open == 0 || room.missing != 0 || !make_slots(open, room)) return;
    settle();
  }
  history_merge(const history_merge&) = delete;
  history_merge& operator=(const history_merge&) = delete;

  [[nodiscard]] bool done() const noexcept { return items_ == 0; }
  [[nodiscard]] std::int64_t time() const noexcept { return heap_[0].time; }

  [[nodiscard]] T row() const noexcept {
    const slot& top = slots_[heap_[0].place];
    return fields::make(loader{*this, top, top.at - top.begin});
  }

  void next() noexcept {
    item& top = heap_[0];
    slot& open = slots_[top.place];
    if (++open.at == open.filled) [[unlikely]] {
      if (open.at == open.end) {
        close(top.place);
        remove_top();
        return settle();
      }
      fill(open);
    }
    top.time = times(open)[open.at - open.begin];
    if (top < second_) return;
    sift_down();
    settle();
  }

 private:
  struct loader {
    const history_merge& self;
    const slot& open;
    std::size_t i;

    template <std::size_t L>
    [[gnu::always_inline]] leaf<L> operator()(index_constant<L>) const noexcept {
      if constexpr (L == time_leaf)
        return from_order<typename Layout::time_type>(times(open)[i]);
      else if constexpr (L == series_leaf)
        return self.series_[self.sources_[open.from].series].view.key();
      else
        return self.template column<L>(open)[i];
    }
  };

  static std::int64_t* times(const slot& of) noexcept { return reinterpret_cast<std::int64_t*>(of.columns); }
  template <std::size_t L>
  [[nodiscard]] leaf<L>* column(const slot& of) const noexcept {
    return reinterpret_cast<leaf<L>*>(of.columns + before[L] * slot_rows_);
  }

  // ---- what there is to merge

  // The most sources that are open at once.
  std::size_t list_sources(const history_pins<Layout>& pins, series_window which, query_room& room) noexcept {
    std::size_t sources = 0;
    std::size_t series = 0;
    std::size_t out_of_order = 0;
    for (std::size_t each = which.first; each < which.end; ++each) {
      const series_view<Layout> view = pins[each];
      const std::size_t before_it = sources;
      view.for_each_block(window_.from, window_.to, [&](const auto&) {
        ++sources;
        return true;
      });
      const tail_look seen = look_at_tail(view, window_);
      sources += seen.count != 0;
      if (!seen.ordered) out_of_order += seen.count;
      series += sources != before_it;
    }
    if (sources == 0) return 0;
    assert(sources <= UINT32_MAX);  // or the entries alone would fill hundreds of gigabytes
    memory_ = query_memory(
        sources * sizeof(source) + series * sizeof(series_state) + out_of_order * sizeof(std::uint16_t), room);
    if (room.missing != 0) return 0;
    sources_ = reinterpret_cast<source*>(memory_.data());
    series_ = reinterpret_cast<series_state*>(sources_ + sources);
    auto* orders = reinterpret_cast<std::uint16_t*>(series_ + series);

    std::size_t open = 0;
    source* end = sources_;
    for (std::size_t each = which.first; each < which.end; ++each) {
      const series_view<Layout> view = pins[each];
      source* const begin = end;
      const auto number = static_cast<std::uint32_t>(series_count_);
      view.for_each_block(window_.from, window_.to, [&](const auto& entry) {
        ::new (static_cast<void*>(end++)) source{entry.data(),
                                                 max_of(window_.from, entry.first_time()),
                                                 min_of(window_.to, entry.last_time()),
                                                 static_cast<std::uint32_t>(entry.rows()),
                                                 number,
                                                 0};
        return true;
      });
      for (source *left = begin, *right = end; left < right; ++left)
        std::swap(*left, *--right);  // newest first, so far
      tail_rows tail;
      if (const tail_look seen = look_at_tail(view, window_); seen.count != 0) {
        tail.first = seen.first;
        tail.count = seen.count;
        if (!seen.ordered) {
          order_tail(view, window_, orders);
          tail.order = std::exchange(orders, orders + seen.count);
        }
        ::new (static_cast<void*>(end++)) source{nullptr, seen.least, seen.most, seen.count, number, 0};
      }
      if (begin == end) continue;
      for (source* at = begin; at != end; ++at) at->number = static_cast<std::uint32_t>(at - begin);
      ::new (static_cast<void*>(series_ + series_count_++)) series_state{
          view, tail, static_cast<std::uint32_t>(begin - sources_), static_cast<std::uint32_t>(end - sources_)};
      open += list_by_time(begin, end, room);
    }
    return open;
  }

  // Sorts a series' sources by when they come in. Returns the most of them that are open at once.
  static std::size_t list_by_time(source* begin, source* end, query_room& room) noexcept {
    bool apart = true;
    for (source* at = begin + 1; at < end; ++at) apart &= at[-1].last <= at->first;
    if (apart) return 1;
    detail::sort(begin, end, [](const source& left, const source& right) {
      return left.first != right.first ? left.first < right.first : left.number < right.number;
    });
    struct close_time {
      std::int64_t last;
      std::uint32_t number;
    };
    const auto count = static_cast<std::size_t>(end - begin);
    const query_memory memory(count * sizeof(close_time), room);
    if (room.missing != 0) return 0;
    auto* const closes = reinterpret_cast<close_time*>(memory.data());
    for (std::size_t i = 0; i < count; ++i) closes[i] = {begin[i].last, begin[i].number};
    detail::sort(closes, closes + count, [](const close_time& left, const close_time& right) {
      return left.last != right.last ? left.last < right.last : left.number < right.number;
    });
    std::size_t most = 0;
    for (std::size_t opened = 0, ended = 0; opened < count; ++opened) {
      const source& each = begin[opened];
      while (closes[ended].last < each.first ||
             (closes[ended].last == each.first && closes[ended].number < each.number))
        ++ended;
      most = max_of(most, opened + 1 - ended);
    }
    return most;
  }

  [[nodiscard]] bool make_slots(std::size_t open, query_room& room) noexcept {
    const std::size_t fair = room.comfort(usual_memory) / (open * row_bytes) / row_quantum * row_quantum;
    slot_rows_ = max_of(row_quantum, min_of(fair, block_rows));
    const std::size_t slot_bytes = slot_rows_ * row_bytes;
    const std::size_t scratch = slot_rows_ < block_rows ? block_rows * largest_leaf : 0;
    room_ =
        query_memory(open * slot_bytes + scratch + open * sizeof(slot) + (open + series_count_) * sizeof(item), room);
    if (room.missing != 0) return false;
    std::byte* const columns = room_.data();
    scratch_ = columns + open * slot_bytes;
    heap_ = reinterpret_cast<item*>(scratch_ + scratch);
    slots_ = reinterpret_cast<slot*>(heap_ + open + series_count_);
    for (std::size_t i = 0; i < open; ++i)
      ::new (static_cast<void*>(slots_ + i))
          slot{columns + i * slot_bytes, 0, 0, 0, 0, 0, i + 1 < open ? static_cast<std::uint32_t>(i + 1) : closed};
    free_ = 0;
    for (std::size_t i = 0; i < series_count_; ++i) push_next(series_[i]);
    return true;
  }

  // ---- the heap

  void push_next(series_state& of) noexcept {
    if (of.next == of.end) return;
    const std::uint32_t number = of.next++;
    const source& each = sources_[number];
    std::size_t at = items_++;
    const item made{each.first, each.order(), number, closed};
    for (; at != 0 && made < heap_[(at - 1) / 2]; at = (at - 1) / 2) heap_[at] = heap_[(at - 1) / 2];
    heap_[at] = made;
  }
  void sift_down() noexcept {
    const item moved = heap_[0];
    std::size_t at = 0;
    for (;;) {
      std::size_t child = 2 * at + 1;
      if (child >= items_) break;
      if (child + 1 < items_ && heap_[child + 1] < heap_[child]) ++child;
      if (!(heap_[child] < moved)) break;
      heap_[at] = heap_[child];
      at = child;
    }
    heap_[at] = moved;
  }
  void remove_top() noexcept {
    heap_[0] = heap_[--items_];
    if (items_ != 0) sift_down();
  }

  // Opens sources until an open one is at the top.
  void settle() noexcept {
    while (items_ != 0 && heap_[0].place == closed) {
      item& top = heap_[0];
      const std::uint32_t place = free_;
      slot& open = slots_[place];
      open.from = top.from;
      series_state& of = series_[sources_[top.from].series];
      if (open_source(open)) {
        free_ = open.next_free;
        top.place = place;
        top.time = times(open)[open.at - open.begin];
        sift_down();
      } else {
        remove_top();
      }
      push_next(of);
    }
    second_ = item{INT64_MAX, UINT64_MAX, 0, 0};
    if (items_ > 1) second_ = heap_[1];
    if (items_ > 2 && heap_[2] < second_) second_ = heap_[2];
  }
  void close(std::uint32_t place) noexcept { slots_[place].next_free = std::exchange(free_, place); }

  // ---- rows

  // Whether the source has a row in the window.
  bool open_source(slot& open) noexcept {
    const source& each = sources_[open.from];
    if (each.block == nullptr) {
      open.at = 0;
      open.end = series_[each.series].tail.count;
    } else {
      const std::size_t rows = each.rows;
      std::int64_t* const decoded = rows <= slot_rows_ ? times(open) : reinterpret_cast<std::int64_t*>(scratch_);
      Layout::decode_times(each.block, rows, decoded);
      const std::int64_t* const end = decoded + rows;
      const std::int64_t* const first =
          detail::lower_bound(static_cast<const std::int64_t*>(decoded), end, window_.from);
      open.at = static_cast<std::uint32_t>(first - decoded);
      open.end = static_cast<std::uint32_t>(detail::upper_bound(first, end, window_.to) - decoded);
    }
    if (open.at == open.end) return false;
    fill(open);
    return true;
  }

  // Brings the rows from `at` on.
  void fill(slot& open) noexcept {
    const source& each = sources_[open.from];
    const series_state& of = series_[each.series];
    const bool whole = each.block != nullptr && each.rows <= slot_rows_;
    open.begin = whole ? 0 : open.at;
    open.filled = whole ? open.end : min_of(open.end, static_cast<std::uint32_t>(open.at + slot_rows_));
    const std::size_t count = open.filled - open.begin;
    if (each.block == nullptr) {
      for (std::size_t i = 0; i < count; ++i) {
        const std::byte* const row = of.view.tail_row(of.tail[open.begin + i]);
        times(open)[i] = Layout::time_of(row);
        [&]<std::size_t... L>(std::index_sequence<L...>) { (load<L>(open, i, row), ...); }(indices{});
      }
      return;
    }
    if (!whole) {
      auto* const decoded = reinterpret_cast<std::int64_t*>(scratch_);
      Layout::decode_times(each.block, each.rows, decoded);
      copy_elements(decoded + open.begin, count, times(open));
    }
    [&]<std::size_t... L>(std::index_sequence<L...>) { (decode<L>(open, each, whole, count), ...); }(indices{});
  }
  template <std::size_t L>
  void load(slot& open, std::size_t i, const std::byte* row) noexcept {
    if constexpr (is_column<L>) column<L>(open)[i] = Layout::template load_leaf<L>(row);
  }
  template <std::size_t L>
  void decode(slot& open, const source& from, bool whole, std::size_t count) noexcept {
    if constexpr (is_column<L>) {
      if (whole) return Layout::template decode_leaf<L>(from.block, from.rows, column<L>(open));
      auto* const decoded = reinterpret_cast<leaf<L>*>(scratch_);
      Layout::template decode_leaf<L>(from.block, from.rows, decoded);
      copy_elements(decoded + open.begin, count, column<L>(open));
    }
  }

  time_window window_;
  item second_{};  // the next in the heap: up to it, rows come from the source at the top
  item* heap_ = nullptr;
  std::size_t items_ = 0;
  slot* slots_ = nullptr;
  std::uint32_t free_ = closed;
  source* sources_ = nullptr;
  series_state* series_ = nullptr;
  std::size_t series_count_ = 0;
  std::size_t slot_rows_ = 0;
  std::byte* scratch_ = nullptr;  // one column of one block, where slots have less than a block
  query_memory memory_;
  query_memory room_;
};

// A merge at an address of its own, so that what iterates may be moved.
template <class Layout>
class merge_owner {
  using merge = history_merge<Layout>;

 public:
  merge_owner() noexcept = default;
  // Has none for want of memory.
  merge_owner(const history_pins<Layout>& pins, series_window which, time_window window, query_room& room) noexcept
      : memory_(sizeof(merge), room) {
    if (room.missing == 0) merge_ = ::new (static_cast<void*>(memory_.data())) merge(pins, which, window, room);
  }
  merge_owner(merge_owner&& other) noexcept
      : memory_(std::move(other.memory_)), merge_(std::exchange(other.merge_, nullptr)) {}
  merge_owner& operator=(merge_owner&& other) noexcept {
    std::swap(memory_, other.memory_);
    std::swap(merge_, other.merge_);
    return *this;
  }
  ~merge_owner() {
    if (merge_ != nullptr) merge_->~merge();
  }
  [[nodiscard]] merge* get() const noexcept { return merge_; }

 private:
  query_memory memory_;
  merge* merge_ = nullptr;
};

}  // namespace detail
}  // namespace v0
}  // namespace slotted
