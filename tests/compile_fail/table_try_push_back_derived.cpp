// try_push_back does not cut a row of a derived type down to its base either.
// EXPECT-GNU: use of deleted function .*try_push_back
// EXPECT-Clang: call to deleted member function 'try_push_back'
#include <slotted/store/table.hpp>

struct point {
  double x;
};
struct tagged : point {
  int tag;
};

bool add(slotted::table<point>& rows, const tagged& row) {
#ifdef MISTAKE
  return rows.try_push_back(row);
#else
  return rows.try_push_back(static_cast<const point&>(row));
#endif
}

int main() {}
