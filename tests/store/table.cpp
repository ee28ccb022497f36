#include <slotted/store/table.hpp>

#include <slotted/record/packed_record.hpp>
#include <slotted/record/record.hpp>
#include <slotted/record/symbol.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <deque>
#include <iterator>
#include <limits>
#include <list>
#include <optional>
#include <ranges>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "catch.hpp"

namespace {

using slotted::table;

struct point {
  double x, y;
  std::int64_t timestamp;
  slotted::symbol<"table sensor", std::uint16_t> sensor_id;
  friend bool operator==(const point&, const point&) = default;
};

struct inner {
  float u = 0;
  bool flag = false;
  friend bool operator==(const inner&, const inner&) = default;
};
struct rich {
  std::int64_t t = 0;
  inner in;
  std::optional<double> maybe;
  std::optional<bool> tri;
  std::array<float, 3> axes{};
  bool on = false;
  friend bool operator==(const rich&, const rich&) = default;
};

point at(std::int64_t i) {
  return {static_cast<double>(i), 2.0 * static_cast<double>(i), i, "sensor_" + std::to_string(i % 10)};
}

constexpr std::int64_t several_slabs = static_cast<std::int64_t>(table<point>::slab_rows) * 3 + 100;

table<point> filled(std::int64_t rows) {
  table<point> made;
  for (std::int64_t i = 0; i < rows; ++i) made.push_back(at(i));
  return made;
}

static_assert(table<point>::bits_per_row == 26 * 8);
static_assert(table<rich>::bits_per_row == 64 + (32 + 1) + (64 + 1) + 2 + 96 + 1);
static_assert(table<slotted::packed_record<slotted::field<"a", char>, slotted::field<"b", double>>>::bits_per_row ==
              72);

static_assert(std::random_access_iterator<table<point>::iterator>);
static_assert(std::sized_sentinel_for<table<point>::iterator, table<point>::iterator>);
static_assert(std::is_same_v<std::iter_reference_t<table<point>::iterator>, const point>);
static_assert(std::is_same_v<decltype(std::declval<const table<point>&>()[0]), const point>);
static_assert(!std::is_copy_constructible_v<table<point>> && !std::is_copy_assignable_v<table<point>>);
static_assert(std::is_nothrow_move_constructible_v<table<point>> && std::is_nothrow_swappable_v<table<point>>);

template <class Row>
concept assignable_member = requires(Row row) { row.x = 1.0; };
static_assert(assignable_member<point&> && !assignable_member<const point>);
template <class Row>
concept assignable_row = requires(Row row, point p) { static_cast<Row&&>(row) = p; };
static_assert(assignable_row<point> && !assignable_row<const point>);

}  // namespace

TEST_CASE("an empty table holds nothing") {
  slotted::memory_budget budget{slotted::MiB};
  const table<point> rows{budget};
  CHECK(rows.empty());
  CHECK(rows.size() == 0);
  CHECK(rows.first_row() == 0);
  CHECK(rows.begin() == rows.end());
  CHECK(rows.chunks().empty());
  CHECK(rows.footprint() == slotted::footprint{});
  CHECK(budget.used() == 0);
}

TEST_CASE("ten rows of sixteen fields cost at most two pages") {
  struct sixteen {
    double a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p;
  };
  slotted::memory_budget budget{slotted::MiB};
  table<sixteen> rows{budget};
  for (int i = 0; i < 10; ++i) rows.push_back({});
  CHECK(budget.used() <= 8 * slotted::KiB);
}

