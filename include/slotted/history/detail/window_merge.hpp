// slotted: rows of many series merged in the order of time, one window of time after the other, in bounded memory.
// SPDX-License-Identifier: MIT
//
// A window is filled series by series: what each has in it is decoded into a row_buffer, which is then sorted. The end
// of a window is found while it is filled: when the buffer is full and gets no more memory, the window becomes shorter
// and the rows beyond it are dropped, to be decoded again for the next one. A time that has more rows than the buffer
// is given by slices, series by series, so that any buffer of one row or more gives all rows, only slower.
//
// Between two windows nothing is held but the position. So the history may change between them: no row is given twice,
// and none is left out that was there when the merge began and is still there. For one thread at a time; throws
// snapshot_expired where the reading does.
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <type_traits>
#include <utility>

#include <slotted/algorithm.hpp>
#include <slotted/history/detail/leaf.hpp>
#include <slotted/history/detail/row_buffer.hpp>
#include <slotted/history/detail/series_rows.hpp>
#include <slotted/history/detail/series_walk.hpp>
#include <slotted/history/detail/taken_memory.hpp>
#include <slotted/history/detail/time_window.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {

// How long the windows are: as long as to fill most of the buffer, going by those before.
class window_pace {
 public:
  // The end of a window that begins at `from` and has to end by `last`.
  [[nodiscard]] std::int64_t end_of(std::int64_t from, std::int64_t last) const noexcept {
    return known_ ? min_of(last, later_by(from, length_)) : last;
  }
  // A window from `from` to `to` had so many rows where so many were wanted.
  void learn(std::int64_t from, std::int64_t to, std::size_t rows, std::size_t wanted) noexcept {
    const double length = static_cast<double>(static_cast<std::uint64_t>(to) - static_cast<std::uint64_t>(from)) + 1;
    const double next =
        length * (rows == 0 ? 16.0 : min_of(16.0, static_cast<double>(wanted) / static_cast<double>(rows)));
    known_ = true;
    length_ = next < 9e18 ? static_cast<std::uint64_t>(next) : UINT64_MAX;
  }

 private:
  bool known_ = false;
  std::uint64_t length_ = 0;
};

// The last few blocks that were met of one series.
template <class Block, std::size_t Most>
class block_list {
  static_assert(std::is_trivially_copyable_v<Block>);

 public:
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  // Where the list is full, the block that was met first goes.
  void push(const Block& added) noexcept {
    ::new (static_cast<void*>(room_ + end_ * sizeof(Block))) Block(added);
    end_ = (end_ + 1) % Most;
    size_ = min_of(size_ + 1, Most);
  }
  // Takes the last one out. Preconditions: not empty.
  Block pop() noexcept {
    --size_;
    end_ = (end_ + Most - 1) % Most;
    return *std::launder(reinterpret_cast<const Block*>(room_ + end_ * sizeof(Block)));
  }

 private:
  std::size_t size_ = 0;
  std::size_t end_ = 0;
  alignas(Block) std::byte room_[Most * sizeof(Block)];
};

template <class Reading>
class window_merge {
  using layout = typename Reading::layout;
  using series = typename Reading::series;
  using block = typename series::block;
  using choice = series_choice<typename layout::series_type>;

  static constexpr std::size_t own_bytes = max_of(
      std::size_t{4096}, row_buffer::slack + 2 * row_buffer::row_bytes(layout::columns, sizeof(std::uint64_t)) + 16);
  static constexpr std::size_t first_bytes = std::size_t{64} << 10;  // of the memory that is taken
  static constexpr std::size_t most_of_one = std::size_t{256} << 10;
  static constexpr std::size_t most_of_all = std::size_t{1} << 20;
  static constexpr std::size_t most_of_each = 128;  // more bytes a series, so that a window has some rows of each
  static constexpr std::size_t most_blocks = 64;    // of one series in one window

 public:
  window_merge() noexcept = default;
  window_merge(window_merge&& other) noexcept { take(other); }
  window_merge& operator=(window_merge&& other) noexcept {
    if (this != &other) take(other);
    return *this;
  }
  ~window_merge() = default;

