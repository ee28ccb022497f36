// Plain structs reflected: counts, names and types of members, and the structs that are refused.
#include <slotted/record/plain_struct.hpp>

#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "catch.hpp"
#include "label.hpp"

namespace app {

struct reading {
  double x, y;
  long timestamp;
  label sensor_id;
};

template <class T>
struct wrapper {
  T inner_value;
};

}  // namespace app

namespace {

using slotted::detail::anatomy_of;
using slotted::detail::defect;

enum class color : char { red, green };
struct empty {};
struct also_empty {};
struct strong {
  explicit strong(int) {}
};
struct inner {
  int q;
  float w;
};
struct two {
  int x;
  double y;
};
struct nested {
  std::array<int, 4> b;
  two c;
  std::optional<int> d;
  std::string e;
  std::chrono::seconds f;
  std::chrono::system_clock::time_point tp;
  color col;
  bool flag;
  std::optional<std::chrono::seconds> os;
  const int k = 3;
  std::array<inner, 2> more;
  empty nothing;
  std::array<int, 0> zero;
};
struct owning {
  std::unique_ptr<int> p;
  std::vector<int> v;
  std::string s;
  std::function<void()> f;
  std::variant<int, double> u;
};
struct with_base : empty {
  int x;
  double y;
};
struct with_bases : empty, also_empty {
  int x;
  two in;
  inner other;
};
struct with_filled_base : two {};
struct with_filled_base_and_more : two {
  int z;
};
struct no_default {
  strong s;
  int a;
};
struct no_default_within {
  int b;
  strong s;
  std::optional<int> o;
  inner in;
};
struct explicit_with_initializer {
  int b;
  strong s = strong{3};
  int k;
};
struct squeezed {
  empty e;
  int x;
  [[no_unique_address]] also_empty e2;
};
struct with_array {
  int before;
  int a[3];
};
struct with_array_of_one {
  int a[1];
};
union choice {
  int a;
  double b;
};
struct holds_union {
  choice u;
  int k;
};
class encapsulated {
 public:
  int get() const { return hidden_; }

