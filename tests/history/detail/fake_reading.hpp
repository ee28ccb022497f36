// slotted tests: a reading of rows that stand in vectors, cut into blocks and a head as a history might have cut them.
// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <map>
#include <optional>
#include <random>
#include <tuple>
#include <utility>
#include <vector>

#include <slotted/history/detail/layout.hpp>
#include <slotted/history/detail/reader_reserve.hpp>
#include <slotted/history/detail/series_rows.hpp>

namespace slotted::test {

struct reading {
  double x = 0;
  float y = 0;
  std::int64_t time = 0;
  std::uint16_t sensor = 0;
  bool on = false;
  std::optional<std::int32_t> note;
  std::array<std::int16_t, 3> axes{};
};
using reading_layout = detail::history_layout<reading, 2, 3>;

// Bit for bit: a NaN is itself, -0.0 is not 0.0.
inline bool same(const reading& left, const reading& right) {
  return std::bit_cast<std::uint64_t>(left.x) == std::bit_cast<std::uint64_t>(right.x) &&
         std::bit_cast<std::uint32_t>(left.y) == std::bit_cast<std::uint32_t>(right.y) && left.time == right.time &&
         left.sensor == right.sensor && left.on == right.on && left.note == right.note && left.axes == right.axes;
}

// What is thrown by a fake snapshot that expired.
struct fake_expired {};

// A block or a head: rows in arrival order; a block's are in the order of time.
template <class Layout>
using fake_rows = std::vector<typename Layout::record>;

template <class Layout>
struct fake_series {
  typename Layout::series_type key{};
  std::vector<fake_rows<Layout>> blocks;  // the oldest first
  fake_rows<Layout> head;
  std::int64_t newest = INT64_MIN;
  bool head_in_order = true;
};

// What a fake history is asked, counted.
struct fake_counts {
  std::size_t columns_decoded = 0;
  std::size_t heads_read = 0;
  std::size_t blocks_met = 0;
  std::size_t sections = 0;  // that are open
  std::size_t entered = 0;
};

template <class Layout>
struct fake_state {
  std::vector<std::optional<fake_series<Layout>>> series;
  std::size_t summaries_from = 256;  // rows
  bool expired = false;
  bool is_snapshot = false;
  detail::reader_memory memory;
  mutable fake_counts counts;
};

template <class Layout>
class fake_block {
  template <std::size_t L>
  using leaf = typename Layout::template leaf<L>;

 public:
  fake_block(const fake_rows<Layout>* rows, const fake_state<Layout>* of) noexcept : rows_(rows), of_(of) {}

  [[nodiscard]] std::size_t rows() const { return rows_->size(); }
  [[nodiscard]] std::int64_t first_time() const { return Layout::time_of(rows_->front()); }
  [[nodiscard]] std::int64_t last_time() const { return Layout::time_of(rows_->back()); }
  [[nodiscard]] std::size_t bytes() const { return 16 * rows(); }
  [[nodiscard]] detail::row_span find(detail::time_window window) const {
    if (!window.covers(first_time(), last_time())) ++of_->counts.columns_decoded;
    const auto before = [&](const auto& row) { return Layout::time_of(row) < window.from; };
    const auto within = [&](const auto& row) { return Layout::time_of(row) <= window.to; };
    const auto first = std::partition_point(rows_->begin(), rows_->end(), before);
    return {static_cast<std::size_t>(first - rows_->begin()),
            static_cast<std::size_t>(std::partition_point(first, rows_->end(), within) - rows_->begin())};
  }
  [[nodiscard]] detail::row_span find_times(detail::time_window window, std::int64_t* to) const {
    const detail::row_span part = find(window);
    decode_times(part, to);
    return part;
  }
  void decode_times(detail::row_span part, std::int64_t* to) const {
    ++of_->counts.columns_decoded;
    for (std::size_t i = part.first; i < part.end; ++i) to[i] = Layout::time_of((*rows_)[i]);
  }
  void decode_words(std::size_t column, detail::row_span part, std::uint64_t* to) const {
    ++of_->counts.columns_decoded;
    std::uint64_t words[Layout::columns + 1];
    for (std::size_t i = part.first; i < part.end; ++i) {
      Layout::to_words((*rows_)[i], words);
      to[i] = words[column];
    }
  }
  template <std::size_t L>
  void decode(detail::row_span part, leaf<L>* to) const {
    ++of_->counts.columns_decoded;
    for (std::size_t i = part.first; i < part.end; ++i) {
      const leaf<L> value = Layout::fields::template get<L>((*rows_)[i]);
      ::new (static_cast<void*>(to + i)) leaf<L>(value);
    }
  }
  template <std::size_t L>
  [[nodiscard]] bool try_summary(detail::column_summary<leaf<L>>& to) const {
    if (rows() < of_->summaries_from) return false;
    std::vector<leaf<L>> values;
    for (const auto& row : *rows_) values.push_back(Layout::fields::template get<L>(row));
    to = detail::summarize(values.data(), values.size());
    return true;
  }
  void prefetch() const noexcept {}

