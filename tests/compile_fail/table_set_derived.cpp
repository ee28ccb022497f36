// Writing a row does not cut one of a derived type down to its base either.
// EXPECT-GNU: use of deleted function .*set
// EXPECT-Clang: call to deleted member function 'set'
#include <slotted/store/table.hpp>

struct point {
  double x;
};
struct tagged : point {
  int tag;
};

void write(slotted::table<point>& rows, const tagged& row) {
#ifdef MISTAKE
  rows.set(0, row);
#else
  rows.set(0, static_cast<const point&>(row));
#endif
}

int main() {}
