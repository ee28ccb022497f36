// slotted: the newest rows of one series, appended in place: the newest row whole, older ones as what changed.
// SPDX-License-Identifier: MIT
#pragma once

#include <slotted/history/detail/column_change.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {

// A row is a time, which is an integer of 64 bits in its order, and a pattern of 64 bits for each column.
// The rows of a series are its state and a chain of lines. The state has the newest row, and a stack of bytes that says
// how each row differs from the row before it, read from the top: from the newest row the older ones follow. When the
// bytes of the state are full they move to a line as a whole, wherever in a row that is.
// Invariants: rows come back bit for bit. A line that was filled never changes again. The byte on top is in the state.
// Not for two threads at once while one of them adds a row; a copy of a state and its lines are read by any thread.

// ---- a row's bytes, from the bottom: what changed, and then a control byte. The step is the time since the row
// before, its turn is how much it differs from the step before: a difference as column_change.hpp writes them. 00rrrrrr
// r + 1 rows in which nothing changed, the step included One column: 1vvvvvvv   the step is the same; this is the last
// byte of the value's change 01000000   the step is the same; before it the value's change 010....1.. the step is the
// same; a difference of n bytes, 2 to 6, with n - 2 zeros and a one behind 01: 7n - 2 bits 011vvvvv   before it the
// turn. v = 0: the value is the same; 1: before the turn its change; else the difference of
//            its digits, -15 to 15, zero left out
// Up to six columns but one:
// 1tcccccc   before it the turn, if t; before that the change of each column with a bit, the last column last
// More columns, in groups of eight:
// 1ccccccc   the step is the same; all columns changed, for 127, or the column c alone
// 01tggggg   before it the turn, if t; before that each group with a bit: its changes and a byte of its columns' bits.
//            With more than five groups the groups' bits are bytes of their own, before the control byte

// Shape: `columns` and `kinds`, an array of codec::value_kind.
template <class Shape>
class row_stream {
 public:
  static constexpr std::size_t columns = Shape::columns;

 private:
  static constexpr std::size_t groups = (columns + 7) / 8;
  static constexpr std::size_t group_bytes = groups <= 5 ? 0 : (groups + 7) / 8;
  static constexpr std::size_t stored = columns == 0 ? 1 : columns;  // an array has at least one element
  static constexpr std::size_t most_turn_bytes = 9;
  static constexpr std::size_t most_row_bytes =
      columns * most_change_bytes + (columns <= 6 ? 0 : groups) + most_turn_bytes + group_bytes + 1;

  // Bytes in the state: what is left of the last 64, if that is enough for some rows.
  static constexpr std::size_t fixed_bytes = 21 + 9 * stored;  // of two times, words, a line, a count, modes
  static constexpr std::size_t least_bytes = min_of<std::size_t>(max_of<std::size_t>(24, 2 * columns), 128);
  static constexpr std::size_t line_bytes = (fixed_bytes + least_bytes + 63) / 64 * 64 - fixed_bytes;

 public:
  static constexpr std::uint32_t no_line = 0xFFFFFFFF;
  static constexpr std::size_t max_lines_per_row = (most_row_bytes + line_bytes - 1) / line_bytes;

  struct state {
    std::uint64_t time;
    std::uint64_t step;
    std::uint64_t words[stored];
    std::uint32_t spills;  // the newest line, or no_line
    std::uint8_t filled;
    column_mode modes[stored];
    std::byte bytes[line_bytes];
  };

  struct line {
    std::uint32_t previous;  // the line before, or no_line
    std::byte bytes[line_bytes];
  };

  // The first row.
  static void begin(state& s, std::int64_t time, const std::uint64_t* words) noexcept {
    s.time = static_cast<std::uint64_t>(time);
    s.step = 0;
    s.spills = no_line;
    s.filled = 0;
    for (std::size_t c = 0; c < columns; ++c) {
      s.words[c] = words[c];
      s.modes[c] = first_mode(kind(c), words[c]);
    }
  }

