// A bit-field has no address; on clang before 16 it is the compiler that says so.
// EXPECT: (not recordable: a member is a bit-field|non-const reference cannot bind to bit-field)
#include <slotted/record/schema.hpp>

struct point {
#ifdef MISTAKE
  int a : 3;
#else
  signed char a;
#endif
  int b;
};

int main() { return sizeof(slotted::schema<point>); }
