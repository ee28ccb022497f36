// A value for a name that is no field constructs no record.
// EXPECT-GNU: use of deleted function .*record.*new_attribute
// EXPECT-Clang: call to deleted constructor of 'point'
#include <slotted/record/record.hpp>

using namespace slotted::literals;
using point = slotted::record<slotted::field<"x", double>, slotted::field<"y", double>>;

int main() {
#ifdef MISTAKE
  point p{"new_attribute"_f = 3.0};
#else
  point p{"x"_f = 3.0};
#endif
  return static_cast<int>(p.get<"x">());
}