  // Adds a row. `take_line` gives the index and the address of a line that is free, as a pair; it is called at most
  // max_lines_per_row times and cannot fail.
  template <class TakeLine>
  static void put(state& s, std::int64_t time, const std::uint64_t* words, TakeLine&& take_line) noexcept {
    const std::uint64_t step = static_cast<std::uint64_t>(time) - s.time;
    const std::uint64_t turn = step - s.step;
    s.time = static_cast<std::uint64_t>(time);
    s.step = step;
    if constexpr (columns == 1) {
      put_value(s, turn, words[0], take_line);
    } else if constexpr (columns <= 6) {
      put_few(s, turn, words, take_line);
    } else {
      put_many(s, turn, words, take_line);
    }
  }

  // Writes rows in the order in which they were added, the i-th of the newest `rows` to times[i], its column c to
  // words[c * stride + i]: from the newest back to the last that is not older than `least`, or to the first.
  // Returns: the first that is written; `rows` where the newest is older. Preconditions: there are as many rows.
  // `line_at(index)` is the line.
  template <class LineAt>
  static std::size_t read(const state& s, std::size_t rows, LineAt&& line_at, std::int64_t* times, std::uint64_t* words,
                          std::size_t stride, std::int64_t least = INT64_MIN) noexcept {
    if (rows == 0 || newest_time(s) < least) return rows;
    backward_bytes in(s, line_at);
    row_words to{words, stride, {}};
    for (std::size_t c = 0; c < columns; ++c) to.ends[c] = rows;
    column_cursor at[stored];
    for (std::size_t c = 0; c < columns; ++c) at[c] = column_cursor(kind(c), s.words[c], s.modes[c]);
    std::size_t first = 0;
    if constexpr (columns == 1)
      first = read_values(in, s, rows, line_at, times, to, at[0], least);
    else
      first = read_rows(in, s, rows, line_at, times, to, at, least);
    for (std::size_t c = 0; c < columns; ++c) to.change_mode(c, first, at[c].mode);
    return first;
  }

  static std::int64_t newest_time(const state& s) noexcept { return static_cast<std::int64_t>(s.time); }
  static void newest(const state& s, std::uint64_t* words) noexcept {
    for (std::size_t c = 0; c < columns; ++c) words[c] = s.words[c];
  }

 private:
  static constexpr bool one_kind = [] {
    for (std::size_t c = 1; c < columns; ++c) {
      if (Shape::kinds[c] != Shape::kinds[0]) return false;
    }
    return true;
  }();
  static constexpr codec::value_kind kind(std::size_t c) noexcept { return Shape::kinds[one_kind ? 0 : c]; }

  // ---- adding

  template <class TakeLine>
  static void spill(state& s, TakeLine& take_line) noexcept {
    const auto [index, place] = take_line();
    place->previous = s.spills;
    std::memcpy(place->bytes, s.bytes, line_bytes);
    s.spills = index;
    s.filled = 0;
  }

  // The low `n` bytes, at most eight.
  template <class TakeLine>
  static void push(state& s, std::uint64_t bytes, unsigned n, TakeLine& take_line) noexcept {
    const std::size_t room = line_bytes - s.filled;
    std::size_t filled = s.filled + n;
    if (room >= 8) {
      codec::store_little(s.bytes + s.filled, bytes);
    } else {
      if (room != 0) {  // with the last eight bytes, some of which are there
        const auto there = static_cast<unsigned>(8 * (8 - room));
        std::byte* const to = s.bytes + line_bytes - 8;
        codec::store_little(to, (codec::load_little(to) & codec::low_mask(there)) | bytes << there);
      }
      if (n > room) {
        spill(s, take_line);
        codec::store_little(s.bytes, bytes >> (8 * room));
        filled = n - room;
      }
    }
    s.filled = static_cast<std::uint8_t>(filled);
  }