 private:
  int hidden_ = 0;
};
struct constructed {
  constructed() {}
  int x = 0;
};
struct polymorphic {
  virtual ~polymorphic() = default;
  int x = 0;
};
struct of_64 {
  int m00, m01, m02, m03, m04, m05, m06, m07, m08, m09, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22,
      m23, m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34, m35, m36, m37, m38, m39, m40, m41, m42, m43, m44, m45,
      m46, m47, m48, m49, m50, m51, m52, m53, m54, m55, m56, m57, m58, m59, m60, m61, m62, last;
};
struct of_65 {
  int m00, m01, m02, m03, m04, m05, m06, m07, m08, m09, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22,
      m23, m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34, m35, m36, m37, m38, m39, m40, m41, m42, m43, m44, m45,
      m46, m47, m48, m49, m50, m51, m52, m53, m54, m55, m56, m57, m58, m59, m60, m61, m62, m63, last;
};

template <class T>
constexpr std::size_t members = anatomy_of<T>.why == defect::none ? anatomy_of<T>.members : 999;
template <class T>
constexpr auto names = slotted::detail::member_names<T>(std::make_index_sequence<members<T>>{});

TEST_CASE("members are counted one for one: arrays, nested aggregates and classes are one each") {
  STATIC_REQUIRE(members<two> == 2);
  STATIC_REQUIRE(members<nested> == 13);
  STATIC_REQUIRE(members<owning> == 5);
  STATIC_REQUIRE(members<empty> == 0);
  STATIC_REQUIRE(members<squeezed> == 3);
  STATIC_REQUIRE(members<holds_union> == 2);
  STATIC_REQUIRE(members<app::reading> == 4);
  STATIC_REQUIRE(members<app::wrapper<app::reading>> == 1);
  STATIC_REQUIRE(members<of_64> == 64);
}

TEST_CASE("empty bases are no members") {
  STATIC_REQUIRE(members<with_base> == 2);
  STATIC_REQUIRE(anatomy_of<with_base>.bases == 1);
  STATIC_REQUIRE(members<with_bases> == 3);
  STATIC_REQUIRE(anatomy_of<with_bases>.bases == 2);
}

TEST_CASE("members without a default constructor are counted too") {
  STATIC_REQUIRE(members<no_default> == 2);
  STATIC_REQUIRE(members<no_default_within> == 4);
  STATIC_REQUIRE(members<explicit_with_initializer> == 3);
}

TEST_CASE("what cannot be reflected is known by its defect, without an error") {
  STATIC_REQUIRE(anatomy_of<with_filled_base>.why == defect::base_with_members);
  STATIC_REQUIRE(anatomy_of<with_filled_base_and_more>.why == defect::base_with_members);
  STATIC_REQUIRE(anatomy_of<with_array>.why == defect::c_array);
  STATIC_REQUIRE(anatomy_of<with_array_of_one>.why == defect::c_array);
  STATIC_REQUIRE(anatomy_of<of_65>.why == defect::too_many_members);
  STATIC_REQUIRE(anatomy_of<choice>.why == defect::no_aggregate);
  STATIC_REQUIRE(anatomy_of<encapsulated>.why == defect::no_aggregate);
  STATIC_REQUIRE(anatomy_of<constructed>.why == defect::no_aggregate);
  STATIC_REQUIRE(anatomy_of<polymorphic>.why == defect::no_aggregate);
  STATIC_REQUIRE(anatomy_of<int>.why == defect::no_aggregate);
  STATIC_REQUIRE(anatomy_of<int[3]>.why == defect::no_aggregate);
  STATIC_REQUIRE(anatomy_of<std::string>.why == defect::no_aggregate);
  STATIC_REQUIRE(anatomy_of<std::array<int, 3>>.why == defect::no_aggregate);
  STATIC_REQUIRE(anatomy_of<const two>.why == defect::no_aggregate);
  STATIC_REQUIRE(anatomy_of<two&>.why == defect::no_aggregate);
}

#if !defined(__clang__) || __clang_major__ >= 16
struct with_bits {
  int a : 3;
  int b : 5;
};

TEST_CASE("a struct with bit-fields is known for one") {
  STATIC_REQUIRE(anatomy_of<with_bits>.why == defect::bit_field);
}
#endif

TEST_CASE("members are called what the source calls them") {
  STATIC_REQUIRE(names<app::reading> == std::array<std::string_view, 4>{"x", "y", "timestamp", "sensor_id"});
  STATIC_REQUIRE(names<nested>[5] == "tp");
  STATIC_REQUIRE(names<nested>[9] == "k");
  STATIC_REQUIRE(names<owning>[4] == "u");
  STATIC_REQUIRE(names<no_default_within>[1] == "s");
  STATIC_REQUIRE(names<with_bases>[2] == "other");
  STATIC_REQUIRE(names<app::wrapper<app::reading>>[0] == "inner_value");
  STATIC_REQUIRE(names<squeezed>[2] == "e2");
  STATIC_REQUIRE(names<of_64>[0] == "m00");
  STATIC_REQUIRE(names<of_64>[63] == "last");
}

TEST_CASE("a type is called by its own name, without what is around it") {
  struct local {
    int x;
  };
  STATIC_REQUIRE(slotted::detail::type_name<app::reading>() == "reading");
  STATIC_REQUIRE(slotted::detail::type_name<nested>() == "nested");
  STATIC_REQUIRE(slotted::detail::type_name<local>() == "local");
  STATIC_REQUIRE(slotted::detail::type_name<app::wrapper<int>>() == "wrapper<int>");
  STATIC_REQUIRE(slotted::detail::type_name<app::wrapper<app::reading>>() == "wrapper<app::reading>");
}

}  // namespace