TEST_CASE("rows come back as they went in, whole, by value and by column") {
  const table<point> rows = filled(several_slabs);
  REQUIRE(rows.size() == static_cast<std::size_t>(several_slabs));
  bool same = true;
  for (std::int64_t i = 0; i < several_slabs; ++i) same &= rows[static_cast<std::uint64_t>(i)] == at(i);
  CHECK(same);
  CHECK(rows[7].x == 7.0);
  CHECK(rows.get<"y">(7) == 14.0);
  CHECK(rows.get<&point::sensor_id>(7).view() == "sensor_7");
  CHECK(rows.front() == at(0));
  CHECK(rows.back() == at(several_slabs - 1));

  std::int64_t sum = 0;
  for (const auto chunk : rows.chunks()) {
    const std::span<const std::int64_t> times = chunk.column<&point::timestamp>();
    CHECK(reinterpret_cast<std::uintptr_t>(times.data()) % 64 == 0);
    CHECK(times.size() == chunk.size());
    for (const std::int64_t each : times) sum += each;
  }
  CHECK(sum == several_slabs * (several_slabs - 1) / 2);
  sum = 0;
  for (const std::int64_t each : rows.column<"timestamp">()) sum += each;
  CHECK(sum == several_slabs * (several_slabs - 1) / 2);
  sum = 0;
  rows.for_each_chunk<"timestamp", &point::x>([&](auto times, auto xs) {
    for (std::size_t i = 0; i < times.size(); ++i) sum += times[i] - static_cast<std::int64_t>(xs[i]);
  });
  CHECK(sum == 0);
}

TEST_CASE("bits, optionals, arrays and nested records are columns of their own") {
  table<rich> rows;
  std::vector<rich> model;
  for (int i = 0; i < 1000; ++i) {
    rich each;
    each.t = i;
    each.in = {static_cast<float>(i) / 4, i % 3 == 0};
    if (i % 5 != 0) each.maybe = i * 0.5;
    if (i % 7 != 0) each.tri = i % 2 == 0;
    each.axes = {1.0F, static_cast<float>(i), 3.0F};
    each.on = i % 2 == 1;
    rows.push_back(each);
    model.push_back(each);
  }
  CHECK(std::equal(rows.begin(), rows.end(), model.begin(), model.end()));
  std::size_t row = 0;
  for (const auto chunk : std::as_const(rows).chunks()) {
    const slotted::bit_span flags = chunk.column<"in.flag">();
    const slotted::optional_span<double> maybes = chunk.column<&rich::maybe>();
    const slotted::optional_span<bool> tris = chunk.column<&rich::tri>();
    const std::span<const float> us = chunk.column<slotted::path<&rich::in, &inner::u>>();
    const std::span<const std::array<float, 3>> axes = chunk.column<"axes">();
    CHECK(flags.count() == static_cast<std::size_t>(std::count(flags.begin(), flags.end(), true)));
    for (std::size_t i = 0; i < chunk.size(); ++i, ++row) {
      REQUIRE(flags[i] == model[row].in.flag);
      REQUIRE(maybes[i] == model[row].maybe);
      REQUIRE(maybes.present()[i] == model[row].maybe.has_value());
      REQUIRE(maybes.values()[i] == model[row].maybe.value_or(0.0));
      REQUIRE(tris[i] == model[row].tri);
      REQUIRE(us[i] == model[row].in.u);
      REQUIRE(axes[i] == model[row].axes);
    }
  }
  CHECK(row == model.size());
  // Contiguous: three floats a row, one after the other.
  const auto axes = (*std::as_const(rows).chunks().begin()).column<"axes">();
  CHECK(&axes[1][0] == &axes[0][0] + 3);
}

TEST_CASE("at names the row that is not there") {
  table<point> rows = filled(10);
  rows.pop_front(4);
  CHECK(rows.at(4) == at(4));
  CHECK(rows.at(9) == at(9));
  CHECK_THROWS_AS(rows.at(3), std::out_of_range);
  CHECK_THROWS_AS(rows.at(10), std::out_of_range);
  try {
    (void)rows.at(3);
  } catch (const std::out_of_range& error) {
    CHECK(std::string(error.what()) == "no row 3: the table has rows [4, 10)");
  }
}

