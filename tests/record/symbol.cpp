#include <slotted/record/packed_record.hpp>
#include <slotted/record/record.hpp>
#include <slotted/record/schema.hpp>
#include <slotted/record/symbol.hpp>

#include <array>
#include <atomic>
#include <compare>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_set>
#include <vector>

#include "catch.hpp"

namespace {

using sensor = slotted::symbol<"sensor", std::uint16_t>;
using place = slotted::symbol<"place", std::uint16_t>;

struct DataPoint {
  double x, y;
  std::int64_t timestamp;
  sensor sensor_id;
};

// Made before main, and used after it: a domain has no order of initialisation and no end.
const sensor made_before_main{"made before main"};
struct used_after_main {
  ~used_after_main() {
    if (made_before_main.view() != "made before main" || sensor("made after main").view() != "made after main")
      std::abort();
  }
};
used_after_main last_words;

struct text_like {
  operator std::string_view() const { return "text_like"; }
};
struct anything {
  template <class T>
  operator T() const;
};

template <class A, class B>
concept comparable = requires(const A& a, const B& b) { a == b; };

template <class T, class... From>
concept made_of = requires { T{From{}...}; };

std::string message_of(auto&& f) {
  try {
    f();
  } catch (const std::exception& error) {
    return error.what();
  }
  return "nothing was thrown";
}

}  // namespace

TEST_CASE("a symbol is as large as its code and as trivial as an integer") {
  STATIC_REQUIRE(sizeof(slotted::symbol<"size", std::uint8_t>) == 1);
  STATIC_REQUIRE(sizeof(slotted::symbol<"size", std::uint16_t>) == 2);
  STATIC_REQUIRE(sizeof(slotted::symbol<"size", std::uint32_t>) == 4);
  STATIC_REQUIRE(alignof(sensor) == alignof(std::uint16_t));
  STATIC_REQUIRE(std::is_trivially_copyable_v<sensor>);
  STATIC_REQUIRE(std::is_trivially_destructible_v<sensor>);
  STATIC_REQUIRE(std::is_standard_layout_v<sensor>);
  STATIC_REQUIRE(std::is_nothrow_default_constructible_v<sensor>);
  STATIC_REQUIRE(std::is_same_v<sensor::code_type, std::uint16_t>);
  STATIC_REQUIRE(sizeof(DataPoint) == 24 + alignof(DataPoint));
}

TEST_CASE("a default symbol is the empty text, at compile time, too") {
  constexpr sensor none;
  STATIC_REQUIRE(none.code() == 0);
  STATIC_REQUIRE(none == sensor{});
  CHECK(none.view().empty());
  CHECK(none.view().data() != nullptr);
  CHECK(sensor("") == none);
  CHECK(sensor::find("") == none);
  CHECK(sensor::try_intern("") == none);
  CHECK(sensor::from_code(0) == none);
  CHECK(sensor("not empty") != none);
}

TEST_CASE("a symbol is made in one conversion from whatever is a text") {
  const DataPoint p{1.0, 2.0, 3, "sensor_1"};
  CHECK(p.sensor_id.view() == "sensor_1");

  const std::string string = "sensor_1";
  const char* const pointer = string.c_str();
  char array[] = "sensor_1";
  const sensor same[] = {"sensor_1", string, std::string_view(string), pointer, array, std::string("sensor_1")};
  for (const sensor each : same) CHECK(each == p.sensor_id);

  const sensor made = text_like{};
  CHECK(made.view() == "text_like");
  sensor assigned;
  assigned = "sensor_1";
  CHECK(assigned == p.sensor_id);
  const std::vector<sensor> several{"a", "b", "a"};
  CHECK(several[0] == several[2]);
  CHECK(several[0] != several[1]);
}

