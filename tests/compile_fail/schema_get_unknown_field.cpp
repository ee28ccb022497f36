// A plain struct has no field that it does not have, either.
// EXPECT-GNU: use of deleted function .*new_attribute
// EXPECT-Clang: call to deleted function 'get'
#include <slotted/record/schema.hpp>

struct point {
  double x;
  double y;
};

int main() {
  point p{1.0, 2.0};
#ifdef MISTAKE
  return static_cast<int>(slotted::get<"new_attribute">(p));
#else
  return static_cast<int>(slotted::get<"x">(p));
#endif
}
