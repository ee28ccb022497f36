// Records as text: every kind of record and of field, and nobody else's operator<<.
#include <slotted/interop/print.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <iomanip>
#include <limits>
#include <optional>
#include <ostream>
#include <sstream>
#include <string>

#include "catch.hpp"

using slotted::field;
using slotted::to_string;

namespace {

using sensor = slotted::symbol<"print sensor", std::uint16_t>;

struct DataPoint {
  double x, y;
  std::int64_t timestamp;
  sensor sensor_id;
};
using recorded = slotted::record<field<"x", double>, field<"sensor_id", sensor>>;
using packed = slotted::packed_record<field<"flag", bool>, field<"n", std::uint8_t>>;

enum class color : std::uint8_t { red, green };
struct vec {
  float x, y;
};
struct spoken {
  int n;
  friend std::ostream& operator<<(std::ostream& os, const spoken& each) { return os << "spoken " << each.n; }
};
struct opaque {
  opaque() {}
  short hidden = 0;
};
struct rich {
  vec at;
  packed in;
  bool flag;
  std::int8_t small;
  char letter;
  std::optional<int> some, none;
  std::array<int, 3> all;
  color tint;
  std::chrono::milliseconds lasting;
  std::chrono::time_point<std::chrono::system_clock, std::chrono::seconds> when;
  std::string note;
  spoken word;
  opaque shut;
};
struct nothing {};

template <class T>
concept streams = requires(std::ostream& os, const T& each) { os << each; };

template <class T>
std::string streamed(const T& each) {
  std::ostringstream os;
  os << each;
  return os.str();
}

TEST_CASE("a record is its name and its fields") {
  const DataPoint p{1, 2.5, 3, "sensor_1"};
  CHECK(to_string(p) == "DataPoint{x=1, y=2.5, timestamp=3, sensor_id=sensor_1}");
  CHECK(streamed(slotted::print(p)) == to_string(p));
  CHECK(streamed(recorded{1.5, "sensor_2"}) == "record{x=1.5, sensor_id=sensor_2}");
  CHECK(streamed(packed{true, 200}) == "packed_record{flag=true, n=200}");
  CHECK(streamed(slotted::print(packed{true, 200})) == "packed_record{flag=true, n=200}");
  CHECK(streamed(sensor("sensor_3")) == "sensor_3");
  CHECK(to_string(nothing{}) == "nothing{}");
  CHECK(to_string(slotted::record<>{}) == "record{}");
}

TEST_CASE("every kind of field has its text") {
  rich r{};
  r.at = {0.1F, -0.0F};
  r.in = packed{false, 7};
  r.flag = true;
  r.small = -5;
  r.letter = 'q';
  r.some = 4;
  r.all = {1, 2, 3};
  r.tint = color::green;
  r.lasting = std::chrono::milliseconds(250);
  r.when += std::chrono::seconds(60);
  r.note = "a note";
  r.word.n = 6;
  CHECK(
      to_string(r) ==
      "rich{at=vec{x=0.1, y=-0}, in=packed_record{flag=false, n=7}, flag=true, small=-5, letter=q, some=4, none=none, "
      "all=[1, 2, 3], tint=1, lasting=250ms, when=60s, note=a note, word=spoken 6, shut=<2 bytes>}");
}

struct shouts {
  friend std::ostream& operator<<(std::ostream& os, const shouts&) { return os << "\x1b[31mred"; }
};
struct from_outside {
  sensor label;
  std::string text;
  char letter;
  shouts own;
};

TEST_CASE("a label from outside ends no line and commands no terminal") {
  const sensor hostile("a\r\nINFO all is well\x1b[2J\xC2\x9B\xFF");
  CHECK(streamed(hostile) == "a\\x0d\\x0aINFO all is well\\x1b[2J\\xc2\\x9b\\xff");
  const from_outside all{hostile, "x\ny\xE9", '\n', {}};
  const std::string expected =
      "from_outside{label=a\\x0d\\x0aINFO all is well\\x1b[2J\\xc2\\x9b\\xff, text=x\\x0ay\\xe9, letter=\\x0a, "
      "own=\\x1b[31mred}";
  CHECK(to_string(all) == expected);
  CHECK(streamed(slotted::print(all)) == expected);
  CHECK(hostile.view().size() == 26);  // as it is
  CHECK(streamed(sensor("Stra\xC3\x9F"
                        "e")) ==
        "Stra\xC3\x9F"
        "e");
}

TEST_CASE("a floating value reads back as itself") {
  using one = slotted::record<field<"d", double>>;
  CHECK(to_string(one{0.1}) == "record{d=0.1}");
  CHECK(to_string(one{1e300}) == "record{d=1e+300}");
  CHECK(to_string(one{1.0 / 3}) == "record{d=0.3333333333333333}");
  CHECK(to_string(one{std::numeric_limits<double>::infinity()}) == "record{d=inf}");
  CHECK(to_string(one{-std::numeric_limits<double>::quiet_NaN()}).find("nan") != std::string::npos);
}

TEST_CASE("width is for the whole record") {
  std::ostringstream os;
  os << std::setw(12) << std::left << slotted::print(nothing{}) << '|';
  CHECK(os.str() == "nothing{}   |");
}

TEST_CASE("plain structs are not streamed unasked, and one's own operator stays one's own") {
  STATIC_REQUIRE_FALSE(streams<DataPoint>);
  STATIC_REQUIRE(streams<recorded>);
  STATIC_REQUIRE(streams<spoken>);
  CHECK(streamed(spoken{4}) == "spoken 4");
  CHECK(streamed(slotted::print(spoken{4})) == "spoken{n=4}");
}

}  // namespace