 private:
  const fake_rows<Layout>* rows_;
  const fake_state<Layout>* of_;
};

template <class Layout>
class fake_view {
 public:
  using block = fake_block<Layout>;

  fake_view() noexcept = default;
  fake_view(const fake_series<Layout>& series, const fake_state<Layout>& of) noexcept : series_(&series), of_(&of) {}

  [[nodiscard]] typename Layout::series_type key() const { return series_->key; }
  [[nodiscard]] std::size_t head_rows() const { return series_->head.size(); }
  [[nodiscard]] bool head_in_order() const { return series_->head_in_order; }
  [[nodiscard]] std::size_t head_bytes() const { return 8 * head_rows(); }
  [[nodiscard]] std::int64_t newest_time() const { return series_->newest; }
  std::size_t read_head(std::int64_t* times, std::uint64_t* words, std::size_t stride,
                        std::int64_t least = INT64_MIN) const {
    ++of_->counts.heads_read;
    std::uint64_t row_words[Layout::columns + 1];
    std::size_t first = 0;
    if (head_in_order())
      while (first < head_rows() && Layout::time_of(series_->head[first]) < least) ++first;
    for (std::size_t i = first; i < head_rows(); ++i) {
      times[i] = Layout::time_of(series_->head[i]);
      Layout::to_words(series_->head[i], row_words);
      for (std::size_t c = 0; c < Layout::columns; ++c) words[c * stride + i] = row_words[c];
    }
    return first;
  }
  void newest(std::int64_t& time, std::uint64_t* words) const {
    time = Layout::time_of(series_->head.back());
    Layout::to_words(series_->head.back(), words);
  }
  template <class F>
  void for_each_block(F f) const {
    for (std::size_t i = series_->blocks.size(); i-- != 0;) {
      ++of_->counts.blocks_met;
      if (!f(block(&series_->blocks[i], of_))) return;
    }
  }
  template <class F>
  void for_each_block(std::int64_t from, std::int64_t to, F f) const {
    for (std::size_t i = series_->blocks.size(); i-- != 0;) {
      const block each(&series_->blocks[i], of_);
      if (each.first_time() > to || each.last_time() < from) continue;
      ++of_->counts.blocks_met;
      if (!f(each)) return;
    }
  }
  [[nodiscard]] std::size_t rows() const {
    std::size_t rows = head_rows();
    for (const auto& each : series_->blocks) rows += each.size();
    return rows;
  }
  void prefetch() const noexcept {}

 private:
  const fake_series<Layout>* series_ = nullptr;
  const fake_state<Layout>* of_ = nullptr;
};

template <class Layout>
class fake_section {
 public:
  explicit fake_section(const fake_state<Layout>* of) : of_(of) { enter(); }
  fake_section(const fake_section&) = delete;
  fake_section& operator=(const fake_section&) = delete;
  ~fake_section() {
    if (inside_) leave();
  }
  void enter() {
    if (of_ == nullptr) return;
    if (of_->expired) throw fake_expired{};
    ++of_->counts.sections;
    ++of_->counts.entered;
    inside_ = true;
  }
  void leave() noexcept {
    if (of_ == nullptr) return;
    --of_->counts.sections;
    inside_ = false;
  }
  void pause() noexcept {
    if (of_ != nullptr && of_->is_snapshot) leave();
  }
  void resume() {
    if (of_ != nullptr && of_->is_snapshot) enter();
  }

 private:
  const fake_state<Layout>* of_;
  bool inside_ = false;
};

template <class Layout>
class fake_reading {
 public:
  using layout = Layout;
  using series = fake_view<Layout>;
  using section = fake_section<Layout>;

  fake_reading() noexcept = default;
  explicit fake_reading(const fake_state<Layout>& of) noexcept : of_(&of) {}

  [[nodiscard]] std::size_t places() const { return of_ == nullptr ? 0 : of_->series.size(); }
  [[nodiscard]] bool view(std::size_t place, series& to) const {
    if (place >= places() || !of_->series[place]) return false;
    to = series(*of_->series[place], *of_);
    return true;
  }
  [[nodiscard]] std::size_t find(const typename Layout::series_type& key) const {
    for (std::size_t i = 0; i < places(); ++i)
      if (of_->series[i] && of_->series[i]->key == key) return i;
    return SIZE_MAX;
  }
  [[nodiscard]] section enter() const { return section(of_); }
  [[nodiscard]] detail::reader_memory memory() const { return of_ == nullptr ? detail::reader_memory() : of_->memory; }

