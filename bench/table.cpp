// slotted benchmarks: a table beside everything else that keeps rows: bytes, and the work that columns are for.
// SPDX-License-Identifier: MIT
//
//   bench_table_native --benchmark_out=table.json      (-O3 -march=native; bench_table_o2 is the same at plain -O2)
//   bench_report table.json
//
// A row is a peer, a shape (26 or 25 bytes of fields; the structs take 32), and a number of rows. Its figures:
//   heap, resident, peak       bytes a row, as in support/life.hpp
//   push_cold, append_cold     ns a row, into memory fresh from the system; append takes 4096 rows at a time
//   push_resident, append_resident
//                              ns a row, into memory that this process has touched. Vectors are filled and cleared. A
//                              table that is cleared gives its memory back, so it slides: a slab's rows leave as the
//                              next slab's come, and take their place.
//   sum, sum_time, sum3, where ns a row: to add up one column of double, one of int64, three; one where another is 3;
//                              in the fastest way a peer has (a table: through the spans of its chunks)
//   sum_rows                   ns a row: to add up one column in a loop over rows[i].x
//   random_x, random_row       ns to read one field, the whole row, in random order
//   window, window_growth      ns a row that enters and leaves a window of a million; bytes a row by which the memory
//                              of the process changes meanwhile, and for a table how many slabs that is (window_slabs)
// Each figure has a process of its own or shares one with its like; see support/life.hpp for the clock.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <random>
#include <span>
#include <string>
#include <vector>

#include <slotted/record/symbol.hpp>
#include <slotted/store/pool.hpp>
#include <slotted/store/table.hpp>

#include "support/life.hpp"
#include "support/program.hpp"

