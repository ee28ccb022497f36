// A row is read by value, so assigning to its member would change nothing but a copy.
// EXPECT-GNU: assignment of member .*x.* in read-only object
// EXPECT-Clang: expression is not assignable
#include <slotted/store/table.hpp>

struct point {
  double x;
};

void write(slotted::table<point>& rows) {
#ifdef MISTAKE
  rows[0].x = 1.0;
#else
  rows.set<&point::x>(0, 1.0);
#endif
}

int main() {}
