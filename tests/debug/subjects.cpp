// What tests/debug/printers.py stops in, to look at everything with gdb. A line `// <expression> = <what gdb shows>` is
// one expectation; the text is a part of what is printed.
#include <slotted/slotted.hpp>

#include <cstdint>
#include <optional>

using namespace slotted::literals;

using label = slotted::symbol<"sensor", std::uint16_t>;
using small_label = slotted::symbol<"sensor", std::uint8_t>;
using point = slotted::record<slotted::field<"flag", bool>, slotted::field<"x", double>,
                              slotted::field<"n", std::int64_t>, slotted::field<"sensor", label>>;
using packed_point = slotted::packed_record<slotted::field<"flag", bool>, slotted::field<"x", double>,
                                            slotted::field<"n", std::int64_t>, slotted::field<"sensor", label>>;
using nested = slotted::record<slotted::field<"id", int>, slotted::field<"inner", point>>;

struct position {
  double x, y;
};
struct plain {
  position at;
  bool on;
  std::optional<int> level;
  label sensor;
};
struct bytes_5 {
  char text[5];
};

// 1.5 MiB of them, so that slabs and their numbers are more than one.
struct wide {
  std::uint64_t number;
  char rest[120];
};

volatile bool stopped = false;
void stop() { stopped = true; }

int main() {
  const point a{true, 1.5, -2, "sensor_1"};
  // a = {flag = true, x = 1.5, n = -2, sensor = "sensor_1"}
  const point none;
  // none = {flag = false, x = 0, n = 0, sensor = ""}
  const packed_point b{true, 2.5, -3, "sensor_2"};
  // b = {flag = true, x = 2.5, n = -3, sensor = "sensor_2"}
  const nested n{7, a};
  // n = {id = 7, inner = {flag = true, x = 1.5, n = -2, sensor = "sensor_1"}}
  const label same = "sensor_1";
  // same = "sensor_1"
  const small_label other = "another domain of the same name";
  // other = "another domain of the same name"
  label far;
  for (int i = 0; i < 100; ++i) far = "label " + std::to_string(i);
  // far = "label 99"

  slotted::pool<point> points;
  // points = 2 records = {[0] = {flag = true, x = 1.5, n = -2, sensor = "sensor_1"}, [2] = {flag = false, x = 4, n = 0
  points.insert(a);
  const auto hole = points.insert(none);
  points.insert({"x"_f = 4.0});
  points.erase(hole);
  const slotted::pool<int> empty;
  // empty = 0 records
  slotted::checked_pool<bytes_5> checked;
  // checked = 70 records = {[0] = {text = "first"}, [1] = {text = "other"}
  checked.insert({{'f', 'i', 'r', 's', 't'}});
  for (int i = 0; i < 69; ++i) checked.insert({{'o', 't', 'h', 'e', 'r'}});
  slotted::pool<wide> slabs;
  // slabs = 2 records = {[0] = {number = 0, rest = '\000' <repeats 119 times>}, [
  // slabs = number = 9999, rest
  slotted::pool<wide>::handle last;
  for (std::uint64_t i = 0; i < 10'000; ++i) {
    const auto made = slabs.insert({i, {}});
    if (i > 1) slabs.erase(last), last = made;
    if (i == 1) last = made;
  }

  slotted::table<plain> rows;
  // rows = 3 rows = {[0] = {at = {x = 0.5, y = -0.5}, on = true, level =
  // rows = = 17}, sensor = "sensor_1"}
  // rows = [2] = {at = {x = 2.5, y = -2.5}, on = true, level =
  for (int i = 0; i < 3; ++i)
    rows.push_back({{i + 0.5, -i - 0.5}, i % 2 == 0, i == 1 ? std::optional(17) : std::nullopt, "sensor_1"});
  slotted::table<point> retained;
  // retained = 200000 rows = {[300000] = {flag = true, x = 300000, n = 1, sensor = ""}, [300001] = {flag = false, x =
  for (int i = 0; i < 500'000; ++i) retained.push_back({i % 3 == 0, i * 1.0, 1, label()});
  retained.pop_front(300'000);
  slotted::table<packed_point> packed_rows;
  // packed_rows = 1 rows = {[0] = {flag = true, x = 2.5, n = -3, sensor = "sensor_2"}}
  packed_rows.push_back(b);

  slotted::history<point, "n", "sensor"> past;
  // past = 3001 rows of 2 series, 3001 in 4 blocks, 0 evicted
  for (int i = 0; i < 3000; ++i) past.append({true, 1.0, i, "sensor_1"});
  past.append({true, 1.0, 0, "sensor_2"});
  past.seal();
  const slotted::history<point, "n", "sensor"> unused;
  // unused = 0 rows

  stop();
  return stopped && same.code() != 0 && other.code() != 0 && far.code() != 0 && n.get<"id">() == 7 && empty.empty() ? 0
                                                                                                                    : 1;
}