  // Goes to the first row, or to the end where there is none.
  void begin(const Reading& reading, const choice& which, time_window window) {
    end();
    const bool keyed = layout::has_series && !which.one;
    key_bytes_ = !keyed ? 0 : sizeof(typename layout::series_type) <= 4 ? 4 : 8;
    memory_ = taken_memory();
    buffer_ = row_buffer(own_, own_bytes, layout::columns, key_bytes_);
    pace_ = window_pace();
    from_ = window.from;
    last_ = window.to;
    newest_ = INT64_MIN;
    at_one_time_ = false;
    crowded_ = false;
    short_of_room_ = false;
    of_many_blocks_ = false;
    more_ = !window.empty();
    started_ = false;
    fill(reading, which);
  }
  void next(const Reading& reading, const choice& which) {
    if (++at_ == buffer_.size()) [[unlikely]]
      fill(reading, which);
    else
      index_ = buffer_.index(at_);
  }
  // Gives the memory back and goes to the end.
  void end() noexcept {
    memory_ = taken_memory();
    buffer_ = row_buffer();
    at_ = 0;
    more_ = false;
  }

  [[nodiscard]] bool done() const noexcept { return at_ == buffer_.size(); }
  // The time and then the words of the row. Preconditions: not done.
  [[nodiscard]] const std::uint64_t* row() const noexcept { return buffer_.row(index_); }
  // The key of the row's series. Preconditions: not done, and of all series.
  [[nodiscard]] typename layout::series_type key() const noexcept {
    if constexpr (layout::has_series)
      return load_as<typename layout::series_type>(buffer_.key(index_));
    else
      return {};
  }

 private:
  // ---- memory

  [[nodiscard]] bool grow(const Reading& reading, bool one) noexcept {
    const std::size_t most = one ? most_of_one : most_of_all + reading.places() * most_of_each;
    const std::size_t held = memory_ ? memory_.size() : 0;
    reader_memory source = reading.memory();
    // Once the first bytes are there, more of them are for speed.
    const std::size_t wanted = held == 0 ? first_bytes : min_of(min_of(most, 4 * held), held + source.comfort());
    const std::size_t needed = row_buffer::slack + (buffer_.size() + 1) * row_bytes();
    if (wanted <= held || wanted < needed) return false;
    taken_memory more(source, wanted);
    if (!more) return false;
    buffer_.move_to(more.data(), more.size());
    memory_ = std::move(more);
    return true;
  }
  // Takes more memory while no row is held: then the former need not stay beside it.
  void grow_empty(const Reading& reading, bool one) noexcept {
    if (!memory_ || !short_of_room_) return;
    short_of_room_ = false;
    const std::size_t held = memory_.size();
    const std::size_t most = one ? most_of_one : most_of_all + reading.places() * most_of_each;
    const std::size_t wanted = min_of(most, held + reading.memory().comfort());
    if (wanted < held + held / 8) return;
    memory_ = taken_memory();
    memory_ = taken_memory(reading.memory(), wanted);
    if (!memory_) memory_ = taken_memory(reading.memory(), held);
    if (memory_)
      buffer_ = row_buffer(memory_.data(), memory_.size(), layout::columns, key_bytes_);
    else
      buffer_ = row_buffer(own_, own_bytes, layout::columns, key_bytes_);
  }
  [[nodiscard]] std::size_t row_bytes() const noexcept { return row_buffer::row_bytes(layout::columns, key_bytes_); }

  void take(window_merge& other) noexcept {
    memory_ = std::move(other.memory_);
    buffer_ = other.buffer_;
    if (!memory_ && buffer_.capacity() != 0) {
      buffer_.move_to(own_, own_bytes);
      buffer_.sort();
    }
    pace_ = other.pace_;
    from_ = other.from_;
    last_ = other.last_;
    to_ = other.to_;
    newest_ = other.newest_;
    place_ = other.place_;
    rank_ = other.rank_;
    ranks_ = other.ranks_;
    at_ = other.at_;
    index_ = other.index_;
    key_bytes_ = other.key_bytes_;
    more_ = other.more_;
    started_ = other.started_;
    at_one_time_ = other.at_one_time_;
    crowded_ = other.crowded_;
    of_many_blocks_ = other.of_many_blocks_;
    short_of_room_ = other.short_of_room_;
    other.buffer_ = row_buffer();
    other.at_ = 0;
    other.more_ = false;
  }

  // ---- windows

