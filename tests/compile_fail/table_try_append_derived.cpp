// try_append does not cut rows of a derived type down to their base either.
// EXPECT-GNU: use of deleted function .*try_append
// EXPECT-Clang: call to deleted member function 'try_append'
#include <slotted/store/table.hpp>
#include <vector>

struct point {
  double x;
};
struct tagged : point {
  int tag;
};

bool add(slotted::table<point>& rows, const std::vector<tagged>& more) {
#ifdef MISTAKE
  return rows.try_append(more);
#else
  return rows.try_append(std::vector<point>(more.begin(), more.end()));
#endif
}

int main() {}