namespace {

using bench::figures;
using bench::growth;
using bench::pass_ns;
using bench::seconds;
using row26 = bench::point32;

using small_sensor = slotted::symbol<"bench sensor", std::uint8_t>;
struct row25 {
  double x, y;
  std::int64_t timestamp;
  small_sensor sensor;
};
std::size_t code(std::uint16_t number) { return number; }
std::size_t code(small_sensor symbol) { return symbol.code(); }

template <class Row>
Row make(std::size_t number) {
  return bench::make_point<Row>(number);
}
template <>
row25 make<row25>(std::size_t number) {
  static const std::array<small_sensor, 10> sensors{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"};
  const auto i = static_cast<double>(number);
  return {i * 1.0, i * 2.0, static_cast<std::int64_t>(number), sensors[number % 10]};
}

template <class Row>
double whole(const Row& row) {
  return row.x + row.y + static_cast<double>(row.timestamp) + static_cast<double>(code(row.sensor));
}

// ---- the peers

// What one writes by hand: a vector a field.
template <class Row, growth Growth>
class vectors {
 public:
  static constexpr bool slides = false;
  explicit vectors(std::size_t n) {
    if (Growth == growth::doubling) return;
    xs_.reserve(n);
    ys_.reserve(n);
    times_.reserve(n);
    sensors_.reserve(n);
  }
  void push(const Row& row) {
    xs_.push_back(row.x);
    ys_.push_back(row.y);
    times_.push_back(row.timestamp);
    sensors_.push_back(row.sensor);
  }
  void append(std::span<const Row> rows) {
    for (const Row& each : rows) xs_.push_back(each.x);
    for (const Row& each : rows) ys_.push_back(each.y);
    for (const Row& each : rows) times_.push_back(each.timestamp);
    for (const Row& each : rows) sensors_.push_back(each.sensor);
  }
  void make_resident(std::size_t) {
    xs_.clear();
    ys_.clear();
    times_.clear();
    sensors_.clear();
  }
  template <class F>
  void columns(F f) const {
    f(std::span(xs_), std::span(ys_), std::span(times_), std::span(sensors_));
  }
  double x(std::size_t i) const { return xs_[i]; }
  Row at(std::size_t i) const { return {xs_[i], ys_[i], times_[i], sensors_[i]}; }
  std::size_t size() const { return xs_.size(); }

 private:
  std::vector<double> xs_, ys_;
  std::vector<std::int64_t> times_;
  std::vector<decltype(Row::sensor)> sensors_;
};

template <class Row, growth Growth>
class structs {
 public:
  static constexpr bool slides = false;
  explicit structs(std::size_t n) {
    if (Growth == growth::reserved) rows_.reserve(n);
  }
  void push(const Row& row) { rows_.push_back(row); }
  void append(std::span<const Row> rows) { rows_.insert(rows_.end(), rows.begin(), rows.end()); }
  void make_resident(std::size_t) { rows_.clear(); }
  template <class F>
  void each(F f) const {
    for (const Row& row : rows_) f(row);
  }
  double x(std::size_t i) const { return rows_[i].x; }
  const Row& at(std::size_t i) const { return rows_[i]; }
  std::size_t size() const { return rows_.size(); }

 private:
  std::vector<Row> rows_;
};

template <class Row>
class deque {
 public:
  static constexpr bool slides = true;
  explicit deque(std::size_t) {}
  void push(const Row& row) { rows_.push_back(row); }
  void append(std::span<const Row> rows) { rows_.insert(rows_.end(), rows.begin(), rows.end()); }
  void make_resident(std::size_t) { rows_.clear(); }  // malloc has been told to keep the memory
  void pop_front() { rows_.pop_front(); }
  template <class F>
  void each(F f) const {
    for (const Row& row : rows_) f(row);
  }
  double x(std::size_t i) const { return rows_[i].x; }
  const Row& at(std::size_t i) const { return rows_[i]; }
  std::size_t size() const { return rows_.size(); }

 private:
  std::deque<Row> rows_;
};

// Rows by number need their handles: 4 bytes more a row, in a ring once it slides.
template <class Row>
class pool {
 public:
  static constexpr bool slides = true;
  explicit pool(std::size_t n) { handles_.reserve(n); }
  void push(const Row& row) {
    const auto handle = rows_.insert(row);
    if (oldest_ == 0)
      handles_.push_back(handle);
    else
      handles_[(oldest_ - 1) % handles_.size()] = handle;
  }
  void append(std::span<const Row> rows) {
    for (const Row& each : rows) push(each);
  }
  void make_resident(std::size_t) {  // one row in a thousand keeps every slab
    std::size_t number = 0;
    rows_.erase_if([&](const Row&) { return number++ % 1000 != 0; });
    handles_.clear();
  }
  void pop_front() { rows_.erase(handles_[oldest_++ % handles_.size()]); }
  template <class F>
  void each(F f) const {
    rows_.for_each(f);
  }
  double x(std::size_t i) const { return rows_[handles_[i]].x; }
  const Row& at(std::size_t i) const { return rows_[handles_[i]]; }
  std::size_t size() const { return handles_.size(); }
  std::size_t charged() const { return rows_.footprint().total(); }

 private:
  slotted::pool<Row> rows_;
  std::vector<typename slotted::pool<Row>::handle> handles_;
  std::size_t oldest_ = 0;
};

template <class Row>
class table {
 public:
  static constexpr bool slides = true;
  static constexpr std::size_t slab = slotted::table<Row>::slab_rows;
  static constexpr std::size_t bits_per_row = slotted::table<Row>::bits_per_row;

  explicit table(std::size_t) : budget_(SIZE_MAX), rows_(budget_) {}
  void push(const Row& row) { rows_.push_back(row); }
  void append(std::span<const Row> rows) { rows_.append(rows); }
  void pop_front(std::size_t rows = 1) { rows_.pop_front(rows); }
  template <class F>
  void columns(F f) const {
    rows_.template for_each_chunk<&Row::x, &Row::y, &Row::timestamp, &Row::sensor>(f);
  }
  double x(std::size_t i) const { return rows_[i].x; }
  Row at(std::size_t i) const { return rows_[i]; }
  std::size_t size() const { return rows_.size(); }
  std::size_t charged() const {
    if (budget_.used() != rows_.footprint().total())
      throw std::runtime_error("the footprint is not what the budget was charged");
    return budget_.used();
  }

 private:
  slotted::memory_budget budget_;
  slotted::table<Row> rows_;
};

// ---- what is measured

template <class Peer>
constexpr bool is_columns = requires(const Peer& peer) { peer.columns([](auto...) {}); };

template <class Peer, class OfColumns, class OfRow>
double total(const Peer& peer, OfColumns of_columns, OfRow of_row) {
  double sum = 0;
  if constexpr (is_columns<Peer>)
    peer.columns([&](auto... columns) { sum = of_columns(sum, columns...); });
  else
    peer.each([&](const auto& row) { sum = of_row(sum, row); });
  return sum;
}

template <class Row, class Peer>
void scans(figures& out, const Peer& peer, std::size_t n) {
  const auto count = static_cast<double>(n);
  const double of_x = count * (count - 1) / 2;
  out["sum"] = pass_ns(n, of_x, "sum", [&] {
    return total(
        peer,
        [](double sum, auto xs, auto...) {
          for (const double x : xs) sum += x;
          return sum;
        },
        [](double sum, const Row& row) { return sum + row.x; });
  });
  out["sum_time"] = pass_ns(n, of_x, "sum_time", [&] {
    std::int64_t sum = 0;
    if constexpr (is_columns<Peer>)
      peer.columns([&](auto, auto, auto times, auto) {
        std::int64_t part = 0;
        for (const std::int64_t time : times) part += time;
        sum += part;
      });
    else
      peer.each([&](const Row& row) { sum += row.timestamp; });
    return static_cast<double>(sum);
  });
  out["sum3"] = pass_ns(n, 4 * of_x, "sum3", [&] {
    return total(
        peer,
        [](double sum, auto xs, auto ys, auto times, auto) {
          for (std::size_t i = 0; i < xs.size(); ++i) sum += xs[i] + ys[i] + static_cast<double>(times[i]);
          return sum;
        },
        [](double sum, const Row& row) { return sum + (row.x + row.y + static_cast<double>(row.timestamp)); });
  });
  double of_three = 0;
  for (std::size_t i = 3; i < n; i += 10) of_three += static_cast<double>(i);
  const auto three = make<Row>(3).sensor;
  out["where"] = pass_ns(n, of_three, "where", [&] {
    return total(
        peer,
        [three](double sum, auto xs, auto, auto, auto sensors) {
          for (std::size_t i = 0; i < xs.size(); ++i)
            if (sensors[i] == three) sum += xs[i];
          return sum;
        },
        [three](double sum, const Row& row) { return row.sensor == three ? sum + row.x : sum; });
  });
  out["sum_rows"] = pass_ns(n, of_x, "sum_rows", [&] {
    double sum = 0;
    for (std::size_t i = 0; i < n; ++i) sum += peer.x(i);
    return sum;
  });

  std::vector<std::uint32_t> order(n);
  for (std::size_t i = 0; i < n; ++i) order[i] = static_cast<std::uint32_t>(i);
  std::mt19937_64 random(20240229);
  std::shuffle(order.begin(), order.end(), random);
  out["random_x"] = pass_ns(n, of_x, "random_x", [&] {
    double sum = 0;
    for (const std::uint32_t i : order) sum += peer.x(i);
    return sum;
  });
  double of_rows = 4 * of_x;
  for (std::size_t i = 0; i < 10 && i < n; ++i)
    of_rows += static_cast<double>(code(make<Row>(i).sensor)) * static_cast<double>((n - i + 9) / 10);
  out["random_row"] = pass_ns(n, of_rows, "random_row", [&] {
    double sum = 0;
    for (const std::uint32_t i : order) sum += whole(peer.at(i));
    return sum;
  });
}

template <class Row, class Peer>
double push_ns(Peer& peer, std::size_t from, std::size_t to) {
  return seconds([&] {
           for (std::size_t i = from; i < to; ++i) peer.push(make<Row>(i));
         }) *
         1e9 / static_cast<double>(to - from);
}

template <class Row, class Peer>
figures first_life(std::size_t n) {
  figures out;
  const auto count = static_cast<double>(n);
  make<Row>(0);
  const std::size_t heap = bench::heap_bytes();
  const std::size_t resident = bench::resident_bytes();
  Peer peer(n);
  out["push_cold"] = push_ns<Row>(peer, 0, n);
  const std::size_t resident_now = bench::resident_bytes();
  out["peak"] = static_cast<double>(bench::peak_resident_bytes() - resident) / count;
  out["resident"] = static_cast<double>(resident_now - resident) / count;
  std::size_t taken = bench::heap_bytes() - heap;
  if constexpr (requires { peer.charged(); }) taken += peer.charged();
  out["heap"] = static_cast<double>(taken) / count;
  scans<Row>(out, peer, n);
  return out;
}

constexpr std::size_t batch = 4096;

template <class Row, class Peer>
figures append_life(std::size_t n) {
  std::vector<Row> rows;
  for (std::size_t i = 0; i < batch; ++i) rows.push_back(make<Row>(i));
  Peer peer(n);
  const std::size_t batches = n / batch;
  figures out;
  out["append_cold"] = 1e9 / static_cast<double>(batches * batch) * seconds([&] {
                         for (std::size_t i = 0; i < batches; ++i) peer.append(rows);
                       });
  if (peer.size() != batches * batch) throw std::runtime_error("append: rows are missing");
  return out;
}

void keep_freed_memory() {
#if defined(__GLIBC__)
  ::mallopt(M_TRIM_THRESHOLD, 2'000'000'000);
#endif
}

template <class Row, class Peer>
figures resident_life(std::size_t n, bool by_batch) {
  keep_freed_memory();
  std::vector<Row> rows;
  for (std::size_t i = 0; i < batch; ++i) rows.push_back(make<Row>(i));
  Peer peer(n);
  push_ns<Row>(peer, 0, n);
  std::size_t step = n;
  if constexpr (requires { peer.make_resident(n); })
    peer.make_resident(n);
  else
    step = std::max(Peer::slab, batch);
  const std::size_t more = n / step * step / batch * batch;
  const double ns = 1e9 / static_cast<double>(more) * seconds([&] {
                      for (std::size_t done = 0; done < more; done += step) {
                        if constexpr (!requires { peer.make_resident(n); }) peer.pop_front(step);
                        const std::size_t to = std::min(more, done + step);
                        if (by_batch)
                          for (std::size_t i = done; i < to; i += batch) peer.append(rows);
                        else
                          for (std::size_t i = done; i < to; ++i) peer.push(make<Row>(i));
                      }
                    });
  figures out;
  out[by_batch ? "append_resident" : "push_resident"] = ns;
  return out;
}

template <class Row, class Peer>
figures window_life(std::size_t n) {
  constexpr std::size_t window = 1'000'000;
  Peer peer(window);
  push_ns<Row>(peer, 0, window);
  std::size_t least = bench::resident_bytes();
  std::size_t most = least;
  double spent = 0;
  constexpr std::size_t step = 250'000;
  for (std::size_t at = window; at < window + n; at += step) {
    spent += seconds([&] {
      for (std::size_t i = at; i < at + step; ++i) {
        peer.pop_front();
        peer.push(make<Row>(i));
      }
    });
    least = std::min(least, bench::resident_bytes());
    most = std::max(most, bench::resident_bytes());
  }
  figures out;
  out["window"] = spent * 1e9 / static_cast<double>(n);
  out["window_growth"] = static_cast<double>(most - least) / window;
  if constexpr (requires { Peer::slab; })
    out["window_slabs"] = static_cast<double>(most - least) * 8 / static_cast<double>(Peer::slab * Peer::bits_per_row);
  return out;
}

template <class Row, class Peer>
void peer(const std::string& name, const std::string& shape, std::size_t n) {
  bench::row(name + "/" + shape + "/" + std::to_string(n), [n] {
    figures out = bench::in_fresh_process([n] { return first_life<Row, Peer>(n); });
    out.merge(bench::in_fresh_process([n] { return append_life<Row, Peer>(n); }));
    for (const bool by_batch : {false, true})
      out.merge(bench::in_fresh_process([=] { return resident_life<Row, Peer>(n, by_batch); }));
    if constexpr (Peer::slides) out.merge(bench::in_fresh_process([n] { return window_life<Row, Peer>(n); }));
    return out;
  });
}

template <class Row>
void peers(const std::string& shape, std::size_t n) {
  peer<Row, vectors<Row, growth::doubling>>("struct_of_vectors", shape, n);
  peer<Row, vectors<Row, growth::reserved>>("struct_of_vectors_reserved", shape, n);
  peer<Row, structs<Row, growth::doubling>>("vector", shape, n);
  peer<Row, structs<Row, growth::reserved>>("vector_reserved", shape, n);
  peer<Row, deque<Row>>("deque", shape, n);
  peer<Row, pool<Row>>("pool", shape, n);
  peer<Row, table<Row>>("table", shape, n);
}

}  // namespace

int main(int argc, char** argv) {
  for (const std::size_t n : {std::size_t{1'000'000}, std::size_t{10'000'000}}) {
    peers<row26>("26", n);
    peers<row25>("25", n);
  }
  return bench::run_rows(argc, argv, "tables");
}