  // Fills the buffer with the rows that come next; none when there are no more.
  [[gnu::noinline]] void fill(const Reading& reading, const choice& which) {
    buffer_.clear();
    at_ = 0;
    grow_empty(reading, which.one.has_value());
    while (more_ && buffer_.size() == 0) {
      if (at_one_time_)
        fill_one_time(reading, which);
      else
        fill_window(reading, which);
    }
    if (buffer_.size() == 0) return end();
    buffer_.sort();
    index_ = buffer_.index(0);
  }

  void fill_window(const Reading& reading, const choice& which) {
    if (!started_) {
      // What is appended from now on may be met, but nothing later than this: the end does not run away. All series are
      // asked before the first row is read, for reading stops where one time has more rows than fit.
      for_each_series(reading, which, [&](std::size_t, const series& view, auto&) {
        newest_ = max_of(newest_, view.newest_time());
        return true;
      });
      last_ = min_of(last_, newest_);
      started_ = true;
      more_ = from_ <= last_;
      if (!more_) return;
    }
    to_ = pace_.end_of(from_, last_);
    crowded_ = false;
    for_each_series(reading, which, [&](std::size_t place, const series& view, auto&) {
      return add_series(reading, which, place, view);
    });
    if (at_one_time_) return;  // there are more rows at from_ than fit
    learn();
    go_on_after(to_);
    if (crowded_ && more_ && from_ == crowded_time_) begin_one_time();
  }
  void learn() noexcept {
    std::int64_t from = from_;
    if (buffer_.size() != 0) {  // the first window may begin long before its first row
      from = to_;
      for (std::size_t i = 0; i < buffer_.size(); ++i) from = min_of(from, buffer_.time(i));
    }
    const std::size_t fill = pace_fill(buffer_.capacity());
    pace_.learn(from, to_, of_many_blocks_ ? max_of(buffer_.size(), fill) : buffer_.size(), fill);
    of_many_blocks_ = false;
  }
  // How much of the buffer is filled on purpose: windows differ, and one that is too long is decoded in vain.
  [[nodiscard]] static std::size_t pace_fill(std::size_t capacity) noexcept { return capacity - capacity / 5; }
  void go_on_after(std::int64_t time) noexcept {
    more_ = time < last_;
    if (more_) from_ = time + 1;
  }
  void begin_one_time() noexcept {
    at_one_time_ = true;
    place_ = 0;
    rank_ = ranks_ = 0;
  }

  // What a series' rows are added for.
  struct adding {
    const Reading& reading;
    const choice& which;
    std::size_t place;
    const series& view;
  };

  // Returns: false to end the walk over the series.
  bool add_series(const Reading& reading, const choice& which, std::size_t place, const series& view) {
    if (view.newest_time() < from_) return true;
    const adding to{reading, which, place, view};
    block_list<block, most_blocks> blocks;
    std::size_t met = 0;
    view.for_each_block(from_, to_, [&](const block& each) {
      blocks.push(each);
      return ++met <= most_blocks;
    });
    if (met > most_blocks) {
      if (!add_many_blocks(to)) return false;
    } else {
      while (blocks.size() != 0)
        if (!add_block(to, blocks.pop())) return false;
    }
    return !head_may_have(view, {from_, to_}) || add_head(to);
  }
  // Adds the blocks of a series of which the window meets more than the list holds.
  [[gnu::noinline]] bool add_many_blocks(const adding& to) {
    const series& view = to.view;
    const std::size_t most = max_of(most_blocks, 2 * blocks_within(view, from_, SIZE_MAX));
    if (blocks_within(view, to_, most) > most) shorten_for(view, most);
    // The newest block is met first and the oldest is added first: where the list is too short for all, the oldest of
    // those that are left are met last in each of several walks.
    const std::int64_t end = to_;  // making room shortens the window
    block_list<block, most_blocks> blocks;
    for (std::size_t left = blocks_within(view, end, SIZE_MAX); left != 0;) {
      std::size_t met = 0;
      view.for_each_block(from_, end, [&](const block& each) {
        blocks.push(each);
        return ++met < left;
      });
      left -= blocks.size();
      while (blocks.size() != 0)
        if (!add_block(to, blocks.pop())) return false;
    }
    return true;
  }
  // How many blocks of a series meet a window that ends at `to`: up to `most` and one more.
  [[nodiscard]] std::size_t blocks_within(const series& view, std::int64_t to, std::size_t most) const {
    std::size_t count = 0;
    view.for_each_block(from_, to, [&](const block&) { return ++count <= most; });
    return count;
  }
  // Makes the window so short that no more than `most` blocks of the series meet it. That is twice as many as meet
  // from_ alone, or more: windows of blocks that overlap do not become short for nothing.
  void shorten_for(const series& view, std::size_t most) {
    std::int64_t good = from_;
    std::int64_t bad = to_;
    while (static_cast<std::uint64_t>(bad) - static_cast<std::uint64_t>(good) > 1) {
      const std::int64_t middle =
          later_by(good, (static_cast<std::uint64_t>(bad) - static_cast<std::uint64_t>(good)) / 2);
      const std::size_t count = blocks_within(view, middle, most);
      (count <= most ? good : bad) = middle;
      if (count <= most && count >= most / 2) break;
    }
    assert(from_ <= good && good < to_);
    to_ = good;
    buffer_.drop_after(good);
    of_many_blocks_ = true;
  }

