// A member that is a C array is refused, and the way out is named.
// EXPECT: not recordable: a member is a C array, which no value can be; use std::array
#include <slotted/record/schema.hpp>

#include <array>

struct point {
#ifdef MISTAKE
  int v[3];
#else
  std::array<int, 3> v;
#endif
  int b;
};

int main() { return sizeof(slotted::schema<point>); }
