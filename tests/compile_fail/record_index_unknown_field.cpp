// A field that the record does not have cannot be named in brackets.
// EXPECT-GNU: use of deleted function .*operator\[\].*new_attribute
// EXPECT-Clang: overload resolution selected deleted operator '\[\]'
#include <slotted/record/record.hpp>

using namespace slotted::literals;
using point = slotted::record<slotted::field<"x", double>, slotted::field<"y", double>>;

int main() {
  point p{1.0, 2.0};
#ifdef MISTAKE
  p["new_attribute"_f] = 3;
#else
  p["y"_f] = 3;
#endif
}
