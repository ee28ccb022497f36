// try_emplace does not cut a record of a derived type down to its base either.
// EXPECT-GNU: sliced_row
// EXPECT-Clang: sliced_row
#include <slotted/store/pool.hpp>

struct point {
  double x;
};
struct tagged : point {
  int tag;
};

bool add(slotted::pool<point>& points, const tagged& more) {
#ifdef MISTAKE
  return points.try_emplace(more).has_value();
#else
  return points.try_emplace(more.x).has_value();
#endif
}

int main() {}
