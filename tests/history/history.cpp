// What a history keeps, what it refuses and what it gives up, through its public interface.
#include <slotted/history/history.hpp>

#include <slotted/record/packed_record.hpp>
#include <slotted/record/record.hpp>
#include <slotted/record/symbol.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <limits>
#include <list>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "read_rows.hpp"

namespace {

using slotted::history;
using slotted::memory_budget;
using slotted::on_full;
using slotted::test::count_rows;
using slotted::test::rows_of;
using namespace slotted::literals;

struct point {
  double x, y;
  std::int64_t timestamp;
  slotted::symbol<"history sensor", std::uint16_t> sensor_id;
  friend bool operator==(const point&, const point&) = default;
};
using by_sensor = history<point, &point::timestamp, &point::sensor_id>;
using alone = history<point, &point::timestamp>;

point at(std::int64_t i) {
  return {static_cast<double>(i), 2.0 * static_cast<double>(i), i, "sensor_" + std::to_string(i % 10)};
}

struct event {
  std::int32_t time;
  std::uint32_t number;
  friend bool operator==(const event&, const event&) = default;
};

// Appends rows and checks after each that the budget was charged what the history says it holds.
template <class History>
void fill(History& to, std::int64_t from, std::int64_t end) {
  for (std::int64_t i = from; i < end; ++i) {
    to.append(at(i));
    if (to.budget() != nullptr) REQUIRE(to.footprint().total() == to.budget()->used());
  }
}

static_assert(!std::is_copy_constructible_v<by_sensor> && std::is_nothrow_move_constructible_v<by_sensor> &&
              std::is_nothrow_swappable_v<by_sensor>);
static_assert(std::is_same_v<by_sensor::time_type, std::int64_t>);

}  // namespace

TEST_CASE("an empty history holds nothing") {
  memory_budget budget(1 << 20);
  const by_sensor none{budget};
  CHECK(none.empty());
  CHECK(none.footprint() == slotted::footprint{});
  CHECK(none.series().empty());
  CHECK(count_rows(none) == 0);
  CHECK(none.statistics().rows == 0);
  CHECK(budget.used() == 0);
}

