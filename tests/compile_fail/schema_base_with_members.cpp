// A struct whose members are spread over its bases is no plain record.
// EXPECT: not recordable: a base class has members
#include <slotted/record/schema.hpp>

struct base {
  int a;
};
#ifdef MISTAKE
struct point : base {
  int b;
};
#else
struct point {
  base in;
  int b;
};
#endif

int main() { return sizeof(slotted::schema<point>); }
