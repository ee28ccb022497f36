// A field that the record does not have cannot be set.
// EXPECT-GNU: use of deleted function .*set\(.*new_attribute
// EXPECT-Clang: deleted member function 'set'
#include <slotted/record/record.hpp>

using point = slotted::record<slotted::field<"x", double>, slotted::field<"y", double>>;

int main() {
  point p{1.0, 2.0};
#ifdef MISTAKE
  p.set<"new_attribute">(3.0);
#else
  p.set<"y">(3.0);
#endif
}