  template <class TakeLine>
  static void push(state& s, const change_bytes& bytes, TakeLine& take_line) noexcept {
    if (bytes.count <= 8) {
      push(s, bytes.low, bytes.count, take_line);
    } else {
      push(s, bytes.low, 8, take_line);
      push(s, bytes.high, bytes.count - 8, take_line);
    }
  }

  template <class TakeLine>
  static void push(state& s, unsigned byte, TakeLine& take_line) noexcept {
    if (s.filled == line_bytes) spill(s, take_line);
    s.bytes[s.filled] = static_cast<std::byte>(byte);
    s.filled = static_cast<std::uint8_t>(s.filled + 1);
  }

  // One more row in which nothing changed.
  template <class TakeLine>
  static void repeat(state& s, TakeLine& take_line) noexcept {
    if (s.filled != 0 && std::to_integer<unsigned>(s.bytes[s.filled - 1]) < 0x3F) {
      s.bytes[s.filled - 1] = static_cast<std::byte>(std::to_integer<unsigned>(s.bytes[s.filled - 1]) + 1);
    } else {
      push(s, 0, take_line);
    }
  }

  template <class TakeLine>
  static void put_value(state& s, std::uint64_t turn, std::uint64_t word, TakeLine& take_line) noexcept {
    unsigned control = 0x60;
    if (word == s.words[0]) {
      if (turn == 0) return repeat(s, take_line);
    } else {
      const column_change change = change_of(kind(0), s.words[0], word, s.modes[0]);
      s.words[0] = word;
      if (change.how == column_change::form::difference) {
        if (turn == 0) {
          const unsigned bits = signed_bits(change.value);
          if (bits <= 40) {
            const unsigned n = bits <= 7 ? 1 : (bits + 8) / 7;
            const unsigned counted = bits <= 7 ? 7 : 7 * n - 2;
            const std::uint64_t mark =
                std::uint64_t{1} << counted | (bits <= 7 ? 0 : std::uint64_t{0x40} << (8 * n - 8));
            return push(s, (change.value & codec::low_mask(counted)) | mark, n, take_line);
          }
        } else if (change.value + 15 <= 30) {
          control |= static_cast<unsigned>(change.value + (change.value >> 63 != 0 ? 17 : 16));
        }
      }
      if (control == 0x60) {
        change_bytes bytes = write_change(kind(0), change);
        if (turn == 0) {
          if (bytes.last() < 0x80) bytes.add(0x40);
          return push(s, bytes, take_line);
        }
        push(s, bytes, take_line);
        control |= 1;
      }
    }
    change_bytes bytes = write_difference(turn);
    bytes.add(control);
    push(s, bytes, take_line);
  }

  template <class TakeLine>
  static void push_change(state& s, std::size_t c, std::uint64_t word, TakeLine& take_line) noexcept {
    const column_change change = change_of(kind(c), s.words[c], word, s.modes[c]);
    s.words[c] = word;
    push(s, write_change(kind(c), change), take_line);
  }

  template <class TakeLine>
  static void push_turn(state& s, std::uint64_t turn, TakeLine& take_line) noexcept {
    push(s, write_difference(turn), take_line);
  }

  template <class TakeLine>
  static void put_few(state& s, std::uint64_t turn, const std::uint64_t* words, TakeLine& take_line) noexcept {
    unsigned control = turn == 0 ? 0x80 : 0xC0;
    for (std::size_t c = 0; c < columns; ++c) {
      if (words[c] == s.words[c]) continue;
      control |= 1u << c;
      push_change(s, c, words[c], take_line);
    }
    if (control == 0x80) return repeat(s, take_line);
    if (turn != 0) push_turn(s, turn, take_line);
    push(s, control, take_line);
  }

  static constexpr unsigned every_column = 127;