  // Makes room for a row. Returns: false where from_ alone has more rows than fit.
  [[gnu::noinline]] bool make_room(const adding& to) {
    if (grow(to.reading, to.which.one.has_value())) return true;
    short_of_room_ = true;
    // By the series that are still to come, the whole window has so many times the rows that there are.
    const std::size_t places = to.which.one ? 1 : to.reading.places();
    const double part =
        to.which.one ? 1 : static_cast<double>(to.place + 1) / static_cast<double>(max_of(places, to.place + 1));
    const double keep = static_cast<double>(buffer_.size()) * max_of(1.0 / 16, min_of(15.0 / 16, 0.9 * part));
    std::int64_t limit = 0;
    if (buffer_.cut(static_cast<std::size_t>(keep), limit)) {
      to_ = limit - 1;
      return true;
    }
    const std::int64_t time = buffer_.time(0);
    buffer_.clear();
    if (time == from_) {
      begin_one_time();
      return false;
    }
    // No earlier row has come yet, but one may.
    crowded_ = true;
    crowded_time_ = time;
    to_ = time - 1;
    return true;
  }

  [[gnu::noinline]] bool add_block(const adding& to, const block& from) {
    if (from.first_time() > to_) return true;
    std::int64_t times[block_rows];
    row_span rows = from.find_times({from_, to_}, times);
    while (rows.size() != 0) {
      if (buffer_.room() == 0) {
        if (!make_room(to)) return false;
        rows.end = rows.first + times_within(times + rows.first, rows.size(), {from_, to_}).end;
        continue;
      }
      const std::size_t n = min_of(rows.size(), buffer_.room());
      std::uint64_t* const first = buffer_.extend(n);
      buffer_.write_times(first, times + rows.first, n);
      buffer_.write_keys(first, n, key_of(to.view).bytes);
      std::uint64_t words[block_rows];
      for (std::size_t c = 0; c < layout::columns; ++c) {
        from.decode_words(c, {rows.first, rows.first + n}, words);
        buffer_.write_column(first, c + 1, words + rows.first, n);
      }
      rows.first += n;
    }
    return true;
  }
  [[gnu::noinline]] bool add_head(const adding& to) {
    head_copy<layout> head(to.view, from_);
    for (std::size_t i = 0; i < head.rows(); ++i) {
      const std::int64_t time = head.times()[i];
      if (time < from_ || time > to_) continue;
      if (buffer_.room() == 0) {
        if (!make_room(to)) return false;
        if (time > to_) continue;
      }
      std::uint64_t* const row = buffer_.extend(1);
      buffer_.write_times(row, &time, 1);
      buffer_.write_keys(row, 1, key_of(to.view).bytes);
      for (std::size_t c = 0; c < layout::columns; ++c) row[1 + c] = head.column(c)[i];
    }
    return true;
  }

  struct key_image {
    std::byte bytes[8];
  };
  [[nodiscard]] static key_image key_of(const series& view) noexcept {
    key_image made{};
    if constexpr (layout::has_series) {
      const auto key = view.key();
      std::memcpy(made.bytes, &key, sizeof key);
    }
    return made;
  }

  // ---- a time with more rows than fit

