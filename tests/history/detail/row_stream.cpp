#include <slotted/history/detail/row_stream.hpp>

#include <deque>
#include <memory>

#include "catch.hpp"
#include "columns.hpp"

using namespace slotted::detail;
using generated::value_kind;

namespace {

// Columns of these kinds over and over.
template <std::size_t Columns, value_kind... Kinds>
struct shape {
  static constexpr std::size_t columns = Columns;
  static constexpr std::array<value_kind, Columns> kinds = [] {
    constexpr value_kind cycle[] = {Kinds...};
    std::array<value_kind, Columns> all{};
    for (std::size_t c = 0; c < Columns; ++c) all[c] = cycle[c % sizeof...(Kinds)];
    return all;
  }();
};

constexpr auto real = value_kind::binary64;
constexpr auto narrow = value_kind::binary32;
constexpr auto whole = value_kind::integer;

using one_double = row_stream<shape<1, real>>;

// A stream with lines of its own, and all rows that were put.
template <class Stream>
struct recorded {
  static constexpr std::size_t columns = Stream::columns;

  std::unique_ptr<typename Stream::state> state = std::make_unique<typename Stream::state>();  // ASan sees its end
  std::deque<std::unique_ptr<typename Stream::line>> lines;
  std::vector<std::int64_t> times;
  std::vector<std::uint64_t> words;  // row by row

  void put(std::int64_t time, const std::uint64_t* row) {
    if (times.empty()) {
      Stream::begin(*state, time, row);
    } else {
      const std::size_t before = lines.size();
      Stream::put(*state, time, row, [this] {
        lines.push_back(std::make_unique<typename Stream::line>());
        return std::pair(static_cast<std::uint32_t>(lines.size() - 1), lines.back().get());
      });
      REQUIRE(lines.size() - before <= Stream::max_lines_per_row);
      REQUIRE(state->filled != 0);  // the control byte, which a run lengthens
    }
    times.push_back(time);
    words.insert(words.end(), row, row + columns);
  }
  void put(std::int64_t time, double value) {
    const auto word = std::bit_cast<std::uint64_t>(value);
    put(time, &word);
  }

  // The bytes of all rows but the newest.
  std::size_t bytes() const { return lines.size() * sizeof(Stream::line::bytes) + state->filled; }

  // The newest n rows are those that were put.
  void check(std::size_t n) const {
    const std::size_t stride = n + 3;
    std::vector<std::int64_t> read_times(n);
    std::vector<std::uint64_t> read_words(columns == 0 ? 0 : (columns - 1) * stride + n);
    Stream::read(
        *state, n, [this](std::uint32_t i) -> const typename Stream::line& { return *lines[i]; }, read_times.data(),
        read_words.data(), stride);
    const std::size_t first = times.size() - n;
    bool same = true;
    for (std::size_t i = 0; i < n; ++i) {
      same = same && read_times[i] == times[first + i];
      for (std::size_t c = 0; c < columns; ++c)
        same = same && read_words[c * stride + i] == words[(first + i) * columns + c];
    }
    REQUIRE(same);
  }
  // Of rows in the order of time those from a time on are read, and no place before them is written.
  void check_from(std::int64_t least) const {
    constexpr std::int64_t untouched = INT64_MIN + 77;
    const std::size_t n = times.size();
    std::vector<std::int64_t> read_times(n, untouched);
    std::vector<std::uint64_t> read_words(columns * n + 1);
    const std::size_t read_from = Stream::read(
        *state, n, [this](std::uint32_t i) -> const typename Stream::line& { return *lines[i]; }, read_times.data(),
        read_words.data(), n, least);
    const auto first = static_cast<std::size_t>(std::lower_bound(times.begin(), times.end(), least) - times.begin());
    REQUIRE(read_from == first);
    REQUIRE(std::equal(times.begin() + static_cast<std::ptrdiff_t>(first), times.end(),
                       read_times.begin() + static_cast<std::ptrdiff_t>(first)));
    bool same = true;
    for (std::size_t i = first; i < n; ++i)
      for (std::size_t c = 0; c < columns; ++c) same = same && read_words[c * n + i] == words[i * columns + c];
    REQUIRE(same);
    if (first > 64) REQUIRE(read_times[first - 65] == untouched);  // what one byte says may have been read
  }
  void check() const {
    if (std::is_sorted(times.begin(), times.end()) && !times.empty()) {
      check_from(INT64_MIN);
      check_from(INT64_MAX);
      for (std::size_t i = 0; i < times.size(); i += 1 + times.size() / 7) check_from(times[i]);
      if (times.back() != INT64_MAX) check_from(times.back() + 1);
    }
    check(times.size());
    check(times.size() / 2);
    check(1);
    check(0);
    REQUIRE(Stream::newest_time(*state) == times.back());
    std::vector<std::uint64_t> newest(columns);
    Stream::newest(*state, newest.data());
    REQUIRE(std::equal(newest.begin(), newest.end(), words.end() - static_cast<std::ptrdiff_t>(columns)));
    // The lines hang together by the index of the one before.
    std::size_t length = 0;
    for (std::uint32_t i = state->spills; i != Stream::no_line; i = lines[i]->previous) ++length;
    REQUIRE(length == lines.size());
  }
};

// Random rows against what was put.
template <class Shape>
void fuzz(std::uint64_t seed, int rounds) {
  generated::random r(seed);
  constexpr std::size_t columns = Shape::columns;
  for (int k = 0; k < rounds; ++k) {
    const std::size_t n = 1 + generated::below(r, generated::below(r, 8) == 0 ? 1024 : 120);
    const auto times = generated::arrivals(r, static_cast<unsigned>(generated::below(r, generated::time_shapes)), n);
    std::vector<std::vector<std::uint64_t>> values;
    for (std::size_t c = 0; c < columns; ++c) values.push_back(generated::patterns(r, Shape::kinds[c], n));
    // Some columns stand still, so that one alone changes, or few, or none.
    const std::uint64_t still = generated::below(r, 4);
    const std::size_t alone = generated::below(r, 2) == 0 ? columns - 1 : generated::below(r, columns + 1);
    for (std::size_t c = 0; c < columns; ++c) {
      if (still == 0 ? generated::below(r, 3) != 0 : still == 1 && c != alone)
        std::fill(values[c].begin(), values[c].end(), values[c].front());
    }
    recorded<row_stream<Shape>> stream;
    std::vector<std::uint64_t> row(columns + 1);
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t c = 0; c < columns; ++c) row[c] = values[c][i];
      stream.put(times[i], row.data());
    }
    stream.check();
  }
}

}  // namespace

