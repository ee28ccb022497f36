// No field is added by inheritance.
// EXPECT-GNU: cannot derive from 'final' base
// EXPECT-Clang: base 'record' is marked 'final'
#include <slotted/record/record.hpp>

using point = slotted::record<slotted::field<"x", double>>;

#ifdef MISTAKE
struct derived : point {
  int new_attribute;
};
#else
struct derived {
  point base;
  int new_attribute;
};
#endif

int main() { return derived{{1.0}, 2}.new_attribute; }
