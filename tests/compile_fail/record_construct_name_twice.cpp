// Two values for one field construct no record.
// EXPECT-GNU: use of deleted function
// EXPECT-Clang: call to deleted constructor of 'point'
#include <slotted/record/record.hpp>

using namespace slotted::literals;
using point = slotted::record<slotted::field<"x", double>, slotted::field<"y", double>>;

int main() {
#ifdef MISTAKE
  point p{"x"_f = 3.0, "x"_f = 4.0};
#else
  point p{"x"_f = 3.0, "y"_f = 4.0};
#endif
  return static_cast<int>(p.get<"x">());
}
