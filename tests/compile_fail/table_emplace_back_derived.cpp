// emplace_back does not cut a row of a derived type down to its base either.
// EXPECT-GNU: sliced_row
// EXPECT-Clang: sliced_row
#include <slotted/store/table.hpp>

struct point {
  double x;
};
struct tagged : point {
  int tag;
};

void add(slotted::table<point>& rows, const tagged& row) {
#ifdef MISTAKE
  rows.emplace_back(row);
#else
  rows.emplace_back(row.x);
#endif
}

int main() {}
