// A plain struct has no operator<< until it is asked for by print.
// EXPECT-GNU: no match for 'operator<<'
// EXPECT-Clang: invalid operands to binary expression
#include <slotted/interop/print.hpp>

#include <sstream>

struct point {
  double x;
};

int main() {
  std::ostringstream os;
  point p{1.0};
#ifdef MISTAKE
  os << p;
#else
  os << slotted::print(p);
#endif
}
