// A row is read by value, so assigning to it would change nothing but a copy.
// EXPECT: (passing 'const .*point' as 'this' argument discards qualifiers|no viable overloaded '=')
#include <slotted/store/table.hpp>

struct point {
  double x;
};

void write(slotted::table<point>& rows, const point& p) {
#ifdef MISTAKE
  rows[0] = p;
#else
  rows.set(0, p);
#endif
}

int main() {}