  template <class TakeLine>
  static void put_many(state& s, std::uint64_t turn, const std::uint64_t* words, TakeLine& take_line) noexcept {
    std::size_t changed = 0;
    std::size_t last = 0;
    for (std::size_t c = 0; c < columns; ++c) {
      changed += words[c] != s.words[c];
      last = words[c] != s.words[c] ? c : last;
    }
    if (turn == 0) {
      if (changed == 0) return repeat(s, take_line);
      if (changed == columns) {
        for (std::size_t c = 0; c < columns; ++c) push_change(s, c, words[c], take_line);
        return push(s, 0x80 | every_column, take_line);
      }
      if (changed == 1 && last < every_column) {
        push_change(s, last, words[last], take_line);
        return push(s, 0x80 | static_cast<unsigned>(last), take_line);
      }
    }
    std::uint8_t marks[group_bytes + 1] = {};  // bits of groups; with at most five the first byte is all
    for (std::size_t g = 0; g < groups; ++g) {
      unsigned mask = 0;
      for (std::size_t c = 8 * g; c < min_of(8 * g + 8, columns); ++c) {
        if (words[c] == s.words[c]) continue;
        mask |= 1u << c % 8;
        push_change(s, c, words[c], take_line);
      }
      if (mask == 0) continue;
      push(s, mask, take_line);
      marks[g / 8] = static_cast<std::uint8_t>(marks[g / 8] | 1u << g % 8);
    }
    if (turn != 0) push_turn(s, turn, take_line);
    for (std::size_t i = 0; i < group_bytes; ++i) push(s, marks[i], take_line);
    push(s, (turn == 0 ? 0x40u : 0x60u) | (group_bytes == 0 ? marks[0] : 0u), take_line);
  }

  // ---- reading

  // The bytes from the top of the stack down, a part at a time in one piece.
  class backward_bytes {
    // What is read between two refills: a control byte, bits of groups, the turn and a change; and eight bytes before
    // any of them are loaded, too.
    static constexpr std::size_t margin = 1 + group_bytes + 1 + most_turn_bytes + most_change_bytes + 8;
    static constexpr std::size_t size = max_of<std::size_t>(16 * line_bytes, 2 * margin) + 8;

   public:
    template <class LineAt>
    backward_bytes(const state& s, LineAt& line_at) noexcept : begin_(buffer_ + size - s.filled), next_(s.spills) {
      std::memcpy(begin_, s.bytes, s.filled);
      fill(line_at);
    }
    backward_bytes(const backward_bytes&) = delete;
    backward_bytes& operator=(const backward_bytes&) = delete;

    // Behind the byte on top.
    [[nodiscard]] const std::byte* end() const noexcept { return buffer_ + size; }

    // Returns: where the byte at `end` stands now, with all before it that one change or control needs.
    template <class LineAt>
    [[nodiscard]] const std::byte* refill(const std::byte* end, LineAt& line_at) noexcept {
      return end < low_ ? move_up(end, line_at) : end;
    }

   private:
    template <class LineAt>
    const std::byte* move_up(const std::byte* end, LineAt& line_at) noexcept {
      const auto left = static_cast<std::size_t>(end - begin_);
      std::memmove(buffer_ + size - left, begin_, left);
      begin_ = buffer_ + size - left;
      fill(line_at);
      return buffer_ + size;
    }

    template <class LineAt>
    void fill(LineAt& line_at) noexcept {
      while (next_ != no_line && begin_ - buffer_ >= static_cast<std::ptrdiff_t>(line_bytes + 8)) {
        const line& l = line_at(next_);
        begin_ -= line_bytes;
        std::memcpy(begin_, l.bytes, line_bytes);
        next_ = l.previous;
      }
      if (next_ == no_line) {
        std::memset(begin_ - 8, 0, 8);
        low_ = buffer_;
      } else {
        low_ = begin_ + margin;
      }
    }

    std::byte* begin_;
    const std::byte* low_ = nullptr;  // below it there may be too few bytes for what is read next
    std::uint32_t next_;
    std::byte buffer_[size];
  };

  // Where words are written. Those of rows [i, ends[c]) of a column are digits or patterns, by its mode at row i.
  struct row_words {
    std::uint64_t* words;
    std::size_t stride;
    std::size_t ends[stored];

