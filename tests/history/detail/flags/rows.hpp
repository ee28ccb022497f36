// What both translation units of the test of flags are made of: streams of rows of three shapes.
#pragma once

#include <slotted/history/detail/row_stream.hpp>
#include <utility>
#include <vector>

namespace flags {

struct rows {
  std::vector<std::int64_t> times;
  std::vector<std::uint64_t> words;  // column by column
  bool operator==(const rows&) const = default;
};

// A state and its lines as they are in memory, and the bytes of all rows but the newest.
struct stream {
  std::vector<std::byte> state;
  std::vector<std::vector<std::byte>> lines;
  std::vector<std::byte> bytes;
};

inline constexpr unsigned shapes = 3;
inline constexpr std::size_t columns_of[shapes] = {1, 1, 8};
enum kinds : unsigned char { whole, real, narrow };  // as codec::value_kind has them
inline constexpr kinds kind_of[shapes][8] = {{real}, {narrow}, {real, narrow, whole, real, real, real, narrow, real}};

// The other unit, compiled with other flags.
stream put_elsewhere(unsigned shape, const rows& r);
rows read_elsewhere(unsigned shape, const stream& s, std::size_t n);

// In an anonymous namespace, so that each unit has its own, made with its own flags.
namespace {

template <unsigned Shape>
struct shape_of {
  using value_kind = slotted::detail::codec::value_kind;
  static constexpr std::size_t columns = columns_of[Shape];
  static constexpr std::array<value_kind, columns> kinds = [] {
    std::array<value_kind, columns> all{};
    for (std::size_t c = 0; c < columns; ++c) all[c] = static_cast<value_kind>(kind_of[Shape][c]);
    return all;
  }();
};

template <unsigned Shape>
stream put_as(const rows& r) {
  using row_stream = slotted::detail::row_stream<shape_of<Shape>>;
  constexpr std::size_t columns = columns_of[Shape];
  const std::size_t n = r.times.size();
  std::vector<typename row_stream::line> lines;
  lines.reserve(n * row_stream::max_lines_per_row);
  typename row_stream::state state{};
  for (std::size_t i = 0; i < n; ++i) {
    std::uint64_t row[columns];
    for (std::size_t c = 0; c < columns; ++c) row[c] = r.words[c * n + i];
    if (i == 0) {
      row_stream::begin(state, r.times[i], row);
    } else {
      row_stream::put(state, r.times[i], row, [&] {
        lines.emplace_back();
        return std::pair(static_cast<std::uint32_t>(lines.size() - 1), &lines.back());
      });
    }
  }
  const auto memory_of = [](const auto& object) {
    const auto* const from = reinterpret_cast<const std::byte*>(&object);
    return std::vector<std::byte>(from, from + sizeof object);
  };
  stream s{memory_of(state), {}, {}};
  for (const auto& each : lines) {
    s.lines.push_back(memory_of(each));
    s.bytes.insert(s.bytes.end(), each.bytes, each.bytes + sizeof each.bytes);
  }
  s.bytes.insert(s.bytes.end(), state.bytes, state.bytes + state.filled);
  return s;
}

template <unsigned Shape>
rows read_as(const stream& s, std::size_t n) {
  using row_stream = slotted::detail::row_stream<shape_of<Shape>>;
  typename row_stream::state state;
  std::memcpy(&state, s.state.data(), sizeof state);
  std::vector<typename row_stream::line> lines(s.lines.size());
  for (std::size_t i = 0; i < lines.size(); ++i) std::memcpy(&lines[i], s.lines[i].data(), sizeof lines[i]);
  rows r{std::vector<std::int64_t>(n), std::vector<std::uint64_t>(n * columns_of[Shape])};
  row_stream::read(
      state, n, [&](std::uint32_t i) -> const typename row_stream::line& { return lines[i]; }, r.times.data(),
      r.words.data(), n);
  return r;
}

stream put_here(unsigned shape, const rows& r) {
  return shape == 0 ? put_as<0>(r) : shape == 1 ? put_as<1>(r) : put_as<2>(r);
}
rows read_here(unsigned shape, const stream& s, std::size_t n) {
  return shape == 0 ? read_as<0>(s, n) : shape == 1 ? read_as<1>(s, n) : read_as<2>(s, n);
}

}  // namespace
}  // namespace flags
