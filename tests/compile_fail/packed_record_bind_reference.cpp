// No reference points into a packed_record.
// EXPECT-GNU: cannot bind non-const lvalue reference
// EXPECT-Clang: cannot bind to a temporary
#include <slotted/record/packed_record.hpp>

using point = slotted::packed_record<slotted::field<"x", double>, slotted::field<"y", double>>;

int main() {
  point p{1.0, 2.0};
#ifdef MISTAKE
  double& x = p.get<"x">();
#else
  double x = p.get<"x">();
#endif
  x = 3;
  return static_cast<int>(x);
}