    void put(std::size_t i, const column_cursor* at) const noexcept {
      for (std::size_t c = 0; c < columns; ++c) words[c * stride + i] = at[c].word;
    }
    // The rows from i on have had this mode, and the row before has another.
    [[gnu::noinline]] void change_mode(std::size_t c, std::size_t i, column_mode mode) noexcept {
      words_to_patterns(kind(c), mode, words + c * stride + i, ends[c] - i);
      ends[c] = i;
    }
  };

  template <class LineAt>
  static std::size_t read_rows(backward_bytes& in, const state& s, std::size_t rows, LineAt& line_at,
                               std::int64_t* times, row_words& to, column_cursor* at, std::int64_t least) noexcept {
    const std::byte* end = in.end();
    std::uint64_t time = s.time;
    std::uint64_t step = s.step;
    for (std::size_t i = rows - 1;; --i) {
      times[i] = static_cast<std::int64_t>(time);
      to.put(i, at);
      if (i == 0) return 0;
      end = in.refill(end, line_at);
      const unsigned control = std::to_integer<unsigned>(end[-1]);
      time -= step;
      if (static_cast<std::int64_t>(time) < least) return i;
      if (control < 0x40) {
        --end;
        for (unsigned left = control; left != 0 && i != 1; --left) {
          --i;
          times[i] = static_cast<std::int64_t>(time);
          to.put(i, at);
          time -= step;
          if (static_cast<std::int64_t>(time) < least) return i;
        }
      } else if constexpr (columns <= 6) {
        --end;
        if ((control & 0x40) != 0) step -= read_difference(end);
        for (std::size_t c = columns; c-- != 0;) {
          if ((control >> c & 1) == 0) continue;
          end = in.refill(end, line_at);
          read_change(kind(c), end, at[c], [&](column_mode mode) { to.change_mode(c, i, mode); });
        }
      } else {
        end = read_many(in, end, control, step, at, line_at,
                        [&](std::size_t c, column_mode mode) { to.change_mode(c, i, mode); });
      }
    }
  }

  // Rows at equal steps: those up to row end - 1, which has this time.
  struct steady_times {
    std::int64_t* times;
    std::size_t end;
    std::uint64_t last;
    std::uint64_t step;

    [[nodiscard]] std::uint64_t at(std::size_t i) const noexcept { return last - (end - 1 - i) * step; }
    // Writes those from row i on.
    void write(std::size_t i) const noexcept {
      std::uint64_t time = at(i);
      for (; i < end; ++i, time += step) times[i] = static_cast<std::int64_t>(time);
    }
    // After row i comes one at this step, and rows before it are at a step that is less by `turn`.
    void turn_before(std::size_t i, std::uint64_t turn) noexcept {
      write(i);
      last = at(i) - step;
      end = i;
      step -= turn;
    }
  };