  // Adds rows of from_, from the position (place_, rank_) on. The rank counts the rows of one series in the order of
  // arrival.
  void fill_one_time(const Reading& reading, const choice& which) {
    bool full = false;
    for_each_series(reading, which, place_, [&](std::size_t place, const series& view, auto&) {
      if (place != place_) rank_ = ranks_ = 0;
      place_ = place;
      full = !add_of_one_time(reading, which, view);
      return !full;
    });
    if (full) return;
    at_one_time_ = false;
    go_on_after(from_);
  }
  // Returns: false where the buffer has no room for all of them.
  bool add_of_one_time(const Reading& reading, const choice& which, const series& view) {
    const time_window now{from_, from_};
    const std::size_t rows = count_rows<layout>(view, now);
    // Rows go from the oldest on: where there are fewer than before, those that went had been given, if any had.
    rank_ -= min_of(rank_, ranks_ - min_of(ranks_, rows));
    ranks_ = rows;
    if (rows <= rank_) return true;
    while (buffer_.room() < rows - rank_ && grow(reading, which.one.has_value())) {
    }
    if (buffer_.room() < rows - rank_ && buffer_.size() != 0) return false;  // the next slice begins with them
    const std::size_t n = min_of(rows - rank_, buffer_.room());
    write_of_one_time(view, rows, n);
    rank_ += n;
    return rank_ == rows;
  }
  // Adds the rows of ranks rank_ to rank_ + n - 1, of `rows` that there are.
  void write_of_one_time(const series& view, std::size_t rows, std::size_t n) {
    const time_window now{from_, from_};
    std::uint64_t* const first = buffer_.extend(n);
    buffer_.write_keys(first, n, key_of(view).bytes);
    const std::size_t begin = rank_;
    const std::size_t end = rank_ + n;
    const std::size_t width = 1 + layout::columns;
    for (std::size_t i = 0; i < n; ++i) first[i * width] = static_cast<std::uint64_t>(from_);
    std::size_t later = rows;  // the rank behind what comes next: the newest come first
    if (head_may_have(view, now)) later -= write_head_of_one_time(view, first, begin, end, later);
    view.for_each_block(now.from, now.to, [&](const block& from) {
      const row_span span = from.find(now);
      const std::size_t rank = later - span.size();
      const std::size_t low = max_of(rank, begin);
      const std::size_t high = min_of(later, end);
      if (low < high) {
        std::uint64_t words[block_rows];
        for (std::size_t c = 0; c < layout::columns; ++c) {
          const row_span part{span.first + (low - rank), span.first + (high - rank)};
          from.decode_words(c, part, words);
          buffer_.write_column(first + (low - begin) * width, c + 1, words + part.first, part.size());
        }
      }
      later = rank;
      return later > begin;
    });
  }
  [[gnu::noinline]] std::size_t write_head_of_one_time(const series& view, std::uint64_t* first, std::size_t begin,
                                                       std::size_t end, std::size_t later) {
    head_copy<layout> head(view, from_);
    std::uint16_t which[head_capacity<layout>];
    const std::size_t n = head.rows_within({from_, from_}, which);
    for (std::size_t i = 0; i < n; ++i) {
      const std::size_t rank = later - n + i;
      if (rank < begin || rank >= end) continue;
      std::uint64_t* const row = first + (rank - begin) * (1 + layout::columns);
      for (std::size_t c = 0; c < layout::columns; ++c) row[1 + c] = head.column(c)[which[i]];
    }
    return n;
  }

  taken_memory memory_;
  row_buffer buffer_;
  window_pace pace_;
  std::int64_t from_ = 0;    // the first time of the next window, or of this one while it is filled
  std::int64_t to_ = 0;      // the last time of the window that is filled
  std::int64_t last_ = 0;    // of all windows
  std::int64_t newest_ = 0;  // the greatest time there was at the beginning
  std::int64_t crowded_time_ = 0;
  std::size_t place_ = 0;  // where a slice of one time begins
  std::size_t rank_ = 0;
  std::size_t ranks_ = 0;  // rows of that series and time when the slice was filled
  std::size_t at_ = 0;     // in the order of time
  std::size_t index_ = 0;  // in the buffer
  std::size_t key_bytes_ = 0;
  bool more_ = false;
  bool started_ = false;
  bool at_one_time_ = false;
  bool short_of_room_ = false;   // a window was made shorter because the buffer was full
  bool crowded_ = false;         // crowded_time_ has more rows than fit
  bool of_many_blocks_ = false;  // the window was made short because of the number of blocks
  alignas(std::uint64_t) std::byte own_[own_bytes];
};

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
