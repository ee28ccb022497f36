// A row of a derived type would be cut down to its base.
// EXPECT: (use of deleted function|call to deleted member function 'push_back')
#include <slotted/store/table.hpp>

struct point {
  double x;
};
struct tagged : point {
  int tag;
};

void add(slotted::table<point>& rows, const tagged& row) {
#ifdef MISTAKE
  rows.push_back(row);
#else
  rows.push_back(static_cast<const point&>(row));
#endif
}

int main() {}