TEST_CASE("nothing but a text makes a symbol") {
  STATIC_REQUIRE(std::is_convertible_v<const char*, sensor>);
  STATIC_REQUIRE(std::is_convertible_v<const char(&)[9], sensor>);
  STATIC_REQUIRE(std::is_convertible_v<std::string, sensor>);
  STATIC_REQUIRE(std::is_convertible_v<text_like, sensor>);
  STATIC_REQUIRE_FALSE(std::is_constructible_v<sensor, std::nullptr_t>);
  STATIC_REQUIRE_FALSE(std::is_constructible_v<sensor, int>);
  STATIC_REQUIRE_FALSE(std::is_constructible_v<sensor, std::uint16_t>);
  STATIC_REQUIRE_FALSE(std::is_constructible_v<sensor, double>);
  // A symbol of another domain is not taken for its text, by copy or by comparison.
  STATIC_REQUIRE(std::is_constructible_v<sensor, sensor>);
  STATIC_REQUIRE_FALSE(std::is_constructible_v<sensor, place>);
  STATIC_REQUIRE(std::equality_comparable_with<sensor, sensor>);
  STATIC_REQUIRE(comparable<sensor, const char*>);
  STATIC_REQUIRE_FALSE(comparable<sensor, place>);
  STATIC_REQUIRE_FALSE(comparable<sensor, int>);
  // What converts to anything initialises the member itself: the probes that count a struct's members rely on it.
  STATIC_REQUIRE(std::is_convertible_v<anything, sensor>);
  STATIC_REQUIRE(made_of<DataPoint, anything, anything, anything, anything>);
  STATIC_REQUIRE_FALSE(made_of<DataPoint, anything, anything, anything, anything, anything>);
}

TEST_CASE("a symbol gives its text by name or by an explicit conversion only") {
  const sensor s = "explicit";
  CHECK(s.view() == "explicit");
  CHECK(static_cast<std::string_view>(s) == "explicit");
  CHECK(std::string(s.view()) == "explicit");
  STATIC_REQUIRE(noexcept(s.view()));
  STATIC_REQUIRE(std::is_constructible_v<std::string_view, sensor>);
  STATIC_REQUIRE_FALSE(std::is_convertible_v<sensor, std::string_view>);

  struct overloads {
    static int f(sensor) { return 1; }
    static int f(std::string_view) { return 2; }
  };
  CHECK(overloads::f(s) == 1);
  CHECK(overloads::f(s.view()) == 2);
}

TEST_CASE("a view outlives the text it was made from and never moves") {
  std::string text = "a text that does not fit into a small string";
  const sensor s = text;
  const char* const address = s.view().data();
  text.assign(text.size(), 'x');
  for (int i = 0; i < 3000; ++i) (void)sensor("filler_" + std::to_string(i));
  CHECK(s.view() == "a text that does not fit into a small string");
  CHECK(s.view().data() == address);
}

TEST_CASE("symbols are equal by code and ordered by text") {
  const sensor z = "order z", a = "order a", same = "order z";
  REQUIRE(z.code() < a.code());
  CHECK(a < z);
  CHECK(z > a);
  CHECK((z <=> same) == std::strong_ordering::equal);
  CHECK(z == same);
  CHECK(z != a);
  CHECK(sensor{} < a);
}

TEST_CASE("a comparison with a text adds nothing to the domain") {
  const sensor s = "compared";
  const std::size_t before = sensor::domain().size();
  CHECK(s == "compared");
  CHECK("compared" == s);
  CHECK(s == std::string("compared"));
  CHECK(s != "never interned");
  CHECK(s < "comparee");
  CHECK("comparec" < s);
  CHECK_FALSE(sensor::find("never interned").has_value());
  CHECK(sensor::domain().size() == before);
}

TEST_CASE("the hash of a symbol is the hash of its code") {
  const sensor s = "hashed";
  CHECK(std::hash<sensor>{}(s) == std::hash<std::uint16_t>{}(s.code()));
  const std::unordered_set<sensor> set{"hashed", "hashed", "other"};
  CHECK(set.size() == 2);
  CHECK(set.contains("hashed"));
}

