// slotted tests: records of each kind that a history takes, with values of each kind that it has to give back.
// SPDX-License-Identifier: MIT
#pragma once

#include <slotted/history/history.hpp>
#include <slotted/record/path.hpp>
#include <slotted/record/symbol.hpp>

#include <array>
#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <random>
#include <string>
#include <type_traits>
#include <vector>

#include "samples.hpp"

namespace slotted::test {

// Values as telemetry and an enemy would have them. `mood` is one a series, so that series differ in what they are
// like.
inline double any_double(std::mt19937& random, unsigned mood) {
  switch (random() % 64) {
    case 0:
      return std::bit_cast<double>(0x7FF8000000000000u | random());
    case 1:
      return -0.0;
    case 2:
      return std::numeric_limits<double>::infinity();
    case 3:
      return std::numeric_limits<double>::denorm_min() * static_cast<double>(random() % 5);
    default:
      break;
  }
  switch (mood % 4) {
    case 0:
      return 20.5;
    case 1:
      return static_cast<double>(random() % 1000) / 10;
    case 2:
      return static_cast<double>(random() % 7);
    default:
      return std::bit_cast<double>(std::uint64_t{random()} << 32 | random());
  }
}
template <class V>
V any_integer(std::mt19937& random, unsigned mood) {
  if (random() % 64 == 0) return random() % 2 == 0 ? std::numeric_limits<V>::min() : std::numeric_limits<V>::max();
  if (mood % 3 == 0) return static_cast<V>(std::uint64_t{random()} << 32 | random());
  return static_cast<V>(random() % 100);
}

// Equal bit for bit: a NaN is itself, and -0.0 is not 0.0.
template <class V>
bool same_value(const V& left, const V& right) {
  if constexpr (std::is_same_v<V, double>)
    return std::bit_cast<std::uint64_t>(left) == std::bit_cast<std::uint64_t>(right);
  else if constexpr (std::is_same_v<V, float>)
    return std::bit_cast<std::uint32_t>(left) == std::bit_cast<std::uint32_t>(right);
  else
    return left == right;
}
template <class V>
bool same_value(const std::optional<V>& left, const std::optional<V>& right) {
  return left.has_value() == right.has_value() && (!left || same_value(*left, *right));
}
template <class V, std::size_t N>
bool same_value(const std::array<V, N>& left, const std::array<V, N>& right) {
  for (std::size_t i = 0; i < N; ++i)
    if (!same_value(left[i], right[i])) return false;
  return true;
}

// Each kind says what its record and its history are, what columns there are, how to fill a row, and a column of
// integers whose sums are checked.
// `numbered`: no two rows are equal, so that the order of rows of one time can be checked.

struct sample_kind {
  using row = sample;
  using past = history<sample, &sample::time, &sample::series>;
  static constexpr bool numbered = false;
  template <class F>
  static void for_each_column(F f) {
    f.template operator()<&sample::time>([](sample& s) -> auto& { return s.time; });
    f.template operator()<&sample::value>([](sample& s) -> auto& { return s.value; });
    f.template operator()<&sample::series>([](sample& s) -> auto& { return s.series; });
  }
  static std::uint32_t key_of(std::size_t series) { return static_cast<std::uint32_t>(series * 7919); }
  static std::int64_t to_time(std::int64_t order) { return order; }
  static sample make(std::mt19937& random, std::int64_t time, std::size_t series, std::uint32_t) {
    return {time, any_double(random, static_cast<unsigned>(series)), key_of(series)};
  }
  static std::uint64_t id(const sample& s) { return s.series; }
  static std::uint32_t number(const sample&) { return 0; }
  static std::int64_t order(const sample& s) { return s.time; }
  static constexpr auto sum_of = &sample::series;
};

struct wide {
  std::uint64_t when = 0;
  double a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0;
  std::uint32_t number = 0;
  std::uint16_t series = 0;
};
struct wide_kind {
  using row = wide;
  using past = history<wide, &wide::when, &wide::series>;
  static constexpr bool numbered = true;
  template <class F>
  static void for_each_column(F f) {
    f.template operator()<&wide::when>([](wide& s) -> auto& { return s.when; });
    f.template operator()<&wide::a>([](wide& s) -> auto& { return s.a; });
    f.template operator()<&wide::b>([](wide& s) -> auto& { return s.b; });
    f.template operator()<&wide::c>([](wide& s) -> auto& { return s.c; });
    f.template operator()<&wide::d>([](wide& s) -> auto& { return s.d; });
    f.template operator()<&wide::e>([](wide& s) -> auto& { return s.e; });
    f.template operator()<&wide::f>([](wide& s) -> auto& { return s.f; });
    f.template operator()<&wide::g>([](wide& s) -> auto& { return s.g; });
    f.template operator()<&wide::h>([](wide& s) -> auto& { return s.h; });
    f.template operator()<&wide::number>([](wide& s) -> auto& { return s.number; });
    f.template operator()<&wide::series>([](wide& s) -> auto& { return s.series; });
  }
  static std::uint16_t key_of(std::size_t series) { return static_cast<std::uint16_t>(series); }
  static std::uint64_t to_time(std::int64_t order) {
    return static_cast<std::uint64_t>(order) ^ std::uint64_t{1} << 63;
  }
  static wide make(std::mt19937& random, std::int64_t time, std::size_t series, std::uint32_t number) {
    const auto mood = static_cast<unsigned>(series);
    wide made;
    made.when = to_time(time);
    made.a = any_double(random, mood);
    made.b = any_double(random, mood + 1);
    made.c = any_double(random, mood + 2);
    made.d = any_double(random, mood + 3);
    made.e = made.a;
    made.f = 1;
    made.g = static_cast<double>(number);
    made.h = -static_cast<double>(number) / 8;
    made.number = number;
    made.series = key_of(series);
    return made;
  }
  static std::uint64_t id(const wide& s) { return s.series; }
  static std::uint32_t number(const wide& s) { return s.number; }
  static std::int64_t order(const wide& s) { return static_cast<std::int64_t>(s.when ^ std::uint64_t{1} << 63); }
  static constexpr auto sum_of = &wide::number;
};

struct place {
  float level = 0;
  std::optional<bool> lit;
};
using device = symbol<"device of the promises", std::uint16_t>;
struct mixed {
  std::chrono::sys_time<std::chrono::milliseconds> time{};
  std::optional<std::int32_t> note;
  std::array<std::int16_t, 3> axes{};
  place at{};
  bool on = false;
  device from{};
  std::uint64_t total = 0;
  std::uint32_t number = 0;
  std::int8_t tiny = 0;
};
struct mixed_kind {
  using row = mixed;
  using past = history<mixed, &mixed::time, &mixed::from>;
  static constexpr bool numbered = true;
  template <class F>
  static void for_each_column(F f) {
    f.template operator()<&mixed::time>([](mixed& s) -> auto& { return s.time; });
    f.template operator()<&mixed::note>([](mixed& s) -> auto& { return s.note; });
    f.template operator()<&mixed::axes>([](mixed& s) -> auto& { return s.axes; });
    f.template operator()<path<&mixed::at, &place::level>>([](mixed& s) -> auto& { return s.at.level; });
    f.template operator()<path<&mixed::at, &place::lit>>([](mixed& s) -> auto& { return s.at.lit; });
    f.template operator()<&mixed::on>([](mixed& s) -> auto& { return s.on; });
    f.template operator()<&mixed::from>([](mixed& s) -> auto& { return s.from; });
    f.template operator()<&mixed::total>([](mixed& s) -> auto& { return s.total; });
    f.template operator()<&mixed::number>([](mixed& s) -> auto& { return s.number; });
    f.template operator()<&mixed::tiny>([](mixed& s) -> auto& { return s.tiny; });
  }
  static device key_of(std::size_t series) { return device("device " + std::to_string(series)); }
  static std::chrono::sys_time<std::chrono::milliseconds> to_time(std::int64_t order) {
    return std::chrono::sys_time<std::chrono::milliseconds>(std::chrono::milliseconds(order));
  }
  static mixed make(std::mt19937& random, std::int64_t time, std::size_t series, std::uint32_t number) {
    const auto mood = static_cast<unsigned>(series);
    mixed made;
    made.time = to_time(time);
    if (random() % 3 != 0) made.note = any_integer<std::int32_t>(random, mood);
    made.axes = {1, any_integer<std::int16_t>(random, mood), static_cast<std::int16_t>(number)};
    made.at.level = random() % 50 == 0 ? std::bit_cast<float>(0x7FC00000u | static_cast<std::uint32_t>(random() % 9999))
                                       : static_cast<float>(random() % 100) / 4;
    if (random() % 2 == 0) made.at.lit = random() % 2 == 0;
    made.on = random() % 8 == 0;
    made.from = key_of(series);
    made.total = any_integer<std::uint64_t>(random, mood);
    made.number = number;
    made.tiny = any_integer<std::int8_t>(random, mood);
    return made;
  }
  static std::uint64_t id(const mixed& s) { return s.from.code(); }
  static std::uint32_t number(const mixed& s) { return s.number; }
  static std::int64_t order(const mixed& s) { return s.time.time_since_epoch().count(); }
  static constexpr auto sum_of = &mixed::number;
};

// Without a series key.
struct reading {
  std::int32_t time = 0;
  std::uint32_t number = 0;
  float value = 0;
};
struct reading_kind {
  using row = reading;
  using past = history<reading, &reading::time>;
  static constexpr bool numbered = true;
  template <class F>
  static void for_each_column(F f) {
    f.template operator()<&reading::time>([](reading& s) -> auto& { return s.time; });
    f.template operator()<&reading::number>([](reading& s) -> auto& { return s.number; });
    f.template operator()<&reading::value>([](reading& s) -> auto& { return s.value; });
  }
  static std::int32_t to_time(std::int64_t order) {
    return order < INT32_MIN ? INT32_MIN : order > INT32_MAX ? INT32_MAX : static_cast<std::int32_t>(order);
  }
  static reading make(std::mt19937& random, std::int64_t time, std::size_t, std::uint32_t number) {
    return {to_time(time), number, static_cast<float>(random() % 1000) / 8};
  }
  static std::uint64_t id(const reading&) { return 0; }
  static std::uint32_t number(const reading& s) { return s.number; }
  static std::int64_t order(const reading& s) { return s.time; }
  static constexpr auto sum_of = &reading::number;
};

// Equal bit for bit in all columns.
template <class Kind>
bool same_row(const typename Kind::row& left, const typename Kind::row& right) {
  bool same = true;
  auto one = left;
  auto other = right;
  Kind::for_each_column([&]<key K>(auto member) { same = same && same_value(member(one), member(other)); });
  return same;
}

// The rows of an evicted block, column by column.
template <class Kind, class Block>
std::vector<typename Kind::row> rows_of_block(const Block& block) {
  std::vector<typename Kind::row> rows(block.size());
  Kind::for_each_column([&]<key K>(auto member) {
    using leaf = std::remove_cvref_t<decltype(member(rows[0]))>;
    struct plain {
      alignas(leaf) std::byte bytes[sizeof(leaf)];
    };
    std::vector<plain> column(rows.size());
    auto* const at = reinterpret_cast<leaf*>(column.data());
    block.template decode<K>(at);
    for (std::size_t i = 0; i < rows.size(); ++i) member(rows[i]) = at[i];
  });
  return rows;
}

}  // namespace slotted::test