TEST_CASE("values, rows and whole columns can be written") {
  table<point> rows = filled(100);
  rows.set<&point::x>(3, 2.5);
  CHECK(rows[3].x == 2.5);
  CHECK(rows[3].y == 6.0);
  rows.set<"sensor_id">(3, "elsewhere");
  CHECK(rows[3].sensor_id.view() == "elsewhere");
  rows.set(4, at(77));
  CHECK(rows[4] == at(77));
  rows.modify(5, [](point& each) { each.y = each.x + 1; });
  CHECK(rows[5].y == 6.0);
  CHECK_THROWS_AS(rows.modify(6,
                              [](point& each) {
                                each.x = -1;
                                throw std::runtime_error("no");
                              }),
                  std::runtime_error);
  CHECK(rows[6] == at(6));
  for (const auto chunk : rows.chunks())
    for (double& x : chunk.column<"x">()) x = 1;
  CHECK(std::all_of(rows.begin(), rows.end(), [](const point& each) { return each.x == 1; }));

  table<rich> riches;
  riches.push_back({});
  riches.set<"in.flag">(0, true);
  riches.set<&rich::maybe>(0, 4.0);
  riches.set<&rich::tri>(0, false);
  CHECK(riches[0].in.flag);
  CHECK(riches[0].maybe == 4.0);
  CHECK(riches[0].tri == false);
  riches.set<&rich::maybe>(0, std::nullopt);
  CHECK(!riches[0].maybe);
}

TEST_CASE("ranges are appended whole or not at all") {
  std::vector<point> more;
  for (std::int64_t i = 0; i < several_slabs; ++i) more.push_back(at(i));
  table<point> rows = filled(5);
  rows.append(more);
  REQUIRE(rows.size() == more.size() + 5);
  CHECK(std::equal(rows.begin() + 5, rows.end(), more.begin()));

  table<point> others;
  others.append(rows);  // a table is a range
  CHECK(others == rows);
  others.set<&point::timestamp>(others.end_row() - 1, -1);
  CHECK_FALSE(others == rows);
  others.set(others.end_row() - 1, rows[rows.end_row() - 1]);
  CHECK(others == rows);
  others.append(std::list<point>{at(1), at(2)});
  CHECK(others.size() == rows.size() + 2);
  CHECK(others.back() == at(2));
  CHECK(others != rows);

  // A range that can be read once only.
  table<slotted::record<slotted::field<"n", int>>> numbers;
  std::istringstream text("1 2 3 4");
  struct from_text {
    std::istream_iterator<int> at;
    using value_type = slotted::record<slotted::field<"n", int>>;
    value_type operator*() const { return value_type{*at}; }
    from_text& operator++() {
      ++at;
      return *this;
    }
    void operator++(int) { ++at; }
    bool operator==(const from_text& other) const { return at == other.at; }
  };
  struct range {
    from_text first;
    from_text begin() const { return first; }
    from_text end() const { return {}; }
  };
  numbers.append(range{{std::istream_iterator<int>(text)}});
  REQUIRE(numbers.size() == 4);
  CHECK(numbers[3].get<"n">() == 4);

  slotted::memory_budget budget{100 * slotted::KiB};
  table<point> small{budget};
  small.push_back(at(0));
  CHECK_THROWS_AS(small.append(more), slotted::budget_exceeded);
  CHECK(!small.try_append(more));
  CHECK(small.size() == 1);
  CHECK(small[0] == at(0));
  CHECK(small.try_append(std::vector<point>{at(1), at(2)}));
  CHECK(small.size() == 3);
}

