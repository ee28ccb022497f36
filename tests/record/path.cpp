// Keys: what may stand as a template argument for "which field".
#include <slotted/record/path.hpp>

#include <string_view>
#include <type_traits>

#include "catch.hpp"

namespace {

struct inner {
  int x;
};
struct outer {
  inner in;
  double y;
};

template <slotted::key K>
struct keyed {
  static constexpr auto value = K.value;
};

TEST_CASE("a name, a member pointer and a path are keys") {
  STATIC_REQUIRE(keyed<"in.x">::value.view() == "in.x");
  STATIC_REQUIRE(keyed<&outer::y>::value == &outer::y);
  STATIC_REQUIRE(keyed<slotted::path<&outer::in, &inner::x>>::value == slotted::path<&outer::in, &inner::x>);
}

TEST_CASE("equal keys are the same template argument, different ones are not") {
  STATIC_REQUIRE(std::is_same_v<keyed<"x">, keyed<"x">>);
  STATIC_REQUIRE_FALSE(std::is_same_v<keyed<"x">, keyed<"y">>);
  STATIC_REQUIRE(std::is_same_v<keyed<&outer::y>, keyed<&outer::y>>);
  STATIC_REQUIRE_FALSE(std::is_same_v<keyed<slotted::path<&outer::in>>, keyed<slotted::path<&outer::y>>>);
}

}  // namespace
