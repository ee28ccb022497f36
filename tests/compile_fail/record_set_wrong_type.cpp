// A value that does not convert to the field cannot be set.
// EXPECT-GNU: use of deleted function .*set\(
// EXPECT-Clang: deleted member function 'set'
#include <slotted/record/record.hpp>

using point = slotted::record<slotted::field<"x", double>, slotted::field<"n", int>>;

int main() {
  point p{1.0, 2};
#ifdef MISTAKE
  p.set<"n">(2.5);
#else
  p.set<"x">(2.5);
#endif
}