TEST_CASE("rows that leave at the front take their slabs with them and leave the numbers alone") {
  slotted::memory_budget budget{64 * slotted::MiB};
  table<point> rows{budget};
  const std::size_t slab = table<point>::slab_rows * table<point>::bits_per_row / 8;
  std::size_t most = 0;
  for (std::int64_t i = 0; i < 12 * static_cast<std::int64_t>(table<point>::slab_rows); ++i) {
    rows.push_back(at(i));
    if (rows.size() > 20'000) rows.pop_front();
    most = std::max(most, budget.used());
    if (i % 10'000 == 0) REQUIRE(rows.footprint().total() == budget.used());
  }
  CHECK(most <= 20'000 * 26 + 2 * slab + 2 * 4096);
  CHECK(rows.size() == 20'000);
  CHECK(rows[rows.first_row()] == at(static_cast<std::int64_t>(rows.first_row())));
  CHECK(rows.back() == at(static_cast<std::int64_t>(rows.end_row()) - 1));
  rows.pop_front(20'000);
  const std::uint64_t next = rows.end_row();
  CHECK(rows.first_row() == next);
  rows.trim();
  CHECK(budget.used() == 0);
  rows.push_back(at(1));
  CHECK(rows.first_row() == next);
  CHECK(rows[next] == at(1));
}

TEST_CASE("a small window of rows stays small however long it slides") {
  slotted::memory_budget budget{64 * slotted::MiB};
  table<rich> rows{budget};
  for (int i = 0; i < 100'000; ++i) {
    rich each;
    each.t = i;
    each.on = i % 3 == 0;
    rows.push_back(each);
    if (rows.size() > 10) rows.pop_front();
    REQUIRE(rows.back().t == i);
    REQUIRE(rows.front().on == (rows.front().t % 3 == 0));
  }
  CHECK(budget.used() <= 2 * (table<rich>::slab_rows * table<rich>::bits_per_row / 8 + 4096));
}

TEST_CASE("rows leave from anywhere") {
  table<point> rows = filled(several_slabs);
  rows.pop_back(100);
  CHECK(rows.back() == at(several_slabs - 101));
  rows.swap_erase(5);
  CHECK(rows[5] == at(several_slabs - 101));
  CHECK(rows.back() == at(several_slabs - 102));
  rows.swap_erase(rows.end_row() - 1);
  CHECK(rows.back() == at(several_slabs - 103));

  rows = filled(several_slabs);
  const auto odd = [](const point& each) { return each.timestamp % 2 == 1; };
  CHECK(rows.erase_if(odd) == static_cast<std::size_t>(several_slabs / 2));
  bool in_order = true;
  for (std::uint64_t i = 0; i < rows.size(); ++i) in_order &= rows[i] == at(2 * static_cast<std::int64_t>(i));
  CHECK(in_order);
  CHECK(rows.erase_if(odd) == 0);

  const std::size_t before = rows.size();
  std::size_t asked = 0;
  CHECK_THROWS_AS(rows.erase_if([&](const point&) -> bool {
    if (++asked == 100) throw std::runtime_error("no");
    return true;
  }),
                  std::runtime_error);
  CHECK(rows.size() == before);
  CHECK(rows[rows.first_row()] == at(0));

  rows.clear();
  CHECK(rows.empty());
  CHECK(rows.first_row() == rows.end_row());
}

TEST_CASE("rows are sorted by a column, stably, and found in it") {
  table<point> rows;
  for (std::int64_t i = 0; i < several_slabs; ++i) {
    point each = at(i);
    each.x = static_cast<double>((i * 7919) % 1000);
    rows.push_back(each);
  }
  rows.pop_front(3);
  std::vector<point> model(rows.begin(), rows.end());
  std::sort(model.begin(), model.end(), [](const point& a, const point& b) {
    return a.x != b.x ? a.x < b.x : a.timestamp < b.timestamp;  // stable: in the order in which they came
  });
  rows.sort_by<"x">();
  CHECK(std::equal(rows.begin(), rows.end(), model.begin(), model.end()));
  rows.sort_by<&point::timestamp>();
  CHECK(rows.front().timestamp == 3);
  CHECK(rows.lower_bound<&point::timestamp>(500) == 500);
  CHECK(rows.lower_bound<"timestamp">(-5) == rows.first_row());
  CHECK(rows.lower_bound<"timestamp">(std::numeric_limits<std::int64_t>::max()) == rows.end_row());
  CHECK(rows.lower_bound<"timestamp">(several_slabs - 1) == rows.end_row() - 1);
  rows.sort_by<&point::timestamp>();  // in order already: no scratch, nothing moves
  CHECK(rows.front().timestamp == 3);
}

TEST_CASE("what sorting and erasing need for a while is charged, and refused before a row moves") {
  const table<point> sample = filled(20'000);
  slotted::memory_budget budget{sample.footprint().total() + 8 * slotted::KiB};
  table<point> rows{budget};
  for (std::int64_t i = 20'000; i-- > 0;) rows.push_back(at(i));
  CHECK_THROWS_AS(rows.sort_by<"timestamp">(), slotted::budget_exceeded);
  CHECK(rows[0] == at(19'999));
  CHECK(budget.used() == rows.footprint().total());
  CHECK(rows.erase_if([](const point& each) { return each.timestamp >= 10'000; }) == 10'000);  // 2.5 kB
  CHECK(rows[0] == at(9'999));
  CHECK(budget.used() == rows.footprint().total());
}

TEST_CASE("tables move and swap with their rows, numbers and budgets") {
  slotted::memory_budget one{slotted::MiB};
  slotted::memory_budget two{slotted::MiB};
  {
    table<point> a{one};
    table<point> b{two};
    for (int i = 0; i < 1000; ++i) a.push_back(at(i));
    b.push_back(at(5));
    swap(a, b);
    CHECK(a.budget() == &two);
    CHECK(a.size() == 1);
    CHECK(b.size() == 1000);
    CHECK(b.footprint().total() == one.used());
    table<point> c = std::move(b);
    CHECK(c.size() == 1000);
    CHECK(c[999] == at(999));
    CHECK(b.empty());
    CHECK(b.budget() == &one);
    b.push_back(at(3));
    CHECK(b[0] == at(3));
    a = std::move(c);
    CHECK(a.size() == 1000);
    CHECK(a.budget() == &one);
    CHECK(two.used() == 0);
    CHECK(a.footprint().total() + b.footprint().total() == one.used());
  }
  CHECK(one.used() == 0);
}

TEST_CASE("every page refused in turn leaves a table as it was") {
  for (std::size_t pages = 0; pages < 150; ++pages) {
    slotted::memory_budget budget{pages * 4096};
    table<rich> rows{budget};
    std::int64_t next = 0;
    for (; next < 40'000; ++next) {
      rich each;
      each.t = next;
      each.on = next % 2 == 0;
      if (!rows.try_push_back(each)) break;
    }
    REQUIRE(rows.size() == static_cast<std::size_t>(next));
    REQUIRE(rows.footprint().total() == budget.used());
    const std::size_t used = budget.used();
    if (next < 40'000) {
      REQUIRE_THROWS_AS(rows.push_back({}), slotted::budget_exceeded);
      REQUIRE(budget.used() == used);
    }
    bool same = true;
    for (std::int64_t i = 0; i < next; ++i) {
      const rich each = rows[static_cast<std::uint64_t>(i)];
      same &= each.t == i && each.on == (i % 2 == 0);
    }
    REQUIRE(same);
    // From 64 KiB on the rows move into a slab, once, for which both have to fit for a moment.
    if (pages >= 40) REQUIRE(static_cast<std::size_t>(next) * table<rich>::bits_per_row / 8 > pages * 4096 / 2);
  }
}

TEST_CASE("reserved rows cost nothing more when they come") {
  slotted::memory_budget budget{16 * slotted::MiB};
  table<point> rows{budget};
  rows.reserve(100'000);
  const std::size_t used = budget.used();
  CHECK(rows.capacity() >= 100'000);
  CHECK(rows.footprint().payload == 0);
  for (std::int64_t i = 0; i < 100'000; ++i) rows.push_back(at(i));
  CHECK(budget.used() == used);
  CHECK(!rows.try_reserve(10'000'000));
  CHECK_THROWS_AS(rows.reserve(10'000'000), slotted::budget_exceeded);
  CHECK(rows.size() == 100'000);
  rows.trim();
  CHECK(budget.used() < used + 1);
  CHECK(rows[99'999] == at(99'999));
  CHECK(rows.footprint().total() == budget.used());
}

TEST_CASE("growth is by steps of a sixteenth, a page a column at least") {
  slotted::memory_budget budget{256 * slotted::MiB};
  table<point> rows{budget};
  std::size_t before = 0;
  for (std::int64_t i = 0; i < 200'000; ++i) {
    rows.push_back(at(i));
    if (budget.used() > before) {
      // Four columns, the directory, and once the first slab beside the last small layout.
      const bool relaid = before <= 64 * slotted::KiB;
      REQUIRE(budget.used() - before <= std::max<std::size_t>(relaid ? 32 * slotted::KiB : 5 * 4096, before / 16));
      before = budget.used();
    }
  }
}

TEST_CASE("at a million rows a table takes its payload and less than one percent") {
  slotted::memory_budget budget{256 * slotted::MiB};
  table<point> rows{budget};
  for (std::int64_t i = 0; i < 1'000'000; ++i) rows.push_back(at(i));
  const slotted::footprint bytes = rows.footprint();
  CHECK(bytes.total() == budget.used());
  CHECK(bytes.payload == 26'000'000);
  CHECK(bytes.overhead < 260'000);
  rows.trim();
  CHECK(rows.footprint().total() <= 26'150'000);
  CHECK(budget.peak() <= 26'000'000 * 17 / 16);
}

#if defined(__cpp_lib_ranges) && (!defined(__clang__) || __clang_major__ >= 16)
TEST_CASE("the algorithms of std::ranges take a table, with projections on a field") {
  const table<point> rows = filled(1000);
  static_assert(std::ranges::random_access_range<const table<point>>);
  static_assert(std::ranges::sized_range<const table<point>>);
  CHECK(std::ranges::lower_bound(rows, 500.0, {}, &point::x) - rows.begin() == 500);
  CHECK(std::ranges::find_if(rows, [](double y) { return y > 100; }, &point::y) - rows.begin() == 51);
  CHECK(std::ranges::count_if(rows, [](std::int64_t t) { return t % 2 == 0; }, &point::timestamp) == 500);
  auto column = rows.column<&point::x>();
  static_assert(std::ranges::random_access_range<decltype(column)>);
  CHECK(std::ranges::equal(column | std::views::transform([](double x) { return 2 * x; }), rows.column<"y">()));
  double sum = 0;
  for (const double x : rows.column<"x">() | std::views::take(10)) sum += x;
  CHECK(sum == 45);
  std::int64_t first = -1;
  for (const point each : rows | std::views::filter([](const point& p) { return p.timestamp > 41; })) {
    first = each.timestamp;
    break;
  }
  CHECK(first == 42);
}
#endif

TEST_CASE("a row is made in place, or not when there is no room") {
  slotted::memory_budget budget{4 * slotted::KiB};
  table<point> rows{budget};
  rows.emplace_back(1.0, 2.0, 3, "sensor_1");
  CHECK(rows[0].timestamp == 3);
  while (rows.try_emplace_back(4.0, 5.0, 6, "sensor_2")) {
  }
  CHECK(rows.size() == rows.capacity());
  CHECK(rows.back().x == 4.0);
  CHECK_THROWS_AS(rows.emplace_back(1.0, 2.0, 3, "sensor_1"), slotted::budget_exceeded);
}

TEST_CASE("a column hands out its spans, chunk by chunk") {
  const table<point> rows = filled(several_slabs);
  std::int64_t sum = 0;
  std::size_t chunks = 0;
  rows.column<&point::timestamp>().for_each_chunk([&](std::span<const std::int64_t> times) {
    for (const std::int64_t each : times) sum += each;
    ++chunks;
  });
  CHECK(chunks == 4);
  CHECK(sum == several_slabs * (several_slabs - 1) / 2);
  CHECK(table<rich>::column_bits == std::array<std::size_t, 7>{64, 32, 1, 65, 2, 96, 1});
}

TEST_CASE("the classic algorithms take a table on every compiler") {
  const table<point> rows = filled(1000);
  CHECK(std::find_if(rows.begin(), rows.end(), [](const point& p) { return p.y > 100; }) - rows.begin() == 51);
  CHECK(rows.begin()[10].x == 10);
  CHECK((rows.end() - 1)->timestamp == 999);
  CHECK(std::distance(rows.begin(), rows.end()) == 1000);
}