TEST_CASE("rows come back by series and time, whether they are sealed or not") {
  memory_budget budget(64 << 20);
  {
    by_sensor past{budget};
    const std::int64_t rows = 25'000;
    fill(past, 0, rows);
    for (int round = 0; round < 2; ++round) {
      CHECK(past.size() == 25'000);
      CHECK(past.series_count() == 10);
      REQUIRE(past.series().size() == 10);
      CHECK(count_rows(past) == 25'000);
      for (std::int64_t sensor = 0; sensor < 10; ++sensor) {
        const std::vector<point> got = rows_of(past.series(at(sensor).sensor_id));
        REQUIRE(got.size() == 2'500);
        for (std::size_t i = 0; i < got.size(); ++i) REQUIRE(got[i] == at(static_cast<std::int64_t>(i) * 10 + sensor));
      }
      past.seal();
      CHECK(past.statistics().head_rows == 0);
      CHECK(past.footprint().total() == budget.used());
    }
    CHECK(past.footprint().total() < 30'000);  // 32 bytes a row make 800,000
  }
  CHECK(budget.used() == 0);
}

TEST_CASE("a history of one series needs no series key, and keys are names and paths, too") {
  struct outer {
    point inner;
    std::uint8_t channel = 0;
  };
  history<outer, slotted::path<&outer::inner, &point::timestamp>, &outer::channel> nested;
  nested.append({at(5), 3});
  CHECK(nested.series()[0].key == 3);

  using record = slotted::record<slotted::field<"x", double>, slotted::field<"timestamp", std::uint32_t>,
                                 slotted::field<"sensor_id", slotted::symbol<"history sensor", std::uint16_t>>>;
  history<record, "timestamp", "sensor_id"> named;
  named.append({1.5, 7u, "a"});
  CHECK(rows_of(named.rows()) == std::vector<record>{{1.5, 7u, "a"}});

  memory_budget budget(1 << 20);
  alone one{budget};
  fill(one, 0, 3000);
  CHECK(one.series_count() == 1);
  const std::vector<point> got = rows_of(one.rows());
  REQUIRE(got.size() == 3000);
  for (std::int64_t i = 0; i < 3000; ++i) REQUIRE(got[static_cast<std::size_t>(i)] == at(i));
}

TEST_CASE("rows that come late are put where their time is, equal times in order of arrival") {
  history<event, &event::time> past;
  std::vector<event> model;
  for (std::uint32_t i = 0; i < 5000; ++i) {
    const event each{static_cast<std::int32_t>((i * 7919u) % 601u) - 300, i};
    past.append(each);
    model.push_back(each);
    if (i % 1301 == 0) past.seal();
  }
  std::sort(model.begin(), model.end(),
            [](const event& a, const event& b) { return std::pair(a.time, a.number) < std::pair(b.time, b.number); });
  CHECK(rows_of(past.rows()) == model);
  past.seal();
  CHECK(rows_of(past.rows()) == model);
}

TEST_CASE("short blocks are merged") {
  memory_budget budget(16 << 20);
  alone past{budget};
  for (std::int64_t i = 0; i < 1000; ++i) {
    past.append(at(i));
    past.seal();
    REQUIRE(past.footprint().total() == budget.used());
  }
  CHECK(past.statistics().blocks == 1);
  past.trim();
  CHECK(past.footprint().total() <= 6 * slotted::detail::page_bytes());  // dead bytes do not stay
}

TEST_CASE("rows of a field of hundreds of columns are merged into short blocks, and none is lost") {
  struct page {
    std::int64_t time = 0;
    std::array<unsigned char, 200> bytes{};
    bool operator==(const page&) const = default;
  };
  history<page, &page::time> past;
  std::vector<page> model;
  for (unsigned i = 0; i < 300; ++i) {
    page each{std::int64_t{i}, {}};
    each.bytes.fill(static_cast<unsigned char>(i));
    past.append(each);
    model.push_back(each);
    if (i % 7 == 0) past.seal();
  }
  past.seal();
  CHECK(past.statistics().blocks < 20);
  CHECK(rows_of(past.rows()) == model);
}

TEST_CASE("ten records of sixteen fields take at most three pages in one series or ten") {
  struct wide {
    std::array<double, 13> values{};
    std::int64_t a = 0;
    std::int64_t time = 0;
    std::int64_t key = 0;
  };
  static_assert(sizeof(wide) == 128);
  const bool in_ten = GENERATE(false, true);
  memory_budget budget(1 << 20);
  history<wide, &wide::time, &wide::key> past{budget};
  for (std::int64_t i = 0; i < 10; ++i) {
    wide each;
    each.time = i;
    each.key = in_ten ? i : 0;
    past.append(each);
    REQUIRE(past.footprint().total() == budget.used());
  }
  CHECK(budget.used() <= 3 * slotted::detail::page_bytes());
}

TEST_CASE("a full budget refuses a row, and nothing has changed") {
  memory_budget budget(128 << 10);
  by_sensor past{budget};
  std::int64_t rows = 0;
  std::uint64_t state = 1;
  const auto noise = [&] {  // that does not compress
    state = state * 6364136223846793005u + 1442695040888963407u;
    return std::bit_cast<double>((state >> 12) | 0x3FF0'0000'0000'0000u);
  };
  std::vector<point> model;
  for (;;) {
    point next = at(rows);
    next.x = noise();
    if (const slotted::append_outcome outcome = past.try_append(next); !outcome) {
      CHECK(outcome.why() == slotted::append_outcome::over_budget);
      break;
    }
    model.push_back(next);
    ++rows;
    REQUIRE(budget.used() <= budget.limit());
    REQUIRE(past.footprint().total() == budget.used());
    REQUIRE(rows < 100'000);
  }
  CHECK(rows > 2000);  // most of the memory is in blocks, not in the head
  CHECK(past.size() == static_cast<std::size_t>(rows));
  CHECK(past.evicted() == 0);
  CHECK(past.statistics().refused_over_budget == 1);
  try {
    for (int i = 0; i < 3000; ++i) past.append(at(rows));
    FAIL("there is no room for rows without end");
  } catch (const slotted::budget_exceeded& refused) {
    CHECK(refused.limit() == budget.limit());
  }
  // A full budget keeps nobody from reading.
  std::size_t found = 0;
  for (const point& each : past.rows()) found += std::find(model.begin(), model.end(), each) != model.end() ? 1u : 0u;
  CHECK(found >= model.size());
  past.clear();
  past.trim();
  CHECK(past.empty());
  CHECK(budget.used() <= 2 * slotted::detail::page_bytes());
  fill(past, 0, 100);
  CHECK(count_rows(past) == 100);
}

TEST_CASE("a history that gets not even its first page holds nothing, and goes on when there is one") {
  memory_budget budget(16 * slotted::detail::page_bytes());
  budget.reserve(budget.limit());
  by_sensor past{budget};
  CHECK_FALSE(past.try_append(at(0)));
  CHECK_THROWS_AS(past.append(at(0)), slotted::budget_exceeded);
  CHECK(past.empty());
  CHECK(past.series_count() == 0);
  CHECK(past.footprint() == slotted::footprint{});
  CHECK(budget.used() == budget.limit());
  budget.release(budget.limit());
  past.append(at(0));
  CHECK(past.size() == 1);
  CHECK(past.footprint().total() == budget.used());
}

TEST_CASE("rows that a full budget keeps from being sealed stay as they are") {
  memory_budget budget(16 * slotted::detail::page_bytes());
  by_sensor past{budget};
  fill(past, 0, 20);
  std::size_t rest = 0;
  const auto take_the_rest = [&] {  // a seal that fails gives back what is idle
    const std::size_t free = budget.available();
    budget.reserve(free);
    rest += free;
  };
  take_the_rest();
  CHECK_FALSE(past.try_seal());
  take_the_rest();
  CHECK_THROWS_AS(past.seal(), slotted::budget_exceeded);
  CHECK(past.size() == 20);
  CHECK(past.evicted() == 0);
  budget.release(rest);
  CHECK(past.footprint().total() == budget.used());
  past.seal();
  CHECK(past.statistics().head_rows == 0);
  for (std::int64_t sensor = 0; sensor < 10; ++sensor)
    CHECK(rows_of(past.series(at(sensor).sensor_id)) == std::vector<point>{at(sensor), at(sensor + 10)});
}

TEST_CASE("a series too many is refused by name") {
  by_sensor past;
  past.set_max_series(3);
  for (std::int64_t i = 0; i < 3; ++i) past.append(at(i));
  CHECK_THROWS_WITH(past.append(at(3)), "no room for series 'sensor_3': the history may have 3 series");
  CHECK(past.try_append(at(4)) == slotted::append_outcome::too_many_series);
  CHECK_THROWS_AS(past.append(at(5)), std::length_error);
  CHECK(past.size() == 3);
  CHECK(past.series_count() == 3);
  past.append(at(10));
  past.set_max_series(4);
  past.append(at(3));
  CHECK(past.series_count() == 4);
}

TEST_CASE("a block that goes can be spilled as it is, without decoding it") {
  memory_budget budget(std::size_t{256} << 10);
  by_sensor past(budget, on_full::evict_oldest);
  std::size_t rows = 0;
  std::size_t bytes = 0;
  bool same = true;
  auto spill = [&](const by_sensor::evicted_block& block) {
    const auto compare = [&]<class V>(std::span<const std::byte> encoded, const V* wanted) {
      std::vector<V> values(block.size());
      slotted::codec::decode<V>(encoded, values);
      same = same && std::equal(values.begin(), values.end(), wanted);
      bytes += encoded.size();
    };
    std::vector<double> ys(block.size());
    block.decode<&point::y>(ys.data());
    compare(block.encoded<&point::y>(), ys.data());
    std::vector<std::int64_t> times(block.size());
    block.decode<&point::timestamp>(times.data());
    compare(block.encoded<&point::timestamp>(), times.data());
    same = same && times.front() == block.first_time() && times.back() == block.last_time();
    rows += block.size();
  };
  past.on_evict(spill);
  const auto noisy = [](std::int64_t i) {
    point made = at(i);
    made.x = 1.0 / static_cast<double>(i + 1);
    made.y = made.x / 3;
    return made;
  };
  for (std::int64_t i = 0; i < 100'000; ++i) past.append(noisy(i));
  REQUIRE(rows != 0);
  CHECK(rows == past.evicted());
  CHECK(same);
  CHECK(bytes < rows * 16);
}

TEST_CASE("a negative age is refused by its name and its number, and changes nothing") {
  using slotted::test::contains_text;
  memory_budget budget(1 << 20);
  by_sensor past{budget};
  past.set_max_age(5000);
  past.set_max_ahead(100);
  CHECK_THROWS_AS(past.set_max_age(-5), std::invalid_argument);
  CHECK_THROWS_WITH(past.set_max_age(-5), "history: max_age is negative: -5");
  CHECK_THROWS_AS(past.set_max_ahead(-7), std::invalid_argument);
  CHECK_THROWS_WITH(past.set_max_ahead(-7), contains_text("max_ahead is negative: -7"));
  CHECK_THROWS_WITH(by_sensor(budget, {.max_age = -1}), contains_text("max_age is negative: -1"));
  past.append(at(1000));
  CHECK(past.try_append(at(1101)).why() == slotted::append_outcome::too_far_ahead);  // the limits are as they were
  CHECK(past.try_append(at(1100)));
}

TEST_CASE("blocks older than the maximal age go, and their series with them") {
  memory_budget budget(16 << 20);
  by_sensor past{budget};
  past.set_max_age(5000);
  fill(past, 0, 60'000);
  past.seal();
  CHECK(past.size() + past.evicted() == 60'000);
  CHECK(past.size() >= 5000);
  CHECK(past.size() <= 5000 + 10 * 1024 + 10);  // a block goes when its newest row is too old
  point other = at(3);
  other.timestamp = 1'000'000;
  other.sensor_id = "history sensor alone";
  CHECK(past.try_append(other) == slotted::append_outcome::too_far_ahead);  // one wrong time costs nobody a row
  CHECK(past.size() >= 5000);
  past.expire_before(1'000'000);  // what time it is says the program
  past.append(other);
  past.seal();
  CHECK(past.size() == 1);
  CHECK(past.series_count() == 1);
  CHECK(past.try_append(at(3)) == slotted::append_outcome::too_old);
  CHECK(past.footprint().total() == budget.used());
}

TEST_CASE("what is too old goes when other series get rows, though its own never does again") {
  memory_budget budget(16 << 20);
  by_sensor past{budget};
  past.set_max_age(5000);
  std::uint64_t state = 1;
  const auto noise = [&] {  // that does not compress: the series has several slabs of its own
    state = state * 6364136223846793005u + 1442695040888963407u;
    return std::bit_cast<double>((state >> 12) | 0x3FF0'0000'0000'0000u);
  };
  const auto of_two = [&](std::int64_t i, bool quiet) {
    return point{noise(), noise(), i, quiet ? "history quiet" : "history talks"};
  };
  for (std::int64_t i = 0; i < 10'000; ++i) past.append(of_two(i / 10, true));
  past.seal();
  REQUIRE(past.size() == 10'000);
  const std::size_t full = budget.used();
  past.set_max_ahead(10'000);
  for (std::int64_t i = 10'000; i < 12'000; ++i) past.append(of_two(i, false));
  CHECK(past.series("history talks").count() == 2000);
  CHECK(past.series("history quiet").count() < 2000);  // what shares its slab with the other series may stay
  CHECK(past.size() + past.evicted() == 12'000);
  CHECK(budget.used() < full * 2 / 3);
  CHECK(past.footprint().total() == budget.used());
}

TEST_CASE("a history moves and is swapped with its budget, its settings and its snapshots") {
  memory_budget one(8 << 20);
  memory_budget two(8 << 20);
  {
    by_sensor a{one};
    fill(a, 0, 3000);
    auto moment = a.snapshot();
    by_sensor b{std::move(a)};
    CHECK(a.empty());  // NOLINT(bugprone-use-after-move): said in its contract
    CHECK(a.budget() == &one);
    CHECK(b.size() == 3000);
    by_sensor c{two, on_full::evict_oldest};
    fill(c, 0, 10);
    swap(b, c);
    CHECK(b.size() == 10);
    CHECK(b.budget() == &two);
    CHECK(c.size() == 3000);
    CHECK(count_rows(moment) == 3000);
    moment.close();
    a = std::move(c);
    CHECK(a.size() == 3000);
    fill(a, 3000, 3010);
    CHECK(a.size() == 3010);
  }
  CHECK(one.used() == 0);
  CHECK(two.used() == 0);
}

TEST_CASE("the list of series says which one grew") {
  by_sensor past;
  for (std::int64_t i = 0; i < 20'000; ++i) past.append(at(i % 7 == 0 ? i / 10 * 10 : i / 10 * 10 + 1));
  past.seal();
  std::size_t small = 0;
  std::size_t large = 0;
  for (const auto& each : past.series()) (each.key == at(0).sensor_id ? small : large) += each.bytes;
  CHECK(small != 0);
  CHECK(large > small);
  CHECK(small + large <= past.footprint().total());
}

namespace {

enum class mood : std::uint8_t { calm = 1, wild = 200 };
struct odd {
  std::array<unsigned char, 5> bytes{};
};
struct part {
  bool on = false;
  std::optional<std::int32_t> level;
};
struct everything {
  double real = 0;
  float single = 0;
  std::int64_t whole = 0;
  std::uint64_t counter = 0;
  bool flag = false;
  std::optional<double> maybe;
  std::optional<bool> tri;
  std::array<double, 2> pair{};
  mood how = mood::calm;
  slotted::symbol<"history everything"> name;
  std::chrono::nanoseconds took{};
  part nested;
  slotted::packed_record<slotted::field<"a", char>, slotted::field<"b", std::int64_t>> packed;
  odd other;
  std::chrono::sys_time<std::chrono::microseconds> time{};
  slotted::symbol<"history host", std::uint32_t> host;
};

// Reals as the bits that they are.
auto bits(const everything& of) {
  return std::tuple(std::bit_cast<std::uint64_t>(of.real), std::bit_cast<std::uint32_t>(of.single), of.whole,
                    of.counter, of.flag, of.maybe.has_value(), std::bit_cast<std::uint64_t>(of.maybe.value_or(0)),
                    of.tri, std::bit_cast<std::uint64_t>(of.pair[0]), std::bit_cast<std::uint64_t>(of.pair[1]), of.how,
                    of.name.code(), of.took.count(), of.nested.on, of.nested.level, of.packed.get<"a">(),
                    of.packed.get<"b">(), of.other.bytes, of.time.time_since_epoch().count(), of.host.code());
}

double strange_double(std::uint64_t random) {
  switch (random % 7) {
    case 0:
      return std::bit_cast<double>(0x7FF0'0000'0000'0001u | (random >> 13));  // NaN, quiet or not, with a payload
    case 1:
      return -0.0;
    case 2:
      return -std::numeric_limits<double>::infinity();
    case 3:
      return std::numeric_limits<double>::denorm_min() * static_cast<double>(random % 100);
    case 4:
      return static_cast<double>(random % 1000) / 10;
    default:
      return std::bit_cast<double>(random);
  }
}

}  // namespace

TEST_CASE("every kind of field comes back bit for bit") {
  using clock_time = std::chrono::sys_time<std::chrono::microseconds>;
  history<everything, &everything::time, &everything::host> past;
  std::vector<everything> model;
  std::uint64_t state = 7;
  const auto random = [&state] {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return state ^ (state >> 29);
  };
  const std::int64_t extremes[] = {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max(),
                                   0, -1};
  for (std::int64_t i = 0; i < 2500; ++i) {
    everything each;
    each.real = strange_double(random());
    each.single = std::bit_cast<float>(static_cast<std::uint32_t>(random()));
    each.whole = i % 3 == 0 ? extremes[random() % 4] : static_cast<std::int64_t>(random());
    each.counter = i % 2 == 0 ? std::numeric_limits<std::uint64_t>::max() - random() % 10 : random() % 10;
    each.flag = random() % 2 == 0;
    if (random() % 3 != 0) each.maybe = strange_double(random());
    if (random() % 3 != 0) each.tri = random() % 2 == 0;
    each.pair = {strange_double(random()), 1.0};
    each.how = random() % 2 == 0 ? mood::calm : mood::wild;
    each.name = random() % 2 == 0 ? "x" : "y";
    each.took = std::chrono::nanoseconds(static_cast<std::int64_t>(random()));
    each.nested = {random() % 2 == 0, random() % 2 == 0 ? std::optional(static_cast<std::int32_t>(i)) : std::nullopt};
    each.packed.set<"a">(static_cast<char>(random() % 100));
    each.packed.set<"b">(i);
    each.other.bytes[4] = static_cast<unsigned char>(random() % 256);
    each.time = clock_time(std::chrono::microseconds(i));
    each.host = "one";
    past.append(each);
    model.push_back(each);
  }
  past.seal();
  const std::vector<everything> got = rows_of(past.rows());
  REQUIRE(got.size() == model.size());
  for (std::size_t i = 0; i < got.size(); ++i) REQUIRE(bits(got[i]) == bits(model[i]));
}

TEST_CASE("a range is appended row by row, as far as there is room") {
  std::list<point> rows;
  for (std::int64_t i = 0; i < 4000; ++i) rows.push_back(at(i));
  by_sensor past;
  past.append(rows);
  CHECK(past.size() == 4000);
  CHECK(past.try_append(std::vector<point>{at(4000), at(4001)}) == 2);
  CHECK(past.size() == 4002);
  memory_budget budget(16 << 10);
  by_sensor small{budget};
  const std::size_t in = small.try_append(rows);
  CHECK(in < 4000);
  CHECK(in == small.size());
  CHECK_THROWS_AS(small.append(rows), slotted::budget_exceeded);
}