  // The same of rows with one column. Times are written when the step changes.
  template <class LineAt>
  static std::size_t read_values(backward_bytes& in, const state& s, std::size_t rows, LineAt& line_at,
                                 std::int64_t* times, row_words& to, column_cursor& cursor,
                                 std::int64_t least) noexcept {
    std::uint64_t* const words = to.words;
    const std::byte* end = in.end();
    column_cursor at = cursor;
    steady_times steady{times, rows, s.time, s.step};
    std::size_t i = rows - 1;  // the row that was read last
    words[i] = at.word;
    while (i != 0 && static_cast<std::int64_t>(steady.at(i)) >= least) {
      end = in.refill(end, line_at);
      if (at.has_digits() && read_difference_or_repeat(end, i, at.word, words)) continue;
      const unsigned control = std::to_integer<unsigned>(end[-1]);
      if (control < 0x40) {
        --end;
        for (std::size_t left = min_of<std::size_t>(control + 1, i); left != 0; --left) words[--i] = at.word;
        continue;
      }
      std::uint64_t turn = 0;
      read_value(end, control, turn, at, [&](column_mode mode) { to.change_mode(0, i, mode); });
      if (turn != 0) steady.turn_before(i, turn);
      words[--i] = at.word;
    }
    steady.write(i);
    while (times[i] < least) ++i;
    cursor = at;
    return i;
  }
  // Reads rows at the same step: one whose value's digits differ by up to six bytes, or some that are equal. Which of
  // these it is depends on the values and cannot be predicted, so that there is no branch for it.
  // Returns: false, and nothing has changed, where the bytes are others, or where nearly all rows have been read.
  [[gnu::always_inline]] static bool read_difference_or_repeat(const std::byte*& end, std::size_t& i,
                                                               std::uint64_t& word, std::uint64_t* words) noexcept {
    constexpr std::size_t few = 4;  // rows that are written at once
    const std::uint64_t bytes = codec::load_little(end - 8);
    // Leading zeros: none of a last byte alone, one of equal rows, two of what begins with 011, and one more than the
    // bytes of a longer difference.
    const auto zeros = static_cast<unsigned>(std::countl_zero(bytes ^ std::uint64_t{1} << 62));
    const std::uint64_t repeats = zeros == 1 ? ~std::uint64_t{0} : 0;
    const auto equal = number_cast<std::size_t>(bytes >> 56 & repeats) + 1;
    if (zeros == 2 || zeros > 7 || equal + few > i) return false;
    const unsigned length = max_of(zeros, 2u) - 1;
    const unsigned mark = zeros == 0 ? 1 : zeros + 1;  // bits before the difference
    end -= length;
    word -= sign_extended(bytes << mark, 8 * length - mark) & ~repeats;
    for (std::size_t j = 1; j <= few; ++j) words[i - j] = word;
    for (std::size_t j = few + 1; j <= equal; ++j) words[i - j] = word;
    i -= equal;
    return true;
  }

  template <class Changing>
  [[gnu::always_inline]] static void read_value(const std::byte*& end, unsigned control, std::uint64_t& turn,
                                                column_cursor& at, Changing&& changing) noexcept {
    if (control < 0x80) {
      --end;
      if (control >= 0x60) {
        turn = read_difference(end);
        const unsigned v = control & 0x1F;
        if (v != 1) {
          if (v != 0) at.word -= std::uint64_t{v} - (v < 17 ? 17 : 16);
          return;
        }
      } else if (control != 0x40) {
        const std::uint64_t y = codec::load_little(end - 7) << 2;
        const auto n = static_cast<unsigned>(std::countl_zero(y)) + 1;
        end -= n - 1;
        at.word -= sign_extended(y << n, 7 * n - 2);
        return;
      }
    }
    read_change(kind(0), end, at, changing);
  }

  template <class LineAt, class Changing>
  static const std::byte* read_many(backward_bytes& in, const std::byte* end, unsigned control, std::uint64_t& step,
                                    column_cursor* at, LineAt& line_at, Changing changing) noexcept {
    const auto read_column = [&](std::size_t c) {
      end = in.refill(end, line_at);
      read_change(kind(c), end, at[c], [&](column_mode mode) { changing(c, mode); });
    };
    --end;
    if (control >= 0x80) {
      const unsigned alone = control & 0x7F;
      const std::size_t first = alone == every_column ? 0 : alone;
      for (std::size_t c = alone == every_column ? columns : alone + 1; c-- != first;) read_column(c);
      return end;
    }
    std::uint8_t marks[group_bytes + 1] = {static_cast<std::uint8_t>(control & 0x1F)};
    for (std::size_t i = group_bytes; i-- != 0;) marks[i] = std::to_integer<std::uint8_t>(*--end);
    if ((control & 0x20) != 0) step -= read_difference(end);
    for (std::size_t g = groups; g-- != 0;) {
      if ((marks[g / 8] >> g % 8 & 1) == 0) continue;
      end = in.refill(end, line_at);
      const auto mask = std::to_integer<unsigned>(*--end);
      for (std::size_t c = min_of(8 * g + 8, columns); c-- != 8 * g;)
        if ((mask >> c % 8 & 1) != 0) read_column(c);
    }
    return end;
  }
};

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