TEST_CASE("a code goes back into a symbol when the domain has it, and is named when not") {
  using few = slotted::symbol<"few", std::uint8_t>;
  const few one = "one";
  CHECK(few::from_code(one.code()) == one);
  CHECK(few::try_from_code(one.code()) == one);
  CHECK_FALSE(few::try_from_code(2).has_value());
  CHECK_THROWS_AS((void)few::from_code(2), std::out_of_range);
  CHECK(message_of([] { (void)few::from_code(2); }) == "symbol domain 'few' has no code 2; its codes are 0 to 1");
  CHECK(few::domain().size() == 2);
}

TEST_CASE("find does not intern, try_intern does") {
  using quiet = slotted::symbol<"quiet", std::uint8_t>;
  CHECK_FALSE(quiet::find("absent").has_value());
  CHECK(quiet::domain().size() == 1);
  const std::optional<quiet> made = quiet::try_intern("present");
  REQUIRE(made.has_value());
  CHECK(quiet::find("present") == made);
  CHECK(quiet::domain().size() == 2);
}

TEST_CASE("domains are told apart by their name and by the type of their code") {
  using narrow = slotted::symbol<"apart", std::uint8_t>;
  using wide = slotted::symbol<"apart", std::uint32_t>;
  using other = slotted::symbol<"Apart", std::uint8_t>;
  (void)narrow("first");
  CHECK(narrow::domain().size() == 2);
  CHECK(wide::domain().size() == 1);
  CHECK(other::domain().size() == 1);
  CHECK(&narrow::domain() != &wide::domain());
  CHECK(&narrow::domain() == &slotted::symbol<"apart", std::uint8_t>::domain());
  CHECK(narrow::domain().name() == "apart");
  CHECK(narrow::domain().capacity() == 256);
  CHECK(sensor::domain().capacity() == 65536);
  CHECK(wide::domain().capacity() == (sizeof(std::size_t) > 4 ? std::uint64_t{1} << 32 : SIZE_MAX));
}

TEST_CASE("a full domain throws, names itself and the text, and changes nothing") {
  using byte = slotted::symbol<"byte", std::uint8_t>;
  for (int i = 1; i < 256; ++i) REQUIRE(byte("text " + std::to_string(i)).code() == i);
  const slotted::footprint before = byte::domain().footprint();
  CHECK_THROWS_AS(byte("one too many"), slotted::symbol_domain_full);
  CHECK_THROWS_AS(byte("one too many"), std::length_error);
  CHECK(message_of([] { (void)byte("one too many"); }) ==
        "symbol domain 'byte' is full: all its 256 codes are taken, and 'one too many' is not among its texts; "
        "use a wider code");
  CHECK_FALSE(byte::try_intern("one too many").has_value());
  CHECK_FALSE(byte::find("one too many").has_value());
  CHECK(byte::domain().size() == 256);
  CHECK(byte::domain().footprint() == before);
  CHECK(byte("text 255").code() == 255);
  CHECK(byte("").code() == 0);
}

TEST_CASE("a symbol serves in an array and in an atomic") {
  std::array<sensor, 3> array{};
  array.fill("filled");
  CHECK(array[2] == "filled");
  std::atomic<sensor> shared{sensor("shared")};
  CHECK(shared.load() == "shared");
  STATIC_REQUIRE(std::atomic<sensor>::is_always_lock_free);
}

TEST_CASE("a symbol is a field of a record, of a packed record and of a plain struct") {
  using slotted::field;
  using Point = slotted::record<field<"x", double>, field<"sensor_id", sensor>>;
  using Packed = slotted::packed_record<field<"x", double>, field<"sensor_id", sensor>>;
  STATIC_REQUIRE(sizeof(Packed) == 10);
  STATIC_REQUIRE(std::is_trivially_copyable_v<Point>);
  STATIC_REQUIRE(slotted::field_count<DataPoint> == 4);
  STATIC_REQUIRE(slotted::payload_bytes<DataPoint> == 26);
  STATIC_REQUIRE(slotted::recordable<DataPoint>);

  Point p{1.0, "in a record"};
  CHECK(p.get<"sensor_id">() == "in a record");
  p.get<"sensor_id">() = "assigned";
  CHECK(p == Point{1.0, "assigned"});
  const Packed q{1.0, "in a packed record"};
  CHECK(q.get<"sensor_id">() == "in a packed record");
}