 private:
  const fake_state<Layout>* of_ = nullptr;
};

// How time goes on in a random life.
struct pace {
  std::size_t series = 1;
  std::uint32_t late = 1;        // a row is less than this late
  std::uint32_t step = 3;        // time moves by less than this a row; 0: all rows have one time
  std::uint32_t cut_each = 100;  // rows of a series, on average, until its head becomes a block
};

// A life of each kind that matters to what reads in the order of time.
inline const pace paces[] = {
    {1, 1, 3, 300},         // one series, in order
    {1, 1, 0, 100},         // all at one time
    {1, 500, 3, 70},        // rows late by less than a block
    {1, 100000, 2, 50},     // no order at all
    {6, 1, 3, 300},         // a few series
    {6, 50, 2, 90},         // late by less than a few blocks' gap
    {200, 5, 2, 30},        // many series, most with a short block
    {200, 100000, 0, 250},  // many, at one time
    {3, 1, 3, 2},           // blocks of a few rows
};

// A fake history beside a vector of the same rows, which says what any reading of it has to give.
class fake_history {
 public:
  using layout = reading_layout;

  explicit fake_history(std::uint32_t seed) : random(seed) {}

  [[nodiscard]] fake_reading<layout> past() const { return fake_reading<layout>(state); }

  void live(std::size_t rows, const pace& how) {
    for (std::size_t i = 0; i < rows; ++i) {
      now += how.step == 0 ? 0 : random() % how.step;
      reading each;
      each.x =
          random() % 50 == 0 ? std::numeric_limits<double>::quiet_NaN() : static_cast<double>(random() % 1000) / 10;
      each.y = random() % 20 == 0 ? -0.0F : static_cast<float>(random() % 7);
      each.time = now - static_cast<std::int64_t>(random() % how.late);
      each.sensor = static_cast<std::uint16_t>(3 * (random() % how.series) + 1);
      each.on = random() % 2 == 0;
      if (random() % 3 != 0) each.note = static_cast<std::int32_t>(random() % 9);
      each.axes = {1, -2, static_cast<std::int16_t>(i % 3000)};
      add(each);
      const std::size_t place = past().find(each.sensor);
      if (random() % how.cut_each == 0) cut(place);
    }
  }
  void add(const reading& row) {
    std::size_t place = past().find(row.sensor);
    if (place == SIZE_MAX) {
      place = state.series.size();
      if (random() % 8 == 0) state.series.emplace_back(), ++place;  // a place without a series
      fake_series<layout> made;
      made.key = row.sensor;
      state.series.emplace_back(std::move(made));
    }
    fake_series<layout>& to = *state.series[place];
    if (to.head.size() == detail::head_capacity<layout>) cut(place);
    to.head_in_order = to.head_in_order && row.time >= to.newest;
    to.newest = std::max(to.newest, row.time);
    to.head.push_back(row);
    rows_.push_back(row);
  }
  // Makes a block of a head.
  void cut(std::size_t place) {
    fake_series<layout>& of = *state.series[place];
    if (of.head.empty()) return;
    std::stable_sort(of.head.begin(), of.head.end(),
                     [](const reading& left, const reading& right) { return left.time < right.time; });
    of.blocks.push_back(std::move(of.head));
    of.head.clear();
    of.head_in_order = true;
  }
  void cut_all() {
    for (std::size_t i = 0; i < state.series.size(); ++i)
      if (state.series[i]) cut(i);
  }

  // The rows that `wanted` takes, in the order of time; rows of equal time by place, then by arrival.
  template <class Wanted>
  [[nodiscard]] std::vector<reading> rows(Wanted wanted) const {
    std::vector<std::pair<std::size_t, reading>> sorted;
    for (const reading& each : rows_)
      if (wanted(each)) sorted.emplace_back(past().find(each.sensor), each);
    std::stable_sort(sorted.begin(), sorted.end(), [](const auto& left, const auto& right) {
      return std::tuple(left.second.time, left.first) < std::tuple(right.second.time, right.first);
    });
    std::vector<reading> result;
    for (const auto& each : sorted) result.push_back(each.second);
    return result;
  }
  [[nodiscard]] std::vector<reading> rows() const {
    return rows([](const reading&) { return true; });
  }
  std::uint16_t any_sensor(std::size_t series) { return static_cast<std::uint16_t>(3 * (random() % series) + 1); }
  // A time about those of the rows.
  std::int64_t any_time() { return static_cast<std::int64_t>(random() % static_cast<std::uint32_t>(now + 400)) - 200; }

  std::mt19937 random;
  std::int64_t now = 0;
  fake_state<layout> state;

 private:
  std::vector<reading> rows_;
};

// Memory of readers that may be refused.
class fake_memory {
 public:
  // So many bytes in all.
  explicit fake_memory(std::size_t bytes)
      : budget(bytes == 0 ? 1 : bytes), reserve_(detail::reader_reserve::make(&budget)) {}
  fake_memory(const fake_memory&) = delete;
  fake_memory& operator=(const fake_memory&) = delete;
  ~fake_memory() {
    reserve_->close();
    reserve_->drop();
  }
  [[nodiscard]] detail::reader_memory get() const { return detail::reader_memory(reserve_); }

  memory_budget budget;

 private:
  detail::reader_reserve* reserve_;
};

}  // namespace slotted::test