TEST_CASE("a state of one double is a cache line, and its lines take 40 bytes") {
  CHECK(sizeof(one_double::state) == 64);
  CHECK(sizeof(one_double::line) == 40);
  CHECK(one_double::max_lines_per_row == 1);
  CHECK(std::is_trivially_copyable_v<one_double::state>);
  CHECK(std::is_trivially_copyable_v<one_double::line>);
  CHECK(sizeof(row_stream<shape<0, real>>::state) == 64);
  CHECK(sizeof(row_stream<shape<2, real>>::state) == 64);
  CHECK(sizeof(row_stream<shape<8, real>>::state) == 128);
  CHECK(sizeof(row_stream<shape<32, real>>::state) == 384);
}

TEST_CASE("rows in the order of time are read from a time on") {
  generated::random r(77);
  for (const unsigned rhythm : {0U, 1U, 2U}) {
    recorded<one_double> one;
    recorded<row_stream<shape<3, real>>> few;
    recorded<row_stream<shape<20, whole>>> many;
    std::int64_t time = -4000;
    std::vector<std::uint64_t> row(20, 5);
    for (int i = 0; i < 700; ++i) {
      time += rhythm == 0 ? 15 : static_cast<std::int64_t>(generated::below(r, rhythm == 1 ? 3 : 1000));
      const double value = static_cast<double>(generated::below(r, 4) == 0 ? generated::below(r, 100'000) : 7) / 10;
      for (std::size_t c = 0; c < 3; ++c) row[c] = std::bit_cast<std::uint64_t>(value);
      one.put(time, row.data());
      few.put(time, row.data());
      many.put(time, row.data());
    }
    one.check();
    few.check();
    many.check();
  }
}

TEST_CASE("equal rows at a steady step take a byte for 64 of them") {
  recorded<one_double> stream;
  for (int i = 0; i < 1026; ++i) stream.put(1795386000000 + 15000 * i, 42);
  // The first step is new, and takes a control byte and three of its own.
  CHECK(stream.bytes() == 4 + 1024 / 64);
  CHECK(stream.lines.empty());
  stream.check();
  stream.put(1795386000000 + 15000 * 1026, 42);
  CHECK(stream.bytes() == 4 + 1024 / 64 + 1);
  stream.check();
}

TEST_CASE("a small change of one value at a steady step takes one byte, a larger one two") {
  recorded<one_double> stream;
  for (int i = 0; i < 2; ++i) stream.put(15 * i, 20.5);
  const std::size_t before = stream.bytes();
  stream.put(30, 20.6);
  CHECK(stream.bytes() == before + 1);
  stream.put(45, 14.2);
  CHECK(stream.bytes() == before + 2);
  stream.put(60, 20.6);  // 64 tenths
  CHECK(stream.bytes() == before + 4);
  stream.put(75, 220);
  CHECK(stream.bytes() == before + 6);
  stream.put(90, 5000.1);
  CHECK(stream.bytes() == before + 9);
  stream.check();
}

TEST_CASE("a jittered time takes its own bytes, and a very small change none beside") {
  recorded<one_double> stream;
  for (int i = 0; i < 2; ++i) stream.put(15 * i, 20.5);
  const std::size_t before = stream.bytes();
  stream.put(31, 20.5);
  CHECK(stream.bytes() == before + 2);
  stream.put(45, 22.0);
  CHECK(stream.bytes() == before + 4);
  stream.put(61, 20.5);
  CHECK(stream.bytes() == before + 6);
  stream.put(75, 22.1);
  CHECK(stream.bytes() == before + 9);
  stream.check();
}

TEST_CASE("a row of eight doubles that all change by little takes nine bytes, one that changes alone two") {
  using eight = row_stream<shape<8, real>>;
  recorded<eight> stream;
  std::uint64_t row[8];
  const auto put = [&](int i, int changed) {
    for (int c = 0; c < 8; ++c) {
      const double value = c < changed ? i : 0;
      row[c] = std::bit_cast<std::uint64_t>(value);
    }
    const std::size_t before = stream.times.empty() ? 0 : stream.bytes();
    stream.put(15 * i, row);
    return stream.bytes() - before;
  };
  put(0, 0);
  put(1, 8);
  CHECK(put(2, 8) == 9);
  CHECK(put(3, 8) == 9);
  put(0, 0);
  put(1, 0);
  put(2, 0);
  CHECK(put(3, 0) == 0);  // a run is lengthened
  CHECK(put(4, 1) == 2);
  CHECK(put(5, 1) == 2);
  CHECK(put(6, 3) == 5);  // control, columns and three changes
  stream.check();
}

TEST_CASE("a row of two doubles has one byte beside its changes") {
  using two = row_stream<shape<2, real>>;
  recorded<two> stream;
  std::size_t before = 0;
  for (int i = 0; i < 10; ++i) {
    const double values[2] = {1.0 * i, 0.5 * i};
    std::uint64_t row[2];
    std::memcpy(row, values, sizeof row);
    stream.put(15 * i, row);
    if (i > 2) CHECK(stream.bytes() - before == 3);
    before = stream.bytes();
  }
  stream.check();
}

TEST_CASE("times and steps wrap around at both ends") {
  recorded<one_double> stream;
  for (const std::int64_t time : {INT64_MIN, INT64_MAX, std::int64_t{0}, INT64_MIN, INT64_MIN, INT64_MAX, INT64_MAX,
                                  INT64_MAX, std::int64_t{-1}, INT64_MIN + 1})
    stream.put(time, 1);
  stream.check();
}

TEST_CASE("a decimal of many digits before one that is none comes back") {
  for (const double first : {1234567890.12345, -1234567890.12345, 1.0, 1125899906842623.0}) {
    recorded<one_double> stream;
    for (int i = 0; i < 40; ++i)
      stream.put(15 * i, i % 4 < 2 ? first : std::bit_cast<double>(0x7FF8000000000000u + static_cast<unsigned>(i)));
    stream.check();
  }
}

TEST_CASE("a state that was copied is read as it was while rows are put") {
  recorded<one_double> stream;
  generated::random r(7);
  for (int i = 0; i < 100; ++i) stream.put(15 * i, generated::decimal(static_cast<std::int64_t>(r() % 1000), 1));
  const one_double::state copy = *stream.state;
  const auto times = stream.times;
  for (int i = 100; i < 300; ++i) stream.put(15 * i, generated::decimal(static_cast<std::int64_t>(r() % 1000), 1));
  std::vector<std::int64_t> read_times(100);
  std::vector<std::uint64_t> read_words(100);
  one_double::read(
      copy, 100, [&](std::uint32_t i) -> const one_double::line& { return *stream.lines[i]; }, read_times.data(),
      read_words.data(), 100);
  CHECK(read_times == times);
  CHECK(std::equal(read_words.begin(), read_words.end(), stream.words.begin()));
}

TEST_CASE("random rows of one column come back") {
  fuzz<shape<1, real>>(1, 3000);
  fuzz<shape<1, narrow>>(2, 1000);
  fuzz<shape<1, whole>>(3, 1000);
}

TEST_CASE("random rows of times alone come back") { fuzz<shape<0, whole>>(4, 300); }

TEST_CASE("random rows of few columns come back") {
  fuzz<shape<2, real>>(5, 600);
  fuzz<shape<2, narrow, whole>>(6, 600);
  fuzz<shape<6, whole, real, narrow>>(7, 300);
}

TEST_CASE("random rows of many columns come back") {
  fuzz<shape<7, real, whole>>(8, 200);
  fuzz<shape<8, real>>(9, 200);
  fuzz<shape<9, narrow, real, whole>>(10, 200);
  fuzz<shape<32, real, whole, narrow>>(11, 100);
  fuzz<shape<32, real>>(12, 100);
  fuzz<shape<40, whole>>(13, 60);
}

TEST_CASE("random rows of more columns than a control byte has bits for come back") {
  fuzz<shape<41, real, whole, narrow>>(14, 60);
  fuzz<shape<130, whole, real>>(15, 30);
  fuzz<shape<500, real>>(16, 10);
}
