// One body, two uses: compiled with -fsanitize=fuzzer it is a fuzz target, otherwise a test of random bytes.
#include <cstdlib>
#include <deque>
#include <slotted/history/detail/row_stream.hpp>
#include <span>
#include <utility>
#include <vector>

namespace {

namespace codec = slotted::detail::codec;

void require(bool condition) {
  if (!condition) std::abort();
}

template <std::size_t Columns>
struct shape {
  static constexpr std::size_t columns = Columns;
  static constexpr std::array<codec::value_kind, Columns> kinds = [] {
    constexpr codec::value_kind cycle[] = {codec::value_kind::binary64, codec::value_kind::integer,
                                           codec::value_kind::binary32};
    std::array<codec::value_kind, Columns> all{};
    for (std::size_t c = 0; c < Columns; ++c) all[c] = cycle[c % 3];
    return all;
  }();
};

// Bytes as what happens to a row's time and columns: each of these is changed by the next bytes, in one of a few ways.
class script {
 public:
  explicit script(std::span<const std::byte> bytes) : bytes_(bytes) {}

  bool over() const { return at_ == bytes_.size(); }
  unsigned byte() { return over() ? 0 : std::to_integer<unsigned>(bytes_[at_++]); }
  std::uint64_t word(unsigned n) {
    std::uint64_t v = 0;
    for (unsigned i = 0; i < n; ++i) v = v << 8 | byte();
    return v;
  }
  void change(codec::value_kind kind, std::uint64_t& v) {
    const unsigned how = byte();
    switch (how % 8) {
      case 0:
        v += word(1) - 128;
        break;
      case 1:
        v += word(2);
        break;
      case 2:
        v = word(8);
        break;
      case 3:
        v ^= std::uint64_t{1} << (how / 8);
        break;
      case 4:
        v = word(1) << 56 | word(1);
        break;
      default:
        if (kind != codec::value_kind::integer) {
          const std::uint64_t digits = word(how / 8 % 7);
          v = codec::decimal_pattern((digits & codec::low_mask(50)) - (how >= 128 ? digits : 0), how / 8 % 12,
                                     slotted::detail::target_of(kind));
        }
        break;
    }
    if (kind == codec::value_kind::binary32) v &= codec::low_mask(32);
  }

 private:
  std::span<const std::byte> bytes_;
  std::size_t at_ = 0;
};

// Rows by these bytes come back from a stream, all of them and any number of the newest.
template <std::size_t Columns>
std::size_t put_and_read(std::span<const std::byte> bytes) {
  using stream = slotted::detail::row_stream<shape<Columns>>;
  script s(bytes);
  std::vector<std::uint64_t> rows(Columns + 1);
  std::vector<std::uint64_t> row(Columns + 1);  // the time, and the columns
  typename stream::state state;
  stream::begin(state, 0, row.data() + 1);
  std::deque<typename stream::line> lines;
  while (!s.over() && rows.size() < 2000 * (Columns + 1)) {
    const std::uint64_t changed = s.word(Columns < 8 ? 1 : 2);
    const std::uint64_t step = row[0] - (rows.size() > Columns + 1 ? rows[rows.size() - 2 * (Columns + 1)] : row[0]);
    row[0] += step;
    for (std::size_t c = 0; c <= Columns; ++c) {
      if ((changed >> c % 16 & 1) != 0)
        s.change(c == 0 ? codec::value_kind::integer : shape<Columns>::kinds[c - 1], row[c]);
    }
    std::size_t taken = 0;
    stream::put(state, static_cast<std::int64_t>(row[0]), row.data() + 1, [&] {
      ++taken;
      lines.emplace_back();
      return std::pair(static_cast<std::uint32_t>(lines.size() - 1), &lines.back());
    });
    require(taken <= stream::max_lines_per_row);
    rows.insert(rows.end(), row.begin(), row.end());
  }
  const std::size_t n = rows.size() / (Columns + 1);
  for (const std::size_t some : {n, n / 2, n / 3 + 1}) {
    std::vector<std::int64_t> times(some);
    std::vector<std::uint64_t> words(some * Columns);
    stream::read(
        state, some, [&](std::uint32_t i) -> const auto& { return lines[i]; }, times.data(), words.data(), some);
    for (std::size_t i = 0; i < some; ++i) {
      const std::uint64_t* const expected = &rows[(n - some + i) * (Columns + 1)];
      require(times[i] == static_cast<std::int64_t>(expected[0]));
      for (std::size_t c = 0; c < Columns; ++c) require(words[c * some + i] == expected[1 + c]);
    }
  }
  return lines.size();
}

std::size_t put_and_read_all(std::span<const std::byte> bytes) {
  return put_and_read<1>(bytes) + put_and_read<3>(bytes) + put_and_read<8>(bytes) + put_and_read<50>(bytes);
}

}  // namespace

#if defined(SLOTTED_FUZZING)

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  put_and_read_all({reinterpret_cast<const std::byte*>(data), size});
  return 0;
}

#else

#include "../../codec/generated.hpp"
#include "catch.hpp"

TEST_CASE("rows made of random bytes come back") {
  generated::random r(181);
  std::size_t lines = 0;
  for (int k = 0; k < 2000; ++k) {
    std::vector<std::byte> bytes(generated::below(r, 600));
    const std::uint64_t calm = generated::below(r, 5);
    for (auto& b : bytes) b = static_cast<std::byte>(generated::below(r, 5) < calm ? generated::below(r, 9) : r());
    lines += put_and_read_all(bytes);
  }
  CHECK(lines > 10000);  // or nothing happens to the rows
}

#endif
